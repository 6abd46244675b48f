"""Whatever the loader takes, the JSON Schema takes too."""

from __future__ import annotations

import copy
import json

import yaml
from hypothesis import given, settings
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
    data = parse_yaml(yaml.safe_dump(plan), "plan.yaml").data
    assert [(e.json_path, e.message) for e in VALIDATOR.iter_errors(data)] == []
