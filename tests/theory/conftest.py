"""The public data that published figures are held against."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of public data sets, which are not part of the repository."""
    folder = Path(os.environ.get("CAPACITY_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no public data at {folder}; set CAPACITY_DATA to its folder")
    return folder
