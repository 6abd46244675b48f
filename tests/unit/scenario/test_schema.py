"""The JSON Schema: it takes what is right, and refuses what is wrong in form."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import capacity
from capacity import units
from capacity.scenario.by_pool import read_hires
from capacity.scenario.documentation import documentation
from capacity.scenario.fields import read_day
from capacity.scenario.reading import parse_bytes
from capacity.scenario.schema import language
from capacity.scenario.structure import inconsistencies
from capacity.scenario.task import Task

ROOT = Path(__file__).resolve().parents[3]
BAD = sorted((ROOT / "tests" / "bad_yaml").glob("*.yaml"))
GOOD = [
    *sorted((ROOT / "scenarios").glob("*.yaml")),
    ROOT / "capacity" / "cli" / "starter" / "scenario.yaml",
    ROOT / "tests" / "golden" / "frozen_plan.yaml",
]

BEYOND_A_SCHEMA = {
    "not YAML at all, so that there is nothing to hold against it": """
        alias_into_itself bracket_left_open colon_in_a_name key_of_a_list key_twice
        key_twice_in_braces key_twice_on_top list_on_top merge_of_a_number quote_left_open
        no_break_space_of_a_line
        second_document tab tag tag_of_text unknown_alias""",
    "names of other things, in the file or outside of it": """
        role_as_a_number segment_as_a_number no_such_role no_such_role_of_step
        format_missing format_outside no_such_roster no_such_segment no_such_segment_in_map
        no_such_task_absorbed no_such_task_of_event per_of_unknown_role per_of_per
        departure_of_derived_heads holidays_of_nowhere roster_outside task_of_event_like_a_form
        sheet_beside_csv sheet_beside_parquet
        unknown_pool_of_hires unknown_pool_of_salary accounts_without_a_pool
        holidays_of_a_pool_of_nowhere no_such_people_of_a_pool people_without_a_pool
        regions_not_in_common salary_lacks_a_pool segment_without_a_pool split_without_a_file
        samples_of_a_word samples_of_no_column samples_of_no_file samples_of_one_row
        samples_of_two_columns samples_outside samples_without_a_column samples_with_a_nul
        file_with_a_nul extends_with_a_nul
        correlation_of_nothing correlation_of_a_known_number correlation_of_hours
        correlation_of_a_list correlation_of_all_segments
        where_column_misspelt where_column_without_a_file where_no_such_segment
        where_of_a_text_as_a_number where_of_a_word_as_a_switch where_without_a_pool
        where_of_texts_as_a_switch where_of_texts_as_numbers
        date_of_a_quarter date_of_a_quarter_first date_of_a_fiscal_year
        date_of_a_year_of_a_pool""",
    "what the files hold that are extended, or that is removed or changed twice": """
        changes_of_one_name extends_a_folder extends_an_absolute_path extends_in_a_circle
        extends_itself extends_missing extends_outside extends_what_lacks_a_horizon
        old_trigger_leaves_its_settings remove_a_misspelt_section remove_a_misspelt_task
        remove_inside_a_value remove_of_a_list_item remove_what_a_task_needs
        remove_what_is_not_there remove_the_last_role""",
    "what another part of the plan asks for": """
        addressable_missing arr_missing_in_one_segment churn_missing map_lacks_a_segment
        step_lacks_a_segment departure_where_nothing_is_lost departure_without_addressable
        no_weight_for_effect lead_of_a_won_term lead_of_the_term over_longer_than_lead
        lead_of_the_term_in_weeks over_longer_than_lead_in_weeks
        aligned_every_two_months priority_of_fixed_by_segment precision_of_expected_values
        where_holds_for_nobody where_without_arr""",
    "how large a number is that stands in a text, or beside another number": """
        discount_of_all enough_of_zero hours_too_large infinite not_a_number likely_above_high
        low_above_likely p10_above_p50
        p10_of_zero p90_of_ages precision_below_zero precision_zero ramp_above_one sbg_alpha_zero
        sbg_beta_from_zero share_above_one share_below_zero share_in_a_list_above_one
        share_with_too_much_spread spread_of_almost_nothing spread_of_many_means span_of_ages
        span_of_nothing too_large_to_be_finite
        too_many_accounts volatility_below_zero negative_money money_in_another_currency
        salary_without_a_rate""",
    "what the words of a text amount to": """
        correlation_of_a_pair_twice correlation_with_itself correlations_that_cannot_be
        fx_of_the_own_currency metric_of_no_quantile month_twice segment_twice term_in_weeks
        month_written_otherwise_in_a_change
        where_arr_as_a_word where_arr_in_another_currency where_in_a_text
        where_in_nothing where_in_the_words_of_sql where_in_words
        where_number_too_large where_of_a_bare_column
        where_of_several_kinds where_order_of_texts where_segment_as_a_number
        where_start_as_a_number where_start_on_no_day where_too_deep where_with_a_call
        where_with_a_lambda where_with_a_subscript where_with_an_attribute
        where_with_arithmetic where_with_is where_with_one_equals_sign
        where_with_two_columns where_without_a_column where_of_a_title_with_a_space
        expect_in_words
        expect_in_another_currency expect_of_nobody expect_of_what_kind""",
    "which day a date is": """
        date_written_twice dates_from_after_the_start dates_out_of_order
        dates_of_a_rhythm_out_of_order dates_of_a_priority_from_after_the_start""",
    "what holds on a date": """
        dates_of_a_fiscal_rhythm dates_of_a_lead_of_the_term dates_of_a_lead_shorter_than_over
        dates_of_a_rhythm_of_nothing dates_without_a_weight""",
}
UNSEEN = {name for names in BEYOND_A_SCHEMA.values() for name in names.split()}


def read(file):
    """The data of one file, before anything is merged."""
    return parse_bytes(file.read_bytes(), str(file)).data


@pytest.fixture(scope="module")
def schema():
    found = json.loads(json.dumps(language()))
    Draft202012Validator.check_schema(found)
    return found


@pytest.fixture(scope="module")
def validator(schema):
    return Draft202012Validator(schema)


WHOLE = {
    "name": "A plan",
    "horizon": {"start": "2027-02", "months": 12},
    "segments": {"s": {"accounts": 10}},
    "tasks": {"a": {"role": "csm", "every": "month", "hours": "1h30m"}},
    "team": {"csm": {"headcount": 2}, "lead": {"per": {"csm": 8}}},
}


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_a_plan_is_accepted(validator, file):
    assert [(e.json_path, e.message) for e in validator.iter_errors(read(file))] == []


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_mistake_of_form_is_refused(validator, file):
    try:
        data = read(file)
    except capacity.InputError:
        data = None
    unseen = data is None or validator.is_valid(data)
    assert unseen == (file.stem in UNSEEN)


def test_what_is_beyond_a_schema_is_no_list_of_ghosts():
    assert not UNSEEN - {file.stem for file in BAD}


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"tasks": []}, "tasks"),
        ({"tasks": {}}, "tasks"),
        ({"name": None}, "name"),
        ({"horizon": "2027"}, "horizon"),
        ({"team": {"csm": {"headcount": 2, "headcont": 3}}}, "team"),
        ({"tasks": {"a": {"role": "csm", "every": "month", "on": "start", "hours": 1}}}, "tasks"),
        ({"tasks": {"a": {"role": "csm", "on": "start", "hours": 1, "lead": "1 month"}}}, "tasks"),
        ({"tasks": {"a": {"role": "csm", "rate": 2, "hours": {"low": 1, "high": 2}}}}, "tasks"),
        ({"segments": {"s": {"accounts": 2, "churn": "8 hours"}}}, "segments"),
        ({"segments": {"s": {"arr": 2}}}, "segments"),
        ({"accounts": {"file": "a.csv"}}, "segments"),
    ],
)
def test_one_change_of_form_is_refused_there(validator, change, setting):
    assert validator.is_valid(WHOLE)
    errors = list(validator.iter_errors(WHOLE | change))
    assert [e.path[0] for e in errors] == [setting] * len(errors)
    assert errors


@pytest.mark.parametrize(
    ("role", "is_right"),
    [
        ({"split": "region", "headcount": {"AMER": 6, "EMEA": {"value": 3, "source": "HR"}}}, True),
        ({"split": "region", "headcount": {"default": 1}, "hires": {"AMER": {"2027-03": 1}}}, True),
        ({"split": "owner", "people": "roster.csv", "salary": {"Ana": "95k"}}, True),
        ({"split": "region", "headcount": 0, "hires": {}}, True),
        ({"split": "region", "headcount": {"AMER": 6}, "ramp": {"AMER": ["50%"]}}, True),
        ({"split": "region", "headcount": {"AMER": 6}, "holidays": {"AMER": "US"}}, True),
        ({"split": "region", "headcount": 6}, False),
        ({"split": "region", "headcount": {"AMER": 6}, "hires": {"2027-03": 1}}, False),
        ({"split": "region", "headcount": {"AMER": {"low": 1}}}, False),
        ({"split": "region", "headcount": {"AMER": 6}, "ramp": {"AMER": ["much"]}}, False),
        ({"split": "region", "per": {"lead": 2}}, False),
        ({"split": "renewal", "headcount": {"AMER": 6}}, False),
        ({"headcount": {"AMER": 6}}, False),
        ({"headcount": 6, "hires": {"AMER": {"2027-03": 1}}}, False),
        ({"headcount": 6, "salary": {"AMER": "95k"}}, False),
        ({"headcount": 6, "salary": {"low": 1, "likely": 2, "high": 3}, "hires": {}}, True),
    ],
)
def test_values_by_pool_stand_only_where_a_role_is_split(validator, role, is_right):
    plan = WHOLE | {"team": WHOLE["team"] | {"csm": role}}
    assert validator.is_valid(plan) == is_right
    assert [f for f in inconsistencies(plan) if f[0][0] == "team"] == [] or not is_right


@pytest.mark.parametrize(
    ("horizon", "is_right"),
    [
        ({"start": "2027-02", "months": 12}, True),
        ({"start": "2027-02-01", "months": 12, "step": "month"}, True),
        ({"start": "2027-02-17", "months": 12, "step": "week"}, True),
        ({"start": "2027-02", "weeks": 52, "step": "week"}, True),
        ({"start": "2027-02-17", "months": 12}, False),
        ({"start": "2027-02", "weeks": 52}, False),
        ({"start": "2027-02", "weeks": 52, "months": 12, "step": "week"}, False),
        ({"start": "2027-02", "step": "week"}, False),
    ],
)
def test_weeks_stand_only_where_periods_are_weeks(validator, horizon, is_right):
    assert validator.is_valid(WHOLE | {"horizon": horizon}) == is_right


@pytest.mark.parametrize(
    ("part", "is_right"),
    [
        ({}, True),
        ({"horizon": {"weeks": 26}}, True),
        ({"tasks": {"a": {"lead": "2 months", "steps": {"go_live": {"role": "csm"}}}}}, True),
        ({"team": {"csm": {"salary": {"AMER": "95k"}}}}, True),
        ({"segments": {"s": {"churn": {"likely": "7%"}}}}, False),
        ({"tasks": {"a": {"leed": "2 months"}}}, False),
        ({"tasks": {"a": {"steps": {"go_live": {"roll": "csm"}}}}}, False),
        ({"tasks": {"a.b": {"role": "csm"}}}, False),
        ({"team": {"csm": {"ramp": "slow"}}}, False),
        ({"task": {}}, False),
    ],
)
def test_a_variant_may_be_part_of_a_plan_and_is_no_less_strict_within(validator, part, is_right):
    assert validator.is_valid({"extends": "base.yaml", **part}) == is_right
    assert validator.is_valid({"extends": ["base.yaml", "more.yaml"], **part}) == is_right
    if part:
        changes = [{"name": "it", "set": part}]
        assert validator.is_valid({**WHOLE, "changes": changes}) == is_right
    assert not validator.is_valid(part)


@pytest.mark.parametrize(
    "wrong",
    [
        {"extends": []},
        {"extends": ["a.yaml", "a.yaml"]},
        {"extends": 7},
        {"changes": [{"set": {"name": "x"}}]},
        {"changes": [{"name": "nothing"}]},
        {"changes": [{"name": "it", "set": {}}]},
        {"changes": [{"name": "it", "set": {"extends": "a.yaml"}}]},
        {"changes": [{"name": "it", "remove": []}]},
        {"changes": {"name": "it"}},
    ],
)
def test_what_is_no_variant_is_refused(validator, wrong):
    assert not validator.is_valid({**WHOLE, **wrong})


words_of_days = st.builds(
    "{}{:04}-{:02}{}".format,
    st.sampled_from(["", " ", "x"]),
    st.sampled_from([0, 1, 1900, 2000, 2024, 2027, 2028, 2100, 2400, 9999]) | st.integers(0, 9999),
    st.integers(0, 13),
    st.integers(0, 32).map("-{:02}".format) | st.sampled_from(["", "-1", " "]),
)


@given(words_of_days)
@example("2028-02-29")
@example("2100-02-29")
@example("2000-02-29")
@example("2027-04-31")
def test_the_pattern_of_a_day_knows_the_calendar(schema, text):
    pattern = schema["$defs"]["Horizon"]["properties"]["start"]["pattern"]
    try:
        read_day(text)
    except ValueError:
        assert not re.search(pattern, text)
    else:
        assert re.search(pattern, text)


counts = st.sampled_from([1, 0, "2", -1, 0.5, {"value": 1}, {"low": 1}, None, {}])
month_names = st.sampled_from(["2027-03", "2027-03-01", " 2027-04", "2027-13", "2027-03-02"])
pool_names = st.sampled_from(["AMER", "default", "low", "source", "", "2027"])


@given(
    st.dictionaries(
        month_names | pool_names,
        counts | st.dictionaries(month_names | pool_names, counts, max_size=2),
        max_size=2,
    )
)
def test_hires_are_accepted_where_they_are_read(schema, hires):
    try:
        read_hires(hires, None)
    except ValueError as error:
        right = "a month twice" in str(error)
    else:
        right = True
    whole = {"$defs": schema["$defs"], "$ref": "#/$defs/by_month_by_pool"}
    assert Draft202012Validator(whole).is_valid(hires) == right


def test_every_setting_is_described_and_takes_something_of_its_own(schema):
    """A field whose kind nobody described would take anything."""
    parts = [part for part in schema["$defs"].values() if "description" in part]
    settings = [item for part in parts for item in part["properties"].items()]
    assert len(settings) > 100
    for name, setting in settings:
        assert set(setting) - {"description", "default"}, name
        assert setting["description"].endswith((".", ";")), name


def test_descriptions_are_the_strings_under_the_fields(schema):
    found = {
        name: setting["description"]
        for name, setting in schema["$defs"]["Task"]["properties"].items()
    }
    assert found == documentation(Task)


def test_defaults_are_written_as_a_planner_would_and_are_accepted(schema):
    role = schema["$defs"]["Role"]["properties"]
    assert role["hours_per_week"]["default"] == "40h"
    assert role["time_to_hire"]["default"] == "2 months"
    assert role["backfill"]["default"] is True
    for part in (p for p in schema["$defs"].values() if "properties" in p):
        for setting in part["properties"].values():
            if "default" in setting:
                whole = {"$defs": schema["$defs"], **setting}
                assert Draft202012Validator(whole).is_valid(setting["default"])


# --- patterns of quantities ----------------------------------------------------------------------

KNOWN_UNITS = {unit.name: unit for unit in vars(units).values() if isinstance(unit, units.Unit)}
TOO_LARGE = re.compile(r"[eE][-+]?[0-9]{3}")
"""What no pattern knows: the text is a number, but none that a computer can hold."""
PIECES = """0 1 2.5 .5 007 95_000 1e3 1E-2 - + % h hours d day m min minutes k K M bn USD EUR per
Per / month Months quarter year week days weeks s 1: 30 _ . ٣ , x é"""
words = st.lists(
    st.sampled_from([*PIECES.split(), " ", "  ", "\n", "\t", "\u00a0"]), max_size=7
).map("".join)


def is_read(unit: units.Unit, text: str) -> bool:
    """Whether the reader takes a text for a quantity, however large."""
    try:
        if unit is units.MONEY:
            code = re.search(r"[A-Z]{3}\s*$", text)
            units.parse_money(text, code[0].strip() if code else None)
        else:
            unit.parse(units.days_to_hours(text, 8.0) if "hour" in unit.words else text)
    except ValueError as error:
        return "longer than 100 years" in str(error)
    return True


@pytest.mark.parametrize("name", KNOWN_UNITS)
@given(data=st.data())
def test_a_pattern_takes_just_the_texts_that_its_unit_reads(name, data):
    unit = KNOWN_UNITS[name]
    text = data.draw(words | st.text(max_size=12) | st.from_regex(unit.pattern))
    pattern = re.compile(unit.pattern)
    assume(len(text) <= units.LONGEST_TEXT and not TOO_LARGE.search(text))
    assert (pattern.search(text) is not None) == is_read(unit, text), text


@pytest.mark.parametrize(
    ("unit", "texts"),
    [
        (units.HOURS, ["1h30m", "90 min", "1d2h", "2.5", " 3h "]),
        (units.SHARE, ["8%", "0.5 %", "0.08"]),
        (units.MONEY, ["1.2M", "95_000", "82_000 EUR", "2bn"]),
        (units.PER_YEAR, ["2 per month", "0.6 per year", "2/week", "12"]),
        (units.MONTHS, ["90 days", "quarter", "2.5 Months"]),
        (units.HOURS_PER_YEAR, ["20 hours per month", "2d per week", "1h30m/month"]),
    ],
)
def test_patterns_take_the_examples_of_the_reference(unit, texts):
    for text in texts:
        assert re.search(unit.pattern, text), text
        assert is_read(unit, text), text


@pytest.mark.parametrize("name", KNOWN_UNITS)
def test_patterns_mean_the_same_in_every_dialect(name):
    """What a digit or a letter is differs between programs, so they are spelt."""
    unit = KNOWN_UNITS[name]
    assert not re.search(r"\\[dDwW]|\(\?P|\(\?[aiLmsux]", unit.pattern)
    assert not is_read(unit, "١٢")


@given(st.integers(0, 10**6))
@example(units.LONGEST_TEXT)
def test_a_long_text_is_no_quantity(more):
    text = "1" + "0" * min(more, 200)
    taken = len(text) <= units.LONGEST_TEXT
    assert is_read(units.PLAIN, text) == taken
