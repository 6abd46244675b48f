"""When the work of a lane falls due for the accounts of each class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.classes import Classes, in_whole_months
from capacity.engine.lanes import Lane
from capacity.engine.stretches import Stretches
from capacity.model.demand import due_every_days, due_every_months, due_in_parts
from capacity.units import Span


def occasions(lane: Lane, classes: Classes) -> Iterator[tuple[IntArray, IntArray]]:
    """Occurrences `on` a date by turn: the period of the first part, and the number of parts.

    The start of an account comes once, a renewal again after every term. Each keeps the `over` and
    the `lead` of the day of its event. Both of shape (classes,).
    """
    ends = classes.ends
    starts = lane.work.on == "start"
    for event in [classes.start] if starts else (when[ends.schedule] for when in ends.decisions.T):
        yield event - lane.at_events(lane.lead, event), lane.at_events(lane.parts, event)


def due(lane: Lane, classes: Classes, stretches: Stretches) -> FloatArray:
    """How often work of a lane falls due for an account of each class that is alive.

    Returns
    -------
    FloatArray
        Shape (classes, periods); 1 throughout for a rate, and for what departures make due.
    """
    count = lane.periods.count
    if lane.work.on == "departure":
        return np.ones((len(classes), count))
    if lane.work.on is not None:
        return _in_parts(lane, classes)
    if lane.every is None:
        return np.ones((len(classes), count))
    runs: dict[Span, list[range]] = {}
    for run, day in stretches:
        runs.setdefault(lane.every.on(day), []).append(run)
    first, *others = ((_at_intervals(lane, span, classes), there) for span, there in runs.items())
    if not others:
        return first[0]
    out = np.empty((len(classes), count))
    for found, there in (first, *others):
        now = np.concatenate(there)
        out[:, now] = found[:, now]
    return out


def _in_parts(lane: Lane, classes: Classes) -> FloatArray:
    """The same of work `on` a date; parts of an occurrence where their number changes."""
    out = np.zeros((len(classes), lane.periods.count))
    alike = len(lane.spreads) == 1
    for first, parts in occasions(lane, classes):
        falls = due_in_parts(first, parts, lane.periods.count)
        out = np.where(falls, 1.0 if alike else 1 / parts[:, None], out)
    return out


def _at_intervals(lane: Lane, span: Span, classes: Classes) -> FloatArray:
    """How often work falls due at an interval that holds throughout, shape (classes, periods)."""
    periods = lane.periods
    if lane.work.aligned == "fiscal":
        ends = periods.ends_fiscal(int(span.amount)).astype(float)
        return np.broadcast_to(ends, (len(classes), periods.count))
    if months := in_whole_months(span):
        start = classes.start_month, classes.start_day
        return due_every_months(*start, months, periods.first_days)
    if not periods.is_shorter(span):
        return due_every_days(classes.starts, span.days, periods.first_days)
    return np.ones((len(classes), periods.count))
