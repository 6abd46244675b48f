"""The sheet of a value: cash flows with and without, and what Excel's functions make of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
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
from capacity.workbook.workload import ALL, hours_row
from capacity.workings.people import Crew
from capacity.workings.plan import Workings

_NOTE = (
    "Black: formulas, from Money and Inputs. Grey: accounts, seats and work of the world without, "
    "as in its own expected-values pass."
)
_HEADS = ("Line", "Role", "Pool", "Unit", "Happens", "Hours each")
FIGURES = ("roi", "npv", "irr", "payback_period", "incremental_gross_profit", "incremental_cost")
_WORDS = {
    "roi": "ROI",
    "npv": "NPV",
    "irr": "IRR, a year",
    "payback_period": "Payback",
    "incremental_gross_profit": "More gross profit",
    "incremental_cost": "More cost",
}


@dataclass(frozen=True)
class Worth:
    """What is known of the flows.

    Attributes
    ----------
    gain, cost
        What a world with it has more in gross profit and in cost, shape (periods,).
    figures
        Values by name and horizon; NaN or infinite for what is not there.
    horizons
        What each horizon is called, and its number of periods.
    """

    gain: FloatArray
    cost: FloatArray
    figures: Mapping[tuple[str, str], float]
    horizons: Mapping[str, int]


@dataclass(frozen=True)
class FlowsSheet:
    """Where the figures stand: a row for each, a column for each horizon."""

    sheet: Monthly
    rows: Mapping[str, int]
    total: int

    def figure(self, name: str, place: int) -> str:
        """The cell of a figure over a horizon."""
        return self.sheet.there(self.rows[name], place)


def flows_sheet(
    book: Book, name: str, what: str, laid: Laid, without: Workings, worth: Worth
) -> FlowsSheet:
    """Write the flows.

    Parameters
    ----------
    what
        What is gone.
    without
        The world without it.
    """
    sheet = Monthly(book, name, _NOTE, _HEADS, laid.periods)
    return _Flows(book, sheet, what, laid, without, worth).write()


@dataclass(frozen=True)
class _Flows:
    book: Book
    sheet: Monthly
    what: str
    laid: Laid
    without: Workings
    worth: Worth

    def write(self) -> FlowsSheet:
        sheet, cell = self.sheet, self.sheet.cell
        profit, cost = self._with()
        less, spared = self._profit(), self._cost()
        sheet.section("With less without")
        gain = self._row("More gross profit", partial(self._less, profit, less), self.worth.gain)
        more = self._row("More cost", partial(self._less, cost, spared), self.worth.cost)
        flow = self.worth.gain - self.worth.cost
        net = self._row("Net", lambda t: f"{cell(gain, t)}-{cell(more, t)}", flow, bold=True)
        total = self._row("Net so far", partial(self._so_far, net), np.cumsum(flow))
        rows = self._figures(gain, more, net, total)
        ends = f"{sheet.span(gain)}-{sheet.span(more)}-{sheet.span(net)}"
        whole = f"ABS({cell(total, len(sheet.periods) - 1)}-SUM({sheet.span(net)}))"
        sheet.end(
            ("flows add up", f"ABS(SUMPRODUCT({ends}))+{whole}<0.01"),
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

    # --- the two worlds --------------------------------------------------------------------------

    def _with(self) -> tuple[int, int]:
        money, plan = self.laid.money, self.laid.plan
        assert money.revenue is not None
        assert money.profit is not None
        assert plan.margin
        self.sheet.section("With it: the plan")
        revenue = plan.customers["revenue"].sum(axis=1)
        there, rows = money.sheet.there, (money.revenue, money.profit, money.cost)
        self._row("Revenue", lambda t: there(rows[0], t), revenue)
        profit = self._row(
            "Gross profit", lambda t: there(rows[1], t), revenue * plan.margin.values
        )
        return profit, self._row("Cost of the team", lambda t: there(rows[2], t), plan.cost)

    def _profit(self) -> int:
        """Gross profit of the world without; its row."""
        sheet, margin, unit = self.sheet, self.without.margin, self.book.currency
        assert margin
        sheet.section(f"Without {self.what}: what customers pay")
        revenue = self.without.customers["revenue"].sum(axis=1)
        billed = sheet.values(("ARR paid", ALL, "", unit), unit, revenue / self.without.years)
        paid = self._row("Revenue", lambda t: f"{sheet.cell(billed, t)}*{LENGTH}", revenue)
        return self._row(
            "Gross profit",
            lambda t: f"{sheet.cell(paid, t)}*{self.book.name(margin.at(t))}",
            revenue * margin.values,
            bold=True,
        )

    def _cost(self) -> int:
        """Cost of the world without; its row."""
        self.sheet.section(f"Without {self.what}: what it costs")
        rows = [row for i in range(len(self.without.crews)) for row in self._pool(i)]
        rows.append(self._software())
        rows += self._others()
        total = self.without.cost + self.without.absorbed
        return self._row(
            "Cost without", lambda t: "+".join(self.sheet.cell(row, t) for row in rows), total,
            bold=True,
        )  # fmt: skip

    def _pool(self, index: int) -> Iterator[int]:
        """Rows of the cost of a pool: that of the plan where nothing about it changes."""
        crew, before = self.without.crews[index], self.laid.plan.crews[index]
        unit, money = self.book.currency, self.laid.money
        about = (crew.role, crew.value or ALL, unit)
        same = np.array_equal(crew.paid, before.paid) and np.array_equal(crew.joined, before.joined)
        if same and not crew.severance.any():
            row = money.pools[index]
            yield self.sheet.formulas(
                ("Cost of the pool, as in the plan", *about), unit,
                lambda t: money.sheet.there(row, t), crew.cost,
            )  # fmt: skip
            return
        seats = (crew.role, crew.value or ALL, "people")
        paid = self.sheet.values(("Seats paid", *seats), "people", crew.paid)
        joined = self.sheet.values(("People who join", *seats), "people", crew.joined)
        yield self.sheet.formulas(
            ("Cost of the pool", *about), unit, partial(self._pay, index, paid, joined),
            crew.cost - crew.severance,
        )  # fmt: skip
        if crew.severance.any():
            yield self._severance(crew, about, seats)

    def _pay(self, index: int, paid: int, joined: int, period: int) -> str:
        crew, money, cell = self.without.crews[index], self.laid.money, self.sheet.cell
        key = {name: self.book.name(dated.at(period)) for name, dated in crew.pay.items()
               if name in ("on_costs", "bonus", "tools", "hiring_cost")}  # fmt: skip
        salary = money.sheet.there(money.salary[index], period)
        yearly = f"({salary}*(1+{key['on_costs']})+{key['bonus']}+{key['tools']})"
        pay = f"{cell(paid, period)}*{yearly}*{LENGTH}"
        return f"{pay}+{cell(joined, period)}*{key['hiring_cost']}"

    def _severance(self, crew: Crew, about: Sequence[str], seats: Sequence[str]) -> int:
        each, unit = crew.pay["severance"], self.book.currency
        cut = self.sheet.values(("Seats cut", *seats), "people", crew.severance / each.values)
        return self.sheet.formulas(
            ("Severance", *about), unit,
            lambda t: f"{self.sheet.cell(cut, t)}*{self.book.name(each.at(t))}", crew.severance,
        )  # fmt: skip

    def _software(self) -> int:
        plan = self.without

        def formula(t: int) -> str | float:
            return (
                f"{self.book.name(plan.platform.at(t))}*{LENGTH}" if plan.platform_kept[t] else 0.0
            )

        return self._row("Software of the team", formula, plan.software)

    def _others(self) -> list[int]:
        """The row of what others cost who do a part of the work, if they do."""
        plan, hour = self.without, self.without.absorbed_cost
        lines = [line for line in plan.others if line.number.any()]
        if not lines or hour is None:
            return []
        done = []
        for line in lines:
            who = (line.segment or ALL, plan.crews[line.pool].name)
            due = (f"Falls due: {line.task}", *who, line.counted)
            number = self.sheet.values(due, "number", line.number)
            about = (f"Others do: {line.task}", *who, "hours")
            done.append(hours_row(self.sheet, about, line, number))
        return [
            self._row(
                "Cost of what others do",
                lambda t: (
                    f"({'+'.join(self.sheet.cell(r, t) for r in done)})"
                    f"*{self.book.name(hour.at(t))}"
                ),
                plan.absorbed,
            )
        ]

    # --- what it is worth ------------------------------------------------------------------------

    def _figures(self, gain: int, more: int, net: int, total: int) -> dict[str, int]:
        """A row for each figure, over each horizon; with two rows of helpers."""
        sheet, cell = self.sheet, self.sheet.cell
        flow = self.worth.gain - self.worth.cost
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
        rate = self.laid.plan.discount_rate
        assert rate
        sheet.sheet.write_string(sheet.row, 0, _WORDS[name], book.style(bold=True))
        sheet.sheet.write_string(sheet.row, 3, words, book.text)
        for i, (label, count) in enumerate(self.worth.horizons.items()):
            text = rows.formula(name, count, book.name(rate.at(0)))
            value = self.worth.figures[name, label]
            style = book.number(unit, bold=True, align="right")
            known = value if math.isfinite(value) else NONE
            sheet.sheet.write_formula(sheet.row, FIRST + i, f"={text}", style, known)
        sheet.row += 1
        return sheet.row - 1


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

    def formula(self, name: str, count: int, rate: str) -> str:
        """A figure over the first so many periods."""
        net, cost, gain = (self._first(row, count) for row in (self.net, self.cost, self.gain))
        if name == "roi":
            return f'IF(SUM({cost})>0,SUM({net})/SUM({cost}),"{NONE}")'
        if name == "npv":
            return f"NPV((1+{rate})^{LENGTH}-1,{net})"
        if name == "irr":
            return self._irr(net, count)
        if name == "payback_period":
            late = self._first(self.late, count)
            return f'IF(MAX({late})={count},"{NONE}",MAX({late})+1)'
        return f"SUM({gain if name == 'incremental_gross_profit' else cost})"

    def _irr(self, net: str, count: int) -> str:
        """None unless money goes out first and then comes in, with one change of sign."""
        if count == 1:
            return f'"{NONE}"'
        before = self._first(self.sign, count - 1)
        after = f"{self.sheet.cell(self.sign, 1)}:{self.sheet.cell(self.sign, count - 1)}"
        turns = f"SUMPRODUCT(({before}<>0)*({before}<>{after}))"
        last = self.sheet.cell(self.sign, count - 1)
        rate = f"(1+IRR({net},0.01))^(1/{LENGTH})-1"
        return f'IF(AND({turns}=1,{last}>0),{rate},"{NONE}")'

    def _first(self, row: int, count: int) -> str:
        return f"{self.sheet.cell(row, 0)}:{self.sheet.cell(row, count - 1)}"


def _signs(flow: FloatArray) -> FloatArray:
    """Sign of the last flow so far that is not nothing."""
    found, last = [], 0.0
    for value in flow.tolist():
        last = math.copysign(1.0, value) if value else last
        found.append(last)
    return np.array(found)
