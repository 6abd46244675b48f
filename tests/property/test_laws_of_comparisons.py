"""Laws of comparisons that hold for every plan and every change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_plans import plans

from capacity.comparison import compare

some_plans = settings(
    deadline=None,
    derandomize=True,
    max_examples=12,
    phases=[Phase.generate],
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def key_of(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[k] for k in ("metric", "period", "segment", "role", "pool", "task"))


changes = st.fixed_dictionaries(
    {},
    optional={
        "team.csm.salary": st.integers(1, 200_000),
        "team.trainer.attrition": st.floats(0, 0.5),
        "finance.platform": st.integers(0, 50_000),
        "simulation.feedback": st.booleans(),
        "tasks.letter": st.just({"role": "csm", "fixed": "30 hours per month"}),
        "events": st.just({}),
        "team.csm.internal": st.floats(0, 0.6),
    },
)


@some_plans
@given(data=st.data())
def test_parts_add_up_and_the_other_way_round_is_the_opposite(scenario, data) -> None:
    old = scenario(data.draw(plans()))
    new = old.with_(data.draw(changes))
    found = compare([old, new], trials=100, seed=2)
    back = {key_of(row): row for row in compare([new, old], trials=100, seed=2).rows()}
    seen = 0
    for row in found.rows():
        other = back[key_of(row)]
        assert np.isclose(row["mean"], -other["mean"], equal_nan=True, rtol=1e-9, atol=1e-9)
        if not np.isnan(row["p_equal"]):
            assert row["p_higher"] + row["p_equal"] + other["p_higher"] == pytest.approx(1)
            seen += 1
    assert seen > 10
    (versus,) = found.versus
    assert versus.steps is not None
    assert len(versus.steps) == len(new.settings)
    for fall in versus.waterfalls:
        known = np.isfinite(fall.total)
        total = np.sum([part.values for part in fall.parts], axis=0)
        assert np.allclose(total[known], fall.total[known], rtol=1e-9, atol=1e-6)
        assert fall.interaction is not None
        if len(fall.parts) == 1:
            assert np.array_equal(fall.interaction[known], np.zeros(known.sum()))
