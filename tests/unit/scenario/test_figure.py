"""Names of figures, and how exactly they are wanted."""

from __future__ import annotations

import pytest

from capacity.scenario.figure import Figure, read_figure, read_precision


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("arr", Figure("arr")),
        ("arr:mean", Figure("arr")),
        (" required_fte:p90 ", Figure("required_fte", q=0.9)),
        ("required_fte:p05", Figure("required_fte", q=0.05)),
        ("required_fte:p5", Figure("required_fte", q=0.05)),
        ("required_fte[csm]:p90", Figure("required_fte", "csm", 0.9)),
        ("grr[Mid market, EU]", Figure("grr", "Mid market, EU")),
    ],
)
def test_a_figure_is_a_metric_what_it_is_about_and_a_statistic(text: str, figure: Figure) -> None:
    assert read_figure(text) == figure
    assert read_figure(str(figure)) == figure


@pytest.mark.parametrize(
    "raw",
    ["", "arr:", "arr:p0", "arr:p00", "arr:p100", "arr:p9.5", "arr:median", "arr:P90", "arr[]",
     "arr[smb", "arr[smb]p90", "arr[[smb]]", "[smb]", "a metric", 12, None, ["arr"], {"arr": 1}],
)  # fmt: skip
def test_what_is_no_figure_is_refused_with_examples(raw: object) -> None:
    with pytest.raises(ValueError, match=r"is not a figure\. Write arr, required_fte:p90"):
        read_figure(raw)


@pytest.mark.parametrize(
    ("q", "text"), [(None, "mean"), (0.05, "p05"), (0.29, "p29"), (0.9, "p90")]
)
def test_a_figure_is_written_with_its_statistic(q: float | None, text: str) -> None:
    assert str(Figure("arr", q=q)) == f"arr:{text}"
    assert str(Figure("arr", "smb", q)) == f"arr[smb]:{text}"


@pytest.mark.parametrize(
    ("raw", "value"), [("1%", 0.01), ("0.5 %", 0.005), (0.02, 0.02), ("0.02", 0.02), ("99%", 0.99)]
)
def test_a_precision_is_a_share(raw: object, value: float) -> None:
    assert read_precision(raw) == pytest.approx(value)


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (0, "1%"),
        ("0%", "1%"),
        (-0.01, "1%"),
        ("100%", "1%"),
        (5, "5%"),
        ("2.5", "2.5%"),
        (300, "1%"),
    ],
)
def test_a_precision_lies_between_nothing_and_all(raw: object, meant: str) -> None:
    with pytest.raises(ValueError, match=f"is not between 0 and 1.*Write {meant}$"):
        read_precision(raw)


@pytest.mark.parametrize("raw", ["exact", "", None, True, {"value": "1%"}, ["1%"], float("nan")])
def test_what_is_no_share_is_no_precision(raw: object) -> None:
    with pytest.raises(ValueError, match="Write"):
        read_precision(raw)
