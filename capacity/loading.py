"""A scenario ready to run: the language, the book, and where both came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from capacity.book.accounts import Book
from capacity.book.beside import amiss_beside, named_files, read_beside, read_for
from capacity.book.observations import Key, Observed, ObservedFiles
from capacity.book.pools import build_pools, pools_amiss
from capacity.book.restricted import unmet
from capacity.book.roster import Roster
from capacity.errors import InputError, Mistake
from capacity.scenario.beside import Files
from capacity.scenario.changes import Change, assigned, changed
from capacity.scenario.differences import Difference, Said, differences
from capacity.scenario.document import Plan
from capacity.scenario.dumping import dump
from capacity.scenario.extending import Written, read_written
from capacity.scenario.pool import Pool
from capacity.scenario.reading import Marked, Trail
from capacity.scenario.validation import UnsoundError, validate


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """What a plan assumes, checked and ready to run.

    Two are equal where they say the same, by the same changes and from the same files.

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
        The settings as they were written, with the place of every one.
    settings
        What was set from outside of the file.
    written
        The base and the changes that led here, before what was set from outside.
    doubts
        Those of the warnings that speak of accounts and people.
    allow_outside
        Whether the files that it names may lie outside of its folder.
    observed
        The observations that numbers are resampled from.
    observed_in
        The settings that name their files, with the names.
    """

    plan: Plan
    book: Book
    rosters: Mapping[str, Roster]
    pools: tuple[Pool, ...]
    warnings: tuple[Mistake, ...]
    files: Mapping[str, str]
    marked: Marked
    settings: Mapping[str, object]
    written: Written
    doubts: tuple[Mistake, ...]
    allow_outside: bool
    observed: Mapping[Key, Observed]
    observed_in: tuple[tuple[Trail, str], ...]

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return self.plan.name

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of its files, by name and in order."""
        return self.written.changes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self._stated() == other._stated()

    def __hash__(self) -> int:
        return hash((self.name, *sorted(self.files.items())))

    def _stated(self) -> tuple[object, ...]:
        """All that the rest of it follows from."""
        return self.plan, self.files, self.settings, self.changes, self.allow_outside

    def __repr__(self) -> str:  # one line: all that it holds would be pages
        return f"<Scenario: {self.name}, {self.marked.file}>"

    def with_(self, settings: Mapping[str, object]) -> Scenario:
        """The same scenario with other settings; its files are not read again without need.

        Parameters
        ----------
        settings
            By path, such as ``{"tasks.qbr.every": "month"}``; see `load`.

        Raises
        ------
        InputError
            With every mistake that the settings lead to.

        Examples
        --------
        >>> import capacity
        >>> plan = capacity.load("scenarios/seed_example.yaml")
        >>> plan.with_({"horizon.months": 6}).plan.horizon.months
        6
        """
        earlier = {path: value for path, value in self.settings.items() if path not in settings}
        files = Files(Path(self.marked.file), self.written.files, allow_outside=self.allow_outside)
        return _build(self.written, files, earlier | dict(settings), like=self)

    def changed_by(self, changes: Sequence[Change], settings: Mapping[str, object]) -> Scenario:
        """The base of this scenario after other changes, as on the way to it.

        Parameters
        ----------
        changes
            In order; in place of its own.
        settings
            What is set from outside, by path; in place of its own.

        Raises
        ------
        InputError
            With every mistake that they lead to: not each part of a plan's changes makes a plan.
        """
        files = Files(Path(self.marked.file), self.written.files, allow_outside=self.allow_outside)
        return _build(replace(self.written, changes=tuple(changes)), files, settings, like=self)

    def diff(self, other: Scenario) -> list[Difference]:
        """What another scenario says otherwise; nothing where both mean the same.

        Parameters
        ----------
        other
            The scenario to compare with.

        Returns
        -------
        list of Difference
            In the order of the language. Printed, each is ``path: old -> new`` with its places.

        Examples
        --------
        >>> import capacity
        >>> plan = capacity.load("scenarios/seed_example.yaml")
        >>> for difference in plan.diff(plan.with_({"tasks.qbr.every": "month"})):
        ...     print(difference.path, difference.old, difference.new)
        tasks.qbr.every quarter month
        """
        check_loaded(other)
        return differences(_said(self), _said(other))

    def to_yaml(self) -> str:
        """The text of one file that loads to the same scenario.

        As a planner would write it, in the order of the language. Settings that nobody wrote are
        left out; what was set from outside of the file is in, and so is what it extends and
        changes. Files are named from the folder of the scenario, so it belongs there.

        Examples
        --------
        >>> import capacity
        >>> plan = capacity.load("scenarios/base.yaml", set={"team.csm.attrition": 0.15})
        >>> [line for line in plan.to_yaml().splitlines() if "attrition" in line][0].strip()
        'attrition: 15%'
        """
        return dump(_named_from_here(self))


