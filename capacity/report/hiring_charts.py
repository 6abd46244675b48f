"""The charts of a hiring plan: seats by month, odds by cost, and what each plan is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.palette import GAIN, HEADS, INK, NEED, OTHERS, TOTAL
from capacity.report.vega import Row, Spec
from capacity.report.words import money, share

if TYPE_CHECKING:
    from capacity.hiring.answer import HiringPlan

_BEFORE, _ADDED = "planned already", "this plan adds"
_SEATS = {_BEFORE: OTHERS, _ADDED: NEED}
_PLAN, _BEST, _OTHER = "this plan", "pays best", "others"
_POINTS = {_PLAN: NEED, _BEST: HEADS, _OTHER: TOTAL}
_FEW = 5
"""Seats of which each has a line of its own."""
_MOST_PANELS = 6
"""Pools whose seats are drawn."""


def charts(plan: HiringPlan) -> Iterator[Chart]:
    """Every chart that has something to show."""
    yield _seats(plan)
    yield _odds(plan)
    if len(plan.frontier) > 1 and math.isfinite(plan.frontier[0].value):
        yield _worth(plan)


# --- seats ----------------------------------------------------------------------------------------


def _seats(plan: HiringPlan) -> Chart:
    """Seats by month, those of the plan on top; pools with hires come first."""
    added = _added(plan)
    pools = sorted(added or plan.seats, key=lambda pool: -sum(added.get(pool, ())))
    pools = pools[:_MOST_PANELS]
    rows = [row for panel, pool in enumerate(pools) for row in _by_month(plan, pool, panel, added)]
    total = plan.hires.total
    finding = "The plan adds nobody"
    if total:
        who = ", ".join(f"{s.count} {_who(s.role, s.pool)} {s.month}" for s in plan.starts)
        finding = f"{total} more {'head' if total == 1 else 'heads'}: {who}"
    left = len(plan.seats) - len(pools)
    others = f" {left} {'pool' if left == 1 else 'pools'} without a panel: see the table."
    return Chart(
        "seats",
        finding,
        "Bars: planned seats at the end of the month; numbers: how many start."
        + others * bool(left),
        f"Stacked bars by month, seats of {', '.join(pools)}. {finding}",
        vega.whole(
            rows,
            {"vconcat": [_panel(pool, i, max(plan.seats[pool])) for i, pool in enumerate(pools)]},
        ),
    )


def _who(role: str, pool: str) -> str:
    """``csm (EMEA)``, as the table of seats has it."""
    return f"{role} ({pool})" if pool else role


def _added(plan: HiringPlan) -> dict[str, list[int]]:
    """Seats that the plan has added by each period, by pool."""
    labels = plan.base.plan.horizon.periods.labels_by("month")
    found: dict[str, list[int]] = {}
    for start in plan.starts:
        pool = _who(start.role, start.pool)
        so_far = found.setdefault(pool, [0] * len(labels))
        found[pool] = [
            count + start.count * (label >= start.month)
            for count, label in zip(so_far, labels, strict=True)
        ]
    return found


def _by_month(
    plan: HiringPlan, pool: str, panel: int, added: dict[str, list[int]]
) -> Iterator[Row]:
    labels = plan.base.plan.horizon.periods.labels_by("month")
    ends = {label: i for i, label in enumerate(labels)}  # the last period of each month
    before = 0
    for label, i in ends.items():
        seats = plan.seats[pool][i]
        more = added.get(pool, [0] * len(labels))[i]
        starts = f"+{more - before}" if more > before else ""
        before = more
        about = f"{label}, {pool}: {seats} seats" + f", {more} of them by this plan" * bool(more)
        for kind, count, begin in ((_BEFORE, seats - more, 0), (_ADDED, more, seats - more)):
            yield {"panel": panel, "period": label, "kind": kind, "low": begin,
                   "high": begin + count, "about": about,
                   "starts": starts if kind == _ADDED else ""}  # fmt: skip


def _panel(pool: str, panel: int, most: int) -> Spec:
    whole: Spec = {"values": [*range(most + 1)]} if most < _FEW else {}  # no half a seat
    y = vega.amount("low", "seats", **whole)
    above = {"type": "text", "baseline": "bottom", "dy": -3, "color": INK, "fontSize": 12}
    return {
        "title": vega.title(pool, vega.PANEL),
        "width": vega.WIDTH,
        "height": vega.LOW - 40,
        "transform": [{"filter": {"field": "panel", "equal": panel}}],
        "encoding": {"x": vega.by_period()},
        "layer": [
            vega.touched({"type": "bar"}, y=y, y2={"field": "high"},
                         color=vega.keyed("kind", _SEATS)),
            vega.layer(above, {"y": vega.place("high"), "text": {"field": "starts"}}),
        ],
    }  # fmt: skip


# --- odds -----------------------------------------------------------------------------------------


def _odds(plan: HiringPlan) -> Chart:
    """The frontier: what it takes to be how sure, a line for each plan."""
    rows = [{**row, "place": place} for place, row in enumerate(_points(plan))]
    wanted, currency = plan.request.confidence, plan.base.plan.currency
    finding = (
        f"{share(plan.confidence)} sure for {money(plan.cost, currency)}"
        f", against {share(plan.frontier[0].confidence)} for "
        f"{money(plan.frontier[0].cost, currency)} without new hires"
    )
    if not plan.hires.total:
        finding = f"{share(plan.confidence)} sure without new hires"
    return Chart(
        "odds",
        finding,
        "Dots: odds that all the work that counts is done in time, by hires; beside them, what the "
        f"team costs. Dashed: the {share(wanted)} that were asked for. Whisker: two Monte Carlo "
        f"errors, of {plan.manifest['trials_of_search']:,} futures.",
        f"Dots, odds by hires. {finding}",
        vega.whole(rows, _dots([row["name"] for row in rows], wanted)),
    )


def _dots(names: Sequence[str], wanted: float) -> Spec:
    """A dot for each plan with its whisker, and its cost on the right."""
    asked = {"type": "rule", "color": INK, "strokeWidth": 1.5, "strokeDash": [4, 3]}
    whisker = {"type": "rule", "color": TOTAL, "strokeWidth": 1.5}
    beside = {"type": "text", "align": "left", "dx": 12, "color": INK, "fontSize": 12}
    x: Spec = vega.amount("confidence", "of the futures", format="~%", titlePadding=10)
    x["scale"] = {"domain": [0, 1], "nice": False}
    colour = vega.keyed("kind", _POINTS)
    return vega.by_name(
        names,
        [
            {"mark": {"aria": False, **asked}, "encoding": {"x": {"datum": wanted}, "y": None}},
            vega.layer(whisker, {"x": {**x, "field": "low"}, "x2": {"field": "high"}}),
            vega.touched(
                {"type": "point", "filled": True, "size": 110, "opacity": 1}, x=x, color=colour
            ),
            vega.layer(beside, {"x": {"datum": 1.0}, "text": {"field": "paid"}}),
        ],
        vega.SENTENCE,
    )


def _points(plan: HiringPlan) -> list[Row]:
    """The plans of the frontier."""
    found = []
    for row in plan.rows():
        kind = _PLAN if row["is_plan"] else _BEST if row["is_best"] else _OTHER
        off = 2 * row["confidence_se"] if math.isfinite(row["confidence_se"]) else 0.0
        sure = row["confidence"]
        hires = row["hires"] or "no new hires"
        about = f"{hires}: {share(sure)} of the futures, team cost {money(row['team_cost'])}"
        known = math.isfinite(row["npv"])
        about += f", worth {money(row['npv'])}" * known
        point = {"kind": kind, "about": about, "hires": hires,
                 "paid": money(row["team_cost"]),
                 "low": max(0.0, sure - off), "high": min(1.0, sure + off)}  # fmt: skip
        found.append({**row, **point})
    return found


# --- money ----------------------------------------------------------------------------------------


def _worth(plan: HiringPlan) -> Chart:
    """What each plan of the frontier is worth against hiring nobody."""
    points = [row for row in _points(plan) if row["heads"]]
    currency = plan.base.plan.currency
    rows: list[Row] = [
        {
            "name": _named(row),
            "place": place,
            "worth": row["npv"],
            "said": money(row["npv"]),
            "end": max(row["npv"], 0.0),
            "kind": row["kind"],
            "about": row["about"],
        }
        for place, row in enumerate(points)
    ]
    best = plan.best
    finding = "What pays best within the plan is to hire nobody"
    if best is not None and best.hires.total:
        finding = f"{best.hires.total} more pay best: {money(best.value, currency)}"
    elif plan.hires.total:
        this = next(row for row in points if row["is_plan"])  # of the futures of its bar
        finding += f"; this plan is worth {money(this['npv'], currency)}"
    return Chart(
        "value",
        finding,
        "Bars: gross profit less cost of the team over the plan, discounted, against hiring "
        "nobody. What comes after the plan is not in it. Of "
        f"{plan.manifest['trials_of_search']:,} futures.",
        f"Bars by plan, value against hiring nobody. {finding}",
        vega.whole(rows, _bars([row["name"] for row in rows])),
    )


def _named(row: Row) -> str:
    mark = {_PLAN: " (this)", _BEST: " (best)"}.get(row["kind"], "")
    return f"{row['name']}{mark}"


def _bars(names: Sequence[str]) -> Spec:
    x = vega.amount("worth", None, labelExpr=vega.AMOUNT, tickCount=4)
    colours: dict[str, Any] = {**vega.keyed("kind", {**_POINTS, _PLAN: GAIN}), "legend": None}
    beside = {"type": "text", "align": "left", "dx": 6, "color": INK, "fontSize": 12}
    return vega.by_name(
        names,
        [
            vega.touched({"type": "bar", "height": 14}, x=x, color=colours),
            vega.down_at(0.0, dashed=True),
            vega.layer(beside, {"x": vega.place("end"), "text": {"field": "said"}}),
        ],
        vega.SENTENCE,
    )
