"""A world on the sheet of a value: what customers pay in it, and what its team costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.workbook.book import Book
from capacity.workbook.money import LENGTH, salary_formula
from capacity.workbook.monthly import Formula, Monthly
from capacity.workbook.workload import ALL, hours_row
from capacity.workings.people import Crew
from capacity.workings.plan import Workings


@dataclass(frozen=True)
class Rows:
    """Where a world stands: what it earns and costs, and salary and cost of each pool."""

    plan: Workings
    sheet: Monthly
    profit: int
    cost: int
    salary: Mapping[int, int]
    pools: Mapping[int, int]

    def has(self, index: int, crew: Crew) -> bool:
        """Whether a pool is the same here."""
        own = self.plan.crews[index]
        same = np.array_equal(crew.paid, own.paid) and np.array_equal(crew.joined, own.joined)
        return same and not crew.severance.any()


@dataclass(frozen=True)
class World:
    """Writes a world.

    Attributes
    ----------
    title
        What it is called.
    pools
        Rows of the cost of each pool that has been written.
    """

    book: Book
    sheet: Monthly
    plan: Workings
    title: str
    pools: dict[int, int] = field(default_factory=dict)

    def write(self, other: Rows | None) -> Rows:
        """Its rows.

        Parameters
        ----------
        other
            The world that it is held against, whose salaries it pays; None of the first one.
        """
        profit = self._profit()
        salary = other or Rows(self.plan, self.sheet, profit, 0, self._salaries(), {})
        self.sheet.section(f"{self.title}: what it costs")
        rows = [row for i in range(len(self.plan.crews)) for row in self._pool(i, salary)]
        rows.append(self._software())
        rows += self._others()
        cost = self._row(
            "Cost", lambda t: "+".join(self.sheet.cell(row, t) for row in rows),
            self.plan.whole_cost, bold=True,
        )  # fmt: skip
        return Rows(self.plan, self.sheet, profit, cost, salary.salary, self.pools)

    def _row(self, words: str, formula: Formula, values: FloatArray, **how: Any) -> int:
        unit = self.book.currency
        return self.sheet.formulas((words, "", "", unit), unit, formula, values, **how)

    def _profit(self) -> int:
        """Gross profit; its row."""
        sheet, plan, unit = self.sheet, self.plan, self.book.currency
        margin = plan.margin
        assert margin
        sheet.section(f"{self.title}: what customers pay")
        billed = sheet.values(("ARR paid", ALL, "", unit), unit, plan.revenue / plan.years)
        paid = self._row("Revenue", lambda t: f"{sheet.cell(billed, t)}*{LENGTH}", plan.revenue)
        return self._row(
            "Gross profit",
            lambda t: f"{sheet.cell(paid, t)}*{self.book.name(margin.at(t))}",
            plan.gross_profit,
            bold=True,
        )

    # --- what it costs ---------------------------------------------------------------------------

    def _salaries(self) -> dict[int, int]:
        self.sheet.section("Yearly salary of a seat")
        unit = self.book.currency
        return {
            i: self.sheet.formulas(
                ("Salary", *_who(crew), unit), unit, salary_formula(self.book, crew), crew.salaries
            )
            for i, crew in enumerate(self.plan.crews)
        }

    def _pool(self, index: int, other: Rows) -> Iterator[int]:
        """Rows of the cost of a pool: that of the other world where nothing about it changes."""
        crew, unit = self.plan.crews[index], self.book.currency
        about = (*_who(crew), unit)
        if index in other.pools and other.has(index, crew):
            there = partial(self._there, other.sheet, other.pools[index])
            words = "Cost of the pool, as in the plan"
            yield self.sheet.formulas((words, *about), unit, there, crew.cost)
            return
        seats = (*_who(crew), "people")
        paid = self.sheet.values(("Seats paid", *seats), "people", crew.paid)
        joined = self.sheet.values(("People who join", *seats), "people", crew.joined)
        salary = partial(self._there, other.sheet, other.salary[index])
        self.pools[index] = self.sheet.formulas(
            ("Cost of the pool", *about), unit,
            lambda t: self._pay(crew, salary(t), (paid, joined), t), crew.cost - crew.severance,
        )  # fmt: skip
        yield self.pools[index]
        if crew.severance.any():
            yield self._severance(crew, about, seats)

    def _there(self, sheet: Monthly, row: int, period: int) -> str:
        """A cell of this sheet, or of another."""
        return sheet.cell(row, period) if sheet is self.sheet else sheet.there(row, period)

    def _pay(self, crew: Crew, salary: str, rows: tuple[int, int], period: int) -> str:
        paid, joined = (self.sheet.cell(row, period) for row in rows)
        key = {name: self.book.name(crew.pay[name].at(period))
               for name in ("on_costs", "bonus", "tools", "hiring_cost")}  # fmt: skip
        yearly = f"({salary}*(1+{key['on_costs']})+{key['bonus']}+{key['tools']})"
        return f"{paid}*{yearly}*{LENGTH}+{joined}*{key['hiring_cost']}"

    def _severance(self, crew: Crew, about: Sequence[str], seats: Sequence[str]) -> int:
        each, unit = crew.pay["severance"], self.book.currency
        cut = self.sheet.values(("Seats cut", *seats), "people", crew.severance / each.values)
        return self.sheet.formulas(
            ("Severance", *about), unit,
            lambda t: f"{self.sheet.cell(cut, t)}*{self.book.name(each.at(t))}", crew.severance,
        )  # fmt: skip

    def _software(self) -> int:
        plan = self.plan

        def formula(t: int) -> str | float:
            return (
                f"{self.book.name(plan.platform.at(t))}*{LENGTH}" if plan.platform_kept[t] else 0.0
            )

        return self._row("Software of the team", formula, plan.software)

    def _others(self) -> list[int]:
        """The row of what others cost who do a part of the work, if they do."""
        plan, hour = self.plan, self.plan.absorbed_cost
        lines = [line for line in plan.others if line.number.any()]
        if not lines or hour is None:
            return []
        done = []
        for line in lines:
            who = (line.segment or ALL, plan.crews[line.pool].name)
            due = (f"Falls due: {line.task}", *who, line.counted)
            number = self.sheet.values(due, "amount", line.number)
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


def _who(crew: Crew) -> tuple[str, str]:
    return crew.role, crew.value or ALL
