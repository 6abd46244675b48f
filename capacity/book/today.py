"""The accounts of a file as the plan finds them: terms in time, pools, revenues to scale."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.book.accounts import Book
from capacity.book.findings import Findings
from capacity.book.pools import served_by
from capacity.book.restricted import needs
from capacity.book.table import one_line
from capacity.calendar import days_of, month_label, month_numbers, months_and_days
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.checks import too_long_lead
from capacity.scenario.document import Plan
from capacity.scenario.pool import split_columns
from capacity.scenario.task import Task
from capacity.scenario.unknown import UNKNOWN, UnknownError, or_unknown
from capacity.units import DAYS_PER_MONTH


def in_time(plan: Plan, book: Book, findings: Findings) -> Book:
    """Roll past renewals forward, count the terms behind, leave out who starts too late."""
    periods = plan.horizon.periods
    (this_month,), _ = months_and_days(np.array([periods.begin]))
    month, day = month_numbers(book.renewal), book.renews_on
    behind = this_month - month + (days_of(np.array([this_month]), day) <= periods.begin)
    rolled = np.where(behind > 0, -(-behind // book.term) * book.term, 0)
    past = rolled > 0
    renewal = book.renewal.copy()
    renewal[past] = days_of((month + rolled)[past], day[past])
    findings.rows(
        past,
        "renewal",
        lambda i: (
            f"{book.renewal[i]} is not after the start of the plan, {periods.begin}: rolled "
            f"forward by whole terms; this term ends in {_month_before(renewal[i])}"
        ),
        warn=True,
    )
    joined, first = months_and_days(book.starts)
    age = month + rolled - joined + (day - first) / DAYS_PER_MONTH
    completed = np.maximum(np.floor(age / book.term + 0.5).astype(np.int64) - 1, 0)
    late = book.starts >= periods.first_days[-1]
    findings.rows(
        late, "start", lambda i: f"{book.starts[i]} is after the plan's end: left out", warn=True
    )
    whole = replace(book, renewal=renewal, completed=completed)
    judged = replace(whole, arr=_scaled_arr(whole, plan))
    check_pools(plan, judged, findings)
    _check_leads(plan, judged, findings)
    for index, name in enumerate(plan.segments):
        if not (book.segment == index).any():
            place = Place(findings.table.top.file)
            findings.warnings.append(Mistake(place, "segment", f"no account is in segment {name}"))
    return whole.take(~late) if late.any() else whole


def check_pools(plan: Plan, book: Book, findings: Findings) -> None:
    """Every account says which pool serves it, where a role that serves it is split."""
    for column in split_columns(plan):
        if column not in book.names:
            continue
        splits = {name: role.split for name, role in plan.team.items()}
        roles = [name for name, split in splits.items() if split is not UNKNOWN and split == column]
        served = or_unknown(partial(served_by, plan, book, roles))
        if served is UNKNOWN:
            continue
        bad = (book.names[column] == "") & (book.segment >= 0) & served
        findings.rows(bad, column, lambda i: "is empty. Write which pool serves the account")


def _month_before(day: np.datetime64) -> str:
    """The month of the last day before one."""
    return month_label(int(month_numbers(np.array([day - np.timedelta64(1, "D")]))[0]))


def _check_leads(plan: Plan, book: Book, findings: Findings) -> None:
    """Work for a renewal falls due within the term that ends."""
    terms = np.flatnonzero(np.bincount(book.term))
    for task in plan.tasks.values():
        with suppress(UnknownError):
            _check_lead(plan, book, task, terms, findings)


def _check_lead(plan: Plan, book: Book, task: Task, terms: IntArray, findings: Findings) -> None:
    periods = plan.horizon.periods
    if task.on == "renewal":
        served = needs(plan, book, task)
        short = terms[periods.step.fewest(terms) <= task.longest_lead(periods)]
        findings.rows(
            served & np.isin(book.term, short),
            "term",
            lambda i: too_long_lead(plan, task, one_line(book.ids[i]), int(book.term[i])),
        )


def scaled(book: Book, plan: Plan, file: str) -> Book:
    """Revenues that add up to the known total of the opening book, where one is given."""
    assert plan.accounts is not None
    if plan.accounts.scale_to is None:
        return book
    if _opening_arr(book, plan) <= 0:
        text = "is 0 for all accounts of today, which `scale_to` cannot scale. Leave it out"
        raise InputError([Mistake(Place(file), "arr", text)])
    return replace(book, arr=_scaled_arr(book, plan))


def _scaled_arr(book: Book, plan: Plan) -> FloatArray:
    """Revenue of each account after scaling; as it is where there is nothing to scale."""
    assert plan.accounts is not None
    total, opening = plan.accounts.scale_to, _opening_arr(book, plan)
    return book.arr if total is None or opening <= 0 else book.arr * (total.mean / opening)


def _opening_arr(book: Book, plan: Plan) -> float:
    return float(book.arr[book.starts <= plan.horizon.periods.begin].sum())
