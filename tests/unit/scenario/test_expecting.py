"""How an expectation is written: metric, names, quantile, sign, bound."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from capacity.scenario.expecting import HOLDS, Bound, Named, read_bound, read_expectation
from capacity.scenario.schema import language

SCHEMA = language()
VALIDATOR = Draft202012Validator(
    json.loads(json.dumps(SCHEMA["$defs"]["Plan"]["properties"]["expect"]))
)


def test_every_part_is_read():
    found = read_expectation("required_fte[csm, 2027-06]:p90 <= 12")
    assert (found.metric, found.q, found.sign) == ("required_fte", 0.9, "<=")
    assert found.about == (Named("csm"), Named("2027-06"))
    assert found.bound == Bound(12.0, "", "12")


def test_a_name_may_say_what_it_is_of():
    found = read_expectation("coverage[task=onboarding, period = FY27] >= 95%")
    assert found.about == (Named("onboarding", "task"), Named("FY27", "period"))
    assert str(found) == "coverage[task=onboarding, period=FY27] >= 95%"


@pytest.mark.parametrize("name", ["report [x]", "[x] report", "a > b [1]", "a [b] c [d]"])
def test_a_name_may_hold_brackets(name):
    found = read_expectation(f"coverage[csm, task={name}]:p10 >= 95%")
    assert found.about == (Named("csm"), Named(name, "task"))
    assert read_expectation(str(found)) == found
    assert VALIDATOR.is_valid(str(found))


def test_the_mean_is_meant_where_nothing_is_said():
    said, unsaid = read_expectation("arr:mean >= 5M"), read_expectation("arr >= 5M")
    assert said == unsaid
    assert said.q is None


@pytest.mark.parametrize(
    ("text", "value", "dress"),
    [
        ("80%", 0.8, "share"),
        ("0.8", 0.8, ""),
        ("1.9M", 1.9e6, ""),
        ("95k", 95e3, ""),
        ("2bn", 2e9, ""),
        ("1_200 USD", 1200, "money"),
        ("300h", 300, "hours"),
        ("90m", 1.5, "hours"),
        ("1h30m", 1.5, "hours"),
        ("-5%", -0.05, "share"),
        ("-5", -5, ""),
    ],
)
def test_bounds_in_every_dress(text, value, dress):
    found = read_bound(text, "USD")
    assert (found.value, found.dress) == (pytest.approx(value), dress)


def test_other_words_for_the_same_bound_mean_the_same():
    assert read_expectation("team_cost <= 1.9M") == read_expectation("team_cost<=1_900_000")
    assert read_expectation("team_cost <= 1.9M") != read_expectation("team_cost < 1.9M")


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e999", "%", "12 heads", "1:30", "", "٣", "x" * 999]
)
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError, match=r"Write "):
        read_bound(text)


names = st.from_regex(r"[A-Za-zéü0-9][A-Za-zéü0-9 _&-]{0,8}", fullmatch=True).map(str.strip)
expectations = st.builds(
    "{0}{1}{2}{5}{3}{5}{4}".format,
    st.from_regex(r"[a-z_]{1,9}", fullmatch=True),
    st.one_of(
        st.just(""),
        st.lists(names, min_size=1, max_size=3).map(lambda found: f"[{', '.join(found)}]"),
    ),
    st.sampled_from(["", ":mean", ":p90", ":p5"]),
    st.sampled_from(sorted(HOLDS)),
    st.sampled_from(["80%", "0.5", "1.9M", "300h", "12", "-3", "90m", "1_000"]),
    st.sampled_from(["", " "]),
)


@given(expectations)
def test_what_is_read_is_written_so_that_it_reads_the_same(text):
    found = read_expectation(text)
    assert read_expectation(str(found)) == found


@given(expectations)
def test_an_editor_takes_what_the_reader_takes(text):
    assert VALIDATOR.is_valid(text)
    assert VALIDATOR.is_valid([text, text])


@given(st.text(alphabet="pa[]<>=:,%1 ", max_size=12))
def test_whatever_is_written_is_read_or_refused_in_words(text):
    said = None
    try:
        found = read_expectation(text)
    except ValueError as error:
        said = str(error)
    if said is None:
        assert VALIDATOR.is_valid(text)
        assert found.sign in HOLDS
    else:
        assert "Write " in said
