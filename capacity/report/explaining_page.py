"""The page of the arithmetic of one number, and its chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.report import vega
from capacity.report.chart import Chart
from capacity.report.explaining import (
    about,
    is_listed,
    is_period,
    line,
    made_of,
    place,
    said,
    said_input,
    steps,
)
from capacity.report.filled import filled
from capacity.report.palette import LOSS, NEED
from capacity.report.tables import table
from capacity.report.told import Told
from capacity.report.words import share

if TYPE_CHECKING:
    from capacity.explaining.explanation import Explanation
    from capacity.explaining.term import Term
    from capacity.report.page import Page

_MOST = 15
"""Parts that have a bar."""
_DEEPER = "· "
_SIGNS = {"adds": NEED, "takes": LOSS}


def page(found: Explanation) -> Page:
    """What is said of a number, to be shown in any form."""
    top = line(found.term)
    return filled(told(found), [top], charts(found), found.manifest, [("", found.plan)])


def told(found: Explanation) -> Told:
    """The number, its arithmetic as a table, and the inputs."""
    how = table("The arithmetic", "number", "value", "made of")
    for depth, term in steps(found.term):
        how.add_row(f"{_DEEPER * depth}{term.label}", said(term), _how(term))
    tables = [how]
    if found.inputs:
        tables.append(inputs := table("The inputs", "input", "value", "where"))
        for term in found.inputs:
            inputs.add_row(term.path or term.label, said_input(term), place(term))
    note = (
        "Expected values: every input at its mean, and no luck. Dots show how deep a number lies; "
        "the numbers below one make it up."
    )
    return Told.of_one(found.scenario, about(found), (line(found.term),), tuple(tables), (note,))


def _how(term: Term) -> str:
    """What a number is made of, as a cell has room for it."""
    return f"the sum of {len(term.parts)} numbers below" if is_listed(term) else made_of(term)


# --- the chart ------------------------------------------------------------------------------------


def charts(found: Explanation) -> Iterator[Chart]:
    """The parts of the first sum below the number, where it has one."""
    whole = _first_sum(found.term)
    if whole is not None:
        yield _parts(whole)


def _first_sum(top: Term) -> Term | None:
    """The sum of several that lies highest."""
    level = [top]
    while level:
        for term in level:
            if term.operation.value == "sum" and len(_counted(term)) > 1:
                return term
        level = [part for term in level for part in term.parts]
    return None


def _counted(term: Term) -> list[Term]:
    return [part for part in term.parts if part.value and said(part) != said(part.valued(0.0))]


def _parts(whole: Term) -> Chart:
    """A bar for each part of a sum, the largest first; periods in their order."""
    parts = _counted(whole)
    largest = max(parts, key=lambda part: abs(part.value))
    finding = f"{largest.label} is the largest part of {said(whole)} {whole.label}"
    if whole.value:
        finding += f": {share(largest.value / whole.value)}"
    in_order = all(map(is_period, parts))
    listed = parts if in_order else sorted(parts, key=lambda part: -abs(part.value))[:_MOST]
    rows = [
        {"place": i, "value": part.value, "said": said(part), "end": max(part.value, 0.0),
         "kind": "adds" if part.value >= 0 else "takes", "about": line(part)}
        for i, part in enumerate(listed)
    ]  # fmt: skip
    x = vega.amount("value", None, labelExpr=vega.AMOUNT, tickCount=3)
    colour = {**vega.keyed("kind", _SIGNS), "legend": None}
    rest = len(parts) - len(listed)
    left_out = f" {rest} smaller parts are left out." if rest else ""
    layers = [vega.touched({"type": "bar", "height": 14}, x=x, color=colour), vega.said_beside()]
    return Chart(
        "parts",
        finding,
        f"Bars: the parts of {whole.label}, which add up to {said(whole)}.{left_out}",
        f"Bars by part of {whole.label}. {finding}",
        vega.whole(rows, vega.by_name([part.label for part in listed], layers, vega.SENTENCE)),
    )
