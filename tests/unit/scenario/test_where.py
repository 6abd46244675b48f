"""`where`: what may be written, what it means, and that nothing else comes of any text."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.scenario.conditions import Comparison, Where
from capacity.scenario.where import LONGEST, parse_where

TYPES = {"region": object, "seats": float, "vip": float, "arr": float, "start": "datetime64[D]"}


def held(where: Where, rows: list[dict]) -> list[bool]:
    """Which rows meet a condition."""

    def truth(comparison: Comparison) -> np.ndarray:
        kind = TYPES[comparison.column]
        cells = np.array([row[comparison.column] for row in rows], dtype=kind)
        known = cells != "" if kind is object else cells == cells  # NaN is not itself
        return comparison.met(cells, known)

    return np.broadcast_to(where.met(truth), len(rows)).tolist()


# --- it means what Python would mean -------------------------------------------------------------

numbers = st.integers(-3, 12)
names = st.sampled_from(["AMER", "EMEA", "नेपाल", "a'b"])
days = st.dates(dt.date(2027, 1, 1), dt.date(2027, 1, 9))
orders, equalities = st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), ["==", "!="]


def lists(values: st.SearchStrategy) -> st.SearchStrategy[str]:
    found = st.lists(values, min_size=1, max_size=3)
    return st.one_of(found.map(repr), found.map(tuple).map(repr))


def compared(column: str, values: st.SearchStrategy, signs: st.SearchStrategy) -> st.SearchStrategy:
    one = values.map(repr)
    return st.one_of(
        st.builds("{0} {1} {2}".format, st.just(column), signs, one),
        st.builds("{2} {1} {0}".format, st.just(column), signs, one),
        st.builds("{2} {1} {0} {3} {4}".format, st.just(column), signs, one, signs, one),
        st.builds(f"{column} {{0}} {{1}}".format, st.sampled_from(["in", "not in"]), lists(values)),
    )


comparisons = st.one_of(
    compared("seats", numbers, orders),
    compared("arr", numbers, orders),
    compared("region", names, st.sampled_from(equalities)),
    compared("start", days.map(str), orders),
    compared("vip", st.booleans(), st.sampled_from(equalities)),
    st.sampled_from(["vip", "True", "False"]),
)
conditions = st.recursive(
    comparisons,
    lambda part: st.one_of(
        part.map("not ({})".format),
        st.lists(part, min_size=2, max_size=3).map(lambda p: f"({' and '.join(p)})"),
        st.lists(part, min_size=2, max_size=3).map(lambda p: f"({' or '.join(p)})"),
        st.tuples(part, part, part).map(lambda p: f"{p[0]} or not {p[1]} and {p[2]}"),
    ),
    max_leaves=6,
)
rows = st.lists(
    st.fixed_dictionaries(
        {"region": names, "seats": numbers, "arr": numbers, "vip": st.booleans(),
         "start": days.map(str)}
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@settings(max_examples=300)
@given(conditions.filter(lambda text: len(text) <= LONGEST), rows)
def test_a_condition_holds_where_python_says_so(text, rows):
    wanted = [bool(eval(text, {"__builtins__": {}}, row)) for row in rows]
    assert held(parse_where(text), rows) == wanted


@given(conditions.filter(lambda text: len(text) <= LONGEST), rows)
def test_what_may_hold_is_certain_once_all_is_known(text, rows):
    where = parse_where(text)
    (first, *_), (holds, *_) = rows, held(where, rows[:1])
    known = first | {"start": np.datetime64(first["start"]), "vip": float(first["vip"])}
    assert where.may_hold(**known) == holds
    some = {name: known[name] for name in ("region", "seats")}
    assert where.may_hold(**some) or not holds


# --- nothing else comes of any text --------------------------------------------------------------

words = st.sampled_from([
    "arr", "region", "x", "(", ")", "[", "]", "{", "}", "'a'", "'", '"', "1", "1_000", "1e999",
    "==", "<", "=", ":=", "!=", "in", "not", "and", "or", "is", "if", "else", "lambda", ":", ",",
    "+", "-", "**", "%", "@", ".", "f'{x}'", "b'1'", "None", "true", "False", "await", "yield", "*",
    "for", "#", "\n", "\\", "\0", "…", "ℌ", "1j", "'\\ud800'", "start", "'2027-02-30'", "~", "``",
])  # fmt: skip


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=60), st.lists(words, max_size=30).map(" ".join)))
def test_any_text_is_a_condition_or_a_mistake_in_one_line(text):
    said = "fine. "
    try:
        assert isinstance(parse_where(text), Where)
    except ValueError as error:
        said = str(error)
    assert "\n" not in said
    assert ". " in said  # what is wrong, and what to write instead


@pytest.mark.parametrize("deep", ["(" * 400 + "arr > 1" + ")" * 400, "not " * 240 + "vip"])
def test_nesting_is_bounded(deep):
    with pytest.raises(ValueError, match="Write"):
        parse_where(deep)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "arr.__class__ == 1", "arr + 1 > 2", "arr[0] > 1",
        "[c for c in region]", "lambda: arr > 1", "(arr := 5) > 1", "arr if vip else seats",
        "f'{region}' == 'a'", "arr > 2 ** 9999", "vip is true", "region == None", "region == b'a'",
        "arr > 1j", "await arr", "*region", "arr > -(-1)", "region in 'EMEA'", "'a' in region",
        "arr > seats", "1 < 2", "vip == region", "arr = 5", "arr > 5; vip", "print(arr)",
    ],
)  # fmt: skip
def test_all_else_is_refused(text):
    with pytest.raises(ValueError, match=r"Write|Name|Compare"):
        parse_where(text)


# --- what is written, and what it means ----------------------------------------------------------


def values(text: str, currency: str = "USD") -> tuple:
    """With what a condition of one comparison compares."""
    (comparison,) = parse_where(text, currency).comparisons
    return comparison.values


def test_quantities_are_written_as_everywhere():
    assert values("arr >= '100k'") == values("arr >= 100_000") == (100_000.0,)
    assert values("arr >= '0.1M USD'") == (100_000.0,)
    assert values("churn > '8%'") == (0.08,)
    assert values("term == '1 year'") == (12.0,)
    assert values("start < '2027-03'") == (np.datetime64("2027-03-01"),)
    with pytest.raises(ValueError, match=r"is in EUR\. Write the amount in USD"):
        values("arr >= '82_000 EUR'")


def test_the_same_in_other_words_is_the_same():
    assert parse_where("arr>=100000") == parse_where(" '100k' <= arr ")
    assert parse_where("region in ['a', 'b']") == parse_where("region in ('a', 'b')")
    assert parse_where("arr > 1") != parse_where("arr >= 1")
    assert str(parse_where("arr>=100000")) == "arr>=100000"


def test_what_is_unknown_meets_no_comparison():
    rows = [{"region": "", "seats": float("nan"), "vip": float("nan")}]
    for text in ("seats > 5", "seats <= 5", "seats != 5", "seats in [5]", "seats not in [5]",
                 "region == 'a'", "region != 'a'", "region not in ['a']", "vip", "vip == false",
                 "region != ''", "seats != ''"):  # fmt: skip
        assert held(parse_where(text), rows) == [False], text
    for text in ("not seats > 5", "region == ''", "seats == ''", "seats in ['', 5]", "vip == ''"):
        assert held(parse_where(text), rows) == [True], text


def test_names_in_other_scripts_are_columns():
    assert parse_where("größe > 3 and क्षेत्र == 'उत्तर'").comparisons[1].column == "क्षेत्र"


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("region == 'EMEA' AND arr > 2000", "Write `and` in small letters"),
        ("region = 'EMEA'", "Write == for what is equal"),
        ("region <> 'EMEA'", "Write `!=` for <>"),
        ("arr > 2000 && vip", "Write `and` for &&"),
        ("start >= 2026-01-01", "Write the date in quotes, '2026-01-01'"),
        ("start >= 2026-11", "Write the date in quotes, '2026-11'"),
        ("arr >= 12k", "Write the amount in quotes, '12k'"),
        ("arr >= 82_000 EUR", "Write the amount in quotes, '82_000 EUR'"),
        ("arr at least 100k", "Write comparisons joined by and, or, not: "),
        ("note >= 'A AND B = C' or", "Write comparisons joined by and, or, not: "),
    ],
)
def test_what_other_languages_write_is_mended(text, mend):
    with pytest.raises(ValueError, match=r"no condition|not allowed here") as caught:
        parse_where(text)
    assert mend in str(caught.value)
