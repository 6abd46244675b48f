"""What is kept of futures that are too many to keep: a sketch of each row that may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray
from capacity.catalogue import Catalogue
from capacity.engine.batch import Record
from capacity.engine.layout import Layout
from capacity.errors import QuestionError
from capacity.metrics import Kind, Metric, groups_of
from capacity.periods import Periods
from capacity.rng import BATCH
from capacity.sketches import Part, Sketched


@dataclass(frozen=True)
class Summaries:
    """Sketches of all metrics, by every span of the plan and over it.

    Attributes
    ----------
    layout
        Of the plan.
    part
        What all futures come to.
    """

    layout: Layout
    part: Part

    def __getstate__(self) -> dict[str, object]:
        """What a copy takes along; the metrics read from what is here, and are found again."""
        return {"layout": self.layout, "part": self.part}

    @classmethod
    def of_part(cls, layout: Layout, part: Part) -> Summaries:
        """Of the first futures."""
        return cls(layout, part.added_up())

    @cached_property
    def _rows(self) -> list[tuple[Metric, list[str], int]]:
        """The metrics, the labels of their rows, and how many rows stand before them."""
        catalogue = Catalogue(self.layout.scenario, self.layout.work, (), 1)
        found, first = [], 0
        for metric in catalogue.metrics:
            labels = labels_of(metric, self.layout.plan.horizon.periods)
            found.append((metric, labels, first))
            first += len(labels)
        return found

    @cached_property
    def _index(self) -> dict[tuple[str, object], int]:
        return {(metric.name, metric.key): i for i, (metric, _, _) in enumerate(self._rows)}

    def of(self, metric: Metric, wanted: Sequence[str]) -> Sketched:
        """Some rows of a metric, by their labels.

        Raises
        ------
        QuestionError
            Where there is no such row.
        """
        index = self._index[metric.name, metric.key]
        _, labels, first = self._rows[index]
        for label in wanted:
            if label not in labels:
                known = ", ".join(filter(None, labels))
                raise QuestionError(f"{metric.name} has no period {label!r}. Known: {known}")
        which = np.array([labels.index(label) for label in wanted], dtype=np.int64)
        values, blocks = self.part.batches[0]
        rows = which + first
        return Sketched(values.rows(rows), blocks.rows(rows), self.part.counts[index], which)

    def with_(self, more: Part) -> Summaries:
        """With the futures that follow."""
        return Summaries(self.layout, self.part.and_(more).added_up())


def part_of(layout: Layout, records: Sequence[Record], trials: int) -> Part:
    """What the first futures of some records come to, whole batches where others follow."""
    catalogue = Catalogue(layout.scenario, layout.work, records, trials)
    periods = layout.plan.horizon.periods
    values = (_values(metric, periods) for metric in catalogue.metrics)
    return Part.of((np.broadcast_to(rows, (len(rows), trials)) for rows in values), BATCH)


def labels_of(metric: Metric, periods: Periods) -> list[str]:
    """Labels of the rows of a metric: by each span, and over the plan."""
    if metric.kind is Kind.WHOLE:
        return list(metric.periods)
    return [label for span in periods.spans for label in groups_of(periods, span)[0]] + [""]


def _values(metric: Metric, periods: Periods) -> FloatArray:
    """The rows of a metric, shape (rows, trials); what they are made of is read once."""
    values = metric.read()
    if metric.kind is Kind.WHOLE:
        return values
    once = replace(metric, read=lambda: values)
    if metric.under:
        below = metric.under()
        once = replace(once, under=lambda: below)
    groups = [groups_of(periods, span)[1] for span in periods.spans]
    return np.vstack([*map(once.over, groups), once.over([np.arange(periods.count)])])
