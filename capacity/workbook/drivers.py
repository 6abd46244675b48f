"""The workbook of what drives a figure: its inputs, known numbers, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from capacity.assumptions import Row, register_rows
from capacity.workbook.tables import Listed, tables

if TYPE_CHECKING:
    from capacity.drivers.answer import Sensitivity

_FIGURE = ("figure", "value", "unit")
_SHARES = ("unknown", "unknown_se", "luck", "together", "together_se")
_DRIVERS = (
    "input", "believed", "unit", "p10", "p90", "share", "share_se", "rank_correlation", "at_p10",
    "at_p90", "swing", "swing_se", "bent", "tips_at", "odds_past", "odds_past_se", "worth_knowing",
    "worth_knowing_se", "file", "line",
)  # fmt: skip
_CHOICES = ("name", "mean", "behind", "behind_se", "p_best")
_FIXED = ("input", "written", "low", "high", "at_low", "at_high", "swing", "swing_se", "file",
          "line")  # fmt: skip
_ASSUMED = ("path", "value", "source", "evidence", "note", "file", "line")


def workbook(found: Sensitivity) -> bytes:
    """The file; tables alone, since nothing here follows from cells.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    plan = found.plans[0]
    listed = [
        Listed("Figure", f"What drives {found.metric}.", _FIGURE, _figure(found)),
        Listed(
            "Inputs",
            "share: part of the variance that is gone if the input is known. at_p10, at_p90: the "
            "expected figure with it there.",
            _DRIVERS,
            _in_words(found.rows()),
        ),
    ]
    if found.alternatives:
        note = "What is chosen from, the best on average first. behind: how much less good it is."
        rows = _in_words(one.row() for one in found.alternatives)
        listed.append(Listed("Alternatives", note, _CHOICES, rows))
    if found.nudged:
        note = "The figure with a tenth less and more; whole numbers go to the next whole one."
        rows = _in_words(one.row() for one in found.nudged)
        listed.append(Listed("Numbers without a range", note, _FIXED, rows))
    note = "What the plan assumes, and where it is written."
    listed.append(Listed("Assumptions", note, _ASSUMED, register_rows(plan)))
    return tables(plan.name, plan.plan.currency, listed, found.manifest)


def _figure(found: Sensitivity) -> Iterator[Row]:
    for name, value in found.summary().items():
        if name not in ("metric", "unit", "alternatives"):
            unit = "share" if name in _SHARES else found.unit
            yield {"figure": name, "value": value, "unit": unit}


def _in_words(rows: Iterator[Row]) -> Iterator[dict[str, Any]]:
    """Rows in which what is true or not is a word, and numbers are as exact as they are."""
    for row in rows:
        words = {k: ("yes" if v else "no") if isinstance(v, bool) else v for k, v in row.items()}
        yield words
