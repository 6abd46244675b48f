"""Classes that become alike go up in one: no figure moves, whatever they were told apart by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import capacity
from capacity.engine.counted import Counted
from capacity.engine.expected import Expected
from capacity.engine.layout import build_layout

BASE = {
    "name": "monthly terms",
    "horizon": {"start": "2027-01", "months": 15},
    "finance": {"gross_margin": "75%"},
    "value": {"if_stopped": {"churn": 1.5, "expansion": 0.8, "contraction": 1.4}},
    "team": {"csm": {"headcount": 2, "internal": "30%", "salary": 90_000}},
}

WEBINAR = {"webinar": {"role": "csm", "fixed": "9 hours per month", "weight": 1}}

work = st.one_of(
    st.fixed_dictionaries(
        {"every": st.sampled_from(["week", "month", "2 months", "quarter", "6 months", "45 days"])}
    ),
    st.fixed_dictionaries(
        {"on": st.just("start"), "over": st.sampled_from(["1 month", "3 months"])}
    ),
    st.fixed_dictionaries(
        {"on": st.just("renewal"), "lead": st.sampled_from(["0 days", "1 month"])}
    ),
    st.just({"rate": "2 per year"}),
)
tasks = st.lists(
    st.builds(
        lambda trigger, share, weighed: {
            "role": "csm", "hours": "1h", **trigger,
            **({"share": "60%"} if share else {}), **({"weight": 1} if weighed else {}),
        },
        work, st.booleans(), st.booleans(),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
segments = st.fixed_dictionaries(
    {
        "accounts": st.integers(0, 60),
        "arr": st.just(5000),
        "term": st.sampled_from([2, 3, 6, 12]),
        "churn": st.sampled_from(["20%", ["30%", "10%"], {"sbg": {"alpha": 1, "beta": 4}}]),
        "addressable": st.just("60%"),
        "contraction": st.sampled_from(["0%", "5%", "100%"]),
        "expansion": st.just("10%"),
        "uplift": st.just("3%"),
    },
    optional={
        "new_accounts": st.sampled_from(
            [
                {"per_year": 90},
                {"per_year": 90, "arr": 2000},
                {"by_month": {"2027-02": 70, "2027-05": 90, "2027-08": 60}},
            ]
        )
    },
)
plans = st.builds(
    lambda parts, work: (
        BASE
        | {"segments": {f"s{i}": s for i, s in enumerate(parts)}}
        | {"tasks": WEBINAR | {f"t{i}": t for i, t in enumerate(work)}}
    ),
    st.lists(segments, min_size=1, max_size=2),
    tasks,
)


@settings(deadline=None, max_examples=60)
@given(plan=plans)
def test_from_then_on_all_work_and_all_ends_of_terms_are_the_same(plan, scenario):
    layout = build_layout(scenario(plan, {"simulation.resolution": "cohort"}))
    classes, calendar, folding = layout.classes, layout.calendar, layout.retention.folding
    for period in range(calendar.periods):
        for c in folding.at(period).tolist():
            h, later = int(folding.host[c]), slice(period + 1, None)
            assert folding.period[h] >= calendar.periods, "a host is never taken in itself"
            assert classes.territory[c] == classes.territory[h]
            assert classes.vintage[c] == classes.vintage[h]
            decides = classes.ends.number_at[classes.ends.schedule[[c, h]]] >= 0
            assert np.array_equal(decides[0, later], decides[1, later])
            for i, strand in enumerate(calendar.strands):
                inside = classes.inside(layout.work.lanes[strand.lane].territories)
                place = np.arange(len(classes))[inside].tolist()
                if c not in place:
                    continue
                pair = [place.index(c), place.index(h)]
                mine, other = calendar.incidence[i][:, pair].T
                assert np.array_equal(mine[later], other[later])
                for window in calendar.windows.get(i, ()):
                    for begins, row in enumerate(window.firsts, start=1 - window.parts):
                        if begins > period:
                            assert row[pair[0]] == row[pair[1]]


@settings(deadline=None, max_examples=20)
@given(
    term=st.sampled_from([1, 2, 3]),
    months=st.lists(st.integers(0, 11), min_size=2, max_size=5),
    work=tasks,
)
def test_a_book_that_renews_later_than_a_term_folds_when_its_terms_have_begun(
    term, months, work, scenario
):
    """As where customers of yearly contracts go on by the month."""
    book = "".join(
        f"A{i},self,1000,2025-{1 + i % 12:02d}-01,2027-{2 + month % 11:02d}-01\n"
        for i, month in enumerate(month for month in months for _ in range(24))
    )
    segment = {"term": term, "churn": "30%", "addressable": "60%", "contraction": "10%"}
    plan = BASE | {
        "accounts": {"file": "book.csv"},
        "segments": {"self": segment},
        "tasks": WEBINAR
        | {
            f"t{i}": task | ({"lead": "0 days"} if "lead" in task else {})
            for i, task in enumerate(work)
        },
    }
    book = "id,segment,arr,start,renewal\n" + book
    one, other = (
        capacity.simulate(
            scenario(plan, {"simulation.resolution": way}, book=book), trials=0
        ).table()
        for way in ("account", "cohort")
    )
    assert np.allclose(one["mean"], other["mean"], rtol=1e-9, atol=1e-9, equal_nan=True)


@settings(deadline=None, max_examples=60)
@given(plan=plans)
def test_expected_values_are_those_of_accounts_one_by_one(plan, scenario):
    one, other = (
        capacity.simulate(scenario(plan, {"simulation.resolution": way}), trials=0)
        for way in ("account", "cohort")
    )
    for a, b in zip(one.rows("month"), other.rows("month"), strict=True):
        assert a["mean"] == pytest.approx(b["mean"], rel=1e-9, abs=1e-9, nan_ok=True), a


MONTHLY = BASE | {
    "segments": {
        "self": {
            "accounts": 200,
            "arr": {"p10": 100, "p50": 200, "p90": 500},
            "term": 1,
            "churn": {"low": "40%", "likely": "50%", "high": "60%"},
            "addressable": "60%",
            "contraction": "20%",
            "expansion": "30%",
            "new_accounts": {"per_year": 1200},
        }
    },
    "tasks": {"call": {"role": "csm", "every": "quarter", "hours": "1h", "weight": 1}},
}


def test_won_accounts_on_monthly_terms_soon_are_as_many_classes_as_the_quarter_has_months(scenario):
    layout = build_layout(scenario(MONTHLY))
    won = np.flatnonzero(layout.classes.is_new)
    stay = won[layout.retention.folding.period[won] >= 15]
    assert len(won) == 15
    assert len(stay) == 3
    deciding = [np.isin(d.classes, won).sum() for d in layout.retention.by_period]
    assert deciding == [1, 2, 3] + [4] * 12


def test_means_and_spreads_are_those_of_accounts_one_by_one(scenario):
    one, other = (
        capacity.simulate(scenario(MONTHLY, {"simulation.resolution": way}), 4000, seed=3)
        for way in ("account", "cohort")
    )
    for metric in ("accounts", "arr", "churned_arr", "churned_accounts", "due_hours"):
        role = "csm" if metric == "due_hours" else ""
        a, b = (result.array(metric, role=role)[-1] for result in (one, other))
        spread = np.hypot(a.std(), b.std()) / np.sqrt(4000)
        assert abs(a.mean() - b.mean()) < 4 * spread, metric
        assert a.std() == pytest.approx(b.std(), rel=4 / np.sqrt(2 * 4000) * np.sqrt(2)), metric


def test_a_union_has_the_moments_of_all_its_accounts():
    rng = np.random.default_rng(5)
    groups = [rng.lognormal(5, 1, 40), 3 * rng.lognormal(5, 0.5, 25)]
    units = np.array([1.3]), np.array([0.8])
    number, arr, spread = (np.array([[f(g)] for g in groups]) for f in (len, np.sum, np.std))
    counted = Counted(number.astype(float), arr, spread, Expected())
    counted.fold(0, 1, *units)
    union = np.concatenate([groups[0] * 1.3, groups[1] * 0.8])
    assert counted.number.ravel().tolist() == [0, 65]
    assert counted.arr[1, 0] == pytest.approx(union.sum())
    assert counted.spread[1, 0] == pytest.approx(union.std())
