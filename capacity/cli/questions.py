"""The verbs that ask something of a plan: `roi`, `plan`, `sensitivity`, `backtest`, `explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from capacity.cli.options import (
    AS_WRITTEN,
    HERE,
    NOTHING,
    PLANNED,
    SEVERAL,
    Changed,
    File,
    Files,
    Futures,
    Machines,
    Quiet,
    Several,
    pairs,
    progress_of,
    say,
)


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
    months: Annotated[int, typer.Option(help="Headline horizon, at least 36.")] = 36,
    tasks: Annotated[
        bool, typer.Option("--tasks", help="Value of each task, too; takes longer.")
    ] = False,
    futures: Futures = PLANNED,
    changed: Changed = AS_WRITTEN,
    machines: Machines = HERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """What would be lost without the team, a role, a task or a part of the seats: break-even."""
    from capacity.cli.files import check
    from capacity.cli.valuing import run_roi

    scenario = changed.load(file)
    check(files, scenario.files)
    progress = progress_of(quiet=quiet)
    with machines.executor() as executor:
        how = {**futures.how, "executor": executor}
        run_roi(scenario, without, months, start, how, files, progress, tasks=tasks, quiet=quiet)


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
    changed: Changed = AS_WRITTEN,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the scenario with the hires.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Let --write replace a file that somebody wrote.")
    ] = False,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """Find the cheapest hires, by role and month, with which the work gets done."""
    from capacity.cli.planning import run_plan

    scenario = changed.load(file)
    if not quiet:
        say(f"warning: {w}" for w in scenario.warnings)
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
        "progress": progress_of(quiet=quiet),
    }
    raise typer.Exit(run_plan(scenario, asked, files, write, force=force, quiet=quiet))


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
    months: Annotated[int, typer.Option(help="Horizon of npv and roi, at least the plan's.")] = 36,
    futures: Several = SEVERAL,
    changed: Changed = AS_WRITTEN,
    files: Files = NOTHING,
    machines: Machines = HERE,
    quiet: Quiet = False,
) -> None:
    """Tell which uncertain inputs drive a figure, where it tips, and what knowing one is worth."""
    from capacity.cli.driving import run_sensitivity

    how: dict[str, Any] = {"without": without, "months": months, "fixed_too": fixed_too}
    how |= {"progress": progress_of(quiet=quiet), **futures.how}
    with machines.executor() as executor:
        how["executor"] = executor
        run_sensitivity(file, against, changed.load, metric, files, how, quiet=quiet)


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
    futures: Several = SEVERAL,
    changed: Changed = AS_WRITTEN,
    machines: Machines = HERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """Hold a plan against what happened: how good its ranges were, and which input explains it."""
    from capacity.cli.backtesting import run_backtest

    scenario = changed.load(file)
    how: dict[str, Any] = {"progress": progress_of(quiet=quiet), **futures.how}
    how["columns"] = pairs("--columns", columns, "value=Actual")
    with machines.executor() as executor:
        how["executor"] = executor
        run_backtest(scenario, actuals, history, how, files, quiet=quiet)


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
    changed: Changed = AS_WRITTEN,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """Tell the arithmetic of one number at expected values, down to inputs with file and line."""
    from capacity.cli.explaining import run_explain
    from capacity.cli.files import check

    scenario = changed.load(file)
    check(files, scenario.files)
    if not quiet:
        say(f"warning: {w}" for w in scenario.warnings)
    keys = {"role": role, "pool": pool, "segment": segment, "task": task}
    about = {"period": period, **{name: value for name, value in keys.items() if value}}
    run_explain(scenario, metric, about, files, quiet=quiet)
