"""Accounts from a file: what is read, and what is said of every bad row."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

import capacity

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
accounts: {file: accounts.csvSETTINGS}
segments:
  enterprise: {churn: 5%}
  mid_market: {churn: 10%, term: 24}
tasks:
  renewal: {role: csm, on: renewal, lead: 3 months, hours: 5h}
team:
  csm: {headcount: 2}
"""
HEADER = "id,segment,arr,start,renewal"
A = "A,enterprise,100000,2024-06-01,2027-06-01"
B = "B,mid_market,50000,2025-04-01,2027-04-01"
START = 2027 * 12 + 1


def load(tmp_path, *rows, settings="", header=HEADER):
    lines = [header, *rows] if header else rows
    return load_bytes(tmp_path, ("\n".join(lines) + "\n").encode(), settings)


def load_bytes(tmp_path, content, settings="", name="accounts.csv"):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "plan.yaml").write_text(PLAN.replace("SETTINGS", settings), encoding="utf-8")
    return capacity.load(tmp_path / "plan.yaml")


def refused(load, tmp_path, *args, **keys):
    with pytest.raises(capacity.InputError) as caught:
        load(tmp_path, *args, **keys)
    said = [str(mistake).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]
    assert all("\n" not in line for line in said)
    return said


def mistakes(tmp_path, *rows, **keys):
    return refused(load, tmp_path, *rows, **keys)


def month(year, number):
    return year * 12 + number - 1


def account(scenario, name="A"):
    book = scenario.book
    (k,) = [i for i, found in enumerate(book.ids) if found == name]
    columns = ("segment", "arr", "starts", "renewal", "term", "completed", "churn", "complexity")
    found = {column: getattr(book, column)[k] for column in columns}
    last = (found["renewal"] - np.timedelta64(1, "D")).item()
    return found | {"decision": month(last.year, last.month)}


# --- what is read --------------------------------------------------------------------------------


def test_an_account_is_read(tmp_path):
    found = account(load(tmp_path, A, B))
    assert found["segment"] == 0
    assert found["arr"] == 100_000
    assert found["starts"] == np.datetime64("2024-06-01")
    assert found["decision"] == month(2027, 5)
    assert (found["term"], found["completed"]) == (12, 2)
    assert np.isnan(found["churn"])
    assert np.isnan(found["complexity"])


def test_the_term_is_the_segments_where_the_row_has_none(tmp_path):
    scenario = load(tmp_path, A + ",", B + ",12", header=HEADER + ",term")
    assert (account(scenario, "A")["term"], account(scenario, "B")["term"]) == (12, 12)
    assert account(load(tmp_path, A, B), "B")["term"] == 24


def test_a_churn_above_a_whole_is_likely_a_percentage(tmp_path):
    found = mistakes(tmp_path, f"{A},8", f"{B},130%", header=HEADER + ",churn")
    outside = "outside of its range, between 0 and 1"
    assert found == [
        f"accounts.csv:2: churn: 8 is {outside}. Did you mean 8%?",
        f"accounts.csv:3: churn: 130% is {outside}",
    ]


@pytest.mark.parametrize("churn", ["8%", "0.08", " 8 % ", "8.0%"])
def test_own_churn_is_a_share(tmp_path, churn):
    scenario = load(tmp_path, f"{A},{churn},1.5", B + ",,", header=HEADER + ",churn,complexity")
    assert account(scenario)["churn"] == pytest.approx(0.08)
    assert account(scenario)["complexity"] == 1.5
    assert np.isnan(account(scenario, "B")["churn"])


@pytest.mark.parametrize(
    ("arr", "value"),
    [
        ("1234.5", 1234.5),
        ('"1,234,567"', 1_234_567),
        ('"12,345.67"', 12_345.67),
        ("1e5", 1e5),
        ("0", 0),
    ],
)
def test_revenue_may_have_thousands_separators(tmp_path, arr, value):
    row = A.replace("100000", arr)
    assert account(load(tmp_path, row, B))["arr"] == value


