"""Every figure of an experiment as CSV and JSON in one zip, with a README that says what each column is.

Column names, as on the command line, are English whatever the language.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from tlcore.cli.output import plain
from tlcore.cli.spoken import command
from tlcore.files.export import as_csv
from tlcore.measure import adaptation, calibration, convergence, efficiency, imbalance, value
from tlcore.measure.budgets import budgets_of
from tlcore.report.columns import COLUMNS, FILES
from tlcore.report.material import Material

MOMENT = (1980, 1, 1, 0, 0, 0)  # the same figures make the same file


def bundle(material: Material) -> bytes:
    """The zip: of all label budgets, whichever is in view."""
    frames = {name: frame for name, frame in _frames(material).items() if len(frame)}
    files = {f"{name}.csv": as_csv(frame) for name, frame in frames.items()}
    files["experiment.yaml"] = material.experiment.to_yaml().encode()
    files["experiment.json"] = _json({"id": material.stored.id, "created": material.stored.created,
                                      "command": command(material.experiment), "payoffs": material.price.figures,
                                      "currency": material.price.currency, **material.experiment.to_dict(),
                                      "facts": material.facts})  # fmt: skip
    files["summary.json"] = _json(material.summaries.to_dict("records"))
    files["README.md"] = _readme(material, frames).encode()
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(ZipInfo(name, MOMENT), content, ZIP_DEFLATED)
    return packed.getvalue()


def _frames(material: Material) -> dict[str, pd.DataFrame]:
    each = [replace(material, labels=budget) for budget in budgets_of(material.all_done)]
    classes = [one for one in each if not one.regression and one.tested]
    names = material.facts["classes"]

    def joined(parts: list[Material], make: Callable[[Material], pd.DataFrame]) -> pd.DataFrame:
        """One frame for all label budgets, with the budget in front."""
        found = [make(one).drop(columns="labels", errors="ignore").assign(labels=one.labels) for one in parts]
        found = [frame for frame in found if len(frame)]
        if not found:
            return pd.DataFrame()
        frame = pd.concat(found, ignore_index=True)
        return frame[["labels", *frame.columns.drop("labels")]]

    return {
        "runs": _runs(material.runs),
        "summary": material.summaries,
        "epochs": material.store.epochs(material.runs["run"]),
        "convergence": joined(each, lambda one: convergence.table(one.epochs, one.done)),
        "features": joined(each, lambda one: one.features),
        "adaptation": joined(each, lambda one: adaptation.table(one.features)),
        "labels_saved": efficiency.saved(efficiency.curves(material.runs, material.facts["counts"]["target"]["n"])),
        "value": joined([] if material.price.objection else each, _outcomes),
        "counts": imbalance.noted(material.facts["counts"]),
        "classes": joined(classes, lambda one: imbalance.per_class(one.tested, one.done, names)),
        "calibration": joined(classes, lambda one: calibration.scores(one.tested, one.done)),
    }


def _outcomes(one: Material) -> pd.DataFrame:
    return value.outcomes(one.ladders, one.done, one.price).drop(columns=["state", "metric", "seconds"])


def _runs(runs: pd.DataFrame) -> pd.DataFrame:
    """One row per run, each measure in a column of its own."""
    scores = [pd.DataFrame(list(runs[part]), index=runs.index).add_prefix(f"{part}:") for part in ("test", "valid")]
    kept = ["run", "strategy", "labels", "seed", "state", "metric", "test_score", "valid_score", "selector", "seconds",
            "epochs", "device", "backbone", "failure"]  # fmt: skip
    return pd.concat([runs[kept], *scores], axis=1)


def _readme(material: Material, frames: dict[str, pd.DataFrame]) -> str:
    simulated = "The data is simulated.\n" if material.facts.get("simulated") else ""
    parts = [
        f"# {material.experiment.name or material.experiment.scenario}: every figure\n\n"
        f"Experiment {material.stored.id}, judged by {material.metric}. {simulated}\n"
        f"The same again: `{command(material.experiment)}`, or `compare experiment.yaml`.\n\n"
        "`experiment.json` holds what was asked and what was known of the data; `summary.json` is `summary.csv` again. "
        "An empty `labels` means every target label. Missing values are empty.\n"
    ]
    for name, frame in frames.items():
        parts.append(f"\n## {name}.csv ({len(frame):,} rows)\n\n{FILES[name]}\n\n| column | what it is |\n|---|---|\n")
        parts += [f"| {column} | {described(name, str(column))} |\n" for column in frame]
    return "".join(parts)


def described(file: str, column: str) -> str:
    """What a column of a file is; those named after a measure or a loss share a sentence."""
    kind = column.split(":")[0] + ":*" if ":" in column else column
    return COLUMNS.get(f"{file}.{kind}") or COLUMNS[kind]


def _json(record: object) -> bytes:
    return (json.dumps(plain(record), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
