"""Numbers that are real observations: a column of a file beside the scenario, to be resampled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import ValidationInfo

from capacity.scenario.kinds import JsonSchema, record
from capacity.scenario.parts import PartsError, nearest, read_each
from capacity.scenario.reading import Trail
from capacity.units import Unit

SAMPLES, COLUMN = "samples", "column"
SAMPLE_KEYS = (SAMPLES, COLUMN)
_TEXT = "Write {samples: hours.csv, column: hours}"
_NAME: JsonSchema = {"type": "string", "pattern": r"\S"}


class FileName(str):
    """The name of a file, which knows where the setting stands that names it."""

    __slots__ = ("at",)
    at: Trail


class ToldError(ValueError):
    """What is wrong is told already, at a place of its own."""

    def __init__(self) -> None:
        super().__init__("")


class Observations(Protocol):
    """Who reads the files of observations that a scenario names."""

    def values(self, file: FileName, column: str | None, unit: Unit) -> tuple[float, ...]:
        """The observations of a column in a unit, sorted.

        Parameters
        ----------
        file, column
            Where they are; without a column, in the only one that the file has.

        Raises
        ------
        PartsError
            Where there is no such column.
        ToldError
            Where the file, or a row of it, is wrong.
        """


def read_samples(
    unit: Unit, raw: Mapping[str, Any], remarks: tuple[str, ...], info: ValidationInfo
) -> tuple[float, ...]:
    """The observations that a number is made of, sorted."""
    for key in raw:
        if key not in (*SAMPLE_KEYS, *remarks):
            hint = nearest(str(key), SAMPLE_KEYS) or f" {_TEXT}"
            raise ValueError(f"`{key}` stands beside observations and is no part of them.{hint}")
    if SAMPLES not in raw:
        raise ValueError(f"{SAMPLES} missing beside {', '.join(raw)}. {_TEXT}")
    names = read_each(((key, raw[key]) for key in SAMPLE_KEYS if key in raw), _read_name)
    reader: Observations | None = (info.context or {}).get("observations")
    file = raw[SAMPLES]
    if reader is None or not isinstance(file, FileName):
        raise PartsError([((SAMPLES,), "files are read beside a scenario in a file. Load that")])
    return reader.values(file, names.get(COLUMN), unit)


def _read_name(raw: object) -> str:
    """The name of a file or a column."""
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(f"{'is empty' if raw is None else f'{raw!r} is no name'}. {_TEXT}")
    return raw.strip()


def name_files(data: Any, path: Trail = ()) -> None:
    """Let the names of files in plain data know where they stand."""
    for key, item in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(item, (dict, list)):
            name_files(item, (*path, key))
        elif key == SAMPLES and isinstance(item, str):
            data[key] = FileName(item.strip())
            data[key].at = (*path, key)


def samples_schema(remarks: JsonSchema) -> JsonSchema:
    """The form of a number that is made of observations."""
    file = {"description": "File of real observations, beside the scenario.", **_NAME}
    column = {"description": "Column of the file; may be left out if it has one.", **_NAME}
    return record({SAMPLES: file}, **{COLUMN: column}, **remarks)
