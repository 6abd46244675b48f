"""The workflow of the how-to page, run in a folder of plans."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "version-control.md"
FRAGMENT = (
    "events: {slump: {start: 2027-06, months: 3, probability: 30%, churn: 1.4, source: us}}\n"
)
OF_PARTS = """\
extends: [base.yaml, parts/events.yaml]
name: With a slump
simulation: {trials: 200}
"""
GUARD = "extends: {0}.yaml\nname: Guarded {0}\nsimulation: {{trials: 200}}\nexpect: {1}\n"


def script() -> str:
    """What the workflow does with the plans of the folder."""
    blocks = re.compile(r"^```yaml\n(name: plans\n.*?)^```$", re.MULTILINE | re.DOTALL)
    (block,) = blocks.findall(PAGE.read_text(encoding="utf-8"))
    (steps,) = (job["steps"] for job in yaml.safe_load(block)["jobs"].values())
    (step,) = (step for step in steps if step.get("name", "").startswith("Check"))
    return str(step["run"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the base plan, a guarded variant and a plan that is made of a fragment."""
    if not shutil.which("xargs"):
        pytest.skip("xargs is needed")
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    for other in tmp_path.glob("scenarios/*"):
        if other.name not in ("base.yaml", "accounts.csv"):
            other.unlink()
    guarded = GUARD.format("base", "team_cost <= 2M")
    (tmp_path / "scenarios" / "guarded.yaml").write_text(guarded)
    (tmp_path / "scenarios" / "parts").mkdir()
    (tmp_path / "scenarios" / "parts" / "events.yaml").write_text(FRAGMENT)
    (tmp_path / "scenarios" / "slump.yaml").write_text(OF_PARTS)
    return tmp_path


def look(folder: Path) -> tuple[int, str]:
    """Let the workflow look at what is in the folder, as its service would."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script()],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_plan_is_looked_at_and_no_fragment(folder: Path) -> None:
    code, said = look(folder)
    assert code == 0, said
    checked = [line.split(": no mistakes")[0] for line in said.splitlines() if ": no mist" in line]
    assert checked == [f"scenarios/{name}.yaml" for name in ("base", "guarded", "slump")]


def test_a_change_that_breaks_them_fails(folder: Path) -> None:
    (folder / "scenarios" / "new one.yaml").write_text(GUARD.format("base", "team_cost <= 1M"))
    code, said = look(folder)
    assert code != 0
    assert "scenarios/new one.yaml:4:9: expect: team_cost <= 1M: does not hold" in said


def test_every_plan_that_breaks_its_expectations_is_named(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / "scenarios" / f"{name}.yaml").write_text(GUARD.format("base", "team_cost <= 1M"))
    code, said = look(folder)
    assert code != 0
    for name in ("a", "b"):
        assert f"scenarios/{name}.yaml:4:9: expect: team_cost <= 1M: does not hold" in said


def test_a_change_of_a_fragment_is_looked_at_in_the_plan_that_extends_it(folder: Path) -> None:
    part = folder / "scenarios" / "parts" / "events.yaml"
    part.write_text(part.read_text().replace("2027-06", "summer"))
    code, said = look(folder)
    assert code != 0
    assert "scenarios/parts/events.yaml:1:25: events.slump.start: " in said
    assert said.count("summer") == 1


def test_a_mistake_fails(folder: Path) -> None:
    (folder / "scenarios" / "new.yaml").write_text(GUARD.format("base", "team_costs <= 1M"))
    code, said = look(folder)
    assert code != 0
    assert "Did you mean `team_cost`?" in said


def test_a_change_of_the_base_is_looked_at_in_every_variant(folder: Path) -> None:
    base = folder / "scenarios" / "base.yaml"
    base.write_text(base.read_text().replace("headcount: {value: 7", "headcount: {value: 17"))
    code, said = look(folder)
    assert code != 0
    assert "scenarios/guarded.yaml:4:9: expect: team_cost <= 2M: does not hold" in said
