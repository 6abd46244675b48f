"""What the values of a scenario may look like, and what they become."""

from __future__ import annotations

import pytest

import capacity
from capacity.estimates import Form
from capacity.scenario.parts import BySegment
from capacity.scenario.reading import parse_yaml
from capacity.scenario.validation import validate
from capacity.units import Span

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12, fiscal_year_start: 2}
segments:
  smb: {accounts: 10}
  enterprise: {accounts: 5}
tasks:
  qbr: {role: csm, every: quarter, HOURS}
team:
  csm: {headcount: 2, hours_per_week: 35}
  trainer: {headcount: 1}
"""


def read(text):
    return validate(parse_yaml(text, "plan.yaml"))


def task(setting):
    return read(PLAN.replace("HOURS", setting))[0].tasks["qbr"]


def role(settings):
    text = PLAN.replace("HOURS", "hours: 1h").replace("hours_per_week: 35", settings)
    return read(text)[0].team["csm"]


def refused(text):
    with pytest.raises(capacity.InputError) as caught:
        read(text)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("written", "form", "values"),
    [
        ("3h", Form.FIXED, (3.0,)),
        ("{value: 90m}", Form.FIXED, (1.5,)),
        ("{low: 1h, likely: 2h, high: 4h}", Form.PERT, (1.0, 2.0, 4.0)),
        ("{high: 4h, low: 1h, likely: 2h}", Form.PERT, (1.0, 2.0, 4.0)),
        ("{p10: 1h, p50: 2h, p90: 4h}", Form.QUANTILES, (1.0, 2.0, 4.0)),
        ("{mean: 2h, sd: 30m}", Form.MOMENTS, (2.0, 0.5)),
    ],
)
def test_a_number_takes_four_forms(written, form, values):
    found = task(f"hours: {written}").hours.of("smb")
    assert (found.form, found.values) == (form, values)


def test_a_number_bears_its_source_note_and_evidence():
    found = task("hours: {value: 3h, source: 12 calls, note: rough, evidence: measured}").hours
    estimate = found.of("smb")
    assert estimate.text == "3h"
    assert (estimate.source, estimate.note, estimate.evidence) == ("12 calls", "rough", "measured")


def test_equal_low_and_high_are_allowed():
    assert not task("hours: {low: 1h, likely: 1h, high: 1h}").hours.of("smb").uncertain


def test_a_value_by_segment_falls_back_on_its_default():
    priority = task("hours: 1h, priority: {enterprise: 1, default: 3}").priority
    assert (priority.of("enterprise").value, priority.of("smb").value) == (1, 3)


def test_a_plain_value_holds_for_every_segment():
    assert task("hours: 1h, defer: 1 month").defer.of("smb").value == Span(1.0, "month")


def test_a_map_without_one_of_the_tasks_segments_is_enough_where_the_task_leaves_it_out():
    assert task("hours: {smb: 1h}, segments: smb").hours.of("enterprise") is None


def test_steps_may_differ_by_segment_and_by_role():
    found = task("steps: {smb: {call: 1h}, default: {call: {hours: 2h, role: trainer}, mail: 15m}}")
    assert {k: (r, h.values) for k, (r, h) in found.steps_of("smb").items()} == {
        "call": ("csm", (1.0,))
    }
    assert {k: (r, h.values) for k, (r, h) in found.steps_of("enterprise").items()} == {
        "call": ("trainer", (2.0,)),
        "mail": ("csm", (0.25,)),
    }


def test_the_hours_of_a_step_may_differ_by_segment():
    found = task("steps: {call: {smb: 1h, enterprise: 3h}}")
    assert found.steps_of("enterprise")["call"][1].values == (3.0,)


@pytest.mark.parametrize(
    ("setting", "hours"),
    [
        ("hours: 0.5d", 3.5),
        ("hours: 1d1h", 8.0),
        ("hours: {value: 1d}", 7.0),
        ("hours: {smb: 2d, enterprise: 1d}", 14.0),
    ],
)
def test_a_day_is_a_fifth_of_the_roles_week(setting, hours):
    assert task(setting).hours.of("smb").values == pytest.approx((hours,))


def test_a_day_follows_from_a_week_that_bears_its_source():
    text = PLAN.replace("hours_per_week: 35", "hours_per_week: {value: 30, source: contract}")
    found = read(text.replace("HOURS", "hours: 0.5d"))[0].tasks["qbr"].hours
    assert found.of("smb").values == (3.0,)


def test_a_day_in_a_step_is_a_day_of_whoever_does_it():
    steps = task("steps: {call: 1d, teach: {hours: 1d, role: trainer}}").steps_of("smb")
    assert steps["call"][1].values == (7.0,)
    assert steps["teach"][1].values == (8.0,)


def test_a_day_over_time_is_a_day_of_the_role():
    text = PLAN.replace("every: quarter, HOURS", "fixed: 2 days per month")
    assert read(text)[0].tasks["qbr"].fixed.of("smb").values == pytest.approx((14.0 * 12,))


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("hires: {2027-03: 2}", "hires", {2027 * 12 + 2: 2}),
        ("hires: {2027-03-01: 2}", "hires", {2027 * 12 + 2: 2}),
        ("backfill: off", "backfill", False),
        ("backfill: true", "backfill", True),
        ("holidays: DE-BY", "holidays", "DE-BY"),
    ],
)
def test_settings_of_a_role_are_read(setting, name, value):
    found = getattr(role(setting), name)
    assert (found.of("") if isinstance(found, BySegment) else found) == value


def test_a_ramp_is_a_list_or_one_share():
    assert [r.values[0] for r in role("ramp: [0%, 50%, 0.75]").ramp.of("")] == [0.0, 0.5, 0.75]
    assert [r.values[0] for r in role("ramp: 50%").ramp.of("")] == [0.5]


def test_seasons_are_scaled_to_a_mean_of_one():
    text = PLAN.replace(
        "every: quarter, HOURS", f"rate: 1 per year, hours: 1h, seasonality: {[2] * 6 + [1] * 6}"
    )
    seasons = read(text)[0].tasks["qbr"].seasonality
    assert seasons == pytest.approx([4 / 3] * 6 + [2 / 3] * 6)


@pytest.mark.parametrize(("term", "months"), [("12", 12), ("24 months", 24), ("year", 12)])
def test_a_term_is_in_whole_months(term, months):
    text = PLAN.replace("accounts: 10", f"accounts: 10, term: {term}").replace("HOURS", "hours: 1h")
    assert read(text)[0].segments["smb"].term == months


@pytest.mark.parametrize("term", ["0", "1.5", "6 weeks", "soon"])
def test_a_term_of_less_is_refused(term):
    text = PLAN.replace("accounts: 10", f"accounts: 10, term: {term}").replace("HOURS", "hours: 1h")
    (mistake,) = refused(text)
    assert mistake.startswith("plan.yaml:4:29: segments.smb.term: ")


def test_the_largest_lead_and_spread_within_a_term_are_allowed():
    text = PLAN.replace(
        "every: quarter, HOURS", "on: renewal, lead: 11 months, over: 12 months, hours: 1h"
    )
    plan = read(text)[0]
    qbr, periods = plan.tasks["qbr"], plan.horizon.periods
    assert (qbr.lead_periods(periods), qbr.parts(periods)) == (11, 12)


def plan_with(segment="accounts: 10", task="every: quarter", role="headcount: 2"):
    hours = "" if "fixed" in task else "hours: 1h, "
    return f"""\
