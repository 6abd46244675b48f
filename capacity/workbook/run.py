"""The workbook of a run."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from capacity.periods import Periods
from capacity.workbook.book import Book
from capacity.workbook.inputs import inputs_sheet
from capacity.workbook.laid import lay_out
from capacity.workbook.money import Groups
from capacity.workbook.summary import summary_sheet
from capacity.workbook.tables import manifest_sheet, table_sheet

if TYPE_CHECKING:
    from capacity.result import Result

_RANGES = (
    "What the futures say: mean, spread, Monte Carlo error and quantiles. Values, which do not "
    "follow the inputs. Figures of single tasks are in the table that --csv writes."
)
COLUMNS = (
    "metric", "unit", "period", "segment", "role", "pool", "mean", "sd", "se", "p05", "p10", "p25",
    "p50", "p75", "p90", "p95",
)  # fmt: skip


def workbook(result: Result) -> bytes:
    """The file.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    plan = result.scenario.plan
    book = Book(plan.name, plan.currency)
    first, inputs = book.sheet("Summary"), book.sheet("Inputs", color="#0000FF")
    periods = plan.horizon.periods
    laid = lay_out(
        book, result.workings, list(plan.segments), periods.labels, groups_of(periods),
        has_money=plan.has_money,
    )  # fmt: skip
    table_sheet(book, "Monte Carlo", _RANGES, COLUMNS, result.rows(of_tasks=False))
    manifest_sheet(book, result.manifest, [str(w) for w in result.scenario.warnings])
    summary_sheet(book, first, laid, result)
    inputs_sheet(book, inputs, result.assumptions, plan.horizon.step, weeks=periods.step.sees_days)
    first.activate()
    return book.content()


def groups_of(periods: Periods) -> Groups:
    """Fiscal quarters and years."""
    return Groups(*(_grouped(periods.labels_by(span)) for span in ("quarter", "year")))


def _grouped(labels: list[str]) -> list[tuple[str, int, int]]:
    found = []
    for label, run in groupby(range(len(labels)), key=labels.__getitem__):
        places = list(run)
        found.append((label, places[0], places[-1]))
    return found
