"""The card that goes with a model: what it is for, how good and how surely, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from tlcore import catalog
from tlcore.measure.gain import BASELINE, CEILING, HELPS, HURTS, LEAST_SEEDS, OPEN, SAME
from tlcore.spec import RunSpec
from tlcore.words import told as in_words

MOST_COLUMNS = 40  # that are named


def card(record: Mapping[str, Any], spec: RunSpec, facts: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """`model_card.md`, with the header that the Hugging Face hub reads (Mitchell et al., 2019).

    ``record`` is what `model.json` is to hold; ``facts`` are those of the experiment (`tlcore.store.facts`); ``told``
    is measured beside: ``row`` (of the summary frame, or None), ``gap`` (the frame of tiles, or None), ``notes`` (grave
    sentences), ``name`` of the experiment, ``seeds`` finished, ``device``.
    """
    strategy = catalog.strategies()[spec.strategy]
    answers = record["answers"]
    sections = [
        f"# {told['name']}: {strategy.title}",
        _warned(facts),
        "## What it answers",
        _question(answers, facts),
        "## How good it is",
        _quality(record, spec, told),
        "## Does transfer help here?",
        _verdict(spec, told.get("row")),
        "## Data",
        _data(facts, spec),
        "## How far source and target are apart",
        _gap(told.get("gap")),
        "## Limits",
        _limits(record, spec, facts, told),
        "## How it was made",
        _made(record, spec, strategy, told),
    ]
    return f"---\n{_header(record, spec, told)}---\n\n" + "\n\n".join(part for part in sections if part) + "\n"


def _header(record: Mapping[str, Any], spec: RunSpec, told: Mapping[str, Any]) -> str:
    modality, kind = record["inputs"]["kind"], record["answers"]["kind"]
    task = {
        ("table", True): "tabular-regression", ("table", False): "tabular-classification",
        ("text", False): "text-classification", ("image", False): "image-classification",
        ("audio", False): "audio-classification",
    }.get((modality, kind == "regression"))  # fmt: skip
    metrics = [{"type": name, "value": round(float(value), 4)} for name, value in record["check"]["scores"].items()]
    header = {
        "library_name": "transferlab",
        "tags": ["transfer-learning", spec.strategy, modality],
        **({"pipeline_tag": task} if task else {}),
        "model-index": [
            {
                "name": f"{spec.scenario}-{spec.strategy}",
                "results": [
                    {
                        "task": {"type": task or kind},
                        "dataset": {"name": spec.scenario, "type": spec.scenario, "split": "test"},
                        "metrics": metrics,
                    }
                ],
            }
        ],
    }
    return yaml.safe_dump(header, sort_keys=False, allow_unicode=True)


def _warned(facts: Mapping[str, Any]) -> str:
    if not facts.get("simulated"):
        return ""
    return (
        "> **Simulated data.** Everything here was learnt from and judged on data drawn from a documented model. No "
        "real customer, machine or document stands behind it: use it to learn, not to decide."
    )


def _question(answers: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    label = answers["label"]
    if answers["kind"] == "regression":
        return f"The number `{label}`, in its own unit, for cases like those of the target."
    if answers["kind"] == "multiclass":
        return (
            f"Which `{label}` a case has: {', '.join(f'`{name}`' for name in answers['classes'])}. The likeliest one."
        )
    threshold = answers["threshold"]
    return (
        f"Whether `{label}` is `{answers['classes'][1]}` (the event) or `{answers['classes'][0]}`, with a probability. "
        f"The event is announced from {threshold['value']:.3g} on ({threshold['chosen']})."
    )


def _quality(record: Mapping[str, Any], spec: RunSpec, told: Mapping[str, Any]) -> str:
    scores = record["check"]["scores"]
    rows = [f"| {catalog.metric(name).title} | {value:.4g} |" for name, value in scores.items()]
    table = "\n".join(["| On the test set, once | This model |", "|---|---|", *rows])
    row = told.get("row")
    if row is None or row["n"] < 2 or pd.isna(row["ci_low"]):
        return f"{table}\n\nOne training of one sample of labels: how much it varies with either is not known."
    title = catalog.metric(spec.metric).title
    return (
        f"{table}\n\nOver the {row['n']} seeds of the experiment, each with another sample of labels and other first "
        f"weights, {title} is {row['mean']:.4g} on average (95 % interval {row['ci_low']:.4g} to {row['ci_high']:.4g})."
    )


def _verdict(spec: RunSpec, row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "Not known: this run is in no experiment that compares it."
    if row["verdict"] == BASELINE:
        return "This model does not transfer: it is what transfer is held against."
    if row["verdict"] == CEILING:
        return "This model was given every target label: it shows what could be reached at most."
    if pd.isna(row["gain"]):
        return "Not known: no model without transfer took part in the experiment."
    higher = "points" if catalog.metric(spec.metric).unit == "points" else "in the label's own unit"
    scale = 100 if higher == "points" else 1
    interval = (
        "" if pd.isna(row["gain_low"]) else f" ({row['gain_low'] * scale:+.3g} to {row['gain_high'] * scale:+.3g})"
    )
    against = (
        f"{row['gain'] * scale:+.3g} {higher}{interval} against {row['baseline']}, the best model without transfer"
    )
    return {
        HELPS: f"**Yes**: {against}.",
        SAME: f"**No practical difference**: {against}. The simpler model is enough.",
        HURTS: f"**No, it hurts (negative transfer)**: {against}. Do not use this model; use {row['baseline']}.",
        OPEN: f"**Not enough evidence**: {against}.",
    }[row["verdict"]] + ("" if row["n"] >= LEAST_SEEDS else f" Fewer than {LEAST_SEEDS} seeds never give a verdict.")


def _data(facts: Mapping[str, Any], spec: RunSpec) -> str:
    titles = {"source": "Source", "target": "Target, outside the test set", "test": "Test set"}
    lines = []
    for part, title in titles.items():
        counts = facts.get("counts", {}).get(part, {})
        classes = ", ".join(f"{name} {count}" for name, count in counts.get("classes", {}).items())
        lines.append(f"- {title}: {counts.get('n', 0)} examples{f' ({classes})' if classes else ''}")
    labels = "every one" if spec.labels is None else str(spec.labels)
    lines.append(f"- Target labels used: {labels}, drawn with seed {spec.seed}")
    columns = facts.get("columns", [])
    if columns:
        more = f" and {len(columns) - MOST_COLUMNS} more" if len(columns) > MOST_COLUMNS else ""
        lines.append(f"- Columns: {', '.join(f'`{name}`' for name in columns[:MOST_COLUMNS])}{more}")
    lines += [f"- {note}" for note in facts.get("notes", [])]
    return "\n".join(lines)


def _gap(gap: pd.DataFrame | None) -> str:
    if gap is None:
        return "Not measured: there is no source to compare with, or too few examples."
    rows = [f"| {row.measure} | {row.value:.3g} | {row.floor:.3g} |" for row in gap.itertuples()]
    head = "| Measure | Between the domains | Between two halves of the source |"
    return "\n".join([head, "|---|---|---|", *rows])


def _limits(record: Mapping[str, Any], spec: RunSpec, facts: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    lines = [
        "- It was judged on cases like those of the test set. Where customers, machines, seasons or the way things are "
        "recorded change, judge it again before relying on it.",
        "- It was not examined for fairness between groups of people; do so before it decides about any.",
    ]
    if facts.get("simulated"):
        lines.append("- It learnt from simulated data and says nothing about a real case.")
    if record["answers"]["kind"] != "regression":
        lines.append("- Its probabilities are the model's own; whether they hold, the calibration curve says.")
    if told["seeds"] < LEAST_SEEDS:
        lines.append(f"- Only {told['seeds']} of its seeds has finished: how good it is is not known surely.")
    lines += [f"- While it was trained: {note}" for note in told["notes"]]
    return "\n".join(lines)


def _made(record: Mapping[str, Any], spec: RunSpec, strategy: Any, told: Mapping[str, Any]) -> str:
    knobs = ", ".join(f"{name} = {value}" for name, value in spec.knobs.items())
    check, size, pace = record["check"], record["size"], record["latency"]
    lines = [
        f"- {strategy.summary}" + (f" ({strategy.paper})" if strategy.paper else ""),
        f"- Avoid it: {strategy.avoid}",
        f"- Run `{record['run']}`, seed {spec.seed}; {knobs}"
        if knobs
        else f"- Run `{record['run']}`, seed {spec.seed}",
        f"- Network `{spec.backbone}`; at most {spec.training.epochs} epochs a phase; {told['selector']}",
        f"- Trained on {told['device']}; {check['how']} for this folder",
        _checked(record),
        f"- {size['bytes'] / 1e6:.2f} MB; {pace['one row, ms']:.1f} ms for one row, {pace['rows a second']:.0f} rows a "
        f"second ({pace['on']})",
        "- " + ", ".join(f"{name} {version}" for name, version in record["versions"].items()),
    ]
    return "\n".join(lines + [f"- {in_words(remark)}" for remark in record["remarks"]])


def _checked(record: Mapping[str, Any]) -> str:
    check, whole = record["check"], not record.get("quantised", {}).get("used", False)
    away = check["largest difference"]
    if away is None:
        return f"- The predictions of the run were not kept; trained again, it scores {check['scores']}"
    if whole:
        return (
            f"- This folder answers {check['rows']} test cases as the run did: largest difference {away:.1e}, allowed "
            f"{check['tolerance']:.0e}"
        )
    return (
        f"- Its weights have 8 bits: over {check['rows']} test cases its answers differ from the run's by up to "
        f"{away:.2g}"
    )
