"""Two results that met the same luck: what of them can be compared, and by how much it differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.loading import Scenario
from capacity.metrics import Key, Kind, Metric
from capacity.past import derived_coverage, differing_past
from capacity.periods import Periods
from capacity.result import Result
from capacity.statistics import correlations, differences, odds
from capacity.table import COLUMNS, Named, table_rows

PAIRED = ("scenario", "baseline", *COLUMNS, "correlation", "p_higher", "p_equal")
"""Columns of a table of differences."""
_OFF = np.timedelta64(6, "D")
"""A month of weeks begins and ends on other days than that of the calendar."""
_MOST = 6
"""Names that a sentence has at most."""
_ODDS = "p_covered"
"""The metric that is yes or no in each future."""


@dataclass(frozen=True)
class Common:
    """What two horizons have in common."""

    old: Periods
    new: Periods

    @property
    def is_all(self) -> bool:
        """Whether both cover the same periods, so that totals can be compared."""
        return self.is_one_step and self.old.labels == self.new.labels

    @property
    def is_one_step(self) -> bool:
        """Whether both are in months, or both in weeks."""
        return self.old.step is self.new.step

    @property
    def has_one_year(self) -> bool:
        """Whether the first year of one is that of the other."""
        years = {(str(p.begin), p.year_in_words) for p in (self.old, self.new)}
        return len(years) == 1

    def span(self, by: str | None) -> str | None:
        """By what periods are compared: months, where one plan is in months and one in weeks."""
        return by or (None if self.is_one_step else "month")

    def labels(self, by: str | None = None) -> list[str]:
        """Periods that both cover from their first to their last day, in order."""
        old, new = (_days(p, self.span(by) or p.spans[0]) for p in (self.old, self.new))
        off = np.timedelta64(0, "D") if self.is_one_step else _OFF
        return [
            label
            for label, days in old.items()
            if label in new
            and all(abs(a - b) <= off for a, b in zip(days, new[label], strict=True))
        ]


def _days(periods: Periods, span: str) -> dict[str, tuple[np.datetime64, np.datetime64]]:
    """First day of each longer period, and the day after its last, as far as the plan goes."""
    found: dict[str, tuple[np.datetime64, np.datetime64]] = {}
    days = periods.first_days
    for label, first, after in zip(periods.labels_by(span), days[:-1], days[1:], strict=True):
        found[label] = (found[label][0] if label in found else first, after)
    return found


def known_of(metric: Named, result: Result, values: FloatArray) -> FloatArray:
    """The values of a metric; NaN of a probability that no future was asked for.

    In expected values a target is met or missed, which says nothing of how often.
    """
    is_odds = metric.name == _ODDS and not result.trials
    return np.full_like(values, np.nan) if is_odds else values


@dataclass(frozen=True)
class Pair:
    """Two results with the same luck.

    Attributes
    ----------
    baseline, scenario
        What the two are called.
    old, new
        What was found of them.
    """

    baseline: str
    scenario: str
    old: Result
    new: Result

    @cached_property
    def common(self) -> Common:
        """What their horizons have in common."""
        return Common(*(r.scenario.plan.horizon.periods for r in (self.old, self.new)))

    def metric(self, name: str, key: Key) -> tuple[Metric, Metric] | None:
        """A metric of both; None where one has none, or counts in another currency."""
        found = [result.catalogue.find(name, key) for result in (self.old, self.new)]
        old, new = found
        return (old, new) if old and new and old.unit == new.unit else None

    def is_whole(self, metric: Metric) -> bool:
        """Whether a figure over the horizon speaks of the same time in both."""
        if metric.kind is Kind.WHOLE and metric.periods != ("",):
            return self.common.has_one_year
        return self.common.is_all

    def rows(self, by: str | None = None, only: str | None = None) -> Iterator[dict[str, Any]]:
        """Differences of all that both have, new less old in every future."""
        shared = set(self.common.labels(by))
        for metric in self.old.catalogue.metrics:
            if only in (None, metric.name) and (both := self.metric(metric.name, metric.key)):
                yield from self._rows(*both, shared, by)

    def _rows(
        self, old: Metric, new: Metric, shared: set[str], by: str | None
    ) -> Iterator[dict[str, Any]]:
        span, is_whole = self.common.span(by), self.is_whole(old)
        labels, a = self.old.by_label(old, span)
        others, b = self.new.by_label(new, span)
        of_horizon = set(labels) if old.kind is Kind.WHOLE else {""}
        wanted = (of_horizon if is_whole else set()) | (shared - of_horizon)
        both = [label for label in labels if label in wanted and label in others]
        if both:
            a = a[[labels.index(label) for label in both]]
            b = b[[others.index(label) for label in both]]
            a, b = known_of(old, self.old, a), known_of(new, self.new, b)
            yield from self.differing(old, both, a, b)

    def differing(
        self, metric: Named, labels: Sequence[str], old: FloatArray, new: FloatArray
    ) -> Iterator[dict[str, Any]]:
        """Rows of the table for values of both, each of shape (rows, trials)."""
        together, (higher, equal) = correlations(old, new), odds(new, old)
        for i, row in enumerate(table_rows(metric, labels, differences(new, old))):
            about = {"scenario": self.scenario, "baseline": self.baseline}
            numbers = (together[i], higher[i], equal[i])
            names = PAIRED[-len(numbers) :]
            yield about | row | dict(zip(names, map(float, numbers), strict=True))

    # --- what cannot be compared -----------------------------------------------------------------

    def notes(self) -> Iterator[str]:
        """What is not compared, and why; what is, with doubt."""
        yield from self._of_money()
        yield from self._of_time()
        yield from self._of_accounts()
        yield from self._of_names()
        if past := differing_past([derived_coverage(r.layout) for r in (self.old, self.new)]):
            yield past

    def _each(self, say: Callable[[Scenario], object]) -> tuple[Any, Any]:
        return say(self.old.scenario), say(self.new.scenario)

    def _of_money(self) -> Iterator[str]:
        old, new = self._each(lambda s: s.plan.currency)
        if old != new:
            yield (
                f"Money is not compared: {self.baseline} counts in {old}, {self.scenario} in {new}."
            )

    def _of_time(self) -> Iterator[str]:
        if self.common.is_all:
            return
        old, new = self._each(lambda s: s.plan.horizon.periods.in_words)
        if not self.common.is_one_step:
            yield (
                "One plan is in months and one in weeks, which share the luck of inputs, market "
                "and events alone. They are compared by month."
            )
        shared = self.common.labels()
        some = f"{shared[0]} to {shared[-1]}" if shared else "no period"
        yield (
            f"Totals over the plan are not compared: {self.baseline} covers {old}, "
            f"{self.scenario} {new}. Both cover {some}."
        )

    def _of_accounts(self) -> Iterator[str]:
        old, new = self._each(lambda s: set(s.book.ids))
        if old != new:
            yield (
                f"The books differ: {len(old):,} and {len(new):,} accounts, of which "
                f"{len(old & new):,} have the same name and the same luck."
            )
        ways = self._each(lambda s: s.plan.simulation.resolution)
        if ways[0] != ways[1]:
            yield (
                f"Accounts are told apart by {ways[0]} and by {ways[1]}, so their luck is not the "
                "same. Write one resolution in both."
            )
        elif old != new and "account" not in ways:
            yield "Where many accounts are counted together, only `resolution: account` pairs them."

    def _of_names(self) -> Iterator[str]:
        """What one has alone: metrics, and what they are about."""
        sides = [_words(result) for result in (self.old, self.new)]
        for name, mine, others in zip(
            (self.baseline, self.scenario), sides, reversed(sides), strict=True
        ):
            alone: list[tuple[str, ...]] = []
            for words in sorted(mine, key=len):
                if words not in others and not any(set(known) <= set(words) for known in alone):
                    alone.append(words)
            if alone:
                said = ", ".join(" of ".join(reversed(words)) for words in alone[:_MOST])
                more = f" and {len(alone) - _MOST} more" if len(alone) > _MOST else ""
                yield f"Only in {name}, so not compared: {said}{more}."


def _words(result: Result) -> dict[tuple[str, ...], None]:
    """Names of the metrics of a result, and what they are about, one by one and together."""
    found: dict[tuple[str, ...], None] = {}
    for metric in result.catalogue.metrics:
        words = tuple(f"{kind} {name}" for kind, name in metric.key.about.items())
        found |= {(metric.name,): None, words: None} | {(word,): None for word in words}
    return found
