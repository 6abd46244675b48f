"""From one scenario to another, change by change, and what each change does to a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.errors import InputError
from capacity.headline import Spot
from capacity.loading import Scenario
from capacity.result import Result
from capacity.scenario.changes import Change
from capacity.scenario.extending import TITLES
from capacity.scenario.reading import Marked
from capacity.statistics import differences
from capacity.table import COLUMNS as OF_RESULT
from capacity.table import table_rows

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("scenario", "baseline", "part", "change", *OF_RESULT)
"""Columns of the table of a waterfall."""

# --- the way -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One change; or several in a row, where only all of them together make a plan.

    Attributes
    ----------
    name
        What is done; of a setting from outside, its path and value.
    after
        The plan with this and all before it.
    alone
        The plan with nothing but this; None where that is none.
    is_joined
        Whether it is several changes.
    """

    name: str
    after: Scenario
    alone: Scenario | None
    is_joined: bool = False


@dataclass(frozen=True)
class _Way:
    """What has to be done to a scenario to make it another one.

    Attributes
    ----------
    kept
        Which of the changes of the new scenario the old one has already.
    todo
        Those it has not, by their number, and after them paths of settings from outside.
    """

    old: Scenario
    new: Scenario
    kept: frozenset[int]
    todo: tuple[int | str, ...]

    def name(self, item: int | str) -> str:
        if isinstance(item, int):
            return self.new.changes[item].name
        return f"{item}={self.new.settings[item]}"

    def with_(self, done: Sequence[int | str]) -> Scenario | None:
        """The old scenario with some of the changes; None where that is no plan."""
        if len(done) == len(self.todo):
            return self.new
        here = self.kept | set(done)
        changes = [change for i, change in enumerate(self.new.changes) if i in here]
        settings = {p: v for p, v in self.old.settings.items() if p not in here}
        settings |= {p: v for p, v in self.new.settings.items() if p in here}
        try:
            return self.new.changed_by(changes, settings)
        except InputError:
            return None


def steps_between(old: Scenario, new: Scenario) -> tuple[Step, ...] | None:
    """The way from a scenario to one that has all of its changes and more.

    Returns
    -------
    tuple of Step or None
        None where the new scenario is not the old one with changes. No step where they are the
        same.
    """
    way = _find(old, new)
    if way is None:
        return None
    found: list[Step] = []
    done: list[int | str] = []
    waiting: list[int | str] = []
    for item in way.todo:
        waiting.append(item)
        after = way.with_([*done, *waiting])
        if after is None:
            continue
        alone = way.with_(waiting) if done else after
        name = " + ".join(map(way.name, waiting))
        found.append(Step(name, after, alone, is_joined=len(waiting) > 1))
        done, waiting = [*done, *waiting], []
    return tuple(found)


def _find(old: Scenario, new: Scenario) -> _Way | None:
    if not _is_same(old.written.base, new.written.base):
        return None
    if old.settings.keys() - new.settings.keys():
        return None
    kept: set[int] = set()
    mine = list(old.changes)
    for i, change in enumerate(new.changes):
        if mine and _is_same_change(mine[0], change):
            del mine[0]
            kept.add(i)
    if mine:
        return None
    todo: list[int | str] = [i for i in range(len(new.changes)) if i not in kept]
    nothing = object()
    todo += [p for p, v in new.settings.items() if old.settings.get(p, nothing) != v]
    return _Way(old, new, frozenset(kept), tuple(todo))


def have_one_base(old: Scenario, new: Scenario) -> bool:
    """Whether both begin from the same file."""
    return _is_same(old.written.base, new.written.base)


def _is_same_change(one: Change, other: Change) -> bool:
    return one.removals.keys() == other.removals.keys() and _is_same(one.settings, other.settings)


def _is_same(one: Marked, other: Marked) -> bool:
    """Whether two say the same in the same files; what they are called plays no part."""
    return _said(one) == _said(other)


def _said(marked: Marked) -> dict[str, tuple[object, Path]]:
    return {
        key: (value, Path(marked.place((key,), key=True).file).resolve())
        for key, value in marked.data.items()
        if key not in TITLES
    }


