"""What the simulated text scenarios share: different texts for every part, typing errors, wrong labels.

Every class has a rule of its own in a grammar (`tlcore.grammar`), so a text means what its label says.
No two texts of a scenario have the same words in the same order. Labels on offer for learning may be
wrong, as in real life; the test set keeps what each text was written for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tlcore.errors import Unusable
from tlcore.grammar import Grammar
from tlcore.situation import Examples, Situation
from tlcore.tokens import tokens

TRIES = 200  # draws of one text before its rule counts as exhausted
SHORTEST_MISTYPED = 4  # letters
ROWS_OF_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {
    key: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in ROWS_OF_KEYS
    for place, key in enumerate(row)
}


@dataclass(frozen=True, eq=False)
class Writers:
    """Those who write to one place: a grammar with a rule for every class, and how often each class is meant."""

    grammar: Grammar
    shares: Mapping[str, float]  # adding up to 1


def situation(
    source: Writers,
    target: Writers,
    *,
    label: str,
    sizes: Mapping[str, int],
    typos: float,
    label_noise: float,
    seed: int,
) -> Situation:
    """A source, a target pool and a test set of texts; ``sizes`` has "source", "target" and "test".

    The target does not depend on the source, and a larger source begins with the texts of a smaller one.
    Raises `Unusable` where a rule has too few different texts.
    """
    used: set[str] = set()
    there = written(target, sizes["target"] + sizes["test"], (seed, 2), used)
    here = written(source, sizes["source"], (seed, 1), used)
    pool, test = np.split(np.arange(len(there)), [sizes["target"]])
    parts = {"source": here, "target": there.take(pool), "test": there.take(test)}
    seen = {}
    for number, (name, part) in enumerate(parts.items()):
        typing, labelling = (np.random.default_rng([seed, 100 + number, what]) for what in range(2))
        assert part.labels is not None
        labels = part.labels if name == "test" else mislabelled(part.labels, label_noise, labelling)
        texts = [mistyped(text, typos, typing) for text in part.inputs]
        seen[name] = Examples(np.array(texts, dtype=object), labels)
    return Situation(seen["source"], seen["target"], label=label, modality="text", test=seen["test"], simulated=True)


def written(writers: Writers, n: int, seed: tuple[int, ...], used: set[str]) -> Examples:
    """n texts whose words differ from all that are ``used``, which grows by theirs."""
    meaning, saying = (np.random.default_rng([*seed, what]) for what in range(2))
    names = list(writers.shares)
    labels = np.array(names, dtype=object)[meaning.choice(len(names), n, p=list(writers.shares.values()))]
    return Examples(np.array([_unheard(writers.grammar, name, saying, used) for name in labels], dtype=object), labels)


def _unheard(grammar: Grammar, name: str, rng: np.random.Generator, used: set[str]) -> str:
    for _ in range(TRIES):
        text = grammar.say(name, rng)
        words = " ".join(tokens(text))
        if words not in used:
            used.add(words)
            return text
    raise Unusable(f"The rule {name!r} has too few different texts: {TRIES} draws in a row had been said before.")


def long_tail(names: Sequence[str], imbalance: float) -> dict[str, float]:
    """How often each is meant: the k-th in proportion to ``k ** -imbalance`` (Zipf, 1949); 0 makes all equal."""
    weights = np.arange(1, len(names) + 1) ** -float(imbalance)
    return dict(zip(names, (weights / weights.sum()).tolist(), strict=True))


def mislabelled(labels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """The same labels with ``share`` of them exchanged for one of the other classes, each as likely."""
    names, codes = np.unique(labels.astype(str), return_inverse=True)
    wrong = rng.permutation(len(labels))[: round(share * len(labels))]
    codes[wrong] = (codes[wrong] + rng.integers(1, len(names), len(wrong))) % len(names)
    return names.astype(object)[codes]


def mistyped(text: str, share: float, rng: np.random.Generator) -> str:
    """The same text with a typing error in ``share`` of its words that have four small letters or more."""
    words = text.split(" ")
    for place in np.flatnonzero(rng.random(len(words)) < share):
        words[place] = _slip(words[place], rng)
    return " ".join(words)


def _slip(word: str, rng: np.random.Generator) -> str:
    """Two letters swapped, one left out, one typed twice, or the key beside it hit; never the first letter."""
    letters = sum(letter in NEIGHBOURS for letter in word)
    if letters < SHORTEST_MISTYPED:
        return word
    place = int(rng.choice([at for at in range(1, len(word)) if word[at] in NEIGHBOURS]))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    kind = rng.integers(4)
    if kind == 0 and after[:1] in NEIGHBOURS and after[:1] != letter:
        return before + after[0] + letter + after[1:]
    if kind == 1:
        return before + after
    if kind == 2:
        return before + 2 * letter + after
    return before + str(rng.choice(list(NEIGHBOURS[letter]))) + after
