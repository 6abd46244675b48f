"""The page of a back-test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.report.backtest import told
from capacity.report.backtest_charts import charts
from capacity.report.filled import filled

if TYPE_CHECKING:
    from capacity.backtesting.answer import Backtest
    from capacity.report.page import Page

_REPEATED = 3
"""Sentences of the headline: the verdict, what is behind it, and how good the ranges were."""


def page(found: Backtest) -> Page:
    """What is said of a forecast, to be shown in any form."""
    said = told(found)
    return filled(
        said, said.sentences[:_REPEATED], charts(found), found.manifest, [("", found.scenario)]
    )
