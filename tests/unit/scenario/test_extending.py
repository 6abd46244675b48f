"""Files that extend others: which are read, in which order, and where a mistake is shown."""

from __future__ import annotations

import hashlib
import os

import pytest

import capacity
from capacity.scenario.changes import changed

BASE = """\
name: Base
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, arr: 12_000, churn: 10%}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h}
team:
  csm: {headcount: 2}
"""


@pytest.fixture
def write(tmp_path):
    """Write files into a folder, named by keywords or a mapping; returns the folder."""

    def files(**texts):
        for name, text in {"base": BASE, **texts}.items():
            path = tmp_path / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return files


def refused(path, **settings):
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(path, **settings)
    return [str(m).replace(f"{path.parent}/", "") for m in caught.value.mistakes]


def hours(scenario):
    return scenario.plan.tasks["qbr"].hours.of("smb").values[0]


def change(name, hours, **more):
    removed = f", remove: [{more['remove']}]" if more else ""
    return f"  - {{name: {name}, set: {{tasks: {{qbr: {{hours: {hours}h}}}}}}{removed}}}\n"


# --- order ---------------------------------------------------------------------------------------


def test_a_chain_begins_with_its_base(write):
    folder = write(
        middle="extends: base.yaml\nname: Middle\ntasks: {qbr: {hours: 2h, priority: 1}}\n",
        top="extends: middle.yaml\nname: Top\ntasks: {qbr: {hours: 3h}}\n",
    )
    scenario = capacity.load(folder / "top.yaml")
    assert (scenario.name, hours(scenario)) == ("Top", 3.0)
    assert scenario.plan.tasks["qbr"].priority.default.value == 1
    assert [c.name for c in scenario.changes] == ["middle.yaml", "top.yaml"]


def test_fragments_come_after_the_base_and_need_not_be_whole(write):
    folder = write(
        long="tasks: {qbr: {hours: 5h}}\n",
        short="tasks: {qbr: {hours: 30m}}\nname: Short\n",
        top="extends: [base.yaml, long.yaml, short.yaml]\n",
    )
    scenario = capacity.load(folder / "top.yaml")
    assert (scenario.name, hours(scenario)) == ("Short", 0.5)
    assert [c.name for c in scenario.changes] == ["long.yaml", "short.yaml"]


def test_sections_come_before_the_changes_of_their_file(write):
    folder = write(
        top="changes:\n" + change("a", 3) + change("b", 4) + "tasks: {qbr: {hours: 9h}}\n"
        "extends: base.yaml\n"
    )
    scenario = capacity.load(folder / "top.yaml")
    assert hours(scenario) == 4.0
    assert [c.name for c in scenario.changes] == ["top.yaml", "a", "b"]


def test_a_base_may_have_changes_of_its_own(write):
    folder = write(
        plan=BASE + "changes:\n" + change("own", 3),
        top="extends: plan.yaml\nchanges:\n" + change("ours", 4),
    )
    assert hours(capacity.load(folder / "plan.yaml")) == 3.0
    scenario = capacity.load(folder / "top.yaml")
    assert hours(scenario) == 4.0
    assert [c.name for c in scenario.changes] == ["own", "ours"]


def test_a_base_of_two_files_is_read_once_and_undoes_nothing(write):
    """Both extend the base; reading it again for the second would take back the first."""
    folder = write(
        left="extends: base.yaml\ntasks: {qbr: {hours: 7h}}\n",
        right="extends: base.yaml\nteam: {csm: {headcount: 5}}\n",
        top="extends: [left.yaml, right.yaml]\nname: Both\n",
    )
    scenario = capacity.load(folder / "top.yaml")
    assert (hours(scenario), scenario.plan.team["csm"].headcount.default) == (7.0, 5)
    assert [c.name for c in scenario.changes] == ["left.yaml", "right.yaml"]


def test_a_title_is_no_change(write):
    top = "extends: base.yaml\nname: Top\ndescription: What if\nchanges:\n" + change("a", 3)
    scenario = capacity.load(write(top=top) / "top.yaml")
    assert [c.name for c in scenario.changes] == ["a"]
    assert (scenario.name, scenario.plan.description) == ("Top", "What if")


def test_a_later_title_wins_over_a_change_of_the_name(write):
    folder = write(
        middle="extends: base.yaml\nchanges: [{name: a, set: {name: Renamed}}]\n",
        top="extends: middle.yaml\nname: Top\n",
    )
    assert capacity.load(folder / "middle.yaml").name == "Renamed"
    assert capacity.load(folder / "top.yaml").name == "Top"


