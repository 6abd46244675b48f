"""A scenario, read from its dictionary into plain objects: what is uncertain, asked, and paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any, NamedTuple

from plain_calendar import Calendar, read_calendar
from plain_numbers import (
    Number,
    Setting,
    add_months,
    first_day,
    hours_per_month,
    month_index,
    month_of,
    per_year,
    round_half_up,
    span_months,
    split_span,
)

GOLDEN = 0.6180339887
QUADRATURE = 2000
NEVER_LISTED = 10**6

Values = dict[Number, float]


class Lane(NamedTuple):
    """Where hours of one kind queue; segment is '' for fixed work said once for all segments."""

    task: str
    segment: str
    role: str


@dataclass
class Account:
    """One customer: fixed facts first, then what changes in a trial."""

    segment: str
    arr: float
    start: date
    started: int
    """Period of the start; negative before the horizon."""
    renewal: date
    """First day of a term, as written; it may lie before the plan."""
    decision: int
    """Period in which the current term ends."""
    term: int
    rolled: int = 0
    """Terms that ended between that day and the end of the current one."""
    completed: int = 0
    churn: float | None = None
    theta: float | None = None
    """The account's own chance to be lost at a renewal, where accounts differ in it."""
    own_complexity: float | None = None
    opening: bool = False
    opening_arr: float = 0.0
    kept: float = 1.0
    """Product of what contractions left, expansion stripped."""
    region: str = ""
    """What a column of the file says that only the conditions of tasks ask for."""
    without: frozenset[str] = frozenset()
    """Tasks of the segment whose condition it does not meet, by what it pays at first."""
    coins: dict[Any, bool] = field(default_factory=dict)
    """Whether an occurrence that has several parts happens."""

    def fresh(self) -> Account:
        """A copy that a trial may change."""
        return replace(self, coins={})

    def next_term(self, plan: Plan) -> None:
        """The next term begins."""
        self.rolled += 1
        self.decision = decision_of(plan, add_months(self.renewal, self.rolled * self.term))


@dataclass(eq=False)
class Stop:
    """What would happen if work stopped for good."""

    churn: Number
    expansion: Number
    contraction: Number
    fades_over: Number


@dataclass(eq=False)
class NewAccounts:
    """New business of a segment."""

    per_year: Number | None
    by_month: dict[int, int]
    fixed: bool
    arr: Number
    term: int
    weights: list[float]


@dataclass(eq=False)
class Segment:
    """A kind of customers."""

    name: str
    churn: list[Number]
    """By renewal; nothing where accounts differ."""
    shapes: tuple[Number, Number] | None
    """Of the beta that the accounts' own chances follow."""
    addressable: Number
    contraction: Number
    expansion: Number
    uplift: Number
    complexity: Number
    term: int
    stop: Stop | None
    new: NewAccounts | None
    arr: Number | None
    count: int
    completed_terms: int | None

    def churn_of_renewal(self, number: int) -> Number:
        """The yearly churn at the first, second, … renewal; the last one listed goes on."""
        return self.churn[min(number, len(self.churn)) - 1]


@dataclass(eq=False)
class Step:
    """A part of a task with a role of its own; hours vary from one occurrence to the next."""

    role: str
    hours: Number


@dataclass(eq=False)
class Task:
    """Work that falls due."""

    name: str
    segments: list[str]
    trigger: str
    """One of every, start, renewal, departure, rate, fixed."""
    every: dict[str, Setting]
    aligned: bool
    over: Setting
    lead: Setting
    rate: dict[str, Number]
    fixed: dict[str, Number]
    """By segment, or under '' where it is said once."""
    share: dict[str, Number]
    steps: dict[str, list[Step]]
    role: str
    theta: float
    priority: dict[str, Setting]
    defer: dict[str, Setting]
    backlog: Number
    weights: list[float]
    weight: Setting
    stop: Stop | None
    enough: Number
    coverage_today: Number | None
    where: str | None

    @cached_property
    def lanes(self) -> list[Lane]:
        """Every queue the task has."""
        if self.fixed:
            return [Lane(self.name, segment, self.role) for segment in self.fixed]
        return [
            Lane(self.name, segment, role)
            for segment in self.segments
            for role in dict.fromkeys(step.role for step in self.steps[segment])
        ]

    def covered_with(self, segment: str) -> str:
        """The segment whose coverage counts; fixed work has one coverage for all, under ''."""
        return "" if self.fixed else segment


@dataclass(eq=False)
class Farewell:
    """What losing a familiar face does: the factor if all left at once, and the half-life."""

    churn: Number
    fades_over: Number


