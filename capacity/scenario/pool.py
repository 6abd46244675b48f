"""Pools: the seats of a role that share their work, one pool for each value of its `split`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from capacity.estimates import Estimate
from capacity.scenario.document import Plan
from capacity.scenario.parts import BySegment
from capacity.scenario.task import Task
from capacity.scenario.team import Role
from capacity.scenario.unknown import UNKNOWN, each

SEGMENT = "segment"
"""The column that every account has, also where a segment is given by a count."""
REGION = "region"
OWNER = "owner"
"""The column whose values are people: split by it, everybody works on a book of their own."""
DATES_AND_NUMBERS = ("id", "arr", "start", "renewal", "term", "churn", "complexity")


@dataclass(frozen=True)
class Pool:
    """Seats that share their work freely.

    Attributes
    ----------
    name, role
        The role, and its settings.
    value
        Value of the column by which the role is split; empty where it is not.
    alone
        Whether the role has no other pool; then its luck is that of a role without `split`.
    """

    name: str
    role: Role
    value: str = ""
    alone: bool = True

    @property
    def luck(self) -> tuple[str, ...]:
        """What tells the luck of its seats from that of the other pools."""
        return (self.name,) if self.alone else (self.name, self.value)

    def named(self, key: str) -> tuple[str, Estimate]:
        """Path and value of a setting."""
        setting = getattr(self.role, f"{key}_" if key == "raise" else key)
        path = f"team.{self.name}.{key}"
        if not isinstance(setting, BySegment):
            return path, setting
        found = setting.of(self.value)
        assert found is not None
        return (f"{path}.{self.value}" if self.value in setting.values else path), found

    @property
    def ramp(self) -> list[tuple[str, Estimate]]:
        """Paths and values of the output of newcomers by completed months."""
        outputs = self.role.ramp.of(self.value) or ()
        own = f".{self.value}" if self.value in self.role.ramp.values else ""
        return [(f"team.{self.name}.ramp{own}.{i}", r) for i, r in enumerate(outputs)]

    @property
    def headcount(self) -> int:
        """Seats filled when the plan begins, of people without names."""
        return (self.role.headcount.of(self.value) if self.role.headcount else None) or 0

    @property
    def hires(self) -> Mapping[int, int]:
        """Seats to add, by month."""
        return self.role.hires.of(self.value) or {}

    @property
    def holidays(self) -> str | None:
        """Calendar of public holidays."""
        return self.role.holidays.of(self.value) if self.role.holidays else None


def split_columns(plan: Plan) -> list[str]:
    """Columns of the accounts by which roles are split."""
    splits = (role.split for _, role in each(plan.team) if role.split is not UNKNOWN)
    return list(dict.fromkeys(column for column in splits if column))


def can_split(column: str) -> bool:
    """Whether a column holds names, and no dates or numbers."""
    return column not in DATES_AND_NUMBERS


def meets(plan: Plan, segment: str, role: str) -> bool:
    """Whether accounts of a segment belong to a role: it serves them, or hands them over."""
    return bool(tasks_of(plan, segment, role))


def tasks_of(plan: Plan, segment: str, role: str) -> list[Task]:
    """Tasks for accounts of a segment in which a role has a part, or that follow its leaving."""
    return [
        task
        for task in plan.tasks.values()
        if segment in plan.segments_of(task)
        and (role in task.roles_in(segment) or (task.on == "departure" and task.role == role))
    ]


def splits_of(plan: Plan, segment: str) -> list[str]:
    """Columns by which the roles are split to which accounts of a segment belong."""
    splits = (role.split for name, role in plan.team.items() if meets(plan, segment, name))
    return list(dict.fromkeys(column for column in splits if column))


def common_values(plan: Plan, pools: Sequence[Pool], segment: str, column: str) -> list[str]:
    """Values that have a pool in every role that is split by a column and serves a segment."""
    roles = [n for n, r in plan.team.items() if r.split == column and meets(plan, segment, n)]
    values = [[pool.value for pool in pools if pool.name == role] for role in roles]
    return [value for value in values[0] if all(value in others for others in values)]
