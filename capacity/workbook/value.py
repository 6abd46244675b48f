"""The workbook of what something is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from capacity.workbook.book import Book
from capacity.workbook.charts import flow_chart
from capacity.workbook.flows import FIGURES, FlowsSheet, Worth, flows_sheet
from capacity.workbook.inputs import inputs_sheet
from capacity.workbook.laid import lay_out
from capacity.workbook.run import COLUMNS, groups_of
from capacity.workbook.summary import QUANTILES, Figure, Summary, summary_sheet
from capacity.workbook.tables import manifest_sheet, table_sheet

if TYPE_CHECKING:
    from capacity.valuing.answer import Roi

_RANGES = (
    "What the futures say: mean, spread, Monte Carlo error and quantiles. Values, which do not "
    "follow the inputs; break-even and run-off are here alone."
)
_WORDS = {
    "roi": "ROI",
    "npv": "NPV",
    "irr": "IRR",
    "payback_period": "Payback",
    "incremental_gross_profit": "More gross profit",
    "incremental_cost": "More cost",
}
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
    periods, (full, _) = plan.horizon.periods, one.workings
    laid = lay_out(
        book, full, list(plan.segments), periods.labels, groups_of(periods), has_money=True
    )
    figures, charts = [], []
    for value in values:
        name = f"ROI {value.without}" if len(values) > 1 else "ROI"
        sheet = flows_sheet(book, name, value.without, laid, value.workings[1], _worth(value))
        figures += list(_figures(value, sheet))
        charts.append(flow_chart(book, sheet.sheet, sheet.total, value.without))
    rows = (row for value in values for row in value.named_rows())
    table_sheet(book, "Monte Carlo", _RANGES, ("without", *COLUMNS), rows)
    manifest_sheet(book, one.manifest, [str(w) for w in one.scenario.warnings])
    futures = f"{one.trials:,} futures" if one.trials else "no futures"
    about = f"{periods.in_words} · expected values, and {futures} beside them"
    summary_sheet(book, first, laid, Summary(plan.name, about, figures, charts))
    inputs_sheet(book, inputs, one.assumptions, plan.horizon.step, weeks=periods.step.sees_days)
    first.activate()
    return book.content()


def horizons_of(value: Roi) -> dict[str, int]:
    """What each horizon is called, and its number of periods; the headline's last."""
    counts = dict(sorted(value.horizons.items(), key=lambda item: (item[1], item[0])))
    return {
        _called(value, label): count for label, count in counts.items()
        if label or count not in [n for other, n in counts.items() if other]
    }  # fmt: skip


def _called(value: Roi, label: str) -> str:
    if label:
        return f"{label.removesuffix('m')} months"
    return f"{value.horizons['']} {value.scenario.plan.horizon.step}s"


def _labels(value: Roi) -> dict[str, str]:
    """The label of each horizon of the sheet."""
    names = horizons_of(value)
    return {_called(value, label): label for label in value.horizons
            if _called(value, label) in names}  # fmt: skip


def _worth(value: Roi) -> Worth:
    """The flows at expected values, and what comes of them."""
    flows = value.expected.flows
    gain, cost = flows.gain[:, 0], flows.cost[:, 0]
    labels = _labels(value)
    figures = {
        (name, called): value.expected.mean(name, label)
        for called, label in labels.items()
        for name in FIGURES
    }
    return Worth(gain, cost, figures, horizons_of(value))


def _figures(value: Roi, sheet: FlowsSheet) -> Iterator[Figure]:
    unit = value.scenario.plan.currency
    units = {"roi": "share", "irr": "share a year"}
    for place, (called, label) in enumerate(sorted(
        _labels(value).items(), key=lambda item: value.horizons[item[1]]
    )):  # fmt: skip
        for name in FIGURES:
            words = f"{_WORDS[name]}, {called}"
            kind = f"{value.scenario.plan.horizon.step}s" if name == "payback_period" else unit
            found = _futures(value, name, label)
            known = value.expected.mean(name, label)
            text = sheet.figure(name, place)
            yield Figure(
                words, f"without {value.without}", units.get(name, kind), text, known, found
            )
    for name, words in _SAVED.items():
        kind = "accounts" if name == "accounts_saved" else unit
        of = f"without {value.without}"
        known = value.expected.mean(name)
        yield Figure(f"{words} at the end", of, kind, None, known, _futures(value, name, ""))


def _futures(value: Roi, name: str, label: str) -> tuple[float, ...]:
    """Mean, p10, p50 and p90; of `irr` and payback those of the expected flows alone."""
    if not value.trials:
        return ()
    mean = value.mean(name, label)
    if name in ("irr", "payback_period"):
        return (mean,)
    ranges = (value.quantile(name, q, label) for q in QUANTILES)
    return (mean, *(float(x) if np.isfinite(x) else math.nan for x in ranges))
