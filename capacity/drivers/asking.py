"""What is asked: a figure, the inputs that nobody knows for sure, and what is decided by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from capacity.arrays import FloatArray
from capacity.drivers.futures import Outcome
from capacity.drivers.outcomes import OF_VALUE, OfWorlds, Several, of_table
from capacity.drivers.unknowns import Unknown, unknowns
from capacity.engine.layout import build_layout
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.scenario.expecting import HOLDS, read_bound


class Figured(Outcome, Protocol):
    """An outcome that knows how its rows become the figure."""

    def finish(self, raw: FloatArray) -> FloatArray:
        """The figure in every future, shape (trials,)."""

    def on(self, plans: Sequence[Scenario]) -> Figured:
        """The same figure of changed plans."""

    def choices(self, raw: FloatArray) -> FloatArray:
        """What each alternative would give, shape (alternatives, trials)."""

    @property
    def less_is_better(self) -> bool:
        """Whether the alternative is best that gives least, as of costs."""


@dataclass(frozen=True)
class Question:
    """What is asked: the figure, its unknowns, and the decision that hangs on it."""

    name: str
    unit: str
    outcome: Figured
    inputs: list[Unknown]
    sign: str
    bound: float | None
    alternatives: tuple[str, ...] = ()

    @property
    def decides_money(self) -> bool:
        """Whether it is known which alternative is better: the one with more money, or less."""
        return bool(self.alternatives)


def ask(
    scenario: Scenario, text: str, against: Sequence[Scenario], without: str, months: int, seed: int
) -> Question:
    """A figure by its name, with or without a bound.

    Raises
    ------
    QuestionError
        Where there is no such figure.
    """
    name, sign, bound = _bound(scenario, text)
    if name in OF_VALUE:
        if against:
            raise QuestionError(f"{name} compares two worlds of one plan. Ask for profit instead")
        worlds = OfWorlds.asked(scenario, name, without, months)
        both = unknowns(worlds.layout), unknowns(worlds.layout, worlds.removal)
        inputs = list(dict.fromkeys([*both[0], *both[1]]))
        unit = OF_VALUE[name] or scenario.plan.currency
        pair = (f"with {without}", f"without {without}")
        chosen = pair if name.startswith("npv") else ()
        called = f"{name} of {without}"
        zero = 0.0 if bound is None else bound
        return Question(called, unit, worlds, inputs, sign or ">", zero, chosen)
    figures = [of_table(build_layout(one), name, seed) for one in (scenario, *against)]
    if not against:
        first = figures[0]
        inputs = unknowns(first.outcome.layout)
        return Question(first.name, first.unit, first.outcome, inputs, sign, bound)
    found = {u.key: u for figure in figures[::-1] for u in unknowns(figure.outcome.layout)}
    several = Several([figure.outcome for figure in figures])
    plans = _told_apart([one.name for one in (scenario, *against)])
    called = f"{figures[0].name}: {plans[1]} less {plans[0]}"
    priced = plans if figures[0].unit == scenario.plan.currency else ()
    zero = 0.0 if bound is None else bound
    inputs = list(found.values())
    return Question(called, figures[0].unit, several, inputs, sign or ">", zero, priced)


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of plans, of which later ones bear a number where two have the same."""
    return tuple(f"{name} ({i + 1})" if name in names[:i] else name for i, name in enumerate(names))


def _bound(scenario: Scenario, text: str) -> tuple[str, str, float | None]:
    """The figure, and the bound that it is held against, where there is one."""
    for sign in HOLDS:
        name, found, bound = text.partition(sign)
        if found:
            try:
                plan = scenario.plan
                return name.strip(), sign, read_bound(bound.strip(), plan.currency, plan.fx).value
            except ValueError as error:
                raise QuestionError(f"{text}: {error}") from None
    return text.strip(), "", None
