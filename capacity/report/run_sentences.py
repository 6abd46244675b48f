"""A run in sentences: those that people repeat, all that is worth one, and how to read them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from capacity.report.figures import HIGH, MEDIAN, MONEY, PERCENT, Figures
from capacity.report.tables import FEW, MARK, TOO_FEW
from capacity.report.words import currency_sign, error, money, people, share, share_error

_VERDICTS = (
    (0.9, "enough people"),
    (0.5, "probably enough people"),
    (0.1, "probably not enough people"),
    (0.0, "not enough people"),
)
"""What is said of people from some odds on that the work of every period is covered."""


def sentences(figures: Figures) -> Iterator[str]:
    """Everything that is worth a sentence."""
    for role in figures.roles:
        if figures.lucky and _is_busy(figures, role):
            yield _odds(figures, role)
        yield _peak(figures, role)
        if not figures.lucky:
            yield from _scarce(figures, role)
    yield from _slips(figures)
    if figures.has("arr") and figures.opening > 0:
        yield _revenue(figures)
    if float(figures.result.mean("team_cost", period="")) > 0:
        yield _cost(figures)


def _is_busy(figures: Figures, role: str) -> bool:
    """Whether work falls due."""
    return float(figures.result.mean("due_hours", role=role, period="")) > 0


def _peak(figures: Figures, role: str) -> str:
    peak = peak_of(figures, role, None)
    if peak.is_idle:
        return f"{role}: no work falls due."
    when = figures.in_words(peak.period)
    where = {"period": peak.period, "role": role}
    offs = [error(figures.result.error("required_fte", q, **where), 1) for q in (MEDIAN, HIGH)]
    there = f"{peak.there} on average" if figures.lucky else peak.there
    if not figures.lucky or peak.high == peak.need:
        return (
            f"{role}: the peak is {when}, which needs {peak.need}{offs[0]} ramped people "
            f"against {there}."
        )
    return (
        f"{role}: the peak is {when}, which needs over {peak.need}{offs[0]} ramped people in half "
        f"of the futures and over {peak.high}{offs[1]} in 1 of 10, against {there}."
    )


def peak_in_short(figures: Figures, role: str) -> str:
    """What a chart of the need of a role shows, as its title.

    ``csm peaks in 2028-01 at 7.7 FTE, above 9.0 in 1 of 10 futures, against 7.5 ramped of 7.8
    heads``; of longer periods than the plan's it says that these are means.
    """
    peak = peak_of(figures, role, figures.by)
    if peak.is_idle:
        return f"{role}: no work falls due"
    verb, mean = "peaks in", ""
    if figures.noun != figures.step:
        verb, mean = "needs most in", f" on average of its {figures.step}s"
    odds = f", above {peak.high} in 1 of 10 futures" if figures.lucky else ""
    return f"{role} {verb} {peak.period} at {peak.need} FTE{mean}{odds}, against {peak.there}"


@dataclass(frozen=True)
class _Peak:
    """The period in which a role needs most people, and these as they are said.

    Attributes
    ----------
    need, high
        Ramped people in half of the futures, and in 1 of 10; expected ones where there is no luck.
    there
        Who is there then: ``7.5 ramped of 7.8 heads``.
    """

    period: str
    need: str
    high: str
    there: str
    is_idle: bool


def peak_of(figures: Figures, role: str, by: str | None) -> _Peak:
    """The peak of a role, by its own periods or longer ones."""
    middle = figures.middle("required_fte", role, by)
    period = max(middle, key=lambda label: middle[label])
    high = figures.figures("required_fte", role, HIGH, by)[period]
    there = _there(figures, period, role=role, by=by)
    return _Peak(period, people(middle[period]), people(high), there, middle[period] <= 0)


def _there(figures: Figures, period: str, **about: Any) -> str:
    """``7.5 ramped of 7.8 heads``: what is needed is held against people who are ramped."""
    ramped, heads = (
        people(figures.result.figures(name, **about)[period])
        for name in ("ramped_fte", "headcount")
    )
    return f"{ramped} ramped of {heads} heads"


def _scarce(figures: Figures, role: str) -> Iterator[str]:
    """The pool that is furthest short of people, where the role as a whole may hide it."""
    pools = figures.pools(role)
    needs, ramped = (
        {pool: figures.result.figures(name, role=role, pool=pool) for pool in pools}
        for name in ("required_fte", "ramped_fte")
    )
    short = {(p, t): needs[p][t] - ramped[p][t] for p in needs for t in needs[p]}
    pool, period = max(short, key=lambda where: short[where], default=("", ""))
    if pool and short[pool, period] >= 0.05:
        need = people(needs[pool][period])
        there = _there(figures, period, role=role, pool=pool)
        yield (
            f"{role}: of its pools {pool} is furthest short, in {figures.in_words(period)}: it "
            f"needs {need} ramped people against {there}."
        )


def _odds(figures: Figures, role: str) -> str:
    off = error(figures.result.error("p_covered", role=role), 1, 100)
    off = f" (Monte Carlo error{off} points)" if off else ""
    target = share(figures.plan.team[role].coverage_target.mean)
    noun = figures.step
    held = figures.held(role=role)
    verdict = _verdict(float(figures.result.mean("p_covered", role=role)))
    text = f"{role}: {verdict}. Coverage of {target} in every {noun} holds in {held}{off}"
    pools = figures.pools(role)
    if not pools:
        return f"{text}."
    held_by = {p: float(figures.result.mean("p_covered", role=role, pool=p)) for p in pools}
    worst = min(held_by, key=lambda pool: held_by[pool])
    least = figures.held(role=role, pool=worst)
    return f"{text}; of its pools {worst} holds it least often, in {least}."


def _verdict(odds: float) -> str:
    """Whether the people of a role suffice, in words that say how sure that is."""
    return next(words for least, words in _VERDICTS if odds >= least)


def _slips(figures: Figures) -> Iterator[str]:
    lost = sorted(figures.tasks, key=lambda t: (t.dropped, t.task), reverse=True)
    named = [f"{t.task} ({t.said('dropped')} h)" for t in lost if t.dropped >= 0.5]
    total = sum(t.dropped for t in lost)
    due = sum(t.due for t in lost)
    if not named:
        yield "No work is dropped." if total == 0 else "Hardly any work is dropped."
        return
    late = sum(t.late for t in lost)
    there, off = due + late, sum(t.spreads["dropped"] for t in lost)
    part, off = total / there, off / there
    hours_of = "due and late hours" if late >= 0.5 else "due hours"
    slips = ", ".join(named[:4])
    yield (
        f"What slips first: {slips}; {share(part, 1)}{share_error(part, off, 1)} of all "
        f"{hours_of} are dropped on average."
    )


def _revenue(figures: Figures) -> str:
    last = figures.result.periods[-1]
    text = (
        f"ARR goes from {money(figures.opening, figures.plan.currency)} to "
        f"{figures.said('arr', MONEY, period=last)}"
    )
    if figures.has("grr") and math.isfinite(float(figures.result.mean("grr", period=""))):
        after = f"after {figures.plan.horizon.periods.year_in_words} " * bool(_span(figures))
        text += (
            f"; {after}GRR {figures.said('grr', PERCENT, period='')}, "
            f"NRR {figures.said('nrr', PERCENT, period='')}"
        )
    return text + "."


def _span(figures: Figures) -> str:
    """How long a plan is that is no year, of which everybody takes a figure to be; else nothing."""
    periods = figures.plan.horizon.periods
    length = periods.length_in_words
    return "" if length == periods.year_in_words else length


def _cost(figures: Figures) -> str:
    sign, span = currency_sign(figures.plan.currency), _span(figures)
    start = f"Over {span} the team costs" if span else "The team costs"
    text = f"{start} {figures.said('team_cost', MONEY, sign, period='')}"
    if figures.has("cost_share_of_revenue") and figures.opening > 0:
        part = float(figures.result.mean("cost_share_of_revenue"))
        off = share_error(part, float(figures.result.error("cost_share_of_revenue")), 1)
        text += f", {share(part, 1)}{off} of revenue"
    return text + "."


def headline(figures: Figures) -> Iterator[str]:
    """The three sentences that are repeated: whether people suffice, the peak, and revenue."""
    if figures.roles:
        if figures.lucky and _is_busy(figures, figures.tightest):
            yield _odds(figures, figures.tightest)
        yield _peak(figures, figures.tightest)
    if figures.has("arr") and figures.opening > 0:
        yield _revenue(figures)


def footer(figures: Figures) -> Iterator[str]:
    """How the figures are to be read."""
    own = figures.step
    if own != figures.rows:
        thursday = f"A week belongs to the {figures.rows} of its Thursday. " * (own == "week")
        yield (
            f"{thursday}By {figures.rows}, hours are summed, required "
            f"FTE is the mean of the {own}s, and people are those of the last one."
        )
    if not figures.lucky:
        yield "Expected values: every input at its mean. Odds need trials."
        return
    seed = figures.result.manifest["seed"]
    yield (
        f"Money and hours are expected values, FTE and coverage by {figures.rows} medians; ranges "
        f"run from p10 to p90. Seed {seed}."
    )
    yield (
        "± is a Monte Carlo standard error; behind several figures, the largest. "
        f"{MARK} marks figures where it is 1 % or more, of shares half a point or more."
    )
    if figures.result.trials < FEW:
        yield TOO_FEW
    if "precision" in figures.result.manifest:
        yield _precision(figures, figures.result.manifest["precision"])
    if "summarised" in figures.result.manifest:
        yield _summarised(figures.result.manifest["summarised"])


def _precision(figures: Figures, found: Mapping[str, Any]) -> str:
    """Whether the figures are as exact as was asked."""
    what = "headline figures" if found["metric"] == "headline" else found["metric"]
    asked, futures = f"Asked for: {what} to {_exactly(found['asked'])}", figures.result.trials
    if found["reached"]:
        return f"{asked}. Reached after {futures:,} futures."
    left = "not known" if found["error"] is None else _exactly(found["error"])
    return (
        f"{asked}. Not reached: after {futures:,} futures the error is {left}. "
        "Give more trials, or ask for less."
    )


def _summarised(found: Mapping[str, Any]) -> str:
    """That quantiles are not exact, and why."""
    size = f"{found['bytes_not_kept'] / 1e9:,.1f} GB"
    within = _exactly(found["quantiles_within"])
    return (
        f"The futures, {size} of them, were summarised as they came: quantiles are within "
        f"{within} of their value. Means and their errors are exact."
    )


def _exactly(precision: float) -> str:
    """``0.5 %``, as exactly as it takes."""
    return f"{100 * precision:.3g} %"
