"""What was learned: values for a scenario, where they come from, and data against fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.errors import CapacityError, QuestionError
from capacity.learning.rejects import Rejects
from capacity.quantities import in_yaml
from capacity.report.reported import Reported
from capacity.scenario.dumping import as_yaml
from capacity.writing import as_json, plain_cell, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page


@dataclass(frozen=True)
class Findings:
    """A table of what was found.

    Attributes
    ----------
    name, title
        By which it is asked for, and what stands above it.
    units
        The columns: their heads, and the unit of each (``text``, ``count``, ``hours``, ``share``,
        ``months``, ``number``).
    rows
        A value for each column; NaN where there is none.
    """

    name: str
    title: str
    units: Mapping[str, str]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Curve:
    """Data against fit, drawn as one panel.

    Attributes
    ----------
    name
        What the panel is of: a task, a segment, a role.
    across, up
        What the axes show.
    points
        Data as pairs.
    line
        The fit as pairs.
    """

    name: str
    across: str
    up: str
    points: tuple[tuple[float, float], ...]
    line: tuple[tuple[float, float], ...]


INPUTS = ("input", "value", "source", "evidence", "note")
"""Columns of the list of what was learned."""
_REMARKS = INPUTS[2:]
NOTHING = "The logs are too small to learn any input from; take longer ones"


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(Reported):
    """Inputs learned from history.

    Attributes
    ----------
    what
        ``hours``, ``rates``, ``churn`` or ``team``.
    fragment
        Settings in the forms of the language, with their sources.
    sentences
        What was found, and what to be careful about.
    warnings
        What may be right but looks wrong.
    findings
        Tables.
    curves
        Data against fit.
    rejects
        Rows that were left out, or used with doubt.
    beside
        Files that the fragment names, by name: their text.
    manifest
        What the numbers depend on.
    """

    what: str
    fragment: Mapping[str, Any]
    sentences: tuple[str, ...]
    findings: tuple[Findings, ...]
    rejects: Rejects
    manifest: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    curves: tuple[Curve, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str | None = None) -> pd.DataFrame:
        """One of the tables of `findings`, the first unless one is named."""
        import pandas as pd  # slow to import

        found = next(f for f in self.findings if name in (None, f.name))
        return pd.DataFrame(list(found.rows), columns=list(found.units))

    @property
    def inputs(self) -> list[dict[str, str]]:
        """A row for each setting of the fragment: path, value, source, evidence and note."""
        return list(_inputs("", self.fragment))

    def summary(self) -> dict[str, Any]:
        """All of it in plain data, for other programs; what is not known is None."""
        return {
            "manifest": dict(self.manifest),
            "fragment": dict(self.fragment),
            "findings": {found.name: list(_rows(found)) for found in self.findings},
            "sentences": list(self.sentences),
            "warnings": list(self.warnings),
            "rows": self.rejects.rows,
            "left_out": self.rejects.left_out,
        }

    def listed(self) -> pd.DataFrame:
        """The inputs as a table."""
        import pandas as pd  # slow to import

        return pd.DataFrame(self.inputs, columns=list(INPUTS))

    def to_json(self, path: str | Path) -> None:
        """Write the summary."""
        write_whole(Path(path), as_json(self.summary()))

    def to_csv(self, path: str | Path) -> None:
        """Write the list of what was learned."""
        table = self.listed().map(plain_cell)
        write_whole(Path(path), table.to_csv(index=False, lineterminator="\n"))

    def workbook(self) -> bytes:
        """What was learned, the tables and the rows with faults as an Excel workbook."""
        from capacity.workbook.calibration import workbook  # brought by the extra `report`

        return workbook(self)

    def to_yaml(self) -> str:
        """The fragment as the text of a file, to be listed behind a plan under `extends`."""
        head = f"# Learned by `capacity calibrate {self.what}`; list it behind a plan: extends\n"
        return head + as_yaml(dict(self.fragment))

    def write(self, path: str | Path) -> None:
        """Write the fragment, and the files that it names beside it.

        Raises
        ------
        CapacityError
            Where there is nothing to write, one cannot be written, or it would replace a log.
        """
        self.check_target(path)
        for name, text in self.beside.items():
            write_whole(Path(path).parent / name, text)
        write_whole(Path(path), self.to_yaml())

    def check_target(self, path: str | Path) -> None:
        """Make sure that there is a fragment, and that no log is written over.

        Raises
        ------
        CapacityError
            Where it is not so.
        """
        if not self.fragment:
            raise QuestionError(f"{path}: not written. {NOTHING}")
        logs = {Path(name).resolve() for name in self.manifest["files"]}
        for target in (Path(path), *(Path(path).parent / name for name in self.beside)):
            if target.resolve() in logs:
                raise CapacityError(f"{target}: is a log that was read. Write to another folder")

    @cached_property
    def page(self) -> Page:
        """The diagnostics, to be shown in any form."""
        from capacity.report.calibration import page  # shows what is computed here

        return page(self)

    @property
    def _about(self) -> str:
        return self.what

    def __str__(self) -> str:
        from capacity.report.calibration import as_text  # shows what is computed here

        return as_text(self)


def _inputs(path: str, value: Any) -> Iterator[dict[str, str]]:
    """Settings with a source, and lists of them, wherever they stand in a fragment."""
    if isinstance(value, Mapping) and "source" in value:
        remarks = {name: value.get(name, "") for name in _REMARKS}
        number = {name: part for name, part in value.items() if name not in _REMARKS}
        whole = number["value"] if list(number) == ["value"] else number
        yield {"input": path, "value": in_yaml(whole), **remarks}
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _inputs(f"{path}.{name}" if path else name, part)
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _inputs(f"{path}[{i + 1}]", part)


def _rows(found: Findings) -> Iterator[dict[str, Any]]:
    for row in found.rows:
        known = (None if isinstance(cell, float) and not isfinite(cell) else cell for cell in row)
        yield dict(zip(found.units, known, strict=True))
