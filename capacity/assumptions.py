"""Everything that a plan assumes, written, left at its default or derived; as rows for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from capacity.engine.layout import Layout, build_layout
from capacity.errors import Mistake, Place
from capacity.loading import Scenario
from capacity.scenario.changes import Change
from capacity.scenario.document import Plan
from capacity.scenario.implied import effect_product, implied_grr
from capacity.scenario.register import DERIVED, Assumption, register

Row = dict[str, Any]


def assumptions(layout: Layout) -> tuple[Assumption, ...]:
    """The register of a plan: every input, and the coverage of the past that follows from it."""
    scenario = layout.scenario
    return (*register(scenario.plan, scenario.marked), *_derived(layout))


def _derived(layout: Layout) -> list[Assumption]:
    """What follows from the plan itself: the coverage that today's team achieves."""
    found = [
        Assumption(
            f"tasks.{pair.lane.task}.coverage_today.{_where(layout, pair.territory)}",
            f"{float(layout.past.coverage[pair.cell]):.1%}",
            "served once by today's team",
            None,
            DERIVED,
            None,
            wants_source=False,
        )
        for pair in layout.effects.pairs
        if pair.lane.work.coverage_today is None
    ]
    return list(dict.fromkeys(found))  # accounts that need other tasks share the coverage of this


def _where(layout: Layout, territory: int) -> str:
    """The segment of a territory, and the values by which its roles are split."""
    segment = list(layout.scenario.plan.segments)[layout.territories.segment[territory]]
    return ".".join([segment, *(value for _, value in layout.territories.values[territory])])


def implied(plan: Plan) -> dict[str, Row]:
    """What the effects of the work amount to, by segment; at the medians.

    The factors on addressable churn, expansion and contraction if all of the work stopped, and the
    gross revenue retention of a year today and without the work. Segments without churn are left
    out.
    """
    found = {}
    for name in plan.segments:
        grr = implied_grr(plan, name)
        if grr:
            kinds = ("churn", "expansion", "contraction")
            factors = {f"{kind}_factor": effect_product(plan, name, kind) for kind in kinds}
            found[name] = {**factors, "grr": grr[0], "grr_without": grr[1]}
    return found


def assumption_rows(assumed: Iterable[Assumption]) -> list[Row]:
    """A register as rows: path, value, source, note, evidence, file, line and column."""
    return [
        {
            "path": a.path,
            "value": a.value,
            "source": a.source,
            "note": a.note,
            "evidence": a.evidence,
            **place_row(a.place),
        }
        for a in assumed
    ]


def register_rows(scenario: Scenario) -> list[Row]:
    """The register of a scenario as rows."""
    return assumption_rows(assumptions(build_layout(scenario)))


def rows_in_common(each: Sequence[tuple[Any, Sequence[Row]]], key: str) -> list[Row]:
    """What several scenarios assume: what all share once, then what each assumes beside that.

    Parameters
    ----------
    each
        What tells a scenario from the others, and its register as rows.
    key
        Under which a row says whose it is, where not all share it.
    """
    count = Counter(tuple(row.items()) for _, rows in each for row in rows)
    shared = [row for row in each[0][1] if count[tuple(row.items())] == len(each)]
    return shared + [
        {**row, key: about}
        for about, rows in each
        for row in rows
        if count[tuple(row.items())] < len(each)
    ]


def change_rows(changes: Iterable[Change]) -> list[Row]:
    """Changes as rows: name, file, line and column."""
    return [{"name": c.name, **place_row(c.place)} for c in changes]


def warning_rows(warnings: Iterable[Mistake]) -> list[Row]:
    """Warnings as rows: path, text, file, line and column."""
    return [{"path": w.path, "text": w.text, **place_row(w.place)} for w in warnings]


def place_row(place: Place | None) -> Row:
    """Where something was written; all of it is None for what was not."""
    if place is None:
        return {"file": None, "line": None, "column": None}
    return {"file": place.file, "line": place.line, "column": place.column}
