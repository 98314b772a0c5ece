"""One small comparison on the command line, all included: ``python -m benchmarks.compare_digits``.

From pressing Enter to the verdict, in a fresh home folder: imports, data, supervisor, source training,
thirty runs (those of the models without transfer included), judgement. Wanted on two cores: under 90 s.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from benchmarks import machine

COMMAND = ["compare", "digits", "--strategies", "scratch,fine_tune,dann", "--seeds", "5", "--preset", "quick"]


def main() -> None:
    print(machine.words("torch"))
    print("python -m tlcore", *COMMAND, flush=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        place = {"TRANSFERLAB_HOME": home, "TRANSFERLAB_IDLE": "1"}  # the supervisor ends soon after the last run
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tlcore", *COMMAND], env={**os.environ, **place}, check=True)
        print(f"{time.perf_counter() - began:.1f} s")
        time.sleep(2)


if __name__ == "__main__":
    main()
