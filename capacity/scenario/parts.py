"""What every part of the language is made of."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from capacity.scenario.reading import Trail

T = TypeVar("T")
K = TypeVar("K", bound=str | int)
LONGEST_NAME = 100
"""Characters of a name that is looked up among those that are known."""
MOST_KNOWN = 1000
"""Names among which one is looked up."""


class Part(BaseModel):
    """A part of a scenario: frozen, strict, and documented by the strings under its fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        populate_by_name=True,
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """``Did you mean `priority`?``, or nothing where nothing is near."""
    names = list(known)
    if len(word) > LONGEST_NAME or len(names) > MOST_KNOWN:
        return ""  # comparing takes the product of the lengths
    as_written = {name.casefold(): name for name in names}  # `ARR` is near `arr`
    found = difflib.get_close_matches(word.casefold(), as_written, n=1, cutoff=0.6)
    return f" Did you mean `{as_written[found[0]]}`?" if found else ""


class PartsError(ValueError):
    """What is wrong inside of a setting: each part by its path, with what to write instead."""

    def __init__(self, faults: list[tuple[Trail, str]]) -> None:
        self.faults: list[tuple[Trail, str]] = faults
        super().__init__(faults[0][1])


def read_each(items: Iterable[tuple[K, object]], read: Callable[[object], T]) -> dict[K, T]:
    """Read all the parts of a setting; raises `PartsError` with every part that is wrong."""
    values: dict[K, T] = {}
    faults: list[tuple[Trail, str]] = []
    for key, item in items:
        try:
            values[key] = read(item)
        except PartsError as error:
            faults += [((key, *inner), text) for inner, text in error.faults]
        except ValueError as error:
            faults.append(((key,), str(error)))
    if faults:
        raise PartsError(faults)
    return values


@dataclass(frozen=True)
class BySegment(Generic[T]):
    """A setting that may differ by segment; an event's hours differ by task in the same way.

    Attributes
    ----------
    values
        The values said by segment.
    default
        The value of every other segment; None where nobody said.
    """

    values: Mapping[str, T]
    default: T | None = None

    def of(self, segment: str) -> T | None:
        """The value of a segment."""
        return self.values.get(segment, self.default)
