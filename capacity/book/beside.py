"""The files beside a scenario: its accounts and its people, as far as these can be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from capacity.book.accounts import Book
from capacity.book.pools import pools_amiss
from capacity.book.reading import read_book
from capacity.book.representative import representative_book
from capacity.book.roster import Roster, read_rosters
from capacity.book.table import Source
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.beside import FORMAT, Files
from capacity.scenario.document import Accounts, Plan, is_format_file
from capacity.scenario.exports import (
    ExportFormat,
    known_format,
    over,
    plainly,
    read_format,
)
from capacity.scenario.parts import BySegment
from capacity.scenario.reading import Marked, Trail
from capacity.scenario.unknown import UNKNOWN, UnknownError, each, is_unsound

_FORMAT_AT = ("accounts", "format")
_ROLE_DEPTH = len(("team", "csm", "people"))
"""Names down to the people of a role; one more is a pool."""


def read_for(plan: Plan, marked: Marked, files: Files) -> list[object]:
    """All of a scenario that accounts and people are read by."""
    leads = [(t.lead, t.segments, t.where) for t in plan.tasks.values() if t.on == "renewal"]
    asked = {name: {c.holds for _, c in said} for name, said in plan.asked_of_file.items()}
    names = [(trail, files.beside(marked, trail, name)) for trail, name in named_files(plan)]
    splits = {name: role.split for name, role in plan.team.items()}
    served = plan.tasks if any(splits.values()) else None
    money = (plan.currency, plan.fx)
    # A file of accounts asks the segments for little; a book that is made up follows from all.
    of_file = [(name, s.term, s.complexity) for name, s in plan.segments.items()]
    segments = of_file if plan.accounts else plan.segments
    return [plan.accounts, plan.horizon, segments, money, leads, asked, names, splits, served]


def read_beside(
    plan: Plan, marked: Marked, files: Files
) -> tuple[Book, dict[str, Roster], list[Mistake], list[Mistake]]:
    """Accounts and people, warnings about them, and mistakes; what is wrong is unknown."""
    rosters: dict[str, Roster] = {}
    warnings: list[Mistake] = []
    mistakes: list[Mistake] = []
    book: Book = UNKNOWN
    try:
        book, doubts = _book(plan, marked, files)
        warnings += doubts + _nobody(plan, book, marked)
    except InputError as error:
        mistakes += error.mistakes
    except UnknownError:
        pass  # the settings by which it is read are wrong, and told already
    for (path, name), roles in _files_of_people(plan, marked, files).items():
        try:
            found, doubts = read_rosters(plan, roles, *files.read(marked, path, name, "people"))
            mistakes += _twice(rosters, found, name)
            rosters |= {
                r: rosters[r].with_(new) if r in rosters else new for r, new in found.items()
            }
            warnings += doubts
        except InputError as error:
            mistakes += error.mistakes
            rosters |= dict.fromkeys(roles, UNKNOWN)
        except UnknownError:
            rosters |= dict.fromkeys(roles, UNKNOWN)
    return book, rosters, warnings, mistakes


def amiss_beside(plan: Plan, marked: Marked, files: Files) -> list[Mistake]:
    """What is wrong with accounts, people and pools, as far as it is known how to read them."""
    book, rosters, _, mistakes = read_beside(plan, marked, files)
    return [*mistakes, *pools_amiss(plan, book, rosters, marked)]


def _book(plan: Plan, marked: Marked, files: Files) -> tuple[Book, list[Mistake]]:
    """The accounts of the file, or as their number says, with warnings.

    Raises
    ------
    UnknownError
        Where the settings by which they are read are wrong.
    """
    if plan.accounts is None:
        return representative_book(plan), []
    if is_unsound(plan.accounts):
        raise UnknownError
    content, file = files.read(marked, ("accounts", "file"), plan.accounts.file, "accounts")
    sheet_at = marked.place(("accounts", "sheet"))
    asked = {
        task: marked.place(("tasks", task, "where"))
        for said in plan.asked_of_file.values()
        for task, _ in said
    }
    source = Source(content, file, plan.accounts.sheet, sheet_at)
    return read_book(plan, source, _format(plan.accounts, marked, files), asked)


def _format(accounts: Accounts, marked: Marked, files: Files) -> ExportFormat:
    """What the columns of the file are called, and how its dates are written."""
    name = accounts.format
    if name is None:
        return plainly(accounts)
    if is_format_file(name):
        return over(accounts, read_format(*files.read(marked, _FORMAT_AT, name, FORMAT)))
    return over(accounts, known_format(name))


def named_files(plan: Plan) -> list[tuple[Trail, str]]:
    """The settings that name files, with the names."""
    found: list[tuple[Trail, str]] = []
    if plan.accounts is not None and not is_unsound(plan.accounts):
        found.append((("accounts", "file"), plan.accounts.file))
        if plan.accounts.format is not None and is_format_file(plan.accounts.format):
            found.append((_FORMAT_AT, plan.accounts.format))
    for name, role in each(plan.team):
        if role.people is UNKNOWN:
            continue
        people, path = role.people or BySegment[str]({}), ("team", name, "people")
        found += [((*path, pool), file) for pool, file in people.values.items()]
        if people.default is not None:
            found.append(((*path, "default") if people.values else path, people.default))
    return found


def _files_of_people(
    plan: Plan, marked: Marked, files: Files
) -> dict[tuple[Trail, str], dict[str, str]]:
    """Where files of people are named first, and the roles that name each, with their pools.

    A file that serves several pools of one role by name is read for each of them.
    """
    first: dict[tuple[Path, str], tuple[Trail, str]] = {}
    found: dict[tuple[Trail, str], dict[str, str]] = {}
    for trail, name in named_files(plan):
        if trail[0] == "team":
            is_split = len(trail) > _ROLE_DEPTH and trail[-1] != "default"
            pool = str(trail[-1]) if is_split else ""
            where = first.setdefault((files.beside(marked, trail, name), pool), (trail, name))
            found.setdefault(where, {})[str(trail[1])] = pool
    return found


def _twice(known: Mapping[str, Roster], found: Mapping[str, Roster], file: str) -> list[Mistake]:
    """People who stand in the files of two pools."""
    text = "{} of {} stands in the file of another pool, too. Keep one of them"
    return [
        Mistake(Place(file), "name", text.format(name, role))
        for role, roster in found.items()
        for name in sorted(set(roster.names) & set(known[role].names if role in known else ()))
    ]


def _nobody(plan: Plan, book: Book, marked: Marked) -> list[Mistake]:
    """A warning where there are no accounts at all, and none to be won."""
    if len(book) or any(segment.new_accounts for _, segment in each(plan.segments)):
        return []
    text = "there is no account, so no account makes work"
    return [Mistake(marked.place(("segments",), key=True), "segments", text)]
