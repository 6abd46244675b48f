"""People from a roster: who leaves, how long a seat stays open, how fast newcomers ramp."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from capacity import units
from capacity.errors import QuestionError
from capacity.estimates import Z_OF_P90
from capacity.learning.answer import Calibration
from capacity.learning.attrition import Attrition, attrition_of
from capacity.learning.families import LOGNORMAL, Fit
from capacity.learning.fragment import (
    manifest_of,
    measured,
    moments,
    quantiles,
    some_of,
    source_of,
    value,
)
from capacity.learning.how import Reading, check_known, check_used
from capacity.learning.lives import Lives, read_lives
from capacity.learning.log import Log
from capacity.learning.opening import check_heard, read_log
from capacity.learning.ramp import Ramp, read_ramps
from capacity.learning.rejects import Rejects
from capacity.learning.searches import ALL, Search, search_of
from capacity.learning.silence import silence
from capacity.learning.team_told import curves, findings, sentences, warnings
from capacity.units import DAYS_PER_MONTH, MONTHS_PER_YEAR

ROSTER = ("name", "role", "start", "end", "opened", "tenure", "left")
OUTPUT = ("name", "date", "output")
MONTHS = {"months": 1.0, "years": float(MONTHS_PER_YEAR)}
"""Months that a tenure of 1 means."""
RAMPED = 12
"""Completed months after which people count as ramped, unless it is said."""


@dataclass(frozen=True)
class Asked:
    """What is asked beside the roster.

    Attributes
    ----------
    since
        Day from which on the roster holds everybody; who had left before is not in it.
    tenure_in
        The unit of a tenure, a key of `MONTHS`; months unless it is said.
    output
        A log of what people got done.
    ramped
        Completed months after which people count as ramped; `RAMPED` unless it is said.
    """

    since: dt.date | None = None
    tenure_in: str | None = None
    output: str | Path | None = None
    ramped: int | None = None

    @property
    def after(self) -> int:
        """Completed months after which people count as ramped."""
        return RAMPED if self.ramped is None else self.ramped

    def __post_init__(self) -> None:
        if self.tenure_in not in (None, *MONTHS):
            raise QuestionError(f"tenure in {self.tenure_in!r} is not known. Write months or years")
        if self.after < 1:
            raise QuestionError(f"ramped after {self.ramped} months leaves no ramp. Write 12")
        check_used({"ramped": self.ramped}, "a log of outputs (--output FILE)", self.output)


def learn_team(path: str | Path, how: Reading, asked: Asked) -> Calibration:
    """Attrition, time to hire and ramp of each role."""
    check_known(how, tuple(dict.fromkeys((*ROSTER, *OUTPUT))))
    log, people, searches = _roster(path, how, asked)
    found = [attrition_of(role, people.of(role)) for role in people.groups()]
    ramps, outputs = _ramps(asked, how, people)
    team = {one.role: _settings(log, one, searches, ramps, asked, people, outputs) for one in found}
    logs = [one for one in (log, outputs) if one is not None]
    check_heard(logs)
    doubts = warnings(found, searches, ramps if outputs else None, people)
    return Calibration(
        "team",
        some_of({"team": some_of(team)}),
        tuple(sentences(found, searches, ramps)),
        tuple(findings(found, searches, ramps)),
        sum((one.rejects() for one in logs), Rejects()),
        manifest_of(logs, people.until, asdict(asked)),
        (*silence(log, *people.events), *doubts),
        tuple(curves(found, people, searches)),
    )


def _roster(path: str | Path, how: Reading, asked: Asked) -> tuple[Log, Lives, dict[str, Search]]:
    """The log, the people in it, and the searches for them, where it tells of any."""
    header = read_log(path, how, ()).table.header
    is_dated = how.columns.get("tenure", "tenure") not in header
    tenures = None if is_dated else header
    check_used({"tenure in": asked.tenure_in}, "a roster with a column `tenure`", tenures)
    needed = ("role", "start") if is_dated else ("role", "tenure", "left")
    log = read_log(path, how, needed, ROSTER)
    if is_dated:
        until = log.until(*(log.days(n, needed=False) for n in ROSTER[2:5] if n in log))
        log.how = replace(how, as_of=until.astype(dt.date))
    has_searches = "opened" in log and is_dated
    if has_searches:
        _check_searches(log)  # before the lives, which are those of good rows
    since = None if asked.since is None else np.datetime64(asked.since)
    month = MONTHS[asked.tenure_in or "months"]
    people = read_lives(log, "name", "role", "left", since, month, may_be_to_come="opened" in log)
    searches = _searches(log) if has_searches else {}
    log.rejects()  # stops where too many rows are bad
    people.check_time()
    return log, people, searches


# --- time to hire -------------------------------------------------------------------------------


def _check_searches(log: Log) -> None:
    """Note the rows whose search cannot be."""
    opened, starts = log.days("opened", needed=False), log.days("start", needed=False)
    log.reject(
        starts < opened,
        "opened",
        lambda i: f"{opened[i]} is after the start {starts[i]}. Swap them?",
        "opened after the start",
    )
    log.reject(
        log.column("start").empty & log.column("opened").empty,
        "start",
        lambda _i: "is empty, and so is `opened`. Write one of them",
        "empty cells",
    )


def _searches(log: Log) -> dict[str, Search]:
    """How long seats stayed open, by role and of all roles together."""
    opened, starts = log.days("opened", needed=False), log.days("start", needed=False)
    roles = log.names("role", renamed=True)
    rows = log.good & ~np.isnat(opened)
    end = np.where(np.isnat(starts), log.until(), starts)
    months = np.maximum((end - opened).astype(float), 1.0) / DAYS_PER_MONTH
    over = ~np.isnat(starts)
    found = {}
    for role in sorted(set(roles[rows].tolist())):
        own = rows & (roles == role)
        found[role] = search_of(months[own & over], months[own & ~over])
    if len(found) > 1 and not all(one.fit for one in found.values()):
        found[ALL] = search_of(months[rows & over], months[rows & ~over])
    return found


def _ramps(asked: Asked, how: Reading, people: Lives) -> tuple[Mapping[str, Ramp], Log | None]:
    if asked.output is None:
        return {}, None
    if not people.has_dates:
        raise QuestionError("outputs take a roster with the day on which each person started")
    log = read_log(asked.output, how, OUTPUT, is_further=True)
    return read_ramps(log, people, asked.after), log


# --- the fragment -------------------------------------------------------------------------------


def _settings(
    log: Log,
    one: Attrition,
    searches: Mapping[str, Search],
    ramps: Mapping[str, Ramp],
    asked: Asked,
    people: Lives,
    outputs: Log | None,
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if one.tells:
        years = f"{one.rate.exposure:,.0f} person-years{people.cut}"
        method = f"{one.left:,} left in {years}, gamma posterior"
        remarks = measured(source_of(log, one.people, method, *people.dates))
        out["attrition"] = moments(units.SHARE, *one.rate.chance(), remarks)
    search = searches.get(one.role)
    stand_in = search is None or search.fit is None
    search = searches.get(ALL) if stand_in else search
    if search is not None and search.fit is not None:
        whose = f" of {ALL}" if stand_in else ""
        method = f"{search.filled:,} seats filled and {search.still_open:,} open{whose}"
        days = [log.days(name, needed=False)[log.good] for name in ("opened", "start")]
        seats = search.filled + search.still_open
        text = source_of(log, seats, f"{method}, {search.fit.family}", *days)
        out["time_to_hire"] = _months(search.fit, measured(text))
    if outputs is not None and (ramp := ramps.get(one.role)) and ramp.tells:
        method = f"output of newcomers against people of {asked.after} months and more"
        days = [outputs.days("date")[outputs.good]]
        text = source_of(outputs, int(ramp.people.sum()), method, *days)
        out["ramp"] = [_share(ramp, k, measured(text)) for k in range(ramp.listed)]
    return out


def _months(fit: Fit, remarks: dict[str, str]) -> dict[str, Any]:
    """How long a seat stays open, in a form of the language."""
    if fit.family == LOGNORMAL:
        spread = np.exp(Z_OF_P90 * fit.shape * np.array([-1, 0, 1]))
        return quantiles(units.MONTHS, (fit.scale * spread).tolist(), remarks)
    return moments(units.MONTHS, fit.mean, fit.mean * fit.variation, remarks)


def _share(ramp: Ramp, k: int, remarks: dict[str, str]) -> dict[str, Any]:
    share, error = float(ramp.share[k]), float(ramp.error[k])
    if not np.isfinite(error) or not 0 < share < 1:
        return value(units.SHARE, share, remarks)
    return moments(units.SHARE, share, error, remarks)
