"""What was learned from history: sentences, tables, data against fit, as text and as a page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table as RichTable
from rich.text import Text

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.page import Page, Table
from capacity.report.palette import HEADS, NEED
from capacity.report.tables import WIDTH, plain, table
from capacity.report.words import UNKNOWN, share

if TYPE_CHECKING:
    from capacity.learning.answer import Calibration, Curve, Findings

_TITLES = {
    "hours": "Hours of tasks, from a log",
    "rates": "Rates of tasks, from a log of events",
    "churn": "Churn, from the history of accounts",
    "team": "People, from a roster",
}
_DIGITS = 4
_REPEATED = 3
"""Sentences of the headline."""
_APART = "farthest"
_DATA, _FIT = "history", "fit"
_COLOURS = {_DATA: HEADS, _FIT: NEED}


def as_text(found: Calibration, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(found), width)


def report(found: Calibration) -> Group:
    """Sentences, then tables, then what was wrong with the rows."""
    parts: list[Text | RichTable] = [Text(_title(found), style="bold"), Text()]
    parts += [Text(f"• {sentence}") for sentence in found.sentences]
    for one in _tables(found):
        parts += [Text(), one]
    parts += [Text(), *(Text(note, style="dim") for note in _notes(found))]
    return Group(*parts)


def page(found: Calibration) -> Page:
    """The same as a page, with data against fit."""
    return Page(
        _TITLES[found.what],
        ", ".join(found.manifest["files"]),
        found.sentences[:_REPEATED],
        found.sentences[_REPEATED:],
        charts=tuple(_charts(found)),
        tables=tuple(Table.of(one) for one in _tables(found)),
        notes=tuple(_notes(found)),
        warnings=found.warnings,
        manifest=found.manifest,
        names=frozenset(curve.name for curve in found.curves),
    )


def _title(found: Calibration) -> str:
    return f"{_TITLES[found.what]} · {', '.join(found.manifest['files'])}"


def _tables(found: Calibration) -> Iterator[RichTable]:
    for one in found.findings:
        if one.rows:
            yield _table(one)
    if found.rejects.listed:
        out = table("Rows with faults", "fault", "rows", "used")
        for kind, count, used in found.rejects.counts():
            out.add_row(kind, f"{count:,}", "yes" if used else "no")
        yield out


def _table(found: Findings) -> RichTable:
    out = table(found.title, *found.units)
    words = [_WORDS[unit] for unit in found.units.values()]
    for i, unit in enumerate(found.units.values()):
        out.columns[i].justify = "left" if unit == "text" else "right"
    for row in found.rows:
        out.add_row(*(word(cell) for word, cell in zip(words, row, strict=True)))
    return out


def _known(word: Callable[[float], str]) -> Callable[[Any], str]:
    return lambda cell: word(cell) if math.isfinite(cell) else UNKNOWN


_WORDS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "count": _known(lambda cell: f"{cell:,.0f}"),
    "number": _known(lambda cell: f"{cell:,.2f}"),
    "hours": _known(lambda cell: f"{cell:.2f}"),
    "share": _known(lambda cell: f"{100 * cell:.1f} %"),
    "chance": _known(lambda cell: f"{cell:.{_DIGITS}f}"),
}


def _notes(found: Calibration) -> Iterator[str]:
    rejects = found.rejects
    noun = "row" if rejects.rows == 1 else "rows"
    yield (
        f"{rejects.rows:,} {noun}, {rejects.left_out:,} of them left out. "
        "--rejects FILE lists every row with a fault."
    )


def _charts(found: Calibration) -> Iterator[Chart]:
    if not found.curves:
        return
    finding, first = _finding(found), found.curves[0]
    named = ", ".join(curve.name for curve in found.curves)
    yield Chart(
        "fit",
        finding,
        "Points: history. Line: the fit.",
        f"Points and a line, {first.up} by {first.across}, for {named}. {finding}",
        vega.whole(list(_rows(found)), {"vconcat": list(_panels(found))}),
    )


def _finding(found: Calibration) -> str:
    """How far fit and history are from each other, where that is known."""
    apart = [(row[-1], row[0]) for one in found.findings if _APART in one.units for row in one.rows]
    if not apart:
        return f"What was fitted against history: {found.curves[0].up}"
    most, name = max(apart)
    return f"Fit and history are farthest apart for {name}: by {share(most, 1)} of its rows"


def _rows(found: Calibration) -> Iterator[vega.Row]:
    for panel, curve in enumerate(found.curves):
        for kind, pairs in ((_DATA, curve.points), (_FIT, curve.line)):
            for i, (x, y) in enumerate(pairs):
                about = f"{curve.name}, {kind}: {curve.across} {x:.3g}, {curve.up} {y:.3g}"
                key = {"panel": panel, "kind": kind, "turn": i}
                yield {**key, "across": x, "up": y, "about": about}


def _panels(found: Calibration) -> Iterator[vega.Spec]:
    for panel, curve in enumerate(found.curves):
        yield {
            "title": vega.title(curve.name, vega.PANEL),
            "width": vega.WIDTH,
            "height": vega.LOW,
            "transform": [{"filter": {"field": "panel", "equal": panel}}],
            "layer": [_layer(curve, _DATA), _layer(curve, _FIT)],
        }


def _layer(curve: Curve, kind: str) -> vega.Spec:
    encoding = {
        "x": vega.amount("across", curve.across, zero=False),
        "y": vega.amount("up", curve.up),
        "color": vega.keyed("kind", _COLOURS),
        "order": {"field": "turn", "type": "quantitative"},
    }
    is_data = kind == _DATA
    mark = {"type": "point", "filled": True, "size": 18} if is_data else {"type": "line"}
    own = vega.touched(mark, **encoding) if is_data else vega.layer(mark, encoding)
    return {**own, "transform": [{"filter": {"field": "kind", "equal": kind}}]}
