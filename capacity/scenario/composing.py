"""YAML text to a tree of nodes, each with its place.

The YAML 1.2 core schema, less its traps: only ``true`` and ``false`` are booleans, so ``NO`` is
Norway; ``007``, ``95_000`` and ``1:30`` stay text and are judged by the setting they stand in.
Tags are refused and depth is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from capacity.errors import Mistake, Place

MAX_DEPTH = 60
MAX_VALUES = 100_000
"""A whole plan has about a thousand."""
MERGE = "<<"
NO_BREAK = "\u00a0"
NO_BREAK_MEND = "A no-break space stands in it, as on web pages. Write a plain one"
MOST_DIGITS = 16
"""Longer whole numbers are names; they stay text, which keeps every digit."""

_UNSEEN = re.compile(rf"(?:^ *|:){NO_BREAK}")
_NULL = re.compile(r"null|Null|NULL|~|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9]\d*)")
_FLOAT = re.compile(r"[-+]?(?:\.\d+|(?:0|[1-9]\d*)(?:\.\d*)?)(?:[eE][-+]?\d+)?")
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@dataclass(slots=True)
class Node:
    """A scalar with its text as written, a mapping of pairs, or a list of items."""

    place: Place
    text: str = ""
    scalar: object = None
    pairs: list[tuple[Node, Node]] | None = None
    items: list[Node] | None = None
    merges: bool = False
    """Whether it is the ``<<`` of a merge; in quotes it is a name like any other."""


def place_in(before: str, file: str) -> Place:
    """The place just behind the text that stands before it."""
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


@dataclass
class Composer:
    """Events of the YAML parser to a tree of nodes, without recursion."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def compose(self, text: str) -> Node | None:
        """The root of a document; None where there is none, or with a mistake."""
        control = _CONTROL.search(text)
        if control:
            message = f"the control character {ord(control[0]):#04x} is no text. Delete it"
            place = place_in(text[: control.start()], self.file)
            self.mistakes.append(Mistake(place, "", message))
            return None
        try:
            return self._compose(text)
        except yaml.MarkedYAMLError as error:
            self.mistakes.append(self._syntax(error, text))
        return None

    def _syntax(self, error: yaml.MarkedYAMLError, text: str) -> Mistake:
        """What is wrong with the YAML itself; what never ends is shown where it begins."""
        problem = error.problem or "cannot be read"
        mark = error.problem_mark or error.context_mark
        if "end of stream" in problem and error.context_mark:
            mark = error.context_mark
        place = self._place(mark) if mark else Place(self.file, 1, 1)
        line = text.splitlines()[mark.line] if mark and mark.line < text.count("\n") else ""
        if "tab" in problem or "\t" in line[: len(line) - len(line.lstrip())]:
            return Mistake(place, "", "a tab where YAML wants spaces. Indent with spaces")
        if pasted := self._pasted(error, text.splitlines()):
            return Mistake(pasted, "", f"not YAML. {NO_BREAK_MEND}")
        said = ": ".join(part for part in ("not YAML", error.context, problem) if part)
        return Mistake(place, "", f"{said}. Check the indentation, quotes and brackets here")

    def _pasted(self, error: yaml.MarkedYAMLError, lines: list[str]) -> Place | None:
        """Where a no-break space stands in place of one that YAML needs."""
        for mark in filter(None, (error.context_mark, error.problem_mark)):
            found = _UNSEEN.search(lines[mark.line]) if mark.line < len(lines) else None
            if found:
                return Place(self.file, mark.line + 1, found.end())
        return None

    def _place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _compose(self, text: str) -> Node | None:
        root: Node | None = None
        anchors: dict[str, Node] = {}
        stack: list[Node] = []
        waiting: list[Node | None] = []
        documents = count = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    place = self._place(event.start_mark)
                    message = "a second document begins here. Write one scenario in a file"
                    self.mistakes.append(Mistake(place, "", message))
                    return root
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                stack.pop()
                waiting.pop()
                continue
            node = self._node(event, anchors)
            if node is None:
                continue
            count += 1
            if count > 2 * MAX_VALUES:  # keys count here, too
                message = f"more than {MAX_VALUES:,} values. A scenario has far less"
                self.mistakes.append(Mistake(node.place, "", message))
                return None
            if stack:
                _attach(stack[-1], waiting, node)
            else:
                root = node
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                stack.append(node)
                waiting.append(None)
                if len(stack) > MAX_DEPTH:
                    message = f"nested more than {MAX_DEPTH} deep. A scenario is much flatter"
                    self.mistakes.append(Mistake(node.place, "", message))
                    return None
        return root

    def _node(self, event: Any, anchors: dict[str, Node]) -> Node | None:
        place = self._place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in anchors:
                return anchors[event.anchor]
            message = f"nothing is named &{event.anchor} above. Name the value before its use"
            self.mistakes.append(Mistake(place, "", message))
            return Node(place)
        if not hasattr(event, "anchor"):
            return None
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag {tag} is not used in scenarios. Leave it out"
            self.mistakes.append(Mistake(place, "", message))
        if isinstance(event, yaml.MappingStartEvent):
            node = Node(place, pairs=[])
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Node(place, items=[])
        else:
            scalar = resolve(event.value, plain=event.implicit[0])
            merges = event.implicit[0] and event.value == MERGE
            node = Node(place, event.value, scalar, merges=merges)
        if event.anchor:
            anchors[event.anchor] = node
        return node


def _attach(parent: Node, waiting: list[Node | None], node: Node) -> None:
    if parent.items is not None:
        parent.items.append(node)
    elif waiting[-1] is None:
        waiting[-1] = node
    elif parent.pairs is not None:
        parent.pairs.append((waiting[-1], node))
        waiting[-1] = None


def resolve(text: str, *, plain: bool) -> object:
    """A scalar by the core schema; quoted text is text."""
    if not plain:
        return text
    for pattern, value in ((_NULL, None), (_TRUE, True), (_FALSE, False)):
        if pattern.fullmatch(text):
            return value
    if _INT.fullmatch(text):
        return int(text) if len(text) < MOST_DIGITS else text
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text
