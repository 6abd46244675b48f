"""Values by date: where they may stand, what they become, and how they are told."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import capacity
from capacity.scenario.changing import changing
from capacity.scenario.reading import parse_yaml
from capacity.scenario.register import register
from capacity.scenario.schema import language
from capacity.scenario.validation import validate

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, arr: 9_000, churn: CHURN}
  enterprise: {accounts: 5, arr: 90_000, churn: [14%, {2027-02: 9%, 2027-08: 8%}]}
tasks:
  qbr: {role: csm, every: quarter, hours: HOURS}
  call:
    role: csm
    rate: {smb: {2027-02: 2 per month, 2027-09: 1 per month}, default: 1 per year}
    steps:
      talk: {2027-02: 1h, 2027-05: 2h}
      note: {hours: {2027-02: 5m, 2027-06: 10m}, role: aide}
team:
  csm:
    split: segment
    headcount: {smb: 2, enterprise: 1}
    salary: SALARY
    ramp: [0%, {2027-02: 50%, 2027-03: 60%}]
  aide: {headcount: 1}
"""
HOURS = (
    "{2026-07: 5h, 2027-01: {value: 3h, source: clock}, 2027-07: {low: 1h, likely: 2h, high: 4h}}"
)
SALARY = "{smb: {2027-02: 90_000, 2027-04: 93_000}, default: 99_000}"
SCHEMA = Draft202012Validator(language())


def text(hours=HOURS, churn="8%", salary=SALARY):
    return PLAN.replace("HOURS", hours).replace("CHURN", churn).replace("SALARY", salary)


def read(written=None):
    return validate(parse_yaml(written or text(), "plan.yaml"))


@pytest.fixture
def load(tmp_path):
    def plan(name="plan", **words):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text(**words), encoding="utf-8")
        return capacity.load(path)

    return plan


def day(month, number=1):
    return dt.date(2027, month, number)


def test_a_number_is_the_one_that_holds_when_the_plan_begins():
    hours = read()[0].tasks["qbr"].hours.default
    assert (hours.values, hours.source) == ((3.0,), None)
    assert hours.text == "{2026-07: 5h, 2027-01: 3h, 2027-07: {low: 1h, likely: 2h, high: 4h}}"
    assert [(since, one.source) for since, one in hours.series] == [
        (dt.date(2026, 7, 1), None), (day(1), "clock"), (day(7), None),
    ]  # fmt: skip
    assert [(since, one.values) for since, one in hours.later] == [(day(7), (1.0, 2.0, 4.0))]


@pytest.mark.parametrize(
    ("on", "values"),
    [
        (None, (3.0,)),
        (day(2), (3.0,)),
        (day(6, 30), (3.0,)),
        (day(7), (1.0, 2.0, 4.0)),
        (day(12), (1.0, 2.0, 4.0)),
    ],
)
def test_each_value_holds_from_its_date_on(on, values):
    assert read()[0].tasks["qbr"].hours.default.on(on).values == values


def test_dates_stand_wherever_a_number_does():
    found = {".".join(map(str, path)): len(number.series) for path, number in changing(read()[0])}
    assert found == {
        "segments.enterprise.churn.1": 2,
        "tasks.qbr.hours": 3,
        "tasks.call.rate.smb": 2,
        "tasks.call.steps.talk": 2,
        "tasks.call.steps.note": 2,
        "team.csm.salary.smb": 2,
        "team.csm.ramp.1": 2,
    }


def test_shapes_of_churn_may_be_given_by_date_and_say_that_they_speak_of_the_start():
    sbg = "{sbg: {alpha: {2027-02: 0.7, 2027-06: 0.8}, beta: 1.2}}"
    plan, warnings = read(text(churn=sbg))
    assert plan.segments["smb"].sbg.alpha.values == (0.7,)
    (warning,) = warnings
    assert (str(warning.place), warning.path) == ("plan.yaml:4:49", "segments.smb.churn.sbg.alpha")
    assert "the value of 2027-06 never applies" in warning.text


def test_a_shape_is_above_0_at_all_times():
    with pytest.raises(capacity.InputError, match="0 is not above 0"):
        read(text(churn="{sbg: {alpha: {2027-02: 0.7, 2027-06: 0}, beta: 1.2}}"))


