"""Drivers of plans so small that their shares, swings, tipping points and values are known."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gamma, lognorm

import capacity
from capacity.drivers.answer import Driver, Sensitivity
from capacity.drivers.futures import Futures, Held
from capacity.drivers.outcomes import of_table
from capacity.drivers.unknowns import unknowns
from capacity.engine.layout import build_layout
from capacity.errors import QuestionError

TRIALS, ERRORS = 4000, 4.0

TWO_AMOUNTS = """\
    name: two amounts
    horizon: {start: 2027-01, months: 12}
    segments:
      smb: {accounts: 10, arr: 1000, churn: {low: 5%, likely: 10%, high: 20%}}
    tasks:
      webinar: {role: csm, fixed: {mean: 1200 hours per year, sd: 240 hours per year}}
      report: {role: csm, fixed: {mean: 600 hours per year, sd: 120 hours per year}}
    team:
      csm: {headcount: 2, salary: 80_000, attrition: {low: 5%, likely: 10%, high: 20%}}
    finance:
      gross_margin: 80%
      platform: {mean: 60_000, sd: 10_000}
"""
RANDOM = """\
    name: random
    horizon: {start: 2027-01, months: 12}
    segments:
      smb: {accounts: 20}
    tasks:
      ticket: {role: csm, rate: {mean: 5, sd: 1}, hours: 1h, uncertainty: 20%}
    team:
      csm: {headcount: 2}
