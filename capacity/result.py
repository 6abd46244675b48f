"""What a simulation found: arrays with names, the tidy table, quantiles and their errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.assumptions import assumptions
from capacity.catalogue import Catalogue
from capacity.engine.batch import Record
from capacity.engine.layout import Layout
from capacity.errors import QuestionError
from capacity.expectations import ABSENT, Outcome, absent, outcomes
from capacity.loading import Scenario
from capacity.metrics import Key, Kind, Metric, groups_of
from capacity.report.reported import Reported
from capacity.scenario.expecting import ABOUT, no_metric
from capacity.scenario.parts import nearest
from capacity.scenario.register import Assumption
from capacity.sketches import Sketched
from capacity.statistics import Sample
from capacity.summaries import Summaries
from capacity.table import COLUMNS, check_metric, probability, summary_rows, table_rows
from capacity.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from capacity.explaining.explanation import Explanation
    from capacity.report.chart import Chart
    from capacity.report.page import Page
    from capacity.workings.plan import Workings

_KEYS = ("period", *ABOUT, "by")
Compute = Callable[[Sample | Sketched], FloatArray]
_KEPT = 8
"""Arrays that are kept for the next question."""


@dataclass(frozen=True, eq=False, repr=False)
class Result(Reported):
    """What a simulation found.

    Attributes
    ----------
    manifest
        What the numbers depend on: version, files with their SHA-256, seed, trials, and so on.
    """

    layout: Layout
    batches: tuple[Record, ...]
    trials: int
    manifest: Mapping[str, Any]
    summaries: Summaries | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario that was simulated."""
        return self.layout.scenario

    @property
    def periods(self) -> list[str]:
        """Labels of the periods, such as ``2027-03`` or ``2027-W09``."""
        return self.scenario.plan.horizon.periods.labels

    @cached_property
    def catalogue(self) -> Catalogue:
        """Everything that can be asked."""
        return Catalogue(self.scenario, self.layout.work, self.batches, max(self.trials, 1))

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The register: every input that the numbers rest on, with its source and place."""
        return assumptions(self.layout)

    @cached_property
    def workings(self) -> Workings:
        """The arithmetic of the plan at expected values, from the inputs on."""
        from capacity.workings.plan import workings  # only where somebody wants to follow it

        return workings(self.layout, self.assumptions)

    @cached_property
    def expected(self) -> Result:
        """The same plan at expected values, without luck."""
        if not self.trials:
            return self
        return replace(self, batches=(self.workings.record,), trials=0, summaries=None)

    @cached_property
    def expectations(self) -> tuple[Outcome, ...]:
        """What the plan is expected to show, each with its figure and whether it holds."""
        return outcomes(self)

    # --- single metrics --------------------------------------------------------------------------

    def array(
        self, metric: str, *, period: str | None = None, segment: str = "", role: str = "",
        pool: str = "", task: str = "", by: str | None = None,
    ) -> FloatArray:  # fmt: skip
        """Values of a metric in every trial.

        Parameters
        ----------
        metric
            Name, such as ``required_fte``.
        period
            A period such as ``2027-03``; an empty text is the whole horizon. Without it the rows
            are all periods, or the horizon's where the metric is only known over it.
        segment, role, pool, task
            What it is about; an empty key is the total.
        by
            Longer periods in place of the plan's own; see `table`.

        Returns
        -------
        FloatArray
            Shape (periods, trials), or (1, trials) for one period.

        Raises
        ------
        QuestionError
            Where there is no such metric, key or period, `by` is not known, or the futures were
            not kept; see `exact` of `capacity.simulate`.
        """
        self._check_span(by)
        return self._recent(metric, Key(segment, role, pool, task), period, by).copy()

    def _recent(self, metric: str, key: Key, period: str | None, by: str | None) -> FloatArray:
        """An array, of which a few are kept: a figure is asked for its mean, quantiles and errors.

        No `lru_cache` of a method: that holds the result, which holds it, so that the futures would
        stay until Python looks for circles.
        """
        asked = metric, key, period, by
        found = self._kept.get(asked)
        if found is None:
            found = self._kept[asked] = self._read(*asked)
            for oldest in [*self._kept][:-_KEPT]:
                self._kept.pop(oldest, None)
        return found

    @cached_property
    def _kept(self) -> dict[tuple[str, Key, str | None, str | None], FloatArray]:
        """Arrays for the next question, those asked for last at the end."""
        return {}

    def _read(self, metric: str, key: Key, period: str | None, by: str | None) -> FloatArray:
        found = self._find(metric, key)
        self._check_kept(metric)
        if period == "" and found.kind is not Kind.WHOLE:
            return self._over_horizon(found)
        labels, values = self._rows(found, by)
        if period is None:
            return values
        if period not in labels:
            raise QuestionError(f"{metric} has no period {period!r}. Known: {', '.join(labels)}")
        return values[[labels.index(period)]]

    def _values(
        self, metric: str, period: str | None = None, by: str | None = None, **about: str
    ) -> Sample | Sketched:
        """What `array` speaks of, to be asked for its mean, quantiles and errors."""
        self._check_span(by)
        if not self.summaries:
            return Sample(self._recent(metric, _key(about), period, by))
        found = self._find(metric, _key(about))
        return self.summaries.of(found, self._rows_of(found, by) if period is None else [period])

    def mean(self, metric: str, **keys: Any) -> Any:
        """Expected value; a Series by period, or one number for one period. See `array`."""
        return self._answer(metric, _mean, keys)

    def quantile(self, metric: str, q: float, **keys: Any) -> Any:
        """Value that is not exceeded in a share `q` of the futures.

        Parameters
        ----------
        metric
            Name, such as ``required_fte``.
        q
            Probability, 0 to 1.
        **keys
            `period`, `segment`, `role`, `pool`, `task` and `by`; see `array`.

        Returns
        -------
        pandas.Series or float
            By period, or one number for one period or a figure over the horizon. NaN of expected
            values, which have no odds.

        Raises
        ------
        QuestionError
            Where there is no such metric, key or period, or `q` is no probability.
        """
        return self._answer(metric, self._quantile(q), keys)

    def error(self, metric: str, q: float | None = None, **keys: Any) -> Any:
        """Monte Carlo standard error of the mean, or of the quantile `q`; see `quantile`."""
        return self._answer(metric, _error(q), keys)

    def figures(self, metric: str, q: float | None = None, **keys: Any) -> dict[str, float]:
        """Expected value, or the quantile `q`, by the label of the period. See `array`."""
        return self._by_label(metric, _mean if q is None else self._quantile(q), keys)

    def errors(self, metric: str, q: float | None = None, **keys: Any) -> dict[str, float]:
        """Standard errors of `figures`; NaN below two blocks of futures."""
        return self._by_label(metric, _error(q), keys)

    def _quantile(self, q: float) -> Compute:
        at, known = np.array([probability(q)]), self.trials > 0
        return lambda values: values.quantiles(at)[:, 0] if known else values.means() * np.nan

    def _by_label(self, metric: str, compute: Compute, keys: Mapping[str, Any]) -> dict[str, float]:
        values = compute(self._values(metric, **keys)).tolist()
        return dict(zip(self._labels(metric, keys), values, strict=True))

    def _labels(self, metric: str, keys: Mapping[str, Any]) -> list[str]:
        if keys.get("period") is not None:
            return [keys["period"]]
        return self._rows_of(self._find(metric, _key(_about(keys))), keys.get("by"))

    def _rows_of(self, metric: Metric, by: str | None) -> list[str]:
        """Labels of the rows that a metric has by a span."""
        return list(metric.periods) or self._groups(by)[0]

    def _answer(self, metric: str, compute: Compute, keys: Mapping[str, Any]) -> Any:
        values = compute(self._values(metric, **keys))
        labels = self._labels(metric, keys)
        if keys.get("period") is not None or labels == [""]:
            return float(values[0])
        import pandas as pd  # slow to import

        return pd.Series(values, index=labels, name=metric)

    def _find(self, metric: str, key: Key) -> Metric:
        found = self.catalogue.find(metric, key)
        if found:
            return found
        keys = "; ".join(_words(m.key) for m in self._named(metric)[:8])
        raise QuestionError(f"{metric} is not known for {_words(key)}. Known for: {keys}")

    def _named(self, metric: str) -> list[Metric]:
        """The metrics of a name, one for each key."""
        found = [m for m in self.catalogue.metrics if m.name == metric]
        if not found and metric in ABSENT:
            raise QuestionError(absent(metric))
        if not found:
            raise QuestionError(no_metric(metric, (m.name for m in self.catalogue.metrics)))
        return found

    def explain(self, metric: str, *, period: str = "", **about: str) -> Explanation:
        """The arithmetic of a figure at expected values, down to the inputs.

        Parameters
        ----------
        metric
            Name, such as ``required_fte``; or with names in brackets, as an expectation has it:
            ``required_fte[csm, 2027-03]``.
        period
            A period such as ``2027-03``, or a longer one as ``FY27-Q1``; an empty text is the
            whole plan.
        **about
            `segment`, `role`, `pool` and `task`: what it is about.

        Returns
        -------
        Explanation
            Its `term` is a tree of sums, products, quotients and differences. Printed, it is told
            line by line.

        Raises
        ------
        QuestionError
            Where there is no such figure.

        Examples
        --------
        >>> import capacity
        >>> result = capacity.simulate(capacity.load("scenarios/seed_example.yaml"), trials=0)
        >>> found = result.explain("due_hours", role="csm", period="2027-03")
        >>> found.value, found.term.operation.value
        (99.0, 'product')
        """
        from capacity.explaining.explanation import explained  # needed by few

        _key(_about(about))  # says which words there are
        return explained(self.layout, metric, {**about, "period": period}, self.manifest)

    # --- the table -------------------------------------------------------------------------------

    def _check_span(self, by: str | None) -> None:
        """Refuse longer periods that there are not, also of figures that have no periods."""
        spans = self.scenario.plan.horizon.periods.spans
        if by is not None and by not in spans:
            raise QuestionError(f"by {by!r} is not known. Write {', '.join(spans)}")

    def _groups(self, by: str | None) -> tuple[list[str], list[IntArray]]:
        self._check_span(by)
        periods = self.scenario.plan.horizon.periods
        return groups_of(periods, by or periods.spans[0])

    def _rows(self, metric: Metric, by: str | None) -> tuple[list[str], FloatArray]:
        if metric.kind is Kind.WHOLE:
            return list(metric.periods), metric.read()
        labels, groups = self._groups(by)
        return labels, metric.over(groups)

    def _check_kept(self, metric: str) -> None:
        if self.summaries:
            raise QuestionError(
                f"{metric} in every future: {self.trials:,} futures were summarised and not kept. "
                "Run fewer, or keep all in memory: simulate(…, exact=True)"
            )

    def _over_horizon(self, metric: Metric) -> FloatArray:
        return metric.over([np.arange(len(self.periods))])

    def rows(
        self, by: str | None = None, only: str | None = None, *, of_tasks: bool = True
    ) -> Iterator[dict[str, Any]]:
        """The rows of the table as dictionaries, those of tasks or not; see `table`."""
        metrics = (m for m in self.catalogue.metrics if only in (None, m.name))
        for metric in (m for m in metrics if of_tasks or not m.key.task):
            if self.summaries:
                horizon = [""] if metric.kind in (Kind.FLOW, Kind.RATIO) else []
                labels = [*self._rows_of(metric, by), *horizon]
                yield from summary_rows(metric, labels, self.summaries.of(metric, labels).summary())
            else:
                yield from table_rows(metric, *self.by_label(metric, by))

    def by_label(self, metric: Metric, by: str | None = None) -> tuple[list[str], FloatArray]:
        """Labels of the rows of the table, and the values behind them, shape (rows, trials)."""
        self._check_kept(metric.name)
        labels, values = self._rows(metric, by)
        if metric.kind in (Kind.FLOW, Kind.RATIO):
            return [*labels, ""], np.vstack([values, self._over_horizon(metric)])
        return labels, values

    def table(self, by: str | None = None, metric: str | None = None) -> pd.DataFrame:
        """One tidy row for each metric, period and key.

        Parameters
        ----------
        by
            ``month``, or fiscal ``quarter`` or ``year``: flows are summed, stocks at the end. A
            week belongs to those of its Thursday. The plan's own periods without.
        metric
            Only this one; all without. One that this plan has not got has no rows.

        Returns
        -------
        pandas.DataFrame
            Columns metric, unit, period, segment, role, pool, task, mean, sd, se, p05 … p95.
            `period` is empty for a figure over the horizon, a key for the total over it.

        Raises
        ------
        QuestionError
            Where no metric has that name in any plan, or `by` is not known.
        """
        import pandas as pd  # slow to import

        check_metric(metric)
        return pd.DataFrame(list(self.rows(by, metric)), columns=list(COLUMNS))

    # --- reports ---------------------------------------------------------------------------------

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.run_page import page  # shows what is computed here

        return page(self)

    def page_by(self, by: str | None) -> Page:
        """The same by `month`, or fiscal `quarter` or `year`; see `table`."""
        from capacity.report.run_page import page  # shows what is computed here

        return self.page if by is None else page(self, by)

    def chart(self, name: str, by: str | None = None) -> Chart:
        """A chart that shows itself in a notebook, and can be saved.

        Parameters
        ----------
        name
            As ``required_fte``; where there is no such chart, the mistake lists those there are.
        by
            ``month``, or fiscal ``quarter`` or ``year``; the plan's own periods without.

        Raises
        ------
        QuestionError
            Where there is no such chart, or nothing to show, or `by` is not known.
        """
        return self.page_by(by).chart(name)

    def to_html(self, path: str | Path, by: str | None = None) -> None:
        """Write the report as one HTML file that needs nothing else.

        Parameters
        ----------
        by
            What tables and charts by time have a row for; see `table`.

        Raises
        ------
        CapacityError
            Where the file cannot be written, the extra `report` is not installed, or `by` is not
            known.
        """
        self.page_by(by).to_html(path)

    def to_markdown(self, pictures: str = "", by: str | None = None) -> str:
        """The report as Markdown.

        Parameters
        ----------
        pictures
            Folder with an SVG of each chart, as seen from the file; without it there are none.
        by
            What tables and charts by time have a row for; see `table`.

        Raises
        ------
        QuestionError
            Where `by` is not known.
        """
        return self.page_by(by).to_markdown(pictures)

    def to_excel(self, path: str | Path, by: str | None = None) -> None:
        """Write the answer as an Excel workbook.

        Parameters
        ----------
        by
            What the table of the futures has a row for; see `table`. The sheets that compute keep
            the plan's own periods, and the money also has quarters and years.

        Raises
        ------
        CapacityError
            Where the file cannot be written, the extra `report` is not installed, or `by` is not
            known.
        """
        write_whole(Path(path), self.workbook(by))

    def workbook(self, by: str | None = None) -> bytes:
        """The plan as an Excel workbook whose formulas lead from the inputs to the money.

        It computes expected values. What the simulation found stands beside them, a row for each
        month, quarter or year; see `table`.
        """
        from capacity.workbook.run import workbook  # brought by the extra `report`

        return workbook(self, by=by)

    def __str__(self) -> str:
        from capacity.report.text import as_text  # shows what is computed here

        return as_text(self)


def _key(about: Mapping[str, str]) -> Key:
    """What a metric is about, by name."""
    unknown = [name for name in about if name not in _KEYS]
    if unknown:
        hint = nearest(unknown[0], _KEYS)
        raise QuestionError(f"{unknown[0]!r} is no key.{hint} Known: {', '.join(_KEYS)}")
    return Key(**about)


def _about(keys: Mapping[str, Any]) -> dict[str, Any]:
    """What a metric is about, without when."""
    return {name: value for name, value in keys.items() if name not in ("period", "by")}


def _mean(values: Sample | Sketched) -> FloatArray:
    return values.means()


def _error(q: float | None) -> Compute:
    if q is None:
        return lambda values: values.mean_error()
    at = probability(q)
    return lambda values: values.quantile_error(at)


def _words(key: Key) -> str:
    return ", ".join(f"{kind}={name!r}" for kind, name in key.about.items()) or "the total"
