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

if TYPE_CHECKING:
    from tlcore.weights import Published


@dataclass(frozen=True)
class Pretrained(Backbone):
    """A network with weights. ``student`` is the small network that stands in where a thinner one is asked for."""

    pretrained: ClassVar[bool] = True
    published: ClassVar[Published | None] = None  # None: it has weights only where a person names some
    student: ClassVar[str]

    weights: str = knob("", "Weights of your own for this network, a file or folder; empty: the published ones")
    digest: str = knob("", "")  # nobody turns it: what they held when the run was planned

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
