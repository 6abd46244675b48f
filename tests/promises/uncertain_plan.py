"""A plan in which everything is uncertain, and a book of accounts for it."""

from __future__ import annotations

PLAN = """
name: promises
currency: USD
horizon: {start: 2027-01, months: 12}
accounts: {file: book.csv}
segments:
  big:
    churn: {low: 5%, likely: 10%, high: 20%}
    addressable: {low: 40%, likely: 60%, high: 80%}
    expansion: {low: 2%, likely: 8%, high: 14%}
    contraction: 2%
    uplift: 3%
    complexity: 1.5
    new_accounts: {per_year: 14, arr: {p10: 50_000, p50: 90_000, p90: 200_000}}
  small:
    churn: {mean: 22%, sd: 5%}
    addressable: 40%
    expansion: 3%
    new_accounts: {per_year: {low: 10, likely: 30, high: 60}, arr: 6000, term: 3}
tasks:
  onboarding: {role: csm, on: start, over: 3 months, share: 80%, weight: 2, priority: 1,
               defer: 1 month, steps: {meet: {low: 1h, likely: 2h, high: 6h}, teach: {hours: 4h, role: trainer}}}
  renewal: {role: csm, on: renewal, lead: 60 days, hours: {p10: 1h, p50: 2h, p90: 6h}, weight: 2,
            priority: 1}
  review: {role: csm, every: quarter, share: {mean: 70%, sd: 10%}, hours: 3h, uncertainty: 20%,
           weight: 1, priority: 2, defer: 2 months, backlog: 40h}
  trouble: {role: csm, rate: {low: 0.5, likely: 1, high: 3}, hours: {p10: 1h, p50: 3h, p90: 12h},
            weight: 1, priority: 1}
  webinar: {role: csm, fixed: {low: 10 hours per month, likely: 20 hours per month, high: 40 hours per month},
            weight: 1}
  course: {role: trainer, every: 2 months, hours: {mean: 1h, sd: 30m}}
value: {if_stopped: {churn: {low: 1.0, likely: 1.4, high: 2.0}, expansion: 0.8, fades_over: 6 months}}
team:
  csm: {headcount: 1, hires: {2027-05: 1}, attrition: 30%, ramp: [20%, 60%], internal: 40%,
        time_to_hire: {low: 1 month, likely: 2 months, high: 5 months}, holidays: US, salary: 90_000,
        overloaded_attrition: 1.5, overtime: 5%, hiring_cost: 5000}
  trainer: {headcount: 1, attrition: {low: 5%, likely: 10%, high: 30%}, salary: 70_000}
finance: {gross_margin: {low: 70%, likely: 78%, high: 82%}, platform: 12_000}
"""  # noqa: E501


def rows(count: int = 60, factor: float = 1.0, *, with_own: bool = True) -> list[str]:
    """Accounts of two segments whose terms end all over the year, some with churn of their own."""
    out = []
    for i in range(count):
        segment, arr = ("big", 40_000 + 3000 * i) if i % 3 == 0 else ("small", 3000 + 100 * i)
        start = f"{2023 + i % 4}-{i % 12 + 1:02d}-{i % 27 + 1:02d}"
        renewal = f"{2027 + (i * 5 % 13 == 0)}-{(i * 7) % 12 + 1:02d}-01"
        own = f"{10 + i % 9}%" if with_own and i % 7 == 0 else ""
        complexity = 0.5 + i % 5 / 2 if i % 4 == 0 else ""
        out.append(f"ACC-{i:03d},{segment},{arr * factor!r},{start},{renewal},{own},{complexity}")
    return out


def csv(lines: list[str]) -> str:
    return "\n".join(["id,segment,arr,start,renewal,churn,complexity", *lines, ""])
