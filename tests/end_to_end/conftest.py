"""The real command in a process of its own, and the public data it is tried on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from leavings import ROOT, Finished, Table, read_table

_PATIENCE = 60
"""Seconds after which a command counts as hung."""


@pytest.fixture(scope="session")
def program() -> str:
    """Path of the installed command, beside the Python that runs the tests."""
    found = shutil.which("capacity", path=str(Path(sys.executable).parent))
    assert found, "the command `capacity` is not installed beside this Python"
    return found


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """A terminal that could show colours, and a seed of hashes that differs from run to run.

    Python keeps what it has compiled, as it does for a user: a third of a second for each command.
    """
    unusual = {"NO_COLOR", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE"}
    kept = {k: v for k, v in os.environ.items() if k not in unusual}
    return kept | {"TERM": "xterm-256color", "PYTHONHASHSEED": "random"}


@pytest.fixture(scope="session")
def run(program: str, environment: Mapping[str, str]) -> Callable[..., Finished]:
    """Run `capacity` with arguments; `folder` is where it runs."""

    def call(*arguments: object, folder: Path = ROOT, **extra: str) -> Finished:
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=folder,
            env={**environment, **extra},
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture(scope="session")
def simulated(
    run: Callable[..., Finished], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Table]:
    """Simulate through the command line and read the JSON."""

    def call(scenario: Path, *arguments: object) -> Table:
        out = tmp_path_factory.mktemp("json") / "result.json"
        done = run("run", scenario, "--quiet", "--json", out, *arguments)
        assert done.code == 0, done.err
        return read_table(out)

    return call


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of public data sets, which are not part of the repository."""
    folder = Path(os.environ.get("CAPACITY_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no public data at {folder}; set CAPACITY_DATA to its folder")
    return folder
