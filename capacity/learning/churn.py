"""What history says of churn: how many accounts are lost, when, and what work did to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from capacity import units
from capacity.errors import QuestionError
from capacity.estimates import Z_OF_P90
from capacity.learning.answer import Calibration
from capacity.learning.churn_told import curves, findings, sentences, warnings
from capacity.learning.effects import CONTROL, COVERAGE, Effects, read_effects
from capacity.learning.fragment import manifest_of, measured, moments, quantiles, source_of
from capacity.learning.growth import Growth, read_growth
from capacity.learning.how import Reading, check_known
from capacity.learning.lives import Lives, Terms, read_lives, renewals_of
from capacity.learning.log import Log, read_log
from capacity.learning.posterior import Rate
from capacity.learning.rejects import Rejects
from capacity.learning.retention import (
    EACH,
    HAZARD,
    RENEWAL_FORMS,
    SBG,
    Retention,
    by_renewal,
    compared,
)
from capacity.learning.volatility import Years, years_at_renewals, years_by_tenure
from capacity.scenario.fields import LONGEST_TERM
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
    """

    form: str = AUTO
    term: float | None = None
    snapshots: str | Path | None = None
    renewals: str | Path | None = None
    evidence: str = "observational"
    addressable: float = 1.0

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise QuestionError(f"form {self.form!r} is not known. Write {', '.join(FORMS)}")
        if not 0 < self.addressable <= 1:
            raise QuestionError("addressable is not above 0 and up to 1. Write 60% or 0.6")
        if self.term is not None and not 1 <= self.term <= LONGEST_TERM:
            raise QuestionError(f"term {self.term:g} is not 1 to {LONGEST_TERM} months. Write 12")


def learn_churn(path: str | Path, how: Reading, asked: Asked) -> Calibration:
    """Churn, growth and effects from the logs."""
    check_known(how, _names(how))
    needed = ("segment", "start") if _is_dated(path, how) else ("segment", "tenure", "churned")
    log = read_log(path, how, needed, HISTORY)
    lives, terms = _history(log, asked)
    rejects = log.rejects()
    lives.check_time()
    found = [_retention(lives.of(s), terms, s, asked) for s in lives.groups()]
    years = _years(lives, terms, asked) if lives.has_dates else None
    segments = {s: _segment(log, r, lives) for s, r in zip(lives.groups(), found, strict=True)}
    market = _market(log, lives, years) if years and years.tell else {}
    growth, more = _growth(asked, how, lives, segments)
    effects, tasks, others = _effects(asked, how)
    ties = [_tie(r) for r in found if r.form == SBG]
    fragment = {"segments": segments, "tasks": tasks, "market": market, "correlate": ties}
    return Calibration(
        "churn",
        {key: part for key, part in fragment.items() if part},
        tuple(sentences(found, years, growth, effects)),
        tuple(findings(found, lives, years, growth, effects)),
        rejects + more + others,
        manifest_of(log, lives.until),
        tuple(warnings(log, found, effects, asked.addressable, ties)),
        tuple(curves(found, lives)),
    )


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
        wrong = (given < 1) | (given > LONGEST_TERM)
        text = f"months are no term. Write 1 to {LONGEST_TERM}"
        log.reject(wrong, "term", lambda i: f"{given[i]:g} {text}", "terms out of range")
        term = np.where(np.isnan(given), term, given)
    lives = read_lives(log, "account", "segment", "churned")
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
    return lives, Terms(lives.group, term, decided, kept)


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
    decided, left = by_renewal(terms.decided[here], terms.kept[here])
    if not decided.sum():
        return plain
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


# --- the fragment -------------------------------------------------------------------------------

_METHODS = {
    HAZARD: "losses over time at risk, gamma posterior",
    EACH: "losses by renewal, beta posterior",
    SBG: "shifted-beta-geometric by maximum likelihood",
}


