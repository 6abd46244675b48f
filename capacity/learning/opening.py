"""Logs opened: columns by our names, whatever a file calls them, and options that are of use.

CSV, Parquet and Excel are read as files of accounts are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from capacity.book.files import read_table
from capacity.book.table import Source, Table, one_line
from capacity.errors import InputError, Mistake, Place, QuestionError
from capacity.learning.how import AS_WRITTEN, Reading
from capacity.learning.log import Log
from capacity.learning.rejects import Noted
from capacity.scenario.parts import nearest
from capacity.scenario.reading import read_bytes


def read_log(
    path: str | Path,
    how: Reading,
    needed: Sequence[str],
    known: Sequence[str] = (),
    more: tuple[str, ...] = (),
    *,
    is_further: bool = False,
) -> Log:
    """Read a log.

    Parameters
    ----------
    path
        The file.
    how
        How it is read.
    needed, known
        Columns that it has to have, and may have.
    more
        What further columns may begin with, as ``coverage_``.
    is_further
        Whether it comes with another log, whose titles it need not share.

    Raises
    ------
    InputError
        Where the file is missing or no table, or a column is missing.
    """
    path = Path(path)
    content = read_bytes(path, "log")
    source = Source(content, str(path), None, Place(str(path)), "rows")
    header = read_table(source, []).header
    extra = [title for title in header if title.startswith(more)]
    titles = {name: how.columns.get(name, name) for name in (*needed, *known, *extra)}
    if is_further:
        titles = {name: t if t in header else name for name, t in titles.items()}
    _check_titles(header, Place(str(path), 1), titles, needed)
    read = read_table(source, list(dict.fromkeys(t for t in titles.values() if t in header)))
    columns = {name: read.columns[t] for name, t in titles.items() if t in read.columns}
    table = Table(read.header, columns, read.numbers, read.counted, read.top, read.title)
    return Log(path, hashlib.sha256(content).hexdigest(), how, table, Noted(table))


def _check_titles(
    header: Sequence[str],
    top: Place,
    titles: Mapping[str, str],
    needed: Sequence[str],
) -> None:
    """The columns that are needed, or that were named, are there once."""
    known = [one_line(title) for title in header]
    mistakes = []
    for name, title in titles.items():
        if title not in header and (name in needed or title != name):
            text = (
                f"no column is called `{title}`.{nearest(title, known)} The file has "
                f"{', '.join(known[:20])}. Name it by --columns {name}=TITLE"
            )
            mistakes.append(Mistake(top, name, text))
        elif header.count(title) > 1:
            text = f"two columns are called `{title}`. Rename one of them"
            mistakes.append(Mistake(top, name, text))
    if mistakes:
        raise InputError(mistakes)


def check_heard(logs: Sequence[Log]) -> None:
    """What was said of how logs are read is of use to one of them.

    Raises
    ------
    QuestionError
        Where a name is to be renamed that no log has, or dates are told that none has.
    """
    how = logs[0].how
    known = sorted(set().union(*(log.called for log in logs)))
    for name in how.rename:
        if name not in known:
            text = f"rename {name}: no task, segment or role is called so.{nearest(name, known)}"
            raise QuestionError(f"{text} The logs have {', '.join(known[:20])}")
    if how.date_format != AS_WRITTEN and not any(log.is_dated for log in logs):
        text = "no column of dates is read. Name one by --columns, or leave date_format out"
        raise QuestionError(f"date_format {how.date_format}: {text}")
