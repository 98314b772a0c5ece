"""Steps so large that training destroys what it should improve: a learning rate far too high."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.notes import EXPLODED, NO_NUMBERS, kind
from tlcore.words import _

TITLE, PLACE = "Training that ran away", 10

RUINED = 10.0  # times the loss of guessing, in the first epoch
MOST = 0.5  # of a strategy's runs


def look(seen: Evidence) -> Finding | None:
    """A loss that exploded and ended the training, or one that began far above that of guessing."""
    told = sorted((one for one in seen.warned if kind(one.note) in (EXPLODED, NO_NUMBERS)), key=lambda one: -one.runs)
    ruined = seen.losses[seen.losses["train_first"] > RUINED * seen.guessing]
    counts, runs = ruined["strategy"].value_counts(), seen.losses["strategy"].value_counts()
    worst = [name for name in counts.index if counts[name] > MOST * runs[name]]
    names = list(dict.fromkeys([*(one.strategy for one in told), *worst]))
    if not names:
        return None
    if told:
        sentence = _(
            "{strategy}: in {n} of {of} seeds the loss ran away and training was ended.",
            strategy=seen.called(names[0]), n=told[0].runs, of=told[0].of,
        )  # fmt: skip
    else:
        loss = ruined.loc[ruined["strategy"] == names[0], "train_first"].median()
        sentence = _(
            "{strategy}: in {n} of {of} seeds the first epoch destroyed what was known: a training loss of {loss}, "
            "where guessing costs {nothing}.",
            strategy=seen.called(names[0]), n=int(counts[names[0]]), of=int(runs[names[0]]), loss=f"{loss:.3g}",
            nothing=f"{seen.guessing:.2g}",
        )  # fmt: skip
    return Finding(
        "diverged", _(TITLE), tuple(names), True, seen.and_others(sentence, names[1:]),
        remedies.offered(remedies.learning_rate(seen, names, 0.1), remedies.learning_rate(seen, names, 0.01)),
        frozenset({EXPLODED, NO_NUMBERS}),
    )  # fmt: skip