"""


def of_gamma(mean: float, sd: float):
    return gamma(a=(mean / sd) ** 2, scale=sd**2 / mean)


def driver(found: Sensitivity, path: str) -> Driver:
    (one,) = [d for d in found.drivers if d.path == path]
    return one


@pytest.fixture(scope="module")
def two_amounts(scenario) -> Sensitivity:
    return capacity.sensitivity(scenario(TWO_AMOUNTS), "due_hours[csm] >= 2100h", trials=TRIALS)


def test_a_sum_of_two(two_amounts: Sensitivity) -> None:
    """Of 240² + 120² the first has 80 % and the second 20 %; nothing is left to luck."""
    assert two_amounts.split.unknown == pytest.approx(1, rel=1e-9)
    assert two_amounts.sd == pytest.approx(math.hypot(240, 120), rel=0.05)
    for path, share in {"tasks.webinar.fixed": 0.8, "tasks.report.fixed": 0.2}.items():
        found = driver(two_amounts, path)
        assert abs(found.share - share) < ERRORS * found.share_error
        assert found.is_heard
        assert not found.bent
    assert [d.path for d in two_amounts.heard] == ["tasks.webinar.fixed", "tasks.report.fixed"]
    assert abs(two_amounts.together) < 0.1


def test_the_swing_is_that_of_the_input(two_amounts: Sensitivity) -> None:
    for path, believed in {
        "tasks.webinar.fixed": of_gamma(1200, 240),
        "tasks.report.fixed": of_gamma(600, 120),
    }.items():
        found, (p10, p90) = driver(two_amounts, path), believed.ppf([0.1, 0.9])
        assert (found.p10, found.p90) == pytest.approx((p10, p90), rel=1e-9)
        assert found.swing.width == pytest.approx(p90 - p10, rel=1e-9)
        assert found.swing.error < 1e-9


def test_an_input_that_enters_nowhere(two_amounts: Sensitivity) -> None:
    for path in ("finance.platform", "segments.smb.churn", "team.csm.attrition"):
        idle = driver(two_amounts, path)
        assert not idle.is_heard
        assert abs(idle.share) < ERRORS * idle.share_error
        assert idle.swing.width == 0
        assert idle.tip is None


def test_where_a_bound_is_crossed(two_amounts: Sensitivity) -> None:
    """1,800 h are expected. With the reports as expected, 2,100 h take 1,500 h of webinars."""
    tip = driver(two_amounts, "tasks.webinar.fixed").tip
    assert tip is not None
    believed = of_gamma(1200, 240)
    assert abs(tip.odds - believed.sf(1500)) < ERRORS * tip.error + 0.005
    assert tip.value == pytest.approx(1500, rel=0.02)


@pytest.mark.parametrize("accounts", [20, 2])
def test_what_luck_leaves(scenario, accounts: int) -> None:
    """N tickets ± √N, at a rate off by 20 % and hours off by 20 %: Poisson, all independent.

    The variance is E[θ²]·(N + (0.2·N)² + N²) − N² with E θ² = 1.04, of which E[θ²]·N is luck: a
    ninth of it with 20 accounts, more than half with 2.
    """
    plan = scenario(RANDOM.replace("accounts: 20", f"accounts: {accounts}"))
    found = capacity.sensitivity(plan, "due_hours[csm]", trials=TRIALS)
    of_hours, number = 1 + 0.2**2, 5 * accounts
    variance = of_hours * (number + (0.2 * number) ** 2 + number**2) - number**2
    assert found.sd**2 == pytest.approx(variance, rel=0.1)
    assert abs(found.split.luck - of_hours * number / variance) < ERRORS * found.split.error
    for path, alone in {
        "tasks.ticket.rate": (0.2 * number) ** 2,
        "tasks.ticket.uncertainty": 0.2**2 * number**2,
    }.items():
        one = driver(found, path)
        assert abs(one.share - alone / variance) < ERRORS * one.share_error
        assert one.rank > 0.25
    hours = driver(found, "tasks.ticket.uncertainty")
    sigma = math.sqrt(math.log1p(0.2**2))
    factor = lognorm(s=sigma, scale=math.exp(-(sigma**2) / 2))
    assert (hours.p10, hours.p90) == pytest.approx(factor.ppf([0.1, 0.9]), rel=1e-9)


def test_knowing_what_a_tool_will_cost(scenario) -> None:
    """A tool of unknown price against one of 61,000: E[max(0, 61,000 − X)] by the gamma's moments.

    The one is 1,000 cheaper on average, so that much of the gain would be had unknowing.
    """
    plan = scenario(TWO_AMOUNTS)
    other = plan.with_({"finance.platform": 61_000, "name": "fixed price"})
    found = capacity.sensitivity(plan, "profit", against=[other], trials=TRIALS)
    cost, wider = of_gamma(60_000, 10_000), of_gamma(60_000, 10_000)
    shape = wider.kwds["a"]
    below = 61_000 * cost.cdf(61_000) - 60_000 * gamma(a=shape + 1, scale=wider.kwds["scale"]).cdf(
        61_000
    )
    price = driver(found, "finance.platform")
    first, second = found.alternatives
    assert (first.name, second.name, first.behind) == ("two amounts", "fixed price", 0)
    assert second.behind == pytest.approx(1000, abs=ERRORS * second.behind_se + 10)
    odds = cost.cdf(61_000)
    assert first.p_best == pytest.approx(odds, abs=ERRORS * math.sqrt(odds * (1 - odds) / TRIALS))
    assert first.p_best + second.p_best == pytest.approx(1)
    assert abs(price.worth - (below - 1000)) < ERRORS * price.worth_error + 30
    assert price.worth_error < 300
    assert price.share == pytest.approx(1, abs=0.02)
    for idle in found.drivers:
        if idle is not price:
            assert idle.worth <= ERRORS * idle.worth_error + 1
    tip = price.tip
    assert tip is not None
    assert tip.value == pytest.approx(61_000, rel=0.01)


def test_of_costs_the_smallest_is_the_best(scenario) -> None:
    plan = scenario(TWO_AMOUNTS)
    others = [plan.with_({"finance.platform": cost, "name": str(cost)}) for cost in (10, 90_000)]
    found = capacity.sensitivity(plan, "team_cost", against=others, trials=1000)
    assert [one.name for one in found.alternatives] == ["10", "two amounts", "90000"]
    dear = found.alternatives[2]
    assert dear.behind == pytest.approx(90_000 - 10)
    assert dear.mean - found.alternatives[0].mean == pytest.approx(dear.behind)
    assert [one.p_best for one in found.alternatives] == [1, 0, 0]
    heads = capacity.sensitivity(plan, "headcount[csm]", against=others, trials=1000)
    assert not heads.alternatives


# --- two ways to the same -------------------------------------------------------------------------


def test_an_input_held_is_an_input_written(scenario) -> None:
    """All other luck stays, so holding attrition is as good as writing its value into the plan."""
    plan = scenario(TWO_AMOUNTS)
    layout = build_layout(plan)
    figure = of_table(layout, "team_cost", 0).outcome
    (attrition,) = [u for u in unknowns(layout) if u.path == "team.csm.attrition"]
    held = Futures(0, 1000, layout.copulas).values(figure, Held({attrition.key: 0.9}))[0]
    value = float(attrition.quantile(np.array([0.9]))[0])
    written = capacity.simulate(plan.with_({"team.csm.attrition": value}), trials=1000, seed=0)
    np.testing.assert_allclose(held, written.array("team_cost", period="")[0], rtol=1e-12)


def test_other_luck_has_the_same_inputs_and_nothing_else(scenario) -> None:
    layout = build_layout(scenario(RANDOM))
    futures = Futures(0, 1000, layout.copulas)
    inputs = unknowns(layout)
    keys = tuple(u.key for u in inputs)
    figure = of_table(layout, "due_hours[csm]", 0).outcome
    first, again = futures.values(figure)[0], futures.values(figure, Held(same=keys))[0]
    drawn = [u.quantile(row) for u, row in zip(inputs, futures.uniforms(keys), strict=True)]
    expected = 20 * np.prod(drawn, axis=0)  # accounts, times a rate, times an hour off by a factor
    apart = [(values - expected) / np.sqrt(expected) for values in (first, again)]
    for one in apart:
        assert abs(one.mean()) < ERRORS * one.std() / math.sqrt(len(one))
        assert one.std() == pytest.approx(1, abs=0.15)
    assert abs(np.corrcoef(*apart)[0, 1]) < ERRORS / math.sqrt(len(expected))


def test_the_same_on_any_executor(scenario) -> None:
    from concurrent.futures import ThreadPoolExecutor

    plan = scenario(RANDOM)
    one = capacity.sensitivity(plan, "due_hours[csm]", trials=2000)
    with ThreadPoolExecutor(2) as pool:
        other = capacity.sensitivity(plan, "due_hours[csm]", trials=2000, executor=pool)
    assert one.table().equals(other.table())


# --- what is said ---------------------------------------------------------------------------------


def words(found: Sensitivity) -> str:
    return " ".join(str(found).split())


def test_figures_and_inputs_have_their_units(scenario, two_amounts: Sensitivity) -> None:
    assert "2,400 h/year" not in words(two_amounts)
    assert "h on average" in words(two_amounts)
    assert re.search(r"tasks.webinar.fixed +\d+ % +\+0.\d+ +\S+ h/year", str(two_amounts))
    money = capacity.sensitivity(
        scenario(TWO_AMOUNTS.replace("name: two amounts", "name: two amounts\n    currency: CHF")),
        "profit",
        trials=1000,
    )
    assert re.search(r"profit is −?CHF \S+ on average", words(money))
    assert re.search(r"finance.platform .*CHF 4\d,\d{3} +CHF 7\d,\d{3}", str(money))
    units = dict(zip(money.table()["input"], money.table()["unit"], strict=True))
    assert units == {
        "finance.platform": "CHF",
        "segments.smb.churn": "share",
        "team.csm.attrition": "share",
        "tasks.webinar.fixed": "hours a year",
        "tasks.report.fixed": "hours a year",
    }


def test_a_bound_that_no_input_crosses_is_not_passed_over(scenario) -> None:
    found = capacity.sensitivity(scenario(TWO_AMOUNTS), "due_hours[csm] >= 100h", trials=1000)
    assert all(driver.tip is None for driver in found.drivers)
    assert "No input alone makes due_hours[csm] cross 100 h, wherever in its range" in words(found)
    assert "Where due_hours" not in words(found)


def test_shares_of_inputs_that_move_together(scenario) -> None:
    """Fully tied, each of 240 and 120 h alone explains all of it; both together no more than all.

    At ρ = 0.9 the first explains (240 + 0.9·120)² / (240² + 120² + 2·0.9·240·120) = 97 %.
    """
    tied = (
        TWO_AMOUNTS
        + "    correlate:\n      - {between: [tasks.webinar.fixed, tasks.report.fixed], rho: 0.9}\n"
    )
    found = capacity.sensitivity(scenario(tied), "due_hours[csm]", trials=TRIALS)
    one = driver(found, "tasks.webinar.fixed")
    whole = 240**2 + 120**2 + 2 * 0.9 * 240 * 120
    assert abs(one.share - (240 + 0.9 * 120) ** 2 / whole) < ERRORS * one.share_error + 0.01
    assert not any(d.bent for d in found.drivers)
    assert found.together < 0
    total = round(100 * found.shares[0])
    assert total > 150
    assert f"The shares add up to {total} %, which is more than there is" in words(found)
    assert all(int(said) <= 100 for said in re.findall(r"(\d+) % of the variance", words(found)))


def test_shares_beyond_all_are_shown_as_all_and_named(two_amounts: Sensitivity) -> None:
    """An estimate may come out above what can be."""
    first = replace(two_amounts.drivers[0], share=1.034, share_error=0.02)
    found = replace(
        two_amounts,
        drivers=(first, *two_amounts.drivers[1:]),
        split=replace(two_amounts.split, unknown=-0.02, error=0.03),
    )
    text = words(found)
    assert "(100 % of the variance)" in text
    assert "0 % ± 3 points of its variance is what we do not know" in text
    assert "Here: tasks.webinar.fixed at 103.4 % and what we do not know at -2.0 %." in text
    assert "Here:" not in words(two_amounts)


def test_long_names_leave_room_for_figures_in_text_and_are_whole_on_the_page(scenario) -> None:
    name = "quarterly_business_review_of_enterprise_accounts"
    found = capacity.sensitivity(
        scenario(TWO_AMOUNTS.replace("webinar", name)), "due_hours[csm]", trials=1000
    )
    lines = str(found).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert sum("…" in line and "h/year" in line for line in lines) == 1
    assert not any("…" in cell for line in lines for cell in line.split()[1:])
    (table,) = found.page.tables
    assert table.rows[0][0] == f"tasks.{name}.fixed"


def test_the_page_has_what_the_text_says(scenario, two_amounts: Sensitivity) -> None:
    page = two_amounts.page
    assert [chart.name for chart in page.charts] == ["variance", "tornado"]
    assert len(page.headline) == 4
    for sentence in (*page.headline, *page.sentences):
        assert sentence in words(two_amounts)
    bars = page.chart("tornado").spec["data"]["values"]
    at_p90 = [row for row in bars if row["kind"] == "at its p90"]
    assert at_p90[0]["to"] == two_amounts.drivers[0].swing.high
    assert {row["from"] for row in bars} == {two_amounts.middle}
    shares = {row["name"]: row["share"] for row in page.chart("variance").spec["data"]["values"]}
    assert shares["tasks.report.fixed"] == pytest.approx(
        driver(two_amounts, "tasks.report.fixed").share
    )
    assert shares["luck of the draw"] == pytest.approx(0, abs=1e-9)
    other = scenario(TWO_AMOUNTS).with_({"finance.platform": 61_000})
    decided = capacity.sensitivity(scenario(TWO_AMOUNTS), "profit", against=[other], trials=1000)
    assert "two amounts (2) less two amounts" in str(decided)
    (bar,) = decided.chart("knowing").spec["data"]["values"]
    assert bar["worth"] == decided.drivers[0].worth > 0


NO_RANGE = """\
    name: no range
    horizon: {start: 2027-01, months: 12}
    segments: {smb: {accounts: 20, arr: 1000, churn: 10%, addressable: 50%}}
    tasks: {call: {role: csm, every: quarter, hours: 1h, if_stopped: {churn: 1.2}}}
    team: {csm: {headcount: 1, salary: 100_000, bonus: {low: 0, likely: 20_000, high: 70_000}}}
    finance: {gross_margin: 80%, discount_rate: 10%}
