"""What a plan is expected to show: ``p_covered[csm] >= 80%``.

An expectation names a metric, in brackets what it is about and when, behind a colon the mean or a
quantile, and the bound that it has to keep. Whether there is such a figure depends on the accounts
and the team, so that is judged where the plan is laid out.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import ValidationInfo

from capacity import units
from capacity.scenario.currencies import OWN
from capacity.scenario.kinds import JsonSchema, Kind, any_of
from capacity.scenario.parts import nearest, read_each

HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_HOURS = "due done dropped cancelled backlog available capacity"
_ACCOUNTS = "accounts new_accounts churned_accounts"
_MONEY = "arr new_arr expansion_arr contraction_arr churned_arr revenue gross_profit team_cost clv"
_COSTS = "salaries on_costs bonus tools hiring severance platform"
_SHARES = "coverage load utilization logo_retention grr nrr cost_share_of_revenue p_covered"
UNITS: Mapping[str, str] = {
    **{f"{name}_hours": "hours" for name in _HOURS.split()},
    **dict.fromkeys(_SHARES.split(), "share"),
    **dict.fromkeys(("required_fte", "ramped_fte"), "FTE"),
    "headcount": "people",
    "vacancies": "seats",
    **dict.fromkeys(_ACCOUNTS.split(), "accounts"),
    **dict.fromkeys((*_MONEY.split(), "cost_to_serve"), "money"),
    **{f"cost_{name}": "money" for name in _COSTS.split()},
}
"""The metrics that a plan may have, and the unit of each."""
OF_TWO_WORLDS = (
    "roi",
    "roi_with_run_off",
    "npv",
    "npv_with_run_off",
    "irr",
    "payback_period",
    "incremental_gross_profit",
    "incremental_cost",
    "cost_share_of_revenue",
    "accounts_saved",
    "arr_saved",
    "run_off",
    "p_positive",
)
"""What is told over a horizon of a plan with and without something."""
BREAK_EVEN = "break_even_hazard_ratio"
"""The factor on addressable churn from which on something pays."""
Names = Mapping[str, Sequence[str]]
"""What bears a name, and the names; pools are in it where no role is split."""
AT_MOST_ONE = ("p_covered", "coverage", "grr", "logo_retention")
ABOUT = ("segment", "role", "pool", "task")
"""What a name in brackets may be of; `period` besides."""
_PERIOD = "period"
_KINDS = (*ABOUT, _PERIOD)
_EXAMPLE = "Write p_covered[csm] >= 80%, or team_cost <= 1.9M"
_ALONE = "Write required_fte[csm, 2027-03], or arr:p90"
_TIME = re.compile(r"\d|FY\d")
_SIGN = re.compile(r"<=|>=|==|=<|=>|!=|<>|[<>=≤≥≠]")
_MEANT = {"=<": "<=", "=>": ">=", "≤": "<=", "≥": ">="}
_FIGURE = re.compile(r"(?P<metric>\w+)\s*(?:\[(?P<about>.*)\])?\s*(?::\s*(?P<statistic>\w+))?")
_METRIC = re.compile(r"[^\W\d]\w*\s*[\[:]")
_BRACKETS = re.compile(r"\[.*\]")
_QUANTILE = re.compile(r"p(\d\d?)")
_DOTTED = re.compile(r"(.+?)\s*\.\s*(mean|p\d\d?)")
_SHAPE = r"^\s*\w+\s*(?:\[.+\]\s*)?(?::\s*(?:mean|p\d\d?)\s*)?(?:<=?|>=?)\s*[^\s<>=].*$"


@dataclass(frozen=True, slots=True)
class Named:
    """A name in brackets.

    Attributes
    ----------
    name
        Of a segment, role, pool or task, or a period.
    kind
        Which of them, where that was said: ``task=onboarding``; else empty.
    """

    name: str
    kind: str = ""

    @property
    def may_be_time(self) -> bool:
        """Whether it looks like a period, as hardly any name does."""
        return bool(_TIME.match(self.name)) and self.kind in ("", _PERIOD)

    def __str__(self) -> str:
        return f"{self.kind}={self.name}" if self.kind else self.name


@dataclass(frozen=True, slots=True)
class Bound:
    """The quantity that a figure is held against.

    Attributes
    ----------
    value
        The number: a share as a part of 1, hours, an amount in the plan's currency.
    dress
        `share`, `hours` or `money`, as far as the text says it; else empty.
    text
        As it was written.
    """

    value: float
    dress: str
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a plan is expected to show.

    Attributes
    ----------
    metric
        Name in the table of results.
    about
        What the figure is about, and when.
    q
        Probability of a quantile; None is the mean.
    sign
        How the figure stands to the bound.
    """

    metric: str
    about: tuple[Named, ...]
    q: float | None
    sign: str
    bound: Bound

    def __str__(self) -> str:
        about = f"[{', '.join(map(str, self.about))}]" if self.about else ""
        quantile = "" if self.q is None else f":p{100 * self.q:02.0f}"
        return f"{self.metric}{about}{quantile} {self.sign} {self.bound.text}"


