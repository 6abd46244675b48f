"""Scenarios side by side as text: sentences, the figures, and what each change does."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Group
from rich.table import Table

from capacity.report.tables import FEW, MARK, RANGE, TOO_FEW, plain, table
from capacity.report.told import Part, Told
from capacity.report.words import (
    UNKNOWN,
    currency_name,
    currency_sign,
    hours,
    hours_error,
    money,
    money_error,
    people,
    people_error,
    points,
    points_error,
    share,
    shows,
    signed,
)

if TYPE_CHECKING:
    from capacity.comparison import Comparison
    from capacity.versus import Headline, Versus

WIDTH = 80
_DOUBT = 2
"""Monte Carlo errors below which a difference may be none."""
_BESIDE = 4
"""Figures beside each other in a table of changes."""

Row = Mapping[str, Any]


class Manner(NamedTuple):
    """How a figure is said.

    Attributes
    ----------
    label
        What it is called in a table.
    better
        1 where more is better, -1 where less is.
    say, size, off
        The figure, the size of a difference, and its Monte Carlo error where that matters.
    """

    label: str
    better: int
    say: Callable[[float], str]
    size: Callable[[float], str]
    off: Callable[[float, float], str]

    def sized(self, row: Row) -> str:
        """The size of a difference with its error: ``1.2k ± 0.1k``, ``9.6 ± 1.0 pp``."""
        number, space, unit = self.size(abs(row["mean"])).partition(" ")
        return f"{number}{self.off(abs(row['mean']), row['se'])}{space}{unit}"

    def exactly(self, row: Row) -> str:
        """The difference with its error."""
        visible = shows(self.size(abs(row["mean"])))
        return signed(row["mean"], self.sized(row)) if visible else self.sized(row)

    def signed(self, value: float) -> str:
        """A difference."""
        return signed(value, self.size(abs(value))) if math.isfinite(value) else UNKNOWN


def _money(label: str, better: int) -> Manner:
    return Manner(label, better, money, money, money_error)


def _share(label: str, digits: int) -> Manner:
    return Manner(label, 1, partial(share, digits=digits), points, points_error)


_MANNERS = {
    "p_covered": _share("covered", 0),
    "required_fte": Manner("peak FTE", -1, people, people, people_error),
    "dropped_hours": Manner("dropped h", -1, hours, hours, hours_error),
    "team_cost": _money("team cost", -1),
    "gross_profit": _money("gross profit", 1),
    "arr": _money("ARR", 1),
    "grr": _share("GRR", 1),
    "nrr": _share("NRR", 1),
}


def as_text(comparison: Comparison, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(comparison), width)


def report(comparison: Comparison) -> Group:
    """What a person wants first."""
    return told(comparison).group()


def told(comparison: Comparison) -> Told:
    """What is said of each scenario against the first."""
    trials = comparison.trials
    noun = "future" if trials == 1 else "futures"
    kind = f"{trials:,} {noun}" if trials else "expected values, without luck"
    many = len(comparison.versus) > 1
    parts = [
        Part(
            f"{versus.scenario} (B) against {versus.baseline} (A) · {kind}",
            tuple(_Sentences(versus)),
            tuple(_tables(versus, lucky=trials > 0)),
            versus.scenario if many else "",
        )
        for versus in comparison.versus
    ]
    first = comparison.versus[0]
    name = f"{f'{len(parts)} plans' if many else first.scenario} against {first.baseline}"
    if many:
        parts = list(_together(f"{name} · {kind}", parts))
    return Told(name, f"comparison · {kind}", tuple(parts), tuple(_footer(comparison)))


def _together(title: str, parts: Sequence[Part]) -> Iterator[Part]:
    """What each plan costs and brings, its first sentence, side by side; then the rest of each."""
    firsts = (part.labelled(text) for part in parts for text in part.sentences[:1])
    yield Part(title, tuple(firsts), ())
    for part in parts:
        yield replace(part, sentences=part.sentences[1:])


def manner_of(row: Row) -> Manner:
    """How the figure of a row is said."""
    return _MANNERS[row["metric"]]


def currency_of(row: Row) -> str:
    """What stands before a figure that is money: ``$``."""
    return currency_sign(row["unit"]) if _is_money(row) else ""


def label_of(row: Row) -> str:
    """``csm peak FTE``, ``ARR 2028-01``."""
    when = "" if row["period"] == "peak" else row["period"]
    return f"{row['role']} {_MANNERS[row['metric']].label} {when}".strip()


def _is_doubtful(row: Row) -> bool:
    """Whether a difference may be none, for all that the futures tell."""
    return 0 < abs(row["mean"]) < _DOUBT * row["se"]


# --- sentences -----------------------------------------------------------------------------------


class _Sentences:
    """What a scenario does, in sentences that can be repeated."""

    def __init__(self, versus: Versus) -> None:
        self._versus = versus
        self._roles: dict[str, dict[str, Headline]] = {}
        self._plan: dict[str, Headline] = {}
        for told in versus.headline:
            role, metric = told.row["role"], told.row["metric"]
            around = self._roles.setdefault(role, {}) if role else self._plan
            around[metric] = told

    def __iter__(self) -> Iterator[str]:
        if self._versus.steps == ():
            yield f"{self._versus.scenario} says the same as {self._versus.baseline}."
        elif self._versus.headline:
            yield from self._effort()
        for role, found in self._roles.items():
            yield from self._served(role, found)
        for metric, what in (("arr", "ARR"), ("nrr", "NRR")):
            if self._differs(self._plan.get(metric)):
                yield self._earned(what, self._plan[metric])
        yield from self._changes()
        yield from self._versus.notes
        yield from self._doubts()

    @staticmethod
    def _differs(told: Headline | None) -> bool:
        """Whether a difference shows in the digits that are printed."""
        return told is not None and shows(_MANNERS[told.row["metric"]].size(told.row["mean"]))

    @classmethod
    def _much(cls, told: Headline, less: str, more: str, same: str = "") -> str:
        """``$12.0k more``."""
        if same and not cls._differs(told):
            return same
        manner = _MANNERS[told.row["metric"]]
        size = f"{currency_of(told.row)}{manner.sized(told.row)}"
        return f"{size} {less if told.row['mean'] < 0 else more}"

    def _effort(self) -> Iterator[str]:
        """What it costs and brings, and the people that it takes."""
        cost, gain = self._plan.get("team_cost"), self._plan.get("gross_profit")
        needs = {role: found.get("required_fte") for role, found in self._roles.items()}
        done = [f"costs {self._much(cost, 'less', 'more', 'the same')}"] if cost else []
        if gain:
            much = self._much(gain, "less", "more", "the same")
            odds = self._odds(gain.row) if self._differs(gain) else ""
            done.append(f"brings {much} gross profit{odds}")
        if not done and not any(needs.values()):
            done = ["is compared in part"]
        if done:
            yield f"{self._versus.scenario} {' and '.join(done)}."
        most = [
            f"{self._much(told, f'{role} fewer', f'{role} more')}"
            for role, told in needs.items()
            if told and self._differs(told)
        ]
        if most:
            yield f"{self._versus.scenario} needs {' and '.join(most)} at the peak."
        elif any(needs.values()) and not done:
            yield f"{self._versus.scenario} needs as many people."

    def _served(self, role: str, found: Mapping[str, Headline]) -> Iterator[str]:
        """What becomes of the work."""
        covered, dropped = found.get("p_covered"), found.get("dropped_hours")
        said = []
        new, old = _told_apart(covered) if covered and self._differs(covered) else ("", "")
        if new != old:
            said.append(
                f"reaches its coverage target in every period in {new} of the futures instead of "
                f"{old}"
            )
        if dropped and self._differs(dropped):
            said.append(f"drops {self._much(dropped, 'h less', 'h more')} work")
        if said:
            yield f"{role} {' and '.join(said)}."

    def _earned(self, what: str, told: Headline) -> str:
        when = f" in {told.row['period']}" if told.row["period"] else ""
        much = self._much(told, "lower", "higher")
        return f"{what}{when} is {much} on average{self._odds(told.row)}."

    def _odds(self, row: Row) -> str:
        """In how many futures it is so, and in how many it is not."""
        higher, equal = row["p_higher"], row["p_equal"]
        if math.isnan(higher):
            return ""
        ways = [("higher", higher), ("lower", max(0.0, 1 - higher - equal)), ("the same", equal)]
        said = [f"{word} in {share(p)}" for word, p in ways if round(p, 9) > 0]
        return f"; {', '.join(said)} of the futures"

    def _changes(self) -> Iterator[str]:
        steps = self._versus.steps or ()
        if len(steps) == 1 and not steps[0].is_joined:
            yield f"One change makes all of the difference: {steps[0].name}."

    def _doubts(self) -> Iterator[str]:
        rows = [told.row for told in self._versus.headline if _is_doubtful(told.row)]
        found = [label_of(row) for row in rows if shows(_MANNERS[row["metric"]].sized(row))]
        if found:
            yield (
                f"Below {_DOUBT} Monte Carlo errors, so perhaps no difference at all: "
                f"{', '.join(found)}. More trials would tell."
            )


def _told_apart(covered: Headline) -> tuple[str, str]:
    """Two shares of the futures as words; the same ones where there may be no difference."""
    new, old = (share(value) for value in (covered.new, covered.old))
    if _is_doubtful(covered.row):
        return old, old
    return (new, old) if new != old else (share(covered.new, 1), share(covered.old, 1))


# --- tables --------------------------------------------------------------------------------------


def _tables(versus: Versus, *, lucky: bool) -> Iterator[Table]:
    if versus.headline:
        yield _figures(versus, lucky=lucky)
    if versus.steps is not None and len(versus.steps) > 1:
        rows = [row for waterfall in versus.waterfalls for row in waterfall.rows()]
        names = list(dict.fromkeys(label_of(row) for row in rows if _moves(row)))
        for i in range(0, len(names), _BESIDE):
            some = [row for row in rows if label_of(row) in names[i : i + _BESIDE]]
            yield _by_change("Change by change", some, "step", "total")
            yield _by_change("Each change alone", some, "alone", "interaction")


def _figures(versus: Versus, *, lucky: bool) -> Table:
    """The figures of both, and their difference."""
    units = {told.row["unit"] for told in versus.headline if _is_money(told.row)}
    title = f"Over the plan, {currency_name(units.pop())}" if units else "Over the plan"
    heads = ["", "A", "B", "B − A", *([RANGE, "better", "same"] if lucky else [])]
    out = _folding(title, *heads)
    for told in versus.headline:
        if math.isnan(told.old) and math.isnan(told.new):
            continue  # without luck there are no odds
        manner, row = _MANNERS[told.row["metric"]], told.row
        cells = [manner.say(told.old), manner.say(told.new), manner.exactly(row)]
        out.add_row(label_of(row), *cells, *(_spread(manner, row) if lucky else ()))
    return out


def _is_money(row: Row) -> bool:
    return _MANNERS[row["metric"]].size is money


def _spread(manner: Manner, row: Row) -> list[str]:
    """The range of a difference, and the odds that it is for the better and that there is none."""
    low, high = (manner.signed(row[name]) for name in ("p10", "p90"))
    equal = row["p_equal"]
    better = row["p_higher"] if manner.better > 0 else max(0.0, 1 - row["p_higher"] - equal)
    unit = " pp" if low.endswith(" pp") and high.endswith(" pp") else ""
    reach = low if low == high else f"{low.removesuffix(unit)} to {high}"
    if row["metric"] == "p_covered":  # yes or no in each future
        reach = ""
    return [reach, share(better), share(equal)]


def _moves(row: Row) -> bool:
    return shows(_MANNERS[row["metric"]].size(row["mean"]))


def _by_change(title: str, rows: Sequence[Row], each: str, last: str) -> Table:
    """A line for each change and one for all of them, a column for each figure."""
    names = list(dict.fromkeys(label_of(row) for row in rows))
    found = {(row["part"], row["change"], label_of(row)): row for row in rows}
    out = _folding(title, "", *names)
    lines = [(each, change) for change in dict.fromkeys(row["change"] for row in rows) if change]
    for part, change in [*lines, (last, "")]:
        cells = [found.get((part, change, name)) for name in names]
        out.add_row(change or last, *(_cell(row) if row else UNKNOWN for row in cells))
    return out


def _cell(row: Row) -> str:
    mark = MARK if _is_doubtful(row) else ""
    return f"{mark}{_MANNERS[row['metric']].signed(row['mean'])}"


def _folding(title: str, *heads: str) -> Table:
    """A table of which the first column may take several lines."""
    out = table(title, *heads)
    out.columns[0].no_wrap, out.columns[0].overflow = False, "fold"
    return out


def _footer(comparison: Comparison) -> Iterator[str]:
    if not comparison.trials:
        yield "Expected values: every input at its mean. Odds need trials."
        return
    yield (
        f"All meet the same luck, seed {comparison.seed}: a difference is due to the plans. Ranges "
        "run from p10 to p90; better and same are shares of the futures."
    )
    yield (
        f"± is the Monte Carlo standard error of a difference. {MARK} marks differences below "
        f"{_DOUBT} of them."
    )
    if comparison.trials < FEW:
        yield TOO_FEW
