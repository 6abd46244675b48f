"""The charts of a sweep: how each figure goes with the values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from capacity.quantities import in_yaml
from capacity.report import vega
from capacity.report.chart import Chart, chart_name
from capacity.report.grid import short_paths
from capacity.report.palette import NEED, OTHERS, TASKS
from capacity.report.vega import ODDS, Row, Spec
from capacity.report.words import currency_sign, hours, money, people, share

if TYPE_CHECKING:
    from capacity.sweeping import Grid

_SAY = {
    "p_covered": ("{} odds to be covered in every period", share),
    "required_fte": ("{} required FTE", people),
    "dropped_hours": ("{} dropped hours", hours),
    "team_cost": ("team cost", money),
    "arr": ("closing ARR", money),
    "grr": ("GRR", lambda value: share(value, 1)),
    "nrr": ("NRR", lambda value: share(value, 1)),
}
_OTHERS = "others"
_SEEN, _SEEN_PART = 0.005, 0.01
"""Points of a share, and part of another figure, that a chart has to show."""


class Swept:
    """A grid, laid out: the values of one path beside each other, a line for each of the rest."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._short = dict(zip(grid.paths, short_paths(grid.paths), strict=True))
        values: dict[str, list[Any]] = grid.manifest["sweep"]
        self.across = max(grid.paths, key=lambda path: len(values[path]))
        self.rest = [path for path in grid.paths if path != self.across]
        self.values = [in_yaml(value) for value in values[self.across]]
        self.lines = list(dict.fromkeys(self.line(chosen) for chosen, _ in grid.scenarios))

    @property
    def lucky(self) -> bool:
        """Whether there are odds."""
        return bool(self.grid.manifest["trials"])

    @property
    def axis(self) -> str:
        """What is beside each other."""
        return self._short[self.across]

    def said(self, chosen: Mapping[str, Any]) -> str:
        """``csm.headcount 8, every.smb year``."""
        return ", ".join(f"{self._short[p]} {in_yaml(chosen[p])}" for p in self.grid.paths)

    def line(self, chosen: Mapping[str, Any]) -> str:
        """The same without the values that are beside each other."""
        return ", ".join(f"{self._short[p]} {in_yaml(chosen[p])}" for p in self.rest)

    def spots(self, *metrics: str) -> Iterator[Spot]:
        """The figures that differ between combinations, as far as the grid has them."""
        for metric in metrics:
            if metric == "p_covered" and not self.lucky:
                continue  # one future without luck has no odds
            roles = dict.fromkeys(r["role"] for r in self.grid.rows if r["metric"] == metric)
            for role in roles:
                found = Spot(self, metric, role)
                if found.differs:
                    yield found


class Spot:
    """A figure of every combination."""

    def __init__(self, swept: Swept, metric: str, role: str) -> None:
        self.swept, self.metric, self.role = swept, metric, role
        self.rows = [
            row for row in swept.grid.rows if (row["metric"], row["role"]) == (metric, role)
        ]
        label, self._say = _SAY[metric]
        self.label = label.format(role)

    def say(self, value: float) -> str:
        """The figure in words."""
        return self._say(value)

    @property
    def sign(self) -> str:
        """The currency of an amount of money."""
        return currency_sign(self.rows[0]["unit"]) if self._say is money else ""

    @property
    def unit(self) -> str | None:
        """What the vertical axis shows."""
        if self.rows[0]["unit"] == "share":
            return "of the futures" if self.metric == "p_covered" else None
        return self.sign.strip() or str(self.rows[0]["unit"])

    @property
    def differs(self) -> bool:
        """Whether it differs by more than nobody would mind."""
        known = [row["mean"] for row in self.rows if math.isfinite(row["mean"])]
        if not known:
            return False
        least = _SEEN if self.rows[0]["unit"] == "share" else _SEEN_PART * max(map(abs, known))
        return max(known) - min(known) > least

    @cached_property
    def finding(self) -> str:
        """Where it is highest and where lowest."""
        known = [row for row in self.rows if math.isfinite(row["mean"])]
        ends = [self.say(pick(row["mean"] for row in known)) for pick in (min, max)]
        alike = (next(row for row in known if self.say(row["mean"]) == said) for said in ends)
        low, high = (
            f"{self.sign}{said} with {self.swept.said(row)}"
            for said, row in zip(ends, alike, strict=True)
        )
        return f"{self.label}: from {low} to {high}"

    def points(self) -> Iterator[Row]:
        """A point for each combination."""
        for row in self.rows:
            line = self.swept.line(row)
            said = self.say(row["mean"])
            about = f"{self.swept.said(row)}: {self.label} {said}"
            point = {
                "period": in_yaml(row[self.swept.across]),
                "middle": row["mean"],
                "shade": min(self.swept.lines.index(line), len(TASKS)),
                "line": self.swept.lines.index(line),
            }
            if math.isfinite(row["p10"]) and self.metric != "p_covered":
                point |= {"low": row["p10"], "high": row["p90"]}
                about += f" ({self.say(row['p10'])} to {self.say(row['p90'])} {ODDS})"
            yield {**point, "about": about}


def charts(swept: Swept) -> Iterator[Chart]:
    """A chart for each figure that the values change."""
    for spot in swept.spots(*_SAY):
        yield _chart(spot)


def _chart(spot: Spot) -> Chart:
    swept = spot.swept
    alone = len(swept.lines) == 1
    rows = list(spot.points())
    banded = alone and any("low" in row for row in rows)
    band = f" Band: {ODDS}." if banded else ""
    return Chart(
        chart_name(spot.metric, spot.role),
        spot.finding,
        f"Dots: expected {spot.label} by {swept.axis}.{band} All meet the same luck.",
        f"Lines by {swept.axis}, {spot.label}. {spot.finding}",
        vega.whole(rows, _drawn(spot, banded=banded)),
    )


def _drawn(spot: Spot, *, banded: bool) -> Spec:
    """Lines over the values that are beside each other."""
    found = vega.over_time(_layers(spot, spot.swept.lines, banded=banded))
    found["encoding"]["x"]["axis"] |= {"title": vega.title(spot.swept.axis, vega.PANEL)}
    return found


def _layers(spot: Spot, lines: Sequence[str], *, banded: bool) -> list[Spec]:
    axis = {"labelExpr": vega.AMOUNT}
    if spot.metric in ("p_covered", "grr", "nrr"):
        axis = {"format": "~%"}
    y = vega.amount("middle", spot.unit, zero=spot.metric not in ("arr", "grr", "nrr"), **axis)
    line: dict[str, Any] = {"type": "line", "strokeWidth": 2}
    dot: dict[str, Any] = {"type": "point", "filled": True, "size": 70, "opacity": 1}
    colour: Spec = {}
    if len(lines) == 1:
        line["color"] = dot["color"] = NEED
    else:
        names = [*lines[: len(TASKS)], _OTHERS][: len(lines)]
        shade = vega.stroked(names, [*TASKS, OTHERS][: len(names)])
        shade["legend"]["offset"] = vega.ABOVE_TITLE
        colour = {"color": shade, "detail": {"field": "line", "type": "nominal"}}
    bands = [vega.band(NEED, {**y, "field": "low"})] if banded else []
    dots = {**colour, "color": {**colour["color"], "legend": None}} if colour else {}
    return [*bands, vega.layer(line, {"y": y, **colour}), vega.touched(dot, y=y, **dots)]
