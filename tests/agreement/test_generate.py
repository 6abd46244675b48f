"""The generated scenarios: always the same, and together they use the language in scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import yaml
from generate import SCENARIOS, generate
from plain_numbers import is_by_date
from plain_simulation import simulate_plainly

EVERYWHERE = [generate(number) for number in range(SCENARIOS)]


def leaves(written: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every dotted path of a scenario with the value there; a mapping's own path too.

    Of values by date the first stands in the place of the number.
    """
    if is_by_date(written):
        yield f"{path}.by_date", written
        written = next(iter(written.values()))
    yield path, written
    if isinstance(written, dict):
        for key, part in written.items():
            yield from leaves(part, f"{path}.{key}")


def uses(wanted: str) -> bool:
    """Whether any scenario has a path that ends so, or `path=value`."""
    ending, _, value = wanted.partition("=")
    return any(
        path.endswith(ending) and (not value or str(found) == value)
        for scenario, _ in EVERYWHERE
        for path, found in leaves(scenario)
    )


PATHS = """
    .rate .rate.low .fixed .fixed.low .fixed.default .seasonality .share .share.low
    .share.default .uncertainty .hours.p10 .hours.mean .hours.default .steps.training.role
    .steps.default .present.role .priority .priority.default .defer .defer.default .backlog
    .backlog.low .enough .coverage_today .coverage_today.low .segments .weight
    .sbg.alpha .sbg.beta .alpha.low .alpha.p10 .beta.mean
    .if_stopped.churn .if_stopped.contraction .value.if_stopped.fades_over.low
    .enterprise.if_stopped .churn.p10 .churn.low .churn.mean .addressable.low .contraction
    .contraction.p10 .expansion.mean .uplift.p10 .uplift.mean .complexity.low
    .completed_terms .arr.p10 .arr.low .arr.mean .per_year .per_year.low .new_accounts.fixed
    .by_month .new_accounts.seasonality .new_accounts.term .new_accounts.arr .hires .slips
    .attrition.p10 .overloaded_attrition .backfill .time_to_hire.low .time_to_hire.p10 .ramp
    .hours_per_week .pto_days.low .sick_days .leave_seasonality .internal.low
    .target_utilization .overtime .salary.low .on_costs .bonus .tools .hiring_cost.low
    .raise .coverage_target .per.csm .platform .platform.mean .gross_margin.low
    .accounts.file .churn_volatility .churn_volatility.low .new_accounts_volatility
    .new_accounts_volatility.mean .slump.probability.low .slump.churn.mean .slump.new_accounts
    .slump.expansion.p10 .busy.hours .busy.hours.default .busy.hours.webinars.mean
    .csm.departure.churn .departure.churn.low .departure.churn.p10
    .salary.by_date .trainer.internal.by_date .churn.by_date .expansion.by_date
    .contraction.by_date .complexity.by_date .per_year.by_date .new_accounts.arr.by_date
    .hours.by_date .present.by_date .share.by_date .rate.by_date .fixed.by_date
    .attrition.by_date .time_to_hire.by_date .slips.by_date .gross_margin.by_date
    .target_utilization.by_date
    .qbr.every.by_date .check_in.every.by_date .priority.by_date .defer.by_date .weight.by_date
    .lead.by_date .onboarding.over.by_date .renewal.over.by_date
    .people .departure.fades_over .hand_over.share .hand_over.defer .hand_over.steps.meet.role
"""

VALUES = [
    *(f".every={span}" for span in ("month", "quarter", "2 weeks", "6 weeks", "45 days")),
    *(f".term={months}" for months in (1, 6, 12, 24)),
    *(
        ".aligned=fiscal",
        ".on=start",
        ".on=renewal",
        ".on=departure",
        ".lead=90 days",
        ".lead=10 days",
    ),
    *(".defer=1 month", ".defer=3 months", ".holidays=US", ".holidays=DE"),
    *(".feedback=off", ".resolution=account"),
]


@pytest.mark.parametrize("wanted", [*PATHS.split(), *VALUES])
def test_every_feature_is_used_somewhere(wanted: str) -> None:
    assert uses(wanted)


def test_some_churn_is_a_list() -> None:
    segments = [s for scenario, _ in EVERYWHERE for s in scenario["segments"].values()]
    assert any(isinstance(segment["churn"], list) for segment in segments)


def test_the_same_number_gives_the_same_scenario() -> None:
    assert [generate(number) for number in range(SCENARIOS)] == EVERYWHERE


def test_yaml_says_what_was_meant() -> None:
    for scenario, _ in EVERYWHERE:
        assert yaml.safe_load(yaml.safe_dump(scenario)) == scenario


def test_files_have_accounts_that_start_later_and_renewals_to_be_rolled() -> None:
    with_files = [(scenario, rows) for scenario, rows in EVERYWHERE if rows]
    starts = [(row, scenario["horizon"]["start"]) for scenario, rows in with_files for row in rows]
    assert any(row["start"][:7] > start for row, start in starts)
    assert any(row["renewal"][:7] < start for row, start in starts)
    assert all(any(row[key] != "" for row, _ in starts) for key in ("term", "churn", "complexity"))


def test_books_are_small_and_teams_neither_idle_nor_hopeless() -> None:
    coverage = []
    for number in range(0, SCENARIOS, 3):
        scenario, rows = EVERYWHERE[number]
        found = simulate_plainly(scenario, rows, 10, 0)
        done, dropped = (found[f"{m}_hours", "", "", "csm", ""].mean() for m in ("done", "dropped"))
        coverage.append(done / (done + dropped))
    assert min(coverage) > 0.6
    assert np.median(coverage) < 0.95
