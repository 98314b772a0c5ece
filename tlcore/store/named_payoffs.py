"""What a case is worth, under names: several people, or one person's several views, priced side by side."""

from __future__ import annotations

import time

from sqlalchemy import delete, insert, select

from tlcore.errors import Unusable
from tlcore.measure.payoffs import Worth, worth
from tlcore.store.place import Place
from tlcore.store.schema import payoffs
from tlcore.words import _

LONGEST = 80  # letters of a name


class NamedPayoffs(Place):
    def payoffs(self, kind: str) -> dict[str, Worth]:
        """Those of one kind ("classes" or "number") by name, in the order of the alphabet."""
        with self.reading.connect() as connection:
            rows = connection.execute(select(payoffs).order_by(payoffs.c.name)).all()
        found = {row.name: worth(row.figures, row.currency) for row in rows}
        return {name: one for name, one in found.items() if one.kind == kind}

    def keep_payoffs(self, name: str, one: Worth) -> str:
        """Keep them under a name, in the place of others of that name; returns the name as it is kept.

        Raises `Unusable` for a name that is blank or too long.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= LONGEST:
            raise Unusable(_("Payoffs are kept under a name of 1 to {most} letters; this one has {n}.",
                             most=LONGEST, n=len(name)))  # fmt: skip
        row = {"name": name, "currency": one.currency, "figures": one.figures, "saved": time.time()}
        with self.writing.begin() as connection:
            connection.execute(delete(payoffs).where(payoffs.c.name == name))
            connection.execute(insert(payoffs), [row])
        return name

    def drop_payoffs(self, name: str) -> None:
        """Forget what is kept under a name, if anything is."""
        with self.writing.begin() as connection:
            connection.execute(delete(payoffs).where(payoffs.c.name == name))
