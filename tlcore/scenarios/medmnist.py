"""Medical pictures from one device or organ to another, in a size that trains in minutes (Yang et al., 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.remote import File, fetch, formats, labels_of, some

FILES = {
    name: File(
        f"medmnist/{name}.npz",
        f"https://zenodo.org/records/10519652/files/{name}.npz?download=1",
        f"md5:{digest}",
        size,
    )
    for name, digest, size in (
        ("organamnist", "68e3f8846a6bd62f0c9bf841c0d9eacc", 45),
        ("organcmnist", "b9ceb9546e10131b32923c5bbeaea2b1", 20),
        ("pneumoniamnist", "28209eda62fecd6e6a2d98b1501bb15f", 6),
        ("breastmnist", "750601b1f35ba3300ea97c75c52ff8f6", 2),
        ("pathmnist", "a8b06965200029087d5bd730944a56c1", 230),
        ("bloodmnist", "7053d0359d879ad8a5505303e11de1dc", 45),
    )
}
ORGANS = (
    "bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right", "liver", "lung-left", "lung-right",
    "pancreas", "spleen",
)  # fmt: skip
PAIRS = {
    "organs": ("organamnist", "organcmnist"),
    "breast": ("pneumoniamnist", "breastmnist"),
    "blood": ("pathmnist", "bloodmnist"),
}
CLASSES = {
    "organamnist": ORGANS,
    "organcmnist": ORGANS,
    "pneumoniamnist": ("normal", "pneumonia"),
    "breastmnist": ("malignant", "normal or benign"),
    "pathmnist": (
        "adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle", "normal colon mucosa",
        "cancer-associated stroma", "colorectal adenocarcinoma epithelium",
    ),
    "bloodmnist": (
        "basophil", "eosinophil", "erythroblast", "immature granulocyte", "lymphocyte", "monocyte", "neutrophil",
        "platelet",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class MedMnist(tl.Scenario):
    title = "Medical pictures from another device: MedMNIST"
    situation = "Expensive labels"
    modality = "image"
    story = (
        "Radiologists have labelled thousands of pictures of one kind; of another kind a few dozen have been looked "
        "at, for a specialist's hour is dear. Organs seen in slices across the body and then along it, lungs and then "
        "breasts, tissue and then blood: does the one teach the other? Real data: MedMNIST v2, 28 x 28 pixels "
        "(J. Yang and others; CC BY 4.0), not for clinical use. Between 5 and 240 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 60

    pair: str = tl.knob(
        "organs",
        "Organs from across to along the body, breast ultrasound after chest X-rays, or blood cells after tissue",
        choices=tuple(PAIRS),
    )
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 200, 50000)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs"} if self.pair == "organs" else {"inputs", "classes"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        source, target = PAIRS[self.pair]
        return tl.Situation(
            some(_read(source, "train"), self.source_size),
            some(_read(target, "train", "val"), 4000),
            label="finding",
            modality="image",
            test=some(_read(target, "test"), 2000),
            positive={"breast": "malignant"}.get(self.pair),
        )


def _read(name: str, *parts: str) -> tl.Examples:
    """These parts of a set: (N, 28, 28, 1), or three channels where it is coloured."""
    path = fetch(FILES[name])
    pixels = np.concatenate(formats.arrays(path, *(f"{part}_images" for part in parts)))
    numbers = np.concatenate(formats.arrays(path, *(f"{part}_labels" for part in parts))).ravel()
    names = np.array(CLASSES[name], dtype=object)
    return tl.Examples(pixels.reshape(*pixels.shape[:3], -1), labels_of(names[numbers.astype(int)]))


SCENARIO = MedMnist
