"""Why a run failed: from an error, or from how its process ended, to a class and one sentence."""

from __future__ import annotations

import errno
import signal
import traceback
from pathlib import Path

from tlcore.errors import Unusable
from tlcore.outcome import Failure, FailureKind

HERE = Path(__file__).parents[2]

# Types by name: torch's and the weight hubs' errors are recognised without importing either.
MEMORY = {"MemoryError", "OutOfMemoryError", "ArrayMemoryError", "_ArrayMemoryError"}
MEMORY_WORDS = ("out of memory", "can't allocate memory", "cannot allocate memory", "alloc_failed", "not enough memory")
WEIGHTS = {"LocalEntryNotFoundError", "OfflineModeIsEnabled", "HfHubHTTPError", "URLError", "ConnectionError"}
FULL = {errno.ENOSPC, errno.EDQUOT}
FULL_WORDS = ("database or disk is full", "no space left on device")

ENDINGS = {
    "SIGKILL": "It was killed by the operating system (SIGKILL), probably because the machine ran out of memory.",
    "SIGSEGV": "Its process crashed inside compiled code (SIGSEGV); the log names the line.",
    "SIGABRT": "Its process gave up inside compiled code (SIGABRT); the log says why.",
    "SIGBUS": "Its process lost the memory or file it was reading (SIGBUS), often because a disk is full.",
    "SIGFPE": "Its process crashed on an impossible calculation inside compiled code (SIGFPE).",
    "SIGILL": "Its process used an instruction this processor lacks (SIGILL): a package was built for another one.",
    "SIGTERM": "Its process was told to end from outside (SIGTERM).",
}


def of_error(error: BaseException, *, reading: bool = False, tail: str = "") -> Failure:
    """The failure behind an error; ``reading`` says it arose while the data was read."""
    kind = _kind(error, reading)
    words = " ".join(str(error).split()) or type(error).__name__
    sentence = {
        "memory": f"It ran out of memory: {words[:300]}. A smaller batch, or a smaller backbone, needs less.",
        "disk": f"The disk is full: {words[:300]}. Free some space, then retry.",
        "weights": f"Weights that it needs are not on this machine and could not be fetched: {words[:300]}.",
        "timeout": f"It waited too long: {words[:300]}.",
        "data": f"The data cannot be used: {words}",
        "configuration": words,
    }.get(kind) or f"A defect in {_where(error)}: {type(error).__name__}: {words[:300]}"
    return Failure(kind, sentence, tail)


def of_exit(code: int | None, tail: str = "") -> Failure:
    """The failure behind a process that ended without a word; a negative ``code`` is the signal that ended it."""
    if any(phrase in tail.lower() for phrase in FULL_WORDS):
        return Failure(
            "disk", "The disk was full, so that not even its end could be written. Free some space, then retry.", tail
        )
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return Failure("killed", ENDINGS.get(name, f"Its process was ended by signal {name}."), tail)
    ended = "" if code is None else f" (exit status {code})"
    return Failure("defect", f"Its process ended without a result{ended}; the log says how far it came.", tail)


def _kind(error: BaseException, reading: bool) -> FailureKind:
    names = {kind.__name__ for kind in type(error).__mro__}
    words = str(error).lower()
    if names & MEMORY or ("RuntimeError" in names and any(phrase in words for phrase in MEMORY_WORDS)):
        return "memory"
    if getattr(error, "errno", None) in FULL or any(phrase in words for phrase in FULL_WORDS):
        return "disk"
    if isinstance(error, Unusable):
        behind = {kind.__name__ for kind in type(error.__cause__).__mro__}
        return "data" if reading else "weights" if behind & WEIGHTS else "configuration"
    if names & WEIGHTS:
        return "weights"
    if isinstance(error, TimeoutError):
        return "timeout"
    if reading and isinstance(error, (OSError, ValueError)):
        return "data"
    return "defect"


def _where(error: BaseException) -> str:
    """The innermost line of this program that was being carried out."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "tlcore" in Path(frame.filename).parts]
    if not (own or frames):
        return "an unknown place"
    frame = (own or list(frames))[-1]
    path = Path(frame.filename)
    return f"{path.relative_to(HERE) if path.is_relative_to(HERE) else path.name}, line {frame.lineno}"
