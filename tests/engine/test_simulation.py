"""Whatever order things happen in, each run ends once, and no two writers of a workspace run at once."""

import pytest

from compoundry.app import Parts
from compoundry.service import access
from tests.engine.simulation import Simulation


@pytest.mark.parametrize(
    ("seeds", "events"),
    [pytest.param(8, 60, id="short"), pytest.param(10_000, 200, id="long", marks=[pytest.mark.slow, pytest.mark.timeout(0)])],
)
def test_any_course_of_events_ends_every_run_once(parts: Parts, seeds: int, events: int) -> None:
    refused = 0
    for seed in range(seeds):
        played = _played(parts, seed, events)
        refused += played.refused
    assert refused, "no late result was ever tried"


def test_a_seed_tells_the_same_story_again(parts: Parts) -> None:
    first, again = _played(parts, 7, 40), _played(parts, 7, 40)
    assert first.story == again.story


def _played(parts: Parts, seed: int, events: int) -> Simulation:
    callers = [access.operator(access.create_workspace(parts.app, f"Seed {seed} {n}").id) for n in range(3)]
    simulation = Simulation(parts.app, callers, seed)
    try:
        simulation.play(events)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}\n" + "\n".join(simulation.story[-30:])) from error
    return simulation
