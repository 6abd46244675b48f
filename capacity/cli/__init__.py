"""The command line: thin calls on the library."""

from __future__ import annotations

import io
import os
import sys
from itertools import pairwise
from pathlib import Path

from capacity.cli.interrupts import heed_interrupts

MISTAKEN, CANNOT_WRITE, INTERRUPTED = 2, 2, 130


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 no answer, 2 bad input."""
    # The matrices are small; threads of the linear algebra would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    out = sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a narrow terminal shows ? where it must
    try:
        heed_interrupts()
        try:
            _run()
        finally:
            out.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has enough of it; Python must not complain on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    except OSError as error:
        print(f"the output cannot be written ({error.strerror})", file=sys.stderr)
        os._exit(CANNOT_WRITE)  # Python would fail once more on its way out


def _refuse_what_is_empty(words: list[str]) -> None:
    """Make sure that no word is empty: a file without a name would be the folder one is in.

    Raises
    ------
    QuestionError
        Where one is, as where a variable of the shell is not set.
    """
    from capacity.errors import QuestionError

    for before, word in pairwise(words):
        option, sign, value = word.partition("=")
        if not word or (sign and not value and option.startswith("--")):
            name = before if not word else option
            raise QuestionError(f'{name} "": is empty. Write what is meant, or leave it out')


def _run() -> None:
    from capacity.cli.app import app
    from capacity.cli.mistyped import MISTYPED, in_one_line
    from capacity.errors import CapacityError, InputError

    try:
        _refuse_what_is_empty(sys.argv)
        sys.exit(app(standalone_mode=False))
    except MISTYPED as error:
        print(in_one_line(error).rstrip(), file=sys.stderr)
        sys.exit(MISTAKEN)
    except CapacityError as error:
        print(error, file=sys.stderr)
        if isinstance(error, InputError):
            print(error.summary, file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # typer leaves with 1, "no answer"
            raise leaving.__context__ from None
        raise
