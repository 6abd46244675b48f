"""What is drawn is what was computed: lengths and places of marks, measured in the SVG."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import capacity
from capacity.report.palette import GAIN, HEADS, LOSS, NEED, TOTAL, darkened

ROOT = Path(__file__).resolve().parents[2]
CHARTS = ("required_fte", "due_hours", "coverage", "dropped_hours", "arr_bridge", "arr")
SVG = "{http://www.w3.org/2000/svg}"
BAR = re.compile(r"M([-\d.e]+),([-\d.e]+)h([-\d.e]+)v([-\d.e]+)h-?[\d.e]+Z")
NUMBER = r"-?[\d.]+(?:e-?\d+)?"
PIXEL = 0.02
"""Rounding of coordinates, in pixels."""


@pytest.fixture(scope="module")
def result() -> capacity.Result:
    return capacity.simulate(capacity.load(ROOT / "scenarios" / "base.yaml"), trials=400)


def bars(svg: str, fill: str = "") -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of each bar that says something."""
    found = []
    for path in ET.fromstring(svg).iter(f"{SVG}path"):
        shape = BAR.fullmatch(path.get("d", ""))
        if shape and len(path) and fill in ("", path.get("fill")):
            x, y, width, height = map(float, shape.groups())
            found.append((x + min(width, 0), y + min(height, 0), abs(width), abs(height)))
    return found


def lines(svg: str, stroke: str) -> list[np.ndarray]:
    """Points of each line of a colour, shape (points, 2)."""
    found = []
    for path in ET.fromstring(svg).iter(f"{SVG}path"):
        if path.get("stroke") == stroke and path.get("fill") in (None, "none"):
            points = re.findall(rf"[ML]({NUMBER}),({NUMBER})", path.get("d", ""))
            if len(points) > 2:
                found.append(np.array(points, dtype=float))
    return found


def test_bars_of_hours_are_as_high_as_the_hours(result: capacity.Result) -> None:
    chart = result.chart("due_hours")
    said, heights = [], []
    for path in ET.fromstring(chart.drawing).iter(f"{SVG}path"):
        shape = BAR.fullmatch(path.get("d", ""))
        if shape and len(path):
            said.append(path[0].text)
            heights.append(abs(float(shape[4])))
    wanted = {}
    for metric in result.catalogue.metrics:
        key = metric.key
        if metric.name == "due_hours" and key.task and not key.segment:
            about = {"role": key.role, "task": key.task}
            for period, value in result.figures("due_hours", **about).items():
                wanted[f"{period}, {key.task} by {key.role}: {value:,.0f} h due"] = value
    assert sorted(said) == sorted(wanted)
    expected = np.array([wanted[text] for text in said])
    scale = sum(heights) / expected.sum()
    np.testing.assert_allclose(np.array(heights), expected * scale, atol=PIXEL)


def test_the_stack_of_a_month_is_its_sum(result: capacity.Result) -> None:
    """No bar covers another: heights of a month add up to the height of the stack."""
    by_month: dict[float, list[tuple[float, float]]] = {}
    for left, top, _, height in bars(result.chart("due_hours").drawing):
        by_month.setdefault(round(left, 1), []).append((top, height))
    assert len(by_month) == 12
    for stack in by_month.values():
        top = min(top for top, _ in stack)
        bottom = max(top + height for top, height in stack)
        assert bottom - top == pytest.approx(sum(height for _, height in stack), abs=0.1)


def test_the_bridge_bears(result: capacity.Result) -> None:
    """Each bar begins where the one before it ended, and the last one stands where they lead."""
    svg = result.chart("arr_bridge").drawing
    opening, closing = sorted(bars(svg, TOTAL))
    ground = opening[1] + opening[3]
    assert closing[1] + closing[3] == pytest.approx(ground, abs=PIXEL)
    level = opening[1]
    moves = sorted(
        [*((*bar, 1) for bar in bars(svg, GAIN)), *((*bar, -1) for bar in bars(svg, LOSS))]
    )
    assert [sign for *_, sign in moves] == [1, 1, -1, -1]
    for _, top, _, height, sign in moves:
        begin, end = (top + height, top) if sign > 0 else (top, top + height)
        assert begin == pytest.approx(level, abs=PIXEL)
        level = end
    assert level == pytest.approx(closing[1], abs=PIXEL)
    amounts = [result.mean(name, period="") for name in
               ("new_arr", "expansion_arr", "contraction_arr", "churned_arr")]  # fmt: skip
    last = result.mean("arr", period=result.periods[-1])
    scale = closing[3] / last
    np.testing.assert_allclose([height for _, _, _, height, _ in moves],
                               np.array(amounts) * scale, atol=PIXEL)  # fmt: skip


@pytest.mark.parametrize("role", ["csm", "trainer"])
def test_the_line_of_need_follows_the_median(result: capacity.Result, role: str) -> None:
    """Heights above the axis are proportional to the median need; the axis begins at 0."""
    svg = result.chart("required_fte").drawing
    place = ["csm", "trainer"].index(role)
    line = lines(svg, NEED)[place]
    need = np.array(list(result.figures("required_fte", 0.5, role=role).values()))
    ground = 140.0  # pixels of a panel of several
    np.testing.assert_allclose((ground - line[:, 1]) / need, (ground - line[0, 1]) / need[0],
                               rtol=2e-3)  # fmt: skip
    assert len(lines(svg, HEADS)) == 2


