"""The catalogue: every metric of a simulation, for every key, and how it is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray, IntArray, TextArray
from capacity.engine.batch import BY_LANE, BY_POOL, BY_WAITING_LANE, Record
from capacity.engine.lanes import Work, lane_parts
from capacity.engine.lifetime import has_lifetimes, opening_accounts, usual_revenue
from capacity.engine.roles import COSTS
from capacity.loading import Scenario
from capacity.metrics import (
    Key,
    Kind,
    Metric,
    Reader,
    plus,
    ratio,
    since_start,
    summed,
    total,
    weighted,
)
from capacity.model.money import hour_cost

_TOLERANCE = 1e-9
_LINES = (*COSTS, "severance", "platform")


class Catalogue:
    """Everything that can be asked of a simulation.

    Parameters
    ----------
    batches
        Records of the batches, in order.
    trials
        Trials that count; the last batch may hold more.
    """

    def __init__(
        self, scenario: Scenario, work: Work, batches: Sequence[Record], trials: int
    ) -> None:
        plan = scenario.plan
        self._plan, self._work, self._batches, self._trials = plan, work, batches, trials
        self._scenario = scenario
        self._pools = scenario.pools
        self._segments, self._roles = list(plan.segments), list(plan.team)
        self._count = plan.horizon.periods.count
        self._working = [r for r in self._roles if self._lanes(role=r).size]

    @cached_property
    def metrics(self) -> list[Metric]:
        """All metrics, in the order of the table."""
        parts = (self._work_metrics, self._role_metrics, self._account_metrics, self._money_metrics)
        found = {(m.name, m.key): m for part in parts for m in part()}
        return [*found.values(), *self._whole_metrics(found)]

    @cached_property
    def _index(self) -> dict[tuple[str, Key], Metric]:
        return {(metric.name, metric.key): metric for metric in self.metrics}

    def find(self, name: str, key: Key) -> Metric | None:
        """The metric of a name and key."""
        return self._index.get((name, key))

    # --- reading ---------------------------------------------------------------------------------

    def _records(self, name: str) -> bool:
        """Whether something was recorded; nothing yet where only the metrics are asked for."""
        return bool(self._batches) and name in self._batches[0]

    def _sum(self, name: str, rows: IntArray | list[int]) -> Reader:
        """Sum of rows of a recorded array.

        Readers hold the records and not the catalogue, which holds them: nothing goes in a circle,
        so the futures go with the last result that speaks of them.
        """
        batches, trials = self._batches, self._trials
        return lambda: summed(batches, trials, name, rows)

    def _hours(self, name: str, lanes: IntArray) -> Reader:
        """Sum of hours over work lanes."""
        if name in BY_LANE:
            return self._sum(name, lanes)
        rows = self._waiting_row[lanes]
        others = lanes[rows < 0]
        read = self._sum(name, rows[rows >= 0])
        if name != "dropped_hours" or not others.size:
            return read
        due, done = self._sum("due_hours", others), self._sum("done_hours", others)
        return lambda: read() + (due() - done())

    @cached_property
    def _waiting_row(self) -> IntArray:
        """Of each work lane: its row among those of which hours may wait; −1 for the others."""
        rows = np.full(len(self._work.lane), -1)
        rows[self._work.waits] = np.arange(len(self._work.waits))
        return rows

    def _lanes(self, role: str = "", task: str = "", segment: str = "", pool: str = "") -> IntArray:
        fits = np.ones(len(self._work.lane), dtype=bool)
        wanted = {"role": role, "pool": pool, "task": task, "segment": segment}
        for name, value in wanted.items():
            if value:
                fits &= self._lane_names[name] == value
        return np.flatnonzero(fits)

    @cached_property
    def _lane_names(self) -> dict[str, TextArray]:
        """Role, pool, task and segment of each work lane."""
        lanes = [self._work.lanes[i] for i in self._work.lane]
        pools = [self._pools[i] for i in self._work.pool]
        names = {
            "role": [pool.name for pool in pools],
            "pool": [pool.value for pool in pools],
            "task": [lane.task for lane in lanes],
            "segment": [lane.segment for lane in lanes],
        }
        return {name: np.array(values, dtype=object) for name, values in names.items()}

    # --- work and people -------------------------------------------------------------------------

    def _work_keys(self) -> list[Key]:
        keys = [key for key, _ in self._teams() if key.role in self._working]
        pairs = zip(self._work.pool, self._work.lane, strict=True)
        found = [(self._pools[p].name, self._work.lanes[i]) for p, i in pairs]
        keys += dict.fromkeys(Key(role=role, task=lane.task) for role, lane in found)
        some = ((role, lane) for role, lane in found if lane.segment)
        return keys + list(dict.fromkeys(Key(x.segment or "", r, "", x.task) for r, x in some))

    def _work_metrics(self) -> Iterator[Metric]:
        lanes_of = {k: self._lanes(k.role, k.task, k.segment, k.pool) for k in self._work_keys()}
        for name in (*BY_LANE, *BY_WAITING_LANE):
            for key, lanes in lanes_of.items():
                kind = Kind.STOCK if name == "backlog_hours" else Kind.FLOW
                yield Metric(name, "hours", kind, key, self._hours(name, lanes))
        for key in self._coverage_keys():
            lanes = self._lanes(key.role, key.task, key.segment, key.pool)
            done, dropped = self._hours("done_hours", lanes), self._hours("dropped_hours", lanes)
            yield Metric("coverage", "share", Kind.RATIO, key, done, plus(done, dropped))

    def _coverage_keys(self) -> list[Key]:
        lanes = [self._work.lanes[i] for i in self._work.lane]
        keys = [key for key, _ in self._teams() if key.role in self._working]
        keys += dict.fromkeys(Key(task=lane.task) for lane in lanes)
        return keys + list(
            dict.fromkeys(Key(lane.segment, task=lane.task) for lane in lanes if lane.segment)
        )

    def _teams(self) -> list[tuple[Key, list[int]]]:
        """Each role, and its pools where it is split, with their rows in the record."""
        rows: dict[Key, list[int]] = {Key(role=role): [] for role in self._roles}
        for i, pool in enumerate(self._pools):
            rows[Key(role=pool.name)].append(i)
        split = {Key(role=p.name, pool=p.value): [i] for i, p in enumerate(self._pools) if p.value}
        return [*rows.items(), *split.items()]

    def _role_metrics(self) -> Iterator[Metric]:
        units = {"headcount": "people", "ramped_fte": "FTE", "vacancies": "seats"}
        units |= {"available_hours": "hours", "capacity_hours": "hours"}
        units |= {"required_fte": "FTE", "load": "share"}
        flows = ("available_hours", "capacity_hours")
        for name in (n for n in BY_POOL if n in units):
            for key, rows in self._teams():
                if name == "required_fte":
                    if key.role in self._working:
                        read = self._sum(name, rows)
                        yield Metric(name, units[name], Kind.AVERAGE, key, read)
                    continue
                kind = Kind.FLOW if name in flows else Kind.STOCK
                yield Metric(name, units[name], kind, key, self._sum(name, rows))
        working = [(key, rows) for key, rows in self._teams() if key.role in self._working]
        for key, rows in working:
            yield Metric("load", "share", Kind.AVERAGE, key, self._load(rows))
        for key, rows in working:
            done = self._sum("done_hours", self._lanes(key.role, pool=key.pool))
            available = self._sum("available_hours", rows)
            yield Metric("utilization", "share", Kind.RATIO, key, done, available)

    def _load(self, rows: list[int]) -> Reader:
        """Hours wanted, backlog included, over hours there without overtime."""
        wanted, capacity = self._sum("wanted_hours", rows), self._sum("capacity_hours", rows)

        def read() -> FloatArray:
            hours = wanted()
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where(hours > 0, hours / capacity(), 0.0)

        return read

    # --- accounts and money ----------------------------------------------------------------------

    def _by_segment(self, name: str, unit: str, kind: Kind) -> Iterator[Metric]:
        everyone = list(range(len(self._segments)))
        yield Metric(name, unit, kind, Key(), self._sum(name, everyone))
        for i, segment in enumerate(self._segments):
            yield Metric(name, unit, kind, Key(segment), self._sum(name, [i]))

    def _account_metrics(self) -> Iterator[Metric]:
        yield from self._by_segment("accounts", "accounts", Kind.STOCK)
        for name in ("new_accounts", "churned_accounts"):
            yield from self._by_segment(name, "accounts", Kind.FLOW)
        if not self._plan.has_money:
            return
        currency = self._plan.currency
        yield from self._by_segment("arr", currency, Kind.STOCK)
        for name in ("new_arr", "expansion_arr", "contraction_arr", "churned_arr", "revenue"):
            yield from self._by_segment(name, currency, Kind.FLOW)

    def _money_metrics(self) -> Iterator[Metric]:
        currency = self._plan.currency
        if self._plan.has_money and self._plan.finance.gross_margin is not None:
            everyone = list(range(len(self._segments)))
            revenue = self._sum("revenue", everyone)
            margin = self._sum("finance", [0])
            yield Metric("gross_profit", currency, Kind.FLOW, Key(), lambda: revenue() * margin())
        removed = self._records("cost_severance")
        of_role = (*COSTS, *(("severance",) if removed else ()))
        for key, rows in self._teams():
            lines = [self._cost(line, rows) for line in of_role]
            yield Metric("team_cost", currency, Kind.FLOW, key, total(lines))
            for line, read in zip(of_role, lines, strict=True):
                yield Metric(f"cost_{line}", currency, Kind.FLOW, key, read)
        of_all = (*_LINES, *(("absorbed",) if removed else ()))
        whole = [self._cost(line, list(range(len(self._pools)))) for line in of_all]
        yield Metric("team_cost", currency, Kind.FLOW, Key(), total(whole))
        for line, read in zip(of_all, whole, strict=True):
            yield Metric(f"cost_{line}", currency, Kind.FLOW, Key(), read)

    def _cost(self, line: str, pools: list[int]) -> Reader:
        shape = (self._count, self._trials)
        if line == "severance" and not self._records("cost_severance"):
            return lambda: np.zeros(shape)
        if line == "absorbed":
            return self._sum("cost_absorbed", [0])
        if line == "platform":
            yearly = self._sum("finance", [1])
            years = self._plan.horizon.periods.years_each
            kept = self._kept_platform()
            return lambda: np.broadcast_to(yearly() * years * kept(), shape)
        return self._sum(f"cost_{line}", pools)

    def _kept_platform(self) -> Reader:
        """1 where the software of the team is paid for; everywhere unless the team is gone."""
        if not self._records("platform_kept"):
            return lambda: np.ones((1, 1))
        return self._sum("platform_kept", [0])

    # --- over the horizon ------------------------------------------------------------------------

    def _whole_metrics(self, found: Mapping[tuple[str, Key], Metric]) -> Iterator[Metric]:
        if self._plan.has_retention and len(self._plan.horizon.periods.year_ends):
            yield from self._retention_metrics()
        if self._plan.has_money:
            cost, revenue = found["team_cost", Key()], found["revenue", Key()]

            def read() -> FloatArray:
                return ratio(cost.read().sum(axis=0), revenue.read().sum(axis=0))[None]

            name = "cost_share_of_revenue"
            yield Metric(name, "share", Kind.WHOLE, Key(), read, None, ("",))
        if has_lifetimes(self._plan):
            yield from self._lifetime_metrics()
        yield from self._serving_metrics()
        for key, _ in self._teams():
            if key.role in self._working:
                read = self._covered(key)
                yield Metric("p_covered", "share", Kind.WHOLE, key, read, None, ("",))

    def _lifetime_metrics(self) -> Iterator[Metric]:
        """Value of a customer of each segment, and of the mean one of the opening book."""
        currency = self._plan.currency
        usual, number = usual_revenue(self._scenario), opening_accounts(self._scenario)
        parts = usual[:, 0] * number / max(int(number.sum()), 1)
        each = [self._sum("lifetime", [i]) for i in range(len(self._segments))]
        mean = weighted(each, parts)
        yield Metric("clv", currency, Kind.WHOLE, Key(), mean, None, ("",))
        for read, pays, segment in zip(each, usual, self._segments, strict=True):
            value = weighted([read], pays)
            yield Metric("clv", currency, Kind.WHOLE, Key(segment), value, None, ("",))

    def _serving_metrics(self) -> Iterator[Metric]:
        """What the hours done cost, in all and by the segments whose work it was."""
        parts, currency = lane_parts(self._plan, self._work), self._plan.currency
        for i, segment in enumerate(("", *self._segments)):
            read = self._served(parts[:, i - 1] if segment else parts.sum(axis=1))
            yield Metric("cost_to_serve", currency, Kind.WHOLE, Key(segment), read, None, ("",))

    def _served(self, parts: FloatArray) -> Reader:
        """Cost of some parts of the hours of each work lane, shape (1, trials)."""
        hours, costs = [], []
        for i in range(len(self._pools)):
            lanes = np.flatnonzero((self._work.pool == i) & (parts > 0))
            hours.append(
                weighted([self._sum("done_hours", [n]) for n in lanes.tolist()], parts[lanes])
            )
            costs.append(self._hour_cost(i))
        shape = (1, self._trials)

        def read() -> FloatArray:
            total = np.zeros(shape)
            for done, cost in zip(hours, costs, strict=True):
                total += np.sum(done(), axis=0) * cost()
            return total

        return read

    def _hour_cost(self, pool: int) -> Reader:
        """What an available hour of a pool costs over the plan, shape (trials,)."""
        paid = total([self._sum(f"cost_{line}", [pool]) for line in COSTS])
        there = self._sum("available_hours", [pool])
        return lambda: hour_cost(paid().sum(axis=0), there().sum(axis=0))

    def _covered(self, key: Key) -> Reader:
        """1 in the trials in which coverage reached its target in every period."""
        lanes = self._lanes(key.role, pool=key.pool)
        done, dropped = self._hours("done_hours", lanes), self._hours("dropped_hours", lanes)
        target = self._sum("coverage_target", [self._roles.index(key.role)])

        def read() -> FloatArray:
            served, missed = done(), dropped()
            enough = served >= target() * (served + missed) - _TOLERANCE
            return np.all(enough, axis=0, keepdims=True).astype(float)

        return read

    def _retention_metrics(self) -> Iterator[Metric]:
        pairs = {"logo_retention": ("frozen_accounts", "frozen_accounts")}
        if self._plan.has_money:
            pairs |= {"grr": ("frozen_kept_arr", "frozen_arr"), "nrr": ("frozen_arr", "frozen_arr")}
        everyone = list(range(len(self._segments)))
        keys = [(Key(), everyone)] + [(Key(s), [i]) for i, s in enumerate(self._segments)]
        years = len(self._plan.horizon.periods.year_ends)
        labels = ("", *(f"{12 * year}m" for year in range(1, years + 1)))
        for name, (over, under) in pairs.items():
            for key, rows in keys:
                top, bottom = self._sum(over, rows), self._sum(under, rows)
                yield Metric(name, "share", Kind.WHOLE, key, since_start(top, bottom), None, labels)
