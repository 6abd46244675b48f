"""The charts of what would be lost: return with its odds, revenue with and without, tasks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.histogram import histogram
from capacity.report.palette import GAIN, HEADS, INK, LOSS, NEED, TASKS
from capacity.report.vega import ODDS, Row, Spec
from capacity.report.words import currency_name, hours, money, odds, share

if TYPE_CHECKING:
    from capacity.report.value import Removed

_LOW, _HIGH = 0.1, 0.9
_ROI, _RUN_OFF = "roi", "roi_with_run_off"
_GAINS = {True: "gain", False: "loss"}
_COLOURS = {"gain": GAIN, "loss": LOSS}
_WITH = "with"
_MOST = 12
"""Tasks that have a bar."""


def charts(each: Sequence[Removed]) -> Iterator[Chart]:
    """Every chart that has something to show; none where nothing says what the work does."""
    if not each[0].value.says_effects:
        return
    if any(not math.isnan(one.value.mean(_ROI)) for one in each):
        yield _returns(each)
    if len(each) == 1 and each[0].lucky:
        yield _spread(each[0])
    yield _revenue(each)
    if len(each) == 1:
        yield _saved(each[0])
    tasks = each[0].value.tasks
    if tasks and len(tasks.tasks):
        yield _by_task(each[0])


# --- return by horizon ----------------------------------------------------------------------------


def _returns(each: Sequence[Removed]) -> Chart:
    """ROI by horizon, or of several by what is gone, with the odds of each."""
    rows = [row for one in each for row in _returns_of(one, alone=len(each) == 1)]
    rows = [{**row, "place": place} for place, row in enumerate(rows)]
    best = max((one for one in each), key=lambda one: one.value.mean(_ROI))
    finding = f"{best.what}: ROI over {best.horizon('')} is {share(best.value.mean(_ROI))}"
    if best.lucky:
        finding += f", {best.between(_ROI, share)} {ODDS}"
    if len(each) > 1:
        finding = f"Best of {len(each)}: {finding}"
    odds_said = f" Whisker: {ODDS}." if best.lucky else ""
    return Chart(
        "roi",
        finding,
        f"Dot: expected return; left of the line more is spent than comes back.{odds_said} Run-off "
        "is what the ARR that was kept still brings after that time.",
        f"Dots by horizon, return on what is spent. {finding}",
        vega.whole(rows, _dots([row["name"] for row in rows], lucky=best.lucky)),
    )


def _returns_of(one: Removed, *, alone: bool) -> Iterator[Row]:
    for period in one.periods if alone else [""]:
        name = one.horizon(period) if alone else one.value.without
        yield _return(one, name, _ROI, period)
    if alone:
        yield _return(one, "… with run-off", _RUN_OFF, "")


def _return(one: Removed, name: str, metric: str, period: str) -> Row:
    mean = one.value.mean(metric, period)
    said = share(mean)
    row = {"name": name, "middle": mean, "said": said, "kind": _GAINS[mean > 0]}
    about = f"{name}: ROI {said}"
    if one.lucky and not math.isnan(mean):
        low, high = (one.value.quantile(metric, q, period) for q in (_LOW, _HIGH))
        row |= {"low": low, "high": high}
        about += f" ({share(low)} to {share(high)} {ODDS}), above 0 in {one.odds(metric, period)}"
    return {**row, "about": about}


def _dots(names: Sequence[str], *, lucky: bool) -> Spec:
    x = vega.amount("middle", None, format="~%", tickCount=3, labelFlush=False)
    colour = {**vega.keyed("kind", _COLOURS), "legend": None}
    dot = {"type": "point", "filled": True, "size": 90, "opacity": 1}
    beside = {"type": "text", "align": "left", "color": INK, "fontSize": 12, "dx": 8}
    layers = [
        vega.down_at(0.0, dashed=True),
        vega.touched(dot, x=x, color=colour),
        vega.layer({**beside, "x": "width"}, {"text": {"field": "said"}}),
    ]
    if lucky:
        whisker = {"type": "rule", "strokeWidth": 2, "opacity": 0.5}
        ends = {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour}
        layers.insert(1, vega.layer(whisker, ends))
    return vega.by_name(names, layers)


# --- how it is spread -----------------------------------------------------------------------------


def _spread(one: Removed) -> Chart:
    """In how many futures it returns how much, with break-even marked."""
    value = one.value
    metric = "npv" if math.isnan(value.mean(_ROI)) else _ROI
    is_share = metric == _ROI
    say = share if is_share else money
    what = "return" if is_share else "present value"
    held = odds(value.odds(metric), value.trials)
    finding = f"{one.what} pays within {one.horizon('')} in {held}"
    bins = histogram(value.array(metric).tolist(), say)
    axis = {"format": "~%"} if is_share else {"labelExpr": vega.AMOUNT}
    x = {**vega.amount("low", None, zero=False, **axis), "scale": {"nice": False}}
    bars = vega.touched(
        {"type": "bar", "binSpacing": 1},
        x={**x, "bin": "binned"},
        x2={"field": "high"},
        y=vega.amount("share", "of the futures", format="~%"),
        color={**vega.keyed("kind", _COLOURS), "legend": None},
    )
    rows = [{**row, "kind": _GAINS[row["low"] >= 0]} for row in bins]
    return Chart(
        "roi_distribution",
        finding,
        f"Bars: share of the futures by their {what} over {one.horizon('')}. Line: break-even; "
        "right of it more comes back than is spent.",
        f"Histogram of the {what} over {one.horizon('')}. {finding}",
        vega.whole(
            rows,
            {"width": vega.WIDTH, "height": vega.HEIGHT, "layer": [bars, vega.at_zero()]},
        ),
    )


# --- revenue --------------------------------------------------------------------------------------


def _revenue(each: Sequence[Removed]) -> Chart:
    """ARR with everything, and without each."""
    first = each[0]
    labels = first.labels
    less = [one.value.mean("arr_saved", labels[-1]) for one in each]
    most = max(range(len(each)), key=lambda i: less[i])
    without = each[most]
    end = without.value.mean("arr_without", labels[-1])
    currency = first.plan.currency
    finding = (
        f"Without {without.what} ARR is {money(end, currency)} at the end of {labels[-1]}, "
        f"{money(abs(less[most]))} {'less' if less[most] >= 0 else 'more'}"
    )
    names = [_WITH, *(f"without {one.value.without}" for one in each)]
    colours = [NEED, HEADS, *TASKS[1:]]
    rows = list(_arr(first, _WITH, 0))
    for shade, one in enumerate(each, 1):
        rows += _arr(one, "without", min(shade, len(colours) - 1))
    y = vega.amount("middle", f"ARR, {currency_name(currency)}", zero=False, labelExpr=vega.AMOUNT)
    colour = vega.stroked(names[: len(colours)], colours[: len(names)])
    colour["legend"]["offset"] = vega.ABOVE_TITLE
    line = vega.layer({"type": "line", "strokeWidth": 2.5}, {"y": y, "color": colour})
    dots = vega.touched({"type": "point", "size": 60, "opacity": 0}, y=y)
    return Chart(
        "arr",
        finding,
        "Lines: expected ARR at the end of each period. The axis does not begin at 0.",
        f"Lines by period, ARR with and without. {finding}",
        vega.whole(rows, vega.over_time([line, dots])),
    )


def _arr(one: Removed, side: str, shade: int) -> Iterator[Row]:
    name = side if side == _WITH else f"without {one.value.without}"
    for label in one.labels:
        mean = one.value.mean(f"arr_{side}", label)
        about = f"{label}, {name}: ARR {money(mean)}"
        if one.lucky:
            ends = (one.value.quantile(f"arr_{side}", q, label) for q in (_LOW, _HIGH))
            about += f" ({' to '.join(map(money, ends))} {ODDS})"
        yield {"period": label, "middle": mean, "shade": shade, "about": about}


def _saved(one: Removed) -> Chart:
    """What is kept by then, with its odds."""
    last = one.labels[-1]
    finding = (
        f"{one.what} keeps {money(one.value.mean('arr_saved', last), one.plan.currency)} of ARR "
        f"by the end of {last}"
    )
    if one.lucky:
        finding += f", {one.between('arr_saved', money, last)} {ODDS}"
    y = vega.amount("middle", f"ARR, {currency_name(one.plan.currency)}", labelExpr=vega.AMOUNT)
    layers = [vega.layer({"type": "line", "color": NEED, "strokeWidth": 2.5}, {"y": y})]
    if one.lucky:
        layers.insert(0, vega.band(NEED, {**y, "field": "low"}))
    band = f" Band: {ODDS}." if one.lucky else ""
    return Chart(
        "arr_saved",
        finding,
        f"Line: expected ARR with less ARR without, on the same luck.{band}",
        f"Line by period, ARR that is kept. {finding}",
        vega.whole(_kept(one), vega.over_time([*layers, vega.strips()])),
    )


def _kept(one: Removed) -> Iterator[Row]:
    for label in one.labels:
        mean = one.value.mean("arr_saved", label)
        row = {"period": label, "middle": mean}
        between = one.between("arr_saved", money, label)
        if one.lucky:
            low, high = (one.value.quantile("arr_saved", q, label) for q in (_LOW, _HIGH))
            row |= {"low": low, "high": high}
        between = f" ({between} {ODDS})" if between else ""
        yield {**row, "about": f"{label}: {money(mean)} of ARR kept{between}"}


# --- tasks ----------------------------------------------------------------------------------------


def _by_task(one: Removed) -> Chart:
    """What each task is worth against what its hours cost."""
    tasks = one.value.tasks
    assert tasks is not None
    order = sorted(range(len(tasks.tasks)), key=lambda k: -float(tasks.share[k]))
    rows: list[Row] = []
    for place, k in enumerate(order[:_MOST]):
        worth, cost = float(tasks.share[k]), float(tasks.cost[k].sum())
        about = (
            f"{tasks.tasks[k]}: worth {money(worth)}, {hours(float(tasks.hours[k].sum()))} h "
            f"that cost {money(cost)}"
        )
        rows.append(
            {"name": tasks.tasks[k], "place": place, "worth": worth, "cost": cost,
             "said": money(worth), "about": about, "kind": _GAINS[worth >= 0]}
        )  # fmt: skip
    paid = sum(row["worth"] >= row["cost"] for row in rows)
    finding = (
        f"{rows[0]['name']} is worth the most, {rows[0]['said']}; of {len(rows)} tasks "
        f"{paid or 'none'} {'pay' if paid > 1 else 'pays'} for its own hours"
    ).replace("pay for its", "pay for their")
    return Chart(
        "task_value",
        finding,
        f"Bar, and the amount beside it: share in the gross profit over {one.horizon('')} "
        "(Shapley). Mark: what the hours of the task cost.",
        f"Bars by task, value against cost. {finding}",
        vega.whole(rows, _task_bars([row["name"] for row in rows])),
    )


def _task_bars(names: Sequence[str]) -> Spec:
    x = vega.amount("worth", None, labelExpr=vega.AMOUNT)
    colour = {**vega.keyed("kind", _COLOURS), "legend": None}
    mark = {"type": "tick", "color": INK, "thickness": 2.5, "size": 20}
    return vega.by_name(
        names,
        [
            vega.touched({"type": "bar", "height": 14}, x=x, color=colour),
            vega.layer(mark, {"x": vega.place("cost")}),
            vega.said_beside(),
        ],
    )
