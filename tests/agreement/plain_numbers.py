"""The forms of an uncertain number, spans, rates and months, read the obvious way."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable
from datetime import date
from functools import cache, cached_property
from typing import Any

import numpy as np
from scipy import integrate, special, stats

Z90 = float(special.ndtri(0.9))
"""1.2816, unrounded: p10 and p90 are exactly what they are called."""

DAYS_PER_MONTH = 365.25 / 12

SCALES: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "positive": (math.log, math.exp),
    "share": (special.logit, special.expit),
    "any": (float, float),
}
"""For each kind of number the scale on which {p10, p50, p90} is normal, there and back."""


def round_half_up(x: float) -> int:
    """The nearest whole number, halves upwards."""
    return math.floor(x + 0.5)


def span_months(text: str) -> float:
    """A span such as "3 months", "90 days", "6 weeks" or "quarter", in months."""
    count, unit = split_span(text)
    return count * {"day": 1 / DAYS_PER_MONTH, "week": 7 / DAYS_PER_MONTH, "month": 1.0}[unit]


@cache
def split_span(text: str) -> tuple[float, str]:
    """A span as a count of days, weeks or months."""
    words = text.split()
    count = float(words[0]) if len(words) == 2 else 1.0
    unit = words[-1].removesuffix("s")
    months = {"quarter": 3.0, "year": 12.0}
    return (count * months[unit], "month") if unit in months else (count, unit)


def per_year(written: float | str) -> float:
    """A yearly rate from "0.6 per year", "2 per month" or a bare yearly number."""
    if isinstance(written, str):
        count, _, unit = written.split()
        return float(count) * {"year": 1, "month": 12}[unit]
    return float(written)


def hours_per_month(text: str) -> float:
    """Monthly hours from "20 hours per month"."""
    count, *words = text.split()
    if words != ["hours", "per", "month"]:
        raise ValueError(text)
    return float(count)


def month_index(text: str) -> int:
    """The number of a month 'YYYY-MM', counted from the year 0."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def first_day(month: int) -> date:
    """The first day of a numbered month."""
    return date(month // 12, month % 12 + 1, 1)


def month_of(day: date) -> int:
    """The number of the month that holds a day."""
    return day.year * 12 + day.month - 1


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month is too short."""
    year, month = divmod(month_of(day) + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_by_date(written: Any) -> bool:
    """Whether values are given by month, as in {2027-01: 3, 2027-07: 2}."""
    if not isinstance(written, dict) or not written:
        return False
    return all(str(key)[:2] == "20" for key in written)


class Setting:
    """What is decided and not drawn: one value, or values by date."""

    def __init__(self, written: Any, read: Callable[[Any], Any]) -> None:
        """Read one value, or one for each date."""
        series = written if is_by_date(written) else {"": written}
        self.first, *_ = values = [read(one) for one in series.values()]
        days = [date.fromisoformat(f"{day}-01") for day in [*series][1:]]
        self.later = list(zip(days, values[1:], strict=True))

    def on(self, day: date) -> Any:
        """What holds on a day of the plan."""
        return next((one for since, one in reversed(self.later) if since <= day), self.first)

    def ever(self) -> list[Any]:
        """All that it is at some time."""
        return [self.first, *(one for _, one in self.later)]


class Number:
    """One number of a scenario: what it is on average and how it is drawn.

    kind is "positive", "share" or "any" (may be negative); it decides the shape of the forms
    {p10, p50, p90} and {mean, sd}. parse turns what is written into a float.

    A number by date is its first value, which holds when the plan begins, and knows the others.
    """

    def __init__(
        self, written: Any, kind: str = "positive", parse: Callable[[Any], float] = float
    ) -> None:
        """Read one of the four forms, or values by date."""
        self.kind = kind
        self.later: list[tuple[date, Number]] = []
        if is_by_date(written):
            (_, written), *others = written.items()
            self.later = [
                (date.fromisoformat(f"{day}-01"), Number(other, kind, parse))
                for day, other in others
            ]
        form = written if isinstance(written, dict) else {"value": written}
        self.form = {key: parse(x) for key, x in form.items()}
        self.uncertain = "value" not in self.form

    def on(self, day: date) -> Number:
        """The number that holds on a day of the plan."""
        return next((one for since, one in reversed(self.later) if since <= day), self)

    def quantile(self, u: float) -> float:
        """The value that is not exceeded with probability u."""
        form = self.form
        if "value" in form:
            return form["value"]
        if "p50" in form:
            return self._of_normal(float(special.ndtri(u)))
        if "likely" in form:
            low, high = form["low"], form["high"]
            return low + (high - low) * float(stats.beta.ppf(u, *self._pert))
        return float(self._moment_distribution.ppf(u))

    def draw(self, rng: np.random.Generator) -> float:
        """One random value."""
        form = self.form
        if "value" in form:
            return form["value"]
        if "p50" in form:
            return self._of_normal(rng.standard_normal())
        if "likely" in form:
            return form["low"] + (form["high"] - form["low"]) * rng.beta(*self._pert)
        return self._draw_moments(rng)

    @cached_property
    def mean(self) -> float:
        """The expected value."""
        form = self.form
        if "value" in form:
            return form["value"]
        if "likely" in form:
            return (form["low"] + 4 * form["likely"] + form["high"]) / 6
        return form["mean"] if "mean" in form else self._normal_moment(1)

    @cached_property
    def variance(self) -> float:
        """The variance."""
        form = self.form
        if "value" in form:
            return 0.0
        if "likely" in form:
            a, b = self._pert
            return (form["high"] - form["low"]) ** 2 * a * b / ((a + b) ** 2 * (a + b + 1))
        return form["sd"] ** 2 if "sd" in form else self._normal_moment(2) - self.mean**2

    @property
    def median(self) -> float:
        """The value exceeded as often as not."""
        return self.quantile(0.5)

    @cached_property
    def _pert(self) -> tuple[float, float]:
        """The two shapes of the beta whose mean is (low + 4 likely + high)/6."""
        low, likely, high = (self.form[key] for key in ("low", "likely", "high"))
        width = high - low
        return 1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width

    def _of_normal(self, z: float) -> float:
        """The value of the split normal at z, on the scale that suits the kind."""
        scale, back = SCALES[self.kind]
        low, middle, high = (scale(self.form[key]) for key in ("p10", "p50", "p90"))
        return float(back(middle + (middle - low if z < 0 else high - middle) / Z90 * z))

    def _normal_moment(self, power: int) -> float:
        """The expected value of a power of the split normal's value."""

        def weighted(z: float) -> float:
            return self._of_normal(z) ** power * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        return integrate.quad(weighted, -12, 0)[0] + integrate.quad(weighted, 0, 12)[0]

    @cached_property
    def _moments(self) -> tuple[float, float]:
        """The two parameters of the gamma, beta or normal with the written mean and sd."""
        mean, sd = self.form["mean"], self.form["sd"]
        if self.kind == "positive":
            return (mean / sd) ** 2, sd**2 / mean
        if self.kind == "share":
            size = mean * (1 - mean) / sd**2 - 1
            return mean * size, (1 - mean) * size
        return mean, sd

    @cached_property
    def _moment_distribution(self) -> Any:
        """The frozen distribution with the written mean and sd."""
        a, b = self._moments
        if self.kind == "positive":
            return stats.gamma(a, scale=b)
        return stats.beta(a, b) if self.kind == "share" else stats.norm(a, b)

    def _draw_moments(self, rng: np.random.Generator) -> float:
        """One value of the gamma, beta or normal with the written mean and sd."""
        a, b = self._moments
        if self.kind == "positive":
            return float(rng.gamma(a, b))
        return float(rng.beta(a, b) if self.kind == "share" else rng.normal(a, b))


def lognormal(rng: np.random.Generator, mean: float, variance: float) -> float:
    """One draw of the lognormal with this mean and variance; 0 where the mean is 0."""
    if mean <= 0 or variance <= 0:
        return max(mean, 0.0)
    spread = math.log1p(variance / mean**2)
    return mean * math.exp(math.sqrt(spread) * rng.standard_normal() - spread / 2)
