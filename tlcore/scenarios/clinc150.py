"""A voice assistant in a tenth field: 150 intents of ten domains, one of them new (Larson et al., 2019)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.remote import File, fetch, labels_of

_ADDRESS = "https://raw.githubusercontent.com/clinc/oos-eval/828f8093932c8fe6ca7936c3d2e52903b1c523de/data/"
FILES = {
    name: File(f"clinc150/{name}.json", f"{_ADDRESS}{name}.json", f"sha256:{digest}", megabytes)
    for name, digest, megabytes in (
        ("data_full", "36923c3705a59e08fe9c3883d8bc2dd966ef93e22cb78ac41171782a698d56e0", 3),
        ("domains", "b947b579d3b8e74b06f93b01083d8efaff2888b43a3e362533bd88a6e1211b3a", 1),
    )
}
DOMAINS = (
    "banking", "credit_cards", "kitchen_and_dining", "home", "auto_and_commute", "travel", "utility", "work",
    "small_talk", "meta",
)  # fmt: skip


@dataclass(frozen=True)
class Clinc150(tl.Scenario):
    title = "An assistant in a new field: CLINC150"
    situation = "Expensive labels"
    modality = "text"
    story = (
        "An assistant understands 135 requests of nine fields, from banking to the kitchen. It is to be taught a tenth "
        "field with fifteen new requests and five examples of each. Does knowing the other nine help? Real data: "
        "CLINC150 (S. Larson and others; CC BY 3.0). About 3 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 75

    domain: str = tl.knob("travel", "The new field; the other nine are the source", choices=DOMAINS)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "classes"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        parts = json.loads(fetch(FILES["data_full"]).read_text(encoding="utf-8"))
        own = json.loads(fetch(FILES["domains"]).read_text(encoding="utf-8"))[self.domain]
        own = [intent.replace(" ", "_") for intent in own]
        source, target = _divided([*parts["train"], *parts["val"]], own)
        return tl.Situation(source, target, label="intent", modality="text", test=_divided(parts["test"], own)[1])


def _divided(rows: list[list[str]], own: list[str]) -> tuple[tl.Examples, ...]:
    """The messages outside and inside the new field."""
    texts = np.array([text for text, _ in rows], dtype=object)
    intents = labels_of([intent for _, intent in rows])
    inside = np.isin(intents.astype(str), own)
    return tuple(tl.Examples(texts[rows], intents[rows]) for rows in (~inside, inside))


SCENARIO = Clinc150
