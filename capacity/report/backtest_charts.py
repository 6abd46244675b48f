"""The charts of a back-test: what happened against the ranges, and how its ranks are spread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.palette import HEADS, INK, NEED, OTHERS
from capacity.report.vega import Row, Spec
from capacity.report.words import in_unit, share

if TYPE_CHECKING:
    from capacity.backtesting.answer import Backtest
    from capacity.backtesting.findings import Point, Score

_MOST_PANELS = 6
"""Figures that are drawn, those that are oddest first."""
_WITHIN, _OUTSIDE = "in that range", "outside"
_HAPPENED = {_WITHIN: INK, _OUTSIDE: HEADS}
_COUNTS = ("FTE", "people", "seats", "accounts")
_FEWEST = 2
"""Values that make a line."""


def charts(found: Backtest) -> Iterator[Chart]:
    """Every chart that has something to show."""
    shown = sorted(found.scores, key=lambda score: score.odds)
    shown = [score for score in shown if score.points >= _FEWEST][:_MOST_PANELS]
    if shown:
        yield _by_period(found, shown)
    yield _spread(found)


def _by_period(found: Backtest, scores: Sequence[Score]) -> Chart:
    """What happened, on the ranges that were foreseen."""
    rows: list[Row] = []
    for panel, score in enumerate(scores):
        points = [point for point in found.points if point.figure == score.figure]
        rows += [_row(point, panel) for point in points]
    outside = sum(not point.inside[-1] for point in found.points)
    finding = f"{outside} of {len(found.points)} values lie outside of the 90 % range"
    return Chart(
        "forecast",
        finding,
        "Dots: what happened. Line: median of the futures. Bands: 5 and 8 of 10 futures, and 9.",
        f"Dots on bands by period, for {', '.join(found.names[score.figure] for score in scores)}. "
        f"{finding}",
        vega.whole(
            rows,
            {"vconcat": [_panel(found.names[one.figure], one, i) for i, one in enumerate(scores)]},
        ),
    )


def _row(point: Point, panel: int) -> Row:
    say = in_unit(point.figure.unit)
    p05, p10, p25, p50, p75, p90, p95 = point.quantiles
    about = (
        f"{point.period}, {point.figure.called}: {say(point.actual)}, forecast {say(p50)}, "
        f"{say(p05)} to {say(p95)} in 9 of 10 futures"
    )
    kind = _WITHIN if point.inside[-1] else _OUTSIDE
    return {
        "panel": panel, "period": point.period, "actual": point.actual, "kind": kind,
        "middle": p50, "low50": p25, "high50": p75, "low80": p10, "high80": p90, "low90": p05,
        "high90": p95, "about": about,
    }  # fmt: skip


def _panel(name: str, score: Score, panel: int) -> Spec:
    steps = {"tickMinStep": 1} if score.figure.unit in _COUNTS else {"labelExpr": vega.AMOUNT}
    steps = {"format": "~%"} if score.figure.unit == "share" else steps
    y = vega.amount("middle", score.figure.unit, zero=False, **steps)
    bands = []
    for level in ("90", "80", "50"):
        mark = {"type": "area", "color": NEED, "opacity": 0.16}
        low = {**y, "field": f"low{level}"}
        bands.append(vega.layer(mark, {"y": low, "y2": {"field": f"high{level}"}}))
    dots = {"type": "point", "filled": True, "size": 60, "opacity": 1}
    return {
        "title": vega.title(name, vega.PANEL),
        "width": vega.WIDTH,
        "height": vega.LOW,
        "transform": [{"filter": {"field": "panel", "equal": panel}}],
        "encoding": {"x": vega.by_period()},
        "layer": [
            *bands,
            vega.layer({"type": "line", "color": NEED}, {"y": y}),
            vega.touched(dots, y={**y, "field": "actual"}, color=vega.keyed("kind", _HAPPENED)),
        ],
    }


def _spread(found: Backtest) -> Chart:
    """The histogram of the probability integral transform."""
    told = found.histogram
    width = 1 / len(told.counts)
    rows: list[Row] = [
        {
            "low": i * width, "high": (i + 1) * width, "count": count, "zero": 0,
            "fewest": told.low[i], "most": told.high[i], "middle": (i + 0.5) * width,
            "about": f"{share(i * width)} to {share((i + 1) * width)} of the futures below: "
            f"{count} values; {told.low[i]:.0f} to {told.high[i]:.0f} in 9 of 10 futures",
        }
        for i, count in enumerate(told.counts)
    ]  # fmt: skip
    how = "unevenly" if told.is_odd else "as evenly as in the plan's own futures"
    finding = f"What happened is spread over the forecast {how}"
    x = {**vega.amount("low", "of the futures lie below", format="~%"), "bin": {"binned": True}}
    y = vega.amount("count", "values", tickMinStep=1)
    whisker = {"type": "rule", "color": INK, "strokeWidth": 2}
    return Chart(
        "spread",
        finding,
        "Bars: values by the part of the futures below them; alike if the plan is right. "
        "Whiskers: 9 of 10 futures of the plan itself.",
        f"Bars, values by the part of the futures below. {finding}",
        vega.whole(
            rows,
            {
                "width": vega.WIDTH,
                "height": vega.LOW,
                "layer": [
                    vega.touched({"type": "bar", "color": OTHERS}, x=x, x2={"field": "high"}, y=y),
                    vega.layer(
                        whisker,
                        {
                            "x": vega.place("middle"),
                            "y": {**y, "field": "fewest"},
                            "y2": {"field": "most"},
                        },
                    ),
                ],
            },
        ),
    )
