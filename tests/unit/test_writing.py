"""Files are written whole, with the permissions and links that they had."""

from __future__ import annotations

import math
import os
import stat
import threading
from pathlib import Path

import pandas as pd
import pytest

from capacity.errors import CapacityError
from capacity.writing import check_targets, csv_text, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="links and permissions as Unix has them")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_file_that_only_its_owner_may_read_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "cost.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o600)
    write_whole(path, "new")
    assert (path.read_text(encoding="utf-8"), mode(path)) == ("new", 0o600)


@posix
def test_a_new_file_has_the_permissions_of_every_new_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "ours", "x")
    (tmp_path / "usual").write_text("x", encoding="utf-8")
    assert mode(tmp_path / "ours") == mode(tmp_path / "usual")


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_leads_to_the_new_text(tmp_path: Path, *, there: bool) -> None:
    real = tmp_path / "shared" / "real.csv"
    real.parent.mkdir()
    if there:
        real.write_text("old", encoding="utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    write_whole(link, "new")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.csv", "shared"]


@posix
def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_whole(pipe, "a,b\n")
    reader.join()
    assert got == ["a,b\n"]
    assert pipe.is_fifo()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_device_is_one_clear_line_and_stays_a_device() -> None:
    with pytest.raises(CapacityError, match=r"/dev/full: cannot be written \(No space left"):
        write_whole(Path("/dev/full"), "x")
    assert Path("/dev/full").is_char_device()


def test_the_file_that_is_named_twice_is_told(tmp_path: Path) -> None:
    once, twice = tmp_path / "a.csv", tmp_path / "b.md"
    with pytest.raises(CapacityError, match=r"b\.md: is named for two files"):
        check_targets([once, twice, tmp_path / "." / "b.md"], [])


def test_a_table_as_text_runs_nothing_and_knows_no_end() -> None:
    """Whether or not it has the columns of a key; what is endless is not known."""
    table = pd.DataFrame({"input": ["=1+1", "a"], "role": ["-x", "b"], "p90": [math.inf, 2.0]})
    assert csv_text(table, "input") == "input,role,p90\n'=1+1,'-x,\na,b,2.0\n"
    assert csv_text(table[["p90"]], head=False) == '""\n2.0\n'
