"""All that passes between a strategy and the training loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from tlcore.outcome import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn

Objective: TypeAlias = "Callable[[Any, float], dict[str, Tensor]]"


class Batches(Protocol):
    """Anything sized that can be walked again and again, one batch at a time."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...


class Move(NamedTuple):
    """A module free to move, how fast, and how hard ``decay`` pulls it towards zero (None: as the run says)."""

    module: nn.Module
    lr: float
    decay: float | None = None


@dataclass(frozen=True)
class Phase:
    """One stretch of training: what it sees, what it minimises, what moves, what it predicts.

    ``objective(batch, progress)`` returns named loss terms; the loop minimises their sum and the
    charts draw each under its name. ``progress`` runs from 0 to 1 within the phase.
    Whatever is not in ``moves`` stays frozen, batch-norm statistics included.

    After every epoch the ``predictor`` is judged on the validation labels of ``selector``, "target"
    or "source", and the best epoch is kept; with "none" nothing is chosen, the last epoch stands,
    and the validation labels may be learnt from; with "unused" no label of the target is.
    ``good_start``: the predictor is a good model before the first step. It then stays unless an epoch's
    validation loss is lower, not merely no clearly higher (docs/decisions/0030).
    ``notes`` say what a person should know besides the curve: how much was loaded, how many rows count.
    A term called "domain" is the cross-entropy of a critic that tells two domains apart; the loop
    watches it for a critic that is dead or has given up (learn/alarms.py).
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
    good_start: bool = False
    address: str | None = None
    notes: tuple[Note, ...] = ()


def ready(name: str, predictor: nn.Module, *notes: Note) -> Phase:
    """A phase without training: a predictor fitted on every label there is, judged as it is."""
    return Phase(name, predictor, selector="none", notes=notes)
