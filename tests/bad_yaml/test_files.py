"""Files that are no plain text, or that try to exhaust the reader; and traps that must work."""

from __future__ import annotations

import pytest

import capacity

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, arr: 12_000, churn: 10%}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h}
team:
  csm: {headcount: 2}
"""


def load(tmp_path, content, **keys):
    file = tmp_path / "plan.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return capacity.load(file, **keys)


def mistakes(tmp_path, content):
    with pytest.raises(capacity.InputError) as caught:
        load(tmp_path, content)
    return [str(m).removeprefix(f"{tmp_path}/") for m in caught.value.mistakes]


def powers_of_ten(first, more):
    """Anchors, each of ten aliases of the one before."""
    each = (f"a{i}: &a{i} " + more.format(", ".join([f"*a{i - 1}"] * 10)) for i in range(1, 12))
    lines = [f"a0: &a0 {first}", *each]
    return "\n".join(lines) + "\n" + PLAN


@pytest.mark.parametrize(
    ("content", "at", "words"),
    [
        (b"", "1:1", "is empty. A scenario begins with settings"),
        (b"# only a remark\n", "1:1", "is empty"),
        (b"\xef\xbb\xbf", "1:1", "is empty"),
        (b"hello\n", "1:1", "is not a mapping"),
        (PLAN.encode() + b"\0", "9:1", "control character 0x00"),
        (PLAN.replace("quarter", "qu\x07arter").encode(), "6:29", "control character 0x07"),
        (PLAN.encode() + "# caf\u00e9".encode("latin-1"), "9:6", "byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbfname: \xff", "1:7", "byte 0xff is not UTF-8"),
        ("name: नाम ".encode() + b"\xe9\n", "1:11", "byte 0xe9 is not UTF-8"),
        (PLAN.encode("utf-16"), "1:1", "is UTF-16 text. Save the file as UTF-8"),
        (PLAN.encode("utf-16-be"), "1:1", "control character 0x00"),
        (PLAN + "x: " + "[" * 61 + "]" * 61, "9:63", "nested more than 60 deep"),
        (PLAN + "x: " + "[" * 200_000, "9:63", "nested more than 60 deep"),
        (PLAN + "x: " + "{a: " * 61 + "}" * 61, "9:240", "nested more than 60 deep"),
        (PLAN + "x: &x\n  <<: *x\n", "9:4", "expand"),
    ],
    ids=lambda value: str(value)[:12] if isinstance(value, (str, bytes)) else None,
)
def test_what_is_no_scenario_is_refused_with_its_place(tmp_path, content, at, words):
    (mistake,) = mistakes(tmp_path, content)
    assert mistake.startswith(f"plan.yaml:{at}: ")
    assert words in mistake


@pytest.mark.parametrize(
    "content",
    [
        powers_of_ten("[x, x, x, x, x, x, x, x, x, x]", "[{}]"),
        powers_of_ten("{k: 1}", "{{<<: [{}]}}"),
    ],
    ids=["lists", "merges"],
)
def test_aliases_that_multiply_are_refused_soon(tmp_path, content):
    (mistake,) = mistakes(tmp_path, content)
    assert "aliases expand to more than 100,000 values" in mistake


def test_a_file_above_ten_megabytes_is_refused_unread(tmp_path):
    (mistake,) = mistakes(tmp_path, PLAN.encode() + b"#" * 10_000_000)
    assert "A scenario has at most 10,000,000" in mistake


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(capacity.InputError, match=r"nowhere\.yaml: no such file"):
        capacity.load(tmp_path / "nowhere.yaml")
    with pytest.raises(capacity.InputError, match="this is a folder"):
        capacity.load(tmp_path)


def test_all_mistakes_are_told_at_once_by_line(tmp_path):
    text = """\
name: Five faults
horizon: {start: 2027-02, months: 121}
segments:
  smb: {accounts: 10, arr: 12_000, churn: 110%}
tasks:
  qbr:
    role: cms
    every: quarter
    steps: {prepare: 1:30, present: 1h, follow_up: 3 months}
    priorty: 1
team:
  csm: {headcount: 2}
