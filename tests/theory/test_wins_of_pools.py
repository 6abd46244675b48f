"""Accounts that are won fall to the pools as the accounts of their segment do today."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

PLAN = """
name: wins
horizon: {start: 2027-01, months: 18}
accounts: {file: book.csv}
segments:
  customers: {churn: 30%, addressable: 100%, new_accounts: {per_year: 48, arr: 1000, term: 6}}
tasks:
  welcome: {role: csm, on: start, hours: 1h}
team: {csm: {split: region, headcount: {AMER: 9, EMEA: 9, APAC: 9}}}
"""
BOOK = {"AMER": 60, "EMEA": 20}
SHARES = {"AMER": 0.75, "EMEA": 0.25}
WINS = "{per_year: 48, arr: 1000, term: 6}"


@pytest.fixture
def simulate(scenario):
    def run(trials, resolution, book=BOOK, later=(), text=PLAN, **settings):
        rows = ["id,segment,arr,start,renewal,region"]
        for pool, count in book.items():
            rows += [
                f"{pool}{i},customers,1000,2025-01-01,2027-{1 + i % 12:02d}-01,{pool}"
                for i in range(count)
            ]
        rows += [f"later{i},customers,1000,2027-05-01,2028-05-01,{p}" for i, p in enumerate(later)]
        settings = {name.replace("__", "."): value for name, value in settings.items()}
        settings |= {"simulation.resolution": resolution}
        plan = scenario(text, set=settings, book="\n".join([*rows, ""]))
        return capacity.simulate(plan, trials=trials, seed=9)

    return run


names = pytest.mark.parametrize("resolution", ["account", "cohort"])


@names
def test_each_pool_gets_its_share_on_average(simulate, mean_is, resolution) -> None:
    """48 a year are four a month, three of them for AMER; a part of a Poisson number is Poisson."""
    result = simulate(10_000, resolution)
    for pool, share in SHARES.items():
        won = result.array("due_hours", role="csm", pool=pool)
        for t in (0, 17):
            mean_is(won[t], 4 * share)
            mean_is((won[t] - 4 * share) ** 2, 4 * share)
    both = sum(result.array("due_hours", role="csm", pool=pool) for pool in SHARES)
    assert np.array_equal(both, result.array("new_accounts"))


def test_expected_wins_are_shared_to_the_digit(simulate) -> None:
    for resolution in ("account", "cohort"):
        result = simulate(0, resolution)
        for pool, share in SHARES.items():
            assert result.array("due_hours", role="csm", pool=pool) == pytest.approx(4 * share)


@names
@pytest.mark.parametrize(
    ("wins", "months"),
    [
        ("{per_year: 48, fixed: true, arr: 1000}", dict.fromkeys(range(18), 4)),
        ("{by_month: {2027-02: 70, 2028-03: 9}, arr: 1000}", {1: 70, 14: 9}),
    ],
)
def test_exact_numbers_stay_exact(simulate, mean_is, resolution, wins, months) -> None:
    result = simulate(2000, resolution, text=PLAN.replace(WINS, wins))
    total = np.array([months.get(t, 0) for t in range(18)])[:, None]
    found = {pool: result.array("due_hours", role="csm", pool=pool) for pool in SHARES}
    assert np.array_equal(found["AMER"] + found["EMEA"], total + 0 * found["AMER"])
    assert np.array_equal(result.array("new_accounts"), total + 0 * found["AMER"])
    for t, count in months.items():
        if t in (0, 1, 14):
            mean_is(found["EMEA"][t], count / 4)
            mean_is((found["EMEA"][t] - count / 4) ** 2, count * 3 / 16)


@names
def test_a_pool_without_accounts_today_wins_none(simulate, resolution) -> None:
    """Those of APAC are signed and start in May: the file says so, and nothing more comes."""
    result = simulate(200, resolution, later=["APAC"] * 3)
    won = result.array("due_hours", role="csm", pool="APAC")
    assert np.array_equal(won, np.where(np.arange(18) == 4, 3, 0)[:, None] + 0 * won)


@names
def test_won_accounts_renew_where_they_belong(simulate, mean_is, resolution) -> None:
    """EMEA is not served: of those it won in January the churn of a half-year term doubles."""
    talk = {"role": "csm", "every": "month", "hours": "1h", "coverage_today": "100%"}
    talk["if_stopped"] = {"churn": 2, "fades_over": 0}
    text = PLAN.replace(WINS, "{by_month: {2027-01: 100}, arr: 1000, term: 6}")
    settings = {
        "text": text, "tasks__talk": talk, "horizon__months": 6,
        "team__csm__headcount": {"AMER": 9, "EMEA": 0},
    }  # fmt: skip
    book = {"AMER": 15, "EMEA": 5}
    q, terms = 0.3, np.arange(1, 7)
    due = {p: np.isin(np.arange(n) % 12, terms).sum() for p, n in book.items()}
    won = 75 * 0.7**0.5 + 25 * 0.7
    old = 15 - q * due["AMER"] + 5 - (1 - 0.7**2) * due["EMEA"]
    expected = simulate(0, resolution, book, **settings).array("accounts")[-1, 0]
    assert expected == pytest.approx(won + old)
    drawn = simulate(10_000, resolution, book, **settings)
    mean_is(drawn.array("accounts")[-1], won + old)


def test_a_segment_without_accounts_wins_them_everywhere(scenario, mean_is) -> None:
    """With no account to go by, every region that both roles serve gets an equal part."""
    text = PLAN.replace("segments:\n", "segments:\n  old: {churn: 1%, addressable: 100%}\n")
    teach = "  teach: {role: trainer, segments: [customers], on: start, hours: 1h}\n"
    text = text.replace("  welcome: {", f"{teach}  welcome: {{segments: [customers], ")
    text = text.replace("APAC: 9}}}", "APAC: 9}}, trainer: {split: region, headcount: REGIONS}}")
    text = text.replace("REGIONS", "{AMER: 1, EMEA: 1, MARS: 1}")
    book = "id,segment,arr,start,renewal,region\na,old,1,2025-01-01,2028-01-01,AMER\n"
    plan = scenario(text, book=book)
    for trials in (0, 10_000):
        result = capacity.simulate(plan, trials=trials)
        for role, pools in (("csm", "APAC"), ("trainer", "MARS")):
            assert (result.array("due_hours", role=role, pool=pools) == 0).all()
            for pool in ("AMER", "EMEA"):
                won = result.array("due_hours", role=role, pool=pool)[3]
                mean_is(won, 2) if trials else np.testing.assert_allclose(won, 2)
