"""What an answer says, before it takes a form: titles, sentences, tables and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from capacity.report.lines import Sentence


@dataclass(frozen=True)
class Part:
    """What is said of one thing.

    Attributes
    ----------
    title
        Stands above it.
    sentences
        What is worth a sentence, the most important first.
    tables
        The figures behind them.
    label
        What tells it from the other parts of an answer; empty where there is one alone.
    """

    title: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    label: str = ""

    def labelled(self, text: str) -> str:
        """A text that can stand beside those of other parts."""
        return text if self.label in text else f"{self.label}: {text}"


@dataclass(frozen=True)
class Told:
    """What an answer says.

    Attributes
    ----------
    name, about
        What was asked about, and what for: the scenario; the question, its horizon, futures.
    parts
        One, or one for each thing that was asked about.
    notes
        How the figures are to be read.
    """

    name: str
    about: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]

    @classmethod
    def of_one(
        cls,
        name: str,
        about: str,
        sentences: tuple[str, ...],
        tables: tuple[Table, ...],
        notes: tuple[str, ...],
    ) -> Told:
        """An answer of one part."""
        return cls(name, about, (Part(f"{name} · {about}", sentences, tables),), notes)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Those of all parts."""
        return tuple(part.labelled(text) for part in self.parts for text in part.sentences)

    def group(self) -> Group:
        """All of it for a terminal."""
        shown: list[Any] = []
        for part in self.parts:
            shown.append(Text(part.title, style="bold"))
            if part.sentences:
                shown += [Text(), *(Sentence(f"• {sentence}") for sentence in part.sentences)]
            for table in part.tables:
                shown += [Text(), table]
            shown.append(Text())
        return Group(*shown, *(Sentence(note, "dim") for note in self.notes))
