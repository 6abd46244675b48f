"""The sheet of the work: what falls due, and the hours it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capacity.workbook.book import Book, column
from capacity.workbook.monthly import GIVEN, Monthly
from capacity.workings.inputs import Dated
from capacity.workings.lines import Line
from capacity.workings.plan import Workings

_NOTE = (
    "Grey: what falls due, as accounts come and go in the expected-values pass. Black: hours = "
    "what falls due × how much of it happens × hours of one."
)
_HEADS = ("Task", "Segment", "Pool", "Falls due in", "Happens", "Hours each")
_HAPPENS, _EACH = 4, 5
ALL = "all"
_BECAME = {
    "due_hours": "Fell due",
    "done_hours": "Done",
    "dropped_hours": "Dropped",
    "cancelled_hours": "Cancelled with lost accounts",
    "backlog_hours": "Waiting at the end",
}


@dataclass(frozen=True)
class WorkloadSheet:
    """Where the hours of each pool stand: first and last row."""

    sheet: Monthly
    rows: dict[int, tuple[int, int]]

    def hours(self, pool: int, period: int) -> str:
        """The cells of the hours of a pool, as other sheets speak of them."""
        first, last = self.rows[pool]
        return f"{self.sheet.name}!{self.sheet.rows(first, last, period)}"


def workload_sheet(book: Book, plan: Workings, periods: Sequence[str]) -> WorkloadSheet:
    """Write the work of all pools."""
    sheet = Monthly(book, "Workload", _NOTE, _HEADS, periods, checks=1)
    lines = [line for line in plan.lines if line.number.any()]
    sheet.section("What falls due")
    numbers = [sheet.values(_about(plan, line), "amount", line.number) for line in lines]
    sheet.section("Hours due = what falls due × happens × hours each")
    rows: dict[int, tuple[int, int]] = {}
    for line, number in zip(lines, numbers, strict=True):
        row = hours_row(sheet, _about(plan, line), line, number)
        rows[line.pool] = (rows.get(line.pool, (row, row))[0], row)
    sheet.section("Hours due by pool")
    for pool, (first, last) in rows.items():
        crew = plan.crews[pool]
        sheet.sums(("Hours due", ALL, crew.name), "hours", (first, last), crew.due, bold=True)
    difference = _became(sheet, plan)
    sheet.end(("hours due are accounted for", difference))
    return WorkloadSheet(sheet, rows)


def _about(plan: Workings, line: Line) -> tuple[str, ...]:
    return line.task, line.segment or ALL, plan.crews[line.pool].name, line.counted


def hours_row(sheet: Monthly, about: Sequence[str], line: Line, number: int) -> int:
    """A row of hours: the number of another row, times inputs; returns its index."""
    book, constant = sheet.book, _is_constant(line)
    row = sheet.row
    if constant:
        share, each = happens(book, line, 0), hours_each(book, line, 0)
        for col, text, value, unit in (
            (_HAPPENS, share, line.share[0], "exact"),
            (_EACH, each, line.each[0], "exact"),
        ):
            style = book.number(unit)
            sheet.sheet.write_formula(row, col, f"={text}", style, float(value))

    def formula(t: int) -> str:
        here = sheet.cell(number, t)
        if constant:
            return f"{here}*${column(_HAPPENS)}{row + 1}*${column(_EACH)}{row + 1}"
        return f"{here}*{happens(book, line, t)}*{hours_each(book, line, t)}"

    return sheet.formulas(about, "hours", formula, line.due)


def _is_constant(line: Line) -> bool:
    return all(d.is_constant for d in (*line.happens, *line.weights, *line.steps))


def happens(book: Book, line: Line, period: int) -> str:
    """How much of the work takes place, as a formula."""
    return _times(book, line.happens, period)


def hours_each(book: Book, line: Line, period: int) -> str:
    """The hours of one, as a formula."""
    steps = "+".join(book.name(step.at(period)) for step in line.steps)
    if not steps:
        return _times(book, line.weights, period)
    steps = f"({steps})" if len(line.steps) > 1 else steps
    weights = [book.name(weight.at(period)) for weight in line.weights]
    return "*".join([*weights, steps])


def _times(book: Book, factors: Sequence[Dated], period: int) -> str:
    return "*".join(book.name(factor.at(period)) for factor in factors) or "1"


def _became(sheet: Monthly, plan: Workings) -> str:
    """What became of the hours of each pool; whether they are all accounted for, as a formula."""
    sheet.section("What became of them, as simulated: these do not follow the inputs")
    crews = [crew for crew in plan.crews if crew.works]
    blocks = {}
    for name, said in _BECAME.items():
        first = sheet.row
        for crew in crews:
            row = sheet.values((said, ALL, crew.name), "hours", crew.hours[name])
            if name == "backlog_hours":
                before = sheet.book.style(**GIVEN, align="right")
                sheet.sheet.write_string(row, _HAPPENS, "before:", before)
                grey = sheet.book.number("hours", **GIVEN)
                sheet.sheet.write_number(row, _EACH, crew.backlog, grey)
        blocks[name] = (first, sheet.row - 1)
    if not crews:
        return "TRUE"
    due, done, dropped, cancelled, waiting = (sheet.block(*rows) for rows in blocks.values())
    before = sheet.block(*blocks["backlog_hours"], shift=-1)
    left = f"{waiting}-{before}-{due}+{done}+{dropped}+{cancelled}"
    return f"SUMPRODUCT(ABS({left}))<0.000001"
