"""What other programs read: the schema of the language, and the register of assumptions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from leavings import ROOT, Finished, contents, read_table

import capacity
from capacity.scenario.reading import parse_bytes

BASE = ROOT / "scenarios" / "base.yaml"
PLAN = """\
name: برنامهٔ سال
horizon: {start: 2027-02, months: 12}
accounts: {file: FILE}
segments:
  smb: {churn: {value: 12%, source: CRM, note: since May, evidence: measured}, addressable: 90%}
tasks:
  call: {role: csm, every: month, hours: 2h, weight: 1}
value: {if_stopped: {churn: 2.0, source: own judgement}}
team:
  csm: {headcount: 1, people: PEOPLE, hires: {2030-01: 1}}
"""
ACCOUNTS = "id,segment,arr,start,renewal\n" + "".join(
    f"id-{i},smb,5000,2026-03-01,2027-03-01\n" for i in range(3)
)


def plan(folder: Path, file: str = "accounts.csv") -> Path:
    folder.mkdir(exist_ok=True)
    text = PLAN.replace("FILE", file).replace(", people: PEOPLE", "")
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    (folder / "accounts.csv").write_text(ACCOUNTS)
    return folder / "plan.yaml"


# --- schema --------------------------------------------------------------------------------------


def test_the_schema_is_printed_and_written_beside_a_new_plan(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    done = run("schema")
    assert (done.code, done.err) == (0, "")
    schema = json.loads(done.out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert run("init", "new", folder=tmp_path).code == 0
    written = tmp_path / "new" / "scenario.yaml"
    first, _, _ = written.read_text("utf-8").partition("\n")
    name = first.removeprefix("# yaml-language-server: $schema=")
    assert (written.parent / name).read_text("utf-8") == done.out
    assert Draft202012Validator(schema).is_valid(parse_bytes(written.read_bytes(), "").data)


# --- the register --------------------------------------------------------------------------------


def by_path(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in rows}


def test_check_writes_every_input_with_its_place_and_source(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    plan(tmp_path)
    done = run("check", "plan.yaml", "--json", "out.json", "--set", "team.csm.headcount=2",
               folder=tmp_path)  # fmt: skip
    assert done.code == 0
    (found,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["scenarios"]
    assert (found["file"], found["name"], found["accounts"]) == ("plan.yaml", "برنامهٔ سال", 3)
    assumed = by_path(found["assumptions"])
    assert assumed["segments.smb.churn"] == {
        "path": "segments.smb.churn",
        "value": "12%",
        "source": "CRM",
        "note": "since May",
        "evidence": "measured",
        "file": "plan.yaml",
        "line": 5,
        "column": 16,
    }
    default = assumed["team.csm.attrition"]
    assert (default["evidence"], default["value"], default["line"]) == ("default", "0%", None)
    derived = assumed["tasks.call.coverage_today.smb"]
    assert (derived["evidence"], derived["value"]) == ("derived", "100.0%")
    changed = assumed["team.csm.headcount"]
    assert (changed["value"], changed["file"]) == ("2", "set team.csm.headcount")
    assert assumed["value.if_stopped.churn"]["source"] == "own judgement"
    assert [w["path"] for w in found["warnings"]] == ["team.csm.hires.2030-01", "segments.smb"]
    assert found["warnings"][0]["line"] == 10
    effects = found["effects"]["smb"]
    assert effects["churn_factor"] == pytest.approx(2.0)
    assert effects["grr"] == pytest.approx(0.88)
    assert effects["grr_without"] == pytest.approx(0.88**1.9)
    for row in found["assumptions"]:
        assert (row["path"] in done.out.replace("\n", "")) or len(row["path"]) > 30


def test_the_register_travels_in_the_manifest_of_a_run(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    checked, ran = tmp_path / "check.json", tmp_path / "run.json"
    assert run("check", BASE, "--json", checked).code == 0
    assert run("run", BASE, "--trials", 0, "--quiet", "--json", ran).code == 0
    (found,) = json.loads(checked.read_text("utf-8"))["scenarios"]
    manifest = read_table(ran).manifest
    assert manifest["assumptions"] == found["assumptions"]
    assert manifest["warnings"] == found["warnings"] == []
    assert len(found["assumptions"]) > 150
    assert all(row["source"] for row in found["assumptions"] if row["evidence"] == "measured")


def written(run: Callable[..., Finished], folder: Path, *command: object) -> dict[str, Any]:
    """The manifest of what a command writes."""
    out = folder / "manifest.json"
    done = run(*command, "--quiet", "--json", out, folder=folder)
    assert done.code == 0, done.err
    found = json.loads(out.read_text("utf-8"))["manifest"]
    assert isinstance(found, dict)
    return found


def checked(run: Callable[..., Finished], folder: Path, *command: object) -> dict[str, Any]:
    """What `check` finds of one plan."""
    assert run("check", *command, "--json", "check.json", folder=folder).code == 0
    (found,) = json.loads((folder / "check.json").read_text("utf-8"))["scenarios"]
    assert isinstance(found, dict)
    return found


def test_the_register_travels_in_every_manifest(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    other = ROOT / "scenarios" / "automate_qbr.yaml"
    longer = ["--set", "horizon.months=36"]
    expected = {name: checked(run, tmp_path, name) for name in (BASE, other)}
    hires = written(run, tmp_path, "plan", BASE, "--trials", 200, "--confidence", "50%")
    assert hires["assumptions"] == expected[BASE]["assumptions"]
    worth = written(run, tmp_path, "roi", BASE, "--trials", 0)
    assert worth["assumptions"] == checked(run, tmp_path, BASE, *longer)["assumptions"]
    compared = written(run, tmp_path, "compare", BASE, other, "--trials", 100)["scenarios"]
    assert [one["assumptions"] for one in compared] == [
        found["assumptions"] for found in expected.values()
    ]
    assert compared[0]["assumptions"] != compared[1]["assumptions"]


def test_warnings_travel_in_every_manifest(run: Callable[..., Finished], tmp_path: Path) -> None:
    file = plan(tmp_path)
    money = "finance: {gross_margin: 80%, discount_rate: 10%}\n"
    hires = "hires: {2041-01: 1}"
    file.write_text(file.read_text("utf-8").replace("hires: {2030-01: 1}", hires) + money, "utf-8")
    paths = ["team.csm.hires.2041-01", "segments.smb"]
    for command in (
        ["plan", file, "--trials", 100, "--confidence", "1%"],
        ["roi", file, "--trials", 0],
        ["run", file, "--trials", 0, "--sweep", "tasks.call.every=month,quarter"],
    ):
        found = written(run, tmp_path, *command)
        assert [w["path"] for w in found["warnings"]] == paths, command


def test_a_sweep_tells_once_what_all_combinations_assume(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    plan(tmp_path)
    file = ["plan.yaml", "--set", "team.csm.hires={}"]
    sweep = ["--trials", 0, "--sweep", "team.csm.headcount=1:2"]
    found = written(run, tmp_path, "run", *file, *sweep)["assumptions"]
    for heads in (1, 2):
        alone = checked(run, tmp_path, *file, "--set", f"team.csm.headcount={heads}")
        own = [
            {key: value for key, value in row.items() if key != "combination"}
            for row in found
            if row.get("combination", {"team.csm.headcount": heads})
            == {"team.csm.headcount": heads}
        ]
        assert by_path(own) == by_path(alone["assumptions"])
        assert len(own) == len(alone["assumptions"])
    several = [row["path"] for row in found if "combination" in row]
    assert several == ["team.csm.headcount"] * 2


def test_several_plans_are_written_in_order(run: Callable[..., Finished], tmp_path: Path) -> None:
    files = [plan(tmp_path / name) for name in ("b", "a")]
    assert run("check", *files, "--json", "out.json", folder=tmp_path).code == 0
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))["scenarios"]
    assert [one["file"] for one in found] == [str(file) for file in files]


def test_a_variant_shows_the_file_in_which_each_value_was_written(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    plan(tmp_path)
    text = "extends: plan.yaml\ntasks: {call: {hours: 3h}}\n"
    change = "changes:\n- {name: more people, set: {team: {csm: {headcount: 2}}}}\n"
    (tmp_path / "more.yaml").write_text(text + change, encoding="utf-8")
    assert run("check", "more.yaml", "--json", "out.json", folder=tmp_path).code == 0
    (found,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["scenarios"]
    places = {
        path: (row["file"], row["line"]) for path, row in by_path(found["assumptions"]).items()
    }
    assert places["segments.smb.churn"] == ("plan.yaml", 5)
    assert places["tasks.call.hours"] == ("more.yaml", 2)
    assert places["team.csm.headcount"] == ("more.yaml", 4)
    changes = [(row["name"], row["file"], row["line"]) for row in found["changes"]]
    assert changes == [("more.yaml", "more.yaml", 1), ("more people", "more.yaml", 4)]


def test_coverage_of_the_past_is_told_for_each_pool(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    plan(tmp_path)
    pools = "{split: region, headcount: {AMER: 1, EMEA: 1}, hires: {}}"
    (tmp_path / "accounts.csv").write_text(
        ACCOUNTS.replace("renewal\n", "renewal,region\n")
        .replace("2027-03-01\n", "2027-03-01,AMER\n", 2)
        .replace("2027-03-01\n", "2027-03-01,EMEA\n")
    )
    setting = f"team.csm={pools}"
    done = run("check", "plan.yaml", "--json", "out.json", "--set", setting, folder=tmp_path)
    assert done.code == 0, done.err
    (found,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["scenarios"]
    derived = [row["path"] for row in found["assumptions"] if row["evidence"] == "derived"]
    assert derived == [f"tasks.call.coverage_today.smb.{pool}" for pool in ("AMER", "EMEA")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "team.csm.headcount=-1"], "team.csm.headcount"),
        (["--strict", "--set", "team.csm.headcount=-1"], "team.csm.headcount"),
        (["--json", "nowhere/out.json"], "there is no folder nowhere"),
        (["--json", "accounts.csv"], "is an input of this run"),
        (["--json", "plan.yaml"], "is an input of this run"),
    ],
)
def test_nothing_is_written_where_there_is_a_mistake(
    run: Callable[..., Finished], tmp_path: Path, arguments: list[str], words: str
) -> None:
    plan(tmp_path)
    before = contents(tmp_path)
    if "--json" not in arguments:
        arguments = [*arguments, "--json", "out.json"]
    done = run("check", "plan.yaml", *arguments, folder=tmp_path)
    assert done.code == 2
    assert words in done.err
    assert contents(tmp_path) == before


def test_a_source_that_is_missed_is_no_mistake_of_the_register(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    plan(tmp_path)
    done = run("check", "plan.yaml", "--strict", "--json", "out.json", folder=tmp_path)
    assert done.code == 2
    assert "has no source" in done.err
    (found,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["scenarios"]
    rows = by_path(found["assumptions"])
    missed = [line.split(": ")[1] for line in done.lines if "has no source. Write {v" in line]
    assert "tasks.call.hours" in missed
    assert [path for path in missed if rows[path]["source"] is not None] == []


# --- files outside of the folder -----------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Callable[[str], Path]:
    """A plan in a folder of its own whose accounts lie beside that folder, named in some way."""

    def make(way: str) -> Path:
        file = plan(tmp_path / "plans")
        target = tmp_path / "accounts.csv"
        shutil.move(file.with_name("accounts.csv"), target)
        name = {"up": "../accounts.csv", "absolute": str(target), "link": "link.csv"}[way]
        if way == "link":
            file.with_name(name).symlink_to(target)
        file.write_text(file.read_text("utf-8").replace("accounts.csv", name), encoding="utf-8")
        return file

    return make


@pytest.mark.parametrize("verb", ["run", "check"])
@pytest.mark.parametrize("way", ["up", "absolute", "link"])
def test_files_lie_inside_unless_more_is_allowed(
    run: Callable[..., Finished], outside: Callable[[str], Path], verb: str, way: str
) -> None:
    file = outside(way)
    done = run(verb, file)
    assert done.code == 2
    assert "lies outside of the scenario's folder" in done.lines[0]
    assert done.lines[0].startswith(f"{file}:3:18: accounts.file: ")
    assert "--allow-outside" in done.lines[0]
    allowed = run(verb, file, "--allow-outside", *(["--trials", 0] if verb == "run" else []))
    assert allowed.code == 0, allowed.err


@pytest.mark.parametrize("verb", ["run", "check", "diff", "sweep"])
def test_extended_files_lie_inside_unless_more_is_allowed(
    run: Callable[..., Finished], tmp_path: Path, verb: str
) -> None:
    """A base in another folder brings its own accounts along."""
    plan(tmp_path / "bases")
    (tmp_path / "own").mkdir()
    file = tmp_path / "own" / "plan.yaml"
    file.write_text("extends: ../bases/plan.yaml\nname: Mine\n", encoding="utf-8")
    command = {
        "run": ["run", file, "--trials", 0],
        "check": ["check", file],
        "diff": ["diff", file, file],
        "sweep": ["run", file, "--trials", 0, "--sweep", "team.csm.headcount=1:2"],
    }[verb]
    done = run(*command)
    assert done.code == 2
    assert done.lines[0].startswith(f"{file}:1:10: extends: ../bases/plan.yaml lies outside of")
    allowed = run(*command, "--allow-outside")
    assert allowed.code == 0, allowed.err


def test_what_was_allowed_stays_allowed(outside: Callable[[str], Path], tmp_path: Path) -> None:
    scenario = capacity.load(outside("up"), allow_outside=True)
    shutil.copy(tmp_path / "accounts.csv", tmp_path / "others.csv")
    other = scenario.with_({"accounts.file": "../others.csv"})
    assert str(tmp_path / "plans" / ".." / "others.csv") in other.files
    assert other.with_({"accounts.file": "../accounts.csv"}).allow_outside
