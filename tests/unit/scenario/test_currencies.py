"""Amounts in other currencies: what they are worth, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

import capacity
from capacity.assumptions import assumptions
from capacity.engine.layout import build_layout

PLAN = """
    name: Two currencies
    currency: {currency}
    {fx}
    horizon: {{start: 2027-02, months: 24}}
    segments:
      smb:
        accounts: 20
        arr: {{low: {low}, likely: {likely}, high: {high}}}
        churn: {{low: 5%, likely: 10%, high: 20%}}
        new_accounts: {{per_year: 6, arr: {likely}}}
    tasks:
      qbr: {{role: csm, every: quarter, hours: 1h}}
    team:
      csm: {{headcount: 2, salary: {salary}, hiring_cost: {hiring}, attrition: 20%}}
    finance: {{platform: {likely}, gross_margin: 80%}}
"""


def plan(currency="USD", fx="", low="10_000", likely="12_000", high="20_000", salary="82_000",
         hiring="15k"):  # fmt: skip
    return PLAN.format(
        currency=currency, fx=fx, low=low, likely=likely, high=high, salary=salary, hiring=hiring
    )


def test_a_plan_in_another_currency_is_the_plan_with_its_numbers_converted(scenario):
    rate = 1.0837
    euros = scenario(
        plan(
            fx=f"fx: {{EUR: {rate}}}",
            low="10_000 EUR",
            likely="12_000 EUR",
            high="20_000 EUR",
            salary="82_000 EUR",
            hiring="15k EUR",
        )
    )
    dollars = scenario(
        plan(
            low=10_000 * rate,
            likely=12_000 * rate,
            high=20_000 * rate,
            salary=82_000 * rate,
            hiring=15_000 * rate,
        )
    )
    converted, written = (capacity.simulate(s, trials=1000) for s in (euros, dollars))
    for metric in ("arr", "team_cost", "cost_hiring", "gross_profit", "cost_platform"):
        a, b = converted.array(metric), written.array(metric)
        assert a.std() > 0 or metric == "cost_platform"
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_everything_in_euros_is_the_plan_in_dollars_times_the_rate(scenario):
    """Converting each amount, or the result, is the same."""
    texts = {"low": "10_000 EUR", "likely": "12_000 EUR", "high": "20_000 EUR"}
    pay = {"salary": "82_000 EUR", "hiring": "15_000 EUR"}
    own = capacity.simulate(scenario(plan(currency="EUR", **texts, **pay)), trials=1000)
    other = capacity.simulate(scenario(plan(fx="fx: {EUR: 1.25}", **texts, **pay)), trials=1000)
    for metric in ("arr", "team_cost", "gross_profit"):
        np.testing.assert_allclose(other.array(metric), 1.25 * own.array(metric), rtol=1e-12)


def test_the_rate_of_the_merged_scenario_holds(scenario):
    base = scenario(plan(fx="fx: {EUR: 1.08}", salary="100_000 EUR"))
    assert base.plan.team["csm"].salary.default.mean == 108_000
    weaker = base.with_({"fx.EUR": 1.1})
    assert weaker.plan.team["csm"].salary.default.mean == pytest.approx(110_000, rel=1e-12)


def test_a_rate_that_nothing_needs_is_no_mistake(scenario):
    assert scenario(plan(fx="fx: {EUR: 1.08, USD: 1}")).plan.fx == {"EUR": 1.08, "USD": 1.0}


def test_what_was_written_stays(scenario):
    euros = scenario(plan(fx="fx: {EUR: {value: 1.08, source: ECB}}", salary="82_000 EUR"))
    text = euros.to_yaml()
    assert "salary: 82_000 EUR" in text
    assert "EUR: {value: 1.08, source: ECB}" in text
    found = {a.path: a for a in assumptions(build_layout(euros))}
    assert (found["fx.EUR"].value, found["fx.EUR"].source) == ("1.08", "ECB")
    assert found["fx.EUR"].wants_source
    assert found["team.csm.salary"].value == "82_000 EUR"


def test_a_difference_names_the_rate_and_not_what_follows_from_it(scenario):
    old = scenario(plan(fx="fx: {EUR: 1.08}", salary="82_000 EUR"))
    found = {d.path: (d.old, d.new) for d in old.diff(old.with_({"fx.EUR": 1.1}))}
    assert found == {"fx.EUR": ("1.08", "1.1")}
    dearer = scenario(plan(fx="fx: {EUR: 1.1}", salary="{value: 82_000 EUR, source: payroll}"))
    assert [(d.path, dict(d.remarks)) for d in old.diff(dearer)] == [
        ("fx.EUR", {}),
        ("team.csm.salary", {"source": ("–", "payroll")}),
    ]
    same = scenario(plan(fx="fx: {EUR: 1.08}", salary=82_000 * 1.08))
    assert [d.path for d in old.diff(same)] == []


def test_a_variant_replaces_a_rate_and_keeps_the_others(tmp_path):
    (tmp_path / "base.yaml").write_text(
        plan(fx="fx: {EUR: {value: 1.08, source: ECB}, GBP: 1.25}", salary="100_000 EUR")
    )
    (tmp_path / "dear.yaml").write_text("extends: base.yaml\nname: Dear\nfx: {EUR: 1.2}\n")
    dear = capacity.load(tmp_path / "dear.yaml")
    assert dear.plan.fx == {"EUR": 1.2, "GBP": 1.25}
    assert dear.marked.written(("fx", "EUR")) == 1.2
    assert dear.plan.team["csm"].salary.default.mean == 120_000


def test_all_mistakes_of_rates_are_told_at_once(scenario):
    text = plan(fx="fx: {EUR: 0, euro: 1, USD: 2, GBP: 1.2}", salary="5 EUR", hiring="5 CHF")
    with pytest.raises(capacity.InputError) as caught:
        scenario(text)
    assert [m.path for m in caught.value.mistakes] == [
        "fx.EUR", "fx.euro", "fx.USD", "team.csm.hiring_cost",
    ]  # fmt: skip


@pytest.mark.parametrize("rate", ["1e-9", "1e9", "16_000", "1.08"])
def test_rates_of_any_two_currencies(scenario, rate):
    found = scenario(plan(fx=f"fx: {{EUR: {rate}}}", salary="10 EUR"))
    assert found.plan.team["csm"].salary.default.mean == 10 * float(rate)


def test_amounts_of_expectations_and_conditions_are_converted_too(scenario):
    text = plan(fx="fx: {EUR: 1.08}").replace("hours: 1h", "hours: 1h, where: \"arr > '10k EUR'\"")
    both = scenario(text + "    expect: [team_cost <= 2M EUR]\n")
    (expected,) = both.plan.expect
    assert (expected.bound.value, expected.bound.text) == (2_160_000, "2M EUR")
    (compared,) = both.plan.tasks["qbr"].where.comparisons
    assert compared.values == (pytest.approx(10_800),)
    dearer = both.with_({"fx.EUR": 1.2})
    assert dearer.plan.expect[0].bound.value == 2_400_000


def test_a_column_of_a_condition_in_another_currency_is_known(tmp_path):
    (tmp_path / "book.csv").write_text(
        "id,segment,start,arr,renewal,Seats\na,smb,2026-01-01,20000,2027-06-01,7\n"
    )
    text = plan(fx="fx: {EUR: 1.08}").replace("accounts: 20\n        ", "")
    text = text.replace("hours: 1h", "hours: 1h, where: \"seats > 3 and arr > '10k EUR'\"")
    text = text.replace("arr: {low: 10_000, likely: 12_000, high: 20_000}\n        ", "")
    text += "    accounts: {file: book.csv, columns: {seats: Seats}}\n"
    (tmp_path / "plan.yaml").write_text(text)
    where = capacity.load(tmp_path / "plan.yaml").plan.tasks["qbr"].where
    assert [c.column for c in where.comparisons] == ["seats", "arr"]
