"""What plans of hires are called beside each other, so that no two of them are taken for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from capacity.calendar import month_label
from capacity.hiring.hires import Hires, pool_name
from capacity.loading import Scenario

NOBODY = "nobody"
_LONG = 28
"""Characters of a name, at most, where a shorter one tells as much."""


def names_of(scenario: Scenario, plans: Sequence[Hires], plan: Hires) -> list[str]:
    """A name for each of some plans: ``3 csm + 1 trainer``, with pools or months if need be.

    Parameters
    ----------
    plan
        The one among them that the others are held against: one with a few heads more may be called
        ``this + 1 csm (EMEA)``.
    """
    ways = [[way(scenario, hires) for hires in plans] for way in (_by_role, _by_pool, _by_month)]
    seen = [Counter(names) for names in ways]
    found = []
    for i, hires in enumerate(plans):
        pairs = zip(ways, seen, strict=True)
        unique = [names[i] for names, count in pairs if count[names[i]] == 1]
        short = [name for name in unique if len(name) <= _LONG]
        found.append([*short, *_beside(scenario, hires, plan), *unique][0])
    return found


def _by_role(scenario: Scenario, hires: Hires) -> str:
    return _listed((scenario.pools[pool].name, n) for (pool, _), n in sorted(hires.counts))


def _by_pool(scenario: Scenario, hires: Hires) -> str:
    return _listed((pool_name(scenario, pool), n) for (pool, _), n in sorted(hires.counts))


def _by_month(scenario: Scenario, hires: Hires) -> str:
    return _listed(
        (f"{pool_name(scenario, pool)} {month_label(month)}", n)
        for (pool, month), n in hires.counts
    )


def _listed(heads: Iterable[tuple[str, int]]) -> str:
    total: Counter[str] = Counter()
    for name, n in heads:
        total[name] += n
    return " + ".join(f"{n} {name}" for name, n in total.items()) or NOBODY


def _beside(scenario: Scenario, hires: Hires, plan: Hires) -> list[str]:
    """The same against the plan, where it is the plan with a head more."""
    more = hires.moved(*((cell, -n) for cell, n in plan.counts))
    is_one = more.is_possible and more.total == 1
    return [f"this + {_by_pool(scenario, more)}"] if is_one else []
