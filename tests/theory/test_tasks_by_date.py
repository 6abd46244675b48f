"""Rhythms, ranks and weights that change in time, against plans in which two tasks say the same."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import capacity

PLAN = yaml.safe_load("""
    name: by date
    currency: USD
    horizon: {start: 2027-01, months: 18, fiscal_year_start: 2}
    segments:
      large: {accounts: 30, arr: 90_000, churn: 12%, complexity: 1.5, completed_terms: 2,
              new_accounts: {per_year: 12}}
      small: {accounts: 120, arr: 12_000, churn: 20%, term: 3, completed_terms: 1,
              new_accounts: {per_year: 30}}
    tasks:
      review: {role: csm, every: quarter, hours: 3h}
      mail: {role: csm, every: month, hours: 1h}
      talk: {role: csm, "on": renewal, lead: 2 months, hours: 4h, share: 80%}
      onboard: {role: csm, "on": start, over: 2 months, hours: 6h, share: 90%}
    team: {csm: {headcount: 2, salary: 120_000, attrition: 10%}}
    finance: {gross_margin: 80%}
""")
TRIALS = [0, 200]
COUNT, SWITCH = 18, 7
"""Periods of the plan, and that of August."""
UNTIL, SINCE = {"2027-01": "100%", "2027-08": 0}, {"2027-01": 0, "2027-08": "100%"}


def by_date(first: object, later: object) -> dict[str, object]:
    return {"2027-01": first, "2027-08": later}


@pytest.fixture
def run(scenario):
    """Simulate the plan with other tasks and settings."""

    def simulate(trials=0, tasks=None, **more):
        plan: dict[str, Any] = copy.deepcopy(PLAN)
        for name, task in (tasks or {}).items():
            plan["tasks"][name] = plan["tasks"].get(name, {"role": "csm"}) | task
        return capacity.simulate(scenario(plan | more), trials=trials, seed=4)

    return simulate


def twice(name: str, task: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """A task that is done until August, and one that takes its place."""
    task = PLAN["tasks"].get(name, {}) | task
    return {name: task | {"share": UNTIL}, f"{name}_later": task | later | {"share": SINCE}}


def hours(result: capacity.Result, *names: str) -> np.ndarray:
    """Due, done, dropped, cancelled and waiting hours of tasks, shape (5, periods, trials)."""
    kinds = ("due", "done", "dropped", "cancelled", "backlog")
    found = [[result.array(f"{kind}_hours", role="csm", task=n) for kind in kinds] for n in names]
    return np.sum(found, axis=0)


def close(found, expected) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


# --- rhythms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("trials", TRIALS)
@pytest.mark.parametrize(
    ("first", "later", "aligned"),
    [
        ("quarter", "month", "start"),
        ("2 months", "5 months", "start"),
        ("month", "week", "start"),
        ("10 days", "quarter", "start"),
        ("45 days", "6 weeks", "start"),
        ("6 weeks", "quarter", "start"),
        ("quarter", "6 months", "fiscal"),
    ],
    ids=str,
)
def test_another_rhythm_is_a_task_that_stops_and_one_that_begins(
    run, trials, first, later, aligned
) -> None:
    task = {"aligned": aligned}
    dated = run(trials, {"review": task | {"every": by_date(first, later)}})
    two = run(trials, twice("review", task | {"every": first}, {"every": later}))
    close(hours(dated, "review"), hours(two, "review", "review_later"))
    close(hours(dated, "mail"), hours(two, "mail"))
    close(dated.array("arr"), two.array("arr"))
    plain = [hours(run(trials, {"review": task | {"every": e}}), "review") for e in (first, later)]
    close(hours(dated, "review")[0, :SWITCH], plain[0][0, :SWITCH])
    close(hours(dated, "review")[0, SWITCH:], plain[1][0, SWITCH:])
    assert np.any(plain[0][0, SWITCH:] != plain[1][0, SWITCH:])


@pytest.mark.parametrize("trials", TRIALS)
def test_segments_change_their_rhythm_by_themselves(run, trials) -> None:
    mixed = {"large": by_date("month", "2 weeks"), "default": by_date("quarter", "2 months")}
    dated = run(trials, {"review": {"every": mixed}})
    for segment, every in (("large", mixed["large"]), ("small", mixed["default"])):
        alone = run(trials, {"review": {"every": every}})
        key = {"role": "csm", "task": "review", "segment": segment}
        close(dated.array("due_hours", **key), alone.array("due_hours", **key))


@pytest.mark.parametrize("trials", TRIALS)
def test_rhythms_change_with_the_first_whole_week(run, trials) -> None:
    """A change on a Thursday holds from the Monday after it."""
    weeks = {"start": "2027-01-04", "step": "week", "weeks": 20}
    task = {"every": {"2027-01-04": "month", "2027-03-11": "2 weeks"}}
    found = run(trials, {"review": task}, horizon=weeks)
    plain = [run(trials, {"review": {"every": e}}, horizon=weeks) for e in ("month", "2 weeks")]
    before, after = (hours(result, "review")[0] for result in plain)
    close(hours(found, "review")[0, :10], before[:10])
    close(hours(found, "review")[0, 10:], after[10:])


def test_a_mean_of_so_many_a_year_on_both_sides(run) -> None:
    """120 accounts that began evenly: 40 reviews a month, from August on 120."""
    steady = {"segments": {"small": {"accounts": 120, "completed_terms": 1}}}
    found = run(0, {"review": {"every": by_date("quarter", "month")}}, **steady, finance={})
    due = hours(found, "review")[0, :, 0]
    assert due == pytest.approx(np.where(np.arange(COUNT) < SWITCH, 3 * 40, 3 * 120))


@pytest.mark.parametrize(
    ("setting", "first", "later"),
    [
        ("review.every", "quarter", "month"),
        ("talk.lead", "1 month", "2 months"),
        ("onboard.over", "2 months", "4 months"),
        ("mail.weight", 1, 3),
        ("review.priority", 2, 9),
    ],
)
def test_the_past_is_that_of_what_holds_when_the_plan_begins(
    scenario, setting, first, later
) -> None:
    """What comes later was never usual, and so is nothing that customers are used to."""
    plan = worth(copy.deepcopy(PLAN)) | {"value": {"if_stopped": WORTH}}
    for task in plan["tasks"].values():
        task |= {"weight": 1, "priority": 3}
    found = [
        capacity.simulate(scenario(plan, set={f"tasks.{setting}": value}), trials=0).array("arr")
        for value in (first, by_date(first, later))
    ]
    sooner = 2  # of the renewals of August the work begins in June
    np.testing.assert_array_equal(found[0][: SWITCH - sooner], found[1][: SWITCH - sooner])
    assert found[0][-1] != found[1][-1]


# --- ranks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("trials", TRIALS)
def test_another_rank_is_a_task_that_stops_and_one_that_begins(run, trials) -> None:
    others = {"mail": {"priority": 2}, "talk": {"priority": 2}, "onboard": {"priority": 4}}
    dated = run(trials, {"review": {"priority": by_date(3, 1)}} | others)
    two = run(trials, twice("review", {"priority": 3}, {"priority": 1}) | others)
    close(hours(dated, "review"), hours(two, "review", "review_later"))
    for name in others:
        close(hours(dated, name), hours(two, name))
    plain = run(trials, {"review": {"priority": 3}} | others)
    close(
        dated.array("done_hours", role="csm")[:SWITCH],
        plain.array("done_hours", role="csm")[:SWITCH],
    )
    assert np.any(hours(dated, "review")[1, SWITCH:] > hours(plain, "review")[1, SWITCH:])


def alone(scenario, **tasks: dict[str, Any]) -> capacity.Result:
    """Expected values of a plan of one person, with these tasks and no others."""
    work = {name: {"role": "csm", **task} for name, task in tasks.items()}
    team = {"csm": {"headcount": 1}}
    plan = {key: PLAN[key] for key in ("name", "horizon", "segments")} | {"team": team}
    return capacity.simulate(scenario({**plan, "tasks": work}), trials=0)


def test_ranks_by_hand(scenario) -> None:
    """Two tasks of 100 hours trade places, one of them in a segment alone: the last goes short."""
    fixed = {"fixed": {"large": "100 hours per month", "small": "1 hour per month"}}
    found = alone(
        scenario,
        a=fixed | {"priority": {"large": by_date(1, 3), "small": 4}},
        b={"fixed": "100 hours per month", "priority": by_date(3, 1)},
    )
    people = found.array("capacity_hours", role="csm")[:, 0]
    a, b = (
        found.array("done_hours", role="csm", task="a", segment="large")[:, 0],
        found.array("done_hours", role="csm", task="b")[:, 0],
    )
    first = np.arange(COUNT) < SWITCH
    assert np.all((people > 100) & (people < 200))
    assert a == pytest.approx(np.where(first, 100, people - 100))
    assert b == pytest.approx(np.where(first, people - 100, 100))


def test_what_waits_already_is_served_in_the_new_order(scenario) -> None:
    """In the month of the change the late hours of the task that is first now are all done."""
    work = {"fixed": "100 hours per month", "defer": "6 months"}
    changes = work | {"priority": by_date(2, 1)}
    found = alone(scenario, a=changes, b=work | {"priority": by_date(1, 2)})
    people = found.array("capacity_hours", role="csm")[SWITCH, 0]
    _, done, _, _, waiting = hours(found, "a")[:, :, 0]
    late = waiting[SWITCH - 1]
    assert late + 100 > people
    assert done[SWITCH] == pytest.approx(people)
    assert hours(found, "b")[1, SWITCH, 0] == 0


# --- patience ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "later"), [("3 months", "1 month"), ("0 months", "2 months")])
def test_patience_by_hand(scenario, first, later) -> None:
    """200 hours a month, of which some people do a part; what has waited too long is dropped."""
    found = alone(scenario, a={"fixed": "200 hours per month", "defer": by_date(first, later)})
    people = found.array("capacity_hours", role="csm")[:, 0]
    _, done, dropped, _, waiting = hours(found, "a")[:, :, 0]
    ages: list[float] = []
    for t in range(COUNT):
        ages = [200.0, *ages]  # by age, the youngest first
        left = people[t]
        for age in reversed(range(len(ages))):
            used = min(left, ages[age])
            left, ages[age] = left - used, ages[age] - used
        patience = int((first if t < SWITCH else later).split()[0])
        gone, ages = sum(ages[patience:]), ages[:patience]
        assert (done[t], dropped[t]) == (pytest.approx(people[t] - left), pytest.approx(gone))
        assert waiting[t] == pytest.approx(sum(ages))


# --- weights -------------------------------------------------------------------------------------


WORTH = {"churn": 1.8, "expansion": 0.7, "contraction": 1.5, "fades_over": "6 months"}


def worth(plan: dict[str, Any]) -> dict[str, Any]:
    for segment in plan["segments"].values():
        segment |= {"addressable": "80%", "expansion": "5%", "contraction": "3%"}
    return plan


@pytest.mark.parametrize("trials", TRIALS)
def test_weights_share_out_one_effect_by_date(scenario, trials) -> None:
    """Weights of 1 : 1 and 3 : 1 are effects of their own to the powers ½, ½ and ¾, ¼."""
    shared, own = worth(copy.deepcopy(PLAN)), worth(copy.deepcopy(PLAN))
    shared["value"] = {"if_stopped": WORTH}
    shared["tasks"]["review"]["weight"] = by_date(1, 3)
    shared["tasks"]["onboard"]["weight"] = 1
    for name, powers in (("review", (0.5, 0.75)), ("onboard", (0.5, 0.25))):
        effect: dict[str, Any] = {
            kind: by_date(*(WORTH[kind] ** power for power in powers))
            for kind in ("churn", "expansion", "contraction")
        }
        own["tasks"][name]["if_stopped"] = effect | {"fades_over": "6 months"}
    found = [capacity.simulate(scenario(plan), trials=trials, seed=3) for plan in (shared, own)]
    for metric in ("arr", "accounts", "expansion_arr", "contraction_arr"):
        close(*(result.array(metric) for result in found))
    del shared["tasks"]["review"]["weight"]
    shared["tasks"]["review"]["weight"] = 1
    plain = capacity.simulate(scenario(shared), trials=trials, seed=3)
    np.testing.assert_array_equal(found[0].array("arr")[:SWITCH], plain.array("arr")[:SWITCH])
    assert np.any(found[0].array("arr")[SWITCH:] != plain.array("arr")[SWITCH:])


def test_a_weight_that_comes_later_takes_its_part_then(scenario) -> None:
    plan = worth(copy.deepcopy(PLAN)) | {"value": {"if_stopped": WORTH}}
    plan["tasks"]["mail"]["weight"] = 1
    none, late = (
        capacity.simulate(scenario(plan, set={"tasks.review.weight": w}), trials=0).array("arr")
        for w in (0, by_date(0, 1))
    )
    np.testing.assert_array_equal(none[:SWITCH], late[:SWITCH])
    assert np.all(none[SWITCH + 1 :] != late[SWITCH + 1 :])


# --- leads and parts -----------------------------------------------------------------------------

ACCOUNTS = """\
id,segment,arr,start,renewal,term
a,large,1000,2026-05-01,2027-05-01,12
b,large,1000,2026-08-01,2027-08-01,12
c,large,1000,2026-10-01,2027-10-01,12
d,small,1000,2026-12-01,2027-12-01,6
e,small,1000,2027-03-01,2028-03-01,12
f,small,1000,2027-09-01,2028-09-01,12
"""


@pytest.fixture
def book(scenario):
    """The due hours by month of one task for six accounts that never leave."""

    def due(task, trials=0):
        plan = {
            "name": "six",
            "horizon": {"start": "2027-01", "months": COUNT},
            "accounts": {"file": "accounts.csv"},
            "segments": {"large": {"churn": 0}, "small": {"churn": 0}},
            "tasks": {"it": {"role": "csm", "hours": "6h", **task}},
            "team": {"csm": {"headcount": 1}},
        }
        found = capacity.simulate(scenario(plan, accounts=ACCOUNTS), trials=trials, seed=1)
        return found.array("due_hours", role="csm").T

    return due


def at(**parts: float) -> np.ndarray:
    """Hours by month: `m5=3` for May of the first year, `m13` for January of the next."""
    out = np.zeros(COUNT)
    for month, amount in parts.items():
        out[int(month[1:]) - 1] += amount
    return out


def test_a_renewal_keeps_the_lead_of_its_own_month(book) -> None:
    """Those of April and July one month ahead, and from September on three months ahead.

    They are decided in months 4, 7, 9, 11, 14, 20; and again, of a to d, in 16, 19, 21 and 17, of
    which some lie after the plan.
    """
    found = book({"on": "renewal", "lead": {"2027-01": "1 month", "2027-09": "3 months"}})
    first = at(m3=6) + at(m6=6) + at(m6=6) + at(m8=6) + at(m11=6) + at(m17=6)
    again = at(m13=6) + at(m16=6) + at(m18=6) + at(m14=6)
    assert found[0] == pytest.approx(first + again)


def test_an_onboarding_keeps_the_parts_of_its_start(book) -> None:
    """d in December and e in March in three parts, f in September in two."""
    found = book({"on": "start", "over": {"2027-01": "3 months", "2027-09": "2 months"}})
    assert found[0] == pytest.approx(at(m1=2, m2=2, m3=2, m4=2, m5=2, m9=3, m10=3))


def test_parts_before_a_renewal_keep_the_setting_of_its_month(book) -> None:
    dated = {"lead": "3 months", "over": {"2027-01": "1 month", "2027-09": "3 months"}}
    found = book({"on": "renewal", **dated})[0]
    expected = at(m1=6) + at(m4=6)
    for first in (6, 8, 11, 17, 13, 16, 18, 14):
        parts = {f"m{month}": 2 for month in range(first, first + 3) if month <= COUNT}
        expected += at(**parts)
    assert found == pytest.approx(expected)


def test_the_coin_of_the_first_part_holds_for_the_others(book, mean_is) -> None:
    task = {"on": "start", "over": {"2027-01": "3 months", "2027-09": "2 months"}, "share": "40%"}
    found = book(task, trials=2000)
    march, september = found[:, 2:5], found[:, 8:10]
    assert np.all(march == march[:, :1])
    assert np.all(september == september[:, :1])
    assert set(march[:, 0]) == {0, 2}
    mean_is(march[:, 0], 0.4 * 2)
    mean_is(september[:, 0], 0.4 * 3)


def test_occurrences_in_other_parts_have_coins_of_their_own(book) -> None:
    """The work for d, in two parts, and that for f, in three, begin in March of the second year.

    d is decided two months after it, in May; f in August, five months after.
    """
    dated = {"lead": {"2027-01": "2 months", "2028-08": "5 months"},
             "over": {"2027-01": "2 months", "2028-08": "3 months"}}  # fmt: skip
    found = book({"on": "renewal", "share": "50%", "segments": "small", **dated}, trials=1000)
    march = found[:, 14]
    shares = [np.mean(march == hours) for hours in (5, 3, 2, 0)]
    assert sum(shares) == 1
    assert shares == pytest.approx([0.25] * 4, abs=0.05)


def test_nothing_is_lost_and_nothing_comes_twice(run) -> None:
    """Ten renewals a month: with a longer lead the work of one month more has been done."""
    steady = {
        "segments": {"small": {"accounts": 60, "term": 6, "completed_terms": 1}},
        "horizon": {"start": "2027-01", "months": 36},
        "finance": {},
    }
    plain, dated = (
        hours(run(0, {"talk": {"lead": lead, "share": "100%"}}, **steady), "talk")[0].sum()
        for lead in ("2 months", by_date("2 months", "3 months"))
    )
    assert plain == pytest.approx(36 * 10 * 4)
    assert dated == pytest.approx(37 * 10 * 4)


# --- all of them ---------------------------------------------------------------------------------

SAME = {
    "review.every": "2 months",
    "review.priority": 2,
    "mail.priority": 2,
    "review.defer": "2 months",
    "talk.lead": "2 months",
    "onboard.over": "2 months",
    "review.weight": 2,
    "mail.weight": 1,
}
CHANGED = {
    "review.every": by_date("quarter", "3 weeks"),
    "mail.priority": by_date(1, 3),
    "review.defer": by_date("3 months", "1 month"),
    "mail.defer": by_date("0 months", "2 months"),
    "talk.lead": by_date("2 months", "1 month"),
    "onboard.over": by_date("1 month", "4 months"),
    "review.weight": by_date(1, 0),
    "mail.weight": by_date(0, 1),
}


def with_all(scenario, settings, trials):
    plan = worth(copy.deepcopy(PLAN)) | {"value": {"if_stopped": WORTH}}
    plan["tasks"]["review"]["hours"] = {"p10": "1h", "p50": "3h", "p90": "6h"}
    paths = {f"tasks.{path}": value for path, value in settings.items()}
    return capacity.simulate(scenario(plan, set=paths), trials=trials, seed=8)


@pytest.mark.parametrize("trials", TRIALS)
def test_a_value_that_never_changes_gives_the_same_bits(scenario, trials) -> None:
    plain = with_all(scenario, SAME, trials)
    dated = with_all(scenario, {path: by_date(v, v) for path, v in SAME.items()}, trials)
    assert len(plain.table()) > 100
    pd.testing.assert_frame_equal(plain.table(), dated.table(), check_exact=True)


@pytest.mark.parametrize("trials", TRIALS)
def test_hours_are_conserved_across_the_change(scenario, trials) -> None:
    found = with_all(scenario, CHANGED, trials)
    for task in PLAN["tasks"]:
        due, done, dropped, cancelled, waiting = hours(found, task)
        before = np.vstack([np.zeros((1, waiting.shape[1])), waiting[:-1]])
        close(before + due, done + dropped + cancelled + waiting)
    everything = found.array("done_hours", role="csm")
    close(everything, sum(hours(found, task)[1] for task in PLAN["tasks"]))
    assert np.all(everything <= found.array("capacity_hours", role="csm") + 1e-9)


def test_every_setting_of_these_moves_a_figure(scenario) -> None:
    """So that the tests above would not pass by themselves."""
    plain = with_all(scenario, SAME, 0)
    for path, value in CHANGED.items():
        dated = with_all(scenario, SAME | {path: value}, 0)
        moved = [
            np.any(dated.array(metric, role="csm") != plain.array(metric, role="csm"))
            for metric in ("due_hours", "done_hours")
        ]
        arr = np.any(dated.array("arr") != plain.array("arr"))
        assert any((*moved, arr)), path
