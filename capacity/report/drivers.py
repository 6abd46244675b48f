"""What drives a figure, as text: what to measure first, shares of variance, tornado, tipping."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from capacity.report.inputs import input_name, input_value, short_path
from capacity.report.tables import plain, table
from capacity.report.words import UNKNOWN, in_unit, money, share, shows

if TYPE_CHECKING:
    from capacity.drivers.answer import Driver, Sensitivity

WIDTH = 80
_MOST = 3
"""Inputs that are named in a sentence."""
_ROOM = 24
"""Characters of a number as it was written."""
_LONGEST_LIST = 12
"""Numbers without a range that are told; there are many."""


def as_text(found: Sensitivity, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(found), width)


def report(found: Sensitivity) -> Group:
    """What a person wants first: sentences, then tables."""
    told = _Told(found)
    parts: list[Text | Table] = [Text(told.title, style="bold"), Text()]
    parts += [Text(f"• {sentence}") for sentence in told.sentences()]
    for shown in told.tables():
        parts += [Text(), shown]
    parts += [Text(), *(Text(line, style="dim") for line in told.footer())]
    return Group(*parts)


class _Told:
    """A sensitivity, as it is said."""

    def __init__(self, found: Sensitivity) -> None:
        self.found = found
        self.say = in_unit(found.unit)

    @property
    def title(self) -> str:
        futures = f"{self.found.manifest['trials']:,} futures"
        name = self.found.manifest["scenario"]
        return f"{name} · what drives {self.found.metric} · {futures}"

    # --- sentences -------------------------------------------------------------------------------

    def sentences(self) -> Iterator[str]:
        found = self.found
        if not found.split.variance:
            yield f"{found.metric} is {self.say(found.mean)} in every future. Nothing drives it."
            return
        yield (
            f"{found.metric} is {self.say(found.mean)} on average, "
            f"{self.say(found.p10)} to {self.say(found.p90)} in 8 of 10 futures."
        )
        yield (
            f"{_percent(found.split.unknown)}{_error(found.split.error)} of its variance is what "
            f"we do not know. {_percent(found.split.luck)} is the luck of the draw, "
            "which no measuring takes away."
        )
        yield from self._first()
        yield from self._together()
        yield from self._decision()

    def _first(self) -> Iterator[str]:
        heard = self.found.heard
        if not heard:
            yield "No single input is heard above the noise."
            return
        named = [
            f"{input_name(d.unknown)} ({_percent(d.share)} of the variance)" for d in heard[:_MOST]
        ]
        rest = len(self.found.drivers) - len(heard)
        yield f"Measure first: {_listed(named)}."
        if rest:
            noun = "input is" if rest == 1 else "inputs are"
            yield f"{rest} {noun} not heard above the noise."

    def _together(self) -> Iterator[str]:
        found = self.found
        if found.together > 0.05 and found.together > 2 * found.split.error:
            yield (
                f"{_percent(found.together)} of the variance is what inputs do together, and none "
                "of them alone."
            )
        bent = [input_name(driver.unknown) for driver in found.heard if driver.bent]
        if bent:
            yield (
                f"Not a straight line along {_listed(bent)}: its swing and its share of the "
                "variance tell different stories."
            )

    def _decision(self) -> Iterator[str]:
        worth = [d for d in self.found.heard if d.worth > 2 * d.worth_error]
        for driver in sorted(worth, key=lambda d: -d.worth)[:_MOST]:
            off = money(driver.worth_error)
            error = f" ± {off}" if shows(off) else ""
            name = input_name(driver.unknown)
            yield f"Knowing {name} before deciding is worth {money(driver.worth)}{error}."
        if self.found.alternatives and not worth and self._knows_worth:
            yield "No single input is worth knowing before deciding: the choice would be the same."

    @property
    def _knows_worth(self) -> bool:
        return any(math.isfinite(driver.worth) for driver in self.found.drivers)

    # --- tables ----------------------------------------------------------------------------------

    def tables(self) -> Iterator[Table]:
        if self.found.split.variance:
            yield self._drivers()
        if self.found.nudged:
            yield self._nudged()
        tipping = [driver for driver in self.found.drivers if driver.tip]
        if tipping:
            yield self._tipping(tipping)

    def _drivers(self) -> Table:
        heads = ("variance", "rank", "p10", "p90", "at p10", "at p90")
        out = table("Inputs, and the figure at their p10 and p90", "input", *heads)
        for driver in self._shown():
            out.add_row(
                short_path(input_name(driver.unknown)),
                _percent(driver.share) if driver.is_heard else UNKNOWN,
                f"{driver.rank:+.2f}" if math.isfinite(driver.rank) else UNKNOWN,
                input_value(driver.unknown, driver.p10),
                input_value(driver.unknown, driver.p90),
                self.say(driver.swing.low),
                self.say(driver.swing.high) + ("*" if driver.bent else ""),
            )
        return out

    def _shown(self) -> list[Driver]:
        """Those that are heard, and those that swing the figure by what can be seen."""
        return [
            d
            for d in self.found.drivers
            if d.is_heard or self.say(d.swing.low) != self.say(d.swing.high)
        ]

    def _nudged(self) -> Table:
        title = "Numbers without a range, and the figure with a tenth less and more"
        out = table(title, "input", "now", "-10 %", "+10 %")
        for one in self.found.nudged[:_LONGEST_LIST]:
            low, high = self.say(one.swing.low), self.say(one.swing.high)
            if low != high:
                out.add_row(short_path(one.nudge.path), _cut(one.nudge.written), low, high)
        return out

    def _tipping(self, drivers: list[Driver]) -> Table:
        bound = self.say(self.found.bound or 0.0)
        title = f"Where {self.found.metric} crosses {bound}"
        out = table(title, "input", "tips at", "odds of being past it")
        for driver in drivers:
            if driver.tip:
                odds = f"{_percent(driver.tip.odds)}{_error(driver.tip.error)}"
                out.add_row(
                    short_path(input_name(driver.unknown)),
                    input_value(driver.unknown, driver.tip.value),
                    odds,
                )
        return out

    def footer(self) -> Iterator[str]:
        hidden = len(self.found.drivers) - len(self._shown())
        if hidden and self.found.split.variance:
            noun = "input moves" if hidden == 1 else "inputs move"
            yield f"{hidden} more {noun} it by nothing that could be seen."
        yield (
            "variance: the part that is gone if this input is known. rank: +1 where more of it is "
            "always more of the figure."
        )


def _cut(text: str) -> str:
    """A text whose beginning says most."""
    return text if len(text) <= _ROOM else f"{text[: _ROOM - 1]}…"


def _percent(value: float) -> str:
    return share(max(value, 0.0))


def _error(value: float) -> str:
    """`` ± 2 points``; nothing where it does not show."""
    return f" ± {100 * value:.0f} points" if math.isfinite(value) and value >= 0.005 else ""


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
