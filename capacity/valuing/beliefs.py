"""What a scenario believes the removed work to be worth: its factor on addressable churn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.effects import KINDS, Pair
from capacity.engine.layout import Layout, build_layout
from capacity.engine.removal import Removal, removed_lanes, team_roles
from capacity.estimates import Estimate
from capacity.loading import Scenario
from capacity.scenario.dated import ByDate
from capacity.scenario.document import Plan
from capacity.scenario.implied import kept_in_a_year
from capacity.scenario.segment import Effect, Value
from capacity.valuing.worlds import Futures
from capacity.workings.lasting import has_effects


def says_effects(plan: Plan) -> bool:
    """Whether a plan says what any of its work does, be it nothing."""
    effects = [plan.shared_effect(name) for name in plan.segments]
    effects += [task.if_stopped for task in plan.tasks.values()]
    return any(getattr(effect, kind) for effect in effects if effect for kind in KINDS)


def with_one_effect(scenario: Scenario) -> Scenario:
    """The scenario with one factor e on churn for the team, shared by all tasks alike.

    Raised to the power κ it is any factor at all: the one that has to be found.
    """
    plan = scenario.plan
    tasks = {
        name: task.model_copy(
            update={"weight": None if task.on == "departure" else ByDate(1.0), "if_stopped": None}
        )
        for name, task in plan.tasks.items()
    }
    segments = {
        name: s.model_copy(update={"if_stopped": None}) for name, s in plan.segments.items()
    }
    effect = Effect.model_construct(churn=Estimate.fixed(float(np.e)))
    value = Value.model_construct(if_stopped=effect)
    changed = {"tasks": tasks, "segments": segments, "value": value}
    return replace(scenario, plan=plan.model_copy(update=changed))


class Beliefs:
    """The factor on addressable churn if the removed work stopped for good.

    Where a part of a task's hours is removed, its factor is taken in proportion. A share of the
    seats stands for all of the team's work.

    Attributes
    ----------
    weights
        Part of each segment in the opening revenue, shape (segments,).
    """

    def __init__(self, layout: Layout, removal: Removal, futures: Futures) -> None:
        self._layout, self._futures = layout, futures
        self._pairs = layout.effects.pairs
        self._part = self._removed_parts(removal)
        book, segments = layout.scenario.book, layout.plan.segments
        opening = book.starts <= layout.plan.horizon.periods.begin
        size = np.bincount(book.segment[opening], book.arr[opening], len(segments))
        even = np.full(len(segments), 1 / len(segments))
        self.weights = size / size.sum() if size.sum() > 0 else even

    def _removed_parts(self, removal: Removal) -> FloatArray:
        """Share of the hours of each pair that stops, shape (pairs, 1)."""
        layout, plan = self._layout, self._layout.plan
        roles = team_roles(plan) if removal.share else removal.roles
        pools = [pool.name for pool in layout.scenario.pools]
        whole = Removal(roles=roles, tasks=removal.tasks, segments=removal.segments)
        stops = removed_lanes(plan, layout.work, whole, pools)[:, None].astype(np.float64)
        due, cells = layout.past.due[:, None], layout.effects.cells
        total, lanes = cells(due), cells(np.ones_like(due))
        part = np.where(
            total > 0, cells(due * stops) / np.where(total > 0, total, 1), cells(stops) / lanes
        )
        found: FloatArray = part[[pair.cell for pair in self._pairs]].reshape(-1, 1)
        return found

    def factors(self, kind: str, of: Callable[[Pair], FloatArray | float]) -> FloatArray:
        """Product of the factors of a segment's removed work, shape (segments, trials or 1)."""
        territories = self._layout.territories
        out = np.ones((len(territories), 1))
        for pair, part in zip(self._pairs, self._part, strict=True):
            if getattr(pair.effect, kind) is not None:
                row = out[pair.territory] * (1 + (of(pair) - 1) * part)
                out = np.repeat(out, row.size, axis=1) if row.size > out.shape[1] else out
                out[pair.territory] = row
        by_segment = territories.by_segment(len(self._layout.plan.segments))
        return by_segment(out * territories.shares[:, None])

    def at_median(self, kind: str, strength: float) -> FloatArray:
        """The factors at the medians of the effects, to a power, shape (segments,)."""

        def of(pair: Pair) -> float:
            median: float = getattr(pair.effect, kind).median
            return float(median ** (pair.exponent(None) * strength))

        return self.factors(kind, of)[:, 0]

    @property
    def touched(self) -> FloatArray:
        """Weights of the segments whose work is removed, shape (segments,); they add up to 1."""
        parts = np.zeros(len(self.weights))
        segment = self._layout.territories.segment
        for pair, part in zip(self._pairs, self._part[:, 0], strict=True):
            parts[segment[pair.territory]] += part
        some = np.where(parts > 0, self.weights, 0.0)
        return some / some.sum() if some.sum() > 0 else self.weights

    def hazard_ratio(self, strength: float) -> float:
        """Mean factor on addressable churn, by opening revenue, at the medians."""
        return float(self.touched @ self.at_median("churn", strength))

    def by_segment(self, strength: float) -> dict[str, float]:
        """The factor of each segment, at the medians."""
        names = self._layout.plan.segments
        return dict(zip(names, self.at_median("churn", strength).tolist(), strict=True))

    @cached_property
    def drawn(self) -> FloatArray:
        """The mean factor in every future, shape (trials,)."""
        named = [pair.named("churn") for pair in self._pairs]
        rows = {named[i]: row for i, row in enumerate(self._futures.inputs(named))}
        found = self.factors("churn", lambda p: rows[p.named("churn")] ** p.exponent(None))
        value: FloatArray = self.touched @ found
        return value

    def grr_points(self, strength: float) -> float:
        """By how much GRR of a year is lower without the work for good, as a share."""
        churn, cuts = (self.at_median(kind, strength) for kind in ("churn", "contraction"))
        lost = 0.0
        for i, segment in enumerate(self._layout.plan.segments.values()):
            addressable = segment.addressable.median if segment.addressable else 0.0
            cut = segment.contraction.median
            worse = 1 - addressable + addressable * float(churn[i])
            today = kept_in_a_year(segment, 1.0) * (1 - cut)
            later = kept_in_a_year(segment, worse) * max(1 - cut * float(cuts[i]), 0.0)
            lost += float(self.weights[i]) * (today - later)
        return lost

    @property
    def moves_churn(self) -> bool:
        """Whether any of the removed work is said to do something to churn."""
        pairs = zip(self._pairs, self._part[:, 0], strict=True)
        return any(part > 0 and pair.effect.churn is not None for pair, part in pairs)

    @property
    def steepest(self) -> float:
        """Largest |logarithm| of the product of all median effects of a segment."""
        kinds = (np.log(np.maximum(self.at_median(kind, 1.0), 1e-9)) for kind in KINDS)
        return float(max(np.abs(logs).max() for logs in kinds))


def layout_of(layout: Layout) -> Layout:
    """The layout on which break-even is looked for: with one effect where none is given."""
    given = has_effects(layout.plan)
    return layout if given else build_layout(with_one_effect(layout.scenario))
