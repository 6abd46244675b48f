"""Due hours of each period, from the accounts that are alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.calendar import Periods
from capacity.engine.chance import Chance
from capacity.engine.classes import Classes
from capacity.engine.lanes import Lane, Work, due, first_parts
from capacity.estimates import Estimate
from capacity.rng import KeyArray, numbered
from capacity.scenario.document import Plan


@dataclass(frozen=True)
class Calendar:
    """When which class makes work, laid out once.

    Attributes
    ----------
    incidence
        By segment: parts that fall due for an account, shape (periods, lanes, classes) of the
        segment.
    windows
        Of lanes in parts with a coin for the whole: by lane the classes whose occurrence has its
        first part in a period, from `parts` − 1 periods before the horizon on; shape
        (periods + parts − 1, classes).
    """

    incidence: Sequence[FloatArray]
    windows: dict[int, BoolArray]


def build_calendar(plan: Plan, work: Work, classes: Classes) -> Calendar:
    """Lay out when work falls due."""
    periods = plan.horizon.periods
    incidence = []
    windows = {}
    for segment in range(len(plan.segments)):
        inside, lanes = classes.slice_of(segment), work.lanes_of(segment)
        indices = range(lanes.start, lanes.stop)
        layers = [due(work.lanes[i], classes, periods)[inside].T for i in indices]
        shape = (periods.count, 0, inside.stop - inside.start)
        incidence.append(np.stack(layers, axis=1).astype(float) if layers else np.zeros(shape))
        for i in indices:
            if work.lanes[i].has_coins and work.lanes[i].work.parts > 1:
                windows[i] = _window(work.lanes[i], classes, periods, inside)
    return Calendar(incidence, windows)


def _window(lane: Lane, classes: Classes, periods: Periods, inside: slice) -> BoolArray:
    earliest = 1 - lane.work.parts
    firsts = np.stack([f[inside] for f in first_parts(lane, classes, periods.count)])
    when = np.arange(earliest, periods.count)
    return (firsts[None] == when[:, None, None]).any(axis=1)


@dataclass(frozen=True)
class Occurrences:
    """What falls due in a period, by demand lane; each of shape (lanes, trials).

    Attributes
    ----------
    number
        Occurrences that happen.
    effective
        The sum of their complexities.
    evenness
        Mean square of complexity over its squared mean, 1 where all accounts are alike.
    picked
        How far it is chance which of the accounts they are: 1 for random events, 0 for all.
    """

    number: FloatArray
    effective: FloatArray
    evenness: FloatArray
    picked: FloatArray

    def relative_variance(self, lane: IntArray, cv2: FloatArray) -> FloatArray:
        """Squared coefficient of variation of the hours of steps, given that of one occurrence.

        (Σc²σ² + Var[which accounts]·μ²) / (Σc·μ)².
        """
        evenness = self.evenness[lane]
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = cv2 * evenness + self.picked[lane] * (evenness - 1)
            return np.where(self.number[lane] > 0, spread / self.number[lane], 0.0)


class Demand:
    """Due hours of one batch, period by period."""

    def __init__(
        self, plan: Plan, work: Work, classes: Classes, calendar: Calendar, chance: Chance
    ) -> None:
        self._work, self._calendar, self._chance = work, calendar, chance
        self._periods = plan.horizon.periods
        self._segments = [
            _Segment(plan, name, i, work, classes, chance) for i, name in enumerate(plan.segments)
        ]
        lanes = work.lanes
        self._weight = np.array([[lane.weight] for lane in lanes])
        self._share = chance.inputs([lane.share for lane in lanes])
        self._rates = np.array(
            [i for i, lane in enumerate(lanes) if lane.work.rate], dtype=np.int64
        )
        self._yearly = chance.inputs(
            [lane.amount for i in self._rates if (lane := lanes[i]).amount]
        )
        self._season = np.array([lanes[i].work.seasonality or (1.0,) * 12 for i in self._rates])
        self._coins = np.array(
            [i for i, lane in enumerate(lanes) if lane.has_coins and i not in calendar.windows],
            dtype=np.int64,
        )
        self._fixed = [i for i, lane in enumerate(lanes) if lane.is_fixed]
        self._realised: dict[tuple[int, int], FloatArray] = {}
        self._scale = _scale(plan, work, chance)
        self._step_lane = np.array([step.lane for step in work.steps], dtype=np.int64)
        self._mean = np.array([[step.hours.mean] for step in work.steps])
        variance = np.array([[step.hours.variance] for step in work.steps])
        self._cv2 = variance / np.where(self._mean > 0, self._mean, 1.0) ** 2
        mixed = np.array([s.mixed for s in self._segments])
        whose = np.array([lanes[i].segment_index for i in self._step_lane], dtype=np.int64)
        self._varying = np.flatnonzero((self._cv2[:, 0] > 0) | (mixed[whose] & (whose >= 0)))

    def hours(self, period: int, alive: FloatArray) -> FloatArray:
        """Hours that fall due in a period, shape (work lanes, trials).

        Parameters
        ----------
        alive
            Accounts of each class, shape (classes, trials).
        """
        found = self._occurrences(period, alive)
        mean = found.effective[self._step_lane] * (self._mean * self._scale[self._step_lane])
        if self._varying.size:
            self._vary(period, found, mean)
        out: FloatArray = np.add.reduceat(mean, self._work.step_firsts, axis=0)
        return out

    def _vary(self, period: int, found: Occurrences, mean: FloatArray) -> None:
        """Draw the hours of the steps whose occurrences differ."""
        due = self._varying[(mean[self._varying] > 0).any(axis=1)]
        of = numbered(self._work.step_keys[due], self._periods.start + period)
        relative = found.relative_variance(self._step_lane[due], self._cv2[due])
        mean[due] = self._chance.hours(of, mean[due], relative)

    def _occurrences(self, period: int, alive: FloatArray) -> Occurrences:
        shape = (len(self._work.lanes), alive.shape[1])
        due, factor, evenness = np.zeros(shape), np.ones(shape), np.ones(shape)
        for i, segment in enumerate(self._segments):
            incidence = self._calendar.incidence[i][period]
            due[segment.lanes] = incidence @ alive[segment.classes]
            factor[segment.lanes], evenness[segment.lanes] = segment.complexity_of(
                incidence, alive, due[segment.lanes]
            )
        number = due * self._weight
        picked = np.zeros(shape)
        self._draw_rates(period, due, number, picked)
        self._toss_coins(period, number, picked)
        self._continue_windows(period, alive, number)
        number[self._fixed] = factor[self._fixed] = 1.0
        return Occurrences(number, number * factor, evenness, picked)

    def _draw_rates(
        self, period: int, due: FloatArray, number: FloatArray, picked: FloatArray
    ) -> None:
        """Random events: Poisson; a coin for each leaves them Poisson."""
        if not self._rates.size:
            return
        month = int(self._periods.calendar_month[period])
        yearly = self._yearly * self._share[self._rates] * self._season[:, [month]]
        mean = due[self._rates] * yearly * self._periods.years_each
        number[self._rates] = self._chance.arrivals(self._luck(self._rates, period), mean)
        picked[self._rates] = 1.0

    def _toss_coins(self, period: int, number: FloatArray, picked: FloatArray) -> None:
        """Occurrences that are whole in one period: one coin each."""
        lanes = self._coins[(number[self._coins] > 0).any(axis=1)]
        if not lanes.size:
            return
        due = number[lanes]
        share = self._share[lanes]
        number[lanes] = happened = self._chance.happening(self._luck(lanes, period), due, share)
        with np.errstate(divide="ignore", invalid="ignore"):
            picked[lanes] = np.where(due > 1, (1 - happened / due) * due / (due - 1), 0.0)

    def _continue_windows(self, period: int, alive: FloatArray, number: FloatArray) -> None:
        """Occurrences in parts: the coin of the first part holds for the others."""
        for i, window in self._calendar.windows.items():
            lane = self._work.lanes[i]
            parts = lane.work.parts
            classes = alive[self._segments[lane.segment_index].classes]
            total = np.zeros(alive.shape[1])
            for age in range(parts):
                first = period - age
                here = window[first + parts - 1].astype(float) @ classes
                if age == 0 or period == 0:
                    of = self._luck(np.array([i]), first)
                    count = self._chance.happening(of, here[None], self._share[[i]])[0]
                    self._realised[i, first] = count / np.where(here > 0, here, 1.0)
                total += self._realised[i, first] * here
            number[i] = total / parts

    def _luck(self, lanes: IntArray, period: int) -> KeyArray:
        return numbered(self._work.lane_keys[lanes], self._periods.start + period)


class _Segment:
    """Lanes and classes of a segment, and how complex its accounts are."""

    def __init__(
        self, plan: Plan, name: str, index: int, work: Work, classes: Classes, chance: Chance
    ) -> None:
        self.lanes, self.classes = work.lanes_of(index), classes.slice_of(index)
        own = classes.complexity[self.classes, None]
        path = f"segments.{name}.complexity"
        self._common = chance.inputs([(path, plan.segments[name].complexity)])[0]
        self.mixed = bool(np.isfinite(own).any())
        self._each = np.where(np.isfinite(own), own, self._common)

    def complexity_of(
        self, incidence: FloatArray, alive: FloatArray, due: FloatArray
    ) -> tuple[FloatArray | float, FloatArray | float]:
        """Mean complexity of the accounts of each lane, and the evenness of it."""
        if not self.mixed:
            return self._common, 1.0
        weighted = alive[self.classes] * self._each
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(due > 0, incidence @ weighted / due, 1.0)
            square = np.where(due > 0, incidence @ (weighted * self._each) / due, 1.0)
            even = np.where(mean > 0, square / mean**2, 1.0)
            return mean, np.maximum(even, 1.0)  # rounding may leave a little less


def _scale(plan: Plan, work: Work, chance: Chance) -> FloatArray:
    """Factor on the hours of each lane: the task's average duration, and the amount if fixed."""
    names = list(plan.tasks)
    spread = chance.inputs([(f"tasks.{n}.uncertainty", plan.tasks[n].uncertainty) for n in names])
    factor = chance.durations(names, spread)
    amounts = chance.inputs(
        [
            lane.amount if lane.is_fixed and lane.amount else ("", Estimate.fixed(1))
            for lane in work.lanes
        ]
    )
    fixed = np.array([[lane.is_fixed] for lane in work.lanes])
    task = [lane.task_index for lane in work.lanes]
    return factor[task] * np.where(fixed, amounts * Periods.years_each, 1.0)
