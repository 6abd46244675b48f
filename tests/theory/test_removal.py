"""A world without a team, a role, a task, a segment or a part of the seats, period by period."""

from __future__ import annotations

import numpy as np
import pytest

import capacity
from capacity.engine.batch import run_batch
from capacity.engine.drawn import Drawn
from capacity.engine.expected import Expected
from capacity.engine.layout import build_layout
from capacity.engine.removal import Removal, read_removal
from capacity.rng import Luck

PLAN = """
name: two roles
horizon: {start: 2027-01, months: 24}
segments:
  large: {accounts: 24, arr: 60_000, churn: 10%, addressable: 60%, expansion: 5%}
  small: {accounts: 60, arr: 6_000, churn: 20%, addressable: 50%, new_accounts: {per_year: 12}}
tasks:
  care: {role: csm, every: month, hours: 3h, defer: 2 months, weight: 2}
  start: {role: csm, on: start, steps: {plan: 2h, teach: {hours: 4h, role: trainer}}, weight: 1}
  renewal: {role: csm, segments: [large], on: renewal, lead: 60 days, hours: 8h, weight: 1}
  webinar: {role: csm, fixed: 6 hours per month, weight: 1}
value: {if_stopped: {churn: 1.8, expansion: 0.7}}
team:
  csm: {headcount: 2, hires: {2027-04: 1}, salary: 90_000, severance: 20_000, attrition: 20%,
        departure: {churn: 1.4}}
  trainer: {headcount: 1, salary: 80_000, department: services, severance: 9_000}
  manager: {per: {csm: 2}, salary: 150_000, severance: 50_000}
finance: {gross_margin: 80%, discount_rate: 10%, platform: 60_000, absorbed: {renewal: 25%},
          absorbed_cost: 70}
"""
ROLES, LATE = ("csm", "trainer", "manager"), 9


@pytest.fixture(scope="module")
def layout(scenario):
    return build_layout(scenario(PLAN))


def both(layout, without, start=LATE):
    """The same futures with and without."""
    removal = read_removal(layout.plan, without, start)
    luck = Luck(3, range(10))
    return run_batch(layout, Drawn(luck)), run_batch(layout, Drawn(luck), removal)


def lanes(layout, **wanted):
    """Work lanes of a task, segment or role."""
    work, pools = layout.work, layout.scenario.pools
    found = [
        {
            "task": work.lanes[i].task,
            "segment": work.lanes[i].segment,
            "role": pools[p].name,
        }
        for i, p in zip(work.lane, work.pool, strict=True)
    ]
    return [i for i, about in enumerate(found) if wanted.items() <= about.items()]


@pytest.mark.parametrize("without", ["cs", "role:trainer", "task:care", "segment:small", "50%"])
def test_until_it_is_gone_nothing_is_different(layout, without):
    full, gone = both(layout, without)
    for name in set(full) - {"finance", "coverage_target", "opening_backlog", "lifetime"}:
        assert np.array_equal(full[name][:LATE], gone[name][:LATE], equal_nan=True) or (
            name.startswith("frozen")
        ), name
    assert not np.array_equal(full["done_hours"], gone["done_hours"])


@pytest.mark.parametrize("without", ["cs", "role:csm", "task:care", "segment:small", "50%"])
@pytest.mark.parametrize("start", [0, LATE])
def test_every_due_hour_ends_somewhere(layout, without, start):
    _, gone = both(layout, without, start)
    waits = layout.work.waits
    others = np.setdiff1d(np.arange(len(layout.work.lane)), waits)
    due, done = gone["due_hours"].sum(axis=0), gone["done_hours"].sum(axis=0)
    dropped, cancelled = (gone[n].sum(axis=0) for n in ("dropped_hours", "cancelled_hours"))
    left = gone["backlog_hours"][-1]
    assert due[waits] == pytest.approx(done[waits] + dropped + cancelled + left)
    assert (done[others] <= due[others] + 1e-9).all()


def test_without_cs_its_people_work_and_cost_are_gone_at_once(layout):
    full, gone = both(layout, "cs")
    csm, trainer, manager = range(3)
    for name in ("headcount", "ramped_fte", "capacity_hours", "vacancies", "cost_salaries"):
        assert not gone[name][LATE:, [csm, manager]].any()
    assert np.array_equal(full["headcount"][:, trainer], gone["headcount"][:, trainer])
    assert not gone["done_hours"][LATE:, lanes(layout, role="csm", task="care")].any()
    assert not gone["backlog_hours"][LATE:].any()
    taught = lanes(layout, role="trainer")
    assert np.array_equal(gone["done_hours"][LATE:, taught], gone["due_hours"][LATE:, taught])
    assert (gone["required_fte"][LATE:, csm] > 0).all()


def test_severance_falls_due_once_for_filled_seats(layout):
    full, gone = both(layout, "cs")
    paid = gone["cost_severance"]
    assert paid[LATE, 0] == pytest.approx(20_000 * full["headcount"][LATE - 1, 0])
    assert paid[LATE, 2] == pytest.approx(50_000 * full["headcount"][LATE - 1, 2])
    assert not paid[:, 1].any()
    assert not np.delete(paid, LATE, axis=0).any()


def test_the_platform_goes_with_the_last_role_of_cs(layout):
    assert not both(layout, "cs")[1]["platform_kept"][LATE:].any()
    assert both(layout, "role:manager")[1]["platform_kept"].all()


