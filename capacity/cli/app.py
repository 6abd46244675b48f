"""The verbs of the command line and their options."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capacity.cli.calibrating import calibrate
from capacity.cli.options import HERE, NOTHING, Files, Machines, pairs, whole, with_options
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

app.add_typer(calibrate, name="calibrate", short_help="Learn inputs from your own logs.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file.", show_default=False)]
Scenarios = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario files.")]
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
Trials = Annotated[
    int | None,
    typer.Option(
        metavar="N", parser=whole("--trials", 0), help="Futures; 0 computes expected values."
    ),
]
Manifold = Annotated[
    int | None,
    typer.Option(metavar="N", parser=whole("--trials", 1), help="Futures, 1,000 or more."),
]
Precision = Annotated[
    str | None,
    typer.Option(metavar="SHARE", help="Add futures until the error is this small, as 1%."),
]
Meant = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The figure meant by that, as required_fte:p90."),
]
Seed = Annotated[int | None, typer.Option(metavar="N", parser=whole("--seed", 0), help="The luck.")]
By = Annotated[
    str | None,
    typer.Option(
        metavar="SPAN", help="Rows of tables: month, quarter or year; else as in the plan."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only mistakes.")]
Json = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as JSON.")]
Csv = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as CSV.")]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Allow files outside of the scenario's folder.")
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


@app.command(
    short_help="Simulate a scenario: work, people, revenue, cost.",
    epilog=_example("run plan.yaml --set team.csm.headcount=8 --html report.html"),
)
@with_options
def run(
    file: File,
    trials: Trials = None,
    seed: Seed = None,
    precision: Precision = None,
    metric: Meant = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    sweep: Sweep = [],  # noqa: B006 (typer reads the default)
    machines: Machines = HERE,
    files: Files = NOTHING,
    by: By = None,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Simulate a scenario: work, people, coverage, accounts, revenue and cost by month or week."""
    from capacity.cli.files import check
    from capacity.loading import load
    from capacity.simulation import simulate

    if sweep and by is not None:
        raise QuestionError(f"--by {by} beside --sweep, which knows no periods. Leave one out")
    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    spans = scenario.plan.horizon.periods.spans
    if by is not None and by not in spans:
        raise QuestionError(f"--by {by}: not known. Write {', '.join(spans)}")
    check(files, scenario.files)
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

        with machines.executor() as executor:
            run_grid(scenario, sweep, files, {**how, "executor": executor}, quiet=quiet)
        return
    with machines.executor() as executor:
        result = simulate(scenario, executor=executor, **how)
    from capacity.cli.running import show_and_write

    show_and_write(result, files, by, quiet=quiet)
    _leave_by(result)


