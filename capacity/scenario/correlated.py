"""What `correlate` speaks of: the uncertain inputs of a plan, and which of them are tied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from capacity.errors import Place
from capacity.estimates import Estimate
from capacity.scenario.churn import SBG, ShiftedBeta
from capacity.scenario.correlation import BETWEEN, Correlation
from capacity.scenario.days import is_date
from capacity.scenario.document import Plan
from capacity.scenario.numbers import REMARKS
from capacity.scenario.parts import BySegment, nearest
from capacity.scenario.reading import Marked, Trail
from capacity.scenario.settings import Finding
from capacity.scenario.task import Step
from capacity.scenario.unknown import UnknownError, is_unknown

_NOT_DRAWN = ("name", "description", "horizon", "accounts", "simulation", "correlate")
_VARIES = {
    ("tasks", "hours"): "each occurrence takes its own",
    ("tasks", "steps"): "each occurrence takes its own",
    ("segments", "arr"): "each account pays its own",
    ("segments", "new_accounts.arr"): "each account pays its own",
    ("team", "time_to_hire"): "each vacancy takes its own",
    ("team", "slips"): "each hire has its own",
}
"""Settings that differ from case to case, and so have no one value in a future."""
_SHOWN = 5
_NO_LONGER = (
    "is not uncertain ({}), but correlate ties it ({}). Write a range, or let nothing be tied: "
    "`remove: [correlate]` in a change, --set correlate=[] outside"
)
_GONE = (
    "is removed, but correlate ties {} ({}). Let nothing be tied: `remove: [correlate]` in a "
    "change, --set correlate=[] outside; or write the other pairs anew"
)


class Input(NamedTuple):
    """A number of a plan, and the path by which its luck is found."""

    drawn_as: str
    estimate: Estimate


class Tie(NamedTuple):
    """Two inputs by the paths of their luck, their rank correlation, and its place in the list."""

    one: str
    other: str
    rho: float
    at: int


@dataclass(frozen=True)
class Group:
    """Inputs that are tied to one another, at least through others.

    Attributes
    ----------
    paths
        Of their luck, sorted, so that the order of the list plays no part.
    ties
        All pairs that are named between them.
    """

    paths: tuple[str, ...]
    ties: tuple[Tie, ...]


def inputs(plan: Plan) -> dict[str, Input]:
    """Every number of a plan that can have a range, by its path in the register."""
    fields = type(plan).model_fields
    parts = {name: getattr(plan, name) for name in fields if name not in _NOT_DRAWN}
    return {said: Input(drawn, found) for said, drawn, found in _inside(parts, "", "")}


def _inside(value: Any, said: str, drawn: str) -> Iterator[tuple[str, str, Estimate]]:
    """The numbers inside of a value: path, path of their luck, and the number."""
    if isinstance(value, Estimate):
        yield said, drawn, value
    elif isinstance(value, Step):
        yield from _inside(value.hours, said, drawn)
    elif isinstance(value, BySegment):
        yield from _inside(value.values, said, drawn)
        for path in (f"{said}.default", *([said] if not value.values else [])):
            yield from _inside(value.default, path, drawn)
    elif isinstance(value, tuple):
        several = len(value) > 1
        for i, item in enumerate(value):
            # a churn that is no list is drawn by the name of the setting, a ramp by the month
            of_luck = drawn if drawn.endswith(".churn") and not several else f"{drawn}.{i}"
            for path in (f"{said}.{i}", *([] if several else [said])):
                yield from _inside(item, path, of_luck)
    else:
        for key, item in _named(value).items():
            yield from _inside(item, f"{said}.{key}".lstrip("."), f"{drawn}.{key}".lstrip("."))


def _named(value: Any) -> Mapping[Any, Any]:
    """What is inside of a part of the language, by the name of the setting."""
    if isinstance(value, ShiftedBeta):
        return {f"{SBG}.alpha": value.alpha, f"{SBG}.beta": value.beta}
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        return {f.alias or n: getattr(value, n) for n, f in fields if n not in REMARKS}
    return value if isinstance(value, Mapping) else {}


def is_average_duration(path: str) -> bool:
    """Whether a path is that of a task's average duration, which is drawn beside the inputs."""
    section, _, setting = path.partition(".")
    return section == "tasks" and setting.endswith(".uncertainty")


