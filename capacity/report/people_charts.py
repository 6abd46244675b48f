"""People needed against people there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.palette import HEADS, NEED
from capacity.report.vega import ODDS, Row, Spec
from capacity.report.words import people

if TYPE_CHECKING:
    from capacity.report.text import Figures

_NEED, _HEADS = "FTE needed", "heads"
_COLOURS = {_NEED: NEED, _HEADS: HEADS}
_LINES = (
    ("heads", {"interpolate": "step", "strokeWidth": 2}),
    ("need", {"strokeWidth": 2.5}),
)
_KEYS = {"key of need": _NEED, "key of heads": _HEADS}
_UNIT = "FTE"


def required(figures: Figures) -> Chart:
    """Ramped people needed, with their odds, and heads: a panel for each role."""
    finding = figures.peak_in_short(figures.tightest)
    band = f" Band: what is needed {ODDS}." if figures.lucky else ""
    line = "half of the futures need more" if figures.lucky else "expected need"
    named = ", ".join(figures.roles)
    rows = [row for role in figures.roles for row in _needs(figures, role)]
    return Chart(
        "required_fte",
        finding,
        f"Line: {line}.{band} Steps: people on their seats.",
        f"Lines by {figures.noun}, ramped people needed against heads, for {named}. {finding}",
        vega.whole(rows, {"vconcat": [_panel(figures, role) for role in figures.roles]}),
    )


def _needs(figures: Figures, role: str) -> Iterator[Row]:
    """What is needed of a role and who is there, by period."""
    heads = figures.result.figures("headcount", role=role, by=figures.by)
    low, high = (figures.figures("required_fte", role, q, figures.by) for q in (0.1, 0.9))
    for period, need in figures.middle("required_fte", role, figures.by).items():
        row = {
            "panel": figures.roles.index(role),
            "period": period,
            "need": need,
            "heads": heads[period],
            **_KEYS,
        }
        between = ""
        if figures.lucky:
            between = f" ({people(low[period])} to {people(high[period])} {ODDS})"
            row |= {"low": low[period], "high": high[period]}
        needed = f"{people(need)} FTE needed{between}"
        yield {**row, "about": f"{period}, {role}: {needed}, {people(heads[period])} heads"}


def _panel(figures: Figures, role: str) -> Spec:
    layers = [vega.band(NEED, vega.amount("low", _UNIT))] if figures.lucky else []
    for field, mark in _LINES:
        colour = vega.keyed(f"key of {field}", _COLOURS)
        encoding = {"y": vega.amount(field, _UNIT), "color": colour}
        layers.append(vega.layer({"type": "line", **mark}, encoding))
    return {
        "title": vega.title(role, vega.PANEL),
        "width": vega.WIDTH,
        "height": vega.HEIGHT if len(figures.roles) == 1 else vega.LOW,
        "transform": [{"filter": {"field": "panel", "equal": figures.roles.index(role)}}],
        "encoding": {"x": vega.by_period()},
        "layer": [*layers, vega.strips()],
    }