@app.command(
    short_help="Simulate plans for many values, into a folder.",
    epilog=_example("sweep unit_*.yaml --sweep team.csm.headcount=6:14 --out night"),
)
@with_options
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
    trials: Trials = None,
    seed: Seed = None,
    precision: Precision = None,
    metric: Meant = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    machines: Machines = HERE,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Simulate plans for every combination of values into a folder; goes on where it has ended."""
    from capacity.cli.sweeping import run_sweep
    from capacity.loading import load

    read = partial(load, set=_settings(settings), allow_outside=allow_outside)
    how: dict[str, Any] = {
        "trials": trials,
        "seed": seed,
        "precision": _precision(precision),
        "metric": metric,
        "checking": _progress("checking", quiet=quiet),
        "progress": _progress(quiet=quiet),
    }
    with machines.executor() as executor:
        how["executor"] = executor
        run_sweep(scenarios, read, sweep, keep, (out, collect), how, quiet=quiet)


@app.command(
    short_help="What would be lost without the team, or a part of it.",
    epilog=_example("roi plan.yaml --without cs --without task:qbr"),
)
@with_options
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
    months: Annotated[
        int,
        typer.Option(
            metavar="N", parser=whole("--months", 1), help="Headline horizon, at least 36."
        ),
    ] = 36,
    tasks: Annotated[
        bool, typer.Option("--tasks", help="Value of each task, too; takes longer.")
    ] = False,
    trials: Trials = None,
    seed: Seed = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    machines: Machines = HERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """What would be lost without the team, a role, a task or a part of the seats: break-even."""
    from capacity.cli.files import check
    from capacity.cli.valuing import run_roi
    from capacity.loading import load

    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    check(files, scenario.files)
    progress = _progress(quiet=quiet)
    with machines.executor() as executor:
        how = {"trials": trials, "seed": seed, "executor": executor}
        run_roi(scenario, without, months, start, how, files, progress, tasks=tasks, quiet=quiet)


@app.command(
    short_help="Find the cheapest hires with which the work gets done.",
    epilog=_example("plan plan.yaml --coverage 95% --confidence 90%"),
)
@with_options
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
        int | None,
        typer.Option(
            metavar="N",
            parser=whole("--priority", 1),
            help="Last priority of the work that counts.",
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            "--max-hires-per-month",
            metavar="N",
            parser=whole("--max-hires-per-month", 0),
            help="New seats a month, all roles.",
        ),
    ] = None,
    freeze: Annotated[
        str | None, typer.Option(metavar="MONTHS", help="Months without hires: 2027-05,2027-07.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="MONEY", help="Expected cost of the team, as 2.4M.")
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole("--trials", 1),
            help="Futures that confirm the plan; 10,000.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole("--seed", 0), help="The luck of the search."),
    ] = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the scenario with the hires.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Let --write replace a file that somebody wrote.")
    ] = False,
    files: Files = NOTHING,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Find the cheapest hires, by role and month, with which the work gets done."""
    from capacity.cli.planning import run_plan
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
    raise typer.Exit(run_plan(scenario, asked, files, write, force=force, quiet=quiet))


@app.command(
    short_help="Tell which uncertain inputs drive a figure.",
    epilog=_example("sensitivity plan.yaml --metric 'required_fte[csm, 2027-03]'"),
)
@with_options
def sensitivity(
    file: File,
    metric: Annotated[
        str,
        typer.Option(
            metavar="FIGURE",
            help="As arr, required_fte[csm, 2027-03], 'coverage[csm] >= 95%', npv or profit.",
            show_default=False,
        ),
    ],
    against: Annotated[
        list[str],
        typer.Option(
            metavar="PLAN",
            help="Another plan to decide for: a file, or other values of this one as "
            "team.csm.headcount=8:10; may be repeated.",
        ),
    ] = [],  # noqa: B006 (typer reads the default)
    without: Annotated[
        str, typer.Option(metavar="WHAT", help="What is gone, for npv and roi.")
    ] = "cs",
    fixed_too: Annotated[
        bool,
        typer.Option("--fixed-too", help="Move numbers without a range by 10 %, too; slower."),
    ] = False,
    months: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole("--months", 1),
            help="Horizon of npv and roi, at least the plan's.",
        ),
    ] = 36,
    trials: Manifold = None,
    seed: Seed = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    files: Files = NOTHING,
    machines: Machines = HERE,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Tell which uncertain inputs drive a figure, where it tips, and what knowing one is worth."""
    from capacity.cli.driving import run_sensitivity
    from capacity.loading import load

    read = partial(load, set=_settings(settings), allow_outside=allow_outside)
    how: dict[str, Any] = {"trials": trials, "seed": seed, "without": without, "months": months}
    how |= {"progress": _progress(quiet=quiet), "fixed_too": fixed_too}
    with machines.executor() as executor:
        how["executor"] = executor
        run_sensitivity(file, against, read, metric, files, how, quiet=quiet)


@app.command(
    short_help="Hold a plan against what happened.",
    epilog=_example("backtest plan.yaml --actuals actuals.csv --html back-test.html"),
)
@with_options
def backtest(
    file: File,
    actuals: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="What happened: a row for each metric and period, or a column for each figure.",
            show_default=False,
        ),
    ],
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Values of before the plan, for naive forecasts; in the same form."
        ),
    ] = None,
    columns: Annotated[
        list[str],
        typer.Option(metavar="NAME=TITLE", help="What the file calls a column; may be repeated."),
    ] = [],  # noqa: B006 (typer reads the default)
    trials: Manifold = None,
    seed: Seed = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    machines: Machines = HERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Hold a plan against what happened: how good its ranges were, and which input explains it."""
    from capacity.cli.backtesting import run_backtest
    from capacity.loading import load

    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    how: dict[str, Any] = {"trials": trials, "seed": seed, "progress": _progress(quiet=quiet)}
    how["columns"] = pairs("--columns", columns, "value=Actual")
    with machines.executor() as executor:
        how["executor"] = executor
        run_backtest(scenario, actuals, history, how, files, quiet=quiet)