"""


def test_without_a_range_nothing_is_unknown(scenario) -> None:
    plan = scenario(NO_RANGE.replace("{low: 0, likely: 20_000, high: 70_000}", "20_000"))
    found = capacity.sensitivity(plan, "arr", trials=1000)
    assert (found.split.unknown, found.split.error, found.split.luck) == (0, 0, 1)
    assert not found.drivers
    text = words(found)
    assert "No input has a range: all of its variance is the luck of the draw." in text
    assert "points of its variance" not in text
    assert "rank:" not in text  # there is no table


def test_the_return_on_a_cost_that_is_not_known(scenario) -> None:
    """Where nothing is saved the return is −100 % whatever the cost, and its line is straight.

    Each future's return is over the usual cost, so that cost has a share of its variance.
    """
    plan = scenario(NO_RANGE.replace("churn: 10%", "churn: 0.01%"))
    found = capacity.sensitivity(plan, "roi", trials=1000)
    bonus = driver(found, "team.csm.bonus")
    assert bonus.share > 0.9
    assert (bonus.swing.low, bonus.swing.high) == pytest.approx((-1, -1), abs=0.01)
    assert not bonus.bent
    assert "Each future's return is over the expected cost of all futures" in words(found)
    npv = capacity.sensitivity(plan, "npv", trials=1000)
    assert not driver(npv, "team.csm.bonus").bent
    assert "Each future's return" not in words(npv)


def test_yes_or_no_has_no_range(scenario) -> None:
    text = words(capacity.sensitivity(scenario(TWO_AMOUNTS), "p_covered[csm]", trials=1000))
    assert re.search(r"p_covered\[csm\] is \d+\.\d %: yes or no in each future\.", text)
    assert "8 of 10 futures" not in text


def test_titles_are_as_wide_as_the_report(scenario) -> None:
    plan = scenario(TWO_AMOUNTS)
    other = plan.with_({"finance.platform": 61_000, "name": "a rather long name of a vendor"})
    lines = str(capacity.sensitivity(plan, "profit", against=[other], trials=1000)).splitlines()
    whole = "Where profit: a rather long name of a vendor less two amounts crosses $0"
    assert whole in lines


BY_DATE = NO_RANGE.replace(
    "{low: 0, likely: 20_000, high: 70_000}",
    "{2027-01: 20_000, 2027-07: {low: 0, likely: 20_000, high: 70_000}}",
)


def test_a_number_by_date_is_told_by_its_first_range(scenario) -> None:
    """Half a year at 20,000, half a year at a range of which p10 and p90 are told."""
    plan = scenario(BY_DATE)
    found = capacity.sensitivity(plan, "cost_bonus", trials=1000, fixed_too=True)
    bonus = driver(found, "team.csm.bonus")
    assert bonus.p10 < 20_000 < bonus.p90
    assert bonus.swing.low == pytest.approx((20_000 + bonus.p10) / 2)
    assert bonus.swing.high == pytest.approx((20_000 + bonus.p90) / 2)
    assert bonus.row()["believed"] == "{low: 0, likely: 20_000, high: 70_000}"
    assert "Of a number by date p10 and p90 are those of its first value" in words(found)
    moved = [one.nudge.path for one in found.nudged if "bonus" in one.nudge.path]
    assert moved == ["team.csm.bonus.2027-01"]  # the other has a range of its own


def test_a_priority_is_no_amount(scenario) -> None:
    text = NO_RANGE.replace("hours: 1h", "hours: 1h, priority: {smb: 2, default: 3}")
    found = capacity.sensitivity(scenario(text), "due_hours[csm]", trials=1000, fixed_too=True)
    assert not [one for one in found.nudged if "priority" in one.nudge.path]
    assert any(one.nudge.path == "tasks.call.hours" for one in found.nudged)


# --- what has no answer ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("arrr", "no metric is called `arrr`. Did you mean `arr`?"),
        ("due_hours[csm]:p90", "a quantile has no drivers of its own"),
        ("arr >= many", "'many' is no quantity"),
        ("arr >= 5h", "arr is in USD, which 5h is not. Write it as in 1.9M"),
        ("coverage[csm] >= 95", "coverage[csm] is a share, which 95 is not. Write it in"),
        ("arr == 5", "no simulated figure is ever exactly `==` a number. Write <= or >="),
        ("roi[12m]", "roi[12m]: roi is asked for over the whole horizon. Write roi"),
        ("required_fte:2027-03:csm", "is no figure. Write required_fte[csm, 2027-03]"),
    ],
)
def test_questions_without_an_answer(scenario, metric: str, words: str) -> None:
    with pytest.raises(QuestionError) as found:
        capacity.sensitivity(scenario(TWO_AMOUNTS), metric, trials=1000)
    assert words in str(found.value)


def test_too_few_futures(scenario) -> None:
    with pytest.raises(QuestionError, match="100 futures tell no share of a variance"):
        capacity.sensitivity(scenario(TWO_AMOUNTS), "arr", trials=100)


def test_a_figure_that_never_differs(scenario) -> None:
    plan = scenario(TWO_AMOUNTS)
    text = str(capacity.sensitivity(plan, "new_accounts", trials=1000))
    assert "new_accounts is 0.0 in every future. Nothing drives it." in text


# --- numbers without a range ----------------------------------------------------------------------


def test_known_numbers_a_tenth_lower_and_higher(scenario) -> None:
    """Gross profit moves as the margin does: from 72 % to 88 % of the same revenue."""
    found = capacity.sensitivity(scenario(TWO_AMOUNTS), "gross_profit", trials=1000, fixed_too=True)
    moved = {one.nudge.path: one for one in found.nudged}
    margin = moved["finance.gross_margin"]
    assert margin.nudge.written == "80%"
    assert (margin.nudge.low, margin.nudge.high) == ("72%", "88%")
    assert margin.swing.high / margin.swing.low == pytest.approx(88 / 72, rel=1e-9)
    seats = moved["team.csm.headcount"].nudge
    assert (seats.low, seats.high, seats.is_rounded) == (1, 3, True)
    assert not margin.nudge.is_rounded
    assert moved["team.csm.salary"].swing.width == 0
    widths = [abs(one.swing.width) for one in found.nudged]
    assert widths == sorted(widths, reverse=True)
    assert "tasks.webinar.fixed" not in moved  # it has a range of its own
    assert re.search(r"finance.gross_margin +80% +72% / 88%", str(found))
    assert "A whole number, such as seats, goes to the next whole one" in str(found)


def test_one_seat_goes_to_none_and_two(scenario) -> None:
    plan = scenario(TWO_AMOUNTS.replace("headcount: 2", "headcount: 1"))
    found = capacity.sensitivity(plan, "cost_salaries", trials=1000, fixed_too=True)
    (seats,) = [one for one in found.nudged if one.nudge.path == "team.csm.headcount"]
    assert (seats.nudge.low, seats.nudge.high) == (0, 2)
    assert seats.swing.low == 0
    assert seats.swing.high == pytest.approx(2 * found.middle, rel=0.02)
    (said,) = [line for line in str(found).splitlines() if line.startswith("team.csm.headcount")]
    assert "0 / 2" in said


def test_a_plan_without_the_number_that_is_moved(scenario) -> None:
    """The other plan has no reports: a tenth more of their hours moves the first alone."""
    plan = scenario(TWO_AMOUNTS.replace("{mean: 600 hours per year, sd: 120 hours per year}",
                                        "600 hours per year"))  # fmt: skip
    lines = [line for line in TWO_AMOUNTS.splitlines() if "report:" not in line]
    other = scenario("\n".join(lines))
    found = capacity.sensitivity(
        plan, "due_hours[csm]", against=[other], trials=1000, fixed_too=True
    )
    (moved,) = [one for one in found.nudged if one.nudge.path == "tasks.report.fixed"]
    assert (moved.swing.low, moved.swing.high) == pytest.approx((-540, -660), rel=1e-9)


def test_more_than_all_cannot_be(scenario) -> None:
    plan = scenario(TWO_AMOUNTS.replace("gross_margin: 80%", "gross_margin: 95%"))
    found = capacity.sensitivity(plan, "gross_profit", trials=1000, fixed_too=True)
    (margin,) = [one for one in found.nudged if one.nudge.path == "finance.gross_margin"]
    assert (margin.nudge.low, margin.nudge.high) == ("85.5%", None)
    assert margin.swing.high / margin.swing.low == pytest.approx(1 / 0.9, rel=1e-9)
