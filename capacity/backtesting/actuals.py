"""What happened, as rows: the tidy table with values, or a column for each figure.

Nothing is guessed and nothing dropped unsaid: every cell that cannot be used is named by its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from capacity.backtesting.figures import Figure, Finder
from capacity.backtesting.opening import Opened
from capacity.backtesting.timeline import When
from capacity.book.table import MOST_ROWS, Cell, Table, as_text, one_line
from capacity.errors import InputError, Mistake, Place
from capacity.metrics import Metric
from capacity.scenario.expecting import ABOUT, Named
from capacity.scenario.parts import nearest
from capacity.table import COLUMNS

_NEEDED = ("metric", "period", "value")
_KNOWN = (*_NEEDED, "unit", *ABOUT)
_REMARKS = ("source", "note", "evidence")
_PERIOD = "period"


@dataclass(frozen=True)
class Observation:
    """What a figure was in a period."""

    figure: Figure
    when: When
    value: float
    place: Place


@dataclass
class Actuals:
    """What happened.

    Attributes
    ----------
    within, before
        In the plan and before it, by figure and number of the period.
    after
        How many values lie after the plan, and are of no use.
    empty
        Cells without a value in a file with a column for each figure.
    files
        SHA-256 of every file read.
    """

    within: dict[Figure, dict[str, Observation]] = field(default_factory=dict)
    before: dict[Figure, dict[int, Observation]] = field(default_factory=dict)
    after: int = 0
    empty: int = 0
    files: dict[str, str] = field(default_factory=dict)

    def add(self, found: Observation) -> Place | None:
        """Keep a value; the place of an earlier one of the same figure and period, if any."""
        when, figure = found.when, found.figure
        if when.is_after:
            self.after += 1
            return None
        if when.is_before:
            earlier = self.before.setdefault(figure, {}).setdefault(when.number, found)
        else:
            earlier = self.within.setdefault(figure, {}).setdefault(when.label, found)
        return None if earlier is found else earlier.place


def read_actuals(
    given: Opened, finder: Finder, columns: Mapping[str, str], into: Actuals | None = None
) -> Actuals:
    """Read what happened.

    Parameters
    ----------
    given
        A file, or a table.
    columns
        What the file calls the columns that it calls otherwise; in a file with a column for each
        figure what it calls these.
    into
        What was read before, of other files.

    Raises
    ------
    InputError
        With every cell that cannot be used.
    """
    found = into or Actuals()
    found.files[given.name] = given.sha256
    whole = given.read([])
    names = _names(whole.header, columns)
    _check_titles(whole, names, columns)
    table = given.read(list(dict.fromkeys(names)))
    is_tidy = "metric" in names.values()
    rows = _Rows(table, {name: title for title, name in names.items()}, finder, found)
    mistakes = [*(rows.tidy() if is_tidy else rows.wide())]
    if mistakes:
        raise InputError(_some(mistakes))
    return found


def _names(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Our name of each title, as far as the column is read."""
    ours = {title: name for name, title in columns.items()}
    named = {title: ours.get(title, title) for title in header}
    unread = {*COLUMNS, *_REMARKS} - {*_KNOWN}
    return {title: name for title, name in named.items() if name not in unread}


def _check_titles(table: Table, names: Mapping[str, str], columns: Mapping[str, str]) -> None:
    """All columns that are needed are there, once, and nothing that nobody knows."""
    is_tidy = bool({"metric", "value"} & {*names.values()})
    needed = _NEEDED if is_tidy else (_PERIOD,)
    wrong = [*_missing(table, names, columns, needed), *_repeated(names, table.header)]
    if is_tidy:
        wrong += _unknown(names)
    elif len(names) == 1:
        has = f"{table.title} has {table.shown_columns}"
        wrong.append(("", f"no figure. {has}. Write `metric` and `value`, or a column a figure"))
    if wrong:
        raise InputError([Mistake(table.top, one_line(path), text) for path, text in wrong])


