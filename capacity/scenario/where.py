"""`where`: one condition over the columns of an account, such as ``arr >= 100_000``.

Python's own `ast` parses the text. Its tree is turned node by node into conditions of our own,
and what is not on the list is refused. Nothing is ever run as Python.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated

import numpy as np
from pydantic import ValidationInfo

from capacity import units
from capacity.scenario.conditions import (
    DATE,
    NUMBER,
    OF_ACCOUNTS,
    ORDER,
    SWITCH,
    TEXT,
    UNKNOWN,
    Comparison,
    Condition,
    Joined,
    Not,
    Value,
    Where,
    is_unknown,
)
from capacity.scenario.days import read_day
from capacity.scenario.kinds import Kind
from capacity.scenario.where_meant import meant

LONGEST = 1000
"""Letters of a condition."""
DEEPEST = 50
"""Parts of a condition within each other."""
_SHOWN = 60
_Written = float | str | bool
_Money = Callable[[object], float]
"""Reads an amount, with the currencies that the plan knows."""
_MEND = "Write comparisons joined by and, or, not: \"arr >= 100_000 and region == 'EMEA'\""
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_WORDS = {"true": True, "false": False, "True": True, "False": False}
_EXAMPLES = {
    NUMBER: "a number, as in {} >= 12",
    TEXT: "a text in quotes, as in {} == 'EMEA'",
    DATE: "a date in quotes, as in {} >= '2027-03-01'",
}


def read_where(raw: object, info: ValidationInfo) -> Where:
    """A condition over the columns of an account: ``arr >= 100_000 and region == 'EMEA'``."""
    around = info.context or {}
    return parse_where(raw, around.get("currency"), around.get("fx"))


def parse_where(
    raw: object, currency: str | None = None, fx: Mapping[str, float] | None = None
) -> Where:
    """The same, with amounts of money in a currency.

    Raises
    ------
    ValueError
        With what to write instead.
    """
    text = str(raw).lower() if isinstance(raw, bool) else raw
    if not isinstance(text, str) or not text.strip():
        raise ValueError(
            f"{'is empty' if raw in ('', None) else f'{raw!r} is no condition'}. {_MEND}"
        )
    if len(text) > LONGEST:
        raise ValueError(
            f"is a text of {len(text):,} letters. Write a condition of {LONGEST:,} at most"
        )
    return Where(
        text,
        _Reader(text.strip(), partial(units.parse_money, currency=currency, fx=fx)).condition(),
    )


def columns_in(raw: object, currency: object, fx: Mapping[str, float]) -> list[str]:
    """The columns that a condition asks for; none where it cannot be read."""
    try:
        where = parse_where(raw, currency if isinstance(currency, str) else None, fx)
    except ValueError:
        return []
    return [comparison.column for comparison in where.comparisons]


class _Reader:
    """Turns the tree of a text into a condition."""

    def __init__(self, text: str, money: _Money) -> None:
        self._text, self._money = text, money

    def condition(self) -> Condition:
        """What the whole text says."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what is refused anyway
                tree = ast.parse(self._text, mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            found = f"{_cut(repr(self._text))} is no condition."
            raise ValueError(f"{found} {meant(self._text) or _MEND}") from None
        return self._read(tree.body, 0)

    def _read(self, node: ast.expr, depth: int) -> Condition:
        if depth > DEEPEST:
            raise ValueError(f"is nested more than {DEEPEST} deep. Write it in fewer parts")
        if isinstance(node, ast.BoolOp):
            parts = tuple(self._read(part, depth + 1) for part in node.values)
            return Joined("and" if isinstance(node.op, ast.And) else "or", parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self._read(node.operand, depth + 1))
        if isinstance(node, ast.Compare):
            return self._chain(node)
        said = _switch(node)
        if said is not None:
            return said
        if isinstance(node, ast.Name) and node.id not in OF_ACCOUNTS:
            return Comparison(node.id, SWITCH, "==", (True,))
        if isinstance(node, (ast.Name, ast.Constant)):
            text = f"`{self._piece(node)}` alone is no condition. Compare a column with a value"
            raise ValueError(f"{text}, as in arr >= 100_000")
        raise self._refusal(node)

    def _chain(self, node: ast.Compare) -> Condition:
        """``1 <= a < 2`` is ``1 <= a and a < 2``."""
        sides = [node.left, *node.comparators]
        found = [
            self._pair(left, op, right)
            for left, op, right in zip(sides[:-1], node.ops, sides[1:], strict=True)
        ]
        return found[0] if len(found) == 1 else Joined("and", tuple(found))

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Comparison:
        if type(op) not in _SIGNS:
            raise ValueError("`is` compares nothing of an account. Write == or !=")
        sign, pair = _SIGNS[type(op)], f"{self._piece(left)} … {self._piece(right)}"
        columns = [_is_column(left), _is_column(right)]
        if all(columns):
            raise ValueError(f"`{pair}` are two columns. Compare a column with a value")
        if sign in ("in", "not in"):
            if not columns[0] or not isinstance(right, (ast.List, ast.Tuple, ast.Set)):
                text = f"`{pair}` is no column in a list. Write region in ['AMER', 'EMEA']"
                raise ValueError(text)
            if not right.elts:
                raise ValueError(f"`{pair}` is a list of nothing. Write what may be in it")
            values = [self._value(item) for item in right.elts]
            sign = "==" if sign == "in" else "!="
        else:
            values = [self._value(left if columns[1] else right)]
            if not any(columns):
                self._value(left), self._value(right)
                raise ValueError(f"`{pair}` compares no column. Name one, as in arr >= 100_000")
            sign = _TURNED[sign] if columns[1] else sign
        named = right if columns[1] else left
        assert isinstance(named, ast.Name)
        return _typed(named.id, sign, values, self._money)

    def _value(self, node: ast.expr) -> _Written:
        said = _switch(node)
        if said is not None:
            return said
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        is_signed = isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd))
        number = node.operand if is_signed else node  # type: ignore[attr-defined]
        if isinstance(number, ast.Constant) and isinstance(number.value, (int, float)):
            try:
                value = float(number.value)
            except OverflowError:
                value = math.inf
            if not math.isfinite(value):
                raise ValueError(
                    f"{self._piece(node)} is too large. Write a number that can be counted"
                )
            return -value if is_signed and isinstance(node.op, ast.USub) else value  # type: ignore[attr-defined]
        raise self._refusal(node)

    def _piece(self, node: ast.AST) -> str:
        """The part of the text that a node was read from, on one line."""
        return _cut(" ".join((ast.get_source_segment(self._text, node) or "").split()))

    def _refusal(self, node: ast.AST) -> ValueError:
        return ValueError(
            f"`{self._piece(node)}` is not allowed here. {meant(self._text) or _MEND}"
        )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _switch(node: ast.expr) -> bool | None:
    """``true`` or ``false``, however it begins."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return node.value
    return _WORDS.get(node.id) if isinstance(node, ast.Name) else None


def _is_column(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id not in _WORDS


def _typed(column: str, sign: str, values: list[_Written], money: _Money) -> Comparison:
    """A comparison of values of the one kind that the column holds."""
    others = [value for value in values if not is_unknown(value)]
    kinds = {_kind(value) for value in others}
    holds = OF_ACCOUNTS.get(column) or (kinds.pop() if len(kinds) == 1 else TEXT)
    if sign in ORDER and (holds in (TEXT, SWITCH) or not others):
        known = ", ".join(name for name, kind in OF_ACCOUNTS.items() if kind in (NUMBER, DATE))
        text = f"`{column}` has no order by what it is compared with. Write == or in"
        raise ValueError(f"{text}; numbers have one, and {known}")
    read = partial(_read_value, column, holds, money)
    return Comparison(column, holds, sign, tuple(dict.fromkeys(map(read, values))))


def _kind(value: _Written) -> str:
    return SWITCH if isinstance(value, bool) else TEXT if isinstance(value, str) else NUMBER


def _read_value(column: str, holds: str, money: _Money, value: _Written) -> Value:
    """A value as the column holds it; quantities are written as everywhere in the language."""
    if is_unknown(value):
        return UNKNOWN
    if isinstance(value, str) and column in OF_ACCOUNTS and holds in (NUMBER, DATE):
        try:
            return _quantity(column, value, money)
        except ValueError as error:
            raise ValueError(f"`{column}` is compared with a text. {error}") from None
    if _kind(value) == holds:
        return value
    if column in OF_ACCOUNTS:
        text = f"`{column}` is compared with {_shown(value)}, which it cannot be. Compare it with "
        raise ValueError(text + _EXAMPLES[holds].format(column))
    text = f"`{column}` is compared with values of several kinds. Write only numbers, or only texts"
    raise ValueError(text)


def _shown(value: _Written) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).removesuffix(".0")


def _quantity(column: str, text: str, money: _Money) -> Value:
    if OF_ACCOUNTS[column] == DATE:
        return np.datetime64(read_day(text), "D")
    if column == "arr":
        return money(text)
    if column == "churn":
        return units.parse_share(text)
    return units.parse_months(text) if column == "term" else units.parse_number(text)


Restriction = Annotated[
    Where,
    Kind(
        read_where,
        "condition",
        {"type": ["string", "boolean"], "pattern": r"\S", "maxLength": LONGEST},
        name="a condition",
    ),
]
