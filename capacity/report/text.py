"""A result as text: sentences that can be repeated, then tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from capacity.report.words import error, hours, money, odds, people, share

if TYPE_CHECKING:
    from capacity.result import Result

WIDTH = 110
_LOW, _MEDIAN, _HIGH = 0.1, 0.5, 0.9
_FEW = 200
"""Futures below which nothing is known of the Monte Carlo error."""
_BRIDGE = (
    ("new", "new_arr", 1),
    ("expansion", "expansion_arr", 1),
    ("contraction", "contraction_arr", -1),
    ("churn", "churned_arr", -1),
)
_COSTS = ("salaries", "on_costs", "bonus", "tools", "hiring", "severance", "platform")


def as_text(result: Result, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, highlight=False, markup=False).print(
        report(result)
    )
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def report(result: Result) -> Group:
    """What a person wants first."""
    figures = _Figures(result)
    parts: list[Any] = [Text(figures.title, style="bold"), Text()]
    parts += [Text(f"• {sentence}") for sentence in figures.sentences()]
    for table in figures.tables():
        parts += [Text(), table]
    parts += [Text(), Text(figures.footer, style="dim")]
    return Group(*parts)


class _Figures:
    """The figures of a result, as they are said."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.plan = result.scenario.plan
        self.lucky = result.trials > 0
        self.names = {(m.name, m.key.role, m.key.segment) for m in result.catalogue.metrics}
        self.roles = [r for r in self.plan.team if ("required_fte", r, "") in self.names]

    @property
    def title(self) -> str:
        periods = self.result.periods
        noun = "future" if self.result.trials == 1 else "futures"
        kind = f"{self.result.trials:,} {noun}" if self.lucky else "expected values, without luck"
        return f"{self.plan.name} · {periods[0]} to {periods[-1]} · {kind}"

    @property
    def footer(self) -> str:
        if not self.lucky:
            return "Expected values: every input at its mean. Odds need trials."
        seed = self.result.manifest["seed"]
        return f"Money and hours are expected values; ranges run from p10 to p90. Seed {seed}."

    # --- numbers ---------------------------------------------------------------------------------

    def has(self, name: str, role: str = "", segment: str = "") -> bool:
        return (name, role, segment) in self.names

    def months(self, name: str, role: str, q: float | None = None) -> dict[str, float]:
        """By month the expected value or a quantile, which is unknown where there is no luck."""
        if q is not None and not self.lucky:
            return dict.fromkeys(self.result.periods, math.nan)
        return self.result.figures(name, q, role=role)

    def middle(self, name: str, role: str) -> dict[str, float]:
        """By month the median, or the expected value where there is no luck."""
        return self.months(name, role, _MEDIAN if self.lucky else None)

    def range(self, name: str, say: Callable[[float], str], **keys: Any) -> str:
        """``1.36M to 1.41M``."""
        if not self.lucky:
            return ""
        low, high = (self.result.quantile(name, q, **keys) for q in (_LOW, _HIGH))
        return f"{say(low)} to {say(high)}"

    def _said(self, name: str, say: Callable[[float], str], **keys: Any) -> str:
        ranged = self.range(name, say, **keys)
        text = say(float(self.result.mean(name, **keys)))
        return f"{text} on average ({ranged} in 8 of 10 futures)" if ranged else text

    # --- sentences -------------------------------------------------------------------------------

    def sentences(self) -> Iterator[str]:
        for role in self.roles:
            yield self._peak(role)
            if self.lucky:
                yield self._odds(role)
        yield from self._slips()
        if self.has("arr") and self._opening() > 0:
            yield self._revenue()
        if float(self.result.mean("team_cost", period="")) > 0:
            yield self._cost()

    def _peak(self, role: str) -> str:
        middle = self.middle("required_fte", role)
        month = max(middle, key=lambda m: middle[m])
        heads = float(self.result.mean("headcount", period=month, role=role))
        need = people(middle[month])
        if middle[month] <= 0:
            return f"{role}: no work falls due."
        against = f"{people(heads)} heads on average" if self.lucky else f"{people(heads)} heads"
        high = self.months("required_fte", role, _HIGH)[month]
        if not self.lucky or people(high) == need:
            return (
                f"{role}: the peak is {month}, which needs {need} ramped people against {against}."
            )
        off = error(self.result.error("required_fte", _HIGH, period=month, role=role), 1)
        return (
            f"{role}: the peak is {month}, which needs over {need} ramped people in half of the "
            f"futures and over {people(high)}{off} in 1 of 10, against {against}."
        )

    def _odds(self, role: str) -> str:
        holds = float(self.result.mean("p_covered", role=role))
        off = error(self.result.error("p_covered", role=role), 1, 100)
        off = f" (Monte Carlo error{off} points)" if off else ""
        if self.result.trials < _FEW:
            off = f" (too few futures to tell its error; give {_FEW} or more)"
        target = share(self.plan.team[role].coverage_target.mean)
        often = odds(holds, self.result.trials)
        return f"{role}: coverage of {target} in every month holds in {often}{off}."

    def _slips(self) -> Iterator[str]:
        lost = sorted(((t.dropped, t.task) for t in self._tasks()), reverse=True)
        named = [f"{task} ({hours(value)} h)" for value, task in lost if value >= 0.5]
        total = sum(value for value, _ in lost)
        due = sum(t.due for t in self._tasks())
        if not named:
            yield "No work is dropped." if total == 0 else "Hardly any work is dropped."
            return
        part = share(total / due, 1)
        slips = ", ".join(named[:4])
        yield f"What slips first: {slips}; {part} of all due hours are dropped on average."

    def _revenue(self) -> str:
        last = self.result.periods[-1]
        text = (
            f"ARR goes from {money(self._opening(), self.plan.currency)} to "
            f"{self._said('arr', money, period=last)}"
        )
        if self.has("grr") and math.isfinite(float(self.result.mean("grr", period=""))):
            text += (
                f"; GRR {self._said('grr', _percent, period='')}, "
                f"NRR {self._said('nrr', _percent, period='')}"
            )
        return text + "."

    def _cost(self) -> str:
        text = f"The team costs {self._said('team_cost', money, period='')}"
        if self.has("cost_share_of_revenue") and self._opening() > 0:
            text += f", {share(float(self.result.mean('cost_share_of_revenue')), 1)} of revenue"
        return text + "."

    def _opening(self) -> float:
        first = self.result.periods[0]
        moves = sum(sign * self.result.mean(name, period=first) for _, name, sign in _BRIDGE)
        return float(self.result.mean("arr", period=first) - moves)

    # --- tables ----------------------------------------------------------------------------------

    def tables(self) -> Iterator[Table]:
        for role in self.roles:
            yield self._months(role)
        yield self._work()
        if self.has("arr"):
            yield self._bridge()
        if self.has("logo_retention"):
            yield self._kept()
        if float(self.result.mean("team_cost", period="")) > 0:
            yield self._costs()

    def _months(self, role: str) -> Table:
        table = _table(f"{role} by month", "month", "due h", "required FTE", "in 1 of 10 above",
                       "heads", "ramped", "coverage", "in 1 of 10 below", "dropped h")  # fmt: skip
        due, heads, ramped, dropped = (
            self.months(name, role)
            for name in ("due_hours", "headcount", "ramped_fte", "dropped_hours")
        )
        need, high = self.middle("required_fte", role), self.months("required_fte", role, _HIGH)
        covered, low = self.middle("coverage", role), self.months("coverage", role, _LOW)
        for m in self.result.periods:
            table.add_row(
                m,
                hours(due[m]),
                people(need[m]),
                people(high[m]),
                people(heads[m]),
                people(ramped[m]),
                share(covered[m]),
                share(low[m]),
                hours(dropped[m]),
            )
        return table

    def _tasks(self) -> list[_Task]:
        return [_Task(self.result, name) for name in self.plan.tasks]

    def _work(self) -> Table:
        table = _table(
            "Work over the plan", "task", "due h", "done h", "dropped h", "cancelled h", "coverage"
        )
        for task in self._tasks():
            table.add_row(task.task, hours(task.due), hours(task.done), hours(task.dropped),
                          hours(task.cancelled), share(task.coverage, 1))  # fmt: skip
        return table

    def _bridge(self) -> Table:
        table = _table(f"ARR bridge, {self.plan.currency}", "", "expected", "8 of 10 futures")
        table.add_row("opening", money(self._opening()), "")
        for label, name, sign in _BRIDGE:
            value = sign * self.result.mean(name, period="")
            table.add_row(label, f"{'+' if sign > 0 else '−'} {money(abs(value))}",
                          self.range(name, money, period=""))  # fmt: skip
        last = self.result.periods[-1]
        closing = money(float(self.result.mean("arr", period=last)))
        table.add_row("closing", closing, self.range("arr", money, period=last))
        return table

    def _kept(self) -> Table:
        names = [n for n in ("grr", "nrr", "logo_retention") if self.has(n)]
        labels = {"grr": "GRR", "nrr": "NRR", "logo_retention": "logos"}
        heads = [h for n in names for h in (labels[n], "8 of 10 futures")]
        table = _table("Opening book after 12 months", "segment", *heads)
        for segment in (*self.plan.segments, ""):
            cells = []
            for name in names:
                cells.append(_percent(float(self.result.mean(name, period="", segment=segment))))
                cells.append(self.range(name, _percent, period="", segment=segment))
            table.add_row(segment or "all", *cells)
        return table

    def _costs(self) -> Table:
        table = _table(f"Team cost, {self.plan.currency}", "", "expected", "8 of 10 futures")
        for line in (f"cost_{name}" for name in _COSTS):
            value = float(self.result.mean(line, period=""))
            if value:
                label = line.removeprefix("cost_").replace("_", "-")
                table.add_row(label, money(value), self.range(line, money, period=""))
        total = money(float(self.result.mean("team_cost", period="")))
        table.add_row("total", total, self.range("team_cost", money, period=""))
        return table


class _Task:
    """Hours of a task over the plan, expected."""

    def __init__(self, result: Result, task: str) -> None:
        self.task = task
        roles = [m.key.role for m in result.catalogue.metrics
                 if m.name == "due_hours" and m.key.task == task and not m.key.segment]  # fmt: skip
        sums = {
            name: sum(
                float(result.mean(f"{name}_hours", period="", role=role, task=task))
                for role in roles
            )
            for name in ("due", "done", "dropped", "cancelled")
        }
        self.due, self.done = sums["due"], sums["done"]
        self.dropped, self.cancelled = sums["dropped"], sums["cancelled"]
        self.coverage = float(result.mean("coverage", period="", task=task))


def _percent(value: float) -> str:
    return share(value, 1)


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, head in enumerate(heads):
        table.add_column(head, justify="left" if i == 0 else "right", no_wrap=True)
    return table