def _missing(
    table: Table, names: Mapping[str, str], columns: Mapping[str, str], needed: Sequence[str]
) -> Iterator[tuple[str, str]]:
    known = [one_line(title) for title in table.header]
    has = f"{table.title} has {table.shown_columns}"
    for name, title in columns.items():
        if title not in table.header:
            text = f"no column is called `{one_line(title)}`.{nearest(title, known)} {has}"
            yield name, f"{text}. Write one of them"
    for name in (name for name in needed if name not in {*names.values(), *columns}):
        text = f"no column is called `{name}`.{nearest(name, known)} {has}"
        yield name, f"{text}. Name it by --columns {name}=TITLE"


def _repeated(names: Mapping[str, str], header: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name, count in Counter(names[title] for title in header if title in names).items():
        if count > 1:
            yield name, f"{count} columns are called `{one_line(name)}`. Rename or remove one"


def _unknown(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for title, name in names.items():
        if name not in _KNOWN:
            text = f"no such column.{nearest(name, _KNOWN)} Remove it, or take {', '.join(_KNOWN)}"
            yield title, text


@dataclass(frozen=True)
class _Rows:
    """The rows of a file, and where what they say goes; yields what is wrong with them."""

    table: Table
    titles: Mapping[str, str]
    finder: Finder
    found: Actuals

    def tidy(self) -> Iterator[Mistake]:
        for row in range(len(self.table.numbers)):
            pairs = ((key, self._text(row, key)) for key in ABOUT if key in self.titles)
            about = tuple(Named(text, key) for key, text in pairs if text)
            unit = self._text(row, "unit") if "unit" in self.titles else ""
            names = self._text(row, "metric"), "metric", "value"
            yield from self._row(row, names, about, unit)

    def wide(self) -> Iterator[Mistake]:
        for name in self.titles:
            if name == _PERIOD:
                continue
            try:
                self.finder.metric(name)
            except ValueError as error:
                yield Mistake(self.table.top, one_line(self.titles[name]), str(error))
                continue
            for row in range(len(self.table.numbers)):
                if self._cell(row, name) == "":
                    self.found.empty += 1
                else:
                    yield from self._row(row, (name, name, name), (), "")

    def _row(
        self, row: int, names: tuple[str, str, str], about: tuple[Named, ...], unit: str
    ) -> Iterator[Mistake]:
        """One value; names are the figure, its column, and that of the value."""
        figure, of_metric, of_value = names
        place = self.table.place(row)
        column = of_metric
        try:
            metric = self.finder.metric(figure, about)
            column = _PERIOD
            when = self.finder.when(metric, self._period(row))
            column = of_value
            value = self.finder.value(metric, self._cell(row, of_value), unit)
        except ValueError as error:
            yield Mistake(place, one_line(self.titles[column]), str(error))
            return
        before = self.found.add(Observation(_figure(metric, when), when, value, place))
        if before:
            text = f"says {metric.name} of {when.label or 'the plan'} again, as {before} does"
            yield Mistake(place, one_line(self.titles[of_value]), f"{text}. Keep one of them")

    def _cell(self, row: int, name: str) -> Cell:
        return self.table.columns[self.titles[name]][row]

    def _text(self, row: int, name: str) -> str:
        return as_text(self._cell(row, name))

    def _period(self, row: int) -> str:
        return self._text(row, _PERIOD)


def _figure(metric: Metric, when: When) -> Figure:
    return Figure(metric.name, metric.unit, metric.kind, metric.key, when.span)


def _some(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """The first ten of each column, and how many more there are."""
    by_column: dict[str, list[Mistake]] = {}
    for one in mistakes:
        by_column.setdefault(one.path, []).append(one)
    shown = []
    for found in by_column.values():
        shown += found[:MOST_ROWS]
        left = len(found) - MOST_ROWS
        if left > 0:
            text = f"{left:,} more rows with something wrong"
            shown.append(Mistake(found[MOST_ROWS].place, found[0].path, text))
    return shown
