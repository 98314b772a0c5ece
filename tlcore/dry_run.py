"""Two training steps of a run's network, in a process of its own: how long one takes, what a run needs.

``python -m tlcore.dry_run`` reads a request from standard input, ``{"spec": .., "device": .., "file": ..}``, and
writes its answer to the file; `tlcore.launch.dry_runs` asks and reads. Until it is done the file says that it did
not survive: what kills it, such as a lack of memory, leaves that behind.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from tlcore.launch import cause
from tlcore.launch.dry_runs import LOCK
from tlcore.launch.slots import threads
from tlcore.spec import RunSpec
from tlcore.whole import write

CONTEXT = 500e6  # bytes that CUDA itself takes on a GPU
LASTING = 0.3  # seconds that are timed at least, in as many steps as that takes, so that a short one is known too


def main() -> None:
    asked = json.load(sys.stdin)
    file = Path(asked["file"])
    try:
        with FileLock(file.parent / LOCK, timeout=0):
            write(file, json.dumps({"problem": "killed"}).encode())
            try:
                found = measured(RunSpec.from_dict(asked["spec"]), asked["device"])
            except Exception as error:
                problem = cause.of_error(error, reading=False, tail="").kind
                write(file, json.dumps({"problem": problem}).encode())
                raise
            write(file, json.dumps(found).encode())
    except Timeout:  # somebody else is at it
        return


def measured(spec: RunSpec, device: str) -> dict[str, Any]:
    """``seconds`` of a step of a full batch, ``memory`` in bytes at its height, of a GPU's ``total``, and the bytes of
    the network's ``weights``."""
    import torch

    from tlcore import catalog
    from tlcore.learn import losses, nets
    from tlcore.learn.data import deal
    from tlcore.plan import drawn
    from tlcore.situation import split

    torch.set_num_threads(threads())
    situation = drawn(spec.scenario, **spec.settings)
    backbone = catalog.backbone(spec.backbone, **spec.network)
    task, _held = deal(split(situation, spec.labels, 0), situation, backbone, spec.training, 0, device)
    rich, labels = (task.source, task.source_labels) if len(task.source.x) else (task.target, task.target_labels)
    model = task.model(labels, blank=True).train()  # as large as with its weights, which need not be here
    learn, optimizer = losses.supervised(model), torch.optim.AdamW(model.parameters(), fused=True)
    half = torch.bfloat16 if device == "cpu" or torch.cuda.is_bf16_supported() else torch.float16
    batch = next(iter(rich))

    def step() -> float:
        began = time.perf_counter()
        with torch.autocast(device, half, enabled=device == "cuda"):
            loss = learn(batch, 0.0)["task"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        loss.item()  # waits for the device
        return time.perf_counter() - began

    step()  # makes the optimiser's memory, and much else that later ones find ready
    spent = [step()]
    while sum(spent) < LASTING:
        spent.append(step())
    found = {"seconds": sorted(spent)[len(spent) // 2], "memory": _height(), "total": None}
    if device == "cuda":
        found |= {"memory": torch.cuda.max_memory_reserved() + CONTEXT, "total": torch.cuda.mem_get_info()[1]}
    return found | {"weights": sum(tensor.nbytes for tensor in nets.own_state(model).values())}


def _height() -> int:
    """Bytes this process has taken at its height.

    Not by ``getrusage`` where Linux says it: that begins with the height of whoever started this process.
    """
    with suppress(OSError):
        told = Path("/proc/self/status").read_text()
        return int(told.partition("VmHWM:")[2].split()[0]) * 1024  # kB
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return int(getattr(psutil.Process().memory_info(), "peak_wset", 0))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()
