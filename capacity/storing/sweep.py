"""A sweep into a folder: what is there stays, what is missing is computed, by any number of us."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from capacity.errors import CapacityError, InputError, Mistake
from capacity.executing import each
from capacity.loading import Scenario
from capacity.rng import CommonLuck
from capacity.simulation import LuckOf, Progress, check_luck
from capacity.storing.asked import Asked
from capacity.storing.cases import Case, Cases
from capacity.storing.folder import SCENARIO, Folder
from capacity.storing.stored import StoredSweep

_CHECKED = 50
"""Scenarios that are checked together: some milliseconds each."""
_PAUSE = 0.2
"""Seconds between looks at what others are computing."""


def sweep_into(
    out: str | Path,
    scenarios: Scenario | Sequence[Scenario],
    values: Mapping[str, Collection[Any]],
    metrics: Sequence[str] | str | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    checking: Progress | None = None,
    **how: Any,
) -> StoredSweep:
    """Simulate plans for every combination of some values, and store each when it is done.

    Every scenario has a Parquet file of its own in the folder, written whole or not at all, and
    named by all that it depends on: the resolved scenario, the content of its data files, what is
    asked, the version of the library. What is there already is not computed again; so the same
    call goes on where another one ended, however that ended. Where a file or the version has
    changed since, the scenario has another name, and the old file plays no part.

    Several processes may work on one folder at the same time, on any machines that share it: none
    does what another one does or has done, and each returns when all is there.

    All scenarios of a plan meet the same luck, as in `capacity.sweep`.

    Parameters
    ----------
    out
        The folder; made where it is missing.
    scenarios
        One plan or several, from `capacity.load`, each with a name of its own.
    values
        Values by path, as for `capacity.sweep`; may be empty for several plans.
    metrics
        As for `capacity.sweep`; ``"all"`` stores the whole table of each run.
    executor
        Any `concurrent.futures.Executor`; whole scenarios are its pieces of work.
    progress
        Called with the scenarios stored and all of them; those that were there count.
    checking
        Called with the scenarios checked and all of them, before the first simulation.
    **how
        `trials`, `seed`, `precision` and `metric`, as for `capacity.simulate`.

    Returns
    -------
    StoredSweep
        Complete; its `table()` and `collect()` give all rows as one table.

    Raises
    ------
    InputError
        With the mistakes of all scenarios, before anything is simulated.
    QuestionError
        Where there is nothing to sweep, or too much, or plans share a name.
    CapacityError
        Where the folder cannot be written or locked; where the first scenario of a plan has no
        answer, before anything is simulated; where others have none: these are named at the end,
        and all others are stored.

    Examples
    --------
    >>> import capacity, tempfile
    >>> plan = capacity.load("scenarios/seed_example.yaml")
    >>> values = {"tasks.qbr.every": ["month", "quarter"]}
    >>> with tempfile.TemporaryDirectory() as out:
    ...     first = capacity.sweep_into(out, plan, values, ["due_hours"], trials=100)
    ...     again = capacity.sweep_into(out, plan, values, ["due_hours"], trials=100)
    ...     print(first.computed, again.computed, again.table()["mean"].tolist())
    2 0 [3600.0, 1200.0]
    """
    plans = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    for plan in plans:
        check_luck(plan, how.get("trials"), how.get("seed"))
    cases, asked = Cases(plans, values), Asked(metrics, **how)
    folder = Folder(Path(out))
    _try_each_plan(cases, asked)
    keys = _checked(cases, asked, executor, checking)
    run = _Run(folder, cases, keys, asked, progress)
    run.go(executor)
    return StoredSweep(folder, cases, keys, run.computed)


# --- before the first simulation -----------------------------------------------------------------


def _try_each_plan(cases: Cases, asked: Asked) -> None:
    """Try the first scenario of each plan, so that a night is not spent on a misspelt figure.

    Raises
    ------
    CapacityError
        With what each of them lacks.
    """
    refused: list[str] = []
    for case in cases.firsts:
        with suppress(InputError):  # checked with all others
            scenario = case.resolved()
            try:
                asked.try_on(scenario)
            except CapacityError as error:
                refused.append(f"{case}: {error}")
    if refused:
        raise CapacityError("\n".join(refused))


def _checked(
    cases: Cases, asked: Asked, executor: Executor | None, progress: Progress | None
) -> list[str]:
    """The key of every scenario.

    Raises
    ------
    InputError
        With every mistake, each once, and how many scenarios have it.
    """
    keys: list[str] = []
    found: Counter[Mistake] = Counter()
    first: dict[Mistake, int] = {}
    for answers in each(executor, partial(_keys, asked), _chunks(cases)):
        for key, mistakes in answers:
            for mistake in mistakes:
                found[mistake] += 1
                first.setdefault(mistake, len(keys))
            keys.append(key)
        if progress:
            progress(len(keys), len(cases))
    if found:
        told = (_told(m, times, cases[first[m]], len(cases)) for m, times in found.items())
        raise InputError(list(told))
    return keys


def _keys(asked: Asked, cases: Sequence[Case]) -> list[tuple[str, tuple[Mistake, ...]]]:
    """Key and mistakes of some scenarios; a function of its arguments alone."""
    found: list[tuple[str, tuple[Mistake, ...]]] = []
    for case in cases:
        try:
            found.append((asked.key(case, case.resolved()), ()))
        except InputError as error:
            found.append(("", error.mistakes))
    return found


def _chunks(cases: Iterable[Case]) -> Iterator[list[Case]]:
    all_of = iter(cases)
    while chunk := list(islice(all_of, _CHECKED)):
        yield chunk


def _told(mistake: Mistake, times: int, first: Case, of: int) -> Mistake:
    """A mistake, and where in the sweep it is made."""
    return Mistake(mistake.place, mistake.path, f"{mistake.text} {_where(times, first, of)}")


def _where(times: int, first: Case, of: int) -> str:
    return f"({times:,} of {of:,} scenarios, first in {first})"


# --- the simulations -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """What came of a scenario: rows and manifest, or why there are none."""

    number: int
    rows: tuple[Mapping[str, Any], ...] = ()
    manifest: Mapping[str, Any] | None = None
    refusal: str = ""


def _answer(asked: Asked, luck: LuckOf, case: Case) -> _Answer:
    """One scenario, computed; a function of its arguments alone."""
    try:
        result = asked.result(case.resolved(), luck)
        return _Answer(case.number, tuple(asked.rows(result)), result.manifest)
    except CapacityError as error:
        return _Answer(case.number, refusal=str(error))


class _Run:
    """One process's part in filling a folder."""

    def __init__(
        self,
        folder: Folder,
        cases: Cases,
        keys: Sequence[str],
        asked: Asked,
        progress: Progress | None,
    ) -> None:
        self._folder, self._cases, self._keys, self._asked = folder, cases, keys, asked
        self._progress = progress
        self._refused: dict[int, str] = {}
        self._settled = self.computed = 0

    def go(self, executor: Executor | None) -> None:
        """Compute what is missing, and wait for what others compute.

        Raises
        ------
        CapacityError
            Where something cannot be written; or, when all others are stored, where scenarios
            have no answer.
        """
        self._folder.sweep_out()
        answer_of = partial(_answer, self._asked, CommonLuck())
        left: Iterable[int] = range(len(self._keys))
        while left:
            others: list[int] = []
            mine = self._mine(left, others)
            try:
                for answer in each(executor, answer_of, mine):
                    self._keep(answer)
            finally:
                self._folder.claims.release_all()
            left = others
            if left:
                time.sleep(_PAUSE)
        if self._refused:
            raise self._incomplete()

    def _mine(self, numbers: Iterable[int], others: list[int]) -> Iterator[Case]:
        """Scenarios that nobody has stored or claimed, each claimed; `others` gets the claimed."""
        for number in numbers:
            key = self._keys[number]
            if self._folder.has(key):
                self._settle()
            elif not self._folder.claims.take(key):
                others.append(number)
            elif self._folder.has(key):  # stored between the two looks
                self._folder.claims.release(key)
                self._settle()
            else:
                yield self._cases[number]

    def _keep(self, answer: _Answer) -> None:
        case, key = self._cases[answer.number], self._keys[answer.number]
        if answer.manifest is None:
            self._refused[case.number] = answer.refusal
        else:
            columns = {SCENARIO: case.plan.name, **case.chosen}
            self._folder.write(key, columns, answer.rows, answer.manifest)
            self.computed += 1
        self._folder.claims.release(key)
        self._settle()

    def _settle(self) -> None:
        self._settled += 1
        if self._progress:
            self._progress(self._settled, len(self._keys))

    def _incomplete(self) -> CapacityError:
        """Every refusal once, with the scenarios that it is of."""
        times = Counter(self._refused.values())
        first = {text: number for number, text in sorted(self._refused.items(), reverse=True)}
        of = len(self._cases)
        lines = [f"{t} {_where(count, self._cases[first[t]], of)}" for t, count in times.items()]
        total = f"{len(self._refused):,} scenarios have no answer; all others are stored"
        return CapacityError("\n".join([*lines, total]))
