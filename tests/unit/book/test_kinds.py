"""Which kind a file of accounts is, the same accounts in each of them, and files that are none."""

from __future__ import annotations

import datetime as dt
import random
import sys
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from accounts_written import (
    COLUMNS,
    DAY,
    HEADER,
    NEXT,
    A,
    B,
    columns,
    csv,
    excel,
    load,
    mistakes,
    parquet,
)
from openpyxl import load_workbook

import capacity


def many(count=60):
    """Accounts with every column, some of them empty, in no order, with names of many scripts."""
    luck = random.Random(7)
    names = ["शर्मा एंड संस", "شرکت نمونه‌", "青葉物流株式会社", "007", "Ünal", "🚀 Zoë"]
    names += [f"account {i}" for i in range(count - len(names))]
    rows = [
        [
            name,
            luck.choice(["enterprise", "mid_market"]),
            luck.choice([round(luck.uniform(1e3, 1e5), 2), luck.randrange(100_000)]),
            DAY + dt.timedelta(days=luck.randrange(400)),
            NEXT + dt.timedelta(days=luck.randrange(300)),
            luck.choice([None, 12, 36]),
            luck.choice([None, 0.07, 0.1]),
            luck.choice([None, 1.25]),
        ]
        for name in names
    ]
    luck.shuffle(rows)
    return rows, [*HEADER, "term", "churn", "complexity"]


def write(kind, tmp_path, rows, header):
    if kind == "parquet":
        return parquet(tmp_path, columns(*rows, header=header))
    return {"csv": csv, "xlsx": excel}[kind](tmp_path, *rows, header=header)


@pytest.fixture
def bits(tmp_path):
    """The table of a run on accounts in some kind of file, and the book it ran on."""

    def run(kind, rows, header):
        scenario = load(tmp_path, write(kind, tmp_path, rows, header))
        return capacity.simulate(scenario, trials=100).table(), scenario.book

    return run


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_the_kind_of_the_file_and_its_order_change_no_bit(bits, kind):
    rows, header = many()
    wanted, book = bits("csv", rows, header)
    table, other = bits(kind, rows[::-1], header)
    assert table.equals(wanted)
    assert other.ids == book.ids
    assert {"007", "शर्मा एंड संस", "شرکت نمونه‌", "青葉物流株式会社"} <= set(other.ids)
    for name in COLUMNS:
        assert getattr(other, name).tobytes() == getattr(book, name).tobytes()


def test_a_column_of_many_texts_is_read_like_one_of_few(tmp_path):
    """Beyond the sample, cells that never repeat are no longer looked up."""
    rows = [[f"n{i}", "enterprise", i / 7, DAY, NEXT] for i in range(25_000)]
    one = load(tmp_path, csv(tmp_path, *rows)).book
    two = load(tmp_path, parquet(tmp_path, columns(*rows))).book
    assert one.ids == two.ids == sorted(row[0] for row in rows)
    assert one.arr.tobytes() == two.arr.tobytes()
    assert dict(zip(one.ids, one.arr.tolist(), strict=True)) == {row[0]: row[2] for row in rows}


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
PROTECTED = OLD + "EncryptedPackage".encode("utf-16-le") + bytes(500)


