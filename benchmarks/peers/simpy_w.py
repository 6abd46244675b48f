"""Workload W in SimPy 4: a process for each account, and ten CSMs as a `Resource`.

A QBR is three turns with any free CSM, one after the other; each week of an onboarding is a turn of
its own. Every trial is a new environment, as SimPy's guide to many runs has it. Beside the hours it
has what our model rounds to weeks: who waits for whom, to the minute.

Left out: attrition, hiring and ramp, the memory of coverage and what it does to churn, money, and
work that is dropped after a while.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import numpy as np
import simpy
from peers import book

COMPUTES = "demand, queue, churn"
TRIALS = 3


class Customers:
    """One trial: the accounts, the team that they share, and the hours that fell due."""

    def __init__(self, luck: random.Random) -> None:
        self.luck = luck
        self.due = 0.0
        self.env = simpy.Environment()
        self.team = simpy.Resource(self.env, capacity=book.SEATS)
        for week in book.RENEWALS.tolist():
            self.env.process(self.opening_account(week))
        for week in book.STARTS.tolist():
            self.env.process(self.new_account(week))

    def opening_account(self, renewal: int) -> Iterator[simpy.Event]:
        yield from self.qbrs(book.qbrs_until_renewal(renewal))
        if self.luck.random() >= book.CHURN:
            yield from self.qbrs(book.qbrs_after(renewal))

    def new_account(self, start: int) -> Iterator[simpy.Event]:
        for week in book.onboarding(start):
            yield self.env.timeout(week - self.env.now)
            self.env.process(self.work([self.luck.triangular(*book.PART)]))
        yield from self.qbrs(book.qbrs_after(start))

    def qbrs(self, weeks: Iterable[int]) -> Iterator[simpy.Event]:
        for week in weeks:
            yield self.env.timeout(week - self.env.now)
            yield from self.work([self.luck.triangular(*book.STEP) for _ in range(book.STEPS)])

    def work(self, steps: list[float]) -> Iterator[simpy.Event]:
        self.due += sum(steps)
        for hours in steps:
            with self.team.request() as turn:
                yield turn
                yield self.env.timeout(hours / book.HOURS)


def due_hours(trials: int, seed: int) -> np.ndarray:
    """Hours that fall due in the year, by trial."""
    luck = random.Random(seed)
    found = []
    for _ in range(trials):
        customers = Customers(luck)
        customers.env.run(until=book.WEEKS)
        found.append(customers.due)
    return np.array(found)
