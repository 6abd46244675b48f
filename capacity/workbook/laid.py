"""The sheets of a plan, laid out: from the inputs to people and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.workbook.book import Book
from capacity.workbook.customers import CustomersSheet, customers_sheet
from capacity.workbook.headcount import HeadcountSheet, headcount_sheet
from capacity.workbook.money import Groups, MoneySheet, money_sheet
from capacity.workbook.time import TimeSheet, time_sheet
from capacity.workbook.workload import WorkloadSheet, workload_sheet
from capacity.workings.plan import Workings

Line = tuple[str, str, float]
"""What a line of a bridge is called, its formula, and what comes of it."""


@dataclass(frozen=True)
class Laid:
    """Where everything stands."""

    plan: Workings
    currency: str
    periods: Sequence[str]
    time: TimeSheet
    work: WorkloadSheet
    heads: HeadcountSheet
    customers: CustomersSheet
    money: MoneySheet

    @property
    def roles(self) -> list[str]:
        """The roles that do work for accounts."""
        return list(dict.fromkeys(crew.role for crew in self.plan.crews if crew.works))

    @property
    def busiest(self) -> list[str]:
        """The same, those of which the work takes most people first."""
        need = {
            role: float(
                np.sum([c.required for c in self.plan.crews if c.role == role], axis=0).max()
            )
            for role in self.roles
        }
        return sorted(need, key=lambda role: -need[role])

    @property
    def totals(self) -> dict[str, float]:
        """Money over the plan, by name of the figure."""
        revenue = self.plan.customers["revenue"].sum(axis=1)
        margin = self.plan.margin
        return {
            "team_cost": float(self.plan.cost.sum()),
            "revenue": float(revenue.sum()),
            "gross_profit": float((revenue * margin.values).sum()) if margin else 0.0,
        }

    @property
    def bridge(self) -> list[Line]:
        """The ARR bridge over the plan."""
        rows, sheet, plan = self.customers.arr, self.customers.sheet, self.plan
        last = len(self.periods) - 1
        lines: list[Line] = [
            ("Opening", sheet.there(rows["opening"], 0), float(plan.opening[1].sum()))
        ]
        for name, words, sign in (
            ("new_arr", "New", 1), ("expansion_arr", "Expansion", 1),
            ("contraction_arr", "Contraction", -1), ("churned_arr", "Churn", -1),
        ):  # fmt: skip
            text = f"SUM({sheet.name}!{sheet.span(rows[name])})"
            amount = sign * float(plan.customers[name].sum())
            lines.append((words, text if sign > 0 else f"-{text}", amount))
        closing = sheet.there(rows["closing"], last)
        return [*lines, ("Closing", closing, float(plan.customers["arr"][-1].sum()))]


def lay_out(
    book: Book, plan: Workings, segments: Sequence[str], periods: Sequence[str],
    groups: Groups, *, has_money: bool,
) -> Laid:  # fmt: skip
    """Write all sheets between the inputs and the summary."""
    time = time_sheet(book, plan.crews, periods)
    work = workload_sheet(book, plan, periods)
    heads = headcount_sheet(book, plan, time, work, periods)
    customers = customers_sheet(book, plan, segments, periods, has_money=has_money)
    money = money_sheet(book, plan, heads, customers, periods, groups)
    return Laid(plan, book.currency, periods, time, work, heads, customers, money)
