"""The pools of a team: which values of a column have seats, and whether every account has some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import chain

import numpy as np

from capacity.arrays import BoolArray, TextArray
from capacity.book.accounts import Book
from capacity.book.restricted import may_need
from capacity.book.roster import Roster
from capacity.book.table import one_line
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.days import month_instead
from capacity.scenario.document import Plan
from capacity.scenario.parts import BySegment, nearest
from capacity.scenario.pool import SEGMENT, Pool, common_values, meets, splits_of, tasks_of
from capacity.scenario.reading import Marked, dotted
from capacity.scenario.settings import by_name
from capacity.scenario.team import Role
from capacity.scenario.unknown import UNKNOWN, as_far_as_known, each, or_unknown


def build_pools(
    plan: Plan, book: Book, rosters: Mapping[str, Roster], marked: Marked
) -> tuple[tuple[Pool, ...], list[Mistake]]:
    """The pools of all roles, by role and value; and warnings of those that serve no account.

    Raises
    ------
    InputError
        Where an account has no pool, or a setting is given for a pool that is not there.
    """
    mistakes = list(pools_amiss(plan, book, rosters, marked))
    doubts: list[Mistake] = []
    found = []
    for name, role in plan.team.items():
        if role.split is None:
            found.append(Pool(name, role))
            continue
        served = _served(plan, book, name)
        values = _values(role, rosters.get(name), served)
        doubts += _idle(plan, book, marked, name, [v for v in values if v not in served])
        found += [Pool(name, role, value, alone=len(values) == 1) for value in sorted(values)]
    mistakes = mistakes or list(_nowhere(plan, book, found, marked))
    if mistakes:
        raise InputError(mistakes)
    return tuple(found), doubts


def pools_amiss(
    plan: Plan, book: Book, rosters: Mapping[str, Roster], marked: Marked
) -> Iterator[Mistake]:
    """Accounts without a pool and settings of no pool, as far as accounts and people are known."""
    for name, role in each(plan.team):
        if role.split is None or role.split is UNKNOWN:
            continue
        yield from _without_file(plan, marked, name, role.split)
        served = or_unknown(partial(_served, plan, book, name))
        values = or_unknown(partial(_values, role, rosters.get(name), served))
        stale = list(as_far_as_known(_of_another_split(marked, name, role, served)))
        if stale:
            yield from stale
            continue
        yield from as_far_as_known(_unknown(marked, name, role, values))
        yield from as_far_as_known(_without_seats(marked, name, role, values, served))
        yield from as_far_as_known(_without_pools(plan, marked, name, values))


def texts(plan: Plan, book: Book, column: str) -> TextArray:
    """Values of a column by account; empty where the book has no such column."""
    if column == SEGMENT:
        return np.array(list(plan.segments), dtype=object)[book.segment]
    return book.names.get(column, np.full(len(book), "", dtype=object))


def _served(plan: Plan, book: Book, role: str) -> list[str]:
    """Values of the accounts that a role serves."""
    column = plan.team[role].split
    assert column is not None
    if column == SEGMENT:
        return [segment for segment in plan.segments if meets(plan, segment, role)]
    found = texts(plan, book, column)[served_by(plan, book, [role])]
    return [value for value in dict.fromkeys(found) if value]


def served_by(plan: Plan, book: Book, roles: Collection[str]) -> BoolArray:
    """Accounts that belong to some roles: these serve them, or hand them over."""
    out = np.zeros(len(book), dtype=bool)
    for segment, name in enumerate(plan.segments):
        here = book.segment == segment
        whole = [t for role in roles for t in tasks_of(plan, name, role)]
        if all(task.where is None for task in whole):
            out |= here & bool(whole)
        else:
            for task in whole:
                out |= here & may_need(plan, book, task)
    return out


def _without_file(plan: Plan, marked: Marked, name: str, column: str) -> Iterator[Mistake]:
    """A column that only a file of accounts has, where there is none."""
    if plan.accounts is None and column != SEGMENT:
        text = f"`{column}` is a column of a file of accounts, but there is none. Write segment"
        yield Mistake(marked.place(("team", name, "split")), f"team.{name}.split", text)


def _values(role: Role, roster: Roster | None, served: list[str]) -> list[str]:
    """The pools of a role: those that have seats, or accounts."""
    if role.people:
        return list(dict.fromkeys(roster.pools if roster is not None else ()))
    named = list(role.headcount.values) if role.headcount else []
    rest = served if role.headcount and role.headcount.default is not None else []
    return list(dict.fromkeys([*named, *rest]))


def _unknown(marked: Marked, name: str, role: Role, values: list[str]) -> Iterator[Mistake]:
    """Settings of pools that are not there, and pools of which a setting says nothing."""
    for key in by_name(Role):
        setting = getattr(role, "raise_" if key == "raise" else key)
        if not isinstance(setting, BySegment) or not setting.values or key == "people":
            continue
        unknown = [value for value in setting.values if value not in values]
        for value in unknown:
            trail = ("team", name, key, value)
            text = f"no pool is called `{value}`.{nearest(value, values)}"
            text = f"{text} Known: {', '.join(map(one_line, values))}"
            text = month_instead(value) or text
            yield Mistake(marked.place(trail, key=True), dotted(trail), text)
        silent = [v for v in values if setting.of(v) is None]
        if silent and not unknown:
            at = ("team", name, key)
            text = f"says nothing of {', '.join(map(one_line, silent))}. Add it, or add `default`"
            yield Mistake(marked.place(at), dotted(at), text)


def _of_another_split(
    marked: Marked, name: str, role: Role, served: list[str]
) -> Iterator[Mistake]:
    """Pools named before a change split the role by another column."""
    at = ("team", name, "split")
    turn = marked.turn(marked.place(at))
    older: dict[str, dict[str, Place]] = {}
    for key in by_name(Role):
        setting = getattr(role, "raise_" if key == "raise" else key)
        values = setting.values if isinstance(setting, BySegment) else ()
        trails = {value: ("team", name, key, value) for value in values}
        older[key] = {
            value: marked.place(trail, key=True)
            for value, trail in trails.items()
            if marked.turn(marked.place(trail)) < turn
        }
    if set(served) & set(chain(*older.values())):
        return  # the same column once more
    for key, places in older.items():
        if served and places:
            text = (
                f"splits {name} anew, but its `{key}` names {', '.join(map(one_line, places))} "
                f"({next(iter(places.values()))}). Take it out: `remove: [team.{name}.{key}]`, "
                "and set it anew where it is wanted"
            )
            yield Mistake(marked.place(at), dotted(at), text)


def _without_seats(
    marked: Marked, name: str, role: Role, values: list[str], served: list[str]
) -> Iterator[Mistake]:
    """Accounts whose work nobody could do."""
    missing = [value for value in served if value not in values]
    if missing:
        key = "people" if role.people else "headcount"
        mend = "Name somebody of it there" if role.people else "Add it (0 has no seats)"
        trail = ("team", name, key)
        shown = ", ".join(map(one_line, missing[:10]))
        text = f"accounts of {role.split} {shown} have work for {name}, but no pool. {mend}"
        yield Mistake(marked.place(trail), dotted(trail), text)


def _without_pools(plan: Plan, marked: Marked, name: str, values: list[str]) -> Iterator[Mistake]:
    """Roles whose tasks no account needs, so that nothing says which pools there are."""
    if not values and any(plan.restricted(s) and meets(plan, s, name) for s in plan.segments):
        trail = ("team", name, "headcount")
        text = (
            f"no account meets the `where` of the tasks of {name}, so there is no pool. Name the "
            "pools, as in {AMER: 6, EMEA: 3}"
        )
        yield Mistake(marked.place(trail), dotted(trail), text)


def _idle(
    plan: Plan, book: Book, marked: Marked, name: str, values: list[str]
) -> Iterator[Mistake]:
    """Pools without an account, where none can be won from nowhere."""
    if not any(meets(plan, segment, name) for segment in _empty_segments(plan, book)):
        role = plan.team[name]
        trail = ("team", name, "people" if role.people else "headcount")
        for value in values:
            text = f"no account of {role.split} {one_line(value)} has work for {name}"
            yield Mistake(marked.place(trail), dotted(trail), text)


def _empty_segments(plan: Plan, book: Book) -> list[str]:
    """Segments without accounts."""
    return [s for i, s in enumerate(plan.segments) if not (book.segment == i).any()]


def _nowhere(plan: Plan, book: Book, pools: list[Pool], marked: Marked) -> Iterator[Mistake]:
    """Segments without accounts, which roles split by one column could not serve together."""
    for segment in _empty_segments(plan, book):
        for column in splits_of(plan, segment):
            if column != SEGMENT and not common_values(plan, pools, segment, column):
                text = (
                    f"has no account to say its {column}, and no {column} has a pool in every role "
                    f"that is split by it. Give these roles one in common"
                )
                at = ("segments", segment)
                yield Mistake(marked.place(at, key=True), dotted(at), text)