def _segment(log: Log, found: Retention, lives: Lives) -> dict[str, Any]:
    own = lives.of(found.segment)
    method = _METHODS.get(found.form, "losses over renewals, beta posterior")
    dates = (own.starts, own.after - np.timedelta64(1, "D")) if own.has_dates else ()
    remarks = measured(source_of(log, found.accounts, method, *dates))
    if found.form == SBG:
        assert found.sbg is not None
        assert found.sbg.covariance is not None
        errors = np.sqrt(np.diag(found.sbg.covariance))
        both = zip((found.sbg.alpha, found.sbg.beta), errors, strict=True)
        alpha, beta = (quantiles(units.BETA_SHAPE, _lognormal(*pair), {}) for pair in both)
        return {"churn": {"sbg": {"alpha": alpha, "beta": beta, **remarks}}}
    each = [moments(units.SHARE, mean, sd, remarks) for mean, sd in found.yearly()]
    return {"churn": each[0] if len(each) == 1 else each}


def _lognormal(middle: float, error: float) -> list[float]:
    """Quantiles 0.1, 0.5 and 0.9."""
    found: list[float] = (middle * np.exp(Z_OF_P90 * error * np.array([-1, 0, 1]))).tolist()
    return found


def _tie(found: Retention) -> dict[str, Any]:
    """Both shapes of a fit are wrong together."""
    assert found.sbg is not None
    path = f"segments.{found.segment}.churn.sbg"
    rho = float(f"{np.clip(found.sbg.rank_correlation, -0.99, 0.99):.3g}")
    return {"between": [f"{path}.alpha", f"{path}.beta"], "rho": rho}


def _market(log: Log, lives: Lives, years: Years) -> dict[str, Any]:
    method = f"churn of {len(years.years)} calendar years beyond luck, negative binomial"
    source = source_of(log, len(lives), method, lives.starts, lives.after - np.timedelta64(1, "D"))
    found = quantiles(units.VOLATILITY, years.volatility().tolist(), measured(source))
    return {"churn_volatility": found}


def _growth(
    asked: Asked, how: Reading, lives: Lives, segments: dict[str, Any]
) -> tuple[Mapping[str, Growth], Rejects]:
    """Growth by segment, written into the settings of the segments."""
    if asked.snapshots is None:
        return {}, Rejects()
    log = read_log(asked.snapshots, how, SNAPSHOTS[:3], SNAPSHOTS[3:], is_further=True)
    segment_of = dict(zip(lives.names.tolist(), lives.group.tolist(), strict=True))
    found = read_growth(log, segment_of)
    rejects = log.rejects()
    days = log.days("date")[log.good]
    for segment, growth in found.items():
        method = f"{growth.pairs:,} pairs of {growth.accounts:,} accounts"
        remarks = measured(source_of(log, len(log), method, days))
        settings = segments.setdefault(segment, {})
        settings["contraction"] = moments(units.SHARE, *growth.contraction, remarks)
        settings["expansion"] = moments(units.GROWTH, *growth.expansion, remarks)
    return found, rejects


def _effects(asked: Asked, how: Reading) -> tuple[Effects | None, dict[str, Any], Rejects]:
    if asked.renewals is None:
        return None, {}, Rejects()
    known = tuple(name for name in how.columns if name.startswith(_FREE))
    log = read_log(
        asked.renewals, how, ("segment", "lost"), ("term", *known), _FREE, is_further=True
    )
    found = read_effects(log, asked.evidence)
    tasks = {}
    method = f"complementary log-log regression, {asked.evidence}"
    for effect in found.effects:
        factor = effect.on_addressable(asked.addressable)
        note = f"hazard ratio {np.exp(effect.log):.2f} as seen, E-value {effect.e_value:.2f}"
        remarks = measured(source_of(log, found.renewals, method), note)
        tasks[effect.task] = {
            "if_stopped": {"churn": quantiles(units.FACTOR, factor, {}), **remarks}
        }
    return found, tasks, log.rejects()
