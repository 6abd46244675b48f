"""Hours and what became of them: done, dropped, waiting; coverage, load, required people."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from capacity.explaining.basis import leaves
from capacity.explaining.inputs import Inputs
from capacity.explaining.people import People
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, difference, given, quotient, total
from capacity.explaining.work import Work
from capacity.metrics import Key
from capacity.model.dispatch import DUST

_BECAME = {
    "done_hours": "done",
    "dropped_hours": "dropped",
    "cancelled_hours": "cancelled with lost accounts",
    "backlog_hours": "still waiting",
}


class Hours:
    """Explains the hours of a role, a pool, a task or a segment in a period."""

    def __init__(self, seen: Seen, inputs: Inputs, work: Work, people: People) -> None:
        self._seen, self._inputs, self._work, self._people = seen, inputs, work, people
        self._pools = seen.layout.scenario.pools
        self._day = seen.layout.stretches.day

    def due_hours(self, key: Key, period: int) -> Term:
        """New work."""
        return self._work.due(key, period)

    def done_hours(self, key: Key, period: int) -> Term:
        """Work done."""
        return self.balance("done_hours", key, period)

    def dropped_hours(self, key: Key, period: int) -> Term:
        """Work that was not done in time."""
        return self.balance("dropped_hours", key, period)

    def cancelled_hours(self, key: Key, period: int) -> Term:
        """Waiting work of lost accounts."""
        return self.balance("cancelled_hours", key, period)

    def backlog_hours(self, key: Key, period: int) -> Term:
        """Work that waits for the next period."""
        return self.balance("backlog_hours", key, period)

    def balance(self, name: str, key: Key, period: int) -> Term:
        """What fell due or waited, less what became of the rest of it."""
        rest = [self._became(other, key, period) for other in _BECAME if other != name]
        wanted = self._wanted(key, period)
        return difference(_BECAME[name], "hours", wanted, *(part for part in rest if part.value))

    def _became(self, name: str, key: Key, period: int) -> Term:
        """Hours as the engine served them: by priority, with the people there."""
        lanes = self._work.lanes(key)
        value = self._work.recorded(name, lanes, period)
        return given(_BECAME[name], value, "hours", self.served_by(lanes, period))

    def served_by(self, lanes: Iterable[int], period: int) -> list[Term]:
        """The hours of the pools that serve some lanes, and all the work that is theirs."""
        lanes, found = set(lanes), []
        for pool in dict.fromkeys(int(self._seen.layout.work.pool[lane]) for lane in lanes):
            found.append(self._people.capacity(pool, period))
            named = self._pools[pool].named("overtime")
            overtime = self._inputs.of("overtime", named, self._day(period), "share")
            found += [overtime] if overtime.place else []
            whole = Key(role=self._pools[pool].name, pool=self._pools[pool].value)
            if not lanes.issuperset(self._work.lanes(whole)):
                found.append(self._work.due(whole, period).called("due in all"))
        return found

    def done_with_people(self, key: Key, period: int) -> Term:
        """Work done, and the people who did it."""
        lanes = self._work.lanes(key)
        value = self._work.recorded("done_hours", lanes, period)
        rests_on = [self._work.due(key, period), *self.served_by(lanes, period)]
        return given("done", value, "hours", rests_on)

    def _wanted(self, key: Key, period: int) -> Term:
        """New and waiting work."""
        lanes, due = self._work.lanes(key), self._work.due(key, period)
        late = self._work.recorded("backlog_hours", lanes, period - 1)
        if not late:
            return due
        served = self.served_by(lanes, period - 1) if period else []
        waiting = given("waiting from before", late, "hours", served)
        return total("due and waiting", "hours", [due, waiting])

    def coverage(self, key: Key, period: int) -> Term:
        """Done over done and dropped."""
        done, dropped = self.done_hours(key, period), self._became("dropped_hours", key, period)
        decided = total("done and dropped", "hours", [done, dropped])
        if not decided.value > DUST:
            return given("coverage: nothing was decided", np.nan, "share")
        return quotient("coverage", "share", done, decided)

    def required_fte(self, key: Key, period: int) -> Term:
        """People that the new work takes."""
        pools = self._people.pools(key)
        parts = [self._required(pool, period) for pool in pools]
        return parts[0] if len(parts) == 1 else total("required FTE", "FTE", parts)

    def _required(self, pool: int, period: int) -> Term:
        found = self._pools[pool]
        due = self._work.due(Key(role=found.name, pool=found.value), period)
        label = f"required FTE of {self._people.name(pool)}"
        if not due.value:
            return given(f"{label}: nothing is due", 0.0, "FTE")
        return quotient(label, "FTE", due, self._people.customer(pool, period))

    def load(self, key: Key, period: int) -> Term:
        """New and waiting work over the hours planned for customers."""
        wanted = self._wanted(key, period)
        if not wanted.value:
            return given("load: nothing is due", 0.0, "share")
        there = self._people.by_role("capacity_hours", key, period)
        return quotient("load", "share", wanted, there)

    def utilization(self, key: Key, period: int) -> Term:
        """Work done over the hours that are there."""
        available = self._people.by_role("available_hours", key, period)
        if not available.value > DUST:
            return given("utilization: no hours are there", np.nan, "share")
        return quotient("utilization", "share", self.done_hours(key, period), available)


class CoverageSoFar:
    """The coverage that customers of a segment have felt."""

    def __init__(self, seen: Seen, work: Work, hours: Hours) -> None:
        self._work, self._hours = work, hours
        self._layout = seen.layout
        self.of = lru_cache(maxsize=None)(self._of)
        self._keys = lru_cache(maxsize=None)(self._felt)
        self._inputs: dict[str, list[list[Term]]] = {}

    def _of(self, segment: str, period: int) -> Term:
        """Of the work that does something to them, up to a period; with what it rests on."""
        served = self._served(segment)
        done, dropped = (
            sum(self._work.recorded(name, served, t) for t in range(period + 1))
            for name in ("done_hours", "dropped_hours")
        )
        decided = done + dropped
        value = done / decided if decided > DUST else np.nan
        label = f"coverage of the work for {segment} so far"
        return given(label, value, "share", self._rests_on(segment, period))

    def _felt(self, segment: str) -> list[Key]:
        """The work whose coverage they feel."""
        index = list(self._layout.plan.segments).index(segment)
        lanes = {
            (pair.lane.task, pair.lane.segment or "")
            for pair in self._layout.effects.pairs
            if self._layout.territories.segment[pair.territory] == index
        }
        return [Key(one, task=task) for task, one in sorted(lanes)]

    def _served(self, segment: str) -> list[int]:
        return [lane for key in self._keys(segment) for lane in self._work.lanes(key)]

    def _rests_on(self, segment: str, period: int) -> list[Term]:
        """Inputs of that work, and of the people who do it, in all periods so far."""
        known = self._inputs.setdefault(segment, [])
        for t in range(len(known), period + 1):
            served = self._hours.served_by(self._served(segment), t)
            due = [self._work.due(key, t) for key in self._keys(segment)]
            known.append(leaves([*(known[-1] if known else []), *served, *due]))
        return known[period]
