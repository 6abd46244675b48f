"""The register of assumptions: every input with its value, source, evidence and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from capacity.errors import Place
from capacity.estimates import Estimate, InTime
from capacity.scenario.churn import SBG, ShiftedBeta
from capacity.scenario.correlation import Correlation
from capacity.scenario.days import day_label, is_by_date, read_month
from capacity.scenario.document import Accounts, Plan
from capacity.scenario.documentation import default_of, types_of
from capacity.scenario.market import Event
from capacity.scenario.numbers import REMARKS, remarks
from capacity.scenario.parts import BySegment
from capacity.scenario.reading import Marked, Trail, dotted
from capacity.scenario.segment import Effect
from capacity.scenario.task import Step, Task
from capacity.scenario.task_structure import BELONGS_TO
from capacity.scenario.team import Departure
from capacity.units import Span

DEFAULT = "default"
DERIVED = "derived"
_NOT_INPUTS = ("name", "description", "horizon", "simulation", "expect")
_OF_A_FILE = "scale_to"
"""The only number beside the file of accounts, whose other settings say how it is read."""
_Judged = Departure | Effect | Event | ShiftedBeta
"""What was judged as a whole: its source is the source of all the numbers inside of it."""


@dataclass(frozen=True)
class Assumption:
    """One input of a plan.

    Attributes
    ----------
    path
        Where it stands in the scenario, as ``tasks.qbr.hours``.
    value
        As it was written.
    source, note
        Where it comes from, and what else is said of it; None where nobody said.
    evidence
        ``measured``, ``published``, ``estimated``, ``default``, ``derived``, or None.
    place
        File, line and column; None for what was not written.
    wants_source
        Whether it is a number that can bear a source.
    """

    path: str
    value: str
    source: str | None
    note: str | None
    evidence: str | None
    place: Place | None
    wants_source: bool


def register(plan: Plan, marked: Marked) -> list[Assumption]:
    """Every input of a plan, in the order of the language; defaults appear as such."""
    return list(_walk(plan, (), marked, None))


def _walk(value: Any, path: Trail, marked: Marked, judged: _Judged | None) -> Iterator[Assumption]:
    """The assumptions below a value; `judged` lends its source to the numbers inside of it."""
    if isinstance(value, InTime):
        yield from _by_date(value, path, marked, judged)
        return
    judged = value if isinstance(value, _Judged) else judged
    if isinstance(value, BaseModel) and not isinstance(value, Step):
        yield from _part(value, path, marked, judged)
        return
    parts = _parts(value, marked.written(path))
    for key, item in parts or ():
        yield from _walk(item, path if key is None else (*path, key), marked, judged)
    if parts is None and value is not None and value != ():
        yield _setting(value, path, marked, marked.values.get(path), judged)


def _part(
    part: BaseModel, path: Trail, marked: Marked, judged: _Judged | None
) -> Iterator[Assumption]:
    """The settings of a part of the language; what nobody wrote as a planner would write it."""
    hints = types_of(type(part))
    for name, field in type(part).model_fields.items():
        key = field.alias or name
        beside = isinstance(part, Accounts) and key != _OF_A_FILE
        if key in REMARKS or beside or (not path and key in _NOT_INPUTS) or _is_idle(part, key):
            continue
        unset = name not in part.model_fields_set
        text = default_of(field, hints[name]) if unset else None
        if text is None:
            yield from _walk(getattr(part, name), (*path, key), marked, judged)
        else:
            whole = dotted((*path, key))
            yield Assumption(whole, _said_of(text), None, None, DEFAULT, None, wants_source=False)


def _is_idle(part: BaseModel, key: str) -> bool:
    """Whether a setting of a task means nothing beside its trigger."""
    needed, _ = BELONGS_TO.get(key, ("", ()))
    return isinstance(part, Task) and bool(needed) and getattr(part, needed) is None


def _parts(value: Any, written: object) -> list[tuple[str | int | None, Any]] | None:
    """What a value is made of, by the key it was written under; None for a single setting."""
    if isinstance(value, Step):
        return [(None, value.hours)]
    if isinstance(value, ShiftedBeta):
        return [(SBG, {"alpha": value.alpha, "beta": value.beta})]
    if isinstance(value, BySegment):
        named = value.values or (isinstance(written, dict) and list(written) == ["default"])
        default = [("default" if named else None, value.default)]
        return [*(default if value.default is not None else ()), *value.values.items()]
    if isinstance(value, Mapping):
        names = _month_names(written) if any(isinstance(key, int) for key in value) else {}
        return [(names.get(key, key), item) for key, item in value.items()]
    if isinstance(value, tuple) and value and isinstance(value[0], Correlation):
        return list(enumerate(value))
    if isinstance(value, tuple) and value and isinstance(value[0], Estimate):
        return [(None if len(value) == 1 else i, item) for i, item in enumerate(value)]
    return None


def _month_names(written: object) -> dict[int | str, str]:
    """How each month of counts was written: ``2027-03``, or ``2027-03-01``."""
    return {read_month(name): name for name in written} if isinstance(written, dict) else {}


def _by_date(
    value: InTime[Any], path: Trail, marked: Marked, judged: _Judged | None
) -> Iterator[Assumption]:
    """A number or a setting, or each of its values by date."""
    if not value.series:
        yield _one(value.at_first, path, marked, marked.values.get(path), judged)
        return
    written = marked.written(path)
    names = written if is_by_date(written) else [day_label(day) for day, _ in value.series]
    for name, (_, one) in zip(names, value.series, strict=True):
        yield _one(one, (*path, name), marked, marked.place((*path, name)), judged)


def _one(
    value: Any, path: Trail, marked: Marked, place: Place | None, judged: _Judged | None
) -> Assumption:
    """A number, or a setting without a range."""
    if isinstance(value, Estimate):
        return _number(value, path, place, judged)
    return _setting(value, path, marked, place, judged)


def _number(
    value: Estimate, path: Trail, place: Place | None, judged: _Judged | None
) -> Assumption:
    source, note, evidence = _said(vars(value), judged)
    given = place is not None
    return Assumption(
        dotted(path), value.text, source, note, evidence if given else DEFAULT, place, given
    )


def _said(own: Mapping[str, Any], judged: _Judged | None) -> tuple[str | None, ...]:
    """Source, note and evidence of a number, or of what was judged as a whole."""
    return tuple(own[key] or (getattr(judged, key) if judged else None) for key in REMARKS)


def _setting(
    value: Any, path: Trail, marked: Marked, place: Place | None, judged: _Judged | None
) -> Assumption:
    """A setting without a range; the remarks on a number are what the file says beside it."""
    written = marked.written(path)
    own = remarks(written) if isinstance(written, dict) else dict.fromkeys(REMARKS)
    several = isinstance(value, tuple)
    text = ", ".join(_said_of(item, 6) for item in value) if several else _said_of(value)
    source, note, evidence = _said(own, judged)
    wants_source = place is not None and _is_number(value)
    return Assumption(
        dotted(path), text, source, note, evidence if place else DEFAULT, place, wants_source
    )


def _said_of(value: Any, digits: int = 12) -> str:
    """One value as it would be written."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    """Whether a setting is read by `known` or is a correlation, and no name, choice or switch."""
    first = value[0] if isinstance(value, tuple) else value
    return isinstance(first, (int, float, Span, Correlation)) and not isinstance(first, bool)
