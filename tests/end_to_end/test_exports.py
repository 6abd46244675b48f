"""Exports of six programs, as they come: the same customers give the same plan."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from leavings import ROOT, Finished, contents

import capacity
from capacity.scenario.document import FORMATS

EXPORTS = Path(__file__).with_name("exports")
PLAN = """\
name: Plan
horizon: {{start: 2027-01, months: 12}}
accounts: {{file: {0}.csv, {1}}}
segments:
  enterprise: {{churn: 5%}}
  smb: {{churn: 15%}}
tasks:
  qbr: {{role: csm, every: quarter, hours: {{p10: 1h, p50: 2h, p90: 5h}}}}
team:
  csm: {{headcount: 1, salary: 90_000}}
"""
ARR = [88_500.5, 120_000, 4_800, 7_200, 1_250_000]
STARTS = ["2022-09-30", "2023-04-01", "2024-11-15", "2025-02-28", "2025-06-01"]
RENEWALS = ["2027-02-28", "2027-04-01", "2027-06-01", "2027-09-30", "2027-11-15"]

Run = Callable[..., Finished]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FORMATS:
        shutil.copy(EXPORTS / f"{name}.csv", tmp_path)
        write(tmp_path, name, f"format: {name}")
    return tmp_path


def write(folder: Path, name: str, settings: str, plan: str = PLAN) -> str:
    (folder / f"{name}.yaml").write_text(plan.format(name, settings), encoding="utf-8")
    return f"{name}.yaml"


def test_there_is_an_export_of_each_program_and_nothing_else() -> None:
    assert {path.stem for path in EXPORTS.iterdir()} == set(FORMATS)
    shipped = ROOT / "capacity" / "scenario" / "formats"
    assert {path.name for path in shipped.iterdir()} == {f"{name}.yaml" for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_read_as_it_comes(run: Run, folder: Path, name: str) -> None:
    out = "out.csv"
    done = run("run", f"{name}.yaml", "--trials", "200", "--csv", out, folder=folder)
    assert (done.code, done.err) == (0, "")
    book = capacity.load(folder / f"{name}.yaml").book
    assert book.arr[np.argsort(book.segment, kind="stable")].sum() == sum(ARR)
    assert sorted(book.arr[book.segment == 0]) == ARR[:2]
    assert sorted(book.arr[book.segment == 1]) == ARR[2:]
    assert sorted(map(str, book.starts)) == STARTS
    assert sorted(map(str, book.renewal)) == RENEWALS
    assert len(set(book.ids)) == len(ARR)


@pytest.mark.parametrize("name", FORMATS)
def test_all_programs_give_the_same_expected_figures(folder: Path, name: str) -> None:
    """Names differ from program to program, and with them the luck; means do not."""
    first, other = (
        capacity.simulate(capacity.load(folder / f"{one}.yaml"), trials=0).table()
        for one in (FORMATS[0], name)
    )
    np.testing.assert_allclose(other["mean"], first["mean"], rtol=1e-12)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_may_be_copied_and_changed(run: Run, folder: Path, name: str) -> None:
    shutil.copy(ROOT / "capacity" / "scenario" / "formats" / f"{name}.yaml", folder / "mine.yaml")
    own = write(folder, "own", "format: mine.yaml").replace("own", name)
    (folder / own).write_text(PLAN.format(name, "format: mine.yaml"), encoding="utf-8")
    plan = capacity.load(folder / own)
    assert str(folder / "mine.yaml") in plan.files
    assert sorted(plan.book.arr) == sorted(ARR)
    mine = folder / "mine.yaml"
    mine.write_text(mine.read_text(encoding="utf-8").replace("renewal: [", "renewal: [Until, "))
    export = folder / f"{name}.csv"
    title = {"totango": "Contract Renewal Date", "churnzero": "NextRenewalDate"}
    header = title.get(name, "Renewal Date").encode()
    export.write_bytes(export.read_bytes().replace(header, b"Until", 1))
    done = run("check", own, folder=folder)
    assert (done.code, done.err) == (0, "")


def test_what_the_scenario_says_goes_before_the_format(folder: Path) -> None:
    own = write(folder, "totango", "format: totango, columns: {start: Contract Start Date}")
    book = capacity.load(folder / own).book
    assert {str(day)[:4] for day in book.starts} == {"2026"}
    assert sorted(map(str, book.renewal)) == RENEWALS


def test_dates_of_another_country(run: Run, folder: Path) -> None:
    export = folder / "salesforce.csv"
    text = export.read_text(encoding="utf-8")
    for day in ("4/1/2023", "11/15/2024", "2/28/2025", "6/1/2025", "9/30/2022"):
        month, of_month, _ = day.split("/")
        for written in (day, f"{month}/{of_month}/2027"):
            text = text.replace(f'"{written}"', f'"{of_month}.{month}.{written[-4:]}"')
    export.write_text(text, encoding="utf-8")
    done = run("check", "salesforce.yaml", folder=folder)
    assert done.code == 2
    assert "'1.4.2023' is not a date as MM/DD/YYYY or YYYY-MM-DD." in done.lines[0]
    own = write(folder, "salesforce", "format: salesforce, date_format: DD.MM.YYYY")
    assert sorted(map(str, capacity.load(folder / own).book.starts)) == STARTS


WRONG = {
    "an empty renewal": (
        "salesforce",
        ('"11/15/2027"', '""'),
        "salesforce.csv:3: renewal: is empty. Write a date as MM/DD/YYYY or YYYY-MM-DD",
    ),
    "an unknown segment": (
        "salesforce",
        ("smb", "Small"),
        "salesforce.csv:4: segment: 'Small' is no segment of the scenario",
    ),
    "a sign of another currency": (
        "gainsight",
        ("$4,800.00", "€4,800.00"),
        "gainsight.csv:4: arr: '€4,800.00' is in EUR. Write the amount in USD",
    ),
    "a code of another currency": (
        "zoho",
        ("USD 4,800.00", "EUR 4,800.00"),
        "zoho.csv:4: arr: 'EUR 4,800.00' is in EUR. Write the amount in USD",
    ),
    "points and commas the other way round": (
        "zoho",
        ("USD 4,800.00", "4.800,00"),
        "zoho.csv:4: arr: '4.800,00' is not a number. Write digits",
    ),
    "an empty amount": (
        "hubspot",
        ('"4800"', '""'),
        "hubspot.csv:4: arr: is empty; unknown is not zero. Write the amount",
    ),
    "an id twice": ("totango", ("acc_1", "acc_0"), "totango.csv:3: id: 'acc_0' stands in line 2"),
    "no column of a segment": (
        "churnzero",
        (",cf_Segment", ",cf_Kind"),
        "no column is called `Segment` or `cf_Segment` or `Account Segment` or `segment`. ",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_in_an_export_is_one_clear_line(run: Run, folder: Path, what: str) -> None:
    name, (old, new), words = WRONG[what]
    edited(folder, name, old, new)
    before = contents(folder)
    done = run("run", f"{name}.yaml", "--csv", "out.csv", folder=folder)
    assert (done.code, done.out) == (2, "")
    (line, _) = done.lines
    assert words in line
    assert contents(folder) == before


def edited(folder: Path, name: str, old: str, new: str) -> None:
    export = folder / f"{name}.csv"
    text = export.read_bytes().decode()
    assert old in text
    export.write_bytes(text.replace(old, new, 1).encode())


MISTAKES = {
    "": "1:1: is empty. A format begins with the titles of its columns",
    "- id\n": "1:1: is not a mapping. A format begins with",
    "date_format: YYYY-MM-DD\n": "1:1: columns: is missing. Write `columns:`",
    "columns: {}\n": "1:10: columns: is empty. Write {id: [Account ID",
    "columns: id\n": "1:10: columns: 'id' names no columns. Write {id:",
    "columns: {id: A, renewals: B}\n": "1:28: columns.renewals: is nothing of an account. ",
    "columns: {id: []}\n": "1:15: columns.id: names nothing, or one name twice",
    "columns: {id: A}\ncolums: {arr: B}\n": "2:1: colums: no such setting. Did you mean `columns`",
    "columns: {id: A}\ndate_format: [MM/DD/YYYY, DD/MM/YYYY]\n": "2:14: date_format: MM/DD/YYYY "
    "and DD/MM/YYYY read the same text as two days. Write one of them",
    "columns: {id: A}\ndate_format: when\n": "2:14: date_format: 'when' is no way to write a date",
    "columns: {id: A}\ndate_format: [DD.MM.YYYY, when]\n": "2:27: date_format.1: 'when' is no way",
    "columns: {id: A}\ndate_format: []\n": "2:14: date_format: is an empty list. Write YYYY-MM-DD",
    "columns: {id: A\n": "2:1: not YAML",
    "columns: {id: A}\ncolumns: {id: B}\n": "2:1: columns: written twice, first in line 1",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_of_a_format_of_ones_own(run: Run, folder: Path, text: str) -> None:
    (folder / "mine.yaml").write_text(text)
    own = write(folder, "zoho", "format: mine.yaml")
    done = run("check", own, folder=folder)
    assert done.code == 2
    (line, _) = done.lines
    assert line.startswith(f"mine.yaml:{MISTAKES[text]}")


def test_a_format_stays_inside_of_the_folder(run: Run, folder: Path) -> None:
    (folder / "plans").mkdir()
    shutil.move(folder / "zoho.csv", folder / "plans")
    (folder / "mine.yaml").write_text("columns: {id: Record Id}\n")
    (folder / "plans" / "zoho.yaml").write_text(PLAN.format("zoho", "format: ../mine.yaml"))
    done = run("check", "plans/zoho.yaml", folder=folder)
    assert done.code == 2
    assert "accounts.format: ../mine.yaml lies outside of the scenario's folder" in done.err
    (folder / "plans" / "mine.yaml").symlink_to(folder / "mine.yaml")
    (folder / "plans" / "zoho.yaml").write_text(PLAN.format("zoho", "format: mine.yaml"))
    done = run("check", "plans/zoho.yaml", folder=folder)
    assert "accounts.format: mine.yaml lies outside of the scenario's folder" in done.err


def test_a_format_survives_writing_and_counts_as_a_difference(run: Run, folder: Path) -> None:
    (folder / "sub").mkdir()
    shutil.copy(folder / "zoho.csv", folder / "sub")
    (folder / "sub" / "mine.yml").write_text(
        "columns: {id: Record Id, start: Contract Start Date, arr: ARR, segment: Segment, "
        "renewal: Renewal Date}\n"
    )
    (folder / "sub" / "base.yaml").write_text(PLAN.format("zoho", "format: mine.yml"))
    (folder / "variant.yaml").write_text("extends: sub/base.yaml\nname: Other\n")
    plan = capacity.load(folder / "variant.yaml")
    again = folder / "again.yaml"
    again.write_text(plan.to_yaml(), encoding="utf-8")
    assert "format: sub/mine.yml" in again.read_text(encoding="utf-8")
    assert sorted(capacity.load(again).book.ids) == sorted(plan.book.ids)
    done = run("diff", "zoho.yaml", "variant.yaml", folder=folder)
    assert "accounts.format: zoho -> mine.yml (SHA-256 " in done.out