def test_the_band_holds_eight_of_ten_futures(result: capacity.Result) -> None:
    """The area of ARR runs from p10 to p90, on the scale of the median's line."""
    svg = result.chart("arr").drawing
    line = lines(svg, NEED)[0]
    middle, low, high = (np.array(list(result.figures("arr", q).values())) for q in (0.5, 0.1, 0.9))
    slope = (line[-1, 1] - line[0, 1]) / (middle[-1] - middle[0])
    heights = line[0, 1] + slope * (np.concatenate([high, low[::-1]]) - middle[0])
    area = next(p for p in ET.fromstring(svg).iter(f"{SVG}path") if p.get("fill") == NEED)
    drawn = [float(y) for _, y in re.findall(rf"({NUMBER}),({NUMBER})", area.get("d", ""))]
    assert len(drawn) == 24
    np.testing.assert_allclose(sorted(drawn), sorted(heights), atol=PIXEL)


def test_dropped_hours_stand_in_order(result: capacity.Result) -> None:
    found = sorted(bars(result.chart("dropped_hours").drawing), key=lambda bar: bar[1])
    lengths = [width for _, _, width, _ in found]
    assert lengths == sorted(lengths, reverse=True)
    longest = result.mean("dropped_hours", period="", role="csm", task="check_in")
    second = result.mean("dropped_hours", period="", role="csm", task="webinar")
    assert lengths[1] / lengths[0] == pytest.approx(second / longest, abs=1e-3)


def test_the_whisker_of_coverage_is_its_odds(result: capacity.Result) -> None:
    """Two tasks fix the scale; the dot of a third has to stand where it says."""
    svg = result.chart("coverage").drawing
    dots = {}
    for path in ET.fromstring(svg).iter(f"{SVG}path"):
        if len(path):
            place = re.search(rf"translate\(({NUMBER}),", path.get("transform", ""))
            dots[str(path[0].text).split(":")[0]] = float(place[1])
    tasks = result.scenario.plan.tasks
    assert set(dots) == set(tasks)
    found = {task: result.mean("coverage", period="", task=task) for task in tasks}
    scale = (dots["renewal"] - dots["webinar"]) / (found["renewal"] - found["webinar"])
    for task in tasks:
        expected = dots["webinar"] + scale * (found[task] - found["webinar"])
        assert dots[task] == pytest.approx(expected, abs=PIXEL)
    whiskers = [
        (float(line.get("transform").split("(")[1].split(",")[0]), float(line.get("x2")))
        for line in ET.fromstring(svg).iter(f"{SVG}line")
        if line.get("stroke") == NEED and float(line.get("x2"))
    ]
    low, high = (result.quantile("coverage", q, period="", task="webinar") for q in (0.1, 0.9))
    wanted = dots["webinar"] + scale * (np.array([low, high]) - found["webinar"])
    ends = [sorted([x, x + length]) for x, length in whiskers]
    assert any(np.allclose(pair, wanted, atol=PIXEL) for pair in ends)


# --- the forms of a chart -----------------------------------------------------------------------


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_says_what_it_found(result: capacity.Result, name: str) -> None:
    chart = result.chart(name)
    assert chart.alt.endswith(chart.finding)
    root = ET.fromstring(chart.svg())
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.alt
    texts = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert "".join(chart.finding.split()) in "".join(texts.split())
    assert chart.svg(dark=True) == darkened(chart.svg()) != chart.svg()
    assert f'aria-label="{chart.alt[:20]}' in chart._repr_html_()


def test_files_of_a_chart(result: capacity.Result, tmp_path: Path) -> None:
    chart = result.chart("arr")
    chart.save(tmp_path / "a.svg")
    chart.save(str(tmp_path / "a.png"), dark=True)
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == chart.svg()
    assert (tmp_path / "a.png").read_bytes() == chart.png(dark=True) != chart.png()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.png", "a.svg"]


@pytest.mark.parametrize("name", CHARTS)
def test_altair_takes_every_chart(result: capacity.Result, name: str) -> None:
    """Altair holds them against the schema of Vega-Lite."""
    altair = result.chart(name).altair()
    assert altair.to_dict()["title"]["text"][0].strip() in result.chart(name).finding


def test_charts_of_luckless_runs_have_no_bands(scenario: Callable[..., capacity.Scenario]) -> None:
    result = capacity.simulate(capacity.load(ROOT / "scenarios" / "base.yaml"), trials=0)
    for name in CHARTS:
        chart = result.chart(name)
        assert "futures" not in chart.svg()
        assert 'opacity="0.2"' not in chart.svg()
        assert "NaN" not in chart.svg()


@pytest.mark.parametrize(
    "name",
    [
        "a\x01b",
        "a\x00b",
        "a\ufffeb",
        "\u202eab",
        "👩‍👩‍👧" * 50,
        "🎉" * 37,
        "四" * 90,
        "x" * 2000,
        "__proto__",
        "constructor",
        "toString",
        '"]+alert(1)+["',
        "\\",
        "x" * 30 + "1",
    ],
    ids=ascii,
)
def test_names_at_which_the_drawer_would_give_up(
    scenario: Callable[..., capacity.Scenario], name: str
) -> None:
    """Control codes are no XML, and a cut through the middle of an emoji is no text."""
    alike = f"{name} too"
    plan = {
        "name": name,
        "horizon": {"start": "2027-01", "months": 3},
        "segments": {"smb": {"accounts": 10}},
        "tasks": {
            task: {"role": name, "every": "month", "hours": 300 + i}
            for i, task in enumerate((name, alike))
        },
        "team": {name: {"headcount": 1}},
    }
    result = capacity.simulate(scenario(plan), trials=0)
    known = {"required_fte": 2, "due_hours": 2, "coverage": 2, "dropped_hours": 2}
    for chart, marks in known.items():
        root = ET.fromstring(result.chart(chart).svg())
        titles = {element.text for element in root.iter(f"{SVG}title")}
        assert len(titles) >= marks  # names that begin alike are two
        assert result.chart(chart).png().startswith(b"\x89PNG")
