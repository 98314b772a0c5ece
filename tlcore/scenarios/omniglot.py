"""Letters of an alphabet never seen before, a few drawings of each: a test of few-shot learning (Lake et al., 2015)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

import tlcore as tl
from tlcore.remote import File, fetch, formats, labels_of

_ADDRESS = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python/"
FILES = {
    name: File(f"omniglot/{name}.zip", f"{_ADDRESS}{name}.zip", f"md5:{digest}", megabytes)
    for name, digest, megabytes in (
        ("images_background", "68d2efa1b9178cc56df9314c21c6e718", 12),
        ("images_evaluation", "6b91aef0f799c5bb55b94e3f2daec811", 8),
    )
}
SIDE = 28


@dataclass(frozen=True)
class Omniglot(tl.Scenario):
    title = "Letters of an unknown alphabet: Omniglot"
    situation = "Expensive labels"
    modality = "image"
    story = (
        "A reader of handwriting knows the characters of thirty alphabets. A new alphabet turns up, and somebody has "
        "labelled five drawings of each of its letters. None of them was ever seen before: can having learnt to tell "
        "letters apart help with letters that are new? Real data: Omniglot (B. Lake, R. Salakhutdinov, J. Tenenbaum; "
        "MIT licence), each letter drawn by twenty people. About 17 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 130

    alphabet: str = tl.knob(
        "Avesta",
        "The new alphabet",
        choices=("Atlantean", "Avesta", "Gurmukhi", "Kannada", "Malayalam", "Mongolian", "Syriac_(Serto)", "Tibetan"),
    )
    source_characters: int = tl.knob(200, "Characters of the known alphabets, drawn at random", 20, 964)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "classes"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        known, new = (_drawings(fetch(file)) for file in FILES.values())
        chosen = np.random.default_rng(0).permutation(sorted(known))[: self.source_characters]
        own = {character: names for character, names in new.items() if character.startswith(f"{self.alphabet}/")}
        # Twenty people drew each character; every second one's drawing is kept for the test.
        source = _read(FILES["images_background"], {character: known[character] for character in sorted(chosen)})
        pool, test = (
            _read(FILES["images_evaluation"], {character: names[start::2] for character, names in own.items()})
            for start in (0, 1)
        )
        return tl.Situation(source, pool, label="character", modality="image", test=test)


def _drawings(path: Path) -> dict[str, list[str]]:
    """The drawings of each character, "alphabet/character": its files in the zip."""
    found: dict[str, list[str]] = {}
    for name in formats.members(path, ".png"):
        found.setdefault("/".join(name.split("/")[-3:-1]), []).append(name)
    return found


def _read(file: File, drawings: dict[str, list[str]]) -> tl.Examples:
    """These drawings, light on dark, labelled by their character."""
    names = [name for some in drawings.values() for name in some]
    labels = [character for character, some in drawings.items() for _ in some]
    return tl.Examples(255 - formats.pictures(file.path, names, SIDE, "L"), labels_of(labels))


SCENARIO = Omniglot
