"""Which accounts decide when, laid out once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, RowSums
from capacity.engine.chance import Named
from capacity.engine.classes import Classes
from capacity.engine.cohorts import Cohorts, build_cohorts
from capacity.engine.folding import Folding, build_folding
from capacity.engine.frailty import differing
from capacity.engine.terms import NONE
from capacity.engine.territories import Territories
from capacity.loading import Scenario
from capacity.model.retention import hazard
from capacity.rng import KeyArray, keys, numbered

LIFE = -2
"""Number of the draw that an account keeps for all of its renewals; those of periods are above."""
ALIKE = -1
"""In place of the renewals behind accounts that all have the same chance."""


@dataclass(frozen=True)
class Decisions:
    """Renewals of accounts of the book at the end of one period.

    Attributes
    ----------
    rows, luck
        Accounts that keep their names, and the luck of these renewals.
    risk, place
        Which of the chances apply to each, and which of the classes it belongs to.
    cohorts, cohort_luck, cohort_risk, cohort_sums
        The same of the cohorts; the last sums them by class.
    classes
        The classes that decide.
    risk_class, hazard, own
        Of each distinct chance: a class for the factors, the row of the segment's hazards, and the
        account's own yearly hazard, NaN where it has none.
    frail, behind
        Which of the chances are those of accounts that differ in them, and the renewals that these
        had behind them when the plan began.
    """

    rows: IntArray
    luck: KeyArray
    risk: IntArray
    place: IntArray
    cohorts: IntArray
    cohort_luck: KeyArray
    cohort_risk: IntArray
    cohort_sums: RowSums
    classes: IntArray
    risk_class: IntArray
    hazard: IntArray
    own: FloatArray
    frail: IntArray
    behind: IntArray


@dataclass(frozen=True)
class Retention:
    """Who decides when, laid out once.

    Attributes
    ----------
    hazards
        Paths and values of the yearly churn, by segment and renewal.
    first_hazard
        Row of a segment's first renewal; the last is followed by the next segment's first.
    cohorts
        Accounts that are counted together, and those that are not.
    folding
        Classes that become alike, so that one takes the other in.
    by_period
        The decisions of each period.
    """

    hazards: list[Named]
    first_hazard: IntArray
    cohorts: Cohorts
    folding: Folding
    by_period: list[Decisions]

    def hazard_of(self, segment: IntArray, renewal: IntArray) -> IntArray:
        """Row of the hazard of a renewal, counted from 0."""
        first, following = self.first_hazard[segment], self.first_hazard[segment + 1]
        return np.minimum(first + renewal, following - 1)


def build_retention(scenario: Scenario, territories: Territories, classes: Classes) -> Retention:
    """Lay out all decisions of the book."""
    hazards: list[Named] = []
    first = [0]
    for name, segment in scenario.plan.segments.items():
        churn = segment.yearly_churn
        path = f"segments.{name}.churn"
        several = len(churn) > 1
        hazards += [(f"{path}.{i}" if several else path, c) for i, c in enumerate(churn)]
        first.append(len(hazards))
    cohorts = build_cohorts(scenario, territories, classes)
    folding = build_folding(scenario.plan, classes, cohorts)
    retention = Retention(hazards, np.array(first, dtype=np.int64), cohorts, folding, [])
    retention.by_period.extend(_decisions(scenario, classes, retention))
    return retention


def _decisions(scenario: Scenario, classes: Classes, retention: Retention) -> Iterator[Decisions]:
    book, cohorts = scenario.book, retention.cohorts
    named = cohorts.named[np.argsort(classes.of_row[cohorts.named], kind="stable")]
    luck = keys(("account", book.ids[row]) for row in named)
    differ = differing(scenario.plan)[classes.segment]
    until = retention.folding.period
    single = _Units(
        classes.of_row[named], book.completed[named], hazard(book.churn[named]), differ, until
    )
    counted = _Units(cohorts.of_class, cohorts.completed, cohorts.own, differ, until)
    place_of = np.empty(len(book), dtype=np.int64)
    place_of[cohorts.named] = np.arange(len(cohorts.named))
    for t, number in enumerate(scenario.plan.horizon.periods.numbers.tolist()):
        some, some_risks = single.deciding(t, classes, retention)
        many, many_risks = counted.deciding(t, classes, retention)
        found, risk = np.unique(
            np.concatenate([some_risks, many_risks]), axis=0, return_inverse=True
        )
        of_class, place = np.unique(
            np.concatenate([single.of_class[some], counted.of_class[many]]), return_inverse=True
        )
        risk, place, count = risk.reshape(-1), place.reshape(-1), len(some)
        frail = np.flatnonzero(found[:, 3] != ALIKE)
        yield Decisions(
            rows=place_of[named[some]],
            luck=_luck(luck[some], number, some_risks[:, 3] != ALIKE),
            risk=risk[:count],
            place=place[:count],
            cohorts=many,
            cohort_luck=numbered(cohorts.luck[many], number),
            cohort_risk=risk[count:],
            cohort_sums=RowSums(place[count:], len(of_class)),
            classes=of_class,
            risk_class=found[:, 0],
            hazard=found[:, 1],
            own=np.ascontiguousarray(found[:, 2]).view(np.float64),
            frail=frail,
            behind=found[frail, 3],
        )


def _luck(luck: KeyArray, period: int, for_life: BoolArray) -> KeyArray:
    """The luck of renewals of a period; that of the whole life where accounts differ."""
    of_period = numbered(luck, period)
    if for_life.any():
        of_period[for_life] = numbered(luck[for_life], LIFE)
    return of_period


@dataclass(frozen=True)
class _Units:
    """Accounts or cohorts that decide as one.

    `own` is their yearly hazard, `differ` says of each class whether its segment's accounts differ,
    and `until` in which period it is taken in by another.
    """

    of_class: IntArray
    completed: IntArray
    own: FloatArray
    differ: BoolArray
    until: IntArray

    def deciding(
        self, period: int, classes: Classes, retention: Retention
    ) -> tuple[IntArray, IntArray]:
        """Those that decide in a period, and what their chance follows from."""
        turn = classes.ends.renewal(self.of_class, period)
        some = np.flatnonzero((turn != NONE) & (period <= self.until[self.of_class]))
        renewal = self.completed[some] + turn[some]
        row = retention.hazard_of(classes.segment[self.of_class[some]], renewal)
        own = self.own[some]
        frail = self.differ[self.of_class[some]] & np.isnan(own)
        behind = np.where(frail, self.completed[some], ALIKE)
        return some, np.column_stack([self.of_class[some], row, own.view(np.int64), behind])
