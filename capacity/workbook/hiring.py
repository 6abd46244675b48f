"""The workbook of a hiring plan: whom to hire when, the frontier, and the plan laid open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from capacity.workbook.run import workbook as of_run
from capacity.workbook.tables import Listed

if TYPE_CHECKING:
    from capacity.hiring.answer import HiringPlan
    from capacity.result import Result

_HIRES = ("role", "pool", "month", "count", "open_by")
_FIGURES = (
    "holds", "by", "confidence", "confidence_se", "team_cost", "team_cost_se", "added_cost", "npv",
    "npv_se", "bound", "is_bound", "gap",
)  # fmt: skip
_MONEY = ("team_cost", "team_cost_se", "added_cost", "npv", "npv_se", "bound")


def workbook(plan: HiringPlan, result: Result) -> bytes:
    """The file.

    Parameters
    ----------
    result
        Of the scenario with the hires.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    told, rows = plan.summary(), plan.rows()
    listed = [
        Listed("Hires", "Who starts when, and by which day the requisition has to be open.",
               _HIRES, [*_counted(told["hires"])]),
        Listed("Plan", "The plan and its figures, on fresh luck.", ("figure", "value"),
               [*_figures(told, plan.base.plan.currency)]),
        Listed("Frontier", "Plans with fewer heads and with more.", list(rows[0]) if rows else (),
               [{**row, "is_plan": _word(row["is_plan"]), "is_best": _word(row["is_best"])}
                for row in rows]),
    ]  # fmt: skip
    return of_run(result, listed)


def _counted(hires: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return ({**one, "unit": "accounts"} for one in hires)


def _figures(told: dict[str, Any], currency: str) -> Iterator[dict[str, Any]]:
    for name in _FIGURES:
        value = told[name]
        unit = currency if name in _MONEY else "share"
        yield {"figure": name, "value": _word(value), "unit": unit}


def _word(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value
