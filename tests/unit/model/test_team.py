"""The time waterfall, and people who come and go."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.model.team import NEVER, RAMPED, leave_chance, ramped, step_seats, waterfall


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


def step(state: int, *, leaves: bool, vacant_for: int = 2) -> int:
    hit = np.array([[leaves]])
    waits = np.full(int(leaves), vacant_for, dtype=np.int32)
    return int(step_seats(np.array([[state]], dtype=np.int32), hit, waits)[0, 0])


def test_tenure_grows_by_one() -> None:
    assert step(3, leaves=False) == 4
    assert step(RAMPED, leaves=False) == RAMPED + 1


def test_a_seat_that_is_vacated_waits_for_its_time_to_hire() -> None:
    assert step(3, leaves=True) == -2
    assert step(0, leaves=True, vacant_for=1) == -1


def test_a_vacancy_comes_nearer_and_is_filled_with_a_newcomer() -> None:
    assert step(-2, leaves=True) == -1
    assert step(-1, leaves=True) == 0


def test_a_seat_that_is_not_filled_again_stays_vacant() -> None:
    state = step(5, leaves=True, vacant_for=-NEVER)
    assert state == NEVER
    for _ in range(120):
        state = step(state, leaves=True)
    assert state < 0


def test_each_vacancy_has_its_own_length() -> None:
    state = np.full((2, 2), 4, dtype=np.int32)
    hit = np.array([[True, False], [False, True]])
    found = step_seats(state, hit, np.array([1, 4], dtype=np.int32))
    assert found.tolist() == [[-1, 5], [5, -4]]


def test_the_chance_to_leave_within_a_month_compounds_to_the_year() -> None:
    monthly = leave_chance(np.array([0.15]), np.array([1.0]), 1 / 12)
    assert 1 - (1 - monthly) ** 12 == pytest.approx(0.15)


def test_overload_multiplies_the_time_at_risk() -> None:
    assert leave_chance(np.array([0.15]), np.array([1.5]), 1 / 12) == pytest.approx(
        1 - 0.85 ** (1.5 / 12)
    )


def test_nobody_leaves_without_attrition_and_all_leave_at_one() -> None:
    chances = leave_chance(np.array([0.0, 1.0]), np.array([1.0, 1.0]), 1 / 12)
    assert chances.tolist() == [0, 1]


OUTPUT = np.array([0.0, 0.2, 0.6, 1.0])[:, None]
"""Of a vacant seat, a newcomer, one of a month, and everybody after."""


@pytest.mark.parametrize(
    ("tenure", "share"), [(NEVER, 0), (-1, 0), (0, 0.2), (1, 0.6), (2, 1), (RAMPED, 1)]
)
def test_output_follows_tenure(tenure: int, share: float) -> None:
    assert ramped(np.array([[tenure]]), OUTPUT).tolist() == [share]


def test_output_adds_up_over_the_seats_of_a_trial() -> None:
    state = np.array([[0, -3], [1, RAMPED], [RAMPED, RAMPED]])
    assert ramped(state, OUTPUT).tolist() == pytest.approx([1.8, 2.0])


def test_an_uncertain_ramp_differs_by_trial() -> None:
    output = np.array([[0.0, 0.0], [0.2, 0.4], [1.0, 1.0]])
    assert ramped(np.array([[0, 0], [5, -1]]), output).tolist() == pytest.approx([1.2, 0.4])
