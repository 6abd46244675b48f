"""What a figure rests on where it is no arithmetic of inputs: the inputs that the engine read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache

from capacity.calendar import month_label
from capacity.engine.dealing import new_arr
from capacity.engine.effects import KINDS
from capacity.engine.people import roster_of
from capacity.estimates import Estimate
from capacity.explaining.inputs import Inputs
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term
from capacity.scenario.pool import meets
from capacity.scenario.segment import Effect

CHURN, EXPANSION, CONTRACTION = KINDS
_RATES = {
    CHURN: ("addressable",),
    CONTRACTION: ("contraction", "addressable"),
    EXPANSION: ("expansion", "uplift"),
}


def leaves(terms: Iterable[Term]) -> list[Term]:
    """The inputs that some numbers are made of, each once, in the order of the arithmetic."""
    found = (part for term in terms for part in term.walk() if part.path or part.place)
    return list({(part.path or part.label, part.place): part for part in found}.values())


class Basis:
    """Finds the inputs behind seats, accounts, events and what customers do."""

    def __init__(self, seen: Seen, inputs: Inputs) -> None:
        self._seen, self._inputs = seen, inputs
        self._layout = seen.layout
        self._scenario, self._plan = self._layout.scenario, self._layout.plan
        self._periods = self._plan.horizon.periods
        self._day = self._layout.stretches.day
        self.accounts = lru_cache(maxsize=None)(self._accounts)

    # --- people ----------------------------------------------------------------------------------

    def seats(self, pool: int, period: int) -> list[Term]:
        """Seats that the plan says: those of the beginning, and hires so far."""
        found = self._scenario.pools[pool]
        if found.role.per is not None:
            path = f"team.{found.name}.per"
            rule = [
                self._inputs.known(f"{name} for each head", f"{path}.{name}", number)
                for name, number in found.role.per.items()
            ]
            others = (i for i, p in enumerate(self._scenario.pools) if p.name in found.role.per)
            return [*rule, *(term for other in others for term in self.seats(other, period))]
        return [self.opening_seats(pool), *self.hires(pool, period)]

    def opening_seats(self, pool: int) -> Term:
        """Seats that are filled when the plan begins."""
        found, label = self._scenario.pools[pool], "there when the plan begins"
        before = float(self._seen.team[0][pool].before[0])
        if roster_of(self._scenario, found) is not None and found.role.people is not None:
            file = found.role.people.of(found.value) or ""
            return self._inputs.file(f"{label}, by name", before, "people", file)
        path = f"team.{found.name}.headcount" + (f".{found.value}" if found.value else "")
        return self._inputs.known(label, path, before, "people")

    def hires(self, pool: int, period: int) -> list[Term]:
        """Seats that are added by the end of a period."""
        found = self._scenario.pools[pool]
        own = f".{found.value}" if found.value in found.role.hires.values else ""
        return [
            self._inputs.known(
                f"hired in {month_label(month)}",
                f"team.{found.name}.hires{own}.{month_label(month)}",
                count,
                "seats",
            )
            for month, count in found.hires.items()
            if 0 <= self._periods.of_month(month) <= period
        ]

    def leaving(self, pool: int, period: int) -> list[Term]:
        """Why seats are vacated."""
        found, day = self._scenario.pools[pool], self._day(period)
        rate = self._inputs.of("attrition a year", found.named("attrition"), day, "share")
        more = self._inputs.of("times that if overloaded", found.named("overloaded_attrition"), day)
        return [term for term in (rate, more) if term.place]

    def joining(self, pool: int) -> list[Term]:
        """How long a search takes, and how late newcomers are."""
        found = [
            self._inputs.of(label, self._scenario.pools[pool].named(key), None, "months")
            for label, key in (("time to hire", "time_to_hire"), ("late by", "slips"))
        ]
        return [term for term in found if term.place]

    # --- accounts --------------------------------------------------------------------------------

    def today(self, label: str, segment: str, value: float, unit: str) -> Term:
        """Accounts when the plan begins, or what they pay: from a file, or as the plan says."""
        if self._plan.accounts is not None:
            return self._inputs.file(label, value, unit, self._plan.accounts.file)
        key = "accounts" if unit == "accounts" else "arr"
        return self._inputs.known(label, f"segments.{segment}.{key}", value, unit)

    def _accounts(self, segment: str, period: int) -> list[Term]:
        """What the accounts of a segment that are there rest on."""
        index = list(self._plan.segments).index(segment)
        number = float(self._seen.record["frozen_accounts"][0, index, 0])
        opening = self.today(f"{segment} when the plan begins", segment, number, "accounts")
        lost: list[Term] = []
        if period:
            rates = self.rates(segment, CHURN, period, since=0)
            lost = [*rates, *self.effects(segment, CHURN, period)]
        wins = self.wins(segment, period, since=0)
        return [term for term in (opening, *wins, *lost) if term.path or term.place]

    def wins(self, segment: str, period: int, since: int | None = None) -> list[Term]:
        """How many accounts are won in a period, or in all from an earlier one on."""
        new, path = self._plan.segments[segment].new_accounts, f"segments.{segment}.new_accounts"
        if new is None:
            return []
        if new.per_year is None:
            booked = float(new.booked(self._periods)[period])
            return [self._inputs.known("won as booked", f"{path}.by_month", booked, "accounts")]
        named = f"{path}.per_year", new.per_year
        found = [
            self._inputs.of("won a year", named, day, "accounts")
            for day in self._days(period, since)
        ]
        return leaves([*found, *self.events("new_accounts", period, since=since)])

    def _days(self, period: int, since: int | None) -> list[dt.date | None]:
        """The days whose values hold in a period, or in all from an earlier one on."""
        first = period if since is None else since
        return list(dict.fromkeys(self._day(t) for t in range(first, period + 1)))

    def price(self, segment: str, period: int) -> Term:
        """What a new account pays."""
        found = self._plan.segments[segment]
        of_new = found.new_accounts is not None and found.new_accounts.arr is not None
        path = f"segments.{segment}.new_accounts.arr" if of_new else f"segments.{segment}.arr"
        day, currency = self._day(period), self._plan.currency
        return self._inputs.of("each", (path, new_arr(self._plan, found)), day, currency)

    # --- what customers do -----------------------------------------------------------------------

    def rates(self, segment: str, kind: str, period: int, since: int | None = None) -> list[Term]:
        """How often customers leave, cut or grow, as the plan says it, and what events do."""
        found = [
            term for day in self._days(period, since) for term in self._rates_on(segment, kind, day)
        ]
        events = self.events(kind, period, since=since)
        return leaves(term for term in (*found, *events) if term.place)

    def _rates_on(self, segment: str, kind: str, day: dt.date | None) -> Iterator[Term]:
        if kind == CHURN:
            path = f"segments.{segment}.churn"
            for named in self._layout.retention.hazards:
                if f"{named[0]}.".startswith(f"{path}."):
                    yield self._inputs.of("churn a year", named, day, "share")
        for key in _RATES[kind]:
            value = getattr(self._plan.segments[segment], key)
            if isinstance(value, Estimate):
                yield self._inputs.of(key, (f"segments.{segment}.{key}", value), day, "share")

    def effects(self, segment: str, kind: str, period: int) -> list[Term]:
        """What work and familiar faces do to customers."""
        if not self._plan.simulation.feedback:
            return []
        index, day = list(self._plan.segments).index(segment), self._day(period)
        found = []
        for pair in self._layout.effects.pairs:
            if self._layout.territories.segment[pair.territory] != index:
                continue
            found.append(self._inputs.of(f"{kind} times, if all stopped", pair.named(kind), day))
            found += self._memory(pair.path, pair.effect, pair.lane.task, period)
        if kind == CHURN:
            found += self._faces(segment, period)
        return leaves(term for term in found if term.place)

    def _memory(self, path: str, effect: Effect, task: str, period: int) -> Iterator[Term]:
        """How long work is remembered, how much is enough, and what went before."""
        day, work = self._day(period), self._plan.tasks[task]
        fading = f"{path}.fades_over", effect.fades_over
        yield self._inputs.of("forgotten over", fading, day, "months")
        yield self._inputs.of("enough", (f"tasks.{task}.enough", work.enough), day, "share")
        if work.coverage_today is not None:
            before = f"tasks.{task}.coverage_today", work.coverage_today
            yield self._inputs.of("coverage before the plan", before, day, "share")

    def _faces(self, segment: str, period: int) -> Iterator[Term]:
        """What it does to customers that their person leaves."""
        day = self._day(period)
        for i, pool in enumerate(self._scenario.pools):
            departure = pool.role.departure
            if departure is None or not meets(self._plan, segment, pool.name):
                continue
            path = f"team.{pool.name}.departure"
            yield self._inputs.of(
                "churn times, if their person leaves", (f"{path}.churn", departure.churn), day
            )
            fading = f"{path}.fades_over", departure.fades_over
            yield self._inputs.of("forgotten over", fading, day, "months")
            yield from self.leaving(i, period)

    # --- events ----------------------------------------------------------------------------------

    def events(
        self, kind: str, period: int, task: str = "", since: int | None = None
    ) -> list[Term]:
        """Events that may happen in a period, or since an earlier one, and move something."""
        found: list[Term] = []
        first = period if since is None else since
        for name, event in self._plan.events.items():
            lasts = event.periods(self._plan.horizon)
            if kind == CONTRACTION or not set(lasts) & set(range(first, period + 1)):
                continue
            factor = self._factor(name, kind, task, max(first, lasts[0]))
            if factor.place:
                odds = f"events.{name}.probability", event.probability
                day = self._day(lasts[0])
                found += [self._inputs.of(f"odds of {name}", odds, day, "share"), factor]
        return found

    def _factor(self, event: str, kind: str, task: str, period: int) -> Term:
        value, path = getattr(self._plan.events[event], kind), f"events.{event}.{kind}"
        if not isinstance(value, Estimate):
            path = f"{path}.{task}" if task in value.values else path
            value = value.of(task) or Estimate.fixed(1)
        return self._inputs.of(f"times, if {event} happens", (path, value), self._day(period))
