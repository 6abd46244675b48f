"""Each change's part of a difference, where it can be worked out on paper."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

import capacity
from capacity.comparison import compare
from capacity.waterfall import COLUMNS, steps_between

BASE = """
name: Base
horizon: {start: 2027-01, months: 12}
segments: {smb: {accounts: 100, arr: 10_000, churn: 20%, addressable: 50%}}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h, weight: 1}
team:
  csm: {headcount: 4, salary: 90_000, on_costs: 30%}
  trainer: {headcount: 2, salary: 60_000}
value: {if_stopped: {churn: 1.5}}
"""
LONGER = "- name: longer\n  set: {tasks: {qbr: {hours: 2h}}}\n"
MONTHLY = "- name: monthly\n  set: {tasks: {qbr: {every: month}}}\n"
DEARER = "- name: dearer\n  set: {team: {csm: {salary: 100_000}}}\n"
TRAINED = "- name: trained\n  set: {team: {trainer: {headcount: 5}}}\n"
MORE = "- name: more\n  set: {team: {csm: {headcount: 6}}}\n"
LETTER = "- name: a letter\n  set: {tasks: {letter: {role: csm, fixed: 10 hours per month}}}\n"
LONG_LETTER = "- name: a long one\n  set: {tasks: {letter: {fixed: 30 hours per month}}}\n"
BY_DESK = "- name: by a desk\n  set: {tasks: {letter: {role: desk, fixed: 10 hours per month}}}\n"
DESK = "- name: a desk\n  set: {team: {desk: {headcount: 1, salary: 50_000}}}\n"

Load = Callable[..., capacity.Scenario]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load the base, or a variant of it with some changes."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")

    def read(*changes: str, extends: str = "base.yaml", name: str = "variant") -> capacity.Scenario:
        if not changes and name == "variant":
            return capacity.load(tmp_path / "base.yaml")
        text = f"extends: {extends}\nname: {name}\n"
        if changes:
            text += f"changes:\n{textwrap.indent(''.join(changes), '  ')}"
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return capacity.load(path)

    return read


def means(plans: list[capacity.Scenario], metric: str, **how: int) -> Mapping[tuple, float]:
    """Expected values of a waterfall by part and change; every future adds up."""
    fall = compare(plans, **how).waterfall(metric)
    total = np.sum([part.values for part in fall.parts], axis=0)
    assert total == pytest.approx(fall.after - fall.before, rel=1e-9, abs=1e-6)
    table = fall.table()
    assert list(table.columns) == list(COLUMNS)
    return {(row["part"], row["change"]): row["mean"] for _, row in table.iterrows()}


def test_a_higher_salary_costs_what_it_costs_and_nobody_leaves(load: Load) -> None:
    """4 x 10,000 x 1.3 a year, in every future; customers do not notice."""
    found = compare([load(), load(DEARER)], trials=300)
    table = found.table().set_index(["metric", "period", "role", "segment", "task"])
    whole = table.loc["team_cost", "", "", "", ""].squeeze()
    assert whole[["mean", "p05", "p95"]].tolist() == pytest.approx([52_000] * 3, rel=1e-12)
    assert (whole["p_higher"], whole["p_equal"]) == (1, 0)
    for metric in ("churned_accounts", "arr", "grr", "done_hours", "dropped_hours", "p_covered"):
        rows = table.loc[metric]
        assert (rows[["mean", "sd"]] == 0).all(axis=None)
        assert (rows["p_equal"] == 1).all()
        assert len(rows) > 0


@pytest.mark.parametrize("trials", [0, 200])
def test_changes_that_do_not_meet_have_no_interaction(load: Load, trials: int) -> None:
    """Salaries of 4 and of 3 more others; each alone does what it does in order."""
    for changes in ((DEARER, TRAINED), (TRAINED, DEARER)):
        parts = means([load(), load(*changes)], "team_cost", trials=trials)
        assert parts == pytest.approx(
            {
                ("step", "dearer"): 52_000,
                ("step", "trained"): 180_000,
                ("total", ""): 232_000,
                ("alone", "dearer"): 52_000,
                ("alone", "trained"): 180_000,
                ("interaction", ""): 0,
            },
            abs=1e-6,
        )


@pytest.mark.parametrize("trials", [0, 200])
def test_hours_times_frequency_interact(load: Load, trials: int) -> None:
    """100 accounts, none lost before the end: 400 h; 2 h each 800; monthly 1,200; both 2,400."""
    sets = "- name: all stay\n  set: {segments: {smb: {churn: 0%}}}\n"
    base = load(sets, name="base2")
    new = load(LONGER, MONTHLY, extends="base2.yaml")
    assert means([base, new], "due_hours[csm]", trials=trials) == pytest.approx(
        {
            ("step", "longer"): 400,
            ("step", "monthly"): 1600,
            ("total", ""): 2000,
            ("alone", "longer"): 400,
            ("alone", "monthly"): 800,
            ("interaction", ""): 800,
        }
    )


def test_heads_times_salary_interact_in_money(load: Load) -> None:
    """2 more at 10,000 more each, times 1.3."""
    parts = means([load(), load(MORE, DEARER)], "team_cost", trials=0)
    assert parts["interaction", ""] == pytest.approx(2 * 10_000 * 1.3)
    assert parts["step", "dearer"] == pytest.approx(6 * 10_000 * 1.3)
    assert parts["alone", "dearer"] == pytest.approx(4 * 10_000 * 1.3)


def test_the_order_of_changes_moves_the_parts_and_not_the_whole(load: Load) -> None:
    orders = (LONGER, MONTHLY, MORE), (MORE, MONTHLY, LONGER)
    for metric in ("due_hours[csm]", "team_cost", "arr", "dropped_hours[csm]"):
        falls = [compare([load(), load(*o)], trials=200).waterfall(metric) for o in orders]
        assert np.array_equal(falls[0].total, falls[1].total)
        assert [p.name for p in falls[0].parts] == [p.name for p in falls[1].parts][::-1]
        for one in falls[0].parts:
            (other,) = (part for part in falls[1].parts if part.name == one.name)
            assert one.alone is not None
            assert np.array_equal(one.alone, other.alone)


def test_each_part_is_what_the_plans_on_the_way_differ_by(load: Load) -> None:
    """Against variants that are written out, where hours are scarce and customers feel it."""
    plans = (load(), load(MORE, name="first"), load(MONTHLY, name="second"))
    plans = (*plans, load(MORE, MONTHLY, name="both"))
    base, first, second, both = (plan.with_({"tasks.qbr.hours": "20h"}) for plan in plans)
    fall = compare([base, both], trials=200, seed=4).waterfall("arr")
    arr = {
        plan.name: capacity.simulate(plan, trials=200, seed=4).array("arr", period="2027-12")[0]
        for plan in (base, first, second, both)
    }
    assert np.array_equal(fall.parts[0].values, arr["first"] - arr["Base"])
    assert np.array_equal(fall.parts[1].values, arr["both"] - arr["first"])
    assert np.array_equal(fall.parts[1].alone, arr["second"] - arr["Base"])
    assert np.array_equal(fall.total, arr["both"] - arr["Base"])
    assert np.std(fall.total) > 0


def test_a_peak_is_that_of_each_future(load: Load) -> None:
    fall = compare([load(), load(LONGER)], trials=200).waterfall("required_fte[csm]")
    result = capacity.simulate(load(), trials=200)
    assert np.array_equal(fall.before, result.array("required_fte", role="csm").max(axis=0))
    assert fall.spot.period == "peak"


def test_figures_that_are_not_told_first_are_simulated_anew(load: Load) -> None:
    found = compare([load(), load(MORE, MONTHLY)], trials=200)
    assert "churned_arr" not in {str(w.spot) for w in found.versus[0].waterfalls}
    fall = found.waterfall("churned_arr[smb]")
    assert [part.name for part in fall.parts] == ["more", "monthly"]
    total = found.table(metric="churned_arr")
    row = total[(total["period"] == "") & (total["segment"] == "smb")]
    assert row["mean"].item() == pytest.approx(fall.total.mean())


def test_a_figure_of_several_roles_wants_one(load: Load) -> None:
    course = "{role: trainer, every: year, hours: 1h}"
    base = load(f"- name: course\n  set: {{tasks: {{course: {course}}}}}\n", name="base2")
    found = compare([base, load(MORE, extends="base2.yaml")], trials=0)
    several = r"Name one: required_fte\[csm\], required_fte\[trainer\]"
    with pytest.raises(capacity.QuestionError, match=several):
        found.waterfall("required_fte")
    assert found.waterfall("required_fte[trainer]").total.item() == 0


# --- which changes -------------------------------------------------------------------------------


def names(plans: list[capacity.Scenario]) -> list[str] | None:
    steps = steps_between(*plans)
    return None if steps is None else [step.name for step in steps]


def test_changes_that_only_make_a_plan_together_are_one(load: Load) -> None:
    """A task of a role that comes later; and with one change more before them."""
    found = compare([load(), load(DEARER, BY_DESK, DESK)], trials=0)
    assert found.versus[0].steps is not None
    assert [step.name for step in found.versus[0].steps] == ["dearer", "by a desk + a desk"]
    assert found.notes[-1] == "Only together do these changes make a plan: by a desk + a desk."
    parts = means([load(), load(DEARER, BY_DESK, DESK)], "team_cost", trials=0)
    assert parts["alone", "by a desk + a desk"] == pytest.approx(50_000)
    assert parts["interaction", ""] == pytest.approx(0, abs=1e-6)


def test_a_change_of_a_change_cannot_be_made_alone(load: Load) -> None:
    found = compare([load(), load(LETTER, LONG_LETTER)], trials=0)
    assert "a long one: makes no plan without the changes before it." in found.notes
    fall = found.waterfall("due_hours[csm]")
    assert [part.values.item() for part in fall.parts] == pytest.approx([120, 240])
    assert fall.parts[1].alone is None
    assert fall.interaction is None
    assert fall.table()["part"].tolist() == ["step", "step", "total", "alone"]


def test_a_variant_of_a_variant_has_the_changes_that_are_new(load: Load) -> None:
    first = load(MORE, DEARER, name="first")
    second = load(MONTHLY, extends="first.yaml", name="second")
    assert names([first, second]) == ["monthly"]
    assert names([load(), second]) == ["more", "dearer", "monthly"]
    assert names([second, first]) is None


def test_of_two_variants_at_once_each_has_the_changes_of_the_other(load: Load) -> None:
    """Wherever they stand in the list; only the order counts."""
    first, second = load(MORE, name="first"), load(MONTHLY, LONGER, name="second")
    both = load(extends="[first.yaml, second.yaml]", name="both")
    assert names([first, both]) == ["monthly", "longer"]
    assert names([second, both]) == ["more"]
    parts = means([second, both], "team_cost", trials=0)
    assert parts["total", ""] == pytest.approx(2 * 90_000 * 1.3)
    assert names([first, second]) is None
    note = compare([first, second], trials=0).notes[-1]
    assert note == (
        "first and second begin from one plan: compare each with that to see what each change does."
    )


def test_the_other_way_round_is_told(load: Load) -> None:
    found = compare([load(MORE), load()], trials=0)
    assert found.notes == (
        "variant is Base with changes: name them the other way round to see what each change does.",
    )
    with pytest.raises(capacity.QuestionError, match="no waterfall"):
        found.waterfall("arr")


def test_another_file_of_the_same_words_is_another_plan(load: Load, tmp_path: Path) -> None:
    (tmp_path / "copy.yaml").write_text(BASE, encoding="utf-8")
    assert names([load(), capacity.load(tmp_path / "copy.yaml")]) is None
    copied = load(MORE, extends="copy.yaml", name="of the copy")
    found = compare([load(), copied], trials=0)
    assert found.notes == (
        "of the copy does not extend Base, so no change has a part of the difference.",
    )


def test_sections_beside_changes_are_one_change_with_the_name_of_the_file(
    load: Load, tmp_path: Path
) -> None:
    text = f"extends: base.yaml\nname: Mine\nteam: {{csm: {{headcount: 6}}}}\nchanges:\n  {DEARER}"
    (tmp_path / "mine.yaml").write_text(text.replace("\n  set", "\n    set"), encoding="utf-8")
    mine = capacity.load(tmp_path / "mine.yaml")
    assert names([load(), mine]) == ["mine.yaml", "dearer"]
    assert means([load(), mine], "team_cost", trials=0)["step", "mine.yaml"] == pytest.approx(
        2 * 90_000 * 1.3
    )


def test_a_new_name_is_no_change(load: Load) -> None:
    assert names([load(), load(name="renamed")]) == []
    found = compare([load(), load(name="renamed")], trials=200)
    assert (found.table()["p_equal"].dropna() == 1).all()
    assert found.versus[0].waterfalls == ()
    with pytest.raises(capacity.QuestionError, match="renamed has no change of Base"):
        found.waterfall("arr")


def test_what_is_set_from_outside_is_a_change_each(load: Load) -> None:
    base = load()
    new = base.with_({"team.csm.headcount": 6, "team.csm.salary": "100_000"})
    parts = means([base, new], "team_cost", trials=0)
    assert parts["step", "team.csm.headcount=6"] == pytest.approx(2 * 90_000 * 1.3)
    assert parts["step", "team.csm.salary=100_000"] == pytest.approx(6 * 10_000 * 1.3)
    newer = new.with_({"team.csm.headcount": 7})
    assert names([new, newer]) == ["team.csm.headcount=7"]
    assert names([new, base]) is None


def test_what_is_set_for_both_is_no_change(load: Load) -> None:
    set_for_both = {"horizon.months": 6}
    plans = [load().with_(set_for_both), load(MORE).with_(set_for_both)]
    parts = means(plans, "team_cost", trials=0)
    assert parts["step", "more"] == pytest.approx(2 * 90_000 * 1.3 / 2)
    assert len(parts) == 4


def test_a_variant_in_a_folder_of_its_own(load: Load, tmp_path: Path) -> None:
    """Its base lies beside it, with a file of accounts."""
    inner = tmp_path / "plans"
    inner.mkdir()
    book = "id,segment,arr,start,renewal\n"
    book += "A,smb,5000,2024-05-01,2027-05-01\nB,smb,7000,2025-02-01,2027-02-01\n"
    (inner / "book.csv").write_text(book, encoding="utf-8")
    text = BASE.replace("accounts: 100, arr: 10_000, ", "").replace("name: Base", "name: Inner")
    (inner / "base.yaml").write_text(f"{text}accounts: {{file: book.csv}}\n", encoding="utf-8")
    base = capacity.load(inner / "base.yaml")
    new = load(MORE, MONTHLY, extends="plans/base.yaml", name="outer")
    assert names([base, new]) == ["more", "monthly"]
    found = means([base, new], "due_hours[csm]", trials=0)
    assert found["step", "monthly"] == pytest.approx(found["alone", "monthly"], rel=0.01)
    assert found["step", "monthly"] > 5
