"""Reports on standard output: as wide as a terminal, and plain text otherwise."""

from __future__ import annotations

import sys

from rich.console import Console, Group

from capacity.report.tables import WIDTH, plain


def show(report: Group, width: int = WIDTH) -> None:
    """Print a report; the width is that of plain text."""
    if sys.stdout.isatty():
        Console(highlight=False, markup=False).print(report)
    else:
        print(plain(report, width))