@pytest.mark.parametrize(
    ("arr", "doubted"),
    [
        (("95.000", "120.500"), True),
        (("95.000", "1200.500"), False),
        (("95.00", "120.500"), False),
        (("95", "120"), False),
    ],
)
def test_points_that_may_separate_thousands_are_doubted(tmp_path, arr, doubted):
    rows = (A.replace("100000", arr[0]), B.replace("50000", arr[1]))
    said = [warning.text for warning in load(tmp_path, *rows).warnings]
    doubt = "95.000 is read as less than a thousand; does the point separate thousands? "
    assert said == ([f"{doubt}Write digits, as in 95000"] if doubted else [])


def test_a_share_that_is_none_is_told_as_a_share(tmp_path):
    (said,) = mistakes(tmp_path, f"{A},x", f"{B},5%", header=f"{HEADER},churn")
    assert said == "accounts.csv:2: churn: 'x' is not a number. Write a share, as in 12%"


def test_a_column_in_other_letters_is_near(tmp_path):
    (said,) = mistakes(tmp_path, A, B, header="id,segment,ARR,start,renewal")
    assert "no column is called `arr`. Did you mean `ARR`?" in said


@pytest.mark.parametrize(
    ("format_", "start", "renewal"),
    [
        ("DD/MM/YYYY", "01/06/2024", "01/06/2027"),
        ("MM/DD/YYYY", "06/01/2024", "06/01/2027"),
        ("DD.MM.YY", "01.06.24", "01.06.27"),
        ("%d.%m.%Y", "01.06.2024", "01.06.2027"),
        ("%d %b %Y", "01 Jun 2024", "01 Jun 2027"),
    ],
)
def test_dates_in_the_way_of_the_file(tmp_path, format_, start, renewal):
    row = f"A,enterprise,100000,{start},{renewal}"
    scenario = load(tmp_path, row, settings=f', date_format: "{format_}"')
    assert account(scenario)["starts"] == np.datetime64("2024-06-01")
    assert account(scenario)["decision"] == month(2027, 5)


@pytest.mark.parametrize(
    "format_", ["DD/MM", "YYYY-MM-DD-DD", "ISO", "%Q-%m-%d", "%", "YYYY-MM-DD %H"]
)
def test_no_way_to_write_a_date_is_refused_in_the_scenario(tmp_path, format_):
    (said,) = mistakes(tmp_path, A, settings=f', date_format: "{format_}"')
    assert said.startswith("plan.yaml:3:45: accounts.date_format: ")
    assert "Write DD/MM/YYYY or %d.%m.%Y" in said


def test_columns_may_have_other_names_and_there_may_be_more(tmp_path):
    header = "Account ID, Owner ,Tier,Annual value,Since,Renews"
    row = "A,Maya,enterprise,100000,2024-06-01,2027-06-01"
    names = 'id: Account ID, segment: Tier, arr: "Annual value", start: Since, renewal: Renews'
    scenario = load(tmp_path, row, header=header, settings=f", columns: {{{names}}}")
    assert account(scenario)["arr"] == 100_000


def test_the_order_of_rows_plays_no_part(tmp_path):
    names = ["Ünal", "a", "C", "007", "青葉", "10", "9"]
    rows = [f"{name},enterprise,{i}000,2024-06-01,2027-0{i + 3}-15" for i, name in enumerate(names)]
    rows.insert(2, B)
    first = load(tmp_path, *rows).book
    random.Random(1).shuffle(rows)
    second = load(tmp_path, *rows).book
    assert first.ids == second.ids == ["007", "10", "9", "C", "a", "Ünal", "青葉", "B"]
    for column in ("arr", "starts", "renewal", "completed"):
        assert (getattr(first, column) == getattr(second, column)).all()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path, end, mark):
    content = mark + end.join([HEADER, A, B]).encode()
    assert len(load_bytes(tmp_path, content).book) == 2


def test_blank_rows_are_passed_over(tmp_path):
    assert len(load(tmp_path, A, "", ",,,,", "   ", B).book) == 2


