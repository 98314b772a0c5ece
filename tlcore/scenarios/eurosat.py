"""Fields and forests from space, then towns and roads: Sentinel-2 pictures of Europe (Helber et al., 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.remote import File, fetch, formats, labels_of, some

FILES = {
    "pictures": File(
        "eurosat/EuroSAT.zip",
        "https://huggingface.co/datasets/torchgeo/eurosat/resolve/c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip",
        "md5:c8fa014336c82ac7804f0398fcb19387",
        100,
    )
}
BUILT = ("Highway", "Industrial", "Residential")


@dataclass(frozen=True)
class EuroSat(tl.Scenario):
    title = "The same land from space, other questions: EuroSAT"
    situation = "Expensive labels"
    modality = "image"
    story = (
        "An agricultural agency has had satellite pictures of fields, forests, rivers and lakes labelled. A planner "
        "wants motorways, industrial estates and housing told apart in pictures of the same satellite, and has a few "
        "labels. Is it worth beginning with what the agency knows? Real data: EuroSAT, Sentinel-2 pictures of "
        "64 x 64 pixels from 34 countries (P. Helber and others; MIT licence). About 95 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 60

    target: str = tl.knob("built", "What the target shows; the source shows the rest", choices=("built", "natural"))
    side: int = tl.knob(32, "Height and width of the pictures in pixels", choices=(32, 64))
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 500, 19000)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "classes"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where the file cannot be downloaded."""
        path = fetch(FILES["pictures"])
        names = np.array(formats.members(path, ".jpg", ".jpeg"), dtype=object)
        classes = labels_of([name.split("/")[-2] for name in names])
        inside = np.isin(classes.astype(str), BUILT) == (self.target == "built")
        # Sampled by name first: to decode all 27,000 would take a minute.
        source, target = (tl.Examples(names[rows], classes[rows]) for rows in (~inside, inside))
        parts = some(source, self.source_size), some(target, 4000)
        source, target = (tl.Examples(formats.pictures(path, part.inputs, self.side), part.labels) for part in parts)
        return tl.Situation(source, target, label="land use", modality="image")


SCENARIO = EuroSat
