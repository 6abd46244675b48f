"""The workbook of a back-test: the verdict, and what happened beside what was foreseen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from capacity.workbook.tables import Listed, tables, worded

if TYPE_CHECKING:
    from capacity.assumptions import Row
    from capacity.backtesting.answer import Backtest

Columns = Mapping[str, tuple[str, str]]
_SHARE, _ODDS, _PLAIN = "share", "odds", "plain"
_RANGES = (50, 80, 90)
_NAIVE = {"last_value": "last value", "last_year": "last year", "constant_ratio": "ratio to ARR"}
_QUANTILES = ("p05", "p10", "p25", "p50", "p75", "p90", "p95")
_KEYS = {
    "segment": ("Segment", ""),
    "role": ("Role", ""),
    "pool": ("Pool", ""),
    "task": ("Task", ""),
}
_VERDICT = {
    "odds": ("Odds of a plan that is right to be as far off", _ODDS),
    "worst": ("Figure that is oddest", ""),
    "cause": ("Input that explains most", ""),
    "cause_odds": ("Odds that luck alone lets an input explain as much", _ODDS),
    "values": ("Values that were compared", ""),
}
_POINTS: Columns = {
    "metric": ("Figure", ""),
    "unit": ("Unit", ""),
    "period": ("Period", ""),
    **_KEYS,
    "actual": ("Happened", ""),
    "mean": ("Foreseen, mean", ""),
    **{name: (name, "") for name in _QUANTILES},
    **{f"inside_{part}": (f"Within {part} %", "") for part in _RANGES},
    "pit": ("Part of the futures below", _SHARE),
    "crps": ("CRPS", ""),
    **{name: (f"Naive: {words}", "") for name, words in _NAIVE.items()},
    "explained": ("Part that the named input explains", _SHARE),
    "file": ("File", ""),
    "line": ("Line", _PLAIN),
}
_SCORES: Columns = {
    "metric": ("Figure", ""),
    "unit": ("Unit", ""),
    **_KEYS,
    "by": ("By", ""),
    "points": ("Values", ""),
    "actual": ("Happened, mean", ""),
    "forecast": ("Foreseen, mean", ""),
    "bias": ("Bias", ""),
    "bias_p05": ("Bias of the futures, p05", ""),
    "bias_p95": ("Bias of the futures, p95", ""),
    "bias_odds": ("Odds of the bias", _ODDS),
    "relative_bias": ("Bias of what was foreseen", _SHARE),
    "crps": ("CRPS", ""),
    "crps_expected": ("CRPS if the plan is right", ""),
    "crps_odds": ("Odds of the CRPS", _ODDS),
    **{f"inside_{part}": (f"Values within {part} %", "") for part in _RANGES},
    **{
        f"{what}_{name}": (f"{said}: {words}", unit)
        for name, words in _NAIVE.items()
        for what, said, unit in (("error", "Error", ""), ("skill", "Skill against", _SHARE))
    },
}
_COVERAGE: Columns = {
    "level": ("Range", _SHARE),
    "points": ("Values", ""),
    "inside": ("Within", ""),
    "expected": ("Expected within", "accounts"),
    "p05": ("Within, p05 of the futures", "count"),
    "p95": ("Within, p95 of the futures", "count"),
    "odds": ("Odds", _ODDS),
    "share": ("Share within", _SHARE),
    "low": ("True share, at least", _SHARE),
    "high": ("True share, at most", _SHARE),
}
_INPUTS: Columns = {
    "input": ("Input", ""),
    "believed": ("As written", ""),
    "unit": ("Unit", ""),
    "p10": ("Believed, p10", ""),
    "p90": ("Believed, p90", ""),
    "after_p10": ("In futures that fit, p10", ""),
    "after_p50": ("In futures that fit, p50", ""),
    "after_p90": ("In futures that fit, p90", ""),
    "explains_at": ("Explains most at", ""),
    "beyond": ("Believed to be that far out", _SHARE),
    "share": ("Share of the miss explained", _SHARE),
    "gain": ("Gain in squared distance", "amount"),
    "odds": ("Odds of what is left", _ODDS),
    "alike": ("None explains clearly more", ""),
    "file": ("File", ""),
    "line": ("Line", _PLAIN),
}
TABLES: Mapping[str, tuple[Columns, str]] = {
    "points": (_POINTS, "Every value beside what the plan had foreseen."),
    "scores": (
        _SCORES,
        "CRPS: error of the whole range, 0 is best. Skill: part of a naive error that is saved.",
    ),
    "coverage": (_COVERAGE, "How often the ranges held what happened."),
    "inputs": (_INPUTS, "What the actuals say of the inputs."),
}


def workbook(found: Backtest) -> bytes:
    """The file.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    plan = found.scenario.plan
    return tables(f"{plan.name} · back-test", plan.currency, _listed(found), found.manifest)


def _listed(found: Backtest) -> Iterator[Listed]:
    yield Listed("Verdict", found.verdict, ("Figure", "Value"), _verdict(found))
    for name, (columns, words) in TABLES.items():
        rows = _with_units(found) if name == "inputs" else found.rows(name)
        yield worded(name.capitalize(), words, columns, rows)


def _verdict(found: Backtest) -> Iterator[Row]:
    """What came of it, each in its unit."""
    told = found.summary()
    for name, (words, unit) in _VERDICT.items():
        value: Any = told[name]
        if value is not None and not (isinstance(value, float) and math.isnan(value)):
            yield {"Figure": words, "Value": value, "unit": unit or None}


def _with_units(found: Backtest) -> Iterator[Row]:
    """What is said of inputs, with the unit of each."""
    suspects = found.explanation.suspects
    for one, row in zip(suspects, found.rows("inputs"), strict=True):
        yield row | {"unit": one.unknown.unit}
