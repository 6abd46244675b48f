"""The charts of what drives a figure: shares of variance, the tornado, the value of knowing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.drivers_sentences import known
from capacity.report.drivers_words import Words, error_of, name_of, part
from capacity.report.inputs import input_value
from capacity.report.palette import GAIN, HEADS, INK, NEED, OTHERS, TOTAL
from capacity.report.vega import Row, Spec
from capacity.report.words import money, shows

if TYPE_CHECKING:
    from capacity.drivers.answer import Driver, Sensitivity, Swing

_MOST = 12
"""Inputs that have a bar."""
_INPUT, _TOGETHER, _LUCK = "an input", "inputs together", "luck of the draw"
_SHARES = {_INPUT: NEED, _TOGETHER: TOTAL, _LUCK: OTHERS}
_ENDS = {"at its p10": NEED, "at its p90": HEADS}
_NUDGES = {"a tenth less": NEED, "a tenth more": HEADS}
_APART = 2.0
"""Standard errors of a whisker."""


def charts(found: Sensitivity) -> Iterator[Chart]:
    """Every chart that has something to show."""
    words = Words(found)
    if found.split.variance:
        yield _shares(found)
    swinging = [d for d in words.shown() if d.swing.width]
    if swinging:
        yield _tornado(found, words, swinging)
    nudged = [one for one in found.nudged if one.swing.width][:_MOST]
    if nudged:
        names = [one.nudge.path for one in nudged]
        yield _nudged(found, names, [one.swing for one in nudged])
    if known(found):
        yield _knowing(found)


# --- shares of variance ---------------------------------------------------------------------------


def _shares(found: Sensitivity) -> Chart:
    """What we do not know, input by input, and luck."""
    rows = [_share(name_of(d), _INPUT, d.share, d.share_error) for d in found.heard[:_MOST]]
    if found.together > _APART * found.together_error:
        rows.append(_share(_TOGETHER, _TOGETHER, found.together, found.together_error))
    rows.append(_share(_LUCK, _LUCK, found.split.luck, found.split.error))
    rows = [{**row, "place": place} for place, row in enumerate(rows)]
    finding = f"{part(found.split.unknown)} of the spread of {found.metric} is what we do not know"
    if found.heard:
        first = found.heard[0]
        finding += f"; most of all {name_of(first)}, {part(first.share)}"
    return Chart(
        "variance",
        finding,
        "Bars: part of the variance that would be gone if this was known; luck stays whatever is "
        "measured. Whisker: two standard errors. Inputs that are not heard above the noise are "
        "left out.",
        f"Bars by input, share of the variance. {finding}",
        vega.whole(rows, _share_bars([row["name"] for row in rows])),
    )


def _share(name: str, kind: str, share: float, error: float) -> Row:
    low, high = (min(max(share + side * _APART * error, 0.0), 1.0) for side in (-1, 1))
    said = part(share)
    return {
        "name": name, "kind": kind, "share": min(max(share, 0.0), 1.0), "low": low, "high": high,
        "said": said, "about": f"{name}: {said}{error_of(error)} of the variance",
    }  # fmt: skip


def _share_bars(names: Sequence[str]) -> Spec:
    x = vega.amount("share", None, format="~%", tickCount=3)
    colour = {**vega.keyed("kind", _SHARES), "legend": None}
    whisker = {"type": "rule", "color": INK, "strokeWidth": 1.5}
    layers = [
        vega.touched({"type": "bar", "height": 14}, x=x, color=colour),
        vega.layer(whisker, {"x": {**x, "field": "low"}, "x2": {"field": "high"}}),
        vega.said_beside(),
    ]
    return vega.by_name(names, layers, vega.SENTENCE)


# --- the tornado ----------------------------------------------------------------------------------


def _tornado(found: Sensitivity, words: Words, drivers: Sequence[Driver]) -> Chart:
    """Each input at its p10 and its p90, the widest swing first."""
    widest = sorted(drivers, key=lambda d: -abs(d.swing.width))[:_MOST]
    rows = [row for i, d in enumerate(widest) for row in _ends_of(found, words, i, d)]
    first = widest[0]
    finding = (
        f"{name_of(first)} moves {found.metric} most: {words.figure(first.swing.low)} at "
        f"{input_value(first.unknown, first.p10)}, {words.figure(first.swing.high)} at "
        f"{input_value(first.unknown, first.p90)}"
    )
    bound = found.bound if any(d.tip for d in widest) else None
    tips = "" if bound is None else "; dashed: where the decision flips"
    return Chart(
        "tornado",
        finding,
        "Bars: the expected figure with one input at its p10 and at its p90, all else as it is, in "
        f"the same futures. Line: the figure as it is{tips}.",
        f"Tornado by input, {found.metric} at its p10 and p90. {finding}",
        vega.whole(
            rows,
            _two_ended([name_of(d) for d in widest], _ENDS, found.unit, found.middle, bound),
        ),
    )


def _ends_of(found: Sensitivity, words: Words, place: int, driver: Driver) -> Iterator[Row]:
    at = dict(zip(_ENDS, (driver.p10, driver.p90), strict=True))
    for (kind, value), figure in zip(
        at.items(), (driver.swing.low, driver.swing.high), strict=True
    ):
        about = f"{name_of(driver)} at {input_value(driver.unknown, value)}: {words.figure(figure)}"
        yield {"place": place, "kind": kind, "from": found.middle, "to": figure, "about": about}


def _nudged(found: Sensitivity, names: Sequence[str], swings: Sequence[Swing]) -> Chart:
    """Numbers without a range, a tenth lower and higher."""
    words, metric = Words(found), found.metric
    rows = [
        {"place": i, "kind": kind, "from": found.middle, "to": to,
         "about": f"{names[i]}, {kind}: {words.figure(to)}"}
        for i, swing in enumerate(swings)
        for kind, to in zip(_NUDGES, (swing.low, swing.high), strict=True)
    ]  # fmt: skip
    finding = f"Of the numbers without a range, {names[0]} moves {metric} most"
    return Chart(
        "fixed",
        finding,
        "Bars: the expected figure with a number a tenth lower and higher; whole numbers go to the "
        "next whole one. Line: the figure as it is.",
        f"Tornado by number, {metric} with a tenth less and more. {finding}",
        vega.whole(rows, _two_ended(names, _NUDGES, found.unit, found.middle, None)),
    )


def _two_ended(
    names: Sequence[str], colours: dict[str, str], unit: str, middle: float,
    bound: float | None,
) -> Spec:  # fmt: skip
    how = {"format": "~%"} if unit == "share" else {"labelExpr": vega.AMOUNT}
    x = vega.amount("from", None, zero=False, tickCount=4, **how)
    colour = vega.keyed("kind", colours)
    layers = [vega.touched({"type": "bar", "height": 14}, x=x, x2={"field": "to"}, color=colour)]
    layers.append(vega.down_at(middle))
    if bound is not None:
        layers.append(vega.down_at(bound, dashed=True))
    return vega.by_name(names, layers, vega.SENTENCE)


# --- the value of knowing -------------------------------------------------------------------------


def _knowing(found: Sensitivity) -> Chart:
    """What finding out is worth, input by input."""
    worth, unit = known(found)[:_MOST], found.unit
    rows: list[Row] = []
    for place, d in enumerate(worth):
        said, off = money(d.worth, unit), money(d.worth_error, unit)
        about = f"Knowing {name_of(d)}: {said}" + (f" ± {off}" if shows(off) else "")
        low, high = (max(d.worth + side * _APART * d.worth_error, 0.0) for side in (-1, 1))
        rows.append({"place": place, "worth": d.worth, "said": said, "about": about,
                     "low": low, "high": high})  # fmt: skip
    finding = f"Knowing {name_of(worth[0])} before deciding is worth {money(worth[0].worth, unit)}"
    x = vega.amount("worth", None, labelExpr=vega.AMOUNT, tickCount=3)
    whisker = {"type": "rule", "color": INK, "strokeWidth": 1.5}
    layers = [
        vega.touched({"type": "bar", "height": 14, "color": GAIN}, x=x),
        vega.layer(whisker, {"x": {**x, "field": "low"}, "x2": {"field": "high"}}),
        vega.said_beside(),
    ]
    return Chart(
        "knowing",
        finding,
        "Bars: what choosing after finding out gains on average over choosing now, and so the most "
        "that finding out may cost. Whisker: two standard errors.",
        f"Bars by input, value of knowing it. {finding}",
        vega.whole(rows, vega.by_name([name_of(d) for d in worth], layers, vega.SENTENCE)),
    )
