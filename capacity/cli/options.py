"""Options that several verbs share: named once, as the fields of a dataclass.

A verb takes them all as one value; the command line sees an option for each of the fields.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from capacity.errors import QuestionError

if TYPE_CHECKING:
    from capacity.loading import Scenario
    from capacity.simulation import Progress

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


File = Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file.", show_default=False)]
Scenarios = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario files.")]
Seed = Annotated[int | None, typer.Option(metavar="N", parser=whole("--seed", 0), help="The luck.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only mistakes.")]


@dataclass(frozen=True)
class Changed:
    """What the command line changes of a plan, and where its files may be."""

    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="PATH=VALUE", help="Change a setting; may be repeated."),
    ] = field(default_factory=list)
    allow_outside: Annotated[
        bool, typer.Option("--allow-outside", help="Allow files outside of the scenario's folder.")
    ] = False

    def load(self, file: Path) -> Scenario:
        """The scenario of a file, so changed."""
        from capacity.loading import load  # pydantic is slow to import

        return load(file, set=self._values, allow_outside=self.allow_outside)

    @property
    def _values(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for pair in self.settings:
            path, equals, value = pair.partition("=")
            if not equals or not path.strip():
                missing = "path" if equals else "value"
                text = f"--set {pair}: no {missing}. Write --set tasks.qbr.every=month"
                raise QuestionError(text)
            found[path.strip()] = value
        return found


AS_WRITTEN = Changed()


@dataclass(frozen=True)
class Futures:
    """How many futures there are, and with which luck; as the plan says where nothing is given."""

    trials: Annotated[
        int | None,
        typer.Option(
            metavar="N", parser=whole("--trials", 0), help="Futures; 0 computes expected values."
        ),
    ] = None
    seed: Seed = None

    @property
    def how(self) -> dict[str, Any]:
        """As the library takes them."""
        return {"trials": self.trials, "seed": self.seed}


@dataclass(frozen=True)
class Several(Futures):
    """The same where expected values say nothing."""

    trials: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole("--trials", 1), help="Futures, 1,000 or more."),
    ] = None


@dataclass(frozen=True)
class Enough:
    """When there are enough futures."""

    precision: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Add futures until the error is this small, as 1%."),
    ] = None
    metric: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The figure meant by that, as required_fte:p90."),
    ] = None

    @property
    def how(self) -> dict[str, Any]:
        """As the library takes it."""
        return {"precision": self._share, "metric": self.metric}

    @property
    def _share(self) -> float | None:
        from capacity.scenario.figure import read_precision  # pydantic is slow to import

        try:
            return None if self.precision is None else read_precision(self.precision)
        except ValueError as error:
            raise QuestionError(f"--precision {error}") from None


PLANNED = Futures()
SEVERAL = Several()
ANY = Enough()


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


def progress_of(what: str = "simulating", *, quiet: bool) -> Progress | None:
    """A bar on a terminal; nothing where nobody looks."""
    if quiet or not sys.stderr.isatty():
        return None
    from capacity.cli.progress import Bar  # rich is slow to import

    return Bar(what)


def say(lines: Iterable[str]) -> None:
    """Print lines where mistakes go, so that what is piped on is the answer alone."""
    for line in lines:
        print(line, file=sys.stderr)
