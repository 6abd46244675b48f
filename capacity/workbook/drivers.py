"""The workbook of what drives a figure: its inputs, known numbers, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.assumptions import Row, register_rows
from capacity.workbook.tables import OF_FIGURE, Listed, tables, worded

if TYPE_CHECKING:
    from capacity.drivers.answer import Sensitivity

_FIGURE = {
    "mean": ("Mean", OF_FIGURE),
    "sd": ("Standard deviation", OF_FIGURE),
    "p10": ("p10", OF_FIGURE),
    "p90": ("p90", OF_FIGURE),
    "unknown": ("Variance that is gone if all inputs are known", "share"),
    "unknown_se": ("Error of that", "share"),
    "luck": ("Variance that is luck", "share"),
    "together": ("Variance of inputs together beyond each alone", "share"),
    "together_se": ("Error of that", "share"),
    "bound": ("What the decision hangs on", OF_FIGURE),
}
DRIVERS = {
    "input": ("Input", ""),
    "believed": ("As written", ""),
    "unit": ("Unit", ""),
    "p10": ("p10", ""),
    "p90": ("p90", ""),
    "share": ("Share of the variance", "share"),
    "share_se": ("Error of the share", "share"),
    "rank_correlation": ("Rank correlation", "amount"),
    "at_p10": ("Figure with it at p10", OF_FIGURE),
    "at_p90": ("Figure with it at p90", OF_FIGURE),
    "swing": ("Swing", OF_FIGURE),
    "swing_se": ("Error of the swing", OF_FIGURE),
    "bent": ("Bent", ""),
    "tips_at": ("Decision tips at", ""),
    "odds_past": ("Odds of being past it", "share"),
    "odds_past_se": ("Error of the odds", "share"),
    "worth_knowing": ("Worth of knowing it", OF_FIGURE),
    "worth_knowing_se": ("Error of the worth", OF_FIGURE),
    "file": ("File", ""),
    "line": ("Line", "plain"),
}
_CHOICES = {
    "name": ("Alternative", ""),
    "mean": ("Figure, mean", OF_FIGURE),
    "behind": ("Less good than the best by", OF_FIGURE),
    "behind_se": ("Error of that", OF_FIGURE),
    "p_best": ("Share of futures in which none is better", "share"),
}
_FIXED = {
    "input": ("Input", ""),
    "written": ("As written", ""),
    "low": ("Set to, low", "plain"),
    "high": ("Set to, high", "plain"),
    "at_low": ("Figure at low", OF_FIGURE),
    "at_high": ("Figure at high", OF_FIGURE),
    "swing": ("Swing", OF_FIGURE),
    "swing_se": ("Error of the swing", OF_FIGURE),
    "file": ("File", ""),
    "line": ("Line", "plain"),
}
_ASSUMED = {
    "path": ("Assumption", ""),
    "value": ("As written", ""),
    "source": ("Source", ""),
    "evidence": ("Evidence", ""),
    "note": ("Note", ""),
    "file": ("File", ""),
    "line": ("Line", "plain"),
}


def workbook(found: Sensitivity) -> bytes:
    """The file; tables alone, since nothing here follows from cells.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    plan = found.plans[0]
    return tables(plan.name, plan.plan.currency, _listed(found), found.manifest)


def _listed(found: Sensitivity) -> Iterator[Listed]:
    about = f"What drives {found.metric}."
    yield Listed("Figure", about, ("Figure", "Value", "Unit"), _figure(found))
    note = (
        "Share of the variance: what is gone if the input is known. Bent: the swing and the share "
        "tell different stories, as the figure does not move along this input in a straight line."
    )
    yield worded("Inputs", note, DRIVERS, found.rows(), found.unit)
    if found.alternatives:
        note = "What is chosen from, the best on average first."
        rows = (one.row() for one in found.alternatives)
        yield worded("Alternatives", note, _CHOICES, rows, found.unit)
    if found.nudged:
        note = "The figure with a tenth less and more; whole numbers go to the next whole one."
        rows = (one.row() for one in found.nudged)
        yield worded("Numbers without a range", note, _FIXED, rows, found.unit)
    note = "What the plan assumes, and where it is written."
    yield worded("Assumptions", note, _ASSUMED, register_rows(found.plans[0]), found.unit)


def _figure(found: Sensitivity) -> Iterator[Row]:
    """What there is to say of the figure, each in its unit."""
    told = found.summary()
    for name, (words, of) in _FIGURE.items():
        unit = found.unit if of == OF_FIGURE else of
        if told[name] is not None:
            yield {"Figure": words, "Value": told[name], "Unit": unit, "unit": unit}
