"""What is mistyped on a command line, in one line: where, what was found, and what to write."""

from __future__ import annotations

from typing import Any

import typer

MISTYPED: type[Exception] = typer.BadParameter.__mro__[1]
"""What typer raises of all that is mistyped; by itself it has no public name there."""


def in_one_line(error: Any) -> str:
    """``capacity run: FILE is missing. Example: capacity run plan.yaml``.

    Where nothing was typed at all, the help.
    """
    if error.ctx and error.message == error.ctx.get_help():  # nothing was typed
        return str(error.message)
    where = f"{error.ctx.command_path}: " if error.ctx else ""
    what = _what(error)
    end = "" if what.endswith("?") else "."
    return " ".join(f"{where}{what}{end} {_mend(error)}".split())


def _what(error: Any) -> str:
    param = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    if option:
        return f"{option}: {_of_option(error)}"
    if param and not error.message:
        return f"{_name(param)} is missing"
    text = str(error.format_message()).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}"


def _of_option(error: Any) -> str:
    """What is wrong with an option: it does not exist, or its value is missing or too many."""
    if not hasattr(error, "possibilities"):
        return "takes no value" if "not take" in error.message else "its value is missing"
    from capacity.scenario.parts import nearest  # only where it is needed: it brings pydantic

    known = [name for param in error.ctx.command.params for name in param.opts if name[0] == "-"]
    return f"no such option.{nearest(error.option_name, known)}".rstrip(".")


def _name(param: Any) -> str:
    """``FILE`` or ``--metric``."""
    long = [name for name in param.opts if name.startswith("-")]
    return long[0] if long else str(param.metavar or param.name)


def _mend(error: Any) -> str:
    """The example of a command; of what is not known, where all of it is listed."""
    if not error.ctx:
        return "`--help` behind the command tells what each option takes"
    is_unknown = hasattr(error, "possibilities") or hasattr(error.ctx.command, "commands")
    example = error.ctx.command.epilog
    if is_unknown or not example:
        return f"`{error.ctx.command_path} --help` lists what there is"
    return str(example)
