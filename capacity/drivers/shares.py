"""Where the spread of a figure comes from: arrays in, shares of its variance out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.extras import check_installed, needed
from capacity.rng import BLOCK

_RESAMPLES = 60
_ONE_SIGMA = 0.6826894921370859
_WHAT = "Shares of variance"
_HARMONICS = 10
"""Of the Fourier series of a figure along an input; SALib's own number."""


@dataclass(frozen=True)
class Split:
    """The variance of a figure, split into what we do not know and the luck of the draw.

    Attributes
    ----------
    variance
        Of the figure.
    unknown
        Share of it that is due to the uncertain inputs, and would be gone if all were known.
    error
        Its standard error.
    """

    variance: float
    unknown: float
    error: float

    @property
    def luck(self) -> float:
        """Share of it that would be left."""
        return 1 - self.unknown


def split(first: FloatArray, again: FloatArray) -> Split:
    """Split the variance of a figure that was seen twice, with the same inputs and other luck.

    The covariance of the two is the variance of the expected figure given all inputs, E[Y | X];
    what is left of the variance is luck. The error is that of the jackknife over blocks.

    Parameters
    ----------
    first, again
        Shape (trials,).
    """
    variance, covariance = _moments(first, again)
    if not variance > 0:
        return Split(0.0, np.nan, np.nan)
    blocks = len(first) // BLOCK
    if blocks < 2:
        return Split(variance, covariance / variance, np.nan)
    left_out = []
    for block in range(blocks):
        keep = np.ones(len(first), dtype=bool)
        keep[block * BLOCK : (block + 1) * BLOCK] = False
        part = _moments(first[keep], again[keep])
        left_out.append(part[1] / part[0] if part[0] > 0 else np.nan)
    return Split(variance, covariance / variance, jackknife_error(np.array(left_out)))


def _moments(first: FloatArray, again: FloatArray) -> tuple[float, float]:
    """Variance of either, and covariance of both, about their common mean."""
    mean = (first.mean() + again.mean()) / 2
    a, b = first - mean, again - mean
    return float((a @ a + b @ b) / (2 * len(a))), float(a @ b / len(a))


def jackknife_error(left_out: FloatArray) -> float:
    """Standard error of an estimate, from what it is without each block."""
    count = len(left_out)
    return float(np.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum()))


def first_order(
    inputs: FloatArray, values: FloatArray, seed: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Share of the variance of a figure that each input explains alone, from any sample.

    Var(E[Y | X]) / Var(Y), the first-order index of Sobol', by RBD-FAST (Tarantola et al. 2006;
    Plischke 2010; bias corrected as by Tissot & Prieur 2012) as SALib computes it. The error is its
    bootstrap's, which takes half of the sample and so is rather too large than too small; it is
    not known, NaN, where the figure differs in so few futures that half of them may miss all.

    Parameters
    ----------
    inputs
        Shape (inputs, trials); only their order matters.
    values
        Shape (trials,).

    Returns
    -------
    tuple
        Shares and standard errors, shape (inputs,).
    """
    rbd_fast = needed("SALib.analyze.rbd_fast", _WHAT)
    if not len(inputs) or not values.var() > 0:
        return np.zeros(len(inputs)), np.zeros(len(inputs))
    problem = {"num_vars": len(inputs), "names": [str(i) for i in range(len(inputs))]}
    with np.errstate(invalid="ignore"):  # a resample may miss the few futures that differ
        found = rbd_fast.analyze(
            problem, inputs.T, values, M=_HARMONICS, num_resamples=_RESAMPLES,
            conf_level=_ONE_SIGMA, seed=seed,
        )  # fmt: skip
    return np.array(found["S1"], dtype=float), np.array(found["S1_conf"], dtype=float)


def check_drivers() -> None:
    """Make sure that the extra `drivers` is there.

    Raises
    ------
    CapacityError
        Where it is not installed.
    """
    check_installed(_WHAT, "SALib")


def rank_correlations(inputs: FloatArray, values: FloatArray) -> FloatArray:
    """Spearman's correlation of each input with a figure, shape (inputs,); NaN of what is fixed."""
    from scipy.stats import rankdata  # slow to import

    order = rankdata(values) - (len(values) + 1) / 2
    ranks = rankdata(inputs, axis=1) - (len(values) + 1) / 2
    size = np.sqrt((ranks**2).sum(axis=1) * (order @ order))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where(size > 0, ranks @ order / size, np.nan)
    return found
