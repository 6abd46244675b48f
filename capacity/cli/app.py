"""The verbs of the command line and their options."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capacity.errors import QuestionError

if TYPE_CHECKING:
    from capacity.result import Result
    from capacity.simulation import Progress

NOT_AS_EXPECTED = 1

app = typer.Typer(
    help="Plan Customer Success teams from the work itself.",
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
Sweep = Annotated[
    list[str],
    typer.Option(
        "--sweep",
        metavar="PATH=VALUES",
        help="Run each value, 6:14 or month,quarter; several make a grid.",
    ),
]
Trials = Annotated[int | None, typer.Option(min=0, help="Futures; 0 computes expected values.")]
Seed = Annotated[int | None, typer.Option(min=0, help="The luck.")]
Json = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as JSON.")]
Csv = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as CSV.")]
By = Annotated[
    str | None,
    typer.Option(
        metavar="SPAN", help="Rows of the table: month, quarter or year; else as in the plan."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only mistakes.")]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Allow files outside of the scenario's folder.")
]


ToHtml = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML page.")
]
ToMarkdown = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the report as Markdown.")
]
ToExcel = Annotated[
    Path | None,
    typer.Option("--xlsx", metavar="FILE", help="Write a workbook that computes, for Excel."),
]
ToCharts = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write each chart as SVG and PNG.")
]
ToFolder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write everything: page, Markdown, tables and charts."),
]


def _example(command: str) -> str:
    return f"Example: capacity {command}"


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


@app.command(epilog=_example("run plan.yaml --set team.csm.headcount=8 --html report.html"))
def run(
    file: File,
    trials: Trials = None,
    seed: Seed = None,
    precision: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Add futures until the error is this small, as 1%."),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The figure meant by that, as required_fte:p90."),
    ] = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    sweep: Sweep = [],  # noqa: B006 (typer reads the default)
    json: Json = None,
    csv: Csv = None,
    html: ToHtml = None,
    md: ToMarkdown = None,
    charts: ToCharts = None,
    out: ToFolder = None,
    xlsx: ToExcel = None,
    by: By = None,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Simulate a scenario: work, people, coverage, accounts, revenue and cost by month or week."""
    from capacity.cli.files import Files
    from capacity.loading import load
    from capacity.simulation import simulate

    if sweep and by is not None:
        raise QuestionError(f"--by {by} beside --sweep, which knows no periods. Leave one out")
    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    spans = scenario.plan.horizon.periods.spans
    if by is not None and by not in spans:
        raise QuestionError(f"--by {by}: not known. Write {', '.join(spans)}")
    files = Files(json, csv, html, md, charts, out, xlsx)
    files.check(scenario.files)
    if not quiet:
        _say(f"warning: {w}" for w in scenario.warnings)
    how: dict[str, Any] = {
        "trials": trials,
        "seed": seed,
        "progress": _progress(quiet=quiet),
        "precision": _precision(precision),
        "metric": metric,
    }
    if sweep:
        from capacity.cli.grids import run_grid

        files.refuse_beside_sweep()
        run_grid(scenario, sweep, json, csv, how, xlsx=xlsx, quiet=quiet)
        return
    result = simulate(scenario, **how)
    files.write(result, by)
    if not quiet:
        from capacity.cli.showing import show
        from capacity.report.text import report

        show(report(result))
    _leave_by(result)


@app.command(epilog=_example("roi plan.yaml --without cs --without task:qbr"))
def roi(
    file: File,
    without: Annotated[
        list[str],
        typer.Option(
            metavar="WHAT",
            help="cs, role:NAME, task:NAME, segment:NAME or a share of the seats as 20%; may be "
            "repeated. cs unless it is given.",
        ),
    ] = [],  # noqa: B006 (typer reads the default)
    start: Annotated[
        str | None, typer.Option("--from", metavar="MONTH", help="First month without it.")
    ] = None,
    months: Annotated[int, typer.Option(help="Horizon, at least the plan's own.")] = 36,
    tasks: Annotated[
        bool, typer.Option("--tasks", help="Value of each task, too; takes longer.")
    ] = False,
    trials: Annotated[
        int | None, typer.Option(min=0, help="Futures; 0 computes expected values.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The luck.")] = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table as JSON.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table as CSV.")
    ] = None,
    xlsx: ToExcel = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only mistakes.")] = False,
    allow_outside: AllowOutside = False,
) -> None:
    """What would be lost without the team, a role, a task or a part of the seats: break-even."""
    from capacity.cli.valuing import run_roi
    from capacity.loading import load
    from capacity.writing import check_targets

    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    check_targets([path for path in (json, csv, xlsx) if path], scenario.files)
    how = {"trials": trials, "seed": seed}
    targets = {"json": json, "csv": csv, "xlsx": xlsx}
    progress = _progress(quiet=quiet)
    run_roi(scenario, without, months, start, how, targets, progress, tasks=tasks, quiet=quiet)