"""
    places = [m.split(": ")[:2] for m in mistakes(tmp_path, text)]
    assert places == [
        ["plan.yaml:2:35", "horizon.months"],
        ["plan.yaml:4:43", "segments.smb.churn"],
        ["plan.yaml:7:11", "tasks.qbr.role"],
        ["plan.yaml:9:22", "tasks.qbr.steps.prepare"],
        ["plan.yaml:9:52", "tasks.qbr.steps.follow_up"],
        ["plan.yaml:10:5", "tasks.qbr.priorty"],
    ]


def test_two_keys_written_twice_are_two_mistakes(tmp_path):
    text = PLAN.replace("headcount: 2", "headcount: 2, headcount: 3") + "name: Again\n"
    assert [m.split(": ")[1] for m in mistakes(tmp_path, text)] == ["team.csm.headcount", "name"]


def test_the_summary_counts_them(tmp_path):
    with pytest.raises(capacity.InputError) as caught:
        load(tmp_path, PLAN.replace("cs", "sc", 1).replace("months: 12", "months: 0"))
    assert caught.value.summary == f"2 mistakes in {tmp_path}/plan.yaml"


# --- traps that must work ------------------------------------------------------------------------


def test_no_is_norway(tmp_path):
    plan = load(tmp_path, PLAN.replace("headcount: 2", "headcount: 2, holidays: NO")).plan
    assert plan.team["csm"].holidays.default == "NO"


@pytest.mark.parametrize("text", ["007", "NO", "off", "1:30", "95_000", "12345678901234567890"])
def test_a_text_stays_as_it_was_written(tmp_path, text):
    assert load(tmp_path, PLAN.replace("A plan", text)).name == text


def test_digits_without_end_are_a_name_not_a_number(tmp_path):
    assert load(tmp_path, PLAN.replace("A plan", "9" * 5000)).name == "9" * 5000


@pytest.mark.parametrize(
    ("text", "arr"),
    [
        ("95_000", 95_000),
        ("1e3", 1000),
        ('"95_000"', 95_000),
        ("1.2M", 1.2e6),
        ("82_000 USD", 82e3),
    ],
)
def test_money_in_any_dress(tmp_path, text, arr):
    plan = load(tmp_path, PLAN.replace("12_000", text)).plan
    assert plan.segments["smb"].arr.values == (arr,)


def test_quoted_numbers_are_numbers(tmp_path):
    plan = load(tmp_path, PLAN.replace("months: 12", 'months: "12"')).plan
    assert plan.horizon.months == 12


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_system_work(tmp_path, end):
    assert load(tmp_path, PLAN.replace("\n", end).encode()).name == "A plan"


def test_windows_line_ends_do_not_shift_places(tmp_path):
    text = PLAN.replace("months: 12", "months: 121").replace("\n", "\r\n")
    assert mistakes(tmp_path, text)[0].startswith("plan.yaml:2:35: ")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    assert load(tmp_path, b"\xef\xbb\xbf" + PLAN.encode()).name == "A plan"


@pytest.mark.parametrize("name", ["برنامه سال", "来年の計画", "अगले साल की योजना", "Zoë & Søren 🚀"])
def test_names_of_every_script_survive(tmp_path, name):
    text = PLAN.replace("A plan", name).replace("smb", f'"{name}"').replace("qbr", f'"{name}"')
    plan = load(tmp_path, text).plan
    assert (plan.name, *plan.segments, *plan.tasks) == (name, name, name)


def test_anchors_aliases_and_merges_work(tmp_path):
    text = """\
name: With anchors
horizon: {start: 2027-02, months: 12}
segments:
  smb: &standard {accounts: 10, arr: 12_000, churn: 10%}
  enterprise: {<<: *standard, arr: 90_000}
  startup: {<<: [{churn: 20%}, *standard]}
tasks:
  qbr: {role: csm, every: quarter, hours: &short 1h}
  call: {role: csm, every: month, hours: *short}
team:
  csm: {headcount: 2}
"""
    plan = load(tmp_path, text).plan
    assert [s.arr.values[0] for s in plan.segments.values()] == [12_000, 90_000, 12_000]
    assert [s.churn[0].values[0] for s in plan.segments.values()] == [0.1, 0.1, 0.2]
    assert plan.tasks["call"].hours.of("smb").values == (1.0,)


def test_a_merged_value_that_is_wrong_is_shown_where_it_was_written(tmp_path):
    text = PLAN.replace(
        "  qbr: {", "  base: &base {role: csm, hours: 1:30, every: month}\n  qbr: {<<: *base, "
    )
    text = text.replace(", hours: 1h}", "}")
    assert [m.split(": ")[:2] for m in mistakes(tmp_path, text)] == [
        ["plan.yaml:6:34", "tasks.base.hours"],
        ["plan.yaml:6:34", "tasks.qbr.hours"],
    ]
