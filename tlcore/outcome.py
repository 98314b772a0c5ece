"""What a run leaves behind: its epochs, and one outcome, whatever happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple


class State(StrEnum):
    """Where a run stands. The last five are final."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"  # ended early on request, the best epoch kept and judged
    CANCELLED = "cancelled"  # ended on request, nothing kept
    FAILED = "failed"
    LOST = "lost"  # its process vanished without a word

    @property
    def final(self) -> bool:
        return self in FINAL


FINAL = frozenset({State.DONE, State.STOPPED, State.CANCELLED, State.FAILED, State.LOST})


class Note(NamedTuple):
    """A sentence about a run, with ``{fields}``; filled in and translated when somebody reads it.

    ``grave``: something went wrong or is not to be trusted. Otherwise it is a fact worth knowing.
    """

    text: str
    values: Mapping[str, Any] = {}
    grave: bool = True


@dataclass(frozen=True)
class Epoch:
    """What one pass over a phase's batches left behind.

    ``number`` 0 is the state before the first step. ``step``, ``seen`` (labelled target examples
    walked through) and ``seconds`` count from the start of the run. ``terms`` holds the mean of each
    loss term; ``scores`` the headline metric on "valid", "watched" and "source" where each exists,
    and ``loss`` the validation loss the best epoch is chosen by (None where nothing is chosen).
    """

    phase: str
    number: int
    step: int
    seen: int
    seconds: float
    terms: dict[str, float]
    scores: dict[str, float]
    loss: float | None = None
    kept: bool = False  # the best epoch of its phase so far
    replayed: bool = False  # loaded from an earlier run that trained the same source phase


FailureKind = Literal["memory", "data", "configuration", "weights", "disk", "killed", "timeout", "defect"]


@dataclass(frozen=True)
class Failure:
    """Why a run has no result: a class, a sentence, and the end of its log."""

    kind: FailureKind
    sentence: str
    tail: str = ""


@dataclass(frozen=True)
class Outcome:
    """The end of a run. ``test`` holds every metric the task has, from labels used once, here.

    ``features``: what its network makes of both domains, before and after; empty where no one network answers.
    """

    state: State
    test: dict[str, float] = field(default_factory=dict)
    valid: dict[str, float] = field(default_factory=dict)
    selector: str = ""  # what chose the epoch, in words
    seconds: float = 0.0
    epochs: int = 0
    device: str = ""
    notes: tuple[Note, ...] = ()
    features: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
