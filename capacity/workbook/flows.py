"""The sheet of a value: cash flows with and without, and what Excel's functions make of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.workbook.book import Book
from capacity.workbook.laid import Laid
from capacity.workbook.money import LENGTH
from capacity.workbook.monthly import FIRST, Formula, Monthly
from capacity.workbook.summary import NONE
from capacity.workbook.world import Rows, World
from capacity.workings.worth import Worth

_NOTE = (
    "Black: formulas, from Inputs and Money. Grey: accounts, seats and work of each world, as in "
    "its own expected-values pass."
)
_HEADS = ("Line", "Role", "Pool", "Unit", "Happens", "Hours each")
FIGURES = ("roi", "npv", "irr", "payback_period", "incremental_gross_profit", "incremental_cost")
_GUESS = 0.01
"""Of the IRR of a period where nothing is known of it."""
WORDS = {
    "roi": "ROI",
    "npv": "NPV",
    "irr": "IRR, a year",
    "payback_period": "Payback",
    "incremental_gross_profit": "More gross profit",
    "incremental_cost": "More cost",
}


@dataclass(frozen=True)
class FlowsSheet:
    """Where the figures stand: a row for each, a column for each horizon."""

    sheet: Monthly
    rows: Mapping[str, int]
    total: int

    def figure(self, name: str, place: int) -> str:
        """The cell of a figure over a horizon."""
        return self.sheet.there(self.rows[name], place)


def flows_sheet(book: Book, name: str, laid: Laid, worth: Worth) -> FlowsSheet:
    """Write the flows of a plan that is as long as they are, or of one that is run on."""
    sheet = Monthly(book, name, _NOTE, _HEADS, worth.periods, checks=2)
    return _Flows(book, sheet, laid, worth).write()


@dataclass(frozen=True)
class _Flows:
    book: Book
    sheet: Monthly
    laid: Laid
    worth: Worth

    def write(self) -> FlowsSheet:
        sheet, cell = self.sheet, self.sheet.cell
        full = self._with()
        gone = World(self.book, sheet, self.worth.gone, f"Without {self.worth.what}").write(full)
        sheet.section("With less without")
        worth = self.worth
        gain = self._row(
            "More gross profit", partial(self._less, full.profit, gone.profit), worth.gain
        )
        more = self._row("More cost", partial(self._less, full.cost, gone.cost), worth.cost)
        net = self._row("Net", lambda t: f"{cell(gain, t)}-{cell(more, t)}", worth.net, bold=True)
        total = self._row("Net so far", partial(self._so_far, net), np.cumsum(worth.net))
        rows = self._figures(gain, more, net, total)
        ends = f"{sheet.span(gain)}-{sheet.span(more)}-{sheet.span(net)}"
        whole = f"ABS({cell(total, len(sheet.periods) - 1)}-SUM({sheet.span(net)}))"
        sheet.end(
            ("flows add up", f"ABS(SUMPRODUCT({ends}))+{whole}<0.01"), *self._as_on_money(full)
        )
        return FlowsSheet(sheet, rows, total)

    def _row(self, words: str, formula: Formula, values: FloatArray, **how: Any) -> int:
        unit = self.book.currency
        about = (words, "", "", unit)
        return self.sheet.formulas(about, unit, formula, values, **how)

    def _less(self, one: int, other: int, period: int) -> str:
        """A difference, of which what is left by the order of adding is cut off."""
        cell = self.sheet.cell
        return f"ROUND({cell(one, period)}-{cell(other, period)},6)"

    def _so_far(self, net: int, period: int) -> str:
        cell = self.sheet.cell(net, period)
        return f"{self.sheet.cell(net + 1, period - 1)}+{cell}" if period else cell

    # --- the world with it -----------------------------------------------------------------------

    @property
    def _is_run_on(self) -> bool:
        """Whether the flows last longer than the plan."""
        return len(self.laid.periods) < len(self.worth.periods)

    def _with(self) -> Rows:
        if self._is_run_on:
            title = f"With it: the plan, run on to {list(self.worth.horizons)[-1]}"
            return World(self.book, self.sheet, self.worth.full, title).write(None)
        money, full = self.laid.money, self.worth.full
        assert money.revenue is not None
        assert money.profit is not None
        self.sheet.section("With it: the plan")
        there, rows = money.sheet.there, (money.revenue, money.profit, money.cost)
        self._row("Revenue", lambda t: there(rows[0], t), full.revenue)
        profit = self._row("Gross profit", lambda t: there(rows[1], t), full.gross_profit)
        cost = self._row("Cost of the team", lambda t: there(rows[2], t), full.cost)
        return Rows(full, money.sheet, profit, cost, money.salary, money.pools)

    def _as_on_money(self, full: Rows) -> Iterator[tuple[str, str]]:
        """Whether a plan that is run on begins as the plan does, as a formula.

        Of plans below a year it does not quite: what the work of a usual period is follows from
        the first year, or from all of a shorter plan.
        """
        money, periods, sheet = self.laid.money, len(self.laid.periods), self.sheet
        if not self._is_run_on or periods < next(iter(self.worth.horizons.values())):
            return
        assert money.profit is not None
        pairs = ((full.profit, money.profit), (full.cost, money.cost))
        parts = [
            f"ABS(SUM({sheet.cell(here, 0)}:{sheet.cell(here, periods - 1)})"
            f"-SUM({money.sheet.name}!{money.sheet.span(there)}))"
            for here, there in pairs
        ]
        yield "begins as on Money", f"{'+'.join(parts)}<0.01"

    # --- what it is worth ------------------------------------------------------------------------

    def _figures(self, gain: int, more: int, net: int, total: int) -> dict[str, int]:
        """A row for each figure, over each horizon; with two rows of helpers."""
        sheet, cell = self.sheet, self.sheet.cell
        flow = self.worth.net
        short = np.where(np.cumsum(flow) < 0, np.arange(1, len(flow) + 1), 0)
        late = sheet.formulas(
            ("Helper: number of a period that ends short", "", "", "periods"), "number",
            lambda t: f"IF({cell(total, t)}<0,{t + 1},0)", short.astype(float),
        )  # fmt: skip
        signs = _signs(flow)
        sign = sheet.row
        sheet.formulas(
            ("Helper: sign of the last flow that is not nothing", "", "", "sign"), "number",
            lambda t: f"IF({cell(net, t)}=0,{cell(sign, t - 1) if t else 0},SIGN({cell(net, t)}))",
            signs,
        )  # fmt: skip
        sheet.section("What it is worth over the first periods, so many:")
        for i, (label, count) in enumerate(self.worth.horizons.items()):
            sheet.sheet.write_string(sheet.row - 1, FIRST + i, label, self.book.section)
            sheet.sheet.write_number(sheet.row, FIRST + i, count, self.book.number("accounts"))
        sheet.sheet.write_string(sheet.row, 0, "Number of periods", self.book.text)
        sheet.row += 1
        return {
            name: self._figure(name, _Rows(sheet, gain, more, net, total, late, sign))
            for name in FIGURES
        }

    def _figure(self, name: str, rows: _Rows) -> int:
        """A figure over each horizon; its row."""
        book, sheet = self.book, self.sheet
        unit = {"roi": "share", "irr": "share", "payback_period": "days"}.get(name, book.currency)
        words = "periods" if name == "payback_period" else unit
        rate = self.worth.full.discount_rate
        assert rate
        sheet.sheet.write_string(sheet.row, 0, WORDS[name], book.style(bold=True))
        sheet.sheet.write_string(sheet.row, 3, words, book.text)
        for i, (label, count) in enumerate(self.worth.horizons.items()):
            value = self.worth.figure(name, label)
            text = rows.formula(
                name, count, book.name(rate.at(0)), self._guess(self.worth.figure("irr", label))
            )
            style = book.number(unit, bold=True, align="right")
            known = value if math.isfinite(value) else NONE
            sheet.sheet.write_formula(sheet.row, FIRST + i, f"={text}", style, known)
        sheet.row += 1
        return sheet.row - 1

    def _guess(self, rate: float) -> float:
        """Where IRR begins to look: at the rate of a period that follows from that of a year."""
        known = (1 + rate) ** self.worth.full.years - 1
        return round(known, 3) if math.isfinite(known) else _GUESS


@dataclass(frozen=True)
class _Rows:
    """Rows of the flows, from which figures are computed."""

    sheet: Monthly
    gain: int
    cost: int
    net: int
    total: int
    late: int
    sign: int

    def formula(self, name: str, count: int, rate: str, guess: float) -> str:
        """A figure over the first so many periods; an IRR is looked for from a guess on."""
        net, cost, gain = (self._first(row, count) for row in (self.net, self.cost, self.gain))
        if name == "roi":
            return f'IF(SUM({cost})>0,SUM({net})/SUM({cost}),"{NONE}")'
        if name == "npv":
            return f"NPV((1+{rate})^{LENGTH}-1,{net})"
        if name == "irr":
            return self._irr(net, count, guess)
        if name == "payback_period":
            late = self._first(self.late, count)
            return f'IF(MAX({late})={count},"{NONE}",MAX({late})+1)'
        return f"SUM({gain if name == 'incremental_gross_profit' else cost})"

    def _irr(self, net: str, count: int, guess: float) -> str:
        """None unless money goes out first and then comes in, with one change of sign.

        None, too, where the spreadsheet does not find it: of money that hardly comes back at all.
        """
        if count == 1:
            return f'"{NONE}"'
        before = self._first(self.sign, count - 1)
        after = f"{self.sheet.cell(self.sign, 1)}:{self.sheet.cell(self.sign, count - 1)}"
        turns = f"SUMPRODUCT(({before}<>0)*({before}<>{after}))"
        last = self.sheet.cell(self.sign, count - 1)
        rate = f"(1+IRR({net},{guess}))^(1/{LENGTH})-1"
        return f'IF(AND({turns}=1,{last}>0),IFERROR({rate},"{NONE}"),"{NONE}")'

    def _first(self, row: int, count: int) -> str:
        return f"{self.sheet.cell(row, 0)}:{self.sheet.cell(row, count - 1)}"


def _signs(flow: FloatArray) -> FloatArray:
    """Sign of the last flow so far that is not nothing."""
    found, last = [], 0.0
    for value in flow.tolist():
        last = math.copysign(1.0, value) if value else last
        found.append(last)
    return np.array(found)
