"""The only state: experiments, runs, epochs and what they leave, in a database and a folder of artifacts.

    store = Store.open()
    submitting   what people ask: submit, stop, cancel, retry
    working      what launchers and workers do: claim, begin, record, finish
    reading      what pages show: frames
    named_payoffs  what a case is worth, as people saved it
    examples     finished experiments that ship with the program

Nothing about a run lives anywhere else: whoever is killed, the rest goes on from here.
"""

from __future__ import annotations

from tlcore.store.examples import Examples
from tlcore.store.named_payoffs import NamedPayoffs
from tlcore.store.place import home
from tlcore.store.reading import StoredExperiment
from tlcore.store.submitting import Submitting
from tlcore.store.working import Active

__all__ = ["Active", "Store", "StoredExperiment", "home"]


class Store(Examples, Submitting, NamedPayoffs):
    """Everything that is kept, through one connection pool: `Store.open`."""
