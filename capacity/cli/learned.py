"""What the verbs of `calibrate` share: how logs are read, and where everything goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capacity.cli.options import Files, pairs
from capacity.errors import QuestionError

if TYPE_CHECKING:
    from capacity.learning.answer import Calibration

NO_ANSWER = 1
_FRAGMENT, _REJECTS = "fragment.yaml", "rejects.csv"


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
        from capacity.learning.how import day_of

        return {
            "columns": pairs("--columns", self.columns, "task=Activity"),
            "rename": pairs("--rename", self.rename, '"Quarterly review=qbr"'),
            "date_format": self.date_format,
            "as_of": day_of("--as-of", self.as_of, may_be_month=False),
            "bad": share_of("--bad", self.bad),
        }


@dataclass(frozen=True)
class Targets:
    """What is written beside the tables and the report."""

    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the fragment, to list under `extends`."),
    ] = None
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="List every row with a fault, as CSV.")
    ] = None


USUALLY, NOWHERE = Reading(), Targets()


def run(
    learn: Callable[[], Calibration],
    inputs: list[Path | None],
    targets: Targets,
    files: Files,
    *,
    quiet: bool,
) -> None:
    """Learn, write and print; ends with exit code 1 where the logs are too small."""
    from capacity.cli.files import check
    from capacity.cli.showing import show
    from capacity.learning.answer import NOTHING
    from capacity.learning.rejects import TooManyRejectsError
    from capacity.report.calibration import report

    more = [targets.write, targets.rejects]
    if files.out and files.out.is_dir():
        more += [files.out / _FRAGMENT, files.out / _REJECTS]
    check(files, [str(path) for path in inputs if path], *more)
    try:
        found = learn()
    except TooManyRejectsError as error:
        _write_rejects(error.rejects.to_csv(), targets, files)
        raise
    _write(found, targets, files)
    if not quiet:
        for warning in found.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        show(report(found))
    if not found.fragment:
        left = ". Nothing was written to --write" if targets.write else ""
        print(f"{inputs[0]}: {NOTHING}{left}", file=sys.stderr)
        raise typer.Exit(NO_ANSWER)


def _write(found: Calibration, targets: Targets, files: Files) -> None:
    """Each of the files that were asked for; the folder for everything has the fragment, too."""
    from capacity.cli.files import Answer, write

    both = [targets.write, files.out / _FRAGMENT if files.out else None]
    fragments = [path for path in both if path and found.fragment]
    for path in fragments:
        found.check_target(path)
    _write_rejects(found.rejects.to_csv(), targets, files)
    for path in fragments:
        found.write(path)
    answer = Answer(lambda: found.page, found.to_json, found.to_csv, found.listed, found.to_excel)
    write(answer, files)


def _write_rejects(listed: str, targets: Targets, files: Files) -> None:
    from capacity.writing import make_folder, write_whole

    if targets.rejects:
        write_whole(targets.rejects, listed)
    if files.out:
        make_folder(files.out)
        write_whole(files.out / _REJECTS, listed)


def share_of(option: str, text: str) -> float:
    """A share as it was written for an option."""
    from capacity.units import SHARE, parse_share

    try:
        return SHARE.check(parse_share(text), text)
    except ValueError as error:
        raise QuestionError(f"{option} {error}") from None


def hours_of(option: str, text: str) -> float:
    """Hours as they were written for an option."""
    from capacity.units import HOURS, parse_hours

    try:
        return HOURS.check(parse_hours(text), text)
    except ValueError as error:
        raise QuestionError(f"{option} {error}") from None


def months_of(option: str) -> Callable[[object], float]:
    """A reader of the months that an option takes."""

    def read(text: object) -> float:
        try:
            return float(str(text))
        except ValueError:
            mend = f"Write months as a number, as {option} 12"
            raise QuestionError(f"{option} {text}: is not a number. {mend}") from None

    return read
