"""`capacity calibrate` on files of every kind of trouble, and what it writes, loaded by a plan."""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from leavings import ROOT, Finished

import capacity
from capacity.assumptions import register_rows

AS_OF = "2026-10-31"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the base plan in it."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    return tmp_path


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def history(folder: Path, more: tuple[str, ...] = (), *, differ: bool = False) -> Path:
    """Accounts of two segments, some of which left at the end of a yearly term.

    Those of a segment have one chance to leave, or each its own.
    """
    luck = np.random.default_rng(1)
    rows = ["account,segment,start,end,term"]
    until = np.datetime64(AS_OF)
    for i in range(240):
        month = np.datetime64("2020-01") + int(luck.integers(0, 70))
        chance = luck.beta(0.7, 2.5) if differ else (0.08, 0.2)[i % 2]
        years = int(luck.geometric(max(chance, 0.01)))
        end = (month + 12 * years).astype("datetime64[D]") - np.timedelta64(1, "D")
        segment = ("enterprise", "smb")[i % 2]
        rows.append(f"A{i},{segment},{month}-01,{end if end <= until else ''},12")
    return write(folder / "history.csv", [*rows, *more])


def hours(folder: Path) -> Path:
    luck = np.random.default_rng(2)
    rows = ["Activity,Spent,Client,Day"]
    for task, mean, sigma, count in (("QBR", 3, 0.4, 60), ("escalation", 3, 1, 80)):
        for spent in luck.lognormal(math.log(mean), sigma, count):
            day = np.datetime64("2025-01-01") + int(luck.integers(0, 600))
            rows.append(f"{task},{max(round(spent * 4) / 4, 0.25)},A{luck.integers(90)},{day}")
    return write(folder / "hours.csv", rows)


def loaded(folder: Path, *fragments: str) -> capacity.Scenario:
    """The base plan with fragments."""
    plan = folder / "scenarios" / "measured.yaml"
    names = ", ".join(["base.yaml", *fragments])
    plan.write_text(f"extends: [{names}]\nname: Measured\n", encoding="utf-8")
    return capacity.load(plan)


def evidence(scenario: capacity.Scenario, path: str) -> str:
    (row,) = [row for row in register_rows(scenario) if row["path"] == path]
    return row["evidence"]


# --- each verb, and a plan with what it wrote ----------------------------------------------------


def test_churn(run: Callable[..., Finished], folder: Path) -> None:
    out = folder / "scenarios" / "churn.yaml"
    done = run("calibrate", "churn", history(folder), "--as-of", AS_OF, "--write", out)
    assert done.code == 0, done.err
    assert "Told as one churn for all renewals" in " ".join(done.out.split())
    written = yaml.safe_load(out.read_text(encoding="utf-8"))["segments"]["enterprise"]["churn"]
    assert written["evidence"] == "measured"
    for part in ("history.csv", "120 rows", f"to {AS_OF}", "beta posterior", f"as of {AS_OF}"):
        assert part in written["source"]
    plan = loaded(folder, "churn.yaml")
    churn = plan.plan.segments["enterprise"].yearly_churn[0]
    assert abs(churn.mean - 0.08) < 3.3 * math.sqrt(churn.variance)
    assert evidence(plan, "segments.enterprise.churn") == "measured"
    assert capacity.simulate(plan, trials=100).array("churned_accounts").sum() > 0


def test_every_form_of_churn_is_loaded(run: Callable[..., Finished], folder: Path) -> None:
    log = history(folder, differ=True)
    for form in ("hazard", "one", "by renewal", "sbg"):
        out = folder / "scenarios" / "churn.yaml"
        done = run(
            "calibrate", "churn", log, "--as-of", AS_OF, "--form", form, "--write", out, "--quiet"
        )
        assert done.code == 0, done.err
        plan = loaded(folder, "churn.yaml").plan
        found = plan.segments["smb"]
        assert (found.sbg is not None) == (form == "sbg")
        assert len(found.yearly_churn) == (3 if form == "by renewal" else 1)
        assert len(plan.correlate) == (2 if form == "sbg" else 0)


