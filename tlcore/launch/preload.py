"""What every worker needs and what takes long to import: loaded once, before workers are forked off.

Imports only. One calculation here could start a thread pool, whose threads a fork leaves behind
and on whose locks every worker would then wait for ever. Nothing of our own that people edit stands
here either: a changed strategy counts from the next run on.
"""

from __future__ import annotations

import filelock  # noqa: F401
import fsspec  # noqa: F401
import numpy  # noqa: F401
import pandas  # noqa: F401
import pyarrow.parquet  # noqa: F401
import safetensors.torch  # noqa: F401
import sklearn.ensemble
import sklearn.linear_model
import sklearn.metrics  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
import torch._dynamo  # noqa: F401  (every optimiser asks for it, compiled or not, and it takes longest)
