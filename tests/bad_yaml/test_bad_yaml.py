"""One fault in each file: what is said of it, and where.

The first lines of a file say what its message must hold and the place it must name: a line and a
column, behind another file where the fault lies in one that it extends.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import capacity

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


class Expected(NamedTuple):
    """What the first lines of a file ask for."""

    words: list[str]
    at: str


def expected(file: Path) -> Expected:
    lines = file.read_text(encoding="utf-8").splitlines()
    words = [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]
    (at,) = (line.removeprefix("# at: ") for line in lines if line.startswith("# at: "))
    return Expected(words, at)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_one_fault_is_one_mistake_with_its_place_and_a_mend(file):
    words, at = expected(file)
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(file)
    (mistake,) = caught.value.mistakes
    where = f"{file}:{at}" if at[0].isdigit() else f"{file.parent}/{at}"
    assert str(mistake).startswith(f"{where}: ")
    assert [word for word in words if word not in str(mistake)] == []
    assert "\n" not in str(mistake)
    assert str(caught.value) == str(mistake)


def test_there_are_files_to_read():
    assert len(FILES) > 100
