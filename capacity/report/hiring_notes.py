"""What stands below the report of a hiring plan: on which futures it stands, what is near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from capacity.report.hiring_tables import BEST, PLAN, WHOLE
from capacity.report.tables import FEW, TOO_FEW
from capacity.report.words import error, share

if TYPE_CHECKING:
    from capacity.hiring.answer import HiringPlan
    from capacity.hiring.frontier import Point

EDGE = 2.0
"""Standard errors within which odds are too near to what was asked for to tell them apart."""


def footer(plan: HiringPlan) -> Iterator[str]:
    """What the marks of the tables mean, on what they stand, and what it took to find the plan."""
    about = plan.manifest
    pays = f", {BEST} pays best within the time of the plan" * bool(plan.best)
    whole = f", {WHOLE} with the years after" * bool(plan.best_whole)
    yield f"{PLAN} this plan{pays}{whole}."
    yield from _stands_on(plan)
    if plan.best:
        later = "; and later is the NPV with the years after" * bool(plan.best_whole)
        yield f"NPV and regret are those of the time of the plan{later}."
    following = [name for name, role in plan.base.plan.team.items() if role.per]
    if following:
        yield f"What hires cost holds those who come with them by the plan: {', '.join(following)}."
    yield from _nearly(plan)
    if any(pool.hires for pool in plan.base.pools):
        yield "Hires that are planned already come in their month."
    yield _spent(about)
    if about["trials"] < FEW:
        yield TOO_FEW


def _spent(about: Mapping[str, Any]) -> str:
    """On which futures plans were tried, which decided and which tell of this one."""
    others = about["trials"]
    decided, told = about["decided_with_seed"], about["confirmed_with_seed"]
    deciding = f"the best of them on {others:,} others (seed {decided}), " * (decided != told)
    kind = "more" if deciding else "others"
    return (
        f"{about['plans_tried']} plans were tried on up to {about['trials_of_search']:,} futures "
        f"(seed {about['seed']}), {deciding}this one on {others:,} {kind} (seed {told}): "
        f"{about['futures_simulated']:,} futures in all."
    )


def _nearly(plan: HiringPlan) -> Iterator[str]:
    """Cheaper plans of which nobody can tell whether they hold, and what these futures bear."""
    wanted, trials = plan.request.confidence, plan.manifest["trials"]
    this = next(point for point in plan.frontier if point.hires == plan.hires)
    for name, point in zip(plan.names, plan.frontier, strict=True):
        beyond = point.confidence - wanted
        if plan.holds and point.cost < this.cost and 0 <= beyond < EDGE * point.confidence_error:
            yield (
                f"{name} costs less, and its {share_off(point)} are too near "
                f"to {100 * wanted:g} % to tell whether it holds: more trials would."
            )
    if trials * (1 - wanted) < 1 - 1e-9:
        yield f"{trials:,} futures cannot tell {100 * wanted:g} % from all of them: give more."


def _stands_on(plan: HiringPlan) -> Iterator[str]:
    """Of which futures the table of plans tells, where these are not all."""
    some, all_ = plan.manifest["trials_of_search"], plan.manifest["trials"]
    if some < all_:
        this = next(point for point in plan.frontier if point.hires == plan.hires)
        yield (
            f"To compare plans, the tables take the first {some:,} of the {all_:,} futures above: "
            f"there the odds of this plan are {share_off(this)}."
        )


def share_off(found: HiringPlan | Point) -> str:
    """``90.5 % ± 0.9 points``."""
    off = error(found.confidence_error, 1, 100)
    return f"{share(found.confidence, 1)}{f'{off} points' if off else ''}"
