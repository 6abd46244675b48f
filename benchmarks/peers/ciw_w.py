"""Workload W in Ciw 3: QBRs and weeks of onboarding arrive at one node with ten servers.

In Ciw the customers of the queue are pieces of work, so the accounts stay outside: who renews is
drawn with NumPy, which gives the number of pieces that arrive each week, as a batch. The three
steps of a QBR are one service, a sum of three distributions, since nodes cannot share servers; that
is two thirds fewer events than SimPy has. After the year the queue is worked off, so that the hours
of all pieces are known.

Left out: attrition, hiring and ramp, the memory of coverage and what it does to churn, money, and
work that is dropped after a while.
"""

from __future__ import annotations

import math

import ciw
import numpy as np
from peers import book

COMPUTES = "demand, queue, churn"
TRIALS = 3
LONG = 10 * book.WEEKS
"""Weeks by which the queue is empty."""


def qbrs_by_week(luck: np.random.Generator) -> list[int]:
    """How many QBRs fall due in each week of one trial."""
    weeks = [week for start in book.STARTS.tolist() for week in book.qbrs_after(start)]
    stays = luck.random(len(book.RENEWALS)) >= book.CHURN
    for renewal, stayed in zip(book.RENEWALS.tolist(), stays.tolist(), strict=True):
        weeks += book.qbrs_until_renewal(renewal)
        if stayed:
            weeks += book.qbrs_after(renewal)
    return np.bincount(weeks, minlength=book.WEEKS).tolist()


def onboarding_by_week() -> list[int]:
    """How many weeks of an onboarding fall due in each week."""
    weeks = [week for start in book.STARTS.tolist() for week in book.onboarding(start)]
    return np.bincount(weeks, minlength=book.WEEKS).tolist()


def service(low: float, high: float, mode: float) -> ciw.dists.Distribution:
    """Weeks of one seat that so many hours take."""
    return ciw.dists.Triangular(low / book.HOURS, mode / book.HOURS, high / book.HOURS)


def network(qbrs: list[int], onboarding: list[int]) -> ciw.network.Network:
    """The work of one trial, and the team."""
    mondays = [0.0] + [1.0] * (book.WEEKS - 1) + [math.inf]
    step = service(*book.STEP)
    return ciw.create_network(
        arrival_distributions={
            "qbr": [ciw.dists.Sequential(mondays)],
            "onboarding": [ciw.dists.Sequential(mondays)],
        },
        batching_distributions={
            "qbr": [ciw.dists.Sequential(qbrs)],
            "onboarding": [ciw.dists.Sequential(onboarding)],
        },
        service_distributions={"qbr": [step + step + step], "onboarding": [service(*book.PART)]},
        number_of_servers=[book.SEATS],
    )


def due_hours(trials: int, seed: int) -> np.ndarray:
    """Hours that fall due in the year, by trial."""
    ciw.seed(seed)
    luck = np.random.default_rng(seed)
    onboarding = onboarding_by_week()
    found = []
    for _ in range(trials):
        simulation = ciw.Simulation(network(qbrs_by_week(luck), onboarding))
        simulation.simulate_until_max_time(LONG)
        records = simulation.get_all_records()
        found.append(book.HOURS * sum(record.service_time for record in records))
    return np.array(found)
