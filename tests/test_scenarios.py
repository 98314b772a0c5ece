"""What every embedded scenario promises: the same knobs, the same examples; at once, without network or torch."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from toys import same

from tlcore import catalog, relation
from tlcore.situation import split

every_embedded = pytest.mark.parametrize("name", catalog.embedded())


@every_embedded
def test_the_same_knobs_draw_the_same_examples_to_the_last_bit_and_quickly(name):
    first = catalog.scenario(name).draw()
    started = time.perf_counter()
    second = catalog.scenario(name).draw()
    assert time.perf_counter() - started < 5  # about a second on an idle core
    for part in ("source", "target", "test"):
        assert same(getattr(first, part), getattr(second, part))


@every_embedded
def test_a_scenario_says_what_it_is_and_deals_a_hand_at_its_own_budget(name):
    scenario = catalog.scenario(name)
    situation = scenario.draw()
    assert situation.simulated == scenario.simulated == ("simulated" in scenario.story)
    assert situation.modality == scenario.modality
    hand = split(situation, scenario.budget, seed=0)
    assert len(hand.train) + len(hand.valid) == scenario.budget
    json.dumps(situation.facts)


@every_embedded
def test_a_scenario_names_how_source_and_target_relate(name):
    scenario = catalog.scenario(name)
    differs = scenario.differs()
    assert differs is not None
    assert differs <= set(catalog.DIFFERENCES)
    situation = scenario.draw()
    assert ("classes" in differs) == (situation.source_space != situation.target_space)
    assert len(relation.words(differs)) == len(differs)
    assert relation.relation(differs).name


def test_drawing_loads_no_torch():
    code = (
        "import sys; from tlcore import catalog; "
        "[catalog.scenario(name).draw() for name in catalog.embedded()]; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
