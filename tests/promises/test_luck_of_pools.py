"""Luck of pools: seats by role, pool and number; accounts and people by name, wherever they are."""

from __future__ import annotations

import numpy as np
import pytest
from uncertain_plan import PLAN, rows

import capacity

REGIONS = "AMER", "EMEA"
POOLED = PLAN.replace("csm: {headcount: 1, hires: {2027-05: 1}", "csm: {SPLIT")
SPLIT = "split: region, headcount: {AMER: 2, EMEA: 1}, hires: {AMER: {2027-05: 1}}"
OF_PEOPLE = "headcount", "vacancies", "ramped_fte", "capacity_hours", "cost_salaries", "cost_hiring"
HEADER = "id,segment,arr,start,renewal,churn,complexity,region"


def lines(moved=()):
    """Every third account is of EMEA."""
    return [f"{row},{REGIONS[(i % 3 == 2) ^ (i in moved)]}" for i, row in enumerate(rows())]


@pytest.fixture(scope="module")
def run(scenario, everything):
    def simulated(split=SPLIT, accounts=None, text=POOLED, feedback="off", roster="", **settings):
        book = "\n".join([HEADER, *(lines() if accounts is None else accounts), ""])
        settings = {name.replace("__", "."): value for name, value in settings.items()}
        settings |= {"simulation.feedback": feedback, "simulation.resolution": "account"}
        plan = scenario(text.replace("SPLIT", split), set=settings, book=book, roster=roster)
        return everything(capacity.simulate(plan, trials=500, seed=3))

    return simulated


@pytest.fixture(scope="module")
def usual(run):
    return run()


def test_a_seat_more_in_one_pool_leaves_the_others_their_luck(run, usual) -> None:
    """Its own old seats, too: the pool only gains."""
    more = run(SPLIT.replace("AMER: 2", "AMER: 3"))
    fixed = "webinar"  # of which AMER takes a larger part
    for key, values in usual.items():
        name, _, _, pool, task = key
        if name in OF_PEOPLE and pool == "EMEA":
            assert np.array_equal(more[key], values), key
        if name == "due_hours" and task and task != fixed:
            assert np.array_equal(more[key], values), key
    gain = more["headcount", "", "csm", "AMER", ""] - usual["headcount", "", "csm", "AMER", ""]
    assert set(np.unique(gain)) == {0, 1}
    assert 0.5 < gain.mean() < 1


def test_a_hire_in_one_pool_is_nothing_to_the_other(run, usual) -> None:
    more = run(SPLIT.replace("2027-05: 1}", "2027-05: 1, 2027-03: 1}"))
    keys = [k for k in usual if k[0] in OF_PEOPLE and k[3] == "EMEA"]
    assert len(keys) == len(OF_PEOPLE)
    for key in keys:
        assert np.array_equal(more[key], usual[key]), key
    gain = more["headcount", "", "csm", "AMER", ""] - usual["headcount", "", "csm", "AMER", ""]
    assert (gain[:2] == 0).all()
    assert (gain[2] == 1).all()


def test_a_pool_more_leaves_the_others_their_seats(run, usual) -> None:
    more = run(SPLIT.replace("EMEA: 1}", "EMEA: 1, APAC: 2}"))
    for key in (k for k in usual if k[0] in OF_PEOPLE and k[3] in REGIONS):
        assert np.array_equal(more[key], usual[key]), key
    due = "due_hours", "big", "csm", "", "review"
    assert np.array_equal(more[due], usual[due])


def test_splitting_changes_nobodys_fate(run, usual) -> None:
    """With feedback off, who comes and who goes is the same, in one pool or in two."""
    plain = run("headcount: 3, hires: {2027-05: 1}")
    for metric in ("accounts", "new_accounts", "churned_accounts"):
        for segment in ("big", "small"):
            key = metric, segment, "", "", ""
            assert np.array_equal(plain[key], usual[key])
    for key in ("due_hours", "big", "csm", "", "trouble"), ("headcount", "", "csm", "", ""):
        assert not np.array_equal(plain[key], usual[key])


def test_an_account_that_moves_keeps_its_fate(run, usual) -> None:
    moved = run(accounts=lines(moved=[7]))
    for metric in ("accounts", "churned_accounts", "arr"):
        key = metric, "small", "", "", ""
        np.testing.assert_allclose(moved[key], usual[key], rtol=1e-12)
    key = "due_hours", "", "csm", "EMEA", ""
    assert not np.array_equal(moved[key], usual[key])


def test_an_account_more_in_one_region_leaves_the_other_its_work(run, usual) -> None:
    """What the other pool has to do is not drawn anew, and nobody's fate either."""
    more = run(accounts=[*lines(), "NEW,small,5000.0,2024-03-10,2027-06-01,,,AMER"], **NO_WINS)
    before = run(**NO_WINS)
    assert np.array_equal(more[DUE_EMEA], before[DUE_EMEA])
    assert not np.array_equal(more[DUE_AMER], before[DUE_AMER])
    gain = more["accounts", "", "", "", ""] - before["accounts", "", "", "", ""]
    assert set(np.unique(gain)) == {0, 1}
    assert (np.diff(gain, axis=0) <= 0).all()


NO_WINS = {f"segments__{segment}__new_accounts__per_year": 0 for segment in ("big", "small")}
"""Wins are dealt by the accounts of today, so one account more moves some of them."""
DUE_EMEA = "due_hours", "", "csm", "EMEA", ""
DUE_AMER = "due_hours", "", "csm", "AMER", ""


def test_a_person_who_moves_leaves_when_they_would_have_left(run) -> None:
    """Luck belongs to the name, so the heads of all pools together stay as they were."""
    split = "split: region, people: roster.csv"
    roster = "name,region\nAnn,AMER\nBob,AMER\nCid,{}\nDee,EMEA\n"
    here, there = (run(split, roster=roster.format(region)) for region in REGIONS)
    key = "headcount", "", "csm", "", ""
    assert np.array_equal(here[key], there[key])
    key = "headcount", "", "csm", "EMEA", ""
    assert set(np.unique(there[key] - here[key])) == {0, 1}


def test_with_feedback_a_worse_pool_costs_its_own_customers_alone(run) -> None:
    """Split by segment: whoever leaves the starved segment, nobody of the other follows.

    Fixed work is left out, of which a pool does more where another has fewer seats.
    """
    split = "split: segment, headcount: {big: SEATS, small: 3}"
    text = POOLED.replace("trainer: {headcount: 1", "trainer: {headcount: 30")
    settings = {"tasks__webinar__fixed": "0 hours per month", "feedback": "on", "text": text}
    good, bad = (run(split.replace("SEATS", seats), **settings) for seats in ("9", "0"))
    for metric in ("accounts", "churned_accounts", "arr", "expansion_arr"):
        key = metric, "small", "", "", ""
        assert np.array_equal(good[key], bad[key])
    key = "coverage", "", "csm", "big", ""
    assert not np.array_equal(good[key], bad[key])
