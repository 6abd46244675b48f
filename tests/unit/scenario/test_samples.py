"""Numbers that are real observations: what is read, what is said of it, and what stays written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

import capacity
from capacity.assumptions import assumptions
from capacity.engine.layout import build_layout
from capacity.estimates import Form
from capacity.scenario.reading import parse_yaml
from capacity.scenario.schema import language
from capacity.scenario.validation import validate

PLAN = """\
name: Observed
{more}
horizon: {{start: 2027-02, months: 12}}
segments:
  smb: {{accounts: 10, arr: {arr}, churn: {churn}}}
tasks:
  qbr: {{role: csm, every: quarter, hours: {hours}}}
team:
  csm: {{headcount: 2, attrition: 20%, time_to_hire: {hire}}}
"""
CSV = "hours,share,hire,arr\n1h30m,8%,1 month,95_000\n2,0.1,6 weeks,1.2M\n45m,0,2 months,500\n"


def write(folder, csv=CSV, name="observed.csv", **settings):
    (folder / name).write_text(csv, encoding="utf-8")
    given = {"arr": "12_000", "churn": "10%", "hours": "1h", "hire": "2 months", "more": ""}
    (folder / "plan.yaml").write_text(PLAN.format(**given | settings), encoding="utf-8")
    return folder / "plan.yaml"


def column(name, file="observed.csv"):
    return f"{{samples: {file}, column: {name}}}"


def mistakes(path, **keys):
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(path, **keys)
    return [str(m).replace(f"{path.parent}/", "") for m in caught.value.mistakes]


def test_cells_are_read_in_the_unit_of_their_place(tmp_path):
    path = write(
        tmp_path,
        hours=column("hours"),
        churn=column("share"),
        arr=column("arr"),
        hire=column("hire"),
    )
    plan = capacity.load(path).plan
    weeks = 42 / (365.25 / 12)
    assert plan.tasks["qbr"].hours.default.values == (0.75, 1.5, 2)
    assert plan.segments["smb"].churn[0].values == (0, 0.08, 0.1)
    assert plan.segments["smb"].arr.values == (500, 95_000, 1_200_000)
    assert plan.team["csm"].time_to_hire.default.values == pytest.approx((1, weeks, 2))
    assert plan.tasks["qbr"].hours.default.form is Form.SAMPLES


def test_money_of_another_currency_may_be_written_as_in_the_plan(tmp_path):
    csv = "arr\n50k EUR\n1.5M\n82_000 EUR\n-1\n"
    path = write(tmp_path, csv.replace("-1", "7.000 EUR"), arr=column("arr"), more="fx: {EUR: 2}")
    (said,) = mistakes(path)
    assert said == "observed.csv:5: arr: '7.000 EUR' may mean thousands. Write 7000 EUR"
    path = write(tmp_path, csv.replace("-1", "7"), arr=column("arr"), more="fx: {EUR: 2}")
    assert capacity.load(path).plan.segments["smb"].arr.values == (7, 100e3, 164e3, 1.5e6)


@pytest.mark.parametrize(("csv", "fits"), [("hours\n1h\n2h\n", True), (CSV, False)])
def test_the_column_may_be_left_out_where_there_is_one(tmp_path, csv, fits):
    """The schema lets it be left out; whether the file has several, only the loader sees."""
    path = write(tmp_path, csv, hours="{samples: observed.csv}")
    validator = Draft202012Validator(json.loads(json.dumps(language())))
    assert validator.is_valid(parse_yaml(path.read_text(), "plan.yaml").data)
    if fits:
        assert capacity.load(path).plan.tasks["qbr"].hours.default.values == (1, 2)
    else:
        (said,) = mistakes(path)
        assert "column: missing. " in said


def test_money_is_read_as_other_programs_write_it_and_converted(tmp_path):
    csv = 'arr\n"82,000"\n1.2k\n"EUR 100,000"\n50 EUR\n€7\n'
    path = write(tmp_path, csv, arr=column("arr"), more="fx: {EUR: 2}")
    scenario = capacity.load(path)
    assert scenario.plan.segments["smb"].arr.values == (14, 100, 1200, 82_000, 200_000)
    dear = scenario.with_({"fx.EUR": 3})
    assert dear.plan.segments["smb"].arr.values == (21, 150, 1200, 82_000, 300_000)


def test_the_order_of_the_rows_plays_no_part(tmp_path):
    head, *rows = CSV.splitlines(keepends=True)
    results = []
    for name, lines in (("a", rows), ("b", rows[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        path = write(folder, head + "".join(lines), hours=column("hours"), churn=column("share"))
        results.append(capacity.simulate(capacity.load(path), trials=300))
    for metric, keys in (("due_hours", {"role": "csm"}), ("arr", {})):
        a, b = (result.array(metric, **keys) for result in results)
        np.testing.assert_array_equal(a, b)


def test_a_file_of_one_column_needs_no_name(tmp_path):
    path = write(tmp_path, "whatever\n1h\n3h\n", hours="{samples: observed.csv, source: timer}")
    hours = capacity.load(path).plan.tasks["qbr"].hours.default
    assert (hours.values, hours.source, hours.text) == ((1, 3), "timer", "{samples: observed.csv}")


def test_empty_cells_are_left_out_and_said(tmp_path):
    path = write(tmp_path, "id,hours\na,1h\nb,\nc,3h\nd, \n", hours=column("hours"))
    scenario = capacity.load(path)
    assert scenario.plan.tasks["qbr"].hours.default.values == (1, 3)
    (warning,) = scenario.warnings
    assert str(warning) == (
        f"{tmp_path}/observed.csv:3: hours: is empty (2 of 4 cells are): left out"
    )
    assert scenario.with_({"team.csm.headcount": 3}).warnings == scenario.warnings


def test_every_bad_row_is_named_and_the_rest_of_the_plan_too(tmp_path):
    csv = "id,hours\n" + "".join(f"{i},{'much' if i % 2 else '1h'}\n" for i in range(40))
    found = mistakes(write(tmp_path, csv, hours=column("hours"), churn="110%"))
    assert len(found) == 12
    assert found[0].startswith("observed.csv:3: hours: 'much' is not a number of hours")
    assert found[10] == "observed.csv:23: hours: the same in 10 more rows"
    assert found[11].startswith("plan.yaml:5:43: segments.smb.churn: 110%")


def test_cells_obey_the_bounds_of_their_place(tmp_path):
    found = mistakes(write(tmp_path, "share\n8%\n120%\n-1%\n", churn=column("share")))
    assert [text.partition(" A share")[0] for text in found] == [
        "observed.csv:3: share: 120% is outside of its range.",
        "observed.csv:4: share: -1% is outside of its range.",
    ]


def test_numbers_inside_of_lists_and_shapes_may_be_observations(tmp_path):
    path = write(tmp_path, churn=f"[8%, {column('share')}]")
    assert capacity.load(path).plan.segments["smb"].churn[1].values == (0, 0.08, 0.1)
    path = write(
        tmp_path, churn=f"{{sbg: {{alpha: {column('hours')}, beta: 2}}}}", csv="hours\n0.5\n0.7\n"
    )
    assert capacity.load(path).plan.segments["smb"].churn.alpha.values == (0.5, 0.7)
    path = write(
        tmp_path, churn=f"{{sbg: {{alpha: {column('hours')}, beta: 2}}}}", csv="hours\n0\n0.7\n"
    )
    assert "alpha: 0 is not above 0" in mistakes(path)[0]


def test_things_called_like_the_form_stay_what_they_are(tmp_path):
    path = write(
        tmp_path, more="events: {samples: {probability: 0, start: 2027-03, months: 1}}", hours="1h"
    )
    assert list(capacity.load(path).plan.events) == ["samples"]


def test_each_file_is_in_the_manifest_by_what_it_holds(tmp_path):
    scenario = capacity.load(write(tmp_path, hours=column("hours")))
    sha = hashlib.sha256(CSV.encode()).hexdigest()
    assert scenario.files[str(tmp_path / "observed.csv")] == sha
    assert capacity.simulate(scenario, trials=0).manifest["files"] == dict(scenario.files)
    without = scenario.with_({"tasks.qbr.hours": "1h"})
    assert list(without.files) == [str(tmp_path / "plan.yaml")]


def test_files_are_not_read_again_for_other_settings(tmp_path):
    scenario = capacity.load(write(tmp_path, hours=column("hours")))
    (tmp_path / "observed.csv").unlink()
    again = scenario.with_({"team.csm.headcount": 3})
    assert again.plan.tasks == scenario.plan.tasks
    assert again.files == scenario.files
    with pytest.raises(capacity.InputError, match="no such file"):
        scenario.with_({"tasks.qbr.hours.column": "arr"})


def test_files_are_named_from_where_the_setting_is_written(tmp_path):
    (tmp_path / "bases").mkdir()
    write(tmp_path / "bases", hours=column("hours"))
    variant = tmp_path / "variant.yaml"
    variant.write_text("extends: bases/plan.yaml\nname: Variant\nteam: {csm: {headcount: 3}}\n")
    scenario = capacity.load(variant)
    assert scenario.plan.tasks["qbr"].hours.default.values == (0.75, 1.5, 2)
    assert "hours: {samples: bases/observed.csv, column: hours}" in scenario.to_yaml()
    whole = tmp_path / "whole.yaml"
    whole.write_text(scenario.to_yaml())
    assert capacity.load(whole).plan == scenario.plan


def test_files_stay_in_the_folder_unless_more_is_allowed(tmp_path):
    folder = tmp_path / "plans"
    folder.mkdir()
    (tmp_path / "observed.csv").write_text(CSV)
    path = write(folder, hours=column("hours", "../observed.csv"))
    assert "lies outside of the scenario's folder" in mistakes(path)[0]
    allowed = capacity.load(path, allow_outside=True)
    assert allowed.with_({"team.csm.headcount": 3}).plan.tasks == allowed.plan.tasks


def test_a_difference_is_one_of_content(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    other = CSV.replace("45m", "50m")
    for folder, csv in ((old, CSV), (new, other)):
        folder.mkdir()
        write(folder, csv, hours=column("hours"))
    a, b = (capacity.load(folder / "plan.yaml") for folder in (old, new))
    (found,) = a.diff(b)
    shas = [hashlib.sha256(csv.encode()).hexdigest()[:8] for csv in (CSV, other)]
    assert found.path == "tasks.qbr.hours"
    assert [found.old, found.new] == [
        f"{{samples: observed.csv, column: hours}} (SHA-256 {sha})" for sha in shas
    ]
    (new / "copy.csv").write_text("hours\n2h\n90m\n0.75\n")
    same = b.with_({"tasks.qbr.hours": column("hours", "copy.csv")})
    assert a.diff(same) == []


def test_the_register_shows_what_was_written(tmp_path):
    path = write(
        tmp_path, hours="{samples: observed.csv, column: hours, source: timer, evidence: measured}"
    )
    found = {a.path: a for a in assumptions(build_layout(capacity.load(path)))}["tasks.qbr.hours"]
    assert found.value == "{samples: observed.csv, column: hours}"
    assert (found.source, found.evidence) == ("timer", "measured")


def test_a_change_replaces_the_whole_number(tmp_path):
    write(tmp_path, hours="{low: 1h, likely: 2h, high: 3h, source: guess}")
    variant = tmp_path / "variant.yaml"
    variant.write_text(
        f"extends: plan.yaml\nname: V\ntasks: {{qbr: {{hours: {column('hours')}}}}}\n"
    )
    hours = capacity.load(variant).plan.tasks["qbr"].hours.default
    assert (hours.form, hours.source) == (Form.SAMPLES, None)


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_other_kinds_of_files_give_the_same_numbers(tmp_path, kind):
    table = pd.DataFrame({"id": ["a", "b", "c"], "hours": [2.0, 0.75, 1.5]})
    getattr(table, {"parquet": "to_parquet", "xlsx": "to_excel"}[kind])(
        tmp_path / f"hours.{kind}", index=False
    )
    path = write(tmp_path, hours=column("hours", f"hours.{kind}"))
    assert capacity.load(path).plan.tasks["qbr"].hours.default.values == (0.75, 1.5, 2)
    table["hours"] = [2.0, -1.0, float("nan")]
    getattr(table, {"parquet": "to_parquet", "xlsx": "to_excel"}[kind])(
        tmp_path / f"hours.{kind}", index=False
    )
    (found,) = mistakes(path)
    where = "row 2" if kind == "parquet" else "row 3"
    assert found.startswith(f"hours.{kind}: {where}: hours: -1")


def test_too_many_rows_and_bytes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("capacity.book.observations.MOST", 5)
    path = write(tmp_path, "hours\n" + "1h\n" * 6, hours=column("hours"))
    assert mistakes(path) == ["observed.csv:1: has 6 rows. Keep at most 5 observations"]
    monkeypatch.setattr("capacity.book.observations.MOST_OBSERVED", 10)
    assert mistakes(path) == ["observed.csv: is too large. Keep at most 10 bytes of observations"]


def test_observations_need_a_file_of_a_scenario(tmp_path):
    text = Path(write(tmp_path, hours=column("hours"))).read_text()
    with pytest.raises(capacity.InputError, match=r"tasks\.qbr\.hours\.samples: files are read"):
        validate(parse_yaml(text, "plan.yaml"))
