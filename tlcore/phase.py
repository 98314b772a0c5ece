"""All that passes between a strategy and the training loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn

Objective: TypeAlias = "Callable[[Any, float], dict[str, Tensor]]"


class Batches(Protocol):
    """Anything sized that can be walked again and again, one batch at a time."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...


class Move(NamedTuple):
    """A module free to move, and how fast."""

    module: nn.Module
    lr: float


@dataclass(frozen=True)
class Phase:
    """One stretch of training: what it sees, what it minimises, what moves, what it predicts.

    ``objective(batch, progress)`` returns named loss terms; the loop minimises their sum and the
    charts draw each under its name. ``progress`` runs from 0 to 1 within the phase.
    Whatever is not in ``moves`` stays frozen, batch-norm statistics included.

    After every epoch the ``predictor`` is judged on the validation labels of ``selector``, "target"
    or "source", and the best epoch is kept; with "none" nothing is chosen, the last epoch stands,
    and the validation labels may be learnt from.
    A phase that depends on nothing but the source may be shared between strategies: ``address``
    names all it depends on, so that whoever comes second loads it instead of training it again.
    """

    name: str
    predictor: nn.Module
    batches: Batches = ()  # type: ignore[assignment]
    objective: Objective | None = None
    moves: list[Move] = field(default_factory=list)
    share: float = 1.0  # of the run's epochs
    selector: str = "target"
    address: str | None = None


def ready(name: str, predictor: nn.Module) -> Phase:
    """A phase without training: a predictor fitted on every label there is, judged as it is."""
    return Phase(name, predictor, selector="none")