def test_hours(run: Callable[..., Finished], folder: Path) -> None:
    out = folder / "scenarios" / "hours.yaml"
    done = run(
        "calibrate", "hours", hours(folder), "--columns", "task=Activity", "--columns",
        "hours=Spent", "--columns", "account=Client", "--columns", "date=Day", "--rename",
        "QBR=qbr", "--as-of", AS_OF, "--write", out,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "Entries are rounded to 15 minutes" in done.out
    plan = loaded(folder, "hours.yaml")
    qbr = plan.plan.tasks["qbr"]
    assert qbr.steps is None
    assert qbr.hours is not None
    mean = 3 * math.exp(0.4**2 / 2)
    sigma = math.sqrt(math.log1p(qbr.uncertainty.mean**2))
    assert abs(math.log(qbr.hours.of("smb").mean / mean)) < 3.3 * sigma
    assert evidence(plan, "tasks.qbr.hours") == "measured"


def test_observations_are_resampled(run: Callable[..., Finished], folder: Path) -> None:
    out = folder / "scenarios" / "hours.yaml"
    done = run(
        "calibrate", "hours", hours(folder), "--columns", "task=Activity", "--columns",
        "hours=Spent", "--rename", "QBR=qbr", "--family", "observations", "--write", out,
    )  # fmt: skip
    assert done.code == 0, done.err
    seen = pd.read_csv(folder / "hours.csv").query("Activity == 'QBR'")["Spent"]
    found = loaded(folder, "hours.yaml").plan.tasks["qbr"].hours.of("smb")
    assert found.mean == pytest.approx(seen.mean())
    assert found.variance == pytest.approx(seen.var(ddof=0))


def test_rates(run: Callable[..., Finished], folder: Path) -> None:
    luck = np.random.default_rng(3)
    accounts = ["account,segment,start,end"]
    events = ["account,task,date"]
    for i in range(90):
        accounts.append(f"A{i},{('enterprise', 'mid_market', 'smb')[i % 3]},2024-01-01,")
        for _ in range(luck.poisson(0.9 * 1037 / 365.25)):
            day = np.datetime64("2024-01-01") + int(luck.integers(0, 1037))
            events.append(f"A{i},escalation,{day}")
    out = folder / "scenarios" / "rates.yaml"
    done = run(
        "calibrate", "rates", write(folder / "events.csv", events),
        write(folder / "accounts.csv", accounts), "--since", "2024-01-01", "--as-of", AS_OF,
        "--write", out,
    )  # fmt: skip
    assert done.code == 0, done.err
    rate = loaded(folder, "rates.yaml").plan.tasks["escalation"].rate
    for segment in ("enterprise", "mid_market", "smb"):
        found = rate.of(segment)
        assert abs(found.mean - 0.9) < 3.3 * math.sqrt(found.variance)


def test_team(run: Callable[..., Finished], folder: Path) -> None:
    luck = np.random.default_rng(4)
    people = ["name,role,start,end,opened"]
    output = ["name,date,output"]
    for i in range(60):
        start = np.datetime64("2022-01-01") + int(luck.integers(0, 1200))
        opened = start - int(luck.gamma(3, 25))
        gone = start + int(luck.exponential(4 * 365))
        end = gone if gone <= np.datetime64(AS_OF) else ""
        people.append(f"P{i},csm,{start},{end},{opened}")
        months = np.arange(start.astype("datetime64[M]") + 1, np.datetime64("2026-10"))
        for tenure, month in enumerate(months[:20]):
            share = min(0.2 + 0.2 * tenure, 1)
            output.append(f"P{i},{month}-28,{100 * share * luck.lognormal(0, 0.1):.1f}")
    out = folder / "scenarios" / "team.yaml"
    done = run(
        "calibrate", "team", write(folder / "people.csv", people), "--output",
        write(folder / "output.csv", output), "--as-of", AS_OF, "--write", out,
    )  # fmt: skip
    assert done.code == 0, done.err
    csm = loaded(folder, "team.yaml").plan.team["csm"]
    attrition = csm.attrition.default
    assert abs(attrition.mean - (1 - math.exp(-0.25))) < 3.3 * math.sqrt(attrition.variance)
    assert csm.time_to_hire.default.mean == pytest.approx(75 / 30.4, rel=0.25)
    ramp = [one.mean for one in csm.ramp.default]
    assert ramp[0] == pytest.approx(0.2, abs=0.06)
    assert ramp == sorted(ramp)


def test_growth_and_effects(run: Callable[..., Finished], folder: Path) -> None:
    luck = np.random.default_rng(5)
    snapshots = ["account,date,arr"]
    for i in range(240):
        arr = float(luck.lognormal(10, 0.3))
        for year in (2024, 2025, 2026):
            snapshots.append(f"A{i},{year}-01-01,{arr:.2f}")
            arr *= 1 + luck.choice([0.2, 0.0, -0.1], p=[0.5, 0.3, 0.2])
    renewals = ["segment,lost,coverage_qbr,control_usage"]
    for i in range(900):
        coverage, usage = luck.uniform(), luck.normal()
        lost = luck.uniform() < -math.expm1(-0.2 * math.exp(0.6 * (1 - coverage) - 0.3 * usage))
        renewals.append(f"{('enterprise', 'smb')[i % 2]},{lost},{coverage:.3f},{usage:.3f}")
    out, target = folder / "scenarios" / "churn.yaml", folder / "churn.json"
    done = run(
        "calibrate", "churn", history(folder), "--as-of", AS_OF, "--write", out,
        "--snapshots", write(folder / "arr.csv", snapshots), "--renewals",
        write(folder / "renewals.csv", renewals), "--json", target, "--addressable", "60%",
    )  # fmt: skip
    assert done.code == 0, done.err
    for words in ("effects are biased", "E-value", "only an experiment tells"):
        assert words in done.err
    plan = loaded(folder, "churn.yaml").plan
    for name in ("enterprise", "smb"):
        expansion, contraction = plan.segments[name].expansion, plan.segments[name].contraction
        assert abs(expansion.mean - 0.1) < 3.3 * math.sqrt(expansion.variance)
        assert abs(contraction.mean - 0.02) < 3.3 * math.sqrt(contraction.variance)
    (row,) = json.loads(target.read_text(encoding="utf-8"))["findings"]["effects"]
    assert row["p5"] < math.exp(0.6) < row["p95"]
    assert 1 < row["believed"] < row["hazard ratio"]
    effect = plan.tasks["qbr"].if_stopped
    assert effect.churn.median == pytest.approx(1 + (row["believed"] - 1) / 0.6, rel=1e-3)
    assert plan.tasks["qbr"].weight is None


# --- diagnostics ---------------------------------------------------------------------------------


def test_the_page_shows_data_against_fit(run: Callable[..., Finished], folder: Path) -> None:
    page, text = folder / "hours.html", folder / "hours.md"
    done = run(
        "calibrate", "hours", hours(folder), "--columns", "task=Activity", "--columns",
        "hours=Spent", "--html", page, "--md", text, "--quiet",
    )  # fmt: skip
    assert (done.code, done.out) == (0, "")
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") == 1
    assert "escalation, history: hours by the fit" in html
    assert "AIC of the families" in html
    assert "hours.csv" in text.read_text(encoding="utf-8")


def test_the_folder_for_everything(run: Callable[..., Finished], folder: Path) -> None:
    """A plan beside it runs with the fragment, and the workbook opens."""
    out = folder / "scenarios" / "learned"
    done = run(
        "calibrate", "churn", history(folder, ("A900,smb,2024-01-01,2023-01-01,12",)), "--as-of",
        AS_OF, "--since", "2022-01-01", "--out", out, "--quiet",
    )  # fmt: skip
    assert (done.code, done.out) == (0, "")
    assert {path.name for path in out.iterdir()} == {
        "charts", "fragment.yaml", "rejects.csv", "report.html", "report.md", "table.csv",
        "table.json", "workbook.xlsx",
    }  # fmt: skip
    assert {path.name for path in (out / "charts").iterdir()} == {"fit.png", "fit.svg"}
    assert "seen from 2022-01-01" in (out / "fragment.yaml").read_text(encoding="utf-8")
    assert "A900" not in (out / "fragment.yaml").read_text(encoding="utf-8")
    assert "Swap them?" in (out / "rejects.csv").read_text(encoding="utf-8")
    sheets = pd.read_excel(out / "workbook.xlsx", sheet_name=None)
    assert {"Inputs", "Segments", "Survival", "Faults", "Manifest"} <= set(sheets)
    plan = loaded(folder, "learned/fragment.yaml")
    assert evidence(plan, "segments.smb.churn") == "measured"
    assert capacity.simulate(plan, trials=100).array("churned_accounts").sum() > 0


def test_almost_nothing_has_no_answer(run: Callable[..., Finished], folder: Path) -> None:
    """One account: what was seen is shown, and no number of it goes into a plan."""
    log = write(folder / "one.csv", ["segment,start,end", "smb,2025-01-01,"])
    out = folder / "churn.yaml"
    done = run("calibrate", "churn", log, "--as-of", AS_OF, "--write", out)
    assert done.code == 1
    assert "smb: 0 of 1 accounts were lost, which is too little to learn from" in done.out
    assert done.err.splitlines()[-1] == (
        f"{log}: The logs are too small to learn any input from; take longer ones. Nothing was "
        "written to --write"
    )
    assert not out.exists()


def test_parquet_and_excel_say_the_same(run: Callable[..., Finished], folder: Path) -> None:
    log = history(folder)
    table = pd.read_csv(log)
    table.to_parquet(folder / "history.parquet", index=False)
    table.to_excel(folder / "history.xlsx", index=False)
    found = []
    for name in ("history.csv", "history.parquet", "history.xlsx"):
        target = folder / "found.json"
        done = run(
            "calibrate", "churn", folder / name, "--as-of", AS_OF, "--json", target, "--quiet"
        )
        assert done.code == 0, done.err
        found.append(json.loads(target.read_text(encoding="utf-8"))["findings"])
    assert found[0] == found[1] == found[2]


# --- bad input -----------------------------------------------------------------------------------

BAD = (
    ("A900,smb,2024-01-01,2023-01-01,12", "ends before starts"),
    ("A901,smb,2029-01-01,,12", "future dates"),
    ("A902,smb,01/02/2024,,12", "dates written otherwise"),
    ("A903,,2024-01-01,,12", "empty cells"),
    ("A904,smb,2024-01-01,,0", "terms out of range"),
    ("A905,smb,2024-01-01,,x", "no numbers"),
    ("A906,s.mb,2024-01-01,,12", "names with a dot"),
    ("A907,smb,1200-01-01,,12", "too long ago"),
)
TWICE = (
    ("B,smb,2021-01-01,2021-12-31,12", ""),
    ("B,smb,2021-01-01,2021-12-31,12", "rows that stand twice"),
    ("B,smb,2023-01-01,,12", "came back"),
    ("B,smb,2024-01-01,,12", "there twice at a time"),
)


def test_every_bad_row_is_listed(run: Callable[..., Finished], folder: Path) -> None:
    more = (*BAD, *TWICE)
    log = history(folder, tuple(row for row, _ in more))
    listed = folder / "rejects.csv"
    done = run("calibrate", "churn", log, "--as-of", AS_OF, "--rejects", listed)
    assert done.code == 0, done.err
    with listed.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wanted = {line for line, (_, kind) in enumerate(more, 242) if kind}
    assert {int(row["row"]) for row in rows} == wanted
    assert {int(row["row"]) for row in rows if row["used"] == "yes"} == {252}
    for _, kind in more:
        assert kind in done.out
    assert "252 rows, 10 of them left out" in done.out


def test_a_bad_row_changes_no_result(run: Callable[..., Finished], folder: Path) -> None:
    found = []
    for more in ((), tuple(row for row, _ in BAD)):
        target = folder / "found.json"
        done = run("calibrate", "churn", history(folder, more), "--as-of", AS_OF, "--json", target)
        assert done.code == 0, done.err
        found.append(json.loads(target.read_text(encoding="utf-8"))["findings"])
    assert found[0] == found[1]


def test_too_many_bad_rows_stop(run: Callable[..., Finished], folder: Path) -> None:
    """Three in ten are missing: nothing is learned, but the list is written."""
    rows = history(folder).read_text(encoding="utf-8").splitlines()
    rows[1:72] = [row.replace(",smb,", ",,").replace(",enterprise,", ",,") for row in rows[1:72]]
    log = write(folder / "history.csv", rows)
    out, listed = folder / "churn.yaml", folder / "rejects.csv"
    done = run("calibrate", "churn", log, "--write", out, "--rejects", listed)
    assert done.code == 2
    assert done.out == ""
    first, *others = done.err.splitlines()
    assert "71 of 240 rows cannot be used (29.6 %), more than 10.0 %" in first
    assert f"{log}:2: segment: is empty. Write what it is" in others
    assert len(listed.read_text(encoding="utf-8").splitlines()) == 72
    assert not out.exists()
    assert run("calibrate", "churn", log, "--bad", "30%", "--write", out).code == 0


MISTAKES = {
    "no such file. Check the name of the log": ["churn", "nowhere.csv"],
    "no column is called `task`. The file has account, segment": ["hours", "history.csv"],
    "no column is called `Quarter`": ["churn", "history.csv", "--columns", "segment=Quarter"],
    "column 'segmnt' is not known. Did you mean `segment`?": [
        "churn", "history.csv", "--columns", "segmnt=segment",
    ],
    "--columns segment: not two names": ["churn", "history.csv", "--columns", "segment"],
    "--as-of 'soon' is no day": ["churn", "history.csv", "--as-of", "soon"],
    "--bad 'few' is not a share": ["churn", "history.csv", "--bad", "few"],
    "form 'best' is not known": ["churn", "history.csv", "--form", "best"],
    "takes renewals": ["churn", "plain.csv", "--form", "sbg"],
    "family 'normal' is not known": ["hours", "hours.csv", "--family", "normal"],
    "--longest 'long' is not a number of hours": ["hours", "hours.csv", "--longest", "long"],
    "evidence 'guess' is not known": [
        "churn", "history.csv", "--renewals", "renewals.csv", "--evidence", "guess",
    ],
    "no column begins with `coverage_`": ["churn", "history.csv", "--renewals", "renewals.csv"],
    "is no way to write a date": ["churn", "history.csv", "--date-format", "Y"],
    "since 2030-01-01 is after": [
        "rates", "events.csv", "history.csv", "--since", "2030-01-01", "--as-of", AS_OF,
    ],
    "outputs take a roster with the day": ["team", "tenures.csv", "--output", "events.csv"],
    "is an input of this run": ["churn", "history.csv", "--write", "history.csv"],
}  # fmt: skip


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_are_told_in_words(run: Callable[..., Finished], folder: Path, words: str) -> None:
    history(folder)
    write(folder / "plain.csv", ["segment,start,end", "smb,2024-01-01,", "smb,2024-02-01,"])
    write(folder / "hours.csv", ["task,hours", "a,1", "a,2", "a,3", "a,4", "a,5"])
    write(folder / "renewals.csv", ["segment,lost", "smb,yes", "smb,no"])
    write(folder / "events.csv", ["account,task,date", "A1,call,2026-01-01"])
    write(folder / "tenures.csv", ["role,tenure,left", "csm,3,yes", "csm,9,no"])
    done = run("calibrate", *MISTAKES[words], folder=folder)
    assert done.code == 2, done.out
    assert words in done.err
    assert "Traceback" not in done.err


def test_without_the_library_it_says_what_to_install(folder: Path) -> None:
    code = "import sys; sys.modules['statsmodels'] = None\nfrom capacity.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "calibrate", "hours", str(hours(folder)),
         "--columns", "task=Activity", "--columns", "hours=Spent"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "learning from history: the package statsmodels is not installed. "
        'Run pip install "cs-capacity[learn]"'
    )
