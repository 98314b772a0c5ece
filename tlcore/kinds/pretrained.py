"""Networks that come with weights: somebody's published ones, or one's own in a file or folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from tlcore import catalog
from tlcore.catalog import Backbone
from tlcore.digests import digest_of
from tlcore.errors import Unusable
from tlcore.knobs import knob
from tlcore.weights import Published

if TYPE_CHECKING:
    from tlcore.learn.data import Space
    from tlcore.learn.nets import Body


@dataclass(frozen=True)
class Pretrained(Backbone):
    """A network with weights. ``student`` is the small network that stands in where a thinner one is asked for."""

    pretrained: ClassVar[bool] = True
    published: ClassVar[Published | None] = None  # None: it has weights only where a person names some
    student: ClassVar[str]

    weights: str = knob("", "Weights of your own for this network, a file or folder; empty: the published ones")
    digest: str = knob("", "")  # nobody turns it: what they held when the run was planned

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
    def own(self) -> Path | None:
        """A person's own weights. Raises `Unusable` where they have changed since the run was planned."""
        named = self._named
        if named is not None and self.digest and named.exists() and digest_of(named) != self.digest:
            raise Unusable(f"The content of {named.name!r} has changed since this run was planned; plan it anew.")
        return named

    def objection(self) -> str | None:
        if self._named is not None and not self._named.exists():
            return f"{self.name}.weights is {self.weights!r}, and there is no such file or folder."
        return None

    def settled(self) -> Pretrained:
        named = self._named
        if named is None or not named.exists():
            return replace(self, digest="")
        return replace(self, weights=str(named.resolve()), digest=digest_of(named))

    @property
    def _named(self) -> Path | None:
        return Path(self.weights).expanduser() if self.weights else None


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
