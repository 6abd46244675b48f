"""Rows of numbers told by little: moments, which add up, and counts of rounded values.

A value is counted at the nearest number of `DIGITS` binary digits. Rounding keeps the order, so a
quantile of what was counted is the quantile of the values, rounded: its relative error is at most
`ERROR`, wherever it lies and however many values there are. Counts are whole numbers: the order in
which parts are added plays no part. (The buckets of DDSketch, Masson, Rim and Lee 2019, with the
bits of a floating-point number in place of its logarithm.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.statistics import QUANTILES, Summary, means_of_blocks

DIGITS = 11
"""Binary digits of a value that is counted, as 2,047 has."""
ERROR = 2.0**-DIGITS
"""Largest relative error of a quantile."""
SMALLEST, LARGEST = 2.0**-30, 2.0**80
"""What is nearer to zero, less than a billionth, counts as zero; what is larger as infinite."""
_SHIFT = 53 - DIGITS
_HALF = 1 << (_SHIFT - 1)


def _place(magnitude: FloatArray) -> IntArray:
    """The leading bits of numbers, rounded, in their place: neighbours are one apart."""
    place = magnitude.view(np.int64)
    place += _HALF
    place >>= _SHIFT
    return place


_FIRST = int(_place(np.array([SMALLEST]))[0])
_LAST = int(_place(np.array([LARGEST]))[0]) - _FIRST + 1


def buckets(values: FloatArray) -> IntArray:
    """Whole numbers that order values, those alike in the leading digits as one; 0 for zero."""
    place = _place(np.abs(values))
    place -= _FIRST - 1
    np.clip(place, 0, _LAST, out=place)
    below = values < 0
    if below.any():
        np.negative(place, out=place, where=below)
    return place


def value_of(bucket: IntArray) -> FloatArray:
    """The rounded value that a bucket stands for."""
    magnitude = ((np.abs(bucket) + (_FIRST - 1)) << _SHIFT).view(np.float64)
    magnitude = np.where(np.abs(bucket) >= _LAST, np.inf, magnitude)
    return np.where(bucket == 0, 0.0, np.sign(bucket) * magnitude)


# --- moments -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moments:
    """Number, mean and sum of squares about the mean, of each row; each of one shape."""

    count: FloatArray
    mean: FloatArray
    squares: FloatArray

    @classmethod
    def of(cls, values: FloatArray) -> Moments:
        """Of values along the last axis; what is not known (NaN) does not count."""
        if np.isnan(values.sum()):
            return cls._of_known(values, ~np.isnan(values))
        with np.errstate(invalid="ignore"):  # of infinite values nothing but the mean is known
            mean = values.mean(axis=-1)
            off = values - mean[..., None]
        return cls(np.full(mean.shape, float(values.shape[-1])), mean, _squares(off))

    @classmethod
    def of_finite(cls, values: FloatArray) -> Moments:
        """The same of those that are neither unknown nor infinite."""
        return cls._of_known(values, np.isfinite(values))

    @classmethod
    def _of_known(cls, values: FloatArray, known: BoolArray) -> Moments:
        count = known.sum(axis=-1).astype(float)
        with np.errstate(invalid="ignore"):
            mean = np.where(known, values, 0.0).sum(axis=-1) / np.maximum(count, 1.0)
            off = np.where(known, values - mean[..., None], 0.0)
        return cls(count, mean, _squares(off))

    def and_(self, more: Moments) -> Moments:
        """Of both together (Chan, Golub and LeVeque 1983)."""
        count = self.count + more.count
        part = more.count / np.maximum(count, 1.0)
        with np.errstate(invalid="ignore"):
            gap = more.mean - self.mean
            mean = np.where(np.isinf(self.mean), self.mean, self.mean + gap * part)
            squares = self.squares + more.squares + gap**2 * self.count * part
        return Moments(count, mean, squares)

    def rows(self, of: IntArray) -> Moments:
        """Those of some rows."""
        return Moments(self.count[of], self.mean[of], self.squares[of])

    def columns(self) -> list[Moments]:
        """Those of each batch, of moments of shape (rows, batches)."""
        each = zip(self.count.T, self.mean.T, self.squares.T, strict=True)
        return [Moments(*column) for column in each]

    @classmethod
    def stacked(cls, parts: list[Moments]) -> Moments:
        """All rows of some."""
        return cls(
            *(np.concatenate(of) for of in zip(*(vars(p).values() for p in parts), strict=True))
        )

    def means(self) -> FloatArray:
        """Mean of each row; NaN where nothing is known."""
        return np.where(self.count > 0, self.mean, np.nan)

    def deviations(self) -> FloatArray:
        """Standard deviation of each row; NaN of fewer than two values."""
        return np.where(
            self.count > 1, np.sqrt(self.squares / np.maximum(self.count - 1, 1)), np.nan
        )


def _squares(off: FloatArray) -> FloatArray:
    found: FloatArray = np.einsum("...i,...i->...", off, off)
    return found


# --- counts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How often each rounded value is among those of each row.

    Attributes
    ----------
    zeros
        How often zero is, shape (rows,): it lies far from every other bucket.
    low, width
        First bucket of the others and their number, shape (rows,).
    number
        Values in each of these, those of a row behind those of the row before.
    """

    zeros: IntArray
    low: IntArray
    width: IntArray
    number: NDArray[np.uint32]

    @classmethod
    def of(cls, values: FloatArray) -> Counts:
        """Of values of shape (rows, values); what is not known (NaN) does not count."""
        bucket = buckets(values)
        other = bucket != 0
        zeros = np.full(len(values), values.shape[1]) - other.sum(axis=1)
        if np.isnan(values.sum()):
            other &= ~np.isnan(values)
        if all_ := bool(other.all()):
            low, high = bucket.min(axis=1), bucket.max(axis=1)
        else:
            low = np.where(other, bucket, _LAST).min(axis=1)
            high = np.where(other, bucket, -_LAST).max(axis=1)
        width = np.maximum(high - low + 1, 0)
        low = np.where(width > 0, low, 0)
        bucket += (np.cumsum(width) - width - low)[:, None]
        flat = bucket.ravel() if all_ else bucket[other]
        number = np.bincount(flat, minlength=int(width.sum())).astype(np.uint32)
        return cls(zeros, low, width, number)

    @property
    def starts(self) -> IntArray:
        """Where the buckets of each row begin."""
        return np.cumsum(self.width) - self.width

    def and_(self, more: Counts) -> Counts:
        """Of both together."""
        has, other = self.width > 0, more.width > 0
        low = np.where(
            has & other, np.minimum(self.low, more.low), np.where(has, self.low, more.low)
        )
        ends = [np.where(c.width > 0, c.low + c.width, low) for c in (self, more)]
        width = np.maximum(*ends) - low
        number = np.zeros(int(width.sum()), np.uint32)
        both = Counts(self.zeros + more.zeros, low, width, number)
        for one in (self, more):
            shift = both.starts + one.low - low - one.starts
            number[np.arange(len(one.number)) + np.repeat(shift, one.width)] += one.number
        return both

    def row(self, row: int) -> tuple[FloatArray, IntArray]:
        """The rounded values of a row in order, and how many are at or below each."""
        start = int(self.starts[row])
        number = self.number[start : start + int(self.width[row])]
        (there,) = np.nonzero(number)
        values, often = value_of(self.low[row] + there), number[there].astype(np.int64)
        if self.zeros[row]:
            at = int(np.searchsorted(values, 0.0))
            values, often = np.insert(values, at, 0.0), np.insert(often, at, self.zeros[row])
        return values, np.cumsum(often)

    def quantiles(self, row: int, at: FloatArray) -> FloatArray:
        """Quantiles of a row, as those of `capacity.statistics` of its rounded values."""
        values, below = self.row(row)
        if not len(values):
            return np.full(len(at), np.nan)
        place = at * (below[-1] - 1)
        low = np.floor(place)
        high = np.minimum(low + 1, below[-1] - 1)
        a, b = (values[np.searchsorted(below, n, side="right")] for n in (low, high))
        with np.errstate(invalid="ignore"):
            return np.where(a == b, a, a + (place - low) * (b - a))


