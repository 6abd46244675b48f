"""Which accounts decide when, laid out once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.chance import Named
from capacity.engine.classes import Classes
from capacity.estimates import Estimate
from capacity.loading import Scenario
from capacity.model.retention import hazard
from capacity.rng import KeyArray, keys, numbered


@dataclass(frozen=True)
class Decisions:
    """Renewals of accounts of the book at the end of one period, sorted by class.

    Attributes
    ----------
    rows, luck
        Accounts of the book, and the luck of these renewals.
    risk
        Which chance applies to each: index into the distinct ones.
    classes, place
        The classes that decide, and which of them each row belongs to.
    risk_class, hazard, own
        Of each distinct chance: a class for the factors, the row of the segment's hazards, and the
        account's own yearly hazard, NaN where it has none.
    """

    rows: IntArray
    luck: KeyArray
    risk: IntArray
    classes: IntArray
    place: IntArray
    risk_class: IntArray
    hazard: IntArray
    own: FloatArray


@dataclass(frozen=True)
class Retention:
    """Who decides when, laid out once.

    Attributes
    ----------
    hazards
        Paths and values of the yearly churn, by segment and renewal.
    first_hazard
        Row of a segment's first renewal; the last is followed by the next segment's first.
    by_period
        The decisions of each period.
    account_keys
        Luck of every account of the book.
    """

    hazards: list[Named]
    first_hazard: IntArray
    by_period: list[Decisions]
    account_keys: KeyArray

    def hazard_of(self, segment: IntArray, renewal: IntArray) -> IntArray:
        """Row of the hazard of a renewal, counted from 0."""
        first, following = self.first_hazard[segment], self.first_hazard[segment + 1]
        return np.minimum(first + renewal, following - 1)


def build_retention(scenario: Scenario, classes: Classes) -> Retention:
    """Lay out all decisions of the book."""
    plan, book = scenario.plan, scenario.book
    hazards: list[Named] = []
    first = [0]
    for name, segment in plan.segments.items():
        churn = segment.churn or (Estimate.fixed(0.0),)
        path = f"segments.{name}.churn"
        several = len(churn) > 1
        hazards += [(f"{path}.{i}" if several else path, c) for i, c in enumerate(churn)]
        first.append(len(hazards))
    retention = Retention(
        hazards, np.array(first, dtype=np.int64), [], keys(("account", id_) for id_ in book.ids)
    )
    retention.by_period.extend(_decisions(scenario, classes, retention))
    return retention


def _decisions(scenario: Scenario, classes: Classes, retention: Retention) -> Iterator[Decisions]:
    plan, book = scenario.plan, scenario.book
    relative = book.decision - plan.horizon.start
    order = np.argsort(classes.of_row, kind="stable")
    for t in range(plan.horizon.months):
        past = t - relative[order]
        rows = order[(past >= 0) & (past % book.term[order] == 0)]
        renewal = book.completed[rows] + (t - relative[rows]) // book.term[rows]
        row = retention.hazard_of(book.segment[rows], renewal)
        own = hazard(book.churn[rows])
        risks = np.column_stack([classes.of_row[rows], row, own.view(np.int64)])
        found, risk = np.unique(risks, axis=0, return_inverse=True)
        of_class, place = np.unique(classes.of_row[rows], return_inverse=True)
        yield Decisions(
            rows=rows,
            luck=numbered(retention.account_keys[rows], plan.horizon.start + t),
            risk=risk.reshape(-1),
            classes=of_class,
            place=place.reshape(-1),
            risk_class=found[:, 0],
            hazard=found[:, 1],
            own=np.ascontiguousarray(found[:, 2]).view(np.float64),
        )