def test_a_date_after_the_last_period_is_doubted():
    """The last month begins in January: what changes within it never applies."""
    for last, doubted in (("2028-01", False), ("2028-01-02", True), ("2028-02", True)):
        _, warnings = read(text(hours=f"{{2027-02: 3h, {last}: 2h}}"))
        assert [w.path for w in warnings] == [f"tasks.qbr.hours.{last}"] * doubted
        assert ["never applies" in w.text for w in warnings] == [True] * doubted


@pytest.mark.parametrize(
    "week", ["{2027-02: 30, 2027-07: 40}", "{low: 30, likely: 35, high: 40}", "{EMEA: 30}"]
)
def test_a_day_of_no_one_length_is_refused_where_it_is_written(week):
    plan = text(hours="{2027-02: 0.5d, 2027-07: 3h}").replace(
        "salary", f"hours_per_week: {week}\n    salary"
    )
    with pytest.raises(capacity.InputError) as caught:
        read(plan)
    said = [m for m in caught.value.mistakes if m.path == "tasks.qbr.hours.2027-02"]
    assert ["a day of csm is not one length" in m.text for m in said] == [True]


def test_all_mistakes_of_a_series_are_told_with_their_places():
    with pytest.raises(capacity.InputError) as caught:
        read(text(hours="{2027-02: x, 2027-13: 2h, 2027-07: {low: 2h, likely: 1h, high: 3h}}"))
    said = [str(mistake) for mistake in caught.value.mistakes]
    assert [one.split(": ")[:2] for one in said] == [
        ["plan.yaml:7:53", "tasks.qbr.hours.2027-02"],
        ["plan.yaml:7:65", "tasks.qbr.hours.2027-13"],
        ["plan.yaml:7:78", "tasks.qbr.hours.2027-07"],
    ]


# --- settings without a range --------------------------------------------------------------------

SETTINGS = {
    "every": ("quarter", "2 weeks", "month"),
    "priority": (3, 1, 2),
    "defer": ("0 months", "6 weeks", "1 month"),
    "weight": (1, 2.5, 0),
}


def series_of(setting):
    """The days and values of a setting, as written."""
    return [(f"{day:%Y-%m}", str(value)) for day, value in setting.series]


def dated(setting, name="2027-02"):
    first, later, _ = SETTINGS[setting]
    return f"{{{name}: {first}, 2027-07: {{value: {later}, source: us}}}}"


def with_setting(setting, value, **words):
    written = text(**words).replace("every: quarter, ", "")
    rhythm = "" if setting == "every" else "every: quarter, "
    return written.replace("qbr: {role: csm, ", f"qbr: {{role: csm, {rhythm}{setting}: {value}, ")


