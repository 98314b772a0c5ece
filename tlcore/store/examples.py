"""Finished experiments that ship with the program: written to a folder here, taken in from it elsewhere.

    examples/digits/experiment.json      what was asked, facts of data and machine
                    runs.parquet         one row a run, as in the database
                    epochs.parquet       one row an epoch
                    predictions.parquet  of the test examples, in half precision, of as many seeds as there is room for
                    rungs.parquet        what every threshold names, of every run's validation and test examples
                    pictures.parquet     both domains in the networks' features, of one seed and label budget

A run of an example has a key of its own, so that a person who asks for the same run gets it trained.
"""

from __future__ import annotations

import json
import time
from functools import lru_cache
from hashlib import blake2s
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import delete, insert, select

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.measure.gain import LEAST_SEEDS
from tlcore.measure.rungs import rungs
from tlcore.outcome import State
from tlcore.store.artifacts import PICTURE, PREDICTIONS, RUNGS
from tlcore.store.place import to_json
from tlcore.store.reading import Reading
from tlcore.store.schema import epochs, experiment_runs, experiments, runs
from tlcore.store.submitting import FRESH
from tlcore.store.working import Working

FORMAT = 1
SHIPPED = Path(__file__).parents[2] / "examples"
VALUES_AT_MOST = 600_000  # probabilities in one example: hardly more than a megabyte
DIRECTIONS = 8  # of a picture
NOT_SCORES = ("run", "part", "row", "truth", "place")
# Of no interest away from where they were trained.
HERE_ONLY = ("slot", "host", "keeper", "keeper_created", "pid", "pid_created", "beat", "request", "batch")
JSON_COLUMNS = ("spec", "test", "valid", "warnings", "features", "terms", "scores")


