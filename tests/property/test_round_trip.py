"""A scenario that is written and read again is the same scenario."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from random_plans import plans

import capacity
from capacity.scenario.days import is_by_date
from capacity.scenario.document import Plan
from capacity.scenario.register import register

ROOT = Path(__file__).resolve().parents[2]
PLANS = sorted((ROOT / "scenarios").glob("*.yaml"))
some_plans = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
remark = st.text(min_size=1, max_size=12)
remarks = st.fixed_dictionaries(
    {},
    optional={
        "source": remark,
        "note": remark,
        "evidence": st.sampled_from(["measured", "published", "estimated"]),
    },
)


def is_same(first: capacity.Scenario, second: capacity.Scenario) -> None:
    """Settings, accounts, people, and all that is said of them."""
    assert second.plan == first.plan
    is_alike(first, second)


def is_alike(first: capacity.Scenario, second: capacity.Scenario) -> None:
    """The same accounts, people and assumptions."""
    assert second.rosters.keys() == first.rosters.keys()
    columns_are_same(first.book, second.book)
    for name, roster in first.rosters.items():
        columns_are_same(roster, second.rosters[name])
    said = [
        [(a.path, a.source, a.note, a.evidence, a.wants_source) for a in register(s.plan, s.marked)]
        for s in (first, second)
    ]
    assert said[0] == said[1]
    assert [w.path for w in first.warnings] == [w.path for w in second.warnings]


def columns_are_same(first: Any, second: Any) -> None:
    """Each column of two tables; some hold further columns by name."""
    for field in dataclasses.fields(first):
        one, other = (getattr(table, field.name) for table in (first, second))
        if isinstance(one, Mapping):
            assert one.keys() == other.keys()
            for name, column in one.items():
                np.testing.assert_array_equal(column, other[name], name)
        else:
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other), field.name)


def again(scenario: capacity.Scenario) -> capacity.Scenario:
    """The scenario, written beside its own file and read from there."""
    here = Path(scenario.marked.file).with_name("again.yaml")
    here.write_text(scenario.to_yaml(), encoding="utf-8")
    return capacity.load(here)


@some_plans
@given(plan=plans(), data=st.data())
def test_a_random_plan_comes_back(scenario, plan, data) -> None:
    """With remarks on numbers, and names that a careless reader takes for something else."""
    for role in plan["team"].values():
        for key in ("headcount", "attrition", "salary", "pto_days"):
            if key in role and "split" not in role and not is_by_date(role[key]):
                form = role[key] if isinstance(role[key], dict) else {"value": role[key]}
                role[key] = form | data.draw(remarks)
    odd = {"north": "NO", "south": "007", "west": "~"}
    in_files = "accounts" in plan or any(
        {"people", "split"} <= set(r) for r in plan["team"].values()
    )
    names = {} if in_files else data.draw(st.sampled_from([{}, odd]))
    text = json.dumps(plan)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"').replace(f"'{old}'", f"'{new}'")
    first = scenario(json.loads(text))
    is_same(first, again(first))


@some_plans
@given(base=plans(), over=plans())
def test_a_random_variant_becomes_one_file(tmp_path, base, over) -> None:
    """The base lies in a folder of its own, with the people that it names."""
    (tmp_path / "bases").mkdir(exist_ok=True)
    for folder, plan in ((tmp_path / "bases", base), (tmp_path, over)):
        for name, role in plan["team"].items():
            if "people" in role:
                (folder / f"{name}.csv").write_text(role["people"], encoding="utf-8")
                role["people"] = f"{name}.csv"
        if "accounts" in plan:
            (folder / "book.csv").write_text(plan["accounts"], encoding="utf-8")
            plan["accounts"] = {"file": "book.csv"}
    (tmp_path / "bases" / "base.yaml").write_text(json.dumps(base), encoding="utf-8")
    change: dict[str, Any] = {"name": "it", "set": {"horizon": over["horizon"]}}
    if "accounts" not in base and "accounts" not in over:
        change["set"]["segments"] = over["segments"]
    variant = {"extends": "bases/base.yaml", "market": over["market"], "changes": [change]}
    (tmp_path / "variant.yaml").write_text(json.dumps(variant), encoding="utf-8")
    try:
        first = capacity.load(tmp_path / "variant.yaml")
    except capacity.InputError:
        event("refused")
        return
    event("loaded")
    assert "extends" not in first.to_yaml()
    second = again(first)
    named = {name: role.people for name, role in second.plan.team.items()}
    team = {n: r.model_copy(update={"people": named[n]}) for n, r in first.plan.team.items()}
    accounts = {"accounts": second.plan.accounts}
    assert second.plan == first.plan.model_copy(update={"team": team, **accounts})
    is_alike(first, second)
    assert second.written.changes == ()
    assert second.to_yaml() == first.to_yaml()


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.stem)
def test_the_plans_of_the_repository_come_back(file: Path, tmp_path: Path) -> None:
    for source in file.parent.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    first = capacity.load(tmp_path / file.name)
    second = again(first)
    is_same(first, second)
    assert second.to_yaml() == first.to_yaml()
    written = yaml.safe_load(first.to_yaml())
    assert list(written) == [key for key in Plan.model_fields if key in written]


def test_the_numbers_of_a_run_are_the_same_to_the_bit(tmp_path: Path) -> None:
    for source in (ROOT / "scenarios").iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    first = capacity.load(tmp_path / "base.yaml", set={"segments.smb.churn": 0.21})
    tables = [capacity.simulate(s, trials=100).table().to_csv() for s in (first, again(first))]
    assert tables[0] == tables[1]
