"""Whether correlations can hold together; where not, which of them to weaken, and to what."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from capacity.arrays import FloatArray
from capacity.model.dependence import is_possible, normal_correlation
from capacity.rng import BLOCK
from capacity.scenario.correlated import Group, Tie, groups

_HUNDRED = 100
_TRIED = 8
"""Pairs that are tried, those first that do the most harm."""


def correlations(group: Group, instead: Mapping[Tie, float] | None = None) -> FloatArray:
    """Correlations of the normals of a group, shape (paths, paths); 0 where no pair is named.

    Parameters
    ----------
    instead
        Other rank correlations for some of the pairs.
    """
    place = {path: i for i, path in enumerate(group.paths)}
    matrix = np.eye(len(place))
    for tie in group.ties:
        i, j = place[tie.one], place[tie.other]
        rho = (instead or {}).get(tie, tie.rho)
        matrix[i, j] = matrix[j, i] = normal_correlation(rho, BLOCK)
    return matrix


def impossible(tied: list[Tie]) -> Iterator[tuple[int, str]]:
    """Pairs that contradict others: the place in the list, and what to write instead."""
    for group in groups(tied):
        matrix = correlations(group)
        if not is_possible(matrix):
            yield _mend(group, matrix)


def _mend(group: Group, matrix: FloatArray) -> tuple[int, str]:
    """The pair for which the least weakening is enough; the worst of them where none is."""
    worst = _by_harm(group, matrix)
    found = [(tie, value) for tie in worst[:_TRIED] if (value := _weaker(group, tie)) is not None]
    tie, value = min(found, key=lambda f: abs(f[0].rho) - abs(f[1]), default=(worst[0], None))
    alone = "" if value is None else f"it to {value:g}, or "
    return tie.at, (
        f"{tie.rho:g} contradicts the other pairs of its inputs (a pair that is not named counts "
        f"as 0). Weaken {alone}all pairs of its {len(group.paths)} inputs to {_part(group):g} of "
        "what they are"
    )


def _part(group: Group) -> float:
    """The largest part, in hundredths, of all correlations with which all pairs can hold."""
    parts = (hundredths / _HUNDRED for hundredths in range(_HUNDRED - 1, -1, -1))
    return next(
        part
        for part in parts
        if is_possible(correlations(group, {tie: tie.rho * part for tie in group.ties}))
    )


def _by_harm(group: Group, matrix: FloatArray) -> list[Tie]:
    """The pairs, those first whose weakening lifts the lowest eigenvalue the fastest."""
    lowest = np.linalg.eigh(matrix)[1][:, 0]
    place = {path: i for i, path in enumerate(group.paths)}

    def harm(tie: Tie) -> float:
        i, j = place[tie.one], place[tie.other]
        return float(matrix[i, j] * lowest[i] * lowest[j])

    return sorted(group.ties, key=lambda tie: (harm(tie), tie.at))


def _weaker(group: Group, tie: Tie) -> float | None:
    """The largest correlation in hundredths with which all pairs can hold; None for none."""
    for hundredths in range(math.ceil(abs(tie.rho) * _HUNDRED) - 1, -1, -1):
        value = math.copysign(hundredths / _HUNDRED, tie.rho)
        if is_possible(correlations(group, {tie: value})):
            return value
    return None
