"""The pictures of the README: the report of the base plan, and one of its charts.

python docs/make_picture.py
"""

from __future__ import annotations

import re
from functools import cache
from io import StringIO
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.segment import Segment, Segments
from rich.text import Text

import capacity
from capacity.report.text import WIDTH, report

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "pictures" / "run.svg"
CHART = ROOT / "docs" / "pictures" / "required_fte.svg"
MOST_LINES = 35
_FONT_FACES = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)


@cache
def base() -> capacity.Result:
    """The base plan, simulated."""
    return capacity.simulate(capacity.load(ROOT / "scenarios" / "base.yaml"))


def chart() -> str:
    """People needed against heads."""
    return base().chart("required_fte").svg()


def picture() -> str:
    """The report as a terminal shows it, as far as the picture goes."""
    result = base()
    console = Console(
        record=True, width=WIDTH, file=StringIO(), force_terminal=True, highlight=False
    )
    lines = console.render_lines(report(result), pad=False)
    console.print(Text("$ capacity run scenarios/base.yaml"))
    for line in lines[: last_gap(lines)]:
        console.print(Segments([*line, Segment.line()]), end="")
    console.print(Text("…"))
    # The fonts of the reader's machine will do; nothing is fetched from elsewhere.
    template = _FONT_FACES.sub("", CONSOLE_SVG_FORMAT)
    title = "capacity run scenarios/base.yaml"
    return console.export_svg(title=title, code_format=template, unique_id="run")


def last_gap(lines: list[list[Segment]]) -> int:
    """The last empty line that the picture has room for, so that it ends with a whole table."""
    texts = ("".join(segment.text for segment in line) for line in lines[:MOST_LINES])
    return max(i for i, text in enumerate(texts) if not text.strip())


def main() -> None:
    """Write the pictures."""
    TARGET.parent.mkdir(exist_ok=True)
    for target, made in ((TARGET, picture()), (CHART, chart())):
        target.write_text(made, encoding="utf-8")
        print(f"wrote {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
