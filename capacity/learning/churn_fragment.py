"""What was learned of churn, growth and work, in the forms of the language."""

from __future__ import annotations

from typing import Any

import numpy as np

from capacity import units
from capacity.calendar import DateArray
from capacity.estimates import Z_OF_P90
from capacity.learning.effects import Effect, Effects
from capacity.learning.fragment import measured, moments, quantiles, source_of
from capacity.learning.growth import Growth
from capacity.learning.lives import Lives
from capacity.learning.log import Log
from capacity.learning.retention import EACH, HAZARD, SBG, Retention
from capacity.learning.volatility import Years

_METHODS = {
    HAZARD: "losses over time at risk, gamma posterior",
    EACH: "losses by renewal, beta posterior",
    SBG: "shifted-beta-geometric by maximum likelihood",
}


def segment_settings(log: Log, found: Retention, lives: Lives) -> dict[str, Any]:
    """Churn of a segment in the form that it is told in."""
    own = lives.of(found.segment)
    method = _METHODS.get(found.form, "losses over renewals, beta posterior") + own.cut
    remarks = measured(source_of(log, found.accounts, method, *own.dates))
    if found.form == SBG:
        assert found.sbg is not None
        assert found.sbg.covariance is not None
        errors = np.sqrt(np.diag(found.sbg.covariance))
        both = zip((found.sbg.alpha, found.sbg.beta), errors, strict=True)
        alpha, beta = (quantiles(units.BETA_SHAPE, _lognormal(*pair), {}) for pair in both)
        return {"churn": {"sbg": {"alpha": alpha, "beta": beta, **remarks}}}
    each = [moments(units.SHARE, mean, sd, remarks) for mean, sd in found.yearly()]
    return {"churn": each[0] if len(each) == 1 else each}


def _lognormal(middle: float, error: float) -> list[float]:
    """Quantiles 0.1, 0.5 and 0.9."""
    found: list[float] = (middle * np.exp(Z_OF_P90 * error * np.array([-1, 0, 1]))).tolist()
    return found


def tie(found: Retention) -> dict[str, Any]:
    """Both shapes of a fit are wrong together."""
    assert found.sbg is not None
    path = f"segments.{found.segment}.churn.sbg"
    rho = float(f"{np.clip(found.sbg.rank_correlation, -0.99, 0.99):.3g}")
    return {"between": [f"{path}.alpha", f"{path}.beta"], "rho": rho}


def market_settings(log: Log, lives: Lives, years: Years) -> dict[str, Any]:
    """How far calendar years differ."""
    method = f"churn of {len(years.years)} calendar years beyond luck, negative binomial"
    remarks = measured(source_of(log, len(lives), method, *lives.dates))
    return {"churn_volatility": quantiles(units.VOLATILITY, years.volatility().tolist(), remarks)}


def growth_settings(log: Log, found: Growth, days: DateArray) -> dict[str, Any]:
    """Expansion and contraction of a segment."""
    method = f"{found.pairs:,} pairs of {found.accounts:,} accounts"
    remarks = measured(source_of(log, len(log), method, days))
    return {
        "contraction": moments(units.SHARE, *found.contraction, remarks),
        "expansion": moments(units.GROWTH, *found.expansion, remarks),
    }


def effect_settings(log: Log, effect: Effect, found: Effects, addressable: float) -> dict[str, Any]:
    """What stopping a task does to the addressable part of churn."""
    factor = effect.on_addressable(addressable)
    method = f"complementary log-log regression, {found.evidence}"
    note = f"hazard ratio {np.exp(effect.log):.2f} as seen, E-value {effect.e_value:.2f}"
    remarks = measured(source_of(log, found.renewals, method), note)
    return {"if_stopped": {"churn": quantiles(units.FACTOR, factor, {}), **remarks}}
