"""The whole of a scenario file, as frozen values."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from capacity.scenario.conditions import OF_ACCOUNTS, Comparison, Where
from capacity.scenario.correlation import Correlations
from capacity.scenario.currencies import OWN, Currency, Fx
from capacity.scenario.expecting import Expectations
from capacity.scenario.fields import TEXT, KnownMoney, Text, read_text
from capacity.scenario.finance import Finance
from capacity.scenario.horizon import Horizon, Simulation
from capacity.scenario.kinds import Kind, any_of, mapping_of
from capacity.scenario.market import Event, Market
from capacity.scenario.parts import Part, nearest, read_each
from capacity.scenario.segment import Effect, Segment, Value
from capacity.scenario.task import Task
from capacity.scenario.team import Role
from capacity.scenario.unknown import UNKNOWN, each

ACCOUNT_COLUMNS = ("id", "segment", "arr", "start", "renewal", "term", "churn", "complexity")
"""What may be known of an account; the file may have other columns, too."""


def read_columns(raw: object) -> dict[str, str]:
    """Names of columns in the file: ``{arr: "Annual value"}``."""
    if not isinstance(raw, dict):
        raise ValueError(f'{raw!r} names no columns. Write {{arr: "Annual value"}}')
    return read_each(raw.items(), read_text)


_DATE_WORDS = (("YYYY", "%Y"), ("YY", "%y"), ("MM", "%m"), ("DD", "%d"))
_DATE_CODES = ("%Y", "%y"), ("%m", "%b", "%B"), ("%d",)


def date_pattern(text: str) -> str:
    """``%d/%m/%Y`` for ``DD/MM/YYYY``."""
    for word, code in _DATE_WORDS:
        text = text.replace(word, code)
    return text


def read_date_format(raw: object) -> str:
    """How dates are written: a year, a month and a day, each once."""
    text = read_text(raw)
    codes = re.findall(r"%.?", date_pattern(text))
    if len(codes) != len(_DATE_CODES) or not all(set(codes) & set(c) for c in _DATE_CODES):
        raise ValueError(f"{text!r} is no way to write a date. Write DD/MM/YYYY or %d.%m.%Y")
    return text


FORMATS = ("salesforce", "hubspot", "zoho", "gainsight", "totango", "churnzero")
"""Programs whose exports are known; each has a file in the folder `formats`."""
_FORMAT_FILES = (".yaml", ".yml")


def read_format_name(raw: object) -> str:
    """A program whose exports are known, or a file of YAML that says the same of another."""
    text = read_text(raw)
    if text in FORMATS or is_format_file(text):
        return text
    hint = nearest(text.lower(), FORMATS)
    known = ", ".join(FORMATS)
    raise ValueError(f"{text!r} is no format.{hint} Write {known}, or the name of a YAML file")


def is_format_file(name: str) -> bool:
    """Whether a format is a file of the user's own."""
    return name.lower().endswith(_FORMAT_FILES)


Columns = Annotated[
    dict[str, str],
    Kind(
        read_columns,
        "names by column",
        mapping_of(TEXT, properties=dict.fromkeys(ACCOUNT_COLUMNS, TEXT)),
    ),
]
DateFormat = Annotated[str, replace(TEXT, read=read_date_format)]
FormatName = Annotated[
    str,
    Kind(
        read_format_name,
        ", ".join(f"`{name}`" for name in FORMATS) + ", or a file",
        any_of({"enum": list(FORMATS)}, {"type": "string", "pattern": r"\.[yY][aA]?[mM][lL]$"}),
    ),
]

PARQUET = (".parquet", ".pq")
WORKBOOKS = (".xlsx", ".xlsm")
"""How the names of such files end; everything else is CSV."""


