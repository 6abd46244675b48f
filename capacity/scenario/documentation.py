"""What the strings under the fields say, and defaults as a planner would write them."""

from __future__ import annotations

import ast
import inspect
import typing
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from capacity.estimates import Estimate
from capacity.scenario.kinds import Kind
from capacity.scenario.parts import BySegment
from capacity.units import Span


@cache
def types_of(model: type[BaseModel]) -> dict[str, Any]:
    """The type of each field, with its kind."""
    return typing.get_type_hints(model, include_extras=True)


def documentation(model: type[BaseModel]) -> dict[str, str]:
    """The string under each field of a part of the language, on one line.

    Read from the source: pydantic's `use_attribute_docstrings` would cost time at every start.
    """
    (tree,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
                raise ValueError(f"{model.__name__}.{field.target.id} has no documentation")
            found[field.target.id] = " ".join(str(below.value.value).split())
    return found


def kind_of(hint: Any) -> Kind | None:
    """The kind of a setting, from its type; None for a part of the language."""
    found = [item for item in getattr(hint, "__metadata__", ()) if isinstance(item, Kind)]
    return next(iter(found), None) or next(
        (kind for kind in map(kind_of, typing.get_args(hint)) if kind), None
    )


def default_of(field: FieldInfo, hint: Any) -> Any:
    """The default of a setting as it would be written; None where nothing would be."""
    value = field.default
    if isinstance(value, BySegment):
        value = value.default
    if isinstance(value, Estimate):
        value = value.values[0]
    if isinstance(value, Span):
        value = str(value)
    if field.is_required() or value in (None, (), {}) or isinstance(value, BaseModel):
        return None
    kind = kind_of(hint)
    return kind.write(value) if kind else None
