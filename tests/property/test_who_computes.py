"""Whatever the plan: who computes it, how much at a time and in which order, is no matter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_plans import plans

import capacity
from capacity import simulation
from capacity.rng import BLOCK

some_plans = settings(
    deadline=None,
    derandomize=True,
    max_examples=4,
    phases=[Phase.generate],
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TRIALS, PIECE = 4 * BLOCK, 2 * BLOCK


class AnyOrder(Executor):
    """Computes here what it was given, in an order of chance, when somebody asks for anything."""

    def __init__(self, order: random.Random) -> None:
        self.order, self.waiting = order, []

    def submit(self, fn, /, *args):  # type: ignore[override]
        future = _Asked(self)
        self.waiting.append((future, fn, args))
        return future

    def work(self) -> None:
        self.order.shuffle(self.waiting)
        while self.waiting:
            future, fn, args = self.waiting.pop()
            future.set_result(fn(*args))


class _Asked(Future):
    def __init__(self, executor: AnyOrder) -> None:
        super().__init__()
        self._executor = executor

    def result(self, timeout=None):
        self._executor.work()
        return super().result(timeout)


@pytest.fixture(scope="module")
def pools() -> Iterator[list[Executor]]:
    """Threads, and processes, each begun once."""
    with ThreadPoolExecutor(2) as threads, capacity.Workers(2) as workers:
        yield [threads, workers]


@some_plans
@given(plan=plans(), order=st.randoms(use_true_random=False))
def test_all_executors_find_the_same_bits(scenario, pools, plan, order) -> None:
    loaded = scenario(plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "BATCH", TRIALS)
        alone = found(capacity.simulate(loaded, trials=TRIALS))
        patch.setattr(simulation, "BATCH", PIECE)
        for executor in (AnyOrder(order), *pools):
            result = capacity.simulate(loaded, trials=TRIALS, executor=executor)
            assert len(result.batches) == TRIALS // PIECE
            same = found(result)
            assert alone.keys() == same.keys()
            for name, values in alone.items():
                assert np.array_equal(values, same[name], equal_nan=True), name


def found(result: capacity.Result) -> dict[str, np.ndarray]:
    """All that is recorded, of every future, which is the last axis."""
    return {
        name: np.concatenate([each_future(b[name], b["arr"]) for b in result.batches], axis=-1)
        for name in result.batches[0]
    }


def each_future(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """What is the same in all futures of a batch, once for each of them."""
    return np.broadcast_to(values, (*values.shape[:-1], like.shape[-1]))
