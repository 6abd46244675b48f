"""Due hours of each period, from the accounts that are alive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, RowSums
from capacity.engine.chance import Chance
from capacity.engine.classes import Classes
from capacity.engine.copulas import duration_luck
from capacity.engine.falling_due import due, occasions
from capacity.engine.lanes import Lane, Work
from capacity.engine.planned_seats import planned_seats
from capacity.engine.seats import Staff
from capacity.engine.shocks import Shocks
from capacity.engine.stretches import Stretches
from capacity.estimates import Estimate
from capacity.loading import Scenario
from capacity.rng import KeyArray, keys, numbered
from capacity.scenario.document import Plan

_NOTHING = 1e-12
"""Occurrences that are none, yet can be divided by."""


@dataclass(frozen=True)
class Strand:
    """A demand lane, for the accounts of one complexity.

    Attributes
    ----------
    lane
        Index of the demand lane.
    complexity
        The accounts' own; None where the segment's holds.
    classes
        Classes of accounts of that complexity, of those whose accounts make the lane's work.
    """

    lane: int
    complexity: float | None
    classes: IntArray

    def key(self, lane: Lane) -> tuple[object, ...]:
        """The name of its luck."""
        own = () if self.complexity is None else (self.complexity,)
        return ("occurrences", lane.task, lane.segment or "", *lane.luck, *own)


@dataclass(frozen=True)
class Window:
    """Occurrences of a strand that come in so many parts, with a coin for the whole.

    Attributes
    ----------
    parts
        How many parts.
    key
        Their luck; that of the strand where they are what the plan begins with.
    firsts
        The classes whose occurrence has its first part in a period, from `parts` − 1 periods before
        the horizon on; shape (periods + parts − 1, classes of the lane).
    """

    parts: int
    key: KeyArray
    firsts: FloatArray


@dataclass(frozen=True)
class Calendar:
    """When which class makes work, laid out once.

    Attributes
    ----------
    periods
        Length of the horizon.
    strands
        All strands, by lane.
    keys
        Luck of each strand.
    luck, step_luck
        Luck of each strand, and of each step of the work, in every period, shape (periods, …).
    due
        Which strands may fall due in which period, shape (periods, strands).
    incidence
        By strand: parts that fall due for an account, shape (periods, classes of the lane); 0
        for classes of another complexity.
    windows
        Of strands in parts with a coin for the whole; one for each number of parts that they have
        at some time.
    fixed
        Part of a fixed amount that falls to each lane, shape (periods, lanes of fixed amounts).
    """

    periods: int
    strands: list[Strand]
    keys: KeyArray
    luck: KeyArray
    step_luck: KeyArray
    due: BoolArray
    incidence: list[FloatArray]
    windows: dict[int, list[Window]]
    fixed: FloatArray


def build_calendar(
    scenario: Scenario, work: Work, classes: Classes, stretches: Stretches
) -> Calendar:
    """Lay out when work falls due, at the settings of each stretch."""
    periods = scenario.plan.horizon.periods
    strands = list(_strands(work, classes))
    number = periods.numbers[:, None]
    of = keys(strand.key(work.lanes[strand.lane]) for strand in strands)
    step_luck = numbered(work.step_keys, number)
    due_at = np.ones((periods.count, len(strands)), dtype=bool)
    luck = numbered(of, number)
    fixed = _fixed_parts(scenario, work)
    calendar = Calendar(periods.count, strands, of, luck, step_luck, due_at, [], {}, fixed)
    for i, strand in enumerate(calendar.strands):
        lane = work.lanes[strand.lane]
        inside = classes.inside(lane.territories)
        fits = np.zeros(len(classes.segment[inside]))
        fits[strand.classes] = 1.0
        incidence = due(lane, classes, stretches)[inside].T * fits
        calendar.incidence.append(incidence)
        if not lane.is_fixed:
            due_at[:, i] = incidence.any(axis=1)
        if lane.has_coins and lane.spreads[-1] > 1 and lane.territories:
            calendar.windows[i] = [
                Window(
                    parts,
                    of[[i]] if parts == lane.parts(None) else keys([(*strand.key(lane), parts)]),
                    np.where(_firsts(lane, parts, classes, inside), fits, 0.0),
                )
                for parts in lane.spreads
            ]
    return calendar


def _fixed_parts(scenario: Scenario, work: Work) -> FloatArray:
    """A fixed amount is shared by the pools that it is for in proportion to their planned seats."""
    periods = np.arange(scenario.plan.horizon.periods.count)
    lanes = [lane for lane in work.lanes if lane.is_fixed]
    pools = [scenario.pools[lane.pools[lane.work.role]] for lane in lanes]
    own = np.empty((len(periods), len(lanes)))
    for i, pool in enumerate(pools):
        own[:, i] = planned_seats(scenario, pool, periods)
    amount = [(lane.task, lane.segment) for lane in lanes]
    same = np.array([[a == b for b in amount] for a in amount]).reshape(len(lanes), len(lanes))
    whole = own @ same
    parts = np.where(whole > 0, own / np.where(whole > 0, whole, 1.0), 1 / same.sum(axis=0))
    return parts * np.array([bool(lane.needed_by) for lane in lanes])


def _strands(work: Work, classes: Classes) -> Iterator[Strand]:
    for i, lane in enumerate(work.lanes):
        if lane.is_fixed:
            yield Strand(i, None, np.zeros(0, dtype=np.int64))
            continue
        own = classes.complexity[classes.inside(lane.territories)]
        common = np.flatnonzero(np.isnan(own))
        if common.size or not own.size:
            yield Strand(i, None, common)
        for complexity in np.unique(own[~np.isnan(own)]):
            yield Strand(i, float(complexity), np.flatnonzero(own == complexity))


def _firsts(lane: Lane, parts: int, classes: Classes, inside: slice | IntArray) -> BoolArray:
    found = [(first[inside], number[inside] == parts) for first, number in occasions(lane, classes)]
    firsts, some = (np.stack(each) for each in zip(*found, strict=True))
    when = np.arange(1 - parts, lane.periods.count)
    return ((firsts[None] == when[:, None, None]) & some).any(axis=1)


class Demand:
    """Due hours of one batch, period by period."""

    def __init__(
        self,
        plan: Plan,
        work: Work,
        classes: Classes,
        calendar: Calendar,
        chance: Chance,
        shocks: Shocks,
    ) -> None:
        self._work, self._calendar, self._chance = work, calendar, chance
        self._moved = shocks.hours
        self._task = np.array([work.lanes[i].task_index for i in work.lane], dtype=np.int64)
        self._periods = plan.horizon.periods
        strands = calendar.strands
        lanes = [work.lanes[strand.lane] for strand in strands]
        self._lanes = lanes
        groups = dict.fromkeys(lane.territories for lane in lanes if lane.territories)
        self._audiences = {group: _Audience(group, lanes, classes, calendar) for group in groups}
        of_lane = np.array([strand.lane for strand in strands], dtype=np.int64)
        self._lane_sums = RowSums(of_lane, len(work.lanes))
        self._plan = plan
        self._is_mixed = len(strands) > len(work.lanes)
        self._rates = _where(lane.work.rate is not None for lane in lanes)
        self._season = np.array([lanes[i].work.seasonality or (1.0,) * 12 for i in self._rates])
        coins = (lane.has_coins and i not in calendar.windows for i, lane in enumerate(lanes))
        self._coins = _where(coins)
        self._fixed = _where(lane.is_fixed for lane in lanes)
        self._departing = _where(lane.work.on == "departure" for lane in lanes)
        self._leaving = [lanes[i].pools[lanes[i].work.role] for i in self._departing]
        self._realised: dict[tuple[int, int, int], FloatArray] = {}
        self._step_lane = np.array([step.lane for step in work.steps], dtype=np.int64)
        lanes_due = np.zeros((calendar.periods, len(work.lanes)), dtype=bool)
        for i, lane in enumerate(of_lane):
            lanes_due[:, lane] |= calendar.due[:, i]
        self._steps_due = lanes_due[:, self._step_lane]
        self.turn_to(None)

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        plan, work, chance, lanes = self._plan, self._work, self._chance, self._lanes
        self._weight = np.array([[lane.weight(day)] for lane in lanes])
        self._complexity = _complexity(plan, self._calendar.strands, lanes, chance, day)
        self._share = chance.inputs([lane.share for lane in lanes], day)
        self._yearly = chance.inputs(
            [lane.amount for i in self._rates if (lane := lanes[i]).amount], day
        )
        hours = [step.hours.on(day) for step in work.steps]
        mean = np.array([[each.mean] for each in hours])
        variance = np.array([[each.variance] for each in hours])
        self._mean = mean * _scale(plan, work, chance, day)[self._step_lane]
        self._cv2 = variance / np.where(mean > 0, mean, 1.0) ** 2
        self._varying = np.flatnonzero(self._cv2[:, 0] > 0)

    def hours(self, period: int, alive: FloatArray, team: Sequence[Staff]) -> FloatArray:
        """Hours that fall due in a period, shape (work lanes, trials).

        Parameters
        ----------
        alive
            Accounts of each class, shape (classes, trials).
        team
            The people of the period, one entry for each pool.
        """
        number = self._occurrences(period, alive, team)
        weighted = number * self._complexity
        usual = self._lane_sums(weighted)
        hours = usual[self._step_lane] * self._mean
        due = self._varying[self._steps_due[period, self._varying]]
        if due.size:
            of = self._calendar.step_luck[period, due]
            spread = self._spread(number, weighted, usual)[self._step_lane[due]]
            hours[due] = self._chance.totals(of, hours[due], self._cv2[due] * spread)
        by_lane = self._work.step_sums(hours)
        moved = self._moved.get(period)
        return by_lane if moved is None else by_lane * moved[self._task]

    def _spread(self, number: FloatArray, weighted: FloatArray, usual: FloatArray) -> FloatArray:
        """Σc²/(Σc)² over the occurrences of each lane, with complexities c.

        Hours have mean Σcμ and variance Σc²σ², so this times (σ/μ)² is the square of their
        coefficient of variation. Of nothing it is as good as anything.
        """
        if not self._is_mixed:
            return 1 / np.maximum(number, _NOTHING)
        squares = self._lane_sums(weighted * self._complexity)
        return squares / np.maximum(usual, _NOTHING) ** 2

    def _occurrences(self, period: int, alive: FloatArray, team: Sequence[Staff]) -> FloatArray:
        """Occurrences that fall due and happen, shape (strands, trials)."""
        number = np.zeros((len(self._lanes), alive.shape[1]))
        for audience in self._audiences.values():
            number[audience.strands] = audience.incidence[period] @ alive[audience.classes]
        number *= self._weight
        for i, pool in zip(self._departing, self._leaving, strict=True):
            number[i] *= team[pool].left_share  # of all accounts, those whom the leavers held
        self._draw_rates(period, number)
        self._toss_coins(period, number)
        self._continue_windows(period, alive, number)
        number[self._fixed] = self._calendar.fixed[period, :, None]
        return number

    def _draw_rates(self, period: int, number: FloatArray) -> None:
        """Random events: Poisson; a coin for each leaves them Poisson."""
        if not self._rates.size:
            return
        month = int(self._periods.calendar_month[period])
        yearly = self._yearly * self._share[self._rates] * self._season[:, [month]]
        mean = number[self._rates] * yearly * self._periods.years_each
        number[self._rates] = self._chance.arrivals(self._calendar.luck[period, self._rates], mean)

    def _toss_coins(self, period: int, number: FloatArray) -> None:
        """Occurrences that are whole in one period: one coin each."""
        due = self._coins[self._calendar.due[period, self._coins]]
        if due.size:
            share = self._share[due]
            number[due] = self._chance.happening(
                self._calendar.luck[period, due], number[due], share
            )

    def _continue_windows(self, period: int, alive: FloatArray, number: FloatArray) -> None:
        """Occurrences in parts: the coin of the first part holds for the others."""
        for i, windows in self._calendar.windows.items():
            classes = alive[self._audiences[self._lanes[i].territories].classes]
            number[i] = sum(self._continued(i, window, period, classes) for window in windows)

    def _continued(
        self, strand: int, window: Window, period: int, classes: FloatArray
    ) -> FloatArray:
        total = np.zeros(classes.shape[1])
        for age in range(window.parts):
            first = period - age
            here = window.firsts[first + window.parts - 1] @ classes
            begun = strand, window.parts, first
            if age == 0 or period == 0:
                of = numbered(window.key, self._periods.start + first)
                count = self._chance.happening(of, here[None], self._share[[strand]])[0]
                self._realised[begun] = count / np.where(here > 0, here, 1.0)
            total += self._realised[begun] * here
        return total / window.parts


class _Audience:
    """Strands of which the same accounts make the work, and their classes."""

    def __init__(
        self,
        territories: tuple[int, ...],
        lanes: Sequence[Lane],
        classes: Classes,
        calendar: Calendar,
    ) -> None:
        self.classes = classes.inside(territories)
        self.strands = _where(lane.territories == territories for lane in lanes)
        self.incidence = np.stack([calendar.incidence[i] for i in self.strands], axis=1)


def _where(wanted: Iterable[bool]) -> IntArray:
    return np.flatnonzero(np.array(list(wanted), dtype=bool))


def _complexity(
    plan: Plan, strands: Sequence[Strand], lanes: Sequence[Lane], chance: Chance,
    day: dt.date | None,
) -> FloatArray:  # fmt: skip
    """Factor on hours of each strand, shape (strands, trials) or (strands, 1)."""
    named = []
    for strand, lane in zip(strands, lanes, strict=True):
        if lane.is_fixed or lane.segment is None or strand.complexity is not None:
            named.append(("", Estimate.fixed(strand.complexity or 1.0)))
        else:
            path = f"segments.{lane.segment}.complexity"
            named.append((path, plan.segments[lane.segment].complexity))
    fixed = np.array([[lane.is_fixed] for lane in lanes])
    return np.where(fixed, 1.0, chance.inputs(named, day))


def _scale(plan: Plan, work: Work, chance: Chance, day: dt.date | None) -> FloatArray:
    """Factor on the hours of each lane: the task's average duration, and the amount if fixed."""
    names = list(plan.tasks)
    spread = chance.inputs(
        [(f"tasks.{n}.uncertainty", plan.tasks[n].uncertainty) for n in names], day
    )
    factor = chance.factors(keys(map(duration_luck, names)), spread)
    amounts = chance.inputs(
        [
            lane.amount if lane.is_fixed and lane.amount else ("", Estimate.fixed(1))
            for lane in work.lanes
        ],
        day,
    )
    fixed = np.array([[lane.is_fixed] for lane in work.lanes])
    task = [lane.task_index for lane in work.lanes]
    return factor[task] * np.where(fixed, amounts * plan.horizon.periods.years_each, 1.0)
