"""Varied small scenarios, the same for the same number, in which the feedback loop matters."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from plain_numbers import add_months, first_day, hours_per_month, month_index
from plain_scenario import mean_due_hours, read_plan, todays_hours

VARIED = 28
QUIET = 10
MONTHLY = VARIED + QUIET
"""The first scenarios use everything; in the last ones little is left to chance (see _quieten)."""
FRAIL = (4, 8, 9, 12, 14, 20, 23)
"""Scenarios whose accounts differ in their chance to leave: of a file, in short and long terms."""

Written = dict[str, Any]

WEEKLY: tuple[tuple[int, Written], ...] = (
    (1, {"start": "2026-07-08", "weeks": 30}),
    (2, {"start": "2027-11", "months": 6}),
    (3, {"start": "2027-01-04", "months": 7}),
    (4, {"start": "2028-01", "months": 13}),
    (6, {"start": "2026-12-31", "weeks": 26}),
    (7, {"start": "2027-02-10", "months": 12}),
    (8, {"start": "2027-04", "months": 9}),
    (9, {"start": "2027-02", "weeks": 53}),
    (13, {"start": "2026-09-15", "weeks": 35}),
    (23, {"start": "2028-12", "months": 5}),
    (28, {"start": "2027-06-30", "weeks": 60}),
    (29, {"start": "2027-02", "months": 14}),
    (31, {"start": "2026-10-17", "weeks": 30}),
    (34, {"start": "2028-01-03", "months": 8}),
    (35, {"start": "2027-03", "weeks": 27}),
)
"""Numbers of scenarios that come again in weeks, and their horizons."""
SCENARIOS = MONTHLY + len(WEEKLY)

MONTHS = (12, 15, 6, 13, 24, 9, 12, 26)
STARTS = ("2027-02", "2026-07", "2027-11", "2028-01", "2027-04")
NAMES = ("enterprise", "mid_market", "smb")
SEASON = [0.5, 1, 1.5, 1, 1, 2, 0.4, 0.6, 1.2, 1, 1, 0.8]


def is_quiet(number: int) -> bool:
    """Whether little is left to chance in a scenario."""
    return _kind(number) >= VARIED


def _kind(number: int) -> int:
    """The number that says what is in a scenario."""
    return WEEKLY[number - MONTHLY][0] if number >= MONTHLY else number


def generate(number: int) -> tuple[Written, list[Written] | None]:
    """A scenario as YAML would load it, and the rows of its accounts file, if it has one."""
    if number >= MONTHLY:
        kind, horizon = WEEKLY[number - MONTHLY]
        return _generate(kind, horizon | {"step": "week"})
    start, months = STARTS[number % len(STARTS)], MONTHS[number % len(MONTHS)]
    return _generate(number, {"start": start, "months": months})


def _generate(number: int, horizon: Written) -> tuple[Written, list[Written] | None]:
    """The scenario of a kind over a horizon."""
    rng = np.random.default_rng([2027, number])
    from_file = number % 3 == 1
    segments = _segments(number, rng, from_file)
    if number in FRAIL:
        _differ(number, segments)
    scenario: Written = {
        "name": f"Agreement {number}",
        "horizon": {**horizon, "fiscal_year_start": (1, 2, 4, 7, 10, 12)[number % 6]},
        "segments": segments,
        "tasks": _tasks(number, rng, list(segments)),
        "team": _team(number, rng),
        "finance": {"gross_margin": 0.75, "discount_rate": 0.1},
        "simulation": {"resolution": "account"},
    }
    _worth(number, scenario)
    _finance(number, scenario)
    _new_business(number, scenario, from_file)
    _hires(number, scenario)
    _world(number, scenario)
    _leavings(number, scenario)
    _roster(number, scenario)
    if number % 9 == 8:
        scenario["simulation"]["feedback"] = "off"
    rows = _rows(number, rng, scenario) if from_file else None
    if from_file:
        scenario["accounts"] = {"file": "accounts.csv"}
        # which account a fraction of an occurrence belongs to is nobody's business, so where
        # accounts differ in complexity there is nothing to agree on
        if "2 weeks" in str(scenario["tasks"].get("check_in")):
            scenario["tasks"]["check_in"].pop("share", None)
        scenario["tasks"].get("hand_over", {}).pop("share", None)
    if "step" in horizon:
        _by_the_week(number, scenario["tasks"], from_file=from_file)
    if number >= VARIED:
        scenario = _quieten(scenario)
    _change_in_time(number, scenario)
    _fit_hours(scenario, rows, rng)
    return scenario, rows


def _by_the_week(number: int, tasks: Written, *, from_file: bool) -> None:
    """Spans that only weeks can tell apart."""
    if "check_in" in tasks:
        every = pick(number, "week", "3 days", "10 days", None, "2 weeks")
        tasks["check_in"] |= {"every": every} if every else {}
        if from_file and every == "3 days":
            tasks["check_in"].pop("share", None)
    if number % 3 and "onboarding" in tasks:
        tasks["onboarding"]["over"] = pick(number, "5 weeks", "24 days")
    most = {"90 days": "14 weeks", "10 days": "2 weeks"}  # as long as these leads allow
    if tasks.get("renewal", {}).get("over") in ("1 month", "4 months"):
        tasks["renewal"]["over"] = most[tasks["renewal"]["lead"]]
    if number % 3 == 0:
        tasks["qbr"]["defer"] = pick(number // 3, "3 weeks", "11 days")


def pick(number: int, *options: Any) -> Any:
    """One of several options; which one goes round with the number."""
    return copy.deepcopy(options[number % len(options)])


# --- customers ------------------------------------------------------------------------


def _segments(number: int, rng: np.random.Generator, from_file: bool) -> Written:
    """One to three segments of different size, term and prospects."""
    count = 1 + number % 3 if number % 7 else 3
    segments = {}
    for i, name in enumerate(NAMES[:count]):
        segments[name] = _segment(number + 5 * i, i, rng)
        if not from_file:
            segments[name] |= _representative(number + 5 * i, i, _book_size(count, rng))
    return segments


def _book_size(segments: int, rng: np.random.Generator) -> int:
    """The accounts of one of so many segments."""
    return int(rng.integers(18, 36)) // segments + 2


def _segment(number: int, place: int, rng: np.random.Generator) -> Written:
    """One segment; every key comes in every form as the number goes round."""
    q = round(float(rng.uniform(0.12, 0.3)), 3)
    segment: Written = {
        "churn": pick(
            number,
            q,
            {"low": round(0.6 * q, 4), "likely": q, "high": round(1.8 * q, 4)},
            [round(1.5 * q, 4), q, round(0.7 * q, 4)],
            {"p10": round(0.7 * q, 4), "p50": q, "p90": round(1.4 * q, 4)},
            {"mean": q, "sd": round(q / 5, 4)},
        ),
        "addressable": pick(
            number, 0.9, {"low": 0.5, "likely": 0.8, "high": 0.95}, 0.7, {"mean": 0.8, "sd": 0.06}
        ),
        "term": pick(number // 2 + 2 * place, 12, 6, 12, 24, 1),
    }
    optional = {
        "contraction": pick(number, 0.04, {"p10": 0.02, "p50": 0.04, "p90": 0.08}, None),
        "expansion": pick(
            number, {"mean": 0.15, "sd": 0.05}, None, 0.1, {"low": 0, "likely": 0.1, "high": 0.3}
        ),
        "uplift": pick(
            number,
            None,
            0.03,
            {"p10": -0.01, "p50": 0.02, "p90": 0.06},
            None,
            {"mean": 0.02, "sd": 0.02},
        ),
        "complexity": pick(number, 1.3, None, 0.8, {"low": 0.7, "likely": 1, "high": 1.6}),
    }
    segment |= {key: value for key, value in optional.items() if value is not None}
    return segment


def _differ(number: int, segments: Written) -> None:
    """Accounts that differ in their chance to leave, in all segments but the second."""
    for i, segment in enumerate(segments.values()):
        shapes = pick(
            number + i,
            {"alpha": 0.7, "beta": 1.2},
            {"alpha": {"low": 0.3, "likely": 0.8, "high": 1.5}, "beta": {"mean": 2.5, "sd": 0.8}},
            {"alpha": {"p10": 0.4, "p50": 0.6, "p90": 1.2}, "beta": 0.9},
        )
        if i != 1:
            segment["churn"] = {"sbg": shapes}


def _representative(number: int, place: int, size: int) -> Written:
    """A count and an ARR instead of a file."""
    middle = (90_000, 30_000, 8_000)[place]
    book: Written = {
        "accounts": size,
        "arr": pick(
            number,
            {"p10": middle / 2, "p50": middle, "p90": middle * 2.5},
            {"low": middle / 4, "likely": middle, "high": middle * 3},
            middle,
            {"mean": middle, "sd": middle / 2},
        ),
    }
    if number % 4 == 2:
        book["completed_terms"] = number % 3
    return book


def _new_business(number: int, scenario: Written, from_file: bool) -> None:
    """New accounts for most segments: Poisson, exact, or as sales has booked them."""
    start = month_index(scenario["horizon"]["start"])
    booked = {_month(start + m): n for m, n in ((0, 2), (1, 1), (4, 3))}
    for i, segment in enumerate(scenario["segments"].values()):
        new = pick(
            number + i,
            {"per_year": 9},
            {"per_year": 14, "fixed": True, "seasonality": SEASON},
            None,
            {"by_month": booked},
            {"per_year": {"low": 4, "likely": 9, "high": 20}, "seasonality": SEASON},
        )
        if new is None:
            continue
        if from_file or (number + i) % 2:
            new["arr"] = pick(number, {"p10": 6_000, "p50": 15_000, "p90": 60_000}, 20_000)
        if number % 6 == 2 and segment["term"] != 1:
            new["term"] = 6
        segment["new_accounts"] = new


def _month(index: int) -> str:
    """A month as it is written."""
    return first_day(index).isoformat()[:7]


def _months(horizon: Written) -> int:
    """Length in months, about."""
    return int(horizon["months"] if "months" in horizon else horizon["weeks"] * 12 // 52)


def _rows(number: int, rng: np.random.Generator, scenario: Written) -> list[Written]:
    """A file: most accounts are old, some renewals lie in the past, some start later."""
    start = month_index(scenario["horizon"]["start"])
    rows = []
    for name, segment in scenario["segments"].items():
        for i in range(_book_size(len(scenario["segments"]), rng)):
            term = (
                int(rng.choice([6, 12])) if i % 5 == 4 and segment["term"] > 1 else segment["term"]
            )
            if i % 7 == 3:
                began = start + int(rng.integers(0, _months(scenario["horizon"]) + 2))
            else:
                began = start - int(rng.integers(0, 40))
            day = first_day(began).replace(day=int(rng.choice([1, 1, 1, 10, 28])))
            terms = 1 if began >= start else int(rng.integers(1, 3))
            # contracts that were aligned to another date have a renewal off their own rhythm
            moved = 1 if i % 6 == 5 and began < start - 3 and term >= 6 else 0
            renewal = add_months(day, terms * term + moved)
            rows.append(
                {
                    "id": f"{name}-{i}",
                    "segment": name,
                    "arr": round(float(rng.lognormal(10, 0.8)), 2),
                    "start": day.isoformat(),
                    "renewal": renewal.isoformat(),
                    "term": term if i % 5 == 4 else "",
                    "churn": round(float(rng.uniform(0.05, 0.4)), 3) if i % 4 == 1 else "",
                    "complexity": round(float(rng.uniform(0.5, 2)), 2) if i % 3 == 2 else "",
                }
            )
    return rows


# --- work -----------------------------------------------------------------------------


def _tasks(number: int, rng: np.random.Generator, names: list[str]) -> Written:
    """Four to six tasks; their hours are scaled later, to fit the team."""
    makers = {
        "onboarding": _onboarding,
        "qbr": _qbr,
        "check_in": _check_in,
        "renewal": _renewal,
        "escalation": _escalation,
        "webinars": _webinars,
    }
    left_out = {
        0: {"webinars"},
        1: {"check_in"},
        2: set(),
        3: {"renewal", "webinars"},
        4: {"onboarding"},
        5: {"escalation"},
    }[number % 6]
    tasks = {key: make(number, names) for key, make in makers.items() if key not in left_out}
    _priorities(number, tasks, names)
    _patience(number, tasks, names)
    return tasks


def _by_segment(names: list[str], first: Any, others: Any) -> Any:
    """A setting by segment; the plain setting where there is but one."""
    return {names[0]: first, "default": others} if len(names) > 1 else first


def _onboarding(number: int, names: list[str]) -> Written:
    """Work at the start, in steps, one of them for another role."""
    task: Written = {
        "role": "csm",
        "on": "start",
        "over": pick(number, "3 months", "1 month", "60 days", "4 months"),
        "steps": {
            "kickoff": 3,
            "training": {"hours": pick(number, 6, {"mean": 6, "sd": 2}), "role": "trainer"},
            "go_live": {"low": 2, "likely": 4, "high": 12},
        },
    }
    if number % 5 == 2:
        task["share"] = 0.8
    return task


def _qbr(number: int, names: list[str]) -> Written:
    """Work at an interval of months."""
    task: Written = {
        "role": "csm",
        "every": pick(
            number, "quarter", "6 months", _by_segment(names, "quarter", "6 months"), "quarter"
        ),
        "share": pick(number, 0.8, {"low": 0.5, "likely": 0.7, "high": 0.95}, 1.0),
    }
    if number % 2 == 0:
        task["aligned"] = "fiscal"
    if number % 5 == 3:
        steps = {"prepare": 2, "present": {"p10": 1, "p50": 1.5, "p90": 3}}
        task["steps"] = _by_segment(names, steps, {"prepare": 1, "present": 1})
    else:
        task["steps"] = {"prepare": {"p10": 1, "p50": 2, "p90": 5}, "present": 1, "follow_up": 1}
    if number % 3 == 0:
        task["uncertainty"] = 0.2
    if len(names) > 1 and number % 4 == 3:
        task["share"] = _by_segment(names, 0.9, {"mean": 0.6, "sd": 0.1})
    return task


def _check_in(number: int, names: list[str]) -> Written:
    """Work at a short or odd interval."""
    task: Written = {
        "role": "csm",
        "every": pick(
            number, "month", "2 weeks", "6 weeks", _by_segment(names, "2 weeks", "month"), "45 days"
        ),
        "hours": pick(
            number,
            1,
            {"mean": 1, "sd": 0.6},
            _by_segment(names, 2, {"low": 0.5, "likely": 1, "high": 2}),
        ),
        "uncertainty": 0.15,
    }
    if number % 4 in (0, 1):
        task["share"] = 0.7
    if len(names) > 2:
        task["segments"] = names[1:] if number % 2 else names[:2]
        if number % 2:
            task |= {"every": pick(number, "month", "2 weeks", "6 weeks"), "hours": 1}
    return task


def _renewal(number: int, names: list[str]) -> Written:
    """Work before a renewal; a lead of days suits segments that renew every month."""
    return {
        "role": "csm",
        "on": "renewal",
        "lead": "90 days",
        "over": pick(number, "1 month", "3 months", "2 months", "4 months"),
        "hours": pick(number, 5, {"p10": 2, "p50": 5, "p90": 9}),
        "share": pick(number, 1.0, 1.0, 0.75),
    }


def _escalation(number: int, names: list[str]) -> Written:
    """Work that falls from the sky."""
    rate = {"low": "2 per year", "likely": "3 per year", "high": "6 per year"}
    task: Written = {
        "role": "csm",
        "rate": pick(
            number,
            "3 per year",
            rate,
            _by_segment(names, "0.4 per month", rate),
            {"mean": 3, "sd": 1},
        ),
        "hours": {"p10": 1, "p50": 3, "p90": 10},
    }
    if number % 2:
        task["seasonality"] = SEASON
    if number % 7 == 2:
        task["share"] = 0.6
    return task


def _webinars(number: int, names: list[str]) -> Written:
    """Work for all at once."""
    hours = {
        "low": "10 hours per month",
        "likely": "16 hours per month",
        "high": "30 hours per month",
    }
    apart = _by_segment(names, "10 hours per month", "7 hours per month")
    return {
        "role": "csm",
        "fixed": pick(number // 2, "18 hours per month", hours, apart),
        "uncertainty": pick(number, 0, 0.25),
    }


def _priorities(number: int, tasks: Written, names: list[str]) -> None:
    """Equal, different, missing, and different by segment."""
    mode = number % 4
    for i, (key, task) in enumerate(tasks.items()):
        if mode == 0 and i % 3 != 2:
            task["priority"] = 1 + i % 2
        if mode == 1:
            task["priority"] = 1 + (2 * i + number) % 5
        if mode == 2 and key in ("qbr", "escalation"):
            task["priority"] = _by_segment(names, 2, 1) if key == "qbr" else 1


def _patience(number: int, tasks: Written, names: list[str]) -> None:
    """How long work waits, and what waits already."""
    for i, task in enumerate(tasks.values()):
        months = (number + i) % 5
        if 0 < months <= 3:
            task["defer"] = f"{months} month" + "s" * (months > 1)
    if number % 3 == 2:
        tasks["qbr"]["defer"] = _by_segment(names, "2 months", "0 months")
    late = pick(number, "qbr", "escalation", "onboarding", "webinars", None)
    if late in tasks:
        tasks[late]["backlog"] = pick(number, 20, {"low": 10, "likely": 20, "high": 50})


# --- what the work is worth -----------------------------------------------------------


def _worth(number: int, scenario: Written) -> None:
    """One effect shared by weight, effects of tasks, both, or an effect of a segment."""
    tasks, mode = scenario["tasks"], number % 4
    own = {0: (), 1: tuple(tasks), 2: ("qbr",), 3: ()}[mode]
    for i, (key, task) in enumerate(tasks.items()):
        if key in own:
            task["if_stopped"] = _own_effect(number + i)
        elif (number + i) % 7 != 6:
            task["weight"] = 1 + (number + i) % 3
        if (number + i) % 5 == 1 and "on" not in task:
            task["enough"] = 0.9
        if (number + i) % 6 == 3:
            task["coverage_today"] = pick(number, 0.9, {"low": 0.6, "likely": 0.8, "high": 0.98})
    if mode != 1:
        scenario["value"] = {"if_stopped": _team_effect(number)}
    if mode == 3:
        first = next(iter(scenario["segments"].values()))
        first["if_stopped"] = {"churn": 3, "expansion": 0.5, "fades_over": "2 months"}


def _own_effect(number: int) -> Written:
    """What stopping one task does; checking in too often may even do harm."""
    effect: Written = pick(
        number,
        {"churn": 1.8, "fades_over": "3 months"},
        {"churn": {"low": 1, "likely": 1.6, "high": 2.5}, "expansion": 0.7},
        {"churn": 0.8, "contraction": 1.8, "fades_over": "4 months"},
        {"expansion": {"mean": 0.7, "sd": 0.1}, "churn": 1.5, "fades_over": "2 months"},
    )
    return effect


def _team_effect(number: int) -> Written:
    """What stopping everything does."""
    effect: Written = pick(
        number // 4,
        {"churn": 3, "fades_over": "3 months"},
        {
            "churn": {"low": 1.5, "likely": 2.5, "high": 5},
            "expansion": {"low": 0.2, "likely": 0.5, "high": 0.9},
            "contraction": 2,
            "fades_over": {"low": "1 month", "likely": "3 months", "high": "9 months"},
        },
        {"churn": {"p10": 1.5, "p50": 2.5, "p90": 4}, "contraction": 2.5, "expansion": 0.6},
    )
    return effect


# --- the team -------------------------------------------------------------------------


def _team(number: int, rng: np.random.Generator) -> Written:
    """CSMs, a trainer, and sometimes somebody per so many CSMs."""
    csm: Written = {
        "headcount": int(rng.integers(3, 7)),
        "salary": pick(number, 90_000, {"low": 80_000, "likely": 90_000, "high": 120_000}),
        "internal": pick(number, 0.3, {"low": 0.2, "likely": 0.3, "high": 0.45}, 0.25),
        "target_utilization": pick(number, 0.85, 0.9, None),
        "attrition": pick(number, 0.25, {"p10": 0.1, "p50": 0.2, "p90": 0.4}, None, 0.35),
        "overloaded_attrition": pick(number, 2, None, {"low": 1, "likely": 1.5, "high": 3}),
        "time_to_hire": pick(
            number,
            {"low": "1 month", "likely": "2.5 months", "high": "5 months"},
            "3 months",
            None,
            {"p10": "20 days", "p50": "60 days", "p90": "120 days"},
        ),
        "ramp": pick(number, [0, 0.25, 0.5, 0.75, 0.9], [0.3, 0.6], None),
        "hours_per_week": pick(number, 40, 37.5, None),
        "holidays": pick(number, "US", "DE", None),
        "pto_days": pick(number, 20, 28, {"low": 15, "likely": 20, "high": 30}),
        "sick_days": pick(number, None, 5),
        "leave_seasonality": SEASON if number % 4 == 1 else None,
        "overtime": pick(number, None, 0.1, None, {"low": 0, "likely": 0.1, "high": 0.2}),
        "backfill": False if number % 8 == 5 else None,
        "on_costs": pick(number, 0.3, None),
        "bonus": pick(number, None, 9_000),
        "tools": pick(number, 2_400, None, None),
        "hiring_cost": pick(number, 15_000, None, {"low": 8_000, "likely": 12_000, "high": 20_000}),
        "raise": pick(number, 0.04, None, 0.03),
        "coverage_target": pick(number, None, 0.8, 0.6),
    }
    team: Written = {
        "csm": {key: value for key, value in csm.items() if value is not None},
        "trainer": {"headcount": 2, "salary": 70_000, "attrition": 0.15, "internal": 0.2},
    }
    if number % 3 != 1:
        manager = {"per": {"csm": 3}, "salary": 140_000, "on_costs": 0.2, "hiring_cost": 10_000}
        team["manager"] = manager
    return team


def _hires(number: int, scenario: Written) -> None:
    """Planned hires, some of which slip, and work for a derived role."""
    start, csm = month_index(scenario["horizon"]["start"]), scenario["team"]["csm"]
    hires = pick(number, {1: 2}, None, {0: 1, 3: 1}, {4: 1})
    if hires:
        csm["hires"] = {_month(start + m): n for m, n in hires.items()}
    if hires and number % 8 != 2:
        csm["slips"] = pick(
            number, {"low": "0 months", "likely": "1 month", "high": "4 months"}, "20 days"
        )
    if number % 6 == 3:
        scenario["tasks"]["qbr"]["steps"] = {
            "prepare": 2,
            "present": {"hours": {"mean": 2, "sd": 1}, "role": "manager"},
        }
        scenario["team"]["manager"] |= {"internal": 0.5, "target_utilization": 0.5}


def _leavings(number: int, scenario: Written) -> None:
    """What it does when people leave, to customers and to the work."""
    team, tasks = scenario["team"], scenario["tasks"]
    if number % 4 == 3:
        team["csm"]["departure"] = pick(
            number // 4,
            {"churn": 3, "fades_over": "3 months"},
            {"churn": {"low": 1.5, "likely": 3, "high": 6}, "fades_over": "1 month"},
            {"churn": 2.5},
        )
        team["trainer"]["departure"] = {"churn": {"p10": 1.2, "p50": 1.8, "p90": 2.5}}
    if number % 4 in (1, 3):
        names = list(scenario["segments"])
        tasks["hand_over"] = {
            "role": "csm",
            "on": "departure",
            **pick(
                number // 4,
                {"hours": {"mean": 2, "sd": 1}, "defer": "1 month"},
                {"steps": {"brief": 1, "meet": {"hours": 1, "role": "trainer"}}, "priority": 1},
                {"hours": 2, "uncertainty": 0.2, "segments": names[-1:]},
                {"hours": _by_segment(names, 3, 1), "share": {"mean": 0.6, "sd": 0.1}},
            ),
        }


def _roster(number: int, scenario: Written) -> None:
    """Names in place of a headcount: as rows, which are written to a file beside the scenario."""
    if number % 4 != 1 and number % 12 != 11:
        return
    csm, start = scenario["team"]["csm"], month_index(scenario["horizon"]["start"])

    def day(month: int, of_month: int) -> str:
        return first_day(start + month).replace(day=of_month).isoformat()

    kinds = [
        {},
        {"start": day(-2, 15), "fte": "0.5"},
        {"location": "FR", "fte": "0.6", "leave_from": day(1, 10), "leave_to": day(3, 20)},
        {"end": day(6, 17)},
        {"start": day(2, 12), "fte": "0.8", "location": "US"},
        {"end": day(5, 1), "leave_to": day(0, 20), "location": "DE"},
        {"start": day(0, 1), "end": first_day(start + 5).isoformat(), "leave_from": day(2, 5)},
    ]
    some = [kinds[(i + number) % len(kinds)] for i in range(csm["headcount"])]
    csm["people"] = [{"name": f"P{i}", **kind} for i, kind in enumerate([{}, {}, {}, *some])]
    del csm["headcount"]


def _finance(number: int, scenario: Written) -> None:
    """Software, and a margin nobody is sure of."""
    if number % 2:
        scenario["finance"]["platform"] = pick(number // 2, 60_000, {"mean": 50_000, "sd": 9_000})
    if number % 3 == 1:
        scenario["finance"]["gross_margin"] = {"low": 0.7, "likely": 0.75, "high": 0.85}
    _mend_terms(scenario)


def _world(number: int, scenario: Written) -> None:
    """In about half of the scenarios years that differ, or events: alone, together, cut off."""
    start, tasks = month_index(scenario["horizon"]["start"]), list(scenario["tasks"])
    # far wilder than any market, or it would drown in the luck of a few dozen accounts
    volatility = pick(number, 1.5, {"low": 0.4, "likely": 1.2, "high": 3}, 0.9)
    if number % 4 in (0, 1):
        scenario["market"] = {"churn_volatility": volatility}
        if number % 8 in (0, 5):
            scenario["market"]["new_accounts_volatility"] = pick(
                number, 0.3, {"mean": 0.4, "sd": 0.1}
            )
    slump = {
        "probability": pick(number, 0.35, {"low": 0.1, "likely": 0.3, "high": 0.7}),
        "start": _month(start + pick(number // 2, 2, 4, -2)),
        "months": pick(number // 2, 9, 3, 6),
        "churn": pick(number // 2, 2, {"low": 1, "likely": 1.8, "high": 3}, {"mean": 2, "sd": 0.4}),
        "new_accounts": pick(number // 2, 0.4, {"low": 0, "likely": 0.5, "high": 1}),
        "expansion": pick(number, 0.3, {"p10": 0.2, "p50": 0.5, "p90": 0.9}),
    }
    busy = {
        "probability": pick(number, 0.5, {"mean": 0.4, "sd": 0.1}),
        "start": _month(start + 3),
        "months": 4,
        "hours": pick(
            number // 2, {tasks[0]: 1.5, "default": 1.2}, 1.4, {tasks[-1]: {"mean": 2, "sd": 0.3}}
        ),
    }
    if number % 4 in (1, 2):
        scenario["events"] = {"slump": slump}
    if number % 8 in (1, 2, 3):
        scenario.setdefault("events", {})["busy"] = busy


def _mend_terms(scenario: Written) -> None:
    """Keep renewal work away from terms that are shorter than its lead."""
    short = [name for name, segment in scenario["segments"].items() if segment["term"] == 1]
    task = scenario["tasks"].get("renewal")
    if not short or task is None:
        return
    long = [name for name in scenario["segments"] if name not in short]
    if long:
        task["segments"] = long
    else:
        task |= {"lead": "10 days", "over": "1 month"}


# --- scenarios without much luck ------------------------------------------------------


def _quieten(scenario: Written) -> Written:
    """The scenario with its uncertainty taken out and large effects on expansion and contraction.

    What a shortfall does to churn drowns in the luck of a few dozen accounts. Growth feels the same
    shortfalls and is nearly certain here, so that a small mistake in one of them stands out.
    """
    scenario = _middles(scenario)
    for segment in scenario["segments"].values():
        segment |= {"churn": 0.02, "expansion": 0.4, "contraction": 0.15}
        if "per_year" in segment.get("new_accounts", {}):
            segment["new_accounts"]["fixed"] = True
        if "if_stopped" in segment:
            segment["if_stopped"] |= {"expansion": 0.1, "contraction": 3}
    for i, task in enumerate(scenario["tasks"].values()):
        task.pop("uncertainty", None)
        if "if_stopped" in task:
            task["if_stopped"] |= {"expansion": 0.5 + 0.1 * (i % 3), "contraction": 1.6}
    if "value" in scenario:
        scenario["value"]["if_stopped"] |= {"expansion": 0.1, "contraction": 4}
    for role in scenario["team"].values():
        role.pop("attrition", None)
        role.pop("slips", None)
    scenario.get("simulation", {}).pop("feedback", None)
    scenario.pop("market", None)
    for event in scenario.get("events", {}).values():
        event["probability"] = 1
    return scenario


def _middles(written: Any) -> Any:
    """What is written with every form of an uncertain number replaced by its middle."""
    if isinstance(written, list):
        return [_middles(part) for part in written]
    if not isinstance(written, dict):
        return written
    for middle in ("likely", "p50", "mean"):
        if middle in written:
            return written[middle]
    return {key: _middles(part) for key, part in written.items()}


# --- numbers that change in time ------------------------------------------------------


def _change_in_time(number: int, scenario: Written) -> None:
    """In most scenarios some numbers change within the first months, and some of them again."""
    changing = _Changing(month_index(scenario["horizon"]["start"]), number)
    for i, segment in enumerate(scenario["segments"].values()):
        _change_segment(number + i, segment, changing)
    for i, (key, task) in enumerate(scenario["tasks"].items()):
        _change_task(number, number + i, key, task, changing)
    csm = scenario["team"]["csm"]
    if number % 3 == 0:
        changing.scale(csm, "salary", 1.1, 0.9)
        changing.scale(scenario["team"]["trainer"], "internal", 1.5)
    if number % 4 == 0:
        changing.scale(csm, "attrition", 1.8)
        changing.to(csm, "time_to_hire", "1 month")
    if number % 5 == 0:
        changing.to(csm, "slips", "2 months")
    if number % 6 == 1:
        changing.scale(scenario["finance"], "gross_margin", 0.8)
        changing.scale(csm, "target_utilization", 0.9)


def _change_segment(number: int, segment: Written, changing: _Changing) -> None:
    """Customers leave, grow, weigh and come otherwise."""
    new = segment.get("new_accounts", {})
    changing.scale(new, "arr", 1.5)
    if number % 3 == 1 and isinstance(segment["churn"], list):
        changing.scale(segment["churn"], 0, 1.5)
    elif number % 3 == 1 and "sbg" not in str(segment["churn"]):
        changing.scale(segment, "churn", 1.8, 0.5)
    if number % 5 == 1:
        changing.scale(segment, "expansion", 0.4)
        changing.scale(segment, "contraction", 2.0)
    if number % 5 == 3:
        changing.scale(segment, "complexity", 0.8)
    if number % 5 in (0, 4) and not new.get("fixed"):
        changing.scale(new, "per_year", 0.6)


def _change_task(number: int, turn: int, key: str, task: Written, changing: _Changing) -> None:
    """Work takes longer, or comes more often."""

    def is_one(setting: str) -> bool:
        return "default" not in str(task.get(setting, "default"))

    if turn % 4 == 2 and is_one("hours"):
        changing.scale(task, "hours", 0.6, 1.1)
    if turn % 4 == 2 and is_one("steps"):
        changing.scale(task["steps"], "present", 1.4)
    if turn % 4 == 1 and key == "qbr" and is_one("share"):
        changing.scale(task, "share", 0.6)
    if number % 4 == 3 and key == "escalation" and is_one("rate"):
        changing.to(task, "rate", "2.5 per year")
    if number % 3 == 2 and is_one("fixed"):
        changing.scale(task, "fixed", 1.3)
    _change_rhythm(number, turn, task, changing)
    _change_occasions(number, task, changing)


def _change_rhythm(number: int, turn: int, task: Written, changing: _Changing) -> None:
    """Work comes more or less often, is served in another order, waits longer, weighs more."""

    def is_one(setting: str) -> bool:
        return "default" not in str(task.get(setting, "default"))

    if turn % 3 == 1 and is_one("every"):
        rhythms = pick(turn // 3, ("5 months", "2 months"), ("45 days",), ("2 months",))
        changing.to(task, "every", *(("6 months",) if "aligned" in task else rhythms))
    if number % 2 and is_one("priority"):
        changing.to(task, "priority", 1 + turn % 3)
    if turn % 3 == 0 and is_one("defer"):
        changing.to(task, "defer", pick(turn // 3, "2 months", "0 months"), "1 month")
    if number % 3 != 1:
        changing.to(task, "weight", pick(turn, 0.5, 4, 2), 1)


def _change_occasions(number: int, task: Written, changing: _Changing) -> None:
    """Work at a start is spread otherwise, and that before a renewal begins sooner or later."""
    if task.get("on") == "start" and number % 2:
        changing.to(task, "over", pick(number // 2, "2 months", "1 month", "5 weeks"))
    if task.get("lead") == "90 days" and number % 5 != 2:
        usual, late = (task["lead"], task["over"]), ("60 days", "1 month")
        first, then = (usual, late) if number % 2 else (late, usual)
        task |= {"lead": first[0], "over": first[1]}
        changing.to(task, "lead", then[0])
        changing.to(task, "over", then[1])


class _Changing:
    """Writes settings by date: from the first month of a plan, or long before, and from later."""

    def __init__(self, start: int, number: int) -> None:
        self.first, self.next = start - number % 3, start + 2 + number % 3

    def to(self, place: Any, key: Any, *later: Any) -> None:
        """The setting with other values later, each some months after the other."""
        if key in place if isinstance(place, dict) else place:
            values = [place[key], *later]
            months = [self.first, *(self.next + 3 * i for i in range(len(later)))]
            place[key] = {_month(m): value for m, value in zip(months, values, strict=True)}

    def scale(self, place: Any, key: Any, *factors: float) -> None:
        """The setting with multiples of its value later."""
        if key in place if isinstance(place, dict) else place:
            value = place[key]
            if not (isinstance(value, dict) and "hours" in value):
                self.to(place, key, *(_scaled(value, factor) for factor in factors))


# --- fitting the hours to the team ----------------------------------------------------


def _fit_hours(scenario: Written, rows: list[Written] | None, rng: np.random.Generator) -> None:
    """Scale all hours of each role so that it is asked for about what it has, or rather more."""
    plan = read_plan(scenario, rows)
    due = mean_due_hours(plan)
    factor = {}
    for role in plan.roles.values():
        wanted = sum(hours for lane, hours in due.items() if lane.role == role.name)
        load = rng.uniform(1.1, 1.5) if role.name == "csm" else rng.uniform(0.9, 1.3)
        has = todays_hours(plan, role)
        factor[role.name] = load * has / wanted if wanted else 1.0
    for task in scenario["tasks"].values():
        _scale_task(task, factor, list(scenario["segments"]))


def _scale_task(task: Written, factor: dict[str, float], names: list[str]) -> None:
    """Multiply the hours of a task."""
    own = factor[task["role"]]
    if "backlog" in task:
        task["backlog"] = _scaled(task["backlog"], own)
    if "hours" in task:
        task["hours"] = _scaled(task["hours"], own)
    if "fixed" in task:
        task["fixed"] = _scaled(task["fixed"], own)
    if "steps" in task:
        task["steps"] = _scaled_steps(task["steps"], task["role"], factor, names)


def _scaled_steps(steps: Written, role: str, factor: dict[str, float], names: list[str]) -> Written:
    """Multiply the hours of steps, which may be given by segment."""
    if set(steps) <= {*names, "default"}:
        return {key: _scaled_steps(part, role, factor, names) for key, part in steps.items()}
    found = {}
    for key, step in steps.items():
        if isinstance(step, dict) and "hours" in step:
            scale = factor[step.get("role", role)]
            found[key] = {**step, "hours": _scaled(step["hours"], scale)}
        else:
            found[key] = _scaled(step, factor[role])
    return found


def _scaled(written: Any, factor: float) -> Any:
    """Multiply every number of a form."""
    if isinstance(written, dict):
        return {key: _scaled(part, factor) for key, part in written.items()}
    if isinstance(written, str):
        return f"{hours_per_month(written) * factor:.2f} hours per month"
    return round(written * factor, 3)
