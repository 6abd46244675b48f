"""The factors of a batch, period by period."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capacity.engine.drawn import Drawn
from capacity.engine.expected import Expected
from capacity.engine.shocks import draw_shocks
from capacity.engine.stretches import stretches_of
from capacity.rng import Luck

BASE = {
    "name": "shocks",
    "horizon": {"start": "2027-02", "months": 26},
    "segments": {"smb": {"accounts": 10, "churn": 0.1, "new_accounts": {"per_year": 12}}},
    "tasks": {
        "qbr": {"role": "csm", "every": "quarter", "hours": 1},
        "call": {"role": "csm", "rate": 1, "hours": 1},
    },
    "team": {"csm": {"headcount": 1}},
}
MARKET = {"churn_volatility": 0.15, "new_accounts_volatility": 0.4}
SLUMP = {"probability": 0.15, "start": "2027-06", "months": 9}


@pytest.fixture
def shocks(scenario):
    def read(chance=None, months=26, start="2027-02", market=None, **events):
        plan = {**BASE, "horizon": {"start": start, "months": months}, "events": events}
        plan["market"] = market or {}
        known = scenario(plan).plan
        return draw_shocks(known, chance or Drawn(Luck(5, range(10))), stretches_of(known))

    return read


def kinds(found):
    return (found.churn, found.new_accounts, found.expansion, found.hours)


def test_nothing_said_is_nothing_to_multiply(shocks) -> None:
    assert kinds(shocks()) == ({}, {}, {}, {})
    still = {"churn_volatility": 0, "new_accounts_volatility": {"value": 0}}
    found = shocks(market=still, slump={**SLUMP, "churn": 1, "hours": {"qbr": 1}})
    assert kinds(found) == ({}, {}, {}, {})


def test_only_what_an_event_names_is_multiplied_and_only_while_it_lasts(shocks) -> None:
    found = shocks(slump={**SLUMP, "churn": 1.4, "hours": {"call": 2}})
    assert list(found.churn) == list(found.hours) == list(range(4, 13))
    assert found.new_accounts == found.expansion == {}
    happened = found.churn[4] > 1
    for period in range(4, 13):
        assert found.churn[period] == pytest.approx(np.where(happened, 1.4, 1))
        assert (found.hours[period][0] == 1).all()
        assert found.hours[period][1] == pytest.approx(np.where(happened, 2, 1))


@pytest.mark.parametrize("probability", [0, 0.15, 0.29, 0.57, 1])
def test_of_every_hundred_futures_exactly_the_probabilitys_part_is_struck(
    shocks, probability
) -> None:
    found = shocks(slump={**SLUMP, "probability": probability, "churn": 2})
    struck = (found.churn[4] == 2).reshape(-1, 100).sum(axis=1)
    assert (struck == round(100 * probability)).all()


def test_a_part_that_is_not_whole_is_rounded_either_way(shocks) -> None:
    found = shocks(slump={**SLUMP, "probability": 0.154, "churn": 2})
    struck = (found.churn[4] == 2).reshape(-1, 100).sum(axis=1)
    assert set(struck) == {15, 16}


def test_an_uncertain_probability_has_its_mean_and_is_one_draw(shocks) -> None:
    unsure = {"low": 0.1, "likely": 0.2, "high": 0.6}
    found = shocks(slump={**SLUMP, "probability": unsure, "churn": 2})
    struck = (found.churn[4] == 2).reshape(-1, 100).mean(axis=1)
    assert abs(struck.mean() - 0.25) < 4 * struck.std(ddof=1) / np.sqrt(10)
    assert all((found.churn[t] == found.churn[4]).all() for t in range(4, 13))


def test_an_uncertain_factor_is_one_for_all_its_months_and_tasks(shocks) -> None:
    unsure = {"low": 1, "likely": 1.2, "high": 2}
    found = shocks(slump={**SLUMP, "probability": 1, "churn": unsure, "hours": unsure})
    true = stats.beta(1 + 4 * 0.2, 5 - 4 * 0.2, loc=1, scale=1)
    for factor in (found.churn[4], found.hours[4][0]):
        assert stats.kstest(factor, true.cdf).pvalue > 0.5
    assert (found.churn[12] == found.churn[4]).all()
    assert (found.hours[9] == found.hours[4][0]).all()
    assert abs(np.corrcoef(found.churn[4], found.hours[4][0])[0, 1]) < 0.15


def test_events_multiply_with_each_other_and_with_the_year(shocks) -> None:
    boom = {"probability": 1, "start": "2027-10", "months": 6, "churn": 0.5}
    slump = {**SLUMP, "churn": 1.4}
    alone = shocks(slump=slump).churn
    year = shocks(market=MARKET).churn
    both = shocks(market=MARKET, slump=slump, boom=boom).churn
    assert list(both) == list(range(26))
    for t in range(26):
        expected = year[t] * alone.get(t, 1) * (0.5 if 8 <= t < 14 else 1)
        assert both[t] == pytest.approx(expected, rel=1e-14)


def test_years_are_equal_within_and_independent_between(shocks) -> None:
    found = shocks(market=MARKET)
    for factors, spread in ((found.churn, 0.15), (found.new_accounts, 0.4)):
        years = [[0, 10], [11, 22], [23, 25]]
        for first, last in years:
            assert (factors[first] == factors[last]).all()
        drawn = np.array([factors[first] for first, _ in years])
        sigma = np.sqrt(np.log1p(spread**2))
        true = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2))
        assert all(stats.kstest(year, true.cdf).pvalue > 0.5 for year in drawn)
        between = np.corrcoef(drawn)[np.triu_indices(3, 1)]
        assert (abs(between) < 4 / np.sqrt(1000)).all()
    across = np.corrcoef(found.churn[0], found.new_accounts[0])[0, 1]
    assert abs(across) < 4 / np.sqrt(1000)


def test_every_block_has_a_year_in_each_hundredth(shocks) -> None:
    sigma = np.sqrt(np.log1p(0.15**2))
    u = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2)).cdf(shocks(market=MARKET).churn[0])
    strata = np.sort(np.floor(u * 100).reshape(-1, 100), axis=1)
    assert (strata == np.arange(100)).all()


def test_another_start_or_horizon_meets_the_same_years(shocks) -> None:
    one = shocks(market=MARKET)
    later = shocks(market=MARKET, start="2028-05", months=40)
    for name in ("churn", "new_accounts"):
        a, b = getattr(one, name), getattr(later, name)
        assert (a[11] == b[0]).all()  # 2028
        assert (a[23] == b[8]).all()  # 2029
        assert not np.array_equal(a[0], b[0])


def test_an_uncertain_volatility_is_one_for_all_years(shocks) -> None:
    unsure = {"churn_volatility": {"low": 0.01, "likely": 0.05, "high": 0.9}}
    found = shocks(market=unsure).churn
    far = [np.abs(np.log(found[t])) for t in (0, 11, 23)]
    between = np.corrcoef(far)[np.triu_indices(3, 1)]
    assert (between > 4 / np.sqrt(1000)).all()  # futures are wild in every year, or calm


def test_another_thing_said_leaves_the_luck_of_the_rest(shocks) -> None:
    slump = {**SLUMP, "churn": 1.4}
    one = shocks(market=MARKET, slump=slump)
    more = shocks(
        market={**MARKET, "new_accounts_volatility": 0.1},
        boom={**SLUMP, "expansion": 2},
        slump={**slump, "hours": {"qbr": 2}},
    )
    assert all((one.churn[t] == more.churn[t]).all() for t in range(26))


def test_expected_values_take_every_factor_at_its_mean(shocks) -> None:
    unsure = {"low": 1, "likely": 1.2, "high": 2}
    found = shocks(
        Expected(),
        market=MARKET,
        slump={**SLUMP, "churn": unsure, "new_accounts": 0.6, "expansion": 0.8, "hours": 1.2},
        boom={**SLUMP, "probability": {"low": 0, "likely": 0.3, "high": 0.6}, "churn": 0.5},
    )
    assert found.churn[0] == found.new_accounts[25] == pytest.approx(1)
    assert found.churn[4] == pytest.approx((1 + 0.15 * 0.3) * (1 - 0.3 * 0.5))
    assert found.new_accounts[4] == pytest.approx(1 - 0.15 * 0.4)
    assert found.expansion[4] == pytest.approx(1 - 0.15 * 0.2)
    assert found.hours[4] == pytest.approx(np.full((2, 1), 1 + 0.15 * 0.2))
