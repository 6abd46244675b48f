"""Rows with faults in each kind of log: counted, listed by row, never dropped unsaid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from capacity import calibrate
from capacity.errors import InputError
from capacity.learning.rejects import TooManyRejectsError

AS_OF = "2026-01-31"
GOOD = {
    "hours": ["task,hours,date,account", *(f"qbr,{h},2025-03-0{h},A" for h in range(1, 8))],
    "events": ["account,task,date", *(f"A{i},call,2025-0{1 + i}-02" for i in range(8))],
    "accounts": ["account,segment,start,end", *(f"A{i},smb,2020-01-01," for i in range(8))],
    "team": ["name,role,start,end,opened", *(f"P{i},csm,2020-01-01,," for i in range(8))],
}
BAD = {
    "hours": {
        "qbr,2,2029-01-01,A": "future dates",
        "qbr,,2025-01-01,A": "empty cells",
        "qbr,x,2025-01-01,A": "no numbers",
        "qbr,0,2025-01-01,A": "zero hours",
        "qbr,900,2025-01-01,A": "absurd hours",
        "qbr,3,02/03/2025,A": "dates written otherwise",
        ",3,2025-01-01,A": "empty cells",
        "q.br,3,2025-01-01,A": "names with a dot",
    },
    "events": {
        "A1,call,2029-01-01": "future dates",
        "A1,call,1 May": "dates written otherwise",
        "A1,,2025-01-01": "empty cells",
        "stranger,call,2025-01-01": "unknown accounts",
        "A1,call,2019-07-01": "outside of the account's time",
    },
    "accounts": {
        "B1,smb,2024-01-01,2023-01-01": "ends before starts",
        "B2,smb,2029-01-01,": "future dates",
        "B3,smb,01/02/2024,": "dates written otherwise",
        "B4,,2024-01-01,": "empty cells",
        "A1,smb,2020-01-01,": "rows that stand twice",
    },
    "team": {
        "Q1,csm,2024-01-01,2023-01-01,": "ends before starts",
        "Q2,csm,2029-01-01,,": "future dates",
        "Q3,csm,01/02/2024,,": "dates written otherwise",
        "Q4,,2024-01-01,,": "empty cells",
        "P1,csm,2020-01-01,,": "rows that stand twice",
        "Q5,csm,2024-05-01,,2024-06-01": "opened after the start",
        "Q6,csm,,,": "empty cells",
    },
}
USED = {
    "hours": ("qbr,1,2025-03-01,A", "rows that stand twice"),
    "events": ("A1,call,2025-02-02", "rows that stand twice"),
    "team": ("R,csm,2020-01-01,2021-01-01,\nR,csm,2023-01-01,,", "came back"),
    "accounts": ("R,smb,2020-01-01,2021-01-01\nR,smb,2023-01-01,", "came back"),
}


@pytest.fixture
def learned(tmp_path: Path) -> Callable[..., Any]:
    """Learn from the good rows, and more of one kind of log."""

    def learn(kind: str, *more: str, bad: float = 0.99) -> Any:
        for name, rows in GOOD.items():
            text = "\n".join([*rows, *(more if name == kind else ()), ""])
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        how: dict[str, Any] = {"as_of": AS_OF, "bad": bad}
        if kind in ("events", "accounts"):
            logs = [tmp_path / "events.csv", tmp_path / "accounts.csv"]
            return calibrate.rates(*logs, since="2019-06-01", **how)
        return getattr(calibrate, kind)(tmp_path / f"{kind}.csv", **how)

    return learn


@pytest.mark.parametrize("kind", BAD)
def test_every_fault_is_listed_with_its_row(learned: Callable[..., Any], kind: str) -> None:
    """Once, in its file, and it changes no number."""
    found = learned(kind, *BAD[kind])
    listed = [(one.place.line, one.kind, one.is_used) for one in found.rejects.listed]
    first = len(GOOD[kind]) + 1
    assert listed == [(first + i, name, False) for i, name in enumerate(BAD[kind].values())]
    assert {Path(one.place.file).stem for one in found.rejects.listed} == {kind}
    assert found.rejects.left_out == len(BAD[kind])
    assert [f.rows for f in found.findings] == [f.rows for f in learned(kind).findings]


@pytest.mark.parametrize("kind", USED)
def test_what_may_be_right_is_listed_and_used(learned: Callable[..., Any], kind: str) -> None:
    more, name = USED[kind]
    (one,) = learned(kind, *more.split("\n")).rejects.listed
    assert (one.kind, one.is_used) == (name, True)


@pytest.mark.parametrize("kind", BAD)
def test_three_in_ten_missing_stop(learned: Callable[..., Any], kind: str) -> None:
    more = [next(row for row, name in BAD[kind].items() if name == "empty cells")] * 4
    with pytest.raises(TooManyRejectsError, match=r"4 of 1[12] rows cannot be used"):
        learned(kind, *more, bad=0.3)
    assert learned(kind, *more, bad=0.4).rejects.left_out == 4


@pytest.mark.parametrize("kind", GOOD)
def test_a_log_without_rows_is_a_mistake(
    learned: Callable[..., Any], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GOOD, kind, GOOD[kind][:1])
    with pytest.raises(InputError, match="is a header without rows"):
        learned(kind)