class Examples(Reading, Working):
    def export_example(self, experiment_id: str, folder: Path) -> Path:
        """Write a finished experiment to ``folder/<scenario>``; returns that folder.

        Raises `Unusable` while any of its runs has no result.
        """
        stored = self.experiment(experiment_id)
        members = select(experiment_runs.c.run).where(experiment_runs.c.experiment == experiment_id)
        run_rows = self._rows(select(runs).where(runs.c.key.in_(members)).order_by(runs.c.place))
        unfinished = sum(row["state"] not in (State.DONE, State.STOPPED) for row in run_rows)
        if unfinished:
            raise Unusable(f"{unfinished} of {len(run_rows)} runs have no result; an example holds finished runs only.")
        of_these = select(epochs).where(epochs.c.run.in_(members))
        epoch_rows = self._rows(of_these.order_by(epochs.c.run, epochs.c.position))
        for row in run_rows:
            row["key"] = _bare(row["key"])
            for column in HERE_ONLY:
                del row[column]
        for row in epoch_rows:
            row["run"] = _bare(row["run"])

        place = Path(folder) / stored.experiment.scenario
        place.mkdir(parents=True, exist_ok=True)
        _write(place / "runs.parquet", _to_frame(run_rows))
        _write(place / "epochs.parquet", _to_frame(epoch_rows))
        _write(place / "predictions.parquet", self._half_precision(experiment_id))
        _write(place / "pictures.parquet", self._pictures(experiment_id))
        _write(place / "rungs.parquet", self._rungs(experiment_id))
        content = blake2s(digest_size=4)
        for part in ("runs", "epochs", "predictions", "pictures", "rungs"):
            content.update((place / f"{part}.parquet").read_bytes())
        record = {
            "format": FORMAT,
            "digest": content.hexdigest(),
            "created": stored.created.timestamp(),
            "experiment": stored.experiment.to_dict(),
            "facts": stored.facts,
        }
        text = json.dumps(json.loads(to_json(record)), indent=1, ensure_ascii=False)
        (place / "experiment.json").write_text(text + "\n", encoding="utf-8")
        return place

    def adopt_examples(self, folder: Path) -> list[str]:
        """Take in the examples of a folder; returns their ids. Quick where they are in already.

        An example that the folder ships in a newer edition replaces the older one.
        """
        shipped: dict[str, tuple[Path, dict[str, Any]]] = {}
        for path in sorted(Path(folder).glob("*/experiment.json")):
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["format"] != FORMAT:
                raise Unusable(f"{path} has format {record['format']}; this program reads {FORMAT}: make it again.")
            shipped[f"example-{record['experiment']['scenario']}-{record['digest']}"] = (path.parent, record)
        with self.reading.connect() as connection:
            query = select(experiments.c.id, experiments.c.scenario).where(experiments.c.example)
            present = {row.id: row.scenario for row in connection.execute(query)}
        scenarios = {record["experiment"]["scenario"] for _, record in shipped.values()}
        for identity, scenario in present.items():
            if scenario in scenarios and identity not in shipped:
                self._forget(identity)
        for identity, (place, record) in shipped.items():
            if identity not in present:
                self._take_in(identity, place, record)
        return list(shipped)

    def predictions(self, run_key: str) -> pd.DataFrame | None:
        """The predictions frame of a run, of an example's too; None where none are kept."""
        bare, _, edition = run_key.partition(".")
        if not edition:
            return super().predictions(run_key)
        content = self.artifacts.read(_folder(edition), PREDICTIONS)
        return _by_run(content).get(bare) if content else None

    def picture(self, run_key: str) -> pd.DataFrame | None:
        """Both domains in a run's features, of an example's too; None where that was not kept."""
        bare, _, edition = run_key.partition(".")
        if not edition:
            return super().picture(run_key)
        content = self.artifacts.read(_folder(edition), PICTURE)
        if content is None:
            return None
        whole = pd.read_parquet(BytesIO(content), filters=[("run", "==", bare)])
        return whole.drop(columns="run").dropna(axis=1, how="all") if len(whole) else None

    def rungs(self, run_key: str, event: int = 1) -> pd.DataFrame | None:
        """What every threshold names in a run, of an example's too; None where that was not kept.

        Of an example with more than two classes, and of another event, from the predictions it keeps.
        """
        bare, _, edition = run_key.partition(".")
        content = self.artifacts.read(_folder(edition), RUNGS) if edition and event == 1 else None
        kept = _rungs_by_run(content).get(bare) if content else None
        return super().rungs(run_key, event) if kept is None else kept

    def _take_in(self, identity: str, place: Path, record: dict[str, Any]) -> None:
        edition = record["digest"]
        run_rows = _from_frame(pd.read_parquet(place / "runs.parquet"))
        epoch_rows = _from_frame(pd.read_parquet(place / "epochs.parquet"))
        for row in run_rows:
            row["key"] = f"{row['key']}.{edition}"
            row["example"] = True
        for row in epoch_rows:
            row["run"] = f"{row['run']}.{edition}"
        # Predictions first: an example that is listed is complete. They stay the one file that was shipped: a file
        # for each run would double the time of the very first start.
        for name, file in ((PREDICTIONS, "predictions"), (PICTURE, "pictures"), (RUNGS, "rungs")):
            if (place / f"{file}.parquet").exists():  # older editions have no pictures and no rungs
                self.artifacts.write(_folder(edition), name, (place / f"{file}.parquet").read_bytes())
        experiment = record["experiment"]
        row = {
            "id": identity,
            "name": experiment["name"],
            "scenario": experiment["scenario"],
            "metric": experiment["metric"],
            "example": True,
            "created": record["created"],
            "submitted": record["created"],
            "record": experiment,
            "facts": {**record["facts"], "adopted": time.time()},
        }
        with self.writing.begin() as connection:
            if connection.execute(select(experiments.c.id).where(experiments.c.id == identity)).first():
                return  # somebody else was quicker
            connection.execute(insert(experiments), [row])
            connection.execute(insert(runs), [{**FRESH, **run} for run in run_rows])
            order = [{"experiment": identity, "position": i, "run": run["key"]} for i, run in enumerate(run_rows)]
            connection.execute(insert(experiment_runs), order)
            connection.execute(insert(epochs), epoch_rows)

    def _forget(self, identity: str) -> None:
        with self.writing.begin() as connection:
            members = select(experiment_runs.c.run).where(experiment_runs.c.experiment == identity)
            keys = list(connection.execute(members).scalars())
            connection.execute(delete(experiment_runs).where(experiment_runs.c.experiment == identity))
            connection.execute(delete(epochs).where(epochs.c.run.in_(keys)))
            connection.execute(delete(runs).where(runs.c.key.in_(keys)))
            connection.execute(delete(experiments).where(experiments.c.id == identity))
        for edition in {key.partition(".")[2] for key in keys}:
            self.artifacts.clear(_folder(edition))

    def _half_precision(self, experiment_id: str) -> pd.DataFrame:
        """Test predictions while there is room, of every strategy alike: of as many seeds as a verdict takes at the
        usual budget, then seed by seed, the budgets closest to it first."""
        scenario = catalog.scenarios().get(self.experiment(experiment_id).experiment.scenario)
        every = self.runs(experiment_id)
        own = scenario.budget if scenario else 1
        every["away"] = [0.0 if pd.isna(count) else abs(np.log(count / own)) for count in every["labels"]]
        every["later"] = (every["away"] > 0) | (every["seed"].rank(method="dense") > LEAST_SEEDS)
        frames: list[pd.DataFrame] = []
        values = 0
        for _, alike in every.groupby(["later", "seed", "away"])["run"]:
            found = [frame for key in alike if (frame := self._test_predictions(key)) is not None]
            values += sum(len(frame) * sum(name not in NOT_SCORES for name in frame) for frame in found)
            if frames and values > VALUES_AT_MOST:
                break
            frames += found
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"run": [], "part": []})

    def _pictures(self, experiment_id: str) -> pd.DataFrame:
        """The pictures of the first seed's runs at the budget in the middle, in half precision."""
        every = self.runs(experiment_id)
        budgets = sorted({count for count in every["labels"] if pd.notna(count)})
        middle = budgets[len(budgets) // 2] if budgets else None
        some = every[every["seed"] == every["seed"].min()]
        if middle is not None:
            some = some[some["labels"].eq(middle).fillna(False).astype(bool)]
        keys = list(some["run"])
        found = [(key, frame) for key in keys if (frame := self.picture(key)) is not None]
        places = [f"x{i}" for i in range(DIRECTIONS)]
        frames = [
            frame[["moment", "domain", "example", "label"]].assign(
                run=_bare(key), **{name: frame[name].astype(np.float16) for name in places if name in frame}
            )
            for key, frame in found
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"run": []}, dtype=str)

    def _rungs(self, experiment_id: str) -> pd.DataFrame:
        """The rungs of every run, where the answer is yes or no, or a number; single precision is enough."""
        frames = []
        for key in self.runs(experiment_id)["run"]:
            told = self.predictions(key)
            if told is not None and "p2" not in told:
                frames.append(rungs(told).assign(run=_bare(key)))
        if not frames:
            return pd.DataFrame({"run": []}, dtype=str)
        whole = pd.concat(frames, ignore_index=True)
        narrow = {
            "threshold": np.float32,
            "error": np.float32,
            "level": np.float32,
            "named": np.int32,
            "hits": np.int32,
        }
        return whole.astype({name: to for name, to in narrow.items() if name in whole})

    def _test_predictions(self, key: str) -> pd.DataFrame | None:
        frame = self.predictions(key)
        if frame is None:
            return None
        frame = frame[frame["part"] == "test"]
        # What the other probabilities leave of 1 need not be kept.
        scores = [name for name in frame.columns if name not in (*NOT_SCORES, "p0")]
        precision = np.float16 if "p0" in frame else np.float32
        told = frame[[name for name in NOT_SCORES if name in frame]]
        return told.assign(run=_bare(key), **{n: frame[n].astype(precision) for n in scores})

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        with self.reading.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _folder(edition: str) -> str:
    """What an edition's predictions are kept under, among the folders of runs."""
    return f"example-{edition}"


