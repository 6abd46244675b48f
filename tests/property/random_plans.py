"""Scenarios of every kind, as mappings that YAML can hold."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

SEGMENTS = ("north", "south", "west")
ROLES = ("csm", "trainer")
COLUMNS = {"region": ("AMER", "EMEA", "APAC"), "owner": ("Ann", "Bob")}
"""Columns of a file of accounts by which roles may be split, with their values."""

CONDITIONS = (
    "arr >= 20_000",
    "5_000 <= arr < '30k' or term == 12",
    "segment != 'north' or arr > 8000",
    "start < '2027-02' or start >= '2027-07-01'",
    "complexity >= 1 and not churn > 0",
    "renewal > '2027-06-30'",
    "arr > 1e12",
    True,
)
"""What a task may ask of every account."""
OF_COLUMNS = (
    "region == 'EMEA'",
    "owner != 'Ann' and arr > 9000",
    "region in ['AMER', 'APAC'] or start >= '2026-06-01'",
    "id == 'A0' or owner == ''",
)
"""The same, of the columns of a file."""


FIRST_DATES = ("2025-07", "2026-12-30")
LATER_DATES = ("2027-01-02", "2027-03", "2027-05-20", "2028-01", "2031-01")
"""Before all plans begin, and after."""


def spread(low: float, high: float) -> st.SearchStrategy[Any]:
    """A number between bounds; one in ten changes in time."""
    return may_change(unchanging(low, high), often=1)


def may_change(one: st.SearchStrategy[Any], often: int = 3) -> st.SearchStrategy[Any]:
    """A value, and so often of ten times values by date."""
    later = st.dictionaries(st.sampled_from(LATER_DATES), one, max_size=3)
    dated = st.tuples(st.sampled_from(FIRST_DATES), one, later).map(
        lambda found: {found[0]: found[1], **dict(sorted(found[2].items()))}
    )
    return st.integers(0, 9).flatmap(lambda k: dated if k < often else one)


def unchanging(low: float, high: float) -> st.SearchStrategy[Any]:
    """A number between bounds, known or in one of three forms."""
    steps = st.integers(0, 1000)
    known = steps.map(lambda k: round(low + (high - low) * k / 1000, 6))
    first = max(low, high / 1000)
    gaps = st.tuples(st.integers(0, 300), st.integers(1, 300), st.integers(1, 300))
    three = gaps.map(
        lambda g: [round(first + (high - first) * sum(g[: i + 1]) / 1000, 6) for i in range(3)]
    )
    return st.one_of(
        known,
        three.map(lambda v: dict(zip(("low", "likely", "high"), v, strict=True))),
        three.map(lambda v: {"mean": v[0], "sd": v[0] / 10}),
        three.map(lambda v: dict(zip(("p10", "p50", "p90"), v, strict=True)))
        if low >= 0
        else known,
    )


def months(low: float, high: float) -> st.SearchStrategy[Any]:
    """The same of a span of time."""

    def text(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: text(part) for key, part in value.items()}
        return f"{value:.6f} months"

    return spread(low, high).map(text)


def optional(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


weights = st.lists(st.integers(0, 3), min_size=12, max_size=12).map(
    lambda w: w if any(w) else [1] * 12
)
spans = may_change(
    st.sampled_from(["month", "2 months", "quarter", "6 months", "year", "5 months"])
)
waits = may_change(st.sampled_from(["0 months", "10 days", "1 month", "2 months", "3 months"]))
ranks = may_change(st.integers(1, 3))

new_accounts = st.one_of(
    st.fixed_dictionaries(
        {"per_year": spread(0, 60)},
        optional={
            "fixed": st.booleans(),
            "seasonality": weights,
            "term": st.sampled_from([6, 12]),
        },
    ),
    st.fixed_dictionaries({"by_month": st.just({"2027-02": 4, "2027-07": 9})}),
)

sbg = st.fixed_dictionaries({"alpha": spread(0.05, 3), "beta": spread(0.05, 9)})

segments = st.fixed_dictionaries(
    {
        "accounts": st.integers(0, 40),
        "arr": spread(1000, 50_000),
        "churn": st.one_of(
            spread(0.001, 0.6),
            st.lists(spread(0.001, 0.6), min_size=2, max_size=3),
            st.fixed_dictionaries({"sbg": sbg}),
        ),
        "addressable": spread(0.1, 0.9),
        "term": st.sampled_from([6, 12, 24]),
    },
    optional={
        "contraction": spread(0, 0.2),
        "expansion": spread(0, 0.3),
        "uplift": spread(-0.05, 0.05),
        "complexity": spread(0.2, 3),
        "completed_terms": st.integers(0, 3),
        "new_accounts": new_accounts,
    },
)

effects = st.fixed_dictionaries(
    {"churn": spread(0.8, 2)},
    optional={
        "expansion": spread(0.5, 1.2),
        "contraction": spread(0.5, 2),
        "fades_over": st.sampled_from([0, "3 months", "1 year"]),
    },
)


def given(**values: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Settings that stand together, each known or drawn."""
    known = {k: v if isinstance(v, st.SearchStrategy) else st.just(v) for k, v in values.items()}
    return st.fixed_dictionaries(known)


