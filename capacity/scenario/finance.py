"""Money beside salaries."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field, ValidationInfo

from capacity import units
from capacity.estimates import Estimate
from capacity.scenario.fields import Discount, Money, PlainNumber, Share, whole
from capacity.scenario.kinds import Kind, mapping_of, written_each
from capacity.scenario.numbers import number, read_number
from capacity.scenario.parts import Part, read_each


def read_absorbed(raw: object, info: ValidationInfo) -> dict[str, Estimate]:
    """Shares by task: ``{renewal: 50%}``."""
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is not a share by task. Write {{renewal: 50%}}")
    return read_each(raw.items(), lambda share: read_number(units.SHARE, share, info))


_SHARE = number(units.SHARE)
SharesByTask = Annotated[
    dict[str, Estimate],
    Kind(read_absorbed, "shares by task", mapping_of(_SHARE), partial(written_each, _SHARE.write)),
]


class Finance(Part):
    """What finance adds to the plan."""

    gross_margin: Share | None = None
    """Gross margin before the cost of the roles of this plan."""
    discount_rate: Discount | None = None
    """Yearly rate at which later money counts less; for the value of the team."""
    platform: Money = Estimate.fixed(0.0)
    """Software of the team, a year."""
    clv_years: Annotated[int, whole(1)] = 5
    """Years that a customer's lifetime value counts."""
    absorbed: SharesByTask = Field(default={})
    """Shares of the work that others would still do without the team."""
    absorbed_cost: Money | None = None
    """Cost of an hour of theirs."""
    arr_multiple: PlainNumber | None = None
    """What a unit of yearly revenue is worth at the end."""
