"""What all reports are made of: their width, their tables, and the mark of an error."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table

from capacity.report.told import Sentence

WIDTH = 110
MARK = "~"
"""Stands before a figure of a table whose Monte Carlo error matters."""
RANGE = "8 of 10 futures"
_TO = " to "
_ANY = 1000
"""Characters that no table has."""
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
    """A report whose tables fit: where one is too wide, heads take two lines, then ranges do.

    Titles are as wide as the report, not as their tables.
    """
    for part in shown.renderables:
        if isinstance(part, Table):
            for column in part.columns if _is_wide(part, console) else ():
                column.header = _on_two_lines(str(column.header))
            for column in part.columns if _is_wide(part, console) else ():
                column.no_wrap = not any(_TO in str(cell) for cell in column.cells)
    return Group(*(piece for part in shown.renderables for piece in _apart(part)))


def _apart(part: RenderableType) -> Iterator[RenderableType]:
    """A table without its title, and that above it."""
    if isinstance(part, Table) and part.title:
        yield Sentence(str(part.title), style="bold")
        part = copy.copy(part)
        part.title = None
    yield part


def _is_wide(table: Table, console: Console) -> bool:
    room = console.options.update(max_width=_ANY)
    return Measurement.get(console, room, table).maximum > console.width


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
