"""From tweets to the financial press: the same moods, said otherwise (Malo et al., 2014; Barbieri et al., 2020)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.remote import File, fetch, hub, labels_of, some

_ADDRESS = "https://raw.githubusercontent.com/cardiffnlp/tweeteval/4fbd22cd78421f05b1ecdb4fc5725bc7a7bd8f66/datasets/sentiment/"
FILES = {
    name: File(f"tweeteval/{name}.txt", f"{_ADDRESS}{name}.txt", f"sha256:{digest}", 2)
    for name, digest in (
        ("test_text", "09a93a55c63fd93f97485ef7302889d7edb4091cd49733aa37da094f0bfa0675"),
        ("test_labels", "6afb4afe9374d1f983bcf9a7c79b108d0f37fdf020a83f30488309bed215db9d"),
        ("val_text", "e5b021e6fc45064c260b09814b803d8f56cada519c4d952d72f43d48a350a964"),
        ("val_labels", "b4566926c72e2e4e2916c864def94e76c4cdde52446af2c7ba4fc2006e057e51"),
    )
}
REPOSITORY = "takala/financial_phrasebank"
MOODS = np.array(["negative", "neutral", "positive"], dtype=object)
AGREEMENT = {"half": "50", "two thirds": "66", "three quarters": "75", "all": "all"}


@dataclass(frozen=True)
class FinancialPhrasebank(tl.Scenario):
    title = "From tweets to the financial press: Financial PhraseBank"
    situation = "Changed surroundings"
    modality = "text"
    story = (
        "Whether a tweet is in good or bad spirits has been labelled thousands of times. A fund wants the same of "
        "sentences from the financial press, where a falling loss is good news, and can pay an expert for a few "
        "labels. Do the tweets teach anything about money? Real data: TweetEval's sentiment set (F. Barbieri and "
        "others; Twitter's terms apply) and Financial PhraseBank (P. Malo and others; CC BY-NC-SA 3.0, so not for "
        "commercial use). About 2 MB are downloaded once, in part from the Hugging Face hub."
    )
    simulated = False
    embedded = False
    budget = 50

    agreement: str = tl.knob(
        "three quarters", "How many of the experts had to agree on a sentence", choices=tuple(AGREEMENT)
    )
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 500, 14284)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        press = hub.table(REPOSITORY, f"sentences_{AGREEMENT[self.agreement]}agree/train/0000.parquet")
        target = tl.Examples(press["sentence"].to_numpy(dtype=object), labels_of(MOODS[press["label"].to_numpy()]))
        texts, numbers = (
            [line for part in ("test", "val") for line in _lines(f"{part}_{kind}")] for kind in ("text", "labels")
        )
        tweets = tl.Examples(np.array(texts, dtype=object), labels_of(MOODS[np.array(numbers, dtype=int)]))
        return tl.Situation(some(tweets, self.source_size), target, label="mood", modality="text")


def _lines(name: str) -> list[str]:
    """One line per tweet; tweets hold other line breaks than a plain one."""
    return fetch(FILES[name]).read_text(encoding="utf-8").rstrip("\n").split("\n")


SCENARIO = FinancialPhrasebank
