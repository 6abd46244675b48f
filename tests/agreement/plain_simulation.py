"""A slow and obvious simulation of docs/concepts/model.md: account by account, trial by trial.

It shares no code with the package. It is here so that the engine, which is neither slow nor
obvious, has somebody to agree with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from plain_numbers import Number, lognormal
from plain_scenario import (
    Account,
    Hours,
    Lane,
    Person,
    Plan,
    Role,
    Segment,
    Stop,
    Task,
    Values,
    by_priority,
    coverage_derived,
    expected_new,
    mean_due_hours,
    new_account,
    occurrences,
    personal_hours,
    present_part,
    read_plan,
    times_per_period,
)

Key = tuple[str, str, str, str, str]
"""Metric, label of the period, segment, role, task; '' for what does not apply."""

RAMPED_LONG_AGO = 10**6
DUST = 1e-9
"""Hours that are nothing but rounding: nothing was decided about them."""

SUMS = {
    "due_hours",
    "done_hours",
    "dropped_hours",
    "cancelled_hours",
    "new_accounts",
    "churned_accounts",
    "new_arr",
    "expansion_arr",
    "contraction_arr",
    "churned_arr",
    "revenue",
    "gross_profit",
    "team_cost",
    "cost_salaries",
    "cost_on_costs",
    "cost_bonus",
    "cost_tools",
    "cost_hiring",
    "cost_platform",
}
"""Metrics that are also reported as a sum over the horizon."""

FLOWS = ("new_accounts", "churned_accounts")
MONEY_FLOWS = ("new_arr", "expansion_arr", "contraction_arr", "churned_arr")


def simulate_plainly(
    scenario: dict[str, Any], rows: list[dict[str, Any]] | None, trials: int, seed: int
) -> dict[Key, np.ndarray]:
    """Every metric of every trial."""
    plan = read_plan(scenario, rows)
    due = mean_due_hours(plan)
    derived = coverage_derived(plan, due)
    found: dict[Key, np.ndarray] = {}
    for k in range(trials):
        trial = Trial(plan, due, derived, np.random.default_rng([seed, k]))
        for key, value in trial.run().items():
            if key not in found:
                found[key] = np.full(trials, math.nan)
            found[key][k] = value
    return found


@dataclass
class Seat:
    """A place in a team."""

    filled: bool
    tenure: int = 0
    filled_at: int | None = None
    """Period in which a vacant seat is filled; None where it never is."""
    fte: float = 1.0
    closes: int | None = None
    """Period in which the seat is gone."""
    person: Person | None = None
    """Who of the roster sits there; None for others and for successors."""


@dataclass
class Work:
    """Hours that fell due together."""

    due: int
    hours: float


@dataclass
class Effect:
    """What stopping one task does to one segment: factors, and the half-life in months."""

    task: Task
    churn: float
    expansion: float
    contraction: float
    fades_over: float


@dataclass
class Memory:
    """The fading record of a task in a segment."""

    done: float
    wanted: float
    fading: float


@dataclass
class Factors:
    """HR, XR and VR."""

    churn: float = 1.0
    expansion: float = 1.0
    contraction: float = 1.0


class Trial:
    """One possible future."""

    def __init__(
        self,
        plan: Plan,
        mean_due: dict[Lane, float],
        derived: dict[tuple[str, str], float],
        rng: np.random.Generator,
    ) -> None:
        self.plan, self.rng, self.mean_due = plan, rng, mean_due
        self.value: Values = {number: number.draw(rng) for number in plan.inputs}
        # the values of one series share one uniform
        self.luck = {number: rng.random() for number in plan.inputs if number.later}
        self._change_values(0)
        self.theta = {n: lognormal(rng, 1.0, task.theta**2) for n, task in plan.tasks.items()}
        self._draw_the_world()
        self.noted: dict[Key, float] = {}
        self._found_book()
        self._fill_seats()
        self._queue_backlog()
        self.shared: dict[tuple[str, frozenset[str]], list[Effect]] = {}
        self.effects = {name: self._effects_on(name, frozenset()) for name in plan.segments}
        self.feels_its_start = {
            name: any(effect.task.trigger == "start" for effect in effects)
            for name, effects in self.effects.items()
        }
        self.coverage_today = self._coverage_today(derived)
        self.coverage: dict[tuple[str, str, int], float] = {}
        self.memory = self._memories()
        self.overloaded = dict.fromkeys(plan.roles, False)
        self.missed = dict.fromkeys(plan.roles, 0.0)
        """How much of a role's people who left is remembered."""
        self.uncovered: set[str] = set()

    def _change_values(self, t: int) -> None:
        """Numbers and settings by date take the values of a period."""
        self.day = self.plan.day(t)
        for number, u in self.luck.items():
            self.value[number] = number.on(self.plan.day(t)).quantile(u)

    # --- the world outside ---

    def _draw_the_world(self) -> None:
        """Two factors for every calendar year, and which events happen."""
        plan, value, rng = self.plan, self.value, self.rng
        years = {plan.calendar_year(t) for t in range(plan.periods)}
        spread, spread_new = value[plan.churn_volatility], value[plan.new_accounts_volatility]
        self.market = {year: lognormal(rng, 1.0, spread**2) for year in years}
        self.market_new = {year: lognormal(rng, 1.0, spread_new**2) for year in years}
        self.happening = [e for e in plan.events.values() if rng.random() < value[e.probability]]

    def _by_events(self, t: int, kind: str) -> float:
        """What the events of a period do together to churn, new accounts or expansion."""
        lasting = [event for event in self.happening if event.lasts(self.plan, t)]
        return math.prod(self.value[getattr(event, kind)] for event in lasting)

    def _longer(self, task: str, t: int) -> float:
        """What the events of a period do to the hours of a task."""
        return math.prod(
            self.value[event.hours[task]]
            for event in self.happening
            if event.lasts(self.plan, t) and task in event.hours
        )

    # --- the start ---

    def _found_book(self) -> None:
        """The opening book."""
        everybody = [account.fresh() for account in self.plan.accounts]
        for account in everybody:
            self._draw_theta(account)
        self.alive = [account for account in everybody if account.opening]
        self.announced = [account for account in everybody if not account.opening]
        self.opening_book = list(self.alive)

    def _draw_theta(self, account: Account) -> None:
        """The account's own chance to be lost at a renewal, for as long as it lives."""
        shapes = self.plan.segments[account.segment].shapes
        if shapes and account.churn is None:
            alpha, beta = (self.value[shape] for shape in shapes)
            account.theta = self.rng.beta(alpha, beta + account.completed)

    def _fill_seats(self) -> None:
        """Seats filled and ramped, and the planned hires with the periods they slip by."""
        self.seats: dict[str, list[Seat]] = {}
        self.joining: dict[str, list[int]] = {}
        self.heads = {}
        for name, role in self.plan.roles.items():
            self.seats[name] = [Seat(True, RAMPED_LONG_AGO) for _ in range(role.headcount)]
            # at the first step everybody who stays grows a period older
            self.seats[name] += [
                _seat(person, -person.joins - 1) for person in role.people if person.joins < 0
            ]
            self.joining[name] = [
                period + (self._slip(role.slips, period) if role.slips else 0)
                for period, count in role.hires.items()
                for _ in range(count)
            ]
            if role.per:
                self.heads[name] = self.plan.derived_heads(role, -1)

    def _slip(self, slips: Number, period: int) -> int:
        """How late somebody is who was planned for a period."""
        return self._in_periods(slips.on(self.plan.day(period)).draw(self.rng))

    def _in_periods(self, months: float) -> int:
        return self.plan.calendar.whole_months(months)

    def _queue_backlog(self) -> None:
        """Work late from the start, split over its lanes like the mean due hours."""
        self.waiting: dict[Lane, list[Work]] = {}
        for task in self.plan.tasks.values():
            late = self.value[task.backlog]
            total = sum(self.mean_due[lane] for lane in task.lanes)
            for lane in task.lanes:
                part = self.mean_due[lane] / total if total > 0 else 1 / len(task.lanes)
                self.waiting[lane] = [Work(-1, late * part)] if late > 0 else []

    def _effects_felt(self, account: Account) -> list[Effect]:
        """The same for an account, which may do without some of the tasks."""
        key = account.segment, account.without
        if key not in self.shared:
            self.shared[key] = self._effects_on(*key)
        return self.shared[key]

    def _effects_on(self, segment: str, without: frozenset[str]) -> list[Effect]:
        """The tasks whose stopping accounts of a segment would feel, but for those not needed."""
        tasks = [task for task in self.plan.tasks.values() if segment in task.segments]
        tasks = [task for task in tasks if task.name not in without]
        shared = self.plan.segments[segment].stop or self.plan.stop
        weights = sum(task.weight.on(self.day) for task in tasks)
        found = []
        for task in tasks:
            if task.stop is not None:
                found.append(self._effect(task, task.stop, 1.0))
            elif shared is not None and any(task.weight.ever()):
                part = task.weight.on(self.day) / weights if weights else 0.0
                found.append(self._effect(task, shared, part))
        return found

    def _effect(self, task: Task, stop: Stop, power: float) -> Effect:
        """A task's part of an `if_stopped`."""
        value = self.value
        return Effect(
            task,
            value[stop.churn] ** power,
            value[stop.expansion] ** power,
            value[stop.contraction] ** power,
            value[stop.fades_over],
        )

    def _coverage_today(
        self, derived: dict[tuple[str, str], float]
    ) -> dict[tuple[str, str], float]:
        """c₀: as given, else as derived."""
        found = {}
        for (name, segment), coverage in derived.items():
            given = self.plan.tasks[name].coverage_today
            found[name, segment] = coverage if given is None else self.value[given]
        return found

    def _memories(self) -> dict[tuple[str, str], Memory]:
        """D₀ and W₀ of every task that is remembered, per segment."""
        found = {}
        for segment, effects in self.effects.items():
            for effect in effects:
                task, where = effect.task, effect.task.covered_with(segment)
                lanes = [lane for lane in task.lanes if task.covered_with(lane.segment) == where]
                fading = 2 ** (-self.plan.calendar.months_each / effect.fades_over)
                wanted = sum(self.mean_due[lane] for lane in lanes) / (1 - fading)
                today = self.coverage_today[task.name, where]
                found[task.name, segment] = Memory(today * wanted, wanted, fading)
        return found

    # --- the run ---

    def run(self) -> dict[Key, float]:
        """All periods in order; what happened, under its keys."""
        for t in range(self.plan.periods):
            self._change_values(t)
            self.shared.clear()
            self.effects = {
                name: self._effects_on(name, frozenset()) for name in self.plan.segments
            }
            self.flow = {
                name: dict.fromkeys((*FLOWS, *MONEY_FLOWS), 0.0) for name in self.plan.segments
            }
            self.hours = {
                metric: dict.fromkeys(self.waiting, 0.0)
                for metric in ("due_hours", "done_hours", "dropped_hours", "cancelled_hours")
            }
            self.start_accounts(t)
            self.note_revenue(t)
            self.staff(t)
            self.fall_due(t)
            self.serve(t)
            self.remember(t)
            self.renew(t)
            self.expand(t)
            self.note_work(t)
            self.note_accounts(t)
            self.note_retention(t)
        for role in dict.fromkeys(lane.role for lane in self.waiting):
            self.noted["p_covered", "", "", role, ""] = float(role not in self.uncovered)
        self._note_cost_share()
        return self.noted

    def note(
        self, metric: str, t: int, value: float, segment: str = "", role: str = "", task: str = ""
    ) -> None:
        """Write down a number of a period, and add it to the sum over the horizon."""
        self.noted[metric, self.plan.labels[t], segment, role, task] = value
        if metric in SUMS:
            key = (metric, "", segment, role, task)
            self.noted[key] = self.noted.get(key, 0.0) + value

    # --- 1. new accounts start ---

    def start_accounts(self, t: int) -> None:
        """Accounts of the file whose day has come, and new business."""
        joined = [account for account in self.announced if account.started == t]
        for segment in self.plan.segments.values():
            if segment.new:
                arr = segment.new.arr.on(self.plan.day(t))
                arrs = [arr.draw(self.rng) for _ in range(self._won(segment, t))]
                won = [new_account(self.plan, segment, t, arr) for arr in arrs]
                for account in won:
                    self._draw_theta(account)
                    places = self.plan.regions[segment.name]
                    if places:
                        account.region = places[self.rng.integers(len(places))]
                    account.without = self.plan.without(account)
                joined += won
        for account in joined:
            self.flow[account.segment]["new_accounts"] += 1
            self.flow[account.segment]["new_arr"] += account.arr
        self.alive += joined
        self.in_segment = {
            name: [account for account in self.alive if account.segment == name]
            for name in self.plan.segments
        }

    def _won(self, segment: Segment, t: int) -> int:
        """How many new accounts a segment has in a period."""
        expected = expected_new(self.plan, segment, t, self.value)
        assert segment.new is not None
        if segment.new.per_year is None or segment.new.fixed:
            return round(expected)
        moved = self.market_new[self.plan.calendar_year(t)] * self._by_events(t, "new_accounts")
        return int(self.rng.poisson(expected * moved))

    def note_revenue(self, t: int) -> None:
        """ARR after the new accounts have started, for a period."""
        total = 0.0
        for name, accounts in self.in_segment.items():
            revenue = sum(account.arr for account in accounts) * self.plan.calendar.years_each
            self.note("revenue", t, revenue, segment=name)
            total += revenue
        self.note("revenue", t, total)
        if self.plan.gross_margin is not None:
            self.note("gross_profit", t, total * self.value[self.plan.gross_margin])

    # --- 2. seats ---

    def staff(self, t: int) -> None:
        """Seats are vacated and filled, and paid."""
        self.ramped: dict[str, float] = {}
        total = dict.fromkeys(("salaries", "on_costs", "bonus", "tools", "hiring", "platform"), 0.0)
        self.left_part = dict.fromkeys(self.plan.roles, 0.0)
        """Seats vacated now, as a part of those filled before."""
        for role in self.plan.roles.values():
            filled_now = self._derive_heads(role, t) if role.per else self._move(role, t)
            self._miss(role)
            seats = self.seats[role.name]
            filled = [seat for seat in seats if seat.filled]
            self.ramped[role.name] = sum(self._ramp(role, seat) * seat.fte for seat in filled)
            paid = sum(seat.fte for seat in filled)
            vacant = sum(not seat.filled for seat in seats) if role.backfill else 0
            self.note("headcount", t, len(filled), role=role.name)
            self.note("ramped_fte", t, self.ramped[role.name], role=role.name)
            self.note("vacancies", t, vacant, role=role.name)
            for line, cost in self._cost(role, t, paid, filled_now).items():
                total[line] += cost
        total["platform"] = self.value[self.plan.platform] * self.plan.calendar.years_each
        for line, cost in total.items():
            self.note(f"cost_{line}", t, cost)
        self.note("team_cost", t, sum(total.values()))

    def _ramp(self, role: Role, seat: Seat) -> float:
        """What somebody of this tenure produces of a ramped person."""
        months = self.plan.calendar.completed_months(seat.tenure)
        return role.ramp[months] if months < len(role.ramp) else 1.0

    def _derive_heads(self, role: Role, t: int) -> int:
        """Heads that follow another role's planned seats; those added are hired."""
        heads = self.plan.derived_heads(role, t)
        added = max(0, heads - self.heads[role.name])
        self.heads[role.name] = heads
        self.seats[role.name] = [Seat(True, RAMPED_LONG_AGO) for _ in range(heads)]
        return added

    def _move(self, role: Role, t: int) -> int:
        """Attrition, backfills and planned hires; the number of seats filled."""
        factor = 1.0
        if self.plan.feedback and self.overloaded[role.name]:
            factor = self.value[role.overloaded_attrition]
        years = self.plan.calendar.years_each
        leaving = 1 - (1 - self.value[role.attrition]) ** (factor * years)
        filled = vacated = 0
        before = sum(seat.filled for seat in self.seats[role.name])
        vacated += sum(seat.filled for seat in self.seats[role.name] if seat.closes == t)
        self.seats[role.name] = [seat for seat in self.seats[role.name] if seat.closes != t]
        for seat in self.seats[role.name]:
            if seat.filled and self.rng.random() < leaving:
                self._vacate(role, seat, t)
                vacated += 1
            elif seat.filled:
                seat.tenure += 1
            elif seat.filled_at == t:
                seat.filled, seat.tenure = True, 0
                filled += 1
        arrived = [Seat(True) for period in self.joining[role.name] if period == t]
        arrived += [_seat(person, 0) for person in role.people if person.joins == t]
        self.seats[role.name] += arrived
        self.left_part[role.name] = vacated / before if before else 0.0
        return filled + len(arrived)

    def _miss(self, role: Role) -> None:
        """Customers remember who left, and forget."""
        if role.farewell:
            half_life = self.value[role.farewell.fades_over]
            elapsed = self.plan.calendar.months_each
            fading = 2 ** (-elapsed / half_life) if half_life > 0 else 0.0
            self.missed[role.name] = fading * self.missed[role.name] + self.left_part[role.name]

    def _vacate(self, role: Role, seat: Seat, t: int) -> None:
        """Somebody leaves; a successor is found some periods later, or never."""
        months = role.time_to_hire.on(self.plan.day(t)).draw(self.rng)
        search = max(1, self._in_periods(months))
        seat.filled, seat.person = False, None
        seat.filled_at = t + search if role.backfill else None

    def _cost(self, role: Role, t: int, heads: float, filled_now: int) -> dict[str, float]:
        """What a role costs in a period, by line."""
        value, years = self.value, heads * self.plan.calendar.years_each
        rises = self.plan.calendar.years_before(t)
        salary = value[role.salary] * (1 + value[role.raises]) ** rises
        cost = {
            "salaries": years * salary,
            "on_costs": years * salary * value[role.on_costs],
            "bonus": years * value[role.bonus],
            "tools": years * value[role.tools],
            "hiring": filled_now * value[role.hiring_cost],
        }
        self.note("team_cost", t, sum(cost.values()), role=role.name)
        for line, amount in cost.items():
            self.note(f"cost_{line}", t, amount, role=role.name)
        return cost

    # --- 3. work falls due ---

    def fall_due(self, t: int) -> None:
        """The hours every task asks for."""
        self.due_now = self.hours["due_hours"]
        for task in self.plan.tasks.values():
            theta = self.theta[task.name] * self._longer(task.name, t)
            if task.fixed:
                for lane in task.lanes:
                    hours = self.value[task.fixed[lane.segment]] * self.plan.calendar.months_each
                    self.due_now[lane] += theta * hours
                continue
            for segment in task.segments:
                mass, squares = self._occurrences(task, segment, t)
                for step in task.steps[segment]:
                    each = step.hours.on(self.plan.day(t))
                    mean = theta * mass * each.mean
                    variance = theta**2 * squares * each.variance
                    hours = lognormal(self.rng, mean, variance)
                    self.due_now[Lane(task.name, segment, step.role)] += hours
        for lane, hours in self.due_now.items():
            if hours > 0:
                self.waiting[lane].append(Work(t, hours))

    def _occurrences(self, task: Task, segment: str, t: int) -> tuple[float, float]:
        """Occurrences in a segment, each weighed with its complexity c, and with c²."""
        needing = [a for a in self.in_segment[segment] if task.name not in a.without]
        counted = [(n, a) for a in needing if (n := self._count(task, a, t)) > 0]
        usual = self.value[self.plan.segments[segment].complexity]
        mass = squares = 0.0
        for number, account in counted:
            c = usual if account.own_complexity is None else account.own_complexity
            mass += number * c
            squares += number * c**2
        if task.trigger == "departure":
            mass, squares = mass * self.left_part[task.role], squares * self.left_part[task.role]
            counted = [(self.left_part[task.role], account) for _, account in counted]
        several = times_per_period(self.plan, task, segment, self.day)
        fractional = task.trigger == "departure" or several is not None
        if fractional and sum(n for n, _ in counted) > 0:
            happening = self._fractional_share(task, segment, sum(n for n, _ in counted))
            return mass * happening, squares * happening
        return mass, squares

    def _count(self, task: Task, account: Account, t: int) -> float:
        """Occurrences (or a part of one) for one account in this period, coins tossed."""
        share = self.value[task.share[account.segment]]
        if task.trigger == "rate":
            season = task.weights[self.plan.calendar_month(t)]
            yearly = self.value[task.rate[account.segment]]
            calls = yearly * self.plan.calendar.years_each * season
            happening = self.rng.poisson(calls)
            return self.rng.binomial(happening, share) if happening and share < 1 else happening
        if task.trigger == "departure":
            return 1.0  # which accounts it is that were held by those who left plays no part
        number = occurrences(self.plan, task, account, t, self.plan.day)
        if number == 0 or share == 1 or self._is_fractional(task, account):
            return number
        return number if self._coin(task, account, t, share) else 0.0

    def _is_fractional(self, task: Task, account: Account) -> bool:
        return times_per_period(self.plan, task, account.segment, self.day) is not None

    def _coin(self, task: Task, account: Account, t: int, share: float) -> bool:
        """Whether an occurrence happens; one coin for all its parts."""
        if task.trigger == "every":
            return self.rng.random() < share
        key = (task.name, account.decision if task.trigger == "renewal" else "start")
        if key not in account.coins:
            account.coins[key] = self.rng.random() < share
        return account.coins[key]

    def _fractional_share(self, task: Task, segment: str, number: float) -> float:
        """The part of a fractional number of occurrences that happens."""
        share, tosses = self.value[task.share[segment]], math.ceil(number - 1e-9)
        return self.rng.binomial(tosses, share) / tosses if share < 1 else 1.0

    # --- 4. hours are spent ---

    def serve(self, t: int) -> None:
        """Each role spends its hours, most important work first; what is too old is dropped."""
        for role in self.plan.roles.values():
            lanes = [lane for lane in self.waiting if lane.role == role.name]
            available, capacity = self._hours_of(role, t)
            wanted = sum(work.hours for lane in lanes for work in self.waiting[lane])
            load = wanted / capacity if capacity > 0 else (math.inf if wanted > 0 else 0.0)
            self.overloaded[role.name] = load > 1
            left = capacity * (1 + self.value[role.overtime] * (load > 1))
            for group in by_priority(self.plan, lanes, self.day):
                left = self._serve_together(group, left)
            self._note_role(role, t, load, available, capacity)
        for lane in self.waiting:
            self._drop_old(lane, t)

    def _hours_of(self, role: Role, t: int) -> tuple[float, float]:
        """Available hours and customer hours of the people there."""
        available = customer = 0.0
        known: dict[str | None, Hours] = {}
        for seat in self.seats[role.name]:
            if not seat.filled:
                continue
            country = seat.person.country if seat.person else role.holidays
            if country not in known:
                known[country] = personal_hours(self.plan, role, t, self.value, country)
            part = self._ramp(role, seat) * seat.fte
            if seat.person:
                part *= present_part(self.plan, seat.person, t)
            available += part * known[country].available
            customer += part * known[country].customer
        return available, customer

    def _serve_together(self, lanes: list[Lane], left: float) -> float:
        """Serve lanes of equal priority in proportion to their hours; the hours still left."""
        total = sum(work.hours for lane in lanes for work in self.waiting[lane])
        if total == 0:
            return left
        part = min(1.0, left / total)
        for lane in lanes:
            hours = part * sum(work.hours for work in self.waiting[lane])
            self.hours["done_hours"][lane] += hours
            if part == 1:
                self.waiting[lane] = []
            else:
                self._take_oldest(lane, hours)
        # exactly nothing is left, lest a rounding error passes for a little work done next
        return left - total if part == 1 else 0.0

    def _take_oldest(self, lane: Lane, hours: float) -> None:
        """Spend hours on a lane, oldest work first."""
        for work in sorted(self.waiting[lane], key=lambda work: work.due):
            taken = min(work.hours, hours)
            work.hours -= taken
            hours -= taken
        self.waiting[lane] = [work for work in self.waiting[lane] if work.hours > 0]

    def _drop_old(self, lane: Lane, t: int) -> None:
        """Give up what has waited as long as it may."""
        task = self.plan.tasks[lane.task]
        patience = task.defer[lane.segment or task.segments[0]].on(self.day)
        old = [work for work in self.waiting[lane] if t - work.due >= patience]
        self.hours["dropped_hours"][lane] += sum(work.hours for work in old)
        self.waiting[lane] = [work for work in self.waiting[lane] if t - work.due < patience]

    def _note_role(
        self, role: Role, t: int, load: float, available: float, capacity: float
    ) -> None:
        """The hours a role has, wants and uses."""
        name = role.name
        due = sum(hours for lane, hours in self.due_now.items() if lane.role == name)
        done = sum(h for lane, h in self.hours["done_hours"].items() if lane.role == name)
        one = personal_hours(self.plan, role, t, self.value, role.holidays).customer
        self.note("load", t, load, role=name)
        self.note("available_hours", t, available, role=name)
        self.note("capacity_hours", t, capacity, role=name)
        self.note("required_fte", t, due / one if one > 0 else math.nan, role=name)
        self.note("utilization", t, done / available if available > 0 else math.nan, role=name)

    # --- 5. coverage and its memory ---

    def remember(self, t: int) -> None:
        """Coverage per task and segment, and the fading records."""
        done, dropped = self.hours["done_hours"], self.hours["dropped_hours"]
        for task in self.plan.tasks.values():
            for segment in task.segments:
                where = task.covered_with(segment)
                lanes = [lane for lane in task.lanes if task.covered_with(lane.segment) == where]
                served = sum(done[lane] for lane in lanes)
                ended = served + sum(dropped[lane] for lane in lanes)
                self.coverage[task.name, segment, t] = served / ended if ended > DUST else math.nan
                memory = self.memory.get((task.name, segment))
                if memory:
                    memory.done = memory.fading * memory.done + served
                    memory.wanted = memory.fading * memory.wanted + ended

    def factors(self, account: Account, t: int) -> Factors:
        """HR, XR and VR of an account whose term may end now."""
        found = Factors()
        if not self.plan.feedback:
            return found
        for effect in self._effects_felt(account):
            now, as_always = self._shortfalls(effect, account, t)
            found.churn *= _ratio(effect.churn, now, as_always)
            found.expansion *= _ratio(effect.expansion, now, as_always)
            found.contraction *= _ratio(effect.contraction, now, as_always)
        return found

    def _shortfalls(self, effect: Effect, account: Account, t: int) -> tuple[float, float]:
        """x, and x⁰: what it would be had every coverage always been c₀."""
        task, segment = effect.task, account.segment
        today = self.coverage_today[task.name, task.covered_with(segment)]
        if task.trigger == "start":
            return self._start_shortfall(effect, account, t, today)
        if task.trigger == "renewal":
            return self._renewal_shortfall(task, account, t, today)
        memory, enough = self.memory[task.name, segment], self.value[task.enough]
        kept = memory.done / memory.wanted if memory.wanted > 0 else today
        return max(0.0, enough - kept) / enough, max(0.0, enough - today) / enough

    def _start_shortfall(
        self, effect: Effect, account: Account, t: int, today: float
    ) -> tuple[float, float]:
        """Of the work for those who started together; it fades once the last part is due."""
        task = effect.task
        if account.started < 0:
            return 0.0, 0.0
        last = account.started + task.over.on(self.plan.day(account.started)) - 1
        parts = [
            self.coverage[task.name, account.segment, period]
            for period in range(account.started, min(t, last) + 1)
        ]
        known = [coverage for coverage in parts if not math.isnan(coverage)]
        if not known:
            return 0.0, 0.0
        since = max(0, t - last) * self.plan.calendar.months_each
        fading = 2 ** (-since / effect.fades_over)
        return (1 - sum(known) / len(known)) * fading, (1 - today) * fading

    def _renewal_shortfall(
        self, task: Task, account: Account, t: int, today: float
    ) -> tuple[float, float]:
        """Of the work for the renewal that is decided now; 0 where none is."""
        if account.decision != t:
            return 0.0, 0.0
        first = t - task.lead.on(self.day)
        parts = [
            self.coverage[task.name, account.segment, period] if period >= 0 else today
            for period in range(first, first + task.over.on(self.day))
        ]
        known = [coverage for coverage in parts if not math.isnan(coverage)]
        if not known:
            return 0.0, 0.0
        return 1 - sum(known) / len(known), 1 - today

    # --- 6. terms end ---

    def renew(self, t: int) -> None:
        """Accounts whose term ends are lost, or renew on new terms."""
        self.known: dict[tuple[str, int, bool, frozenset[str]], Factors] = {}
        # accounts move to their next decision below, and step 7 still needs who was deciding now
        self.deciding = {id(account) for account in self.alive if account.decision == t}
        before = {name: list(accounts) for name, accounts in self.in_segment.items()}
        lost = []
        for account in self.alive:
            if account.decision == t:
                factors = self._factors_once(account, t)
                if self.rng.random() < self._loss_probability(account, factors, t):
                    lost.append(account)
                else:
                    self._renew(account, factors, t)
        for account in lost:
            self.flow[account.segment]["churned_accounts"] += 1
            self.flow[account.segment]["churned_arr"] += account.arr
            self.in_segment[account.segment].remove(account)
        gone = {id(account) for account in lost}
        self.alive = [account for account in self.alive if id(account) not in gone]
        self._cancel(before, gone)

    def _factors_once(self, account: Account, t: int) -> Factors:
        """The factors; accounts of one segment and start that decide alike share them."""
        started = max(account.started, -1) if self.feels_its_start[account.segment] else -1
        key = (account.segment, started, id(account) in self.deciding, account.without)
        if key not in self.known:
            self.known[key] = self.factors(account, t)
        return self.known[key]

    def _loss_probability(self, account: Account, factors: Factors, t: int) -> float:
        """P of the renewal that is due."""
        segment = self.plan.segments[account.segment]
        hazard = self._term_hazard(segment, account)
        hazard *= self.market[self.plan.calendar_year(t)] * self._by_events(t, "churn")
        addressable = self.value[segment.addressable]
        ratio = factors.churn * self._faces(account)
        return 1 - math.exp(-hazard * (1 - addressable + addressable * ratio))

    def _term_hazard(self, segment: Segment, account: Account) -> float:
        """H of the term that ends."""
        if account.theta is not None:
            return -math.log(max(1 - account.theta, 1e-300))
        if segment.shapes:
            assert account.churn is not None
            return _hazard(account.churn, account.term)
        churn = segment.churn_of_renewal(account.completed + 1)
        hazard = _hazard(self.value[churn], account.term)
        if account.churn is not None:
            hazard *= _hazard(account.churn, 12) / _hazard(churn.median, 12)
        return hazard

    def _faces(self, account: Account) -> float:
        """HO: what the loss of familiar faces does to an account."""
        factor = 1.0
        for role in self.plan.roles.values():
            if not (role.farewell and self.plan.feedback):
                continue
            if self.plan.serves(role.name, account.segment, account.without):
                excess = self.value[role.farewell.churn] - 1
                factor *= 1 + excess * min(1.0, self.missed[role.name])
        return factor

    def _renew(self, account: Account, factors: Factors, t: int) -> None:
        """Contraction, and a contracted price rise."""
        segment, years = self.plan.segments[account.segment], account.term / 12
        shrinking = 1 - (1 - self.value[segment.contraction]) ** years
        kept = max(0.0, 1 - shrinking * factors.contraction)
        raised = (1 + self.value[segment.uplift]) ** years
        flow = self.flow[account.segment]
        flow["contraction_arr"] += account.arr * (1 - kept)
        flow["expansion_arr"] += account.arr * kept * (raised - 1)
        account.arr *= kept * raised
        account.kept *= kept
        account.completed += 1
        account.next_term(self.plan)

    def _cancel(self, before: dict[str, list[Account]], gone: set[int]) -> None:
        """Work that waits for accounts now lost is no longer needed."""
        for lane, works in self.waiting.items():
            if self.plan.tasks[lane.task].fixed or not works:
                continue
            held = [a for a in before[lane.segment] if lane.task not in a.without]
            lost = sum(id(account) in gone for account in held)
            share = lost / len(held) if lost else 0.0
            for work in works:
                self.hours["cancelled_hours"][lane] += share * work.hours
                work.hours *= 1 - share

    # --- 7. accounts expand ---

    def expand(self, t: int) -> None:
        """Everybody alive grows a little."""
        grown: dict[int, float] = {}
        by_events = self._by_events(t, "expansion")
        for account in self.alive:
            yearly = self.value[self.plan.segments[account.segment].expansion] * by_events
            if yearly == 0:
                continue
            # for an account that has just renewed these are the factors of step 6
            factors = self._factors_once(account, t)
            if id(factors) not in grown:
                years = self.plan.calendar.years_each
                grown[id(factors)] = (1 + yearly * factors.expansion) ** years
            factor = grown[id(factors)]
            self.flow[account.segment]["expansion_arr"] += account.arr * (factor - 1)
            account.arr *= factor

    # --- what is written down at the end of a period ---

    def note_work(self, t: int) -> None:
        """Hours by role, task and segment, and coverages."""
        waiting = {lane: sum(work.hours for work in works) for lane, works in self.waiting.items()}
        for metric, hours in {**self.hours, "backlog_hours": waiting}.items():
            for (segment, role, task), amount in _totals(hours).items():
                self.note(metric, t, amount, segment, role, task)
        self._note_coverages(t)

    def _note_coverages(self, t: int) -> None:
        """Coverage of tasks, in all and per segment, and of roles."""
        for task in self.plan.tasks.values():
            self._note_coverage(t, task.lanes, task=task.name)
            for segment in task.segments if not task.fixed else ():
                lanes = [lane for lane in task.lanes if lane.segment == segment]
                self._note_coverage(t, lanes, task=task.name, segment=segment)
        for role in self.plan.roles.values():
            lanes = [lane for lane in self.waiting if lane.role == role.name]
            covered = self._note_coverage(t, lanes, role=role.name)
            if covered < role.coverage_target:
                self.uncovered.add(role.name)

    def _note_coverage(self, t: int, lanes: list[Lane], **keys: str) -> float:
        """Done / (done + dropped); undefined where nothing was."""
        done = sum(self.hours["done_hours"][lane] for lane in lanes)
        dropped = sum(self.hours["dropped_hours"][lane] for lane in lanes)
        coverage = done / (done + dropped) if done + dropped > DUST else math.nan
        self.note("coverage", t, coverage, **keys)
        return coverage

    def note_accounts(self, t: int) -> None:
        """The book at the end of the period and the bridge that led there."""
        total: dict[str, float] = {}
        for name, accounts in self.in_segment.items():
            found = {
                "accounts": len(accounts),
                "arr": sum(account.arr for account in accounts),
                **self.flow[name],
            }
            for metric, amount in found.items():
                self.note(metric, t, amount, segment=name)
                total[metric] = total.get(metric, 0.0) + amount
        for metric, amount in total.items():
            self.note(metric, t, amount)

    def note_retention(self, t: int) -> None:
        """GRR, NRR and logo retention of the opening book after whole years."""
        if t not in self.plan.calendar.year_ends:
            return
        year = self.plan.calendar.year_ends.index(t) + 1
        alive = {id(account) for account in self.alive}
        for name in ("", *self.plan.segments):
            book = [a for a in self.opening_book if name in ("", a.segment)]
            if not book:
                continue
            left = [account for account in book if id(account) in alive]
            start = sum(account.opening_arr for account in book)
            found = {
                "grr": sum(account.opening_arr * account.kept for account in left) / start,
                "nrr": sum(account.arr for account in left) / start,
                "logo_retention": len(left) / len(book),
            }
            for metric, share in found.items():
                self.noted[metric, f"{12 * year}m", name, "", ""] = share
                if year == 1:
                    self.noted[metric, "", name, "", ""] = share

    def _note_cost_share(self) -> None:
        """The team's cost over the horizon as a share of revenue."""
        revenue = self.noted["revenue", "", "", "", ""]
        cost = self.noted["team_cost", "", "", "", ""]
        if revenue > 0:
            self.noted["cost_share_of_revenue", "", "", "", ""] = cost / revenue


def _totals(hours: dict[Lane, float]) -> dict[tuple[str, str, str], float]:
    """Sums over role, role × task and role × task × segment, under (segment, role, task)."""
    total: dict[tuple[str, str, str], float] = {}
    for lane, amount in hours.items():
        keys = {
            ("", lane.role, ""),
            ("", lane.role, lane.task),
            (lane.segment, lane.role, lane.task),
        }
        for key in keys:
            total[key] = total.get(key, 0.0) + amount
    return total


def _hazard(yearly: float, term: int) -> float:
    """H of a term from the probability of loss in a year."""
    return -math.log1p(-yearly) * term / 12


def _ratio(effect: float, now: float, as_always: float) -> float:
    """A task's factor: 1 where coverage is as it has always been."""
    return (1 + (effect - 1) * now) / (1 + (effect - 1) * as_always)


def _seat(person: Person, tenure: int) -> Seat:
    """The seat of somebody of a roster."""
    return Seat(True, tenure, fte=person.fte, closes=person.closes, person=person)
