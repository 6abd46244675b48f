"""Workbooks opened by a spreadsheet program that computes every formula anew.

Needs LibreOffice (`soffice`). Without it the tests are skipped, except in continuous integration
(`CI=true`), where it must be there.
"""

from __future__ import annotations

import html
import math
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

_REQUIRED = os.environ.get("CI") == "true"
_PATIENCE = 600
"""Seconds after which the program counts as hung."""
CLOSE = 1e-6
_KNOWN = re.compile(rb"(<f>[^<]*</f>)<v>[^<]*</v>")
"""A formula and its value, as a file has them."""
_CELL = re.compile(r'<c r="([A-Z]+\d+)"(?: s="\d+")?( t="str")?><f>([^<]*)</f><v>([^<]*)</v>')
"""Place, kind, formula and value of a cell."""


@dataclass(frozen=True)
class Cell:
    """A formula, what the engine says comes of it, and what the program computes."""

    where: str
    formula: str
    known: Any
    computed: Any

    @property
    def agrees(self) -> bool:
        """Whether both are the same, or nearly the same number."""
        if isinstance(self.known, (int, float)) and isinstance(self.computed, (int, float)):
            return math.isclose(self.known, self.computed, rel_tol=CLOSE, abs_tol=CLOSE)
        return (self.known or "") == (self.computed or "")


@dataclass(frozen=True)
class Workbook:
    """A workbook as it was written, and as it is after everything was computed anew."""

    written: Path
    recalculated: Path

    @cached_property
    def formulas(self) -> Any:
        """With the formulas."""
        return opened(self.written)

    @cached_property
    def values(self) -> Any:
        """With what was computed anew."""
        return opened(self.recalculated, data_only=True)

    def cells(self) -> Iterator[Cell]:
        """Every formula, read from the file itself, since openpyxl takes long over many."""
        with zipfile.ZipFile(self.written) as parts:
            for i, sheet in enumerate(self.values, 1):
                text = parts.read(f"xl/worksheets/sheet{i}.xml").decode()
                for at, kind, formula, known in _CELL.findall(text):
                    value = html.unescape(known) if kind or not known else float(known)
                    computed = sheet[at].value
                    yield Cell(f"{sheet.title}!{at}", html.unescape(formula), value, computed)

    def rows(self, sheet: str, *words: str) -> list[list[float]]:
        """What the rows that begin with some words hold from column G on, computed anew."""
        found = []
        for row in self.values[sheet].iter_rows(values_only=True):
            if row[: len(words)] == words:
                numbers = (value for value in row[6:] if isinstance(value, (int, float)))
                found.append([*numbers])
        assert found, f"no row of {sheet} begins with {words}"
        return found

    def row(self, sheet: str, *words: str) -> list[float]:
        """The same of the only such row."""
        (found,) = self.rows(sheet, *words)
        return found

    def checks(self) -> dict[str, str]:
        """What each check of the first sheet says, computed anew."""
        rows = [*self.values["Summary"].iter_rows(max_col=2, values_only=True)]
        first = next(i for i, row in enumerate(rows) if row[0] == "Checks")
        return {a: b for a, b in rows[first + 1 :] if a and b}


@cache
def opened(path: Path, *, data_only: bool = False) -> Any:
    """A file, read by openpyxl and not to be changed; with formulas, or with their values."""
    return load_workbook(path, data_only=data_only)


def edited(source: Path, target: Path, changes: Mapping[str, float]) -> Path:
    """A workbook with other values in named cells; what was computed is forgotten.

    Parameters
    ----------
    changes
        New values by Excel name, or by sheet and cell as ``Customers!G7``.
    """
    book = load_workbook(source)
    for name, value in changes.items():
        sheet, at = (
            book.defined_names[name].attr_text.split("!") if "!" not in name else name.split("!")
        )
        cell = book[sheet.strip("'")][at.replace("$", "")]
        assert cell.data_type != "f", f"{name} is a formula"
        cell.value = value
    book.save(target)
    return target


def recalculated(books: Mapping[str, Path], folder: Path) -> dict[str, Workbook]:
    """Workbooks, each computed anew by LibreOffice, in one call since it starts slowly."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        assert not _REQUIRED, "continuous integration installs libreoffice-calc; see .ci/run"
        pytest.skip("LibreOffice, which computes workbooks anew, is not installed: no soffice")
    bare = folder / "bare"
    bare.mkdir()
    files = [_forgotten(path, bare / f"{name}.xlsx") for name, path in books.items()]
    _convert(program, files, folder)
    return {
        name: Workbook(path, folder / "computed" / f"{name}.xlsx") for name, path in books.items()
    }


def _forgotten(source: Path, target: Path) -> Path:
    """A workbook without what its formulas gave when it was written."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = _KNOWN.sub(rb"\1", content)
            new.writestr(part.filename, content)
    return target


def _convert(program: str, files: Sequence[Path], folder: Path) -> None:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    out = ["--convert-to", "xlsx", "--outdir", folder / "computed"]
    command = [program, profile, "--headless", "--norestore", *out, *files]
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
