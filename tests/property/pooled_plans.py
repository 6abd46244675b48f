"""Random plans whose roles are split into pools."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from random_plans import plans

ONE_FOR_ALL = ("salary", "attrition", "time_to_hire", "ramp", "holidays", "pto_days", "internal")
"""Settings that may be given by pool."""


@st.composite
def pooled_plans(draw: st.DrawFn) -> dict[str, Any]:
    """A plan in which roles with a headcount have a pool for each segment."""
    plan = draw(plans())
    for role in plan["team"].values():
        if "headcount" in role and draw(st.booleans()):
            pools = draw(st.sampled_from([list(plan["segments"]), ["north", "default"]]))
            role["split"] = "segment"
            role["headcount"] = {name: draw(st.integers(0, 4)) for name in [*pools, "default"]}
            if "hires" in role:
                role["hires"] = {name: role["hires"] for name in pools if name != "default"}
            for key in ONE_FOR_ALL:
                if key in role and draw(st.booleans()):
                    role[key] = dict.fromkeys([*pools, "default"], role[key])
    return plan
