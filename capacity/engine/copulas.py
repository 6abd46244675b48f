"""The luck of inputs that move together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.model.dependence import mixing
from capacity.rng import KeyArray, Luck, key
from capacity.scenario.compatible import correlations
from capacity.scenario.correlated import groups, is_average_duration, ties
from capacity.scenario.document import Plan


def input_luck(path: str) -> tuple[str, str]:
    """The name of an input's luck."""
    return ("input", path)


def duration_luck(task: str) -> tuple[str, str]:
    """The name of the luck of a task's average duration."""
    return ("duration", task)


@dataclass(frozen=True)
class Copula:
    """Inputs that are tied to one another.

    Attributes
    ----------
    of
        Their luck, in the order of their paths.
    mix
        How their normals are mixed, shape (inputs, inputs); see `mixing`.
    """

    of: tuple[int, ...]
    mix: FloatArray


def build_copulas(plan: Plan) -> tuple[Copula, ...]:
    """The copula of each group of inputs that a plan ties."""
    return tuple(
        Copula(tuple(luck_of(path) for path in group.paths), mixing(correlations(group)))
        for group in groups(ties(plan))
    )


def luck_of(path: str) -> int:
    """The key of the luck of an input, or of the average duration of a task."""
    if is_average_duration(path):
        return key(*duration_luck(path.split(".")[1]))
    return key(*input_luck(path))


class Tied:
    """Stratified uniforms, in which some inputs move together.

    Parameters
    ----------
    copulas
        Of the groups of inputs.
    held
        Inputs whose uniforms are given and not drawn, by the key of their luck; each of shape
        (trials,), or one number for all trials.
    """

    def __init__(
        self, luck: Luck, copulas: tuple[Copula, ...], held: Mapping[int, FloatArray | float]
    ) -> None:
        self._luck, self._held = luck, held
        self._copula = {of: copula for copula in copulas for of in copula.of}
        self._drawn: dict[int, FloatArray] = {}

    def stratified(self, of: KeyArray) -> FloatArray:
        """Uniforms as those of `Luck.stratified`, the same whenever and with whom asked for."""
        out = self._luck.stratified(of)
        for row, name in enumerate(of.tolist()) if self._copula else ():
            copula = self._copula.get(name)
            if copula and name not in self._drawn:
                keys = np.array(copula.of, dtype=np.uint64)
                self._drawn |= zip(copula.of, self._luck.correlated(keys, copula.mix), strict=True)
            if copula:
                out[row] = self._drawn[name]
        for row, name in enumerate(of.tolist()) if self._held else ():
            if name in self._held:
                out[row] = self._held[name]
        return out
