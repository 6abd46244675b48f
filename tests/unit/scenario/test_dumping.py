"""`to_yaml`: what a planner would write, and every text as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import capacity
from capacity import units
from capacity.quantities import write_quantity
from capacity.scenario.dumping import as_yaml, dump
from capacity.scenario.parts import BySegment
from capacity.scenario.reading import parse_yaml

ROOT = Path(__file__).resolve().parents[3]
PLAN = """\
team:
  csm: {headcount: {source: payroll, value: 2}, attrition: 0.15, hires: {2027-03: 1},
        time_to_hire: 2 months, hours_per_week: 37.5, salary: 95000, ramp: [0.25, 50%]}
name: A plan
horizon: {months: 12, start: 2027-02}
segments:
  smb: &smb {accounts: 10, arr: {p90: 30000, p10: 8_000, p50: 12_000, note: CRM}, churn: 0.1,
        new_accounts: {per_year: 12}}
  large: {<<: *smb, churn: {sbg: {beta: 1.2, alpha: 0.7, source: fit}}}
tasks:
  qbr: {hours: {smb: 1.5, default: {high: 3, low: 1h, likely: 2}}, role: csm, every: quarter}
  call: {role: csm, rate: 2 per month, steps: {hours: 0.25, role: {hours: 2, role: csm}, value: 1}}
  webinar: {role: csm, fixed: {mean: 20 hours per month, sd: 5 hours per month}}
"""
WRITTEN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb:
    accounts: 10
    arr: {p10: 8_000, p50: 12_000, p90: 30_000, note: CRM}
    churn: 10%
    new_accounts: {per_year: 12 per year}
  large:
    accounts: 10
    arr: {p10: 8_000, p50: 12_000, p90: 30_000, note: CRM}
    churn:
      sbg: {alpha: 0.7, beta: 1.2, source: fit}
    new_accounts: {per_year: 12 per year}
tasks:
  qbr:
    role: csm
    every: quarter
    hours:
      smb: 1h30m
      default: {low: 1h, likely: 2h, high: 3h}
  call:
    role: csm
    rate: 2 per month
    steps:
      hours: 15m
      role: {hours: 2, role: csm}
      value: 1h
  webinar:
    role: csm
    fixed: {mean: 20 hours per month, sd: 5 hours per month}
team:
  csm:
    headcount: {value: 2, source: payroll}
    hires: {2027-03: 1}
    salary: 95_000
    attrition: 15%
    time_to_hire: 2 months
    ramp: [25%, 50%]
    hours_per_week: 37h30m
"""


def load(folder, text, **settings):
    file = folder / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    return capacity.load(file, **settings)


def test_a_plan_is_written_as_a_planner_would(tmp_path):
    scenario = load(tmp_path, PLAN)
    assert scenario.to_yaml() == WRITTEN
    again = load(tmp_path, WRITTEN)
    assert again.plan == scenario.plan
    assert again.to_yaml() == WRITTEN


def test_what_was_set_is_in_and_files_are_named_as_they_were(tmp_path):
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "scenarios" / "accounts.csv", tmp_path / "data" / "own.csv")
    text = (ROOT / "scenarios" / "base.yaml").read_text(encoding="utf-8")
    text = text.replace("{file: accounts.csv}", "{file: data/own.csv}")
    settings = {"team.csm.headcount": 9, "tasks.check_in.rate": "3 per year"}
    scenario = load(tmp_path, text, set=settings)
    again = load(tmp_path, scenario.to_yaml())
    assert again.plan == scenario.plan
    assert again.plan.accounts.file == "data/own.csv"
    assert again.plan.team["csm"].headcount == BySegment({}, 9)
    assert again.plan.tasks["check_in"].every is None
    assert "2027-06" in again.to_yaml()


