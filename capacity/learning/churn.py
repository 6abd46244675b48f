"""What history says of churn: how many accounts are lost, when, and what work did to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from capacity import units
from capacity.errors import QuestionError
from capacity.learning.answer import Calibration
from capacity.learning.churn_fragment import (
    effect_settings,
    growth_settings,
    market_settings,
    segment_settings,
    tie,
)
from capacity.learning.churn_told import curves, findings, sentences, warnings
from capacity.learning.effects import BIAS, CONTROL, COVERAGE, OBSERVATIONAL, Effects, read_effects
from capacity.learning.fragment import manifest_of, some_of
from capacity.learning.growth import Growth, read_growth
from capacity.learning.how import Reading, check_known, check_used
from capacity.learning.lives import Lives, read_lives
from capacity.learning.log import Log
from capacity.learning.opening import check_heard, read_log
from capacity.learning.posterior import Rate
from capacity.learning.rejects import Rejects
from capacity.learning.retention import (
    HAZARD,
    ONE,
    RENEWAL_FORMS,
    SBG,
    Retention,
    by_renewal,
    compared,
)
from capacity.learning.silence import silence
from capacity.learning.terms import NO_TERM, Terms, is_term, renewals_of, unseen_of
from capacity.learning.volatility import Years, years_at_renewals, years_by_tenure
from capacity.units import MONTHS_PER_YEAR

AUTO = "auto"
FORMS = (AUTO, HAZARD, *RENEWAL_FORMS)
HISTORY = ("account", "segment", "start", "end", "tenure", "churned", "renewals", "term")
SNAPSHOTS = ("account", "date", "arr", "segment")
RENEWALS = ("account", "segment", "lost", "term")

_MOST_RENEWALS = 1000
_FREE = (COVERAGE, CONTROL)


@dataclass(frozen=True)
class Asked:
    """What is asked beside the history.

    Attributes
    ----------
    form
        One of `FORMS`.
    term
        Months of a contract, where the history does not say.
    snapshots, renewals
        Further logs: revenues at dates, and coverage by renewal.
    evidence
        How it came about which renewals got the work: a key of `effects.BIAS`.
    addressable
        Share of churn that the work can move.
    since
        Day from which on the history holds all losses; who had left before is not in it.
    """

    form: str = AUTO
    term: float | None = None
    snapshots: str | Path | None = None
    renewals: str | Path | None = None
    evidence: str | None = None
    addressable: float | None = None
    since: dt.date | None = None

    @property
    def movable(self) -> float:
        """Share of churn that the work can move; all of it, unless it is said."""
        return 1.0 if self.addressable is None else self.addressable

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise QuestionError(f"form {self.form!r} is not known. Write {', '.join(FORMS)}")
        if self.evidence not in (None, *BIAS):
            raise QuestionError(f"evidence {self.evidence!r} is not known. Write {', '.join(BIAS)}")
        if not 0 < self.movable <= 1:
            raise QuestionError("addressable is not above 0 and up to 1. Write 60% or 0.6")
        if self.term is not None and not is_term(self.term):
            raise QuestionError(f"term {self.term:g} is {NO_TERM}")
        of_renewals = {"evidence": self.evidence, "addressable": self.addressable}
        check_used(of_renewals, "a log of renewals (--renewals FILE)", self.renewals)


def learn_churn(path: str | Path, how: Reading, asked: Asked) -> Calibration:
    """Churn, growth and effects from the logs."""
    check_known(how, _names(how))
    check_used({"currency": how.currency}, "a log of revenues (--snapshots FILE)", asked.snapshots)
    needed = ("segment", "start") if _is_dated(path, how) else ("segment", "tenure", "churned")
    log = read_log(path, how, needed, HISTORY)
    lives, terms = _history(log, asked)
    log.rejects()  # stops where too many rows are bad
    lives.check_time()
    found = [_retention(lives.of(s), terms, s, asked) for s in lives.groups()]
    told = [one for one in found if one.tells]
    years = _years(lives, terms, asked) if lives.has_dates else None
    growth, snapshots = _growth(asked, how, log)
    effects, renewals = _effects(asked, how)
    fragment = {
        "segments": _segments(log, told, lives, growth, snapshots),
        "tasks": _tasks(effects, renewals, asked.movable),
        "market": market_settings(log, lives, years) if years and years.tell else {},
        "correlate": [tie(one) for one in told if one.form == SBG],
    }
    logs = [one for one in (log, snapshots, renewals) if one is not None]
    check_heard(logs)
    return Calibration(
        "churn",
        some_of(fragment),
        tuple(sentences(found, years, growth, effects)),
        tuple(findings(found, lives, years, growth, effects)),
        sum((one.rejects() for one in logs), Rejects()),
        manifest_of(logs, lives.until, asdict(asked)),
        (
            *silence(log, *lives.events),
            *warnings(log, found, growth, effects, asked.movable),
        ),
        tuple(curves(told, lives)),
    )


def _segments(
    log: Log,
    told: list[Retention],
    lives: Lives,
    growth: Mapping[str, Growth],
    snapshots: Log | None,
) -> dict[str, Any]:
    """Churn and growth of each segment of which either is told."""
    out = {one.segment: segment_settings(log, one, lives) for one in told}
    if snapshots is not None:
        days = snapshots.days("date")[snapshots.good]
        for segment, one in growth.items():
            if one.tells:
                out.setdefault(segment, {}).update(growth_settings(snapshots, one, days))
    return out


def _tasks(effects: Effects | None, log: Log | None, addressable: float) -> dict[str, Any]:
    if effects is None or log is None or not effects.tells:
        return {}
    return {one.task: effect_settings(log, one, effects, addressable) for one in effects.effects}


def _names(how: Reading) -> tuple[str, ...]:
    own = [name for name in how.columns if name.startswith(_FREE)]
    return tuple(dict.fromkeys((*HISTORY, *SNAPSHOTS, *RENEWALS, *own)))


def _is_dated(path: str | Path, how: Reading) -> bool:
    """Whether a history gives dates; tenures otherwise."""
    header = read_log(path, how, ()).table.header
    return how.columns.get("tenure", "tenure") not in header


def _history(log: Log, asked: Asked) -> tuple[Lives, Terms | None]:
    """The lives, and their renewals where the terms are known."""
    renewals = None
    if "renewals" in log:
        renewals = log.numbers("renewals", units.PLAIN, needed=False)
        wrong = (renewals > _MOST_RENEWALS) | (renewals != np.floor(renewals))
        wrong &= ~np.isnan(renewals)
        text = f"is no count of renewals. Write a whole number up to {_MOST_RENEWALS:,}"
        log.reject(wrong, "renewals", lambda i: f"{renewals[i]:g} {text}", "no counts")
    term = np.full(len(log), np.nan if asked.term is None else asked.term)
    if "term" in log:
        given = log.numbers("term", units.PLAIN, needed=asked.term is None)
        wrong = ~is_term(given) & ~np.isnan(given)
        log.reject(wrong, "term", lambda i: f"{given[i]:g} is {NO_TERM}", "terms out of range")
        term = np.where(np.isnan(given), term, given)
    since = None if asked.since is None else np.datetime64(asked.since)
    lives = read_lives(log, "account", "segment", "churned", since)
    good = log.good
    term = term[good]
    if np.isnan(term).any():
        if renewals is not None:
            raise QuestionError(f"{log.path}: renewals without a term. Say it by --term 12")
        return lives, None
    decided, kept = renewals_of(lives, term)
    if renewals is not None:
        told = renewals[good]
        known = ~np.isnan(told)
        kept = np.where(known, told, kept)
        decided = np.where(known, told + lives.ended, decided)
    unseen = unseen_of(lives, term, decided)
    return lives, Terms(lives.group, term, decided, kept, unseen)


def _retention(own: Lives, terms: Terms | None, segment: str, asked: Asked) -> Retention:
    lost = int(own.ended.sum())
    hazard = Rate.of(lost, float(own.exposure.sum()) / MONTHS_PER_YEAR)
    plain = Retention(segment, len(own), lost, hazard)
    if terms is None or asked.form == HAZARD:
        if asked.form in RENEWAL_FORMS:
            text = f"form {asked.form!r} takes renewals. Say the months of a contract by --term"
            raise QuestionError(text)
        return plain
    here = terms.group == segment
    decided, left = by_renewal(terms.decided[here], terms.kept[here], terms.unseen[here])
    if not decided.sum():
        return replace(plain, form=ONE)  # who is in a first term could not leave: nothing is told
    aic, fit = compared(decided, left)
    form = min(aic, key=aic.__getitem__) if asked.form == AUTO else asked.form
    if form not in aic:
        text = f"segment {segment}: its renewals cannot tell churn in the form {form!r}"
        raise QuestionError(f"{text}. Write {' or '.join(aic)}")
    term = float(np.median(terms.term[here]))
    return Retention(segment, len(own), lost, hazard, form, term, decided, left, aic, fit)


def _years(lives: Lives, terms: Terms | None, asked: Asked) -> Years:
    """By the likeliest form, whichever is asked for: a wrong one makes years differ."""
    if terms is None:
        return years_by_tenure(lives)
    likeliest = replace(asked, form=AUTO)
    found = [_retention(lives.of(s), terms, s, likeliest) for s in lives.groups()]
    return years_at_renewals(lives, terms, found)


# --- further logs -------------------------------------------------------------------------------


def _growth(asked: Asked, how: Reading, history: Log) -> tuple[Mapping[str, Growth], Log | None]:
    """Growth by segment, and the log of it; the history knows the segments, also of bad rows."""
    if asked.snapshots is None:
        return {}, None
    log = read_log(asked.snapshots, how, SNAPSHOTS[:3], SNAPSHOTS[3:], is_further=True)
    segment_of = {}
    if "account" in history:
        names, segments = history.names("account"), history.names("segment", renamed=True)
        segment_of = dict(zip(names.tolist(), segments.tolist(), strict=True))
    return read_growth(log, segment_of), log


def _effects(asked: Asked, how: Reading) -> tuple[Effects | None, Log | None]:
    if asked.renewals is None:
        return None, None
    known = tuple(name for name in how.columns if name.startswith(_FREE))
    log = read_log(
        asked.renewals, how, ("segment", "lost"), ("term", *known), _FREE, is_further=True
    )
    return read_effects(log, asked.evidence or OBSERVATIONAL), log
