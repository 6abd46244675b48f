"""The files that the verb `run` writes: tables, reports, charts, or all of them in one folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from capacity.errors import QuestionError
from capacity.report.drawing import check_drawing
from capacity.report.html import check_html
from capacity.result import Result
from capacity.workbook.book import check_workbook
from capacity.writing import (
    check_folder,
    check_targets,
    make_folder,
    write_csv,
    write_json,
    write_whole,
)

_CHARTS = "charts"
_KINDS = ("svg", "png")


@dataclass(frozen=True)
class Files:
    """Where everything goes; None for what is not wanted."""

    json: Path | None = None
    csv: Path | None = None
    html: Path | None = None
    md: Path | None = None
    charts: Path | None = None
    out: Path | None = None
    xlsx: Path | None = None

    @property
    def all_of_them(self) -> Files:
        """What the folder for everything holds."""
        assert self.out
        return Files(
            self.out / "table.json",
            self.out / "table.csv",
            self.out / "report.html",
            self.out / "report.md",
            self.out / _CHARTS,
        )

    @property
    def _pictures(self) -> str:
        """The folder of charts as the Markdown sees it, where both stand side by side."""
        if self.md and self.charts and self.md.parent == self.charts.parent:
            return self.charts.name
        return ""

    def check(self, inputs: Iterable[str]) -> None:
        """Make sure that all can be written, before any work is spent on it.

        Raises
        ------
        CapacityError
            Where a file would land nowhere or on an input, or a library is missing.
        """
        inputs = list(inputs)
        files = (self.json, self.csv, self.html, self.md, self.xlsx)
        check_targets([path for path in files if path], inputs)
        if self.charts:
            check_folder(self.charts)
        if self.out:
            everything = self.all_of_them
            check_folder(self.out)
            if self.out.is_dir():
                everything.check(inputs)
        if self.html or self.out:
            check_html()
        if self.charts:
            check_drawing()
        if self.xlsx:
            check_workbook()

    def refuse_beside_sweep(self) -> None:
        """A grid has a table, and no page yet.

        Raises
        ------
        QuestionError
            Where a report is asked for.
        """
        for name in ("html", "md", "charts", "out"):
            if getattr(self, name):
                raise QuestionError(
                    f"--{name} beside --sweep, which has no such report. Write --csv or --json"
                )

    def write(self, result: Result, by: str | None) -> None:
        """Write all of it, each file whole or not at all."""
        if self.json:
            write_json(result, self.json, by)
        if self.csv:
            write_csv(result, self.csv, by)
        if self.html:
            result.to_html(self.html)
        if self.md:
            write_whole(self.md, result.to_markdown(self._pictures))
        if self.charts:
            write_charts(result, self.charts)
        if self.xlsx:
            result.to_excel(self.xlsx)
        if self.out:
            make_folder(self.out)
            self.all_of_them.write(result, by)


def write_charts(result: Result, folder: Path) -> None:
    """Every chart as SVG and as PNG, by its name."""
    make_folder(folder)
    for chart in result.page.charts:
        for kind in _KINDS:
            chart.save(folder / f"{chart.name}.{kind}")
