"""A finished run as a folder that answers without this program (`tlcore.export`): rebuilt, checked, written whole.

A folder is written only for a model that answers the test cases as its run did. It loads torch: ``python -m tlcore
export RUN --to DIR`` is a process of its own, and pages start `tlcore.making` as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.export import Model, examples, folder, preparation, quantising, threshold
from tlcore.export.card import card
from tlcore.measure.gain import row_of, summarise
from tlcore.measure.gap import measure_gap
from tlcore.measure.ladders import Ladder, ladders
from tlcore.measure.notes import grave
from tlcore.measure.payoffs import Payoffs, assumed
from tlcore.measure.rungs import rungs
from tlcore.outcome import Note, State
from tlcore.plan import drawn
from tlcore.situation import Situation, hold_out
from tlcore.spec import RunSpec
from tlcore.store import Store
from tlcore.store.attempts import basis, with_result
from tlcore.store.facts import versions
from tlcore.words import _, speaking
from tlcore.words import told as in_words

TOLERANCE = 1e-4  # of a probability, or of a number in standard deviations: by how much an answer may differ
COARSE = 3e-2  # the same where the run was judged on a GPU, in bfloat16, which keeps two to three digits
MENDED = ("rename", "scale", "fold")  # of a person's own tables, whoever asks the model brings them as they lay there


def export(
    store: Store,
    run: str,
    to: Path,
    *,
    replace: bool = False,
    experiment: str | None = None,
    ask: float | None = None,
    payoffs: Payoffs | None = None,
    quantise: bool = False,
    report: Callable[[str], Any] = lambda sentence: None,
) -> dict[str, Any]:
    """Write the model of a finished run to the folder ``to``; returns the record in its `model.json`.

    ``experiment`` is the one whose comparison the card tells; of several that share the run, the one asked for last.
    ``ask`` is the threshold from which the event is announced, where it is not to be chosen here by ``payoffs`` (else
    those the scenario assumes); ``quantise`` makes a second network of 8-bit weights the one that answers; ``report``
    is told what is going on. Raises `Unusable`, with nothing written, for a run without a result, for one that cannot
    be had again, and for payoffs under which no probability decides.
    """
    spec = store.spec(run)
    row, facts, summary, of = _about(store, run, spec, experiment or store.experiment_of(run))
    if row["state"] not in (State.DONE, State.STOPPED) or pd.isna(row["test_score"]):
        raise Unusable(
            _("Run {run} is {state} and has no result; only a finished run can be taken away.", run=run,
              state=_(row["state"]))
        )  # fmt: skip
    with folder.drafted(to, replace=replace) as draft:
        situation = drawn(spec.scenario, **spec.settings)
        worth = _payoffs(spec, situation, payoffs)
        stored = None if row["example"] else _kept(store, run)
        tolerance = TOLERANCE if str(row["device"]).startswith("CPU") or row["example"] else COARSE
        found = _rebuilt(store, run, spec, situation, stored, tolerance, report)
        if stored is not None and not found.away <= tolerance:
            raise Unusable(_differs(run, row, found, tolerance))
        report(_("Writing it down ..."))
        record = _answers(run, spec, situation, facts, found, worth, ask)
        record |= {"of": of, "inputs": preparation.described(found.task.space)} | _mended(spec)
        record |= _parts(draft, record, found)
        if quantise:
            report(_("Making its network one of 8-bit weights ..."))
            test = found.hand.test, found.held.test.truth
            record |= quantising.quantised(draft, record, *test, spec.metric, facts.get("margin", 0.0))
            record["remarks"].append(record["quantised"]["remark"])
        model = Model(draft, record)
        record["check"] = _check(model, found, stored, tolerance)
        record["latency"] = examples.pace(model, found.hand.test)
        record["versions"] = versions() | _more_versions()
        examples.write(draft, record, found.hand.test)
        record["size"] = {"bytes": sum(file.stat().st_size for file in draft.iterdir())}
        with speaking("en"):  # as the rest of the card, whoever has it made
            written = card(record, spec, facts, _measured(row, summary, situation, facts))
        (draft / "model_card.md").write_text(written, "utf-8")
        folder.seal(draft, record)
    return record


def _measured(
    row: Mapping[str, Any], summary: dict[str, Any] | None, situation: Situation, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """What the card tells beside the record."""
    return {
        "row": summary, "gap": _gap(situation), "name": facts["title"],
        "seeds": 0 if summary is None else int(summary["n"]),
        "notes": [in_words(one.note) for one in grave(pd.DataFrame([row]))],
        "selector": row["selector"], "device": row["device"],
    }  # fmt: skip


def _about(
    store: Store, run: str, spec: RunSpec, name: str | None
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None, dict[str, Any]]:
    """The run's row, the facts of an experiment it is in, its strategy's row of the summary there, and the basis."""
    runs = store.runs(name)
    if run not in set(runs["run"]):
        raise Unusable(_("Run {run} does not belong to experiment {name}; name one that it is in.", run=run, name=name))
    row = runs[runs["run"] == run].iloc[0].to_dict()
    title, of = catalog.scenarios()[spec.scenario].title, basis(runs, run, name)
    if name is None:
        return row, {"title": title}, None, of
    stored = store.experiment(name)
    facts = stored.facts | {"title": stored.experiment.name or title, "margin": stored.experiment.margin}
    mine = row_of(summarise(with_result(runs), stored.experiment.margin), spec.strategy, spec.labels)
    return row, facts, None if mine is None else mine.to_dict(), of


def _payoffs(spec: RunSpec, situation: Situation, given: Payoffs | None) -> Payoffs | None:
    """What a case brings, as given or as the scenario assumes; None where there are not two classes to tell apart."""
    if situation.kind != "binary":
        if given is not None:
            raise Unusable(
                _("Payoffs choose a threshold between two classes, and this run tells no two classes apart.")
            )
        return None
    scenario = catalog.scenarios().get(spec.scenario)
    worth = given or assumed(scenario.worth if scenario else (), regression=False)
    if worth.objection:
        raise Unusable(worth.objection)
    assert isinstance(worth, Payoffs)
    return worth


def _kept(store: Store, run: str) -> np.ndarray | None:
    """What the run predicted for the test cases: ``(N, C)`` or ``(N,)``; None where that was not kept."""
    frame = store.predictions(run)
    if frame is None:
        return None
    test = frame[frame["part"] == "test"].sort_values("row")
    if "prediction" in test:
        return test["prediction"].to_numpy(np.float64)
    return test[[name for name in test if name[0] == "p" and name[1:].isdigit()]].to_numpy(np.float64)


def _rebuilt(
    store: Store, run: str, spec: RunSpec, situation: Situation, stored: np.ndarray | None, tolerance: float,
    report: Callable[[str], Any],
) -> Any:  # fmt: skip
    from tlcore.learn.rebuild import rebuilt
    from tlcore.learn.shelf import Shelf

    return rebuilt(
        catalog.strategy(spec.strategy, **spec.knobs).phases,
        spec,
        situation,
        catalog.backbone(spec.backbone, **spec.network),
        catalog.metrics(),
        shelf=Shelf(store.home / "shelf" / spec.again),  # where its worker found and left the source
        weights=store.weights(run) or {},
        stored=stored,
        tolerance=tolerance,
        report=report,
    )


def _differs(run: str, row: Mapping[str, Any], found: Any, tolerance: float) -> str:
    here = (
        _("its data or this version of the program") if row["state"] == State.DONE else _("the moment it was stopped")
    )
    away = _("are no numbers") if np.isnan(found.away) else _("differ by up to {away}", away=f"{found.away:.2g}")
    machine = ""
    if not str(row["device"]).startswith("CPU"):
        machine = _("; it was trained on {device}, and this is a CPU", device=row["device"])
    return _(
        "Run {run} cannot be had again: trained again, its test predictions {away} where at most {tolerance} is "
        "allowed, because of {here}{machine}. Run it again and export that.",
        run=run, away=away, tolerance=f"{tolerance:g}", here=here, machine=machine,
    )  # fmt: skip


def _answers(
    run: str,
    spec: RunSpec,
    situation: Situation,
    facts: Mapping[str, Any],
    found: Any,
    payoffs: Payoffs | None,
    ask: float | None,
) -> dict[str, Any]:
    space = situation.target_space
    answers: dict[str, Any] = {"label": situation.label, "kind": space.kind, "classes": list(space.classes)}
    if space.kind == "regression":
        answers |= {"centre": found.held.centre, "spread": found.held.spread}
    if payoffs is not None:
        valid = None if found.selector == "none" else _ladder(found.held.valid.truth, found.valid)
        answers["threshold"] = threshold.chosen(valid, payoffs, ask)
    return {
        "run": run, "title": facts["title"], "scenario": spec.scenario, "strategy": spec.strategy,
        "simulated": situation.simulated, "answers": answers,
    }  # fmt: skip


def _mended(spec: RunSpec) -> dict[str, Any]:
    mend = {name: spec.settings[name] for name in MENDED if spec.settings.get(name) and spec.scenario == "own_files"}
    return {"mend": mend} if mend else {}


def _ladder(truth: np.ndarray, chances: np.ndarray) -> Ladder | None:
    """What every threshold names of the validation labels; None without any."""
    told = pd.DataFrame({"part": "valid", "truth": truth, "p1": chances[:, 1]})
    return ladders({"": rungs(told)})[""].get("valid")


def _check(model: Model, found: Any, stored: np.ndarray | None, tolerance: float) -> dict[str, Any]:
    """The model as it will be loaded on every test case: how far from the run's own answers, and its scores."""
    told, truth = model.told(found.hand.test), found.held.test.truth
    kind = found.task.target_labels.kind
    fitting = {name: metric for name, metric in catalog.metrics().items() if kind in metric.kinds}
    scores = {name: float(metric.measure(truth, told)) for name, metric in fitting.items()}
    return {
        "rows": len(told),
        "tolerance": tolerance,
        "largest difference": None if stored is None else float(np.abs(told - stored).max() / found.held.spread),
        "how": found.how,
        "scores": {name: round(score, 6) for name, score in scores.items() if np.isfinite(score)},
    }


