"""Workload W in Mesa 3: an agent for each account and for each CSM, one step for each week.

An account puts the hours of its work on the team's pile, ten CSMs take from it what they have hours
for. Nobody's order matters, so the agents are not shuffled, which would cost time.

Left out: attrition, hiring and ramp, the memory of coverage and what it does to churn, money, which
task waits how long, and work that is dropped after a while.
"""

from __future__ import annotations

import mesa
import numpy as np
from peers import book

COMPUTES = "demand, backlog, churn"
TRIALS = 10


class Account(mesa.Agent):
    """An account of the opening book, with the week in which its term ends, or a new one."""

    def __init__(self, model: Year, first_qbr: int, renewal: int | None, start: int | None) -> None:
        super().__init__(model)
        self.next_qbr = first_qbr
        self.renewal = renewal
        self.parts = frozenset() if start is None else frozenset(book.onboarding(start))

    def step(self) -> None:
        week = self.model.week
        if week == self.next_qbr:
            self.next_qbr += book.QUARTER
            self.model.add(sum(self.random.triangular(*book.STEP) for _ in range(book.STEPS)))
        if week in self.parts:
            self.model.add(self.random.triangular(*book.PART))
        if week == self.renewal and self.random.random() < book.CHURN:
            self.remove()


class Csm(mesa.Agent):
    """One person, who works on what waits."""

    def step(self) -> None:
        self.model.waiting -= min(self.model.waiting, book.HOURS)


class Year(mesa.Model):
    """One trial."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self.week = 0
        self.waiting = self.due = 0.0
        Csm.create_agents(self, book.SEATS)
        renewals = book.RENEWALS.tolist()
        first = [week % book.QUARTER for week in renewals]
        Account.create_agents(self, len(renewals), first, renewals, None)

    def add(self, hours: float) -> None:
        """Hours that fall due."""
        self.due += hours
        self.waiting += hours

    def step(self) -> None:
        for start in book.STARTS[self.week == book.STARTS].tolist():
            Account(self, start + book.QUARTER, None, start)
        self.agents_by_type[Account].do("step")
        self.agents_by_type[Csm].do("step")
        self.week += 1


def due_hours(trials: int, seed: int) -> np.ndarray:
    """Hours that fall due in the year, by trial."""
    found = []
    for trial in range(trials):
        year = Year(seed * trials + trial)
        for _ in range(book.WEEKS):
            year.step()
        found.append(year.due)
    return np.array(found)
