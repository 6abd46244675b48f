"""The sheet of the time waterfall: paid hours to customer hours, each line named and used once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.workbook.book import Book
from capacity.workbook.monthly import Monthly
from capacity.workings.people import Crew, Time

_NOTE = (
    "Hours of one full-time, ramped person. Black: formulas from the sheet Inputs. Grey: what the "
    "calendar says."
)
_HEADS = ("Line", "Roles", "Holidays", "Unit", "", "Left open")
_DUST = 1e-6
WEEK = 5


@dataclass(frozen=True)
class TimeSheet:
    """Where the customer hours of each waterfall stand."""

    sheet: Monthly
    customer: dict[tuple[object, ...], int]

    def hours(self, time: Time, period: int) -> str:
        """The cell of the customer hours of a person."""
        return self.sheet.there(self.customer[time.key], period)


def time_sheet(book: Book, crews: Sequence[Crew], periods: Sequence[str]) -> TimeSheet:
    """Write the waterfalls of all pools that work, those that are the same once."""
    sheet = Monthly(book, "Time", _NOTE, _HEADS, periods, checks=1)
    users: dict[tuple[object, ...], list[str]] = {}
    times: dict[tuple[object, ...], Time] = {}
    for crew in crews:
        for time in crew.times if crew.works else ():
            users.setdefault(time.key, []).append(crew.name)
            times[time.key] = time
    first, customer = sheet.row, {}
    for key, time in times.items():
        customer[key] = _waterfall(sheet, time, ", ".join(dict.fromkeys(users[key])))
    sheet.end(("paid hours are used once", sheet.all_close(first, sheet.row, _DUST)))
    return TimeSheet(sheet, customer)


def _waterfall(sheet: Monthly, time: Time, roles: str) -> int:
    """The rows of one waterfall; the last of them."""
    name, cell = sheet.book.name, sheet.cell
    said = {key: [name(dated.at(t)) for t in range(len(time.leave))]
            for key, dated in time.inputs.items()}  # fmt: skip
    number = {key: dated.values for key, dated in time.inputs.items()}
    holidays = time.calendar or "none"
    day = number["hours_per_week"] / WEEK

    def about(line: str, unit: str = "hours") -> tuple[str, ...]:
        return line, roles, holidays, unit

    sheet.section(f"{roles} · holidays {holidays}")
    days = sheet.values(about("Mondays to Fridays", "days"), "days", time.weekdays)
    closed = sheet.values(about("Public holidays on them", "days"), "days", time.holidays)
    part = sheet.values(about("Part of a year's leave", "share"), "share", time.leave)
    paid = sheet.formulas(
        about("Paid hours"), "hours",
        lambda t: f"{cell(days, t)}*{said['hours_per_week'][t]}/{WEEK}", time.weekdays * day,
    )  # fmt: skip
    shut = time.holidays * day
    off = sheet.formulas(
        about("− holidays"), "hours",
        lambda t: f"-{cell(closed, t)}*{said['hours_per_week'][t]}/{WEEK}", -shut,
    )  # fmt: skip
    leave = time.leave * (number["pto_days"] + number["sick_days"]) * day
    leave = np.minimum(leave, time.weekdays * day - shut)
    away = sheet.formulas(
        about("− leave and sickness"), "hours",
        lambda t: f"-MIN({cell(part, t)}*({said['pto_days'][t]}+{said['sick_days'][t]})"
        f"*{said['hours_per_week'][t]}/{WEEK},{cell(paid, t)}+{cell(off, t)})", -leave,
    )  # fmt: skip
    here = time.weekdays * day - shut - leave
    present = sheet.formulas(
        about("= present hours"), "hours", lambda t: f"SUM({sheet.rows(paid, away, t)})", here,
        bold=True,
    )  # fmt: skip
    internal = sheet.formulas(
        about("− internal"), "hours", lambda t: f"-{cell(present, t)}*{said['internal'][t]}",
        -here * number["internal"],
    )  # fmt: skip
    available = sheet.formulas(
        about("= available hours"), "hours",
        lambda t: f"{cell(present, t)}+{cell(internal, t)}", time.available, bold=True,
    )  # fmt: skip
    reserve = sheet.formulas(
        about("− reserve"), "hours",
        lambda t: f"-{cell(available, t)}*(1-{said['target_utilization'][t]})",
        time.customer - time.available,
    )  # fmt: skip
    customer = sheet.formulas(
        about("= customer hours"), "hours",
        lambda t: f"{cell(available, t)}+{cell(reserve, t)}", time.customer, bold=True, top=1,
    )  # fmt: skip
    lines = "+".join(f"SUM({sheet.span(row)})" for row in (paid, off, away, internal, reserve))
    sheet.left_open(customer, f"ABS({lines}-SUM({sheet.span(customer)}))")
    return customer
