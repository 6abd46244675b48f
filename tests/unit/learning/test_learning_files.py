"""What an answer is written to: a fragment, tables, a workbook, and what stands in the manifest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from capacity import Calibration, calibrate
from capacity.errors import CapacityError, QuestionError


def write(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join([*rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def found(tmp_path: Path) -> Calibration:
    """Churn from three logs, one of which has a fault."""
    luck = np.random.default_rng(1)
    rows = ["account,segment,start,end"]
    for i in range(60):
        end = "2023-12-31" if i % 4 == 0 else ""
        rows.append(f"A{i},smb,{2020 + i % 3}-01-01,{end}")
    arr = ["account,date,arr"]
    arr += [
        f"A{i},{y}-02-01,{1000 + 100 * (y - 2022) * (i % 3)}"
        for i in range(9)
        for y in (2022, 2023)
    ]
    renewals = ["segment,lost,coverage_qbr"]
    renewals += [f"smb,{luck.uniform() < 0.3},{luck.uniform():.2f}" for _ in range(80)]
    return calibrate.churn(
        write(tmp_path, "history.csv", [*rows, "=A1,smb,2024-01-01,2023-01-01"]), term=12,
        snapshots=write(tmp_path, "arr.csv", arr),
        renewals=write(tmp_path, "renewals.csv", renewals), as_of="2025-12-31", form="one",
    )  # fmt: skip


def test_every_file_stands_in_the_manifest(found: Calibration, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("history.csv", "arr.csv", "renewals.csv")}
    shas = {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files.values()}
    assert found.manifest["files"] == shas
    assert found.manifest["asked"]["term"] == 12
    assert found.manifest["as of"] == "2025-12-31"


def test_the_workbook_holds_every_table(found: Calibration, tmp_path: Path) -> None:
    path = tmp_path / "churn.xlsx"
    found.to_excel(path)
    book = openpyxl.load_workbook(path)
    names = [one.name.capitalize() for one in found.findings]
    assert book.sheetnames == ["Inputs", *names, "Faults", "Manifest"]
    for one in found.findings:
        rows = list(book[one.name.capitalize()].values)
        assert rows[3] == tuple(one.units)
        for got, wanted in zip(rows[4:], one.rows, strict=False):
            known = [None if cell != cell or cell == "" else cell for cell in wanted]
            assert list(got) == pytest.approx(known)
    assert [row[0] for row in book["Inputs"].values][4:] == [row["input"] for row in found.inputs]
    fault = list(book["Faults"].values)[4]
    assert fault[1:3] == (62, "end")
    flat = [row[0] for row in book["Manifest"].values]
    assert sum(str(cell).startswith("files: ") for cell in flat) == 3


def test_the_list_of_inputs_is_the_fragment(found: Calibration, tmp_path: Path) -> None:
    paths = [row["input"] for row in found.inputs]
    assert paths == [
        "segments.smb.churn", "segments.smb.contraction", "segments.smb.expansion",
        "tasks.qbr.if_stopped",
    ]  # fmt: skip
    assert found.inputs[1]["value"] == "0%"
    assert any("smb: no contraction was seen" in one for one in found.warnings)
    churn = found.fragment["segments"]["smb"]["churn"]
    assert found.inputs[0]["value"] == f"{{mean: {churn['mean']}, sd: {churn['sd']}}}"
    assert all(row["evidence"] == "measured" and row["source"] for row in found.inputs)
    found.to_csv(tmp_path / "inputs.csv")
    found.to_json(tmp_path / "all.json")
    table = pd.read_csv(tmp_path / "inputs.csv", keep_default_na=False)
    assert table.to_dict("records") == found.inputs
    data = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert data["fragment"]["segments"]["smb"]["churn"] == churn
    assert found.chart("fit").name == "fit"


def test_no_log_is_written_over(tmp_path: Path) -> None:
    """Observations lie beside the fragment, under a name that the log itself may have."""
    log = write(tmp_path, "observed_qbr.csv", ["task,hours", *(f"qbr,{h}" for h in range(1, 9))])
    before = log.read_bytes()
    found = calibrate.hours(log, family="observations")
    with pytest.raises(CapacityError, match=r"observed_qbr.csv: is a log that was read"):
        found.write(tmp_path / "hours.yaml")
    assert log.read_bytes() == before
    assert not (tmp_path / "hours.yaml").exists()


def test_a_task_alone_leans_on_none(tmp_path: Path) -> None:
    rows = ["task,hours", *(f"qbr,{h / 7:.3f}" for h in range(5, 45))]
    found = calibrate.hours(write(tmp_path, "hours.csv", rows))
    assert "leans" not in " ".join(found.sentences)
    assert found.table("tasks")["own rows"].tolist() == pytest.approx([1.0])
    assert "other tasks" not in found.to_yaml()


def test_a_role_is_told_once(tmp_path: Path) -> None:
    """Searches of all roles stand in where one has too few, and are silent otherwise."""
    rows = ["name,role,opened,start"]
    rows += [f"P{i},csm,2024-01-01,2024-0{2 + i}-11" for i in range(6)]
    alone = calibrate.team(write(tmp_path, "people.csv", rows), as_of="2025-12-31")
    assert alone.table("searches")["role"].tolist() == ["csm"]
    assert sum("a seat stays open" in one for one in alone.sentences) == 1
    rows += ["T,trainer,2024-01-01,2024-03-05"]
    both = calibrate.team(write(tmp_path, "people.csv", rows), as_of="2025-12-31")
    assert both.table("searches")["role"].tolist() == ["csm", "trainer", "all roles"]
    assert "of all roles" in both.fragment["team"]["trainer"]["time_to_hire"]["source"]
    assert any("trainer: 1 seats that were filled" in one for one in both.warnings)


def test_two_people_are_no_ramp(tmp_path: Path) -> None:
    people = ["name,role,start", *(f"P{i},csm,2022-01-01" for i in range(6)), "N,csm,2025-01-01"]
    output = ["name,date,output", "N,2025-02-10,20", "N,2025-03-10,50", "P1,2025-02-10,100"]
    found = calibrate.team(
        write(tmp_path, "people.csv", people), as_of="2025-12-31",
        output=write(tmp_path, "output.csv", output),
    )  # fmt: skip
    assert "ramp" not in found.fragment["team"]["csm"]
    assert any("1 newcomers and 1 ramped people are too little" in one for one in found.sentences)


def test_segments_of_which_little_was_seen_have_no_rate(tmp_path: Path) -> None:
    accounts = ["account,segment,start", *(f"A{i},smb,2020-01-01" for i in range(20))]
    accounts += ["B,tiny,2024-11-01", "C,later,2025-06-01"]
    events = ["account,task,date", *(f"A{i},call,2024-0{1 + i % 9}-02" for i in range(20))]
    found = calibrate.rates(
        write(tmp_path, "events.csv", events), write(tmp_path, "accounts.csv", accounts),
        since="2024-01-01", as_of="2024-12-31",
    )  # fmt: skip
    assert list(found.fragment["tasks"]["call"]["rate"]) == ["smb"]
    assert any("call, tiny: 0 events in 0.2 account-years, which is too little" in one
               for one in found.sentences)  # fmt: skip
    with pytest.raises(QuestionError, match="no chart"):
        found.chart("nothing")
