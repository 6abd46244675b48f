"""A precise run is a plain run of as many futures, whoever computes it and whoever watches."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import capacity

ASKED = {"precision": 0.012, "metric": "required_fte[csm]:p90", "seed": 9}


@pytest.fixture(scope="module")
def precise(world) -> capacity.Result:
    return capacity.simulate(world(), **ASKED)


def test_it_took_more_than_the_least(precise) -> None:
    """Else nothing below would say much."""
    assert 2000 < precise.trials < 20_000


def test_the_futures_are_those_of_a_longer_plain_run(world, everything, same, precise) -> None:
    count = precise.trials
    plain = everything(capacity.simulate(world(), trials=count + 1000, seed=9))
    exact = everything(precise)
    assert same(exact, {key: values[:, :count] for key, values in plain.items()}) == len(exact)


def test_threads_find_the_same_bits(world, everything, same, precise) -> None:
    with ThreadPoolExecutor(3) as threads:
        result = capacity.simulate(world(), executor=threads, **ASKED)
    assert result.trials == precise.trials
    assert result.manifest["precision"] == precise.manifest["precision"]
    assert same(everything(precise), everything(result)) == len(everything(precise))


def test_the_scenario_asks_like_the_caller(world, precise) -> None:
    settings = {"simulation": {"precision": 0.012, "metric": "required_fte[csm]:p90", "seed": 9}}
    result = capacity.simulate(world(set=settings))
    assert result.trials == precise.trials
    assert result.manifest["precision"] == precise.manifest["precision"]


def test_a_number_of_futures_between_batches_is_kept(world, everything, same) -> None:
    asked = {"precision": 1e-6, "seed": 9}
    result = capacity.simulate(world(), trials=2345, **asked)
    assert result.trials == result.manifest["trials"] == 2345
    plain = everything(capacity.simulate(world(), trials=2345, seed=9))
    assert same(everything(result), plain) == len(plain)


# --- what is said of it -------------------------------------------------------------------------


def test_the_manifest_says_what_was_asked_and_what_came_of_it(precise) -> None:
    manifest = json.loads(json.dumps(dict(precise.manifest)))
    found = manifest["precision"]
    assert manifest["trials"] == precise.trials
    assert (found["asked"], found["metric"]) == (0.012, "required_fte[csm]:p90")
    assert found["reached"]
    assert 0 < found["error"] <= 0.012


def test_a_bound_that_comes_first_is_no_mistake_but_is_said(world) -> None:
    result = capacity.simulate(world(), trials=3000, precision=0.0001)
    found = result.manifest["precision"]
    assert (result.trials, found["metric"], found["reached"]) == (3000, "headline", False)
    assert found["error"] > 0.0001
    last = str(result).replace("\n", " ")[-150:]
    assert "headline figures to 0.01 %. Not reached: after 3,000 futures the error is" in last


def test_of_too_few_futures_the_error_is_not_known(world) -> None:
    result = capacity.simulate(world(), trials=40, precision=0.5)
    assert result.manifest["precision"]["reached"] is False
    assert result.manifest["precision"]["error"] is None
    assert "the error is not known" in str(result).replace("\n", " ")


def test_what_was_reached_is_said(precise) -> None:
    wanted = f"Asked for: required_fte[csm]:p90 to 1.2 %. Reached after {precise.trials:,} futures."
    assert str(precise).endswith(wanted)
    assert "Asked for" not in str(capacity.simulate(precise.scenario, trials=200))


def test_a_metric_that_is_not_there_costs_no_future(world) -> None:
    calls: list[tuple[int, int]] = []
    with pytest.raises(capacity.QuestionError, match="Did you mean `csm`"):
        capacity.simulate(world(), precision=0.01, metric="load[csn]",
                          progress=lambda *call: calls.append(call))  # fmt: skip
    assert calls == []


# --- progress -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [ASKED, {"precision": 0.0001, "trials": 5500}, {"precision": 0.5}, {"trials": 2500},
     {"precision": 0.5, "trials": 700}],
)  # fmt: skip
def test_progress_is_complete_at_the_end_and_not_before(world, asked) -> None:
    calls: list[tuple[int, int]] = []
    result = capacity.simulate(world(), progress=lambda *call: calls.append(call), **asked)
    computed = np.cumsum([batch["arr"].shape[2] for batch in result.batches])
    assert [done for done, _ in calls] == computed.tolist()
    assert [done == total for done, total in calls] == [False] * (len(calls) - 1) + [True]
    assert all(done <= total for done, total in calls)
