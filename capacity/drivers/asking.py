"""What is asked: a figure, the inputs that nobody knows for sure, and what is decided by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from capacity.arrays import FloatArray
from capacity.drivers.futures import Outcome
from capacity.drivers.outcomes import OF_VALUE, OfWorlds, Several, of_table
from capacity.drivers.unknowns import Unknown, unknowns
from capacity.engine.layout import build_layout
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.scenario.expecting import HOLDS, Bound, check_bound, other_sign, read_bound, sign_in


class Figured(Outcome, Protocol):
    """An outcome that knows how its rows become the figure."""

    def finish(self, raw: FloatArray, usual: FloatArray | None = None) -> FloatArray:
        """The figure in every future, shape (trials,).

        A ratio is over the expected cost, that of `usual` where this is given.
        """

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
        Where there is no such figure, or the bound is no such quantity.
    """
    name, sign, bound = _read(scenario, text)
    if name.partition("[")[0].strip() in OF_VALUE:
        if against:
            raise QuestionError(f"{name} compares two worlds of one plan. Ask for profit instead")
        question = _of_worlds(scenario, name, without, months)
    elif against:
        question = _of_plans((scenario, *against), name, seed)
    else:
        found = of_table(build_layout(scenario), name, seed)
        inputs = unknowns(found.outcome.layout)
        question = Question(found.name, found.unit, found.outcome, inputs, "", None)
    if bound is None:
        return question
    _check(name, question.unit, bound, scenario.plan.currency)
    return replace(question, sign=sign, bound=bound.value)


def _of_worlds(scenario: Scenario, name: str, without: str, months: int) -> Question:
    """What something is worth, which is decided by whether that is more than nothing."""
    if name not in OF_VALUE:
        metric = name.partition("[")[0].strip()
        text = f"{name}: {metric} is asked for over the whole horizon"
        raise QuestionError(f"{text}. Write {metric}, and the horizon as --months")
    worlds = OfWorlds.asked(scenario, name, without, months)
    both = unknowns(worlds.layout), unknowns(worlds.layout, worlds.removal)
    inputs = list(dict.fromkeys([*both[0], *both[1]]))
    unit = OF_VALUE[name] or scenario.plan.currency
    pair = (f"with {without}", f"without {without}") if name.startswith("npv") else ()
    return Question(f"{name} of {without}", unit, worlds, inputs, ">", 0.0, pair)


def _of_plans(scenarios: Sequence[Scenario], name: str, seed: int) -> Question:
    """What the second plan has more than the first."""
    figures = [of_table(build_layout(one), name, seed) for one in scenarios]
    found = {u.key: u for figure in figures[::-1] for u in unknowns(figure.outcome.layout)}
    plans, unit = _told_apart([one.name for one in scenarios]), figures[0].unit
    called = f"{figures[0].name}: {plans[1]} less {plans[0]}"
    priced = plans if unit == scenarios[0].plan.currency else ()
    several = Several([figure.outcome for figure in figures])
    return Question(called, unit, several, list(found.values()), ">", 0.0, priced)


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of plans, of which later ones bear a number where two have the same."""
    return tuple(f"{name} ({i + 1})" if name in names[:i] else name for i, name in enumerate(names))


def _read(scenario: Scenario, text: str) -> tuple[str, str, Bound | None]:
    """The figure, and the bound that it is held against, where there is one."""
    found, plan = sign_in(text), scenario.plan
    if not found:
        return text.strip(), "", None
    name, bound = text[: found.start()].strip(), text[found.end() :].strip()
    if found[0] not in HOLDS:
        raise QuestionError(f"{text!r}: {other_sign(found[0])}")
    try:
        return name, found[0], read_bound(bound, plan.currency, plan.fx)
    except ValueError as error:
        raise QuestionError(f"{text}: {error}") from None


def _check(name: str, unit: str, bound: Bound, currency: str) -> None:
    """Whether a bound is such a quantity as the figure is."""
    try:
        check_bound(name, "money" if unit == currency else unit, bound, currency)
    except ValueError as error:
        raise QuestionError(str(error)) from None
