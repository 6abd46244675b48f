"""People from a file: what is read, and what is said of every bad row."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

import capacity

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments: {smb: {accounts: 10}}
tasks: {call: {role: csm, every: month, hours: 1h}}
team:
  csm: {people: roster.csv}
  trainer: {headcount: 1}
"""
BOTH = PLAN.replace("headcount: 1", "people: roster.csv")


def load(tmp_path, *rows, header="name", plan=PLAN, content=None):
    text = "\n".join([header, *rows, ""]).encode() if content is None else content
    (tmp_path / "roster.csv").write_bytes(text)
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    return capacity.load(tmp_path / "plan.yaml")


def mistakes(tmp_path, *rows, **keys):
    with pytest.raises(capacity.InputError) as caught:
        load(tmp_path, *rows, **keys)
    said = [str(mistake).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]
    assert all("\n" not in line for line in said)
    return said


def warnings(tmp_path, *rows, **keys):
    found = load(tmp_path, *rows, **keys).warnings
    return [str(warning).removeprefix(f"{tmp_path}/") for warning in found]


def days(*dates):
    return np.array(dates, dtype="datetime64[D]")


def test_a_name_is_enough(tmp_path):
    roster = load(tmp_path, "Zoe", "Åsa", '"Lee, Kim"').rosters["csm"]
    assert roster.names == ["Lee, Kim", "Zoe", "Åsa"]
    assert (roster.joins < -12 * 1000).all()
    assert (roster.leaves > 12 * 1000).all()
    assert roster.fte.tolist() == [1, 1, 1]
    assert list(roster.calendars) == [None] * 3
    assert len(roster) == 3


def test_all_that_may_be_known_of_a_person(tmp_path):
    header = "name,role,start,end,fte,location,leave_from,leave_to,shoe size"
    row = "Ann,csm,2027-03-15,2027-12-31,80%,DE-BY,2027-05-01,2027-06-30,39"
    roster = load(tmp_path, row, header=header).rosters["csm"]
    assert roster.joins.tolist() == [1]
    assert roster.leaves.tolist() == [11]
    assert roster.fte.tolist() == [0.8]
    assert list(roster.calendars) == ["DE-BY"]
    assert (roster.away[0] == days("2027-05-01", "2027-07-01")).all()


@pytest.mark.parametrize(
    ("end", "leaves"),
    [("2027-03-31", 2), ("2027-03-30", 1), ("2027-03-01", 1), ("9999-12-31", None)],
)
def test_the_end_is_the_last_day(tmp_path, end, leaves):
    (found,) = load(tmp_path, f"Ann,{end}", header="name,end").rosters["csm"].leaves
    assert found == leaves if leaves else found > 10**4


def test_the_file_is_part_of_the_manifest(tmp_path):
    scenario = load(tmp_path, "Ann", "Bob")
    content = (tmp_path / "roster.csv").read_bytes()
    assert scenario.files[str(tmp_path / "roster.csv")] == hashlib.sha256(content).hexdigest()
    manifest = capacity.simulate(scenario, trials=0).manifest
    assert set(manifest["files"]) == {str(tmp_path / n) for n in ("plan.yaml", "roster.csv")}


def test_each_role_takes_its_own_rows(tmp_path):
    rosters = load(tmp_path, "Ann,csm", "Bob,trainer", "Ann,trainer", header="name,role", plan=BOTH)
    assert rosters.rosters["csm"].names == ["Ann"]
    assert rosters.rosters["trainer"].names == ["Ann", "Bob"]


def test_a_byte_order_mark_quotes_and_line_ends_of_windows(tmp_path):
    content = '\ufeffname,fte\r\n"Ann ""Ace"" Poe", 0.5 \r\n\r\n'.encode()
    roster = load(tmp_path, content=content).rosters["csm"]
    assert (roster.names, roster.fte.tolist()) == (['Ann "Ace" Poe'], [0.5])


