"""What a verb writes: tables, reports, charts, or all of them in one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from capacity.cli.options import Files
from capacity.extras import check_installed
from capacity.report.chart import Chart
from capacity.report.drawing import check_drawing
from capacity.report.html import check_html
from capacity.report.page import Page
from capacity.workbook.book import check_workbook
from capacity.writing import (
    check_folder,
    check_targets,
    make_folder,
    write_parquet,
    write_whole,
)

if TYPE_CHECKING:
    import pandas as pd

_CHARTS = "charts"
_KINDS = ("svg", "png")


class Answer:
    """An answer in all its forms.

    Parameters
    ----------
    page
        Makes the report; asked once, and only where a form needs it.
    json, csv
        Write its tables to a file.
    table
        The table itself.
    xlsx
        Writes it as a workbook.
    """

    def __init__(
        self,
        page: Callable[[], Page],
        json: Callable[[Path], None],
        csv: Callable[[Path], None],
        table: Callable[[], pd.DataFrame],
        xlsx: Callable[[Path], None],
    ) -> None:
        self._page, self.json, self.csv, self.table, self.xlsx = page, json, csv, table, xlsx

    @cached_property
    def page(self) -> Page:
        """The report."""
        return self._page()


def all_of(folder: Path) -> Files:
    """What the folder for everything holds."""
    return Files(
        json=folder / "table.json",
        csv=folder / "table.csv",
        xlsx=folder / "workbook.xlsx",
        html=folder / "report.html",
        md=folder / "report.md",
        charts=folder / _CHARTS,
    )


def check(files: Files, inputs: Iterable[str], *more: Path | None) -> None:
    """Make sure that all can be written, before any work is spent on it.

    Parameters
    ----------
    inputs
        Files that are read, which nothing may write over.
    more
        Other files that are written.

    Raises
    ------
    CapacityError
        Where a file would land nowhere or on an input, or a library is missing.
    """
    inputs = list(inputs)
    tables = (files.json, files.csv, files.parquet, files.xlsx)
    single = (*more, *tables, files.html, files.md)
    check_targets([path for path in single if path], inputs)
    if files.charts:
        check_folder(files.charts)
    if files.out:
        check_folder(files.out)
        if files.out.is_dir():
            check(all_of(files.out), inputs, *more)
    if files.html or files.out:
        check_html()
    if files.charts:
        check_drawing()
    if files.xlsx or files.out:
        check_workbook()
    if files.parquet:
        check_installed("Parquet files", "pyarrow")


def write(answer: Answer, files: Files) -> None:
    """Write all that is wanted of an answer, each file whole or not at all."""
    if files.json:
        answer.json(files.json)
    if files.csv:
        answer.csv(files.csv)
    if files.parquet:
        write_parquet(answer.table(), files.parquet)
    if files.xlsx:
        answer.xlsx(files.xlsx)
    if files.html:
        answer.page.to_html(files.html)
    if files.md:
        write_whole(files.md, answer.page.to_markdown(_pictures(files)))
    if files.charts:
        _write_charts(answer.page.charts, files.charts)
    if files.out:
        make_folder(files.out)
        write(answer, all_of(files.out))


def _pictures(files: Files) -> str:
    """The folder of charts as the Markdown sees it, where both stand side by side."""
    if files.md and files.charts and files.md.parent == files.charts.parent:
        return files.charts.name
    return ""


def _write_charts(charts: Iterable[Chart], folder: Path) -> None:
    """Every chart as SVG and as PNG, by its name."""
    make_folder(folder)
    for chart in charts:
        for kind in _KINDS:
            chart.save(folder / f"{chart.name}.{kind}")
