"""The page of a hiring plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.report.filled import filled
from capacity.report.hiring import told
from capacity.report.hiring_charts import charts

if TYPE_CHECKING:
    from capacity.hiring.answer import HiringPlan
    from capacity.report.page import Page

_REPEATED = 3
"""Sentences of the headline: what to do, how sure it is, what it costs."""


def page(plan: HiringPlan) -> Page:
    """What is said of a plan, to be shown in any form."""
    said = told(plan)
    return filled(
        said,
        said.sentences[:_REPEATED],
        charts(plan),
        plan.manifest,
        [("", plan.base)],
        names=plan.seats,
    )
