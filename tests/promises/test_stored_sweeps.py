"""A sweep into a folder is the sweep of one table, in files that stay right whatever happens."""

from __future__ import annotations

import itertools
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import capacity
from capacity.storing.asked import Asked
from capacity.storing.cases import Cases
from capacity.storing.claims import Claims

PLAN = """\
name: A unit
horizon: {start: 2027-02, months: 6}
accounts: {file: book.csv}
segments: {smb: {churn: 10%, addressable: 50%}}
tasks: {qbr: {role: csm, every: quarter, hours: {p10: 1h, p50: 2h, p90: 5h}, weight: 1}}
value: {if_stopped: {churn: 1.5}}
team: {csm: {headcount: 1, attrition: 20%, salary: 95_000}}
"""
BOOK = "id,segment,arr,start,renewal\n" + "".join(
    f"a{i},smb,{9000 + i},2026-0{i % 9 + 1}-01,2027-0{i % 9 + 1}-01\n" for i in range(30)
)
WORK_ALONE = """\
name: Work alone
horizon: {start: 2027-02, months: 6}
segments: {smb: {accounts: 60}}
tasks: {qbr: {role: csm, every: quarter, hours: 2h}}
team: {csm: {headcount: 1}}
"""
VALUES = {"team.csm.headcount": [1, 2, 3], "segments.smb.churn": ["10%", "20%"]}
FEW = {"trials": 200, "seed": 4}


@pytest.fixture(scope="module")
def plan(scenario):
    return scenario(PLAN, book=BOOK)


