"""People from a roster: published counts, counts by hand, and simulated truth that comes back."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from replications import nine_of_ten

from capacity import calibrate
from capacity.errors import QuestionError
from capacity.learning.attrition import attrition_of
from capacity.learning.lives import Lives
from capacity.learning.posterior import OUTER, Rate
from capacity.learning.ramp import ramp_of
from capacity.learning.searches import search_of
from capacity.learning.survival import curve_of

REPLICATIONS = 200
DAY = np.timedelta64(1, "D")


def write(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def day(text: str) -> object:
    return np.datetime64(text).item()


# --- published and by hand -----------------------------------------------------------------------


def test_ibm(data: Path) -> None:
    found = calibrate.team(
        data / "hr_attrition_ibm" / "emp_attrition.csv",
        columns={"role": "JobRole", "tenure": "YearsAtCompany", "left": "Attrition"},
        tenure_in="years",
    )
    table = found.table("attrition")
    assert table["left"].sum() == 237
    assert table["person-years"].sum() == pytest.approx(10_302)
    assert table["people"].sum() == 1470
    tenures = found.table("tenures")
    assert tenures["left"].sum() == 237
    assert tenures["person-years"].sum() == pytest.approx(10_302)
    assert any("comes out too low" in warning for warning in found.warnings)


def test_exposure_by_hand(tmp_path: Path) -> None:
    """Seen for two years: two from before, who leave; two who join; two who had left before."""
    rows = ["name,role,start,end"]
    for i in range(4):
        rows += [f"A{i},csm,2020-01-01,2024-06-30", f"B{i},csm,2025-01-01,"]
    roster = write(tmp_path, "roster.csv", [*rows, "Cem,csm,2020-01-01,2023-12-31"])
    found = calibrate.team(roster, since="2024-01-01", as_of="2025-12-31")
    table = found.table("attrition")
    years = 4 * (6 + 12) / 12
    assert table[["people", "left"]].to_numpy().tolist() == [[8, 4]]
    assert table["person-years"].tolist() == pytest.approx([years])
    mean, sd = Rate.of(4, years).chance()
    written = found.fragment["team"]["csm"]["attrition"]
    assert float(written["mean"].rstrip("%")) == pytest.approx(100 * mean, rel=1e-3)
    assert float(written["sd"].rstrip("%")) == pytest.approx(100 * sd, rel=1e-3)
    assert "seen from 2024-01-01" in written["source"]
    assert found.rejects.counts() == [("ended before the log is complete", 1, False)]


def test_almost_nothing_is_no_attrition(tmp_path: Path) -> None:
    """One of two left within two years: a range from next to none to nearly all."""
    rows = ["name,role,start,end", "Ann,csm,2024-01-01,2024-12-31", "Bea,csm,2025-01-01,"]
    found = calibrate.team(write(tmp_path, "roster.csv", rows), as_of="2025-12-31")
    assert found.fragment == {}
    assert "1 of 2 people left in 2.0 person-years, which is too little" in found.sentences[0]
    with pytest.raises(QuestionError, match="not written"):
        found.write(tmp_path / "team.yaml")
    assert not (tmp_path / "team.yaml").exists()


def test_a_seat_that_is_open_counts(tmp_path: Path) -> None:
    """Six filled after known times and two still open: a fit with lower bounds."""
    rows = ["name,role,opened,start,end"]
    for i, days in enumerate((30, 45, 60, 75, 90, 120)):
        start = np.datetime64("2025-01-01") + days * DAY
        rows.append(f"P{i},csm,2025-01-01,{start},")
    rows += [",csm,2025-06-01,,", ",csm,2025-06-01,,"]
    found = calibrate.team(write(tmp_path, "roster.csv", rows), as_of=day("2025-06-30"))
    row = found.table("searches").set_index("role").loc["csm"]
    assert row[["filled", "open"]].tolist() == [6, 2]
    months = np.array([30, 45, 60, 75, 90, 120]) / (365.25 / 12)
    exact = search_of(months, np.full(2, 29 / (365.25 / 12)))
    assert exact.fit is not None
    assert row["months"] == pytest.approx(exact.fit.mean)
    assert found.table("attrition")["people"].tolist() == [6]
    assert not found.rejects.listed


# --- simulated truth -----------------------------------------------------------------------------


def roster(hazard: float, luck: np.random.Generator, people: int = 150) -> Lives:
    """People who joined over eight years, seen in the last three; who had left is unknown."""
    starts = np.datetime64("2018-01-01") + luck.integers(0, 8 * 365, people) * DAY
    ends = starts + np.ceil(luck.exponential(365.25 / hazard, people)).astype(int) * DAY
    since, until = np.datetime64("2023-01-01"), np.datetime64("2025-12-31")
    there = ends > since
    starts, ends = starts[there], ends[there]
    ended = ends <= until
    after = np.where(ended, ends, until) + DAY
    month = 365.25 / 12
    entered = np.maximum((since - starts) / DAY / month, 0.0)
    names = np.arange(len(starts)).astype(object)
    role = np.full(len(starts), "csm", dtype=object)
    return Lives(names, role, entered, (after - starts) / DAY / month, ended, starts, after, until)


def test_attrition_comes_back_from_a_cut_roster() -> None:
    luck = np.random.default_rng(1)
    hits, naive = [], []
    for _ in range(REPLICATIONS):
        truth = luck.uniform(0.1, 0.5)
        people = roster(truth, luck)
        low, high = attrition_of("csm", people).rate.quantiles(OUTER)
        hits.append(low <= truth <= high)
        whole = Rate.of(people.ended.sum(), people.months.sum() / 12).quantiles(OUTER)
        naive.append(whole[0] <= truth <= whole[1])
    nine_of_ten(hits)
    assert np.mean(naive) < 0.7  # what it would be without the cut


def test_the_curve_of_a_cut_roster_is_the_truth() -> None:
    """Kaplan-Meier with late entry against exp(−h·t), whatever was cut off."""
    luck = np.random.default_rng(2)
    curve = curve_of(roster(0.3, luck, 6000))
    for months in (12, 24, 48):
        assert curve.at(months) == pytest.approx(math.exp(-0.3 * months / 12), abs=0.04)


def test_time_to_hire_comes_back() -> None:
    luck = np.random.default_rng(3)
    hits = []
    for _ in range(60):
        months, cut = luck.gamma(3, 0.9, 60), luck.uniform(0.5, 8, 60)
        search = search_of(months[months <= cut], cut[months > cut])
        assert search.fit is not None
        error = math.sqrt(search.fit.covariance[0, 0])
        hits.append(abs(math.log(search.fit.mean / 2.7)) <= 1.645 * error)
    nine_of_ten(hits)


def outputs(ramp: np.ndarray, luck: np.random.Generator, people: int) -> tuple:
    """Two years of output of people who all began at once."""
    tenure = np.tile(np.arange(24), people)
    person = np.repeat(np.arange(people), 24)
    level = np.concatenate([ramp, np.ones(24 - len(ramp))])[tenure]
    return tenure, 10 * level * luck.lognormal(-0.02, 0.2, len(tenure)), person


def test_the_ramp_comes_back() -> None:
    luck = np.random.default_rng(4)
    truth = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    hits = []
    for _ in range(REPLICATIONS):
        tenure, output, person = outputs(truth, luck, 30)
        ramp = ramp_of(tenure, output, person, 12)
        assert ramp is not None
        hits += (abs(ramp.seen[:5] - truth) <= 1.645 * ramp.error[:5]).tolist()
        assert (np.diff(ramp.share) >= 0).all()
        assert ramp.share.max() <= 1
    nine_of_ten(hits)


def test_a_ramp_takes_both_kinds_of_people() -> None:
    tenure, output, person = outputs(np.array([0.5]), np.random.default_rng(5), 4)
    assert ramp_of(tenure, output, person, 24) is None
    assert ramp_of(tenure[tenure > 12], output[tenure > 12], person[tenure > 12], 12) is None


def test_the_ramp_of_a_file(tmp_path: Path) -> None:
    """Completed months are counted from the day of the start."""
    people, rows = ["name,role,start,end"], ["name,date,output"]
    for i in range(12):
        people.append(f"P{i},csm,2024-01-15,")
        for month in range(24):
            at = np.datetime64("2024-01") + month
            # on the 10th the month that begins on the 15th is not completed
            rows.append(f"P{i},{at}-10,{(2, 2, 5, 10)[min(month, 3)]}")
    found = calibrate.team(
        write(tmp_path, "roster.csv", people),
        output=write(tmp_path, "output.csv", rows),
        as_of=day("2025-12-31"),
    )
    ramp = found.fragment["team"]["csm"]["ramp"]
    assert [one["value"] if "value" in one else one["mean"] for one in ramp] == ["20%", "50%"]


def test_what_has_no_answer() -> None:
    with pytest.raises(QuestionError, match="months or years"):
        calibrate.team("nowhere.csv", tenure_in="weeks")
    with pytest.raises(QuestionError, match="leaves no ramp"):
        calibrate.team("nowhere.csv", ramped=0)
