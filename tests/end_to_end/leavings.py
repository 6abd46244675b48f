"""What the command leaves behind, and how to read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Lines on standard error."""
        return self.err.splitlines()


@dataclass(frozen=True)
class Table:
    """The file that `--json` wrote."""

    manifest: Mapping[str, Any]
    rows: list[dict[str, Any]]

    def values(self, metric: str, of: str = "mean", **keys: str) -> dict[str, float]:
        """Values of one metric and key by period; keys that are not named are empty."""
        wanted = {"segment": "", "role": "", "pool": "", "task": ""} | keys
        found = {
            row["period"]: row[of]
            for row in self.rows
            if row["metric"] == metric and all(row[k] == v for k, v in wanted.items())
        }
        assert found, f"no rows of {metric} for {wanted}"
        return found

    def value(self, metric: str, period: str = "", of: str = "mean", **keys: str) -> float:
        """One number."""
        return self.values(metric, of, **keys)[period]


def read_table(path: Path) -> Table:
    """The file that `--json` wrote; NaN and infinity are no JSON."""

    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is not JSON")

    data = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert list(data) == ["manifest", "metrics"]
    return Table(data["manifest"], data["metrics"])


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder with its bytes; folders have none."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
