"""The reference workloads, as scenario text."""

from __future__ import annotations

from pathlib import Path

import capacity

_SEGMENT = """
  {name}:
    accounts: 250
    arr: {{p10: {low}, p50: {mid}, p90: {high}}}
    churn: {{low: 8%, likely: 11%, high: 16%}}
    addressable: 60%
    contraction: 2%
    uplift: 3%
    expansion: 8%
    new_accounts: {{per_year: 12, arr: {{p10: {low}, p50: {mid}, p90: {high}}}}}"""

_SIZES = {"smb": 8, "mid_market": 40, "enterprise": 150, "strategic": 400}

A = (
    """
name: Workload A
horizon: {start: 2027-01, months: 12}
segments:"""
    + "".join(
        _SEGMENT.format(name=name, low=500 * k, mid=1000 * k, high=2200 * k)
        for name, k in _SIZES.items()
    )
    + """
tasks:
  onboarding: {role: csm, on: start, over: 3 months, hours: {low: 6h, likely: 9h, high: 20h}, priority: 1, weight: 3}
  qbr: {role: csm, every: quarter, share: 80%, steps: {prepare: {low: 0.5h, likely: 1h, high: 3h}, present: 1h, follow_up: 1h}, uncertainty: 20%, priority: 3, defer: 1 month, weight: 2}
  check_in: {role: csm, every: month, hours: {low: 0.5h, likely: 1h, high: 2h}, priority: 4, weight: 1}
  renewal: {role: csm, on: renewal, lead: 90 days, hours: 5h, priority: 1, weight: 3}
  escalation: {role: csm, rate: 0.6 per year, hours: {p10: 1h, p50: 3h, p90: 12h}, priority: 1, weight: 2}
  review: {role: csm, every: year, aligned: fiscal, hours: 8h, priority: 3, defer: 2 months}
  training: {role: trainer, every: 6 months, hours: {low: 2h, likely: 3h, high: 6h}, priority: 1, weight: 1}
  webinar: {role: trainer, fixed: 20 hours per month, priority: 2}
value: {if_stopped: {churn: {low: 1.0, likely: 1.2, high: 1.6}, expansion: 0.9}}
team:
  csm: {headcount: 24, salary: 105_000, attrition: 14%, ramp: [10%, 25%, 40%, 50%, 65%, 80%], hiring_cost: 15_000, pto_days: 20, internal: 33%, target_utilization: 85%}
  trainer: {headcount: 6, salary: 85_000, attrition: 10%, pto_days: 20, internal: 33%, target_utilization: 85%}
finance: {gross_margin: 78%}
"""
)


def load(text: str, folder: Path) -> capacity.Scenario:
    """A workload, ready to run."""
    path = folder / "workload.yaml"
    path.write_text(text, encoding="utf-8")
    return capacity.load(path)
