"""The verbs `calibrate hours`, `rates`, `churn` and `team`: inputs from history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from capacity.cli.learned import NOWHERE, USUALLY, Reading, Targets, hours_of, run, share_of
from capacity.cli.options import NOTHING, Files, Quiet, with_options

calibrate = typer.Typer(
    help="Learn inputs from logs: a fragment of a scenario, with sources and diagnostics.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Log = Annotated[Path, typer.Argument(metavar="LOG", help="The log: CSV, Parquet or Excel.")]


def _example(command: str) -> str:
    return f"Example: capacity calibrate {command}"


@calibrate.command(epilog=_example("hours timesheets.csv --columns task=Activity"))
@with_options
def hours(
    log: Log,
    family: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="lognormal, gamma, weibull or observations; auto takes the best by AIC.",
        ),
    ] = "auto",
    rounded: Annotated[
        str, typer.Option(metavar="STEP", help="Step to which entries are rounded: 15m, or exact.")
    ] = "auto",
    longest: Annotated[
        str, typer.Option(metavar="HOURS", help="Hours above which an entry cannot be true.")
    ] = "200h",
    reading: Reading = USUALLY,
    targets: Targets = NOWHERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """Hours of each task from a log of occurrences: a distribution, and how sure its mean is."""
    from capacity.learning.calibrate import hours as learn

    asked: dict[str, Any] = {
        "family": family,
        "rounded": rounded,
        "longest": hours_of("--longest", longest),
    }
    run(lambda: learn(log, **asked, **reading.how), [log], targets, files, quiet=quiet)


@calibrate.command(epilog=_example("rates tickets.csv accounts.csv --since 2025-01-01"))
@with_options
def rates(
    log: Log,
    accounts: Annotated[
        Path,
        typer.Argument(metavar="ACCOUNTS", help="The accounts that could have had events."),
    ],
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="From when on events were logged; the month of the first one unless it is given.",
        ),
    ] = None,
    reading: Reading = USUALLY,
    targets: Targets = NOWHERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """Events a year and account from a log of events, by task and segment; seasons by month."""
    from capacity.learning.calibrate import rates as learn

    run(
        lambda: learn(log, accounts, since=since, **reading.how),
        [log, accounts],
        targets,
        files,
        quiet=quiet,
    )


@calibrate.command(epilog=_example("churn accounts.csv --term 12 --write churn.yaml"))
@with_options
def churn(
    log: Log,
    form: Annotated[
        str,
        typer.Option(
            metavar="FORM",
            help="How churn is told: hazard, one, 'by renewal', sbg; auto takes the best by AIC.",
        ),
    ] = "auto",
    term: Annotated[
        float | None, typer.Option(metavar="MONTHS", help="Length of a contract.")
    ] = None,
    snapshots: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Log of revenues: account, date, arr; for growth."),
    ] = None,
    renewals: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Log of renewals: segment, lost, coverage_TASK …; for hazard ratios.",
        ),
    ] = None,
    evidence: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="How it came about which accounts got the work: randomised, matched or "
            "observational, which it is unless it is said.",
        ),
    ] = None,
    addressable: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE", help="Part of churn that the work can move; 100% unless it is said."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="From when on the log holds every loss: who had left before is not in it, and "
            "what was before does not count.",
        ),
    ] = None,
    reading: Reading = USUALLY,
    currency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Currency of revenues that name none; USD without."),
    ] = None,
    targets: Targets = NOWHERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """Churn by segment from who left when; growth and hazard ratios from further logs."""
    from capacity.learning.calibrate import churn as learn

    asked: dict[str, Any] = {
        "form": form,
        "term": term,
        "snapshots": snapshots,
        "renewals": renewals,
        "evidence": evidence,
        "addressable": None if addressable is None else share_of("--addressable", addressable),
        "since": since,
        "currency": currency,
    }
    inputs = [log, snapshots, renewals]
    run(lambda: learn(log, **asked, **reading.how), inputs, targets, files, quiet=quiet)


@calibrate.command(epilog=_example("team people.csv --since 2023-01-01 --output done.csv"))
@with_options
def team(
    log: Log,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="From when on the log holds everybody who was there then or later."
        ),
    ] = None,
    tenure_in: Annotated[
        str | None,
        typer.Option("--tenure-in", metavar="UNIT", help="months, unless it is said, or years."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Log of output: name, date, output; for the ramp."),
    ] = None,
    ramped: Annotated[
        int | None,
        typer.Option(min=1, help="Months after which people count as ramped; 12 without."),
    ] = None,
    reading: Reading = USUALLY,
    targets: Targets = NOWHERE,
    files: Files = NOTHING,
    quiet: Quiet = False,
) -> None:
    """Attrition, time to hire and ramp of each role, from who was there from when to when."""
    from capacity.learning.calibrate import team as learn

    asked: dict[str, Any] = {
        "since": since,
        "tenure_in": tenure_in,
        "output": output,
        "ramped": ramped,
    }
    run(lambda: learn(log, **asked, **reading.how), [log, output], targets, files, quiet=quiet)
