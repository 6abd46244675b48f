"""The figures of a run, as they are said."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, partial
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from capacity.report.tables import marked
from capacity.report.words import (
    hours,
    hours_error,
    money,
    money_error,
    odds,
    people,
    people_error,
    share,
    share_error,
)

if TYPE_CHECKING:
    from capacity.result import Result

LOW, MEDIAN, HIGH = 0.1, 0.5, 0.9
BRIDGE = (
    ("new", "new_arr", 1),
    ("expansion", "expansion_arr", 1),
    ("contraction", "contraction_arr", -1),
    ("churn", "churned_arr", -1),
)
"""What moves ARR: label, metric and sign."""
_ROWS = "month"
"""What a table by time has a row for; weeks would be too many to read."""


class Manner(NamedTuple):
    """How a kind of number is said, and how its error where that matters."""

    say: Callable[[float], str]
    off: Callable[[float, float], str]

    def marked(self, value: float, spread: float) -> str:
        """The number, with a mark where its error matters."""
        return marked(self.say(value), matters=bool(self.off(value, spread)))


MONEY, HOURS = Manner(money, money_error), Manner(hours, hours_error)
PEOPLE, SHARE = Manner(people, people_error), Manner(share, share_error)
PERCENT = Manner(partial(share, digits=1), partial(share_error, digits=1))


class Figures:
    """The figures of a result, as they are said.

    Parameters
    ----------
    by
        What tables and charts by time have a row for; months without, and charts the plan's own
        periods.
    """

    def __init__(self, result: Result, by: str | None = None) -> None:
        self.result, self.by = result, by
        self.rows = by or _ROWS
        self.plan = result.scenario.plan
        self.lucky = result.trials > 0
        self.names = {(m.name, m.key.role, m.key.segment) for m in result.catalogue.metrics}
        self.roles = [r for r in self.plan.team if ("required_fte", r, "") in self.names]

    @property
    def about(self) -> str:
        """When, and of how many futures."""
        noun = "future" if self.result.trials == 1 else "futures"
        kind = f"{self.result.trials:,} {noun}" if self.lucky else "expected values, without luck"
        return f"{self.plan.horizon.periods.in_words} · {kind}"

    def in_words(self, period: str) -> str:
        """A period of the plan as it is said in a sentence."""
        return self.plan.horizon.periods.labels_in_words[self.result.periods.index(period)]

    @property
    def step(self) -> str:
        """What a period of the plan is called."""
        return self.plan.horizon.periods.spans[0]

    @property
    def noun(self) -> str:
        """What a period of a chart is called."""
        return self.by or self.step

    @cached_property
    def tightest(self) -> str:
        """The role that is covered least often; among equals the one with the highest load."""
        return min(
            self.roles,
            key=lambda role: (
                float(self.result.mean("p_covered", role=role)),
                -max(self.result.figures("load", role=role).values()),
            ),
        )

    # --- numbers ---------------------------------------------------------------------------------

    def has(self, name: str, role: str = "", segment: str = "") -> bool:
        """Whether there is such a metric."""
        return (name, role, segment) in self.names

    def figures(
        self, name: str, role: str, q: float | None = None, by: str | None = None
    ) -> dict[str, float]:
        """By period the expected value or a quantile, which is unknown where there is no luck."""
        if q is not None and not self.lucky:
            return dict.fromkeys(self.result.figures(name, role=role, by=by), math.nan)
        return self.result.figures(name, q, role=role, by=by)

    def middle(self, name: str, role: str, by: str | None = None) -> dict[str, float]:
        """By period the median, or the expected value where there is no luck."""
        return self.figures(name, role, MEDIAN if self.lucky else None, by)

    def figure(self, name: str, manner: Manner, q: float | None = None, **keys: Any) -> str:
        """A figure of a table."""
        (value,) = self.result.figures(name, q, **keys).values()
        (spread,) = self.result.errors(name, q, **keys).values()
        return manner.marked(value, spread)

    def range(self, name: str, manner: Manner, **keys: Any) -> str:
        """``1.36M to 1.41M`` of a table."""
        if not self.lucky:
            return ""
        return " to ".join(self.figure(name, manner, q, **keys) for q in (LOW, HIGH))

    def said(self, name: str, manner: Manner, sign: str = "", **keys: Any) -> str:
        """``1.38M on average (1.36M to 1.41M in 8 of 10 futures)``, with the largest error."""
        mean = float(self.result.mean(name, **keys))
        if not self.lucky:
            return f"{sign}{manner.say(mean)}"
        low, high = (float(self.result.quantile(name, q, **keys)) for q in (LOW, HIGH))
        figures = {None: mean, LOW: low, HIGH: high}
        spreads = {q: float(self.result.error(name, q, **keys)) for q in figures}
        offs = [(spreads[q], manner.off(value, spreads[q])) for q, value in figures.items()]
        _, off = max((found for found in offs if found[1]), default=(0.0, ""))
        between = f"{manner.say(low)} to {manner.say(high)} in 8 of 10 futures"
        return f"{sign}{manner.say(mean)} on average ({between}{',' if off else ''}{off})"

    @property
    def opening(self) -> float:
        """ARR before the first period."""
        first = self.result.periods[0]
        moves = sum(sign * self.result.mean(name, period=first) for _, name, sign in BRIDGE)
        return float(self.result.mean("arr", period=first) - moves)

    def spread(self, name: str, **keys: Any) -> tuple[float, float, float]:
        """Expected value, p10 and p90; the last two unknown where there is no luck."""
        mean = float(self.result.mean(name, **keys))
        if not self.lucky:
            return mean, math.nan, math.nan
        low, high = (float(self.result.quantile(name, q, **keys)) for q in (LOW, HIGH))
        return mean, low, high

    def pools(self, role: str) -> list[str]:
        """The pools of a role that is split."""
        pools = self.result.scenario.pools
        return [pool.value for pool in pools if pool.name == role and pool.value]

    def held(self, **about: str) -> str:
        """``9 of 10 futures`` in which the coverage target holds in every month."""
        return odds(float(self.result.mean("p_covered", **about)), self.result.trials)

    @cached_property
    def tasks(self) -> list[Task]:
        """The hours of each task."""
        return [Task(self.result, name) for name in self.plan.tasks]


class Task:
    """Hours of a task over the plan, expected."""

    def __init__(self, result: Result, task: str) -> None:
        self.task = task
        self.roles = [
            m.key.role
            for m in result.catalogue.metrics
            if m.name == "due_hours" and m.key.task == task and not m.key.segment
        ]
        names = ("due", "done", "dropped", "cancelled")
        self.sums, self.spreads = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
        for name, role in product(names, self.roles):
            where = {"period": "", "role": role, "task": task}
            self.sums[name] += float(result.mean(f"{name}_hours", **where))
            # At most: of several roles together the error may be smaller than this.
            self.spreads[name] += float(result.error(f"{name}_hours", None, **where))
        self.due, self.dropped = self.sums["due"], self.sums["dropped"]
        last = result.periods[-1]
        waiting = (result.mean("backlog_hours", period=last, role=r, task=task) for r in self.roles)
        ends = sum(map(float, waiting)) + self.sums["cancelled"] + self.sums["done"]
        self.late = max(ends + self.dropped - self.due, 0.0)
        """Hours that wait when the plan begins: what is done, dropped or left was due or late."""

    def said(self, name: str) -> str:
        """``140 ± 2`` hours."""
        value = self.sums[name]
        return f"{hours(value)}{hours_error(value, self.spreads[name])}"

    def marked(self, name: str) -> str:
        """Hours in a table."""
        return HOURS.marked(self.sums[name], self.spreads[name])