def check_loaded(scenario: object) -> None:
    """Refuse what is no scenario, such as its path, before anything is computed."""
    if not isinstance(scenario, Scenario):
        found = type(scenario).__name__
        raise TypeError(f"the scenario is of type {found}; pass what capacity.load(path) returns")


def load(
    path: str | Path,
    set: Mapping[str, object] | None = None,  # noqa: A002
    *,
    allow_outside: bool = False,
) -> Scenario:
    """Read a scenario, the files that it extends, its file of accounts and its files of people.

    Parameters
    ----------
    path
        YAML file of the scenario.
    set
        Settings that take the place of the file's, such as ``{"team.csm.headcount": 9}``; text is
        read as it would be in the file, and mappings are merged as by a change of the file.
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
    files = Files(Path(path), {}, allow_outside=allow_outside)
    written, mistakes = read_written(files)
    return _build(written, files, dict(set or {}), mistakes)


def _build(
    written: Written,
    files: Files,
    settings: Mapping[str, object],
    mistakes: Sequence[Mistake] = (),
    like: Scenario | None = None,
) -> Scenario:
    """A scenario from what was written; what files beside it hold is taken from one like it."""
    marked, missed = changed(written.base, written.changes)
    marked, unset = assigned(marked, settings)
    mistakes = [*mistakes, *missed, *unset]
    observations = ObservedFiles(marked, files, like.observed if like else {})
    try:
        plan, warnings = validate(marked, observations)
    except UnsoundError as error:
        mistakes += [*observations.mistakes, *error.mistakes]
        mistakes += amiss_beside(error.draft, marked, files) if error.draft else []
        raise InputError(mistakes) from None
    if mistakes:
        raise InputError([*mistakes, *amiss_beside(plan, marked, files)])
    if like and read_for(plan, marked, files) == read_for(like.plan, like.marked, files):
        book, rosters, doubts = like.book, like.rosters, list(like.doubts)
        files.seen |= {file: like.files[file] for file in _files_of(like)}
    else:
        book, rosters, doubts, mistakes = read_beside(plan, marked, files)
    if mistakes:
        raise InputError([*mistakes, *pools_amiss(plan, book, rosters, marked)])
    pools, idle = build_pools(plan, book, rosters, marked)
    doubtful = (*warnings, *observations.doubts, *doubts, *idle, *unmet(plan, book, marked))
    return Scenario(
        plan=plan,
        book=book,
        rosters=rosters,
        pools=pools,
        warnings=doubtful,
        files=files.seen,
        marked=marked,
        settings=settings,
        written=written,
        doubts=tuple(doubts),
        allow_outside=files.allow_outside,
        observed=observations.found,
        observed_in=tuple(observations.named.items()),
    )


def _files_of(scenario: Scenario) -> list[str]:
    """The files of accounts and people that a scenario was read from."""
    beside = Files(Path(scenario.marked.file), scenario.files).beside
    return [str(beside(scenario.marked, trail, name)) for trail, name in named_files(scenario.plan)]


def _said(scenario: Scenario) -> Said:
    """What a scenario says, with the content of the files that it names."""
    files = Files(Path(scenario.marked.file), scenario.files)
    contents = {
        trail: scenario.files[str(files.beside(scenario.marked, trail, name))]
        for trail, name in (*named_files(scenario.plan), *scenario.observed_in)
    }
    return Said(scenario.plan, scenario.marked, contents)


def _named_from_here(scenario: Scenario) -> dict[str, Any]:
    """The settings as they were written, with files named from the folder of the scenario."""
    marked = scenario.marked.copy()
    files = Files(Path(marked.file), scenario.files)
    for trail, name in (*named_files(scenario.plan), *scenario.observed_in):
        here = files.named_from_here(marked, trail, name)
        if here != name:
            lone = isinstance(marked.written(trail), dict)
            *around, last = (*trail, "default") if lone else trail
            inside: Any = marked.written(tuple(around))
            inside[last] = here
    return marked.data
