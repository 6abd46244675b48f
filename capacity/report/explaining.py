"""The arithmetic of one number as text: line by line, then the inputs with their places."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.report.lines import in_lines
from capacity.report.words import UNKNOWN, money, share

if TYPE_CHECKING:
    from capacity.explaining.explanation import Explanation
    from capacity.explaining.term import Term

WIDTH = 80
_SIGNS = {"sum": "+", "product": "×", "quotient": "÷", "difference": "−"}
_SEVERAL = 2
_INLINE = 3
"""Parts of a sum that are told on its own line."""
_NAMED = 6
"""Inputs that a number is said to rest on by name."""
_UNITS = {"hours": "h", "share": "", "": ""}
_BESIDE = ("FTE", "people", "seats", "accounts", "days", "months")
_ONE = {
    "people": "person",
    "seats": "seat",
    "accounts": "account",
    "days": "day",
    "months": "month",
}
_YEARLY = "a year"
_INDENT, _HANGING = "  ", "    "
_PERIOD = re.compile(r"\d{4}-(W?\d\d)")
"""A period of several; what it is made of is told where it is asked for alone."""


def as_text(found: Explanation) -> str:
    """The whole arithmetic as plain text.

    Lines have 80 characters, but those of the inputs: a place that is broken is none that an editor
    finds.
    """
    lines = [_filled(f"{found.scenario} · {about(found)}", "", ""), ""]
    lines += [_filled(line(term), _INDENT * depth) for depth, term in steps(found.term)]
    if found.inputs:
        lines += ["", "Inputs", *_inputs(found)]
    return "\n".join(lines)


def about(found: Explanation) -> str:
    """What is explained: the figure, of whom, and when."""
    named = [found.metric, *found.about.values(), found.period or "over the plan"]
    return " · ".join([*named, "expected values"])


def steps(term: Term) -> Iterator[tuple[int, Term]]:
    """The arithmetic line by line, each with its depth."""
    yield from _Steps().of(term, 0)


class _Steps:
    """Tells each number once, and of what rests on inputs only what names new ones."""

    def __init__(self) -> None:
        self._told: set[Term] = set()
        self._named: set[str] = set()

    def of(self, term: Term, depth: int) -> Iterator[tuple[int, Term]]:
        """A number and what it is made of."""
        yield depth, term
        self._told.add(term)
        self._named.update(_inputs_of(term) if _is_given(term) else map(_name, term.parts))
        for part in term.parts:
            if part in self._told:
                continue
            if is_period(part):
                yield depth + 1, part
            elif is_listed(term) or self._says_more(part):
                yield from self.of(part, depth + 1)

    def _says_more(self, part: Term) -> bool:
        """Whether a number has parts, or rests on inputs that were not named yet."""
        if _is_given(part):
            return not self._named.issuperset(_inputs_of(part))
        return bool(part.parts)


def _is_given(term: Term) -> bool:
    return term.operation.value == "given" and bool(term.parts)


def _name(term: Term) -> str:
    return term.path or str(term.place or "")


def _inputs_of(term: Term) -> set[str]:
    return {_name(part) for part in term.walk() if part.path or part.place}


def line(term: Term) -> str:
    """``due: 336 h = 112 accounts due × 3 h each``."""
    if is_listed(term):
        below = "" if is_period(term) else " is the sum of"
        return f"{term.label}: {said(term)}{below}"
    how = made_of(term)
    between = "" if not how else ", " if _is_given(term) else " = "
    return f"{term.label}: {said(term)}{between}{how}"


def made_of(term: Term) -> str:
    """``112 accounts due × 3 h each``; nothing of a number that has no parts."""
    if _is_given(term):
        return f"which rests on {_rests_on(term)}"
    if len(term.parts) < _SEVERAL:
        return ""
    return f" {_SIGNS[term.operation.value]} ".join(map(_named, term.parts))


def _rests_on(term: Term) -> str:
    """The inputs by name, or how many there are; the list of inputs has all of them."""
    if len(term.parts) > _NAMED:
        return f"{len(_inputs_of(term))} inputs below"
    return ", ".join(f"{part.label} {said(part)}" for part in term.parts)


def is_listed(term: Term) -> bool:
    """Whether the parts of a sum stand below it, each on its line."""
    return term.operation.value == "sum" and len(term.parts) > _INLINE


def is_period(term: Term) -> bool:
    """Whether a number is that of one period of several."""
    return bool(_PERIOD.fullmatch(term.label))


def _named(term: Term) -> str:
    return f"{said(term)} {term.label}"


def said(term: Term) -> str:
    """The value in its unit, to the digits that matter."""
    if not math.isfinite(term.value):
        return UNKNOWN
    if term.unit == "share":
        return share(term.value, 1)
    if term.unit in _UNITS:
        return f"{_number(term.value)} {_UNITS[term.unit]}".rstrip()
    if term.unit in _BESIDE:
        number = _number(term.value)
        unit = _ONE.get(term.unit, term.unit) if number == "1" else term.unit
        return number if term.unit in term.label else f"{number} {unit}"
    return money(term.value, term.unit)


def _number(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _inputs(found: Explanation) -> Iterator[str]:
    """Where the inputs were written, as places that an editor can jump to."""
    for term in found.inputs:
        yield f"{place(term)}: {term.path or term.label}: {said_input(term)}"


def said_input(term: Term) -> str:
    """``288 h a year``: the value of an input, which stands there without its label."""
    if term.says:
        return term.says
    return f"{said(term)} {_YEARLY}" if _YEARLY in term.label else said(term)


def place(term: Term) -> str:
    """``plan.yaml:12``, or that nobody wrote it."""
    if term.place is None:
        return "default"
    return f"{term.place.file}:{term.place.line}" if term.place.line else term.place.file


def _filled(text: str, indent: str, hanging: str = _HANGING) -> str:
    return "\n".join(in_lines(text, WIDTH, indent, indent + hanging))
