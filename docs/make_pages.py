"""Run every example of the documentation and write what it prints into its page.

    python docs/make_pages.py

In a ``console`` block the lines that begin with ``$`` are commands; what they print follows them.
A ``text`` block right behind a ``python`` block is what that prints. Blocks of a page share one
folder, which holds a copy of ``scenarios/``, and python blocks share their names. Of a long output
a page shows what a comment in front of the block chooses::

    <!-- lines: 1 .. csm by month, Work over+6 -->

from line 1 to the one before the line that begins with ``csm by month``, and from the line that
begins with ``Work over`` six lines; ``...`` stands for what is left out.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
GENERATED = ("templates", "reference")
"""Folders whose pages `make_reference.py` makes."""
LEFT_OUT = "..."
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHOICE = re.compile(r"<!-- lines: (.*?) -->\n\Z")
_BETWEEN = re.compile(r"\s*(<!-- lines: .*? -->\n)?")


def pages() -> list[Path]:
    """The README and all pages that are written by hand."""
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [ROOT / "README.md", *(p for p in found if p.parent.name not in GENERATED)]


def made(text: str) -> str:
    """The text of a page with the outputs that its examples give now."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "scenarios", Path(folder, "scenarios"))
        with contextlib.chdir(folder):
            return "".join(_made(text))


def _made(text: str) -> Iterator[str]:
    names: dict[str, Any] = {"__name__": "page"}
    printed: str | None = None
    done = 0
    for block in _BLOCK.finditer(text):
        kind, content = block.groups()
        before = text[done : block.start()]
        choice = _CHOICE.search(before)
        shown = choice[1] if choice else ""
        if kind == "console":
            content = "".join(_console(content, shown))
        elif kind == "text" and printed is not None and _BETWEEN.fullmatch(before.lstrip("\n")):
            content = chosen(printed, shown)
        printed = _python(content, names) if kind == "python" else None
        yield f"{before}```{kind}\n{content}```"
        done = block.end()
    yield text[done:]


def _console(content: str, shown: str) -> Iterator[str]:
    for line in content.splitlines():
        if line.startswith("$ "):
            yield f"{line}\n{chosen(_output(line[2:]), shown)}"


def _output(command: str) -> str:
    """What a command prints, mistakes too."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
    ran = subprocess.run(
        command,
        shell=True,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if "Traceback" in ran.stdout or ran.returncode == 127:
        raise RuntimeError(f"{command}:\n{ran.stdout}")
    return ran.stdout


def _python(content: str, names: dict[str, Any]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(content, "page", "exec"), names)
    return out.getvalue()


def chosen(output: str, shown: str) -> str:
    """The lines of an output that a page shows."""
    lines = [line.rstrip() for line in output.splitlines()]
    if not shown:
        return "".join(f"{line}\n" for line in lines)
    wanted: list[int] = []
    for part in shown.split(", "):
        wanted += _wanted(part, lines)
    out, last = [], -1
    for i in wanted:
        if i > last + 1:
            out.append(LEFT_OUT)
        out.append(lines[i])
        last = i
    if last < len(lines) - 1:
        out.append(LEFT_OUT)
    return "".join(f"{line}\n" for line in out)


def _wanted(part: str, lines: list[str]) -> range:
    if " .. " in part:
        begin, _, end = part.partition(" .. ")
        last = _line(end, lines)
        while not lines[last - 1]:
            last -= 1
        return range(_line(begin, lines), last)
    words, plus, count = part.rpartition("+")
    if plus:
        first = _line(words, lines)
        return range(first, min(first + int(count), len(lines)))
    return range(_line(part, lines), _line(part, lines) + 1)


def _line(name: str, lines: list[str]) -> int:
    """A line by its number, or by its first words."""
    if name.isdigit():
        return int(name) - 1
    for i, line in enumerate(lines):
        if line.startswith(name):
            return i
    raise ValueError(f"no line begins with {name!r}")


def main() -> None:
    """Bring all pages up to date."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = made(text)
        if new != text:
            page.write_text(new, encoding="utf-8")
            print(f"wrote {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