@app.command(epilog=_example("plan plan.yaml --coverage 95% --confidence 90%"))
def plan(
    file: File,
    coverage: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Work to be done, as 95%; else each role's target."),
    ] = None,
    confidence: Annotated[
        str, typer.Option(metavar="SHARE", help="Part of the futures in which it has to be.")
    ] = "90%",
    by: Annotated[
        str | None,
        typer.Option(
            metavar="MONTH", help="First month that counts; else the first with ramped newcomers."
        ),
    ] = None,
    priority: Annotated[
        int | None, typer.Option(metavar="N", help="Last priority of the work that counts.")
    ] = None,
    most: Annotated[
        int | None,
        typer.Option("--max-hires-per-month", metavar="N", help="New seats a month, all roles."),
    ] = None,
    freeze: Annotated[
        str | None, typer.Option(metavar="MONTHS", help="Months without hires: 2027-05,2027-07.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="MONEY", help="Expected cost of the team, as 2.4M.")
    ] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Futures that confirm the plan; 10,000.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The luck of the search.")] = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the scenario with the hires.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the plan as JSON.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the frontier as CSV.")
    ] = None,
    xlsx: ToExcel = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only mistakes.")] = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Find the cheapest hires, by role and month, with which the work gets done."""
    from capacity.cli.planning import Files, run_plan
    from capacity.loading import load

    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    if not quiet:
        _say(f"warning: {w}" for w in scenario.warnings)
    asked = {
        "coverage": coverage,
        "confidence": confidence,
        "by": by,
        "priority": priority,
        "max_hires_per_month": most,
        "freeze": freeze,
        "budget": budget,
        "trials": trials,
        "seed": seed,
        "progress": _progress(quiet=quiet),
    }
    raise typer.Exit(run_plan(scenario, asked, Files(write, json, csv, xlsx), quiet=quiet))


@app.command(epilog=_example("check plan.yaml --strict"))
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


@app.command(epilog=_example("schema > scenario.schema.json"))
def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors and other programs."""
    from capacity.cli.starting import schema_text

    print(schema_text(), end="")


@app.command(epilog=_example("diff base.yaml variant.yaml"))
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Scenario file.", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Scenario file.", show_default=False)],
    settings: Set = [],  # noqa: B006 (typer reads the default)
    allow_outside: AllowOutside = False,
) -> None:
    """Print what one scenario says otherwise than another, with file and line of both."""
    from capacity.cli.comparing import diff_files
    from capacity.loading import load

    diff_files(old, new, partial(load, set=_settings(settings), allow_outside=allow_outside))


@app.command(epilog=_example("compare base.yaml more_people.yaml"))
def compare(
    files: Files,
    trials: Trials = None,
    seed: Seed = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    json: Json = None,
    csv: Csv = None,
    xlsx: ToExcel = None,
    by: By = None,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Compare scenarios with the first, on the same luck, and tell what each change does."""
    from capacity.cli.comparing import compare_files
    from capacity.loading import load

    read = partial(load, set=_settings(settings), allow_outside=allow_outside)
    how: dict[str, Any] = {"trials": trials, "seed": seed, "progress": _progress(quiet=quiet)}
    compare_files(files, read, json, csv, by, how, xlsx=xlsx, quiet=quiet)


@app.command(epilog=_example("init plan"))
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

        _say(map(line, failed))
        raise typer.Exit(NOT_AS_EXPECTED)


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


def _progress(*, quiet: bool) -> Progress | None:
    if quiet or not sys.stderr.isatty():
        return None
    from capacity.cli.progress import Bar

    return Bar()
