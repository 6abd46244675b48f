"""Names that a program could stumble over: other scripts, formulas, brackets."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from leavings import Finished, Table, read_table


@dataclass(frozen=True)
class Names:
    """What a plan calls its things."""

    plan: str
    segment: str
    task: str
    role: str
    file: str = "accounts"


SCRIPTS = {
    "Hindi": Names("वित्त वर्ष योजना", "बड़े ग्राहक", "त्रैमासिक समीक्षा", "ग्राहक सफलता", "खाते"),
    "Persian": Names("برنامهٔ سال", "بنگاه‌های بزرگ", "بازبینی فصلی", "موفقیت مشتری", "حساب‌ها"),
    "Japanese": Names("2027年度計画", "大企業", "四半期レビュー", "カスタマーサクセス", "顧客"),
}
FORMULAS = Names("=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "+accounts")
BRACKETS = Names("[/plan]", "[smb]", "[/task]", "[bold]role", "[accounts]")


def write_plan(folder: Path, names: Names, currency: str = "INR") -> Path:
    """A plan of two accounts; JSON is YAML."""
    plan = {
        "name": names.plan,
        "currency": currency,
        "horizon": {"start": "2027-01", "months": 3},
        "accounts": {"file": f"{names.file}.csv"},
        "segments": {names.segment: {"churn": 0.1}},
        "tasks": {names.task: {"role": names.role, "every": "month", "hours": 1}},
        "team": {names.role: {"headcount": 1, "salary": 1000}},
    }
    path = folder / f"{names.file}.yaml"
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    with (folder / f"{names.file}.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "segment", "arr", "start", "renewal"])
        for number in range(2):
            rows.writerow(
                [f"{names.plan} {number}", names.segment, 1000, "2026-01-01", "2028-01-01"]
            )
    return path


def run_plan(
    run: Callable[..., Finished], folder: Path, names: Names, currency: str = "INR"
) -> tuple[Finished, Table, list[dict[str, str]]]:
    """Output, JSON and the rows of the CSV."""
    path = write_plan(folder, names, currency)
    arguments = ["--trials", "0", "--json", f"{names.file}.json", "--csv", f"{names.file}-out.csv"]
    done = run("run", path.name, *arguments, folder=folder)
    assert (done.code, done.err) == (0, "")
    with (folder / f"{names.file}-out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return done, read_table(folder / f"{names.file}.json"), rows


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_in_any_script_survive(
    run: Callable[..., Finished], tmp_path: Path, script: str
) -> None:
    names = SCRIPTS[script]
    done, table, rows = run_plan(run, tmp_path, names)
    assert table.manifest["scenario"] == names.plan
    assert set(table.manifest["files"]) == {f"{names.file}.yaml", f"{names.file}.csv"}
    assert table.value("due_hours", role=names.role, task=names.task, segment=names.segment) == 6
    assert names.segment.encode() in (tmp_path / f"{names.file}.json").read_bytes()
    for column, name in (("segment", names.segment), ("role", names.role), ("task", names.task)):
        assert {row[column] for row in rows} == {"", name}
    for name in (names.plan, names.role, names.task):
        assert name in done.out


@pytest.mark.parametrize("script", SCRIPTS)
def test_mistakes_name_things_in_any_script(
    run: Callable[..., Finished], tmp_path: Path, script: str
) -> None:
    names = SCRIPTS[script]
    path = write_plan(tmp_path, names)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"{names.role}", "every', '"x", "every'), encoding="utf-8")
    done = run("check", path.name, folder=tmp_path)
    assert done.code == 2
    assert done.err.startswith(f"{names.file}.yaml:1:")
    assert f"tasks.{names.task}.role" in done.err
    assert f"Known: {names.role}" in done.err


def test_names_cannot_run_as_formulas_in_a_spreadsheet(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    _, table, rows = run_plan(run, tmp_path, FORMULAS)
    wanted = {"segment": FORMULAS.segment, "role": FORMULAS.role, "task": FORMULAS.task}
    for column, name in wanted.items():
        assert {row[column] for row in rows} == {"", f"'{name}"}
        assert {row[column] for row in table.rows} == {"", name}
    numbers = {"mean", "sd", "se"} | {c for c in rows[0] if c.startswith("p") and c[1:].isdigit()}
    texts = [row[c] for row in rows for c in row if c not in numbers]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_currency_is_no_formula_either(run: Callable[..., Finished], tmp_path: Path) -> None:
    path = write_plan(tmp_path, SCRIPTS["Japanese"], currency="=A1")
    done = run("check", path.name, folder=tmp_path)
    assert done.code == 2
    assert "currency" in done.err


@pytest.mark.parametrize("verb", ["run", "check"])
def test_brackets_are_shown_as_they_are(
    run: Callable[..., Finished], tmp_path: Path, verb: str
) -> None:
    """Square brackets are markup to the library that draws the tables."""
    path = write_plan(tmp_path, BRACKETS)
    done = run(verb, path.name, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    for name in (BRACKETS.plan, BRACKETS.role, BRACKETS.task):
        assert name in done.out
