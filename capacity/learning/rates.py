"""How often tasks fall due at random, from a log of events and one of accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from capacity import units
from capacity.arrays import FloatArray, IntArray, TextArray
from capacity.calendar import DateArray
from capacity.errors import QuestionError
from capacity.learning.answer import Calibration
from capacity.learning.counts import Found, Period, found_of, seasons_of, weights_of
from capacity.learning.fragment import manifest_of, measured, moments, some_of, source_of
from capacity.learning.how import Reading, check_known
from capacity.learning.lives import Lives, read_lives
from capacity.learning.log import Log
from capacity.learning.opening import check_heard, read_log
from capacity.learning.rates_told import curves, findings, sentences, warnings
from capacity.learning.silence import silence
from capacity.report.words import share

EVENTS, ACCOUNTS = ("account", "task", "date"), ("account", "segment", "start", "end")
ID = "id"
_DAY = np.timedelta64(1, "D")


def learn_rates(
    events: str | Path, accounts: str | Path, how: Reading, since: dt.date | None
) -> Calibration:
    """The rate of each task by segment, and its seasons where there are any."""
    check_known(how, tuple(dict.fromkeys((*EVENTS, ID, *ACCOUNTS))))
    log = read_log(events, how, EVENTS, (ID,))
    names, tasks, days = log.names("account"), log.names("task", renamed=True), log.days("date")
    until = log.until(days)
    lives, of_accounts = _accounts(accounts, how)
    period = _period(days[log.good], since, until)
    log.reject_occurrences(EVENTS)
    owner = _owners(log, names, days, lives, period)
    rejects = log.rejects()
    good = log.good
    exposure = period.exposure(lives.starts, lives.after)
    there = [s for s in lives.groups() if exposure[lives.group == s].any()]
    found, seasons = [], {}
    for task in sorted(set(tasks[good].tolist())):
        rows = good & (tasks == task)
        by_month = seasons_of(days[rows], lives, period)
        if by_month is not None:
            seasons[task] = by_month
        weight = weights_of(by_month, lives, period, exposure)
        count = np.bincount(owner[rows], minlength=len(lives)).astype(float)
        found += [_found(task, s, lives, count, exposure * weight) for s in there]
    settings = _settings(log, found, seasons, period, days[good])
    logs = [log, of_accounts]
    check_heard(logs)
    return Calibration(
        "rates",
        some_of({"tasks": settings}),
        tuple(sentences(found, seasons)),
        tuple(findings(found, seasons)),
        rejects + of_accounts.rejects(),
        manifest_of(logs, until, {"since": since}),
        (
            *silence(log, days[good]),
            *warnings(found, since, period, sorted(set(lives.groups()) - set(there))),
        ),
        tuple(curves(found)),
    )


def _accounts(path: str | Path, how: Reading) -> tuple[Lives, Log]:
    """The accounts; who has no end was there at all events."""
    how = replace(how, as_of=how.latest)
    log = read_log(path, how, ACCOUNTS[:3], ACCOUNTS[3:], is_further=True)
    lives = read_lives(log, "account", "segment", "end")
    log.rejects()  # stops where too many rows are bad
    return lives, log


def _period(days: DateArray, since: dt.date | None, until: np.datetime64) -> Period:
    if not len(days):
        return Period(until, until + _DAY)
    first = days.min().astype("datetime64[M]").astype("datetime64[D]")
    begin = first if since is None else np.datetime64(since)
    if begin > until:
        raise QuestionError(f"since {begin} is after {until}, the last day. Write an earlier day")
    return Period(begin, until + _DAY)


def _time(lives: Lives, rows: list[int]) -> str:
    """When an account was there: ``2024-10-16 to 2025-03-31``, or ``2024-10-16 on``."""
    ends = (f"to {lives.after[i] - _DAY}" if lives.ended[i] else "on" for i in rows)
    return " and ".join(f"{lives.starts[i]} {end}" for i, end in zip(rows, ends, strict=True))


def _owners(log: Log, names: TextArray, days: DateArray, lives: Lives, period: Period) -> IntArray:
    """The life to which each event belongs; −1 for those that belong to none."""
    known: dict[str, list[int]] = {}
    for i, name in enumerate(lives.names.tolist()):
        known.setdefault(name, []).append(i)
    owner = np.full(len(log), -1, dtype=np.int64)
    unknown, outside = np.zeros(len(log), dtype=bool), np.zeros(len(log), dtype=bool)
    for row in np.flatnonzero(log.good).tolist():
        spans = known.get(names[row], [])
        held = (i for i in spans if lives.starts[i] <= days[row] < lives.after[i])
        owner[row] = next(held, -1)
        unknown[row] = not spans
        outside[row] = bool(spans) and owner[row] < 0
    text = "is in no row of the accounts. Export both alike"
    log.reject(unknown, "account", lambda i: f"{names[i]!r} {text}", "unknown accounts")
    log.reject(
        outside,
        "date",
        lambda i: (
            f"{days[i]} lies outside of the time of {names[i]}, {_time(lives, known[names[i]])}. "
            "Check both"
        ),
        "outside of the account's time",
    )
    log.reject(
        days < period.since,
        "date",
        lambda i: f"{days[i]} is before {period.since}, when the period begins",
        "before the period",
        is_fault=False,
    )
    return owner


# --- learning -----------------------------------------------------------------------------------


def _found(task: str, segment: str, lives: Lives, count: FloatArray, exposure: FloatArray) -> Found:
    own = (lives.group == segment) & (exposure > 0)
    return found_of(task, segment, count[own], exposure[own])


# --- the fragment -------------------------------------------------------------------------------


def _settings(
    log: Log,
    found: list[Found],
    seasons: Mapping[str, FloatArray],
    period: Period,
    days: DateArray,
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    spanned = np.array([period.since, period.after - _DAY])
    for one in found:
        if not one.tells:
            continue
        method = f"{one.events:,} events in {one.years:,.0f} account-years, gamma-Poisson"
        differ = f"accounts differ: {share(one.spread)} beyond luck" * one.differ
        remarks = measured(source_of(log, len(days), method, spanned), differ)
        rate = moments(units.PER_YEAR, one.rate.mean, one.rate.sd, remarks)
        out.setdefault(one.task, {"rate": {}})["rate"][one.segment] = rate
    for task in out.keys() & seasons.keys():
        weights = seasons[task]
        remarks = measured(source_of(log, len(days), "events by calendar month", spanned))
        listed = [round(float(weight), 3) for weight in weights]
        out[task]["seasonality"] = {"value": listed, **remarks}
    return out
