"""Files written whole or not at all, tables as text, and text that cannot run in a spreadsheet."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import stat
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from capacity.errors import CapacityError
from capacity.quantities import in_yaml
from capacity.scenario.expecting import ABOUT

if TYPE_CHECKING:
    import pandas as pd

ELSEWHERE = "Name another file"
"""What to do where a file cannot be written."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_whole(
    path: Path, content: str | bytes, mend: str = ELSEWHERE, *, lasting: bool = False
) -> None:
    """Write a file so that nobody ever sees a part of it.

    A file that is there keeps its permissions, and a link still leads to it. What is no file, as a
    pipe or a device, cannot be replaced and is written to.

    Parameters
    ----------
    mend
        What to do where it cannot be written.
    lasting
        Whether it has to be there even if the machine loses its power right after.

    Raises
    ------
    CapacityError
        Where the file cannot be written.
    """
    with whole(path, mend, lasting=lasting) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def whole(path: Path, mend: str = ELSEWHERE, *, lasting: bool = False) -> Iterator[BinaryIO]:
    """A file to write to, which takes its place when all is written; see `write_whole`."""
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
        else:
            with _beside(path.resolve(), lasting=lasting) as file:
                yield file
    except OSError as error:
        raise CapacityError(f"{path}: cannot be written ({error.strerror}). {mend}") from None


@contextlib.contextmanager
def _beside(path: Path, *, lasting: bool) -> Iterator[BinaryIO]:
    """A file beside another, then put in the place of that."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(name, stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_targets(paths: Sequence[Path], inputs: Iterable[str]) -> None:
    """Make sure that files can be written, before any work is spent on them.

    Raises
    ------
    CapacityError
        Where a file would land in no folder, on a folder or on an input, or be called ``-``.
    """
    known = {Path(name).resolve() for name in inputs}
    for path, times in Counter(path.resolve() for path in paths).items():
        if times > 1:
            again = next(one for one in paths if one.resolve() == path)
            raise CapacityError(f"{again}: is named for two files. Name another one")
    for path in paths:
        if str(path) == "-":
            raise CapacityError("-: is no file. For standard output write /dev/stdout and --quiet")
        if path.is_dir():
            raise CapacityError(f"{path}: is a folder. Name a file in it")
        if not path.parent.is_dir():
            raise CapacityError(f"{path}: there is no folder {path.parent}. Make it first")
        if path.resolve() in known:
            raise CapacityError(f"{path}: is an input of this run. Name another file")


def check_folder(folder: Path) -> None:
    """Make sure that a folder is there or can be made.

    Raises
    ------
    CapacityError
        Where there is a file of that name, or no folder around it.
    """
    if folder.exists() and not folder.is_dir():
        raise CapacityError(f"{folder}: is a file. Name a folder")
    if not folder.is_dir() and not folder.parent.is_dir():
        raise CapacityError(f"{folder}: there is no folder {folder.parent}. Make it first")


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing, and those around it.

    Raises
    ------
    CapacityError
        Where it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CapacityError(
            f"{folder}: cannot be made ({error.strerror}). Name another folder"
        ) from None


def plain_cell(text: str) -> str:
    """Text that a spreadsheet takes for text: a leading ``=`` and the like get a quote mark."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_text(table: pd.DataFrame, *texts: str, head: bool = True) -> str:
    """A table as CSV, with its head or as the next part of it.

    Parameters
    ----------
    texts
        Columns that hold text of users, beside those of a metric's key.
    """
    table = _finite(table)
    for column in (*texts, *(kind for kind in ABOUT if kind in table)):
        table[column] = table[column].map(_cell)
    return table.to_csv(index=False, header=head, lineterminator="\n")


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """A table as Parquet; what has parts, or is of several kinds, as it would be written."""
    table = _finite(table)
    mixed = [name for name in table.columns if len(set(map(type, table[name]))) > 1]
    made = [name for name in table.columns if table[name].map(_has_parts).any()]
    for name in {*mixed, *made}:
        table[name] = table[name].map(in_yaml)
    content = io.BytesIO()
    table.to_parquet(content, index=False)
    write_whole(path, content.getvalue())


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    """A table in which what is beyond all bounds is not known."""
    return table.replace([math.inf, -math.inf], math.nan)


def _has_parts(value: object) -> bool:
    return isinstance(value, (dict, list))


def _cell(value: object) -> object:
    if isinstance(value, (dict, list, bool)):
        value = in_yaml(value)
    return plain_cell(value) if isinstance(value, str) else value


def as_json(data: Mapping[str, Any]) -> str:
    """Text of a JSON file, names in their own script."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
