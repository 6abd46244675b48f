"""Hours go to the most important work, evenly among equals, and the oldest first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capacity.model.dispatch import Priorities, coverage, oldest_first, serve


def served(work: list[float], priority: list[float], hours: float) -> list[float]:
    done = serve(np.array(work)[:, None], np.array([hours]), Priorities.of(np.array(priority)))
    return done[:, 0].tolist()


def test_enough_hours_do_all_work() -> None:
    assert served([3, 4, 5], [1, 2, 3], 100) == [3, 4, 5]


def test_the_first_priority_is_served_before_the_next() -> None:
    assert served([3, 4, 5], [1, 2, 3], 5) == [3, 2, 0]


def test_equal_priorities_share_in_proportion() -> None:
    assert served([2, 6, 5], [1, 1, 2], 4) == [1, 3, 0]
    assert served([2, 6, 5], [1, 1, 2], 10) == [2, 6, 2]


def test_without_hours_nothing_is_done() -> None:
    assert served([3, 0], [1, 2], 0) == [0, 0]


def test_no_work_takes_no_hours() -> None:
    assert served([0, 4], [1, 2], 3) == [0, 3]


def test_work_without_a_priority_comes_last_together() -> None:
    assert served([3, 2, 6], [1, np.inf, np.inf], 7) == [3, 1, 3]


def test_trials_are_served_apart() -> None:
    work = np.array([[1.0, 2.0], [1.0, 2.0]])
    done = serve(work, np.array([1.5, 3.0]), Priorities.of(np.array([1.0, 2.0])))
    assert done.tolist() == [[1, 2], [0.5, 1]]


amounts = st.floats(0, 1e4).map(lambda x: round(x, 3))
priorities = st.lists(st.sampled_from([1.0, 2.0, 3.0, np.inf]), min_size=1, max_size=6).map(sorted)


@st.composite
def queues(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    priority = draw(priorities)
    work = draw(arrays(float, (len(priority), 3), elements=amounts))
    hours = draw(arrays(float, 3, elements=amounts))
    return work, hours, np.array(priority)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(queue=queues())
def test_hours_are_neither_lost_nor_made(queue: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    work, hours, priority = queue
    done = serve(work, hours, Priorities.of(priority))
    assert (done >= 0).all()
    assert (done <= work * (1 + 1e-12)).all()
    assert done.sum(axis=0) == pytest.approx(
        np.minimum(work.sum(axis=0), hours), rel=1e-9, abs=1e-9
    )


@settings(deadline=None, derandomize=True, max_examples=200)
@given(queue=queues())
def test_nobody_is_served_before_those_who_matter_more(
    queue: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    work, hours, priority = queue
    left = work - serve(work, hours, Priorities.of(priority))
    missed, done = left > 1e-6, work - left > 1e-6
    for lane, rank in enumerate(priority):
        assert not (missed[lane] & done[priority > rank].any(axis=0)).any()


def test_the_oldest_goes_first() -> None:
    waiting = np.array([5.0, 3.0, 2.0]).reshape(3, 1, 1)
    left = oldest_first(waiting, np.array([[4.0]]))
    assert left.ravel().tolist() == [5, 1, 0]


def test_the_youngest_goes_when_the_older_are_done() -> None:
    waiting = np.array([5.0, 3.0, 2.0]).reshape(3, 1, 1)
    assert oldest_first(waiting, np.array([[7.0]])).ravel().tolist() == [3, 0, 0]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    waiting=arrays(float, (4, 2, 3), elements=amounts),
    share=arrays(float, (2, 3), elements=st.floats(0, 1)),
)
def test_what_is_done_comes_off_the_waiting(waiting: np.ndarray, share: np.ndarray) -> None:
    done = waiting.sum(axis=0) * share
    left = oldest_first(waiting, done)
    assert (left >= 0).all()
    assert (left <= waiting + 1e-9).all()
    assert left.sum(axis=0) == pytest.approx(waiting.sum(axis=0) - done, rel=1e-9, abs=1e-8)
    touched = left < waiting - 1e-9
    for young in range(3):
        older_left = left[young + 1 :].sum(axis=0)
        assert (older_left[touched[young]] < 1e-6).all()


def test_coverage_is_done_over_decided() -> None:
    done, dropped = np.array([3.0, 0.0, 0.0, 2.0]), np.array([1.0, 2.0, 0.0, 0.0])
    assert coverage(done, dropped).tolist()[:2] == [0.75, 0]
    assert np.isnan(coverage(done, dropped)[2])
    assert coverage(done, dropped)[3] == 1