@lru_cache(maxsize=1)
def _by_run(content: bytes) -> dict[str, pd.DataFrame]:
    """The predictions frame of every run in a shipped file."""
    frame = _whole_precision(pd.read_parquet(BytesIO(content)))
    return {str(key): some.drop(columns="run").reset_index(drop=True) for key, some in frame.groupby("run", sort=False)}


@lru_cache(maxsize=1)
def _rungs_by_run(content: bytes) -> dict[str, pd.DataFrame]:
    """The rungs of every run in a shipped file."""
    frame = pd.read_parquet(BytesIO(content))
    return {str(key): some.drop(columns="run").reset_index(drop=True) for key, some in frame.groupby("run", sort=False)}


def _whole_precision(frame: pd.DataFrame) -> pd.DataFrame:
    """Predictions as a run saves them: every probability, in float32."""
    scores = [name for name in frame.columns if name not in NOT_SCORES]
    frame[scores] = frame[scores].astype(np.float32)
    if "p1" in frame:
        frame.insert(frame.columns.get_loc("p1"), "p0", (1 - frame[scores].sum(axis=1)).clip(0, 1).astype(np.float32))
    return frame


def _bare(key: str) -> str:
    """The key without the edition of an example it may belong to."""
    return key.split(".")[0]


def _to_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame([{k: to_json(v) if k in JSON_COLUMNS else v for k, v in row.items()} for row in rows])


def _from_frame(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
    return [{k: json.loads(v) if k in JSON_COLUMNS and v is not None else v for k, v in row.items()} for row in rows]


def _write(path: Path, frame: pd.DataFrame) -> None:
    frame.to_parquet(path, index=False, compression="zstd", compression_level=19)
