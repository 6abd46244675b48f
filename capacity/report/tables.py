"""What all reports are made of: their width, their tables, and the mark of an error."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from itertools import takewhile
from typing import Any

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from capacity.report.lines import Sentence

WIDTH = 110
MARK = "~"
"""Stands before a figure of a table whose Monte Carlo error matters."""
RANGE = "8 of 10 futures"
_TO = " to "
_ANY = 1000
"""Characters that no table has."""
_NAMES = 3
"""Part of a line, one in so many, that names may always take."""
FEW = 50
"""Futures of which fewer than five lie beyond p10 or p90, so that no error of these is known."""
TOO_FEW = f"So few futures say little of odds and ranges: give {FEW} or more."


def plain(shown: Group, width: int = WIDTH) -> str:
    """A report as plain text."""
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, highlight=False, markup=False)
    console.print(fitted(shown, console))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def fitted(shown: Group, console: Console) -> Group:
    """A report whose tables fit, none of their figures cut.

    Where one is too wide, heads take two lines, then ranges do, then names; and columns that have
    no room even so stand below, beside the same names. Titles are as wide as the report, not as
    their tables.
    """
    parts: list[RenderableType] = []
    for part in shown.renderables:
        if isinstance(part, Table):
            parts += [Sentence(str(part.title), style="bold")] if part.title else []
            bare = copy.copy(part)  # the report may be shown again
            bare.title = None
            parts += _fitting(bare, console)
        else:
            parts.append(part)
    return Group(*parts)


def _fitting(table: Table, console: Console) -> Iterator[RenderableType]:
    """A table, or several below each other."""
    for column in table.columns if _excess(table, console) else ():
        column.header = _on_two_lines(str(column.header))
    ranges = [i for i, one in enumerate(table.columns) if any(_TO in str(c) for c in one.cells)]
    while ranges and _excess(table, console):
        table = _with_broken(table, ranges.pop(0), _excess(table, console))
    excess = _excess(table, console)
    if excess:
        names = table.columns[0]
        longest = max((cell_len(str(cell)) for cell in names.cells), default=0)
        names.no_wrap, names.overflow = False, "fold"
        names.max_width = max(longest - excess, console.width // _NAMES)
    if _excess(table, console):
        yield from _in_parts(table, console)
    else:
        yield table


def _in_parts(table: Table, console: Console) -> Iterator[RenderableType]:
    """Its columns, as many beside each other as have room; those of names stand in each part."""
    names = [*range(len([*takewhile(lambda one: one.justify == "left", table.columns)]))]
    chosen: list[int] = []
    for i in range(len(names), len(table.columns)):
        if chosen and _excess(_copy(table, [*names, *chosen, i]), console):
            yield from (_copy(table, [*names, *chosen]), Text())
            chosen = []
        chosen.append(i)
    yield _copy(table, [*names, *chosen])


def _with_broken(table: Table, column: int, excess: int) -> Table:
    """A table with a column of ranges so much narrower, those that are longer in two lines."""
    room = max(cell_len(str(cell)) for cell in table.columns[column].cells) - excess
    return _copy(table, range(len(table.columns)), {column: room})


def _copy(table: Table, chosen: Iterable[int], rooms: Mapping[int, int] | None = None) -> Table:
    """Some columns of a table; ranges that are longer than their room stand in two lines."""
    out = Table(box=None, pad_edge=False)
    some = {i: table.columns[i] for i in chosen}
    for one in some.values():
        out.add_column(one.header, **_looks(one))
    for cells in zip(*(one.cells for one in some.values()), strict=True):
        shown = dict(zip(some, map(str, cells), strict=True))
        for i, room in (rooms or {}).items():
            if cell_len(shown[i]) > room:
                shown[i] = shown[i].replace(_TO, f"{_TO.rstrip()}\n")
        out.add_row(*shown.values())
    return out


def _looks(column: Column) -> dict[str, Any]:
    kept = ("justify", "no_wrap", "overflow", "max_width")
    return {name: getattr(column, name) for name in kept}


def _excess(table: Table, console: Console) -> int:
    """By how many cells a table is wider than there is room."""
    room = console.options.update(max_width=_ANY)
    return max(Measurement.get(console, room, table).maximum - console.width, 0)


def _on_two_lines(head: str) -> str:
    """``in 1 of`` above ``10 above``: the two lines as short as they can be."""
    words = head.split(" ")
    pairs = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return "\n".join(min(pairs, key=lambda pair: max(map(len, pair)), default=(head,)))


def table(title: str, *heads: str) -> Table:
    """A table of which the first column is words and the others are figures."""
    out = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, head in enumerate(heads):
        out.add_column(head, justify="left" if i == 0 else "right", no_wrap=True)
    return out


def marked(said: str, *, matters: bool) -> str:
    """A figure, marked where its error matters; ``>99 %`` and the like are rough as they are."""
    return f"{MARK}{said}" if matters and said[0] not in "<>" else said
