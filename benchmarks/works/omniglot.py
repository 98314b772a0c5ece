"""Letters never seen before, from one example or five; carried out by `benchmarks.omniglot`."""

from benchmarks.omniglot import PROTOCOL, TITLE, lines

__all__ = ["PROTOCOL", "TITLE", "lines"]
