"""Work: what falls due, how well each task is covered, and what is dropped first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.palette import INK, LOSS, NEED, OTHERS, TASKS
from capacity.report.vega import ODDS, Row, Spec
from capacity.report.words import hours, share

if TYPE_CHECKING:
    from capacity.report.figures import Figures, Task

SEEN = 0.5
"""Hours below which a bar would say 0 h."""
_MOST_BARS = 12
_OTHERS = "other tasks"


# --- what falls due -------------------------------------------------------------------------------


def due(figures: Figures) -> Chart:
    """Hours that fall due, stacked by task."""
    tasks = sorted(figures.tasks, key=lambda task: task.due, reverse=True)
    tasks = [task for task in tasks if task.due > 0]
    names, colours = _shades(tasks)
    total = hours(sum(task.due for task in tasks))
    finding = f"{tasks[0].task} takes the most time: {hours(tasks[0].due)} of {total} hours due"
    bars = vega.touched(
        {"type": "bar"},
        x=vega.by_period(),
        y=vega.amount("due", "hours", labelExpr=vega.AMOUNT),
        color=vega.shaded(names, colours),
        order={"field": "place", "type": "quantitative"},
    )
    alone = tasks if len(names) == len(tasks) else tasks[: len(TASKS)]
    rows = [row for place, task in enumerate(alone) for row in _falls_due(figures, task, place)]
    rows += _others_due(figures, tasks[len(alone) :], len(alone))
    return Chart(
        "due_hours",
        finding,
        f"Expected hours that fall due by {figures.rows}, the largest task lowest.",
        f"Stacked bars, hours that fall due by {figures.rows} and task. {finding}",
        vega.whole(rows, {"width": vega.WIDTH, "height": vega.HEIGHT, **bars}),
    )


def _shades(tasks: Sequence[Task]) -> tuple[list[str], list[str]]:
    """Names and colours of the legend, the largest task first; those behind share one."""
    names = [task.task for task in tasks]
    if len(names) <= len(TASKS):
        return names, list(TASKS[: len(names)])
    return [*names[: len(TASKS)], _OTHERS], [*TASKS, OTHERS]


def _falls_due(figures: Figures, task: Task, place: int) -> Iterator[Row]:
    for role in task.roles:
        found = figures.result.figures("due_hours", role=role, task=task.task, by=figures.rows)
        for period, value in found.items():
            about = f"{period}, {task.task} by {role}: {hours(value)} h due"
            yield {"period": period, "due": value, "place": place, "shade": place, "about": about}


def _others_due(figures: Figures, tasks: Sequence[Task], place: int) -> Iterator[Row]:
    """All other tasks as one."""
    found: Counter[str] = Counter()
    for task in tasks:
        for row in _falls_due(figures, task, place):
            found[row["period"]] += row["due"]
    for period, value in found.items():
        about = f"{period}, {len(tasks)} {_OTHERS}: {hours(value)} h due"
        yield {"period": period, "due": value, "place": place, "shade": place, "about": about}


# --- coverage -------------------------------------------------------------------------------------


def coverage(figures: Figures) -> Chart:
    """Done over done and dropped, with its odds, the worst first."""
    rows = sorted(_covered(figures), key=lambda row: float(row["middle"]))[:_MOST_BARS]
    worst = rows[0]
    finding = f"{worst['name']} is covered least: {worst['said']} of its hours are done"
    if share(worst["middle"], 1) == share(1, 1):
        finding = "Every task is done in full"
    return Chart(
        "coverage",
        finding,
        f"Dot: expected share of the hours that are done in time, over the plan.{_odds(figures)}",
        f"Dots by task, coverage over the plan. {finding}",
        vega.whole(_placed(rows), _dots([row["name"] for row in rows], lucky=figures.lucky)),
    )


def _covered(figures: Figures) -> Iterator[Row]:
    for task in figures.tasks:
        mean, low, high = figures.spread("coverage", period="", task=task.task)
        if not math.isfinite(mean):
            continue
        said = share(mean, 1)
        row = {"name": task.task, "middle": mean, "said": said}
        about = f"{task.task}: {said} of its hours are done"
        if figures.lucky:
            row |= {"low": low, "high": high}
            about += f" ({share(low, 1)} to {share(high, 1)} {ODDS})"
        yield {**row, "about": about}


def _dots(order: Sequence[str], *, lucky: bool) -> Spec:
    x = vega.amount("middle", None, zero=False, format="~%", tickCount=4, labelFlush=False)
    x["scale"] |= {"domainMax": 1}
    dot = {"type": "point", "filled": True, "size": 90, "color": NEED, "opacity": 1}
    beside = {"type": "text", "align": "left", "color": INK, "fontSize": 12, "dx": 8}
    layers = [
        vega.touched(dot, x=x),
        vega.layer({**beside, "x": "width"}, {"text": {"field": "said"}}),
    ]
    if lucky:
        whisker = {"type": "rule", "color": NEED, "strokeWidth": 2, "opacity": 0.5}
        layers.insert(0, vega.layer(whisker, {"x": {**x, "field": "low"}, "x2": {"field": "high"}}))
    return vega.by_name(order, layers)


# --- what is dropped ------------------------------------------------------------------------------


def dropped(figures: Figures) -> Chart:
    """Hours that nobody will do, the most first; where several roles share a task, by role."""
    rows = sorted(_lost(figures), key=lambda row: float(row["lost"]), reverse=True)[:_MOST_BARS]
    total = hours(sum(task.dropped for task in figures.tasks))
    finding = "Hardly any work is dropped"
    if rows:
        finding = f"{rows[0]['name']} goes first: {rows[0]['said']} of {total} h dropped"
    return Chart(
        "dropped_hours",
        finding,
        f"Bar: expected hours that are dropped over the plan.{_odds(figures)}",
        f"Bars by task, hours dropped over the plan. {finding}",
        vega.whole(_placed(rows), _bars([row["name"] for row in rows], lucky=figures.lucky)),
    )


def _lost(figures: Figures) -> Iterator[Row]:
    for task in figures.tasks:
        for role in task.roles:
            about: dict[str, Any] = {"period": "", "role": role, "task": task.task}
            mean, low, high = figures.spread("dropped_hours", **about)
            if mean >= SEEN:
                name = task.task if len(task.roles) == 1 else f"{task.task} ({role})"
                yield _bar(name, mean, low, high, lucky=figures.lucky)


def _bar(name: str, mean: float, low: float, high: float, *, lucky: bool) -> Row:
    row = {"name": name, "lost": mean, "said": f"{hours(mean)} h", "end": mean}
    about = f"{name}: {hours(mean)} h dropped"
    if lucky:
        row |= {"low": low, "high": high, "end": max(mean, high)}
        about += f" on average ({hours(low)} to {hours(high)} h {ODDS})"
    return {**row, "about": about}


def _bars(order: Sequence[str], *, lucky: bool) -> Spec:
    beside = {"type": "text", "align": "left", "dx": 6, "color": INK, "fontSize": 12}
    bar = {"type": "bar", "color": LOSS, "height": 14}
    layers = [
        vega.touched(bar, x=vega.amount("lost", None, labelExpr=vega.AMOUNT)),
        vega.layer(beside, {"x": vega.place("end"), "text": {"field": "said"}}),
    ]
    if lucky:
        whisker = {"type": "rule", "color": INK, "strokeWidth": 1.5}
        layers.insert(1, vega.layer(whisker, {"x": vega.place("low"), "x2": {"field": "high"}}))
    return vega.by_name(order, layers)


def _placed(rows: Sequence[Row]) -> list[Row]:
    """Rows with their place from the top."""
    return [{**row, "place": place} for place, row in enumerate(rows)]


def _odds(figures: Figures) -> str:
    return f" Whisker: {ODDS}." if figures.lucky else ""
