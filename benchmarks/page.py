"""What benchmarks write into their page.

A place of that page is marked by the script that fills it::

    <!-- made by benchmarks/workload_w.py -->
    ...
    <!-- end -->
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "about" / "benchmarks.md"


def write(script: str, text: str) -> None:
    """Put a text into its place on the page.

    Raises
    ------
    LookupError
        Where the page has no such place, or two.
    """
    begin = f"<!-- made by benchmarks/{Path(script).name} -->\n"
    place = re.compile(f"({re.escape(begin)}).*?(<!-- end -->\n)", re.DOTALL)
    page, found = place.subn(
        lambda match: match[1] + text.strip() + "\n" + match[2], PAGE.read_text("utf-8")
    )
    if found != 1:
        raise LookupError(f"{PAGE.name} has {found} places for {begin.strip()}; it needs one.")
    PAGE.write_text(page, encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


def machine(*packages: str) -> str:
    """When and on what figures were taken."""
    known = [f"Python {platform.python_version()}"]
    for package in ("numpy", *packages):
        try:
            known.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    today = datetime.now(tz=UTC).date()
    return f"{today}, {os.cpu_count()} cores shared with others, {', '.join(known)}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown; all columns but the first and the last hold numbers."""
    names = list(head)
    lines = [names, ["---", *["---:"] * (len(names) - 2), "---"], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
