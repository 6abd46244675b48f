"""What drives a figure: one simulation, the same once more with other luck, and a tornado."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from capacity.arrays import FloatArray
from capacity.drivers.alternatives import Alternative, alternatives
from capacity.drivers.answer import SURE, Driver, Sensitivity, Tip
from capacity.drivers.asking import Question, ask
from capacity.drivers.curves import Curves
from capacity.drivers.futures import Futures, Held
from capacity.drivers.shares import (
    Split,
    check_drivers,
    first_order,
    rank_correlations,
    split,
)
from capacity.drivers.swings import HIGH, LOW, is_bent, middle_of, nudged, straddles, swing_of
from capacity.drivers.unknowns import Unknown
from capacity.engine.layout import build_layout
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.rng import BLOCK
from capacity.simulation import Progress, check_luck, manifest
from capacity.statistics import quantiles

FEWEST = 10 * BLOCK
"""Futures below which shares of variance are noise."""
TORNADO = 500
"""Futures for each end of an input; they are the same for all."""


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
    TypeError, ValueError
        Where a scenario is not loaded, or trials or the seed are no whole number from 0 on.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/base.yaml")
    >>> found = capacity.sensitivity(plan, "arr", trials=1000)
    >>> found.drivers[0].path
    'segments.enterprise.expansion'
    """
    check_drivers()
    for one in (scenario, *against):
        check_luck(one, trials, seed)
    began, settings = time.perf_counter(), scenario.plan.simulation
    trials = settings.trials if trials is None else trials
    seed = settings.seed if seed is None else seed
    if trials < FEWEST:
        text = f"{trials} futures tell no share of a variance. Ask for {FEWEST:,} or more"
        raise QuestionError(text)
    question = ask(scenario, metric, against, without, months, seed)
    copulas = build_layout(scenario).copulas
    futures = Futures(seed, trials, copulas, executor)
    plans = (scenario, *against)
    drivers = _measured(plans, question, futures, progress)
    fixed = tuple(nudged(plans, question, futures.fewer(TORNADO))) if fixed_too else ()
    about = manifest(scenario, trials, seed, time.perf_counter() - began)
    return replace(drivers, nudged=fixed, manifest=about)


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
        What each alternative would give, shape (2, alternatives, trials).
    """

    luck: FloatArray
    first: FloatArray
    again: FloatArray
    choices: FloatArray

    @property
    def both(self) -> FloatArray:
        """The mean of both, which has less of the luck, shape (trials,)."""
        return (self.first + self.again) / 2


def _seen(asked: Question, futures: Futures) -> _Seen:
    keys = tuple(unknown.key for unknown in asked.inputs)
    luck, outcome = futures.uniforms(keys), asked.outcome
    raw = futures.values(outcome), futures.values(outcome, Held(same=keys))
    first, again = map(outcome.finish, raw)
    known = np.isfinite(first) & np.isfinite(again)
    if not known.any():
        raise QuestionError(f"{asked.name} is not known in any future. Ask for another figure")
    choices = np.stack([outcome.choices(one) for one in raw])
    return _Seen(luck[:, known], first[known], again[known], choices[:, :, known])


def _measured(
    plans: tuple[Scenario, ...], asked: Question, futures: Futures, progress: Progress | None
) -> Sensitivity:
    seen = _seen(asked, futures)
    parts, both = _split(asked, seen), seen.both
    scale = float(both.var()) / parts.variance if parts.variance else 0.0
    shares = [scale * found for found in first_order(seen.luck, both, futures.seed)]
    ranks, few = rank_correlations(seen.luck, both), futures.fewer(TORNADO)
    usual = few.values(asked.outcome)
    tied = {key for copula in futures.copulas for key in copula.of}
    drivers = []
    for i, unknown in enumerate(asked.inputs):
        share, error = (float(found[i]) for found in shares)
        swing, alike = swing_of(asked.outcome, few, unknown, usual)
        bent = unknown.key not in tied and is_bent(alike, share, error, parts)
        tip, worth = _decided(asked, unknown, seen.luck[i], seen)
        if share <= SURE * error and not straddles(swing, asked.bound):
            tip = None  # a crossing in the tails of what is not heard is noise
        p10, p90 = unknown.quantile(np.array([LOW, HIGH])).tolist()
        drivers.append(
            Driver(unknown, p10, p90, share, error, float(ranks[i]), swing, bent, tip, *worth)
        )
        if progress:
            progress(i + 1, len(asked.inputs))
    drivers.sort(key=_order)
    low, high = quantiles(seen.first[None], np.array([LOW, HIGH]))[0].tolist()
    about = manifest(plans[0], futures.trials, futures.seed, 0.0)
    return Sensitivity(
        asked.name, asked.unit, float(both.mean()), parts.variance**0.5, low, high,
        middle_of(asked.outcome, usual), TORNADO, parts,
        tuple(drivers), (), asked.bound, asked.sign, _chosen_from(asked, seen), plans, about,
    )  # fmt: skip


def _split(asked: Question, seen: _Seen) -> Split:
    """What we do not know, and luck: all of it where no input has a range."""
    found = split(seen.first, seen.again)
    return found if asked.inputs or not found.variance else Split(found.variance, 0.0, 0.0)


def _chosen_from(asked: Question, seen: _Seen) -> tuple[Alternative, ...]:
    """The alternatives of a decision on money."""
    if not asked.decides_money:
        return ()
    both, less = seen.choices.mean(axis=0), asked.outcome.less_is_better
    return alternatives(asked.alternatives, both, seen.choices[0], less_is_better=less)


def _order(driver: Driver) -> tuple[bool, float]:
    """Those that are heard by their share, then the others by their swing."""
    return not driver.is_heard, -driver.share if driver.is_heard else -abs(driver.swing.width)


def _decided(
    asked: Question, unknown: Unknown, luck: FloatArray, seen: _Seen
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
    gain = seen.choices.mean(axis=0)
    return tip, Curves(luck, -gain if asked.outcome.less_is_better else gain).worth_knowing()
