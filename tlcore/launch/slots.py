"""How much this machine carries out at a time: a slot per GPU, and as many for the CPU as its cores give."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tlcore.errors import Unusable

ANY = ("auto", "cpu", "cuda")

# What the process is told that workers are forked from. A thread pool made by an import would not survive the fork;
# the last entry is the memory allocator of Apache Arrow, which tidies up in a thread of its own.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


@dataclass(frozen=True)
class Slot:
    """A place for one run: its name, the devices runs may ask for to get it, and the GPU it stands for."""

    name: str
    takes: tuple[str, ...]
    gpu: str | None = None


def slots() -> list[Slot]:
    """GPU slots first. Without a GPU the CPU takes every run; one that insists on CUDA then fails with a sentence."""
    found = [Slot(f"cuda:{number}", ("auto", "cuda"), name) for number, name in enumerate(visible())]
    takes = ("cpu",) if found else ANY
    return found + [Slot(f"cpu:{number}", takes) for number in range(max(1, cores() // threads()))]


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """Threads a run may use: ``TRANSFERLAB_THREADS``, else an eighth of the cores. Small networks gain by none."""
    asked = os.environ.get("TRANSFERLAB_THREADS") or "0"
    if not asked.isdecimal():
        raise Unusable(f"TRANSFERLAB_THREADS is {asked!r}; it must be a whole number.")
    return int(asked) or max(1, cores() // 8)


def visible() -> list[str]:
    """The GPUs a run may be given, as ``CUDA_VISIBLE_DEVICES`` would name them."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return [name.strip() for name in allowed.split(",") if name.strip() and name.strip() != "-1"]
    return [str(number) for number in range(len(gpus()))]


@cache
def gpus() -> tuple[str, ...]:
    """The names of the NVIDIA GPUs here, found without waking CUDA: a forked process could not use it then."""
    if not (Path("/proc/driver/nvidia").exists() or Path("/dev/nvidiactl").exists() or os.name == "nt"):
        return ()
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return tuple(line.strip() for line in answer.stdout.splitlines() if line.strip())
    except (OSError, subprocess.SubprocessError):
        found = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        return tuple(_model(path.read_text()) for path in found)


def _model(information: str) -> str:
    lines = dict(line.split(":", 1) for line in information.splitlines() if ":" in line)
    return lines.get("Model", "NVIDIA GPU").strip()
