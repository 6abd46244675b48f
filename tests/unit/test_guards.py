"""What is said of a plan whose value rests on too much."""

from __future__ import annotations

import pytest

from capacity.engine.layout import build_layout
from capacity.guards import guards

PLAN = """
name: guarded
horizon: {start: 2027-01, months: 12}
segments: {all: {accounts: 40, arr: 9_000, churn: 10%, addressable: 60%}}
tasks: {care: {role: csm, every: month, hours: 2h, weight: 1}}
value: {if_stopped: {churn: 1.2, source: own judgement}}
team: {csm: {headcount: 2}}
"""


@pytest.fixture
def said(scenario):
    def read(text=PLAN, **settings):
        changed = {path.replace("__", "."): value for path, value in settings.items()}
        return [(w.path, w.text) for w in guards(build_layout(scenario(text, set=changed)))]

    return read


def test_a_careful_plan_raises_no_doubt(said):
    assert said() == []


def test_work_that_is_told_to_do_nothing(said):
    ((path, text),) = said(simulation__feedback=False)
    assert path == "simulation.feedback"
    assert "a team only costs" in text


def test_nobody_can_move_all_of_churn(said):
    ((path, text),) = said(segments__all__addressable="100%")
    assert path == "segments.all.addressable"
    assert text.startswith("100% says that nobody ever leaves by insolvency")


def test_an_effect_without_a_source(said):
    some = "expansion: {value: 0.9, source: own judgement}"
    ((path, text),) = said(PLAN.replace("source: own judgement", some))
    assert (path, text[:13]) == ("value.if_stopped.churn", "has no source")
    found = said(segments__all__if_stopped={"churn": 1.3})
    assert [path for path, _ in found] == ["segments.all.if_stopped.churn"]


def test_an_effect_that_was_only_watched(said):
    effect = {"churn": {"value": 1.32, "source": "vendor, observational"}}
    ((path, text),) = said(value__if_stopped=effect)
    assert (path, text[:19]) == ("value.if_stopped.churn", "comes from watching")


def test_a_past_that_is_explained_by_too_few_people(said):
    ((path, text),) = said(team__csm={"headcount": 1}, tasks__care__hours="6h")
    assert path == "tasks.care"
    assert text.startswith("today's team would do ")
    few = {"team__csm": {"headcount": 1}, "tasks__care__hours": "6h"}
    assert said(**few, tasks__care__coverage_today="70%") == []
