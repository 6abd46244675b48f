"""What a report holds, whichever form it takes: HTML, Markdown, pictures.

Each answer fills a `Page`; `html` and `markdown` show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.errors import QuestionError
from capacity.extras import are_installed
from capacity.report.chart import Chart
from capacity.report.words import UNKNOWN, amount_of
from capacity.writing import write_whole

if TYPE_CHECKING:
    from rich.table import Table as RichTable

Row = Mapping[str, Any]
_REMARKS = ("evidence", "source")
ONLY = "only"
"""Of an assumption that not all scenarios share: which one makes it."""


@dataclass(frozen=True)
class Table:
    """A table of texts: its first column names things, the others are figures or words."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, table: RichTable, label: str = "") -> Table:
        """A table of the terminal, without columns in which nothing is said.

        A label stands before its title where it is one of several of that kind.
        """
        found = [
            (" ".join(str(c.header).split()), [str(cell) for cell in c.cells])
            for c in table.columns
        ]
        heads, columns = zip(*(column for column in found if any(column[1])), strict=True)
        title = ": ".join(part for part in (label, str(table.title or "")) if part)
        return cls(title, heads, tuple(zip(*columns, strict=True)))

    def amounts(self) -> list[list[float | None]]:
        """The number that each cell is sorted by, by column; None for columns of words."""
        columns = zip(*self.rows, strict=True)
        return [_amounts(column) for column in columns]


def _amounts(cells: Sequence[str]) -> list[float | None]:
    found = [amount_of(cell) for cell in cells]
    words = (cell not in ("", UNKNOWN) for cell in cells)
    unread = any(is_word and value is None for is_word, value in zip(words, found, strict=True))
    return [None] * len(found) if unread else found


@dataclass(frozen=True)
class Page:
    """A report.

    Attributes
    ----------
    name, about
        What was asked about, and of what the answer is made: the scenario, its horizon, futures.
    headline
        The few sentences that people repeat.
    sentences
        What else is worth a sentence.
    notes
        How the figures are to be read.
    warnings
        What may be right but looks wrong.
    assumptions
        The register, as `assumption_rows` gives it.
    manifest
        What the numbers depend on.
    names
        What users called their things; these may be in any script.
    """

    name: str
    about: str
    headline: tuple[str, ...]
    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[Row, ...] = ()
    manifest: Row = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def chart(self, name: str) -> Chart:
        """A chart by its name.

        Raises
        ------
        QuestionError
            Where there is none, or it would have nothing to show.
        """
        for chart in self.charts:
            if chart.name == name:
                return chart
        known = ", ".join(chart.name for chart in self.charts) or "none"
        raise QuestionError(f"no chart is called {name!r} here. Known: {known}")

    # --- its forms -------------------------------------------------------------------------------

    def to_html(self, path: str | Path) -> None:
        """Write it as one HTML file that needs nothing else.

        Raises
        ------
        CapacityError
            Where the file cannot be written, or the extra `report` is not installed.
        """
        from capacity.report.html import html  # brought by the extra `report`

        write_whole(Path(path), html(self))

    def to_markdown(self, pictures: str = "") -> str:
        """The page as Markdown; for `pictures` see `markdown`."""
        from capacity.report.markdown import markdown  # only where it is asked for

        return markdown(self, pictures)

    def _repr_html_(self) -> str | None:
        """Headline and charts for a notebook; nothing where the extra is not installed."""
        if not are_installed("jinja2", "vl_convert"):
            return None
        from capacity.report.html import fragment  # brought by the extra `report`

        return fragment(self)

    # --- what it rests on ------------------------------------------------------------------------

    @property
    def evidence(self) -> str:
        """How the inputs are known: ``190 inputs: 80 default, 60 estimated, 50 measured``."""
        kinds = Counter(row["evidence"] or "without evidence" for row in self.assumptions)
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        return f"{len(self.assumptions):,} inputs: {listed}"

    @property
    def register(self) -> Table:
        """The assumptions as a table."""
        heads = ["assumption", "value", *_REMARKS, "where"]
        rows = [
            [row["path"], row["value"], *(row[key] or UNKNOWN for key in _REMARKS), _where(row)]
            for row in self.assumptions
        ]
        if any(ONLY in row for row in self.assumptions):
            heads.insert(1, ONLY)
            for cells, row in zip(rows, self.assumptions, strict=True):
                cells.insert(1, row.get(ONLY, ""))
        return Table("Assumptions", tuple(heads), tuple(map(tuple, rows)))

    @property
    def origin(self) -> Table:
        """The manifest as a table."""
        return Table("How it was made", ("", "value"), tuple(flat(self.manifest)))


def _where(row: Row) -> str:
    """``plan.yaml:12``; nothing where nobody wrote it."""
    if not row["file"]:
        return ""
    name = str(row["file"]).replace("\\", "/").rpartition("/")[2]
    return f"{name}:{row['line']}" if row["line"] else name


def flat(about: Row, before: str = "") -> Iterable[tuple[str, str]]:
    """A manifest as pairs of texts; of several mappings in a list, each has its number."""
    for key, value in about.items():
        yield from _told(f"{before}{key}", value)


def _told(name: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from flat(value, f"{name}: ")
    elif isinstance(value, (list, tuple)):
        for number, one in enumerate(value, 1):
            yield from _told(f"{name} {number}", one)
    else:
        yield name, str(value)
