"""A back-test as text: a verdict, how good the ranges were, which input explains a miss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table

from capacity.report.inputs import input_name, input_value, short_path
from capacity.report.tables import WIDTH, plain, table
from capacity.report.told import Told
from capacity.report.words import UNKNOWN, in_unit, money, odds, points, share, signed

if TYPE_CHECKING:
    from capacity.backtesting.answer import Backtest
    from capacity.backtesting.figures import Figure
    from capacity.backtesting.findings import Coverage, Score
    from capacity.backtesting.inputs import Suspect

_HEADLINE = 0.8
"""The range that is spoken of."""
_MOST = 12
"""Inputs, and values outside of the ranges, that a table lists."""
_ALIKE = 2
"""Inputs beside the first that are named in a sentence."""
_COUNTED = ("FTE", "people", "seats", "accounts")
NAIVE = {
    "last_value": "the last value",
    "last_year": "the same periods of last year",
    "constant_ratio": "a constant ratio to ARR",
}
_HEADS = {
    "last_value": "last value",
    "last_year": "last year",
    "constant_ratio": "ratio to ARR",
}


def as_text(found: Backtest, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(found), width)


def report(found: Backtest) -> Group:
    """What a person wants first."""
    return told(found).group()


def told(found: Backtest) -> Told:
    """What is said of a forecast."""
    values, futures = len(found.points), found.manifest["trials"]
    about = f"back-test · {values:,} {_noun(values, 'value')} · {futures:,} futures"
    tables = tuple(one for one in _tables(found) if one.row_count)
    sentences = (verdict(found), *_sentences(found))
    return Told.of_one(found.scenario.name, about, sentences, tables, tuple(_notes(found)))


# --- sentences -----------------------------------------------------------------------------------


def verdict(found: Backtest) -> str:
    """What came of it, in a sentence."""
    often = odds(found.odds, found.manifest["trials"])
    if found.missed:
        return f"The plan missed: {_miss(found)}; the plan itself comes out as odd in only {often}."
    one = next(c for c in found.coverage if c.level == _HEADLINE)
    return (
        f"The plan held: {one.inside} of {one.points} values lie in its 80 % ranges, where "
        f"{one.expected:.0f} were to be expected; the plan itself comes out as odd in {often}."
    )


def _miss(found: Backtest) -> str:
    """In what the oddest figure is odd."""
    score = found.worst
    name, say = found.names[score.figure], _in(score.figure)
    if score.bias_odds <= score.crps_odds:
        against = f"{say(score.actual)} against {say(score.forecast)}{_each(score)}"
        return f"{name} was {_far(score.relative, score.bias)} the forecast ({against})"
    if score.times < 1:
        return f"{name} came closer to the forecast than its ranges allow, which are too wide"
    if math.isinf(score.times):
        return f"{name} was off its forecast, which has no range"
    return f"{name} was {score.times:.1f} times as far off the forecast as the plan expects"


def _each(score: Score) -> str:
    return f", on average over {score.points} periods" if score.points > 1 else ""


def _far(relative: float, bias: float) -> str:
    """``71 % above``, or ``2.2 times``."""
    side = "above" if bias > 0 else "below"
    if not math.isfinite(relative):
        return side
    return f"{1 + relative:.1f} times" if relative >= 1 else f"{share(abs(relative))} {side}"


def _sentences(found: Backtest) -> Iterator[str]:
    yield from _causes(found)
    yield from _ranges(found)
    yield from _skills(found)


def _ranges(found: Backtest) -> Iterator[str]:
    """Ranges that are too narrow or too wide."""
    for one in [one for one in found.coverage if one.is_odd][-1:]:
        word = "narrow" if one.inside < one.expected else "wide"
        yield (
            f"The ranges were too {word}: of {one.points} values {one.inside} lie in the "
            f"{share(one.level)} range, where {one.usual[0]:.0f} to {one.usual[1]:.0f} do in 9 of "
            "10 futures."
        )


def _causes(found: Backtest) -> Iterator[str]:
    cause, why = found.cause, found.explanation
    if not found.missed:
        return
    if cause is None:
        yield (
            "No uncertain input explains it: a number without a range may be wrong, or something "
            "happened that the plan does not know."
        )
        return
    yield (
        f"{input_name(cause.unknown)} explains {share(cause.share)} of it: at "
        f"{input_value(cause.unknown, cause.freed)}, where {_believed(cause)} was believed"
        f"{_beyond(cause)}."
    )
    others = [one for one in why.suspects[1:] if one.is_alike][:_ALIKE]
    if others:
        each = " or ".join(
            f"{input_name(one.unknown)} at {input_value(one.unknown, one.freed)}" for one in others
        )
        yield f"{each} would explain it as well: these figures do not tell them apart."
    if found.has_other_causes:
        left = odds(cause.odds, why.trials)
        yield f"Even so more is left to explain than in all but {left}: it is not the only cause."


def _believed(cause: Suspect) -> str:
    low, high = (input_value(cause.unknown, value) for value in (cause.p10, cause.p90))
    return f"{low} to {high}"


def _beyond(cause: Suspect) -> str:
    if cause.beyond:
        return ""
    return ", beyond everything that the range allows"


def _skills(found: Backtest) -> Iterator[str]:
    known = False
    for name, called in NAIVE.items():
        skills = [score.naive[name].skill for score in found.scores]
        skills = [skill for skill in skills if math.isfinite(skill)]
        if skills:
            known = True
            better, count = sum(skill > 0 for skill in skills), len(skills)
            noun = _noun(count, "figure")
            yield f"Against {called} the plan was better for {better} of {count} {noun}."
    if not known:
        yield "No naive forecast is known to compare with: give values of before the plan."


# --- tables --------------------------------------------------------------------------------------


def _tables(found: Backtest) -> Iterator[Table]:
    yield _figures(found)
    yield _coverage(found.coverage)
    yield _errors(found)
    if found.missed:
        yield _inputs(found)
    yield _outside(found)


def _figures(found: Backtest) -> Table:
    heads = ("values", "happened", "forecast", "bias", "9 of 10 futures", "odds", "in 80 %")
    out = table("Figures, on average over their periods", "figure", *heads)
    at = [one.level for one in found.coverage].index(_HEADLINE)
    for one in found.scores:
        say = _in(one.figure)
        low, high = (_signed(one, value) for value in one.usual)
        out.add_row(
            short_path(found.names[one.figure]), f"{one.points}", say(one.actual),
            say(one.forecast), _signed(one, one.bias), f"{low} to {high}", _odds(one.bias_odds),
            f"{one.inside[at]}",
        )  # fmt: skip
    return out


def _signed(score: Score, value: float) -> str:
    return signed(value, _error(score, abs(value)))


def _error(score: Score, value: float) -> str:
    """An error, with a digit more where people and accounts are counted; of shares in points."""
    if score.figure.unit in _COUNTED:
        return f"{value:.2f}" if math.isfinite(value) else UNKNOWN
    return points(value) if score.figure.unit == "share" else _in(score.figure)(value)


def _in(figure: Figure) -> Callable[[float], str]:
    """How values of a figure are said; money with its currency."""
    is_money = figure.unit not in ("share", "hours", *_COUNTED)
    return partial(money, currency=figure.unit) if is_money else in_unit(figure.unit)


def _odds(value: float) -> str:
    return share(value, 1 if value < 0.1 else 0)


def _coverage(found: tuple[Coverage, ...]) -> Table:
    heads = ("within", "of", "expected", "9 of 10 futures", "odds", "true share, 95 % sure")
    out = table("How often the ranges held what happened", "range", *heads)
    for one in found:
        sure = f"{share(one.low)} to {share(one.high)}" if math.isfinite(one.low) else UNKNOWN
        out.add_row(
            share(one.level), f"{one.inside}", f"{one.points}", f"{one.expected:.1f}",
            f"{one.usual[0]:.0f} to {one.usual[1]:.0f}", _odds(one.odds), sure,
        )  # fmt: skip
    return out


def _errors(found: Backtest) -> Table:
    """The CRPS, what it should be, and the part of naive forecasts' errors that the plan saves."""
    known = [name for name in NAIVE if any(score.naive[name].points for score in found.scores)]
    heads = [head for name in known for head in (_HEADS[name], "skill")]
    out = table("Error of the whole range (CRPS)", "figure", "plan", "expected", "odds", *heads)
    for one in found.scores:
        pairs = ((one.naive[name].error, one.naive[name].skill) for name in known)
        cells = [text for error, skill in pairs for text in (_error(one, error), share(skill))]
        errors = (_error(one, one.crps), _error(one, one.crps_expected), _odds(one.crps_odds))
        out.add_row(short_path(found.names[one.figure]), *errors, *cells)
    return out


