"""What drives a figure, in sentences: what to measure first, where it tips, what that is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.report.drivers_words import Words, error_of, listed, name_of, part
from capacity.report.inputs import input_value
from capacity.report.words import money, share, shows

if TYPE_CHECKING:
    from capacity.drivers.answer import Driver, Sensitivity

_MOST = 3
"""Inputs that are named in a sentence."""
_APART = 2.0
"""Standard errors from which on something is told."""
_ODDS = "p_covered"
"""A figure that is all or nothing in each future."""
_MATTERS = 0.05
"""Part of the variance below which nobody minds what inputs do together."""


class Sentences:
    """What is said of a sensitivity in sentences."""

    def __init__(self, found: Sensitivity) -> None:
        self._found, self._words = found, Words(found)

    def headline(self) -> Iterator[str]:
        """The figure, where its spread comes from, what to measure first, what that decides."""
        found, say = self._found, self._words.figure
        if not found.split.variance:
            yield f"{found.metric} is {say(found.mean)} in every future. Nothing drives it."
            return
        odds = found.metric.startswith(_ODDS) and not found.is_difference
        yield (
            f"{found.metric} is {say(found.mean)}: yes or no in each future."
            if odds
            else f"{found.metric} is {say(found.mean)} on average, "
            f"{say(found.p10)} to {say(found.p90)} in 8 of 10 futures."
        )
        if not found.drivers:
            yield "No input has a range: all of its variance is the luck of the draw."
            yield from self._chosen()
            return
        yield (
            f"{part(found.split.unknown)}{error_of(found.split.error)} of its variance is what "
            f"we do not know. {part(found.split.luck)} is the luck of the draw, "
            "which no measuring takes away."
        )
        yield self._first()
        yield from self._chosen()
        yield from self._flips()
        yield from self._worth()

    def others(self) -> Iterator[str]:
        """What else is worth knowing of the spread."""
        found = self._found
        if not found.split.variance:
            return
        rest = len(found.drivers) - len(found.heard)
        if rest and found.heard:
            noun = "input is" if rest == 1 else "inputs are"
            yield f"{rest} {noun} not heard above the noise."
        yield from self._together()
        yield from self._bent()

    def _first(self) -> str:
        heard = self._found.heard
        if not heard:
            return "No single input is heard above the noise."
        named = [f"{name_of(d)} ({part(d.share)} of the variance)" for d in heard[:_MOST]]
        return f"Measure first: {listed(named)}."

    def _together(self) -> Iterator[str]:
        found = self._found
        if abs(found.together) < max(_MATTERS, _APART * found.together_error):
            return
        if found.together > 0:
            yield (
                f"{part(found.together)} of the variance is what inputs do together, and none "
                "of them alone."
            )
        elif found.plans[0].plan.correlate:
            yield (
                f"The shares add up to {100 * found.shares[0]:.0f} %, which is more than there "
                "is: inputs that move together (`correlate`) each count what they have in common."
            )

    def _bent(self) -> Iterator[str]:
        bent = [name_of(driver) for driver in self._found.heard if driver.bent]
        if bent:
            yield (
                f"Not a straight line along {listed(bent)}: its swing and its share of the "
                "variance tell different stories."
            )

    # --- the decision ----------------------------------------------------------------------------

    def _chosen(self) -> Iterator[str]:
        """Which alternative is the best, by how much, and how often."""
        if not self._found.alternatives:
            return
        unit = self._found.unit
        best, second, *_ = self._found.alternatives
        ahead, off = money(second.behind, unit), money(second.behind_se, unit)
        error = f" ± {off}" if shows(off) else ""
        odds = f"it is the best in {share(best.p_best)} of the futures."
        if second.behind <= _APART * second.behind_se or not shows(ahead):
            both = f"{best.name} and {second.name}"
            yield f"Too close to tell which is best: {both} are {ahead}{error} apart on average."
            return
        yield f"Best on average: {best.name}, {ahead}{error} ahead of {second.name}; {odds}"

    def _flips(self) -> Iterator[str]:
        found = self._found
        if found.bound is None:
            return
        tipping = [(d, d.tip) for d in found.drivers if d.tip]
        if not tipping:
            what = f"makes {found.metric} cross {self._words.figure(found.bound)}"
            yield f"No input alone {what}, wherever in its range it lies."
            return
        driver, tip = max(tipping, key=lambda pair: pair[1].odds)
        value = input_value(driver.unknown, tip.value)
        yield (
            f"Likeliest to flip it: {name_of(driver)} past {value}, "
            f"with odds of {part(tip.odds)}{error_of(tip.error)}."
        )

    def _worth(self) -> Iterator[str]:
        found = self._found
        worth = known(found)
        for driver in worth[:_MOST]:
            off = money(driver.worth_error, found.unit)
            error = f" ± {off}" if shows(off) else ""
            said = f"{money(driver.worth, found.unit)}{error}"
            yield f"Knowing {name_of(driver)} before deciding is worth {said}."
        if any(math.isfinite(driver.worth) for driver in found.drivers) and not worth:
            yield "No single input is worth knowing before deciding: the choice would be the same."


def known(found: Sensitivity) -> list[Driver]:
    """Inputs that are worth knowing, those that are worth most first."""
    worth = [d for d in found.heard if d.worth > _APART * d.worth_error]
    return sorted(worth, key=lambda d: -d.worth)
