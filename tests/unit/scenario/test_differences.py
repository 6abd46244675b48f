"""What two scenarios say differently: nothing where the words differ and the meaning does not."""

from __future__ import annotations

import pytest
import yaml

import capacity

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, arr: 12_000, churn: 8%, addressable: 50%}
  enterprise: {accounts: 5, arr: 90_000, churn: [14%, 9%], addressable: 50%, uplift: 1.1%}
tasks:
  qbr:
    role: csm
    every: quarter
    steps: {prepare: 1h30m, present: {hours: 1h, role: trainer}}
    priority: {enterprise: 1, default: 3}
    segments: [smb, enterprise]
    weight: 1
  call: {role: csm, rate: 2 per month, hours: {low: 1h, likely: 2h, high: 3h}, weight: 2}
value: {if_stopped: {churn: 1.2, source: own judgement}}
team:
  csm: {headcount: {value: 2, source: payroll}, hires: {2027-03: 2}, salary: 95_000}
  trainer: {headcount: 1}
"""


@pytest.fixture
def load(tmp_path):
    """Load the plan with words replaced by others."""

    def plan(name="plan", *words):
        text = PLAN
        for old, new in words:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return capacity.load(path)

    return plan


def said(old, new, folder):
    return [str(difference).replace(f"{folder}/", "") for difference in old.diff(new)]


@pytest.mark.parametrize(
    "words",
    [
        ("churn: 8%", "churn: 0.08"),
        ("uplift: 1.1%", "uplift: 0.011"),  # not the same to the last bit
        ("churn: 8%", "churn: {value: 8%}"),
        ("churn: 8%", "churn: [8%]"),
        ("churn: 8%", 'churn: "8%"'),
        ("churn: [14%, 9%]", "churn: [0.14, {value: 0.09}]"),
        ("every: quarter", "every: 3 months"),
        ("every: quarter", "every: {default: quarter}"),
        ("prepare: 1h30m", "prepare: 90m"),
        ("prepare: 1h30m", "prepare: {hours: 1.5}"),
        ("prepare: 1h30m", "prepare: {hours: {value: 1.5h}}"),
        ("role: csm\n", "role: csm\n    share: 100%\n    defer: 0\n"),
        ("{enterprise: 1, default: 3}", "{default: 3, enterprise: {value: 1}}"),
        ("rate: 2 per month", "rate: 24 per year"),
        ("{low: 1h, likely: 2h, high: 3h}", "{high: 180m, low: 60m, likely: 2}"),
        ("{2027-03: 2}", "{2027-03-01: {value: 2}}"),
        ("salary: 95_000", "salary: 95k"),
        ("arr: 12_000", "arr: {value: 0.012M}"),
        ("months: 12", "months: 12, step: month, fiscal_year_start: 1"),
        ("[smb, enterprise]", "[enterprise, smb]"),
        ("name: A plan", "currency: USD\nname: 'A plan'\nfinance: {}\nevents: {}"),
        ("churn: 1.2,", "churn: 120%, fades_over: 6 months,"),
    ],
    ids=lambda words: words[1][:30].replace("\n", " "),
)
def test_the_same_in_other_words_is_no_difference(load, words):
    plan, other = load(), load("other", words)
    assert plan.diff(other) == []
    assert other.diff(plan) == []


def test_the_order_and_the_style_of_the_file_make_no_difference(load, tmp_path):
    plan = load()
    data = yaml.load(PLAN, Loader=yaml.BaseLoader)

    def backwards(value):
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return value

    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump(backwards(data), sort_keys=False, default_flow_style=False))
    assert plan.diff(capacity.load(path)) == []


def test_anchors_make_no_difference(load):
    words = (
        "accounts: 10, arr: 12_000, churn: 8%",
        "<<: &a {accounts: 10, arr: 12_000}, churn: 8%",
    )
    assert load().diff(load("other", words)) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("churn: 8%", "churn: 7%"), "segments.smb.churn: 8% -> 7%  (plan.yaml:4 -> other.yaml:4)"),
        (
            ("churn: [14%, 9%]", "churn: [14%, 8%]"),
            "segments.enterprise.churn: [14%, 9%] -> [14%, 8%]  (plan.yaml:5 -> other.yaml:5)",
        ),
        (
            ("churn: 8%", "churn: {low: 6%, likely: 8%, high: 9%, source: three years}"),
            (
                "segments.smb.churn: 8% -> {low: 6%, likely: 8%, high: 9%}; "
                "source: – -> three years  (plan.yaml:4 -> other.yaml:4)"
            ),
        ),
        (
            ("churn: 8%", "churn: {sbg: {alpha: 0.7, beta: 1.2}}"),
            (
                "segments.smb.churn: 8% -> {sbg: {alpha: 0.7, beta: 1.2}}"
                "  (plan.yaml:4 -> other.yaml:4)"
            ),
        ),
        (
            ("source: payroll", "source: payroll of May, evidence: measured"),
            (
                "team.csm.headcount: 2; source: payroll -> payroll of May; evidence: – -> measured"
                "  (plan.yaml:17 -> other.yaml:17)"
            ),
        ),
        (
            ("source: own judgement", "source: a pilot"),
            "value.if_stopped.source: own judgement -> a pilot  (plan.yaml:15 -> other.yaml:15)",
        ),
        (
            ("{enterprise: 1, default: 3}", "{smb: 1, default: 3}"),
            (
                "tasks.qbr.priority.enterprise: 1 -> –  (plan.yaml:11 -> –)\n"
                "tasks.qbr.priority.smb: – -> 1  (– -> other.yaml:11)"
            ),
        ),
        (
            ("{enterprise: 1, default: 3}", "2"),
            "tasks.qbr.priority: {enterprise: 1, default: 3} -> 2  (plan.yaml:11 -> other.yaml:11)",
        ),
        (
            ("\n    priority: {enterprise: 1, default: 3}", "\n    # first come, first served"),
            "tasks.qbr.priority: {enterprise: 1, default: 3} -> –  (plan.yaml:11 -> –)",
        ),
        (
            ("prepare: 1h30m", "prepare: 15m"),
            "tasks.qbr.steps.prepare: 1h30m -> 15m  (plan.yaml:10 -> other.yaml:10)",
        ),
        (
            ("{hours: 1h, role: trainer}", "1h"),
            (
                "tasks.qbr.steps.present: {hours: 1h, role: trainer} -> 1h"
                "  (plan.yaml:10 -> other.yaml:10)"
            ),
        ),
        (
            ("every: quarter", "rate: 4 per year"),
            (
                "tasks.qbr.every: quarter -> –  (plan.yaml:9 -> –)\n"
                "tasks.qbr.rate: – -> 4 per year  (– -> other.yaml:9)"
            ),
        ),
        (
            ("{2027-03: 2}", "{2027-03: 1, 2027-04: {value: 1, source: budget}}"),
            (
                "team.csm.hires.2027-03: 2 -> 1  (plan.yaml:17 -> other.yaml:17)\n"
                "team.csm.hires.2027-04: – -> 1; source: – -> budget  (– -> other.yaml:17)"
            ),
        ),
        (
            ("salary: 95_000", "salary: 95_000, attrition: 12%"),
            "team.csm.attrition: 0% (default) -> 12%  (– -> other.yaml:17)",
        ),
        (
            ("salary: 95_000", "salary: 95_000, ramp: [50%, 80%]"),
            "team.csm.ramp: – -> [50%, 80%]  (– -> other.yaml:17)",
        ),
        (
            ("  trainer: {headcount: 1}", "  trainer: {headcount: 1}\n  lead: {per: {csm: 8}}"),
            "team.lead: – -> {per: {csm: 8}}  (– -> other.yaml:19)",
        ),
        (
            ("horizon: {start: 2027-02", "horizon: {start: 2027-03"),
            "horizon.start: 2027-02 -> 2027-03  (plan.yaml:2 -> other.yaml:2)",
        ),
        (
            ("name: A plan", "name: A plan\ndescription: |\n  one\n\n  two"),
            "description: – -> one two  (– -> other.yaml:2)",
        ),
    ],
    ids=lambda value: value[1][:30].replace("\n", " ") if isinstance(value, tuple) else None,
)
def test_each_difference_is_one_line_with_its_places(load, tmp_path, words, line):
    assert said(load(), load("other", words), tmp_path) == line.split("\n")


def test_what_was_set_from_outside_is_shown_as_such(load):
    plan = load()
    (difference,) = plan.diff(plan.with_({"tasks.qbr.every": "month"}))
    assert (difference.path, difference.old, difference.new) == (
        "tasks.qbr.every",
        "quarter",
        "month",
    )
    assert str(difference).endswith(":9 -> set tasks.qbr.every)")


def test_a_variant_differs_by_its_changes_alone(load, tmp_path):
    plan = load()
    path = tmp_path / "variant.yaml"
    path.write_text(
        "extends: plan.yaml\nchanges:\n"
        "  - {name: a, set: {tasks: {qbr: {steps: {prepare: 15m}}}}}\n"
        "  - {name: b, remove: tasks.call}\n"
    )
    assert said(plan, capacity.load(path), tmp_path) == [
        "tasks.qbr.steps.prepare: 1h30m -> 15m  (plan.yaml:10 -> variant.yaml:3)",
        (
            "tasks.call: {role: csm, rate: 2 per month, hours: {low: 1h, likely: 2h, high: 3h}, "
            "weight: 2} -> –  (plan.yaml:14 -> –)"
        ),
    ]


def test_files_of_one_name_differ_by_what_is_in_them(load, tmp_path):
    word = ("headcount: {value: 2, source: payroll}", "people: people.csv")
    people = tmp_path / "people.csv"
    people.write_text("name\nAda\nBen\n")
    before, same = load("other", word), load("third", word)
    assert before.diff(same) == []
    people.write_text("name\nAda\nCleo\n")
    (difference,) = before.diff(load("other", word))
    assert difference.path == "team.csm.people"
    assert difference.old.startswith("people.csv (SHA-256 ")
    assert difference.new.startswith("people.csv (SHA-256 ")
    assert difference.old != difference.new


def test_what_follows_from_another_setting_is_told_at_that_one(load):
    """Words that are the same in both are no difference, whatever they come to mean."""
    dated = load(
        "dated",
        ("salary: 95_000", "salary: {2027-02: 95_000, 2027-09: 99_000}, hours_per_week: 40"),
        ("prepare: 1h30m", "prepare: 0.5d"),
    )
    later = dated.with_({"horizon.start": "2028-02", "team.csm.hours_per_week": 30})
    assert dated.plan.tasks["qbr"].steps != later.plan.tasks["qbr"].steps
    assert [(d.path, d.old, d.new) for d in dated.diff(later)] == [
        ("horizon.start", "2027-02", "2028-02"),
        ("team.csm.hours_per_week", "40", "30"),
    ]


def test_no_difference_is_a_line_without_an_arrow(load):
    plan = load("plan", ("name: A plan", "name: A plan\nfx: {EUR: 1.08}"),
                ("salary: 95_000", "salary: 95_000 EUR"))  # fmt: skip
    assert all(d.old != d.new for d in plan.diff(plan.with_({"fx.EUR": 1.2})))
    same = plan.with_({"fx.EUR": 1.2, "team.csm.salary": "95k EUR"})
    assert [(d.path, d.old, d.new) for d in plan.diff(same)] == [
        ("fx.EUR", "1.08", "1.2"),
        ("team.csm.salary", "95_000 EUR", "95k EUR"),
    ]
    braces = plan.with_({"fx.EUR": 1.2, "team.csm.salary": {"value": "95_000 EUR"}})
    assert [d.path for d in plan.diff(braces)] == ["fx.EUR"]
