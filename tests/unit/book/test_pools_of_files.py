"""Pools from files of accounts and people: who belongs where, what is said of every fault."""

from __future__ import annotations

import pytest

import capacity
from capacity.scenario.register import register

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
accounts: {file: book.csv}
segments: {smb: {churn: 5%}}
tasks: {call: {role: csm, every: month, hours: 1h}}
team:
  csm: {split: region, people: roster.csv}
"""
COUNTED = PLAN.replace("people: roster.csv", "headcount: {AMER: 2, EMEA: 1}")
BOTH = "A,smb,900,2025-01-01,2027-06-01,AMER", "B,smb,900,2025-01-01,2027-06-01,EMEA"
HEADER = "id,segment,arr,start,renewal,region"


@pytest.fixture
def load(tmp_path):
    def read(*rows, plan=PLAN, header=HEADER, **people):
        (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
        (tmp_path / "book.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        for name, lines in people.items():
            (tmp_path / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
        return capacity.load(tmp_path / "plan.yaml")

    return read


@pytest.fixture
def mistakes(load, tmp_path):
    def told(*rows, **keys):
        with pytest.raises(capacity.InputError) as caught:
            load(*rows, **keys)
        said = [str(mistake).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]
        assert all("\n" not in line for line in said)
        return said

    return told


def pools(scenario):
    return [(pool.name, pool.value, pool.headcount) for pool in scenario.pools]


def test_pools_are_those_of_the_headcount(load):
    assert pools(load(*BOTH, plan=COUNTED)) == [("csm", "AMER", 2), ("csm", "EMEA", 1)]


def test_a_default_gives_seats_to_every_value_of_the_accounts(load):
    plan = COUNTED.replace("{AMER: 2, EMEA: 1}", "{EMEA: 3, default: 1}")
    third = "C,smb,900,2025-01-01,2027-06-01,आसिया"
    found = pools(load(*BOTH, third, plan=plan))
    assert found == [("csm", "AMER", 1), ("csm", "EMEA", 3), ("csm", "आसिया", 1)]


def test_a_column_may_have_another_name_in_the_file(load):
    plan = COUNTED.replace("file: book.csv", "file: book.csv, columns: {region: Sales Region}")
    assert len(pools(load(*BOTH, plan=plan, header=HEADER.replace("region", "Sales Region")))) == 2


def test_people_have_the_pool_of_their_row(load):
    scenario = load(*BOTH, roster=["name,region", "Zoe,AMER", "Ann,EMEA", "Bob,AMER"])
    assert scenario.rosters["csm"].of("AMER").names == ["Bob", "Zoe"]
    assert scenario.rosters["csm"].of("EMEA").names == ["Ann"]


def test_a_file_may_stand_for_all_the_other_pools(load):
    plan = PLAN.replace("roster.csv", "{AMER: amer.csv, default: rest.csv}")
    scenario = load(*BOTH, plan=plan, amer=["name", "Zoe"], rest=["name,region", "Ann,EMEA"])
    assert [scenario.rosters["csm"].of(p).names for p in ("AMER", "EMEA")] == [["Zoe"], ["Ann"]]


def test_one_file_may_name_the_pools_of_two_roles_by_two_columns(load):
    plan = PLAN.replace("hours: 1h", "steps: {a: 1h, b: {hours: 1h, role: coach}}")
    plan += "  coach: {split: owner, people: roster.csv}\n"
    rows = [f"{row},{owner}" for row, owner in zip(BOTH, ("Ann", "Bob"), strict=True)]
    people = [
        "name,role,region,owner",
        "Zoe,csm,AMER,",
        "Yan,csm,EMEA,",
        "X,coach,,Ann",
        "W,coach,,Bob",
    ]
    scenario = load(*rows, plan=plan, header=f"{HEADER},owner", roster=people)
    assert [(p.name, p.value) for p in scenario.pools] == [
        ("csm", "AMER"), ("csm", "EMEA"), ("coach", "Ann"), ("coach", "Bob"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("roster", "said"),
    [
        (["name,region", "Ann,"],
         "roster.csv:2: region: is empty. csm is split by it: write Ann's"),
        (["name", "Ann"],
         "roster.csv:1: region: csm is split by it, but no column says it. Add it"),
        (["name,region,region", "Ann,AMER,EMEA"],
         "roster.csv:1: region: two columns are called `region`. Rename one of them"),
        (["name,region", "Ann,AMER"],
         "plan.yaml:7:32: team.csm.people: accounts of region EMEA have work for csm, but no"),
        (["name,region,end", "Ann,AMER,", "Eve,EMEA,2026-12-31"],
         "plan.yaml:7:32: team.csm.people: accounts of region EMEA have work for csm, but no"),
        (["name,region", "Ann,AMER", "Eve,EMEA", "Ann,EMEA"],
         "roster.csv:4: name: 'Ann' stands in line 2 already. Keep one row for a person"),
    ],
)  # fmt: skip
def test_one_fault_among_people_is_one_mistake(mistakes, roster, said):
    (mistake,) = mistakes(*BOTH, roster=roster)
    assert mistake.startswith(said)


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        (HEADER, [*BOTH, "C,smb,900,2025-01-01,2027-06-01,"],
         "book.csv:4: region: is empty. Write which pool serves the account"),
        (HEADER, [*BOTH, "C,smb,900,2025-01-01,2027-06-01,EMAE"],
         "plan.yaml:7:35: team.csm.headcount: accounts of region EMAE have work for csm, but no"),
        (HEADER.replace(",region", ",regoin"), BOTH,
         "book.csv:1: region: no column is called `region`. Did you mean `regoin`?"),
        (HEADER.replace("id", "region"), BOTH, "book.csv:1: id: no column is called `id`."),
    ],
)  # fmt: skip
def test_one_fault_among_accounts_is_told_with_its_line(mistakes, header, rows, said):
    assert mistakes(*rows, header=header, plan=COUNTED)[0].startswith(said)


def test_an_account_of_a_segment_that_no_split_role_serves_needs_no_pool(load):
    plan = COUNTED.replace("segments: {smb: {churn: 5%}}", "segments: {smb: {churn: 5%}, own: {}}")
    plan = plan.replace("own: {}", "own: {churn: 5%}")
    plan = plan.replace("every: month,", "segments: [smb], every: month,")
    assert len(load(*BOTH, "C,own,900,2025-01-01,2027-06-01,", plan=plan).book) == 3


def test_a_person_of_two_files_is_one_too_many(mistakes):
    plan = PLAN.replace("roster.csv", "{AMER: amer.csv, EMEA: emea.csv}")
    found = mistakes(*BOTH, plan=plan, amer=["name", "Ann", "Bob"], emea=["name", "Bob"])
    assert found == [
        "emea.csv: name: Bob of csm stands in the file of another pool, too. Keep one of them"
    ]


def test_a_pool_without_accounts_is_doubted(load, tmp_path):
    plan = COUNTED.replace("EMEA: 1", "EMEA: 1, APAC: 1")
    (doubt,) = load(*BOTH, plan=plan).warnings
    assert str(doubt).removeprefix(f"{tmp_path}/") == (
        "plan.yaml:7:35: team.csm.headcount: no account of region APAC has work for csm"
    )
    assert not load(*BOTH, plan=plan.replace("{smb:", "{new: {churn: 5%}, smb:")).warnings[1:]


def test_hires_of_every_other_pool(load):
    hires = "hires: {EMEA: {2027-03: 2}, default: {2027-04: 1}}"
    scenario = load(*BOTH, plan=COUNTED.replace("EMEA: 1}", f"EMEA: 1}}, {hires}"))
    months = 2027 * 12 + 3, 2027 * 12 + 2
    assert [dict(pool.hires) for pool in scenario.pools] == [{months[0]: 1}, {months[1]: 2}]


def test_sources_of_settings_by_pool_are_in_the_register(load):
    plan = COUNTED.replace("1}}", "1}, salary: {AMER: {value: 90_000, source: payroll}, EMEA: 7}}")
    scenario = load(*BOTH, plan=plan)
    found = {a.path: a.source for a in register(scenario.plan, scenario.marked)}
    assert found["team.csm.salary.AMER"] == "payroll"
    assert "team.csm.salary.EMEA" in found


ANEW = "splits csm anew, but its `headcount` names AMER, EMEA"


def test_pools_of_the_column_before_are_told_where_the_role_is_split_anew(load, tmp_path):
    """They would keep their seats, and their pay, without an account to serve."""
    rows = [f"{row},{who}" for row, who in zip(BOTH, ("Ann", "Bob"), strict=True)]
    load(*rows, plan=COUNTED, header=f"{HEADER},owner")
    variant = tmp_path / "owners.yaml"

    def write(remove, seats="{Ann: 1, Bob: 1}"):
        change = (
            f"{{name: books, {remove}set: {{team: {{csm: {{split: owner, headcount: {seats}}}}}}}}}"
        )
        variant.write_text(f"extends: plan.yaml\nchanges:\n  - {change}\n")

    for seats in ("{Ann: 1, Bob: 1}", "{default: 1}"):
        write("", seats)
        with pytest.raises(capacity.InputError) as caught:
            capacity.load(variant)
        (said,) = caught.value.mistakes
        assert (said.place.file, said.place.line, said.path) == (str(variant), 3, "team.csm.split")
        assert said.text.startswith(ANEW)
        assert said.text.endswith("anew where it is wanted")
    write("remove: [team.csm.headcount], ")
    assert pools(capacity.load(variant)) == [("csm", "Ann", 1), ("csm", "Bob", 1)]
