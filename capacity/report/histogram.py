"""How often which value comes up: bars of equal width, one edge at nothing."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from capacity.report.vega import Row

_BARS = 24
"""About how many."""
_TAIL = 0.005
"""Part of the values at either end that the first and the last bar take in."""
_FINEST = 1e-6
"""Width of all bars together, as a part of the values, where these hardly differ."""
_STEPS = (1.0, 2.0, 5.0, 10.0)


def histogram(values: Sequence[float], say: Callable[[float], str]) -> Iterator[Row]:
    """Bars as rows: `low`, `high`, the `share` of the values between, and what it says.

    What lies far out is counted in the bars at the ends, and said so.
    """
    known = sorted(value for value in values if math.isfinite(value))
    if not known:
        return
    cut = int(_TAIL * len(known))
    low, high = known[cut], known[-1 - cut]
    width = _width(max(high - low, _FINEST * max(abs(low), abs(high), 1.0)))
    first, last = math.floor(low / width), max(math.ceil(high / width), math.floor(low / width) + 1)
    ends = [bisect_left(known, edge * width) for edge in range(first, last + 1)]
    ends[0], ends[-1] = 0, len(known)
    for i, (begin, end) in enumerate(pairwise(ends)):
        edges = (first + i) * width, (first + i + 1) * width
        part = (end - begin) / len(known)
        between = _between(edges, say, is_first=i == 0, is_last=i == last - first - 1)
        percent = f"{100 * part:.1f} %"
        yield {
            "low": edges[0],
            "high": edges[1],
            "share": part,
            "about": f"{between}: {percent} of the futures",
        }


def _between(
    edges: tuple[float, float], say: Callable[[float], str], *, is_first: bool, is_last: bool
) -> str:
    low, high = map(say, edges)
    if is_first and is_last:
        return "all"
    if is_first:
        return f"below {high}"
    return f"{low} and more" if is_last else f"{low} to {high}"


def _width(reach: float) -> float:
    """1, 2 or 5 times a power of ten."""
    rough = reach / _BARS
    size = 10.0 ** math.floor(math.log10(rough))
    return next(step * size for step in _STEPS if step * size >= rough * (1 - 1e-9))