# --- rows that are asked for ---------------------------------------------------------------------


@dataclass(frozen=True)
class Sketched:
    """Some rows of which the values are gone; asked like a `capacity.statistics.Sample`."""

    moments: Moments
    blocks: Moments
    counts: Counts
    which: IntArray

    def means(self) -> FloatArray:
        """Mean of each row."""
        return self.moments.means()

    def quantiles(self, at: FloatArray) -> FloatArray:
        """Quantiles of each row, shape (rows, quantiles), each within `ERROR`."""
        found = [self.counts.quantiles(row, at) for row in self.which.tolist()]
        return np.array(found).reshape(len(self.which), len(at))

    def mean_error(self) -> FloatArray:
        """Standard error of each row's mean, from the spread between blocks."""
        return self.blocks.deviations() / np.sqrt(np.maximum(self.blocks.count, 1.0))

    def quantile_error(self, at: float) -> FloatArray:
        """Standard error of each row's quantile, as of futures that do not depend on each other.

        Half of what lies between the quantiles one standard error of a share below and above, and
        not less than the error of the counts where the row varies. Sampling by strata makes the
        true error smaller, if anything.
        """
        count = np.maximum(self.moments.count, 1.0)
        off = np.sqrt(at * (1 - at) / count)
        found = []
        for row, gap in zip(self.which.tolist(), off.tolist(), strict=True):
            ends = np.clip(np.array([at - gap, at, at + gap]), 0.0, 1.0)
            low, middle, high = self.counts.quantiles(row, ends).tolist()
            varies = len(self.counts.row(row)[0]) > 1
            found.append(max((high - low) / 2, ERROR * abs(middle) if varies else 0.0))
        return np.array(found)

    def summary(self) -> Summary:
        """What the table tells of each row."""
        quantiles = self.quantiles(np.array(QUANTILES))
        return Summary(self.means(), self.moments.deviations(), self.mean_error(), quantiles)


