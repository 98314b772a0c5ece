"""What the words of a column say: numbers written with signs or separators, and words for a value that is missing.

A column is decided as a whole: "1,234" is a thousand beside "12,500" or "0.5", and little more than one beside "12,5".
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from tlcore.files.columns import MISSING, MOSTLY, text
from tlcore.files.dates import DATE
from tlcore.files.finding import Findings
from tlcore.words import _, counted

SIGN = r"[$€£¥￥₩₹₽₺₴₫฿%]"
WRITTEN = re.compile(
    rf"(?P<minus>[+-]?)\s*(?P<before>{SIGN}?)\s*(?P<minus2>[+-]?)"
    rf"(?P<digits>\d[\d.,]*|\.\d+)(?P<power>[eE][+-]?\d+)?\s*(?P<after>{SIGN}?)"
)
THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{2,3})*,\d{3}(\.\d*)?")  # groups of two in India
DECIMAL = re.compile(r"(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+")
PLAIN = re.compile(r"\d+\.?\d*|\.\d+")
BY_DOTS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
TRUTH = {"true", "false"}
LOOKED_AT = 50  # different values, of which one at least must read as a number


class Column(NamedTuple):
    """What a column of words holds: how often each word occurs, which are numbers, which say that one is missing."""

    counts: pd.Series
    matches: dict[str, re.Match[str]]
    missing: list[str]
    commas: str  # what they do: "", "thousands", "decimals", "either" or "neither"

    @property
    def numeric(self) -> bool:
        """Whether nearly all of it are numbers, in one unit."""
        rest = self.counts.sum() - self.counts[self.missing].sum()
        numbers = self.counts[list(self.matches)].sum()
        signs = self.signs
        if not numbers or numbers < MOSTLY * rest or len(signs) > 1 or self.commas == "neither":
            return False
        signed = sum(int(self.counts[word]) for word, match in self.matches.items() if _sign(match))
        return "%" not in signs or signed >= MOSTLY * numbers

    @property
    def signs(self) -> set[str]:
        return {sign for match in self.matches.values() if (sign := _sign(match))}

    @property
    def dated(self) -> bool:
        """Whether all of it are dates, or true and false."""
        rest = [word for word in self.counts.index if word not in set(self.missing)]
        return bool(rest) and (all(map(DATE.match, rest)) or {word.casefold() for word in rest} <= TRUTH)


def read(frame: pd.DataFrame, file: str, found: Findings, *, decimal_commas: bool) -> pd.DataFrame:
    """The table with its numbers as numbers; says what was read otherwise than it is written.

    ``decimal_commas`` says whether a comma may stand for a decimal point: not where commas divide the columns.
    """
    looked = {
        column: _looked(frame[column], decimal_commas)
        for column in frame.columns
        if not pd.api.types.is_numeric_dtype(frame[column])
        and (pd.api.types.is_string_dtype(frame[column]) or frame[column].dtype == object)
    }
    decimals = any(held.commas == "decimals" and held.numeric for held in looked.values() if held)
    read = {
        column: values
        for column, held in looked.items()
        if held and (values := _read(str(column), frame[column], held, file, found, decimals)) is not None
    }
    return frame.assign(**read) if read else frame


def _looked(values: pd.Series, decimal_commas: bool) -> Column | None:
    """What this column holds; None where it is of words as they are, or of nothing."""
    counts = text(values).value_counts()
    words = [str(word) for word in counts.index]
    missing = [word for word in words if word.casefold() in MISSING]
    some = any(map(_number, words[: LOOKED_AT + len(missing)]))
    matches = {word: match for word in words if (match := _number(word))} if some else {}
    if not matches and not missing:
        return None
    return Column(counts, matches, missing, _commas([match["digits"] for match in matches.values()], decimal_commas))


def _number(word: str) -> re.Match[str] | None:
    match = WRITTEN.fullmatch(word)
    shapes = (PLAIN, THOUSANDS, DECIMAL, BY_DOTS)
    return match if match and any(shape.fullmatch(match["digits"]) for shape in shapes) else None


def _commas(digits: list[str], decimal_commas: bool) -> str:
    with_comma = [number for number in digits if "," in number]
    if not with_comma:
        return ""
    grouped = sum(bool(THOUSANDS.fullmatch(number)) for number in with_comma)
    points = any("." in number for number in digits if not BY_DOTS.fullmatch(number) and not DECIMAL.fullmatch(number))
    if grouped >= MOSTLY * len(with_comma):
        surely = points or not decimal_commas or any(number.count(",") > 1 for number in with_comma)
        return "thousands" if surely else "either"
    parted = sum(bool(DECIMAL.fullmatch(number)) for number in with_comma)
    return "decimals" if decimal_commas and not points and parted >= MOSTLY * len(with_comma) else "neither"


def _read(column: str, values: pd.Series, held: Column, file: str, found: Findings, decimals: bool) -> pd.Series | None:
    """The column as numbers where it holds such, missing where words say so; None where it stays as it is."""
    if not held.numeric and not held.dated:
        _say_kept(column, held, file, found)
        return None
    _say_missing(column, held, file, found)
    said: dict[str, object] = dict.fromkeys(held.missing, np.nan)
    if held.numeric:
        comma = held.commas if held.commas != "either" else "decimals" if decimals else "thousands"
        _say_how(column, held, comma, file, found)
        plain = {word: _plain(match, comma) for word, match in held.matches.items()}
        said |= {word: number for word, number in plain.items() if number is not None}
        if all(word == number for word, number in said.items()):
            return None
    whole = text(values).map(lambda word: said.get(word, word))
    return whole.astype(float) if len(said) == len(held.counts) and held.numeric else whole.astype("str")


def _plain(match: re.Match[str], comma: str) -> str | None:
    """The number as Python writes it; None for the few that are written otherwise than their column."""
    digits = match["digits"]
    if digits.count(".") > 1 or (comma == "decimals" and ("," in digits or BY_DOTS.fullmatch(digits))):
        if not DECIMAL.fullmatch(digits) and not BY_DOTS.fullmatch(digits):
            return None
        digits = digits.replace(".", "").replace(",", ".")
    elif "," in digits:
        if not THOUSANDS.fullmatch(digits):
            return None
        digits = digits.replace(",", "")
    return f"{match['minus'] or match['minus2']}{digits}{match['power'] or ''}"


def _sign(match: re.Match[str]) -> str:
    return match["before"] or match["after"]


def _say_how(column: str, held: Column, comma: str, file: str, found: Findings) -> None:
    how = []
    if comma == "thousands":
        how.append(_("commas separate thousands"))
    elif held.commas == "either":
        how.append(_("commas are decimal points, as in other columns"))
    how += [_("the sign {sign} is left out", sign=sign) for sign in held.signs]
    if how:
        found.note(
            _("Column '{column}' of {file} is read as numbers: {how}.", column=column, file=file, how=", ".join(how)),
            where=column,
        )


def _say_missing(column: str, held: Column, file: str, found: Findings) -> None:
    if held.missing:
        found.note(
            counted(
                "Column '{column}' of {file} holds {words} once, read as missing.",
                "Column '{column}' of {file} holds {words} {n} times, read as missing.",
                int(held.counts[held.missing].sum()),
                column=column,
                file=file,
                words=_listed(held.missing),
            ),
            where=column,
        )


def _say_kept(column: str, held: Column, file: str, found: Findings) -> None:
    if held.missing:
        found.note(
            counted(
                "Column '{column}' of {file} holds {words} once, which counts as a value like any other.",
                "Column '{column}' of {file} holds {words} {n} times, which counts as a value like any other.",
                int(held.counts[held.missing].sum()),
                column=column,
                file=file,
                words=_listed(held.missing),
            ),
            where=column,
            remedy=_("Leave the cell empty where it means that the value is not known."),
        )


def _listed(words: list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
