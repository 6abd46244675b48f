"""A result as text: sentences that can be repeated, then tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Group
from rich.table import Table

from capacity.report.expected import expected
from capacity.report.tables import FEW, MARK, WIDTH, plain
from capacity.report.tables import table as _table
from capacity.report.told import Told
from capacity.report.words import (
    currency_sign,
    error,
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

_LOW, _MEDIAN, _HIGH = 0.1, 0.5, 0.9
_BRIDGE = (
    ("new", "new_arr", 1),
    ("expansion", "expansion_arr", 1),
    ("contraction", "contraction_arr", -1),
    ("churn", "churned_arr", -1),
)
_ROWS = "month"
"""What a table by time has a row for; weeks would be too many to read."""
_COSTS = ("salaries", "on_costs", "bonus", "tools", "hiring", "severance", "platform")


class _Manner(NamedTuple):
    """How a kind of number is said, and how its error where that matters."""

    say: Callable[[float], str]
    off: Callable[[float, float], str]

    def marked(self, value: float, spread: float) -> str:
        """The number, with a mark where its error matters."""
        return f"{MARK if self.off(value, spread) else ''}{self.say(value)}"


_MONEY, _HOURS = _Manner(money, money_error), _Manner(hours, hours_error)
_PEOPLE, _SHARE = _Manner(people, people_error), _Manner(share, share_error)
_PERCENT = _Manner(partial(share, digits=1), partial(share_error, digits=1))


def as_text(result: Result, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(result), width)


def report(result: Result, by: str | None = None) -> Group:
    """What a person wants first; for `by` see `Figures`."""
    return told(Figures(result, by)).group()


def told(figures: Figures) -> Told:
    """What is said of a result."""
    sentences, tables = tuple(figures.sentences()), tuple(figures.tables())
    notes = tuple(figures.footer())
    return Told.of_one(figures.plan.name, figures.about, sentences, tables, notes)


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

    def footer(self) -> Iterator[str]:
        """How the figures are to be read."""
        own = self.plan.horizon.periods.spans[0]
        if own != self.rows:
            thursday = f"A week belongs to the {self.rows} of its Thursday. " * (own == "week")
            yield (
                f"{thursday}By {self.rows}, hours are summed, required "
                f"FTE is the mean of the {own}s, and people are those of the last one."
            )
        if not self.lucky:
            yield "Expected values: every input at its mean. Odds need trials."
            return
        seed = self.result.manifest["seed"]
        yield f"Money and hours are expected values; ranges run from p10 to p90. Seed {seed}."
        if self.result.trials < FEW:
            little = "Too few futures to tell the Monte Carlo error of a figure"
            yield f"{little}; give {FEW:,} or more."
        else:
            yield (
                "± is a Monte Carlo standard error; behind several figures, the largest. "
                f"{MARK} marks figures where it is 1 % or more, of shares half a point or more."
            )
        if "precision" in self.result.manifest:
            yield self._precision(self.result.manifest["precision"])
        if "summarised" in self.result.manifest:
            yield self._summarised(self.result.manifest["summarised"])

    def _precision(self, found: Mapping[str, Any]) -> str:
        """Whether the figures are as exact as was asked."""
        what = "headline figures" if found["metric"] == "headline" else found["metric"]
        asked, futures = f"Asked for: {what} to {_exactly(found['asked'])}", self.result.trials
        if found["reached"]:
            return f"{asked}. Reached after {futures:,} futures."
        left = "not known" if found["error"] is None else _exactly(found["error"])
        return (
            f"{asked}. Not reached: after {futures:,} futures the error is {left}. "
            "Give more trials, or ask for less."
        )

    def _summarised(self, found: Mapping[str, Any]) -> str:
        """That quantiles are not exact, and why."""
        size = f"{found['bytes_not_kept'] / 1e9:,.1f} GB"
        within = _exactly(found["quantiles_within"])
        return (
            f"The futures, {size} of them, were summarised as they came: quantiles are within "
            f"{within} of their value. Means and their errors are exact."
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
        return self.figures(name, role, _MEDIAN if self.lucky else None, by)

    def figure(self, name: str, manner: _Manner, q: float | None = None, **keys: Any) -> str:
        """A figure of a table."""
        (value,) = self.result.figures(name, q, **keys).values()
        (spread,) = self.result.errors(name, q, **keys).values()
        return manner.marked(value, spread)

    def range(self, name: str, manner: _Manner, **keys: Any) -> str:
        """``1.36M to 1.41M`` of a table."""
        if not self.lucky:
            return ""
        return " to ".join(self.figure(name, manner, q, **keys) for q in (_LOW, _HIGH))

    def _said(self, name: str, manner: _Manner, sign: str = "", **keys: Any) -> str:
        """``1.38M on average (1.36M to 1.41M in 8 of 10 futures)``, with the largest error."""
        mean = float(self.result.mean(name, **keys))
        if not self.lucky:
            return f"{sign}{manner.say(mean)}"
        low, high = (float(self.result.quantile(name, q, **keys)) for q in (_LOW, _HIGH))
        figures = {None: mean, _LOW: low, _HIGH: high}
        spreads = {q: float(self.result.error(name, q, **keys)) for q in figures}
        offs = [(spreads[q], manner.off(value, spreads[q])) for q, value in figures.items()]
        _, off = max((found for found in offs if found[1]), default=(0.0, ""))
        between = f"{manner.say(low)} to {manner.say(high)} in 8 of 10 futures"
        return f"{sign}{manner.say(mean)} on average ({between}{',' if off else ''}{off})"

    # --- sentences -------------------------------------------------------------------------------

    def sentences(self) -> Iterator[str]:
        """Everything that is worth a sentence."""
        for role in self.roles:
            yield self._peak(role)
            if self.lucky and self._is_busy(role):
                yield self._odds(role)
            if not self.lucky:
                yield from self._scarce(role)
        yield from self._slips()
        if self.has("arr") and self.opening > 0:
            yield self._revenue()
        if float(self.result.mean("team_cost", period="")) > 0:
            yield self._cost()

    def _is_busy(self, role: str) -> bool:
        """Whether work falls due."""
        return float(self.result.mean("due_hours", role=role, period="")) > 0

    def _peak(self, role: str) -> str:
        middle = self.middle("required_fte", role)
        peak = max(middle, key=lambda period: middle[period])
        if middle[peak] <= 0:
            return f"{role}: no work falls due."
        where = {"period": peak, "role": role}
        when = self.plan.horizon.periods.labels_in_words[self.result.periods.index(peak)]
        heads = people(float(self.result.mean("headcount", **where)))
        against = f"{heads} heads on average" if self.lucky else f"{heads} heads"
        need, high = people(middle[peak]), people(self.figures("required_fte", role, _HIGH)[peak])
        offs = [error(self.result.error("required_fte", q, **where), 1) for q in (_MEDIAN, _HIGH)]
        if not self.lucky or high == need:
            return (
                f"{role}: the peak is {when}, which needs {need}{offs[0]} ramped people "
                f"against {against}."
            )
        return (
            f"{role}: the peak is {when}, which needs over {need}{offs[0]} ramped people in half "
            f"of the futures and over {high}{offs[1]} in 1 of 10, against {against}."
        )

    def _scarce(self, role: str) -> Iterator[str]:
        """The pool that is furthest short of people, where the role as a whole may hide it."""
        needs = {
            pool: self.result.figures("required_fte", role=role, pool=pool)
            for pool in self.pools(role)
        }
        heads = {pool: self.result.figures("headcount", role=role, pool=pool) for pool in needs}
        short = {(p, t): needs[p][t] - heads[p][t] for p in needs for t in needs[p]}
        pool, period = max(short, key=lambda where: short[where], default=("", ""))
        if pool and short[pool, period] >= 0.05:
            when = self.plan.horizon.periods.labels_in_words[self.result.periods.index(period)]
            need, there = people(needs[pool][period]), people(heads[pool][period])
            yield (
                f"{role}: of its pools {pool} is furthest short, in {when}: it needs {need} ramped "
                f"people against {there} heads."
            )

    def _odds(self, role: str) -> str:
        off = error(self.result.error("p_covered", role=role), 1, 100)
        off = f" (Monte Carlo error{off} points)" if off else ""
        target = share(self.plan.team[role].coverage_target.mean)
        noun = self.plan.horizon.periods.spans[0]
        held = self._held(role=role)
        text = f"{role}: coverage of {target} in every {noun} holds in {held}{off}"
        pools = self.pools(role)
        if not pools:
            return f"{text}."
        held_by = {p: float(self.result.mean("p_covered", role=role, pool=p)) for p in pools}
        worst = min(held_by, key=lambda pool: held_by[pool])
        least = self._held(role=role, pool=worst)
        return f"{text}; of its pools {worst} holds it least often, in {least}."

    def _slips(self) -> Iterator[str]:
        lost = sorted(self.tasks, key=lambda t: (t.dropped, t.task), reverse=True)
        named = [f"{t.task} ({t.said('dropped')} h)" for t in lost if t.dropped >= 0.5]
        total = sum(t.dropped for t in lost)
        due = sum(t.due for t in lost)
        if not named:
            yield "No work is dropped." if total == 0 else "Hardly any work is dropped."
            return
        late = sum(t.late for t in lost)
        there, off = due + late, sum(t.spreads["dropped"] for t in lost)
        part, off = total / there, off / there
        hours_of = "due and late hours" if late >= 0.5 else "due hours"
        slips = ", ".join(named[:4])
        yield (
            f"What slips first: {slips}; {share(part, 1)}{share_error(part, off, 1)} of all "
            f"{hours_of} are dropped on average."
        )

    def _revenue(self) -> str:
        last = self.result.periods[-1]
        text = (
            f"ARR goes from {money(self.opening, self.plan.currency)} to "
            f"{self._said('arr', _MONEY, period=last)}"
        )
        if self.has("grr") and math.isfinite(float(self.result.mean("grr", period=""))):
            text += (
                f"; GRR {self._said('grr', _PERCENT, period='')}, "
                f"NRR {self._said('nrr', _PERCENT, period='')}"
            )
        return text + "."

    def _cost(self) -> str:
        sign = currency_sign(self.plan.currency)
        text = f"The team costs {self._said('team_cost', _MONEY, sign, period='')}"
        if self.has("cost_share_of_revenue") and self.opening > 0:
            part = float(self.result.mean("cost_share_of_revenue"))
            off = share_error(part, float(self.result.error("cost_share_of_revenue")), 1)
            text += f", {share(part, 1)}{off} of revenue"
        return text + "."

    @property
    def opening(self) -> float:
        """ARR before the first period."""
        first = self.result.periods[0]
        moves = sum(sign * self.result.mean(name, period=first) for _, name, sign in _BRIDGE)
        return float(self.result.mean("arr", period=first) - moves)

    # --- for charts and pages --------------------------------------------------------------------

    @property
    def noun(self) -> str:
        """What a period of a chart is called."""
        return self.by or self.plan.horizon.periods.spans[0]

    @property
    def bridge(self) -> tuple[tuple[str, str, int], ...]:
        """What moves ARR: label, metric and sign."""
        return _BRIDGE

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

    def headline(self) -> Iterator[str]:
        """The three sentences that are repeated: the peak, its odds, and revenue."""
        if self.roles:
            yield self._peak(self.tightest)
            if self.lucky and self._is_busy(self.tightest):
                yield self._odds(self.tightest)
        if self.has("arr") and self.opening > 0:
            yield self._revenue()

    def peak_in_short(self, role: str) -> str:
        """``csm peaks in 2028-01 at 7.7 FTE, above 9.0 in 1 of 10 futures, against 7.8 heads``."""
        middle = self.middle("required_fte", role)
        peak = max(middle, key=lambda period: middle[period])
        if middle[peak] <= 0:
            return f"{role}: no work falls due"
        heads = people(float(self.result.mean("headcount", role=role, period=peak)))
        high = people(self.figures("required_fte", role, _HIGH)[peak])
        odds = f", above {high} in 1 of 10 futures" if self.lucky else ""
        return f"{role} peaks in {peak} at {people(middle[peak])} FTE{odds}, against {heads} heads"

    def spread(self, name: str, **keys: Any) -> tuple[float, float, float]:
        """Expected value, p10 and p90; the last two unknown where there is no luck."""
        mean = float(self.result.mean(name, **keys))
        if not self.lucky:
            return mean, math.nan, math.nan
        low, high = (float(self.result.quantile(name, q, **keys)) for q in (_LOW, _HIGH))
        return mean, low, high

    # --- tables ----------------------------------------------------------------------------------

    def tables(self) -> Iterator[Table]:
        """Everything that is worth a table."""
        if self.result.expectations:
            yield expected(self.result.expectations)
        for role in self.roles:
            yield self._months(role)
            if self.pools(role):
                yield self._by_pool(role)
        yield self._work()
        if self.has("arr"):
            yield self._bridge()
        if self.has("logo_retention"):
            yield self._kept()
        if float(self.result.mean("team_cost", period="")) > 0:
            yield self._costs()

    def _months(self, role: str) -> Table:
        heads = ("due h", "required FTE", "in 1 of 10 above", "heads", "ramped", "coverage",
                 "in 1 of 10 below", "dropped h")  # fmt: skip
        table = _table(f"{role} by {self.rows}", self.rows, *heads)
        median = _MEDIAN if self.lucky else None
        labels = list(self.result.figures("due_hours", role=role, by=self.rows))
        columns = [
            self._column("due_hours", role, _HOURS),
            self._column("required_fte", role, _PEOPLE, median),
            self._column("required_fte", role, _PEOPLE, _HIGH),
            self._column("headcount", role, _PEOPLE),
            self._column("ramped_fte", role, _PEOPLE),
            self._column("coverage", role, _SHARE, median),
            self._column("coverage", role, _SHARE, _LOW),
            self._column("dropped_hours", role, _HOURS),
        ]
        for cells in zip(labels, *columns, strict=True):
            table.add_row(*cells)
        return table

    def pools(self, role: str) -> list[str]:
        """The pools of a role that is split."""
        pools = self.result.scenario.pools
        return [pool.value for pool in pools if pool.name == role and pool.value]

    def _by_pool(self, role: str) -> Table:
        """Each pool at its own peak, and how well it serves its accounts over the plan."""
        heads = ["pool", "peak", "required FTE", "heads then", "coverage"]
        if self.lucky:
            heads = [*heads[:3], "in 1 of 10 above", *heads[3:], "in 1 of 10 below", "odds"]
        table = _table(f"{role} by pool", *heads)
        for pool in self.pools(role):
            table.add_row(pool, *self._pool_cells({"role": role, "pool": pool}))
        return table

    def _pool_cells(self, about: dict[str, Any]) -> list[str]:
        middle = _MEDIAN if self.lucky else None
        needs = self.result.figures("required_fte", middle, **about)
        peak = max(needs, key=lambda month: needs[month])
        then, over = {"period": peak, **about}, {"period": "", **about}
        need = self.figure("required_fte", _PEOPLE, middle, **then)
        heads = self.figure("headcount", _PEOPLE, **then)
        coverage = self.figure("coverage", _PERCENT, **over)
        if not self.lucky:
            return [peak, need, heads, coverage]
        above = self.figure("required_fte", _PEOPLE, _HIGH, **then)
        below = self.figure("coverage", _PERCENT, _LOW, **over)
        held = self.figure("p_covered", _SHARE, **over)
        return [peak, need, above, heads, coverage, below, held]

    def _held(self, **about: str) -> str:
        """``9 of 10 futures`` in which the coverage target holds in every month."""
        return odds(float(self.result.mean("p_covered", **about)), self.result.trials)

    def _column(self, name: str, role: str, manner: _Manner, q: float | None = None) -> list[str]:
        """A figure by month, each with its mark."""
        spreads = self.result.errors(name, q, role=role, by=self.rows)
        found = self.figures(name, role, q, self.rows)
        return [manner.marked(value, spreads[month]) for month, value in found.items()]

    @cached_property
    def tasks(self) -> list[Task]:
        """The hours of each task."""
        return [Task(self.result, name) for name in self.plan.tasks]

    def _work(self) -> Table:
        table = _table(
            "Work over the plan", "task", "due h", "done h", "dropped h", "cancelled h", "coverage"
        )
        for task in self.tasks:
            marked = (task.marked(name) for name in ("due", "done", "dropped", "cancelled"))
            table.add_row(
                task.task, *marked, self.figure("coverage", _PERCENT, period="", task=task.task)
            )
        return table

    def _bridge(self) -> Table:
        table = _table(f"ARR bridge, {self.plan.currency}", "", "expected", "8 of 10 futures")
        table.add_row("opening", money(self.opening), "")
        for label, name, sign in _BRIDGE:
            moved = f"{'+' if sign > 0 else '−'} {self.figure(name, _MONEY, period='')}"
            table.add_row(label, moved, self.range(name, _MONEY, period=""))
        last = self.result.periods[-1]
        closing = self.figure("arr", _MONEY, period=last)
        table.add_row("closing", closing, self.range("arr", _MONEY, period=last))
        return table

    def _kept(self) -> Table:
        names = [n for n in ("grr", "nrr", "logo_retention") if self.has(n)]
        labels = {"grr": "GRR", "nrr": "NRR", "logo_retention": "logos"}
        heads = [h for n in names for h in (labels[n], "8 of 10 futures")]
        table = _table(
            f"Opening book after {self.plan.horizon.periods.year_in_words}", "segment", *heads
        )
        for segment in (*self.plan.segments, ""):
            cells = []
            for name in names:
                cells.append(self.figure(name, _PERCENT, period="", segment=segment))
                cells.append(self.range(name, _PERCENT, period="", segment=segment))
            table.add_row(segment or "all", *cells)
        return table

    def _costs(self) -> Table:
        table = _table(f"Team cost, {self.plan.currency}", "", "expected", "8 of 10 futures")
        for line in (f"cost_{name}" for name in _COSTS):
            if float(self.result.mean(line, period="")):
                label = line.removeprefix("cost_").replace("_", "-")
                cells = self.figure(line, _MONEY, period=""), self.range(line, _MONEY, period="")
                table.add_row(label, *cells)
        total = self.figure("team_cost", _MONEY, period="")
        table.add_row("total", total, self.range("team_cost", _MONEY, period=""))
        return table


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
        return _HOURS.marked(self.sums[name], self.spreads[name])


def _exactly(precision: float) -> str:
    """``0.5 %``, as exactly as it takes."""
    return f"{100 * precision:.3g} %"
