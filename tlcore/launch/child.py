"""The first lines of a worker's process: where its words go, which GPU it sees, how many threads it takes."""

from __future__ import annotations

import faulthandler
import os
import sys


def main(run_key: str, device: str, gpu: str | None) -> None:
    """Carry out a claimed run; ``gpu`` is the one GPU it may see."""
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    from tlcore.launch.slots import threads
    from tlcore.store import Store
    from tlcore.worker import OWN_PROCESS, work

    os.environ[OWN_PROCESS] = "1"
    store = Store.open()
    with store.artifacts.log_file(run_key).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    faulthandler.enable()

    import torch

    torch.set_num_threads(threads())
    work(store, run_key, device)
