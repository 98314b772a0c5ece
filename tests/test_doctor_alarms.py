"""Where nothing is wrong the doctor raises no alarm: no finding that stops, none that warns."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_doctor_faults import people
from toys import many_places, table

from tlcore import catalog
from tlcore.files import Files, examine
from tlcore.situation import Situation


@pytest.mark.parametrize("name", catalog.embedded())
def test_what_is_simulated_raises_no_alarm(name: str) -> None:
    found = examine(catalog.scenario(name).draw())
    assert [finding.what for finding in found if finding.severity in ("stop", "warning")] == []


@pytest.mark.parametrize("toy", [table("binary"), table("multiclass"), table("regression"), many_places()])
def test_a_toy_raises_no_alarm(toy: Situation) -> None:
    found = examine(toy)
    assert [finding.what for finding in found if finding.severity in ("stop", "warning")] == []


def test_sound_files_raise_no_alarm(tmp_path: Path) -> None:
    people(600, 0).to_csv(tmp_path / "old.csv", index=False)
    people(400, 1).to_csv(tmp_path / "new.csv", index=False)
    found = examine(Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="left_us"))
    assert [finding.what for finding in found if finding.severity in ("stop", "warning")] == []
