"""Inputs that move together: what is written under `correlate`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from capacity import units
from capacity.quantities import write_number
from capacity.scenario.fields import TEXT, read_text
from capacity.scenario.kinds import JsonSchema, Kind, any_of, record
from capacity.scenario.numbers import REMARKS, REMARKS_SCHEMA, read_both, remarks, text_schema
from capacity.scenario.parts import nearest, read_each

BETWEEN, RHO = "between", "rho"
MOST = 100
"""Pairs that a plan ties together."""
_PAIR = 2
_TEXT = "Write {between: [segments.smb.churn, team.csm.attrition], rho: 0.5}"


@dataclass(frozen=True)
class Correlation:
    """Two uncertain inputs that move together.

    Attributes
    ----------
    between
        Their paths.
    rho
        Rank correlation (Spearman's), from −1 to 1.
    source, note, evidence
        Where it comes from; None where nobody said.
    """

    between: tuple[str, str]
    rho: float
    source: str | None = None
    note: str | None = None
    evidence: str | None = None

    def __str__(self) -> str:
        return f"{self.rho:g} between {' and '.join(self.between)}"


def read_correlations(raw: object) -> tuple[Correlation, ...]:
    """A list of pairs, each with its rank correlation."""
    if not isinstance(raw, list):
        found = "is empty" if raw is None else "is not a list"
        raise ValueError(f"{found}. {_TEXT} behind a dash")
    if len(raw) > MOST:
        raise ValueError(f"ties {len(raw):,} pairs. Write at most {MOST}, those that matter")
    return tuple(read_each(enumerate(raw), _read_one).values())


def _read_one(raw: object) -> Correlation:
    if not isinstance(raw, dict):
        raise ValueError(f"{'is empty' if raw is None else f'{raw!r} is no pair'}. {_TEXT}")
    known = (BETWEEN, RHO, *REMARKS)
    for key in raw:
        if key not in known:
            raise ValueError(
                f"`{key}` is no part of a correlation.{nearest(str(key), known)} {_TEXT}"
            )
    missing = [key for key in (BETWEEN, RHO) if key not in raw]
    if missing:
        raise ValueError(f"{' and '.join(missing)} missing. {_TEXT}")
    (between, rho), said = read_both(
        lambda: read_both(
            lambda: read_each([(BETWEEN, raw[BETWEEN])], _read_pair)[BETWEEN],
            lambda: read_each([(RHO, raw[RHO])], _read_rho)[RHO],
        ),
        lambda: remarks(raw),
    )
    return Correlation(between, rho, **said)


def _read_pair(raw: object) -> tuple[str, str]:
    if not isinstance(raw, list) or len(raw) != _PAIR:
        found = f"{len(raw)} paths" if isinstance(raw, list) else repr(raw)
        raise ValueError(f"{found} given where two are wanted. {_TEXT}")
    one, other = read_each(enumerate(raw), lambda path: read_text(path).strip()).values()
    return one, other


def _read_rho(raw: object) -> float:
    rho = units.parse_number(raw)
    if not -1 <= rho <= 1:
        raise ValueError(f"{raw} is no rank correlation. Write a number between -1 and 1")
    return rho


def write_correlations(raw: Any) -> Any:
    """Each pair with its keys in the order of the language."""
    return [
        {
            key: write_number(value) if key == RHO and not isinstance(value, str) else value
            for key in (BETWEEN, RHO, *REMARKS)
            if (value := item.get(key)) is not None
        }
        for item in raw
    ]


_PATHS: JsonSchema = {"type": "array", "items": TEXT, "minItems": _PAIR, "maxItems": _PAIR}
_RHO = any_of({"type": "number", "minimum": -1, "maximum": 1}, text_schema(units.NUMBER_TEXT))
Correlations = Annotated[
    tuple[Correlation, ...],
    Kind(
        read_correlations,
        "list of `{between: [path, path], rho: 0.5}`",
        {
            "type": "array",
            "items": record(
                {
                    BETWEEN: {"description": "Paths of two uncertain inputs.", **_PATHS},
                    RHO: {"description": "Rank correlation, from -1 to 1.", **_RHO},
                },
                **REMARKS_SCHEMA,
            ),
            "maxItems": MOST,
        },
        write_correlations,
    ),
]
