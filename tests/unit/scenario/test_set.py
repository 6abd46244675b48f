"""Settings changed from outside of the file."""

from __future__ import annotations

import pytest

import capacity

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10}
tasks:
  qbr: {role: csm, every: quarter, aligned: start, hours: 1h}
  renewal: {role: csm, on: renewal, hours: 5h}
team:
  csm: {headcount: 2}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def refused(file, settings):
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(file, set=settings)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_value_is_set(file):
    assert (
        capacity.load(file, set={"team.csm.headcount": 9}).plan.team["csm"].headcount.default == 9
    )


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2h", (2.0,)),
        ("{low: 1h, likely: 2h, high: 3h}", (1.0, 2.0, 3.0)),
        ("{value: 90m}", (1.5,)),
    ],
)
def test_text_is_read_as_in_the_file(file, text, values):
    plan = capacity.load(file, set={"tasks.qbr.hours": text}).plan
    assert plan.tasks["qbr"].hours.of("smb").values == values


def test_what_was_set_is_remembered_and_the_file_left_alone(file):
    scenario = capacity.load(file, set={"team.csm.headcount": "3"})
    assert scenario.settings == {"team.csm.headcount": "3"}
    assert file.read_text(encoding="utf-8") == PLAN
    assert capacity.load(file).plan.team["csm"].headcount.default == 2


@pytest.mark.parametrize(
    ("trigger", "value"),
    [("rate", "2 per year"), ("on", "renewal"), ("every", "month")],
)
def test_a_trigger_replaces_the_old_one(file, trigger, value):
    settings = {"tasks.renewal." + trigger: value}
    task = capacity.load(file, set=settings).plan.tasks["renewal"]
    assert [t for t in ("every", "on", "rate", "fixed") if getattr(task, t) is not None] == [
        trigger
    ]


def test_what_belonged_to_the_old_trigger_is_a_mistake(file):
    (mistake,) = refused(file, {"tasks.qbr.rate": "2 per year"})
    assert mistake == (
        f"{file}:6:36: tasks.qbr.aligned: belongs to `every`. Leave it out, or change the trigger"
    )


def test_mappings_on_the_way_are_made(file):
    plan = capacity.load(file, set={"team.trainer.headcount": 1, "finance.platform": "60k"}).plan
    assert plan.team["trainer"].headcount.default == 1
    assert plan.finance.platform.values == (60_000.0,)


def test_later_settings_see_earlier_ones(file):
    settings = {"tasks.qbr.steps": "{a: 1h}", "tasks.qbr.steps.b": "2h"}
    task = capacity.load(file, set=settings).plan.tasks["qbr"]
    assert {name: hours.mean for name, (_, hours) in task.steps_of("").items()} == {"a": 1, "b": 2}


@pytest.mark.parametrize("path", ["name.first", "tasks.qbr.hours.low.high", "team..headcount"])
def test_a_path_through_a_value_is_refused(file, path):
    (mistake,) = refused(file, {path: 1})
    assert mistake.startswith(f"set {path}: {path}: ")
    assert "holds no settings" in mistake


def test_a_wrong_value_is_shown_at_the_setting(file):
    (mistake,) = refused(file, {"tasks.qbr.hours": "1:30"})
    assert mistake.startswith("set tasks.qbr.hours: tasks.qbr.hours: '1:30' could be a time of day")


def test_what_is_wrong_inside_of_a_setting_is_shown_at_the_setting(file):
    file.write_text(PLAN.replace("hours: 5h", "hours: {low: 4h, likely: 5h, high: 6h}"))
    (mistake,) = refused(file, {"tasks.renewal.hours": "{low: 1h, likely: x, high: 3h}"})
    assert mistake.startswith("set tasks.renewal.hours: tasks.renewal.hours.likely: 'x' is not")


def test_an_unknown_setting_is_shown_at_the_setting(file):
    (mistake,) = refused(file, {"tasks.qbr.hors": "1h"})
    assert mistake.startswith(
        "set tasks.qbr.hors: tasks.qbr.hors: no such setting. Did you mean `hours`?"
    )


def test_an_unknown_task_lacks_everything(file):
    said = refused(file, {"tasks.qbrr.hours": "1h"})
    assert [m.split(": ", 2)[1:] for m in said] == [
        ["tasks.qbrr", "has no trigger. Write one of every, on, rate, fixed"],
        ["tasks.qbrr.role", "is missing. Write `role:`"],
    ]


@pytest.mark.parametrize("text", ["{low: 1h", "[1, 2", "'open", "1h\nname: other", "\t"])
def test_text_that_is_no_value_is_refused_at_the_setting(file, text):
    (mistake,) = refused(file, {"tasks.qbr.hours": text})
    assert mistake.startswith("set tasks.qbr.hours: ")


def test_what_the_caller_gave_is_left_alone(file):
    """A second setting inside of the first must not write into the caller's own mapping."""
    hours = {"low": "1h", "likely": "2h", "high": "3h"}
    settings = {"tasks.qbr.hours": hours, "tasks.qbr.hours.high": "9h"}
    plan = capacity.load(file, set=settings).plan
    assert plan.tasks["qbr"].hours.of("smb").values == (1, 2, 9)
    assert hours == {"low": "1h", "likely": "2h", "high": "3h"}


def test_a_path_that_is_no_text_is_one_mistake(file):
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(file).with_({3: 4, "team.csm.headcount": 3})
    assert str(caught.value) == "set 3: 3: a path is text. Write one such as tasks.qbr.hours"


@pytest.mark.parametrize("role", ["cms", '"csm"'])
def test_people_for_a_role_that_is_misspelt_are_doubted(file, role: str) -> None:
    (doubt,) = capacity.load(file, set={f"team.{role}.headcount": 9}).warnings
    assert doubt.text == "has people and no work. Did you mean `csm`?"


def test_a_role_without_work_that_is_no_slip_of_another_is_not_doubted(file) -> None:
    assert not capacity.load(file, set={"team.director.headcount": 1}).warnings
