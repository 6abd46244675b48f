"""How accounts are lost: a share a year, one for each renewal, or each account's own chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import ValidationInfo

from capacity import units
from capacity.estimates import Estimate
from capacity.scenario.fields import read_numbers
from capacity.scenario.kinds import Kind, any_of, listed, record, written_each
from capacity.scenario.numbers import (
    FORM_KEYS,
    REMARKS,
    REMARKS_SCHEMA,
    number,
    read_both,
    read_number,
    remarks,
)
from capacity.scenario.parts import PartsError, nearest, read_each

SBG = "sbg"
_SHAPES = ("alpha", "beta")
_TEXT = "Write {sbg: {alpha: 0.7, beta: 1.2}}"


@dataclass(frozen=True)
class ShiftedBeta:
    """The shifted-beta-geometric (Fader & Hardie 2007): each account has a chance of its own.

    The chance θ to be lost at one renewal is spread over new accounts as Beta(alpha, beta).

    Attributes
    ----------
    alpha, beta
        Shapes of the spread; α/(α + β) of the new accounts are lost at their first renewal.
    source, note, evidence
        Where both come from; None where nobody said.
    """

    alpha: Estimate
    beta: Estimate
    source: str | None = None
    note: str | None = None
    evidence: str | None = None

    def renewing(self, behind: int) -> float:
        """Share that renews of accounts with so many renewals behind them, at mean inputs."""
        alpha, beta = self.alpha.mean, self.beta.mean + behind
        return beta / (alpha + beta)

    def median_kept(self, behind: int, hazards: float) -> float:
        """Share that survives hazards of so many times that of one renewal, at the medians.

        E[(1 − θ)^C] = B(α, β + C)/B(α, β).
        """
        alpha, beta = self.alpha.median, self.beta.median + behind
        kept = math.lgamma(beta + hazards) - math.lgamma(beta)
        return math.exp(kept - math.lgamma(alpha + beta + hazards) + math.lgamma(alpha + beta))


def read_churn(raw: object, info: ValidationInfo) -> tuple[Estimate, ...] | ShiftedBeta:
    """Yearly churn, a list of it by renewal, or ``{sbg: {alpha: 0.7, beta: 1.2}}``."""
    if isinstance(raw, dict) and _means_sbg(raw):
        others = [key for key in raw if key != SBG]
        if SBG not in raw:
            hint = nearest(others[0], (SBG,))
            raise ValueError(f"`{others[0]}` is no part of churn.{hint} {_TEXT}")
        if others:
            raise ValueError(f"`{others[0]}` stands beside sbg. {_TEXT}, and a source within it")
        return read_each([(SBG, raw[SBG])], partial(_read_sbg, info=info))[SBG]
    if isinstance(raw, list):
        alone = f"sbg speaks of all renewals and is no part of a list. {_TEXT} alone"
        found = [i for i, item in enumerate(raw) if isinstance(item, dict) and SBG in item]
        if found:
            raise PartsError([((i,), alone) for i in found])
    return read_numbers(units.SHARE, raw, info)


def _means_sbg(raw: dict[str, object]) -> bool:
    """Whether a mapping is, or was meant to be, a shifted-beta-geometric."""
    unknown = set(raw) - FORM_KEYS
    near = f"`{SBG}`"
    return any(k in (SBG, *_SHAPES) or near in nearest(k, (*FORM_KEYS, SBG)) for k in unknown)


def _read_sbg(raw: object, info: ValidationInfo) -> ShiftedBeta:
    if not isinstance(raw, dict):
        found = "is empty" if raw is None else f"{raw!r} is not alpha and beta"
        raise ValueError(f"{found}. {_TEXT}")
    given = [(key, raw[key]) for key in _SHAPES if key in raw]
    (_, shapes), said = read_both(
        lambda: read_both(
            lambda: _check_keys(raw), lambda: read_each(given, partial(_read_shape, info=info))
        ),
        lambda: remarks(raw),
    )
    return ShiftedBeta(shapes["alpha"], shapes["beta"], **said)


def _check_keys(raw: dict[str, object]) -> None:
    for key in raw:
        if key not in (*_SHAPES, *REMARKS):
            raise ValueError(f"`{key}` is no part of sbg.{nearest(key, _SHAPES)} {_TEXT}")
    missing = [key for key in _SHAPES if key not in raw]
    if missing:
        raise ValueError(f"{' and '.join(missing)} missing. {_TEXT}")


def _read_shape(raw: object, info: ValidationInfo) -> Estimate:
    found = read_number(units.BETA_SHAPE, raw, info)
    lowest = min(version.values[0] for version in found.versions)
    if lowest <= 0:
        raise ValueError(f"{lowest:g} is not above 0. Write a number such as 0.7")
    return found


def write_churn(raw: Any) -> Any:
    """Churn as a planner would write it."""
    if isinstance(raw, dict) and SBG in raw:
        said = raw[SBG]
        shapes = {key: _SHAPE.write(said[key]) for key in _SHAPES}
        return {SBG: shapes | {key: said[key] for key in REMARKS if key in said}}
    return written_each(_SHARE.write, raw) if isinstance(raw, list) else _SHARE.write(raw)


_SHARE, _SHAPE = number(units.SHARE), number(units.BETA_SHAPE)
_SBG = record(dict.fromkeys(_SHAPES, _SHAPE), **REMARKS_SCHEMA)
Churn = Annotated[
    tuple[Estimate, ...] | ShiftedBeta,
    Kind(
        read_churn,
        "share, a list of them, or `sbg`",
        any_of(_SHARE, listed(_SHARE), record({SBG: _SBG})),
        write_churn,
        "churn",
    ),
]
