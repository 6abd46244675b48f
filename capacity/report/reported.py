"""What every answer can do: become a page, Markdown, a workbook, a chart, a notebook's figure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.writing import write_whole

if TYPE_CHECKING:
    from capacity.report.chart import Chart
    from capacity.report.page import Page


class Reported(ABC):
    """An answer that fills a page; all other forms follow from that.

    It is equal to itself alone, as a table is: whether two hold the same numbers is asked of their
    tables. So it can stand in a set, or be the key of a dictionary.
    """

    manifest: Mapping[str, Any]

    def __getstate__(self) -> dict[str, object]:
        """What a copy takes along: not what was found on demand, which is found again."""
        on_demand = {
            name for one in type(self).__mro__ for name, value in vars(one).items()
            if isinstance(value, cached_property)
        }  # fmt: skip
        return {name: value for name, value in vars(self).items() if name not in on_demand}

    @property
    @abstractmethod
    def page(self) -> Page:
        """The report, to be shown in any form."""

    @abstractmethod
    def workbook(self) -> bytes:
        """The content of an Excel workbook; see `to_excel`."""

    def chart(self, name: str) -> Chart:
        """A chart that shows itself in a notebook, and can be saved.

        Parameters
        ----------
        name
            As ``required_fte``; where there is no such chart, the mistake lists those there are.

        Raises
        ------
        QuestionError
            Where there is no such chart, or nothing to show.
        """
        return self.page.chart(name)

    def to_html(self, path: str | Path) -> None:
        """Write the report as one HTML file that needs nothing else.

        Raises
        ------
        CapacityError
            Where the file cannot be written, or the extra `report` is not installed.
        """
        self.page.to_html(path)

    def to_excel(self, path: str | Path) -> None:
        """Write the answer as an Excel workbook.

        Raises
        ------
        CapacityError
            Where the file cannot be written, or the extra `report` is not installed.
        """
        write_whole(Path(path), self.workbook())

    def to_markdown(self, pictures: str = "") -> str:
        """The report as Markdown.

        Parameters
        ----------
        pictures
            Folder with an SVG of each chart, as seen from the file; without it there are none.
        """
        return self.page.to_markdown(pictures)

    @property
    def _about(self) -> str:
        """What it is an answer about, as the manifest says."""
        return str(self.manifest.get("scenario", "a plan"))

    def __repr__(self) -> str:  # one line: all that it holds would be megabytes of numbers
        return f"<{type(self).__name__}: {self._about}. Print it to read it>"

    def _repr_html_(self) -> str | None:
        return self.page._repr_html_()