@dataclass(frozen=True)
class Part:
    """What some futures come to, row by row.

    Attributes
    ----------
    batches
        Moments of the values and of the means of blocks, one pair for each batch of futures.
        They are added in this order, since adding rounds.
    counts
        By metric.
    """

    batches: list[tuple[Moments, Moments]]
    counts: list[Counts]

    @classmethod
    def of(cls, metrics: Iterable[FloatArray], batch: int) -> Part:
        """Of values of shape (rows, trials), metric by metric, in batches of so many futures."""
        moments, counts = [], []
        for values in metrics:
            moments.append(_by_batch(values, batch))
            counts.append(Counts.of(values))
        batches = [
            (Moments.stacked([v for v, _ in each]), Moments.stacked([b for _, b in each]))
            for each in zip(*moments, strict=True)
        ]
        return cls(batches, counts)

    def and_(self, more: Part) -> Part:
        """With the futures that follow."""
        counts = [a.and_(b) for a, b in zip(self.counts, more.counts, strict=True)]
        return Part([*self.batches, *more.batches], counts)

    def added_up(self) -> Part:
        """The same with one pair of moments for all of it."""
        (values, blocks), *others = self.batches
        for more_values, more_blocks in others:
            values, blocks = values.and_(more_values), blocks.and_(more_blocks)
        return Part([(values, blocks)], self.counts)


def _by_batch(values: FloatArray, batch: int) -> list[tuple[Moments, Moments]]:
    """Moments of the values and of the means of their blocks, for each batch."""
    whole = values.shape[1] // batch * batch
    found = []
    for some, width in ((values[:, :whole], batch), (values[:, whole:], values.shape[1] - whole)):
        if some.size:
            apart = some.reshape(len(values), -1, width)
            blocks = means_of_blocks(some).reshape(len(values), apart.shape[1], -1)
            pairs = (Moments.of(apart).columns(), Moments.of_finite(blocks).columns())
            found += [*zip(*pairs, strict=True)]
    return found
