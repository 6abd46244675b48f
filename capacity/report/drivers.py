"""What drives a figure, as text: what to measure first, shares of variance, tornado, tipping."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table

from capacity.report.drivers_sentences import Sentences, known
from capacity.report.drivers_words import Words, error_of, listed, name_of, part
from capacity.report.inputs import input_value
from capacity.report.tables import plain, table
from capacity.report.told import Told
from capacity.report.words import UNKNOWN, money, share, shows, signed

if TYPE_CHECKING:
    from capacity.drivers.answer import Sensitivity

Cells = tuple[str, ...]

WIDTH = 80
_OF_INPUTS = ("input", "variance", "rank", "p10", "p90", "at p10", "at p90")
_OF_NUMBERS = ("input", "now", "set to", "at less", "at more")
_OF_TIPS = ("input", "tips at", "odds of being past it")
_OF_WORTH = ("input", "worth", "error")
_OF_CHOICES = ("plan", "on average", "behind the best", "best in")
_IN_HEADLINE = 2
"""Alternatives of which a sentence says all."""
_ROOM = 24
"""Characters of a number as it was written."""
_LONGEST_LIST = 12
"""Numbers without a range that are told; there are many."""
_LEAST, _ANY = 16, 1000
"""Characters that an input keeps in a table, and more than any has."""


def as_text(found: Sensitivity, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(found, width), width)


def report(found: Sensitivity, width: int = WIDTH) -> Group:
    """What a person wants first: sentences, then tables."""
    return told(found, width).group()


def told(found: Sensitivity, width: int | None = None) -> Told:
    """What is said of a sensitivity.

    Parameters
    ----------
    width
        Characters of a line, to which inputs in tables are cut; they stay whole without.
    """
    saying, tables = Sentences(found), Tables(found, width)
    about = f"what drives {found.metric} · {found.manifest['trials']:,} futures"
    return Told.of_one(
        found.plans[0].name, about, (*saying.headline(), *saying.others()), tuple(tables.all()),
        tuple(tables.notes()),
    )  # fmt: skip


def _fitted(title: str, heads: Sequence[str], rows: list[Cells], width: int | None) -> Table:
    """A table whose names are cut where it is too wide; the end of a name says most."""
    others = [max(map(len, column)) for column in zip(heads, *rows, strict=True)][1:]
    room = _ANY if width is None else max(width - sum(others) - 2 * len(others), _LEAST)
    out = table(title, *heads)
    for name, *cells in rows:
        out.add_row(name if len(name) <= room else f"…{name[1 - room :]}", *cells)
    return out


def _rank(value: float) -> str:
    """``+0.39``, or ``0.00`` without a sign."""
    return signed(value, f"{abs(value):.2f}") if math.isfinite(value) else UNKNOWN


class Tables:
    """The figures behind the sentences; for `width` see `told`."""

    def __init__(self, found: Sensitivity, width: int | None = None) -> None:
        self._found, self._words, self._width = found, Words(found), width

    def all(self) -> Iterator[Table]:
        """Tables of which there is something to show."""
        found, name = self._found, self._found.metric
        crossed = f"Where {name} crosses {self._say(found.bound or 0.0)}"
        moved = "Numbers without a range, and the figure with a tenth less and more"
        for title, heads, rows in (
            ("Inputs, and the figure at their p10 and p90", _OF_INPUTS, self._inputs()),
            (moved, _OF_NUMBERS, self._nudged()),
            (crossed, _OF_TIPS, self._tipping()),
            ("What knowing it before deciding is worth", _OF_WORTH, self._worth()),
            ("What is chosen from, the best on average first", _OF_CHOICES, self._chosen_from()),
        ):
            listed_rows = list(rows)
            if listed_rows:
                yield _fitted(title, heads, listed_rows, self._width)

    def _say(self, value: float) -> str:
        return self._words.figure(value)

    def _inputs(self) -> Iterator[Cells]:
        for driver in self._words.shown() if self._found.split.variance else ():
            yield (
                name_of(driver),
                part(driver.share) if driver.is_heard else UNKNOWN,
                _rank(driver.rank),
                input_value(driver.unknown, driver.p10),
                input_value(driver.unknown, driver.p90),
                self._say(driver.swing.low),
                self._say(driver.swing.high) + ("*" if driver.bent else ""),
            )

    def _nudged(self) -> Iterator[Cells]:
        """Numbers without a range of which a tenth can be seen, each with what was set."""
        for one in self._found.nudged[:_LONGEST_LIST]:
            low, high = self._say(one.swing.low), self._say(one.swing.high)
            ends = [UNKNOWN if end is None else str(end) for end in (one.nudge.low, one.nudge.high)]
            if low != high:
                yield one.nudge.path, _cut(one.nudge.written), " / ".join(ends), low, high

    def _tipping(self) -> Iterator[Cells]:
        for driver in self._found.drivers:
            if driver.tip:
                odds = f"{part(driver.tip.odds)}{error_of(driver.tip.error)}"
                yield name_of(driver), input_value(driver.unknown, driver.tip.value), odds

    def _worth(self) -> Iterator[Cells]:
        unit = self._found.unit
        for driver in known(self._found):
            off = money(driver.worth_error, unit)
            yield name_of(driver), money(driver.worth, unit), off if shows(off) else ""

    def _chosen_from(self) -> Iterator[Cells]:
        """Alternatives, where there are more than the headline names."""
        found, unit = self._found, self._found.unit
        for one in found.alternatives if len(found.alternatives) > _IN_HEADLINE else ():
            off = money(one.behind_se, unit)
            error = f" ± {off}" if shows(off) else ""
            behind = f"{money(one.behind, unit)}{error}"
            mean = money(one.mean, unit)
            yield one.name, mean, behind if one.behind else "", share(one.p_best)

    def notes(self) -> Iterator[str]:
        """How the tables are to be read."""
        found = self._found
        shown = self._words.shown()
        hidden = len(found.drivers) - len(shown)
        if hidden and found.split.variance:
            noun = "input moves" if hidden == 1 else "inputs move"
            yield f"{hidden} more {noun} it by nothing that could be seen."
        yield from self._of_inputs() if shown and found.split.variance else ()
        yield from self._beyond()
        if any(one.nudge.is_rounded for one in found.nudged):
            yield (
                "A whole number, such as seats, goes to the next whole one down and up, which may "
                "be more than a tenth."
            )

    def _of_inputs(self) -> Iterator[str]:
        """How the table of inputs is to be read."""
        found = self._found
        yield (
            "variance: the part that is gone if this input is known. rank: +1 where more of it is "
            "always more of the figure."
        )
        if self._say(found.middle) != self._say(found.mean):
            few = f"{min(found.manifest['trials'], found.tornado):,} futures"
            yield (
                f"at p10, at p90: in the first {few}, in which it is "
                f"{self._say(found.middle)} on average with all inputs as they are."
            )
        if found.is_return:
            yield (
                "Each future's return is over the expected cost of all futures; at p10 and at p90 "
                "it is over the cost to be expected then. So an input of cost may have a share of "
                "the variance and hardly move the return."
            )
        if any(driver.unknown.estimate.series for driver in self._words.shown()):
            yield (
                "Of a number by date p10 and p90 are those of its first value with a range; all "
                "its values move together."
            )

    def _beyond(self) -> Iterator[str]:
        """Estimates that no true share could be."""
        beyond = [(name_of(d), d.share, d.share_error) for d in self._found.heard if d.share > 1]
        split = self._found.split
        if split.unknown > 1 or split.unknown < 0:
            beyond.append(("what we do not know", split.unknown, split.error))
        shows_it = [f"{n} at {100 * s:.1f} %" for n, s, _ in beyond if abs(s - round(s)) >= _TINY]
        if shows_it:
            yield (
                "Shares are estimates, and one may come out below nothing or above all, by its "
                f"error; it is shown as 0 or 100 %. Here: {listed(shows_it)}."
            )


_TINY = 0.005
"""Of a share: what does not show when it is said."""


def _cut(text: str) -> str:
    """A text whose beginning says most."""
    return text if len(text) <= _ROOM else f"{text[: _ROOM - 1]}…"