triggers = st.one_of(
    given(every=spans),
    given(every=given(north=spans, default=spans)),
    given(every=may_change(st.sampled_from(["week", "2 weeks", "10 days", "45 days", "quarter"]))),
    given(every=may_change(st.sampled_from(["quarter", "6 months", "year"])), aligned="fiscal"),
    given(on="start", over=may_change(st.sampled_from(["1 month", "3 months"]))),
    given(
        on="renewal",
        lead=may_change(st.sampled_from(["3 months", "14 weeks"])),
        over=may_change(st.sampled_from(["1 month", "14 weeks"])),
    ),
    given(on="renewal"),
    given(on="departure"),
    given(rate=spread(0, 12)),
    given(rate=spread(0, 12), seasonality=weights),
)

step = st.fixed_dictionaries({"hours": spread(0, 5)}, optional={"role": st.sampled_from(ROLES)})
amounts = st.one_of(
    given(hours=spread(0, 10)),
    given(steps=st.dictionaries(st.sampled_from("abc"), step, min_size=1)),
)
occasions = st.builds(
    lambda *parts: {key: value for part in parts for key, value in part.items()},
    triggers,
    amounts,
    optional(share=spread(0.05, 0.95)),
)
fixed = st.integers(0, 200).map(lambda hours: {"fixed": f"{hours} hours per month"})


@st.composite
def tasks(draw: st.DrawFn) -> dict[str, Any]:
    """A task of any trigger."""
    task = {"role": draw(st.sampled_from(ROLES)), **draw(st.one_of(occasions, occasions, fixed))}
    task |= draw(
        optional(
            priority=ranks,
            defer=waits,
            backlog=st.integers(0, 300).map(float),
            uncertainty=spread(0, 0.5),
        )
    )
    if "fixed" not in task and draw(st.booleans()):
        task["priority"] = {"north": 1, "default": draw(ranks)}
    if task.get("on") == "departure":
        return task
    task |= draw(optional(coverage_today=spread(0, 0.99), enough=spread(0.3, 0.99)))
    worth = draw(st.sampled_from(["nothing", "weight", "own"]))
    if worth == "weight":
        task["weight"] = draw(ranks)
    elif worth == "own":
        task["if_stopped"] = draw(effects)
    return task


PEOPLE = "name,start,end,fte,location,leave_from,leave_to"
day = st.dates(dt.date(2026, 9, 1), dt.date(2029, 6, 30))
person = st.tuples(
    st.one_of(st.none(), day),
    st.one_of(st.none(), day),
    st.sampled_from(["", "0", "0.5", "80%", "1"]),
    st.sampled_from(["", "", "US", "DE", "FR"]),
    st.one_of(st.none(), st.tuples(day, day)),
)


def row(name: str, found: tuple[Any, ...]) -> str:
    """A person of a roster, with dates in their order."""
    start, end, fte, location, leave = found
    if start and end:
        start, end = sorted([start, end])
    leave = sorted(leave) if leave else ("", "")
    return ",".join(str("" if x is None else x) for x in (name, start, end, fte, location, *leave))


rosters = st.lists(person, min_size=1, max_size=5).map(
    lambda people: "\n".join([PEOPLE, *(row(f"P{i}", p) for i, p in enumerate(people)), ""])
)
seats = st.one_of(given(headcount=st.integers(0, 4)), given(people=rosters))

settings_of_roles = st.fixed_dictionaries(
    {},
    optional={
        "hires": st.just({"2027-03": 2}),
        "slips": months(0, 3),
        "attrition": spread(0, 0.9),
        "overloaded_attrition": spread(1, 3),
        "backfill": st.booleans(),
        "time_to_hire": months(0, 5),
        "departure": st.fixed_dictionaries(
            {"churn": spread(0.8, 3)}, optional={"fades_over": months(0, 9)}
        ),
        "ramp": st.lists(st.floats(0, 1).map(lambda x: round(x, 3)), min_size=1, max_size=4),
        "holidays": st.sampled_from(["US", "DE-BY"]),
        "pto_days": spread(0, 60),
        "internal": spread(0.01, 0.9),
        "target_utilization": spread(0.2, 0.9),
        "overtime": spread(0, 0.3),
        "leave_seasonality": weights,
        "salary": spread(10_000, 90_000),
        "hiring_cost": spread(0, 9000),
        "raise": spread(-0.02, 0.1),
    },
)
roles = st.builds(lambda seats, others: seats | others, seats, settings_of_roles)


def most_seats(role: dict[str, Any]) -> int:
    """Seats of a role that can be filled at once, at most."""
    hires = role.get("hires", {})
    pools = hires.values() if "split" in role else [hires]
    hired = sum(sum(months.values()) for months in pools)
    if "people" in role:
        return int(role["people"].count("\n") - 1 + hired)
    seats = role["headcount"]
    return int(hired + (sum(seats.values()) if "split" in role else seats))


