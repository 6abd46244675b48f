"""What drives a figure: one simulation, the same once more with other luck, and a tornado."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from capacity.arrays import FloatArray
from capacity.drivers.answer import SURE, Driver, Nudged, Sensitivity, Swing, Tip
from capacity.drivers.curves import Curves
from capacity.drivers.futures import Futures, Held, Outcome
from capacity.drivers.nudges import nudges
from capacity.drivers.outcomes import OF_VALUE, OfWorlds, Several, of_table
from capacity.drivers.shares import (
    BLOCK,
    Split,
    check_drivers,
    first_order,
    rank_correlations,
    split,
)
from capacity.drivers.unknowns import Unknown, unknowns
from capacity.engine.layout import build_layout
from capacity.errors import QuestionError
from capacity.estimates import Z_OF_P90
from capacity.loading import Scenario
from capacity.scenario.expecting import HOLDS, read_bound
from capacity.simulation import Progress, manifest
from capacity.statistics import mean_error, quantiles

LOW, HIGH = 0.1, 0.9
FEWEST = 10 * BLOCK
"""Futures below which shares of variance are noise."""
TORNADO = 500
"""Futures for each end of an input; they are the same for all."""
_BENT, _LEAST = 0.25, 0.01
"""Part by which swing and share may differ, and share of variance below which nobody minds."""


class Figured(Outcome, Protocol):
    """An outcome that knows how its rows become the figure."""

    def finish(self, raw: FloatArray) -> FloatArray:
        """The figure in every future, shape (trials,)."""

    def on(self, plans: Sequence[Scenario]) -> Figured:
        """The same figure of changed plans."""

    def choices(self, raw: FloatArray) -> FloatArray:
        """What each alternative would give, more being better, shape (alternatives, trials)."""


@dataclass(frozen=True)
class _Question:
    """What is asked: the figure, its unknowns, and the decision that hangs on it."""

    name: str
    unit: str
    outcome: Figured
    inputs: list[Unknown]
    sign: str
    bound: float | None
    alternatives: tuple[str, ...] = ()
    decides_money: bool = False


def sensitivity(  # noqa: PLR0913 - what, against what, and how exactly
    scenario: Scenario,
    metric: str,
    *,
    against: Sequence[Scenario] = (),
    without: str = "cs",
    months: int = 36,
    trials: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    fixed_too: bool = False,
) -> Sensitivity:
    """Which uncertain inputs drive a figure, and which of them to measure first.

    Parameters
    ----------
    scenario
        From `capacity.load`.
    metric
        A figure as an expectation names it, with or without its bound: ``arr``,
        ``required_fte[csm, 2027-03]``, ``coverage[csm] >= 95%``; ``profit``, gross profit less the
        cost of the team; or a metric of `capacity.roi`, such as ``npv`` or ``roi``. Of an average
        without a period it is the period in which it is expected to be largest.
    against
        Other plans. With one or more the figure is what the first of them has more, and knowing an
        input is worth what choosing among all plans would gain by it.
    without, months
        For a metric of `capacity.roi`: what is gone, and over how long.
    fixed_too
        Whether to move the numbers without a range, too, a tenth down and up; takes longer.
    trials, seed, executor, progress
        As for `capacity.simulate`; at least 1,000 futures.

    Returns
    -------
    Sensitivity
        Shares of variance, rank correlations, the tornado, tipping points and the value of knowing.

    Raises
    ------
    QuestionError
        Where there is no such figure, or too few futures are asked for.
    CapacityError
        Where the extra `drivers` is not installed.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/base.yaml")
    >>> found = capacity.sensitivity(plan, "arr", trials=1000)
    >>> found.drivers[0].path
    'segments.enterprise.expansion'
    """
    check_drivers()
    began, settings = time.perf_counter(), scenario.plan.simulation
    trials = settings.trials if trials is None else trials
    seed = settings.seed if seed is None else seed
    if trials < FEWEST:
        text = f"{trials} futures tell no share of a variance. Ask for {FEWEST:,} or more"
        raise QuestionError(text)
    question = _asked(scenario, metric, against, without, months, seed)
    copulas = build_layout(scenario).copulas
    futures = Futures(seed, trials, copulas, executor)
    drivers = _measured(scenario, question, futures, progress)
    plans = (scenario, *against)
    nudged = tuple(_nudged(plans, question, futures.fewer(TORNADO))) if fixed_too else ()
    about = manifest(scenario, trials, seed, time.perf_counter() - began)
    return replace(drivers, nudged=nudged, manifest=about)


def _asked(
    scenario: Scenario, text: str, against: Sequence[Scenario], without: str, months: int, seed: int
) -> _Question:
    name, sign, bound = _bound(scenario, text)
    if name in OF_VALUE:
        if against:
            raise QuestionError(f"{name} compares two worlds of one plan. Ask for profit instead")
        worlds = OfWorlds.asked(scenario, name, without, months)
        both = unknowns(worlds.layout), unknowns(worlds.layout, worlds.removal)
        inputs = list(dict.fromkeys([*both[0], *both[1]]))
        unit = OF_VALUE[name] or scenario.plan.currency
        decides = name.startswith("npv")
        chosen = (f"with {without}", f"without {without}") if decides else ()
        called = f"{name} of {without}"
        zero = 0.0 if bound is None else bound
        return _Question(called, unit, worlds, inputs, sign or ">", zero, chosen, decides)
    figures = [of_table(build_layout(one), name, seed) for one in (scenario, *against)]
    if not against:
        first = figures[0]
        inputs = unknowns(first.outcome.layout)
        return _Question(first.name, first.unit, first.outcome, inputs, sign, bound)
    found = {u.key: u for figure in figures[::-1] for u in unknowns(figure.outcome.layout)}
    several = Several([figure.outcome for figure in figures])
    called = f"{figures[0].name}: {against[0].name} less {scenario.name}"
    plans = tuple(one.name for one in (scenario, *against))
    money = figures[0].unit == scenario.plan.currency
    zero = 0.0 if bound is None else bound
    inputs = list(found.values())
    return _Question(called, figures[0].unit, several, inputs, sign or ">", zero, plans, money)


def _bound(scenario: Scenario, text: str) -> tuple[str, str, float | None]:
    """The figure, and the bound that it is held against, where there is one."""
    for sign in HOLDS:
        name, found, bound = text.partition(sign)
        if found:
            try:
                plan = scenario.plan
                return name.strip(), sign, read_bound(bound.strip(), plan.currency, plan.fx).value
            except ValueError as error:
                raise QuestionError(f"{text}: {error}") from None
    return text.strip(), "", None


@dataclass(frozen=True)
class _Seen:
    """The futures in which the figure is known, seen twice: with the same inputs and other luck.

    Attributes
    ----------
    luck
        Of the inputs, shape (inputs, trials).
    first, again
        The figure, shape (trials,).
    choices
        What each alternative would give, the mean of both, shape (alternatives, trials).
    """

    luck: FloatArray
    first: FloatArray
    again: FloatArray
    choices: FloatArray

    @property
    def both(self) -> FloatArray:
        """The mean of both, which has less of the luck, shape (trials,)."""
        return (self.first + self.again) / 2


def _seen(asked: _Question, futures: Futures) -> _Seen:
    keys = tuple(unknown.key for unknown in asked.inputs)
    luck, outcome = futures.uniforms(keys), asked.outcome
    raw = futures.values(outcome), futures.values(outcome, Held(same=keys))
    first, again = map(outcome.finish, raw)
    known = np.isfinite(first) & np.isfinite(again)
    if not known.any():
        raise QuestionError(f"{asked.name} is not known in any future. Ask for another figure")
    choices = (outcome.choices(raw[0]) + outcome.choices(raw[1])) / 2
    return _Seen(luck[:, known], first[known], again[known], choices[:, known])


def _measured(
    scenario: Scenario, asked: _Question, futures: Futures, progress: Progress | None
) -> Sensitivity:
    seen = _seen(asked, futures)
    parts, both = split(seen.first, seen.again), seen.both
    scale = float(both.var()) / parts.variance if parts.variance else 0.0
    shares = [scale * found for found in first_order(seen.luck, both, futures.seed)]
    ranks, few = rank_correlations(seen.luck, both), futures.fewer(TORNADO)
    drivers = []
    for i, unknown in enumerate(asked.inputs):
        share, error = (float(found[i]) for found in shares)
        swing = _swing(asked.outcome, few, unknown)
        bent = _is_bent(swing, share, error, parts)
        tip, worth = _decided(asked, unknown, seen.luck[i], seen)
        if share <= SURE * error and not _straddles(swing, asked.bound):
            tip = None  # a crossing in the tails of what is not heard is noise
        p10, p90 = unknown.quantile(np.array([LOW, HIGH])).tolist()
        drivers.append(
            Driver(unknown, p10, p90, share, error, float(ranks[i]), swing, bent, tip, *worth)
        )
        if progress:
            progress(i + 1, len(asked.inputs))
    drivers.sort(key=_order)
    low, high = quantiles(seen.first[None], np.array([LOW, HIGH]))[0].tolist()
    about = manifest(scenario, futures.trials, futures.seed, 0.0)
    return Sensitivity(
        asked.name, asked.unit, float(both.mean()), parts.variance**0.5, low, high, parts,
        tuple(drivers), (), asked.bound, asked.sign, asked.alternatives, about,
    )  # fmt: skip


def _nudged(plans: Sequence[Scenario], asked: _Question, futures: Futures) -> list[Nudged]:
    """The figure with each known number a tenth lower and higher, in the same futures."""
    as_it_is = asked.outcome.finish(futures.values(asked.outcome))
    found = []
    for nudge in nudges(plans[0], asked.inputs):
        ends = []
        for value in (nudge.low, nudge.high):
            if value is None:
                ends.append(as_it_is)
                continue
            outcome = asked.outcome.on([plan.with_({nudge.path: value}) for plan in plans])
            ends.append(outcome.finish(futures.values(outcome)))
        found.append(Nudged(nudge, _between(*ends)))
    return sorted(found, key=lambda one: -abs(one.swing.width))


def _order(driver: Driver) -> tuple[bool, float]:
    """Those that are heard by their share, then the others by their swing."""
    return not driver.is_heard, -driver.share if driver.is_heard else -abs(driver.swing.width)


def _swing(outcome: Figured, futures: Futures, unknown: Unknown) -> Swing:
    """The figure with the input at its p10 and its p90, in the same futures."""
    low, high = (
        outcome.finish(futures.values(outcome, Held({unknown.key: at}))) for at in (LOW, HIGH)
    )
    return _between(low, high)


def _between(low: FloatArray, high: FloatArray) -> Swing:
    """The means of a figure at both ends, and the error of their difference."""
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return Swing(np.nan, np.nan, np.nan)
    error = float(mean_error(np.where(known, high - low, np.nan)[None])[0])
    return Swing(float(low[known].mean()), float(high[known].mean()), error)


def _straddles(swing: Swing, bound: float | None) -> bool:
    """Whether a bound lies between the figures at the p10 and the p90."""
    return bound is not None and (swing.low - bound) * (swing.high - bound) < 0


def _is_bent(swing: Swing, share: float, error: float, parts: Split) -> bool:
    """Whether a straight line through both ends would explain another share of the variance."""
    if not parts.variance:
        return False
    slope = swing.width / (2 * Z_OF_P90)
    straight = slope**2 / parts.variance
    off = 2 * abs(slope) * swing.error / (2 * Z_OF_P90) / parts.variance
    apart = abs(share - straight)
    matters = apart > max(_BENT * max(share, straight), _LEAST)
    return matters and apart > SURE * float(np.hypot(error, off))


def _decided(
    asked: _Question, unknown: Unknown, luck: FloatArray, seen: _Seen
) -> tuple[Tip | None, tuple[float, float]]:
    """Where the input makes the decision flip, and what knowing it is worth."""
    if asked.bound is None:
        return None, (np.nan, np.nan)
    found = Curves(luck, seen.both[None]).tipping(asked.bound)
    tip = None
    if found:
        value = float(unknown.quantile(np.array([found.probability]))[0])
        tip = Tip(value, found.odds, found.error)
    if not asked.decides_money:
        return tip, (np.nan, np.nan)
    return tip, Curves(luck, seen.choices).worth_knowing()