def test_the_first_changes_can_be_taken_alone(write):
    """What a comparison needs that tells each change's part of a difference."""
    names = [change("a", 3), change("b", 4), change("c", 5, remove="tasks.qbr.hours")]
    written = capacity.load(
        write(top="extends: base.yaml\nchanges:\n" + "".join(names)) / "top.yaml"
    ).written
    on_the_way = []
    for count in range(4):
        marked, missed = changed(written.base, written.changes[:count])
        assert missed == []
        on_the_way.append(marked.written(("tasks", "qbr", "hours")))
    assert on_the_way == ["1h", "3h", "4h", "5h"]


def test_settings_from_outside_come_last(write):
    folder = write(top="extends: base.yaml\nchanges:\n" + change("a", 3))
    scenario = capacity.load(folder / "top.yaml", set={"tasks.qbr.hours": "6h"})
    assert hours(scenario) == 6.0
    assert hours(scenario.with_({"team.csm.headcount": 1})) == 6.0
    assert hours(scenario.with_({"tasks.qbr.hours": "8h"})) == 8.0


def test_a_later_setting_from_outside_is_applied_last(write):
    scenario = capacity.load(write() / "base.yaml", set={"tasks.qbr.hours": "2h"})
    again = scenario.with_({"tasks.qbr": {"hours": "3h"}}).with_({"tasks.qbr.hours": "4h"})
    assert hours(again) == 4.0
    assert list(again.settings) == ["tasks.qbr", "tasks.qbr.hours"]


def test_anchors_and_merges_work_in_changes(write):
    top = (
        "extends: base.yaml\nchanges:\n"
        "  - name: a\n    set: {tasks: {qbr: &q {priority: 2}, call: {<<: *q, role: csm, "
        "on: start, hours: &h 3h}, mail: {<<: *q, role: csm, on: start, hours: *h}}}\n"
    )
    plan = capacity.load(write(top=top) / "top.yaml").plan
    assert [t.priority.default.value for t in plan.tasks.values()] == [2, 2, 2]
    assert plan.tasks["mail"].hours.of("smb").values == (3.0,)


# --- files ---------------------------------------------------------------------------------------


def test_every_file_is_in_the_manifest(write):
    folder = write(
        middle="extends: base.yaml\n", parts__top="tasks: {}\n",
        top="extends: [middle.yaml, parts/top.yaml]\n",
    )  # fmt: skip
    scenario = capacity.load(folder / "top.yaml")
    paths = [folder / name for name in ("top.yaml", "middle.yaml", "base.yaml", "parts/top.yaml")]
    assert scenario.files == {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    }
    assert scenario.with_({"name": "Again"}).files == scenario.files


def test_files_are_found_beside_the_file_that_names_them(write):
    folder = write(
        parts__base=BASE.replace("accounts: 10, arr: 12_000, ", "")
        + "accounts: {file: accounts.csv}\n",
        parts__middle="extends: base.yaml\n",
        top="extends: parts/middle.yaml\n",
    )
    rows = "id,segment,arr,start,renewal\na,smb,5000,2026-02-01,2028-02-01\n"
    (folder / "parts" / "accounts.csv").write_text(rows)
    (folder / "other.csv").write_text(rows + "b,smb,5000,2026-02-01,2028-02-01\n")
    scenario = capacity.load(folder / "top.yaml")
    assert len(scenario.book) == 1
    assert str(folder / "parts/accounts.csv") in scenario.files
    other = scenario.with_({"accounts.file": "other.csv"})
    assert len(other.book) == 2
    assert str(folder / "parts/accounts.csv") not in other.files


def test_a_book_is_not_read_again_without_need(write):
    folder = write(
        plan=BASE.replace("accounts: 10, arr: 12_000, ", "") + "accounts: {file: accounts.csv}\n"
    )
    rows = "id,segment,arr,start,renewal\na,smb,5000,2026-02-01,2028-02-01\n"
    (folder / "accounts.csv").write_text(rows)
    scenario = capacity.load(folder / "plan.yaml")
    (folder / "accounts.csv").unlink()
    other = scenario.with_({"team.csm.headcount": 3, "tasks.qbr.every": "month"})
    assert other.book is scenario.book
    assert other.warnings == scenario.warnings
    assert other.files == scenario.files
    with pytest.raises(capacity.InputError, match="no such file"):
        scenario.with_({"horizon.months": 6})


def test_a_fragment_may_lie_deeper_and_extend_what_lies_above(write):
    folder = write(parts__top="extends: ../base.yaml\n", top="extends: parts/top.yaml\nname: Top\n")
    assert capacity.load(folder / "top.yaml").name == "Top"
    (mistake,) = refused(folder / "parts" / "top.yaml")
    assert mistake.startswith(
        "top.yaml:1:10: extends: ../base.yaml lies outside of the scenario's folder."
    )


