"""Periods of a plan and those before and after it: which one a label means."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from capacity.periods import Periods

_YEARS = 10
"""Before a plan and after it."""
_WEEKS_OF_YEAR = 52
_OF_YEAR = {"week": _WEEKS_OF_YEAR, "month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True)
class When:
    """A period by its distance from the first of the plan.

    Attributes
    ----------
    label
        As in the table.
    span
        What it is: the plan's own kind of period, or a longer one.
    number
        0 is the first period of that span in the plan; negative before it.
    of
        How many of that span the plan has.
    is_whole
        Whether the plan holds all of it.
    """

    label: str
    span: str
    number: int
    of: int
    is_whole: bool

    @property
    def is_before(self) -> bool:
        """Whether it was over when the plan began."""
        return self.number < 0

    @property
    def is_after(self) -> bool:
        """Whether it begins after the plan."""
        return self.number >= self.of

    @property
    def a_year(self) -> int:
        """Periods of a year."""
        return _OF_YEAR[self.span]


@dataclass(frozen=True)
class Timeline:
    """Every label that may be meant."""

    periods: Periods

    @cached_property
    def by_label(self) -> dict[str, When]:
        """All periods, by label; where two spans share one, the shorter."""
        found: dict[str, When] = {}
        for span in self.periods.spans:
            found = self._of(span) | found
        return found

    def find(self, text: str) -> When | None:
        """The period that a text means: its label, or a day in it."""
        if text in self.by_label:
            return self.by_label[text]
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            return None
        return self.by_label.get(self._label(day)) if len(text) == len("2027-02-01") else None

    def _label(self, day: dt.date) -> str:
        step = self.periods.step
        return step.labels(step.numbers(np.array([day], dtype="datetime64[D]")))[0]

    def _of(self, span: str) -> dict[str, When]:
        plan = self.periods
        around = int(_YEARS * round(1 / plan.years_each))
        wide = replace(
            plan, start=plan.start - around, count=plan.count + 2 * around,
            first=None, months_long=None,
        )  # fmt: skip
        labels = wide.labels_by(span)
        within = range(around, around + plan.count)
        inside = {labels[i] for i in within}
        cut = {label for i, label in enumerate(labels) if label in inside and i not in within}
        order = list(dict.fromkeys(labels))
        first = order.index(labels[around])
        return {
            label: When(label, span, i - first, len(inside), label not in cut)
            for i, label in enumerate(order)
        }
