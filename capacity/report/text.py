"""A result as text: sentences that can be repeated, then tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.report.figures import Figures
from capacity.report.run_sentences import footer, sentences
from capacity.report.run_tables import tables
from capacity.report.tables import WIDTH, plain
from capacity.report.told import Told

if TYPE_CHECKING:
    from rich.console import Group

    from capacity.result import Result


def as_text(result: Result, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(result), width)


def report(result: Result, by: str | None = None) -> Group:
    """What a person wants first; for `by` see `Figures`."""
    return told(Figures(result, by)).group()


def told(figures: Figures) -> Told:
    """What is said of a result."""
    return Told.of_one(
        figures.plan.name,
        figures.about,
        tuple(sentences(figures)),
        tuple(tables(figures)),
        tuple(footer(figures)),
    )