def read_expectations(raw: object, info: ValidationInfo) -> tuple[Expectation, ...]:
    """A list of expectations, or a single one; none where a variant takes all of them back."""
    around = info.context or {}
    currency, names = around.get("currency"), around.get("names")

    def read(item: object) -> Expectation:
        found = read_expectation(item, currency, around.get("fx"))
        _judge(found, currency or OWN, names)
        return found

    if not isinstance(raw, list):
        return (read(raw),)
    found = read_each(enumerate(raw), read)
    return tuple(found.values())


def read_expectation(
    raw: object, currency: str | None = None, fx: Mapping[str, float] | None = None
) -> Expectation:
    """One comparison of a figure with a bound."""
    if isinstance(raw, dict) and len(raw) == 1:
        ((before, after),) = raw.items()
        found = f"`{before}: {after}` is a setting to YAML"
        raise ValueError(f"{found}. Write no space behind the colon, or quotes around all of it")
    if not isinstance(raw, str) or not raw.strip():
        found = f"{raw!r} is no expectation" if raw else "is empty"
        raise ValueError(f"{found}. {_EXAMPLE}")
    text = raw.strip()
    sign = sign_in(text)
    if not sign:
        raise ValueError(f"{text!r} compares nothing. {_EXAMPLE}")
    if sign[0] not in HOLDS:
        raise ValueError(f"{text!r}: {other_sign(sign[0])}")
    metric, about, q = _figure(text[: sign.start()].strip(), text)
    bound = text[sign.end() :].strip()
    if not bound or _SIGN.search(bound):
        found = "has two signs" if bound else "has no bound"
        raise ValueError(f"{text!r} {found}. {_EXAMPLE}")
    return Expectation(metric, about, q, sign[0], read_bound(bound, currency, fx))


def sign_in(text: str) -> re.Match[str] | None:
    """Where a figure is compared with a bound; what stands in brackets is a name."""
    return _SIGN.search(_BRACKETS.sub(lambda found: " " * len(found[0]), text))


def other_sign(sign: str) -> str:
    """What to write instead of a sign that is none here."""
    if sign in _MEANT:
        return f"`{sign}` is no sign here. Write {_MEANT[sign]}"
    return f"no simulated figure is ever exactly `{sign}` a number. Write <= or >="


def read_figure_name(text: str) -> tuple[str, tuple[Named, ...], float | None]:
    """The metric, the names in its brackets, and the quantile of a figure alone."""
    return _figure(text.strip(), text.strip())


def _figure(text: str, whole: str) -> tuple[str, tuple[Named, ...], float | None]:
    """The metric, the names in its brackets, and the quantile."""
    dotted = _DOTTED.fullmatch(text)
    if dotted:
        mend = f"{dotted[1]}:{dotted[2]}{whole[len(text) :]}"
        raise ValueError(f"{whole!r}: a quantile stands behind a colon. Write {mend}")
    found = _FIGURE.fullmatch(text)
    if not found:
        wrong = "is no figure" if _METRIC.match(text) else "does not begin with a metric"
        raise ValueError(f"{whole!r} {wrong}. {_ALONE if text == whole else _EXAMPLE}")
    about = () if found["about"] is None else tuple(map(_named, found["about"].split(",")))
    statistic = found["statistic"]
    if statistic in (None, "mean"):
        return found["metric"], about, None
    quantile = _QUANTILE.fullmatch(statistic)
    if not quantile or int(quantile[1]) == 0:
        raise ValueError(f"`{statistic}` is no statistic. Write mean, or a quantile such as p90")
    return found["metric"], about, int(quantile[1]) / 100


