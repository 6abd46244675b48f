"""The charts of a comparison: plans in a row, the odds of each figure, and each change's part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from capacity.report import vega
from capacity.report.chart import Chart, chart_name
from capacity.report.comparison import Manner, currency_of, label_of, manner_of
from capacity.report.palette import GAIN, INK, LOSS, OTHERS, TOTAL
from capacity.report.vega import ODDS, Row, Spec
from capacity.report.words import share, shows

if TYPE_CHECKING:
    from capacity.comparison import Comparison
    from capacity.versus import Headline, Versus
    from capacity.waterfall import Waterfall

_BETTER, _SAME, _WORSE = "better", "the same", "worse"
_ODDS = {_BETTER: GAIN, _SAME: OTHERS, _WORSE: LOSS}
_KINDS = {_BETTER: GAIN, _WORSE: LOSS, "total": TOTAL}
_COMPARED = ("p_covered", "team_cost", "arr")
"""What several plans are held beside each other by, as far as they have it."""
_BEST = {
    "p_covered": "{role} reaches its coverage target in every period most often with {plans}: "
    "{said} of the futures",
    "team_cost": "The team costs least with {plans}: {said}",
    "arr": "ARR {period} is highest with {plans}: {said}",
}
_MOST_FALLS, _FEW_FALLS, _MOST_NAMED, _MOST_STEPS = 4, 2, 3, 12
"""Waterfalls of one scenario, and of each of several; names in a title; bars of a waterfall."""
_FIRST = ("p_covered", "team_cost", "arr", "gross_profit", "dropped_hours", "required_fte")
"""Figures whose waterfall is drawn, the most telling first."""


def charts(comparison: Comparison) -> Iterator[Chart]:
    """Every chart that has something to show; of a second scenario their names end in ``_2``."""
    many = len(comparison.versus) > 1
    if many:
        yield from plans(comparison)
    for number, versus in enumerate(comparison.versus, 1):
        end = "" if number == 1 else f"_{number}"
        if comparison.trials and versus.headline:
            yield _odds(versus, end)
        for fall in _falls(versus, _FEW_FALLS if many else _MOST_FALLS):
            yield _waterfall(versus, fall, end, versus.scenario if many else "")


# --- plans in a row -------------------------------------------------------------------------------


def plans(comparison: Comparison) -> Iterator[Chart]:
    """Each plan's coverage, cost and revenue, where they differ."""
    for metric in _COMPARED:
        yield from _by_plan(comparison, metric)


def best(comparison: Comparison) -> Iterator[str]:
    """The best plan by coverage, of the role that comes first, by cost and by revenue."""
    for metric in _COMPARED:
        for chart in islice(_by_plan(comparison, metric), 1):
            yield f"{chart.finding}."


def _by_plan(comparison: Comparison, metric: str) -> Iterator[Chart]:
    if metric == "p_covered" and not comparison.trials:
        return  # one future without luck has no odds
    spots = dict.fromkeys(
        str(told.spot)
        for versus in comparison.versus
        for told in versus.headline
        if told.spot.name == metric
    )
    for spot in spots:
        rows = list(_in_a_row(comparison, spot))
        if len({row["said"] for row in rows}) > 1:
            yield _of_plans(spot, rows)


def _in_a_row(comparison: Comparison, spot: str) -> Iterator[Row]:
    """A figure of every plan that has it, the baseline's first."""
    found = [
        (versus, told)
        for versus in comparison.versus
        for told in versus.headline
        if str(told.spot) == spot
    ]
    _, first = found[0]
    both = [(comparison.names[0], first.old), *((one.scenario, told.new) for one, told in found)]
    manner = manner_of(first.row)
    for place, (name, value) in enumerate(both):
        said = manner.say(value)
        alike = place == 0 or said == manner.say(first.old)
        kind = "total" if alike else _judged(manner, value - first.old)
        label, sign = label_of(first.row), currency_of(first.row)
        yield {"name": name, "place": place, "value": value, "said": said, "kind": kind,
               "label": label, "sign": sign, "end": max(value, 0.0), "better": manner.better,
               "metric": first.row["metric"], "role": first.row["role"],
               "when": first.row["period"],
               "about": f"{name}: {label} {said}"}  # fmt: skip


