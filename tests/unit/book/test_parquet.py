"""Accounts in Parquet: every type that a column may have, and what is said of a bad record."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from accounts_written import DAY, MIDNIGHT, NEXT, A, B, columns, load, mistakes, parquet


def typed(values, kind):
    return pa.array(values, kind)


@pytest.mark.parametrize(
    "days",
    [
        typed([DAY, DAY], pa.date32()),
        typed([DAY, DAY], pa.date64()),
        typed([dt.datetime.combine(DAY, dt.time(23, 59))] * 2, pa.timestamp("ns")),
        typed([dt.datetime.combine(DAY, MIDNIGHT)] * 2, pa.timestamp("ms")),
        typed([dt.datetime(2025, 5, 31, 22, tzinfo=dt.UTC)] * 2, pa.timestamp("us", "+02:00")),
        typed(["2025-06-01"] * 2, pa.large_string()),
        typed(["2025-06-01"] * 2, pa.string()).dictionary_encode(),
    ],
    ids=lambda days: str(days.type),
)
def test_days_of_every_type_are_read(tmp_path, days):
    data = columns(A, B) | {"start": days}
    assert load(tmp_path, parquet(tmp_path, data)).book.starts.tolist() == [DAY, DAY]


def test_the_day_before_1970_is_not_rounded_up(tmp_path):
    days = [dt.date(1969, 12, 31), dt.date(1960, 1, 1)]
    evenings = [dt.datetime.combine(day, dt.time(18)) for day in days]
    data = columns(A, B) | {"start": typed(evenings, pa.timestamp("us"))}
    assert load(tmp_path, parquet(tmp_path, data)).book.starts.tolist() == days


def test_texts_take_the_date_format_and_days_need_none(tmp_path):
    data = columns(A, B) | {"start": ["01/06/2025", "02/06/2025"]}
    book = load(tmp_path, parquet(tmp_path, data), ", date_format: DD/MM/YYYY").book
    assert book.starts.tolist() == [DAY, DAY + dt.timedelta(days=1)]


@pytest.mark.parametrize(
    "amounts",
    [
        typed([12, None], pa.int64()),
        typed([12, None], pa.uint8()),
        typed([12, None], pa.float32()),
        typed([12, None], pa.float16()),
        typed([Decimal("12.00"), None], pa.decimal128(9, 2)),
        typed(["12", None], pa.string()),
        typed(["12.0", " "], pa.string()),
        typed(["12", None], pa.binary()),
        typed(["12", None], pa.string()).dictionary_encode(),
        typed([12, None], pa.int16()).dictionary_encode(),
    ],
    ids=lambda amounts: str(amounts.type),
)
def test_numbers_of_every_type_are_read_and_null_is_empty(tmp_path, amounts):
    data = columns(A, B) | {"term": amounts, "arr": amounts.take(pa.array([0, 0]))}
    book = load(tmp_path, parquet(tmp_path, data)).book
    assert book.arr.tolist() == [12, 12]
    assert book.term.tolist() == [12, 24]


def test_a_decimal_has_the_bits_of_the_same_text(tmp_path):
    amounts = [Decimal("87654.31"), Decimal("0.07")]
    data = columns(A, B) | {"arr": typed(amounts, pa.decimal128(12, 2))}
    assert load(tmp_path, parquet(tmp_path, data)).book.arr.tolist() == [87654.31, 0.07]


def test_a_column_of_nulls_alone_is_empty(tmp_path):
    data = columns(A, B) | {"churn": pa.nulls(2), "complexity": typed([None] * 2, pa.float64())}
    book = load(tmp_path, parquet(tmp_path, data)).book
    assert np.isnan(book.churn).all()
    assert np.isnan(book.complexity).all()


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (typed([7, 12], pa.int64()), ["7", "12"]),
        (typed([2**53 + 1, 12], pa.int64()), [str(2**53 + 1), "12"]),
        (typed([7.0, 12.0], pa.float64()), ["7", "12"]),
        (typed(["007", "7"], pa.string()), ["007", "7"]),
        (typed([" A ", "a"], pa.string()), ["A", "a"]),
        (typed(["A", "B"], pa.string()).dictionary_encode(), ["A", "B"]),
        (typed(["A", "B"], pa.string_view()), ["A", "B"]),
    ],
    ids=str,
)
def test_ids_of_every_type_are_names(tmp_path, ids, names):
    book = load(tmp_path, parquet(tmp_path, columns(A, B) | {"id": ids})).book
    assert sorted(book.ids) == sorted(names)


def test_columns_of_parquet_may_have_other_names_and_there_may_be_more(tmp_path):
    data = {"Account.ID ": ["A"], "segment": ["enterprise"], "arr": [1], "arr.old": [[1, 2]]}
    data |= {"start": [DAY], "renewal": [NEXT], "note": [{"a": 1}], "when": [dt.time(1)]}
    scenario = load(tmp_path, parquet(tmp_path, data), ', columns: {id: "Account.ID"}')
    assert scenario.book.ids == ["A"]


def test_empty_records_are_passed_over_and_counted(tmp_path):
    nothing = [None] * 5
    data = columns(nothing, A, nothing, [*B[:2], None, *B[3:]])
    assert mistakes(tmp_path, parquet(tmp_path, data)) == [
        "accounts.parquet: row 4: arr: is empty; unknown is not zero. Write the amount"
    ]
    assert load(tmp_path, parquet(tmp_path, columns(nothing, A, nothing, B))).book.ids == ["A", "B"]


def test_a_record_with_a_note_alone_is_no_empty_record(tmp_path):
    data = columns(A, [None] * 5) | {"note": [None, "who is this?"]}
    said = mistakes(tmp_path, parquet(tmp_path, data))
    assert [line.split(": ")[2] for line in said] == ["id", "segment", "start", "renewal", "arr"]
    assert all(line.startswith("accounts.parquet: row 2: ") for line in said)


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        ("arr", [1.0, float("nan")], "nan is not a number. Write digits, as in 95000"),
        ("arr", [1.0, float("inf")], "inf is not a number"),
        ("arr", [1, -5], "-5 is outside of its range, at least 0"),
        ("arr", ["1", "lots"], "'lots' is not a number"),
        ("arr", [True, True], "'true' is not a number"),
        ("arr", [DAY, DAY], "2025-06-01 is not a number"),
        ("start", [DAY, None], "is empty. Write a date as YYYY-MM-DD"),
        ("start", [45_000, 45_000], "45000 is not a date as YYYY-MM-DD. Write it so"),
        ("start", typed([20_240, 10**7], pa.int32()).cast(pa.date32()), "is not a date as"),
        ("id", ["A", "A"], "'A' stands in row 1 already. Keep one row for an account"),
        ("id", ["A", " "], "is empty. Give the account an id"),
        ("segment", ["enterprise", 1], None),
        ("segment", ["enterprise", "enterprize"], "Did you mean `enterprise`? Known: enterprise"),
    ],
)
def test_a_bad_record_is_named_by_its_number(tmp_path, name, cells, words):
    if words is None:
        cells, words = [1, 2], "'2' is no segment of the scenario."
    said = mistakes(tmp_path, parquet(tmp_path, columns(A, B) | {name: cells}))
    assert said[-1].startswith(f"accounts.parquet: row 2: {name}: ")
    assert words in said[-1]


def test_one_bad_record_of_100_000_is_found(tmp_path):
    rows = [[f"{i}", "enterprise", i, DAY, NEXT] for i in range(100_000)]
    rows[76_543][2] = None
    (said,) = mistakes(tmp_path, parquet(tmp_path, columns(*rows)))
    assert said.startswith("accounts.parquet: row 76544: arr: is empty")


def test_many_bad_records_are_counted(tmp_path):
    rows = [[f"{i}", "nobody", i, DAY, NEXT] for i in range(1234)]
    said = mistakes(tmp_path, parquet(tmp_path, columns(A, *rows)))
    assert len(said) == 11
    assert said[0].startswith("accounts.parquet: row 2: segment: 'nobody' is no segment")
    assert said[-1] == "accounts.parquet: row 12: segment: the same in 1,224 more rows"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([[1], [2]], "arr: holds list<element: int64>. Write texts, numbers or days"),
        ([{"a": 1}, {"a": 2}], "arr: holds struct<a: int64>. Write texts"),
    ],
)
def test_a_column_of_no_plain_values_is_refused(tmp_path, cells, words):
    (said,) = mistakes(tmp_path, parquet(tmp_path, columns(A, B) | {"arr": cells}))
    assert said.startswith(f"accounts.parquet: {words}")


def test_missing_and_doubled_columns_of_parquet(tmp_path):
    data = columns(A, header=["id", "segment", "arr", "start", "renews"])
    (said,) = mistakes(tmp_path, parquet(tmp_path, data))
    assert said == (
        "accounts.parquet: renewal: no column is called `renewal`. Did you mean `renews`? "
        "The file has id, segment, arr, start, renews. "
        'Name it in the scenario: columns: {renewal: "…"}'
    )
    table = pa.table(columns(A)).append_column("arr", pa.array([1]))
    (said,) = mistakes(tmp_path, parquet(tmp_path, table))
    assert said == "accounts.parquet: arr: two columns are called `arr`. Rename one of them"
    (said, *_) = mistakes(tmp_path, parquet(tmp_path, {"other": [1]}))
    assert "no column is called `id`" in said
