"""The page of what would be lost without something."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from capacity.assumptions import assumption_rows, assumptions
from capacity.guards import guards
from capacity.report.filled import filled
from capacity.report.tables import RANGE
from capacity.report.value import Removed, told
from capacity.report.value_charts import charts
from capacity.report.words import odds, share

if TYPE_CHECKING:
    from capacity.report.page import Page
    from capacity.valuing.answer import Roi


def page(values: Sequence[Roi]) -> Page:
    """What is said of one removal, or of several side by side, to be shown in any form."""
    each, said = [Removed(value) for value in values], told(values)
    first = values[0]
    return filled(
        said,
        _headline(each, said.sentences),
        charts(each),
        {**first.manifest, "without": ", ".join(value.without for value in values)},
        [("", first.scenario)],
        doubts=guards(first.layout),
        assumed=assumption_rows(assumptions(first.layout)),
    )


def _headline(each: Sequence[Removed], sentences: Sequence[str]) -> Iterator[str]:
    """Of one alone first at which effect it pays; what each brings; and what one alone saves."""
    if len(each) == 1:
        yield sentences[0]
    for one in each:
        if not math.isnan(one.value.mean("roi")):
            yield _brought(one)
    if len(each) == 1:
        yield sentences[-1]


def _brought(one: Removed) -> str:
    """``cs: costs $4.0M and brings $4.6M of gross profit over 36 months, an ROI of 15 % …``."""
    value = one.value
    cost, gain = one.money("incremental_cost"), one.money("incremental_gross_profit")
    text = f"{one.what}: costs {cost} and brings {gain} of gross profit over {one.horizon('')}"
    text += f", an ROI of {share(value.mean('roi'))}"
    if not one.lucky:
        return f"{text}."
    between = one.between("roi", share)
    return f"{text} ({between} in {RANGE}); it pays in {odds(value.odds('roi'), value.trials)}."
