"""The workbook of a hiring plan: whom to hire when, the frontier, and the plan laid open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from capacity.workbook.run import workbook as of_run
from capacity.workbook.tables import Listed

if TYPE_CHECKING:
    from capacity.hiring.answer import HiringPlan

_HIRES = {"role": "Role", "pool": "Pool", "month": "Starts", "count": "People",
          "open_by": "Requisition open by"}  # fmt: skip
_SHARE, _MONEY, _HEADS = "share", "", "heads"
"""Units of figures: no word stands for money."""
_FIGURES = {
    "holds": ("Reaches what was asked for", ""),
    "by": ("First period that counts", ""),
    "confidence": ("Odds that the work is covered from then on", _SHARE),
    "confidence_se": ("Error of the odds", _SHARE),
    "team_cost": ("Cost of the team", _MONEY),
    "team_cost_se": ("Error of the cost", _MONEY),
    "added_cost": ("Cost of these hires", _MONEY),
    "npv": ("NPV against hiring nobody", _MONEY),
    "npv_se": ("Error of the NPV", _MONEY),
    "npv_with_run_off": ("NPV with the years after", _MONEY),
    "npv_with_run_off_se": ("Error of the NPV with the years after", _MONEY),
    "bound": ("The program's estimate of the cost", _MONEY),
    "is_bound": ("No plan can cost less than that", ""),
    "gap": ("Cost beyond that", _SHARE),
}
_FRONTIER = {
    "heads": ("Heads", _HEADS),
    "is_plan": ("This plan", ""),
    "is_best": ("Pays best within the plan", ""),
    "is_best_with_run_off": ("Pays best with the years after", ""),
    "coverage": ("Coverage", _SHARE),
    "confidence": ("Odds that the work is covered", _SHARE),
    "confidence_se": ("Error of the odds", _SHARE),
    "arr": ("ARR at the end", _MONEY),
    "team_cost": ("Cost of the team", _MONEY),
    "npv": ("NPV against hiring nobody", _MONEY),
    "npv_se": ("Error of the NPV", _MONEY),
    "npv_with_run_off": ("NPV with the years after", _MONEY),
    "npv_with_run_off_se": ("Error of the NPV with the years after", _MONEY),
    "regret": ("Regret, mean", _MONEY),
    "regret_p90": ("Regret that one future in ten exceeds", _MONEY),
    "hires": ("Who starts when", ""),
}


def workbook(plan: HiringPlan) -> bytes:
    """The file.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    return of_run(plan.result, (_hires(plan), _figures(plan), _frontier(plan)))


def _hires(plan: HiringPlan) -> Listed:
    rows = [
        {_HIRES[name]: value for name, value in one.items()} | {"unit": _HEADS}
        for one in plan.summary()["hires"]
    ]
    note = "Who starts when, and by which day the requisition has to be open."
    return Listed("Hires", note, tuple(_HIRES.values()), rows)


def _figures(plan: HiringPlan) -> Listed:
    about, told, currency = plan.manifest, plan.summary(), plan.base.plan.currency
    note = (
        f"The plan and its figures, on {about['trials']:,} futures that it was not found on (seed "
        f"{about['confirmed_with_seed']})."
    )
    rows = [
        {"Figure": words, "Unit": unit or currency if _is_number(told[name]) else "",
         "Value": told[name], "unit": unit or currency}
        for name, (words, unit) in _FIGURES.items() if _is_known(told[name])
    ]  # fmt: skip
    return Listed("Plan", note, ("Figure", "Unit", "Value"), rows)


def _frontier(plan: HiringPlan) -> Listed:
    """A column for each plan."""
    names, some = plan.names, f"{plan.manifest['trials_of_search']:,}"
    note = f"Plans with fewer heads and with more, on the first {some} of these futures."
    rows = list(_lines(plan.rows(), names, plan.base.plan.currency))
    return Listed("Frontier", note, ("Figure", "Unit", *names), rows)


def _lines(rows: list[dict[str, Any]], names: list[str], currency: str) -> Iterator[dict[str, Any]]:
    for key, (words, unit) in _FRONTIER.items():
        values = [row[key] for row in rows]
        if any(_is_known(value) for value in values):
            named = "" if not _is_number(values[0]) else "heads" if key == "heads" else unit
            line = dict(zip(names, values, strict=True))
            money = _is_number(values[0]) and not unit
            yield {"Figure": words, "Unit": currency if money else named, **line,
                   "unit": unit or currency}  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_known(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
