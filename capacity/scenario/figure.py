"""A figure by its name, and how exactly it is wanted: ``required_fte[csm]:p90``, ``1%``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from capacity import units

_FIGURE = re.compile(r"(?P<metric>\w+)(?:\[(?P<about>[^\[\]]+)\])?(?::(?:mean|p(?P<q>\d\d?)))?")


@dataclass(frozen=True, slots=True)
class Figure:
    """What is to be exact.

    Attributes
    ----------
    metric
        Name, such as ``required_fte``.
    about
        The role, segment or task; empty for the total, or for every role where there is none.
    q
        Probability of a quantile; None is the mean.
    """

    metric: str
    about: str = ""
    q: float | None = None

    def __str__(self) -> str:
        about = f"[{self.about}]" if self.about else ""
        return f"{self.metric}{about}:{'mean' if self.q is None else f'p{100 * self.q:02.0f}'}"


def read_figure(raw: object) -> Figure:
    """The name of a metric, what it is about in brackets, and the mean or a quantile."""
    found = _FIGURE.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found or (found["q"] and int(found["q"]) == 0):
        raise ValueError(f"{raw!r} is not a figure. Write arr, required_fte:p90 or grr[smb]:p10")
    about = (found["about"] or "").strip()
    return Figure(found["metric"], about, int(found["q"]) / 100 if found["q"] else None)


def read_precision(raw: object) -> float:
    """A standard error over its figure: ``1%`` or 0.01."""
    value = units.parse_share(raw)
    if not 0 < value < 1:
        meant = f"{value:g}%" if "%" not in str(raw) and 1 <= value < 100 else "1%"
        raise ValueError(f"{raw} is not between 0 and 1, which is 100%. Write {meant}")
    return value
