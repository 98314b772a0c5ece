"""Carries out what waits in the queue: ``python -m tlcore.launch.supervisor``, one per home folder.

It takes runs in order, gives each a slot and a process of its own, and writes down how those end
that cannot do it themselves. It outlives the browser and the server, adopts the workers of a
predecessor that was killed, and ends itself when there has been nothing to do for a while.
"""

from __future__ import annotations

import json
import multiprocessing as mp
import os
import platform
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

import psutil
from filelock import FileLock, Timeout

from tlcore.launch import afterwards, cause, child
from tlcore.launch.local import CARD, LOCK
from tlcore.launch.slots import ONE_THREAD, Slot, slots
from tlcore.launch.truth import alive, myself, reconcile, settle, tail
from tlcore.store import Active, Store, home
from tlcore.whole import write

IDLE = 600.0  # seconds without work after which it ends itself; TRANSFERLAB_IDLE
PAUSE = 0.1  # seconds between two looks at the queue: a look takes half a millisecond
GRACE = 3.0  # seconds between asking a process to end and ending it


@dataclass
class Child:
    """A worker under this supervisor's eyes. An adopted one has no ``process``: how it ends stays unknown."""

    run: str
    slot: str
    identity: tuple[int, float]
    process: BaseProcess | None = None
    told: float | None = None  # when it was asked to end

    @property
    def lives(self) -> bool:
        if self.process is not None:
            self.process.join(0)
        return alive(self.identity)

    @property
    def exit_code(self) -> int | None:
        if self.process is None:
            return None
        self.process.join(1.0)
        return self.process.exitcode

    def owns(self, run: Active) -> bool:
        """Whether this is the attempt at the run that the store speaks of."""
        began = run.worker is None or run.worker[0] == self.identity[0]
        return run.key == self.run and run.slot == self.slot and began

    def end(self, *, politely: bool) -> None:
        if alive(self.identity):
            with suppress(psutil.NoSuchProcess):  # it may end on its own just now
                worker = psutil.Process(self.identity[0])
                worker.terminate() if politely else worker.kill()


class Supervisor:
    def __init__(self, store: Store, context: Any, idle: float):
        self.store = store
        self.slots = slots()
        self.children: list[Child] = []
        self._context = context
        self._idle = idle

    def run(self) -> None:
        """Work until there has been nothing to do for a while."""
        reconcile(self.store)
        self.adopt()
        last = time.monotonic()
        while time.monotonic() - last < self._idle:
            try:
                self.reap()
                self.enforce()
                while self.take():
                    pass
            except Exception:
                # A full disk or a database that is away: the runs go on, and so does the look at them.
                traceback.print_exc()
                time.sleep(1.0)
            if self.children:
                last = time.monotonic()
            time.sleep(PAUSE)

    def adopt(self) -> None:
        """Take charge of workers whose supervisor is gone, and of the slots they occupy."""
        for run in self.store.active():
            if run.host == platform.node() and run.worker and not alive(run.keeper) and alive(run.worker):
                self.store.adopt(run.key, myself())
                self.children.append(Child(run.key, run.slot or "", run.worker))

    def take(self) -> bool:
        """Start the first waiting run that a free slot can carry out, if there is one."""
        taken = {child.slot for child in self.children}
        free = {slot.takes: slot for slot in self.slots if slot.name not in taken}  # one of a kind will do
        for slot in free.values():
            claimed = self.store.claim(myself(), slot.name, devices=slot.takes, launcher="local")
            if claimed:
                self._start(claimed.run, claimed.device, slot)
                return True
        return False

    def reap(self) -> None:
        """Free the slots of workers that ended, and settle what they left open."""
        ended = [child for child in self.children if not child.lives]
        if not ended:
            return
        active = self.store.active()
        for gone in ended:
            for run in active:
                if gone.owns(run):
                    last = tail(self.store, run.key)
                    settle(self.store, run, cause.of_exit(gone.exit_code, last) if gone.process else None)
            self.children.remove(gone)
            afterwards.after(self.store, gone.run)

    def enforce(self) -> None:
        """End the processes of runs that were asked to be cancelled: politely, then not."""
        if not self.children:
            return
        cancelled = {run.key for run in self.store.active() if run.request == "cancel"}
        for busy in self.children:
            if busy.run not in cancelled:
                continue
            if busy.told is None:
                busy.told = time.monotonic()
                busy.end(politely=True)
            elif time.monotonic() - busy.told > GRACE:
                busy.end(politely=False)

    def _start(self, run_key: str, device: str, slot: Slot) -> None:
        asked = "cpu" if slot.gpu is None and device == "auto" else device
        process = self._context.Process(target=child.main, args=(run_key, asked, slot.gpu), name=f"run {run_key}")
        process.start()
        assert process.pid is not None
        try:
            created = psutil.Process(process.pid).create_time()
        except psutil.NoSuchProcess:
            created = 0.0  # over already
        self.children.append(Child(run_key, slot.name, (process.pid, created), process))


def main() -> None:
    folder = home()
    lock = FileLock(folder / LOCK)
    idle = float(os.environ.get("TRANSFERLAB_IDLE") or IDLE)
    context = _context()
    while True:
        try:
            lock.acquire(timeout=2.0)  # somebody may just be looking whether it is free
        except Timeout:
            return
        store = Store.open()
        card = folder / CARD
        write(card, json.dumps(dict(zip(("pid", "created"), myself(), strict=True))).encode())
        try:
            Supervisor(store, context, idle).run()
        finally:
            card.unlink(missing_ok=True)
            lock.release()
        # Who submitted just now found the lock held and started nobody else.
        if not store.waiting("local"):
            return


def _context() -> Any:
    """How workers are made: forked off a process that has imported what they need, and done nothing else."""
    os.environ |= ONE_THREAD
    if "forkserver" not in mp.get_all_start_methods():
        return mp.get_context("spawn")
    from multiprocessing import forkserver

    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["tlcore.launch.preload"])
    forkserver.ensure_running()  # importing goes on beside everything else
    return context


if __name__ == "__main__":
    main()
