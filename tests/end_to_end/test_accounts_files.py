"""The command on accounts in Parquet and Excel: the same answer as on CSV, or one clear line."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from leavings import Finished, Table, read_table
from openpyxl import Workbook

PLAN = """\
name: Plan
horizon: {start: 2027-01, months: 12}
accounts: {file: FILE}
segments:
  बड़े ग्राहक: {churn: 20%}
  کوچک: {churn: 30%}
tasks:
  call: {role: csm, every: quarter, hours: {low: 1h, likely: 2h, high: 4h}}
team:
  csm: {headcount: 2, salary: 90_000}
"""
HEADER = ["id", "segment", "arr", "start", "renewal"]
START, RENEWAL = dt.date(2026, 2, 1), dt.date(2027, 2, 1)
ROWS = [
    [name, segment, 5000 + 7.25 * i, START, RENEWAL + dt.timedelta(days=10 * i)]
    for i, (name, segment) in enumerate(
        [("शर्मा", "बड़े ग्राहक"), ("شرکت نمونه", "کوچک"), ("青葉物流", "کوچک"), ("007", "کوچک")]
    )
]


def write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """The accounts as the kind of file that its name says."""
    if path.suffix == ".parquet":
        cells = zip(*rows, strict=True)
        pq.write_table(pa.table(dict(zip(HEADER, map(list, cells), strict=True))), path)
    elif path.suffix == ".xlsx":
        book = Workbook()
        for row in (HEADER, *rows):
            book.active.append(list(row))
        book.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])


@pytest.fixture
def answer(run: Callable[..., Finished], tmp_path: Path) -> Callable[..., Finished]:
    """What the command says of a plan on a file of accounts that is there already."""

    def call(file: str, verb: str = "run", *arguments: str, **extra: str) -> Finished:
        plan = PLAN.replace("FILE", file)
        (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
        return run(verb, "plan.yaml", *arguments, folder=tmp_path, **extra)

    return call


def test_every_kind_of_file_gives_the_same_numbers(
    answer: Callable[..., Finished], tmp_path: Path
) -> None:
    results: dict[str, Table] = {}
    for kind, rows in (("csv", ROWS), ("parquet", ROWS[::-1]), ("xlsx", ROWS[2:] + ROWS[:2])):
        write(tmp_path / f"accounts.{kind}", rows)
        out = f"{kind}.json"
        done = answer(f"accounts.{kind}", "run", "--trials", "100", "--quiet", "--json", out)
        assert (done.code, done.out, done.err) == (0, "", "")
        results[kind] = read_table(tmp_path / out)
    assert results["parquet"].rows == results["csv"].rows == results["xlsx"].rows
    assert set(results["xlsx"].manifest["files"]) == {"accounts.xlsx", "plan.yaml"}


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_a_bad_row_is_one_line(answer: Callable[..., Finished], tmp_path: Path, kind: str) -> None:
    write(tmp_path / f"accounts.{kind}", [*ROWS, ["new", "کوچکک", 1.0, START, RENEWAL]])
    done = answer(f"accounts.{kind}", "check")
    number = {"parquet": 5, "xlsx": 6}[kind]
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"accounts.{kind}: row {number}: segment: 'کوچکک' is no segment")
    assert "Did you mean `کوچک`?" in done.err
    assert done.lines[1:] == [f"1 mistake in accounts.{kind}"]


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
@pytest.mark.parametrize("what", ["empty", "text", "half", "folder", "nothing"])
def test_what_is_no_such_file_is_one_line(
    answer: Callable[..., Finished], tmp_path: Path, kind: str, what: str
) -> None:
    path = tmp_path / f"accounts.{kind}"
    write(path, ROWS)
    content = path.read_bytes()
    path.unlink()
    if what == "folder":
        path.mkdir()
    elif what != "nothing":
        half = content[: len(content) // 2]
        path.write_bytes({"empty": b"", "text": b"id,segment\n", "half": half}[what])
    done = answer(path.name, "run")
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert len(done.lines) == 2, done.err
    assert path.name in done.lines[0]
    assert done.lines[1].startswith("1 mistake in ")


@pytest.mark.parametrize(("kind", "package"), [("parquet", "pyarrow"), ("xlsx", "openpyxl")])
def test_without_the_extra_one_line_says_what_to_install(
    answer: Callable[..., Finished], tmp_path: Path, kind: str, package: str
) -> None:
    """A package that fails to import stands before the real one, as if that were not there."""
    write(tmp_path / f"accounts.{kind}", ROWS)
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / f"{package}.py").write_text("raise ImportError\n")
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join(filter(None, [str(tmp_path / "without"), before]))
    done = answer(f"accounts.{kind}", "run", PYTHONPATH=path)
    assert (done.code, done.out) == (2, "")
    assert f"is read by the package {package}, which is not installed. " in done.lines[0]
    assert done.lines[0].endswith("Run pip install 'cs-capacity[files]'")
    write(tmp_path / "accounts.csv", ROWS)
    done = answer("accounts.csv", "check", PYTHONPATH=path)
    assert (done.code, done.err) == (0, "")
