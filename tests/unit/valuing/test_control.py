"""Few futures, set right by what all of them say of something alike."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.valuing.control import Controlled


def draw(seed, few=500, all_=10_000, noise=0.3):
    luck = np.random.default_rng(seed)
    known = luck.normal(5.0, 2.0, all_)
    values = 3 * known[:few] + luck.normal(0.0, noise * 6, few) + 1
    return Controlled(values, known)


def test_the_mean_is_right_and_its_error_is_what_it_says():
    """Over 200 repetitions: 3·5 + 1 = 16, and z-scores with a variance of t with 4 degrees."""
    found = [draw(seed) for seed in range(200)]
    off = np.array([one.mean - 16 for one in found])
    assert abs(off.mean()) < 4 * off.std() / np.sqrt(200)
    said = np.sqrt(np.mean([one.error**2 for one in found]))
    assert said == pytest.approx(off.std(), rel=0.2)


def test_it_is_nearer_than_the_few_alone():
    off = np.array([draw(seed).mean for seed in range(100)]) - 16
    plain = np.array([draw(seed).values.mean() for seed in range(100)]) - 16
    assert off.std() < plain.std() / 2.5


def test_what_is_known_itself_is_known_as_of_all():
    known = np.random.default_rng(1).normal(size=3000)
    assert Controlled(known[:500], known).mean == pytest.approx(known.mean())


def test_without_more_futures_nothing_is_set_right():
    values = np.arange(500.0)
    for known in (np.zeros(0), values, np.ones(2000)):
        one = Controlled(values, known)
        assert one.mean == values.mean()
        assert one.error == pytest.approx(Controlled(values, np.zeros(0)).error)
