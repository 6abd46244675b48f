"""Laws of variants that hold for every plan: of merging, of settings, of differences."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from random_plans import plans

import capacity
from capacity.scenario.merging import merge, trails
from capacity.scenario.reading import Marked, parse_yaml

many_plans = settings(
    deadline=None,
    derandomize=True,
    max_examples=30,
    phases=[Phase.generate],
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
many_fragments = settings(many_plans, max_examples=300)
SECTIONS = ("segments", "tasks", "team", "events")
"""Sections by name, whose settings are taken one by one."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("variants")


def write(folder: Path, name: str, plan: Mapping[str, Any]) -> Path:
    """Write a plan with its files, whose texts it holds; nothing of an earlier one is left."""
    plan = copy.deepcopy(dict(plan))
    if isinstance(plan.get("accounts"), str):
        file = f"accounts-{abs(hash(plan['accounts']))}.csv"
        (folder / file).write_text(plan["accounts"], encoding="utf-8")
        plan["accounts"] = {"file": file}
    for role, settings_of in plan.get("team", {}).items():
        if "\n" in str(settings_of.get("people", "")):
            file = f"{role}-{abs(hash(settings_of['people']))}.csv"
            (folder / file).write_text(settings_of["people"], encoding="utf-8")
            plan["team"][role]["people"] = file
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    return path


