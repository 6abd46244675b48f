"""Colours of charts and pages: told apart by colour-blind people, on paper and in the dark.

After Okabe and Ito, "Color Universal Design" (2008), darker or lighter where text needs contrast.
"""

from __future__ import annotations

PAPER, INK, SOFT, GRID = "#fefefe", "#1b1f24", "#57606a", "#dde1e6"
NEED, HEADS = "#0067a8", "#c24a00"
GAIN, LOSS, TOTAL = NEED, HEADS, "#6b7682"
TASKS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#882255")
OTHERS = "#a3adb8"
"""What is left when the colours for tasks are used up."""

DARK = {
    PAPER: "#14181d",
    INK: "#e6eaef",
    SOFT: "#a5afba",
    GRID: "#333b45",
    NEED: "#5cb3f0",
    HEADS: "#ff9a57",
    TOTAL: "#8f9aa6",
    TASKS[6]: "#f0e442",
    OTHERS: "#67717c",
}
"""What stands for a colour in the dark; the others are seen on both."""


def darkened(svg: str) -> str:
    """A drawing as it is shown in the dark."""
    for light, dark in DARK.items():
        svg = svg.replace(f'"{light}"', f'"{dark}"')
    return svg


def dark_rules() -> str:
    """Rules of a style sheet that do the same to drawings inside of a page."""
    return "\n".join(
        f'svg [fill="{light}"] {{ fill: {dark} }} svg [stroke="{light}"] {{ stroke: {dark} }}'
        for light, dark in DARK.items()
    )
