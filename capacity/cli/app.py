"""The verbs of the command line and their options."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capacity.errors import QuestionError

if TYPE_CHECKING:
    from capacity.result import Result
    from capacity.simulation import Progress

app = typer.Typer(
    help="Plan Customer Success teams from the work itself.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file.", show_default=False)]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario files.")]
Set = Annotated[
    list[str],
    typer.Option("--set", metavar="PATH=VALUE", help="Change a setting; may be repeated."),
]

AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Allow files outside of the scenario's folder.")
]


@app.command()
def run(
    file: File,
    trials: Annotated[
        int | None, typer.Option(min=0, help="Futures; 0 computes expected values.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The luck.")] = None,
    precision: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Add futures until the error is this small, as 1%."),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The figure meant by that, as required_fte:p90."),
    ] = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table as JSON.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table as CSV.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="Periods of the table: month, quarter or year.")
    ] = "month",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only mistakes.")] = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Simulate a scenario: work, people, coverage, accounts, revenue and cost by month."""
    from capacity.loading import load
    from capacity.result import SPANS
    from capacity.simulation import simulate
    from capacity.writing import check_targets, write_csv, write_json

    if by not in SPANS:
        raise QuestionError(f"--by {by}: not known. Write {', '.join(SPANS)}")
    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    check_targets([path for path in (json, csv) if path], scenario.files)
    if not quiet:
        _say(f"warning: {w}" for w in scenario.warnings)
    result = simulate(scenario, trials, seed, progress=_progress(quiet=quiet),
                      precision=_precision(precision), metric=metric)  # fmt: skip
    if json:
        write_json(result, json, by)
    if csv:
        write_csv(result, csv, by)
    if not quiet:
        _show(result)


@app.command()
def check(
    files: Files,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail where an input has no source.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the assumptions as JSON.")
    ] = None,
    allow_outside: AllowOutside = False,
) -> None:
    """Name every mistake of scenarios with its line; print warnings and all assumptions."""
    from capacity.cli.checking import check_files
    from capacity.loading import load

    read = partial(load, set=_settings(settings), allow_outside=allow_outside)
    raise typer.Exit(check_files(files, read, strict=strict, target=json))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors and other programs."""
    from capacity.cli.starting import schema_text

    print(schema_text(), end="")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")],
) -> None:
    """Write a commented scenario, a small file of accounts, and the schema for your editor."""
    from capacity.cli.starting import write_starter

    for path in write_starter(folder):
        print(f"wrote {path}")
    print(f"Now: capacity run {folder / 'scenario.yaml'}")


def _settings(pairs: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for pair in pairs:
        path, equals, value = pair.partition("=")
        if not equals or not path:
            raise QuestionError(f"--set {pair}: no value. Write --set tasks.qbr.every=month")
        found[path.strip()] = value
    return found


def _precision(text: str | None) -> float | None:
    from capacity.scenario.figure import read_precision

    try:
        return None if text is None else read_precision(text)
    except ValueError as error:
        raise QuestionError(f"--precision {error}") from None


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _show(result: Result) -> None:
    if not sys.stdout.isatty():
        print(result)
        return
    from rich.console import Console

    from capacity.report.text import report

    Console(highlight=False, markup=False).print(report(result))


def _progress(*, quiet: bool) -> Progress | None:
    if quiet or not sys.stderr.isatty():
        return None
    from capacity.cli.progress import Bar

    return Bar()