def test_an_identifier_is_text(tmp_path):
    rows = [A.replace("A", name, 1) for name in ("007", "7", "NA", "true", "1e3")]
    assert sorted(load(tmp_path, *rows).book.ids) == ["007", "1e3", "7", "NA", "true"]


@pytest.mark.parametrize("name", ["شرکت نمونه", "青葉物流株式会社", "नवीन", "🚀 Zoë"])
def test_names_of_every_script_survive(tmp_path, name):
    assert load(tmp_path, A.replace("A", name, 1)).book.ids == [name]


def test_quotes_keep_commas_quotes_and_line_ends(tmp_path):
    row = A.replace("A", '"Smith, ""Sons""\n& Co"', 1)
    assert load(tmp_path, row).book.ids == ['Smith, "Sons"\n& Co']


def test_revenue_is_scaled_to_the_known_total_of_todays_book(tmp_path):
    rows = [
        A,
        B,
        "C,enterprise,10000,2027-02-15,2028-02-15",
        "D,enterprise,20000,2027-02-01,2028-02-01",
    ]
    book = load(tmp_path, *rows, settings=", scale_to: 1.7M").book
    revenue = dict(zip(book.ids, book.arr.tolist(), strict=True))
    assert revenue == pytest.approx({"A": 1e6, "B": 5e5, "C": 1e5, "D": 2e5})


def test_nothing_cannot_be_scaled(tmp_path):
    (said,) = mistakes(tmp_path, A.replace("100000", "0"), settings=", scale_to: 1M")
    assert said.startswith("accounts.csv: arr: is 0 for all accounts of today")


# --- renewals in time ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("renewal", "decision"),
    [
        ("2027-02-02", month(2027, 2)),
        ("2027-02-28", month(2027, 2)),
        ("2027-03-01", month(2027, 2)),
        ("2027-03-02", month(2027, 3)),
        ("2028-01-01", month(2027, 12)),
    ],
)
def test_a_term_is_decided_in_the_month_of_its_last_day(tmp_path, renewal, decision):
    scenario = load(tmp_path, A.replace("2027-06-01", renewal), B)
    assert account(scenario)["decision"] == decision
    assert scenario.warnings == ()


@pytest.mark.parametrize(
    ("start", "renewal", "decision", "completed"),
    [
        ("2024-06-01", "2026-06-01", month(2027, 5), 2),
        ("2024-06-01", "2025-06-01", month(2027, 5), 2),
        ("2025-02-01", "2027-02-01", month(2028, 1), 2),
        ("2026-02-01", "2027-01-31", month(2028, 1), 1),
        ("2010-03-10", "2011-03-10", month(2027, 3), 16),
    ],
)
def test_a_renewal_in_the_past_is_rolled_forward_and_said(
    tmp_path, start, renewal, decision, completed
):
    scenario = load(tmp_path, B, f"A,enterprise,100000,{start},{renewal}")
    found = account(scenario)
    assert (found["decision"], found["completed"]) == (decision, completed)
    (warning,) = scenario.warnings
    assert str(warning).startswith(f"{tmp_path}/accounts.csv:3: renewal: {renewal} is not after")
    label = f"{decision // 12}-{decision % 12 + 1:02d}"
    assert f"this term ends in {label}" in warning.text


@pytest.mark.parametrize(
    ("start", "renewal", "completed"),
    [
        ("2026-06-01", "2027-06-01", 0),
        ("2026-11-01", "2027-06-01", 0),
        ("2024-06-01", "2027-06-01", 2),
        ("2024-01-01", "2027-06-01", 2),
        ("2023-11-01", "2027-06-01", 3),
    ],
)
def test_terms_behind_an_account_are_counted_by_its_age(tmp_path, start, renewal, completed):
    assert account(load(tmp_path, f"A,enterprise,1,{start},{renewal}", B))["completed"] == completed


