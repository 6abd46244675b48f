"""A figure in every future: as luck falls, with inputs held, or with all inputs and other luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.chance import Chance
from capacity.engine.copulas import Copula, Tied
from capacity.engine.drawn import Drawn
from capacity.executing import each
from capacity.rng import BATCH, BLOCK, KeyArray, Luck

_ELSEWHERE = 10**6
"""Blocks between those of the plan and those of other luck."""

Chances = Callable[[], Chance]
"""A fresh chance; all of them are of the same luck."""


class Outcome(Protocol):
    """A figure that a simulation gives in every future."""

    def of(self, chances: Chances) -> FloatArray:
        """Its values, shape (outcomes, trials)."""


@dataclass(frozen=True)
class Held:
    """What is given of the inputs.

    Attributes
    ----------
    at
        Probability at which an input is held, by the key of its luck.
    same
        Keys of the inputs that keep their luck while all else is drawn anew; with None nothing is
        drawn anew.
    """

    at: Mapping[int, float] = field(default_factory=dict)
    same: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Futures:
    """Which futures are looked at, and where they are computed."""

    seed: int
    trials: int
    copulas: tuple[Copula, ...]
    executor: Executor | None = None

    @property
    def batches(self) -> list[range]:
        """Blocks that are computed together; the last may hold futures that nobody asked for."""
        whole = -(-self.trials // BLOCK) * BLOCK
        return [
            range(first // BLOCK, min(first + BATCH, whole) // BLOCK)
            for first in range(0, whole, BATCH)
        ]

    def uniforms(self, of: Sequence[int]) -> FloatArray:
        """The luck of some inputs in all futures, shape (inputs, trials)."""
        keys = np.array(of, dtype=np.uint64)
        found = [_uniforms(self.seed, self.copulas, keys, blocks) for blocks in self.batches]
        return np.concatenate(found, axis=1)[:, : self.trials]

    def values(self, outcome: Outcome, held: Held | None = None) -> FloatArray:
        """An outcome in all futures, shape (outcomes, trials)."""
        one = partial(_batch, outcome, self.seed, self.copulas, held or Held())
        found = [*each(self.executor, one, self.batches)]
        return np.concatenate(found, axis=1)[:, : self.trials]

    def fewer(self, trials: int) -> Futures:
        """Only the first of them."""
        return Futures(self.seed, min(trials, self.trials), self.copulas, self.executor)


def _uniforms(seed: int, copulas: tuple[Copula, ...], keys: KeyArray, blocks: range) -> FloatArray:
    luck = Luck(seed, blocks)
    if not len(keys):
        return np.zeros((0, luck.trials))
    return Tied(luck, copulas, {}).stratified(keys)


def _batch(
    outcome: Outcome, seed: int, copulas: tuple[Copula, ...], held: Held, blocks: range
) -> FloatArray:
    """One batch of futures; a function of its arguments alone."""
    given: dict[int, FloatArray | float] = dict(held.at)
    luck = Luck(seed, blocks)
    if held.same is not None:
        keys = np.array(held.same, dtype=np.uint64)
        given |= zip(held.same, _uniforms(seed, copulas, keys, blocks), strict=True)
        luck = Luck(seed, range(blocks.start + _ELSEWHERE, blocks.stop + _ELSEWHERE))
    return outcome.of(lambda: Drawn(luck, copulas, given))
