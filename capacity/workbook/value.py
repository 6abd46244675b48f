"""The workbook of what something is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from capacity.workbook.book import Book
from capacity.workbook.charts import flow_chart
from capacity.workbook.flows import FIGURES, WORDS, FlowsSheet, flows_sheet
from capacity.workbook.inputs import inputs_sheet
from capacity.workbook.laid import lay_out
from capacity.workbook.run import COLUMNS, groups_of
from capacity.workbook.summary import QUANTILES, Figure, Summary, summary_sheet
from capacity.workbook.tables import Listed, manifest_sheet, table_sheet
from capacity.workings.lasting import called

if TYPE_CHECKING:
    from capacity.valuing.answer import Roi

_RANGES = (
    "What the futures say: mean, spread, Monte Carlo error and quantiles. Values, which do not "
    "follow the inputs; break-even and run-off are here alone."
)
_SAVED = {"accounts_saved": "Accounts saved", "arr_saved": "ARR saved"}


def workbook(values: Sequence[Roi]) -> bytes:
    """The file: the plan, and a sheet of cash flows for each thing that could be gone.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    one = values[0]
    plan = one.scenario.plan
    book = Book(plan.name, plan.currency)
    first, inputs = book.sheet("Summary"), book.sheet("Inputs", color="#0000FF")
    periods = plan.horizon.periods
    laid = lay_out(
        book,
        one.worth.full,
        list(plan.segments),
        periods.labels,
        groups_of(periods),
        has_money=True,
    )
    figures, charts = [], []
    for value in values:
        name = f"ROI {value.without}" if len(values) > 1 else "ROI"
        sheet = flows_sheet(book, name, laid, value.worth)
        figures += list(_figures(value, sheet))
        charts.append(flow_chart(book, sheet.sheet, sheet.total, value.without))
    rows = (row for value in values for row in value.named_rows())
    table_sheet(book, Listed("Monte Carlo", _RANGES, ("without", *COLUMNS), rows))
    manifest_sheet(book, one.manifest, [str(w) for w in one.scenario.warnings])
    futures = f"{one.trials:,} futures" if one.trials else "no futures"
    about = f"{periods.in_words} · expected values, and {futures} beside them"
    summary_sheet(book, first, laid, Summary(plan.name, about, figures, charts))
    inputs_sheet(book, inputs, one.assumptions, plan.horizon.step, weeks=periods.step.sees_days)
    first.activate()
    return book.content()


def _figures(value: Roi, sheet: FlowsSheet) -> Iterator[Figure]:
    """Break-even first, then what it is worth over each horizon."""
    plan, of = value.scenario.plan, f"without {value.without}"
    units = {"roi": "share", "irr": "share a year", "payback_period": f"{plan.horizon.step}s"}
    ratio = value.headline.hazard_ratio
    words = "Break-even: factor on addressable churn"
    if value.trials:
        yield Figure(words, of, "factor", None, math.nan, (ratio,))
    else:
        yield Figure(words, of, "factor", None, ratio)
    worth = value.worth
    for place, (horizon, label) in enumerate(called(value.horizons, plan.horizon.step).items()):
        for name in FIGURES:
            text, known = sheet.figure(name, place), worth.figure(name, horizon)
            words, unit = f"{WORDS[name]}, {horizon}", units.get(name, plan.currency)
            yield Figure(words, of, unit, text, known, _futures(value, name, label))
    for name, words in _SAVED.items():
        unit = "accounts" if name == "accounts_saved" else plan.currency
        known, found = worth.saved(name.removesuffix("_saved")), _futures(value, name, "")
        yield Figure(f"{words} at the end", of, unit, None, known, found)


def _futures(value: Roi, name: str, label: str) -> tuple[float, ...]:
    """Mean, p10, p50 and p90; of `irr` and payback those of the expected flows alone."""
    if not value.trials:
        return ()
    mean = value.mean(name, label)
    if name in ("irr", "payback_period"):
        return (mean,)
    return (mean, *(value.quantile(name, q, label) for q in QUANTILES))
