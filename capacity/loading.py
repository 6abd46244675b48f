"""A scenario ready to run: the language, the book, and where both came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from capacity.book.accounts import Book
from capacity.book.reading import read_book
from capacity.book.representative import representative_book
from capacity.book.roster import Roster, read_rosters
from capacity.book.table import Source
from capacity.errors import InputError, Mistake
from capacity.scenario.changes import assign
from capacity.scenario.document import Plan
from capacity.scenario.dumping import dump
from capacity.scenario.reading import Marked, dotted, read_bytes, read_yaml
from capacity.scenario.validation import validate


@dataclass(frozen=True)
class Scenario:
    """What a plan assumes, checked and ready to run.

    Attributes
    ----------
    plan
        The settings of the scenario file as frozen values.
    book
        The accounts.
    rosters
        The people of the roles that name a file of them.
    warnings
        What may be right but looks wrong, each with its place.
    files
        SHA-256 of every file that was read, by name.
    marked
        The file as it was written, with the place of every setting.
    settings
        What was set from outside of the file.
    """

    plan: Plan
    book: Book
    rosters: Mapping[str, Roster]
    warnings: tuple[Mistake, ...]
    files: Mapping[str, str]
    marked: Marked
    settings: Mapping[str, object]

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return self.plan.name

    def to_yaml(self) -> str:
        """The text of a file that loads to the same scenario.

        As a planner would write it, in the order of the language. Settings that nobody wrote are
        left out; what was set from outside of the file is in. Files are named as they were, so it
        belongs in the folder of the scenario.

        Examples
        --------
        >>> import capacity
        >>> plan = capacity.load("scenarios/base.yaml", set={"team.csm.attrition": 0.15})
        >>> [line for line in plan.to_yaml().splitlines() if "attrition" in line][0].strip()
        'attrition: 15%'
        """
        return dump(self.marked.data)


def load(
    path: str | Path,
    set: Mapping[str, object] | None = None,  # noqa: A002
    *,
    allow_outside: bool = False,
) -> Scenario:
    """Read a scenario, its file of accounts and its files of people.

    Parameters
    ----------
    path
        YAML file of the scenario.
    set
        Settings that take the place of the file's, such as ``{"team.csm.headcount": 9}``; text is
        read as it would be in the file.
    allow_outside
        Whether the files that it names may lie outside of its folder.

    Raises
    ------
    InputError
        With every mistake of every file, each with its line and what to write instead.

    Examples
    --------
    >>> import capacity
    >>> capacity.load("scenarios/seed_example.yaml").name
    '100 accounts and a QBR each quarter'
    """
    marked = read_yaml(Path(path))
    settings = dict(set or {})
    assign(marked, settings)
    plan, warnings = validate(marked)
    files = _Files(Path(path), marked, allow_outside=allow_outside)
    rosters: dict[str, Roster] = {}
    mistakes: list[Mistake] = []
    try:
        book, doubts = _book(plan, files)
        warnings += doubts + _nobody(book, marked)
    except InputError as error:
        mistakes += error.mistakes
    for name, roles in _named_files(plan).items():
        try:
            found, doubts = read_rosters(plan, roles, *files.read("people", name, *roles))
            rosters |= found
            warnings += doubts
        except InputError as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)
    return Scenario(plan, book, rosters, tuple(warnings), files.seen, marked, settings)


def _book(plan: Plan, files: _Files) -> tuple[Book, list[Mistake]]:
    """The accounts of the file, or as their number says, with warnings."""
    if plan.accounts is None:
        return representative_book(plan), []
    content, file = files.read("accounts", plan.accounts.file)
    sheet_at = files.marked.place(("accounts", "sheet"))
    return read_book(plan, Source(content, file, plan.accounts.sheet, sheet_at))


def _named_files(plan: Plan) -> dict[str, list[str]]:
    """The roles that name a file of people, by that file."""
    found: dict[str, list[str]] = {}
    for name, role in plan.team.items():
        if role.people is not None:
            found.setdefault(role.people, []).append(name)
    return found


def _nobody(book: Book, marked: Marked) -> list[Mistake]:
    """A warning where there are no accounts at all."""
    text = "there is no account, so no account makes work"
    return [] if len(book) else [Mistake(marked.place(("segments",), key=True), "segments", text)]


class _Files:
    """The files beside a scenario, which lie inside of its folder unless more is allowed."""

    def __init__(self, scenario: Path, marked: Marked, *, allow_outside: bool) -> None:
        self._folder, self.marked, self._anywhere = scenario.parent, marked, allow_outside
        self.seen = {str(scenario): marked.sha256}

    def read(self, kind: str, name: str, *roles: str) -> tuple[bytes, str]:
        """The content of a file and its name in messages; roles are those that name it."""
        path = ("team", roles[0], "people") if roles else ("accounts", "file")
        place, file = self.marked.place(path), self._folder / name
        if not (self._anywhere or _is_inside(file, self._folder)):
            text = (
                f"{name} lies outside of the scenario's folder. Copy it beside the scenario, or "
                "allow it by --allow-outside"
            )
            raise InputError([Mistake(place, dotted(path), text)])
        try:
            content = read_bytes(file, kind)
        except InputError as error:
            text = f"{file}: {error.mistakes[0].text}"
            raise InputError([Mistake(place, dotted(path), text)]) from None
        self.seen[str(file)] = hashlib.sha256(content).hexdigest()
        return content, str(file)


def _is_inside(file: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, links followed; links that lead nowhere do not."""
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False