def truncated(write, *rows):
    def content(tmp_path):
        name = write(tmp_path, *rows)
        whole = (tmp_path / name).read_bytes()
        return whole[: len(whole) // 2]

    return content


def of(write, *rows):
    return lambda tmp_path: (tmp_path / write(tmp_path, *rows)).read_bytes()


def zipped(tmp_path):
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("hello.txt", "hello")
    return (tmp_path / "other.zip").read_bytes()


def some_parquet(tmp_path):
    return (tmp_path / parquet(tmp_path, columns(A, B), name="some")).read_bytes()


NO_ROWS = pa.table(columns(A)).slice(0, 0)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.parquet", b"", "a.parquet: is empty. Export the accounts with a header"),
        ("a.xlsx", b"", "a.xlsx: is empty. Export the accounts with a header"),
        ("a.parquet", b"id,segment\n", "a.parquet: is no Parquet file. Let its name end in what"),
        ("a.xlsx", b"id,segment\n", "a.xlsx: is no Excel workbook. Let its name end in what it is"),
        ("a.parquet", of(excel, A), "a.parquet: is no Parquet file"),
        ("a.xlsx", some_parquet, "a.xlsx: is no Excel workbook"),
        ("a.csv", some_parquet, "a.csv:1: is a Parquet file. Let its name end in .parquet"),
        ("a.csv", of(excel, A), "a.csv:1: is a workbook of a spreadsheet. Save the sheet as CSV"),
        ("a.xls", OLD, "a.xls:1: is a workbook of an old kind (.xls). Save it as .xlsx, or"),
        ("a.xlsx", OLD, "a.xlsx: is a workbook of an old kind (.xls). Save it as .xlsx, or"),
        ("a.xls", of(excel, A), "a.xls:1: is a workbook of a spreadsheet. Save the sheet as CSV"),
        ("a.xlsx", PROTECTED, "a.xlsx: is protected by a password. Save it without one"),
        ("a.parquet", truncated(lambda p, *r: parquet(p, columns(*r)), A, B), "cannot be read as"),
        ("a.xlsx", truncated(excel, A, B), "a.xlsx: cannot be read as an Excel workbook ("),
        ("a.xlsx", zipped, "a.xlsx: cannot be read as an Excel workbook ("),
        ("a.parquet", b"PAR1" + bytes(99) + b"PAR1", "a.parquet: cannot be read as Parquet ("),
        ("a.parquet", of(lambda p: parquet(p, NO_ROWS)), "is a header without accounts. Export"),
    ],
)
def test_what_is_no_file_of_accounts_is_refused_in_one_line(tmp_path, name, content, words):
    content = content if isinstance(content, bytes) else content(tmp_path)
    (tmp_path / name).write_bytes(content)
    (said,) = mistakes(tmp_path, name)
    assert words in said
    assert said.startswith(f"{name}:")
    assert len(said) < 400


@pytest.mark.parametrize("seed", range(20))
def test_a_file_with_broken_bytes_is_read_or_refused(tmp_path, seed):
    """Whatever a library raises over it, a person gets one line."""
    luck = random.Random(seed)
    for name in (parquet(tmp_path, columns(A, B)), excel(tmp_path, A, B)):
        content = bytearray((tmp_path / name).read_bytes())
        for _ in range(luck.randrange(1, 30)):
            content[luck.randrange(4, len(content))] = luck.randrange(256)
        (tmp_path / name).write_bytes(content)
        try:
            load(tmp_path, name)
        except capacity.InputError:
            continue


def test_a_few_bytes_cannot_claim_any_number_of_accounts(tmp_path):
    table = pa.table({"id": pa.nulls(20_000_000, pa.int8())})
    (said,) = mistakes(tmp_path, parquet_of_one_group(tmp_path, table))
    assert said == "accounts.parquet: has 20,000,000 rows. Write at most 10,000,000 accounts"


def parquet_of_one_group(tmp_path, table):
    pq.write_table(table, tmp_path / "accounts.parquet")
    return "accounts.parquet"


@pytest.mark.parametrize(
    ("package", "write", "kind"),
    [
        ("pyarrow", lambda path: parquet(path, columns(A)), "Parquet"),
        ("openpyxl", lambda path: excel(path, A), "Excel"),
    ],
)
def test_without_its_library_a_line_says_what_to_install(
    tmp_path, monkeypatch, package, write, kind
):
    name = write(tmp_path)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.parquet", None)
    (said,) = mistakes(tmp_path, name)
    assert said == (
        f"{name}: {kind} is read by the package {package}, which is not installed. "
        "Run pip install 'cs-capacity[files]'"
    )


def test_a_workbook_that_was_loaded_is_left_as_it_was(tmp_path):
    name = excel(tmp_path, A)
    before = (tmp_path / name).read_bytes()
    scenario = load(tmp_path, name)
    assert (tmp_path / name).read_bytes() == before
    assert load_workbook(tmp_path / name).active["A2"].value == "A"
    assert sorted(scenario.files) == [f"{tmp_path}/{name}", f"{tmp_path}/plan.yaml"]
