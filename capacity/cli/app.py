"""The command line: its verbs and their examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capacity.cli import questions
from capacity.cli.calibrating import calibrate
from capacity.cli.options import (
    ANY,
    AS_WRITTEN,
    HERE,
    NOTHING,
    PLANNED,
    Changed,
    Enough,
    File,
    Files,
    Futures,
    Machines,
    Quiet,
    Scenarios,
    progress_of,
    say,
    with_options,
)
from capacity.errors import QuestionError

if TYPE_CHECKING:
    from capacity.result import Result

NOT_AS_EXPECTED = 1

app = typer.Typer(
    help="Plan Customer Success teams from the work itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(calibrate, name="calibrate")

Sweep = Annotated[
    list[str],
    typer.Option(
        "--sweep",
        metavar="PATH=VALUES",
        help="Run each value, 6:14 or month,quarter; several make a grid.",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        metavar="SPAN", help="Rows of tables: month, quarter or year; else as in the plan."
    ),
]


def _version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it)
    if wanted:
        from importlib.metadata import version

        print(f"capacity {version('cs-capacity')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Stand before the verb."""


def run(
    file: File,
    futures: Futures = PLANNED,
    enough: Enough = ANY,
    changed: Changed = AS_WRITTEN,
    sweep: Sweep = [],  # noqa: B006 (typer reads the default)
    machines: Machines = HERE,
    files: Files = NOTHING,
    by: By = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario: work, people, coverage, accounts, revenue and cost by month or week."""
    from capacity.cli.files import check
    from capacity.simulation import simulate

    if sweep and by is not None:
        raise QuestionError(f"--by {by} beside --sweep, which knows no periods. Leave one out")
    scenario = changed.load(file)
    spans = scenario.plan.horizon.periods.spans
    if by is not None and by not in spans:
        raise QuestionError(f"--by {by}: not known. Write {', '.join(spans)}")
    check(files, scenario.files)
    if not quiet:
        say(f"warning: {w}" for w in scenario.warnings)
    how: dict[str, Any] = {"progress": progress_of(quiet=quiet), **futures.how, **enough.how}
    if sweep:
        from capacity.cli.grids import run_grid

        with machines.executor() as executor:
            run_grid(scenario, sweep, files, {**how, "executor": executor}, quiet=quiet)
        return
    with machines.executor() as executor:
        result = simulate(scenario, executor=executor, **how)
    from capacity.cli.running import show_and_write

    show_and_write(result, files, by, quiet=quiet)
    _leave_by(result)


def sweep(
    scenarios: Scenarios,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Folder of the results; what is there already is not computed again.",
            show_default=False,
        ),
    ],
    sweep: Sweep = [],  # noqa: B006 (typer reads the default)
    keep: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="Figure to store, as arr or required_fte[csm]; may be repeated; all for the whole "
            "table of each run. The headline unless it is given.",
        ),
    ] = [],  # noqa: B006 (typer reads the default)
    collect: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write all rows as one table, .parquet or .csv."),
    ] = None,
    futures: Futures = PLANNED,
    enough: Enough = ANY,
    changed: Changed = AS_WRITTEN,
    machines: Machines = HERE,
    quiet: Quiet = False,
) -> None:
    """Simulate plans for every combination of values into a folder; goes on where it has ended."""
    from capacity.cli.sweeping import run_sweep

    how: dict[str, Any] = {
        "checking": progress_of("checking", quiet=quiet),
        "progress": progress_of(quiet=quiet),
        **futures.how,
        **enough.how,
    }
    with machines.executor() as executor:
        how["executor"] = executor
        run_sweep(scenarios, changed.load, sweep, keep, (out, collect), how, quiet=quiet)


def check(
    files: Scenarios,
    changed: Changed = AS_WRITTEN,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail where an input has no source.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the assumptions as JSON.")
    ] = None,
) -> None:
    """Name every mistake of scenarios with its line; print warnings and all assumptions."""
    from capacity.cli.checking import check_files

    raise typer.Exit(check_files(files, changed.load, strict=strict, target=json))


def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors and other programs."""
    from capacity.cli.starting import schema_text

    print(schema_text(), end="")


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Scenario file.", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Scenario file.", show_default=False)],
    changed: Changed = AS_WRITTEN,
) -> None:
    """Print what one scenario says otherwise than another, with file and line of both."""
    from capacity.cli.comparing import diff_files

    diff_files(old, new, changed.load)


def compare(
    scenarios: Scenarios,
    futures: Futures = PLANNED,
    changed: Changed = AS_WRITTEN,
    machines: Machines = HERE,
    files: Files = NOTHING,
    by: By = None,
    quiet: Quiet = False,
) -> None:
    """Compare scenarios with the first, on the same luck, and tell what each change does."""
    from capacity.cli.comparing import compare_files

    how: dict[str, Any] = {"progress": progress_of(quiet=quiet), **futures.how}
    with machines.executor() as executor:
        how["executor"] = executor
        compare_files(scenarios, changed.load, files, by, how, quiet=quiet)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")],
) -> None:
    """Write a commented scenario, a small file of accounts, and the schema for your editor."""
    from capacity.cli.starting import write_starter

    for path in write_starter(folder):
        print(f"wrote {path}")
    print(f"Now: capacity run {folder / 'scenario.yaml'}")


def _leave_by(result: Result) -> None:
    """Name the expectations that do not hold, and leave with exit code 1 where there are any."""
    failed = [one for one in result.expectations if not one.holds]
    if failed:
        from capacity.report.expected import line

        say(map(line, failed))
        raise typer.Exit(NOT_AS_EXPECTED)


for _verb, _example in (
    (run, "run plan.yaml --set team.csm.headcount=8 --html report.html"),
    (sweep, "sweep unit_*.yaml --sweep team.csm.headcount=6:14 --out night"),
    (questions.roi, "roi plan.yaml --without cs --without task:qbr"),
    (questions.plan, "plan plan.yaml --coverage 95% --confidence 90%"),
    (questions.sensitivity, "sensitivity plan.yaml --metric 'required_fte[csm, 2027-03]'"),
    (questions.backtest, "backtest plan.yaml --actuals actuals.csv --html back-test.html"),
    (questions.explain, "explain plan.yaml required_fte --role csm --period 2027-03"),
    (check, "check plan.yaml --strict"),
    (schema, "schema > scenario.schema.json"),
    (diff, "diff base.yaml variant.yaml"),
    (compare, "compare base.yaml more_people.yaml"),
    (init, "init plan"),
):
    app.command(epilog=f"Example: capacity {_example}")(with_options(_verb))
