"""Accounts and what they pay, period by period."""

from __future__ import annotations

import itertools

from capacity.explaining.basis import CHURN, CONTRACTION, EXPANSION, Basis, leaves
from capacity.explaining.hours import CoverageSoFar
from capacity.explaining.inputs import Inputs
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, difference, given, product, total
from capacity.metrics import Key

OF_SEGMENTS = ("accounts", "new_accounts", "churned_accounts", "arr", "new_arr", "expansion_arr",
               "contraction_arr", "churned_arr", "revenue")  # fmt: skip
_OF_MOVES = {"churned_arr": CHURN, "contraction_arr": CONTRACTION, "expansion_arr": EXPANSION}


class Accounts:
    """Explains the customers of a segment in a period."""

    def __init__(self, seen: Seen, inputs: Inputs, basis: Basis, so_far: CoverageSoFar) -> None:
        self._seen, self._inputs, self._basis, self._so_far = seen, inputs, basis, so_far
        self._layout = seen.layout
        self._plan = self._layout.plan
        self._periods = self._plan.horizon.periods
        self._names = list(self._plan.segments)

    def by_segment(self, name: str, key: Key, period: int) -> Term:
        """A figure of a segment, or the sum of all."""
        of_one = getattr(self, name)
        if key.segment:
            found: Term = of_one(key.segment, period)
            return found
        parts = [of_one(segment, period) for segment in self._names]
        return total(name, parts[0].unit, parts)

    def _figure(self, name: str, segment: str, period: int) -> float:
        return self._seen.figure(name, Key(segment), period)

    # --- numbers ---------------------------------------------------------------------------------

    def accounts(self, segment: str, period: int) -> Term:
        """Those before, and the new, less the lost."""
        before = self._before(segment, period) if period else self.opening_accounts(segment)
        there = total("with the new", "accounts", [before, self.new_accounts(segment, period)])
        return difference(
            f"accounts of {segment}", "accounts", there, self.churned_accounts(segment, period)
        )

    def price(self, segment: str) -> Term:
        """What a new account pays a year."""
        return self._basis.price(segment, 0)

    def _before(self, segment: str, period: int) -> Term:
        number = self._figure("accounts", segment, period - 1)
        return given(
            f"{segment} before", number, "accounts", self._basis.accounts(segment, period - 1)
        )

    def opening_accounts(self, segment: str) -> Term:
        """Accounts when the plan begins."""
        index = self._names.index(segment)
        number = float(self._seen.record["frozen_accounts"][0, index, 0])
        return self._basis.today(f"{segment} when the plan begins", segment, number, "accounts")

    def new_accounts(self, segment: str, period: int) -> Term:
        """Those of the file that start, and those that are won."""
        parts = [self._starting(segment, period)[0], self._won(segment, period)]
        found = [part for part in parts if part.value]
        return total(f"new accounts of {segment}", "accounts", found)

    def _starting(self, segment: str, period: int) -> tuple[Term, Term]:
        """Accounts of the book that start now, and what they pay."""
        classes = self._layout.classes
        index = self._names.index(segment)
        here = (classes.joins == period) & (classes.segment == index) & ~classes.is_new
        number, arr = float(classes.count[here].sum()), float(classes.arr[here].sum())
        label = "of the book, that start now"
        return (
            self._basis.today(label, segment, number, "accounts"),
            self._basis.today(label, segment, arr, self._plan.currency),
        )

    def _won(self, segment: str, period: int) -> Term:
        """Accounts that are won: a rate, its season, what the market makes of it; or bookings."""
        new, label = self._plan.segments[segment].new_accounts, "won"
        if new is None:
            return given(label, 0.0, "accounts")
        path = f"segments.{segment}.new_accounts"
        if new.per_year is None:
            booked = float(new.booked(self._periods)[period])
            return self._inputs.known("won as booked", f"{path}.by_month", booked, "accounts")
        day = self._layout.stretches.day(period)
        yearly = self._inputs.of("a year", (f"{path}.per_year", new.per_year), day, "accounts")
        if new.fixed:
            first = self._figure("new_accounts", segment, period)
            whole = first - self._starting(segment, period)[0].value
            return given("won, whole ones", whole, "accounts", [yearly])
        parts = [yearly]
        if new.seasonality:
            month = int(self._periods.calendar_month[period])
            season = f"{path}.seasonality"
            parts.append(self._inputs.known("season", season, new.seasonality[month]))
        parts.append(given("of a year", 1 / self._periods.step.per_year))
        moved = self._seen.shocks.new_accounts.get(period)
        if moved is not None:
            events = self._basis.events("new_accounts", period)
            parts.append(given("what the market and events do", moved[0], "", events))
        return product(label, "accounts", *parts)

    def churned_accounts(self, segment: str, period: int) -> Term:
        """Accounts whose terms end, times the chance that they are lost."""
        index = self._names.index(segment)
        rests_on = self.rests_on(segment, CHURN, period)
        parts, there = [], self._basis.accounts(segment, period)
        for ending in self._seen.ending[period]:
            if ending.segment == index and ending.number:
                label = "accounts whose terms end"
                chance = given("chance to be lost", ending.chance, "share", rests_on)
                number = given(label, ending.number, "accounts", there)
                parts.append(product("lost", "accounts", number, chance))
        return total(f"lost accounts of {segment}", "accounts", parts)

    def rests_on(
        self, segment: str, kind: str, period: int, since: int | None = None
    ) -> list[Term]:
        """What customers do rests on rates, events, and the work that was done for them.

        In a period, or in all from an earlier one on.
        """
        effects = self._basis.effects(segment, kind, period)
        found = [*self._basis.rates(segment, kind, period, since), *effects]
        return [*found, self._so_far.of(segment, period)] if effects else found

    # --- revenue ---------------------------------------------------------------------------------

    def arr(self, segment: str, period: int) -> Term:
        """The bridge: revenue before and what came, less what went."""
        gained = total(
            "with what came",
            self._plan.currency,
            [
                self.paid_before(segment, period),
                self.new_arr(segment, period),
                self._move("expansion_arr", segment, period),
            ],
        )
        return difference(
            f"ARR of {segment}",
            self._plan.currency,
            gained,
            self._move("contraction_arr", segment, period),
            self._move("churned_arr", segment, period),
        )

    def paid_before(self, segment: str, period: int) -> Term:
        """Yearly revenue at the end of the period before."""
        if period:
            value = self._figure("arr", segment, period - 1)
            label, rests_on = f"ARR of {segment} before", self._of_arr(segment, period - 1)
            return given(label, value, self._plan.currency, rests_on)
        return self.opening_arr(segment)

    def opening_arr(self, segment: str) -> Term:
        """Yearly revenue when the plan begins."""
        label, currency = f"ARR of {segment} when the plan begins", self._plan.currency
        of_each = self._plan.segments[segment].arr
        if self._plan.accounts is None and of_each is not None:
            each = self._inputs.of("each", (f"segments.{segment}.arr", of_each), None, currency)
            return product(label, currency, self.opening_accounts(segment), each)
        value = float(self._seen.record["frozen_arr"][0, self._names.index(segment), 0])
        return self._basis.today(label, segment, value, currency)

    def _of_arr(self, segment: str, period: int) -> list[Term]:
        """What the revenue of a segment rests on."""
        won = self._basis.wins(segment, period, since=0)
        price = [self._basis.price(segment, period)] if won else []
        kinds = _OF_MOVES.values()
        moves = (self._basis.rates(segment, kind, period, since=0) for kind in kinds)
        return leaves([self.opening_arr(segment), *won, *price, *itertools.chain(*moves)])

    def new_arr(self, segment: str, period: int) -> Term:
        """What new accounts pay."""
        parts = [self._starting(segment, period)[1]]
        won = self._won(segment, period)
        if won.value:
            each, currency = self._basis.price(segment, period), self._plan.currency
            parts.append(product("ARR of the won", currency, won, each))
        found_parts = [part for part in parts if part.value]
        return total(f"new ARR of {segment}", self._plan.currency, found_parts)

    def _move(self, name: str, segment: str, period: int) -> Term:
        """What the engine makes of all accounts, each with its own dates and coverage."""
        kind = _OF_MOVES[name]
        paid = self.paid_before(segment, period)
        rests_on = [paid, *self.rests_on(segment, kind, period)]
        label = f"{name.removesuffix('_arr').replace('_', ' ')} of {segment}"
        value = self._figure(name, segment, period)
        return given(label, value, self._plan.currency, rests_on)

    def churned_arr(self, segment: str, period: int) -> Term:
        """Revenue of the accounts that are lost."""
        return self._move("churned_arr", segment, period)

    def contraction_arr(self, segment: str, period: int) -> Term:
        """What renewing accounts cut."""
        return self._move("contraction_arr", segment, period)

    def expansion_arr(self, segment: str, period: int) -> Term:
        """By how much those who stay grow."""
        return self._move("expansion_arr", segment, period)

    def revenue(self, segment: str, period: int) -> Term:
        """What is paid in a period: by those there before and those who join."""
        paying = total(
            "ARR that pays",
            self._plan.currency,
            [self.paid_before(segment, period), self.new_arr(segment, period)],
        )
        length = given(f"of a year in a {self._periods.step.name}", self._periods.years_each)
        return product(f"revenue of {segment}", self._plan.currency, paying, length)
