"""The page of what drives a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.report.drivers import told
from capacity.report.drivers_charts import charts
from capacity.report.drivers_sentences import Sentences
from capacity.report.filled import filled

if TYPE_CHECKING:
    from capacity.drivers.answer import Sensitivity
    from capacity.report.page import Page


def page(found: Sensitivity) -> Page:
    """What is said of a sensitivity, to be shown in any form."""
    several = len(found.plans) > 1
    labelled = [(plan.name if several else "", plan) for plan in found.plans]
    headline = Sentences(found).headline()
    return filled(told(found), headline, charts(found), found.manifest, labelled)
