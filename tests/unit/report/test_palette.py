"""Colours can be told apart: from the paper, from each other, by colour-blind people too."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from capacity.report.palette import (
    DARK,
    GAIN,
    HEADS,
    INK,
    LOSS,
    NEED,
    PAPER,
    SOFT,
    TASKS,
    TOTAL,
    dark_rules,
    darkened,
)

SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
"""Machado, Oliveira and Fernandes (2009), severity 1, on linear sRGB."""
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
NEXT_TO_EACH_OTHER = [(NEED, HEADS), (GAIN, LOSS), (GAIN, TOTAL), (LOSS, TOTAL),
                      *combinations(TASKS, 2)]  # fmt: skip
SCHEMES = {"light": {}, "dark": DARK}


def linear(colour: str) -> np.ndarray:
    share = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    low, high = sorted(float(linear(c) @ TO_XYZ[1]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of linear sRGB, white D65."""
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089], 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_and_lines_stand_out_from_the_paper(scheme: str) -> None:
    shown = SCHEMES[scheme]
    paper = shown.get(PAPER, PAPER)
    for colour, least in ((INK, 7), (SOFT, 4.5), (NEED, 3), (HEADS, 3), (GAIN, 3), (LOSS, 3),
                          (TOTAL, 3)):  # fmt: skip
        assert contrast(shown.get(colour, colour), paper) >= least, colour


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_colours_of_one_chart_differ_for_everybody(sight: str, scheme: str) -> None:
    """Ten units of L*a*b* are plain to see side by side."""
    for pair in NEXT_TO_EACH_OTHER:
        one, other = (
            lab(np.asarray(SIGHT[sight]) @ linear(SCHEMES[scheme].get(c, c))) for c in pair
        )
        assert np.linalg.norm(one - other) > 10, pair


def test_the_dark_swaps_whole_colours_and_no_text() -> None:
    svg = f'<rect fill="{PAPER}"/><text fill="{INK}">{INK} "x"</text>'
    assert darkened(svg) == (
        f'<rect fill="{DARK[PAPER]}"/><text fill="{DARK[INK]}">{INK} "x"</text>'
    )
    assert set(DARK).isdisjoint(DARK.values())  # else one swap would undo another
    for light, dark in DARK.items():
        assert f'svg [fill="{light}"] {{ fill: {dark} }}' in dark_rules()