@app.command(
    short_help="Tell the arithmetic of one number, down to the inputs.",
    epilog=_example("explain plan.yaml required_fte --role csm --period 2027-03"),
)
@with_options
def explain(
    file: File,
    metric: Annotated[
        str,
        typer.Argument(metavar="METRIC", help="Name, as required_fte.", show_default=False),
    ],
    period: Annotated[
        str,
        typer.Option(metavar="PERIOD", help="As 2027-03 or FY27-Q1; the whole plan without."),
    ] = "",
    role: Annotated[str, typer.Option(metavar="NAME", help="The role it is about.")] = "",
    pool: Annotated[str, typer.Option(metavar="NAME", help="The pool of the role.")] = "",
    segment: Annotated[str, typer.Option(metavar="NAME", help="The segment it is about.")] = "",
    task: Annotated[str, typer.Option(metavar="NAME", help="The task it is about.")] = "",
    settings: Set = [],  # noqa: B006 (typer reads the default)
    files: Files = NOTHING,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Tell the arithmetic of one number at expected values, down to inputs with file and line."""
    from capacity.cli.explaining import run_explain
    from capacity.cli.files import check
    from capacity.loading import load

    scenario = load(file, set=_settings(settings), allow_outside=allow_outside)
    check(files, scenario.files)
    if not quiet:
        _say(f"warning: {w}" for w in scenario.warnings)
    keys = {"role": role, "pool": pool, "segment": segment, "task": task}
    about = {"period": period, **{name: value for name, value in keys.items() if value}}
    run_explain(scenario, metric, about, files, quiet=quiet)


@app.command(
    short_help="Name every mistake of scenarios; list the assumptions.",
    epilog=_example("check plan.yaml --strict"),
)
def check(
    files: Scenarios,
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


@app.command(
    short_help="Print the JSON Schema of the scenario language.",
    epilog=_example("schema > scenario.schema.json"),
)
def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors and other programs."""
    from capacity.cli.starting import schema_text

    print(schema_text(), end="")


@app.command(
    short_help="Print what one scenario says otherwise than another.",
    epilog=_example("diff base.yaml variant.yaml"),
)
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


@app.command(
    short_help="Compare scenarios with the first, on the same luck.",
    epilog=_example("compare base.yaml more_people.yaml"),
)
@with_options
def compare(
    scenarios: Scenarios,
    trials: Trials = None,
    seed: Seed = None,
    settings: Set = [],  # noqa: B006 (typer reads the default)
    machines: Machines = HERE,
    files: Files = NOTHING,
    by: By = None,
    quiet: Quiet = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Compare scenarios with the first, on the same luck, and tell what each change does."""
    from capacity.cli.comparing import compare_files
    from capacity.loading import load

    read = partial(load, set=_settings(settings), allow_outside=allow_outside)
    how: dict[str, Any] = {"trials": trials, "seed": seed, "progress": _progress(quiet=quiet)}
    with machines.executor() as executor:
        how["executor"] = executor
        compare_files(scenarios, read, files, by, how, quiet=quiet)


@app.command(
    short_help="Write a scenario and accounts to begin with.", epilog=_example("init plan")
)
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
        if not equals or not path.strip():
            missing = "path" if equals else "value"
            raise QuestionError(f"--set {pair}: no {missing}. Write --set tasks.qbr.every=month")
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


def _progress(what: str = "simulating", *, quiet: bool) -> Progress | None:
    if quiet or not sys.stderr.isatty():
        return None
    from capacity.cli.progress import Bar

    return Bar(what)
