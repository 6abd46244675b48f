"""People needed against people there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.palette import HEADS, NEED
from capacity.report.run_sentences import peak_in_short, peak_of
from capacity.report.vega import ODDS, Row, Spec
from capacity.report.words import people, share

if TYPE_CHECKING:
    from capacity.report.figures import Figures

_NEED, _HEADS = "FTE needed", "heads"
_COLOURS = {_NEED: NEED, _HEADS: HEADS}
_LINES = (
    ("heads", {"interpolate": "step", "strokeWidth": 2}),
    ("need", {"strokeWidth": 2.5}),
)
_KEYS = {"key of need": _NEED, "key of heads": _HEADS}
_UNIT = "FTE"
_MEDIAN = 0.5
_MOST_POOLS, _BESIDE = 12, 20
"""Pools that have a panel, and characters above it."""


def required(figures: Figures) -> Chart:
    """Ramped people needed, with their odds, and heads: a panel for each role."""
    finding = peak_in_short(figures, figures.tightest)
    band = f" Band: what is needed {ODDS}." if figures.lucky else ""
    line = "half of the futures need more" if figures.lucky else "expected need"
    steps = "people on their seats"
    if figures.noun != figures.step:
        peak = peak_of(figures, figures.tightest, None)
        line += f", on average of the {figures.step}s; {peak.period} alone takes {peak.need} FTE"
        steps += f" in the last {figures.step}"
    named = ", ".join(figures.roles)
    rows = [row for role in figures.roles for row in _needs(figures, role)]
    return Chart(
        "required_fte",
        finding,
        f"Line: {line}.{band} Steps: {steps}.",
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


# --- pools ----------------------------------------------------------------------------------------


def by_pool(figures: Figures) -> Chart:
    """The same of the pools that hold their target least often, a small panel for each."""
    pools = sorted(_pools(figures), key=lambda pool: pool.rank)
    shown = pools[:_MOST_POOLS]
    worst = shown[0]
    finding = f"{worst.name} is the tightest of {len(pools)} pools"
    if figures.lucky:
        finding += f": its target holds in {share(worst.held)} of the futures"
    rows = [row for place, pool in enumerate(shown) for row in pool.rows(figures, place)]
    left = len(pools) - len(shown)
    panels = [_small(pool.name, place) for place, pool in enumerate(shown)]
    return Chart(
        "required_fte_by_pool",
        finding,
        "Line: half of the futures need more. Steps: people on their seats. The tightest pool "
        "first." + f" {left} more pools are in the tables." * bool(left),
        f"Small lines by {figures.noun}, people needed against heads, a panel for each pool. "
        f"{finding}",
        vega.whole(rows, {"concat": panels, "columns": 2}),
    )


class _Pool:
    """A pool of a role that is split."""

    def __init__(self, figures: Figures, role: str, value: str) -> None:
        self.name = f"{role} ({value})"
        self._about: dict[str, Any] = {"role": role, "pool": value}
        self.held = float(figures.result.mean("p_covered", **self._about))
        load = max(figures.result.figures("load", **self._about).values())
        self.rank = (self.held, -load)

    def rows(self, figures: Figures, place: int) -> Iterator[Row]:
        """What is needed and who is there, by period."""
        middle = _MEDIAN if figures.lucky else None
        found = figures.result.figures("required_fte", middle, by=figures.by, **self._about)
        heads = figures.result.figures("headcount", by=figures.by, **self._about)
        for period, need in found.items():
            about = f"{period}, {self.name}: {people(need)} FTE needed, {people(heads[period])} "
            row = {"panel": place, "period": period, "need": need, "heads": heads[period]}
            yield {**row, **_KEYS, "about": f"{about}heads"}


def _pools(figures: Figures) -> Iterator[_Pool]:
    for role in figures.roles:
        for value in figures.pools(role):
            yield _Pool(figures, role, value)


def _small(name: str, place: int) -> Spec:
    layers = []
    for field, mark in _LINES:
        y = vega.amount(field, None, tickCount=3, minExtent=24)
        colour = vega.keyed(f"key of {field}", _COLOURS)
        layers.append(vega.layer({"type": "line", **mark}, {"y": y, "color": colour}))
    x = vega.by_period()
    x["axis"] |= {"labels": False, "labelPadding": 0}
    return {
        "title": vega.title(name, _BESIDE),
        "width": vega.WIDTH // 2 - 30,
        "height": 60,
        "transform": [{"filter": {"field": "panel", "equal": place}}],
        "encoding": {"x": x},
        "layer": [*layers, vega.strips()],
    }


# --- roles ----------------------------------------------------------------------------------------


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
