"""Customers of a bank write about a new matter: 77 intents, divided by what they are about (Casanueva et al., 2020)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore.remote import File, fetch, labels_of

_ADDRESS = (
    "https://raw.githubusercontent.com/PolyAI-LDN/task-specific-datasets/57ec275d8078af65b7731c2a98be812d844a6d6b/"
    "banking_data/"
)
FILES = {
    part: File(f"banking77/{part}.csv", f"{_ADDRESS}{part}.csv", f"sha256:{digest}", 2)
    for part, digest in (
        ("train", "b06e26ac675513959a63135f11b94ea7786ed02da65db93a5650d8838cbc664b"),
        ("test", "d12d6e3bc4c3103966ae786dc435913c0c563dfa328f5a3646d0e62cfeeb474d"),
    )
}
TOPICS = {
    "top-ups": ("top_up", "topping_up"),
    "transfers": ("transfer",),
    "cash": ("cash", "atm"),
    "identity": ("identity", "verify"),
}


@dataclass(frozen=True)
class Banking77(tl.Scenario):
    title = "What bank customers want, on a new matter: Banking77"
    situation = "Expensive labels"
    modality = "text"
    story = (
        "A bank's help desk has sorted thousands of messages about cards, accounts and payments. Now it offers to top "
        "up an account, and new kinds of questions arrive, five labelled messages of each. The words are a bank's "
        "words, the answers are new: does the old sorting help? Real data: Banking77 (PolyAI; CC BY 4.0). "
        "About 1 MB is downloaded once."
    )
    simulated = False
    embedded = False
    budget = 60

    topic: str = tl.knob(
        "top-ups", "What the target's messages are about; all others are the source", choices=tuple(TOPICS)
    )

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "classes"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        source, target = self._divided("train")
        return tl.Situation(source, target, label="intent", modality="text", test=self._divided("test")[1])

    def _divided(self, part: str) -> tuple[tl.Examples, ...]:
        table = pd.read_csv(fetch(FILES[part]))
        texts, intents = table["text"].to_numpy(dtype=object), labels_of(table["category"])
        inside = np.array([any(word in intent for word in TOPICS[self.topic]) for intent in intents])
        return tuple(tl.Examples(texts[rows], intents[rows]) for rows in (~inside, inside))


SCENARIO = Banking77
