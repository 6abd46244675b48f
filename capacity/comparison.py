"""Which plan is better: scenarios side by side on the same luck, and what each change does."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.errors import QuestionError
from capacity.headline import Spot, spot_of
from capacity.loading import Scenario
from capacity.pairing import PAIRED, Pair
from capacity.report.reported import Reported
from capacity.result import Result
from capacity.simulation import Progress, check_luck, manifest, simulate_given
from capacity.table import check_metric
from capacity.versus import Versus, told
from capacity.waterfall import (
    Values,
    Waterfall,
    figures,
    steps_between,
    to_simulate,
    waterfalls,
)
from capacity.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page

Row = dict[str, Any]
FEWEST = 2
"""Scenarios of a comparison."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Reported):
    """Scenarios, each against the first of them, the baseline.

    Holds figures and no futures: other figures than it holds are simulated anew, which gives the
    same numbers.

    Attributes
    ----------
    scenarios
        Those that were compared, the baseline first.
    names
        What each is called; no two alike.
    versus
        Each of the others against the baseline.
    manifest
        What the numbers depend on.
    """

    scenarios: tuple[Scenario, ...]
    names: tuple[str, ...]
    trials: int
    seed: int
    versus: tuple[Versus, ...]
    manifest: Mapping[str, Any]
    found: Mapping[str | None, tuple[Row, ...]]
    """Rows of the table by the span that was asked for."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not compared, and why; what is, with doubt."""
        return tuple(dict.fromkeys(note for each in self.versus for note in each.notes))

    def rows(self, by: str | None = None, only: str | None = None) -> Iterator[Row]:
        """The rows of the table as dictionaries; see `table`."""
        if by not in self._rows:
            self._rows[by] = self._simulated(by)
        return (row for row in self._rows[by] if only in (None, row["metric"]))

    @cached_property
    def _rows(self) -> dict[str | None, tuple[Row, ...]]:
        """Rows by span: what was asked for at first, and since."""
        return dict(self.found)

    def _simulated(self, by: str | None) -> tuple[Row, ...]:
        _check_span(self.scenarios, by)
        old, names = self._run(self.scenarios[0]), self.names
        others = zip(names[1:], self.scenarios[1:], strict=True)
        return tuple(
            row
            for name, scenario in others
            for row in Pair(names[0], name, old, self._run(scenario)).rows(by)
        )

    def _run(self, scenario: Scenario) -> Result:
        return simulate_given(scenario, self.trials, self.seed)

    def table(self, by: str | None = None, metric: str | None = None) -> pd.DataFrame:
        """One tidy row for each scenario but the baseline, metric, period and key of both.

        Parameters
        ----------
        by, metric
            As for `Result.table`.

        Returns
        -------
        pandas.DataFrame
            Columns scenario and baseline, then those of `Result.table`, of the difference:
            scenario less baseline in every future. Then `correlation` of the two, `p_higher`, the
            share of the futures in which the scenario has more, and `p_equal`, in which they have
            the same.

        Raises
        ------
        QuestionError
            Where there is no such metric in both, or `by` is not known.
        """
        import pandas as pd  # slow to import

        check_metric(metric)
        return pd.DataFrame(list(self.rows(by, metric)), columns=list(PAIRED))

    def waterfall(self, metric: str, scenario: str | None = None) -> Waterfall:
        """What each change does to a figure.

        Parameters
        ----------
        metric
            Name, such as ``arr`` or ``required_fte[csm]``. Of a flow it is the sum over the plan,
            of a stock the end, of an average by period its peak in each future.
        scenario
            Name of the scenario; without it the last one.

        Raises
        ------
        QuestionError
            Where there is no such figure or scenario, or the scenario is not the baseline changed.
        """
        versus = self._versus(scenario)
        if not versus.steps:
            why = "is not" if versus.steps is None else "has no change of"
            raise QuestionError(
                f"{versus.scenario} {why} {versus.baseline} with changes: no waterfall. Compare a "
                "scenario with the one that it extends"
            )
        known = {str(w.spot): w for w in versus.waterfalls}
        return known[metric] if metric in known else self._waterfall(versus, metric)

    def _versus(self, scenario: str | None) -> Versus:
        known = {each.scenario: each for each in self.versus}
        if scenario is None:
            return self.versus[-1]
        if scenario not in known:
            raise QuestionError(f"no scenario is called {scenario!r} here. Known: {[*known]}")
        return known[scenario]

    def _waterfall(self, versus: Versus, metric: str) -> Waterfall:
        old, new = self.scenarios[0], self.scenarios[self.names.index(versus.scenario)]
        spot, ends = self._ends(Pair(*versus.names, self._run(old), self._run(new)), metric)
        found = list(waterfalls(versus.names, ends, versus.steps or (), self._run))
        if not found:
            raise QuestionError(f"{spot} is not known in every plan on the way. Name another")
        return found[0]

    @staticmethod
    def _ends(pair: Pair, metric: str) -> tuple[Spot, tuple[Values, Values]]:
        spot = spot_of(pair, metric)
        return spot, (figures(pair.old, [spot]), figures(pair.new, [spot]))

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.comparison_page import page  # shows what is computed here

        return page(self)

    @cached_property
    def expected(self) -> tuple[Result, ...]:
        """Each scenario at expected values, without luck."""
        return tuple(simulate_given(scenario, 0, self.seed) for scenario in self.scenarios)

    def to_excel(self, path: str | Path, by: str | None = None) -> None:
        """Write the answer as an Excel workbook.

        Parameters
        ----------
        by
            What the table of differences has a row for; see `table`. The sheets that compute keep
            their scenarios' own periods.

        Raises
        ------
        CapacityError
            Where the file cannot be written, the extra `report` is not installed, or `by` is not
            known.
        """
        write_whole(Path(path), self.workbook(by))

    def workbook(self, by: str | None = None) -> bytes:
        """An Excel workbook: a sheet for each scenario, and the differences; `by` as in `table`."""
        from capacity.workbook.comparison import workbook  # brought by the extra `report`

        return workbook(self, by)

    @property
    def _about(self) -> str:
        return f"{', '.join(self.names[1:])} against {self.names[0]}"

    def __str__(self) -> str:
        from capacity.report.comparison import as_text  # shows what is computed here

        return as_text(self)


