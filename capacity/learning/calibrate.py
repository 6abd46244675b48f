"""Inputs from history, one function for each kind of log.

Each reads a file (CSV, Parquet or Excel), whatever its columns are called, and gives a
`Calibration`: values with their sources, tables, data against fit, and a list of all rows that
were not used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from capacity.learning.answer import Calibration
from capacity.learning.how import Reading, day_of


class HowToRead(TypedDict, total=False):
    """How a log is read; see `Reading`."""

    columns: Mapping[str, str]
    rename: Mapping[str, str]
    date_format: str
    as_of: dt.date | str | None
    bad: float


class HowToReadMoney(HowToRead, total=False):
    """The same of a log of revenues."""

    currency: str


def _reading(how: HowToRead | HowToReadMoney) -> Reading:
    given: dict[str, Any] = {**how}
    given["as_of"] = day_of("as_of", given.get("as_of"), may_be_month=False)
    return Reading(**given)


def hours(
    path: str | Path,
    *,
    family: str = "auto",
    rounded: str | float = "auto",
    longest: float = 200.0,
    **how: Unpack[HowToRead],
) -> Calibration:
    """Hours of tasks.

    Parameters
    ----------
    path
        Occurrences, a row each: `task`, `hours`; optionally `account`, `person`, `date`.
    family
        ``lognormal``, ``gamma``, ``weibull`` or ``observations``; ``auto`` takes the family of
        lowest AIC, or the observations where none is near.
    rounded
        The step to which people round, as ``15m``; ``exact``; ``auto`` finds it.
    longest
        Hours above which an entry cannot be true.
    **how
        How the log is read: columns, rename, date_format, as_of, bad.

    Raises
    ------
    InputError
        Where the log cannot be read, or more of its rows are bad than `bad`.
    QuestionError
        Where no task has enough rows.
    """
    from capacity.learning.hours import learn_hours  # only what is asked for is loaded

    return learn_hours(path, _reading(how), family, rounded, longest)


def rates(
    events: str | Path,
    accounts: str | Path,
    *,
    since: dt.date | str | None = None,
    **how: Unpack[HowToRead],
) -> Calibration:
    """How often tasks fall due at random, a year and account, by segment.

    Parameters
    ----------
    events
        What happened, a row each: `account`, `task`, `date`.
    accounts
        Who it could have happened to: `account`, `segment`, `start`, `end` (the last day; empty for
        who is still there).
    since
        Day from which on events were logged; the month of the first event without.
    **how
        How the logs are read: columns, rename, date_format, as_of, bad.

    Raises
    ------
    InputError
        Where a log cannot be read, or more of its rows are bad than `bad`.
    """
    from capacity.learning.rates import learn_rates  # only what is asked for is loaded

    return learn_rates(events, accounts, _reading(how), day_of("since", since))


def team(
    path: str | Path,
    *,
    since: dt.date | str | None = None,
    tenure_in: str | None = None,
    output: str | Path | None = None,
    ramped: int | None = None,
    **how: Unpack[HowToRead],
) -> Calibration:
    """Attrition, time to hire and ramp, by role.

    Parameters
    ----------
    path
        People: `role`, and `start` and `end` (the last day; empty for who is still there), or
        `tenure` and whether they `left`; optionally `name`, and `opened`, the day on which the
        search for them began (a row without a start is a seat that is open).
    since
        Day from which on the roster holds everybody: who had left before is not in it.
    tenure_in
        ``months``, unless it is said, or ``years``.
    output
        What people got done: `name`, `date`, `output`, a row for each person and month; for the
        ramp.
    ramped
        Completed months after which people count as ramped; 12 without.
    **how
        How the logs are read: columns, rename, date_format, as_of, bad.

    Raises
    ------
    InputError
        Where a log cannot be read, or more of its rows are bad than `bad`.
    """
    from capacity.learning.team import Asked, learn_team  # only what is asked for is loaded

    return learn_team(path, _reading(how), Asked(day_of("since", since), tenure_in, output, ramped))


def churn(
    path: str | Path,
    *,
    form: str = "auto",
    term: float | None = None,
    snapshots: str | Path | None = None,
    renewals: str | Path | None = None,
    evidence: str | None = None,
    addressable: float | None = None,
    since: dt.date | str | None = None,
    **how: Unpack[HowToReadMoney],
) -> Calibration:
    """Churn by segment, and what growth and hazard ratios further logs tell.

    Parameters
    ----------
    path
        Accounts: `segment`, and `start` and `end` (the last day; empty for who is still there), or
        `tenure` in months and whether it `churned`; optionally `account`, `renewals` that were
        made, `term` in months.
    form
        ``hazard``, ``one``, ``by renewal`` or ``sbg``; ``auto`` takes the one of lowest AIC.
    term
        Months of a contract, where the file does not say.
    snapshots
        Revenues: `account`, `date`, `arr`; for expansion and contraction.
    renewals
        Renewals, a row each: `segment`, whether it was `lost`, and the coverage of tasks in columns
        ``coverage_TASK``; what else may matter in columns ``control_NAME``.
    evidence
        How it came about who got the work: ``randomised``, ``matched`` or ``observational``, which
        it is unless it is said.
    addressable
        Share of churn that the work can move; all of it without.
    since
        Day from which on the history holds every loss: who had left before is not in it, and what
        was before does not count.
    **how
        How the logs are read: columns, rename, date_format, as_of, bad, currency.

    Raises
    ------
    InputError
        Where a log cannot be read, or more of its rows are bad than `bad`.
    QuestionError
        Where the logs cannot tell what is asked.
    """
    from capacity.learning.churn import Asked, learn_churn  # only what is asked for is loaded

    begin = day_of("since", since)
    asked = Asked(form, term, snapshots, renewals, evidence, addressable, begin)
    return learn_churn(path, _reading(how), asked)
