"""Years that differ and events that may happen, against closed forms and integrals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

import capacity
from capacity.engine.layout import build_layout

PLAN = """
    name: years and events
    currency: USD
    horizon: {start: 2027-01, months: 12}
    segments: {customers: {accounts: 120, arr: 10_000, churn: 10%, term: 12}}
    tasks: {talk: {role: csm, fixed: 20 hours per month}}
    team: {csm: {headcount: 1}}
"""
NEW = "segments.customers.new_accounts"
EVENT = {"probability": "30%", "start": "2027-04", "months": 3}
STRUCK = [3, 4, 5]
"""Periods of the event."""


def simulate(scenario, trials, months=12, plan=PLAN, **settings):
    changes = {key.replace("__", "."): value for key, value in settings.items()}
    plan = scenario(plan, set={"horizon.months": months, **changes})
    return capacity.simulate(plan, trials=trials, seed=4)


def event(**factors):
    return {"event": {**EVENT, **factors}}


def under_lognormal(power, cv):
    """E[(1 − (1 − q)^M)^power] of q = 10 %, with M lognormal of mean 1, by integration."""
    sigma = np.sqrt(np.log1p(cv**2))

    def weighted(z):
        return (1 - 0.9 ** np.exp(sigma * z - sigma**2 / 2)) ** power * stats.norm.pdf(z)

    return integrate.quad(weighted, -9, 9, epsabs=1e-12)[0]


# --- churn ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cv", [0.15, 0.6])
def test_a_year_of_renewals_shares_its_markets_luck(scenario, moments_are, cv) -> None:
    """E = N·E[p], Var = N·E[p(1 − p)] + N²·Var[p]."""
    result = simulate(scenario, 20_000, market__churn_volatility=cv)
    lost = result.array("churned_accounts")
    mean, square = under_lognormal(1, cv), under_lognormal(2, cv)
    assert mean < 0.1
    for number, found in ((10, lost[0]), (10, lost[11]), (120, lost.sum(axis=0))):
        variance = number * (mean - square) + number**2 * (square - mean**2)
        moments_are(found, number * mean, variance)


def test_two_years_have_markets_of_their_own(scenario, moments_are) -> None:
    """Halves of a plan that begins in July are independent, within a year they are not."""
    settings = {"market__churn_volatility": 0.6, "horizon.start": "2027-07"}
    lost = simulate(scenario, 20_000, **settings).array("churned_accounts")
    mean, square = under_lognormal(1, 0.6), under_lognormal(2, 0.6)
    inner, between = mean - square, square - mean**2
    first, second = lost[:6].sum(axis=0), lost[6:].sum(axis=0)
    moments_are(first - second, 0, 2 * (60 * inner + 60**2 * between))
    moments_are(lost[:3].sum(axis=0) - lost[3:6].sum(axis=0), 0, 60 * inner)


def test_an_event_is_felt_while_it_lasts_and_by_all_or_nobody(scenario, moments_are) -> None:
    lost = simulate(scenario, 10_000, events=event(churn=2)).array("churned_accounts")
    worse = 1 - 0.9**2
    mean = 0.7 * 0.1 + 0.3 * worse
    inner = 0.7 * 0.1 * 0.9 + 0.3 * worse * (1 - worse)
    between = 0.3 * 0.7 * (worse - 0.1) ** 2
    for period, month in enumerate(lost):
        if period in STRUCK:
            moments_are(month, 10 * mean, 10 * inner + 100 * between)
        else:
            moments_are(month, 1, 0.9)
    moments_are(lost[STRUCK].sum(axis=0), 30 * mean, 30 * inner + 900 * between)


def test_expected_churn_takes_the_mean_factor(scenario) -> None:
    events = event(churn={"low": 1, "likely": 2, "high": 3})
    settings = {"events": events, "market__churn_volatility": 0.3}
    lost = simulate(scenario, 0, **settings).array("churned_accounts")[:, 0]
    expected = np.ones(12)
    expected[STRUCK] = 10 * (1 - 0.9 ** (1 + 0.3 * (2 - 1)))
    assert lost == pytest.approx(expected)


@pytest.mark.parametrize("trials", [0, 100])
def test_the_hazard_of_the_whole_term_moves_with_the_month_of_the_decision(
    scenario, trials
) -> None:
    """A term of two years that ends in the event, at a hazard of 1000 times: all are lost."""
    settings = {"segments.customers.term": 24, "segments.customers.accounts": 240}
    certain = event(churn=1000, probability=1)
    result = simulate(scenario, trials, months=24, events=certain, **settings)
    lost = result.array("churned_accounts")
    assert lost[STRUCK] == pytest.approx(10)
    if not trials:
        outside = np.delete(lost, STRUCK, axis=0)
        assert outside == pytest.approx(10 * (1 - 0.9**2))
        mild = simulate(
            scenario, 0, months=24, events=event(churn=1.5, probability=1), **settings
        ).array("churned_accounts")
        assert mild[STRUCK] == pytest.approx(10 * (1 - 0.9**3))


def test_events_and_the_work_left_undone_multiply(scenario) -> None:
    """p = 1 − exp(−H·M·(1 − a + a·HR)), with nobody working and nothing remembered."""
    settings = {
        "segments.customers.addressable": 0.4,
        "value": {"if_stopped": {"churn": 1.5, "fades_over": 0}},
        "tasks.talk.weight": 1,
        "tasks.talk.coverage_today": 1,
        "team.csm.headcount": 0,
        "events": {
            "one": {**EVENT, "probability": 1, "churn": 1.4},
            "other": {**EVENT, "probability": 1, "months": 1, "churn": 0.5},
        },
    }
    lost = simulate(scenario, 0, **settings).array("churned_accounts")[:, 0]
    work, m = 0.6 + 0.4 * 1.5, np.ones(12)
    m[STRUCK] = 1.4
    m[3] *= 0.5
    assert lost == pytest.approx(10 * (1 - 0.9 ** (m * work)))
    settings["simulation.feedback"] = "off"
    lost = simulate(scenario, 0, **settings).array("churned_accounts")[:, 0]
    assert lost == pytest.approx(10 * (1 - 0.9**m))


def test_an_accounts_own_churn_moves_too(scenario) -> None:
    book = "id,segment,arr,start,renewal,churn\n" + "".join(
        f"A{i},customers,1,2026-05-01,2027-05-01,{c}\n" for i, c in enumerate(["30%", "", "0%"])
    )
    plan = scenario(
        """
        name: own churn
        horizon: {start: 2027-01, months: 12}
        accounts: {file: book.csv}
        segments: {customers: {churn: 10%}}
        tasks: {talk: {role: csm, fixed: 1 hour per month}}
        team: {csm: {headcount: 1}}
        """,
        set={"events": event(churn=2, probability=1)},
        book=book,
    )
    lost = capacity.simulate(plan, trials=0).array("churned_accounts")[3, 0]
    assert lost == pytest.approx(1 - 0.7**2 + 1 - 0.9**2)


def test_a_factor_of_nothing_loses_nobody(scenario) -> None:
    lost = simulate(scenario, 1000, events=event(churn=0, probability=1)).array("churned_accounts")
    assert (lost[STRUCK] == 0).all()
    assert (lost[6:] > 0).any(axis=1).all()


# --- new accounts --------------------------------------------------------------------------------


def test_new_accounts_of_a_year_are_more_spread_than_poisson(scenario, moments_are) -> None:
    """Var = m + m²·cv² within a year; its halves share the factor, years do not."""
    new = simulate(
        scenario, 20_000, months=24, market__new_accounts_volatility=0.4, **{f"{NEW}.per_year": 30}
    ).array("new_accounts")
    first, second = new[:12].sum(axis=0), new[12:].sum(axis=0)
    for year in (first, second):
        moments_are(year, 30, 30 + 900 * 0.16)
    moments_are(new[4], 2.5, 2.5 + 2.5**2 * 0.16)
    moments_are(new[:6].sum(axis=0) - new[6:12].sum(axis=0), 0, 30)
    moments_are(first + second, 60, 2 * (30 + 900 * 0.16))


def test_an_event_thins_out_new_accounts(scenario, moments_are) -> None:
    new = simulate(
        scenario, 10_000, events=event(new_accounts=0.5), **{f"{NEW}.per_year": 60}
    ).array("new_accounts")
    for period in (2, 3, 5, 6):
        if period in STRUCK:
            mean = 0.7 * 5 + 0.3 * 2.5
            moments_are(new[period], mean, mean + 0.21 * 2.5**2)
        else:
            moments_are(new[period], 5, 5)


@pytest.mark.parametrize("trials", [0, 200])
@pytest.mark.parametrize("booked", [{"per_year": 30, "fixed": True}, {"by_month": {"2027-05": 7}}])
def test_what_is_booked_comes_whatever_happens(scenario, trials, booked) -> None:
    settings = {
        NEW: booked,
        "market__new_accounts_volatility": 0.9,
        "events": event(new_accounts=0),
    }
    moved = simulate(scenario, trials, **settings).array("new_accounts")
    still = simulate(scenario, trials, **{NEW: booked}).array("new_accounts")
    assert (moved == still).all()


def test_a_year_without_new_accounts_wins_none(scenario) -> None:
    """Accounts that renew within the plan are followed one by one; of none there is none."""
    settings = {f"{NEW}.per_year": 24, f"{NEW}.term": 2}
    none = event(new_accounts=0, probability=0.5)
    result = simulate(scenario, 1000, events=none, **settings)
    struck = (result.array("new_accounts")[STRUCK] == 0).all(axis=0)
    assert (struck.reshape(-1, 100).sum(axis=1) >= 50).all()
    expected = simulate(scenario, 0, events=none, **settings).array("new_accounts")[:, 0]
    assert expected == pytest.approx(np.where(np.isin(np.arange(12), STRUCK), 1, 2))


# --- expansion and hours -------------------------------------------------------------------------


def test_expansion_moves_in_exactly_the_futures_that_are_struck(scenario) -> None:
    settings = {"segments.customers.churn": 0, "segments.customers.expansion": "12%"}
    events = event(expansion=0.5)
    arr = simulate(scenario, 1000, events=events, **settings).array("arr")
    t = np.arange(1, 13)[:, None]
    calm = 1.2e6 * 1.12 ** (t / 12)
    slow = np.clip(t - 3, 0, 3)
    hit = 1.2e6 * 1.12 ** ((t - slow) / 12) * 1.06 ** (slow / 12)
    struck = arr[-1] < 1.2e6 * 1.12 * (1 - 1e-6)
    assert (struck.reshape(-1, 100).sum(axis=1) == 30).all()
    assert arr == pytest.approx(np.where(struck, hit, calm))
    one = simulate(scenario, 0, events=events, **settings).array("arr")
    mean = 1.2e6 * 1.12 ** ((t - slow) / 12) * (1 + 0.12 * 0.85) ** (slow / 12)
    assert one == pytest.approx(mean)


def test_an_event_leaves_the_contracted_rise_alone(scenario) -> None:
    settings = {"segments.customers.churn": 0, "segments.customers.uplift": "5%"}
    moved = simulate(scenario, 0, events=event(expansion=0, probability=1), **settings)
    assert moved.array("arr")[-1] == pytest.approx(1.2e6 * 1.05)


HOURS = "{mean: 3h, sd: 2h}"
WORK = PLAN.replace(
    "20 hours per month}",
    f"20 hours per month}}, call: {{role: csm, rate: 2, share: 60%, hours: {HOURS}}},"
    f" visit: {{role: csm, every: quarter, steps: {{go: {HOURS}, write: 1h}}, defer: 1 month}}",
)


@pytest.mark.parametrize(
    ("hours", "factors"),
    [
        (1.5, {"talk": 1.5, "call": 1.5, "visit": 1.5}),
        ({"visit": 1.5, "call": 0}, {"talk": 1, "call": 0, "visit": 1.5}),
        ({"talk": 2, "default": 0.5}, {"talk": 2, "call": 0.5, "visit": 0.5}),
    ],
)
def test_hours_move_in_exactly_the_futures_that_are_struck(scenario, hours, factors) -> None:
    """Against the same plan without the event: the same occurrences, each so many times as long."""
    off = {"simulation.feedback": "off"}
    struck = _struck(scenario)
    for trials in (1000, 0):
        calm = simulate(scenario, trials, plan=WORK, **off)
        moved = simulate(scenario, trials, plan=WORK, events=event(hours=hours), **off)
        for task, factor in factors.items():
            scale = np.ones((12, max(trials, 1)))
            scale[STRUCK] = np.where(struck, factor, 1) if trials else 1 + 0.3 * (factor - 1)
            due = calm.array("due_hours", role="csm", task=task)
            assert moved.array("due_hours", role="csm", task=task) == pytest.approx(due * scale)


def _struck(scenario):
    """In which futures the event happens: seen in work that is otherwise the same every month."""
    hours = simulate(scenario, 1000, events=event(hours=2)).array("due_hours", role="csm")
    struck = hours[4] == 40
    assert (hours[4][~struck] == 20).all()
    assert (struck.reshape(-1, 100).sum(axis=1) == 30).all()
    return struck


def test_an_uncertain_probability_is_met_on_average(scenario, mean_is) -> None:
    unsure = event(probability={"low": 0.1, "likely": 0.2, "high": 0.6}, hours=2)
    hours = simulate(scenario, 10_000, events=unsure).array("due_hours", role="csm")
    mean_is(hours[4], 20 * (1 + 0.25))


def test_an_uncertain_factor_has_its_variance_where_it_strikes(scenario, moments_are) -> None:
    """Var[1 + B(F − 1)] = p·(Var F + (E F − 1)²) − p²·(E F − 1)²."""
    factor = {"low": 1, "likely": 1.6, "high": 2.2}
    hours = simulate(scenario, 10_000, events=event(hours=factor)).array("due_hours", role="csm")
    spread = (1.6 - 1) * (2.2 - 1.6) / 7
    variance = 0.3 * (spread + 0.36) - 0.09 * 0.36
    moments_are(hours[4] / 20, 1 + 0.3 * 0.6, variance)
    assert (hours[3] == hours[5]).all()


# --- what does not move --------------------------------------------------------------------------


def test_the_past_knows_nothing_of_what_may_come(scenario) -> None:
    settings = {"tasks.talk.weight": 1, f"{NEW}.per_year": 12}
    moved = {
        "market": {"churn_volatility": 0.5, "new_accounts_volatility": 0.5},
        "events": event(churn=2, new_accounts=0, expansion=0, hours=5, probability=1),
    }
    past = [build_layout(scenario(WORK, set={**settings, **more})).past for more in ({}, moved)]
    assert (past[0].due == past[1].due).all()
    assert (past[0].coverage == past[1].coverage).all()


def test_more_hours_in_an_event_are_a_shortfall_like_any_other(scenario) -> None:
    """The team has 20 hours of work and 174 hours; at ten times the work it cannot keep up."""
    settings = {
        "segments.customers.addressable": 1,
        "value": {"if_stopped": {"churn": 3, "fades_over": "1 month"}},
        "tasks.talk.weight": 1,
        "events": event(hours=20, probability=1),
    }
    lost = simulate(scenario, 0, **settings).array("churned_accounts")[:, 0]
    assert lost[:3] == pytest.approx(1)
    assert (lost[STRUCK] > 1.2).all()
    assert (np.diff(lost[5:]) < 0).all()
