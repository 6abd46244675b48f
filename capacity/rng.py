"""Luck that belongs to things: uniforms found by name, never by position.

Every draw is a pure function of the seed, the block of trials and the name of what it is about
(an account, a seat, a task, an input's path). A name is hashed once, by BLAKE2, to a 64-bit key;
the draws of a key are a counter hash: key plus the trial's own 64-bit counter, through the
finaliser of SplitMix64 (Steele, Lea & Flood 2014, variant 13 of Stafford). One hash serves two
trials, 32 bits each. `docs/about/design.md` compares this with the alternatives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import BoolArray, FloatArray, IntArray

KeyArray = NDArray[np.uint64]
WordArray = NDArray[np.uint32]

BLOCK = 100
"""Trials in a block: the unit of Latin hypercube sampling and of the standard errors."""
BATCH = 10 * BLOCK
"""Trials that are computed together at least, which costs less than block by block."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
_HALF, _HALF_WIDTH = np.uint64(2**32 - 1), np.uint64(32)
_LARGEST = 2**32 - 1
RESOLUTION = 2.0**-32
_LOWEST = RESOLUTION / 2
_CHUNK = 32_000
_ROOM = 300_000_000
"""Bytes of draws that are kept at most."""
_NAMES = 65_536
"""Things whose keys are remembered: scenarios that are run one after the other share most names."""
_COUNTER = 4
"""Bytes that the counter of a trial takes."""


@lru_cache(maxsize=_NAMES, typed=True)
def key(*names: object) -> int:
    """The 64-bit key of a thing, from the parts of its name."""
    text = "\0".join(str(name) for name in names)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def keys(names: Iterable[tuple[object, ...]]) -> KeyArray:
    """Keys of many things, shape (things,)."""
    return np.array([key(*name) for name in names], dtype=np.uint64)


def numbered(base: KeyArray, numbers: IntArray | int) -> KeyArray:
    """Keys of the occurrences of things: the account's renewal of a month, the seat's month.

    Shapes broadcast; equal base and number give an equal key.
    """
    if isinstance(numbers, int):
        return _mix(base ^ _number(numbers))
    return _mix(base ^ _spread(numbers))


@lru_cache(maxsize=_NAMES)
def _number(number: int) -> np.uint64:
    """A number far from its neighbours."""
    return np.uint64(_spread(np.array([number]))[0])


def _spread(numbers: IntArray) -> KeyArray:
    return _mix((numbers + 1).astype(np.uint64) * _GOLDEN)


def _mix(x: KeyArray) -> KeyArray:
    """Scramble 64-bit words in place; neighbours come out unrelated."""
    spare = np.right_shift(x, _SHIFT_1)
    x ^= spare
    x *= _MULTIPLY_1
    np.right_shift(x, _SHIFT_2, out=spare)
    x ^= spare
    x *= _MULTIPLY_2
    np.right_shift(x, _SHIFT_3, out=spare)
    x ^= spare
    return x


