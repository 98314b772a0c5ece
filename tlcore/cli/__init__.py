"""The command line: ``python -m tlcore COMMAND``. The browser launches exactly what it launches.

Every command is a file in ``commands``, with ``HELP``, ``arguments(parser)`` and ``run(asked) -> int``.
Exit status: 0 done; 2 unusable input (one sentence per problem, nothing written); 3 some runs have no
result (the rest is kept).
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tlcore.cli import commands
from tlcore.cli.output import writable
from tlcore.cli.parser import Parser
from tlcore.errors import Unusable, unknown

UNUSABLE, INCOMPLETE, INTERRUPTED = 2, 3, 130


def main(words: list[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    words = sys.argv[1:] if words is None else words
    try:
        asked = _understood(words)
        writable(*(getattr(asked, kind, None) for kind in ("json", "yaml")))
        return int(asked.run(asked))
    except Unusable as error:
        print("\n".join(error.problems), file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def names() -> list[str]:
    return [module.name for module in iter_modules(commands.__path__)]


def _understood(words: list[str]) -> Any:
    parser = Parser(prog="python -m tlcore", description="Does knowledge from elsewhere help where labels are few?")
    offered = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for name in names():
        command = import_module(f"tlcore.cli.commands.{name}")
        one = offered.add_parser(name, help=command.HELP, description=command.HELP)
        command.arguments(one)
        one.set_defaults(run=command.run)
    if not words:
        parser.print_help()
        raise Unusable("", f"No command is given. On offer: {', '.join(names())}.")
    if not words[0].startswith("-") and words[0] not in names():
        raise unknown("command", words[0], names())
    return parser.parse_args(words)
