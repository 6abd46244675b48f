"""A grid of scenarios as one table: every combination of some values, met by the same luck."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from capacity.errors import InputError, Mistake, QuestionError
from capacity.executing import each
from capacity.expectations import Outcome
from capacity.loading import Scenario
from capacity.metrics import Key, Kind, Metric
from capacity.past import derived_coverage, differing_past
from capacity.precision import rows_of
from capacity.quantities import in_yaml
from capacity.report.reported import Reported
from capacity.result import Result
from capacity.rng import CommonLuck
from capacity.scenario.figure import Figure, read_figure
from capacity.simulation import LuckOf, Progress, check_luck, simulate_next
from capacity.table import COLUMNS, summary_rows, table_rows

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page

HEADLINE = ("p_covered", "required_fte", "dropped_hours", "team_cost", "arr", "grr", "nrr")
"""What a sweep tells where nothing else is asked for, as far as the plan has it."""
MOST = 1000
"""Combinations of a grid."""
_MEDIAN = 0.5


@dataclass(frozen=True, eq=False, repr=False)
class Grid(Reported):
    """What a sweep found.

    Attributes
    ----------
    paths
        The settings that were swept.
    rows
        The rows of the table; see `sweep`.
    manifest
        What the numbers depend on; `sweep` in it holds the values by path, `set` what else was set.
    warnings
        What may be right but looks wrong in any of the combinations.
    expectations
        What the plan is expected to show, by the values of each combination; nothing where it is
        expected to show nothing.
    scenarios
        That of each combination, with its values.
    past
        What to know where the combinations explain today's churn by different coverages of today;
        empty where they agree.
    """

    paths: tuple[str, ...]
    rows: list[dict[str, Any]]
    manifest: Mapping[str, Any]
    warnings: tuple[Mistake, ...]
    expectations: tuple[tuple[Mapping[str, Any], tuple[Outcome, ...]], ...]
    scenarios: tuple[tuple[Mapping[str, Any], Scenario], ...]
    past: str = ""

    def table(self) -> pd.DataFrame:
        """The rows as a table."""
        import pandas as pd  # slow to import

        return pd.DataFrame(self.rows, columns=[*self.paths, *COLUMNS])

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.grid_page import page  # shows what is computed here

        return page(self)

    def __str__(self) -> str:
        from capacity.report.grid import as_text  # shows what is computed here

        return as_text(self)

    def workbook(self) -> bytes:
        """The table as an Excel workbook."""
        from capacity.workbook.tables import Listed, tables  # brought by the extra `report`

        plan = self.scenarios[0][1].plan
        note = "A row for each combination and figure, all under the same luck."
        rows = [{n: in_yaml(v) if _is_made(v) else v for n, v in row.items()} for row in self.rows]
        units = dict.fromkeys(self.paths, "plain")
        listed = Listed("Sweep", note, [*self.paths, *COLUMNS], rows, units)
        return tables(plan.name, plan.currency, [listed], self.manifest)


def _is_made(value: object) -> bool:
    """Whether a value is made of parts, or a switch, and is shown as it would be written."""
    return isinstance(value, (dict, list, bool))


def sweep(
    scenario: Scenario,
    values: Mapping[str, Collection[Any]],
    metrics: Sequence[str] | str | None = None,
    trials: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Simulate a scenario for every combination of some values.

    All combinations meet the same luck, so that their differences are due to the values.

    Parameters
    ----------
    scenario
        From `capacity.load`.
    values
        Values by path of a setting, such as ``{"team.csm.headcount": range(6, 10)}``. Several
        paths make a grid, the last of them fastest.
    metrics
        A name or several, such as ``arr`` or ``grr[smb]``; without a key in brackets the total, or
        every role where there is no total. Of a flow it is the sum over the plan, of a stock the
        end, of an average by month, such as ``required_fte``, the month with the highest median.
        Without it the headline figures: `p_covered`, `required_fte` and `dropped_hours` of each
        role, `team_cost`, `arr`, `grr` and `nrr`.
    trials, seed
        As for `capacity.simulate`.
    executor
        Any `concurrent.futures.Executor`; whole combinations are its pieces of work.

    Returns
    -------
    pandas.DataFrame
        One row for each combination and metric: a column for each path, with the value as it was
        given, then the columns of `Result.table`.

    Raises
    ------
    InputError
        With every mistake that a combination leads to, before anything is simulated.
    QuestionError
        Where there is no value, or no such metric, or the grid has more than 1,000 combinations.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/seed_example.yaml")
    >>> table = capacity.sweep(plan, {"tasks.qbr.every": ["month", "quarter"]}, ["due_hours"], 100)
    >>> table[["tasks.qbr.every", "metric", "mean"]].values.tolist()
    [['month', 'due_hours', 3600.0], ['quarter', 'due_hours', 1200.0]]
    """
    return grid(scenario, values, metrics, trials=trials, seed=seed, executor=executor).table()


