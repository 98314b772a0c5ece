"""Heart disease in three hospitals, then in a fourth: the same examinations, other patients (Detrano et al., 1989)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore.remote import File, divided, fetch

_ADDRESS = "https://archive.ics.uci.edu/ml/machine-learning-databases/heart-disease/"
FILES = {
    hospital: File(f"heart_disease/processed.{name}.data", f"{_ADDRESS}processed.{name}.data", f"sha256:{digest}", 1)
    for hospital, name, digest in (
        ("Cleveland", "cleveland", "a74b7efa387bc9d108d7d0115d831fe9b414b29ae7124f331b622b4efa0427c8"),
        ("Budapest", "hungarian", "d1ad108f785768cd3d7e82dc522e6f5a61eea93cccfb3a46ee8076f73fc3d796"),
        ("Zurich and Basel", "switzerland", "834a405ccf5b66ab4056bb77794adc8df0b7125186454c0a1d002d33c6c3b314"),
        ("Long Beach", "va", "e7c93d8d0d2acdadfa4c5e8de768e2191e7f618b952e29623f1f0d5949ff6b8f"),
    )
}
COLUMNS = (
    "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal",
    "num",
)  # fmt: skip
CODES = ("sex", "cp", "fbs", "restecg", "exang", "slope", "thal")  # numbers that stand for names


@dataclass(frozen=True)
class HeartDisease(tl.Scenario):
    title = "A new hospital: heart disease in four places"
    situation = "Many regions"
    modality = "table"
    story = (
        "Three hospitals have examined hundreds of patients and know whose arteries were narrowed. A fourth begins to "
        "keep records: its patients are others, its share of the ill is another, and some examinations were never made "
        "there. Does what the three have learnt hold in the fourth? Real data: 920 patients (A. Janosi, W. Steinbrunn, "
        "M. Pfisterer, R. Detrano, UCI; CC BY 4.0), not for clinical use. Less than 1 MB is downloaded once."
    )
    simulated = False
    embedded = False
    budget = 40

    hospital: str = tl.knob("Budapest", "The new hospital; the other three are the source", choices=tuple(FILES))

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        read = {
            name: pd.read_csv(fetch(file), header=None, names=COLUMNS, na_values=["?"]) for name, file in FILES.items()
        }
        patients = pd.concat(read.values(), ignore_index=True)
        inside = np.repeat(list(read), [len(part) for part in read.values()]) == self.hospital
        patients["heart disease"] = np.where(patients["num"] > 0, "yes", "no")
        patients["chol"] = patients["chol"].mask(patients["chol"] == 0)  # Switzerland wrote 0 where it did not measure
        for code in CODES:
            patients[code] = patients[code].map("{:.0f}".format, na_action="ignore").astype(object)
        source, target = divided(patients, "heart disease", inside, leave=["num"])
        return tl.Situation(source, target, label="heart disease", modality="table", positive="yes")


SCENARIO = HeartDisease
