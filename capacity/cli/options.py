"""The options by which every verb writes its answer: named once, given to each verb by a mark.

A verb takes them all as one `Files`; the command line sees an option for each of its fields.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

R = TypeVar("R")


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
_NAMES = [field.name for field in fields(Files)]


def with_files(verb: Callable[..., R]) -> Callable[..., R]:
    """Give a verb that takes `files: Files` an option for each form, in the place of it."""
    hints = get_type_hints(verb, include_extras=True)
    ours = get_type_hints(Files, include_extras=True)

    @functools.wraps(verb)
    def with_options(**given: Any) -> R:
        wanted = Files(**{name: given.pop(name) for name in _NAMES})
        return verb(**given, files=wanted)

    shown = []
    for name, parameter in inspect.signature(verb).parameters.items():
        if name == "files":
            shown += [parameter.replace(name=n, annotation=ours[n], default=None) for n in _NAMES]
        else:
            shown.append(parameter.replace(annotation=hints[name]))
    with_options.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in shown}
    return with_options