@pytest.fixture
def load_with(tmp_path):
    def plan(setting, value, name="plan"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(with_setting(setting, value), encoding="utf-8")
        return capacity.load(path)

    return plan


def found(plan, setting, segment="smb"):
    value = getattr(plan.tasks["qbr"], setting)
    return value.of(segment) if setting != "weight" else value


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_has_no_range_may_change(load_with, setting):
    plan = load_with(setting, dated(setting, name="2026-05"))
    value = found(plan.plan, setting)
    assert [day.isoformat() for day, _ in value.series] == ["2026-05-01", "2027-07-01"]
    assert value.on(None) == value.on(value.series[0][0]) == value.value == value.series[0][1]
    assert value.on(value.series[1][0]) == value.versions[1] != value.value
    rows = {a.path: a for a in register(plan.plan, plan.marked)}
    told = [rows[f"tasks.qbr.{setting}.{day}"] for day in ("2026-05", "2027-07")]
    assert [(row.source, row.wants_source, row.place.line) for row in told] == [
        (None, True, 7),
        ("us", True, 7),
    ]
    assert f"tasks.qbr.{setting}" not in rows
    assert ("tasks", "qbr", setting) in [path for path, _ in changing(plan.plan)]


@pytest.mark.parametrize("setting", ["every", "priority", "defer"])
def test_dates_stand_within_a_segment(load_with, setting):
    *_, last = SETTINGS[setting]
    plan = load_with(setting, f"{{smb: {dated(setting)}, default: {last}}}").plan
    assert len(found(plan, setting).series) == 2
    assert not found(plan, setting, "enterprise").series


@pytest.mark.parametrize("setting", SETTINGS)
def test_its_differences_are_told_once(load_with, setting):
    first, later, last = SETTINGS[setting]
    plain, alike = load_with(setting, first), load_with(setting, f"{{2026-01: {first}}}", "alike")
    held = load_with(setting, f"{{2027-02: {first}, 2027-07: {first}}}", "held")
    other = load_with(setting, f"{{2027-02: {first}, 2027-07: {later}}}", "other")
    assert plain.diff(alike) == plain.diff(held) == held.diff(plain) == []
    (difference,) = plain.diff(other)
    said = f"tasks.qbr.{setting}: {first} -> {{2027-02: {first}, 2027-07: {later}}}"
    assert str(difference).startswith(said)
    (again,) = other.diff(other.with_({f"tasks.qbr.{setting}.2027-07": str(last)}))
    assert again.path == f"tasks.qbr.{setting}"


@pytest.mark.parametrize("setting", SETTINGS)
def test_it_is_set_by_its_date_and_replaced_whole(load_with, tmp_path, setting):
    first, _, last = SETTINGS[setting]
    plan = load_with(setting, dated(setting))
    more = plan.with_({f"tasks.qbr.{setting}.2027-05": str(last)}).plan
    assert [day.month for day, _ in found(more, setting).series] == [2, 5, 7]
    over = tmp_path / "over.yaml"
    change = f"{{tasks: {{qbr: {{{setting}: {{2027-02: {last}, 2027-03: {first}}}}}}}}}"
    over.write_text(f"extends: plan.yaml\nchanges:\n  - {{name: it, set: {change}}}\n")
    assert [day.month for day, _ in found(capacity.load(over).plan, setting).series] == [2, 3]


@pytest.mark.parametrize("setting", SETTINGS)
def test_it_is_written_and_read_again_and_known_to_the_schema(load_with, tmp_path, setting):
    plan = load_with(setting, dated(setting))
    again = Path(tmp_path, "again.yaml")
    again.write_text(plan.to_yaml(), encoding="utf-8")
    assert capacity.load(again).plan == plan.plan
    for value, fits in ((dated(setting), True), ("{2027-02: soon}", False)):
        data = yaml.load(with_setting(setting, value), Loader=yaml.BaseLoader)
        numbers = setting in ("priority", "weight") and fits
        if numbers:
            first, later, _ = SETTINGS[setting]
            series = {"2027-02": first, "2027-07": {"value": later, "source": "us"}}
            data["tasks"]["qbr"][setting] = series
        errors = [e for e in SCHEMA.iter_errors(data) if "qbr" in e.absolute_path]
        assert (errors == []) == fits, errors


# --- the register, differences, variants, files --------------------------------------------------


def test_each_value_is_an_assumption_with_its_source_and_place(load):
    scenario = load()
    rows = {a.path: a for a in register(scenario.plan, scenario.marked)}
    found = {
        path: (a.value, a.source, a.evidence, a.place.line, a.wants_source)
        for path, a in rows.items()
        if path.startswith(("tasks.qbr.hours", "team.csm.salary", "segments.enterprise.churn"))
    }
    assert found == {
        "segments.enterprise.churn.0": ("14%", None, None, 5, True),
        "segments.enterprise.churn.1.2027-02": ("9%", None, None, 5, True),
        "segments.enterprise.churn.1.2027-08": ("8%", None, None, 5, True),
        "tasks.qbr.hours.2026-07": ("5h", None, None, 7, True),
        "tasks.qbr.hours.2027-01": ("3h", "clock", None, 7, True),
        "tasks.qbr.hours.2027-07":
            ("{low: 1h, likely: 2h, high: 4h}", None, None, 7, True),
        "team.csm.salary.smb.2027-02": ("90_000", None, None, 18, True),
        "team.csm.salary.smb.2027-04": ("93_000", None, None, 18, True),
        "team.csm.salary.default": ("99_000", None, None, 18, True),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3h", "{2026-01: 3h}"),
        ("3h", "{2026-01: 3h, 2027-09: {value: 180m}}"),
        ("{2027-02: 3h, 2027-07: 2h}", "{2026-01: 9h, 2027-01-05: 3h, 2027-07-01: 2.0}"),
        ("{2027-02: 3h, 2027-07: 2h}", "{2027-02: 3h, 2027-04: 3h, 2027-07: 2h, 2027-08: 120m}"),
    ],
)
def test_the_same_at_all_times_is_no_difference(load, one, other):
    plan, second = load(hours=one), load("other", hours=other)
    assert plan.diff(second) == second.diff(plan) == []


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("3h", "{2027-02: 3h, 2027-07: 2h}", "3h -> {2027-02: 3h, 2027-07: 2h}"),
        ("{2027-02: 3h, 2027-07: 2h}", "{2027-02: 3h, 2027-08: 2h}",
         "{2027-02: 3h, 2027-07: 2h} -> {2027-02: 3h, 2027-08: 2h}"),
        ("{2027-02: 3h, 2027-07: {value: 2h, source: us}}", "{2027-02: 3h, 2027-07: 2h}",
         "{2027-02: 3h, 2027-07: 2h}; source: –, us -> –"),
    ],
)  # fmt: skip
def test_a_series_differs_as_one_number(load, one, other, said):
    (difference,) = load(hours=one).diff(load("other", hours=other))
    assert str(difference).split("  (")[0] == f"tasks.qbr.hours: {said}"


