"""What is installed is what is tested: the wheel holds every file that the library needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel; building it fetches the build backend where that is not installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--quiet", "-w"]
    done = subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode and "No matching distribution found for hatchling" in done.stderr:
        pytest.skip("the build backend cannot be fetched here")
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_works_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    """One test, since building is slow: contents, then init and run from the unpacked wheel."""
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    ours = {
        str(path.relative_to(ROOT).as_posix())
        for path in (ROOT / "capacity").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "capacity/py.typed" in ours
    assert {f"capacity/cli/starter/{n}" for n in ("scenario.yaml", "accounts.csv")} <= ours
    about = {name for name in names if ".dist-info/" in name}
    assert names - about == ours
    entry = next(name for name in about if name.endswith("entry_points.txt"))
    assert "capacity = capacity.cli:main" in (tmp_path / "site" / entry).read_text()

    code = "from capacity.cli import main; import capacity, sys; main()"
    for arguments in (["init", "new"], ["run", "new/scenario.yaml", "--trials", "0"]):
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("My plan")
