"""What is asked of a log: nothing that is given is ignored in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from capacity import calibrate
from capacity.errors import QuestionError
from capacity.learning.how import day_of, today

FILES = {
    "hours.csv": ["task,hours,date", *(f"qbr,{h},2025-03-0{h}" for h in range(1, 8))],
    "history.csv": [
        "account,segment,start,end",
        *(f"A{i},smb,2020-0{1 + i % 9}-01,{'2022-12-31' * (i % 2)}" for i in range(20)),
    ],
    "tenures.csv": [
        "segment,role,tenure,churned,left",
        *["smb,csm,30,no,no", "smb,csm,9,yes,yes"] * 5,
    ],
    "events.csv": ["account,task,date", *(f"A{i},call,2021-0{1 + i}-02" for i in range(8))],
    "accounts.csv": ["account,segment,start", *(f"A{i},smb,2020-01-01" for i in range(9))],
    "people.csv": ["name,role,start,end", *(f"P{i},csm,2020-01-01," for i in range(9))],
    "dateless.csv": ["task,hours", *(f"qbr,{h}" for h in range(1, 8))],
    "renewals.csv": [
        "segment,lost,coverage_qbr",
        *(f"smb,{'no' if i % 3 else 'yes'},{i % 7 / 7:.2f}" for i in range(60)),
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in FILES.items():
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


REFUSED: dict[str, tuple[Callable[..., Any], list[str], dict[str, Any]]] = {
    "evidence takes a log of renewals": (
        calibrate.churn, ["history.csv"], {"evidence": "matched"},
    ),
    "addressable takes a log of renewals": (
        calibrate.churn, ["history.csv"], {"addressable": 0.5},
    ),
    "currency takes a log of revenues": (calibrate.churn, ["history.csv"], {"currency": "EUR"}),
    "currency takes a log of": (calibrate.hours, ["hours.csv"], {"currency": "EUR"}),
    "term 12.5 is no term of a contract": (calibrate.churn, ["history.csv"], {"term": 12.5}),
    "since takes a log with the day": (
        calibrate.churn, ["tenures.csv"], {"since": "2024-01-01"},
    ),
    "since 2024-01-01 is after 2023-12-31": (
        calibrate.churn, ["history.csv"], {"since": "2024-01-01", "as_of": "2023-12-31"},
    ),
    "date_format DD.MM.YYYY: no column of dates is read. Name one by --columns": (
        calibrate.hours, ["dateless.csv"], {"date_format": "DD.MM.YYYY"},
    ),
    "tenures date_format DD.MM.YYYY: no column of dates": (
        calibrate.team, ["tenures.csv"], {"date_format": "DD.MM.YYYY"},
    ),
    "rounded 0 is no step": (calibrate.hours, ["hours.csv"], {"rounded": "0"}),
    "no entry is a multiple": (calibrate.hours, ["hours.csv"], {"rounded": "13h"}),
    "longest 0 h leaves no entry": (calibrate.hours, ["hours.csv"], {"longest": 0.0}),
    "as_of '2026-10' is no day. Write it as 2026-10-31": (
        calibrate.hours, ["hours.csv"], {"as_of": "2026-10"},
    ),
    "since 'soon' is no day": (
        calibrate.rates, ["events.csv", "accounts.csv"], {"since": "soon"},
    ),
    "rename calls: no task, segment or role is called so. Did you mean `call`": (
        calibrate.rates, ["events.csv", "accounts.csv"], {"rename": {"calls": "qbr"}},
    ),
    "rename qbr: no task, segment or role": (
        calibrate.churn, ["history.csv"], {"rename": {"qbr": "review"}},
    ),
    "ramped takes a log of outputs": (calibrate.team, ["people.csv"], {"ramped": 6}),
    "tenure in takes a roster with a column `tenure`": (
        calibrate.team, ["people.csv"], {"tenure_in": "years"},
    ),
    "team since: since takes": (calibrate.team, ["tenures.csv"], {"since": "2024-01-01"}),
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_nothing_reads_is_refused(folder: Path, words: str) -> None:
    learn, names, asked = REFUSED[words]
    with pytest.raises(QuestionError) as raised:
        learn(*(folder / name for name in names), **asked)
    assert words.removeprefix("team since: ").removeprefix("tenures ") in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_same_is_taken_where_it_is_of_use(folder: Path) -> None:
    """What was refused above, beside the log that reads it."""
    found = calibrate.churn(
        folder / "history.csv", renewals=folder / "renewals.csv", evidence="matched",
        addressable=0.5, since="2021-01-01", as_of="2023-12-31", rename={"qbr": "review"},
    )  # fmt: skip
    assert list(found.fragment["tasks"]) == ["review"]
    assert found.manifest["asked"]["evidence"] == "matched"
    assert found.manifest["rename"] == {"qbr": "review"}
    as_months = calibrate.team(folder / "tenures.csv", tenure_in="months").table("attrition")
    in_years = calibrate.team(folder / "tenures.csv", tenure_in="years").table("attrition")
    assert in_years["person-years"][0] == pytest.approx(12 * as_months["person-years"][0])


def people(folder: Path, *rows: str) -> Path:
    """Thirty who joined month by month, and five of them who left; 2022-06 is the last month."""
    path = folder / "team.csv"
    lines = [
        f"P{i},csm,{2020 + i // 12}-{i % 12 + 1:02}-01,{'2022-05-31' * (i < 5)}" for i in range(30)
    ]
    path.write_text("\n".join(["name,role,start,end", *lines, *rows]) + "\n", encoding="utf-8")
    return path


def silent(found: calibrate.Calibration) -> list[str]:
    return [warning for warning in found.warnings if "nothing is dated" in warning]


@pytest.mark.parametrize(
    ("as_of", "quiet", "lacking"), [("2022-12-01", 183, 0), ("2023-12-01", 548, 19)]
)
def test_a_long_silence_before_the_day_of_the_export_is_doubted(
    folder: Path, as_of: str, quiet: int, lacking: int
) -> None:
    """The log has 31 days in 882, so 183 days lack 6 of them and 548 lack 19."""
    found = silent(calibrate.team(people(folder), as_of=as_of))
    assert bool(found) == bool(lacking)
    for warning in found:
        assert f"in the {quiet} days before --as-of {as_of}" in warning
        assert f"has {lacking} dates in as many" in warning


def test_the_day_of_the_export_is_held_against_the_log_and_no_clock(folder: Path) -> None:
    """A log to the end of some year is the same whether that year is over by now or not."""
    year = today().year + 50
    rows = (f"Q{i},csm,{2022 + i}-07-01,{2023 + i}-06-30" for i in range(year - 2022))
    log = people(folder, *rows)
    found = calibrate.team(log, as_of=f"{year}-12-31")
    assert not silent(found)
    assert found.manifest["as of"] == f"{year}-12-31"
    assert found.rejects.faulty == 0
    late = calibrate.team(log, as_of=f"{year}-06-29", bad=1)
    assert late.rejects.counts() == [("future dates", 1, False)]


def test_events_of_accounts_and_losses_may_be_silent_too(folder: Path) -> None:
    long = {"as_of": "2039-12-31"}
    events, accounts = folder / "events.csv", folder / "accounts.csv"
    assert silent(calibrate.rates(events, accounts, **long))
    assert silent(calibrate.churn(folder / "history.csv", **long))
    assert not silent(calibrate.churn(folder / "history.csv", as_of="2023-01-31"))
    assert not silent(calibrate.team(folder / "tenures.csv", **long))  # nothing is dated


def test_days_are_read_in_any_form() -> None:
    day = dt.date(2026, 10, 31)
    for raw in (day, "2026-10-31", dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC)):
        assert day_of("as_of", raw) == day
    assert day_of("since", "2026-10") == dt.date(2026, 10, 1)
    assert day_of("since", None) is None
