"""A plan whose names try to be something else: formulas, markup, scripts of every kind."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

SCRIPTS = (
    "ग्राहक सफलता",
    "بازبینی فصلی",
    "كبار العملاء",
    "四半期レビュー",
    "🎉 party 👩‍👩‍👧",
)
ATTACKS = (
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "![x](http:x)",
    "</svg></style></title><script>alert(2)</script>",
    "- # 1) *x* _y_ `z` ~~s~~ | <http:x> &amp;",
    "{{7*7}}${7*7}{% raw %}",
    "' onmouseover='alert(3)",
    "a" * 90,
    "👩‍👩‍👧" * 40,
)
TASKS = (*SCRIPTS, *ATTACKS)
ROLES = (SCRIPTS[1], ATTACKS[1])
SEGMENTS = (SCRIPTS[0], ATTACKS[0], ATTACKS[2])
PLAN = f"{ATTACKS[2]} {SCRIPTS[1]}"
SOURCE = "<b onmouseover=alert(4)>[wages](javascript:alert(5))</b>"


def write_hostile(folder: Path, tasks: Sequence[str] = TASKS) -> Path:
    """The plan as a file; JSON is YAML."""
    arr = {"p10": 1000, "p50": 2000, "p90": 9000}
    long = len(TASKS) / len(tasks)
    hours = {"low": long, "likely": 2 * long, "high": 5 * long}
    effect = {"churn": {"value": 1.5, "source": SOURCE}}
    plan = {
        "name": PLAN,
        "currency": "INR",
        "horizon": {"start": "2027-01", "months": 6},
        "segments": {
            name: {"accounts": 30, "arr": arr, "churn": 0.2, "addressable": 0.5}
            for name in SEGMENTS
        },
        "tasks": {
            name: {"role": ROLES[i % 2], "every": "month", "hours": hours, "weight": 1}
            for i, name in enumerate(tasks)
        },
        "team": {
            name: {"headcount": 3, "salary": {"value": 1000, "source": SOURCE}, "ramp": [1]}
            for name in ROLES
        },
        "value": {"if_stopped": effect},
        "finance": {"gross_margin": 0.8, "discount_rate": 0.1},
    }  # fmt: skip
    path = folder / "plan.yaml"
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return path


def write_variant(folder: Path) -> Path:
    """The plan of `write_hostile` with two changes; it is written beside it."""
    changes = [
        {"name": name, "set": {"team": {role: {"headcount": count}}}}
        for name, role, count in ((ATTACKS[2], ROLES[0], 5), (SCRIPTS[2], ROLES[1], 4))
    ]
    variant = {"extends": "plan.yaml", "name": ATTACKS[1], "changes": changes}
    path = folder / "variant.yaml"
    path.write_text(json.dumps(variant, ensure_ascii=False), encoding="utf-8")
    return path


def write_actuals(folder: Path, tasks: Sequence[str] = TASKS) -> Path:
    """What happened to the plan of `write_hostile`: two months of some figures, and one before."""
    path = folder / "=actuals.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("metric", "period", "segment", "role", "task", "value"))
        for month, lost in (("2026-12", 1), ("2027-01", 9), ("2027-02", 0)):
            rows.writerows(("churned_accounts", month, name, "", "", lost) for name in SEGMENTS)
            rows.writerows(("coverage", month, "", "", name, 0.5) for name in tasks)
    return path