@dataclass(eq=False)
class Person:
    """Somebody of a roster; periods are counted from the plan's start."""

    joins: int
    closes: int
    """Period in which the seat is gone."""
    fte: float
    country: str | None
    leave: tuple[date, date] | None
    """First and last day."""


@dataclass(eq=False)
class Role:
    """A kind of people."""

    name: str
    headcount: int
    people: list[Person]
    hires: dict[int, int]
    slips: Number | None
    per: tuple[str, int] | None
    salary: Number
    on_costs: Number
    bonus: Number
    tools: Number
    hiring_cost: Number
    raises: Number
    attrition: Number
    overloaded_attrition: Number
    backfill: bool
    time_to_hire: Number
    ramp: list[float]
    farewell: Farewell | None
    hours_per_week: Number
    holidays: str | None
    pto_days: Number
    sick_days: Number
    leave: list[float] | None
    internal: Number
    target_utilization: Number
    overtime: Number
    coverage_target: float


@dataclass(eq=False)
class Event:
    """Something that happens with a probability, and what it multiplies while it lasts."""

    probability: Number
    first: int
    """Number of the first month."""
    months: int
    churn: Number
    new_accounts: Number
    expansion: Number
    hours: dict[str, Number]
    """By task; tasks that it leaves alone are not here."""

    def lasts(self, plan: Plan, period: int) -> bool:
        """Whether a period belongs to one of its months."""
        return self.first <= plan.calendar.month(period) < self.first + self.months


