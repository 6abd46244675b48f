"""A scenario file with all that it extends: a base, and the changes that lead to the scenario."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from capacity.errors import InputError, Mistake, Place
from capacity.scenario.beside import SCENARIO, Files
from capacity.scenario.changes import Change
from capacity.scenario.composing import MAX_VALUES
from capacity.scenario.merging import below, merge, take_out
from capacity.scenario.reading import MAX_BYTES, LooseError, Marked, Trail, dotted, parse_bytes
from capacity.scenario.settings import settings
from capacity.scenario.validation import mistakes_of_variant
from capacity.scenario.variant import Variant

TITLES = {"name", "description", "expect"}
"""What a file calls itself, and what it is expected to show, is no change of the plan."""
DEEPEST = 50
"""Files that may extend one another in a chain."""
_MOST = {"bytes": MAX_BYTES, "values": MAX_VALUES, "files": 500, "changes": 500}
"""What the files of one scenario have together; removals count as changes."""


@dataclass(frozen=True)
class Written:
    """What the files of a scenario say, before any of it is judged.

    Attributes
    ----------
    base
        The file that all others begin from.
    changes
        What is changed after that, in order. The base with the first k of them is a scenario on
        the way.
    files
        SHA-256 of these files, by name.
    """

    base: Marked
    changes: tuple[Change, ...]
    files: Mapping[str, str]


def read_written(files: Files) -> tuple[Written, list[Mistake]]:
    """Read a scenario file and all that it extends, each file once.

    Returns
    -------
    tuple
        What was written, and the mistakes of its changes, which leave the rest to be judged.

    Raises
    ------
    InputError
        Where a file cannot be read or found, with every such mistake of every file.
    """
    reader = _Reader(files)
    reader.take(files.open(files.scenario, SCENARIO), str(files.scenario), ())
    if reader.broken:
        raise InputError(reader.broken + reader.mistakes)
    assert reader.base is not None
    return Written(reader.base, tuple(reader.changes), dict(files.seen)), reader.mistakes


@dataclass
class _Reader:
    """Files, bases first."""

    files: Files
    base: Marked | None = None
    changes: list[Change] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    broken: list[Mistake] = field(default_factory=list)
    done: set[Path] = field(default_factory=set)
    spent: Counter[str] = field(default_factory=Counter)
    is_full: bool = False

    def take(self, content: bytes, file: str, chain: tuple[str, ...]) -> None:
        """Parse and take over a file; raises `InputError` where it is none, or too much."""
        try:
            marked = parse_bytes(content, file)
        except LooseError as error:
            marked = error.marked
            self.mistakes += error.mistakes
        self._spend(marked.place(()), "", bytes=len(content), values=len(marked.values))
        self.add(marked, chain)

    def _spend(self, place: Place, path: str, **amounts: int) -> None:
        """Count what all files have together, which is bounded as if they were one.

        Raises
        ------
        InputError
            Where it is too much; then no more files are read.
        """
        self.spent.update(amounts)
        for kind in amounts:
            if self.spent[kind] > _MOST[kind]:
                self.is_full = True
                text = f"has more than {_MOST[kind]:,} {kind} with all that is extended. Write less"
                raise InputError([Mistake(place, path, text)])

    def add(self, marked: Marked, chain: tuple[str, ...]) -> None:
        """Take over a file, after the files that it extends; `chain` is what extends it."""
        chain = (*chain, marked.file)
        found = mistakes_of_variant(marked)
        wrong = [m for m in found if m.path.split(".")[0] == "extends"]
        self.broken += wrong
        self.mistakes += [m for m in found if m not in wrong]
        named = marked.data.get("extends")
        for path, name in _entries(named):
            if not self.is_full:
                self._extend(marked, path, name, chain)
        changes = _changes(marked)
        count = sum(1 + len(change.removals) for _, change in changes)
        self._spend(marked.place(("changes",), key=True), "changes", changes=count)
        for key in settings(Variant):
            if key in marked.data:
                take_out(marked, (key,))
        self._sections(marked)
        for path, change in changes:
            self._change(change, dotted(path))

    def _extend(self, marked: Marked, path: Trail, name: str, chain: tuple[str, ...]) -> None:
        """Read a file that another extends; each counts once, where it comes first."""
        file = self.files.beside(marked, path, name)
        place = marked.place(path)
        try:
            same = [i for i, known in enumerate(chain) if Path(known).resolve() == file.resolve()]
        except (OSError, RuntimeError, ValueError):  # links in a circle, NUL; reading tells
            same = []
        if same:
            shown = " -> ".join([*chain[same[0] :], chain[same[0]]])
            text = f"goes round in a circle: {shown}. Leave one of them out"
            self.broken.append(Mistake(place, dotted(path), text))
        elif len(chain) >= DEEPEST:
            text = f"a chain of more than {DEEPEST} files ends here. Extend fewer"
            self.broken.append(Mistake(place, dotted(path), text))
        else:
            self._read(marked, path, name, chain)

    def _read(self, marked: Marked, path: Trail, name: str, chain: tuple[str, ...]) -> None:
        try:
            self._spend(marked.place(path), dotted(path), files=1)
            content, file = self.files.read(marked, path, name, SCENARIO)
            identity = Path(file).resolve()
            if identity not in self.done:
                self.done.add(identity)
                self.take(content, file, chain)
        except InputError as error:
            self.broken += error.mistakes

    def _sections(self, marked: Marked) -> None:
        """The sections of a file: the base, or one change named after the file."""
        if self.base is None:
            self.base = marked
        elif marked.data.keys() <= TITLES:
            merge(self.changes[-1].settings if self.changes else self.base, marked)
        else:
            name = os.path.relpath(marked.file, self.files.scenario.parent)
            self.changes.append(Change(name, marked.place(()), marked, {}))

    def _change(self, change: Change, path: str) -> None:
        known = {other.name: other.place for other in self.changes if other.name}
        if change.name in known:
            text = f"{change.name!r} is the name of the change in {known[change.name]}, too"
            mistake = Mistake(change.place, f"{path}.name", f"{text}. Give each its own name")
            self.mistakes.append(mistake)
        self.changes.append(change)


def _entries(named: object) -> list[tuple[Trail, str]]:
    """The names of files under `extends`; what is no name is told already."""
    items = named if isinstance(named, list) else [named]
    paths: list[Trail] = [
        ("extends", i) if isinstance(named, list) else ("extends",) for i in range(len(items))
    ]
    texts = zip(paths, items, strict=True)
    return [(path, item.strip()) for path, item in texts if isinstance(item, str) and item.strip()]


def _changes(marked: Marked) -> list[tuple[Trail, Change]]:
    """The changes of a file, as far as they are any; what is wrong with them is told already."""
    items = marked.data.get("changes")
    found: list[tuple[Trail, Change]] = []
    for i, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, dict):
            continue
        path = ("changes", i)
        named = item.get("name")
        is_set = isinstance(item.get("set"), dict)
        sets = below(marked, (*path, "set")) if is_set else Marked(marked.file, {}, {}, {}, "")
        for key in [k for k in sets.data if k in settings(Variant) or "." in k]:
            take_out(sets, (key,))
        name = "" if named is None else str(named).strip()
        place = marked.place((*path, "name"))
        found.append((path, Change(name, place, sets, _removals(marked, path, item.get("remove")))))
    return found


def _removals(marked: Marked, path: Trail, named: object) -> dict[str, Place]:
    listed = isinstance(named, list)
    return {
        item.strip(): marked.place((*path, "remove", i) if listed else (*path, "remove"))
        for i, item in enumerate(named if isinstance(named, list) else [named])
        if isinstance(item, str)
    }
