"""Who was there from when to when: accounts or people, as a log tells it, by dates or by tenure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capacity import units
from capacity.arrays import BoolArray, FloatArray, TextArray
from capacity.calendar import DateArray, months_between
from capacity.errors import QuestionError
from capacity.learning.log import Log
from capacity.units import LONGEST_SPAN, MONTHS_PER_YEAR

_DAY = np.timedelta64(1, "D")
_NO_DAY = np.datetime64("NaT")


@dataclass(frozen=True)
class Lives:
    """Spans of being there, those that may be used.

    Attributes
    ----------
    names, group
        Who, and the segment or role, shape (lives,).
    entered
        Months of tenure from which on somebody was looked at; 0 where that was from the start.
    months
        Months of tenure at the end, or until now.
    ended
        Whether it is over.
    starts, after
        First day, and the day after the last that is known; empty where tenures were given.
    until
        Day of the export.
    since
        Day from which on the log is complete; none where it always was.
    """

    names: TextArray
    group: TextArray
    entered: FloatArray
    months: FloatArray
    ended: BoolArray
    starts: DateArray
    after: DateArray
    until: np.datetime64
    since: np.datetime64 = _NO_DAY

    def __len__(self) -> int:
        return len(self.months)

    @property
    def has_dates(self) -> bool:
        """Whether it is known when each began."""
        return len(self.starts) == len(self)

    @property
    def dates(self) -> tuple[DateArray, ...]:
        """First and last days on which each was seen; nothing where tenures were given."""
        return (np.fmax(self.starts, self.since), self.after - _DAY) if self.has_dates else ()

    @property
    def events(self) -> tuple[DateArray, DateArray]:
        """Days on which one began, and on which one ended; empty where tenures were given."""
        return self.starts, (self.after - _DAY)[self.ended[: len(self.after)]]

    @property
    def cut(self) -> str:
        """From when on they were seen, for a source; empty where that was always so."""
        return "" if np.isnat(self.since) else f", seen from {self.since}"

    @property
    def exposure(self) -> FloatArray:
        """Months in which each could have ended and would have been seen to."""
        return np.maximum(self.months - self.entered, 0.0)

    def take(self, mask: BoolArray) -> Lives:
        """Some of them."""
        columns = ("names", "group", "entered", "months", "ended")
        dates = ("starts", "after") if self.has_dates else ()
        return replace(self, **{name: getattr(self, name)[mask] for name in (*columns, *dates)})

    def of(self, group: str) -> Lives:
        """Those of a segment or role."""
        return self.take(self.group == group)

    def check_time(self) -> None:
        """Make sure that each segment or role was there for any time.

        Raises
        ------
        QuestionError
            Where one was not, so that nothing can be learned of it.
        """
        for group in self.groups():
            if not self.of(group).exposure.sum() > 0:
                text = "nobody was there for any time, so nothing can be learned of it"
                raise QuestionError(f"{group}: {text}. Leave it out, or check its rows")

    def groups(self) -> list[str]:
        """The segments or roles, sorted."""
        return sorted(set(self.group.tolist()))


def read_lives(
    log: Log,
    who: str,
    group: str,
    ended: str,
    since: np.datetime64 | None = None,
    month: float = 1.0,
    *,
    may_be_to_come: bool = False,
) -> Lives:
    """The lives in a log.

    Parameters
    ----------
    who, group
        Columns of the name and of the segment or role.
    ended
        Column of whether it is over, beside a `tenure`.
    since
        Day from which on the log is complete: who had left before is not in it. None where it
        holds everybody who ever was there.
    month
        Months that a `tenure` of 1 means.
    may_be_to_come
        Whether a row without a start is somebody to come, and none of the lives.
    """
    groups = log.names(group, renamed=True)
    names = np.arange(len(log)).astype(object)
    if who in log:
        names = log.names(who, needed=not may_be_to_come)
    if "start" in log:
        return _by_dates(log, names, groups, who, since, start_needed=not may_be_to_come)
    if since is not None:
        text = "since takes a log with the day on which each began. Tenures alone cannot tell"
        raise QuestionError(f"{log.path}: {text}")
    months = log.numbers("tenure", units.PLAIN, bare=month)
    text = f"is no tenure. Write 0 to {LONGEST_SPAN:g} months"
    wrong = (months < 0) | (months > LONGEST_SPAN)
    log.reject(wrong, "tenure", lambda i: f"{months[i]:g} {text}", "tenures out of range")
    over = log.flags(ended)
    if who in log:
        log.reject_repeated([who])
    none = np.array([], dtype="datetime64[D]")
    lives = Lives(names, groups, np.zeros(len(log)), months, over, none, none, log.until())
    return lives.take(log.good)


def _by_dates(
    log: Log,
    names: TextArray,
    groups: TextArray,
    who: str,
    since: np.datetime64 | None,
    *,
    start_needed: bool,
) -> Lives:
    starts = log.days("start", needed=start_needed)
    ends = log.days("end", needed=False) if "end" in log else np.full(len(log), _NO_DAY)
    log.reject(
        ends < starts,
        "end",
        lambda i: f"{ends[i]} is before the start {starts[i]}. Swap them?",
        "ends before starts",
    )
    until = log.until(starts, ends)
    if since is not None and since > until:
        text = f"since {since} is after {until}, the day of the export. Write an earlier day"
        raise QuestionError(f"{log.path}: {text}")
    ended = ~np.isnat(ends)
    last: DateArray = np.where(ended, ends, until)
    after = last + _DAY
    if who in log:
        log.reject_repeated([who, group_column(log), "start", "end"], among=~np.isnat(starts))
        _check_returns(log, names, starts, after, who)
    begins = np.where(np.isnat(starts), after, starts)
    months = _months_lived(begins, after, ended)
    text = f"is more than {LONGEST_SPAN / MONTHS_PER_YEAR:g} years ago. Check the date"
    log.reject(months > LONGEST_SPAN, "start", lambda i: f"{starts[i]} {text}", "too long ago")
    entered = np.zeros(len(log))
    if since is not None:
        entered = np.maximum(months_between(begins, np.full(len(log), since)), 0.0)
        log.reject(
            ended & (after <= since),
            "end",
            lambda i: f"{ends[i]} is before {since}, from when on the log is complete",
            "ended before the log is complete",
            is_fault=False,
        )
    seen = _NO_DAY if since is None else since
    lives = Lives(names, groups, entered, months, ended, starts, after, until, seen)
    return lives.take(log.good & ~np.isnat(starts))


def _months_lived(starts: DateArray, after: DateArray, ended: BoolArray) -> FloatArray:
    """Months of tenure, as the calendar counts them.

    Some write as the end the day after the last of a term: a day more is no longer life then.
    """
    months, short = months_between(starts, after), months_between(starts, after - _DAY)
    is_day_after = ended & (short > 0) & (short == np.floor(short))
    return np.where(is_day_after, short, months)


def group_column(log: Log) -> str:
    """The column of the segment or the role."""
    return "segment" if "segment" in log else "role"


def _check_returns(
    log: Log, names: TextArray, starts: DateArray, after: DateArray, who: str
) -> None:
    """Whoever is there again begins a life of their own; nobody is there twice at a time."""
    good = log.good & ~np.isnat(starts)
    rows = sorted(np.flatnonzero(good).tolist(), key=lambda i: (names[i], starts[i], i))
    again, twice = np.zeros(len(log), dtype=bool), np.zeros(len(log), dtype=bool)
    last: dict[str, int] = {}
    for row in rows:
        before = last.get(names[row])
        if before is not None:
            twice[row] = starts[row] < after[before]
            again[row] = not twice[row]
        if not twice[row]:
            last[names[row]] = row
    log.reject(
        twice,
        who,
        lambda i: f"{names[i]!r} was there at that time already",
        "there twice at a time",
    )
    log.reject(
        again,
        who,
        lambda i: f"{names[i]!r} came back: a life of its own",
        "came back",
        is_used=True,
    )
