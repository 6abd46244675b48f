"""The verbs `calibrate hours`, `rates`, `churn` and `team`: inputs from history."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capacity.cli.options import pairs, with_options
from capacity.errors import QuestionError

if TYPE_CHECKING:
    from capacity.learning.answer import Calibration

calibrate = typer.Typer(
    help="Learn inputs from logs: a fragment of a scenario, with sources and diagnostics.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Log = Annotated[Path, typer.Argument(metavar="LOG", help="The log: CSV, Parquet or Excel.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only mistakes.")]


@dataclass(frozen=True)
class Reading:
    """How a log is read."""

    columns: Annotated[
        list[str],
        typer.Option(
            "--columns", metavar="NAME=TITLE", help="What the log calls a column; may be repeated."
        ),
    ] = field(default_factory=list)
    rename: Annotated[
        list[str],
        typer.Option(
            metavar="OLD=NEW",
            help="What the plan calls a task, segment or role of the log; may be repeated.",
        ),
    ] = field(default_factory=list)
    date_format: Annotated[
        str, typer.Option("--date-format", metavar="FORM", help="How dates are written.")
    ] = "YYYY-MM-DD"
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DAY",
            help="Day of the export: later dates are faults, and who has no end was there until "
            "then. The last date of the log unless it is given.",
        ),
    ] = None
    bad: Annotated[
        str, typer.Option(metavar="SHARE", help="Part of the rows that may be left out as faulty.")
    ] = "10%"

    @property
    def how(self) -> dict[str, Any]:
        """The same as `capacity.calibrate` takes it."""
        return {
            "columns": pairs("--columns", self.columns, "task=Activity"),
            "rename": pairs("--rename", self.rename, '"Quarterly review=qbr"'),
            "date_format": self.date_format,
            "as_of": _day("--as-of", self.as_of),
            "bad": _share("--bad", self.bad),
        }


@dataclass(frozen=True)
class Targets:
    """What to write, and where."""

    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the fragment, to list under `extends`."),
    ] = None
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="List every row with a fault, as CSV.")
    ] = None
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the diagnostics as one HTML page.")
    ] = None
    md: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the diagnostics as Markdown.")
    ] = None
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write fragment and tables as JSON.")
    ] = None


USUALLY, NOWHERE = Reading(), Targets()


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
    quiet: Quiet = False,
) -> None:
    """Hours of each task from a log of occurrences: a distribution, and how sure its mean is."""
    from capacity.learning.calibrate import hours as learn

    most = _number("--longest", longest)
    _run(
        lambda: learn(log, family=family, rounded=rounded, longest=most, **reading.how),
        [str(log)],
        targets,
        quiet=quiet,
    )


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
    quiet: Quiet = False,
) -> None:
    """Events a year and account from a log of events, by task and segment; seasons by month."""
    from capacity.learning.calibrate import rates as learn

    begin = _day("--since", since)
    inputs = [str(log), str(accounts)]
    _run(lambda: learn(log, accounts, since=begin, **reading.how), inputs, targets, quiet=quiet)


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
        str,
        typer.Option(
            metavar="KIND",
            help="How it came about which accounts got the work: randomised, matched or "
            "observational.",
        ),
    ] = "observational",
    addressable: Annotated[
        str, typer.Option(metavar="SHARE", help="Part of churn that the work can move.")
    ] = "100%",
    reading: Reading = USUALLY,
    currency: Annotated[str, typer.Option(metavar="CODE", help="Currency of the log.")] = "USD",
    targets: Targets = NOWHERE,
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
        "addressable": _share("--addressable", addressable),
    }
    how = {**reading.how, "currency": currency}
    inputs = [str(path) for path in (log, snapshots, renewals) if path]
    _run(lambda: learn(log, **asked, **how), inputs, targets, quiet=quiet)


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
        str, typer.Option("--tenure-in", metavar="UNIT", help="months or years.")
    ] = "months",
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Log of output: name, date, output; for the ramp."),
    ] = None,
    ramped: Annotated[
        int, typer.Option(min=1, help="Months after which people count as ramped.")
    ] = 12,
    reading: Reading = USUALLY,
    targets: Targets = NOWHERE,
    quiet: Quiet = False,
) -> None:
    """Attrition, time to hire and ramp of each role, from who was there from when to when."""
    from capacity.learning.calibrate import team as learn

    asked: dict[str, Any] = {
        "since": _day("--since", since),
        "tenure_in": tenure_in,
        "output": output,
        "ramped": ramped,
    }
    inputs = [str(path) for path in (log, output) if path]
    _run(lambda: learn(log, **asked, **reading.how), inputs, targets, quiet=quiet)


# --- what all of them share ----------------------------------------------------------------------


def _run(
    learn: Callable[[], Calibration], inputs: list[str], targets: Targets, *, quiet: bool
) -> None:
    """Learn, write and print."""
    from capacity.cli.showing import show
    from capacity.learning.rejects import TooManyRejectsError
    from capacity.report.calibration import report
    from capacity.report.html import check_html
    from capacity.writing import check_targets, write_whole

    check_targets([path for path in astuple(targets) if path], inputs)
    if targets.html:
        check_html()
    try:
        found = learn()
    except TooManyRejectsError as error:
        if targets.rejects:
            write_whole(targets.rejects, error.rejects.to_csv())
        raise
    _write(found, targets)
    if not quiet:
        for warning in found.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        show(report(found))


def _write(found: Calibration, targets: Targets) -> None:
    """Each of the files that were asked for."""
    from capacity.writing import as_json, write_whole

    if targets.rejects:
        write_whole(targets.rejects, found.rejects.to_csv())
    if targets.write:
        found.write(targets.write)
    if targets.html:
        found.to_html(targets.html)
    if targets.md:
        write_whole(targets.md, found.to_markdown())
    if targets.json:
        write_whole(targets.json, as_json(found.summary()))


def _share(option: str, text: str) -> float:
    from capacity.units import SHARE, parse_share

    try:
        return SHARE.check(parse_share(text), text)
    except ValueError as error:
        raise QuestionError(f"{option} {error}") from None


def _number(option: str, text: str) -> float:
    from capacity.units import HOURS, parse_hours

    try:
        return HOURS.check(parse_hours(text), text)
    except ValueError as error:
        raise QuestionError(f"{option} {error}") from None


def _day(option: str, text: str | None) -> Any:
    from capacity.scenario.days import read_day

    if text is None:
        return None
    try:
        return read_day(text)
    except ValueError as error:
        raise QuestionError(f"{option} {error}") from None