def _parts(draft: Path, record: Mapping[str, Any], found: Any) -> dict[str, Any]:
    """The model's files, held against what it is to answer: ONNX first, torch's own form where that does not agree."""
    from safetensors.torch import save_file

    from tlcore.learn.parts import Parts

    state = {name: tensor.contiguous().clone() for name, tensor in found.predictor.state_dict().items()}
    if hasattr(found.task.space, "tokenizer"):
        found.task.space.tokenizer.backend_tokenizer.save(str(draft / preparation.TOKENIZER))
    remarks: list[Note] = []
    for form in ("onnx", "pt2"):
        parts = Parts(draft, found.held.test.x, form)
        tree = parts.of(found.predictor)
        model = Model(draft, {**record, "parts": tree})
        away = float(np.abs(model.told(found.hand.test) - found.told).max() / found.held.spread)
        remarks += [
            Note("The network is kept in torch's own form, not as ONNX: {reason}.", {"reason": reason})
            for reason in parts.reasons
        ]
        if away <= TOLERANCE:
            break
        told = {"form": form, "away": f"{away:.1g}"}
        remarks.append(Note("A learner answers otherwise behind {form}, by up to {away}.", told))
        for file in (*draft.glob("network*"), *draft.glob("learner*")):
            file.unlink()
    else:
        raise Unusable(
            _("The exported model answers otherwise than the run, by up to {away}: it is not exported.",
              away=f"{away:.2g}")
        )  # fmt: skip
    if state:
        save_file(state, draft / "weights.safetensors")
    return {"parts": tree, "remarks": remarks}


def _gap(situation: Situation) -> pd.DataFrame | None:
    try:
        return measure_gap(situation.source, hold_out(situation)[0]).tiles()
    except Unusable:
        return None


def _more_versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("onnxruntime", "skops", "safetensors")}