def grid(
    scenario: Scenario,
    values: Mapping[str, Collection[Any]],
    metrics: Sequence[str] | str | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    **how: Any,
) -> Grid:
    """As `sweep`, with its report, its charts and what the numbers depend on.

    Parameters
    ----------
    scenario, values, metrics
        As for `sweep`.
    progress
        Called with the combinations done and all of them.
    executor
        As for `sweep`.
    **how
        As for `capacity.simulate`.

    Returns
    -------
    Grid
        Its `table()` is what `sweep` gives.

    Raises
    ------
    InputError, QuestionError
        As for `sweep`.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/base.yaml")
    >>> found = capacity.grid(plan, {"team.csm.headcount": [6, 8]}, trials=0)
    >>> [chart.name for chart in found.page.charts]
    ['dropped_hours_csm', 'team_cost']
    """
    check_luck(scenario, how.get("trials"), how.get("seed"))
    figures = figures_of(metrics)
    combinations = _combinations(values)
    scenarios = _scenarios(scenario, combinations)
    one = partial(_answer, figures, CommonLuck(), how)
    again = partial(_answer_again, scenario, one)
    answers: list[_Answer] = []
    for found in each(executor, again, combinations) if executor else map(one, scenarios):
        answers.append(found)
        if progress:
            progress(len(answers), len(combinations))
    pairs = list(zip(combinations, answers, strict=True))
    rows = [{**chosen, **row} for chosen, answer in pairs for row in answer.rows]
    expected = tuple((chosen, x.expectations) for chosen, x in pairs if x.expectations)
    warnings = dict.fromkeys(warning for one in scenarios for warning in one.warnings)
    about = _manifest(scenario, values, [answer.manifest for answer in answers])
    named = tuple(zip(combinations, scenarios, strict=True))
    past = differing_past([answer.past for answer in answers])
    return Grid(tuple(values), rows, about, tuple(warnings), expected, named, past)


class _Answer(NamedTuple):
    """Of one combination: rows of the table, what they depend on, and what was expected of it.

    `past` is the coverage of today by which it explains today's churn.
    """

    rows: list[dict[str, Any]]
    manifest: Mapping[str, Any]
    expectations: tuple[Outcome, ...]
    past: Mapping[str, float]


def _answer(
    figures: Sequence[Figure] | None, luck: LuckOf, how: Mapping[str, Any], scenario: Scenario
) -> _Answer:
    """One combination; a function of its arguments alone."""
    result = simulate_next(luck, scenario, **how)
    rows, past = list(rows_for(result, figures)), derived_coverage(result.layout)
    return _Answer(rows, result.manifest, result.expectations, past)


def _answer_again(
    scenario: Scenario, answer: Callable[[Scenario], _Answer], chosen: Mapping[str, Any]
) -> _Answer:
    """The same where only the values have travelled."""
    return answer(scenario.with_(chosen))