market = optional(churn_volatility=spread(0, 1.2), new_accounts_volatility=spread(0, 1.2))
events = st.fixed_dictionaries(
    {
        "probability": spread(0, 0.95),
        "start": st.sampled_from(["2026-06", "2027-01", "2027-05", "2028-11", "2030-01"]),
        "months": st.integers(1, 15),
    },
    optional={
        "churn": spread(0, 4),
        "new_accounts": spread(0, 2),
        "expansion": spread(0, 2),
        "hours": st.one_of(
            spread(0, 3),
            st.dictionaries(st.sampled_from(["task 0", "default"]), spread(0, 3), min_size=1),
        ),
    },
)


account = st.tuples(
    st.dates(dt.date(2024, 1, 1), dt.date(2028, 6, 30)),
    st.integers(1, 500),
    st.integers(100, 90_000),
    *(st.sampled_from(values) for values in COLUMNS.values()),
)


@st.composite
def books(draw: st.DrawFn, segments: tuple[str, ...]) -> str:
    """The text of a file of accounts, some of which start within the plan."""
    rows = [f"id,segment,arr,start,renewal,{','.join(COLUMNS)}"]
    for i, (start, days, arr, *values) in enumerate(draw(st.lists(account, min_size=1))):
        renewal = start + dt.timedelta(days)
        segment = draw(st.sampled_from(segments))
        rows.append(f"A{i},{segment},{arr},{start},{renewal},{','.join(values)}")
    return "\n".join([*rows, ""])


def _move_to_file(segment: dict[str, Any]) -> None:
    """What a file of accounts says is said there; new accounts pay what the others paid."""
    arr = segment.pop("arr")
    del segment["accounts"]
    segment.pop("completed_terms", None)
    if "new_accounts" in segment:
        segment["new_accounts"] = {**segment["new_accounts"], "arr": arr}


BY_POOL = ("attrition", "time_to_hire", "ramp", "holidays", "pto_days", "internal", "salary")


@st.composite
def split(
    draw: st.DrawFn, role: dict[str, Any], column: str, values: tuple[str, ...]
) -> dict[str, Any]:
    """A role with a pool for each value, of which the first has some settings of its own."""
    role = {**role, "split": column}
    if "people" in role:
        head, *rows = role["people"].splitlines()
        rows = [f"{row},{draw(st.sampled_from(values))}" for row in rows]
        everywhere = [f"{value} forever,,,,,,,{value}" for value in values]
        role["people"] = "\n".join([f"{head},{column}", *rows, *everywhere, ""])
    else:
        role["headcount"] = {value: draw(st.integers(0, 3)) for value in values}
    if "hires" in role:
        role["hires"] = {draw(st.sampled_from(values)): role["hires"]}
    for name in BY_POOL:
        if name in role and draw(st.booleans()):
            other = draw(settings_of_roles.filter(lambda found, name=name: name in found))
            role[name] = {values[0]: other[name], "default": role[name]}
    return role


by_months = given(start="2027-01", months=st.integers(1, 26))
by_weeks = st.one_of(
    given(step="week", start=st.sampled_from(["2027-01", "2026-12-30"]), months=st.integers(1, 14)),
    given(step="week", start="2027-01-04", weeks=st.integers(1, 60)),
)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """A whole scenario; its shared effect, where there is one, has weights to be shared by."""
    names = SEGMENTS[: draw(st.integers(1, 3))]
    plan: dict[str, Any] = {
        "name": "random",
        "horizon": draw(st.one_of(by_months, by_weeks)) | {"fiscal_year_start": 2},
        "segments": {name: draw(segments) for name in names},
        "tasks": {
            f"task {i}": task
            for i, task in enumerate(draw(st.lists(tasks(), min_size=1, max_size=6)))
        },
        "team": {name: draw(roles) for name in ROLES}
        | {"manager": {"per": {"csm": 3}, "salary": 1}},
        "finance": {"gross_margin": draw(spread(0.1, 0.9)), "platform": 1200},
        "simulation": {"feedback": draw(st.booleans())},
        "market": draw(market),
        "events": draw(st.dictionaries(st.sampled_from(["slump", "boom"]), events)),
    }
    columns = {"segment": names}
    if draw(st.booleans()):
        plan["accounts"] = draw(books(names))
        columns |= COLUMNS
        for segment in plan["segments"].values():
            _move_to_file(segment)
    for name in ROLES:
        column = draw(st.sampled_from(["", *columns]))
        if column:
            plan["team"][name] = draw(split(plan["team"][name], column, columns[column]))
    conditions = CONDITIONS + (OF_COLUMNS if "accounts" in plan else ())
    for task in plan["tasks"].values():
        if len(names) > 1 and draw(st.booleans()):
            task["segments"] = [draw(st.sampled_from(names))]
        if draw(st.integers(0, 2)) == 0:
            task["where"] = draw(st.sampled_from(conditions))
    if all(any(_weighs(t, name) for t in plan["tasks"].values()) for name in names):
        plan["value"] = {"if_stopped": draw(effects)}
    return plan


def _weighs(task: dict[str, Any], segment: str) -> bool:
    return "weight" in task and segment in task.get("segments", [segment])
