"""The pieces of Vega-Lite that all charts are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len, set_cell_size

from capacity.errors import shown
from capacity.report.palette import GRID, INK, SOFT

Row = dict[str, Any]
Spec = dict[str, Any]

WIDTH, HEIGHT, LOW = 360, 170, 140
"""Of the space for marks, in pixels that a phone hardly has to shrink; of one panel of several."""
AMOUNT = "replace(format(datum.value, '~s'), 'G', 'bn')"
"""How an axis of money or hours is labelled: 900k, 1.5M, 2bn."""
ODDS = "in 8 of 10 futures"
"""What a band or a whisker spans, from p10 to p90."""

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_BESIDE_NAMES, _BAR = 210, 26
ABOVE_TITLE = 26
"""Of a legend, in pixels, where the vertical axis has a title and no panel does."""
NAME, SENTENCE, _KEY, PANEL = 20, 28, 14, 44
"""Characters of a name and of what was done beside a bar, in a legend, and above a panel."""
_IN_ONE_PERIOD: dict[Any, Spec] = {
    "line": {"type": "point", "filled": True, "size": 90, "opacity": 1},
    "area": {"type": "rule", "strokeWidth": 30},
}
_NO_XML = re.compile("[\ufffe\uffff]")
_ROOM = {"left": 14, "right": 5, "top": 5, "bottom": 5}
"""Letters of another machine may be wider than those a drawing was measured with."""
_CONFIG = {
    "font": "Helvetica, Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domainColor": SOFT,
        "gridColor": GRID,
        "labelColor": SOFT,
        "labelFontSize": 12,
        "labelLimit": 0,
        "tickColor": GRID,
        "titleColor": SOFT,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "axisX": {"labelOverlap": True, "labelSeparation": 8},
    "axisY": {"minExtent": 38, "titleAlign": "left", "titleAngle": 0, "titleAnchor": "end",
              "titleX": -38, "titleY": -10, "titleBaseline": "bottom"},
    "legend": {"orient": "top", "title": None, "labelColor": INK, "labelFontSize": 12,
               "labelLimit": 0, "columns": 4, "columnPadding": 14,
               "symbolStrokeWidth": 3, "symbolSize": 120},
    "title": {"anchor": "start", "color": INK, "fontSize": 13, "fontWeight": "bold"},
}  # fmt: skip


def whole(rows: Iterable[Row], body: Mapping[str, Any]) -> Spec:
    """A drawing of rows."""
    found = [{key: said(value) for key, value in row.items()} for row in rows]
    paper = {"$schema": _SCHEMA, "background": "transparent", "config": _CONFIG}
    if len({row["period"] for row in found if "period" in row}) == 1:
        body = _of_one_period(body)
    return {**paper, "data": {"values": found}, **body}


def _of_one_period(drawing: Any) -> Any:
    """A drawing with dots for its lines and bars for its bands: of one period nobody sees those."""
    if isinstance(drawing, list):
        return [_of_one_period(part) for part in drawing]
    if not isinstance(drawing, Mapping):
        return drawing
    found = {key: _of_one_period(part) for key, part in drawing.items()}
    mark = _IN_ONE_PERIOD.get(found.get("type"), {})
    return {**found, **mark}


def said(value: object) -> object:
    """A cell as it is drawn; see `drawable`."""
    return drawable(value) if isinstance(value, str) else value


def drawable(text: str) -> str:
    """Text of bounded length without control codes and the like, at which the drawer gives up."""
    return _NO_XML.sub("\ufffd", shown(text))


def short(text: str, most: int) -> str:
    """Text cut to so many cells of a terminal, between characters.

    The drawer would cut by itself, but in the middle of an emoji, and then fails.
    """
    text = drawable(text)
    return text if cell_len(text) <= most else f"{set_cell_size(text, most - 1)}…"


def _labels(names: Iterable[str], most: int) -> Spec:
    """Names, cut short, for the numbers 0, 1 …; for their form see `title`."""
    listed = json.dumps("\n".join(["", *told_apart(list(names), most)]))
    return {"labelExpr": f"split({listed}, '\\n')[datum.value + 1]"}


def told_apart(names: Sequence[str], most: int) -> list[str]:
    """Names, cut short: where they begin alike, in their middle, so that the last word is seen."""
    cut = [short(name, most) for name in names]
    return [
        _with_end(name, most) if cut.count(one) > 1 else one
        for name, one in zip(names, cut, strict=True)
    ]


def _with_end(text: str, most: int) -> str:
    *_, last = drawable(text).split() or [""]
    room = most - cell_len(last) - 1
    fits = cell_len(drawable(text)) <= most or room < most // 2
    return short(text, most) if fits else f"{short(text, room)} {last}"


def title(text: str, most: int) -> str:
    """Text above something, cut short, with a blank behind it.

    Vega fails at a text that is a name of its own, as ``constructor``.
    """
    return f"{short(text, most)} "


# --- shapes ---------------------------------------------------------------------------------------


def over_time(layers: Sequence[Spec]) -> Spec:
    """Layers over the periods of the plan."""
    encoding = {"x": by_period()}
    return {"width": WIDTH, "height": HEIGHT, "encoding": encoding, "layer": list(layers)}


def by_name(names: Sequence[str], layers: Sequence[Spec], most: int = NAME) -> Spec:
    """Layers with a line for each name, cut to so many cells; the field `place` says which."""
    axis = {"title": None, "domain": False, "ticks": False, "minExtent": 0, "labelPadding": 8}
    axis |= _labels(names, most)
    return {
        "width": _BESIDE_NAMES,
        "height": {"step": _BAR},
        "padding": _ROOM,
        "encoding": {"y": {"field": "place", "type": "ordinal", "axis": axis}},
        "layer": list(layers),
    }


# --- marks ----------------------------------------------------------------------------------------


def layer(mark: Mapping[str, Any], encoding: Mapping[str, Any]) -> Spec:
    """One kind of mark."""
    return {"mark": {"aria": False, **mark}, "encoding": dict(encoding)}


def touched(mark: Mapping[str, Any], **encoding: Any) -> Spec:
    """Marks that say the field `about` when pointed at."""
    about = {"field": "about", "type": "nominal"}
    return {"mark": dict(mark), "encoding": {**encoding, "description": about}}


def strips() -> Spec:
    """Unseen strips over the height of a drawing, one for each period, that say its numbers."""
    return touched({"type": "rect", "opacity": 0})


def at_zero(axis: str = "x") -> Spec:
    """A line at nothing: where it breaks even."""
    mark = {"type": "rule", "color": INK, "strokeWidth": 1.5, "strokeDash": [4, 3]}
    return {"mark": {"aria": False, **mark}, "encoding": {axis: {"datum": 0}}}


def said_beside() -> Spec:
    """What each bar says, in a column at the right edge."""
    mark = {"type": "text", "align": "left", "color": INK, "fontSize": 12, "dx": 8, "x": "width"}
    return layer(mark, {"text": {"field": "said"}})


def down_at(value: float, *, dashed: bool = False) -> Spec:
    """A line at a value, down through the lines of all names."""
    mark = {"type": "rule", "color": INK, "strokeWidth": 1.5}
    mark |= {"strokeDash": [4, 3]} if dashed else {}
    ends = {"y": {"value": 0}, "y2": {"value": "height"}}
    once: Spec = {"data": {"values": [{}]}}  # not for each of the names
    return {**once, **layer(mark, {"x": {"datum": value}, **ends})}


def band(colour: str, low: Mapping[str, Any]) -> Spec:
    """The area between the fields `low` and `high`."""
    mark = {"type": "area", "color": colour, "opacity": 0.2}
    return layer(mark, {"y": dict(low), "y2": {"field": "high"}})


# --- axes and colours -----------------------------------------------------------------------------


def by_period() -> Spec:
    """The horizontal axis of time, with as many labels as fit."""
    labels = {"labelAngle": 0, "labelPadding": 6}
    axis = {"title": None, "grid": False, "ticks": False, **labels}
    return {"field": "period", "type": "ordinal", "sort": None, "axis": axis}


def amount(field: str, title: str | None, *, zero: bool = True, **axis: Any) -> Spec:
    """A quantity on an axis of its own."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": zero, "nice": True},
        "axis": {"title": title, "tickCount": 5, "domain": False, "ticks": False, **axis},
    }


def place(field: str) -> Spec:
    """A quantity on the axis of another."""
    return {"field": field, "type": "quantitative"}


def shaded(names: Sequence[str], colours: Sequence[str]) -> Spec:
    """A colour for each name, squares in the legend; the field `shade` says which."""
    legend = {"symbolType": "square", "symbolStrokeWidth": 0, **_labels(names, _KEY)}
    scale = {"domain": list(range(len(names))), "range": list(colours)}
    return {"field": "shade", "type": "ordinal", "scale": scale, "legend": legend}


def stroked(names: Sequence[str], colours: Sequence[str]) -> Spec:
    """The same for lines, a line of the legend for each."""
    legend = {"symbolType": "stroke", "columns": 1} | _labels(names, PANEL)
    return shaded(names, colours) | {"legend": legend}


def keyed(field: str, colours: Mapping[str, str]) -> Spec:
    """A colour for each word of ours, which a field holds."""
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {"field": field, "type": "nominal", "scale": scale}
