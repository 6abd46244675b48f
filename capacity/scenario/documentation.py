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
from capacity.scenario.dated import ByDate
from capacity.scenario.kinds import Kind
from capacity.scenario.parts import BySegment
from capacity.scenario.settings import part_of, settings
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


def takes(model: type[BaseModel], path: str) -> str:
    """What a setting takes, in the words of the language; nothing where there is no such setting.

    Examples
    --------
    >>> from capacity.scenario.document import Plan
    >>> takes(Plan, "finance.platform"), takes(Plan, "tasks.qbr.rate.smb")
    ('money', 'rate ‡')
    """
    key, _, rest = path.partition(".")
    hints = types_of(model)
    named = {field.alias or name: hints[name] for name, field in model.model_fields.items()}
    part, one_each = part_of(settings(model).get(key))
    if part is None:
        kind = kind_of(named.get(key))
        return kind.words if kind else ""
    return takes(part, rest.partition(".")[2] if one_each else rest)


def default_of(field: FieldInfo, hint: Any) -> Any:
    """The default of a setting as it would be written; None where nothing would be."""
    value = field.default
    if isinstance(value, BySegment):
        value = value.default
    if isinstance(value, ByDate):
        value = value.value
    if isinstance(value, Estimate):
        value = value.values[0]
    if isinstance(value, Span):
        value = str(value)
    if field.is_required() or value in (None, (), {}) or isinstance(value, BaseModel):
        return None
    kind = kind_of(hint)
    return kind.write(value) if kind else None