def test_a_link_that_leads_outside_is_refused(write, tmp_path_factory):
    folder = write(top="extends: link.yaml\n")
    away = tmp_path_factory.mktemp("away") / "base.yaml"
    away.write_text(BASE)
    (folder / "link.yaml").symlink_to(away)
    (mistake,) = refused(folder / "top.yaml")
    assert mistake.startswith("top.yaml:1:10: extends: link.yaml lies outside")


def test_a_file_that_extends_itself_by_a_link_is_a_circle(write):
    folder = write(top="extends: link.yaml\n")
    (folder / "link.yaml").symlink_to(folder / "top.yaml")
    (mistake,) = refused(folder / "top.yaml")
    assert mistake == (
        "top.yaml:1:10: extends: goes round in a circle: top.yaml -> top.yaml. "
        "Leave one of them out"
    )


def test_a_link_that_leads_to_itself_is_no_file(write):
    folder = write(top="extends: link.yaml\n")
    (folder / "link.yaml").symlink_to(folder / "link.yaml")
    (mistake,) = refused(folder / "top.yaml")
    assert mistake.startswith("top.yaml:1:10: extends: link.yaml lies outside")


def test_a_circle_of_three_shows_the_chain(write):
    folder = write(
        a="extends: b.yaml\n", b="extends: [base.yaml, c.yaml]\n", c="extends: ./b.yaml\n"
    )
    (mistake,) = refused(folder / "a.yaml")
    assert mistake == (
        "c.yaml:1:10: extends: goes round in a circle: b.yaml -> c.yaml -> b.yaml. "
        "Leave one of them out"
    )


def test_a_chain_without_end_is_refused(write):
    folder = write(**{f"f{i}": f"extends: f{i + 1}.yaml\n" for i in range(60)})
    (mistake,) = refused(folder / "f0.yaml")
    assert mistake == (
        "f49.yaml:1:10: extends: a chain of more than 50 files ends here. Extend fewer"
    )


# --- mistakes ------------------------------------------------------------------------------------


def test_a_value_is_wrong_where_it_was_written(write):
    folder = write(
        middle="extends: base.yaml\ntasks: {qbr: {hours: 1:30, role: cms}}\n",
        top="extends: middle.yaml\nchanges:\n  - name: a\n"
        "    set:\n      tasks: {qbr: {role: csn}}\n      team: {csm: {headcuont: 3}}\n",
    )
    assert [m.split(": ")[:2] for m in refused(folder / "top.yaml")] == [
        ["middle.yaml:2:22", "tasks.qbr.hours"],
        ["top.yaml:5:27", "tasks.qbr.role"],
        ["top.yaml:6:20", "team.csm.headcuont"],
    ]


def test_a_value_that_is_replaced_is_judged_no_more(write):
    folder = write(
        middle="extends: base.yaml\ntasks: {qbr: {hours: 1:30}}\n",
        top="extends: middle.yaml\ntasks: {qbr: {hours: 2h}}\n",
    )
    assert hours(capacity.load(folder / "top.yaml")) == 2.0


def test_all_files_tell_their_mistakes_at_once(write):
    folder = write(
        base=BASE.replace("12_000", "lots").replace("quarter", "fortnite"),
        top="extends: base.yaml\nteam: {csm: {headcount: -1}}\nchanges:\n"
        "  - {set: {tasks: {qbr: {hours: 2x}}}, remove: tasks.call}\n",
    )
    said = refused(folder / "top.yaml", set={"team.csm.ramp": "150%"})
    assert [m.split(": ")[:2] for m in said] == [
        ["base.yaml:4:28", "segments.smb.arr"],
        ["base.yaml:6:27", "tasks.qbr.every"],
        ["top.yaml:2:25", "team.csm.headcount"],
        ["top.yaml:4:5", "changes.0.name"],
        ["top.yaml:4:33", "tasks.qbr.hours"],
        ["top.yaml:4:48", "tasks.call"],
        ["set team.csm.ramp", "team.csm.ramp"],
    ]


def test_files_that_cannot_be_read_are_all_named(write):
    folder = write(
        bad="name: [open\n",
        latin="name: x\n",
        top="extends: [base.yaml, bad.yaml, latin.yaml, none.yaml]\nchanges: 5\n",
    )
    (folder / "latin.yaml").write_bytes("name: Überblick".encode("latin-1"))
    assert [m.split(": ")[0] for m in refused(folder / "top.yaml")] == [
        "bad.yaml:2:1",
        "latin.yaml:1:7",
        "top.yaml:1:44",
        "top.yaml:2:10",
    ]


