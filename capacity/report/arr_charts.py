"""Revenue: what adds to it and takes from it, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.figures import BRIDGE
from capacity.report.palette import GAIN, INK, LOSS, NEED, TOTAL
from capacity.report.vega import ODDS, Row, Spec
from capacity.report.words import currency_name, money

if TYPE_CHECKING:
    from capacity.report.figures import Figures

_CLOSING = "closing"
_KINDS = {"total": TOTAL, "gain": GAIN, "loss": LOSS}
_BASE = f"datum.name == '{_CLOSING}' ? 0 : datum.begin"
_ADDED_UP = (
    {"window": [{"op": "sum", "field": "amount", "as": "end"}]},
    {"calculate": "datum.kind == 'total' ? 0 : datum.end - datum.amount", "as": "begin"},
    {"calculate": f"isValid(datum.low) ? ({_BASE}) + datum.low : null", "as": "from"},
    {"calculate": f"isValid(datum.high) ? ({_BASE}) + datum.high : null", "as": "to"},
    {"calculate": "max(datum.end, datum.begin, datum.to || 0, datum.from || 0)", "as": "above"},
)
"""Bars float where the ones before them end; whiskers start where their bars do."""


# --- the bridge -----------------------------------------------------------------------------------


def bridge(figures: Figures) -> Chart:
    """Opening ARR, what is added and taken, closing ARR."""
    rows = list(_steps(figures))
    _, *moves, last = rows
    moved = ", ".join(f"{row['said']} {row['name']}" for row in moves if row["amount"])
    opening = money(figures.opening, figures.plan.currency)
    finding = f"ARR goes from {opening} to {last['said']}{': ' if moved else ''}{moved}"
    odds = f" Whisker: {ODDS}." if figures.lucky else ""
    return Chart(
        "arr_bridge",
        finding,
        f"Bars: what the plan adds and takes on average.{odds}",
        f"Waterfall from opening to closing ARR. {finding}",
        vega.whole(rows, _waterfall([row["name"] for row in rows], figures)),
    )


def _steps(figures: Figures) -> Iterator[Row]:
    opening = money(figures.opening)
    yield {"name": "opening", "kind": "total", "amount": figures.opening, "said": opening,
           "about": f"opening ARR: {opening}"}  # fmt: skip
    for label, name, sign in BRIDGE:
        mean, low, high = figures.spread(name, period="")
        if mean == 0:
            continue  # a bar of nothing would only be a label
        said = f"{'+' if sign > 0 else '−'}{money(mean)}"
        row = {"name": label, "kind": "gain" if sign > 0 else "loss", "amount": sign * mean}
        yield {**row, **_said(figures, label, said, sign * low, sign * high)}
    mean, low, high = figures.spread("arr", period=figures.result.periods[-1])
    row = {"name": _CLOSING, "kind": "total", "amount": 0.0}
    yield {**row, **_said(figures, "closing ARR", money(mean), low, high)}


def _said(figures: Figures, label: str, said: str, low: float, high: float) -> Row:
    """What a bar says, and its odds."""
    if not figures.lucky:
        return {"said": said, "about": f"{label}: {said}"}
    between = " to ".join(money(abs(value)) for value in (low, high))
    about = f"{label}: {said} on average ({between} {ODDS})"
    return {"said": said, "about": about, "low": low, "high": high}


def _waterfall(order: Sequence[str], figures: Figures) -> Spec:
    y = vega.amount("begin", f"ARR, {currency_name(figures.plan.currency)}", labelExpr=vega.AMOUNT)
    above = {"type": "text", "baseline": "bottom", "dy": -5, "color": INK, "fontSize": 12}
    colour = {**vega.keyed("kind", _KINDS), "legend": None}
    layers = [
        vega.touched({"type": "bar", "width": 38}, y=y, y2={"field": "end"}, color=colour),
        vega.layer(above, {"y": vega.place("above"), "text": {"field": "said"}}),
    ]
    if figures.lucky:
        whisker = {"type": "rule", "color": INK, "strokeWidth": 1.5}
        layers.insert(1, vega.layer(whisker, {"y": vega.place("from"), "y2": {"field": "to"}}))
    axis = {"title": None, "labelAngle": 0, "labelFontSize": 11, "domain": False, "ticks": False}
    return {
        "width": vega.WIDTH + 30,
        "height": vega.HEIGHT + 30,
        "transform": list(_ADDED_UP),
        "encoding": {"x": {"field": "name", "type": "nominal", "sort": list(order), "axis": axis}},
        "layer": layers,
    }


# --- over time ------------------------------------------------------------------------------------


def arr(figures: Figures) -> Chart:
    """ARR at the end of each period, with its odds."""
    mean, low, high = figures.spread("arr", period=figures.result.periods[-1])
    finding = f"ARR ends at {money(mean, figures.plan.currency)} on average"
    if figures.lucky:
        finding += f", {money(low)} to {money(high)} {ODDS}"
    odds = f" Band: {ODDS}." if figures.lucky else ""
    line = "half of the futures have more" if figures.lucky else "expected ARR"
    y = vega.amount(
        "middle", f"ARR, {currency_name(figures.plan.currency)}", zero=False, labelExpr=vega.AMOUNT
    )
    layers = [vega.layer({"type": "line", "color": NEED, "strokeWidth": 2.5}, {"y": y})]
    if figures.lucky:
        layers.insert(0, vega.band(NEED, {**y, "field": "low"}))
    return Chart(
        "arr",
        finding,
        f"Line: {line}, at the end of the {figures.noun}.{odds} The axis does not begin at 0.",
        f"Line by {figures.noun}, ARR. {finding}",
        vega.whole(_levels(figures), vega.over_time([*layers, vega.strips()])),
    )


def _levels(figures: Figures) -> Iterator[Row]:
    low, high = (figures.figures("arr", "", q, figures.by) for q in (0.1, 0.9))
    for period, value in figures.middle("arr", "", figures.by).items():
        row = {"period": period, "middle": value}
        between = ""
        if figures.lucky:
            between = f" ({money(low[period])} to {money(high[period])} {ODDS})"
            row |= {"low": low[period], "high": high[period]}
        yield {**row, "about": f"{period}: ARR {money(value)}{between}"}
