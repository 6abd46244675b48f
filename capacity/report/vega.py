"""The pieces of Vega-Lite that all charts are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
        "labelLimit": 115,
        "tickColor": GRID,
        "titleColor": SOFT,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "axisX": {"labelOverlap": True},
    "axisY": {"minExtent": 38, "titleAlign": "left", "titleAngle": 0, "titleAnchor": "end",
              "titleX": -38, "titleY": -10, "titleBaseline": "bottom"},
    "legend": {"orient": "top", "title": None, "labelColor": INK, "labelFontSize": 12,
               "labelLimit": 84, "columns": 4, "symbolStrokeWidth": 3, "symbolSize": 120},
    "title": {"anchor": "start", "color": INK, "fontSize": 13, "fontWeight": "bold"},
}  # fmt: skip


def whole(rows: Iterable[Row], body: Mapping[str, Any]) -> Spec:
    """A drawing of rows."""
    data = {"values": [{key: said(value) for key, value in row.items()} for row in rows]}
    paper = {"$schema": _SCHEMA, "background": "transparent", "config": _CONFIG}
    return {**paper, "data": data, **body}


def said(value: object) -> object:
    """A cell as it is drawn: text without control codes, which no drawing can hold."""
    return shown(value) if isinstance(value, str) else value


# --- shapes ---------------------------------------------------------------------------------------


def over_time(layers: Sequence[Spec]) -> Spec:
    """Layers over the periods of the plan."""
    encoding = {"x": by_period()}
    return {"width": WIDTH, "height": HEIGHT, "encoding": encoding, "layer": list(layers)}


def by_name(order: Sequence[str], layers: Sequence[Spec]) -> Spec:
    """Layers with a line for each name, in an order."""
    axis = {"title": None, "domain": False, "ticks": False, "minExtent": 0, "labelPadding": 8}
    sort = [said(name) for name in order]
    return {
        "width": _BESIDE_NAMES,
        "height": {"step": _BAR},
        "padding": _ROOM,
        "encoding": {"y": {"field": "name", "type": "nominal", "sort": sort, "axis": axis}},
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


def shaded(field: str, colours: Mapping[str, str]) -> Spec:
    """A colour for each name, squares in the legend."""
    scale = {"domain": [said(name) for name in colours], "range": list(colours.values())}
    legend = {"symbolType": "square", "symbolStrokeWidth": 0}
    return {"field": field, "type": "nominal", "scale": scale, "legend": legend}


def keyed(field: str, colours: Mapping[str, str]) -> Spec:
    """The colour of a line, by the name that a field gives it in the legend."""
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {"field": field, "type": "nominal", "scale": scale}
