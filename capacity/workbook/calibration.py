"""What was learned from history as a workbook: plain tables, and what they depend on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.workbook.tables import Listed, tables

if TYPE_CHECKING:
    from capacity.learning.answer import Calibration


def workbook(found: Calibration) -> bytes:
    """The content of the workbook: the inputs, each table of diagnostics, the rows with faults."""
    log = next(iter(found.manifest["files"]))
    return tables(f"{found.what}, learned from {log}", "", _listed(found), found.manifest)


def _listed(found: Calibration) -> Iterator[Listed]:
    inputs = found.listed()
    note = "What was learned, as the fragment has it."
    yield Listed("Inputs", note, list(inputs.columns), found.inputs)
    for one in found.findings:
        rows = (dict(zip(one.units, row, strict=True)) for row in one.rows)
        yield Listed(one.name.capitalize(), one.title, list(one.units), rows, one.units)
    if faults := found.rejects.listed_rows():
        yield Listed("Faults", "Rows with faults, all of them.", list(faults[0]), faults)
