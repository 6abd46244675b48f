"""The sheet of the customers: accounts and yearly revenue, from period to period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from capacity.arrays import FloatArray
from capacity.workbook.book import Book
from capacity.workbook.monthly import Monthly
from capacity.workbook.workload import ALL
from capacity.workings.plan import Workings

_NOTE = (
    "Grey: how accounts come, grow and go in the expected-values pass, with the coverage of the "
    "plan as it was simulated. They do not follow the inputs."
)
_BY_START = (
    "Today's accounts by the year in which they began; together where that is not known, or where "
    "age or a churn of their own decides who is lost, so that a year is not lost alike."
)
_HEADS = ("Line", "Segment", "", "Unit", "", "Left open")
_ACCOUNTS = {"new_accounts": ("+ new", 1), "churned_accounts": ("− lost", -1)}
_ARR = {
    "new_arr": ("+ new", 1),
    "expansion_arr": ("+ expansion", 1),
    "contraction_arr": ("− contraction", -1),
    "churned_arr": ("− churn", -1),
}
_OPENING = "Opening book"
_CENT, _DUST = 0.005, 0.000001


@dataclass(frozen=True)
class CustomersSheet:
    """Where the figures stand, each for all segments.

    Attributes
    ----------
    billed
        Yearly revenue that is paid in each period.
    arr
        Rows of the bridge by name: `opening`, the changes, and `closing`.
    """

    sheet: Monthly
    billed: int | None
    accounts: Mapping[str, int]
    arr: Mapping[str, int]


def customers_sheet(
    book: Book, plan: Workings, segments: Sequence[str], periods: Sequence[str],
    *, has_money: bool,
) -> CustomersSheet:  # fmt: skip
    """Write accounts, and ARR where accounts pay."""
    sheet = Monthly(book, "Customers", _NOTE, _HEADS, periods, checks=3)
    bridge = _Bridges(sheet, plan.customers, segments)
    first = sheet.row
    ends, accounts = bridge.write("Accounts", "accounts", _ACCOUNTS, "accounts", plan.opening[0])
    checks = [("accounts", sheet.all_close(first, sheet.row, _DUST))]
    billed: int | None = None
    arr: dict[str, int] = {}
    if has_money:
        first = sheet.row
        _, arr = bridge.write("ARR", book.currency, _ARR, "arr", plan.opening[1])
        checks.append(("ARR", sheet.all_close(first, sheet.row, _CENT)))
        billed = _billed(sheet, segments, plan.customers["revenue"] / plan.years)
    first = sheet.row
    _by_start(sheet, plan, dict(zip(segments, ends, strict=True)))
    checks.append(("accounts by start", sheet.all_close(first, sheet.row, _DUST)))
    sheet.end(*checks)
    return CustomersSheet(sheet, billed, accounts, arr)


def _billed(sheet: Monthly, segments: Sequence[str], paid: FloatArray) -> int:
    """Yearly revenue of the accounts there when a period begins; the row of all segments."""
    sheet.section("ARR that is paid: of the accounts there after new ones have started")
    unit = sheet.book.currency
    rows = [
        sheet.values(("ARR paid", segment, "", unit), unit, paid[:, i])
        for i, segment in enumerate(segments)
    ]
    return sheet.formulas(
        ("ARR paid", ALL, "", unit), unit, lambda t: f"SUM({sheet.rows(rows[0], rows[-1], t)})",
        paid.sum(axis=1), bold=True,
    )  # fmt: skip


def _by_start(sheet: Monthly, plan: Workings, ends: Mapping[str, int]) -> None:
    """Accounts by when they began, which add up to those at the end of each period.

    Today's accounts stand by year where that is known, or else together.

    Parameters
    ----------
    ends
        Row of the accounts at the end of each period, by segment.
    """
    earlier = (f"{_OPENING}, started {year}" for year in plan.starts.earlier[1:])
    sheet.remark(_BY_START)
    names = (_OPENING, *earlier, *(f"Started {label}" for label in plan.starts.later))
    for i, (segment, end) in enumerate(ends.items()):
        sheet.section(f"Accounts at the end by start · {segment}")
        first = sheet.row
        parts = plan.by_start[:, i].T
        for name, accounts in zip(names, parts, strict=True):
            if accounts.any() or (name == _OPENING and not parts.any()):
                sheet.values((name, segment, "", "accounts"), "accounts", accounts)
        about, whole = ("= at the end", segment, "", "accounts"), plan.by_start[:, i].sum(axis=1)
        row = sheet.sums(about, "accounts", (first, sheet.row - 1), whole, bold=True, top=1)
        sheet.left_open(row, f"SUMPRODUCT(ABS({sheet.span(row)}-{sheet.span(end)}))")


@dataclass(frozen=True)
class _Bridges:
    sheet: Monthly
    customers: Mapping[str, FloatArray]
    segments: Sequence[str]

    def write(
        self, title: str, unit: str, changes: Mapping[str, tuple[str, int]], end: str,
        opening: FloatArray,
    ) -> tuple[list[int], dict[str, int]]:  # fmt: skip
        """A bridge for each segment and one for all: rows of the ends, and those of the latter."""
        found: list[dict[str, int]] = []
        for i, segment in enumerate(self.segments):
            self.sheet.section(f"{title} · {segment}")
            found.append(self._segment(segment, i, unit, changes, end, float(opening[i])))
        self.sheet.section(f"{title} · all segments")
        ends = [one["closing"] for one in found]
        return ends, self._all(found, unit, changes, end, opening)

    def _segment(
        self, segment: str, index: int, unit: str, changes: Mapping[str, tuple[str, int]],
        end: str, opening: float,
    ) -> dict[str, int]:  # fmt: skip
        sheet, closing = self.sheet, self.customers[end][:, index]
        first = sheet.row
        last = first + 1 + len(changes)
        starts = np.append(opening, closing[:-1])

        def start(t: int) -> str | float:
            return sheet.cell(last, t - 1) if t else opening

        rows = {"opening": sheet.formulas(("At the start", segment, "", unit), unit, start, starts)}
        for name, (words, _) in changes.items():
            values = self.customers[name][:, index]
            rows[name] = sheet.values((words, segment, "", unit), unit, values)
        signs = {rows[name]: sign for name, (_, sign) in changes.items()}
        rows["closing"] = sheet.formulas(
            ("= at the end", segment, "", unit), unit, lambda t: _sum(sheet, first, signs, t),
            closing, bold=True, top=1,
        )  # fmt: skip
        held = sheet.values(("At the end, as simulated", segment, "", unit), unit, closing)
        spans = f"{sheet.span(rows['closing'])}-{sheet.span(held)}"
        sheet.left_open(held, f"SUMPRODUCT(ABS({spans}))")
        return rows

    def _all(
        self, segments: list[dict[str, int]], unit: str, changes: Mapping[str, tuple[str, int]],
        end: str, opening: FloatArray,
    ) -> dict[str, int]:  # fmt: skip
        sheet = self.sheet
        closing = self.customers[end].sum(axis=1)
        words = {"opening": "At the start"} | {n: w for n, (w, _) in changes.items()}
        totals = {name: self.customers[name].sum(axis=1) for name in changes}
        totals |= {"opening": np.append(opening.sum(), closing[:-1]), "closing": closing}
        words["closing"] = "= at the end"
        return {
            name: sheet.formulas(
                (said, ALL, "", unit), unit,
                partial(_plus, sheet, [one[name] for one in segments]),
                totals[name], bold=name == "closing",
            )
            for name, said in words.items()
        }  # fmt: skip


def _plus(sheet: Monthly, rows: Sequence[int], period: int) -> str:
    """The same period of some rows, added up."""
    return "+".join(sheet.cell(row, period) for row in rows)


def _sum(sheet: Monthly, first: int, signs: Mapping[int, int], period: int) -> str:
    """What was there, and what came and went."""
    parts = [f"{'+' if sign > 0 else '-'}{sheet.cell(row, period)}" for row, sign in signs.items()]
    return f"{sheet.cell(first, period)}{''.join(parts)}"
