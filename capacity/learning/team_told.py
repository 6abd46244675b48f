"""What was found of people, as sentences, warnings, tables and curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from capacity.learning.answer import Curve, Findings
from capacity.learning.attrition import BANDS, Attrition
from capacity.learning.lives import Lives
from capacity.learning.posterior import OUTER, TOO_LITTLE, Rate, is_too_little
from capacity.learning.ramp import Ramp
from capacity.learning.searches import ALL, Search
from capacity.learning.survival import curve_of
from capacity.report.words import share
from capacity.units import MONTHS_PER_YEAR

_FEW = 10
_LONGEST = 60


def sentences(
    found: list[Attrition], searches: Mapping[str, Search], ramps: Mapping[str, Ramp]
) -> Iterator[str]:
    """What was found, in sentences."""
    for one in found:
        left = f"{one.role}: {one.left:,} of {one.people:,} people left"
        if not one.tells:
            years = f"{one.rate.exposure:.1f} person-years"
            yield f"{left} in {years}, which is {TOO_LITTLE}."
            continue
        mean, _ = one.rate.chance()
        low, high = 1 - np.exp(-one.rate.quantiles(OUTER))
        yield (f"{left}, {share(mean, 1)} a year ({share(low, 1)} to {share(high, 1)} in 9 of 10).")
    for role, search in searches.items():
        if search.fit is not None:
            yield (
                f"{role}: a seat stays open for {search.fit.mean:.1f} months on average, of "
                f"{search.filled:,} that were filled and {search.still_open:,} that are open."
            )
    for role, ramp in ramps.items():
        if not ramp.tells:
            people = f"{ramp.newcomers} newcomers and {ramp.ramped} ramped people"
            yield f"{role}: outputs of {people} are {TOO_LITTLE}."
            continue
        listed = ", ".join(share(one) for one in ramp.share[: ramp.listed])
        yield f"{role}: newcomers get done {listed or '100 %'} of what ramped people do, by month."


def warnings(
    found: list[Attrition],
    searches: Mapping[str, Search],
    ramps: Mapping[str, Ramp] | None,
    people: Lives,
) -> Iterator[str]:
    """What to be careful about; `ramps` is None where no outputs were given."""
    if people.has_dates and np.isnat(people.since):
        yield (
            "the roster is taken to hold everybody who ever left. If it begins on some day, say it "
            "by --since, or attrition comes out too low"
        )
    if not people.has_dates:
        yield (
            "a tenure without dates is taken to be looked at from the first day on. People who "
            "left before the roster began are not in it, so attrition comes out too low"
        )
    for one in found:
        if one.left < _FEW and one.tells:
            yield f"{one.role}: few departures ({one.left}); the range says how little they tell"
        first, later = one.by_tenure[0], one.by_tenure[1:]
        if _differ(first, (sum(n for n, _ in later), sum(years for _, years in later))):
            yield (
                f"{one.role}: the first year differs from later ones, but a plan has one attrition "
                "for all tenures"
            )
    for role, search in searches.items():
        if search.fit is None and role != ALL:
            stands_in = ALL in searches and searches[ALL].fit is not None
            instead = "those of all roles stand in" if stands_in else "no time to hire is learned"
            yield f"{role}: {search.filled} seats that were filled are too few; {instead}"
    for one in found:
        if ramps is not None and one.role not in ramps:
            yield f"{one.role}: no outputs of both newcomers and ramped people, so no ramp"


def _differ(one: tuple[int, float], other: tuple[int, float]) -> bool:
    """Whether two rates differ, their ranges being apart."""
    if not (one[1] and other[1]):
        return False
    (low, high), (floor, top) = (Rate.of(*pair).quantiles(OUTER) for pair in (one, other))
    return bool(low > top or floor > high)


def findings(
    found: list[Attrition], searches: Mapping[str, Search], ramps: Mapping[str, Ramp]
) -> Iterator[Findings]:
    """The tables."""
    yield _of_roles(found)
    yield _of_tenures(found)
    if searches:
        heads = {
            "role": "text", "filled": "count", "open": "count", "months": "number",
            "sd": "number", "form": "text",
        }  # fmt: skip
        rows = tuple((role, *_of_search(search)) for role, search in searches.items())
        yield Findings("searches", "Time to hire", heads, rows)
    for role, ramp in ramps.items():
        months = range(len(ramp.people))
        heads = {
            "completed months": "text", "records": "count", "output": "share", "±": "share",
            "ramp": "share",
        }  # fmt: skip
        columns = (ramp.people, ramp.seen, ramp.error, ramp.share)
        lists = (column.tolist() for column in columns)
        yield Findings(
            f"ramp {role}",
            f"Output of newcomers against ramped people, {role}",
            heads,
            tuple(zip(map(str, months), *lists, strict=True)),
        )


def _of_search(search: Search) -> tuple[int, int, float, float, str]:
    if search.fit is None:
        return search.filled, search.still_open, float("nan"), float("nan"), ""
    sd = search.fit.mean * search.fit.variation
    return search.filled, search.still_open, search.fit.mean, sd, search.fit.family


def _of_roles(found: list[Attrition]) -> Findings:
    heads = {
        "role": "text", "people": "count", "left": "count", "person-years": "count",
        "attrition": "share", "p5": "share", "p95": "share",
    }  # fmt: skip
    rows = []
    for one in found:
        low, high = (1 - np.exp(-one.rate.quantiles(OUTER))).tolist()
        told = (one.rate.chance()[0], low, high) if one.tells else (float("nan"),) * 3
        rows.append((one.role, one.people, one.left, one.rate.exposure, *told))
    return Findings("attrition", "Attrition by role, a year", heads, tuple(rows))


def _of_tenures(found: list[Attrition]) -> Findings:
    heads = {
        "role": "text", "tenure": "text", "left": "count", "person-years": "count",
        "rate": "share", "p5": "share", "p95": "share",
    }  # fmt: skip
    rows = []
    for one in found:
        for i, (left, years) in enumerate(one.by_tenure):
            if years:
                figures = (left / years, *Rate.of(left, years).quantiles(OUTER))
                told = (float("nan"),) * 3 if is_too_little(left, years) else figures
                rows.append((one.role, _band(i), left, years, *told))
    return Findings("tenures", "Departures a person-year, by tenure", heads, tuple(rows))


def _band(i: int) -> str:
    low, high = (bound / MONTHS_PER_YEAR for bound in BANDS[i : i + 2])
    return f"{low:g} to {high:g} years" if np.isfinite(high) else f"{low:g} years on"


def curves(
    found: list[Attrition], people: Lives, searches: Mapping[str, Search]
) -> Iterator[Curve]:
    """Who is still there by tenure, and searches by their quantiles."""
    for one in found:
        curve = curve_of(people.of(one.role))
        months = np.linspace(0, curve.longest, _LONGEST)
        kept = np.exp(-one.rate.mean * months / MONTHS_PER_YEAR)
        line = tuple(zip(months.tolist(), kept.tolist(), strict=True))
        yield Curve(one.role, "months of tenure", "share still there", curve.drawn(), line)
    for role, search in searches.items():
        if search.fit is not None:
            at = (np.arange(len(search.months)) + 0.5) / len(search.months)
            fit = search.fit.distribution.ppf(at).tolist()
            pairs = tuple(zip(fit, search.months, strict=True))
            ends = ((fit[0], fit[0]), (fit[-1], fit[-1]))
            across = f"months by the fit ({search.fit.family})"
            yield Curve(f"search for {role}", across, "months until filled", pairs, ends)