def test_a_series_is_replaced_whole_by_a_change(load, tmp_path):
    load()
    changes = {
        "{2027-02: 1h, 2027-03: 2h}": [1.0, 2.0],
        "4h": [],
        "{smb: {2027-02: 7h, 2027-03: 8h}, default: 1h}": [7.0, 8.0],
    }
    for change, series in changes.items():
        over = tmp_path / "over.yaml"
        over.write_text(
            "extends: plan.yaml\nchanges:\n"
            f"  - {{name: it, set: {{tasks: {{qbr: {{hours: {change}}}}}}}}}\n"
        )
        hours = capacity.load(over).plan.tasks["qbr"].hours.of("smb")
        assert [one.values[0] for _, one in hours.series] == series


def test_one_value_may_be_set_from_outside(load):
    plan = load(hours="{2027-02: 3h, 2027-07: 2h}")
    found = plan.with_({"tasks.qbr.hours.2027-07": "1h", "tasks.qbr.hours.2027-05": "30m"})
    hours = found.plan.tasks["qbr"].hours.default
    assert [(since.month, one.values[0]) for since, one in hours.series] == [
        (2, 3),
        (5, 0.5),
        (7, 1),
    ]
    text = "tasks.qbr.hours holds no settings"
    with pytest.raises(capacity.InputError, match=text):
        load("other", hours="3h").with_({"tasks.qbr.hours.2027-07": "1h"})


def test_another_start_must_still_be_covered(load):
    plan = load(hours="{2027-02: 3h, 2027-07: 2h}", salary="1")
    with pytest.raises(capacity.InputError, match="2027-02 lies after 2027-01-01"):
        plan.with_({"horizon.start": "2027-01"})


def test_it_is_written_as_a_planner_would_and_read_again(load, tmp_path):
    plan = load(hours="{2027-02: 1.5, 2027-07: {value: 0.25, source: us}}")
    again = Path(tmp_path, "again.yaml")
    again.write_text(plan.to_yaml(), encoding="utf-8")
    hours = yaml.load(plan.to_yaml(), Loader=yaml.BaseLoader)["tasks"]["qbr"]["hours"]
    assert hours == {"2027-02": "1h30m", "2027-07": {"value": "15m", "source": "us"}}
    assert capacity.load(again).plan == plan.plan


@pytest.mark.parametrize(
    ("hours", "fits"),
    [
        (HOURS, True),
        ("{2027-02: 3h, 2027-07-15: {mean: 3h, sd: 1h, note: guess}}", True),
        ("{smb: {2027-02: 3h, 2027-07: 2h}, default: 1h}", True),
        ("{2027-02: 3h, 2027-7: 2h}", False),
        ("{2027-02: 3h, 2027-07-32: 2h}", False),
        ("{2027-02: 3h, smb: 2h}", False),
        ("{2027-02: {2027-03: 3h}}", False),
        ("{2027-02: soon}", False),
    ],
)
def test_the_schema_knows_dates(hours, fits):
    data = json.loads(json.dumps(yaml.load(text(hours=hours), Loader=yaml.BaseLoader)))
    for segment in data["segments"].values():
        segment["accounts"] = int(segment["accounts"])
    data["horizon"]["months"] = 12
    errors = list(SCHEMA.iter_errors(data))
    assert ([e for e in errors if "qbr" in e.absolute_path] == []) == fits, errors
