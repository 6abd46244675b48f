"""What a figure is expected to be if an input were known: one curve for each input, by regression.

A figure is regressed on polynomials of the input's normal score. Where the curve crosses a bound
a decision tips; where alternatives have a curve each, the gain of always taking the best is what
it is worth to know the input (Strong, Oakley & Brennan 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.drivers.shares import jackknife_error
from capacity.rng import BLOCK

_DEGREE = 4
_GRID = np.linspace(0.005, 0.995, 199)
_SURE = 2.0
FEWEST_BLOCKS = 2
"""Blocks from which on an error can be told."""


@dataclass(frozen=True)
class Tipping:
    """Where a decision tips.

    Attributes
    ----------
    probability
        Probability with which the input is not above the tipping point.
    odds
        Probability that it lies where the decision is another than on average.
    error
        Standard error of the odds.
    """

    probability: float
    odds: float
    error: float


class Curves:
    """Expected figures given one input.

    Parameters
    ----------
    uniforms
        The input's luck, shape (trials,).
    values
        Figures, shape (figures, trials).
    """

    def __init__(self, uniforms: FloatArray, values: FloatArray) -> None:
        basis = _basis(uniforms)
        blocks = max(len(uniforms) // BLOCK, 1)
        count = blocks * BLOCK if len(uniforms) >= BLOCK else len(uniforms)
        self._design = design = basis[:count].reshape(blocks, -1, basis.shape[1])
        figures = values[:, :count].reshape(len(values), blocks, -1)
        square = np.einsum("bti,btj->bij", design, design)
        mixed = np.einsum("bti,fbt->bif", design, figures)
        self._coefficients = np.linalg.solve(square.sum(axis=0), mixed.sum(axis=0))
        self._left_out = (
            np.linalg.solve(square.sum(axis=0) - square, mixed.sum(axis=0) - mixed)
            if blocks > 1
            else self._coefficients[None]
        )

    def at(self, probability: FloatArray) -> FloatArray:
        """The expected figures where the input is at some probabilities, shape (figures, …)."""
        return (_basis(probability) @ self._coefficients).T

    def tipping(self, bound: float) -> Tipping | None:
        """Where the first figure crosses a bound; None where it does not for sure.

        Of several crossings it is the one nearest to the median.
        """
        grid = _basis(_GRID)
        curve = (grid @ self._coefficients)[:, 0] - bound
        each = (grid @ self._left_out)[:, :, 0] - bound
        count = len(each)
        if count < FEWEST_BLOCKS:
            return None
        error = np.sqrt((count - 1) / count * ((each - each.mean(axis=0)) ** 2).sum(axis=0))
        sure = np.abs(curve) > _SURE * error
        crossings = np.flatnonzero(np.diff(np.sign(curve)) != 0)
        if not (crossings.size and (sure & (curve > 0)).any() and (sure & (curve < 0)).any()):
            return None
        nearest = crossings[np.argmin(np.abs(_GRID[crossings] - 0.5))]
        a, b = curve[nearest : nearest + 2]
        probability = float(_GRID[nearest] + (_GRID[1] - _GRID[0]) * a / (a - b))
        usual = np.sign(curve.mean())
        odds = [float(_other_side(c, usual)) for c in each]
        return Tipping(probability, _other_side(curve, usual), jackknife_error(np.array(odds)))

    def worth_knowing(self) -> tuple[float, float]:
        """What it is worth to know the input before one of the figures is chosen, and its error.

        EVPPI: E[max E[Y | X]] − max E[Y] over the alternatives. The error is that of the jackknife
        over blocks, each left out of the curves and of the means: what another sample of the input
        would have given is in it, too.
        """
        with_all = _gain(self._design, self._coefficients).mean(axis=0)
        if len(self._design) < FEWEST_BLOCKS:
            return _best(with_all), np.nan
        found = []
        for block, coefficients in enumerate(self._left_out):
            sums = _gain(self._design, coefficients)
            found.append(_best((sums.sum(axis=0) - sums[block]) / (len(sums) - 1)))
        return _best(with_all), jackknife_error(np.array(found))


def _basis(probability: FloatArray) -> FloatArray:
    """Polynomials of the normal score, shape (…, terms)."""
    from numpy.polynomial.hermite_e import hermevander  # slow to import
    from scipy.special import ndtri  # slow to import

    return hermevander(ndtri(probability), _DEGREE)


def _other_side(curve: FloatArray, usual: float) -> float:
    """Part of the input's probability at which a curve has another sign than usual.

    The curve is straight between the points of the grid.
    """
    a, b = curve[:-1] * usual, curve[1:] * usual
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.clip(np.where(a != b, a / (a - b), 0.0), 0, 1)
    below = np.where(a < 0, np.where(b < 0, 1.0, crossing), np.where(b < 0, 1 - crossing, 0.0))
    step, edge = _GRID[1] - _GRID[0], _GRID[0]
    return float(below.sum() * step + edge * (int(a[0] < 0) + int(b[-1] < 0)))


def _gain(design: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Means of each block: of the best curve in every future, then of each curve.

    Shape (blocks, 1 + alternatives).
    """
    curves = design @ coefficients
    best = curves.max(axis=2).mean(axis=1)
    return np.column_stack([best, curves.mean(axis=1)])


def _best(means: FloatArray) -> float:
    """What choosing in every future gains over choosing once."""
    return float(means[0] - means[1:].max())
