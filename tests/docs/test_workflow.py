"""The workflow of the how-to page, run step by step in a repository of its own."""

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
MARK = "# a remark of the reviewer\n"
WHO = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
GUARD = "extends: {0}.yaml\nname: Guarded {0}\nsimulation: {{trials: 200}}\nexpect: {1}\n"


def script() -> str:
    """What the workflow does with the scenarios that changed."""
    blocks = re.compile(r"^```yaml\n(name: plans\n.*?)^```$", re.MULTILINE | re.DOTALL)
    (block,) = blocks.findall(PAGE.read_text(encoding="utf-8"))
    (steps,) = (job["steps"] for job in yaml.safe_load(block)["jobs"].values())
    (step,) = (step for step in steps if step.get("name", "").startswith("Check"))
    return str(step["run"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository whose main branch holds the base plan and a guarded variant."""
    if not shutil.which("git") or not shutil.which("xargs"):
        pytest.skip("git and xargs are needed")
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    for other in tmp_path.glob("scenarios/*"):
        if other.name not in ("base.yaml", "accounts.csv"):
            other.unlink()
    guarded = GUARD.format("base", "team_cost <= 2M")
    (tmp_path / "scenarios" / "guarded.yaml").write_text(guarded)
    for command in (
        "init -q",
        "add .",
        "commit -qm plans",
        "update-ref refs/remotes/origin/main HEAD",
    ):
        git(tmp_path, *command.split())
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    env = {**os.environ, **dict.fromkeys(WHO, "me@here"), "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, env=env, check=True)


def look(folder: Path) -> tuple[int, str]:
    """Propose what is in the folder, and let the workflow look at it, as its service would."""
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a change", "--allow-empty")
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


def test_where_nothing_changed_nothing_is_run(folder: Path) -> None:
    assert look(folder) == (0, "")


def test_a_change_that_keeps_its_expectations_passes(folder: Path) -> None:
    with (folder / "scenarios" / "guarded.yaml").open("a") as file:
        file.write(MARK)
    code, said = look(folder)
    assert code == 0
    assert "guarded.yaml: no mistakes" in said
    assert "base.yaml: no mistakes" not in said


def test_a_change_that_breaks_them_fails(folder: Path) -> None:
    (folder / "scenarios" / "new one.yaml").write_text(GUARD.format("base", "team_cost <= 1M"))
    code, said = look(folder)
    assert code != 0
    assert "scenarios/new one.yaml:4:9: expect: team_cost <= 1M: does not hold" in said


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
