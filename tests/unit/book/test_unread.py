"""Columns that nobody reads, though their titles nearly say what would be read."""

from __future__ import annotations

import capacity

PLAN = """\
name: Nearly
horizon: {{start: 2027-01, months: 3}}
accounts: {{file: accounts.csv{columns}}}
segments: {{smb: {{churn: 8%}}}}
tasks: {{call: {{role: csm, every: month, hours: 1h}}}}
team: {{csm: {{people: people.csv}}}}
"""
ACCOUNT = "\n1,smb,900,2026-01-01,2027-02-01,30%,x\n"


def warned(folder, titles="Churn,health", people="name,role\nAda,csm\n", columns=""):
    (folder / "accounts.csv").write_text(f"id,segment,arr,start,renewal,{titles}{ACCOUNT}")
    (folder / "people.csv").write_text(people)
    (folder / "plan.yaml").write_text(PLAN.format(columns=columns))
    return [
        str(found).removeprefix(str(folder))
        for found in capacity.load(folder / "plan.yaml").warnings
    ]


def test_a_churn_in_capitals_is_not_passed_over_in_silence(tmp_path):
    (found,) = warned(tmp_path)
    assert found.endswith(
        "accounts.csv:1: Churn: is not read. Name it in the scenario if it is meant: "
        'columns: {churn: "Churn"}'
    )
    assert warned(tmp_path, columns=", columns: {churn: Churn}") == []


def test_columns_that_are_there_or_are_something_else_are_passed_over(tmp_path):
    assert warned(tmp_path, titles="churn,Churn") == []
    assert warned(tmp_path, titles="churn risk,termination") == []


def test_people_are_not_there_for_whole_weeks_by_a_title_in_capitals(tmp_path):
    people = "name,Role,start_date,FTE,Leave,status\nAda,csm,2027-02-01,0.5,2027-03-01,new\n"
    found = warned(tmp_path, titles="health,owner", people=people)
    meant = {"Role": "role", "start_date": "start", "FTE": "fte", "Leave": "leave_from"}
    assert [line.partition("people.csv:1: ")[2] for line in found] == [
        f"{title}: is not read. Call the column `{name}` if it is meant"
        for title, name in meant.items()
    ]


def test_accounts_that_will_be_won_make_work(tmp_path):
    text = (
        "name: New\nhorizon: {start: 2027-01, months: 3}\n"
        "segments: {smb: {accounts: 0, NEW}}\n"
        "tasks: {call: {role: csm, on: start, hours: 1h}}\nteam: {csm: {headcount: 1}}\n"
    )
    plan = tmp_path / "plan.yaml"
    plan.write_text(text.replace(", NEW", ""))
    assert "no account makes work" in str(capacity.load(plan).warnings)
    plan.write_text(text.replace("NEW", "new_accounts: {per_year: 12}"))
    assert capacity.load(plan).warnings == ()
