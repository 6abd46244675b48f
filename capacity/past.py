"""What each plan takes for the coverage of today, by which it explains today's churn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from capacity.engine.layout import Layout

POINTS = 0.05
"""By how much coverages of today may differ unremarked."""


def derived_coverage(layout: Layout) -> dict[str, float]:
    """Today's coverage of each task for which none is given, by task; where it is least.

    It is what the plan's own team of today would do of the plan's own work.
    """
    least: dict[str, float] = {}
    for pair in layout.effects.pairs:
        if pair.lane.work.coverage_today is None:
            covered = float(layout.past.coverage[pair.cell])
            least[pair.lane.task] = min(covered, least.get(pair.lane.task, 1.0))
    return least


def differing_past(pasts: Sequence[Mapping[str, float]]) -> str:
    """What to know where plans beside each other explain today's churn by different coverages.

    Parameters
    ----------
    pasts
        `derived_coverage` of each plan.

    Returns
    -------
    str
        A sentence; empty where they agree.
    """
    tasks = [task for task in pasts[0] if all(task in past for past in pasts)]
    ranges = [(min(p[t] for p in pasts), max(p[t] for p in pasts), t) for t in tasks]
    low, high, task = max(ranges, key=lambda r: r[1] - r[0], default=(0.0, 0.0, ""))
    if high - low <= POINTS:
        return ""
    return (
        "Each plan explains today's churn by what its own team of today would do, which is "
        f"{100 * low:.0f} % to {100 * high:.0f} % of {task}: what differs in that keeps no "
        "customer here. To see what it does to churn, write people as `hires` and other changes "
        "by date, or one `coverage_today` in all."
    )
