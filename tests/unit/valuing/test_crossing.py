"""The search for a change of sign: found with few questions, or said not to be there."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from capacity.valuing.crossing import crossing

TOLERANCE = 1e-3


class Asked:
    """A function that counts how often it is asked for a new place."""

    def __init__(self, function):
        self.function, self.places = function, set()

    def __call__(self, place):
        self.places.add(place)
        return self.function(place)


def saturating(cost, steepness):
    """What a team saves, less what it costs: no more can be lost than there is."""
    return lambda k: 100 * -math.expm1(-0.1 * math.expm1(steepness * k)) - cost


@given(cost=st.floats(0.5, 80), steepness=st.floats(0.05, 2))
@example(cost=74.85442665603968, steepness=1.8087916581077255)
@example(cost=76.99782341750675, steepness=1.9697884426954697)
def test_it_is_found_with_few_questions(cost, steepness):
    value = Asked(saturating(cost, steepness))
    root = math.log1p(-10 * math.log1p(-cost / 100)) / steepness
    found = crossing(value, (), math.log(1000) / steepness, steepness, TOLERANCE)
    assert found == pytest.approx(root, abs=2 * TOLERANCE)
    assert len(value.places) <= 18


@given(root=st.floats(0.1, 9.5), power=st.sampled_from([1, 3]), sign=st.sampled_from([-1, 1]))
def test_no_shape_and_no_direction_misleads_it(root, power, sign):
    value = Asked(lambda k: sign * ((k - root) ** power + 0.1 * (k - root)))
    found = crossing(value, (), 10.0, 0.3, TOLERANCE)
    assert found == pytest.approx(root, abs=0.02)
    assert len(value.places) <= 60


@given(roots=st.lists(st.floats(0.5, 9), min_size=2, max_size=3, unique=True))
def test_of_several_it_is_one_of_them(roots):
    assume(min(abs(a - b) for a in roots for b in roots if a != b) > 0.5)
    found = crossing(lambda k: math.prod(k - r for r in roots), (), 10.0, 0.2, TOLERANCE)
    assert found is None or min(abs(found - r) for r in roots) < 0.05


def test_what_never_changes_its_sign_has_no_place():
    for value in (lambda k: -1.0 - k, lambda k: k - 10.5, lambda _: -1.0):
        assert crossing(value, (), 10.0, 0.3, TOLERANCE) is None


def test_nothing_at_the_beginning_is_the_beginning():
    assert crossing(lambda k: 5 * k, (), 10.0, 0.3, TOLERANCE) == 0.0


def test_what_is_known_is_not_asked_for_again():
    first = Asked(saturating(20, 0.2))
    crossing(first, (), 30.0, 0.2, TOLERANCE)
    second = Asked(saturating(25, 0.2))
    alone = Asked(saturating(25, 0.2))
    crossing(second, first.places, 30.0, 0.2, TOLERANCE)
    crossing(alone, (), 30.0, 0.2, TOLERANCE)
    assert len(second.places - first.places) < len(alone.places)
