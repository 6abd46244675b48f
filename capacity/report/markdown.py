"""A page as Markdown: to be pasted into a document or a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capacity.report.page import Page, Table

_MARKUP = re.compile(r"[\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown would take for more than a letter; inside of words an underscore is one."""
_BEGIN = re.compile(r"^(\d*)([-+#=.)])(?=[\s#=-]|$)")
"""What would begin a list, a heading or a line."""


def markdown(page: Page, pictures: str = "") -> str:
    """The page; names of users are text in it and nothing else.

    Parameters
    ----------
    pictures
        Folder with an SVG of each chart, as seen from the file; without it charts are left out.
    """
    return "\n\n".join(_parts(page, pictures)) + "\n"


def _parts(page: Page, pictures: str) -> Iterator[str]:
    yield f"# {plain(page.name)}"
    yield plain(page.about)
    yield _list(page.headline, "**", "**")
    if page.sentences:
        yield _list(page.sentences)
    if page.warnings:
        yield "**May be wrong**"
        yield _list(page.warnings)
    if pictures:
        for chart in page.charts:
            yield f"![{plain(chart.alt)}](<{pictures}/{chart.name}.svg>)"
    for table in page.tables:
        yield f"## {plain(table.title)}"
        yield _table(table)
    for note in page.notes:
        yield plain(note)
    if page.assumptions:
        yield "## What it rests on"
        yield plain(page.evidence)
        yield _table(page.register)
    yield "## Where it comes from"
    yield _table(page.origin)


def _list(sentences: tuple[str, ...], before: str = "", after: str = "") -> str:
    return "\n".join(f"- {before}{plain(sentence)}{after}" for sentence in sentences)


def _table(table: Table) -> str:
    right = [any(a is not None for a in column) for column in table.amounts()]
    right = right or [False] * len(table.heads)
    rule = ["---:" if figure and i else "---" for i, figure in enumerate(right)]
    lines = [_line(table.heads), f"| {' | '.join(rule)} |", *map(_line, table.rows)]
    return "\n".join(lines)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(plain, cells))} |"


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    one_line = " ".join(text.split())
    escaped = _MARKUP.sub(lambda found: f"\\{found[0]}", one_line)
    return _BEGIN.sub(r"\1\\\2", escaped)
