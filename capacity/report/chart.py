"""A chart: what it found, how it is read, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from capacity.errors import QuestionError
from capacity.extras import needed
from capacity.report.drawing import drawn, in_pixels
from capacity.report.palette import INK, PAPER, SOFT, darkened
from capacity.report.vega import drawable, short
from capacity.writing import write_whole

_KINDS = (".svg", ".png")
_NAME = 40
"""Characters of a name."""
_TITLE, _SUBTITLE = 46, 62
"""Characters of a line inside of a drawing; letters of other machines may be wider."""


@dataclass(frozen=True)
class Chart:
    """A chart by name; in a notebook it shows itself.

    Attributes
    ----------
    name
        By which it is asked for, as ``required_fte``.
    finding
        What it shows, as a sentence: its title.
    reading
        How its marks are read.
    alt
        Kind, axes and finding, for those who cannot see it.
    spec
        The drawing in Vega-Lite, without title and background.
    """

    name: str
    finding: str
    reading: str
    alt: str
    spec: Mapping[str, Any]

    @cached_property
    def drawing(self) -> str:
        """The drawing alone as SVG, for a page that says the rest."""
        return drawn(self.spec, self.alt)

    def svg(self, *, dark: bool = False) -> str:
        """The chart as SVG with its finding as title, for light paper or a dark screen."""
        svg = drawn(self._titled(), self.alt)
        return darkened(svg) if dark else svg

    def png(self, *, dark: bool = False) -> bytes:
        """The same in pixels."""
        return in_pixels(self.svg(), dark=dark)

    def save(self, path: str | Path, *, dark: bool = False) -> None:
        """Write the chart to a file.

        Parameters
        ----------
        path
            Ends in ``.svg`` or ``.png``.
        dark
            For a dark screen in place of white paper.

        Raises
        ------
        QuestionError
            Where the name ends otherwise.
        CapacityError
            Where the file cannot be written, or the extra `report` is not installed.
        """
        target = Path(path)
        if target.suffix not in _KINDS:
            raise QuestionError(f"{path}: no kind of picture. End it in {' or '.join(_KINDS)}")
        png = target.suffix == ".png"
        write_whole(target, self.png(dark=dark) if png else self.svg(dark=dark))

    def altair(self) -> Any:
        """The chart as an `altair.Chart`, to be changed or put beside others."""
        return needed("altair", "Charts of Altair").Chart.from_dict(self._titled())

    def _titled(self) -> dict[str, Any]:
        title = {
            "text": _lines(self.finding, _TITLE),
            "subtitle": _lines(self.reading, _SUBTITLE),
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 15,
            "offset": 14,
            "color": INK,
            "subtitleColor": SOFT,
        }
        return {**self.spec, "background": PAPER, "title": title, "padding": 16}

    def _repr_html_(self) -> str:
        return f'<figure dir="ltr">{self.svg()}</figure>'

    def __repr__(self) -> str:
        return f"Chart({self.name!r}: {self.finding})"


def chart_name(*parts: str) -> str:
    """A name that can be a file's: ``p_covered_csm`` for ``p_covered`` and ``csm``."""
    kept = ("".join(c if c.isalnum() or c == "_" else " " for c in part).split() for part in parts)
    return "_".join(word for words in kept for word in words)[:_NAME]


def named_apart(charts: Iterable[Chart]) -> Iterator[Chart]:
    """Charts of which no two have one name, whatever users called what they show."""
    taken: set[str] = set()
    for chart in charts:
        name, number = chart.name, 2
        while name.casefold() in taken:
            name, number = f"{chart.name}_{number}", number + 1
        taken.add(name.casefold())
        yield chart if name == chart.name else replace(chart, name=name)


def _lines(text: str, longest: int) -> list[str]:
    """A text in lines that fit a drawing."""
    lines = [""]
    for word in drawable(text).split():
        if lines[-1] and len(lines[-1]) + len(word) >= longest:
            lines.append("")
        lines[-1] = f"{lines[-1]} {short(word, longest)}".strip()
    return [f"{line} " for line in lines]  # the blank as in `vega.title`
