"""The workbook of a run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from capacity.periods import Periods
from capacity.workbook.book import Book
from capacity.workbook.flows import WORDS, FlowsSheet, flows_sheet
from capacity.workbook.inputs import inputs_sheet
from capacity.workbook.laid import Laid, lay_out
from capacity.workbook.money import Groups
from capacity.workbook.summary import QUANTILES, Figure, Summary, summary_sheet
from capacity.workbook.tables import Listed, manifest_sheet, table_sheet
from capacity.workings.worth import Worth, why_not, worth_of_the_team

if TYPE_CHECKING:
    from capacity.result import Result

_RANGES = (
    "What the futures say: mean, spread, Monte Carlo error and quantiles. No period: the whole "
    "plan. They do not follow the inputs. Figures of single tasks: the table that --csv writes."
)
COLUMNS = (
    "metric", "unit", "period", "segment", "role", "pool", "mean", "sd", "se", "p05", "p10", "p25",
    "p50", "p75", "p90", "p95",
)  # fmt: skip
_NO_RANGES = (
    "No futures: means are expected values. Values, which do not follow the inputs. Figures of "
    "single tasks are in the table that --csv writes."
)
_ODDS = "p_covered"
_ROI = (
    "What the team is worth shows at renewals, over years. Where it breaks even, and how sure that "
    "is: capacity roi. Beliefs about what the work does to churn decide it; see Inputs."
)


def workbook(result: Result, beside: Iterable[Listed] = (), by: str | None = None) -> bytes:
    """The file.

    Parameters
    ----------
    beside
        Tables that follow the summary.
    by
        What the table of the futures has a row for; see `Result.table`.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    plan = result.scenario.plan
    book = Book(plan.name, plan.currency)
    first, inputs = book.sheet("Summary"), book.sheet("Inputs", color="#0000FF")
    for one in beside:
        table_sheet(book, one)
    periods = plan.horizon.periods
    laid = lay_out(
        book, result.workings, list(plan.segments), periods.labels, groups_of(periods),
        has_money=plan.has_money,
    )  # fmt: skip
    of_roi, note = _roi(book, laid, result)
    ranges = _RANGES if result.trials else _NO_RANGES
    table_sheet(book, Listed("Monte Carlo", ranges, COLUMNS, result.rows(by, of_tasks=False)))
    manifest_sheet(book, result.manifest, [str(w) for w in result.scenario.warnings])
    futures = f"{result.trials:,} futures" if result.trials else "no futures"
    about = f"{periods.in_words} · expected values, and {futures} beside them"
    figures = [*_figures(laid, result), *of_roi]
    summary_sheet(book, first, laid, Summary(plan.name, about, figures, notes=(note,)))
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


def _roi(book: Book, laid: Laid, result: Result) -> tuple[list[Figure], str]:
    """What the team is worth, on a sheet of its own; its figures, and what has to be said."""
    reason = why_not(result.scenario.plan)
    if reason:
        return [], f"There is no sheet ROI: {reason}."
    worth = worth_of_the_team(result.scenario, result.assumptions)
    sheet = flows_sheet(book, "ROI", laid, worth)
    return list(_worth(sheet, worth, result)), _ROI


def _worth(sheet: FlowsSheet, worth: Worth, result: Result) -> Iterator[Figure]:
    """ROI over each horizon, and what else there is to say of the longest."""
    plan = result.scenario.plan
    longest = len(worth.horizons) - 1
    units = {"roi": "share", "payback_period": f"{plan.horizon.step}s"}
    for name, places in (
        ("roi", range(longest + 1)), ("npv", [longest]), ("payback_period", [longest]),
    ):  # fmt: skip
        for place in places:
            horizon = list(worth.horizons)[place]
            unit, text = units.get(name, plan.currency), sheet.figure(name, place)
            words, value = f"{WORDS[name]} of the team, {horizon}", worth.figure(name, horizon)
            yield Figure(words, "without cs", unit, text, value)


# --- the figures that speak for a plan -----------------------------------------------------------


def _figures(laid: Laid, result: Result) -> Iterator[Figure]:
    for role in laid.roles:
        yield from _of_role(laid, result, role)
    money = laid.money
    for name, line, metric in (
        ("Cost of the team", money.cost, "team_cost"), ("Revenue", money.revenue, "revenue"),
        ("Gross profit", money.profit, "gross_profit"),
    ):  # fmt: skip
        if line is not None:
            text = f"SUM({money.sheet.name}!{money.sheet.span(line)})"
            found = _futures(result, metric, period="")
            yield Figure(name, "", laid.currency, text, laid.totals[metric], found)
    last = laid.periods[-1]
    yield _value(result, "Accounts at the end", "accounts", "accounts", period=last)
    if laid.customers.arr:
        yield _value(result, "ARR at the end", laid.currency, "arr", period=last)
    known = {metric.name for metric in result.catalogue.metrics}
    names = {"grr": "GRR", "nrr": "NRR", "logo_retention": "Logo retention"}
    for metric, name in names.items():
        if metric in known:
            yield _value(result, f"{name} of the first year", "share", metric, period="")


def _of_role(laid: Laid, result: Result, role: str) -> Iterator[Figure]:
    heads = laid.heads
    crews = [crew for crew in laid.plan.crews if crew.role == role]
    need = np.sum([crew.required for crew in crews], axis=0)
    seats = np.sum([crew.filled for crew in crews], axis=0)
    row, busy = heads.required[role], int(need.argmax())
    is_known = bool(np.isfinite(need).all())
    span, label = f"{heads.sheet.name}!{heads.sheet.span(row)}", laid.periods[busy]
    place = f"MATCH(MAX({span}),{span},0)"
    when = f"INDEX({heads.sheet.name}!{heads.sheet.labels},{place})"
    there = f"INDEX({heads.sheet.name}!{heads.sheet.span(heads.filled[role])},{place})"
    for words, title, metric, unit, text, value, period in (
        ("Required FTE, on average", "",
         "required_fte", "FTE", f"AVERAGE({span})", need.mean(), ""),
        (f"Required FTE in {label}, the busiest", f'"Required FTE in "&{when}&", the busiest"',
         "required_fte", "FTE", f"MAX({span})", need[busy], label),
        (f"Seats filled in {label}", f'"Seats filled in "&{when}', "headcount", "people",
         there, seats[busy], label),
    ):  # fmt: skip
        found = _futures(result, metric, role=role, period=period)
        known = (text, float(value), found, title) if is_known else (None, float(value), found)
        yield Figure(words, role, unit, *known)
    yield _value(result, "Coverage over the plan", "share", "coverage", role=role, period="")
    if result.trials:
        odds = result.mean(_ODDS, role=role, period="")
        name = "Chance that coverage holds in every period"
        yield Figure(name, role, "share", None, math.nan, (odds,))


def _value(result: Result, name: str, unit: str, metric: str, **keys: Any) -> Figure:
    """A figure that no formula gives."""
    value = result.expected.mean(metric, **keys)
    return Figure(name, keys.get("role", ""), unit, None, value, _futures(result, metric, **keys))


def _futures(result: Result, metric: str, **keys: Any) -> tuple[float, ...]:
    """Mean, p10, p50 and p90; nothing where there are no futures."""
    if not result.trials:
        return ()
    ranges = (result.quantile(metric, q, **keys) for q in QUANTILES)
    return (result.mean(metric, **keys), *ranges)
