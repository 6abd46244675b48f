"""The time waterfall, and people who come and go."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.model.team import leave_hazard, ramped, waterfall


def hours(weekdays: float, holidays: float, leave: float, *, week: float = 40, internal: float = 0,
          target: float = 1) -> tuple[float, float]:  # fmt: skip
    found = waterfall(
        np.array([[weekdays]]), np.array([[holidays]]), np.array([[leave]]),
        np.array([week]), np.array([internal]), np.array([target]),
    )  # fmt: skip
    return found.available.item(), found.customer.item()


def test_weekdays_are_paid_a_fifth_of_the_week() -> None:
    assert hours(20, 0, 0) == (160, 160)
    assert hours(20, 0, 0, week=35) == (140, 140)


def test_holidays_and_leave_are_not_present() -> None:
    assert hours(20, 2, 1.5) == (132, 132)


def test_internal_work_comes_off_present_hours() -> None:
    assert hours(20, 2, 3, internal=0.25) == (90, 90)


def test_the_reserve_comes_off_available_hours() -> None:
    assert hours(20, 2, 3, internal=0.25, target=0.8) == (90, 72)


def test_nobody_is_present_for_less_than_no_time() -> None:
    assert hours(20, 1, 30) == (0, 0)


def test_the_waterfall_of_a_year() -> None:
    """2,080 paid hours, 200 of leave, a third internal, 15 % reserve."""
    available, customer = hours(260, 0, 25, internal=1 / 3, target=0.85)
    assert available == pytest.approx(1253.3, abs=0.05)
    assert customer == pytest.approx(1065.3, abs=0.05)


def leave_chance(attrition: float, overload: float) -> float:
    found = leave_hazard(np.array([attrition]), np.array([overload]), 1 / 12)
    return float(-np.expm1(-found)[0])


def test_the_chance_to_leave_within_a_month_compounds_to_the_year() -> None:
    assert 1 - (1 - leave_chance(0.15, 1.0)) ** 12 == pytest.approx(0.15)


def test_overload_multiplies_the_time_at_risk() -> None:
    assert leave_chance(0.15, 1.5) == pytest.approx(1 - 0.85 ** (1.5 / 12))


def test_nobody_leaves_without_attrition_and_all_leave_at_one() -> None:
    assert leave_chance(0.0, 1.0) == 0
    assert leave_chance(1.0, 1.0) == 1


def test_output_follows_tenure() -> None:
    """A newcomer, one of a month, and nobody else who is not ramped."""
    output = np.array([[0.2], [0.6]])
    assert ramped(np.array([1.0]), np.array([[1.0], [0.0]]), output) == pytest.approx(0.2)
    assert ramped(np.array([1.0]), np.array([[0.0], [1.0]]), output) == pytest.approx(0.6)
    assert ramped(np.array([3.0]), np.array([[1.0], [1.0]]), output) == pytest.approx(1.8)
    assert ramped(np.array([3.0]), np.array([[0.0], [0.0]]), output).tolist() == [3.0]


def test_without_a_ramp_everybody_counts() -> None:
    assert ramped(np.array([4.0]), np.zeros((0, 1)), np.zeros((0, 1))).tolist() == [4.0]


def test_an_uncertain_ramp_differs_by_trial() -> None:
    found = ramped(np.array([2.0, 1.0]), np.array([[1.0, 1.0]]), np.array([[0.2, 0.4]]))
    assert found == pytest.approx([1.2, 0.4])
