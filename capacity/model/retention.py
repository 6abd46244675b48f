"""Coverage to churn, growth and contraction."""

from __future__ import annotations

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.units import MONTHS_PER_YEAR


def hazard(churn: FloatArray) -> FloatArray:
    """Yearly hazard −ln(1 − q) of a yearly churn probability q, finite also for q = 1."""
    result: FloatArray = -np.log(np.maximum(1 - churn, np.finfo(float).tiny))
    return result


def half_life_factor(years: FloatArray | float, half_life_months: FloatArray) -> FloatArray:
    """What is left of a memory after a time: 2^(−time / half-life); nothing where that is 0."""
    months = years * MONTHS_PER_YEAR
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(half_life_months > 0, 2.0 ** (-months / half_life_months), 0.0)


def shortfall(coverage: FloatArray, enough: FloatArray) -> FloatArray:
    """Share of the enough that was not done: max(0, E − C)/E."""
    return np.maximum(enough - coverage, 0) / enough


def relative_factor(stopped: FloatArray, lack: FloatArray, lack_today: FloatArray) -> FloatArray:
    """What a shortfall does beyond what it did already in the past.

    (1 + (r − 1)·x) / (1 + (r − 1)·x⁰), with r the factor if the work stopped.
    """
    excess = stopped - 1
    factor, usual = excess * lack, excess * lack_today
    factor += 1
    usual += 1
    factor /= usual
    return factor


def strain(addressable: FloatArray, ratio: FloatArray) -> FloatArray:
    """Hazard over what it is today: 1 − a + a·HR; only the addressable share of it moves."""
    return 1 - addressable + addressable * ratio


def face_factor(lost: FloatArray, memory: FloatArray) -> FloatArray:
    """Hazard ratio HO of the loss of familiar faces: 1 + (r − 1)·min(1, U).

    Parameters
    ----------
    lost
        r, the factor if everybody left at once.
    memory
        U, the remembered share of the people who left.
    """
    return 1 + (lost - 1) * np.minimum(memory, 1)


def loss_probability(
    term_hazard: FloatArray, addressable: FloatArray, ratio: FloatArray
) -> FloatArray:
    """Chance to be lost at the end of a term.

    p = 1 − exp(−H·M·(1 − a + a·HR)): hazards are proportional (Cox 1972), and only the addressable
    share of the hazard moves.

    Parameters
    ----------
    term_hazard
        H·M, the hazard of the term with what the market and events make of it.
    addressable
        a, the share that anybody can move.
    ratio
        HR·HO, the hazard ratio of the work left undone, and of the faces that were lost.
    """
    return -np.expm1(-term_hazard * strain(addressable, ratio))


def log_surviving(alpha: FloatArray, beta: FloatArray, borne: FloatArray) -> FloatArray:
    """Logarithm of the share of accounts that survive, where each has a chance θ of its own.

    With θ ~ Beta(α, β) the chance to be lost at a usual renewal, an account survives hazards that
    add up to C times a usual one with probability (1 − θ)^C. The mean of that is
    B(α, β + C)/B(α, β), for whole C the shifted-beta-geometric of Fader & Hardie (2007).

    Parameters
    ----------
    alpha, beta
        Shapes of the spread of θ; for n survived renewals β is larger by n.
    borne
        C, the sum of the hazards over the usual.
    """
    from scipy.special import gammaln  # slow to import

    beta = np.maximum(beta, np.finfo(float).tiny)
    both = alpha + beta
    result: FloatArray = (gammaln(beta + borne) - gammaln(beta)) - (
        gammaln(both + borne) - gammaln(both)
    )
    return result


def growth(expansion: FloatArray, ratio: FloatArray, years: float) -> FloatArray:
    """Factor on revenue over a time: (1 + g·XR)^Δ."""
    result: FloatArray = expansion * ratio
    np.log1p(result, out=result)
    result *= years
    return np.exp(result, out=result)


def kept_at_renewal(contraction: FloatArray, ratio: FloatArray, term: IntArray) -> FloatArray:
    """Share of revenue kept at a renewal: 1 − (1 − (1 − κ)^(term/12))·VR, at least 0."""
    return np.maximum(1 - (1 - (1 - contraction) ** (term / MONTHS_PER_YEAR)) * ratio, 0)


def revenue_lost(
    lost: FloatArray, number: FloatArray, arr: FloatArray, spread: FloatArray, normals: FloatArray
) -> FloatArray:
    """Revenue of some accounts of a cohort, drawn without replacement.

    Of n accounts that pay S together, with standard deviation σ, k take along k·S/n on average,
    with variance k·σ²·(n − k)/(n − 1), the finite-population correction included (Cochran 1977,
    §2.6). All take all, and none nothing.

    Parameters
    ----------
    lost, number, arr
        k, n and S, shape (cohorts, trials); expected numbers need not be whole.
    spread
        σ, shape (cohorts, 1).
    normals
        Standard normals, or zeros for the expected value.
    """
    mean = lost * (arr / np.where(number > 0, number, 1.0))
    variance = np.maximum(lost * (number - lost), 0) / np.maximum(number - 1, 1)
    result: FloatArray = np.clip(mean + spread * np.sqrt(variance) * normals, 0, arr)
    return np.where(lost >= number, arr, np.where(lost > 0, result, 0.0))
