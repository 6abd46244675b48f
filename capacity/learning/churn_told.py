"""What was found of churn, as sentences, warnings, tables and curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np

from capacity.arrays import FloatArray
from capacity.learning.answer import Curve, Findings
from capacity.learning.effects import RANDOMISED, Effects
from capacity.learning.growth import Growth
from capacity.learning.lives import Lives
from capacity.learning.log import Log
from capacity.learning.posterior import OUTER, TOO_LITTLE, Z_OF_P95, Chance
from capacity.learning.retention import EACH, HAZARD, ONE, RENEWAL_FORMS, SBG, Retention
from capacity.learning.survival import curve_of
from capacity.learning.volatility import Years
from capacity.report.words import share
from capacity.units import MONTHS_PER_YEAR

_MARKS = (12, 24, 36, 48, 60)
_FEW = 10
_HARDLY = 0.1
"""Share of the variance of a coverage, alone of all columns, below which that is said."""
_THREE_UNKNOWN = (float("nan"),) * 3
_SHOWN = 24
"""Renewals of a segment that have a line of the table."""


def sentences(
    found: list[Retention],
    years: Years | None,
    growth: Mapping[str, Growth],
    effects: Effects | None,
) -> Iterator[str]:
    """What was found, in sentences."""
    for one in found:
        yield _of_segment(one)
    if any(one.form in RENEWAL_FORMS for one in found):
        yield (
            "Churn counts renewals. Losses a month count all time: an account in mid-term had no "
            "chance to leave."
        )
    if years is not None and years.tell:
        yield _of_years(years)
    for segment, one_growth in growth.items():
        yield (
            f"{segment}: accounts that stay grow by {share(one_growth.expansion[0], 1)} and cut "
            f"{share(one_growth.contraction[0], 1)} a year."
            if one_growth.tells
            else f"{segment}: revenues of {one_growth.accounts} accounts are {TOO_LITTLE}."
        )
    if effects is not None:
        yield from _of_work(effects)


def _of_work(effects: Effects) -> Iterator[str]:
    if not effects.tells:
        yield f"{effects.lost} of {effects.renewals} renewals were lost, which is {TOO_LITTLE}."
        return
    doubt = "" if effects.evidence == RANDOMISED else f"{effects.evidence} effects are biased, so "
    for effect in effects.effects:
        ratio, believed = np.exp(effect.log), np.exp(effect.shrunk)
        low, high = np.exp(effect.log + np.array([-1, 1]) * Z_OF_P95 * effect.error)
        yield (
            f"{effect.task}: renewals without it were lost at {ratio:.2f} times the hazard "
            f"({low:.2f} to {high:.2f} in 9 of 10); {doubt}{believed:.2f} is what to believe of it."
        )


def _of_segment(one: Retention) -> str:
    lost = f"{one.segment}: {one.lost:,} of {one.accounts:,} accounts were lost"
    if not one.tells:
        return f"{lost}, which is {TOO_LITTLE}."
    mean, low, high = one.first()
    return (
        f"{lost}, {share(mean, 1)} {_WHEN[one.form]} ({share(low, 1)} to {share(high, 1)} in 9 of "
        f"10). Told as {_TOLD[one.form]}."
    )


def _of_years(years: Years) -> str:
    low, middle, high = years.volatility()
    if not years.differ:
        return (
            "Calendar years differ by no more than luck has it: their coefficient of variation is "
            f"below {share(high)} (9 of 10)."
        )
    return (
        f"Calendar years differ by {share(middle)} (coefficient of variation, {share(low)} to "
        f"{share(high)} in 8 of 10), beyond luck."
    )


_A_YEAR, _AT_FIRST = "a year", "at the first renewal"
_WHEN = {HAZARD: _A_YEAR, ONE: _A_YEAR, EACH: _AT_FIRST, SBG: _AT_FIRST}
_TOLD = {
    HAZARD: "one churn a year, from the time at risk",
    ONE: "one churn for all renewals",
    EACH: "a churn for each renewal",
    SBG: "a chance of each account's own (shifted-beta-geometric)",
}


def warnings(
    log: Log,
    found: list[Retention],
    growth: Mapping[str, Growth],
    effects: Effects | None,
    addressable: float,
) -> Iterator[str]:
    """What to be careful about."""
    if log.how.as_of is None and "start" in log:
        yield (
            f"{log.path.name}: no day of the export was given (--as-of): who has no end is taken "
            "to be there until the last date of the file"
        )
    for one in found:
        if one.lost < _FEW and one.tells:
            yield f"{one.segment}: few losses ({one.lost}); the range says how little they tell"
    for segment, one_growth in growth.items():
        for name, (change, _) in one_growth.changes.items():
            if one_growth.tells and not change:
                yield f"{segment}: no {name} was seen, so it is 0 without a range"
    if any(one.form == SBG for one in found if one.tells):
        yield (
            "the fragment ties alpha and beta by `correlate`, which replaces the pairs of a plan "
            "that has some of its own: list them together"
        )
    if effects is not None and effects.tells:
        yield from _of_bias(effects, addressable)


def _of_bias(effects: Effects, addressable: float) -> Iterator[str]:
    if effects.evidence != RANDOMISED:
        yield (
            f"{effects.evidence} effects are biased: accounts that got the work differ from those "
            "that did not, in ways the log may not hold. They are shrunk towards no effect; only "
            "an experiment tells"
        )
    for effect, alone in zip(effects.effects, effects.alone, strict=True):
        if alone < _HARDLY:
            yield (
                f"coverage of {effect.task} goes along with other columns ({share(1 - alone)} of "
                "its variance), so its effect can hardly be told from theirs"
            )
        if effect.e_of_range <= 1:
            yield f"{effect.task}: the range holds no effect at all (hazard ratio 1)"
        elif effects.evidence != RANDOMISED:
            yield (
                f"{effect.task}: a hidden cause that goes along with the work and with renewal by "
                f"a risk ratio of {effect.e_value:.2f} each explains all of it (E-value; "
                f"{effect.e_of_range:.2f} for its range to hold no effect)"
            )
    if addressable == 1:
        yield (
            "effects are on all of churn, as if `addressable` was 100 %. Say the share of the plan "
            "by --addressable"
        )


def findings(
    found: list[Retention],
    lives: Lives,
    years: Years | None,
    growth: Mapping[str, Growth],
    effects: Effects | None,
) -> Iterator[Findings]:
    """The tables."""
    yield _of_segments(found)
    if any(len(one.decided) for one in found):
        yield _of_renewals(found)
        yield _of_forms(found)
    yield _of_time(lives)
    if years is not None:
        rows = zip(years.years.tolist(), years.lost.tolist(), years.expected.tolist(), strict=True)
        heads = {"year": "text", "lost": "count", "expected": "number"}
        table = tuple((str(year), lost, expected) for year, lost, expected in rows)
        yield Findings("years", "Lost by year", heads, table)
    if growth:
        yield _of_growth(growth)
    if effects and effects.tells:
        yield _of_effects(effects)


def _of_segments(found: list[Retention]) -> Findings:
    heads = {
        "segment": "text", "accounts": "count", "lost": "count", "account-months": "count",
        "lost a month": "chance", "churn": "share", "p5": "share", "p95": "share", "of": "text",
        "told as": "text",
    }  # fmt: skip
    rows = []
    for one in found:
        months = MONTHS_PER_YEAR * one.hazard.exposure
        seen = (one.segment, one.accounts, one.lost, months, one.lost / months)
        told = (*one.first(), _WHEN[one.form], one.form)
        unknown = (*_THREE_UNKNOWN, "", "too little to tell")
        rows.append((*seen, *(told if one.tells else unknown)))
    return Findings("segments", "Churn by segment", heads, tuple(rows))


def _of_renewals(found: list[Retention]) -> Findings:
    heads = {
        "segment": "text", "renewal": "text", "decided": "count", "lost": "count",
        "share lost": "share", "p5": "share", "p95": "share", "fitted": "share",
    }  # fmt: skip
    rows = []
    for one in found:
        chances = zip(one.decided.tolist(), one.left.tolist(), strict=True)
        for j, (decided, left) in enumerate(islice(chances, _SHOWN)):
            if not decided:
                continue
            low, high = _chance(left, decided)
            seen = left / decided
            fitted = one.fitted(j + 1)
            rows.append((one.segment, f"{j + 1}", decided, left, seen, low, high, fitted))
    return Findings("renewals", "Lost at each renewal", heads, tuple(rows))


def _chance(left: float, decided: float) -> FloatArray:
    return Chance.of(left, decided).quantiles(OUTER)


def _of_forms(found: list[Retention]) -> Findings:
    heads = {"segment": "text", **dict.fromkeys(RENEWAL_FORMS, "number"), "told as": "text"}
    rows = tuple(
        (one.segment, *(one.aic.get(form, float("nan")) for form in RENEWAL_FORMS), one.form)
        for one in found
        if one.aic
    )
    return Findings("forms", "AIC of the forms of churn, lowest best", heads, rows)


def _of_time(lives: Lives) -> Findings:
    heads = {"segment": "text", **{f"{months} months": "chance" for months in _MARKS}}
    rows = []
    for name in ("all", *lives.groups()):
        curve = curve_of(lives if name == "all" else lives.of(name))
        rows.append((name, *(curve.at(months) for months in _MARKS)))
    return Findings("survival", "Still there after (Kaplan-Meier)", heads, tuple(rows))


def _of_growth(growth: Mapping[str, Growth]) -> Findings:
    heads = {
        "segment": "text", "accounts": "count", "pairs": "count", "expansion": "share",
        "± expansion": "share", "contraction": "share", "± contraction": "share",
    }  # fmt: skip
    rows = tuple(
        (name, one.accounts, one.pairs, *one.expansion, *one.contraction)
        for name, one in growth.items()
    )
    return Findings("growth", "Growth of accounts that stay, a year", heads, rows)


def _of_effects(effects: Effects) -> Findings:
    heads = {
        "task": "text", "hazard ratio": "number", "p5": "number", "p95": "number",
        "E-value": "number", "E of range": "number", "believed": "number",
        "believed p5": "number", "believed p95": "number",
    }  # fmt: skip
    ends = Z_OF_P95 * np.array([0, -1, 1])
    rows = tuple(
        (
            one.task,
            *np.exp(one.log + ends * one.error).tolist(),
            one.e_value,
            one.e_of_range,
            *np.exp(one.shrunk + ends * one.spread).tolist(),
        )
        for one in effects.effects
    )
    return Findings("effects", "Hazard ratio of a task that is not done", heads, rows)


def curves(found: list[Retention], lives: Lives) -> Iterator[Curve]:
    """Kaplan-Meier steps against the form that the fragment has."""
    for one in found:
        data = curve_of(lives.of(one.segment))
        line = _line(one, data.longest)
        yield Curve(one.segment, "months as a customer", "share still there", data.drawn(), line)


def _line(one: Retention, longest: float) -> tuple[tuple[float, float], ...]:
    if one.form == HAZARD:
        months = np.linspace(0, longest, 60)
        kept = np.exp(-one.hazard.mean * months / MONTHS_PER_YEAR)
        return tuple(zip(months.tolist(), kept.tolist(), strict=True))
    count = max(int(longest // one.term), 1)
    lost = np.array([one.fitted(j + 1) for j in range(count)])
    kept = np.concatenate([[1.0], np.cumprod(1 - lost)])
    points = []
    for j, left in enumerate(kept.tolist()):  # terms end in steps
        points += [(j * one.term, left), (min((j + 1) * one.term, longest), left)]
    return tuple(points)
