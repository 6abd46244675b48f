"""The market and events: what may be written, what it becomes, and what is doubted."""

from __future__ import annotations

import pytest

from capacity.estimates import Form
from capacity.scenario.reading import parse_yaml
from capacity.scenario.register import register
from capacity.scenario.validation import validate

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, churn: 10%, expansion: 5%, new_accounts: {per_year: 12}}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h}
  call: {role: csm, rate: 1, hours: 1h}
team:
  csm: {headcount: 2}
"""
EVENT = "events: {slump: {probability: 15%, start: 2027-06, months: 9, SETTINGS}}\n"


def read(more="", plan=PLAN):
    marked = parse_yaml(plan + more, "plan.yaml")
    plan, warnings = validate(marked)
    assumed = {a.path: a for a in register(plan, marked)}
    return plan, [str(w).split(": ", 1)[1] for w in warnings], assumed


def event(settings):
    return read(EVENT.replace("SETTINGS", settings))[0].events["slump"]


def test_nothing_moves_where_nothing_is_said() -> None:
    plan, warnings, _ = read()
    assert plan.events == {}
    assert plan.market.churn_volatility.mean == plan.market.new_accounts_volatility.mean == 0
    assert warnings == []
    slump = event("note: nothing else")
    assert [slump.churn.mean, slump.new_accounts.mean, slump.expansion.mean] == [1, 1, 1]
    assert slump.hours.of("qbr").mean == 1


@pytest.mark.parametrize(
    ("written", "form", "mean"),
    [
        ("15%", Form.FIXED, 0.15),
        ("0.15", Form.FIXED, 0.15),
        ("150%", Form.FIXED, 1.5),
        ("{low: 5%, likely: 10%, high: 27%}", Form.PERT, 0.12),
        ("{mean: 120%, sd: 30%}", Form.MOMENTS, 1.2),
        ("{p10: 10%, p50: 10%, p90: 10%}", Form.QUANTILES, 0.1),
    ],
)
def test_a_volatility_takes_every_form_and_may_exceed_all(written, form, mean) -> None:
    volatility = read(f"market: {{churn_volatility: {written}}}\n")[0].market.churn_volatility
    assert (volatility.form, volatility.mean) == (form, pytest.approx(mean))


def test_hours_are_one_factor_or_one_by_task() -> None:
    def factors(hours):
        found = event(f"hours: {hours}").hours
        return [estimate and estimate.mean for estimate in map(found.of, ("qbr", "call"))]

    assert factors("1.2") == [1.2, 1.2]
    assert factors("{value: 120%, source: own}") == [1.2, 1.2]
    assert factors("{low: 1, likely: 2, high: 3}") == [2, 2]
    assert factors("{qbr: 1.5}") == [1.5, None]
    assert factors("{qbr: {mean: 1.5, sd: 0.2}, default: 0}") == [1.5, 0]


@pytest.mark.parametrize(
    ("start", "months", "periods"),
    [
        ("2027-02", 1, [0]),
        ("2027-06", 3, [4, 5, 6]),
        ("2026-11", 4, [0]),
        ("2028-01", 9, [11]),
        ("2020-01", 1200, list(range(12))),
        ("2026-11", 3, []),
        ("2028-02", 3, []),
        ("2019-02", 3, []),
    ],
)
def test_an_event_lasts_within_the_plan(start, months, periods) -> None:
    text = EVENT.replace("2027-06", start).replace("9", str(months)).replace("SETTINGS", "churn: 2")
    plan, warnings, _ = read(text)
    assert list(plan.events["slump"].periods(plan.horizon)) == periods
    assert len(warnings) == (not periods)


def test_an_event_outside_of_the_plan_is_doubted_with_its_months() -> None:
    text = EVENT.replace("2027-06", "2028-06").replace("SETTINGS", "churn: 2")
    (warning,) = read(text)[1]
    assert warning.startswith("events.slump.start: 2028-06 to 2029-02 lies outside of the horizon")


def test_a_volatility_of_all_or_more_is_doubted() -> None:
    for written in ("100%", "15", "{mean: 1, sd: 0.1}"):
        (warning,) = read(f"market: {{new_accounts_volatility: {written}}}\n")[1]
        assert warning.startswith("market.new_accounts_volatility: ")
        assert warning.endswith("is a percent sign missing?")
    assert read("market: {new_accounts_volatility: 99%}\n")[1] == []


def test_an_event_without_factors_is_doubted() -> None:
    (warning,) = read(EVENT.replace("SETTINGS", "source: own"))[1]
    assert warning.startswith("events.slump: has no factor, so it does nothing. Write one")


@pytest.mark.parametrize(
    ("without", "kind", "why"),
    [
        ("churn: 10%, ", "churn", "no segment has churn"),
        ("expansion: 5%, ", "expansion", "no segment has expansion"),
        (", new_accounts: {per_year: 12}", "new_accounts", "no number of new accounts is drawn"),
    ],
)
def test_a_factor_on_what_is_not_there_is_doubted(without, kind, why) -> None:
    text = EVENT.replace("SETTINGS", f"{kind}: 1.2, hours: 2")
    (warning,) = read(text, PLAN.replace(without, ""))[1]
    assert warning.startswith(f"events.slump.{kind}: {why}")
    assert read(text)[1] == []
    if kind != "expansion":
        volatility = f"market: {{{kind}_volatility: 5%}}\n"
        (warning,) = read(volatility, PLAN.replace(without, ""))[1]
        assert warning.startswith(f"market.{kind}_volatility: {why}")


@pytest.mark.parametrize("new", ["by_month: {2027-03: 2}", "per_year: 12, fixed: true"])
def test_booked_accounts_cannot_be_moved(new) -> None:
    text = EVENT.replace("SETTINGS", "new_accounts: 0.5")
    (warning,) = read(text, PLAN.replace("per_year: 12", new))[1]
    assert "only `per_year` without `fixed` is" in warning


def test_the_register_lists_them_and_an_event_lends_its_source() -> None:
    settings = (
        "churn: {value: 1.4, source: 2009}, hours: {qbr: 2}, source: own, evidence: estimated"
    )
    market = "market: {churn_volatility: {value: 15%, source: CRM}}\n"
    found = read(market + EVENT.replace("SETTINGS", settings))[2]
    listed = {
        path: (a.value, a.source, a.evidence, a.wants_source)
        for path, a in found.items()
        if path.startswith(("market", "events"))
    }
    assert listed == {
        "market.churn_volatility": ("15%", "CRM", None, True),
        "market.new_accounts_volatility": ("0%", None, "default", False),
        "events.slump.probability": ("15%", "own", "estimated", True),
        "events.slump.start": ("2027-06", "own", "estimated", True),
        "events.slump.months": ("9", "own", "estimated", True),
        "events.slump.churn": ("1.4", "2009", "estimated", True),
        "events.slump.new_accounts": ("1", None, "default", False),
        "events.slump.expansion": ("1", None, "default", False),
        "events.slump.hours.qbr": ("2", "own", "estimated", True),
    }


def test_a_start_may_bear_its_own_source() -> None:
    text = EVENT.replace("2027-06", "{value: 2027-06, source: the contract}")
    found = read(text.replace("SETTINGS", "churn: 1.4"))[2]["events.slump.start"]
    assert (found.value, found.source, found.evidence) == ("2027-06", "the contract", None)
