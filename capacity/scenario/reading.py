"""YAML text to plain data, with the line and column of every key and value.

The YAML 1.2 core schema, less its traps: only ``true`` and ``false`` are booleans, so ``NO`` is
Norway; ``007``, ``95_000`` and ``1:30`` stay text and are judged by the setting they stand in.
YAML is data here: tags are refused, aliases are expanded only up to a bound, and depth is bounded.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from capacity.errors import InputError, Mistake, Place

Trail = tuple[str | int, ...]

MAX_BYTES = 10_000_000
MAX_DEPTH = 60
MAX_VALUES = 500_000
MOST_DIGITS = 16
"""Longer whole numbers are names; they stay text, which keeps every digit."""

_NULL = re.compile(r"null|Null|NULL|~|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9]\d*)")
_FLOAT = re.compile(r"[-+]?(?:\.\d+|(?:0|[1-9]\d*)(?:\.\d*)?)(?:[eE][-+]?\d+)?")
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@dataclass
class Marked:
    """Plain data with the places where it was written.

    Attributes
    ----------
    data
        Dictionaries, lists and scalars.
    keys, values
        Place of the key, and of the value, of each path such as ``("tasks", "qbr", "hours")``.
    """

    file: str
    data: dict[str, object]
    keys: dict[Trail, Place]
    values: dict[Trail, Place]
    sha256: str

    def place(self, path: Trail, *, key: bool = False) -> Place:
        """Where a path was written, or the nearest thing around it."""
        for end in range(len(path), 0, -1):
            found = (self.keys if key else self.values).get(path[:end])
            if found:
                return found
            key = True
        return self.values.get((), Place(self.file, 1, 1))


@dataclass
class _Node:
    place: Place
    text: str = ""
    scalar: object = None
    pairs: list[tuple[_Node, _Node]] | None = None
    items: list[_Node] | None = None


def read_bytes(path: Path, kind: str = "scenario") -> bytes:
    """The content of a file.

    Raises
    ------
    InputError
        Where it is missing, a folder or not readable.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        text = f"no such file. Check the name of the {kind} file and the folder"
    except IsADirectoryError:
        text = f"this is a folder. Name the {kind} file in it"
    except OSError as error:
        text = f"cannot be read ({error.strerror}). Check who may read the {kind} file"
    raise InputError([Mistake(Place(str(path)), "", text)])