class Luck:
    """The draws of some blocks of trials.

    Parameters
    ----------
    seed
        Any whole number; part of every result.
    blocks
        Numbers of the blocks.

    Attributes
    ----------
    trials
        How many trials these are.
    """

    def __init__(self, seed: int, blocks: range) -> None:
        pairs = np.arange(BLOCK // 2)
        found = [numbered(keys([("block", seed, block)]), pairs) for block in blocks]
        self._counters = np.concatenate(found)
        self.trials = BLOCK * len(blocks)

    def uniforms(self, of: KeyArray) -> FloatArray:
        """Uniforms in (0, 1), one per thing and trial, shape (things, trials)."""
        out = np.empty((len(of), self.trials))
        for part, words in self._portions(of):
            np.multiply(words, RESOLUTION, out=out[part])
        out += RESOLUTION / 2
        return out

    def normals(self, of: KeyArray) -> FloatArray:
        """The same uniforms as normals, by the inverse distribution function."""
        from scipy.special import ndtri  # slow to import

        found: FloatArray = ndtri(self.uniforms(of))
        return found

    def _portions(self, of: KeyArray) -> Iterator[tuple[slice, WordArray]]:
        """Things that are drawn together, so few that they stay in the fast memory.

        With each portion come its words, shape (things, trials).
        """
        for part in self._parts(len(of)):
            yield part, _mix(of[part, None] + self._counters).view(np.uint32)

    def _parts(self, things: int) -> Iterator[slice]:
        step = max(1, _CHUNK // self.trials)
        return (slice(first, first + step) for first in range(0, things, step))

    def at(self, of: KeyArray, trial: IntArray) -> FloatArray:
        """The same uniforms, of single trials of things only; shapes broadcast to one."""
        words = _mix(of + self._counters[trial // 2])
        half = np.where(trial % 2 == 0, words & _HALF, words >> _HALF_WIDTH)
        return half * RESOLUTION + RESOLUTION / 2

    def below(self, of: KeyArray, chance: FloatArray, which: IntArray) -> BoolArray:
        """Where the same uniforms lie below a chance, shape (things, trials).

        Parameters
        ----------
        chance
            Probabilities, shape (chances, trials).
        which
            The chance of each thing, shape (things,).
        """
        limit = np.clip(np.ceil(chance / RESOLUTION - 0.5), 0, _LARGEST).astype(np.uint32)
        certain = chance >= 1
        out = np.empty((len(of), self.trials), dtype=bool)
        for part, words in self._portions(of):
            np.less(words, limit[which[part]], out=out[part])
        return out | certain[which] if certain.any() else out

    def stratified(self, of: KeyArray) -> FloatArray:
        """Uniforms of which every block has one in each hundredth, shape (things, trials).

        Latin hypercube sampling (McKay, Beckman & Conover 1979): within a block each thing's
        strata are dealt to the trials in an order of its own.
        """
        strata = np.argsort(self._deal(of), axis=2).reshape(len(of), self.trials)
        return (strata + self.uniforms(numbered(of, 2))) / BLOCK

    def _deal(self, of: KeyArray) -> FloatArray:
        """What decides the order of the strata, shape (things, blocks, trials of a block)."""
        return self.uniforms(numbered(of, 1)).reshape(len(of), -1, BLOCK)

    def correlated(self, of: KeyArray, mix: FloatArray) -> FloatArray:
        """The same uniforms in another order, so that things move together: a Gaussian copula.

        Behind the strata of a thing stand a hundred uniforms of their ranks. Their normals are
        mixed with those of other things, and the ranks of the mixture in a block are the new
        strata; places inside of the strata are mixed in the same way. So every block still has one
        in each hundredth, and ranks move together as in a sample of 100 (Packham & Schmidt 2010,
        after Iman & Conover 1982).

        Parameters
        ----------
        mix
            Lower triangle whose rows have the squared sum 1, shape (things, things). Things that
            are mixed with no other stay as they are, to the bit.
        """
        from scipy.special import ndtr, ndtri  # slow to import

        out, deal = self.stratified(of), self._deal(of)
        ranks = np.argsort(deal, axis=2)
        scores = ndtri(np.take_along_axis(np.sort(deal, axis=2), ranks, axis=2))
        inside = ndtri(self.uniforms(numbered(of, 2)))
        for i in range(1, len(of)):
            if mix[i, :i].any():
                strata = np.argsort(np.argsort(_mixed(mix[i], scores), axis=1), axis=1)
                place = np.clip(ndtr(_mixed(mix[i], inside)), _LOWEST, 1 - _LOWEST)
                out[i] = (strata.ravel() + place) / BLOCK
        return out


class Room:
    """Room for draws that are kept, which all who share it use up together."""

    def __init__(self) -> None:
        self._left = _ROOM

    def take(self, size: int) -> bool:
        """Whether there is room for so many bytes, which are taken."""
        if size > self._left:
            return False
        self._left -= size
        return True


class KeptLuck(Luck):
    """The same draws, each of them made once: for futures that are looked at in several worlds.

    Several threads may draw at the same time.

    Parameters
    ----------
    room
        For what is kept; of its own where nothing is said.
    """

    def __init__(self, seed: int, blocks: range, room: Room | None = None) -> None:
        super().__init__(seed, blocks)
        self._room = room or Room()
        self._words: dict[bytes, WordArray] = {}
        self._strata: dict[bytes, FloatArray] = {}
        self._normals: dict[bytes, FloatArray] = {}

    def _portions(self, of: KeyArray) -> Iterator[tuple[slice, WordArray]]:
        """Words that were drawn before, else new ones, which are kept while there is room."""
        name = of.tobytes()
        kept = self._words.get(name)
        if kept is None:
            kept = np.empty((len(of), self.trials), dtype=np.uint32)
            if not self._room.take(kept.nbytes):
                yield from super()._portions(of)
                return
            for part, drawn in super()._portions(of):
                kept[part] = drawn
            self._words[name] = kept
        yield from ((part, kept[part]) for part in self._parts(len(of)))

    def stratified(self, of: KeyArray) -> FloatArray:
        """One in each hundredth of every block, sorted into them once."""
        return self._once(self._strata, of, super().stratified).copy()

    def normals(self, of: KeyArray) -> FloatArray:
        """By the inverse distribution function, once while there is room; not to be written to."""
        return self._once(self._normals, of, super().normals)

    def _once(
        self, known: dict[bytes, FloatArray], of: KeyArray, draw: Callable[[KeyArray], FloatArray]
    ) -> FloatArray:
        name = of.tobytes()
        if name in known:
            return known[name]
        found = draw(of)
        if self._room.take(found.nbytes):
            found.setflags(write=False)
            known[name] = found
        return found


class CommonLuck:
    """Makes the luck of blocks of futures that one scenario after the other will meet.

    It is found once and kept while there is room. To another process it travels empty, and is
    found there.
    """

    def __init__(self) -> None:
        self._room = Room()
        self._known: dict[tuple[int, range], KeptLuck] = {}

    def __call__(self, seed: int, blocks: range) -> Luck:
        """The draws of some blocks of a seed."""
        name = seed, blocks
        if name not in self._known:
            if not self._room.take(BLOCK * len(blocks) * _COUNTER):
                return Luck(seed, blocks)
            self._known[name] = KeptLuck(seed, blocks, self._room)
        return self._known[name]

    def __reduce__(self) -> tuple[type[CommonLuck], tuple[()]]:
        return CommonLuck, ()


def _mixed(weights: FloatArray, normals: FloatArray) -> FloatArray:
    """A weighted sum, one after the other, so that its bits do not depend on how many trials."""
    total = np.zeros(normals.shape[1:])
    for weight, of_one in zip(weights, normals, strict=True):
        if weight:
            total += weight * of_one
    return total
