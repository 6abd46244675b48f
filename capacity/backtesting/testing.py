"""A plan held against what happened: simulate it, score every figure, ask which input explains."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.backtesting.actuals import Actuals, Observation, read_actuals
from capacity.backtesting.answer import Backtest
from capacity.backtesting.figures import Figure, Finder
from capacity.backtesting.findings import Point
from capacity.backtesting.inputs import Suspect, explained
from capacity.backtesting.judging import Judged, Series
from capacity.backtesting.naive import Known, naive
from capacity.backtesting.opening import opened
from capacity.catalogue import Catalogue
from capacity.drivers.futures import Futures
from capacity.drivers.unknowns import Unknown, unknowns
from capacity.engine.layout import Layout, build_layout
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.result import Result
from capacity.simulation import Progress, check_luck, manifest, simulate_given

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 1_000
"""Futures below which ranges are too coarse to be judged."""


def backtest(
    scenario: Scenario,
    actuals: str | Path | pd.DataFrame,
    *,
    history: str | Path | pd.DataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    trials: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """How good a plan's forecast was, month by month, against what happened.

    Parameters
    ----------
    scenario
        From `capacity.load`, as it was believed when the plan was made.
    actuals
        A file (CSV, Parquet or Excel) or a table of pandas: a row for each value with columns
        metric, period, value and, as the figure needs, unit, segment, role, pool, task; or a row
        for each period with a column for each figure, called as an expectation names it:
        ``churned_accounts[smb]``. Values of periods before the plan are history.
    history
        More values of before the plan, in the same form; for the naive forecasts.
    columns
        What the files or tables call the columns that they call otherwise.
    trials, seed, executor, progress
        As for `capacity.simulate`; at least 1,000 futures.

    Returns
    -------
    Backtest
        Coverage of the ranges, bias, CRPS, skill over naive forecasts, the histogram of the
        probability integral transform, a verdict, and which inputs explain a miss.

    Raises
    ------
    InputError
        With everything that is wrong with the files.
    QuestionError
        Where nothing happened within the plan yet, or too few futures are asked for.
    """
    check_luck(scenario, trials, seed)
    began, settings = time.perf_counter(), scenario.plan.simulation
    trials = settings.trials if trials is None else trials
    seed = settings.seed if seed is None else seed
    if trials < FEWEST:
        raise QuestionError(f"{trials} futures are too few. Ask for {FEWEST:,} or more")
    layout = build_layout(scenario)
    found = _read(layout, actuals, history, columns or {})
    result = simulate_given(scenario, trials, seed, executor, progress)
    known = _known_futures(result, found)
    judged = Judged([*_series(result, found, known)], seed)
    futures = Futures(seed, trials, layout.copulas, executor)
    inputs = unknowns(layout)
    luck = futures.uniforms([one.key for one in inputs])[:, known]
    why = explained(inputs, luck, judged.off, judged.offs)
    about = manifest(scenario, trials, seed, time.perf_counter() - began)
    about["actuals"] = dict(found.files)
    tested = Backtest(
        scenario, judged.scores, judged.points, judged.coverage, judged.histogram, judged.odds,
        why, tuple(_doubts(found, known)), about,
    )  # fmt: skip
    cause = tested.cause
    return (
        tested if cause is None else replace(tested, points=_by_value(judged, cause, luck, inputs))
    )


def _read(
    layout: Layout,
    actuals: str | Path | pd.DataFrame,
    history: str | Path | pd.DataFrame | None,
    columns: Mapping[str, str],
) -> Actuals:
    catalogue = Catalogue(layout.scenario, layout.work, (), 1)
    finder = Finder(catalogue, layout.plan)
    happened = opened(actuals, "actuals")
    found = read_actuals(happened, finder, columns)
    if history is not None:
        found = read_actuals(opened(history, "history"), finder, columns, into=found)
    if not found.within:
        when = layout.plan.horizon.periods.in_words
        text = f"{happened.name}: no value lies within the plan, {when}. Add what happened since"
        raise QuestionError(text)
    return found


# --- what happened beside the futures ------------------------------------------------------------


def _known_futures(result: Result, found: Actuals) -> BoolArray:
    """Futures in which every figure of the actuals is known, shape (trials,).

    Raises
    ------
    QuestionError
        Where these are too few.
    """
    known = np.ones(result.trials, dtype=bool)
    for figure, by_label in found.within.items():
        known &= np.isfinite(_values(result, figure, [*by_label.values()])).all(axis=0)
        if known.sum() < FEWEST:
            text = f"{figure.called} is known in {int(known.sum()):,} of {len(known):,} futures"
            raise QuestionError(f"{text}, in too few. Leave it out, or ask for more futures")
    return known


def _values(result: Result, figure: Figure, seen: Sequence[Observation]) -> FloatArray:
    """The futures of a figure in some periods, shape (points, trials)."""
    if not figure.span:
        each = [result.array(figure.name, period=o.when.label, **figure.about) for o in seen]
        return np.concatenate(each)
    every = result.array(figure.name, by=figure.span, **figure.about)
    return every[[one.when.number for one in seen]]


def _series(result: Result, found: Actuals, known: BoolArray) -> Iterator[Series]:
    """Each figure in the order of time."""
    before = Known.of(result.scenario, found)
    for figure, by_label in found.within.items():
        seen = sorted(by_label.values(), key=lambda one: (one.when.number, one.when.label))
        yield Series(
            figure,
            [one.when.label for one in seen],
            [one.place for one in seen],
            np.array([one.value for one in seen]),
            _values(result, figure, seen)[:, known],
            naive(before, figure, [one.when for one in seen]),
        )


def _by_value(
    judged: Judged, cause: Suspect, luck: FloatArray, inputs: Sequence[Unknown]
) -> tuple[Point, ...]:
    """Every value with the part of its miss that the cause explains, where it is freed."""
    drawn = next(row for one, row in zip(inputs, luck, strict=True) if one is cause.unknown)
    values = cause.unknown.quantile(drawn)
    shifts = judged.moved_by(values) * (cause.freed - values.mean())
    return tuple(
        replace(point, explained=shift / (point.actual - point.mean))
        if point.actual != point.mean
        else point
        for point, shift in zip(judged.points, shifts.tolist(), strict=True)
    )


def _doubts(found: Actuals, known: BoolArray) -> Iterator[str]:
    """What is said of the files, though nothing is wrong with them."""
    names = " and ".join(found.files)
    for count, text in (
        (found.after, "after the plan, where it says nothing: left out"),
        (found.empty, "without a value: left out, since unknown is not zero"),
    ):
        if count:
            yield f"{names}: {count:,} {'cell' if count == 1 else 'cells'} {text}"
    left = int((~known).sum())
    if left:
        yield f"{left:,} of {len(known):,} futures do not know every figure: left out"
