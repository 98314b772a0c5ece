"""An exported model on an MLflow server: registered with its signature, served by ``mlflow models serve``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from tlcore.errors import Unusable
from tlcore.launch.detached import environment
from tlcore.mirror.server import EXPERIMENT, RUN, Server
from tlcore.store import Store

if TYPE_CHECKING:
    from tlcore.export import Model

SERVED = Path(__file__).with_name("served.py")
PROGRAM = Path(__file__).parents[1]
# Of this package, which is on no index: what answers goes along.
ALONG = ("*.py", "export/**/*.py", "files/**/*.py", "kinds/__init__.py", "kinds/prepared.py", "spaces/**/*.py")
# What an exported model needs to answer, besides MLflow; tests/test_export.py holds it against what is loaded.
NEEDS = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "skops", "onnxruntime", "pillow", "babel", "PyYAML")
NEEDS_WHERE = {"network.pt2": ("torch",)}


class Registered(NamedTuple):
    name: str
    number: str

    @property
    def uri(self) -> str:
        return f"models:/{self.name}/{self.number}"


def register(
    store: Store, experiment_id: str, run: str, server: Server, *,
    report: Callable[[str], Any] = lambda sentence: None,
) -> Registered:  # fmt: skip
    """Export a mirrored run and register it under its scenario's name; what is registered already stays as it is.

    Raises `Unusable` where it cannot be exported, or the server cannot be used.
    """
    asked = store.experiment(experiment_id).experiment
    name = f"transferlab-{asked.scenario}"
    with server.reached():
        if known := _known(server, name, run):
            return known
        copy = server.ours(server.place(asked.name or asked.scenario), experiment_id).get(run)
    if copy is None:
        raise Unusable(f"Run {run} is not mirrored yet, as it has not ended; register it when it has.")
    with TemporaryDirectory() as place:
        report("Exporting the model ...")
        _export(store, experiment_id, run, Path(place) / "model")
        report("Registering it ...")
        with server.reached("the runs were mirrored, the model was not registered"):
            return _registered(
                server, name, {RUN: run, EXPERIMENT: experiment_id}, copy.info.run_id, Path(place) / "model"
            )


def _export(store: Store, experiment_id: str, run: str, folder: Path) -> None:
    """By a process of its own, as it loads torch."""
    words = [sys.executable, "-m", "tlcore", "export", run, "--to", str(folder), "--experiment", experiment_id]
    done = subprocess.run(words, env=environment(store), capture_output=True, text=True)
    if done.returncode:
        raise Unusable(f"Run {run} cannot be exported: {done.stderr.strip().splitlines()[-1]}")


def _along(to: Path) -> Path:
    """A copy of the part of this package that answers."""
    for file in (file for part in ALONG for file in PROGRAM.glob(part)):
        place = to / PROGRAM.name / file.relative_to(PROGRAM)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return to / PROGRAM.name


def requirements(folder: Path) -> list[str]:
    """The packages, pinned to what it was checked with, that answering needs."""
    more = [package for file, packages in NEEDS_WHERE.items() if (folder / file).exists() for package in packages]
    return [f"{package}=={version(package)}" for package in ("mlflow", *NEEDS, *more)]


def signature(model: Model, example: Any) -> Any:
    """The inputs as somebody brings them and the answers; a column may be left empty, and read as numbers or words."""
    from mlflow.models import ModelSignature, infer_signature
    from mlflow.types import ColSpec, Schema, TensorSpec

    found = infer_signature(example, model.predict(example))
    if not isinstance(example, pd.DataFrame):
        return found
    columns: list[ColSpec | TensorSpec] = [
        ColSpec("double" if pd.api.types.is_numeric_dtype(example[name]) else "string", str(name), required=False)
        for name in example
    ]
    return ModelSignature(Schema(columns), found.outputs)


def example_of(model: Model) -> Any:
    """The example inputs of an exported model: a frame, or an array of images or sounds."""
    from tlcore.export import reading

    table = model.folder / "example.csv"
    if not table.exists():
        return reading.read(model.folder / "example.zip", model.space)[0].inputs
    frame = pd.read_csv(table)
    words = {name: str for name in getattr(model.space, "categories", {}) if name in frame}
    return pd.read_csv(table, dtype=words)


def _known(server: Server, name: str, run: str) -> Registered | None:
    found = server.client.search_model_versions(f"name = '{name}'")
    return next((Registered(name, str(one.version)) for one in found if one.tags.get(RUN) == run), None)


def _registered(server: Server, name: str, tags: dict[str, str], copy: str, folder: Path) -> Registered:
    import mlflow

    from tlcore.export import load

    model = load(folder, trusted=True)  # it is our own
    example = example_of(model)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(server.address)
    try:
        with mlflow.start_run(run_id=copy):
            told = mlflow.pyfunc.log_model(
                name="model", python_model=str(SERVED), artifacts={"model": str(folder)},
                code_paths=[str(_along(folder.parent))], signature=signature(model, example), input_example=example,
                pip_requirements=requirements(folder), registered_model_name=name,
            )  # fmt: skip
    finally:
        mlflow.set_tracking_uri(before)
    number = str(told.registered_model_version)
    for key, value in tags.items():
        server.client.set_model_version_tag(name, number, key, value)
    return Registered(name, number)
