"""The sheet of the money: what the team costs and what customers pay, in the cuts of finance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.workbook.book import Book, column
from capacity.workbook.customers import CustomersSheet
from capacity.workbook.headcount import HeadcountSheet
from capacity.workbook.monthly import FIRST, Formula, Monthly
from capacity.workbook.workload import ALL
from capacity.workings.people import Crew
from capacity.workings.plan import Workings

_NOTE = (
    "All lines are formulas: seats and people who join from Headcount, pay from Inputs, ARR from "
    "Customers. Right of the periods: fiscal quarters and years."
)
_HEADS = ("Line", "Role", "Pool", "Unit", "Department", "Whole plan")
_TOTAL, _DEPARTMENT = 5, 4
LINES = {
    "salaries": "Salaries",
    "on_costs": "On-costs",
    "bonus": "Bonus",
    "tools": "Tools",
    "hiring": "Hiring",
}
LENGTH = "period_years"
"""Excel name of the length of a period."""


@dataclass(frozen=True)
class Groups:
    """Longer periods: a label and the first and last period of each."""

    quarters: list[tuple[str, int, int]]
    years: list[tuple[str, int, int]]

    @property
    def all(self) -> list[tuple[str, int, int]]:
        """Those of both kinds, in the order of the sheet."""
        return [*self.quarters, *self.years]


@dataclass
class MoneySheet:
    """Where the figures stand.

    Attributes
    ----------
    salary
        Row of the yearly salary of each pool.
    lines
        Row of the total of each line.
    """

    sheet: Monthly
    salary: dict[int, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    pools: dict[int, int] = field(default_factory=dict)
    cost: int = 0
    revenue: int | None = None
    profit: int | None = None


def money_sheet(
    book: Book, plan: Workings, heads: HeadcountSheet, customers: CustomersSheet,
    periods: Sequence[str], groups: Groups,
) -> MoneySheet:  # fmt: skip
    """Write cost by line and by cost centre, revenue and gross profit."""
    sheet = Monthly(book, "Money", _NOTE, _HEADS, periods, checks=2)
    return _Money(book, plan, heads, customers, groups, MoneySheet(sheet)).write()


def salary_formula(book: Book, crew: Crew) -> Formula:
    """Yearly salary of a seat in each period, with the rises so far."""
    salary, rise = crew.pay["salary"], crew.pay["raise"]
    passed = crew.anniversaries.tolist()

    def formula(t: int) -> str:
        text = book.name(salary.at(t))
        if rise.is_constant:
            return f"{text}*(1+{book.name(rise.at(0))})^{passed[t]}" if passed[t] else text
        before = [u for u in range(t + 1) if passed[u] > (passed[u - 1] if u else 0)]
        return "*".join([text, *(f"(1+{book.name(rise.at(u))})" for u in before)])

    return formula


@dataclass(frozen=True)
class _Money:
    book: Book
    plan: Workings
    heads: HeadcountSheet
    customers: CustomersSheet
    groups: Groups
    found: MoneySheet

    @property
    def _sheet(self) -> Monthly:
        return self.found.sheet

    def write(self) -> MoneySheet:
        sheet, crews = self._sheet, self.plan.crews
        self._right_of_periods()
        departments = list(dict.fromkeys(crew.department for crew in crews))
        order = sorted(range(len(crews)), key=lambda i: departments.index(crews[i].department))
        self._section("Yearly salary of a seat")
        self.found.salary.update({i: self._salary(i) for i in order})
        rows: dict[str, dict[int, int]] = {}
        for line in LINES:
            rows[line] = self._line(line, order, rows)
        by_line = self._whole(rows)
        self._section("Cost by cost centre: pool, role and department")
        for i in order:
            self.found.pools[i] = self._pool(i, rows)
        self._roles(order)
        totals = [self._department(name, order) for name in departments]
        self._section("The team and its customers")
        platform = self._platform()
        self.found.lines["platform"] = platform
        total = self.plan.cost
        self.found.cost = self._flow(
            ("Cost of the team", "", "", *self._unit),
            lambda t: "+".join(sheet.cell(row, t) for row in (*totals, platform)),
            total, bold=True, top=1,
        )  # fmt: skip
        self._revenue(total)
        lines = "+".join(f"SUM({sheet.span(row)})" for row in (*by_line, platform))
        closes = f"ABS({lines}-SUM({sheet.span(self.found.cost)}))<0.005"
        last = self.found.cost
        quarters = self._sum_right(last, self.groups.quarters)
        whole = f"ABS({quarters}-SUM({sheet.span(last)}))<0.005"
        sheet.end(
            ("cost by line = by cost centre", closes),
            ("quarters = periods", whole),
            width=1 + len(self.groups.all),
        )
        return self.found

    # --- longer periods --------------------------------------------------------------------------

    def _section(self, title: str) -> None:
        self._sheet.section(title, len(self._sheet.periods) + 1 + len(self.groups.all))

    @property
    def _unit(self) -> tuple[str]:
        return (self.book.currency,)

    def _right_of_periods(self) -> None:
        """The heads of fiscal quarters and years."""
        sheet = self._sheet.sheet
        head = self.book.style(
            bold=True, font_color="#FFFFFF", bg_color="#44546A", align="right", text_wrap=True
        )
        first = self._after
        sheet.set_column(first - 1, first - 1, 2)
        sheet.set_column(first, first + len(self.groups.all) - 1, 12)
        for i, (label, _, _) in enumerate(self.groups.all):
            sheet.write_string(self._sheet.first - 1, first + i, label, head)

    @property
    def _after(self) -> int:
        return FIRST + len(self._sheet.periods) + 1

    def _sum_right(self, row: int, groups: Sequence[object]) -> str:
        first, last = self._after, self._after + len(groups) - 1
        return f"SUM({column(first)}{row + 1}:{column(last)}{row + 1})"

    def _flow(self, about: Sequence[str], formula: Formula, values: FloatArray, **how: Any) -> int:
        """A row of money, with its sums over the plan and over longer periods."""
        sheet, unit = self._sheet, self.book.currency
        row = sheet.formulas(about, unit, formula, values, **how)
        style = self.book.number(unit, **how)
        total = f"=SUM({sheet.span(row)})"
        sheet.sheet.write_formula(row, _TOTAL, total, style, float(values.sum()))
        for i, (_, begin, end) in enumerate(self.groups.all):
            text = f"=SUM({sheet.cell(row, begin)}:{sheet.cell(row, end)})"
            value = float(values[begin : end + 1].sum())
            sheet.sheet.write_formula(row, self._after + i, text, style, value)
        return row

    # --- cost ------------------------------------------------------------------------------------

    def _who(self, crew: Crew, words: str) -> tuple[str, ...]:
        return words, crew.role, crew.value or ALL, self.book.currency, crew.department

    def _salary(self, index: int) -> int:
        crew = self.plan.crews[index]
        return self._sheet.formulas(
            self._who(crew, "Salary"), self.book.currency, salary_formula(self.book, crew),
            crew.salaries,
        )  # fmt: skip

    def _line(
        self, line: str, order: Sequence[int], rows: Mapping[str, Mapping[int, int]]
    ) -> dict[int, int]:
        """A part: the line of every pool; its rows."""
        self._section(LINES[line])
        found = {}
        for i in order:
            crew = self.plan.crews[i]
            found[i] = self._flow(
                self._who(crew, LINES[line]), partial(self._cost, line, i, rows),
                crew.costs[line],
            )  # fmt: skip
        return found

    def _cost(
        self, line: str, index: int, rows: Mapping[str, Mapping[int, int]], period: int
    ) -> str:
        """A line of a pool in a period, as a formula."""
        crew, name, there = self.plan.crews[index], self.book.name, self.heads.sheet.there
        paid = there(self.heads.paid[index], period)
        if line == "salaries":
            return f"{paid}*{self._sheet.cell(self.found.salary[index], period)}*{LENGTH}"
        if line == "on_costs":
            salaries = self._sheet.cell(rows["salaries"][index], period)
            return f"{salaries}*{name(crew.pay['on_costs'].at(period))}"
        if line == "hiring":
            joined = there(self.heads.joined[index], period)
            return f"{joined}*{name(crew.pay['hiring_cost'].at(period))}"
        return f"{paid}*{name(crew.pay[line].at(period))}*{LENGTH}"

    def _whole(self, rows: Mapping[str, Mapping[int, int]]) -> list[int]:
        """A part: each line over all pools."""
        self._section("Cost by line")
        for line, by_pool in rows.items():
            pools = (min(by_pool.values()), max(by_pool.values()))
            self.found.lines[line] = self._flow(
                (f"{LINES[line]}, all", "", "", *self._unit),
                partial(self._added, pools),
                np.sum([crew.costs[line] for crew in self.plan.crews], axis=0),
            )
        return [self.found.lines[line] for line in rows]

    def _added(self, rows: tuple[int, int], period: int) -> str:
        return f"SUM({self._sheet.rows(*rows, period)})"

    def _pool(self, index: int, rows: Mapping[str, Mapping[int, int]]) -> int:
        crew, sheet = self.plan.crews[index], self._sheet
        own = [rows[line][index] for line in LINES]
        return self._flow(
            self._who(crew, f"Cost of the {'pool' if crew.value else 'role'}"),
            lambda t: "+".join(sheet.cell(row, t) for row in own), crew.cost,
        )  # fmt: skip

    def _roles(self, order: Sequence[int]) -> None:
        """Each role that is split, over its pools."""
        for role in dict.fromkeys(self.plan.crews[i].role for i in order):
            own = [i for i in order if self.plan.crews[i].role == role]
            if len(own) > 1:
                department = self.plan.crews[own[0]].department
                about = ("Cost of the role", role, ALL, *self._unit, department)
                self._over(about, own)

    def _department(self, name: str, order: Sequence[int]) -> int:
        own = [i for i in order if self.plan.crews[i].department == name]
        return self._over(("Cost of the department", ALL, ALL, *self._unit, name), own)

    def _over(self, about: Sequence[str], pools: Sequence[int]) -> int:
        """The cost of some pools whose rows are neighbours."""
        first, last = self.found.pools[pools[0]], self.found.pools[pools[-1]]
        return self._flow(
            about, partial(self._added, (first, last)),
            np.sum([self.plan.crews[i].cost for i in pools], axis=0), bold=True,
        )  # fmt: skip

    def _platform(self) -> int:
        platform, name = self.plan.platform, self.book.name
        return self._flow(
            ("Software of the team", "", "", *self._unit),
            lambda t: f"{name(platform.at(t))}*{LENGTH}", self.plan.software,
        )  # fmt: skip

    # --- revenue ---------------------------------------------------------------------------------

    def _revenue(self, cost: FloatArray) -> None:
        billed, sheet, found = self.customers.billed, self._sheet, self.found
        if billed is None:
            return
        there = self.customers.sheet.there
        revenue = self.plan.customers["revenue"].sum(axis=1)
        found.revenue = self._flow(
            ("Revenue", "", "", *self._unit),
            lambda t: f"{there(billed, t)}*{LENGTH}", revenue, bold=True,
        )  # fmt: skip
        margin, income = self.plan.margin, found.revenue
        if margin is None:
            return
        profit = revenue * margin.values
        made = found.profit = self._flow(
            ("Gross profit", "", "", *self._unit),
            lambda t: f"{sheet.cell(income, t)}*{self.book.name(margin.at(t))}", profit, bold=True,
        )  # fmt: skip
        self._flow(
            ("Gross profit less cost of the team", "", "", *self._unit),
            lambda t: f"{sheet.cell(made, t)}-{sheet.cell(found.cost, t)}", profit - cost,
            bold=True, top=1,
        )  # fmt: skip