def _inputs(found: Backtest) -> Table:
    heads = ("believed", "in futures that fit", "explains best at", "explains", "left over, odds")
    out = table("What the actuals say of the inputs", "input", *heads)
    for one in found.explanation.suspects[:_MOST]:
        low, _, high = (input_value(one.unknown, value) for value in one.after)
        name = short_path(input_name(one.unknown))
        out.add_row(name, _believed(one), f"{low} to {high}", *_freed(one))
    return out


def _freed(one: Suspect) -> tuple[str, str, str]:
    """Where it explains most, how much, and what is left; nothing where that may be luck."""
    if not one.is_heard:
        return UNKNOWN, UNKNOWN, UNKNOWN
    beyond = "" if one.beyond else "*"
    value = f"{input_value(one.unknown, one.freed)}{beyond}"
    return value, share(one.share), _odds(one.odds)


def _outside(found: Backtest) -> Table:
    """Values outside of the widest range, those furthest out first."""
    heads = ["period", "happened", "forecast", "range", *["explained"] * bool(found.cause)]
    out = table("Outside of the 90 % range", "figure", *heads)
    outside = [one for one in found.points if not one.inside[-1]]
    for one in sorted(outside, key=lambda one: -abs(one.pit - 0.5))[:_MOST]:
        say = _in(one.figure)
        low, high = say(one.quantiles[0]), say(one.quantiles[-1])
        out.add_row(
            short_path(found.names[one.figure]), one.period or "the plan", say(one.actual),
            say(one.mean), f"{low} to {high}", *[share(one.explained)] * bool(found.cause),
        )  # fmt: skip
    return out


def _notes(found: Backtest) -> Iterator[str]:
    yield (
        "odds: part of the plan's own futures that are as far off as what happened, each taken for "
        "what happened in turn; so months that hang together count as they should."
    )
    yield "CRPS: in the unit of the figure, 0 is best; expected: its mean if the plan is right."
    if any(one.points for score in found.scores for one in score.naive.values()):
        yield "skill: part of the naive forecast's error that the plan saves; below 0 it is worse."
    if found.missed and found.explanation.suspects:
        why = found.explanation
        yield (
            f"in futures that fit: 8 of 10 of {why.trials:,} futures, weighted by how well their "
            f"inputs fit what happened; they are worth {why.effective:,.0f}. *: beyond its range."
        )
    if found.missed:
        yield "The inputs are judged by the means over the periods, not by single ones."
    if found.cause:
        of, value = found.cause.unknown, found.cause.freed
        what = f"{input_name(of)} at {input_value(of, value)}"
        yield f"explained: part of what a single value is off by that {what} explains."
    yield from found.doubts


def _noun(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