def unfit(plan: Plan, marked: Marked) -> Iterator[Finding]:
    """Paths under `correlate` that are no uncertain input of the plan, and why.

    Told at the pair; at the value where that was made plain after the pair was written.
    """
    known = inputs(plan) if plan.correlate else {}
    fit = {path for path, found in known.items() if _is_fit(path, found.estimate)}
    hidden = False
    for i, correlation in enumerate(plan.correlate):
        for j, path in enumerate(correlation.between):
            if path in fit:
                continue
            if is_unknown(plan, path.split(".")):
                hidden = True
                continue
            pair = ("correlate", i, BETWEEN, j)
            plain = path in known and not _varies(path)
            later = _made_plain(marked, path, marked.place(pair)) if plain else None
            gone = None if path in known else _taken_out(marked, path, marked.place(pair))
            if gone:
                yield gone, True, _GONE.format(path, marked.place(pair))
            elif later:
                text = known[path].estimate.text
                yield later, later not in marked.values, _NO_LONGER.format(text, marked.place(pair))
            else:
                yield pair, False, _fault(path, known, fit)
    if hidden:
        raise UnknownError  # what the others come to together hangs on this one


def _made_plain(marked: Marked, path: str, pair: Place) -> Trail | None:
    """Where an input was written, if a change did so after a pair had named it."""
    trail: Trail = ()
    for part in path.split("."):
        is_item = isinstance(marked.written(trail), list) and part.isdecimal()
        trail = (*trail, int(part) if is_item else part)
    while trail:
        place = marked.values.get(trail) or marked.keys.get(trail)
        if place:
            return trail if marked.turn(place) > marked.turn(pair) else None
        trail = trail[:-1]
    return None


def _taken_out(marked: Marked, path: str, pair: Place) -> Trail | None:
    """What was removed with an input in it, if a change did so after a pair had named it."""
    parts = path.split(".")
    for end in range(1, len(parts) + 1):
        trail = tuple(parts[:end])
        place = marked.keys.get(trail)
        if place and marked.written(trail) is None:
            return trail if marked.turn(place) > marked.turn(pair) else None
    return None


def _is_fit(path: str, found: Estimate) -> bool:
    """Whether something has one value in a future, or one from a date on, that is not known."""
    spread = is_average_duration(path)
    is_drawn = any(one.uncertain or (spread and one.mean > 0) for one in found.versions)
    return is_drawn and not _varies(path)


def _fault(path: str, known: Mapping[str, Input], fit: AbstractSet[str]) -> str:
    """Why a path is none of those that fit."""
    varies = _varies(path)
    if varies:
        return (
            f"{path} differs from case to case: {varies}. Name an input that has one value in a "
            "future, such as a task's `uncertainty`"
        )
    if path in known:
        text = known[path].estimate.text
        return f"{path} is not uncertain ({text}). Write a range there, or leave out the pair"
    whole, _, day = path.rpartition(".")
    if whole in known and is_date(day):
        return f"{path} is {whole} from one date on, and its values move together. Write {whole}"
    inside = [other for other in known if other in fit and other.startswith(f"{path}.")]
    if inside:
        more = ", …" if len(inside) > _SHOWN else ""
        return f"{path} is not one number. Name one of {', '.join(inside[:_SHOWN])}{more}"
    mend = "Write the path of one, as `capacity check` prints them"
    return f"no uncertain input is called `{path}`.{nearest(path, sorted(fit))} {mend}"


def _varies(path: str) -> str:
    """Why a setting has no one value in a future; nothing where it has."""
    section, _, rest = path.partition(".")
    setting = rest.partition(".")[2]
    for (where, key), why in _VARIES.items():
        if section == where and (setting == key or setting.startswith(f"{key}.")):
            return why
    return ""


def ties(plan: Plan) -> list[Tie]:
    """The pairs of a valid plan by the paths of their luck, in the order of the list."""
    known = inputs(plan) if plan.correlate else {}
    return [_tie(correlation, i, known) for i, correlation in enumerate(plan.correlate)]


def _tie(correlation: Correlation, index: int, known: Mapping[str, Input]) -> Tie:
    one, other = sorted(known[path].drawn_as for path in correlation.between)
    return Tie(one, other, correlation.rho, index)


def repeated(tied: Sequence[Tie]) -> Iterator[tuple[int, str]]:
    """Pairs of an input with itself, and pairs that stand there twice, under any of their names."""
    first: dict[tuple[str, str], int] = {}
    for tie in tied:
        before = first.setdefault((tie.one, tie.other), tie.at)
        if tie.one == tie.other:
            yield tie.at, f"{tie.one} moves with itself anyway. Name another input beside it"
        elif before != tie.at:
            yield tie.at, f"the same pair as correlate.{before}. Keep one of them"


def groups(tied: Sequence[Tie]) -> list[Group]:
    """Inputs that are tied, at least through others; a correlation of 0 ties nobody."""
    root: dict[str, str] = {}

    def leader(path: str) -> str:
        while root.setdefault(path, path) != path:
            path = root[path]
        return path

    for tie in tied:
        if tie.rho:
            root[leader(tie.one)] = leader(tie.other)
    members: dict[str, list[str]] = {}
    for path in sorted(root):
        members.setdefault(leader(path), []).append(path)
    return [
        Group(tuple(paths), tuple(t for t in tied if t.one in paths and t.other in paths))
        for paths in members.values()
    ]