name: A plan
horizon: {{start: 2027-02, months: 12}}
segments:
  smb: {{churn: 5%, {segment}}}
  enterprise: {{accounts: 5, churn: 5%}}
tasks:
  qbr: {{role: csm, {hours}{task}}}
team:
  csm: {{{role}}}
"""


EVEN = [1] * 12

KNOWN = [
    ("segment", "accounts: {}", "10"),
    ("segment", "accounts: 10, term: {}", "24 months"),
    ("segment", "accounts: 10, completed_terms: {}", "2"),
    ("segment", "accounts: 10, new_accounts: {{by_month: {{2027-02: {}}}}}", "5"),
    ("segment", "accounts: 10, new_accounts: {{per_year: 3, term: {}}}", "6"),
    ("segment", "accounts: 10, new_accounts: {{per_year: 3, seasonality: {}}}", EVEN),
    ("task", "every: {}", "quarter"),
    ("task", "every: {{enterprise: {}, default: month}}", "quarter"),
    ("task", "on: start, over: {}", "2 months"),
    ("task", "on: renewal, lead: {}", "90 days"),
    ("task", "every: month, priority: {}", "3"),
    ("task", "every: month, priority: {{enterprise: 1, default: {}}}", "3"),
    ("task", "every: month, defer: {}", "1 month"),
    ("task", "every: month, defer: {{default: {}}}", "0"),
    ("task", "fixed: 2 hours per month, priority: {}", "3"),
    ("task", "rate: 1 per year, seasonality: {}", EVEN),
    ("task", "every: month, weight: {}", "1.5"),
    ("role", "headcount: {}", "3"),
    ("role", "headcount: 2, hires: {{2027-03: {}}}", "1"),
    ("role", "headcount: 2, leave_seasonality: {}", EVEN),
    ("role", "headcount: 2}}\n  lead: {{per: {{csm: {}}}", "8"),
]
"""Where a number without a range may stand, and what may stand there."""


@pytest.mark.parametrize(("part", "setting", "value"), KNOWN)
def test_a_number_without_a_range_bears_its_source_and_stays_what_it_is(part, setting, value):
    sourced = f"{{value: {value}, source: the CRM, note: of May, evidence: measured}}"
    with_source, bare = (plan_with(**{part: setting.format(v)}) for v in (sourced, value))
    assert read(with_source) == read(bare)


@pytest.mark.parametrize(("part", "setting", "value"), KNOWN)
def test_a_number_without_a_range_takes_no_range(part, setting, value):
    text = plan_with(**{part: setting.format("{low: 1, likely: 2, high: 3}")})
    (said,) = [m for m in refused(text) if "takes one value, not a range" in m]
    assert said.endswith("of low, likely, high. Write the value alone, or {value: …, source: …}")


def test_settings_of_the_run_are_numbers_like_any_other():
    text = plan_with().replace("months: 12", "months: {value: 12, source: the board}")
    assert read(text)[0].horizon.months == 12


def test_what_is_wrong_with_a_value_is_shown_at_the_value():
    text = plan_with(task="every: {enterprise: {value: often, source: us}, default: month}")
    (mistake,) = refused(text)
    assert mistake.startswith("plan.yaml:7:59: tasks.qbr.every.enterprise.value: 'often' is not")


def test_parts_of_one_setting_are_all_judged_at_once():
    text = PLAN.replace("HOURS", "hours: {smb: 1:30, enterprise: {low: x, likely: 2h, high: y}}")
    assert [m.split(": ")[1] for m in refused(text)] == [
        "tasks.qbr.hours.smb",
        "tasks.qbr.hours.enterprise.low",
        "tasks.qbr.hours.enterprise.high",
    ]


# --- what may be right but looks wrong -----------------------------------------------------------


def doubts(text):
    return [(str(w.place), w.path, w.text) for w in read(text)[1]]


def test_a_plain_plan_raises_no_doubts():
    assert doubts(PLAN.replace("HOURS", "hours: 1h")) == []


@pytest.mark.parametrize("month", ["2027-01", "2028-02"])
def test_a_hire_outside_of_the_horizon_is_doubted(month):
    text = PLAN.replace("HOURS", "hours: 1h").replace(
        "hours_per_week: 35", f"hires: {{2027-02: 1, 2028-01: 1, {month}: 1}}"
    )
    ((place, path, said),) = doubts(text)
    assert (place, path) == ("plan.yaml:9:55", f"team.csm.hires.{month}")
    assert "outside of the horizon" in said


def test_full_load_is_doubted_where_it_is_written():
    text = PLAN.replace("HOURS", "hours: 1h")
    ((_, path, said),) = doubts(text.replace("hours_per_week: 35", "target_utilization: 100%"))
    assert path == "team.csm.target_utilization"
    assert "leaves no reserve" in said
    assert doubts(text.replace("hours_per_week: 35", "target_utilization: 99%")) == []


def test_a_long_tail_of_hours_is_doubted_once():
    assert doubts(PLAN.replace("HOURS", "hours: {p10: 1h, p50: 2h, p90: 10h}")) == []
    ((_, path, said),) = doubts(PLAN.replace("HOURS", "hours: {p10: 1h, p50: 2h, p90: 11h}"))
    assert path == "tasks.qbr.hours"
    assert "above 5 medians" in said


def test_effects_beyond_what_is_published_are_doubted():
    text = PLAN.replace("accounts: 5", "accounts: 5, churn: 9%, addressable: 50%")
    text = text.replace("accounts: 10", "accounts: 10, churn: 9%, addressable: 50%")
    text = text.replace("HOURS", "hours: 1h, segments: smb, if_stopped: {churn: FACTOR}")
    assert doubts(text.replace("FACTOR", "1.6")) == []
    ((place, path, said),) = doubts(text.replace("FACTOR", "1.61"))
    assert (place, path) == ("plan.yaml:4:3", "segments.smb")
    assert "multiply to 1.61" in said


def test_a_wrong_key_hides_no_wrong_value_beside_it(tmp_path):
    said = [
        "segments.a.churn.sbg: `betta` is no part of sbg. Did you mean `beta`?",
        "segments.a.churn.sbg.alpha: -1 is outside of its range.",
        "segments.a.churn.sbg: evidence 'hearsay' is not known.",
        "segments.b.churn.low: 'x' is not a share.",
        "segments.b.churn: evidence 'hearsay' is not known.",
        "tasks.call.steps.talk: `houers` is no setting of a step.",
        "tasks.call.steps.talk.hours: 'y' is not a number of hours.",
    ]
    text = """\
name: Mistakes side by side
horizon: {start: 2027-02, months: 12}
segments:
  a: {accounts: 1, churn: {sbg: {alpha: -1, betta: 2, beta: 1, evidence: hearsay}}}
  b: {accounts: 1, churn: {low: x, likely: 5%, high: 9%, evidence: hearsay}}
tasks:
  call: {role: csm, every: month, steps: {talk: {hours: y, houers: 2h}}}
team:
  csm: {headcount: 1}
"""
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(file)
    found = {f"{m.path}: {m.text}" for m in caught.value.mistakes}
    for words in said:
        assert [one for one in found if one.startswith(words)], words
    assert len(found) == len(said)
