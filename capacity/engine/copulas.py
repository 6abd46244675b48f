"""The luck of inputs that move together."""

from __future__ import annotations

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
        Copula(tuple(_luck_of(path) for path in group.paths), mixing(correlations(group)))
        for group in groups(ties(plan))
    )


def _luck_of(path: str) -> int:
    if is_average_duration(path):
        return key(*duration_luck(path.split(".")[1]))
    return key(*input_luck(path))


class Tied:
    """Stratified uniforms, in which some inputs move together.

    Parameters
    ----------
    copulas
        Of the groups of inputs.
    """

    def __init__(self, luck: Luck, copulas: tuple[Copula, ...]) -> None:
        self._luck = luck
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
        return out