def nested(settings_by_path: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """``{("a", "b"): 1}`` as ``{"a": {"b": 1}}``."""
    out: dict[str, Any] = {}
    for path, value in settings_by_path.items():
        around = out
        for part in path[:-1]:
            around = around.setdefault(part, {})
        around[path[-1]] = value
    return out


def settings_of(plan: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    """Single settings of a plan by their paths, such as ``("tasks", "task 0", "every")``."""
    return {
        (section, name, key): value
        for section in SECTIONS
        for name, item in plan.get(section, {}).items()
        for key, value in item.items()
    }


def loaded(path: Path, **settings: Any) -> capacity.Scenario | list[tuple[str, str]]:
    """A scenario, or what is wrong with it, wherever that was written."""
    try:
        return capacity.load(path, **settings)
    except capacity.InputError as error:
        return sorted((mistake.path, mistake.text) for mistake in error.mistakes)


# --- changes -------------------------------------------------------------------------------------


@many_plans
@given(plan=plans(), other=plans(), data=st.data())
def test_a_change_and_a_setting_from_outside_are_the_same(folder, plan, other, data) -> None:
    """As sections, as one change, as one each, and as `set`: one scenario, or the same mistakes."""
    found = {path: value for path, value in settings_of(other).items() if path[2] != "people"}
    names = st.sampled_from(sorted(found))
    chosen = data.draw(st.lists(names, unique=True, min_size=1, max_size=6))
    written = {path: found[path] for path in chosen}
    base = write(folder, "base", plan)
    ways = [
        loaded(write(folder, "a", {"extends": "base.yaml", **nested(written)})),
        loaded(write(folder, "b", {"extends": "base.yaml",
               "changes": [{"name": "all", "set": nested(written)}]})),
        loaded(write(folder, "c", {"extends": "base.yaml", "changes": [
            {"name": str(i), "set": nested({path: value})}
            for i, (path, value) in enumerate(written.items())]})),
        loaded(base, set={".".join(path): value for path, value in written.items()}),
    ]  # fmt: skip
    first, *others = ways
    event("refused" if isinstance(first, list) else "loaded")
    for way in others:
        if isinstance(first, list):
            assert way == first
        else:
            assert isinstance(way, capacity.Scenario)
            assert way.plan == first.plan
            assert first.diff(way) == []


@many_plans
@given(plan=plans())
def test_a_variant_that_says_nothing_new_is_its_base(folder, plan) -> None:
    base = capacity.load(write(folder, "base", plan))
    again = capacity.load(write(folder, "again", {**plan, "extends": "base.yaml"}))
    assert again.plan == base.plan
    assert base.diff(again) == []


# --- merging -------------------------------------------------------------------------------------


def marked(plan: Mapping[str, Any]) -> Marked:
    return parse_yaml(yaml.safe_dump(dict(plan), sort_keys=False), "plan.yaml")


def merged(*plans_in_order: Mapping[str, Any]) -> Marked:
    first, *others = map(marked, plans_in_order)
    for other in others:
        merge(first, other)
    return first


numbers = st.sampled_from(["5%", {"low": "1%", "likely": "4%", "high": "9%"}, {"value": "3%"}])
months = st.dictionaries(st.sampled_from(["2027-02", "2027-05"]), st.integers(0, 3), min_size=1)
by_segment = st.dictionaries(st.sampled_from(["north", "south"]), st.integers(1, 4), min_size=1)
fragments = st.fixed_dictionaries(
    {},
    optional={
        "segments": st.dictionaries(
            st.sampled_from(["north", "south"]),
            st.fixed_dictionaries({}, optional={"churn": numbers, "uplift": numbers}),
        ),
        "team": st.dictionaries(
            st.sampled_from(["csm", "trainer"]),
            st.fixed_dictionaries({}, optional={"hires": months, "ramp": st.just(["5%"])}),
        ),
        "tasks": st.dictionaries(
            st.sampled_from(["qbr", "call"]),
            st.fixed_dictionaries({}, optional={"priority": by_segment, "share": numbers}),
        ),
    },
)
"""Settings of which each is a mapping always, or one value always. Where a value takes the place of
a mapping and a mapping the place of that, it matters what is merged first, as it should."""


@many_fragments
@given(a=fragments, b=fragments, c=fragments)
def test_merging_is_associative(a, b, c) -> None:
    left = merged(a, b, c)
    right, then = marked(a), merged(b, c)
    merge(right, then)
    assert left.data == right.data
    assert merged(a, a).data == marked(a).data


@many_fragments
@given(a=fragments, b=fragments)
def test_every_value_keeps_its_place_and_no_place_is_left_behind(a, b) -> None:
    found = merged(a, b)
    inside = set(trails(found.data))
    assert set(found.values) == inside | {()}
    assert set(found.keys) == {path for path in inside if isinstance(path[-1], str)}


# --- differences ---------------------------------------------------------------------------------


@many_plans
@given(plan=plans())
def test_a_plan_does_not_differ_from_itself(folder, plan) -> None:
    one, other = (capacity.load(write(folder, name, plan)) for name in ("one", "other"))
    assert one.diff(other) == []


@many_plans
@given(plan=plans(), other=plans())
def test_a_plan_with_the_differences_to_another_is_the_other(folder, plan, other) -> None:
    """Taking out what the old one says, and writing what the new one says, gives the new one."""
    old, new = capacity.load(write(folder, "old", plan)), capacity.load(write(folder, "new", other))
    found = old.diff(new)
    gone = [d.path for d in found if d.old_place]
    paths = [tuple(d.path.split(".")) for d in found if d.new_place]
    come = {path: new.marked.written(path) for path in paths}
    change: dict[str, Any] = {"name": "all of it", "remove": gone, "set": nested(come)}
    whole = {"extends": "old.yaml", "changes": [{k: v for k, v in change.items() if v}]}
    if not found:
        return
    again = capacity.load(write(folder, "again", whole))
    assert again.diff(new) == []
    assert {d.path for d in new.diff(old)} == {d.path for d in found}
    assert expected(again) == pytest.approx(expected(new), rel=1e-9, nan_ok=True)


def expected(scenario: capacity.Scenario) -> dict[tuple[str, ...], float]:
    """Every figure of a scenario without luck: two that mean the same have the same."""
    rows = capacity.simulate(scenario, trials=0).rows()
    keys = ("metric", "period", "segment", "role", "pool", "task")
    return {tuple(row[key] for key in keys): row["mean"] for row in rows}