def decode(content: bytes, file: str) -> str:
    """UTF-8 text, with or without a byte order mark.

    Raises
    ------
    InputError
        With the place of the first byte that is not UTF-8.
    """
    if content.startswith(_UTF_16):
        text = "is UTF-16 text. Save the file as UTF-8"
        raise InputError([Mistake(Place(file, 1, 1), "", text)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        text = f"byte {error.object[error.start]:#04x} is not UTF-8 text. Save the file as UTF-8"
        raise InputError([Mistake(place_in(before, file), "", text)]) from None


def place_in(before: str, file: str) -> Place:
    """The place just behind the text that stands before it."""
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def read_yaml(path: Path) -> Marked:
    """Read one scenario file.

    Raises
    ------
    InputError
        Where the file cannot be read or is not one YAML mapping; every mistake at once.
    """
    content = read_bytes(path)
    file = str(path)
    if len(content) > MAX_BYTES:
        text = f"has {len(content):,} bytes. A scenario has at most {MAX_BYTES:,}"
        raise InputError([Mistake(Place(file), "", text)])
    marked = parse_yaml(decode(content, file), file)
    marked.sha256 = hashlib.sha256(content).hexdigest()
    return marked


def parse_yaml(text: str, file: str) -> Marked:
    """Parse the text of one scenario; raises `InputError` with every mistake."""
    composer = _Composer(file)
    root = composer.compose(text)
    marked = Marked(file, {}, {}, {}, "")
    if root is not None and root.pairs is not None:
        builder = _Builder(marked, composer.mistakes)
        marked.values[()] = root.place
        marked.data = builder.mapping(root, ())
    elif not composer.mistakes:
        empty = root is None or (root.scalar is None and root.items is None)
        found = "is empty" if empty else "is not a mapping"
        text = f"{found}. A scenario begins with settings such as `name: FY27 base plan`"
        place = root.place if root else Place(file, 1, 1)
        composer.mistakes.append(Mistake(place, "", text))
    if composer.mistakes:
        raise InputError(composer.mistakes)
    return marked


def parse_value(text: str) -> object:
    """A value as it would stand in a scenario, for settings given outside of a file."""
    marked = parse_yaml(f"value: {text}", "value")
    if len(marked.data) > 1:
        more = "is more than one value. Write one line, with braces around several settings"
        raise InputError([Mistake(Place("value"), "", more)])
    return marked.data["value"]


@dataclass
class _Composer:
    """Events of the YAML parser to a tree of nodes, without recursion."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def compose(self, text: str) -> _Node | None:
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
        said = ": ".join(part for part in ("not YAML", error.context, problem) if part)
        return Mistake(place, "", f"{said}. Check the indentation, quotes and brackets here")

    def _place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _compose(self, text: str) -> _Node | None:
        root: _Node | None = None
        anchors: dict[str, _Node] = {}
        stack: list[_Node] = []
        waiting: list[_Node | None] = []
        documents = 0
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

    def _node(self, event: Any, anchors: dict[str, _Node]) -> _Node | None:
        place = self._place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in anchors:
                return anchors[event.anchor]
            message = f"nothing is named &{event.anchor} above. Name the value before its use"
            self.mistakes.append(Mistake(place, "", message))
            return _Node(place)
        if not hasattr(event, "anchor"):
            return None
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag {tag} is not used in scenarios. Leave it out"
            self.mistakes.append(Mistake(place, "", message))
        if isinstance(event, yaml.MappingStartEvent):
            node = _Node(place, pairs=[])
        elif isinstance(event, yaml.SequenceStartEvent):
            node = _Node(place, items=[])
        else:
            scalar = resolve(event.value, plain=event.implicit[0])
            node = _Node(place, event.value, scalar)
        if event.anchor:
            anchors[event.anchor] = node
        return node


def _attach(parent: _Node, waiting: list[_Node | None], node: _Node) -> None:
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


class _Builder:
    """Nodes to plain data, noting places; merges ``<<`` and refuses a key written twice."""

    def __init__(self, marked: Marked, mistakes: list[Mistake]) -> None:
        self.marked = marked
        self.mistakes = mistakes
        self.count = 0

    def value(self, node: _Node, path: Trail) -> object:
        self._spend(node, len(path))
        self.marked.values[path] = node.place
        if node.pairs is not None:
            return self.mapping(node, path)
        if node.items is not None:
            return [self.value(item, (*path, i)) for i, item in enumerate(node.items)]
        return node.scalar

    def _spend(self, node: _Node, depth: int) -> None:
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            text = f"aliases expand to more than {MAX_VALUES:,} values or into themselves"
            raise InputError([Mistake(node.place, "", f"{text}. Write less with aliases")])

    def mapping(self, node: _Node, path: Trail) -> dict[str, object]:
        out: dict[str, object] = {}
        merged: list[_Node] = []
        for key_node, value_node in node.pairs or []:
            if key_node.pairs is not None or key_node.items is not None:
                text = "a key must be a word. Put quotes around it if it is one"
                self.mistakes.append(Mistake(key_node.place, dotted(path), text))
                continue
            key = key_node.text
            if key == "<<":
                merged += value_node.items if value_node.items is not None else [value_node]
                continue
            here = (*path, key)
            if key in out:
                first = self.marked.keys[here].line
                text = f"written twice, first in line {first}. Keep one of them"
                self.mistakes.append(Mistake(key_node.place, dotted(here), text))
                continue
            self.marked.keys[here] = key_node.place
            out[key] = self.value(value_node, here)
        for source in merged:
            self._merge(source, path, out)
        return out

    def _merge(self, source: _Node, path: Trail, out: dict[str, object], depth: int = 0) -> None:
        self._spend(source, depth)
        if source.pairs is None:
            text = "`<<` takes a mapping. Point it at an anchor of a mapping, as in `<<: *name`"
            self.mistakes.append(Mistake(source.place, dotted(path), text))
            return
        for key_node, value_node in source.pairs:
            key = key_node.text
            if key == "<<":
                for deeper in value_node.items or [value_node]:
                    self._merge(deeper, path, out, depth + 1)
            elif key not in out:
                self.marked.keys[(*path, key)] = key_node.place
                out[key] = self.value(value_node, (*path, key))


def dotted(path: Trail) -> str:
    """A path as it is written in messages and for ``--set``: ``tasks.qbr.hours``."""
    """A path as it is said: ``tasks.qbr.hours``."""
    return ".".join(str(part) for part in path)