def compare(
    scenarios: Iterable[Scenario],
    trials: int | None = None,
    seed: int | None = None,
    by: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare scenarios, each with the first of them, on the same luck.

    All meet the same futures, so that a difference is due to the plans. Where a scenario is the
    first one with named changes, each change's part of the difference is told: in order, each
    alone, and what they do together beyond that.

    Parameters
    ----------
    scenarios
        Two or more from `capacity.load`, the baseline first.
    trials
        Number of futures, the same for all; the baseline's own number without. 0 computes expected
        values. A `precision` in a scenario plays no part.
    seed
        The luck, the same for all; the baseline's own without.
    by
        Rows of the table, as for `Result.table`.
    executor, progress
        As for `capacity.simulate`.

    Raises
    ------
    QuestionError
        Where there are fewer than two scenarios, or no such periods.
    TypeError, ValueError
        Where one is not loaded, or trials or the seed are no whole number from 0 on.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/seed_example.yaml")
    >>> often = plan.with_({"tasks.qbr.every": "month"})
    >>> comparison = capacity.compare([plan, often], trials=100)
    >>> table = comparison.table(metric="due_hours")
    >>> table[(table["period"] == "") & (table["task"] == "")]["mean"].tolist()
    [2400.0]
    """
    scenarios = _listed(scenarios, trials, seed)
    if len(scenarios) < FEWEST:
        count = "one scenario" if scenarios else "no scenario"
        raise QuestionError(f"a comparison needs two scenarios or more, but there is {count}")
    _check_span(scenarios, by)
    began = time.perf_counter()
    settings = scenarios[0].plan.simulation
    trials = settings.trials if trials is None else trials
    seed = settings.seed if seed is None else seed
    names = _names(scenarios)
    ways = [steps_between(scenarios[0], new) for new in scenarios[1:]]
    plans = len(scenarios) + sum(len(to_simulate(way)) for way in ways if way)
    run = _Runs(trials, seed, executor, progress, plans)
    old = run(scenarios[0])
    versus: list[Versus] = []
    rows: list[Row] = []
    for name, new, way in zip(names[1:], scenarios[1:], ways, strict=True):
        pair = Pair(names[0], name, old, run(new))
        rows += pair.rows(by)
        one = told(pair, way)
        ends = figures(old, one.spots), figures(pair.new, one.spots)
        del pair  # its futures go before others come
        found = tuple(waterfalls(one.names, ends, way or (), run))
        versus.append(replace(one, waterfalls=found))
    about = _manifest(scenarios, versus, trials, seed, time.perf_counter() - began)
    return Comparison(scenarios, names, trials, seed, tuple(versus), about, {by: tuple(rows)})


def _listed(
    scenarios: Iterable[Scenario], trials: int | None, seed: int | None
) -> tuple[Scenario, ...]:
    """The scenarios, once it is sure that they are some."""
    if isinstance(scenarios, (Scenario, str, PathLike)):
        raise TypeError("compare takes a list of scenarios, as in capacity.compare([a, b])")
    listed = tuple(scenarios)
    for scenario in listed:
        check_luck(scenario, trials, seed)
    return listed


class _Runs:
    """Simulates one scenario after another, and tells how far all of them are."""

    def __init__(
        self,
        trials: int,
        seed: int,
        executor: Executor | None,
        progress: Progress | None,
        count: int,
    ) -> None:
        self._simulate = partial(simulate_given, trials=trials, seed=seed, executor=executor)
        self._progress, self._count, self._begun = progress, count, 0

    def __call__(self, scenario: Scenario) -> Result:
        """The result of a scenario."""
        before, self._begun = self._begun, self._begun + 1
        return self._simulate(scenario, progress=partial(self._tell, before))

    def _tell(self, before: int, done: int, total: int) -> None:
        if self._progress:
            self._progress(before * total + done, self._count * total)


def _check_span(scenarios: Sequence[Scenario], by: str | None) -> None:
    for scenario in scenarios:
        spans = scenario.plan.horizon.periods.spans
        if by is not None and by not in spans:
            text = f"by {by!r} is not known in {scenario.name}. Write {', '.join(spans)}"
            raise QuestionError(text)


def _names(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """What each scenario is called; those of the same name are counted."""
    found: list[str] = []
    for scenario in scenarios:
        name, number = scenario.name, 2
        while name in found:
            name, number = f"{scenario.name} ({number})", number + 1
        found.append(name)
    return tuple(found)


def _manifest(
    scenarios: Sequence[Scenario],
    versus: Sequence[Versus],
    trials: int,
    seed: int,
    seconds: float,
) -> dict[str, Any]:
    """What the numbers depend on: what all have in common, then each scenario's own."""
    own = ("scenario", "files", "set", "resolution")
    each = [manifest(scenario, trials, seed, seconds) for scenario in scenarios]
    names = (versus[0].baseline, *(one.scenario for one in versus))
    said: list[dict[str, Any]] = [
        {name: about[name] for name in own} | {"called": called, "notes": list(notes)}
        for about, called, notes in zip(
            each, names, ((), *(one.notes for one in versus)), strict=True
        )
    ]
    shared = {name: value for name, value in each[0].items() if name not in own}
    found = {name: sha for about in said for name, sha in about["files"].items()}
    return {**shared, "files": found, "scenarios": said}