def test_what_no_file_says_is_missed_in_the_scenario_itself(write):
    folder = write(part="tasks: {}\n", top="\nextends: part.yaml\nname: Top\n")
    places = {m.split(": ")[0] for m in refused(folder / "top.yaml")}
    assert places == {"top.yaml:2:1", "part.yaml:1:8"}  # where there is no task, either


def test_two_files_may_not_name_a_change_alike(write):
    folder = write(
        middle="extends: base.yaml\nchanges:\n" + change("a", 3),
        top="extends: middle.yaml\nchanges:\n" + change("b", 3) + change("a", 4),
    )
    (mistake,) = refused(folder / "top.yaml")
    assert mistake.startswith("top.yaml:4:12: changes.1.name: 'a' is the name of the change in ")
    assert "middle.yaml:3:12, too" in mistake


@pytest.mark.parametrize("key", ["extends", "changes"])
def test_what_belongs_to_a_file_is_not_set_from_outside(write, key):
    (mistake,) = refused(write() / "base.yaml", set={key: "[base.yaml]"})
    assert mistake == f"set {key}: {key}: belongs to a file. Write it at the top of one"


def test_a_scenario_may_be_given_by_a_relative_path(write, monkeypatch):
    folder = write(top="extends: base.yaml\ntasks: {qbr: {hours: 9h}}\n")
    monkeypatch.chdir(folder)
    scenario = capacity.load("top.yaml")
    assert set(scenario.files) == {"top.yaml", "base.yaml"}
    assert scenario.changes[0].name == "top.yaml"
    monkeypatch.chdir(os.sep)
    assert hours(scenario.with_({"team.csm.headcount": 3})) == 9.0


# --- bounds --------------------------------------------------------------------------------------


def many(count, line):
    return "".join(line.format(i) for i in range(count))


def test_files_are_bounded_and_no_more_are_read(write):
    names = [f"part{i}" for i in range(501)]
    folder = write(**{name: f"name: {name}\n" for name in names[:-1]},
                   plan="extends:\n" + "".join(f"- {name}.yaml\n" for name in names))  # fmt: skip
    (said,) = refused(folder / "plan.yaml")
    assert said.startswith("plan.yaml:502:3: extends.500: has more than 500 files")


def test_one_file_in_many_spellings_is_not_read_for_ever(write):
    spellings = "".join(f"- {'./' * i}base.yaml\n" for i in range(1000))
    (said,) = refused(write(plan=f"extends:\n{spellings}") / "plan.yaml")
    assert "has more than 500 files" in said


@pytest.mark.parametrize(
    "changes",
    [
        many(501, "- {{name: n{0}, set: {{name: n{0}}}}}\n"),
        "- {name: it, remove: [" + many(500, "a{0}, ") + "]}\n",
    ],
)
def test_changes_are_bounded_and_so_is_what_they_remove(write, changes):
    (said,) = refused(write(plan=f"extends: base.yaml\nchanges:\n{changes}") / "plan.yaml")
    assert said.startswith("plan.yaml:2:1: changes: has more than 500 changes")


def test_values_of_all_files_together_are_bounded(write):
    text = "extends: base.yaml\nsegments: {smb: {churn: [" + "1%, " * 60_000 + "]}}\n"
    folder = write(one=text, two=text, plan="extends: [one.yaml, two.yaml]\n")
    (said,) = refused(folder / "plan.yaml")
    assert said.startswith("two.yaml:1:1: has more than 100,000 values with all that is extended")


def test_bytes_of_all_files_together_are_bounded(write):
    folder = write(one="#" * 6_000_000 + "\nextends: base.yaml\n", plan="extends: one.yaml\n")
    assert capacity.load(folder / "plan.yaml").name == "Base"
    (folder / "plan.yaml").write_text("#" * 6_000_000 + "\nextends: one.yaml\n")
    (said,) = refused(folder / "plan.yaml")
    assert "has more than 10,000,000 bytes with all that is extended" in said


def test_a_file_that_is_too_large_is_not_read_to_its_end(write):
    folder = write(plan="extends: zero.yaml\n")
    (folder / "zero.yaml").write_bytes(b"")
    os.truncate(folder / "zero.yaml", 10**12)  # a hole: nothing is stored
    (said,) = refused(folder / "plan.yaml")
    assert said.startswith("zero.yaml: is too large. A scenario has at most 10,000,000 bytes")