def test_a_variant_is_written_as_one_file_with_files_named_from_its_folder(tmp_path):
    (tmp_path / "bases" / "data").mkdir(parents=True)
    for name in ("one", "two"):
        (tmp_path / "bases" / "data" / f"{name}.csv").write_text(f"name\n{name}\n")
    (tmp_path / "bases" / "data" / "lead.csv").write_text("name,segment\nAnna,smb\nBo,large\n")
    (tmp_path / "own.csv").write_text("name\nown\n")
    people = "people: {smb: data/one.csv, large: data/two.csv}"
    base = PLAN.replace("headcount: {source: payroll, value: 2}", f"split: segment, {people}")
    base = base.replace("hires: {2027-03: 1}", "hires: {smb: {2027-03: 1}}")
    lead = "  lead: {people: {default: data/lead.csv}, split: segment}\n"
    base = base.replace("name: A plan\n", f"{lead}name: A plan\n")
    (tmp_path / "bases" / "base.yaml").write_text(base)
    text = "extends: bases/base.yaml\nchanges:\n- name: hire\n  set: {team: {csm: "
    scenario = load(tmp_path, text + "{hires: {large: {2027-05: 2}}, people: {large: own.csv}}}}\n",
                    set={"team.csm.attrition": {"smb": 0.1, "default": 0.2}})  # fmt: skip
    written = parse_yaml(scenario.to_yaml(), "plan.yaml").data
    assert not {"extends", "changes"} & set(written)
    csm, lead = written["team"]["csm"], written["team"]["lead"]
    assert csm["people"] == {"smb": "bases/data/one.csv", "large": "own.csv"}
    assert lead["people"] == {"default": "bases/data/lead.csv"}
    assert csm["hires"] == {"smb": {"2027-03": 1}, "large": {"2027-05": 2}}
    again = load(tmp_path, scenario.to_yaml())
    assert again.to_yaml() == scenario.to_yaml()
    assert [r.names for r in again.rosters.values()] == [r.names for r in scenario.rosters.values()]


TEXTS = ["NO", "1:30", "007", "null", "~", "", "yes", "on", "true", "12", "1e3", "-.inf", "95_000"]
TEXTS += ["a # b", "#a", "a: b", "a:", "- a", "? a", "*a", "&a", "!a", "%a", "@a", "`a", "'", '"']
TEXTS += ["{", "[a", "a]", ",", "|", ">", "<<", "=", "---", "...", " a", "a ", "a\nb", "a\n\n b\n"]
SCRIPTS = ["नाम", "برنامهٔ سال", "来年の計画", "Zoë & Søren 🚀", "NO", "1:30", "95_000", "8%"]
TEXTS += ["\n", "a\tb", "x" * 200, "a b " * 60, "\u200f\u202e", "\u0085", *SCRIPTS]


@given(st.text(max_size=30) | st.sampled_from(TEXTS))
@example("\ufeff")
@example("\x00\x07\u2028")
def test_any_text_comes_back_as_it_was_wherever_it_stands(text):
    key = text or "empty"
    data = {
        "name": text,
        "description": text,
        "segments": {key: {"churn": {"value": "8%", "source": text, "note": text}}},
        "tasks": {"a": {"role": text, "segments": [text, "b"], "steps": {key: {"x": text}}}},
    }
    assert parse_yaml(dump(data), "plan.yaml").data == data


@pytest.mark.parametrize("text", SCRIPTS)
def test_names_in_any_script_are_written_as_they_are(text):
    assert f"name: {text}\n" in dump({"name": text, "horizon": {"start": "2027-02"}})


KNOWN_UNITS = {unit.name: unit for unit in vars(units).values() if isinstance(unit, units.Unit)}


@pytest.mark.parametrize("name", KNOWN_UNITS)
@given(data=st.data())
def test_a_quantity_is_read_as_the_value_that_was_written(name, data):
    unit = KNOWN_UNITS[name]
    top = 1200 if unit is units.MONTHS else unit.high
    value = data.draw(st.floats(unit.low, top) | st.integers(0, 2000).map(lambda n: n / 1000))
    text = write_quantity(unit, value)
    if unit is units.HOURS_PER_YEAR:
        assert unit.parse(text) == pytest.approx(value, rel=1e-15)
    else:
        assert unit.parse(text) == value


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (units.HOURS, 1.5, "1h30m"),
        (units.HOURS, 0.75, "45m"),
        (units.HOURS, 40.0, "40h"),
        (units.HOURS, 0.0, "0h"),
        (units.SHARE, 0.08, "8%"),
        (units.SHARE, 0.125, "12.5%"),
        (units.CHANGE, -0.03, "-3%"),
        (units.FACTOR, 1.2, 1.2),
        (units.MONEY, 95_000.0, "95_000"),
        (units.MONEY, 12.5, 12.5),
        (units.MONTHS, 3.0, "3 months"),
        (units.MONTHS, 1.0, "1 month"),
        (units.PER_YEAR, 0.6, "0.6 per year"),
        (units.HOURS_PER_YEAR, 240.0, "20h per month"),
        (units.DAYS, 20.0, 20),
    ],
)
def test_quantities_are_written_as_a_planner_would(unit, value, text):
    assert write_quantity(unit, value) == text


@pytest.mark.parametrize("number", [10**14, 10**15, -(10**15), 10**30])
def test_whole_numbers_of_many_digits_need_no_tag(number):
    text = as_yaml({"number": number})
    assert text == f"{{number: {number}}}\n"
    assert int(str(parse_yaml(text, "plan.yaml").data["number"])) == number
