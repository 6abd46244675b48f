"""What the effects of a segment's work amount to: on its churn, and on the revenue it keeps."""

from __future__ import annotations

import math

from capacity.scenario.document import Plan
from capacity.scenario.segment import MOST_TERMS, Effect, Segment
from capacity.units import MONTHS_PER_YEAR


def effects_on(plan: Plan, segment: str) -> list[Effect]:
    """Every effect that is felt by a segment: the shared one, and those of its tasks."""
    shared = plan.shared_effect(segment)
    own = [
        t.if_stopped for t in plan.tasks.values() if t.if_stopped and segment in plan.segments_of(t)
    ]
    return own + ([shared] if shared else [])


def effect_product(plan: Plan, segment: str, kind: str = "churn") -> float:
    """Factor on addressable churn if all the work of a segment stopped, at the medians."""
    found = [getattr(effect, kind) for effect in effects_on(plan, segment)]
    return math.prod(effect.median for effect in found if effect)


def implied_grr(plan: Plan, segment: str) -> tuple[float, float] | None:
    """Gross revenue retention of a year today and without the work, at the medians."""
    known = plan.segments[segment]
    if known.churn is None:
        return None
    addressable = known.addressable.median if known.addressable else 0.0
    factor = 1 - addressable + addressable * effect_product(plan, segment)
    cut = known.contraction.median
    more = cut * effect_product(plan, segment, "contraction")
    today, without = kept_in_a_year(known, 1.0), kept_in_a_year(known, factor)
    return today * (1 - cut), without * max(1 - more, 0.0)


def kept_in_a_year(segment: Segment, factor: float) -> float:
    """Share of accounts kept in a year at a factor on the hazard, at the medians.

    At the first renewal; where accounts differ, at the ages of a book that has always been there.
    """
    spread = segment.sbg
    if spread is None:
        return (1 - segment.yearly_churn[0].median) ** factor
    given = segment.completed_terms
    ages = range(MOST_TERMS + 1) if given is None else [given]
    alive = [spread.median_kept(0, age) for age in ages]
    terms = MONTHS_PER_YEAR / segment.term
    kept = [spread.median_kept(age, factor * max(terms, 1)) ** min(terms, 1) for age in ages]
    return sum(a * k for a, k in zip(alive, kept, strict=True)) / sum(alive)