def test_who_starts_within_the_plan_is_in_and_who_starts_after_is_left_out_and_said(tmp_path):
    scenario = load(
        tmp_path,
        A,
        "in,enterprise,1,2028-01-31,2029-01-31",
        "out,enterprise,1,2028-02-01,2029-02-01",
        B,
    )
    assert sorted(scenario.book.ids) == ["A", "B", "in"]
    (warning,) = scenario.warnings
    assert str(warning) == (
        f"{tmp_path}/accounts.csv:4: start: 2028-02-01 is after the plan's end: left out"
    )


def test_a_segment_without_accounts_is_said(tmp_path):
    (warning,) = load(tmp_path, A).warnings
    assert str(warning) == f"{tmp_path}/accounts.csv: segment: no account is in segment mid_market"


# --- bad rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (A, "id", "'A' stands in line 2 already"),
        (A.replace("A", " ", 1), "id", "is empty. Give the account an id"),
        ("C,enterprize,1,2026-01-01,2028-01-01", "segment", "Did you mean `enterprise`? Known"),
        ("C,,1,2026-01-01,2028-01-01", "segment", "'' is no segment"),
        ("C,enterprise,,2026-01-01,2028-01-01", "arr", "unknown is not zero"),
        ("C,enterprise,lots,2026-01-01,2028-01-01", "arr", "'lots' is not a number"),
        ("C,enterprise,nan,2026-01-01,2028-01-01", "arr", "'nan' is not a number"),
        ("C,enterprise,inf,2026-01-01,2028-01-01", "arr", "'inf' is not a number"),
        ("C,enterprise,1e999,2026-01-01,2028-01-01", "arr", "'1e999' is not a number"),
        ("C,enterprise,-1,2026-01-01,2028-01-01", "arr", "at least 0"),
        ('C,enterprise,"1,2",2026-01-01,2028-01-01', "arr", "'1,2' is not a number"),
        ("C,enterprise,1,,2028-01-01", "start", "is empty. Write a date as YYYY-MM-DD"),
        ("C,enterprise,1,2026-02-30,2028-01-01", "start", "'2026-02-30' is not a date"),
        ("C,enterprise,1,01/02/2026,2028-01-01", "start", "set `date_format`"),
        ("C,enterprise,1,2026-01-01,2028", "renewal", "'2028' is not a date"),
        ("C,enterprise,1,2026-01-01,2025-01-01", "renewal", "is not after the start 2026-01-01"),
        ("C,enterprise,1,2026-01-01,2026-01-01", "renewal", "is not after the start"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, row, column, words):
    (said,) = mistakes(tmp_path, A, B, row)
    assert said.startswith(f"accounts.csv:4: {column}: ")
    assert words in said


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("term", "1.5", "is not in whole months"),
        ("term", "0", "between 1 and 1200"),
        ("term", "inf", "'inf' is not a number"),
        ("term", "a year", "'a year' is not a number"),
        ("term", "1e300", "between 1 and 1200"),
        ("churn", "8", "between 0 and 1"),
        ("churn", "108%", "between 0 and 1"),
        ("churn", "-1%", "between 0 and 1"),
        ("churn", "high", "'high' is not a number"),
        ("complexity", "-1", "at least 0"),
    ],
)
def test_a_bad_cell_of_a_column_that_may_be_left_out(tmp_path, column, cell, words):
    (said,) = mistakes(tmp_path, B + ",", f"{A},{cell}", header=f"{HEADER},{column}")
    assert said.startswith(f"accounts.csv:3: {column}: ")
    assert words in said


def test_a_term_shorter_than_the_lead_of_its_work_is_refused(tmp_path):
    (said,) = mistakes(tmp_path, A + ",3", B + ",4", header=HEADER + ",term")
    assert said.startswith(
        "accounts.csv:2: term: 3 months before the renewal is not within A's term"
    )


def test_many_bad_rows_are_counted(tmp_path):
    rows = [f"{i},enterprise,x,2026-01-01,2028-01-01" for i in range(1234)]
    said = mistakes(tmp_path, A, *rows)
    assert len(said) == 11
    assert said[0].startswith("accounts.csv:3: arr: 'x' is not a number")
    assert said[-1] == "accounts.csv:13: arr: the same in 1,224 more rows"


