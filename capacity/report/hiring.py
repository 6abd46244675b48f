"""A hiring plan as text: what to do and when, in sentences, then the tables behind them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group

from capacity.periods import said
from capacity.report.hiring_notes import EDGE, footer, share_off
from capacity.report.hiring_tables import frontier, seats
from capacity.report.tables import plain
from capacity.report.told import Told
from capacity.report.words import money, money_error, odds, share

if TYPE_CHECKING:
    from capacity.hiring.answer import HiringPlan, Start
    from capacity.hiring.frontier import Marginal, Point

NARROW = 80
"""Characters of a line."""
_LOOSE = {
    "feedback": "customers react to what is done",
    "overload": "people leave where there is too much to do",
    "following": "some work follows the seats",
    "waiting": "work that waits goes with the accounts that are lost",
    "turning": "priorities, or how long work may wait, change",
}
"""Why the program's estimate is no bound."""
_NOTHING = 5e-4
"""Part of the cost that is not worth a word."""
_MOST_SAID = 3
"""Pools of which one more head is spoken of."""


def as_text(plan: HiringPlan, width: int = NARROW) -> str:
    """The whole report as plain text."""
    return plain(report(plan), width)


def report(plan: HiringPlan) -> Group:
    """What a person wants first."""
    return told(plan).group()


def told(plan: HiringPlan) -> Told:
    """What is said of a plan."""
    about = f"hiring plan · {plan.base.plan.horizon.periods.in_words}"
    tables = (seats(plan), *frontier(plan))
    return Told.of_one(plan.base.name, about, tuple(_sentences(plan)), tables, tuple(footer(plan)))


# --- sentences -----------------------------------------------------------------------------------


def _sentences(plan: HiringPlan) -> Iterator[str]:
    if plan.obstacle:
        yield from _obstacle(plan)
    elif not plan.holds:
        yield f"The plan that was found does not hold {_wanted(plan)} on fresh luck."
    yield _do(plan)
    yield _odds(plan)
    if plan.cost > 0:
        yield _cost(plan)
    if plan.early:
        yield _early(plan)
    if plan.cost > 0:
        yield from _bound(plan)
    if math.isfinite(plan.value):
        yield from _worth(plan)


def _do(plan: HiringPlan) -> str:
    own = any(count for pool in plan.base.pools for count in pool.hires.values())
    beside = " beyond those that are planned already" if own else ""
    if not plan.starts:
        return f"{'Hire' if plan.holds else 'The best that was found: hire'} nobody{beside}."
    verb = "Hire" if plan.holds else "The best that was found: hire"
    together = groupby(plan.starts, lambda start: (start.month, start.open_by))
    groups = [_group(month, day, list(starts)) for (month, day), starts in together]
    return f"{verb} {_and(groups)}{',' * own}{beside}."


def _early(plan: HiringPlan) -> str:
    """What has to begin before the plan does."""
    count = sum(start.count for start in plan.early)
    those, has = ("requisitions", "have") if count > 1 else ("requisition", "has")
    months = plan.base.plan.horizon.periods.labels_by("month")
    last = max(start.month for start in plan.early)
    frozen = ",".join(dict.fromkeys(month for month in months if month <= last))
    return (
        f"{count} {those} {has} to be open before the plan begins. If it is too late for that, ask "
        f"again with --freeze {frozen}."
    )


def _group(month: str, day: dt.date, starts: list[Start]) -> str:
    """Those who start in a month and whose requisitions have to be open by the same day."""
    who = [f"{s.count} {s.role}{f' ({s.pool})' if s.pool else ''}" for s in starts]
    noun = "requisition" if sum(s.count for s in starts) == 1 else "requisitions"
    return f"{_and(who)} in {_month(month)} ({noun} open by {said(day)})"


def _month(label: str) -> str:
    """``March 2027`` for ``2027-03``."""
    return said(dt.date.fromisoformat(f"{label}-01")).split(" ", 1)[1]