def _combinations(values: Mapping[str, Collection[Any]]) -> list[dict[str, Any]]:
    """Every combination, the last path fastest."""
    if not values:
        raise QuestionError("a sweep needs values. Give them by path, as team.csm.headcount=6:14")
    count = number_of(values)
    if count > MOST:
        text = (
            f"the grid has {count:,} combinations. Give fewer values, or a folder for the results"
        )
        raise QuestionError(f"{text}: {MOST:,} are the most of one table")
    return [dict(zip(values, each, strict=True)) for each in itertools.product(*values.values())]


def number_of(values: Mapping[str, Collection[Any]]) -> int:
    """How many combinations there are of some values.

    Raises
    ------
    QuestionError
        Where a path has no values, or one of them twice.
    """
    for path, given in values.items():
        if isinstance(given, (str, Mapping)) or not hasattr(given, "__len__") or not len(given):
            raise QuestionError(f"sweep {path}: no list of values. Give several, as in 6, 7 and 8")
        again = [name for name, times in Counter(map(str, given)).items() if times > 1]
        if again:
            raise QuestionError(f"sweep {path}: {again[0]} is there twice. Give each value once")
    return math.prod(map(len, values.values()))


def _scenarios(scenario: Scenario, combinations: Sequence[Mapping[str, Any]]) -> list[Scenario]:
    """The scenario of each combination, or the mistakes of all of them."""
    found: list[Scenario] = []
    mistakes: list[Mistake] = []
    for chosen in combinations:
        try:
            found.append(scenario.with_(chosen))
        except InputError as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)
    return found


def _manifest(
    scenario: Scenario, values: Mapping[str, Collection[Any]], all_of: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What the numbers depend on; of runs to a precision the most futures."""
    seconds = round(sum(one["seconds"] for one in all_of), 3)
    trials = max(one["trials"] for one in all_of)
    files = {name: sha for one in all_of for name, sha in one["files"].items()}
    about = {"set": dict(scenario.settings), "trials": trials, "seconds": seconds, "files": files}
    return {**all_of[0], **about, "sweep": {path: list(given) for path, given in values.items()}}


# --- the figures of one combination --------------------------------------------------------------


def _figure(text: str) -> Figure:
    try:
        return read_figure(text)
    except ValueError as error:
        raise QuestionError(f"metric {error}") from None


def figures_of(names: Sequence[str] | str | None) -> list[Figure] | None:
    """Figures by their names, or by one name; None for the headline.

    Raises
    ------
    QuestionError
        Where a text is no name of a figure.
    """
    if names is None:
        return None
    return [_figure(name) for name in ([names] if isinstance(names, str) else names)]


def rows_for(result: Result, figures: Sequence[Figure] | None) -> Iterator[dict[str, Any]]:
    """The rows of the table for some figures; for the headline, as far as there are any.

    Raises
    ------
    QuestionError
        Where there is no such figure.
    """
    if figures is None:
        known = {metric.name for metric in result.catalogue.metrics}
        figures = [Figure(name) for name in HEADLINE if name in known]
    for figure in figures:
        for metric, _, about in rows_of(result, figure):
            found = result.catalogue.find(metric, Key(**about))
            assert found
            period = _period(result, found, about)
            if result.summaries:
                told = result.summaries.of(found, [period]).summary()
                yield from summary_rows(found, [period], told)
            else:
                labels, values = result.by_label(found)
                yield from table_rows(found, [period], values[[labels.index(period)]])


def _period(result: Result, metric: Metric, about: Mapping[str, str]) -> str:
    """The period that speaks for the plan: all of it, its end, or the peak."""
    if metric.kind in (Kind.FLOW, Kind.RATIO, Kind.WHOLE):
        return ""
    if metric.kind is Kind.STOCK:
        return result.periods[-1]
    middle = result.figures(metric.name, _MEDIAN if result.trials else None, **about)
    return max(middle, key=lambda month: middle[month])
