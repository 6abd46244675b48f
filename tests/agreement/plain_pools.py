"""Roles split into pools, in the plain simulation: each territory a segment, each pool a role.

A team that is split is several teams, each for its own accounts. So a plan is rewritten here until
it has no split any more: the accounts of a segment and region become a segment of their own, which
shares every number with its neighbours, and the seats of a region a role of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from plain_numbers import Number
from plain_scenario import Account, Plan, Role, Segment, Step, Task
from plain_simulation import FLOWS, MONEY_FLOWS, SUMS, Key

MARK = "@"
"""Stands between the name of a segment, role or task and that of its region."""
ADDED = SUMS | {"accounts", "arr", "backlog_hours", *FLOWS, *MONEY_FLOWS}
"""Metrics of which the whole is the sum of its parts."""


def split(plan: Plan, regions: Mapping[int, str], name: str, pools: Mapping[str, Any]) -> Plan:
    """The plan with a role in pools; `regions` says the region of each account of the file.

    `pools` gives by region the settings of the role that differ, as they are read.
    """
    accounts = [
        replace(account, segment=_of(account.segment, regions[i]))
        for i, account in enumerate(plan.accounts)
    ]
    segments = {
        _of(segment.name, region): _territory(segment, region, accounts)
        for segment in plan.segments.values()
        for region in pools
        if any(account.segment == _of(segment.name, region) for account in accounts)
    }
    roles: dict[str, Role] = {}
    for role in plan.roles.values():
        if role.name != name:
            roles[role.name] = role
            continue
        for region, settings in pools.items():
            pool = _of(name, region)
            roles[pool] = replace(role, name=pool, **settings)
    tasks: dict[str, Task] = {}
    for task in plan.tasks.values():
        if task.trigger == "departure" and task.role == name:
            for region in pools:
                of_region = [s for s in segments if s.endswith(MARK + region)]
                found = _task(task, of_region, name)
                tasks[_of(task.name, region)] = replace(
                    found, name=_of(task.name, region), role=_of(name, region)
                )
        else:
            tasks[task.name] = _task(task, list(segments), name)
    events = {
        key: replace(event, hours=_marked(event.hours, tasks)) for key, event in plan.events.items()
    }
    return replace(
        plan, segments=segments, roles=roles, tasks=tasks, events=events, accounts=accounts
    )


def _of(name: str, region: str) -> str:
    return f"{name}{MARK}{region}"


def _base(name: str) -> str:
    return name.split(MARK, maxsplit=1)[0]


def _marked(by_name: Mapping[str, Any], names: Any) -> dict[str, Any]:
    """What holds for a name, for each of its parts."""
    return {name: by_name[_base(name)] for name in names if _base(name) in by_name}


def _territory(segment: Segment, region: str, accounts: list[Account]) -> Segment:
    """The accounts of a region: all numbers are the segment's, and its part of the new ones."""
    here = [a for a in accounts if a.opening and a.segment == _of(segment.name, region)]
    everywhere = [a for a in accounts if a.opening and _base(a.segment) == segment.name]
    part = len(here) / len(everywhere)
    new = segment.new
    if new is not None:
        assert new.per_year is not None
        assert not new.fixed, "what is exact in total is not exact in each region"
        assert new.per_year.mean == new.per_year.median, "a part of it is another number"
        new = replace(new, per_year=Number(new.per_year.mean * part))
    return replace(segment, name=_of(segment.name, region), new=new if part else None)


def _task(task: Task, segments: list[str], name: str) -> Task:
    """The task, for every part of its segments, done by the pool of each."""
    assert not task.fixed or task.role != name, "fixed work is shared by planned seats"
    mine = [segment for segment in segments if _base(segment) in task.segments]
    steps = {
        segment: [
            Step(_of(name, segment.split(MARK)[1]) if step.role == name else step.role, step.hours)
            for step in task.steps[_base(segment)]
        ]
        for segment in (mine if task.steps else ())
    }
    # nobody leaves a role that makes no work by it, so any pool of it will do
    role = _of(name, segments[0].split(MARK)[1]) if task.role == name else task.role
    by_segment = ("every", "rate", "share", "priority", "defer")
    return replace(
        task, segments=mine, steps=steps, role=role,
        **{key: _marked(getattr(task, key), segments) for key in by_segment},
    )  # fmt: skip


def joined(found: Mapping[Key, np.ndarray]) -> dict[Key, np.ndarray]:
    """The numbers as a plan with pools has them: of pools, and added up to segments and roles."""
    out: dict[Key, np.ndarray] = {}
    for (metric, period, segment, role, task), values in found.items():
        whole = (metric, period, _base(segment), _base(role), _base(task))
        is_whole = whole == (metric, period, segment, role, task)
        if MARK in role and not task and not segment:
            out[metric, period, segment, role, task] = values
        if is_whole or metric in ADDED:
            out[whole] = out.get(whole, 0) + values
    return out
