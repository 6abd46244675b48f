"""Reports on standard output: as wide as a terminal, and plain text otherwise."""

from __future__ import annotations

import sys

from rich.console import Console, Group

from capacity.report.tables import WIDTH, fitted, plain


def show(report: Group, width: int = WIDTH) -> None:
    """Print a report; the width is that of plain text."""
    if sys.stdout.isatty():
        console = Console(highlight=False, markup=False)
        console.print(fitted(report, console))
    else:
        print(plain(report, width))
