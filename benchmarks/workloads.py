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

L = """
name: Workload L
horizon: {start: 2027-01, months: 36}
accounts: {file: accounts.parquet}
segments:
  enterprise: {churn: {low: 3%, likely: 5%, high: 8%}, addressable: 50%, contraction: 2%, uplift: 3%, expansion: 10%, new_accounts: {per_year: 12, arr: {p10: 80_000, p50: 150_000, p90: 320_000}}}
  mid: {churn: {low: 8%, likely: 10%, high: 13%}, addressable: 60%, expansion: 6%, new_accounts: {per_year: 6_000, arr: {p10: 3_000, p50: 6_000, p90: 12_000}}}
  self_a: {term: 1, churn: {low: 20%, likely: 25%, high: 32%}, addressable: 30%, new_accounts: {per_year: 60_000, arr: {p10: 100, p50: 200, p90: 500}}}
  self_b: {term: 1, churn: {low: 20%, likely: 25%, high: 32%}, addressable: 30%, new_accounts: {per_year: 60_000, arr: {p10: 100, p50: 200, p90: 500}}}
  self_c: {term: 1, churn: {low: 20%, likely: 25%, high: 32%}, addressable: 30%, new_accounts: {per_year: 60_000, arr: {p10: 100, p50: 200, p90: 500}}}
  self_d: {term: 1, churn: {low: 20%, likely: 25%, high: 32%}, addressable: 30%, new_accounts: {per_year: 60_000, arr: {p10: 100, p50: 200, p90: 500}}}
tasks:
  onboarding: {role: csm, segments: [enterprise, mid], on: start, over: 3 months, hours: {low: 6h, likely: 9h, high: 20h}, priority: 1, weight: 3}
  qbr: {role: csm, segments: [enterprise], every: quarter, share: 80%, steps: {prepare: {low: 0.5h, likely: 1h, high: 3h}, present: 1h, follow_up: 1h}, uncertainty: 20%, priority: 3, defer: 1 month, weight: 2}
  check_in: {role: csm, segments: [enterprise, mid], every: month, hours: {low: 2m, likely: 4m, high: 9m}, priority: 4, weight: 1}
  renewal: {role: csm, segments: [enterprise, mid], on: renewal, lead: 90 days, hours: 20m, priority: 1, weight: 3}
  escalation: {role: support, rate: {enterprise: 2 per year, mid: 0.05 per year, default: 0.002 per year}, hours: {p10: 1h, p50: 3h, p90: 12h}, priority: 1, weight: 2}
  review: {role: csm, segments: [enterprise], every: year, aligned: fiscal, hours: 8h, priority: 3, defer: 2 months}
  training: {role: trainer, segments: [enterprise, mid], every: 6 months, hours: {low: 6m, likely: 10m, high: 20m}, priority: 1, weight: 1}
  webinar: {role: scale, fixed: 40 hours per month, priority: 2, weight: 1}
  newsletter: {role: scale, fixed: 60 hours per month, priority: 3}
  ticket: {role: support, rate: {enterprise: 6 per year, mid: 0.2 per year, default: 0.01 per year}, hours: {p10: 10m, p50: 30m, p90: 3h}, priority: 2}
  nudge: {role: scale, segments: [self_a, self_b, self_c, self_d], every: quarter, hours: {low: 0.0003h, likely: 0.0005h, high: 0.001h}, priority: 4}
  audit: {role: trainer, segments: [enterprise], every: year, hours: {low: 4h, likely: 6h, high: 9h}, priority: 3, defer: 1 month}
value: {if_stopped: {churn: {low: 1.0, likely: 1.2, high: 1.6}, expansion: 0.9}}
team:
  csm: {headcount: 90, salary: 105_000, attrition: 14%, ramp: [10%, 25%, 40%, 50%, 65%, 80%], hiring_cost: 15_000, pto_days: 20, internal: 33%, target_utilization: 85%}
  trainer: {headcount: 16, salary: 85_000, attrition: 10%, pto_days: 20}
  support: {headcount: 40, salary: 70_000, attrition: 18%, pto_days: 20}
  scale: {headcount: 4, salary: 90_000, attrition: 10%, pto_days: 20}
finance: {gross_margin: 78%}
"""

W = """
name: Workload W
horizon: {start: 2027-01-04, weeks: 52, step: week}
accounts: {file: accounts.csv}
segments:
  customers: {churn: 15%, addressable: 60%, contraction: 2%, uplift: 3%, expansion: 8%}
tasks:
  qbr:
    role: csm
    every: 13 weeks
    steps:
      prepare: {low: 30m, likely: 1h, high: 1h30m}
      present: {low: 30m, likely: 1h, high: 1h30m}
      follow_up: {low: 30m, likely: 1h, high: 1h30m}
    defer: 4 weeks
    weight: 2
  onboarding: {role: csm, on: start, over: 4 weeks, hours: {low: 5h, likely: 10h, high: 15h}, defer: 4 weeks, weight: 3}
value: {if_stopped: {churn: {low: 1.0, likely: 1.2, high: 1.6}, expansion: 0.9}}
team:
  csm: {headcount: 10, salary: 105_000, attrition: 14%, time_to_hire: {low: 1 month, likely: 2 months, high: 4 months}, ramp: [25%, 50%, 75%], hiring_cost: 15_000, internal: 25%, target_utilization: 85%}
finance: {gross_margin: 78%}
"""


def load(text: str, folder: Path) -> capacity.Scenario:
    """A workload, ready to run."""
    path = folder / "workload.yaml"
    path.write_text(text, encoding="utf-8")
    return capacity.load(path)
