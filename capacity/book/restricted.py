"""Which accounts of a book need a task: those of its segments that meet its `where`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import BoolArray
from capacity.book.accounts import Book
from capacity.errors import Mistake
from capacity.scenario.conditions import NUMBER, OF_ACCOUNTS, SWITCH, Comparison, Where
from capacity.scenario.document import Plan
from capacity.scenario.reading import Marked, dotted
from capacity.scenario.task import Task


def needs(plan: Plan, book: Book, task: Task) -> BoolArray:
    """Which accounts need a task, shape (accounts,)."""
    segments = plan.segments_of(task)
    inside = np.array([name in segments for name in plan.segments], dtype=bool)[book.segment]
    return inside & meets(plan, book, task.where) if task.where else inside


def may_need(plan: Plan, book: Book, task: Task) -> BoolArray:
    """Which accounts need a task, or may show that those like them that are won will need it."""
    won = [bool(segment.new_accounts) for segment in plan.segments.values()]
    found = needs(plan, book, task)
    if task.where is None or not any(won):
        return found

    def truth(comparison: Comparison) -> BoolArray | None:
        taken = comparison.column not in OF_ACCOUNTS or comparison.column == "segment"
        return compared(plan, book, comparison) if taken else None

    segments = plan.segments_of(task)
    wins = np.array([w and name in segments for w, name in zip(won, plan.segments, strict=True)])
    return found | (wins[book.segment] & task.where.may_be_met(truth))


def meets(plan: Plan, book: Book, where: Where) -> BoolArray:
    """Which accounts meet a condition, shape (accounts,)."""
    met = where.met(partial(compared, plan, book))
    return np.broadcast_to(met, len(book))


def compared(plan: Plan, book: Book, comparison: Comparison) -> BoolArray:
    """For which accounts a comparison holds, shape (accounts,)."""
    cells = _cells(plan, book, comparison)
    if cells.dtype == object:
        return comparison.met(cells, cells != "")
    known = ~np.isnat(cells) if cells.dtype.kind == "M" else np.isfinite(cells)
    return comparison.met(cells, known)


def _cells(plan: Plan, book: Book, comparison: Comparison) -> NDArray[Any]:
    """A column as a comparison reads it."""
    column = comparison.column
    if column == "id":
        return np.array(book.ids, dtype=object)
    if column == "segment":
        return np.array(list(plan.segments), dtype=object)[book.segment]
    if column == "start":
        return book.starts
    if column == "complexity":
        usual = np.array([segment.complexity.mean for segment in plan.segments.values()])
        return np.where(np.isnan(book.complexity), usual[book.segment], book.complexity)
    if column in ("arr", "term", "renewal", "churn"):
        found: NDArray[Any] = getattr(book, column)
        return found.astype(float) if column == "term" else found
    return book.figures[column] if comparison.holds in (NUMBER, SWITCH) else book.names[column]


def unmet(plan: Plan, book: Book, marked: Marked) -> Iterator[Mistake]:
    """Warnings of conditions that no account of a book meets."""
    for name, task in plan.tasks.items():
        if task.where is not None and len(book) and not needs(plan, book, task).any():
            path = ("tasks", name, "where")
            text = "no account of the book meets it, so only accounts to be won can make this work"
            yield Mistake(marked.place(path), dotted(path), text)