def _and(parts: list[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def _wanted(plan: HiringPlan) -> str:
    """``coverage of 95 % from 2027-08 on``."""
    request, noun = plan.request, plan.base.plan.horizon.periods.spans[0]
    goal = "each role's target" if request.coverage is None else f"{100 * request.coverage:g} %"
    if request.coverage is None:
        roles = {plan.base.pools[pool].name for pool in request.pools}
        targets = {plan.base.plan.team[role].coverage_target.mean for role in roles}
        goal = share(targets.pop()) if len(targets) == 1 else goal
    work = f" of the work up to priority {request.priority}" if request.priority else ""
    return f"coverage of {goal}{work} in every {noun} from {plan.by} on"


def _odds(plan: HiringPlan) -> str:
    first, trials = plan.frontier[0], plan.manifest["trials"]
    text = (
        f"With that, {_wanted(plan)} holds in {share_off(plan)} of the futures, "
        "counted on luck that the plan was not found on"
    )
    if plan.starts:
        text += f"; without it, in {odds(first.confidence, trials)}"
    return f"{text}.{_edge(plan)}"


def _edge(plan: HiringPlan) -> str:
    """That nobody can tell, where a plan that does not hold is as near as that to the goal."""
    goal = plan.request.confidence
    if plan.holds or abs(goal - plan.confidence) > EDGE * plan.confidence_error:
        return ""
    return f" That is too near to {100 * goal:g} % to tell whether it holds."


def _cost(plan: HiringPlan) -> str:
    currency = plan.base.plan.currency
    off = money_error(plan.cost, plan.cost_error)
    text = f"The team then costs {money(plan.cost, currency)}{off} over the plan"
    if plan.starts:
        text += f", {money(plan.added_cost, currency)} of it for these hires"
    if plan.starts and math.isfinite(plan.value):
        text += f", which are worth {_exactly(plan.value, plan.value_error, currency)}"
    return f"{text}."


def _bound(plan: HiringPlan) -> Iterator[str]:
    """Whether a cheaper plan may exist."""
    if not plan.starts or not math.isfinite(plan.bound) or not plan.holds:
        return
    bound, gap = money(plan.bound, plan.base.plan.currency), share(abs(plan.gap), 1)
    is_near = abs(plan.gap) < _NOTHING
    if plan.is_bound:
        left = "nothing" if is_near or plan.gap < 0 else f"at most {gap}"
        yield f"No plan costs less than {bound}: {left} could be saved."
        return
    beside = "the same" if is_near else f"{bound}, {gap} {'more' if plan.gap < 0 else 'less'}"
    since = _and([_LOOSE[name] for name in plan.loose_ends])
    yield f"The program's own estimate of the cost is {beside}; it is no bound, since {since}."


def _worth(plan: HiringPlan) -> Iterator[str]:
    currency = plan.base.plan.currency
    span = plan.base.plan.horizon.periods.in_words.split(" (")[0]
    if plan.starts:
        amount = _exactly(plan.value, plan.value_error, currency)
        yield (
            f"What the hires are worth, {amount}, is gross profit less cost from {span}, "
            f"discounted, against hiring nobody. {_after(plan)}"
        )
    yield _best(plan)
    best_first = sorted(plan.marginals, key=lambda one: -one.value)[:_MOST_SAID]
    more = [
        f"one more {_pool(plan, one.pool)} from {_month(one.label)} "
        f"on is worth {_exactly(one.value, one.value_error, currency)}{_whole_of(one, currency)}"
        for one in best_first
    ]
    if more:
        text = _and(more)
        yield f"{text[0].upper()}{text[1:]}."


def _after(plan: HiringPlan) -> str:
    """What comes after the plan's time, or that it is not known."""
    if not math.isfinite(plan.whole):
        return "What they save later is not in it."
    amount = _exactly(plan.whole, plan.whole_error, plan.base.plan.currency)
    return f"With what the customers who stay bring in the years after, {amount}."


def _whole_of(one: Marginal, currency: str) -> str:
    if not math.isfinite(one.whole):
        return ""
    whole = _exactly(one.whole, one.whole_error, currency)
    same = whole == _exactly(one.value, one.value_error, currency)
    return " (with the years after, too)" if same else f" ({whole} with the years after)"


def _best(plan: HiringPlan) -> str:
    """What pays best, within the time of the plan and with the years after."""
    best, whole, currency = plan.best, plan.best_whole, plan.base.plan.currency
    assert best is not None  # its worth is known
    within = f"What pays best within that time is to {_hiring(plan, best)}"
    if best.hires.total:
        within += f", worth {_exactly(best.value, best.value_error, currency)}"
    if whole is None:
        return f"{within}."
    if whole is best:
        return f"{within}; with the years after, too."
    amount = _exactly(whole.whole, whole.whole_error, currency)
    worth = f", worth {amount}" * bool(whole.hires.total)
    return f"{within}; with the years after, to {_hiring(plan, whole)}{worth}."


def _hiring(plan: HiringPlan, point: Point) -> str:
    """``hire nobody``, or ``hire 2 csm 2027-03``."""
    if point.hires == plan.hires and point.hires.total:
        return "follow this plan"
    row = plan.rows()[plan.frontier.index(point)]
    return f"hire {row['hires'] or 'nobody'}"


def _exactly(value: float, spread: float, currency: str) -> str:
    """``USD −459k ± 3k``."""
    return f"{money(value, currency)}{money_error(value, spread)}".replace("-", "−")


def _pool(plan: HiringPlan, index: int) -> str:
    pool = plan.base.pools[index]
    return f"{pool.name} ({pool.value})" if pool.value else pool.name


def _obstacle(plan: HiringPlan) -> Iterator[str]:
    found, currency = plan.obstacle, plan.base.plan.currency
    assert found
    yield (
        f"No plan that is allowed holds {_wanted(plan)} in {100 * plan.request.confidence:g} % of "
        f"the futures. What binds: {_and(list(found.binding))}."
    )
    budget, own = plan.request.budget, plan.cost - plan.added_cost
    if budget is not None and own > budget:
        text = f"The team that is planned already costs {money(own, currency)}"
        yield f"{text}, more than the budget of {money(budget, currency)}."
    would = []
    if found.budget is not None:
        would.append(f"a budget of {money(_up(found.budget), currency)}")
    if found.most is not None:
        would.append(f"{found.most} {'hire' if found.most == 1 else 'hires'} a month")
    if found.months:
        would.append(f"hiring in {', '.join(found.months)}")
    if would:
        joined = _and(would) if found.together else " or ".join(would)
        yield f"What would do: {joined}."
    if found.since:
        yield f"With the best plan that was found, coverage holds as often from {found.since} on."


def _up(amount: float) -> float:
    """The least amount of three digits that is enough."""
    digit = 10.0 ** max(math.floor(math.log10(amount)) - 2, 0) if amount > 0 else 1.0
    return math.ceil(amount / digit) * digit
