"""Stretches: runs of periods in which no number of the plan changes.

A period has the values of its first day. What the engine reads of the inputs it reads at the start
of every stretch anew, so any of them may be given by date; most plans are a single stretch.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.chance import Chance, Named
from capacity.estimates import Estimate
from capacity.rng import KeyArray
from capacity.scenario.changing import changing
from capacity.scenario.document import Plan


@dataclass(frozen=True)
class Stretches:
    """The stretches of a plan, in order.

    Attributes
    ----------
    firsts
        First period of each, and the period after the last.
    days
        The day whose values hold in each; None for that on which the plan begins.
    """

    firsts: tuple[int, ...]
    days: tuple[dt.date | None, ...]

    def __iter__(self) -> Iterator[tuple[range, dt.date | None]]:
        """The periods of each, and the day whose values hold."""
        bounds = zip(self.firsts, self.firsts[1:], strict=False)
        return zip((range(*bound) for bound in bounds), self.days, strict=True)

    @property
    def turns(self) -> dict[int, dt.date | None]:
        """The periods from which other values hold, and those of which day."""
        return dict(zip(self.firsts[1:-1], self.days[1:], strict=True))

    def after(self, period: int) -> int:
        """The first period of the stretch after that of a period."""
        return self.firsts[bisect_right(self.firsts, period)]

    def day(self, period: int) -> dt.date | None:
        """The day whose values a period has."""
        return self.days[bisect_right(self.firsts, period) - 1]

    def within(self, periods: range) -> Iterator[tuple[range, dt.date | None]]:
        """The parts of some periods that lie in one stretch each."""
        for run, day in self:
            part = range(max(run.start, periods.start), min(run.stop, periods.stop))
            if part:
                yield part, day


class Turning(Protocol):
    """A part of the engine that reads inputs at the start of every stretch."""

    def turn_to(self, day: dt.date | None) -> None:
        """Read the values that hold from a day on; None is the start of the plan."""


def steady(plan: Plan) -> Stretches:
    """A single stretch: the values with which the plan begins."""
    return Stretches((0, plan.horizon.periods.count), (None,))


def stretches_of(plan: Plan) -> Stretches:
    """The stretches of a plan."""
    periods = plan.horizon.periods
    days = {day for _, number in changing(plan) for day, _ in number.later}
    turns = sorted({first for day in days if (first := periods.first_from(day)) > 0})
    turns = [turn for turn in turns if turn < periods.count]
    return Stretches((0, *turns, periods.count), (None, *(periods.day(turn) for turn in turns)))


def by_period(chance: Chance, named: Sequence[Named], stretches: Stretches) -> FloatArray:
    """Inputs in every period, shape (inputs, periods, trials).

    One period stands for all where none of them changes, and one trial where none is uncertain.
    """
    if not any(estimate.series for _, estimate in named):
        return chance.inputs(named)[:, None]
    found = [chance.inputs(named, day) for day in stretches.days]
    shape = (len(named), stretches.firsts[-1], max(values.shape[1] for values in found))
    out = np.empty(shape)
    for (run, _), values in zip(stretches, found, strict=True):
        out[:, run] = values[:, None]
    return out


def values_at(
    chance: Chance, stretches: Stretches, of: KeyArray, trial: IntArray, named: Named,
    period: IntArray | int,
) -> FloatArray:  # fmt: skip
    """A value for each thing, as `Chance.values`, of the estimate that holds in its period."""
    estimate: Estimate = named[1]
    if not estimate.series:
        return chance.values(of, trial, estimate)
    period = np.broadcast_to(period, of.shape)
    out = np.empty(len(of))
    for run, day in stretches:
        some = (run.start <= period) & (period < run.stop)
        out[some] = chance.values(of[some], trial[some], estimate.on(day))
    return out