def test_what_others_do_counts_as_done_and_costs(layout):
    _, gone = both(layout, "cs", 0)
    renewal = lanes(layout, task="renewal")
    due, done = gone["due_hours"][:, renewal], gone["done_hours"][:, renewal]
    assert done == pytest.approx(0.25 * due)
    assert gone["cost_absorbed"][:, 0] == pytest.approx(70 * done.sum(axis=1))
    assert not both(layout, "task:renewal", 0)[1]["cost_absorbed"].any()


def test_hours_of_a_task_are_free_for_others(scenario):
    tight = build_layout(scenario(PLAN, set={"team.csm.headcount": 1, "team.csm.hires": {}}))
    full, gone = both(tight, "task:care", 0)
    web = lanes(tight, task="webinar")
    assert full["done_hours"][:, web].mean() < 0.9 * full["due_hours"][:, web].mean()
    assert gone["done_hours"][:, web].mean() > 0.95 * gone["due_hours"][:, web].mean()
    assert np.array_equal(full["headcount"], gone["headcount"])


def test_one_segment_loses_its_work_but_not_what_is_for_all(layout):
    _, gone = both(layout, "segment:small", 0)
    assert not gone["done_hours"][:, lanes(layout, segment="small")].any()
    assert gone["done_hours"][:, lanes(layout, task="webinar")].any()
    assert gone["done_hours"][:, lanes(layout, segment="large", task="care")].any()


def test_a_share_of_the_seats_goes_the_last_named_first(layout):
    """Of three seats a half is two, half up: the hire of April and the second of the opening."""
    full, gone = both(layout, "50%")
    one = run_batch(
        build_layout(layout.scenario.with_({"team.csm.headcount": 1, "team.csm.hires": {}})),
        Drawn(Luck(3, range(10))),
    )
    assert np.array_equal(gone["headcount"][LATE:, 0], one["headcount"][LATE:, 0])
    assert np.array_equal(gone["headcount"][:, 1], full["headcount"][:, 1])
    assert (gone["headcount"][LATE:, 2] == 1).all()  # managers follow the seats that are left


def test_the_last_named_of_a_roster_go(scenario):
    people = "name,role,start\nAnn,csm,\nBob,csm,\nCid,csm,2027-03-01\nDee,csm,2028-06-01\n"
    settings = {"team.csm.people": "staff.csv", "team.csm.hires": {}}
    named = build_layout(scenario(PLAN, set=settings, staff=people))
    for chance in (Expected(), Drawn(Luck(3, range(10)))):
        gone = run_batch(named, chance, read_removal(named.plan, "30%", LATE))
        fewer = people.replace("Cid,csm,2027-03-01\n", "")
        left = run_batch(build_layout(scenario(PLAN, set=settings, staff=fewer)), chance)
        assert np.array_equal(gone["headcount"][LATE:, 0], left["headcount"][LATE:, 0])
        nobody = run_batch(named, chance, read_removal(named.plan, "cs", LATE))
        for name in ("headcount", "capacity_hours", "cost_salaries"):
            assert not nobody[name][LATE:, 0].any()


def test_a_team_that_is_gone_is_no_departure(scenario):
    """With a work that does nothing only the faces could matter."""
    harmless = {"value.if_stopped": {"churn": 1, "expansion": 1}, "team.csm.attrition": 0}
    full, gone = both(build_layout(scenario(PLAN, set=harmless)), "cs", 0)
    assert np.array_equal(full["accounts"], gone["accounts"])


def test_effects_to_the_power_of_nothing_do_nothing(layout):
    luck = Luck(3, range(10))
    gone = Removal(roles=frozenset({"csm"}))
    idle = layout.scenario.with_({"value.if_stopped": {"churn": 1, "expansion": 1}})
    a = run_batch(layout, Drawn(luck), gone, strength=0.0)
    b = run_batch(build_layout(idle), Drawn(luck), gone)
    assert np.array_equal(a["arr"], b["arr"])
    strong = layout.scenario.with_({"value.if_stopped": {"churn": 1.8**2, "expansion": 0.7**2}})
    c = run_batch(layout, Drawn(luck), gone, strength=2.0)
    d = run_batch(build_layout(strong), Drawn(luck), gone)
    assert c["arr"] == pytest.approx(d["arr"])


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("task:car", "no such task. Did you mean `care`?"),
        ("role:csms", "no such role. Did you mean `csm`?"),
        ("segment:public", "no such segment. Known: large, small"),
        ("team:csm", "not known. Write cs, role:NAME"),
        ("a fifth", "not known. Write cs, role:NAME"),
        ("120%", "not known. Write cs, role:NAME"),
        ("0%", "not known. Write cs, role:NAME"),
    ],
)
def test_what_cannot_be_gone_is_said(layout, without, words):
    with pytest.raises(capacity.QuestionError) as caught:
        read_removal(layout.plan, without)
    assert str(caught.value).startswith(f"--without {without}: {words}")


def test_a_plan_without_cs_has_none_to_lose(scenario):
    plan = scenario(PLAN, set={f"team.{role}.department": "services" for role in ROLES}).plan
    with pytest.raises(capacity.QuestionError, match="no role is of the department cs"):
        read_removal(plan, "cs")