class Accounts(Part):
    """The file of accounts."""

    file: Text
    """File beside the scenario: CSV, Parquet (`.parquet`) or an Excel workbook (`.xlsx`)."""
    sheet: Text | None = None
    """Sheet of the workbook; the first that is not hidden where none is named."""
    format: FormatName | None = None
    """The program that exported the file, for the titles of its columns and its dates; or a YAML
    file beside the scenario that [says them](formats.md)."""
    columns: Columns = Field(default={})
    """The file's own names of the columns: `{arr: "Annual value"}`; they go before the format's."""
    date_format: DateFormat = "YYYY-MM-DD"
    """How dates are written: `DD/MM/YYYY`, or `%d/%m/%Y`."""
    scale_to: KnownMoney | None = None
    """Known total of the yearly revenue of the opening book, without a range; scales every
    account's."""


class Plan(Part):
    """One scenario file."""

    name: Text
    """What the scenario is called."""
    description: Text | None = None
    """What it is about."""
    currency: Currency = OWN
    """Code of the currency of all amounts that name no other."""
    fx: Fx = Field(default={})
    """What one unit of another currency is worth in the plan's: with `{EUR: 1.08}` a euro is 1.08
    dollars, and amounts may be written as `82_000 EUR`."""
    horizon: Horizon
    """When."""
    accounts: Accounts | None = None
    """The file of accounts; segments give counts where there is none."""
    segments: dict[str, Segment]
    """Who the customers are."""
    tasks: dict[str, Task]
    """What work they need."""
    team: dict[str, Role]
    """Who does it."""
    value: Value | None = None
    """What the work is worth."""
    finance: Finance = Finance()
    """Money beside salaries."""
    market: Market = Market()
    """How far the years differ."""
    events: dict[str, Event] = Field(default={})
    """What may happen."""
    correlate: Correlations = ()
    """Uncertain inputs that move together, in pairs, by their paths in the register."""
    simulation: Simulation = Simulation()
    """How it is simulated."""
    expect: Expectations = ()
    """What it is [expected to show](#expectations), as `p_covered[csm] >= 80%`."""

    @property
    def has_money(self) -> bool:
        """Whether accounts have revenue, so that money can be reported."""
        return self.accounts is not None or any(s.arr is not None for s in self.segments.values())

    @property
    def has_retention(self) -> bool:
        """Whether anything is known about who leaves."""
        return any(segment.churn is not None for segment in self.segments.values())

    def segments_of(self, task: Task) -> list[str]:
        """Segments that a task applies to, in the order of the scenario.

        Those without an account that could meet its `where` are none of them.
        """
        named = [name for name in self.segments if task.segments is None or name in task.segments]
        return [name for name in named if task.where is None or task.where.may_hold(segment=name)]

    def restricted(self, segment: str) -> dict[str, Where]:
        """What accounts of a segment have to meet for the tasks that not all of it may need."""
        return {
            name: task.where
            for name, task in self.tasks.items()
            if task.where is not None and segment in self.segments_of(task)
        }

    @property
    def asked_of_file(self) -> dict[str, list[tuple[str, Comparison]]]:
        """Columns that only a file of accounts has: each task that asks for one, and what."""
        found: dict[str, list[tuple[str, Comparison]]] = {}
        for name, task in each(self.tasks):
            where = None if task.where is UNKNOWN else task.where
            for comparison in where.comparisons if where else ():
                if comparison.column not in OF_ACCOUNTS:
                    found.setdefault(comparison.column, []).append((name, comparison))
        return found

    def is_served(self, segment: str, role: str, without: Collection[str] = ()) -> bool:
        """Whether a role has a part in any of the work for a segment, but for some tasks."""
        mine = (task for name, task in self.tasks.items() if name not in without)
        tasks = (task for task in mine if segment in self.segments_of(task))
        return any(role in task.roles_in(segment) for task in tasks)

    def shared_effect(self, segment: str) -> Effect | None:
        """The effect that the weighted tasks of a segment share."""
        own = self.segments[segment].if_stopped
        return own or (self.value.if_stopped if self.value else None)