def _judged(manner: Manner, difference: float) -> str:
    return _BETTER if difference * manner.better >= 0 else _WORSE


def _of_plans(spot: str, rows: Sequence[Row]) -> Chart:
    label, finding = rows[0]["label"], _best(rows)
    x = vega.amount("value", None, labelExpr=vega.AMOUNT, tickCount=4)
    if rows[0]["said"].endswith("%"):
        x = vega.amount("value", None, format="~%", tickCount=4)
    return Chart(
        chart_name("plans", spot),
        finding,
        "Bars: expected values, the first plan and what is like it in grey; blue is better, orange "
        "worse.",
        f"Bars by plan, {label}. {finding}",
        vega.whole(rows, _bars([row["name"] for row in rows], x, "value")),
    )


def _best(rows: Sequence[Row]) -> str:
    """The plans of the best figure, and that figure: all whose digits are the same."""
    best = max(rows, key=lambda row: float(row["better"] * row["value"]))
    names = [row["name"] for row in rows if row["said"] == best["said"]]
    more = [f"{len(names) - _MOST_NAMED} more"] * (len(names) > _MOST_NAMED)
    *others, last = names[:_MOST_NAMED] + more
    named = f"{', '.join(others)} and {last}" if others else last
    said = f"{best['sign']}{best['said']}"
    about = {"role": best["role"], "period": best["when"]}
    return _BEST[best["metric"]].format(plans=named, said=said, **about)


def _bars(names: Sequence[str], x: Spec, begin: str) -> Spec:
    beside = {"type": "text", "align": "left", "dx": 8, "color": INK, "fontSize": 12}
    colour = {**vega.keyed("kind", _KINDS), "legend": None}
    ends = {} if begin == "value" else {"x2": {"field": "to"}}
    return vega.by_name(
        names,
        [
            vega.touched({"type": "bar", "height": 14}, x=x, **ends, color=colour),
            vega.layer(beside, {"x": vega.place("end"), "text": {"field": "said"}}),
        ],
        vega.SENTENCE,
    )


# --- odds -----------------------------------------------------------------------------------------


def _odds(versus: Versus, end: str) -> Chart:
    """In how many futures each figure is better, the same and worse."""
    found = [told for told in versus.headline if math.isfinite(told.row["p_higher"])]
    rows = [{**row, "place": place} for place, told in enumerate(found) for row in _parts(told)]
    x = vega.amount("begin", None, format="~%", tickCount=4)
    x["scale"] = {"domain": [0, 1]}
    colour = vega.keyed("kind", _ODDS)
    beside = {"type": "text", "align": "left", "dx": 8, "color": INK, "fontSize": 12, "x": "width"}
    spec = vega.by_name(
        [label_of(told.row) for told in found],
        [
            vega.touched({"type": "bar", "height": 14}, x=x, x2={"field": "finish"}, color=colour),
            vega.layer(beside, {"text": {"field": "said"}}),
        ],
    )
    finding = f"{versus.scenario}: {_balance(found)}"
    return Chart(
        f"odds{end}",
        finding,
        f"Bars: in how many futures a figure is better, the same or worse than with "
        f"{versus.baseline}; beside them, the expected difference.",
        f"Stacked bars by figure, odds of being better. {finding}",
        vega.whole(rows, spec),
    )


def _parts(told: Headline) -> Iterator[Row]:
    manner, row = manner_of(told.row), told.row
    better, same, worse = shares(row)
    about = (
        f"{label_of(row)}: better in {share(better)}, the same in {share(same)}, worse in "
        f"{share(worse)} of the futures"
    )
    at = 0.0
    for kind, part in ((_BETTER, better), (_SAME, same), (_WORSE, worse)):
        said = manner.signed(row["mean"]) if kind == _BETTER else ""
        yield {"kind": kind, "begin": at, "finish": at + part, "said": said, "about": about}
        at += part


def shares(row: Mapping[str, Any]) -> tuple[float, float, float]:
    """Parts of the futures in which a difference is for the better, nothing, for the worse."""
    higher, same = row["p_higher"], row["p_equal"]
    lower = max(0.0, 1 - higher - same)
    return (higher, same, lower) if manner_of(row).better > 0 else (lower, same, higher)


