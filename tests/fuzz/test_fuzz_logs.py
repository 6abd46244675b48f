"""Logs of random cells, good and bad: what comes out is inputs or mistakes in words."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from capacity import calibrate
from capacity.errors import CapacityError

SEEDS = range(30)
BAD = (
    "", "0", "-3", "x", "2031-01-01", "01/02/2024", "2024-13-45", "a.b", "1e400", "nan", "inf",
    "5%", "1h30m", "=1+1", "فارسی", "None", "1000000",
)  # fmt: skip
GOOD = {
    "task": "abc", "segment": ("smb", "large"), "role": ("csm", "sc"), "person": ("ann",),
    "hours": ("1", "2", "0.5", "3", "1.25", "8"), "account": [f"A{i}" for i in range(40)],
    "start": ("2020-01-01", "2021-03-04", "2022-05-06"), "end": ("", "2023-01-01", "2024-02-02"),
    "date": ("2022-06-01", "2023-01-01", "2023-05-05"), "tenure": ("0", "3", "8", "20"),
    "churned": ("yes", "no"), "left": ("yes", "no"), "lost": ("yes", "no"),
    "renewals": ("0", "1", "2"), "term": ("12", "1", "24"), "name": [f"P{i}" for i in range(40)],
    "opened": ("", "2019-11-11", "2021-01-01"), "id": [str(i) for i in range(999)],
    "coverage_qbr": ("0", "0.5", "1", "30%"), "coverage_call": ("0.1", "0.9"),
    "control_usage": ("-1", "2", "3"), "arr": ("100", "120", "90"), "output": ("1", "5", "9"),
}  # fmt: skip
LOGS = {
    "hours": ("task", "hours", "account", "person", "date", "id"),
    "events": ("account", "task", "date", "id"),
    "accounts": ("account", "segment", "start", "end"),
    "history": ("account", "segment", "start", "end", "renewals", "term"),
    "tenures": ("segment", "tenure", "churned", "term"),
    "people": ("name", "role", "start", "end", "opened"),
    "served": ("role", "tenure", "left"),
    "renewals": ("segment", "lost", "term", "coverage_qbr", "coverage_call", "control_usage"),
    "revenues": ("account", "date", "arr", "segment"),
    "done": ("name", "date", "output"),
}
DAY = dt.date(2024, 12, 31)


def write(folder: Path, luck: random.Random) -> dict[str, Path]:
    """A file for each kind of log."""
    found = {}
    for name, columns in LOGS.items():
        share = luck.choice((0, 0, 0.03, 0.3))
        count = luck.choice((1, 3, 12, 60))
        kept = [c for c in columns if luck.random() < 0.97]
        rows = [
            ",".join(luck.choice(BAD if luck.random() < share else GOOD[c]) for c in kept)
            for _ in range(count)
        ]
        found[name] = folder / f"{name}.csv"
        found[name].write_text("\n".join([",".join(kept), *rows, ""]), encoding="utf-8")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_logs_give_inputs_or_mistakes(seed: int, tmp_path: Path) -> None:
    luck = random.Random(seed)
    logs = write(tmp_path, luck)
    how = {"bad": luck.choice((0.1, 1.0)), "as_of": luck.choice((None, DAY))}
    since = luck.choice((None, dt.date(2021, 6, 1)))
    some = {key: luck.choice((None, logs[key])) for key in ("renewals", "revenues", "done")}
    form = luck.choice(("auto", "hazard", "one", "sbg", "by renewal"))
    asked = {
        "form": form, "term": luck.choice((None, 12)), "snapshots": some["revenues"],
        "renewals": some["renewals"],
    }  # fmt: skip
    for learn in (
        lambda: calibrate.hours(logs["hours"], **how),
        lambda: calibrate.rates(logs["events"], logs["accounts"], since=since, **how),
        lambda: calibrate.churn(logs["history"], **asked, **how),
        lambda: calibrate.churn(logs["tenures"], form=form, **how),
        lambda: calibrate.team(logs["people"], since=since, output=some["done"], **how),
        lambda: calibrate.team(logs["served"], **how),
    ):
        try:
            found = learn()
        except CapacityError:
            continue
        assert found.page.headline
        assert found.to_yaml()
        assert str(found)
        assert len(found.rejects.to_csv().splitlines()) == 1 + len(found.rejects.listed)
