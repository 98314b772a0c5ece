"""argparse, answering in the same voice as everything else: one sentence per problem, the nearest name, status 2."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from tlcore.errors import Unusable, unknown


class Parser(argparse.ArgumentParser):
    """An ``ArgumentParser`` that raises `Unusable` instead of ending the process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, but a flag this very command does not have is answered with the nearest one."""
        found, strangers = super().parse_known_args(args, namespace)
        if strangers:
            raise Unusable(*(problem for word in strangers for problem in self._stranger(word)))
        return found, []

    def error(self, message: str) -> NoReturn:
        raise Unusable(f"{message[0].upper()}{message[1:]}; {self.prog} --help shows what it takes.")

    def _stranger(self, word: str) -> Sequence[str]:
        flags = [flag for action in self._actions for flag in action.option_strings if flag.startswith("--")]
        if word.startswith("-"):
            return unknown(f"flag of {self.prog}", word.split("=")[0], flags).problems
        return [f"{self.prog} does not know what to do with {word!r}."]
