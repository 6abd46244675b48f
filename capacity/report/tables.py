"""What all reports are made of: their width, their tables, and the mark of an error."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, Group
from rich.table import Table

WIDTH = 110
MARK = "~"
"""Stands before a figure of a table whose Monte Carlo error matters."""
RANGE = "8 of 10 futures"
FEW = 200
"""Futures below which nothing is known of the Monte Carlo error."""


def plain(shown: Group, width: int = WIDTH) -> str:
    """A report as plain text."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, highlight=False, markup=False).print(shown)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def table(title: str, *heads: str) -> Table:
    """A table of which the first column is words and the others are figures."""
    out = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, head in enumerate(heads):
        out.add_column(head, justify="left" if i == 0 else "right", no_wrap=True)
    return out
