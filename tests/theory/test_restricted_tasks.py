"""Tasks with a `where`: whose hours fall due, who feels what, and how new accounts fall."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import capacity

REGIONS = ("AMER", "EMEA", "EMEA", "APAC", "")
PLAN = """
name: restricted
horizon: {start: 2027-01, months: 12}
accounts: {file: book.csv}
segments:
  big: {churn: 20%, addressable: 100%}
  small: {churn: 30%, addressable: 60%}
tasks:
  care: {role: csm, every: month, hours: 1h}
  visit: {role: field, every: quarter, hours: 3h, where: WHERE}
team: {csm: {headcount: 20}, field: {headcount: 20}}
"""
CARE = "  care: {role: csm, every: month, hours: 1h}\n"


def book(year: int) -> str:
    """Accounts of both segments with revenues of 1,000 to 60,000; renewals spread over a year."""
    lines = ["id,segment,arr,start,renewal,churn,complexity,region,seats,strategic"]
    for i in range(60):
        segment = "big" if i % 3 else "small"
        start = f"2025-{1 + i % 12:02d}-01"
        churn = "25%" if i % 4 == 0 else ""
        hard = 2 if i % 10 == 0 else ""
        lines.append(
            f"A{i:03d},{segment},{1000 * (i + 1)},{start},{year}-{2 + i % 11:02d}-01,{churn},"
            f"{hard},{REGIONS[i % 5]},{i if i % 6 else ''},{('true', 'FALSE', '')[i % 3]}"
        )
    return "\n".join([*lines, ""])


@pytest.fixture(scope="module")
def load(scenario):
    def loaded(where, text=PLAN, renewing=2027, **settings):
        settings = {name.replace("__", "."): value for name, value in settings.items()}
        return scenario(text.replace("WHERE", f'"{where}"'), set=settings, book=book(renewing))

    return loaded


def expected(plan):
    return capacity.simulate(plan, trials=0)


def values(result):
    """Every figure by its key."""
    rows = result.table().to_dict("records")
    keys = ("metric", "period", "segment", "role", "pool", "task")
    return {tuple(row[key] for key in keys): row["mean"] for row in rows}


QUIET = {"renewing": 2029}
"""Nobody decides within the plan."""


@pytest.mark.parametrize(
    ("where", "meets"),
    [
        ("arr >= 20_000", lambda i: i + 1 >= 20),
        ("arr > '20k' and segment == 'big'", lambda i: i + 1 > 20 and i % 3),
        ("10_000 <= arr < 30_000", lambda i: 10 <= i + 1 < 30),
        ("region == 'EMEA'", lambda i: i % 5 in (1, 2)),
        ("region in ['AMER', 'APAC'] or id == 'A001'", lambda i: i % 5 in (0, 3) or i == 1),
        ("region != 'EMEA'", lambda i: i % 5 in (0, 3)),
        ("region == ''", lambda i: i % 5 == 4),
        ("not region == 'EMEA'", lambda i: i % 5 not in (1, 2)),
        ("seats > 30", lambda i: i % 6 and i > 30),
        ("seats <= 30", lambda i: i % 6 and i <= 30),
        ("not seats > 30", lambda i: not (i % 6 and i > 30)),
        ("strategic", lambda i: i % 3 == 0),
        ("strategic == false", lambda i: i % 3 == 1),
        ("churn >= '20%'", lambda i: i % 4 == 0),
        ("churn < '20%'", lambda _: False),
        ("complexity > 1", lambda i: i % 10 == 0),
        ("start < '2025-04'", lambda i: i % 12 < 3),
        ("renewal >= '2029-06-01'", lambda i: 2 + i % 11 >= 6),
        ("term == '12 months' and true", lambda _: True),
    ],
)
def test_hours_fall_due_for_those_who_meet_it(load, where, meets) -> None:
    """Four visits of 3 h a year each; complexity counts."""
    accounts = [i for i in range(60) if meets(i)]
    hours = 12 * sum(2 if i % 10 == 0 else 1 for i in accounts)
    result = expected(load(where, **QUIET))
    assert result.mean("due_hours", period="", role="field", task="visit") == pytest.approx(hours)
    plan = load(where, **QUIET)
    warned = any("no account of the book meets it" in str(mistake) for mistake in plan.warnings)
    assert warned == (not accounts)


def test_the_revenue_that_counts_is_that_after_scaling(load) -> None:
    """A book of 1.83M that is scaled to a third of it: only from 60,000 on are there 20,000."""
    found = expected(load("arr >= 20_000", accounts__scale_to="610_000", **QUIET))
    assert found.mean("due_hours", period="", role="field") == pytest.approx(12)


EFFECT = "if_stopped: {churn: 2, fades_over: 0}, coverage_today: 100%"


def lost(meets, factor):
    """Accounts that are lost if those that meet a condition have a factor on their hazard."""
    total = 0.0
    for i in range(60):
        yearly = -math.log(1 - (0.2 if i % 3 else 0.3))
        if i % 4 == 0:
            yearly = -math.log(1 - 0.25)
        addressable = 1.0 if i % 3 else 0.6
        ratio = factor(i) if meets(i) else 1.0
        total += 1 - math.exp(-yearly * (1 - addressable + addressable * ratio))
    return total


@pytest.mark.parametrize(
    ("where", "meets"),
    [("arr >= 20_000", lambda i: i >= 19), ("region == 'EMEA'", lambda i: i % 5 in (1, 2))],
)
def test_only_those_who_meet_it_feel_that_it_is_not_done(load, where, meets) -> None:
    """Nobody visits: their hazard doubles, that of the others stays; in expectation and drawn."""
    text = PLAN.replace("hours: 3h,", f"hours: 3h, {EFFECT},").replace("quarter", "month")
    plan = load(where, text=text, team__field__headcount=0)
    churned = lost(meets, lambda _: 2.0)
    assert expected(plan).mean("churned_accounts", period="") == pytest.approx(churned)


def test_only_they_feel_it_in_drawn_futures_too(load, mean_is) -> None:
    text = PLAN.replace("hours: 3h,", f"hours: 3h, {EFFECT},").replace("quarter", "month")
    plan = load("arr >= 20_000", text=text, team__field__headcount=0)
    for resolution in ("account", "cohort"):
        result = capacity.simulate(plan.with_({"simulation.resolution": resolution}), trials=4000)
        mean_is(result.array("churned_accounts", period=""), lost(lambda i: i >= 19, lambda _: 2.0))


@pytest.mark.parametrize("idle", ["field", "csm"])
def test_weights_are_shared_by_the_tasks_that_apply(load, idle) -> None:
    """R = 2 by weights 1 and 3: whoever has no visits feels all of it in the care alone."""
    text = PLAN.replace("hours: 3h,", "hours: 3h, weight: 3, coverage_today: 100%,")
    text = text.replace("hours: 1h}", "hours: 1h, weight: 1, coverage_today: 100%}")
    text = text.replace("quarter", "month") + "value: {if_stopped: {churn: 2, fades_over: 0}}\n"
    plan = load("arr >= 20_000", text=text, **{f"team__{idle}__headcount": 0})
    parts = {"field": (2**0.75, 1.0), "csm": (2**0.25, 2.0)}[idle]
    churned = lost(lambda _: True, lambda i: parts[0] if i >= 19 else parts[1])
    assert expected(plan).mean("churned_accounts", period="") == pytest.approx(churned)


def test_fixed_work_is_felt_by_those_who_meet_it(load) -> None:
    """Its hours are what they are."""
    old = "{role: field, every: quarter, hours: 3h,"
    text = PLAN.replace(old, f"{{role: field, fixed: 20 hours per month, {EFFECT},")
    result = expected(load("region == 'EMEA'", text=text, team__field__headcount=0))
    assert result.mean("due_hours", period="", role="field") == pytest.approx(240)
    churned = lost(lambda i: i % 5 in (1, 2), lambda _: 2.0)
    assert result.mean("churned_accounts", period="") == pytest.approx(churned)


FIXED = PLAN.replace("every: quarter, hours: 3h", "fixed: 20 hours per month")
SPLIT = "field: {split: region, headcount: {AMER: 6, EMEA: 3, APAC: 3}}"


def fixed_due(plan) -> dict[str, float]:
    """Hours of a month by pool of the role that does the fixed work."""
    result = expected(plan)
    pools = [pool.value for pool in plan.pools if pool.name == "field"]
    return {p: result.mean("due_hours", period="2027-03", role="field", pool=p) for p in pools}


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        ("region == 'EMEA'", {"EMEA": 20}),
        ("region != 'APAC'", {"AMER": 20 * 2 / 3, "EMEA": 20 / 3}),
        ("region != ''", {"AMER": 10, "EMEA": 5, "APAC": 5}),
        ("arr > 9_000_000 and region != ''", {}),
    ],
)
def test_fixed_work_lies_with_the_pools_of_those_who_meet_it(load, where, parts) -> None:
    plan = load(where, text=FIXED.replace("field: {headcount: 20}", SPLIT))
    assert fixed_due(plan) == pytest.approx({"AMER": 0, "EMEA": 0, "APAC": 0} | parts)
    idle = [pool for pool in ("AMER", "EMEA", "APAC") if pool not in parts]
    said = " ".join(w.text for w in plan.warnings)
    assert [p for p in ("AMER", "EMEA", "APAC") if f"of region {p} has work" in said] == idle


def test_fixed_work_by_segment_lies_with_those_who_meet_it(load) -> None:
    text = FIXED.replace(
        "20 hours per month", "{big: 20 hours per month, small: 40 hours per month}"
    )
    text = text.replace("field: {headcount: 20}", SPLIT)
    found = fixed_due(load("region == 'EMEA' and segment == 'small'", text=text))
    assert found == pytest.approx({"AMER": 0, "EMEA": 40, "APAC": 0})
    text = text.replace(SPLIT, "field: {split: segment, headcount: {big: 2, small: 3}}")
    found = fixed_due(load("region == 'EMEA' and segment == 'small'", text=text))
    assert found == pytest.approx({"big": 0, "small": 40})


@pytest.mark.parametrize("trials", [0, 20])
@pytest.mark.parametrize(
    ("wins", "hours"), [("", 0), ("new_accounts: {per_year: 1, arr: 5000}", 20)]
)
def test_fixed_work_of_nobody_has_no_hours_unless_they_may_be_won(
    load, trials, wins, hours
) -> None:
    """Nobody of the book starts so late, but who is won may."""
    text = FIXED.replace(
        "addressable: 60%}", f"addressable: 60%, {wins}}}" if wins else "addressable: 60%}"
    )
    plan = load("start >= '2027-06'", text=text)
    assert any("no account of the book meets it" in w.text for w in plan.warnings)
    result = capacity.simulate(plan, trials=trials)
    assert result.array("due_hours", role="field") == pytest.approx(hours)


def test_hand_overs_are_those_of_accounts_that_meet_it(load) -> None:
    """Every seat is vacated with 1 − 0.5^(1/12) a month; 41 accounts of 20,000 or more."""
    old = "every: quarter, hours: 3h,"
    text = PLAN.replace(old, "on: departure, hours: 3h,")
    settings = QUIET | {"team__field__attrition": 0.5, "team__field__backfill": False}
    result = expected(load("arr >= 20_000", text=text, **settings))
    meets = sum(2 if i % 10 == 0 else 1 for i in range(19, 60))
    first = result.mean("due_hours", period="2027-01", role="field")
    assert first == pytest.approx(3 * meets * (1 - 0.5 ** (1 / 12)))


def test_who_is_never_served_never_misses_a_face(load) -> None:
    text = PLAN.replace("headcount: 20}}", "headcount: 20, attrition: 60%, FACES}}")
    text = text.replace("FACES", "departure: {churn: 3, fades_over: 0}").replace(CARE, "")
    churned = [
        expected(load(where, text=text)).mean("churned_accounts", period="")
        for where in ("arr > 1e9", "arr >= 20_000", "true")
    ]
    assert churned[0] == pytest.approx(lost(lambda _: False, lambda _: 1.0))
    assert churned[0] < churned[1] < churned[2]


# --- the same said otherwise ---------------------------------------------------------------------


@pytest.mark.parametrize("trials", [0, 300])
@pytest.mark.parametrize("split", ["", "split: region, headcount: {default: 2}"])
def test_a_segment_by_where_is_a_segment_by_name(load, trials, split) -> None:
    """To the bit, pools and all, since no account of another segment may ever meet it."""
    text = PLAN.replace("field: {headcount: 20}", f"field: {{{split or 'headcount: 2'}}}")
    text = text.replace(",EMEA,", ",EMEA,").replace("big: {", "big: {WINS, ")
    text = text.replace("WINS", "new_accounts: {per_year: 60, arr: {mean: 9000, sd: 5000}}")
    text = text.replace("hours: 3h,", f"hours: 3h, {EFFECT},")
    region = " and region != ''" if split else ""
    one = load(f"segment == 'big'{region}", text=text)
    same = text.replace("where: WHERE", f'segments: big, where: "{region[5:] or "true"}"')
    other = load("", text=same)
    found, wanted = (values(capacity.simulate(plan, trials=trials)) for plan in (one, other))
    assert found.keys() == wanted.keys()
    assert all(np.array_equal(found[k], wanted[k], equal_nan=True) for k in wanted)


@pytest.mark.parametrize("resolution", ["account", "cohort"])
@pytest.mark.parametrize("trials", [0, 300])
def test_what_all_accounts_meet_changes_no_bit(load, resolution, trials) -> None:
    text = PLAN.replace("small: {", "small: {new_accounts: {per_year: 90, arr: WINS}, ")
    text = text.replace("WINS", "{low: 500, likely: 800, high: 9000}")
    text = text.replace("hours: 3h,", f"hours: 3h, {EFFECT},")
    settings = {"simulation__resolution": resolution, "team__field__headcount": 1}
    plain = load("", text=text.replace(", where: WHERE", ""), **settings)
    wanted = values(capacity.simulate(plain, trials=trials))
    for where in ("arr >= 500", "true", "id != '' and term > 1", "not arr < 400"):
        plan = load(where, text=text, **settings)
        found = values(capacity.simulate(plan, trials=trials))
        assert found.keys() == wanted.keys()
        assert all(np.array_equal(found[k], wanted[k], equal_nan=True) for k in wanted), where


def test_a_region_by_where_is_a_segment_of_its_own(scenario) -> None:
    """Expected values of work, coverage, churn and money, with new accounts in proportion."""
    rows = [
        (f"A{i}", "EMEA" if i % 3 == 0 else "AMER", 1000 * (i + 1), f"2027-{2 + i % 11:02d}-01")
        for i in range(30)
    ]
    together = """
    name: one segment
    horizon: {start: 2027-01, months: 24}
    accounts: {file: book.csv}
    segments: {all: {SEGMENT, new_accounts: {per_year: 36, arr: 7000}}}
    tasks:
      care: {role: desk, every: month, hours: 2h, weight: 1}
      visit: {role: csm, every: month, hours: 3h, weight: 2, WHERE}
    value: {if_stopped: {churn: 2, expansion: 0.5, contraction: 1.5}}
    team: {csm: {headcount: 1, internal: 85%}, desk: {headcount: 9}}
    finance: {gross_margin: 80%}
    """.replace("SEGMENT", "churn: 25%, addressable: 80%, expansion: 10%, contraction: 3%")
    apart = together.replace("one segment", "two segments").replace("{all:", "{AMER:")
    apart = apart.replace("7000}}}", "7000}}, EMEA: OTHER}").replace("per_year: 36", "per_year: 24")
    other = apart.partition("{AMER: ")[2].partition(", EMEA")[0].replace("24", "12")
    apart = apart.replace("OTHER", other)

    def run(text, segment, where):
        lines = [
            f"{name},{segment or region},{arr},2024-01-01,{renewal},{region}"
            for name, region, arr, renewal in rows
        ]
        text = text.replace("WHERE", where)
        head = "id,segment,arr,start,renewal,region"
        return expected(scenario(text, book="\n".join([head, *lines, ""])))

    one = run(together, "all", "where: \"region == 'EMEA'\"")
    two = run(apart, "", "segments: EMEA")
    for metric in (
        "accounts",
        "arr",
        "churned_accounts",
        "churned_arr",
        "expansion_arr",
        "revenue",
    ):
        assert one.array(metric) == pytest.approx(two.array(metric), rel=1e-9), metric
    for task in ("care", "visit"):
        for metric in ("due_hours", "done_hours", "dropped_hours"):
            keys = {"role": "csm" if task == "visit" else "desk", "task": task}
            assert one.array(metric, **keys) == pytest.approx(two.array(metric, **keys), rel=1e-9)
    assert one.mean("dropped_hours", period="", role="csm") > 100


# --- new accounts --------------------------------------------------------------------------------

WINS = PLAN.replace("big: {", "big: {new_accounts: {per_year: RATE, arr: ARR, term: 6}, ").replace(
    "ARR", "{p10: 10_000, p50: 30_000, p90: 90_000}"
)
ABOVE = 1 - stats.norm.cdf(math.log(50 / 30) / (math.log(3) / stats.norm.ppf(0.9)))
"""The share of new accounts of 50,000 or more."""


def won(result, **keys):
    """First visits: with `on: start`, as many hours as accounts that are won and meet it."""
    return result.array("due_hours", role="field", **keys)


@pytest.mark.parametrize(
    ("where", "share"),
    [
        ("arr >= 50_000", ABOVE),
        ("arr < 50_000", 1 - ABOVE),
        ("region == 'EMEA'", 16 / 40),
        ("region == 'EMEA' and arr >= 50_000", ABOVE * 16 / 40),
        ("region == 'EMEA' or arr >= 50_000", 1 - (1 - ABOVE) * 24 / 40),
        ("start >= '2027-07-01' and renewal < '2028-07' and term == 6", None),
        ("id in ['A001', 'A002'] or churn > 0", 0),
        ("complexity == 1 and segment != 'small' and not churn > 0", 1),
    ],
)
@pytest.mark.parametrize("rate", [48, 1200])
def test_new_accounts_are_judged_by_their_own_revenue(load, mean_is, where, share, rate) -> None:
    """One by one, and counted together; the other columns are those of an account of today."""
    text = WINS.replace("every: quarter, hours: 3h", "on: start, hours: 1h")
    text = text.replace("RATE", str(rate))
    drawn = None
    settings = QUIET | {"simulation__resolution": "auto"}
    plan = load(where, text=text, **settings)
    monthly = np.full(12, rate / 12)
    part = monthly * (np.arange(12) >= 6 if share is None else share)
    exact = won(expected(plan))[:, 0]
    assert exact == pytest.approx(part, rel=1e-6)
    drawn = capacity.simulate(plan, trials=3000, seed=4)
    for t in (0, 11):
        if part[t]:
            mean_is(won(drawn)[t], part[t])
            mean_is((won(drawn)[t] - part[t]) ** 2, part[t])
        else:
            assert not won(drawn)[t].any()


@pytest.mark.parametrize("resolution", ["account", "cohort"])
def test_they_are_judged_by_what_new_accounts_pay_at_the_time(load, mean_is, resolution) -> None:
    """From July on all pay twice as much, so more of them pay 50,000."""
    text = WINS.replace("every: quarter, hours: 3h", "on: start, hours: 1h").replace("RATE", "120")
    now, then = (f"{{p10: {10 * k}_000, p50: {30 * k}_000, p90: {90 * k}_000}}" for k in (1, 2))
    text = text.replace(now, f"{{2027-01: {now}, 2027-07: {then}}}")
    plan = load("arr >= 50_000", text=text, **QUIET, simulation__resolution=resolution)
    more = 1 - stats.norm.cdf(math.log(50 / 60) / (math.log(3) / stats.norm.ppf(0.9)))
    part = np.repeat([10 * ABOVE, 10 * more], 6)
    assert won(expected(plan))[:, 0] == pytest.approx(part, rel=1e-6)
    drawn = capacity.simulate(plan, trials=3000, seed=4)
    first, later = (v.mean for v in plan.plan.segments["big"].new_accounts.arr.versions)
    for t, mean in ((5, first), (6, later)):
        mean_is(won(drawn)[t], part[t])
        mean_is(drawn.array("new_arr")[t], 10 * mean)
    assert expected(plan).array("new_arr")[:, 0] == pytest.approx(np.repeat([first, later], 6) * 10)


@pytest.mark.parametrize("resolution", ["account", "cohort"])
def test_what_they_pay_is_the_same_whoever_looks(load, mean_is, resolution) -> None:
    """Mean and variance of the revenue that is won, and of what is lost of it half a year on."""
    text = WINS.replace("RATE", "120").replace("hours: 3h,", f"hours: 3h, {EFFECT},")
    settings = {"simulation__resolution": resolution}
    plan = load("arr >= 50_000", text=text, **settings)
    arr = plan.plan.segments["big"].new_accounts.arr
    drawn, mean = capacity.simulate(plan, trials=6000, seed=2), expected(plan)
    assert mean.array("new_arr")[:, 0] == pytest.approx(10 * arr.mean)
    mean_is(drawn.array("new_arr")[5], 10 * arr.mean)
    square = 10 * (arr.variance + arr.mean**2)
    mean_is((drawn.array("new_arr")[5] - 10 * arr.mean) ** 2, square)
    assert drawn.array("accounts").mean() == pytest.approx(mean.array("accounts").mean(), rel=0.01)


@pytest.mark.parametrize("resolution", ["account", "cohort"])
def test_the_large_ones_that_are_won_feel_it_and_the_others_do_not(load, mean_is, resolution):
    """Those of January, won with 6 months: their hazard doubles if they pay 50,000 or more."""
    text = WINS.replace("per_year: RATE", "by_month: {2027-01: 200}")
    text = text.replace("quarter", "month").replace("hours: 3h,", f"hours: 3h, {EFFECT},")
    settings = {"simulation__resolution": resolution, "team__field__headcount": 0}
    plan = load("arr >= 50_000", text=text, horizon__months=6, **settings)
    none = load("arr > 1e12", text=text, horizon__months=6, **settings)
    half = -math.log(0.8) / 2
    more = 200 * ABOVE * (math.exp(-half) - math.exp(-2 * half))
    old = sum(
        math.exp(-h) - math.exp(-h * (1 - a + 2 * a))
        for i in range(49, 60)
        if 2 + i % 11 <= 7
        for h, a in [(-math.log(1 - (0.25 if i % 4 == 0 else 0.2 if i % 3 else 0.3)),
                      1.0 if i % 3 else 0.6)]
    )  # fmt: skip
    found, other = (expected(p).mean("churned_accounts", period="") for p in (plan, none))
    assert found - other == pytest.approx(more + old, rel=1e-6)
    drawn = capacity.simulate(plan, trials=5000, seed=6)
    mean_is(drawn.array("churned_accounts", period=""), found)
    arr = drawn.array("churned_arr", period="")
    mean_is(arr, expected(plan).mean("churned_arr", period=""))


def test_a_segment_without_accounts_says_nothing_of_other_columns(scenario) -> None:
    """Who is won first has no region but that of the pool; revenue it has."""
    text = PLAN.replace("small: {", "small: {new_accounts: {per_year: 12, arr: 9000}, ")
    text = text.replace("every: quarter, hours: 3h", "on: start, hours: 1h")
    lines = "id,segment,arr,start,renewal,region\na,big,1,2025-01-01,2028-01-01,EMEA\n"
    for where, count in (("region == 'EMEA'", 0), ("arr > 5000", 1), ("region == ''", 1)):
        plan = scenario(text.replace("WHERE", f'"{where}"'), book=lines)
        assert won(expected(plan))[3, 0] == pytest.approx(count)
    split = text.replace("field: {headcount: 20}", "field: {split: region, headcount: {EMEA: 1}}")
    plan = scenario(split.replace("WHERE", "\"region == 'EMEA'\""), book=lines)
    assert won(expected(plan))[3, 0] == pytest.approx(1)


# --- pools ---------------------------------------------------------------------------------------


def test_only_accounts_that_need_a_role_need_a_pool_of_it(load) -> None:
    """AMER has no field, and needs none: visits are for EMEA alone."""
    text = PLAN.replace("field: {headcount: 20}", "field: {split: region, headcount: {EMEA: 2}}")
    result = expected(load("region == 'EMEA'", text=text, **QUIET))
    due = result.mean("due_hours", period="", role="field", pool="EMEA")
    assert due == pytest.approx(
        12 * sum(2 if i % 10 == 0 else 1 for i in range(60) if i % 5 in (1, 2))
    )
    with pytest.raises(capacity.InputError, match=r"is empty\. Write which pool"):
        load("arr > 5000", text=text)
    with pytest.raises(capacity.InputError, match="region AMER, APAC have work for field"):
        load("arr > 5000 and region != ''", text=text)


def test_those_to_be_won_need_a_pool_too(load) -> None:
    """No account of AMER is that large today, but one like them may be won."""
    text = WINS.replace("RATE", "12")
    text = text.replace("field: {headcount: 20}", "field: {split: region, headcount: {EMEA: 2}}")
    large = "region == 'EMEA' or (region == 'AMER' and arr > 1e6)"
    with pytest.raises(capacity.InputError, match="region AMER have work for field"):
        load(large, text=text)
    assert expected(load("region == 'EMEA' and arr > 5000", text=text))


def test_renewal_work_is_for_terms_that_are_long_enough(scenario) -> None:
    text = PLAN.replace("every: quarter, hours: 3h", "on: renewal, lead: 6 months, hours: 3h")
    lines = "id,segment,arr,start,renewal,term\nL,big,1,2025-01-01,2027-09-01,12\n"
    lines += "S,big,1,2026-01-01,2027-03-01,3\n"
    with pytest.raises(capacity.InputError, match="is not within S's term of 3 months"):
        scenario(text.replace("WHERE", "true"), book=lines)
    plan = scenario(text.replace("WHERE", "term > 6"), book=lines)
    due = expected(plan).array("due_hours", role="field")[:, 0]
    assert np.flatnonzero(due).tolist() == [1]
    large = text.replace("WHERE", "arr >= 2")
    paying = lines.replace("S,big,1,", "S,big,3,")
    with pytest.raises(capacity.InputError, match="is not within S's term of 3 months"):
        scenario(large, book=paying)
    assert scenario(large, book=paying, set={"accounts.scale_to": 2})


def test_a_book_from_a_count_has_what_its_segment_says(scenario) -> None:
    """Revenue, term, dates, and the complexity of its segment, by which hours are multiplied."""
    text = """
    name: from a count
    horizon: {start: 2027-01, months: 12}
    segments:
      big: {accounts: 20, churn: 0%, arr: {low: 9_000, likely: 20_000, high: 60_000}, complexity: 2}
      small: {accounts: 80, churn: 0%, arr: 2000, term: 6}
    tasks: {care: {role: csm, every: month, hours: 1h, where: WHERE}}
    team: {csm: {headcount: 9}}
    """
    cases = {"arr > 2000": 40, "term == 6": 80, "complexity >= 1.2": 40, "id == 'big 1'": 2,
             "segment == 'small' or arr >= 0": 120, "start <= '2027-01-01'": 120, "churn >= 0": 0,
             "renewal == '2027-02-01' and arr < 3000": 13}  # fmt: skip
    for where, hours in cases.items():
        plan = scenario(text.replace("WHERE", f'"{where}"'))
        assert expected(plan).mean("due_hours", period="2027-03", role="csm") == hours, where
