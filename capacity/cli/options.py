"""Options that several verbs share: named once, as the fields of a dataclass.

A verb takes them all as one value; the command line sees an option for each of the fields.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from capacity.errors import QuestionError

R = TypeVar("R")


def whole(option: str, least: int) -> Callable[[object], int]:
    """A reader of the whole numbers that an option takes; thousands may stand apart, 10_000."""

    def read(text: object) -> int:
        mend = f"Write a whole number of {least} or more"
        try:
            number = int(str(text).encode("ascii"))  # digits are 0 to 9
        except ValueError:
            raise QuestionError(f"{option} {text}: is not a whole number. {mend}") from None
        if number < least:
            raise QuestionError(f"{option} {text}: is below {least}. {mend}")
        return number

    return read


@dataclass(frozen=True)
class Files:
    """Where everything goes; None for what is not wanted."""

    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as JSON.")] = (
        None
    )
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as CSV.")] = None
    parquet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table as Parquet.")
    ] = None
    xlsx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an Excel workbook that computes.")
    ] = None
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML page.")
    ] = None
    md: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as Markdown.")
    ] = None
    charts: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each chart as SVG and PNG.")
    ] = None
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write it all: page, Markdown, workbook, tables, charts."),
    ] = None


NOTHING = Files()


@dataclass(frozen=True)
class Machines:
    """Who computes; this process where nothing is given."""

    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole("--workers", 1),
            help="Compute in N processes; the same numbers.",
        ),
    ] = None
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Compute on a Dask cluster, tcp://HOST:PORT."),
    ] = None

    @contextmanager
    def executor(self) -> Iterator[Executor | None]:
        """What computes, as long as it is needed.

        Raises
        ------
        QuestionError
            Where two are named, or the cluster does not answer.
        """
        from capacity.workers import Workers, dask  # multiprocessing is slow to import

        if self.workers and self.dask:
            text = f"--workers {self.workers} beside --dask {self.dask}. Leave one of them out"
            raise QuestionError(text)
        if self.dask:
            with dask(self.dask) as executor:
                yield executor
        elif self.workers and self.workers > 1:
            with Workers(self.workers) as executor:
                yield executor
        else:
            yield None


HERE = Machines()


def with_options(verb: Callable[..., R]) -> Callable[..., R]:
    """Give a verb an option for each field of the dataclasses that it takes, in their place."""
    hints = get_type_hints(verb, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

    @functools.wraps(verb)
    def with_each(**given: Any) -> R:
        for name, group in groups.items():
            given[name] = group(**{one.name: given.pop(one.name) for one in fields(group)})
        return verb(**given)

    shown = []
    for name, parameter in inspect.signature(verb).parameters.items():
        if name in groups:
            ours = get_type_hints(groups[name], include_extras=True)
            shown += [
                parameter.replace(name=one.name, annotation=ours[one.name], default=_default(one))
                for one in fields(groups[name])
            ]
        else:
            shown.append(parameter.replace(annotation=hints[name]))
    with_each.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    with_each.__annotations__ = {one.name: one.annotation for one in shown}
    return with_each


def _default(option: Field[Any]) -> Any:
    return option.default if option.default_factory is MISSING else option.default_factory()


def pairs(option: str, texts: list[str], example: str) -> dict[str, str]:
    """What an option of the form ``NAME=OTHER`` says, each time that it is given."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise QuestionError(f"{option} {text}: not two names. Write {option} {example}")
        if found.setdefault(name, value) != value:
            raise QuestionError(f"{option} {text}: {name} is {found[name]} already. Write it once")
    return found