@pytest.fixture(scope="module")
def stored(plan, tmp_path_factory):
    return capacity.sweep_into(tmp_path_factory.mktemp("out"), plan, VALUES, **FEW)


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Number and time of every result: another one where it was written anew."""
    found = sorted(folder.rglob("*.parquet"))
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in found}


def test_the_rows_are_those_of_one_table_to_the_bit(plan, stored) -> None:
    table = capacity.sweep(plan, VALUES, **FEW)
    found = stored.table()
    assert set(found.pop("scenario")) == {"A unit"}
    assert_frame_equal(found, table, check_exact=True, check_dtype=False)
    assert (stored.computed, len(stored)) == (6, 6)


def test_every_scenario_is_a_file_that_says_what_it_depends_on(stored) -> None:
    files = list(stored.files)
    assert len(set(files)) == 6
    assert set(stored.folder.root.rglob("*.parquet")) == set(files)
    case = stored.cases[3]
    rows = pd.read_parquet(files[3])
    assert set(rows["team.csm.headcount"]) == {case.chosen["team.csm.headcount"]} == {2}
    assert set(rows["segments.smb.churn"]) == {"20%"}
    manifest = pq.read_schema(files[3]).metadata[b"capacity"].decode()
    for said in ('"seed": 4', '"trials": 200', '"set": {"team.csm.headcount": 2', "book.csv"):
        assert said in manifest


def test_what_is_there_is_not_computed_again(plan, stored) -> None:
    before = identities(stored.folder.root)
    again = capacity.sweep_into(stored.folder.root, plan, VALUES, **FEW)
    assert again.computed == 0
    assert identities(stored.folder.root) == before
    assert_frame_equal(again.table(), stored.table())


def test_more_values_cost_only_what_is_new(plan, tmp_path) -> None:
    first = capacity.sweep_into(tmp_path, plan, {"team.csm.headcount": [1, 2]}, **FEW)
    more = capacity.sweep_into(tmp_path, plan, {"team.csm.headcount": [3, 2, 1]}, **FEW)
    assert (first.computed, more.computed) == (2, 1)
    assert list(dict.fromkeys(more.table()["team.csm.headcount"])) == [3, 2, 1]


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_executors_give_the_same_bits(plan, stored, tmp_path, kind) -> None:
    with kind(2) as executor:
        found = capacity.sweep_into(tmp_path, plan, VALUES, executor=executor, **FEW)
    assert found.computed == 6
    assert_frame_equal(found.table(), stored.table(), check_exact=True)


# --- names ---------------------------------------------------------------------------------------


def keys(plan, **asked) -> list[str]:
    cases = Cases([plan], {"team.csm.headcount": [1, 2]})
    return [Asked(**asked).key(case, case.resolved()) for case in cases]


def test_a_name_stands_for_all_that_the_numbers_depend_on(plan, scenario) -> None:
    asked = [
        {}, {"seed": 1}, {"trials": 7}, {"precision": 0.1}, {"metrics": ["arr"]},
        {"metrics": "all"}, {"precision": 0.1, "metric": "arr"},
    ]  # fmt: skip
    found = [key for one in asked for key in keys(plan, **one)]
    found += keys(scenario(PLAN, book=BOOK.replace("9003", "9004")))
    found += keys(scenario(PLAN.replace("quarter", "month"), book=BOOK))
    found += keys(scenario(PLAN, set={"team.csm.salary": 96_000}, book=BOOK))
    assert len(set(found)) == len(found) == 20


def test_a_name_does_not_depend_on_where_and_how_a_plan_is_written(plan, scenario) -> None:
    text = PLAN.replace("20%", "90%").replace("name: A unit", "name: A unit # a remark")
    elsewhere = scenario(text, set={"team.csm.attrition": "20%"}, book=BOOK)
    assert elsewhere.marked.file != plan.marked.file
    assert keys(elsewhere) == keys(plan)


def test_another_version_computes_again(plan, tmp_path, monkeypatch) -> None:
    heads = {"team.csm.headcount": [1, 2]}
    capacity.sweep_into(tmp_path, plan, heads, **FEW)
    monkeypatch.setattr("capacity.storing.asked.version", lambda _: "99.9")
    assert capacity.sweep_into(tmp_path, plan, heads, **FEW).computed == 2


def test_a_changed_file_computes_again_and_the_old_is_not_mixed_in(tmp_path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    (tmp_path / "book.csv").write_text(BOOK)
    heads = {"team.csm.headcount": [1, 2]}
    old = capacity.sweep_into(tmp_path / "out", capacity.load(path), heads, **FEW).table()
    (tmp_path / "book.csv").write_text(BOOK.replace("9003", "900300"))
    changed = capacity.load(path)
    new = capacity.sweep_into(tmp_path / "out", changed, heads, **FEW)
    assert new.computed == 2
    alone = capacity.sweep(changed, heads, **FEW)
    assert_frame_equal(new.table().drop(columns="scenario"), alone, check_exact=True)
    assert len(identities(tmp_path / "out")) == 4
    assert not np.array_equal(old["mean"], new.table()["mean"])


def test_a_book_from_a_file_is_shared_where_the_values_do_not_touch_it(plan) -> None:
    """And what it is shared for is what a plan of its own would be."""
    swept = plan.with_({"segments.smb.churn": "20%"})
    assert swept.book is plan.book
    fresh = capacity.load(plan.marked.file, set={"segments.smb.churn": "20%"})
    tables = [capacity.simulate(one, **FEW).table() for one in (swept, fresh)]
    assert_frame_equal(*tables, check_exact=True)
    longer = plan.with_({"segments.smb.term": 24})
    assert longer.book is not plan.book
    assert set(longer.book.term) == {24}


# --- several plans, and mistakes -----------------------------------------------------------------


def test_several_plans_are_told_apart_by_their_names(plan, scenario, tmp_path) -> None:
    alone = scenario(WORK_ALONE)
    heads = {"team.csm.headcount": [1, 2]}
    found = capacity.sweep_into(tmp_path, [plan, alone], heads, ["due_hours"], **FEW).table()
    assert found["scenario"].tolist() == ["A unit", "A unit", "Work alone", "Work alone"]
    assert found["mean"].tolist() == [
        *capacity.sweep(plan, heads, ["due_hours"], **FEW)["mean"],
        *capacity.sweep(alone, heads, ["due_hours"], **FEW)["mean"],
    ]
    each = capacity.sweep_into(tmp_path, [plan, alone], {}, ["due_hours"], **FEW)
    assert len(each.table()) == 2


def test_every_mistake_is_told_once_before_anything_is_simulated(plan, scenario, tmp_path) -> None:
    values = {"team.csm.headcount": [1, -2], "segments.smb.churn": ["10%", "110%"]}
    other = scenario(PLAN.replace("A unit", "B"), book=BOOK)
    with pytest.raises(capacity.InputError) as caught:
        capacity.sweep_into(tmp_path, [plan, other], values, **FEW)
    texts = [str(mistake) for mistake in caught.value.mistakes]
    where = "(4 of 8 scenarios, first in A unit, team.csm.headcount="
    assert [where in text for text in texts] == [True, True]
    assert f"{where}-2, segments.smb.churn=10%)" in texts[1]
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_figure_that_a_plan_lacks_is_told_before_anything_is_simulated(
    plan, scenario, tmp_path
) -> None:
    plans, heads = [plan, scenario(WORK_ALONE)], {"team.csm.headcount": [1, 2]}
    for how in ({"metrics": ["arr"]}, {"precision": 0.1, "metric": "arr"}):
        with pytest.raises(capacity.CapacityError) as caught:
            capacity.sweep_into(tmp_path, plans, heads, **how, **FEW)
        (line,) = str(caught.value).splitlines()
        start = "Work alone, team.csm.headcount=1: this plan has no arr, which takes"
        assert line.startswith(start)
    assert not list(tmp_path.rglob("*.parquet"))


def test_scenarios_without_an_answer_are_named_at_the_end_and_cost_no_other(
    scenario, tmp_path
) -> None:
    """Without anybody, nothing says what churn would be with the work that is not done."""
    plan = scenario(PLAN.replace("churn: 1.5", "churn: 0"), book=BOOK)
    values = {"team.csm.headcount": [1, 0, 2], "team.csm.salary": [90_000, 95_000]}
    with pytest.raises(capacity.CapacityError) as caught:
        capacity.sweep_into(tmp_path, plan, values, **FEW)
    first, last = str(caught.value).splitlines()
    assert "nothing of qbr is done today" in first
    where = "first in A unit, team.csm.headcount=0, team.csm.salary=90000)"
    assert first.endswith(f"(2 of 6 scenarios, {where}")
    assert last == "2 scenarios have no answer; all others are stored"
    assert len(identities(tmp_path)) == 4
    there = capacity.sweep_into(tmp_path, plan, {**values, "team.csm.headcount": [1, 2]}, **FEW)
    assert there.computed == 0


@pytest.mark.parametrize(
    ("count", "values", "words"),
    [
        (1, {}, "a sweep needs values, or several plans"),
        (2, {}, "are all called 'A unit'. Give each plan a name of its own"),
        (1, {"a": range(4000), "b": range(4000)}, "16,000,000 scenarios. Give fewer values"),
        (1, {"a": [1, 1]}, "sweep a: 1 is there twice"),
    ],
)
def test_what_is_no_sweep(plan, tmp_path, count, values, words) -> None:
    with pytest.raises(capacity.QuestionError, match=words):
        capacity.sweep_into(tmp_path / "out", [plan] * count, values)
    assert not (tmp_path / "out").exists()


@given(st.lists(st.integers(1, 4), max_size=4), st.integers(1, 3))
def test_scenarios_are_in_the_order_of_a_grid(sizes: list[int], plans: int) -> None:
    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

    values = {f"p{i}": range(size) for i, size in enumerate(sizes)}
    if plans == 1 and not values:
        return
    cases = Cases([Named(str(i)) for i in range(plans)], values)
    found = [(case.plan.name, *case.chosen.values()) for case in cases]
    assert found == list(itertools.product(map(str, range(plans)), *values.values()))
    assert [case.number for case in cases] == list(range(len(cases)))


# --- one table -----------------------------------------------------------------------------------


def test_one_file_holds_all_rows(stored, tmp_path) -> None:
    for name in ("all.parquet", "all.csv"):
        assert stored.collect(tmp_path / name) == len(stored.table())
    assert_frame_equal(pd.read_parquet(tmp_path / "all.parquet"), stored.table())
    texts = dict.fromkeys(["period", "segment", "role", "pool", "task"], "object")
    written = pd.read_csv(tmp_path / "all.csv", dtype=texts).fillna(dict.fromkeys(texts, ""))
    assert_frame_equal(written, stored.table(), check_dtype=False, rtol=1e-15)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.csv", "all.parquet"]


def test_large_tables_are_written_in_parts(stored, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("capacity.storing.stored._ROWS", 10)
    stored.collect(tmp_path / "all.parquet")
    assert pq.ParquetFile(tmp_path / "all.parquet").num_row_groups > 1
    assert_frame_equal(pd.read_parquet(tmp_path / "all.parquet"), stored.table())
    stored.collect(tmp_path / "all.csv")
    assert len(pd.read_csv(tmp_path / "all.csv")) == len(stored.table())


@pytest.mark.parametrize(
    ("values", "kind", "shown"),
    [
        ([1, 2], "int64", [1, 2]),
        ([np.int64(1), 2.5], "float64", [1.0, 2.5]),
        ([2, "3", {"value": 4, "source": "me"}], None, ["2", "3", "{value: 4, source: me}"]),
    ],
)
def test_a_column_has_one_type(plan, tmp_path, values, kind, shown) -> None:
    path = "team.csm.headcount" if 2.5 not in values else "segments.smb.complexity"
    found = capacity.sweep_into(tmp_path, plan, {path: values}, ["arr"], trials=0).table()
    assert found[path].tolist() == shown
    assert kind is None or found[path].dtype == kind


def test_a_file_that_is_damaged_is_named(plan, tmp_path) -> None:
    found = capacity.sweep_into(tmp_path, plan, {"team.csm.headcount": [1, 2]}, trials=0)
    damaged = next(found.files)
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(capacity.CapacityError, match="Delete it, and run the same again"):
        found.collect(tmp_path / "all.parquet")
    assert not (tmp_path / "all.parquet").exists()
    with pytest.raises(capacity.QuestionError, match=r"all.txt: ends in neither"):
        found.collect(tmp_path / "all.txt")


# --- claims --------------------------------------------------------------------------------------

OTHER = """
import sys
from pathlib import Path
from capacity.storing.claims import Claims
claims = Claims(Path(sys.argv[1]))
print(claims.take("ab" * 32), claims.take("cd" * 32), flush=True)
sys.stdin.readline()
"""


def test_a_claim_ends_with_its_process_however_that_ends(tmp_path) -> None:
    mine, threads = Claims(tmp_path), Claims(tmp_path)
    assert mine.take("ab" * 32)
    assert not threads.take("ab" * 32)
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout
        assert other.stdout.readline() == "False True\n"
        assert not mine.take("cd" * 32)
        mine.release("ab" * 32)
        assert threads.take("ab" * 32)
        other.kill()
        other.wait()
        assert mine.take("cd" * 32)
    for claims in (mine, threads):
        claims.release_all()
