"""A scenario ready to run: the language, the book, and where both came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from capacity.book.accounts import Book
from capacity.book.reading import read_book
from capacity.book.representative import representative_book
from capacity.book.table import Source
from capacity.errors import InputError, Mistake
from capacity.scenario.changes import assign
from capacity.scenario.document import Plan
from capacity.scenario.reading import Marked, read_bytes, read_yaml
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
    warnings: tuple[Mistake, ...]
    files: Mapping[str, str]
    marked: Marked
    settings: Mapping[str, object]

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return self.plan.name


def load(path: str | Path, set: Mapping[str, object] | None = None) -> Scenario:  # noqa: A002
    """Read a scenario and its file of accounts.

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
    files = {str(path): marked.sha256}
    if plan.accounts is None:
        book = representative_book(plan)
        warnings += _nobody(book, marked)
        return Scenario(plan, book, tuple(warnings), files, marked, settings)
    file, content = _accounts_file(Path(path), plan.accounts.file, marked)
    files[str(file)] = hashlib.sha256(content).hexdigest()
    sheet_at = marked.place(("accounts", "sheet"))
    book, doubts = read_book(plan, Source(content, str(file), plan.accounts.sheet, sheet_at))
    doubts += _nobody(book, marked)
    return Scenario(plan, book, (*warnings, *doubts), files, marked, settings)


def _nobody(book: Book, marked: Marked) -> list[Mistake]:
    """A warning where there are no accounts at all."""
    text = "there is no account, so no account makes work"
    return [] if len(book) else [Mistake(marked.place(("segments",), key=True), "segments", text)]


def _accounts_file(scenario: Path, name: str, marked: Marked) -> tuple[Path, bytes]:
    """The file of accounts, which must lie inside of the scenario's folder."""
    place = marked.place(("accounts", "file"))
    file = scenario.parent / name
    if not _is_inside(file, scenario.parent):
        text = f"{name} lies outside of the scenario's folder. Copy it beside the scenario"
        raise InputError([Mistake(place, "accounts.file", text)])
    try:
        return file, read_bytes(file, "accounts")
    except InputError as error:
        text = f"{file}: {error.mistakes[0].text}"
        raise InputError([Mistake(place, "accounts.file", text)]) from None


def _is_inside(file: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, links followed; links that lead nowhere do not."""
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False
