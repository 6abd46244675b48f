"""What is wrong and so not known: whatever hangs on it cannot be judged, and the rest can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel

T = TypeVar("T")

_DECISIONS = (
    *("bool", "iter", "len", "contains", "getitem", "hash", "eq", "ne", "lt", "le", "gt", "ge"),
    *("int", "float", "index", "str", "format", "array", "array_ufunc"),
    *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "neg"),
)


class UnknownError(Exception):
    """Something hangs on what is not known."""


class Unknown:
    """Stands where something is wrong: it is there, and nothing else is known of it.

    It may be handed on, and so may what is inside of it. Whoever wants to decide by it cannot.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_args: object, **_named: object) -> Unknown:
        """Whatever is asked of it."""
        return self

    def __repr__(self) -> str:
        return "UNKNOWN"


def _refuse(*_args: object) -> NoReturn:
    raise UnknownError


for _name in _DECISIONS:
    setattr(Unknown, f"__{_name}__", _refuse)

UNKNOWN: Any = Unknown()


def as_far_as_known(found: Iterable[T]) -> Iterator[T]:
    """What is found before something that is not known is met."""
    try:
        yield from found
    except UnknownError:
        return


def or_unknown(read: Callable[[], T]) -> T:
    """What something comes to; unknown where it hangs on something unknown."""
    try:
        return read()
    except UnknownError:
        return UNKNOWN


def each(named: Mapping[str, T]) -> Iterable[tuple[str, T]]:
    """The parts of a section by name; none where it is not known which there are."""
    return () if named is UNKNOWN else named.items()


def is_unknown(value: Any, path: Iterable[str]) -> bool:
    """Whether what stands at a path below a value is unknown, or inside of what is."""
    for key in path:
        if isinstance(value, BaseModel):
            value = getattr(value, key, None)
        elif isinstance(value, Mapping):
            value = value.get(key)
    return value is UNKNOWN


def is_unsound(part: BaseModel) -> bool:
    """Whether a setting of a part is unknown, or the whole part."""
    return part is UNKNOWN or any(value is UNKNOWN for value in vars(part).values())
