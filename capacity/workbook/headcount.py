"""The sheet of the people: how many the work takes, and how many there are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from capacity.arrays import FloatArray
from capacity.workbook.book import Book
from capacity.workbook.monthly import Monthly
from capacity.workbook.time import TimeSheet
from capacity.workbook.workload import ALL, WorkloadSheet
from capacity.workings.people import Crew, Time
from capacity.workings.plan import Workings

_NOTE = (
    "Required FTE = hours due ÷ customer hours of a ramped person. Grey: seats, people and "
    "coverage, as in the expected-values pass."
)
_HEADS = ("Figure", "Role", "Pool", "Unit", "", "")
_WHOLE = 1e-9
"""By so much less than the next head a need counts as met."""
Each = Callable[[int, int], str | float]
Reader = Callable[[Crew], FloatArray]


@dataclass(frozen=True)
class HeadcountSheet:
    """Where the figures stand: rows by role, those of its pools summed."""

    sheet: Monthly
    required: dict[str, int]
    filled: dict[str, int]
    paid: dict[int, int]
    joined: dict[int, int]


def headcount_sheet(
    book: Book, plan: Workings, time: TimeSheet, work: WorkloadSheet, periods: Sequence[str]
) -> HeadcountSheet:
    """Write the people of all pools."""
    sheet = Monthly(book, "Headcount", _NOTE, _HEADS, periods, checks=1)
    part = _Parts(sheet, plan)
    crews = plan.crews
    working = [i for i, crew in enumerate(crews) if crew.works]
    everybody = list(range(len(crews)))

    def needed(i: int, t: int) -> str | float:
        if i not in work.rows or not crews[i].times[0].customer[t]:
            return float(crews[i].required[t])  # endless where nobody has any time
        return f"SUM({work.hours(i, t)})/{time.hours(crews[i].times[0], t)}"

    required, roles = part.formulas("Required FTE", "FTE", working, needed, lambda c: c.required)

    def whole(i: int, t: int) -> str | float:
        if math.isinf(crews[i].required[t]):
            return math.inf
        return f"ROUNDUP(MAX({sheet.cell(required[i], t)}-{_WHOLE:.9f},0),0)"

    part.formulas(
        "Required FTE, rounded up", "heads", working, whole,
        lambda crew: np.ceil(np.maximum(crew.required - _WHOLE, 0)),
    )  # fmt: skip
    filled, seats = part.values("Seats filled", "people", everybody, lambda crew: crew.filled)
    part.values("Seats vacant", "people", everybody, lambda crew: crew.vacant)
    joined, _ = part.values("People who join", "people", everybody, lambda crew: crew.joined)
    left, _ = part.values("People who leave", "people", everybody, lambda crew: crew.left)
    paid, _ = part.values("Seats paid", "people", everybody, lambda crew: crew.paid)
    _hours(sheet, plan, time, required, working)
    part.values("Coverage", "share", working, lambda crew: crew.coverage)
    closes = _flow(sheet, *((rows[0], rows[len(rows) - 1]) for rows in (filled, joined, left)))
    sheet.end(("seats = those before + joined − left", closes))
    return HeadcountSheet(sheet, roles, seats, paid, joined)


def _flow(
    sheet: Monthly, filled: tuple[int, int], joined: tuple[int, int], left: tuple[int, int]
) -> str:
    """Whether seats are those of before, more who joined, less who left, as a formula."""
    if len(sheet.periods) == 1:
        return "TRUE"

    def later(rows: tuple[int, int]) -> str:
        return f"{sheet.cell(rows[0], 1)}:{sheet.cell(rows[1], len(sheet.periods) - 1)}"

    before = f"{sheet.cell(filled[0], 0)}:{sheet.cell(filled[1], len(sheet.periods) - 2)}"
    moved = f"{later(filled)}-{before}-{later(joined)}+{later(left)}"
    return f"SUMPRODUCT(ABS({moved}))<0.000001"


def _hours(
    sheet: Monthly, plan: Workings, time: TimeSheet, required: dict[int, int], working: list[int]
) -> None:
    """Ramped people, the hours they have, and how many more or fewer than it takes."""
    sheet.section("Ramped people and their customer hours")
    for i in working:
        crew = plan.crews[i]
        here = [
            sheet.values(("Ramped people at work", *_who(crew), "FTE"), "FTE", people)
            for people in crew.here
        ]
        pairs = list(zip(here, crew.times, strict=True))

        def hours(t: int, pairs: list[tuple[int, Time]] = pairs) -> str:
            return "+".join(f"{sheet.cell(row, t)}*{time.hours(one, t)}" for row, one in pairs)

        sheet.formulas(("Customer hours", *_who(crew), "hours"), "hours", hours, crew.capacity)

        def spare(t: int, i: int = i, here: list[int] = here) -> str | float:
            if math.isinf(plan.crews[i].required[t]):
                return -math.inf
            people = "+".join(sheet.cell(row, t) for row in here)
            return f"{people}-{sheet.cell(required[i], t)}"

        more = crew.here.sum(axis=0) - crew.required
        sheet.formulas(("Ramped less required", *_who(crew), "FTE"), "FTE", spare, more)


def _who(crew: Crew) -> tuple[str, str]:
    return crew.role, crew.value or ALL


@dataclass(frozen=True)
class _Parts:
    """Writes a part for each figure: a row for each pool, and one for each role that is split."""

    sheet: Monthly
    plan: Workings

    def formulas(
        self, title: str, unit: str, pools: list[int], formula: Each, read: Reader
    ) -> tuple[dict[int, int], dict[str, int]]:
        """Rows by pool, and by role."""
        self.sheet.section(title)
        rows = {
            i: self.sheet.formulas(
                (title, *_who(self.plan.crews[i]), unit),
                unit,
                partial(formula, i),
                read(self.plan.crews[i]),
            )
            for i in pools
        }
        return rows, self._roles(title, unit, rows, read)

    def values(
        self, title: str, unit: str, pools: list[int], read: Reader
    ) -> tuple[dict[int, int], dict[str, int]]:
        """The same of values."""
        self.sheet.section(title)
        rows = {
            i: self.sheet.values(
                (title, *_who(self.plan.crews[i]), unit), unit, read(self.plan.crews[i])
            )
            for i in pools
        }
        return rows, {} if unit == "share" else self._roles(title, unit, rows, read)

    def _roles(self, title: str, unit: str, rows: dict[int, int], read: Reader) -> dict[str, int]:
        """The row of each role: that of its only pool, or their sum."""
        pools: dict[str, list[int]] = {}
        for i in rows:
            pools.setdefault(self.plan.crews[i].role, []).append(i)
        found = {}
        for role, own in pools.items():
            first, last = rows[own[0]], rows[own[-1]]
            found[role] = first
            if len(own) > 1:
                about = (f"{title}, all pools", role, ALL, unit)
                whole: FloatArray = np.sum([read(self.plan.crews[i]) for i in own], axis=0)
                found[role] = self.sheet.sums(about, unit, (first, last), whole, bold=True)
        return found
