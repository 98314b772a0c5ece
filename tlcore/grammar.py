"""Texts from a context-free grammar: rules are data, every choice is a draw, the number of texts is known.

A rule says what its name may become::

    {"message": "{greeting} (please *3|kindly) send me a {bill}.", "greeting": "hello,|", "bill": "bill|invoice"}

``|`` parts alternatives, one of which is drawn; an empty one says nothing. ``*3`` behind an alternative
makes it three times as likely as one without. Round brackets hold alternatives inside a text, as deep
as one likes. ``{name}`` stands for what the rule of that name says. Line breaks and runs of blanks
count as one blank. No rule may lead back to itself, so every text ends and all can be counted.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod

import numpy as np

from tlcore.errors import Unusable, unknown

Rules = Mapping[str, str]

MARKS = re.compile(r"[(|)]|\*[\d.]+|\{[^{}]*\}|[^(|){}*]+|.")

ARTICLE = re.compile(r"\b([Aa])n?(?= +([A-Za-z]+))")
VOWEL_HEARD = re.compile(r"[aeiou]|hour|honest|heir", re.IGNORECASE)
CONSONANT_HEARD = re.compile(r"uni|use|usu|util|eu|one\b|once", re.IGNORECASE)


@dataclass(frozen=True)
class Slot:
    """The place of another rule."""

    name: str


@dataclass(frozen=True)
class Choice:
    """Alternatives, each a run of parts, and up to where of 0..1 a draw means each."""

    options: tuple[tuple[str | Slot | Choice, ...], ...]
    upto: tuple[float, ...]


class Grammar:
    """Rules that are ready to speak.

    Raises `Unusable` for a bracket left open, a weight that is none, a name without a rule, and a rule
    that leads back to itself; each sentence names the rule.
    """

    def __init__(self, rules: Rules):
        self.rules = {name: parsed(name, text) for name, text in rules.items()}
        self._ways: dict[str, int] = {}
        for name in self.rules:
            self._count(name, ())

    def say(self, name: str, rng: np.random.Generator) -> str:
        """One text of this rule, as `tidy` leaves it."""
        return tidy("".join(self._words(self._rule(name), rng)))

    def ways(self, name: str) -> int:
        """In how many ways this rule can be drawn; the number of its texts, where no two ways read alike."""
        self._rule(name)
        return self._ways[name]

    def _rule(self, name: str) -> Choice:
        if name not in self.rules:
            raise unknown("rule", name, self.rules)
        return self.rules[name]

    def _words(self, choice: Choice, rng: np.random.Generator) -> Iterator[str]:
        drawn = bisect(choice.upto, rng.random()) if len(choice.options) > 1 else 0
        for part in choice.options[drawn]:
            if isinstance(part, str):
                yield part
            else:
                yield from self._words(self.rules[part.name] if isinstance(part, Slot) else part, rng)

    def _count(self, name: str, path: tuple[str, ...]) -> int:
        if name in path:
            raise Unusable(f"The rule {name!r} leads back to itself, by way of {', '.join(path[1:]) or 'no other'}.")
        if name not in self.rules:
            raise Unusable(f"The rule {path[-1]!r} speaks of {{{name}}}, but there is no such rule.")
        if name not in self._ways:
            self._ways[name] = self._count_of(self.rules[name], (*path, name))
        return self._ways[name]

    def _count_of(self, choice: Choice, path: tuple[str, ...]) -> int:
        def one(part: str | Slot | Choice) -> int:
            if isinstance(part, str):
                return 1
            return self._count(part.name, path) if isinstance(part, Slot) else self._count_of(part, path)

        return sum(prod(map(one, option)) for option in choice.options)


def parsed(name: str, text: str) -> Choice:
    """The alternatives of a rule, ready to be drawn from."""
    marks = MARKS.findall(" ".join(text.split()))
    choice = _alternatives(name, marks)
    if marks:
        raise Unusable(f"The rule {name!r} has a ')' that closes nothing.")
    return choice


def _alternatives(name: str, marks: list[str]) -> Choice:
    """Read up to the bracket that closes these alternatives, or to the end; what was read is taken off ``marks``."""
    options: list[tuple[str | Slot | Choice, ...]] = []
    weights: list[float] = []
    parts: list[str | Slot | Choice] = []
    weight = 1.0
    while True:
        mark = marks.pop(0) if marks and marks[0] != ")" else None
        if mark is None or mark == "|":
            options, weights = [*options, tuple(parts)], [*weights, weight]
            parts, weight = [], 1.0
            if mark is None:
                break
        elif mark == "(":
            parts.append(_alternatives(name, marks))
            if not marks:
                raise Unusable(f"The rule {name!r} has a '(' that is never closed.")
            marks.pop(0)
        elif mark[0] == "*":
            weight = _weight(name, mark, marks)
        elif mark[0] == "{" and len(mark) > 2:
            parts.append(Slot(mark[1:-1]))
        elif mark in ("{", "}", "{}"):
            raise Unusable(f"The rule {name!r} has a {mark!r} that holds no name; write {{name}}.")
        else:
            parts.append(mark)
    totals = list(accumulate(weights))
    if not totals[-1]:
        raise Unusable(f"The rule {name!r} has alternatives of which none can be drawn: all weigh 0.")
    return Choice(tuple(options), tuple(total / totals[-1] for total in totals))


def _weight(name: str, mark: str, marks: list[str]) -> float:
    """What an alternative weighs; it must end there."""
    if marks and not marks[0].strip():
        marks.pop(0)
    try:
        if marks and marks[0] not in ("|", ")"):
            raise ValueError
        return float(mark[1:])
    except ValueError:
        raise Unusable(
            f"The rule {name!r} has a '*' that gives no weight; write a number behind it, at the end of an alternative."
        ) from None


def between(here: Rules, there: Rules, share: float) -> dict[str, str]:
    """Rules that speak as ``there`` does with this share, and else as ``here``: drawn anew at every place.

    Both must have the same names.
    """
    return {
        name: text if there[name] == text else f"({text}) *{1 - share:f} | ({there[name]}) *{share:f}"
        for name, text in here.items()
    }


def tidy(text: str) -> str:
    """As one would write it: single blanks, none before a mark, "a" or "an" as it sounds, capitals where they belong.

    Sentences begin with a capital, and so does "I". An alternative that said nothing may leave a mark without
    a sentence, or two marks in a row: the first one stays.
    """
    text = " ".join(text.split()).lstrip(" .,;:!?")
    text = re.sub(r" ?([.,;:!?])(?:[ .,;:!?]*[.,;:!?])?", r"\1", text)
    text = ARTICLE.sub(lambda found: found[1] + ("n" if _vowel_heard(found[2]) else ""), text)
    text = re.sub(r"\bi\b(?!')|\bi(?=')", "I", text)
    return re.sub(r"(?:^|(?<=[.!?] ))[a-z]", lambda found: found[0].upper(), text)


def _vowel_heard(word: str) -> bool:
    return bool(VOWEL_HEARD.match(word)) and not CONSONANT_HEARD.match(word)