def test_mistakes_of_several_columns_are_told_at_once_by_line(tmp_path):
    said = mistakes(tmp_path, "C,enterprise,x,2026-01-01,2028", "D,nobody,1,2026-01-01,2028-01-01")
    assert [line.split(": ")[:2] for line in said] == [
        ["accounts.csv:2", "renewal"],
        ["accounts.csv:2", "arr"],
        ["accounts.csv:3", "segment"],
    ]


def test_one_bad_row_among_many_is_found(tmp_path):
    rows = [f"{i},enterprise,{i},2025-01-01,2027-07-01" for i in range(100_000)]
    rows[76_543] = "76543,enterprise,1,2025-01-01,soon"
    began = time.perf_counter()
    (said,) = mistakes(tmp_path, *rows)
    assert said.startswith("accounts.csv:76545: renewal: 'soon' is not a date")
    assert time.perf_counter() - began < 10


def test_line_ends_in_quotes_and_blank_lines_do_not_shift_the_lines(tmp_path):
    rows = ['"A\nof\nthree",' + A[2:], "", "   ", B, "C,enterprise,x,2026-01-01,2028-01-01"]
    (said,) = mistakes(tmp_path, *rows)
    assert said.startswith("accounts.csv:8: arr: ")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(tmp_path, end):
    rows = [HEADER, '"A\n1",' + A[2:], "C,enterprise,x,2026-01-01,2028-01-01"]
    (said,) = refused(load_bytes, tmp_path, "\n".join(rows).replace("\n", end).encode())
    assert said.startswith("accounts.csv:4: arr: ")


# --- bad files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"", ":1", "is empty. Export the accounts with a header"),
        (b"\n\n  \n", ":1", "is empty"),
        (f"{HEADER}\n".encode(), ":1", "is a header without accounts"),
        (f"{HEADER}\n,,,,\n".encode(), ":1", "is a header without accounts"),
        (f"{HEADER}\n{A}\n{B},x\n".encode(), ":3", "has 6 cells where 5 are named"),
        (f"{HEADER}\n{A},x\n{B}\n".encode(), ":2", "has 6 cells where 5 are named"),
        (f"{HEADER}\n{A}\nB,mid_market\n".encode(), ":3", "has 2 cells where 5 are named"),
        (f'{HEADER}\n{A}\n"B,mid\n{A}\n'.encode(), ":3", "a quote that is never closed"),
        (f"{HEADER}\n{A}\n{B}\0\n".encode(), ":3:41", "a NUL byte"),
        (f"{HEADER}\nCafé,x\n".encode("cp1252"), ":2:4", "byte 0xe9 is not UTF-8"),
        (f"{HEADER}\n{A}\n".encode("utf-16"), ":1:1", "is UTF-16 text"),
        (f"{HEADER}\n{A}\n".replace(",", ";").encode(), ":1", "separated by semicolons"),
        (f"{HEADER}\n{A}\n".replace(",", "\t").encode(), ":1", "separated by tabs"),
        (b"PK\x03\x04\x14\x00\x06\x00", ":1", "a workbook of a spreadsheet. Save the sheet as CSV"),
        (bytes(range(256)), ":2:118", "byte 0x80 is not UTF-8"),
        (b'"' + b"x" * 2_000_000, ":1", "Check the quotes"),
    ],
    ids=lambda value: str(value)[:25] if isinstance(value, (str, bytes)) else None,
)
def test_what_is_no_file_of_accounts_is_refused_in_one_line(tmp_path, content, place, words):
    (said,) = refused(load_bytes, tmp_path, content)
    assert said.startswith(f"accounts.csv{place}")
    assert words in said


def test_many_ragged_rows_are_counted(tmp_path):
    said = mistakes(tmp_path, *["a,b"] * 500)
    assert len(said) == 11
    assert said[-1] == "accounts.csv:12: the same in 490 more rows"