HEADER = "name,role,start,end,fte,location,leave_from,leave_to"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",csm,,,,,,", "name: is empty. Give the person a name"),
        ("Ann,,,,,,,", "role: is empty. Write one of csm, trainer"),
        ("Ann,cms,,,,,,", "role: 'cms' is no role of the scenario. Did you mean `csm`? Known:"),
        ("Ann,csm,01.02.2027,,,,,", "start: '01.02.2027' is not a date as YYYY-MM-DD. Write it so"),
        ("Ann,csm,,2027-02-30,,,,", "end: '2027-02-30' is not a date as YYYY-MM-DD. Write it so"),
        ("Ann,csm,,,,,soon,", "leave_from: 'soon' is not a date as YYYY-MM-DD. Write it so"),
        ("Ann,csm,,,,,,2027", "leave_to: '2027' is not a date as YYYY-MM-DD. Write it so"),
        ("Ann,csm,2027-05-01,2027-04-30,,,,",
         "end: 2027-04-30 is before the start 2027-05-01. Swap them?"),
        ("Ann,csm,,,,,2027-05-01,2027-04-30",
         "leave_to: 2027-04-30 is before the leave_from 2027-05-01. Swap them?"),
        ("Ann,csm,,,1.2,,,", "fte: '1.2' is not a part of a full week. Write a number"),
        ("Ann,csm,,,-0.1,,,", "fte: '-0.1' is not a part of a full week"),
        ("Ann,csm,,,120%,,,", "fte: '120%' is not a part of a full week"),
        ("Ann,csm,,,half,,,", "fte: 'half' is not a part of a full week"),
        ("Ann,csm,,,nan,,,", "fte: 'nan' is not a part of a full week"),
        ("Ann,csm,,,,Atlantis,,", "location: no holidays are known for 'Atlantis'. Write a"),
        ("Zoe,csm,,,,,,", "name: 'Zoe' stands in line 2 already. Keep one row for a person"),
    ],
)  # fmt: skip
def test_one_fault_is_one_mistake_with_its_line(tmp_path, row, said):
    (mistake,) = mistakes(tmp_path, "Zoe,csm,,,,,,", row, header=HEADER, plan=BOTH)
    assert mistake.startswith(f"roster.csv:3: {said}")


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("nme", "Ann", "roster.csv:1: name: no column is called `name`."),
        ("name,name", "Ann,Bob", "roster.csv:1: name: two columns are called `name`. Rename one"),
        ("name,fte,fte", "Ann,1,1", "roster.csv:1: fte: two columns are called `fte`"),
        ("name,fte", "Ann", "roster.csv:2: has 1 cells where 2 are named"),
        ("name,fte", "", "roster.csv:1: is a header without people. Export the rows, too"),
        ("name;fte", "Ann;1", "roster.csv:1: columns are separated by semicolons"),
    ],
)
def test_what_is_no_table_of_people_is_refused(tmp_path, header, row, said):
    (mistake,) = mistakes(tmp_path, row, header=header)
    assert mistake.startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "roster.csv:1: is empty. Export the people with a header"),
        (b"PK\x03\x04...", "roster.csv:1: is a workbook of a spreadsheet"),
        (b"name\nJos\xe9\n", "roster.csv:2:4: byte 0xe9 is not UTF-8"),
        (b"name\nA\0\n", "roster.csv:2:2: holds a NUL byte"),
        (b'name\n"Ann\n', "roster.csv:2: has a quote that is never closed"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, said):
    (mistake,) = mistakes(tmp_path, content=content)
    assert mistake.startswith(said)


def test_two_roles_need_to_know_who_is_what(tmp_path):
    (mistake,) = mistakes(tmp_path, "Ann", plan=BOTH)
    assert "no column says who is what, but csm and trainer name this file. Add `role`" in mistake


def test_many_bad_rows_are_counted(tmp_path):
    rows = [f"P{i},{i}" for i in range(2, 16)]
    found = mistakes(tmp_path, *rows, header="name,fte")
    assert len(found) == 11
    assert found[-1] == "roster.csv:12: fte: the same in 4 more rows"


def test_mistakes_of_all_files_are_told_at_once(tmp_path):
    plan = PLAN.replace(
        "segments: {smb: {accounts: 10}}",
        "accounts: {file: book.csv}\nsegments: {smb: {churn: 1%}}",
    )
    (tmp_path / "book.csv").write_text(
        "id,segment,arr,start,renewal\nA,smb,x,2026-01-01,2028-01-01\n"
    )
    found = mistakes(tmp_path, "Ann,9", header="name,fte", plan=plan)
    assert [m.split(":")[0] for m in found] == ["book.csv", "roster.csv"]


def test_who_is_not_there_in_the_plans_time_is_left_out_with_a_warning(tmp_path):
    rows = [
        "Ann,csm,,",
        "Late,csm,2028-02-01,",
        "Gone,csm,,2027-01-31",
        "Brief,csm,2027-03-02,2027-03-20",
        "Teach,trainer,,",
    ]
    scenario = load(tmp_path, *rows, header="name,role,start,end")
    assert scenario.rosters["csm"].names == ["Ann"]
    assert [str(w).removeprefix(f"{tmp_path}/") for w in scenario.warnings] == [
        "roster.csv:3: start: 2028-02-01 is after the plan's end: left out",
        "roster.csv:4: end: 2027-01-31 is before the plan begins: left out",
        "roster.csv:5: end: 2027-03-20 is in the month of the start: left out",
        "roster.csv:6: role: trainer does not name this file as its `people`: Teach is left out",
    ]


def test_a_role_of_nobody_is_doubted(tmp_path):
    (warning,) = warnings(tmp_path, "Ann,csm", header="name,role", plan=BOTH)
    assert warning == "roster.csv: role: nobody of the plan's time is a trainer"


def test_work_on_departure_is_not_doubted_where_a_roster_may_say_who_leaves(tmp_path):
    plan = PLAN.replace("every: month", "on: departure")
    assert warnings(tmp_path, "Ann,2027-05-01", header="name,end", plan=plan) == []


@pytest.mark.parametrize("name", ["../roster.csv", "/etc/passwd", "sub/../../roster.csv"])
def test_the_file_lies_beside_the_scenario(tmp_path, name):
    folder = tmp_path / "plan"
    folder.mkdir()
    (tmp_path / "roster.csv").write_text("name\nAnn\n")
    (mistake,) = mistakes(folder, "Ann", plan=PLAN.replace("roster.csv", name))
    assert mistake.startswith("plan.yaml:6:17: team.csm.people: ")
    assert "lies outside of the scenario's folder" in mistake


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = tmp_path / "plan"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("name\nAnn\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (mistake,) = mistakes(folder, "Ann", plan=PLAN.replace("roster.csv", "link.csv"))
    assert "lies outside of the scenario's folder" in mistake


def test_a_roster_may_be_set_from_outside(tmp_path):
    load(tmp_path, "Ann", "Bob")
    (tmp_path / "other.csv").write_text("name\nCid\n")
    scenario = capacity.load(tmp_path / "plan.yaml", set={"team.csm.people": "other.csv"})
    assert scenario.rosters["csm"].names == ["Cid"]