# --- the figures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What one step does to a figure.

    Attributes
    ----------
    name
        The name of the change, or of several that only make a plan together.
    values
        What the figure gains by it on top of those before it, in every future: shape (trials,).
    alone
        What it gains by nothing else; None where it cannot be made alone.
    """

    name: str
    values: FloatArray
    alone: FloatArray | None


@dataclass(frozen=True)
class Waterfall:
    """How a figure goes from one scenario to another.

    Attributes
    ----------
    baseline, scenario
        What the two are called.
    spot
        The figure.
    before, after
        Its values in both, in every future: shape (trials,).
    parts
        What each change does, in order; they add up to the difference.
    """

    baseline: str
    scenario: str
    spot: Spot
    before: FloatArray
    after: FloatArray
    parts: tuple[Part, ...]

    @property
    def total(self) -> FloatArray:
        """The whole difference in every future."""
        return differences(self.after, self.before)

    @property
    def interaction(self) -> FloatArray | None:
        """What is left of the difference beside the effects of each change alone.

        None where one of them cannot be made alone.
        """
        found = [part.alone for part in self.parts if part.alone is not None]
        return self.total - np.sum(found, axis=0) if len(found) == len(self.parts) else None

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the table; see `table`."""
        for part in self.parts:
            yield from self._row("step", part.name, part.values)
        yield from self._row("total", "", self.total)
        for part in self.parts:
            if part.alone is not None:
                yield from self._row("alone", part.name, part.alone)
        if self.interaction is not None:
            yield from self._row("interaction", "", self.interaction)

    def _row(self, part: str, change: str, values: FloatArray) -> Iterator[dict[str, Any]]:
        about = {"scenario": self.scenario, "baseline": self.baseline, "part": part}
        for row in table_rows(self.spot, [self.spot.period], values[None]):
            yield about | {"change": change} | row

    def table(self) -> pd.DataFrame:
        """One row for each change in order, the total, each change alone, and the interaction.

        Returns
        -------
        pandas.DataFrame
            Columns scenario, baseline, part (``step``, ``total``, ``alone``, ``interaction``) and
            change, then those of `Result.table`.
        """
        import pandas as pd  # slow to import

        return pd.DataFrame(list(self.rows()), columns=list(COLUMNS))


# --- the plans on the way ------------------------------------------------------------------------

Values = Mapping[Spot, FloatArray]
"""Figures of a result, each of shape (trials,)."""
Run = Callable[[Scenario], Result]
"""Simulates a scenario, always with the same luck."""


def figures(result: Result, spots: Iterable[Spot]) -> Values:
    """What a waterfall needs of a result, so that the result itself can go."""
    found = {spot: spot.values(result) for spot in spots}
    return {spot: values[0].copy() for spot, values in found.items() if values is not None}


def to_simulate(steps: Sequence[Step]) -> list[Scenario]:
    """The plans on the way, each once; the last of the way is the scenario itself."""
    each = {id(s): s for step in steps for s in (step.after, step.alone) if s is not None}
    return [scenario for scenario in each.values() if scenario is not steps[-1].after]


def waterfalls(
    names: tuple[str, str], ends: tuple[Values, Values], steps: Sequence[Step], run: Run
) -> Iterator[Waterfall]:
    """What each step does to every figure that all plans on the way have.

    Parameters
    ----------
    names
        Of the baseline and of the scenario.
    ends
        Their figures.
    """
    if not steps:
        return
    old, new = ends
    found = {id(plan): figures(run(plan), new) for plan in to_simulate(steps)}
    found[id(steps[-1].after)] = new
    for spot in new:
        if all(spot in values for values in (old, *found.values())):
            at = {plan: values[spot] for plan, values in found.items()}
            yield Waterfall(*names, spot, old[spot], new[spot], tuple(_parts(old[spot], at, steps)))


def _parts(
    start: FloatArray, at: Mapping[int, FloatArray], steps: Sequence[Step]
) -> Iterator[Part]:
    """What each step adds; `at` is the figure by `id` of the plan."""
    before = start
    for step in steps:
        after = at[id(step.after)]
        alone = None if step.alone is None else differences(at[id(step.alone)], start)
        yield Part(step.name, differences(after, before), alone)
        before = after
