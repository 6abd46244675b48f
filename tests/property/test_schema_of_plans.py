"""Whatever the loader takes, the JSON Schema takes too."""

from __future__ import annotations

import copy
import json

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from random_plans import plans

from capacity.scenario.reading import parse_yaml
from capacity.scenario.schema import language

VALIDATOR = Draft202012Validator(json.loads(json.dumps(language())))


@settings(max_examples=60, deadline=None)
@given(plans())
def test_a_random_plan_is_accepted(plan):
    plan = copy.deepcopy(plan)
    for role in plan["team"].values():
        if "people" in role:
            role["people"] = "people.csv"
    if "accounts" in plan:
        plan["accounts"] = {"file": "book.csv"}
    accepted(plan)


@settings(max_examples=60, deadline=None)
@given(plan=plans(), data=st.data())
def test_any_part_of_a_plan_is_accepted_where_the_rest_stands_elsewhere(plan, data):
    """As sections beside `extends`, and as what a change sets."""
    part = {"team": {name: {} for name in plan["team"]}, "tasks": {}}
    for section in ("team", "tasks", "segments"):
        for name, item in plan[section].items():
            keys = data.draw(st.sets(st.sampled_from(sorted(item))))
            part.setdefault(section, {})[name] = {key: item[key] for key in keys}
            if "steps" in keys:
                part[section][name]["steps"] = {"a": {"role": "csm"}}
    accepted({"extends": "base.yaml", **part})
    accepted({"changes": [{"name": "it", "set": part}, {"name": "other", "remove": "team.csm"}]})


def accepted(plan):
    """The schema takes a plan; its files are named, and not looked into."""
    data = parse_yaml(yaml.safe_dump(plan), "plan.yaml").data
    assert [(e.json_path, e.message) for e in VALIDATOR.iter_errors(data)] == []
