"""Hours that fall due, from the accounts that are alive and what the plan says of a task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from capacity.engine.demand import Strand
from capacity.engine.lanes import Lane, Step
from capacity.explaining.basis import Basis
from capacity.explaining.inputs import Inputs
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, given, product, quotient, total
from capacity.metrics import Key
from capacity.scenario.task import UNNAMED_STEP


class Work:
    """Explains the hours of work lanes."""

    def __init__(self, seen: Seen, inputs: Inputs, basis: Basis) -> None:
        self._seen, self._inputs, self._basis = seen, inputs, basis
        self._layout = seen.layout
        self._plan, self._work = self._layout.plan, self._layout.work
        self._calendar, self._classes = self._layout.calendar, self._layout.classes
        self._periods = self._plan.horizon.periods
        self._days = self._layout.stretches.day
        self.due = lru_cache(maxsize=None)(self._all_due)
        self.lanes = lru_cache(maxsize=None)(self._lanes)

    def _lanes(self, key: Key) -> list[int]:
        """The work lanes that a key is about."""
        return [i for i in range(len(self._work.lane)) if self._fits(i, key)]

    def _fits(self, lane: int, key: Key) -> bool:
        demand = self._work.lanes[self._work.lane[lane]]
        pool = self._layout.scenario.pools[self._work.pool[lane]]
        found = {"role": pool.name, "pool": pool.value, "task": demand.task,
                 "segment": demand.segment}  # fmt: skip
        return all(not (want := getattr(key, name)) or want == got for name, got in found.items())

    # --- due hours -------------------------------------------------------------------------------

    def _all_due(self, key: Key, period: int) -> Term:
        """New work of a period; what does not fall due is left out."""
        parts = [self._due(lane, period) for lane in self.lanes(key)]
        found = [part for part in parts if part.value]
        if len(found) == 1:
            return found[0].called("due")
        return total("due", "hours", found)

    def _due(self, lane: int, period: int) -> Term:
        """New work of a work lane: occurrences, how demanding they are, and hours of each."""
        index = int(self._work.lane[lane])
        demand = self._work.lanes[index]
        label = self._called(lane, demand)
        steps = [s for i, s in enumerate(self._work.steps) if self._work.of_step[i] == lane]
        strands = [s for s in self._calendar.strands if s.lane == index]
        places = [i for i, s in enumerate(self._calendar.strands) if s.lane == index]
        if demand.is_fixed:
            parts = [self._fixed(demand, places[0], period)]
        else:
            number = [
                self._weighted(demand, strand, i, period)
                for strand, i in zip(strands, places, strict=True)
            ]
            some = [term for parts in number for term in parts] if len(number) == 1 else [
                total("occurrences, by complexity", "", [product("", "", *p) for p in number])
            ]  # fmt: skip
            parts = [*some, self._hours(demand, steps, period)]
        moved = self._seen.shocks.hours.get(period)
        if moved is not None and (factor := float(moved[demand.task_index, 0])) != 1:
            events = self._basis.events("hours", period, demand.task)
            parts.append(given("what events do", factor, "", events))
        flat = [p for part in parts for p in self._factors(part)]
        return product(label, "hours", *flat)

    @staticmethod
    def _factors(term: Term) -> Iterable[Term]:
        """A nameless product goes up in the one around it."""
        return term.parts if not term.label else (term,)

    def _called(self, lane: int, demand: Lane) -> str:
        pool = self._layout.scenario.pools[self._work.pool[lane]].value
        return ", ".join(filter(None, (demand.task, demand.segment, pool)))

    def _hours(self, demand: Lane, steps: list[Step], period: int) -> Term:
        """Mean hours of an occurrence, step by step."""
        day = self._days(period)
        parts = [
            self._inputs.of(
                "each" if step.name == UNNAMED_STEP else step.name,
                (self._path(demand, step), step.hours),
                day,
                "hours",
            )
            for step in steps
        ]
        return parts[0] if len(parts) == 1 else total("each", "hours", parts)

    def _path(self, demand: Lane, step: Step) -> str:
        """Where the hours of a step were written."""
        marked = self._layout.scenario.marked
        trail: tuple[str, ...] = ("tasks", demand.task)
        trail += ("hours",) if step.name == UNNAMED_STEP and demand.work.hours else ("steps",)
        if trail[-1] == "steps":
            by_segment = demand.work.steps is not None and bool(demand.work.steps.values)
            if by_segment and demand.segment:
                own = demand.segment in demand.work.steps.values  # type: ignore[union-attr]
                trail += (demand.segment if own else "default",)
            trail += (step.name,)
        for last in ("hours", demand.segment):
            written = marked.written(trail)
            if last and isinstance(written, dict) and last in written:
                trail += (last,)
        return ".".join(trail)

    # --- occurrences -----------------------------------------------------------------------------

    def _weighted(self, demand: Lane, strand: Strand, place: int, period: int) -> list[Term]:
        """Occurrences of a strand, and how demanding its accounts are."""
        parts = [*self._occurrences(demand, place, period)]
        if strand.complexity is not None:
            parts.append(self._of_their_own(strand.complexity))
        elif demand.segment is not None:
            named = (
                f"segments.{demand.segment}.complexity",
                self._plan.segments[demand.segment].complexity,
            )
            complexity = self._inputs.of("complexity", named, self._days(period))
            if complexity.place or complexity.value != 1:
                parts.append(complexity)
        return parts

    def _occurrences(self, demand: Lane, place: int, period: int) -> Iterator[Term]:
        if place in self._calendar.windows:
            yield self._in_parts(demand, place, period)
            return
        alive = self._seen.alive[period][self._classes.inside(demand.territories)]
        number = float((self._calendar.incidence[place][period] @ alive)[0])
        work = demand.work
        if work.rate is not None:
            yield self._accounts("accounts", number, demand, period)
            yield from self._rate(demand, period)
            return
        if work.on == "departure":
            yield self._accounts("accounts", number, demand, period)
            yield self._left(demand, period)
        else:
            yield self._accounts(self._of_whom(demand), number, demand, period)
        if demand.weight(self._days(period)) != 1:
            yield self._weight(demand, period)
        if demand.has_coins:
            yield self._inputs.of("that happen", demand.share, self._days(period), "share")

    def _accounts(self, label: str, number: float, demand: Lane, period: int) -> Term:
        """Accounts that make work, and what their number rests on."""
        rests_on = self._basis.accounts(demand.segment, period) if demand.segment else []
        return given(label, number, "accounts", rests_on)

    def _of_their_own(self, complexity: float) -> Term:
        label, accounts = "complexity of their own", self._plan.accounts
        if accounts is None:
            return given(label, complexity)
        return self._inputs.file(label, complexity, "", accounts.file)

    def _of_whom(self, demand: Lane) -> str:
        of_whom = {
            None: "due",
            "start": "accounts that start",
            "renewal": "accounts before a renewal",
        }[demand.work.on]
        return of_whom if len(demand.spreads) == 1 else f"{of_whom}, each by its part"

    def _weight(self, demand: Lane, period: int) -> Term:
        """A part of the work, or how often it falls due within a period."""
        weight = demand.weight(self._days(period))
        if demand.work.on is not None:
            return given(f"in each of {demand.spreads[0]} parts", weight)
        return given(f"times a {self._periods.step.name}", weight)

    def _rate(self, demand: Lane, period: int) -> Iterator[Term]:
        """Random events: so many a year and account."""
        assert demand.amount is not None  # a rate has one
        day = self._days(period)
        yield self._inputs.of("a year each", demand.amount, day)
        if demand.share[1].on(day).mean != 1:
            yield self._inputs.of("that happen", demand.share, day, "share")
        if demand.work.seasonality:
            month = int(self._periods.calendar_month[period])
            path = f"tasks.{demand.task}.seasonality"
            yield self._inputs.known("season", path, demand.work.seasonality[month])
        yield self._of_a_year()

    def _of_a_year(self) -> Term:
        """The length of a period."""
        return given(f"of a year in a {self._periods.step.name}", self._periods.years_each)

    def _left(self, demand: Lane, period: int) -> Term:
        """The part of the accounts whose person left."""
        pool = demand.pools[demand.work.role]
        staff = self._seen.team[period][pool]
        if not staff.before[0]:
            return given("of the seats are vacated: there are none", 0.0)
        return quotient(
            "of the seats are vacated",
            "share",
            given("seats vacated", staff.left[0], "seats", self._basis.leaving(pool, period)),
            given("seats filled before", staff.before[0], "seats", self._basis.seats(pool, period)),
        )

    def _in_parts(self, demand: Lane, place: int, period: int) -> Term:
        """Occurrences of which the coin of the first part holds for the others."""
        windows = self._calendar.windows[place]
        alive = self._seen.alive[period][self._classes.inside(demand.territories)]
        parts = []
        for window in windows:
            for age in range(window.parts):
                first = period - age
                number = float((window.firsts[first + window.parts - 1] @ alive)[0])
                if number:
                    parts.append(self._begun(demand, number, window.parts, first, age))
        return total("occurrences", "", parts)

    def _begun(self, demand: Lane, number: float, parts: int, first: int, age: int) -> Term:
        """A part of the occurrences that began in a period, of those in so many parts."""
        when = max(first, 0)
        label = "accounts that begin now" if age == 0 else f"accounts that began {age} before"
        return product(
            label,
            "accounts",
            self._accounts(label, number, demand, when),
            self._inputs.of("that happen", demand.share, self._days(when), "share"),
            given(f"in each of {parts} parts", 1 / parts),
        )

    def _fixed(self, demand: Lane, place: int, period: int) -> Term:
        """An amount over time, or a pool's part of it."""
        assert demand.amount is not None  # a fixed amount is one
        fixed = [s.lane for s in self._calendar.strands if self._work.lanes[s.lane].is_fixed]
        part = float(self._calendar.fixed[period, fixed.index(self._calendar.strands[place].lane)])
        yearly = self._inputs.of("a year", demand.amount, self._days(period), "hours")
        parts = [yearly, self._of_a_year()]
        if part != 1:
            parts.append(given("this pool's part", part))
        return product("", "hours", *parts)

    # --- what became of it -----------------------------------------------------------------------

    def recorded(self, name: str, lanes: Iterable[int], period: int) -> float:
        """Sum of recorded hours over work lanes; before the plan what is late when it begins."""
        chosen, record, waits = [*lanes], self._seen.record, self._work.waits
        if name == "backlog_hours" and period < 0:
            return float(record["opening_backlog"][0, chosen].sum())
        if name in ("due_hours", "done_hours"):
            return float(record[name][period, chosen, 0].sum())
        late = np.isin(waits, chosen)
        found = float(record[name][period, late, 0].sum())
        if name == "dropped_hours":
            others = np.setdiff1d(np.array(chosen, dtype=np.int64), waits)
            found += float((record["due_hours"] - record["done_hours"])[period, others, 0].sum())
        return found
