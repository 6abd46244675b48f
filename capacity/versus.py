"""One scenario against another: the figures that are told first, and what has to be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from capacity.arrays import FloatArray
from capacity.headline import Spot, headline
from capacity.pairing import Pair
from capacity.statistics import means
from capacity.waterfall import Step, Waterfall, have_one_base, steps_between


@dataclass(frozen=True)
class Headline:
    """A figure that is told first.

    Attributes
    ----------
    spot
        Which.
    old, new
        Its expected value in the baseline and in the scenario.
    row
        The difference, as a row of the table; `period` is ``peak`` for the period in which the
        figure is highest, in each future its own.
    """

    spot: Spot
    old: float
    new: float
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Versus:
    """One scenario against the baseline.

    Attributes
    ----------
    baseline, scenario
        What the two are called.
    steps
        The changes from one to the other; None where the scenario is not the baseline changed.
    notes
        What is not compared, and why; what is, with doubt.
    headline
        The figures that are told first.
    waterfalls
        What each change does to these, where there are changes.
    """

    baseline: str
    scenario: str
    steps: tuple[Step, ...] | None
    notes: tuple[str, ...]
    headline: tuple[Headline, ...]
    waterfalls: tuple[Waterfall, ...]

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called."""
        return self.baseline, self.scenario

    @property
    def spots(self) -> list[Spot]:
        """The figures that are told first."""
        return [told.spot for told in self.headline]


def told(pair: Pair, steps: tuple[Step, ...] | None) -> Versus:
    """What can be told of a pair before the plans on the way are simulated."""
    found = tuple(_headline(pair, spot) for spot in headline(pair))
    notes = (*pair.notes(), *_of_way(pair, steps))
    return Versus(pair.baseline, pair.scenario, steps, notes, found, ())


def _headline(pair: Pair, spot: Spot) -> Headline:
    old, new = (_known(spot.values(result)) for result in (pair.old, pair.new))
    (row,) = pair.differing(spot, [spot.period], old, new)
    return Headline(spot, float(means(old)[0]), float(means(new)[0]), row)


def _known(values: FloatArray | None) -> FloatArray:
    assert values is not None  # both have it, or it was not chosen
    return values


def _of_way(pair: Pair, steps: tuple[Step, ...] | None) -> Iterator[str]:
    """Why no change has a part of the difference, or several have one together."""
    old, new = pair.old.scenario, pair.new.scenario
    for step in steps or ():
        if step.is_joined:
            yield f"Only together do these changes make a plan: {step.name}."
        if step.alone is None:
            yield f"{step.name}: makes no plan without the changes before it."
    if steps is not None:
        return
    if steps_between(new, old):
        yield (
            f"{pair.baseline} is {pair.scenario} with changes: name them the other way round to "
            "see what each change does."
        )
    elif have_one_base(old, new):
        yield (
            f"{pair.baseline} and {pair.scenario} begin from one plan: compare each with that to "
            "see what each change does."
        )
    else:
        names = f"{pair.scenario} does not extend {pair.baseline}"
        yield f"{names}, so no change has a part of the difference."
