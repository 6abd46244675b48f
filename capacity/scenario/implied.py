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

    Where churn differs by renewal or by account, at the ages of a book that has always been there.
    """
    of_age = _by_renewal if segment.sbg is None else _where_accounts_differ
    if segment.completed_terms is not None:
        return of_age(segment, segment.completed_terms, factor)[1]
    found = [of_age(segment, age, factor) for age in range(MOST_TERMS + 1)]
    return sum(alive * kept for alive, kept in found) / sum(alive for alive, _ in found)


def _by_renewal(segment: Segment, age: int, factor: float) -> tuple[float, float]:
    """Share that gets so many renewals behind it, and the share of these kept in a year."""
    yearly = [1 - churn.median for churn in segment.yearly_churn]
    last, years = len(yearly) - 1, segment.term / MONTHS_PER_YEAR
    alive = math.prod(yearly[min(behind, last)] ** years for behind in range(age))
    return alive, yearly[min(age, last)] ** factor


def _where_accounts_differ(segment: Segment, age: int, factor: float) -> tuple[float, float]:
    """The same of accounts whose chances to leave are spread."""
    spread, terms = segment.sbg, MONTHS_PER_YEAR / segment.term
    assert spread is not None
    kept = spread.median_kept(age, factor * max(terms, 1)) ** min(terms, 1)
    return spread.median_kept(0, age), kept
