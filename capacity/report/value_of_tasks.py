"""What each task is worth, as tables: all together, and by the segment in which it is made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

from capacity.report.tables import table
from capacity.report.words import UNKNOWN, currency_name, hours, money

if TYPE_CHECKING:
    from capacity.valuing.tasks import TaskValues


def tables_of_tasks(tasks: TaskValues, currency: str, *, ordered: bool) -> Iterator[Table]:
    """The value of each task, and in which segment it is made.

    Parameters
    ----------
    currency
        Its code.
    ordered
        Whether the values are known, and so which task to cut first.
    """
    yield _by_task(tasks, currency_name(currency), ordered=ordered)
    if len(tasks.segments) > 1 and ordered:
        yield _by_segment(tasks, currency_name(currency))


def notes_of_tasks(tasks: TaskValues, horizon: str) -> Iterator[str]:
    """What the value of a task is, how exactly it is known, and what a negative one says."""
    futures = f", in the first {tasks.trials:,} futures" if tasks.trials else ""
    yield (
        f"Value of a task: its part in the gross profit that all work makes over {horizon}"
        f"{futures}. Value alone: what is lost if that task alone stops."
    )
    if not tasks.exact:
        yield "Of so many tasks some orders stand for all; ± holds what that costs, too."
    if (tasks.by_segment < 0).any():
        yield "Value below 0: the work does harm, or takes hours from work that is worth more."


def _by_segment(tasks: TaskValues, currency: str) -> Table:
    out = table(f"Value of each task by segment, {currency}", "task", *tasks.segments, "all")
    for k in tasks.cut_first:
        worth = [*tasks.by_segment[k].tolist(), float(tasks.share[k])]
        out.add_row(tasks.tasks[k], *map(money, worth))
    all_ = [*tasks.by_segment.sum(axis=0).tolist(), tasks.total]
    out.add_row("all", *map(money, all_))
    return out


def _by_task(tasks: TaskValues, currency: str, *, ordered: bool) -> Table:
    heads = ("value", "±", "value alone", "hours", "cost", "value an hour")
    order = ": cut these first" if ordered else ""
    out = table(f"Value of each task, {currency}{order}", "task", *heads)
    for k in tasks.cut_first:
        error = float(tasks.error[k])
        out.add_row(
            tasks.tasks[k],
            money(float(tasks.share[k])),
            money(error) if math.isfinite(error) else "",
            money(float(tasks.alone[k])),
            hours(float(tasks.hours[k].sum())),
            money(float(tasks.cost[k].sum())),
            hours(float(tasks.per_hour[k])),
        )
    out.add_row("idle", UNKNOWN, "", UNKNOWN, UNKNOWN, money(tasks.idle), UNKNOWN)
    out.add_row("all", money(tasks.total), "", "", hours(float(tasks.hours.sum())), "", "")
    return out
