"""What was found of rates, as sentences, warnings, tables and curves."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

import numpy as np

from capacity.arrays import FloatArray
from capacity.learning.answer import Curve, Findings
from capacity.learning.counts import Found, Period
from capacity.learning.posterior import OUTER, TOO_LITTLE
from capacity.report.words import share

_WIDTH = 8
_FEW_YEARS = 10
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def sentences(found: list[Found], seasons: Mapping[str, FloatArray]) -> Iterator[str]:
    """What was found, in sentences."""
    for one in found:
        digits = 1 if one.years < _FEW_YEARS else 0
        seen = f"{one.events:,} events in {one.years:,.{digits}f} account-years"
        if not one.tells:
            yield f"{one.task}, {one.segment}: {seen}, which is {TOO_LITTLE}."
            continue
        low, high = one.rate.quantiles(OUTER)
        differ = f" Accounts differ by {share(one.spread)} beyond luck." * one.differ
        yield (
            f"{one.task}, {one.segment}: {one.rate.mean:.3g} a year and account ({low:.3g} to "
            f"{high:.3g} in 9 of 10), {seen}.{differ}"
        )
    for task, weights in seasons.items():
        yield (
            f"{task}: months differ beyond luck, from {weights.min():.2f} to {weights.max():.2f} "
            "times the mean."
        )


def warnings(
    found: list[Found], since: dt.date | None, period: Period, absent: list[str]
) -> Iterator[str]:
    """What to be careful about; `absent` are segments of which nobody was there then."""
    for segment in absent:
        yield f"{segment}: no account was there in the period of the events, so it has no rate"
    if since is None:
        yield (
            f"the period is taken to begin with the month of the first event, {period.since}. Say "
            "by --since from when on events were logged"
        )
    for one in found:
        if one.differ and one.tells:
            yield (
                f"{one.task}, {one.segment}: accounts differ more than one rate allows. A plan "
                "gives all of a segment the same; the range of the mean is widened for it"
            )


def findings(found: list[Found], seasons: Mapping[str, FloatArray]) -> Iterator[Findings]:
    """The tables."""
    heads = {
        "task": "text", "segment": "text", "accounts": "count", "events": "count",
        "account-years": "count", "rate": "chance", "p5": "chance", "p95": "chance",
        "accounts differ": "share", "p": "chance",
    }  # fmt: skip
    rows = tuple(
        (
            one.task, one.segment, one.accounts, one.events, one.years, *_figures(one),
            one.spread, one.p_value,
        )
        for one in found
    )  # fmt: skip
    yield Findings("rates", "Events a year and account", heads, rows)
    if seasons:
        named = {"task": "text", **dict.fromkeys(_MONTHS, "number")}
        weights = tuple((task, *row.tolist()) for task, row in seasons.items())
        yield Findings("seasons", "Weights of the months", named, weights)


def _figures(one: Found) -> tuple[float, ...]:
    """The rate and its range; nothing where there is too little to tell it."""
    if not one.tells:
        return (math.nan,) * 3
    return one.rate.mean, *one.rate.quantiles(OUTER).tolist()


def curves(found: list[Found]) -> Iterator[Curve]:
    """Accounts by their number of events, against the negative binomial of mean exposure."""
    from scipy.stats import nbinom, poisson  # slow to import

    for one in found:
        if not one.tells:
            continue
        mean = one.events / one.accounts
        count = np.arange(max(len(one.counts), _WIDTH))
        size = 1 / one.spread**2 if one.spread > 0 else 0.0
        fit = nbinom.pmf(count, size, size / (size + mean)) if size else poisson.pmf(count, mean)
        seen = one.counts / one.accounts
        yield Curve(
            f"{one.task}, {one.segment}",
            "events of an account",
            "share of the accounts",
            tuple(zip(range(len(seen)), seen.tolist(), strict=True)),
            tuple(zip(count.tolist(), fit.tolist(), strict=True)),
        )
