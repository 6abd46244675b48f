"""The libraries that extras bring, loaded when they are needed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from capacity.errors import CapacityError

LIBRARIES = {
    "altair": ("Altair", "report"),
    "vl_convert": ("vl-convert-python", "report"),
    "jinja2": ("Jinja2", "report"),
    "xlsxwriter": ("XlsxWriter", "report"),
    "pyarrow": ("pyarrow", "files"),
    "SALib": ("SALib", "drivers"),
    "statsmodels": ("statsmodels", "learn"),
    "distributed": ("distributed", "dask"),
}
"""Package and extra of each, by the name that is imported."""


def needed(name: str, what: str) -> Any:
    """A library of an extra.

    Parameters
    ----------
    name
        Its name, as it is imported; a module of it, too.
    what
        What is asked of it, to begin a sentence with: ``Charts``.

    Raises
    ------
    CapacityError
        Where it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise _missing(name, what) from None


def check_installed(what: str, *names: str) -> None:
    """Make sure that libraries are there, before any work is spent; for errors see `needed`."""
    for name in names:
        if not are_installed(name):
            raise _missing(name, what)


def are_installed(*names: str) -> bool:
    """Whether libraries are there."""
    return all(find_spec(name) is not None for name in names)


def _missing(name: str, what: str) -> CapacityError:
    package, extra = LIBRARIES[name.partition(".")[0]]
    return CapacityError(
        f'{what}: the package {package} is not installed. Run pip install "cs-capacity[{extra}]"'
    )
