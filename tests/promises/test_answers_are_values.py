"""Scenarios and answers are values: one line to look at, a place in a set, through a pickle."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import capacity
from capacity import Backtest, Calibration, Roi, Sensitivity
from capacity.report.reported import Reported

SEED_EXAMPLE = Path(__file__).parents[2] / "scenarios" / "seed_example.yaml"
HEADS = {"team.csm.headcount": [1, 2]}


@pytest.fixture(scope="module")
def plan():
    return capacity.load(SEED_EXAMPLE)


@pytest.fixture(scope="module")
def answers(plan):
    """Of every kind that costs little, after somebody has looked at them."""
    often = plan.with_({"tasks.qbr.every": "month"})
    result = capacity.simulate(plan, trials=100)
    comparison = capacity.compare([plan, often], trials=100)
    found = [
        result,
        comparison,
        capacity.grid(plan, HEADS, trials=100),
        capacity.plan(plan, trials=100),
        result.explain("required_fte", role="csm", period="2027-03"),
    ]
    comparison.table(by="quarter")
    for answer in found:
        str(answer)
        answer.to_markdown()
    return found


def test_an_answer_looked_at_is_one_line_that_names_the_plan(plan, answers):
    for answer in answers:
        assert plan.name in repr(answer)
        assert len(repr(answer)) < 200
        assert "\n" not in repr(answer)
    assert len(repr(plan)) < 200
    assert plan.name in repr(plan)


@pytest.mark.parametrize("kind", [Backtest, Calibration, Roi, Sensitivity])
def test_answers_of_every_kind_do_the_same(kind):
    assert kind.__repr__ is Reported.__repr__
    assert kind.__hash__ is object.__hash__


def test_an_answer_is_equal_to_itself_and_can_stand_in_a_set(answers):
    assert len({*answers, *answers}) == len(answers)
    assert answers[0] != capacity.simulate(answers[0].scenario, trials=100)


def test_an_answer_comes_through_a_pickle(answers):
    for answer in answers:
        again = pickle.loads(pickle.dumps(answer))
        assert again.table().equals(answer.table())
        assert str(again) == str(answer)


def test_the_manifest_of_every_answer_says_what_its_numbers_depend_on(answers):
    sha = hashlib.sha256(SEED_EXAMPLE.read_bytes()).hexdigest()
    for answer in answers:
        about = answer.manifest
        own = about.get("scenarios", [about])  # of a comparison each has its own
        assert {"library", "seed", "trials", "block", "seconds"} <= about.keys()
        for one in own:
            assert one.keys() >= {"scenario", "set", "resolution"}
            assert one["files"] == {str(SEED_EXAMPLE): sha}


def test_scenarios_are_equal_where_they_say_the_same(plan):
    again, other = capacity.load(SEED_EXAMPLE), plan.with_({"team.csm.headcount": 2})
    assert plan == again == pickle.loads(pickle.dumps(plan))
    assert len({plan, again}) == 1
    assert other != plan
    assert other == capacity.load(SEED_EXAMPLE, {"team.csm.headcount": 2})
    assert plan != plan.name


def test_numbers_of_numpy_are_numbers(plan):
    result = capacity.simulate(plan, trials=np.int64(100), seed=np.int64(3))
    assert json.loads(json.dumps(result.manifest))["trials"] == 100
    found = capacity.plan(plan, trials=np.int64(100), seed=np.int64(3))
    assert json.loads(json.dumps(found.manifest))["seed"] == 3


@pytest.mark.parametrize(
    "ask",
    [
        capacity.simulate,
        capacity.roi,
        capacity.plan,
        lambda path: capacity.compare([path, path]),
        lambda path: capacity.sensitivity(path, "arr"),
        lambda path: capacity.sweep(path, HEADS),
        lambda path: capacity.backtest(path, "actuals.csv"),
    ],
)
def test_a_path_is_no_scenario_and_what_makes_one_is_said(ask):
    with pytest.raises(TypeError, match=r"of type str; pass what capacity\.load\(path\) returns"):
        ask("plan.yaml")


def test_what_is_gone_is_one_text():
    base = capacity.load(SEED_EXAMPLE.with_name("base.yaml"))
    with pytest.raises(TypeError, match=r"without is 0\.2; it is one text, as 'task:qbr' or '20%'"):
        capacity.roi(base, without=0.2, trials=0)


def test_a_difference_from_a_path_is_refused_in_the_same_words(plan):
    with pytest.raises(TypeError, match=r"pass what capacity\.load\(path\) returns"):
        plan.diff("plan.yaml")


def test_scenarios_to_compare_come_as_anything_that_lists_them(plan):
    often = plan.with_({"tasks.qbr.every": "month"})
    listed = capacity.compare([plan, often], trials=0)
    assert capacity.compare(iter([plan, often]), trials=0).table().equals(listed.table())
    with pytest.raises(TypeError, match=r"capacity\.compare\(\[a, b\]\)"):
        capacity.compare(plan, often)


def test_a_metric_that_the_plan_lacks_is_answered_with_what_it_takes(plan):
    with pytest.raises(capacity.QuestionError, match="no arr, which takes revenue"):
        capacity.simulate(plan, trials=0).mean("arr")


def test_a_table_of_a_metric_that_no_plan_has_is_refused(plan, answers):
    result, comparison = answers[:2]
    for answer in (result, comparison):
        with pytest.raises(capacity.QuestionError, match="Did you mean `required_fte`"):
            answer.table(metric="required_ftes")
        assert answer.table(metric="arr").empty  # this plan has none
    names = result.table()["metric"].unique()
    assert sum(len(result.table(metric=name)) for name in names) == len(result.table())


def test_mistakes_come_through_a_pickle_as_from_a_worker(plan):
    with pytest.raises(capacity.InputError) as found:
        plan.with_({"team.csm.headcount": "many", "tasks.qbr.every": "often"})
    again = pickle.loads(pickle.dumps(found.value))
    assert again.mistakes == found.value.mistakes
    assert str(again) == str(found.value)


def test_a_stored_sweep_says_where_it_is(plan, tmp_path):
    stored = capacity.sweep_into(tmp_path, plan, HEADS, ["team_cost"], trials=100)
    assert str(stored) == f"2 scenarios in {tmp_path}, 2 of them computed by this call"
    assert str(stored) in repr(stored)
    assert {stored} == {stored}


def test_one_value_is_no_list_of_values(plan):
    with pytest.raises(capacity.QuestionError, match="no list of values"):
        capacity.sweep(plan, {"team.csm.headcount": 6})
