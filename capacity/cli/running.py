"""The verb `run`: a result, written and printed."""

from __future__ import annotations

from functools import partial

from capacity.cli.exporting import write_csv, write_json
from capacity.cli.files import Answer, write
from capacity.cli.options import Files
from capacity.cli.showing import show
from capacity.report.text import report
from capacity.result import Result


def show_and_write(result: Result, files: Files, by: str | None, *, quiet: bool) -> None:
    """Write what is wanted of a result, then print it."""
    json, csv = partial(write_json, result, by=by), partial(write_csv, result, by=by)
    write(
        Answer(
            lambda: result.page_by(by),
            json,
            csv,
            partial(result.table, by),
            partial(result.to_excel, by=by),
        ),
        files,
    )
    if not quiet:
        show(report(result, by))