def _named(text: str) -> Named:
    kind, equals, name = (part.strip() for part in text.rpartition("="))
    if not name:
        raise ValueError("a name is missing in brackets. Write names, as in [csm, 2027-06]")
    if equals and kind not in _KINDS:
        raise ValueError(
            f"`{kind}` is nothing that figures are about.{nearest(kind, _KINDS)} "
            f"Write one of {', '.join(_KINDS)}"
        )
    return Named(name, kind)


def read_bound(
    text: str, currency: str | None = None, fx: Mapping[str, float] | None = None
) -> Bound:
    """A share, a plain number, an amount of money, or hours."""
    if text.endswith("%"):
        return Bound(units.parse_share(text), "share", text)
    try:
        value = units.parse_money(text, currency, fx)
    except ValueError as error:
        if " is in " in str(error):
            raise  # another currency
    else:
        return Bound(value, "money" if re.search("[A-Z]{3}$", text) else "", text)
    try:
        return Bound(units.parse_hours(text), "hours", text)
    except ValueError:
        raise ValueError(f"{text!r} is no quantity. Write it as 80%, 12, 300h or 1.9M") from None


def names_of(data: Mapping[str, Any]) -> Names | None:
    """The names that a plan gives, by what bears them; None where they are not all known."""
    parts = {"segment": "segments", "role": "team", "task": "tasks"}
    found = {kind: data.get(section) for kind, section in parts.items()}
    if not all(isinstance(section, dict) for section in found.values()):
        return None
    roles = (role for role in data["team"].values() if isinstance(role, dict))
    names = {kind: list(section or ()) for kind, section in found.items()}
    splits = any("split" in role for role in roles)
    return names if splits else names | {"pool": []}


def _judge(expectation: Expectation, currency: str, names: Names | None) -> None:
    """Judge what needs no accounts: whether there is such a metric, name and bound.

    Raises
    ------
    ValueError
        Where there is not.
    """
    metric, bound = expectation.metric, expectation.bound
    if metric not in UNITS:
        raise ValueError(no_metric(metric, UNITS))
    check_bound(metric, UNITS[metric], bound, currency)
    if metric in AT_MOST_ONE and not 0 <= bound.value <= 1:
        text = f"{metric} lies between 0% and 100%, so {bound.text} decides nothing"
        raise ValueError(f"{text}. Write a share between them")
    for item in expectation.about if names else ():
        assert names
        known = names.get(item.kind)
        if not item.kind and "pool" in names and not item.may_be_time:
            known = [name for kind in names.values() for name in kind]
        if known is not None and item.name not in known:
            kind = f"{item.kind} " if item.kind else ""
            text = f"{metric} knows no {kind}`{item.name}`.{nearest(item.name, known)}"
            raise ValueError(f"{text} Known: {', '.join(known)}")


def no_metric(name: str, known: Iterable[str]) -> str:
    """What to say where a plan has no metric of a name."""
    if name in (*OF_TWO_WORLDS, BREAK_EVEN):
        return f"{name} compares a plan with one without the team. Ask `capacity roi` for it"
    names = list(dict.fromkeys(known))
    hint = nearest(name, names) or f" Write one of {', '.join(names)}"
    return f"no metric is called `{name}`.{hint}"


def check_bound(name: str, unit: str, bound: Bound, currency: str) -> None:
    """The bound must be a quantity such as the figure is.

    Parameters
    ----------
    unit
        Of the figure, with ``money`` for any currency.

    Raises
    ------
    ValueError
        Where it is another.
    """
    if unit == "share":
        if bound.dress not in ("", "share") or (not bound.dress and bound.value > 1):
            text = f"{name} is a share, which {bound.text} is not"
            raise ValueError(f"{text}. Write it in percent, as in 80%")
        return
    fits, example = {"hours": ("hours", "300h"), "money": ("money", "1.9M")}.get(unit, ("", "12"))
    if bound.dress not in ("", fits):
        said = currency if unit == "money" else unit
        raise ValueError(
            f"{name} is in {said}, which {bound.text} is not. Write it as in {example}"
        )


_EXPECTATION: JsonSchema = {"type": "string", "pattern": _SHAPE}
Expectations = Annotated[
    tuple[Expectation, ...],
    Kind(
        read_expectations,
        "comparison, or a list of them",
        any_of(_EXPECTATION, {"type": "array", "items": _EXPECTATION}),
    ),
]
