"""Texts in lines that keep together what belongs together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

from capacity.report.words import kept_together, parted


@dataclass(frozen=True)
class Sentence:
    """A text whose lines never end between a number and its unit."""

    text: str
    style: str = ""

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Its lines; a word that is too long for one is broken."""
        for line in in_lines(self.text, options.max_width):
            yield Text(line, style=self.style)


def in_lines(text: str, width: int, first: str = "", hanging: str = "") -> list[str]:
    """A text in lines, none of which ends between a number and its unit.

    Parameters
    ----------
    width
        Cells of a line; letters of some scripts take two. A word that is too long stays whole.
    first, hanging
        What the first line begins with, and those after it.
    """
    lines = [first]
    for word in kept_together(text).split(" "):
        is_empty = lines[-1] in (first, hanging)
        if not is_empty and cell_len(lines[-1]) + 1 + cell_len(word) > width:
            lines.append(hanging)
            is_empty = True
        lines[-1] += word if is_empty else f" {word}"
    return [parted(line) for line in lines]
