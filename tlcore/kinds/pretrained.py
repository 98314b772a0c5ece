"""Networks that come with weights: somebody's published ones, or one's own in a file or folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tlcore import catalog
from tlcore.catalog import Backbone
from tlcore.kinds.own import Own
from tlcore.knobs import knob
from tlcore.weights import Published, counted

if TYPE_CHECKING:
    from tlcore.learn.data import Space
    from tlcore.learn.nets import Body

TYPICAL = 110_000_000  # weights of a network of which nothing is known: those of BERT base


@dataclass(frozen=True)
class Pretrained(Own, Backbone):
    """A network with weights. ``student`` is the small network that stands in where a thinner one is asked for."""

    reads = "weights"
    takes = "folder"

    pretrained: ClassVar[bool] = True
    published: ClassVar[Published | None] = None  # None: it has weights only where a person names some
    student: ClassVar[str]

    weights: str = knob("", "Folder with weights of your own, as save_pretrained writes it; empty: the published ones")

    def body(self, space: Space, blank: bool) -> Body:
        """The network with its weights, or, ``blank``, knowing nothing."""
        raise NotImplementedError(f"{type(self).__name__} builds nothing yet.")

    def build(self, space: Space) -> Body:
        return self.body(space, blank=False)

    def blank(self, space: Space) -> Body:
        return self.body(space, blank=True)

    def scaled(self, share: float) -> Backbone:
        return catalog.backbone(self.student).scaled(share)

    @property
    def parameters(self) -> int:
        """How many weights it has, as far as is known without loading it; `TYPICAL` where nothing is."""
        if self.published and self.published.parameters and not self.weights:
            return self.published.parameters
        place = self.own or (self.published and self.published.here())
        return (counted(place) if place and place.exists() else 0) or TYPICAL

    def objection(self) -> str | None:
        return self.misnamed()


@dataclass(frozen=True)
class FromHub(Pretrained):
    """A network whose repository on the Hugging Face hub a person names."""

    repository: str = knob("", "Name of a repository on the Hugging Face hub that holds such a network")

    @property
    def published(self) -> Published | None:  # type: ignore[override]
        return Published(self.repository, 0, 0) if self.repository else None

    def objection(self) -> str | None:
        if not self.repository and not self.weights:
            return f"{self.name} has no weights of its own: set its repository, or name a folder in its weights."
        return super().objection()
