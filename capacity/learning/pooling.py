"""Partial pooling: what is known of one task from few rows leans on what is known of the others.

Each task has a true value of its own, drawn around a common one: θ ~ N(M, T²); what was estimated
of it is off by its error, b ~ N(θ, e²). Nothing is presumed of M, and a half-normal prior of T,
which is integrated over on a grid (Gelman et al. 2013, §5.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray

_NODES, _WIDEST = 400, 4.0


@dataclass(frozen=True)
class Pooled:
    """Estimates after pooling.

    Attributes
    ----------
    mean, sd
        Of each task's own value.
    own
        Weight of the task's own rows, also by their part in the common value; the rest is that of
        the others.
    """

    mean: FloatArray
    sd: FloatArray
    own: FloatArray


def pool(estimates: FloatArray, errors: FloatArray, usual: float) -> Pooled:
    """Pool estimates with normal errors.

    Parameters
    ----------
    estimates, errors
        Of each task, shape (tasks,); an infinite error where nothing is known of it.
    usual
        Standard deviation of the half-normal prior of T: how far tasks usually differ.
    """
    spread = usual * _WIDEST * (np.arange(_NODES)[:, None] + 0.5) / _NODES
    told = np.isfinite(errors)
    variance = errors**2
    precision = 1 / (variance + spread**2)
    known = np.where(told, estimates, 0.0)
    total = precision.sum(axis=1, keepdims=True)
    common = (precision * known).sum(axis=1, keepdims=True) / total
    log = (
        -((spread / usual) ** 2).sum(axis=1) / 2
        - np.log(total[:, 0]) / 2
        + (np.log(precision[:, told]) / 2).sum(axis=1)
        - (precision * (known - common) ** 2).sum(axis=1) / 2
    )
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    own = spread**2 * precision
    own[:, ~told] = 0.0
    mean = own * known + (1 - own) * common
    inner = np.where(
        np.isfinite(errors), own * np.where(np.isfinite(errors), variance, 0), spread**2
    )
    inner = inner + (1 - own) ** 2 / total
    middle = weight @ mean
    own = own + (1 - own) * np.where(told, precision, 0.0) / total
    return Pooled(middle, np.sqrt(weight @ (inner + (mean - middle) ** 2)), weight @ own)
