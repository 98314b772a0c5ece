"""Animals to vehicles, or back: small photographs of ten classes, the target has its own (Krizhevsky, 2009)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.remote import File, fetch, formats, labels_of, some

FILES = {
    "photographs": File(
        "cifar10/cifar-10-binary.tar.gz",
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        "md5:c32a1d4ab5d03f1284b67883e8d87530",
        175,
    )
}
PARTS = ("data", "test")
VEHICLES = ("airplane", "automobile", "ship", "truck")


@dataclass(frozen=True)
class Cifar10(tl.Scenario):
    title = "Small photographs, other things on them: CIFAR-10"
    situation = "Public data"
    modality = "image"
    story = (
        "A catalogue of animal photographs is sorted and labelled. Now vehicles are to be sorted, with a few labels "
        "for each kind. No class is shared: what can carry over is how to see edges, surfaces and shapes. "
        "Real data: CIFAR-10 (A. Krizhevsky, University of Toronto; no licence is stated). "
        "About 170 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 80

    target: str = tl.knob(
        "vehicles", "What the target shows; the source shows the rest", choices=("vehicles", "animals")
    )
    noise: float = tl.knob(0.0, "Grain on the target's photographs, as a share of full brightness", 0.0, 0.5)
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 500, 30000)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "classes"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where the file cannot be downloaded."""
        path = fetch(FILES["photographs"])
        parts = {}
        for part in PARTS:
            photographs, names = formats.cifar(path, part)
            inside = np.isin(names.astype(str), VEHICLES) == (self.target == "vehicles")
            parts[part, True], parts[part, False] = (
                tl.Examples(photographs[rows], labels_of(names[rows])) for rows in (inside, ~inside)
            )
        target, test = (self._grainy(some(parts[part, True], 2000), part) for part in PARTS)
        source = some(parts["data", False], self.source_size)
        return tl.Situation(source, target, label="thing", modality="image", test=test)

    def _grainy(self, part: tl.Examples, name: str) -> tl.Examples:
        if not self.noise:
            return part
        rng = np.random.default_rng(PARTS.index(name))
        photographs = np.asarray(part.inputs) + rng.normal(0, 255 * self.noise, np.shape(part.inputs))
        return tl.Examples(photographs.clip(0, 255).round().astype(np.uint8), part.labels)


SCENARIO = Cifar10
