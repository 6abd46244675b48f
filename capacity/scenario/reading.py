"""YAML text to plain data, with the line and column of every key and value.

YAML is data here: aliases are expanded only up to a bound.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from capacity.errors import InputError, Mistake, Place
from capacity.scenario.composing import MAX_DEPTH, MAX_VALUES, Composer, Node, place_in

Trail = tuple[str | int, ...]

MAX_BYTES = 10_000_000
BEGINS = "A scenario begins with settings such as `name: FY27 base plan`"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class Marked:
    """Plain data with the places where it was written.

    Attributes
    ----------
    data
        Dictionaries, lists and scalars.
    keys, values
        Place of the key, and of the value, of each path such as ``("tasks", "qbr", "hours")``.
    later
        What each change of the data wrote that was not so before, in order.
    """

    file: str
    data: dict[str, object]
    keys: dict[Trail, Place]
    values: dict[Trail, Place]
    sha256: str
    later: list[Collection[Place]] = field(default_factory=list)

    def written(self, path: Trail) -> object:
        """What was written at a path; None where nothing was."""
        found: Any = self.data
        for key in path:
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    def copy(self) -> Marked:
        """The same, to be written over."""
        data = copy.deepcopy(self.data)
        keys, values = dict(self.keys), dict(self.values)
        return Marked(self.file, data, keys, values, self.sha256, list(self.later))

    def turn(self, place: Place) -> int:
        """Which change wrote something, from 1 on; 0 for what was there before all of them."""
        turns = enumerate(self.later, 1)
        return max((turn for turn, places in turns if place in places), default=0)

    def place(self, path: Trail, *, key: bool = False) -> Place:
        """Where a path was written, or the nearest thing around it."""
        for end in range(len(path), 0, -1):
            # an item of a list has no key of its own
            named = key and isinstance(path[end - 1], str)
            found = (self.keys if named else self.values).get(path[:end])
            if found:
                return found
            key = True
        return self.values.get((), Place(self.file, 1, 1))


class LooseError(InputError):
    """Mistakes in how settings are written, of which the rest can be judged.

    Attributes
    ----------
    marked
        What was written. Of a setting that stands there twice, the first, and what only the second
        has.
    """

    def __init__(self, mistakes: list[Mistake], marked: Marked) -> None:
        super().__init__(mistakes)
        self.marked = marked


def read_bytes(path: Path, kind: str = "scenario", most: int = -1) -> bytes:
    """The content of a file, or as much of it as is wanted at most.

    Raises
    ------
    InputError
        Where it is missing, a folder or not readable.
    """
    try:
        with path.open("rb") as file:
            return file.read(most)
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


def parse_bytes(content: bytes, file: str, begins: str = BEGINS) -> Marked:
    """Parse the content of one scenario file; raises `InputError` with every mistake.

    Where there is nothing in it, `begins` says how such a file begins.
    """
    if len(content) > MAX_BYTES:
        text = f"is too large. A scenario has at most {MAX_BYTES:,} bytes"
        raise InputError([Mistake(Place(file), "", text)])
    marked = parse_yaml(decode(content, file), file, begins)
    marked.sha256 = hashlib.sha256(content).hexdigest()
    return marked


def parse_yaml(text: str, file: str, begins: str = BEGINS) -> Marked:
    """Parse the text of one scenario; raises `InputError` with every mistake."""
    composer = Composer(file)
    root = composer.compose(text)
    marked = Marked(file, {}, {}, {}, "")
    if root is not None and root.pairs is not None:
        builder = _Builder(marked)
        marked.values[()] = root.place
        marked.data = builder.mapping(root, ())
        if builder.mistakes and not composer.mistakes:
            raise LooseError(builder.mistakes, marked)
        composer.mistakes += builder.mistakes
    elif not composer.mistakes:
        empty = root is None or (root.scalar is None and root.items is None)
        found = "is empty" if empty else "is not a mapping"
        text = f"{found}. {begins}"
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


class _Builder:
    """Nodes to plain data, noting places; merges ``<<`` and refuses a key written twice."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.mistakes: list[Mistake] = []
        self.count = self.characters = 0

    def value(self, node: Node, path: Trail) -> object:
        self._spend(node, len(path))
        self.marked.values[path] = node.place
        if node.pairs is not None:
            return self.mapping(node, path)
        if node.items is not None:
            return [self.value(item, (*path, i)) for i, item in enumerate(node.items)]
        return node.scalar

    def _spend(self, node: Node, depth: int) -> None:
        """Count what aliases expand to: values, and the text in them."""
        self.count += 1
        self.characters += len(node.text)
        many = self.count > MAX_VALUES or depth > MAX_DEPTH
        if many or self.characters > MAX_BYTES:
            what = f"{MAX_VALUES:,} values" if many else f"{MAX_BYTES:,} characters"
            text = f"aliases expand to more than {what} or into themselves"
            raise InputError([Mistake(node.place, "", f"{text}. Write less with aliases")])

    def mapping(self, node: Node, path: Trail) -> dict[str, object]:
        out: dict[str, object] = {}
        merged: list[Node] = []
        for key_node, value_node in node.pairs or []:
            if key_node.pairs is not None or key_node.items is not None:
                text = "a key must be a word. Put quotes around it if it is one"
                self.mistakes.append(Mistake(key_node.place, dotted(path), text))
                continue
            key = key_node.text
            if key_node.merges:
                merged += value_node.items if value_node.items is not None else [value_node]
                continue
            here = (*path, key)
            if key in out:
                first = self.marked.keys[here].line
                text = f"written twice, first in line {first}. Keep one of them"
                self.mistakes.append(Mistake(key_node.place, dotted(here), text))
                self._add(out[key], value_node, here)
                continue
            self.marked.keys[here] = key_node.place
            out[key] = self.value(value_node, here)
        for source in merged:
            self._merge(source, path, out)
        return out

    def _add(self, first: object, node: Node, path: Trail) -> None:
        """What only the second of two mappings of one name has."""
        if isinstance(first, dict) and node.pairs is not None:
            pairs = [pair for pair in node.pairs if pair[0].text not in first]
            first |= self.mapping(Node(node.place, pairs=pairs), path)

    def _merge(self, source: Node, path: Trail, out: dict[str, object], depth: int = 0) -> None:
        self._spend(source, depth)
        if source.pairs is None:
            text = "`<<` takes a mapping. Point it at an anchor of a mapping, as in `<<: *name`"
            self.mistakes.append(Mistake(source.place, dotted(path), text))
            return
        for key_node, value_node in source.pairs:
            self._spend(key_node, depth)
            key = key_node.text
            if key_node.merges:
                for deeper in value_node.items or [value_node]:
                    self._merge(deeper, path, out, depth + 1)
            elif key not in out:
                self.marked.keys[(*path, key)] = key_node.place
                out[key] = self.value(value_node, (*path, key))


def dotted(path: Trail) -> str:
    """A path as it is written in messages and for ``--set``: ``tasks.qbr.hours``."""
    return ".".join(str(part) for part in path)
