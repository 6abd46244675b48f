"""What a change replaces, and what it leaves: by the schema, not by the look of a mapping."""

from __future__ import annotations

import pytest

import capacity
from capacity.scenario.merging import merge
from capacity.scenario.reading import parse_yaml

BASE = """\
name: Base
horizon: {start: 2027-02, months: 12}
segments:
  smb:
    accounts: 10
    arr: 12_000
    churn: {low: 4%, likely: 6%, high: 9%, source: renewals}
    addressable: 50%
  enterprise: {accounts: 5, arr: 90_000, churn: [14%, 9%, 8%], addressable: 50%}
tasks:
  qbr:
    role: csm
    every: {enterprise: quarter, default: 6 months}
    steps: {prepare: 1h, present: {hours: 1h, role: trainer}}
    priority: {enterprise: 1, default: 3}
  call: {role: csm, every: month, hours: 1h, segments: [smb, enterprise]}
value: {if_stopped: {churn: 1.2, fades_over: 6 months, source: own judgement}}
team:
  csm:
    headcount: {value: 2, source: payroll}
    hires: {2027-03: 2, 2027-06: {value: 1, source: budget}}
    ramp: [50%, 80%]
  trainer: {headcount: 1}
  manager: {per: {csm: 8}}
finance: {absorbed: {call: 50%}}
events:
  slump: {probability: 15%, start: 2027-06, months: 9, churn: 1.4, hours: {qbr: 1.5}}
"""


