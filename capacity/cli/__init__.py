"""The command line: thin calls on the library."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 no answer, 2 bad input."""
    # The matrices are small; threads of the linear algebra would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has enough of it; Python must not complain on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> None:
    from capacity.cli.app import app
    from capacity.errors import CapacityError, InputError

    try:
        app()
    except CapacityError as error:
        print(error, file=sys.stderr)
        if isinstance(error, InputError):
            print(error.summary, file=sys.stderr)
        sys.exit(error.exit_code)