def _balance(found: Sequence[Headline]) -> str:
    """``better in most futures: csm peak FTE; worse: team cost``."""
    said = []
    moved = [told for told in found if shows(manner_of(told.row).size(told.row["mean"]))]
    for word, index in ((f"{_BETTER} in most futures", 0), (_WORSE, 2)):
        labels = [label_of(told.row) for told in moved if shares(told.row)[index] > 1 / 2]
        if labels:
            more = f" and {len(labels) - _MOST_NAMED} more" * (len(labels) > _MOST_NAMED)
            said.append(f"{word}: {', '.join(labels[:_MOST_NAMED])}{more}")
    return "; ".join(said) or "no figure is better or worse in most futures"


# --- each change's part ---------------------------------------------------------------------------


def _falls(versus: Versus, most: int) -> list[Waterfall]:
    """The waterfalls of several changes whose ends differ in the digits that are said."""
    if len(versus.steps or ()) < 2:
        return []
    moved = [
        told.spot
        for told in versus.headline
        if manner_of(told.row).say(told.old) != manner_of(told.row).say(told.new)
    ]
    found = [fall for fall in versus.waterfalls if fall.spot in moved]
    return sorted(found, key=lambda fall: _rank(fall.spot.name))[:most]


def _rank(metric: str) -> int:
    return _FIRST.index(metric) if metric in _FIRST else len(_FIRST)


def _waterfall(versus: Versus, fall: Waterfall, end: str, whose: str) -> Chart:
    """From the first plan to the other, change by change."""
    told = next(one for one in versus.headline if one.spot == fall.spot)
    rows = list(_steps(fall))
    label, manner = label_of(told.row), manner_of(told.row)
    largest = max(rows[:-1], key=lambda row: abs(row["size"]))
    finding = (
        f"{label} from {manner.say(told.old)} to {manner.say(told.new)}; most by "
        f"{largest['name']}, {largest['said']}"
    )
    finding = f"{whose}: {finding}" if whose else finding
    x = vega.amount("begin", None, labelExpr=vega.AMOUNT, tickCount=4)
    if manner.size(told.row["mean"]).endswith("pp"):
        x = vega.amount("begin", None, tickCount=4, labelExpr="format(100 * datum.value, '~r')")
    spread = f" Whisker: {ODDS}." if any("low" in row for row in rows) else ""
    spec = _bars([row["name"] for row in rows], x, "begin")
    whisker = {"type": "rule", "color": INK, "strokeWidth": 1.5}
    if spread:
        ends = {"x": vega.place("low"), "x2": {"field": "high"}}
        spec["layer"] = [spec["layer"][0], vega.layer(whisker, ends), *spec["layer"][1:]]
    spec["layer"] = [*spec["layer"], vega.down_at(0.0, dashed=True)]
    return Chart(
        f"{chart_name('waterfall', str(fall.spot))}{end}",
        finding,
        "Bars: what each change adds on top of those above it, and all of them together. Blue is "
        f"better, orange worse.{spread}",
        f"Waterfall by change, {label}. {finding}",
        vega.whole(rows, spec),
    )


def _steps(fall: Waterfall) -> Iterator[Row]:
    """Bars that begin where those above them end; the last one is the whole difference."""
    rows = [row for row in fall.rows() if row["part"] in ("step", "total")]
    at = 0.0
    shown = [*rows[:-1][: _MOST_STEPS - 1], rows[-1]]
    for place, row in enumerate(shown):
        manner, mean = manner_of(row), float(row["mean"])
        is_total = row["part"] == "total"
        begin = 0.0 if is_total else at
        name = "all together" if is_total else row["change"]
        said = manner.signed(mean)
        found = {"name": name, "place": place, "begin": begin, "to": begin + mean,
                 "size": mean, "said": said, "kind": _judged(manner, mean),
                 "about": f"{name}: {said}"}  # fmt: skip
        low, high = (begin + float(row[q]) for q in ("p10", "p90"))
        reach = [begin, begin + mean]
        if math.isfinite(low) and fall.spot.name != "p_covered":  # that is yes or no in each
            found |= {"low": low, "high": high}
            reach += [low, high]
        yield {**found, "end": max(reach)}
        at += mean
