"""A scenario as a file again: what was written, in the order of the language, as a planner would.

Settings that nobody wrote stay unwritten, so that they are still defaults to whoever reads on.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from pydantic import BaseModel

from capacity.scenario.composing import MERGE, resolve
from capacity.scenario.document import Plan
from capacity.scenario.documentation import kind_of, types_of
from capacity.scenario.settings import part_of

WIDTH = 120
_RARE_ENDS = re.compile("[\x85\u2028\u2029]")


def dump(data: dict[str, Any]) -> str:
    """The text of a scenario file from its plain data.

    The data must be that of a valid scenario, as `Marked.data` is: every part of it is known.
    """
    return as_yaml(_part(Plan, data))


def as_yaml(data: dict[str, Any]) -> str:
    """The text of plain data, in their order, as our reader reads it."""
    return yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=WIDTH,
    )


def _part(model: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    """The settings of a part, in the order of the language."""
    hints = types_of(model)
    written = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in data:
            written[key] = _setting(hints[name], data[key])
    return written


def _setting(hint: Any, raw: Any) -> Any:
    kind = kind_of(hint)
    if kind:
        return kind.write(raw)
    part, named = part_of(hint)
    assert part
    if named:
        return {name: _part(part, item) for name, item in raw.items()}
    return _part(part, raw)


class _Dumper(yaml.SafeDumper):
    """YAML as `composing` reads it: plain where that gives the same text, in quotes elsewhere."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Everything is written out where it stands."""
        return True

    def increase_indent(self, flow: Any = None, indentless: Any = None) -> None:
        """Lists are indented below their key."""
        return super().increase_indent(flow, indentless=False)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """The tag that a plain scalar would have; what is no text to our reader needs quotes."""
        if kind is yaml.ScalarNode and implicit[0]:
            if value == MERGE:
                return "tag:yaml.org,2002:merge"
            return _TAGS.get(type(resolve(value, plain=True)), self.DEFAULT_SCALAR_TAG)
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]


_TAGS = {
    type(None): "tag:yaml.org,2002:null",
    bool: "tag:yaml.org,2002:bool",
    int: "tag:yaml.org,2002:int",
    float: "tag:yaml.org,2002:float",
}


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Text of several lines as a block, so that it reads as it was meant."""
    style = "|" if "\n" in text.strip("\n") else None
    if _RARE_ENDS.search(text):
        style = '"'  # in all other styles they would be read as spaces
    return dumper.represent_scalar(yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG, text, style)


def _whole(dumper: _Dumper, number: int) -> yaml.ScalarNode:
    """A whole number; one of so many digits that our reader takes it for text needs no tag."""
    text = str(number)
    return dumper.represent_scalar(dumper.resolve(yaml.ScalarNode, text, (True, False)), text)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(int, _whole)
_Dumper.add_multi_representer(float, lambda dumper, value: dumper.represent_float(float(value)))