@pytest.fixture
def variant(tmp_path):
    """Load the base with a change, written as YAML."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")

    def load(change, remove=""):
        path = tmp_path / "variant.yaml"
        removed = f"    remove: [{remove}]\n" if remove else ""
        path.write_text(
            "extends: base.yaml\ntasks: {qbr: {weight: 1}}\nchanges:\n"
            f"  - name: it\n{removed}    set: {change}\n",
            encoding="utf-8",
        )
        return capacity.load(path)

    return load


def by_segment(setting):
    """What a setting without dates is for each segment that it names, and for all others."""
    values = {**setting.values, "default": setting.default}
    return {name: found.value for name, found in values.items()}


def refused(load, *change):
    with pytest.raises(capacity.InputError) as caught:
        load(*change)
    return [str(mistake).partition(": ")[2] for mistake in caught.value.mistakes]


def test_settings_that_are_not_named_stay(variant):
    csm = variant("{team: {csm: {headcount: 3}}}").plan.team["csm"]
    assert csm.headcount.default == 3
    assert list(csm.hires.default.values()) == [2, 1]
    assert len(csm.ramp.default) == 2


def test_a_number_is_replaced_whole(variant):
    plan = variant("{segments: {smb: {churn: {value: 7%}}}}").plan
    (churn,) = plan.segments["smb"].churn
    assert (churn.values, churn.source) == ((0.07,), None)


def test_a_part_of_a_number_is_no_number(variant):
    (mistake,) = refused(variant, "{segments: {smb: {churn: {likely: 7%}}}}")
    assert mistake.startswith("segments.smb.churn: low and high missing beside likely.")


def test_a_number_with_its_source_is_replaced_by_one_without(variant):
    scenario = variant("{team: {csm: {headcount: 3}}}")
    assert scenario.marked.written(("team", "csm", "headcount")) == 3


def test_a_list_is_replaced_whole(variant):
    plan = variant("{team: {csm: {ramp: [10%]}}, tasks: {call: {segments: [smb]}}}").plan
    assert [step.values for step in plan.team["csm"].ramp.default] == [(0.1,)]
    assert plan.tasks["call"].segments == ("smb",)


def test_churn_is_one_value_in_all_of_its_forms(variant):
    sbg = "{sbg: {alpha: 0.7, beta: 1.2}}"
    plan = variant(f"{{segments: {{smb: {{churn: {sbg}}}, enterprise: {{churn: 5%}}}}}}").plan
    assert plan.segments["smb"].sbg.beta.values == (1.2,)
    assert plan.segments["enterprise"].churn[0].values == (0.05,)


def test_values_by_segment_merge(variant):
    change = "{tasks: {qbr: {priority: {smb: 4}, every: {enterprise: month}}}}"
    task = variant(change).plan.tasks["qbr"]
    assert by_segment(task.priority) == {"enterprise": 1, "smb": 4, "default": 3}
    assert {name: str(span.value) for name, span in task.every.values.items()} == {
        "enterprise": "1 month"
    }
    assert str(task.every.default.value) == "6 months"


def test_one_value_takes_the_place_of_values_by_segment_and_back(variant):
    task = variant("{tasks: {qbr: {priority: {value: 2, source: plan}}}}").plan.tasks["qbr"]
    assert by_segment(task.priority) == {"default": 2}
    (mistake,) = refused(variant, "{tasks: {call: {hours: {smb: 2h}}}}")
    assert mistake.startswith("tasks.call.hours: says nothing of enterprise.")


def test_values_by_task_merge(variant):
    event = variant("{events: {slump: {hours: {call: 2}}}}").plan.events["slump"]
    assert {name: hours.values for name, hours in event.hours.values.items()} == {
        "qbr": (1.5,),
        "call": (2.0,),
    }
    event = variant("{events: {slump: {hours: {low: 1, likely: 2, high: 3}}}}").plan.events["slump"]
    assert (event.hours.values, event.hours.default.values) == ({}, (1, 2, 3))


def test_counts_by_month_and_role_and_shares_by_task_merge(variant):
    change = "{team: {csm: {hires: {2027-03: 1}}, manager: {per: {trainer: 4}}}, "
    plan = variant(change + "finance: {absorbed: {qbr: 10%}}}").plan
    assert list(plan.team["csm"].hires.default.values()) == [1, 1]
    assert plan.team["manager"].per == {"csm": 8, "trainer": 4}
    assert {name: share.values for name, share in plan.finance.absorbed.items()} == {
        "call": (0.5,),
        "qbr": (0.1,),
    }


def test_hires_by_pool_merge_by_pool_and_month_and_take_the_place_of_hires_by_month():
    def hires(*written):
        base, over = (
            parse_yaml(f"team: {{csm: {{hires: {text}}}}}", "plan.yaml") for text in written
        )
        merge(base, over)
        return base.written(("team", "csm", "hires"))

    assert hires("{AMER: {2027-03: 2}}", "{AMER: {2027-06: 1}, EMEA: {2027-03: 1}}") == {
        "AMER": {"2027-03": 2, "2027-06": 1},
        "EMEA": {"2027-03": 1},
    }
    assert hires("{2027-03: 2}", "{EMEA: {2027-03: 1}}") == {"EMEA": {"2027-03": 1}}
    assert hires("{EMEA: {2027-03: 1}}", "{2027-03: {value: 2, source: x}}") == {
        "2027-03": {"value": 2, "source": "x"}
    }


def test_steps_merge_by_name_and_a_step_by_its_settings(variant):
    change = "{tasks: {qbr: {steps: {present: {hours: 2h}, mail: 15m}}}}"
    steps = variant(change).plan.tasks["qbr"].steps_of("smb")
    assert {name: (role, hours.values) for name, (role, hours) in steps.items()} == {
        "prepare": ("csm", (1.0,)),
        "present": ("trainer", (2.0,)),
        "mail": ("csm", (0.25,)),
    }


def test_hours_alone_take_the_place_of_a_step_with_its_role(variant):
    steps = variant("{tasks: {qbr: {steps: {present: 2h}}}}").plan.tasks["qbr"].steps_of("smb")
    assert steps["present"][0] == "csm"


@pytest.mark.parametrize(
    ("step", "hours"),
    [
        ("{smb: 2h, default: 3h}", (2.0,)),
        ("{low: 1h, likely: 2h, high: 4h}", (1.0, 2.0, 4.0)),
        ("{value: 3h, source: time sheets}", (3.0,)),
    ],
)
def test_hours_in_braces_take_the_place_of_a_step_with_its_role(variant, step, hours):
    change = f"{{tasks: {{qbr: {{steps: {{present: {step}}}}}}}}}"
    role, found = variant(change).plan.tasks["qbr"].steps_of("smb")["present"]
    assert (role, found.values) == ("csm", hours)


def test_steps_by_segment_take_the_place_of_steps_by_name(variant):
    change = "{tasks: {qbr: {steps: {smb: {call: 1h}, default: {meet: 2h}}}}}"
    task = variant(change).plan.tasks["qbr"]
    assert list(task.steps_of("smb")) == ["call"]
    assert list(task.steps_of("enterprise")) == ["meet"]


def test_steps_by_segment_merge_with_steps_by_segment(variant, tmp_path):
    steps = "{smb: {call: 1h}, default: {meet: 2h}}"
    (tmp_path / "base.yaml").write_text(
        BASE.replace("{prepare: 1h, present: {hours: 1h, role: trainer}}", steps)
    )
    path = tmp_path / "deeper.yaml"
    path.write_text(
        "extends: base.yaml\n"
        "tasks: {qbr: {weight: 1, steps: {smb: {mail: 15m}, default: {meet: 3h}}}}\n"
    )
    task = capacity.load(path).plan.tasks["qbr"]
    assert list(task.steps_of("smb")) == ["call", "mail"]
    assert task.steps_of("enterprise")["meet"][1].values == (3.0,)


def test_an_event_and_an_effect_keep_what_is_not_named(variant):
    change = "{events: {slump: {probability: 100%}}, value: {if_stopped: {churn: 1.5}}}"
    plan = variant(change).plan
    assert plan.events["slump"].probability.values == (1.0,)
    assert plan.events["slump"].months == 9
    assert plan.value.if_stopped.source == "own judgement"


@pytest.mark.parametrize("trigger", ["rate: 2 per year", "on: start", "fixed: 3 hours per month"])
def test_a_trigger_replaces_the_old_one(variant, trigger):
    hours = "steps, tasks.qbr.priority" if trigger.startswith("fixed") else "priority"
    task = variant(f"{{tasks: {{qbr: {{{trigger}}}}}}}", f"tasks.qbr.{hours}").plan.tasks["qbr"]
    named = {name for name in ("every", "on", "rate", "fixed") if getattr(task, name) is not None}
    assert named == {trigger.partition(":")[0]}


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ("horizon: {step: week, weeks: 40}", ("horizon", "months")),
        ("tasks: {qbr: {hours: 2h}}", ("tasks", "qbr", "steps")),
        ("tasks: {qbr: {fixed: 3 hours per month}}", ("tasks", "qbr", "steps")),
        ("team: {csm: {headcount: 5}}", ("team", "csm", "people")),
        ("team: {csm: {per: {trainer: 2}}}", ("team", "csm", "people")),
        ("segments: {smb: {new_accounts: {by_month: {2027-03: 2}}}}",
         ("segments", "smb", "new_accounts", "per_year")),
    ],
)  # fmt: skip
def test_of_settings_that_exclude_each_other_the_new_one_stays(change, gone):
    base = parse_yaml(
        "horizon: {start: 2027-01, months: 12}\n"
        "segments: {smb: {new_accounts: {per_year: 5}}}\n"
        "tasks: {qbr: {role: csm, every: quarter, steps: {prepare: 1h}}}\n"
        "team: {csm: {people: roster.csv}}\n",
        "base.yaml",
    )
    merge(base, parse_yaml(change, "change.yaml"))
    around = base.written(gone[:-1])
    assert gone[-1] not in around
    assert gone not in base.keys


def test_two_new_triggers_are_a_mistake(variant):
    (mistake,) = refused(variant, "{tasks: {call: {rate: 2 per year, on: start}}}")
    assert mistake.startswith("tasks.call.rate: a second trigger beside `on`.")


def test_what_is_removed_first_can_be_written_anew(variant):
    hires = variant("{team: {csm: {hires: {2027-09: 4}}}}", "team.csm.hires").plan.team["csm"].hires
    assert list(hires.default.values()) == [4]


def test_a_whole_task_can_be_removed(variant):
    scenario = variant("{team: {csm: {headcount: 3}}}", "tasks.call, finance.absorbed")
    assert list(scenario.plan.tasks) == ["qbr"]


def test_new_names_come_behind_and_old_ones_keep_their_place(variant):
    change = "{tasks: {mail: {role: csm, every: month, hours: 1h}, qbr: {priority: 2}}}"
    assert list(variant(change).plan.tasks) == ["qbr", "call", "mail"]


def test_a_setting_from_outside_merges_like_a_change(variant):
    settings = {"team.csm.hires": {"2027-03": 1}, "tasks.qbr.priority": "{smb: 4}"}
    loaded = variant("{team: {csm: {headcount: 2}}}").with_(settings)
    assert list(loaded.plan.team["csm"].hires.default.values()) == [1, 1]
    found = by_segment(loaded.plan.tasks["qbr"].priority)
    assert found == {"enterprise": 1, "smb": 4, "default": 3}


def test_a_path_from_outside_may_lead_into_a_number(variant):
    loaded = variant("{team: {csm: {headcount: 2}}}").with_({"segments.smb.churn.high": "12%"})
    (churn,) = loaded.plan.segments["smb"].churn
    assert (churn.values, churn.source) == ((0.04, 0.06, 0.12), "renewals")


@pytest.mark.parametrize(
    ("change", "length"),
    [
        ("{horizon: {step: week, weeks: 26}}", (None, 26)),
        ("{horizon: {months: 6}}", (6, None)),
        ("{horizon: {step: week, months: 6}}", (6, None)),
    ],
)
def test_another_length_takes_the_place_of_the_old_one(variant, change, length):
    horizon = variant(change).plan.horizon
    assert (horizon.months, horizon.weeks) == length


def test_lengths_set_from_outside_take_turns(variant):
    plan = variant("{horizon: {step: week}}").with_({"horizon.weeks": 52})
    assert (plan.plan.horizon.months, plan.plan.horizon.weeks) == (None, 52)
    assert plan.with_({"horizon.months": 6}).plan.horizon.weeks is None
