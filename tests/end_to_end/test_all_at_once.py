"""Every mistake of all files in one go, and none that only follows from another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import capacity

PLAN = """\
name: Plan
horizon: {start: 2027-01, months: 12}
accounts: {file: accounts.csv}
segments:
  smb: {churn: 20%, addressable: 50%}
  big: {churn: 8%, addressable: 50%}
tasks:
  call: {role: csm, every: quarter, hours: 2h, weight: 1}
  renew: {role: csm, on: renewal, lead: 90 days, hours: 2h}
  talk: {role: trainer, on: start, hours: 2h, where: "region == 'EMEA'"}
team:
  csm: {people: roster.csv, salary: 90_000}
  trainer: {headcount: {AMER: 1, EMEA: 1}, split: region}
value: {if_stopped: {churn: 1.3}}
expect: ["p_covered[csm] >= 80%"]
"""
ACCOUNTS = """\
id,segment,arr,start,renewal,region
a,smb,5000,2026-02-01,2027-02-01,EMEA
b,big,5000,2026-02-01,2027-02-01,AMER
"""
ROSTER = "name,role,fte\nAnn,csm,1\nBob,csm,1\n"


def mistakes(folder: Path, plan=PLAN, accounts=ACCOUNTS, roster=ROSTER, **keys) -> list[str]:
    """Place and path of each mistake."""
    for name, text in (("plan.yaml", plan), ("accounts.csv", accounts), ("roster.csv", roster)):
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(folder / "plan.yaml", **keys)
    found = caught.value.mistakes
    assert list(found) == sorted(found, key=lambda m: m.order)
    return [": ".join(str(m).removeprefix(f"{folder}/").split(": ")[:2]) for m in found]


FAULTS = {
    "a value": ("plan", "hours: 2h, weight", "hours: 2x, weight", "tasks.call.hours"),
    "a name": ("plan", "role: trainer", "role: trainr", "tasks.talk.role"),
    "a setting": ("plan", "lead: 90", "laed: 90", "tasks.renew.laed"),
    "a trigger": ("plan", "call: {role: csm, every:", "call: {role: csm, evry:", "tasks.call.evry"),
    "hours": ("plan", "talk: {role: trainer, on: start, hours:",
              "talk: {role: trainer, on: start, houres:", "tasks.talk.houres"),
    "a length": ("plan", "months: 12", "month: 12", "horizon.month"),
    "seats": ("plan", "headcount:", "headcont:", "team.trainer.headcont"),
    "a rule": ("plan", "hours: 2h, where", "hours: 2h, enough: 0, where", "tasks.talk.enough"),
    "a part": ("plan", "value: {if_stopped: {churn: 1.3}}", "value: 3", "value"),
    "a section": ("plan", "team:", "events: 3\nteam:", "events"),
    "what is required": ("plan", "name: Plan\n", "", "name"),
    "an expectation": ("plan", "p_covered[csm]", "p_coverd[csm]", "expect.0"),
    "a setting twice": ("plan", "  smb: {", "  big: {term: 12}\n  smb: {", "segments.big"),
    "an amount": ("accounts", "a,smb,5000", "a,smb,5x", "arr"),
    "a segment": ("accounts", "b,big", "b,bigg", "segment"),
    "a date": ("accounts", "5000,2026-02-01,2027-02-01,AMER", "5000,2026-02-31,2027-02-01,AMER",
               "start"),
    "a person": ("roster", "Ann,csm,1", "Ann,csm,3", "fte"),
    "a role": ("roster", "Bob,csm", "Bob,cms", "role"),
    "a pool": ("plan", "{AMER: 1, EMEA: 1}", "{AMER: 1, EMAE: 1}", "team.trainer.headcount"),
}  # fmt: skip
"""The file, what stands in it, what stands there instead, and the path of the mistake."""


def broken(names) -> dict[str, str]:
    texts = {"plan": PLAN, "accounts": ACCOUNTS, "roster": ROSTER}
    for name in names:
        file, old, new, _ = FAULTS[name]
        assert old in texts[file]
        texts[file] = texts[file].replace(old, new)
    return texts


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_alone_is_one_mistake(tmp_path, name):
    (only,) = mistakes(tmp_path, **broken([name]))
    assert only.endswith(f": {FAULTS[name][-1]}")


PAIRS = [
    (name, other)
    for name in FAULTS
    for other in ("a value", "a setting", "a part", "an amount", "a person")
    if name != other and (name, other) != ("a pool", "an amount")  # the accounts say which pools
]


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_two_faults_are_two_mistakes(tmp_path, name, other):
    found = mistakes(tmp_path, **broken([name, other]))
    wanted = [FAULTS[fault][-1] for fault in (name, other)]
    assert sorted(m.rpartition(": ")[2] for m in found) == sorted(wanted)


def test_faults_of_all_stages_are_told_together(tmp_path):
    apart = ("a pool", "hours", "a trigger")  # others stand in the same lines
    names = [name for name in FAULTS if name not in apart]
    found = mistakes(tmp_path, **broken(names), set={"foo": "[", "tasks.call.share": 3})
    said = sorted(m.rpartition(": ")[2] for m in found)
    assert said == sorted([*(FAULTS[name][-1] for name in names), "foo", "tasks.call.share"])


def test_a_wrong_change_leaves_the_base_to_be_judged(tmp_path):
    mistakes(tmp_path, **broken(["a value", "an amount"]))
    shutil.copy(tmp_path / "plan.yaml", tmp_path / "base.yaml")
    variant = """\
extends: base.yaml
changes:
  - {name: one, remove: [tasks.nothing]}
  - {name: two, sett: {}}
"""
    found = mistakes(tmp_path, **broken(["an amount"]) | {"plan": variant})
    assert [m.rpartition(": ")[2] for m in found] == [
        "arr", "tasks.call.hours", "tasks.nothing", "changes.1.sett",
    ]  # fmt: skip
