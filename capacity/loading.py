"""A scenario ready to run: the language, the book, and where both came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from capacity.book.accounts import Book
from capacity.book.pools import build_pools
from capacity.book.reading import read_book
from capacity.book.representative import representative_book
from capacity.book.roster import Roster, read_rosters
from capacity.book.table import Source
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.changes import assign
from capacity.scenario.document import Plan
from capacity.scenario.pool import Pool
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
    pools
        The pools of seats of all roles.
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
    pools: tuple[Pool, ...]
    warnings: tuple[Mistake, ...]
    files: Mapping[str, str]
    marked: Marked
    settings: Mapping[str, object]

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return self.plan.name


def load(path: str | Path, set: Mapping[str, object] | None = None) -> Scenario:  # noqa: A002
    """Read a scenario, its file of accounts and its files of people.

    Parameters
    ----------
    path
        YAML file of the scenario.
    set
        Settings that take the place of the file's, such as ``{"team.csm.headcount": 9}``; text is
        read as it would be in the file.

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
    files = _Files(Path(path), marked)
    rosters: dict[str, Roster] = {}
    mistakes: list[Mistake] = []
    try:
        book, doubts = _book(plan, files)
        warnings += doubts + _nobody(book, marked)
    except InputError as error:
        mistakes += error.mistakes
    for name, roles in _named_files(plan):
        try:
            found, doubts = read_rosters(plan, roles, *files.read("people", name, roles))
            mistakes += _twice(rosters, found, name)
            rosters |= {
                r: rosters[r].with_(new) if r in rosters else new for r, new in found.items()
            }
            warnings += doubts
        except InputError as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)
    pools, doubts = build_pools(plan, book, rosters, marked)
    warnings += doubts
    return Scenario(plan, book, rosters, pools, tuple(warnings), files.seen, marked, settings)


def _book(plan: Plan, files: _Files) -> tuple[Book, list[Mistake]]:
    """The accounts of the file, or as their number says, with warnings."""
    if plan.accounts is None:
        return representative_book(plan), []
    content, file = files.read("accounts", plan.accounts.file)
    sheet_at = files.marked.place(("accounts", "sheet"))
    return read_book(plan, Source(content, file, plan.accounts.sheet, sheet_at))


def _named_files(plan: Plan) -> list[tuple[str, dict[str, str]]]:
    """Files of people, and the roles that name them, each with the pool for which it does.

    A file that serves several pools of one role by name is read for each of them.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, role in plan.team.items():
        if role.people is not None:
            for pool, file in role.people.values.items():
                found.setdefault((file, pool), {})[name] = pool
            if role.people.default is not None:
                found.setdefault((role.people.default, ""), {})[name] = ""
    return [(file, roles) for (file, _), roles in found.items()]


def _twice(known: Mapping[str, Roster], found: Mapping[str, Roster], file: str) -> list[Mistake]:
    """People who stand in the files of two pools."""
    text = "{} of {} stands in the file of another pool, too. Keep one of them"
    return [
        Mistake(Place(file), "name", text.format(name, role))
        for role, roster in found.items()
        for name in sorted(set(roster.names) & set(known[role].names if role in known else ()))
    ]


def _nobody(book: Book, marked: Marked) -> list[Mistake]:
    """A warning where there are no accounts at all."""
    text = "there is no account, so no account makes work"
    return [] if len(book) else [Mistake(marked.place(("segments",), key=True), "segments", text)]


class _Files:
    """The files beside a scenario, which must lie inside of its folder."""

    def __init__(self, scenario: Path, marked: Marked) -> None:
        self._folder, self.marked = scenario.parent, marked
        self.seen = {str(scenario): marked.sha256}

    def read(
        self, kind: str, name: str, roles: Mapping[str, str] | None = None
    ) -> tuple[bytes, str]:
        """The content of a file, and its name in messages; the roles and pools are who names it."""
        path: tuple[str, ...] = ("accounts", "file")
        if roles:
            role, pool = next(iter(roles.items()))
            path = ("team", role, "people", pool) if pool else ("team", role, "people")
        place, file = self.marked.place(path), self._folder / name
        if not _is_inside(file, self._folder):
            text = f"{name} lies outside of the scenario's folder. Copy it beside the scenario"
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
