"""Files of accounts as others write them: real ones, by the libraries that others use."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

import capacity

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
accounts: {file: FILESETTINGS}
segments:
  enterprise: {churn: 5%}
  mid_market: {churn: 10%, term: 24}
tasks:
  renewal: {role: csm, on: renewal, lead: 3 months, hours: 5h}
team:
  csm: {headcount: 2, salary: 90_000}
"""
HEADER = ["id", "segment", "arr", "start", "renewal"]
DAY = dt.date(2025, 6, 1)
NEXT = dt.date(2027, 6, 1)
MIDNIGHT = dt.time()
A = ["A", "enterprise", 100_000, DAY, NEXT]
B = ["B", "mid_market", 50_000.5, DAY, NEXT]
COLUMNS = ("segment", "arr", "starts", "renewal", "term", "completed", "churn", "complexity")


def load(tmp_path, name, settings=""):
    text = PLAN.replace("FILE", name).replace("SETTINGS", settings)
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    return capacity.load(tmp_path / "plan.yaml")


def mistakes(tmp_path, name, settings=""):
    with pytest.raises(capacity.InputError) as caught:
        load(tmp_path, name, settings)
    said = [str(mistake).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]
    assert all("\n" not in line for line in said)
    return said


def columns(*rows, header=HEADER):
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def parquet(tmp_path, data, name="accounts.parquet"):
    table = data if isinstance(data, pa.Table) else pa.table(data)
    pq.write_table(table, tmp_path / name, row_group_size=3)
    return name


def excel(tmp_path, *rows, header=HEADER, name="accounts.xlsx", change=None):
    """A workbook of one sheet; `change` gets the sheet before it is saved."""
    book = Workbook()
    for row in (header, *rows) if header else rows:
        book.active.append(row)
    if change:
        change(book.active)
    book.save(tmp_path / name)
    return name


def csv(tmp_path, *rows, header=HEADER, name="accounts.csv"):
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in (header, *rows)]
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def account(scenario, name="A"):
    return {c: getattr(scenario.book, c)[scenario.book.ids.index(name)] for c in COLUMNS}