def test_a_missing_column_is_named_with_the_nearest(tmp_path):
    (said,) = mistakes(tmp_path, A, header=HEADER.replace("renewal", "renewals"))
    assert said == (
        "accounts.csv:1: renewal: no column is called `renewal`. Did you mean `renewals`? "
        "The file has id, segment, arr, start, renewals. "
        'Name it in the scenario: columns: {renewal: "…"}'
    )


def test_a_file_of_one_column_lacks_the_others(tmp_path):
    said = mistakes(tmp_path, "A", header="id")
    assert [line.split(": ")[1] for line in said] == ["segment", "arr", "start", "renewal"]


def test_a_column_that_the_scenario_names_must_be_there(tmp_path):
    (said,) = mistakes(tmp_path, A, settings=', columns: {churn: "Risk"}')
    assert said.startswith("accounts.csv:1: churn: no column is called `Risk`.")


def test_a_column_that_no_account_has_is_refused_in_the_scenario(tmp_path):
    (said,) = mistakes(tmp_path, A, settings=', columns: {arrr: "arr"}')
    assert said.startswith(
        "plan.yaml:3:42: accounts.columns.arrr: is nothing of an account. Did you mean `arr`?"
    )
    assert "Did you mean `arr`?" in said


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    (said,) = mistakes(tmp_path, A + ",1", header=HEADER + ",arr")
    assert said.startswith("accounts.csv:1: arr: two columns are called `arr`")


def test_other_columns_may_be_there_twice(tmp_path):
    assert len(load(tmp_path, A + ",1,2", B + ",,", header=HEADER + ",note,note").book) == 2


@pytest.mark.parametrize("name", ["nowhere.csv", "no/where.csv"])
def test_a_missing_file_is_shown_where_it_was_named(tmp_path, name):
    (said,) = mistakes(tmp_path, A, settings="_")
    assert said.startswith("plan.yaml:3:18: accounts.file: ")
    assert "accounts.csv_: no such file" in said


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "accounts.csv_").mkdir()
    (said,) = mistakes(tmp_path, A, settings="_")
    assert said.startswith("plan.yaml:3:18: accounts.file: ")
    assert "this is a folder" in said


def outside(tmp_path, name):
    folder = tmp_path / "inside"
    folder.mkdir(exist_ok=True)
    (tmp_path / "accounts.csv").write_text(f"{HEADER}\n{A}\n", encoding="utf-8")
    text = PLAN.replace("accounts.csvSETTINGS", name)
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    return capacity.load(folder / "plan.yaml")


def test_a_file_above_the_scenarios_folder_is_refused(tmp_path):
    (said,) = refused(outside, tmp_path, "../accounts.csv")
    assert said.startswith("inside/plan.yaml:3:18: accounts.file: ../accounts.csv lies outside")


def test_a_file_at_the_root_is_refused(tmp_path):
    (said,) = refused(outside, tmp_path, f"{tmp_path}/accounts.csv")
    assert "lies outside of the scenario's folder. Copy it beside the scenario" in said


def test_a_link_that_leads_outside_is_refused(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link.csv").symlink_to(tmp_path / "accounts.csv")
    (said,) = refused(outside, tmp_path, "link.csv")
    assert "link.csv lies outside" in said


def test_a_link_into_itself_is_refused(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link.csv").symlink_to(tmp_path / "inside" / "link.csv")
    (said,) = refused(outside, tmp_path, "link.csv")
    assert said.startswith("inside/plan.yaml:3:18: accounts.file: ")


def test_a_file_in_a_folder_below_is_read(tmp_path):
    (tmp_path / "inside" / "data").mkdir(parents=True)
    (tmp_path / "inside" / "data" / "a.csv").write_text(f"{HEADER}\n{A}\n", encoding="utf-8")
    assert len(outside(tmp_path, "data/../data/a.csv").book) == 1


def test_every_file_that_was_read_is_known_by_its_hash(tmp_path):
    assert sorted(load(tmp_path, A).files) == [f"{tmp_path}/accounts.csv", f"{tmp_path}/plan.yaml"]
