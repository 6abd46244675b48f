"""Reports on standard output: as wide as a terminal, and plain text otherwise."""

from __future__ import annotations

import sys

from rich.console import Console, Group

from capacity.report.tables import fitted, plain


def show(report: Group) -> None:
    """Print a report."""
    if sys.stdout.isatty():
        console = Console(highlight=False, markup=False)
        console.print(fitted(report, console))
    else:
        print(plain(report))
