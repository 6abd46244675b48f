"""What the periods of a plan ask of chance: drawn, one number for each trial, or expected.

The periods are computed by one and the same code for both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from capacity.arrays import FloatArray, IntArray
from capacity.engine.bands import Bands
from capacity.estimates import Estimate
from capacity.rng import KeyArray

Named = tuple[str, Estimate]


@dataclass(frozen=True)
class Lost:
    """Accounts that are lost, one entry for each account and trial.

    Attributes
    ----------
    place, trial
        Which of the accounts that were asked about, and in which trial.
    part
        How much of the account: all, or the expected part.
    """

    place: IntArray
    trial: IntArray
    part: FloatArray


@dataclass(frozen=True)
class Members:
    """Accounts that exist, one entry for each account and trial, sorted by cell and trial.

    Attributes
    ----------
    cell, trial
        What they belong to, and in which trial.
    ordinal
        Number within the cell and trial, from 0 on.
    part
        How much of the account: all, or the expected part.
    """

    cell: IntArray
    trial: IntArray
    ordinal: IntArray
    part: FloatArray


@dataclass(frozen=True)
class Sorts:
    """What single new accounts are like, one entry for each account, kind and band that it may be.

    Attributes
    ----------
    place
        Which of the accounts that were asked about, in ascending order.
    kind, band
        Of what kind it is, and the band of what it pays.
    part, paid
        How much of the account, and what it pays.
    """

    place: IntArray
    kind: IntArray
    band: IntArray
    part: FloatArray
    paid: FloatArray


class Accounts(Protocol):
    """Accounts with names, of which some are lost."""

    def lose(self, rows: IntArray, of: KeyArray, chance: FloatArray, which: IntArray) -> Lost:
        """Decide the renewals of some accounts.

        Parameters
        ----------
        rows, of
            The accounts, and the luck of these renewals, shape (rows,).
        chance
            Chances to be lost, shape (chances, trials).
        which
            The chance of each row, shape (rows,).
        """


class Chance(Protocol):
    """What the months ask of chance; shapes are (things, trials)."""

    trials: int

    def inputs(self, named: Sequence[Named], day: dt.date | None = None) -> FloatArray:
        """Uncertain inputs, one row each; one column where none of them is uncertain.

        Of those that change in time the values of a day; None is the start of the plan.
        """

    def factors(self, of: KeyArray, spread: FloatArray) -> FloatArray:
        """A factor on each thing for a whole future, with mean 1 and a coefficient of variation."""

    def happens(self, of: KeyArray, probability: FloatArray) -> FloatArray:
        """Whether each thing happens in a future: 1 or 0."""

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """How many of a number of coins fall the right way."""

    def arrivals(self, of: KeyArray, mean: FloatArray) -> FloatArray:
        """How many random events there are."""

    def totals(self, of: KeyArray, mean: FloatArray, relative_variance: FloatArray) -> FloatArray:
        """Sums of many values with given means and squared coefficients of variation."""

    def normals(self, of: KeyArray) -> FloatArray:
        """Standard normals, or their mean."""

    def values(self, of: KeyArray, trial: IntArray, estimate: Estimate) -> FloatArray:
        """A value of an estimate for each thing, in one trial each; all of shape (things,)."""

    def accounts(self, count: int) -> Accounts:
        """So many accounts, all of them alive."""

    def members(self, number: FloatArray) -> Members:
        """The single accounts of which there is a number in every cell, shape (cells, trials)."""

    def dealt(
        self, of: KeyArray, members: Members, shares: FloatArray
    ) -> list[tuple[IntArray, FloatArray]]:
        """Deal single accounts to groups with given shares: which each gets, and how much."""

    def sorts(
        self,
        of: KeyArray,
        trial: IntArray,
        part: FloatArray,
        paid: FloatArray,
        kinds: IntArray,
        bands: Bands,
    ) -> Sorts:
        """What single accounts are like, all of shape (accounts,).

        Parameters
        ----------
        kinds
            Those of the accounts after which they take, each as likely as the other.
        bands
            Of what they pay.
        """

    def losses(
        self, of: KeyArray, trial: IntArray, part: FloatArray, chance: FloatArray
    ) -> FloatArray:
        """How much of single accounts is lost; all of shape (accounts,), chance of (trials,)."""

    def for_life(self, now: FloatArray, by_now: FloatArray) -> FloatArray:
        """The chance that decides of accounts that have one draw for all of their renewals.

        Parameters
        ----------
        now
            Chance of those that are left to be lost now.
        by_now
            Share of all that is lost by now.
        """
