"""The scenarios of a sweep: every plan with every combination of the values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from capacity.errors import QuestionError
from capacity.executing import Shared
from capacity.loading import Scenario
from capacity.quantities import in_yaml
from capacity.sweeping import number_of

MOST = 10_000_000
"""Scenarios of a sweep."""


@dataclass(frozen=True)
class Case:
    """One scenario of a sweep.

    Attributes
    ----------
    number
        Its place in the sweep, from 0 on.
    shared
        The plan that the values are set in; sent once to each process.
    chosen
        The values by path.
    """

    number: int
    shared: Shared[Scenario]
    chosen: Mapping[str, Any]

    @property
    def plan(self) -> Scenario:
        """What the values are set in."""
        return self.shared.value

    def resolved(self) -> Scenario:
        """The plan with the values; raises `InputError` with every mistake that they lead to."""
        return self.plan.with_(self.chosen)

    def __str__(self) -> str:
        values = [f"{path}={in_yaml(value)}" for path, value in self.chosen.items()]
        return ", ".join([self.plan.name, *values])


class Cases:
    """All scenarios of a sweep, each made when it is asked for: a million take no memory.

    The first plan with every combination, then the second; the last path fastest.

    Raises
    ------
    QuestionError
        Where there is nothing to sweep, a path has no values or one of them twice, two plans have
        one name, or there are more than ten million scenarios.
    """

    def __init__(self, plans: Sequence[Scenario], values: Mapping[str, Collection[Any]]) -> None:
        if not plans or (len(plans) == 1 and not values):
            text = "a sweep needs values, or several plans. Give values by path"
            raise QuestionError(f"{text}, as team.csm.headcount=6:14")
        self._combinations = number_of(values)
        self.plans = tuple(plans)
        self._shared = [Shared(plan) for plan in plans]
        self.values = {path: tuple(map(_plain, given)) for path, given in values.items()}
        self._check()

    def _check(self) -> None:
        for name, times in Counter(plan.name for plan in self.plans).items():
            if times > 1:
                files = ", ".join(plan.marked.file for plan in self.plans if plan.name == name)
                text = f"{files}: are all called {name!r}. Give each plan a name of its own"
                raise QuestionError(text)
        if len(self) > MOST:
            text = f"the sweep has {len(self):,} scenarios. Give fewer values"
            raise QuestionError(f"{text}: {MOST:,} are the most")

    def __len__(self) -> int:
        return len(self.plans) * self._combinations

    @property
    def firsts(self) -> Iterator[Case]:
        """The first scenario of each plan."""
        return map(self.__getitem__, range(0, len(self), self._combinations))

    def __getitem__(self, number: int) -> Case:
        plan, left = divmod(number, self._combinations)
        chosen, each = {}, self._combinations
        for path, given in self.values.items():
            each //= len(given)
            which, left = divmod(left, each)
            chosen[path] = given[which]
        return Case(number, self._shared[plan], chosen)

    def __iter__(self) -> Iterator[Case]:
        return map(self.__getitem__, range(len(self)))


def _plain(value: Any) -> Any:
    """A number of NumPy as one of Python, which files and keys can hold."""
    return value.item() if isinstance(value, np.generic) else value