@dataclass(eq=False)
class Plan:
    """The whole scenario; inputs are the numbers drawn once per trial."""

    calendar: Calendar
    fiscal_start: int
    segments: dict[str, Segment]
    tasks: dict[str, Task]
    roles: dict[str, Role]
    stop: Stop | None
    gross_margin: Number | None
    platform: Number
    feedback: bool
    churn_volatility: Number
    new_accounts_volatility: Number
    events: dict[str, Event]
    inputs: list[Number]
    accounts: list[Account] = field(default_factory=list)
    """The opening book, and accounts of the file that start within the horizon."""

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return self.calendar.periods

    @cached_property
    def labels(self) -> list[str]:
        """The names of the periods, such as 2027-03."""
        return [self.calendar.label(t) for t in range(self.periods)]

    def day(self, period: int) -> date:
        """The day of which the values hold in a period: its first, but none before the plan."""
        return max(self.calendar.begins(period), self.calendar.start)

    def calendar_year(self, period: int) -> int:
        """The year, such as 2027."""
        return self.calendar.month(period) // 12

    def calendar_month(self, period: int) -> int:
        """0 for January … 11 for December."""
        return self.calendar.month(period) % 12

    def without(self, account: Account) -> frozenset[str]:
        """Tasks whose condition an account does not meet; Python itself says what they mean."""
        facts = {"arr": account.arr, "region": account.region, "term": account.term}
        facts["segment"] = account.segment
        return frozenset(
            name
            for name, task in self.tasks.items()
            if task.where is not None and not eval(_code(task.where), {}, facts)
        )

    @cached_property
    def regions(self) -> dict[str, list[str]]:
        """The regions of the accounts that are there today, by segment."""
        return {
            name: [a.region for a in self.accounts if a.opening and a.segment == name]
            for name in self.segments
        }

    @cached_property
    def sorts(self) -> dict[str, dict[frozenset[str], float]]:
        """How new accounts of each segment fall to those that do without the same tasks."""
        return {
            name: new_sorts(self, segment) for name, segment in self.segments.items() if segment.new
        }

    def serves(self, role: str, segment: str, without: frozenset[str] = frozenset()) -> bool:
        """Whether a role does some of the work for a segment, tasks left out that nobody needs."""
        return any(
            segment in task.segments
            and task.name not in without
            and (
                task.role == role
                if task.fixed
                else any(step.role == role for step in task.steps[segment])
            )
            for task in self.tasks.values()
        )

    def means(self) -> Values:
        """Every input at its mean."""
        return {number: number.mean for number in self.inputs}

    def planned_seats(self, role: Role, period: int) -> int:
        """Seats of a role as planned: no slips, no vacancies."""
        named = sum(person.joins <= period < person.closes for person in role.people)
        return role.headcount + named + sum(n for m, n in role.hires.items() if m <= period)

    def derived_heads(self, role: Role, period: int) -> int:
        """Heads of a role that is given per seats of another; period -1 is before any hire."""
        assert role.per is not None
        other, ratio = role.per
        return -(-self.planned_seats(self.roles[other], period) // ratio)


# --- reading --------------------------------------------------------------------------


def read_plan(scenario: dict[str, Any], rows: list[dict[str, Any]] | None = None) -> Plan:
    """The plan of a scenario's dictionary and the rows of its file of accounts."""
    return _Reader(scenario).plan(rows)


class _Reader:
    """Turns the dictionary into objects and remembers every number that is drawn once."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self.scenario = scenario
        self.inputs: list[Number] = []
        self.calendar = read_calendar(scenario["horizon"])
        self.names = list(scenario["segments"])

    def number(
        self, written: Any, kind: str = "positive", parse: Callable[[Any], float] = float
    ) -> Number:
        """A number that is uncertain: drawn once per trial and shared by everybody."""
        number = Number(written, kind, parse)
        self.inputs.append(number)
        return number

    def optional(
        self,
        place: dict[str, Any],
        key: str,
        default: Any,
        kind: str = "positive",
        parse: Callable[[Any], float] = float,
    ) -> Number:
        """The number under a key, or its default."""
        return self.number(place.get(key, default), kind, parse)

    def plan(self, rows: list[dict[str, Any]] | None) -> Plan:
        """The plan with its accounts."""
        scenario, horizon = self.scenario, self.scenario["horizon"]
        finance = scenario.get("finance", {})
        value, market = scenario.get("value", {}), scenario.get("market", {})
        events = scenario.get("events", {})
        plan = Plan(
            calendar=self.calendar,
            fiscal_start=horizon.get("fiscal_year_start", 1),
            segments={name: self.segment(name, s) for name, s in scenario["segments"].items()},
            tasks={name: self.task(name, task) for name, task in scenario["tasks"].items()},
            roles={name: self.role(name, role) for name, role in scenario["team"].items()},
            stop=self.stop(value.get("if_stopped")),
            gross_margin=self.number(finance["gross_margin"], "share")
            if "gross_margin" in finance
            else None,
            platform=self.optional(finance, "platform", 0),
            feedback=scenario.get("simulation", {}).get("feedback", "on") in ("on", True),
            churn_volatility=self.optional(market, "churn_volatility", 0),
            new_accounts_volatility=self.optional(market, "new_accounts_volatility", 0),
            events={name: self.event(event) for name, event in events.items()},
            inputs=self.inputs,
        )
        plan.accounts = file_book(plan, rows) if rows is not None else representative_book(plan)
        for account in plan.accounts:
            account.without = plan.without(account)
        return plan

    def stop(self, written: dict[str, Any] | None) -> Stop | None:
        """An `if_stopped`."""
        if written is None:
            return None
        return Stop(
            churn=self.optional(written, "churn", 1),
            expansion=self.optional(written, "expansion", 1),
            contraction=self.optional(written, "contraction", 1),
            fades_over=self.optional(written, "fades_over", "6 months", parse=span_months),
        )

    def event(self, written: dict[str, Any]) -> Event:
        """One event; its hours are one factor, or factors by task."""
        hours, tasks = written.get("hours", 1), list(self.scenario["tasks"])
        if isinstance(hours, dict) and set(hours) <= {*tasks, "default"}:
            found = {key: self.number(factor) for key, factor in hours.items()}
            by_task = {task: found.get(task, found.get("default")) for task in tasks}
        else:
            by_task = dict.fromkeys(tasks, self.number(hours))
        return Event(
            probability=self.number(written["probability"], "share"),
            first=month_index(str(written["start"])),
            months=written["months"],
            churn=self.optional(written, "churn", 1),
            new_accounts=self.optional(written, "new_accounts", 1),
            expansion=self.optional(written, "expansion", 1),
            hours={task: factor for task, factor in by_task.items() if factor is not None},
        )

    def segment(self, name: str, written: dict[str, Any]) -> Segment:
        """One segment."""
        churn, shapes = written["churn"], None
        if isinstance(churn, dict) and "sbg" in churn:
            sbg = churn["sbg"]
            churn, shapes = [], (self.number(sbg["alpha"]), self.number(sbg["beta"]))
        term = written.get("term", 12)
        return Segment(
            name=name,
            churn=[
                self.number(q, "share") for q in (churn if isinstance(churn, list) else [churn])
            ],
            shapes=shapes,
            addressable=self.optional(written, "addressable", 0, "share"),
            contraction=self.optional(written, "contraction", 0, "share"),
            expansion=self.optional(written, "expansion", 0, "share"),
            uplift=self.optional(written, "uplift", 0, "any"),
            complexity=self.optional(written, "complexity", 1),
            term=term,
            stop=self.stop(written.get("if_stopped")),
            new=self.new_accounts(written, term),
            arr=Number(written["arr"]) if "arr" in written else None,
            count=written.get("accounts", 0),
            completed_terms=written.get("completed_terms"),
        )

    def new_accounts(self, segment: dict[str, Any], term: int) -> NewAccounts | None:
        """New business; its ARR varies from account to account, so it is no input."""
        if "new_accounts" not in segment:
            return None
        written = segment["new_accounts"]
        arr = written.get("arr", segment.get("arr"))
        by_month = written.get("by_month", {})
        return NewAccounts(
            per_year=self.number(written["per_year"], parse=per_year)
            if "per_year" in written
            else None,
            by_month=self.by_month(by_month),
            fixed=written.get("fixed", False),
            arr=Number(arr),
            term=written.get("term", term),
            weights=_mean_one(written.get("seasonality")),
        )

    def by_month(self, written: dict[str, int]) -> dict[int, int]:
        """Counts by the period that holds the first of the month."""
        found = {
            self.calendar.holding(first_day(month_index(str(m)))): n for m, n in written.items()
        }
        return {period: n for period, n in found.items() if period >= 0}

    def by_segment(self, written: Any, read: Callable[[Any], Any]) -> dict[str, Any]:
        """A setting for every segment; segments that share what is written share one object."""
        if not self.is_by_segment(written):
            whole = read(written)
            return dict.fromkeys(self.names, whole)
        found = {key: read(x) for key, x in written.items()}
        return {name: found.get(name, found.get("default")) for name in self.names}

    def is_by_segment(self, written: Any) -> bool:
        """Whether a setting is a mapping of segments, rather than a form of a number."""
        return isinstance(written, dict) and set(written) <= {*self.names, "default"}

    def task(self, name: str, written: dict[str, Any]) -> Task:
        """One task."""
        segments = written.get("segments", self.names)
        return Task(
            name=name,
            segments=segments,
            trigger=written.get("on")
            or next(k for k in ("every", "rate", "fixed") if k in written),
            every=self.by_segment(written.get("every"), lambda x: Setting(x, str)),
            aligned=written.get("aligned") == "fiscal",
            over=Setting(written.get("over", "0 months"), lambda x: max(1, self.calendar.whole(x))),
            lead=Setting(written.get("lead", "0 months"), self.calendar.whole),
            rate=self.by_segment(written.get("rate", 0), lambda x: self.number(x, parse=per_year)),
            fixed=self.fixed(written, segments),
            share=self.by_segment(written.get("share", 1), lambda x: self.number(x, "share")),
            steps=self.steps(written),
            role=written["role"],
            theta=written.get("uncertainty", 0),
            priority=self.by_segment(
                written.get("priority", NEVER_LISTED), lambda x: Setting(x, float)
            ),
            defer=self.by_segment(
                written.get("defer", "0 months"), lambda x: Setting(x, self.calendar.whole)
            ),
            backlog=self.optional(written, "backlog", 0),
            weights=_mean_one(written.get("seasonality")),
            weight=Setting(written.get("weight", 0), float),
            stop=self.stop(written.get("if_stopped")),
            enough=self.optional(written, "enough", 1, "share"),
            coverage_today=self.number(written["coverage_today"], "share")
            if "coverage_today" in written
            else None,
            where=written.get("where"),
        )

    def fixed(self, task: dict[str, Any], segments: list[str]) -> dict[str, Number]:
        """Monthly hours of fixed work: by segment, or once for all under ''."""
        if "fixed" not in task:
            return {}
        written = task["fixed"]
        if not self.is_by_segment(written):
            return {"": self.number(written, parse=hours_per_month)}
        numbers = self.by_segment(written, lambda x: self.number(x, parse=hours_per_month))
        return {segment: numbers[segment] for segment in segments}

    def steps(self, task: dict[str, Any]) -> dict[str, list[Step]]:
        """The steps of a task for every segment; `hours` is one unnamed step."""
        if "fixed" in task:
            return {}
        if "hours" in task:
            return self.by_segment(task["hours"], lambda x: [Step(task["role"], Number(x))])

        def read(steps: dict[str, Any]) -> list[Step]:
            return [self.step(step, task["role"]) for step in steps.values()]

        return self.by_segment(task["steps"], read)

    def step(self, written: Any, role: str) -> Step:
        """One step: an hours form, or a mapping with hours and perhaps a role."""
        if isinstance(written, dict) and "hours" in written:
            return Step(written.get("role", role), Number(written["hours"]))
        return Step(role, Number(written))

    def role(self, name: str, written: dict[str, Any]) -> Role:
        """One role."""
        per = written.get("per")
        leave = written.get("leave_seasonality")
        ones = ("salary", "on_costs", "bonus", "tools", "hiring_cost")
        money = {key: self.optional(written, key, 0) for key in ones}
        return Role(
            name=name,
            headcount=written.get("headcount", 0),
            people=[self.person(row, written.get("holidays")) for row in written.get("people", [])],
            hires=self.by_month(written.get("hires", {})),
            slips=Number(written["slips"], parse=span_months) if "slips" in written else None,
            per=next(iter(per.items())) if per else None,
            **money,
            raises=self.optional(written, "raise", 0, "any"),
            attrition=self.optional(written, "attrition", 0, "share"),
            overloaded_attrition=self.optional(written, "overloaded_attrition", 1),
            backfill=written.get("backfill", True),
            time_to_hire=Number(written.get("time_to_hire", "2 months"), parse=span_months),
            ramp=written.get("ramp", []),
            farewell=self.farewell(written.get("departure")),
            hours_per_week=self.optional(written, "hours_per_week", 40),
            holidays=written.get("holidays"),
            pto_days=self.optional(written, "pto_days", 0),
            sick_days=self.optional(written, "sick_days", 0),
            leave=_mean_one(leave) if leave else None,
            internal=self.optional(written, "internal", 0, "share"),
            target_utilization=self.optional(written, "target_utilization", 1, "share"),
            overtime=self.optional(written, "overtime", 0),
            coverage_target=written.get("coverage_target", 0.95),
        )

    def person(self, row: dict[str, Any], country: str | None) -> Person:
        """A row of a roster."""
        start, end = row.get("start") or "1900-01-01", row.get("end") or "2900-01-01"
        leave = row.get("leave_from"), row.get("leave_to")
        return Person(
            joins=self.calendar.holding(date.fromisoformat(start)),
            closes=self.calendar.holding(date.fromisoformat(end) + timedelta(days=1)),
            fte=float(row.get("fte") or 1),
            country=row.get("location") or country,
            leave=(
                date.fromisoformat(leave[0] or "1900-01-01"),
                date.fromisoformat(leave[1] or "2900-01-01"),
            )
            if any(leave)
            else None,
        )

    def farewell(self, written: dict[str, Any] | None) -> Farewell | None:
        """A `departure`."""
        if written is None:
            return None
        return Farewell(
            churn=self.number(written["churn"]),
            fades_over=self.optional(written, "fades_over", "6 months", parse=span_months),
        )


def _mean_one(weights: list[float] | None) -> list[float]:
    """Twelve weights, January first, scaled to mean 1."""
    weights = weights or [1.0] * 12
    return [12 * w / sum(weights) for w in weights]


# --- accounts (§2) --------------------------------------------------------------------


def file_book(plan: Plan, rows: list[dict[str, Any]]) -> list[Account]:
    """The accounts of a file, renewals rolled forward by whole terms."""
    accounts = [_file_account(plan, row) for row in rows]
    return [account for account in accounts if account.started < plan.periods]


def _file_account(plan: Plan, row: dict[str, Any]) -> Account:
    """One row of a file."""
    start, renewal = _as_date(row["start"]), _as_date(row["renewal"])
    opening_day = plan.calendar.start
    term = int(_given(row, "term") or plan.segments[row["segment"]].term)
    rolled = 0
    while add_months(renewal, rolled * term) <= opening_day:
        rolled += 1
    months = month_of(renewal) + rolled * term - month_of(start)
    months_exactly = months + (renewal.day - start.day) / 30.4375
    churn, complexity = _given(row, "churn"), _given(row, "complexity")
    return Account(
        segment=row["segment"],
        arr=float(row["arr"]),
        start=start,
        started=plan.calendar.holding(start),
        renewal=renewal,
        decision=decision_of(plan, add_months(renewal, rolled * term)),
        term=term,
        rolled=rolled,
        completed=max(0, round_half_up(months_exactly / term) - 1),
        churn=None if churn is None else float(churn),
        own_complexity=None if complexity is None else float(complexity),
        opening=start <= opening_day,
        opening_arr=float(row["arr"]),
        region=row.get("region", ""),
    )


def decision_of(plan: Plan, renewal: date) -> int:
    """The period that holds the last day before a renewal date."""
    return plan.calendar.holding(renewal - timedelta(days=1))


def _given(row: dict[str, Any], key: str) -> Any:
    """What a row says under a key, None where it says nothing."""
    return None if row.get(key) in (None, "") else row[key]


def _as_date(written: str | date) -> date:
    """A date, written or not."""
    return written if isinstance(written, date) else date.fromisoformat(written)


def representative_book(plan: Plan) -> list[Account]:
    """The accounts of the segments that are given by a count."""
    means = plan.means()
    return [
        account
        for segment in plan.segments.values()
        if segment.count
        for account in _representative_segment(plan, segment, means)
    ]


def _representative_segment(plan: Plan, segment: Segment, means: Values) -> list[Account]:
    """Accounts at the quantiles of the ARR, largest first, dealt to and fro over the months."""
    assert segment.arr is not None
    n, term = segment.count, segment.term
    arrs = [segment.arr.quantile((i + 0.5) / n) for i in reversed(range(n))]
    scale = segment.arr.mean / (sum(arrs) / n)
    survival = _survival(segment, means)
    accounts = []
    for i in range(n):
        row, place = divmod(i, term)
        decision = place if row % 2 == 0 else term - 1 - place
        completed = segment.completed_terms
        if completed is None:
            completed = _stationary_terms(survival, (i + 0.5) * GOLDEN % 1)
        renewal = first_day(month_of(plan.calendar.start) + decision + 1)
        start = add_months(renewal, -(completed + 1) * term)
        arr = arrs[i] * scale
        accounts.append(
            Account(
                segment=segment.name,
                arr=arr,
                start=start,
                started=plan.calendar.holding(start),
                renewal=renewal,
                decision=decision_of(plan, renewal),
                term=term,
                completed=completed,
                opening=True,
                opening_arr=arr,
            )
        )
    return accounts


def _survival(segment: Segment, means: Values) -> list[float]:
    """The share that survives 0 … 20 renewals at mean inputs."""
    survival = [1.0]
    for number in range(1, 21):
        if segment.shapes:
            alpha, beta = (means[shape] for shape in segment.shapes)
            lost = alpha / (alpha + beta + number - 1)
            survival.append(survival[-1] * (1 - lost))
            continue
        yearly = means[segment.churn_of_renewal(number)]
        survival.append(survival[-1] * (1 - yearly) ** (segment.term / 12))
    return survival


def _stationary_terms(survival: list[float], u: float) -> int:
    """Terms completed by the account at place u of a book that has always been there."""
    running = 0.0
    for n, alive in enumerate(survival):
        running += alive
        if running > u * sum(survival):
            return n
    return len(survival) - 1


# --- what falls due (§4) --------------------------------------------------------------


def occurrences(
    plan: Plan, task: Task, account: Account, period: int, now: Callable[[int], date]
) -> float:
    """How many times a task falls due for an account that is alive; parts count as fractions.

    `now` says of which day the settings hold in a period.
    """
    if task.trigger == "every":
        return _every(plan, task, account, period, now(period))
    if task.trigger == "start":
        first, event = account.started, now(account.started)
    elif task.trigger == "renewal":
        event = now(account.decision)
        first = account.decision - task.lead.on(event)
    else:
        raise ValueError(task.trigger)
    parts = task.over.on(event)
    return 1 / parts if 0 <= period - first < parts else 0.0


def _every(plan: Plan, task: Task, account: Account, period: int, day: date) -> float:
    """Occurrences at a fixed interval from the start, or at fiscal ends."""
    count, unit = split_span(task.every[account.segment].on(day))
    fractional = times_per_period(plan, task, account.segment, day)
    if fractional is not None:
        return fractional
    if task.aligned:
        return float(plan.calendar.ends_fiscal(period, int(count), plan.fiscal_start))
    if unit == "month" and not plan.calendar.weekly:
        since = period - account.started
        return float(since > 0 and since % int(count) == 0)
    # of weeks at most one such date lies in a period, as of longer intervals in any
    return float(period in _due_periods(plan.calendar, account.start, count, unit))


def times_per_period(plan: Plan, task: Task, segment: str, day: date) -> float | None:
    """Occurrences per period where the interval is shorter than one; None elsewhere."""
    if task.trigger != "every":
        return None
    return _times_per_period(task.every[segment].on(day), plan.calendar.weekly)


@cache
def _times_per_period(every: str, weekly: bool) -> float | None:
    """How often a short interval fits into a period; None for a period and longer."""
    count, unit = split_span(every)
    period = 7 if weekly else 365.25 / 12
    days = count * (7 if unit == "week" else 1)
    return period / days if unit != "month" and days < period else None


@cache
def _due_periods(calendar: Calendar, start: date, count: float, unit: str) -> frozenset[int]:
    """The periods of the plan that hold a date start + n intervals, n ≥ 1."""
    found, n = set(), 0
    while not found or max(found) < calendar.periods:
        n += 1
        if unit == "month":
            day = add_months(start, n * int(count))
        else:
            day = start + timedelta(days=n * round(count * (7 if unit == "week" else 1)))
        found.add(calendar.holding(day))
    return frozenset(found)


# --- the time of one person (§5) ------------------------------------------------------


@dataclass
class Hours:
    """Hours of a ramped full-time person in a period."""

    paid: float
    present: float
    available: float
    customer: float


def personal_hours(
    plan: Plan, role: Role, period: int, values: Values, country: str | None
) -> Hours:
    """The time waterfall of somebody who keeps the holidays of a country."""
    day = values[role.hours_per_week] / 5
    calendar = plan.calendar
    weekdays = len(calendar.weekdays(period))
    paid = weekdays * day
    free = weekdays - len(calendar.working_days(country, period))
    leave_days = values[role.pto_days] + values[role.sick_days]
    if role.leave:
        part = role.leave[calendar.month(period) % 12] / 12 * calendar.part_of_month(period)
    else:
        part = calendar.part_of_year(period)
    present = max(0.0, paid - free * day - leave_days * day * part)
    available = present * (1 - values[role.internal])
    return Hours(paid, present, available, available * values[role.target_utilization])


def present_part(plan: Plan, person: Person, period: int) -> float:
    """The part of a period's working days on which a person is not on leave."""
    if person.leave is None:
        return 1.0
    first, last = person.leave
    days = plan.calendar.working_days(person.country, period)
    if not days:
        return 1.0
    return sum(not first <= day <= last for day in days) / len(days)


# --- today's coverage and the size of the memory (§7) ---------------------------------


def mean_due_hours(plan: Plan) -> dict[Lane, float]:
    """Expected due hours per period over the first year: nobody churns, inputs at their means."""
    means, span = plan.means(), plan.calendar.first_year
    due = {lane: 0.0 for task in plan.tasks.values() for lane in task.lanes}
    for task in plan.tasks.values():
        if task.fixed:
            for lane in task.lanes:
                due[lane] = means[task.fixed[lane.segment]] * plan.calendar.months_each
            continue
        for number, account in expected_accounts(plan, means):
            if account.segment in task.segments and task.name not in account.without:
                times = number * _expected_occurrences(plan, task, account, span, means) / span
                complexity = account.own_complexity
                if complexity is None:
                    complexity = means[plan.segments[account.segment].complexity]
                for step in task.steps[account.segment]:
                    lane = Lane(task.name, account.segment, step.role)
                    due[lane] += times * complexity * step.hours.mean
    return due


def expected_leaving(plan: Plan, role: Role, span: int) -> list[float]:
    """The share of the people there who are expected to leave in each of the first periods."""
    if role.per:
        return [0.0] * span
    means = plan.means()
    calendar = plan.calendar
    leaving = 1 - (1 - means[role.attrition]) ** calendar.years_each
    late = calendar.whole_months(role.slips.mean) if role.slips else 0
    search = max(1, calendar.whole_months(role.time_to_hire.mean))
    slots = [(-1, NEVER_LISTED)] * role.headcount
    slots += [(person.joins, person.closes) for person in role.people]
    slots += [(m + late, NEVER_LISTED) for m, count in role.hires.items() for _ in range(count)]
    found = [_expected_seat(slot, leaving, search, role.backfill, span) for slot in slots]
    left = [sum(seat[t][1] for seat in found) for t in range(span)]
    before = [sum(seat[t][0] for seat in found) for t in range(span)]
    return [gone / there if there > 0 else 0.0 for gone, there in zip(left, before, strict=True)]


def _expected_seat(
    slot: tuple[int, int], leaving: float, search: int, backfill: bool, span: int
) -> list[tuple[float, float]]:
    """How much of a seat is filled before each period, and how much is vacated in it."""
    first, closes = slot
    there, found = (1.0 if first < 0 else 0.0), []
    joining = [0.0] * (span + search)
    if 0 <= first < span:
        joining[first] = 1.0
    for t in range(span):
        left = there * (1.0 if t >= closes else leaving)
        found.append((there, left))
        if backfill:
            joining[t + search] += left
        there += (joining[t] if t < closes else 0.0) - left
    return found


def _expected_occurrences(
    plan: Plan, task: Task, account: Account, span: int, means: Values
) -> float:
    """Occurrences of a task for an account that never leaves, over the first periods."""
    account, total = account.fresh(), 0.0
    leaving = expected_leaving(plan, plan.roles[task.role], span)
    for period in range(max(0, account.started), span):
        if task.trigger == "rate":
            season = task.weights[plan.calendar_month(period)]
            total += means[task.rate[account.segment]] * plan.calendar.years_each * season
        elif task.trigger == "departure":
            total += leaving[period]
        else:
            total += occurrences(plan, task, account, period, lambda _: plan.calendar.start)
        if account.decision == period:
            account.next_term(plan)
    return total * means[task.share[account.segment]]


def expected_accounts(plan: Plan, means: Values) -> list[tuple[float, Account]]:
    """The book of the first year with nobody churning, new accounts at their expected number."""
    found = [(1.0, account) for account in plan.accounts]
    for segment in plan.segments.values():
        for period in range(plan.calendar.first_year):
            number = expected_new(plan, segment, period, means)
            for without, share in plan.sorts[segment.name].items() if number else ():
                account = new_account(plan, segment, period, 0.0)
                found.append((number * share, replace(account, without=without)))
    return found


def expected_new(plan: Plan, segment: Segment, period: int, values: Values) -> float:
    """The expected number of new accounts in a period; exact where it is fixed."""
    new = segment.new
    if new is None:
        return 0.0
    if new.per_year is None:
        return new.by_month.get(period, 0)
    weights = [new.weights[plan.calendar_month(p)] for p in range(period + 1)]
    usual = values[new.per_year] * plan.calendar.years_each
    if not new.fixed:
        return usual * weights[-1]
    # whole accounts start as the running total passes whole numbers
    before, after = usual * sum(weights[:-1]), usual * sum(weights)
    return int(after + 1e-9) - int(before + 1e-9)


def new_account(plan: Plan, segment: Segment, period: int, arr: float) -> Account:
    """An account that starts on the first day of a period and renews one term later."""
    assert segment.new is not None
    start = plan.calendar.begins(period)
    return Account(
        segment=segment.name,
        arr=arr,
        start=start,
        started=period,
        renewal=start,
        decision=decision_of(plan, add_months(start, segment.new.term)),
        term=segment.new.term,
        rolled=1,  # terms keep the day of the start, the 31st after a 30th too
    )


@cache
def _code(condition: str) -> Any:
    return compile(condition, "where", "eval")


def new_sorts(plan: Plan, segment: Segment) -> dict[frozenset[str], float]:
    """New accounts pay anything and are of any region that there is: how many of which sort."""
    assert segment.new is not None
    if all(task.where is None for task in plan.tasks.values()):
        return {frozenset(): 1.0}
    places = plan.regions[segment.name] or [""]
    found: dict[frozenset[str], float] = {}
    for i in range(QUADRATURE):
        account = new_account(plan, segment, 0, segment.new.arr.quantile((i + 0.5) / QUADRATURE))
        for region in set(places):
            without = plan.without(replace(account, region=region))
            share = places.count(region) / len(places) / QUADRATURE
            found[without] = found.get(without, 0.0) + share
    return found


def coverage_derived(plan: Plan, due: dict[Lane, float]) -> dict[tuple[str, str], float]:
    """What today's team achieves: the mean due hours served once, by priority."""
    done: dict[Lane, float] = {}
    for role in plan.roles.values():
        lanes = [lane for lane in due if lane.role == role.name]
        left = todays_hours(plan, role)
        for group in by_priority(plan, lanes, plan.calendar.start):
            wanted = sum(due[lane] for lane in group)
            part = min(1.0, left / wanted) if wanted > 0 else 0.0
            done |= {lane: part * due[lane] for lane in group}
            left = max(0.0, left - wanted)
    return _coverages(plan, due, done)


def _coverages(
    plan: Plan, due: dict[Lane, float], done: dict[Lane, float]
) -> dict[tuple[str, str], float]:
    """Done / due per task and segment, over all roles; 1 where nothing is due."""
    found = {}
    for task in plan.tasks.values():
        for segment in {task.covered_with(segment) for segment in task.segments}:
            lanes = [lane for lane in task.lanes if task.covered_with(lane.segment) == segment]
            wanted = sum(due[lane] for lane in lanes)
            given = sum(done[lane] for lane in lanes)
            found[task.name, segment] = given / wanted if wanted > 0 else 1.0
    return found


def todays_hours(plan: Plan, role: Role) -> float:
    """Customer hours per period of the people there when the plan begins, ramped and at work."""
    seats = plan.derived_heads(role, -1) if role.per else role.headcount
    named = [person for person in role.people if person.joins < 0]
    return seats * mean_customer_hours(plan, role, role.holidays) + sum(
        person.fte * mean_customer_hours(plan, role, person.country) for person in named
    )


def mean_customer_hours(plan: Plan, role: Role, country: str | None) -> float:
    """Mean customer hours of a person per period over the first year, at mean inputs."""
    means, span = plan.means(), plan.calendar.first_year
    hours = (personal_hours(plan, role, t, means, country).customer for t in range(span))
    return sum(hours) / span


def by_priority(plan: Plan, lanes: list[Lane], day: date) -> list[list[Lane]]:
    """Lanes in the order of service on a day; lanes of equal priority stand together."""
    groups: dict[float, list[Lane]] = {}
    for lane in lanes:
        groups.setdefault(priority_of(plan, lane, day), []).append(lane)
    return [groups[priority] for priority in sorted(groups)]


def priority_of(plan: Plan, lane: Lane, day: date) -> float:
    """The priority of a lane on a day; work without one comes last."""
    task = plan.tasks[lane.task]
    priority: float = task.priority[lane.segment or task.segments[0]].on(day)
    return priority
