"""The register: what a plan assumes, with the source of every number that was written."""

from __future__ import annotations

import pytest

import capacity
from capacity.scenario.register import register

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: {value: 10, source: CRM, evidence: measured}, term: 24 months}
  enterprise: {accounts: 5}
tasks:
  qbr:
    role: csm
    every: {enterprise: {value: quarter, source: policy, note: since May}, default: month}
    hours: {value: 1h, source: time sheets}
    priority: {default: {value: 2, source: policy}}
    seasonality: SEASONS
team:
  csm:
    headcount: {value: 2, source: payroll}
    hires: {2027-03: {value: 1, source: budget}, 2027-04-01: 2}
    holidays: US
    backfill: true
  lead: {per: {csm: {value: 8, source: survey, evidence: published}}}
"""
BY_RATE = PLAN.replace(
    "every: {enterprise: {value: quarter, source: policy, note: since May}, default: month}",
    "rate: 1 per year",
)
PLAN = PLAN.replace("    seasonality: SEASONS\n", "")


@pytest.fixture
def assumed(tmp_path):
    def read(text=PLAN, **settings):
        file = tmp_path / "plan.yaml"
        file.write_text(text, encoding="utf-8")
        settings = {path.replace("__", "."): value for path, value in settings.items()}
        scenario = capacity.load(file, set=settings)
        return {a.path: a for a in register(scenario.plan, scenario.marked)}

    return read


@pytest.mark.parametrize(
    ("path", "value", "source", "evidence", "line"),
    [
        ("segments.smb.accounts", "10", "CRM", "measured", 4),
        ("tasks.qbr.every.enterprise", "3 months", "policy", None, 9),
        ("tasks.qbr.hours", "1h", "time sheets", None, 10),
        ("tasks.qbr.priority.default", "2", "policy", None, 11),
        ("team.csm.headcount", "2", "payroll", None, 14),
        ("team.csm.hires.2027-03", "1", "budget", None, 15),
        ("team.lead.per.csm", "8", "survey", "published", 18),
    ],
)
def test_a_number_is_listed_with_what_is_said_beside_it(
    assumed, path, value, source, evidence, line
):
    found = assumed()[path]
    assert (found.value, found.source, found.evidence) == (value, source, evidence)
    assert found.place.line == line
    assert found.wants_source


def test_numbers_that_were_written_bare_want_a_source_and_nothing_else_does(assumed):
    found = assumed()
    assert [a.path for a in found.values() if a.wants_source and not a.source] == [
        "segments.smb.term",
        "segments.enterprise.accounts",
        "tasks.qbr.every.default",
        "team.csm.hires.2027-04-01",
    ]
    for path in ("tasks.qbr.role", "team.csm.holidays", "team.csm.backfill"):
        assert found[path].place is not None
        assert not found[path].wants_source


def test_what_nobody_wrote_wants_no_source(assumed):
    found = assumed()
    for path in ("segments.enterprise.term", "tasks.qbr.defer", "team.csm.sick_days"):
        assert (found[path].evidence, found[path].wants_source) == ("default", False)


def test_twelve_weights_bear_one_source(assumed):
    weights = [1] * 11 + [13]
    bare = assumed(BY_RATE.replace("SEASONS", str(weights)))["tasks.qbr.seasonality"]
    assert (bare.source, bare.wants_source) == (None, True)
    text = BY_RATE.replace("SEASONS", f"{{value: {weights}, source: calls of 2026}}")
    found = assumed(text)["tasks.qbr.seasonality"]
    assert (found.source, found.value) == ("calls of 2026", bare.value)
    assert bare.value.endswith("0.5, 6.5")


def test_a_source_that_is_merged_is_a_source(assumed):
    text = PLAN.replace("{value: 2, source: payroll}", "&own {value: 2, source: payroll}")
    text = text.replace("2027-04-01: 2", "2027-04-01: {<<: *own, value: 3}")
    found = assumed(text)["team.csm.hires.2027-04-01"]
    assert (found.value, found.source) == ("3", "payroll")


def test_a_number_that_is_set_from_outside_loses_the_files_source(assumed):
    found = assumed(team__csm__headcount="9")["team.csm.headcount"]
    assert (found.value, found.source, found.wants_source) == ("9", None, True)
    assert str(found.place) == "set team.csm.headcount"


def test_a_number_may_be_set_with_its_source(assumed):
    found = assumed(team__csm__headcount="{value: 9, source: the board}")["team.csm.headcount"]
    assert (found.value, found.source) == ("9", "the board")


def test_the_value_alone_may_be_set_beside_its_source(assumed):
    found = assumed(team__csm__headcount__value="9")["team.csm.headcount"]
    assert (found.value, found.source) == ("9", "payroll")


def test_values_by_segment_that_are_set_are_no_defaults(assumed):
    found = assumed(tasks__qbr__hours="{smb: {value: 2h, source: us}, default: 1h}")
    assert str(found["tasks.qbr.hours.smb"].place) == "set tasks.qbr.hours"
    assert found["tasks.qbr.hours.default"].wants_source


ALPHA, BETA = "{value: 0.7, source: the fit}", "{low: 1, likely: 1.2, high: 2}"


def with_sbg(said=""):
    text = PLAN.replace("accounts: 5", "accounts: 5, churn: 8%")
    sbg = f"churn: {{sbg: {{alpha: {ALPHA}, beta: {BETA}{said}}}}}"
    return text.replace("term: 24 months", sbg)


def test_the_shapes_of_churn_are_numbers_of_their_own(assumed):
    found = assumed(with_sbg())
    alpha, beta = (found[f"segments.smb.churn.sbg.{name}"] for name in ("alpha", "beta"))
    assert (alpha.value, alpha.source, alpha.place.line) == ("0.7", "the fit", 4)
    assert (beta.value, beta.source) == ("{low: 1, likely: 1.2, high: 2}", None)
    assert alpha.wants_source
    assert beta.wants_source
    assert "segments.smb.churn" not in found


def test_a_source_of_both_shapes_is_said_once(assumed):
    found = assumed(with_sbg(", source: Fader & Hardie, evidence: published"))
    alpha, beta = (found[f"segments.smb.churn.sbg.{name}"] for name in ("alpha", "beta"))
    assert (alpha.source, alpha.evidence) == ("the fit", "published")
    assert (beta.source, beta.evidence) == ("Fader & Hardie", "published")


def test_a_shape_may_be_set_from_outside(assumed):
    settings = {"segments.smb.churn.sbg.alpha": "{value: 0.9, source: the board}"}
    found = assumed(with_sbg(), **settings)["segments.smb.churn.sbg.alpha"]
    assert (found.value, found.source) == ("0.9", "the board")


def test_a_departure_lends_its_source_to_its_numbers(assumed):
    text = PLAN.replace("smb: {", "smb: {churn: 5%, addressable: 1, ").replace(
        "{accounts: 5}", "{accounts: 5, churn: 5%, addressable: 1}"
    )
    departure = "{churn: 1.3, source: exit talks, evidence: estimated}"
    found = assumed(text.replace("backfill: true", f"departure: {departure}"))
    churn, fades = (found[f"team.csm.departure.{key}"] for key in ("churn", "fades_over"))
    assert (churn.source, churn.evidence, churn.wants_source) == ("exit talks", "estimated", True)
    assert (fades.evidence, fades.wants_source) == ("default", False)


def test_a_roster_is_listed_and_wants_no_source(assumed, tmp_path):
    (tmp_path / "people.csv").write_text("name\nAnn\n", encoding="utf-8")
    text = PLAN.replace("headcount: {value: 2, source: payroll}", "people: people.csv")
    people = assumed(text)["team.csm.people"]
    assert (people.value, people.wants_source) == ("people.csv", False)


def test_defaults_are_said_as_a_planner_would_write_them(assumed):
    found = assumed()
    for path, value in {
        "segments.enterprise.contraction": "0%",
        "tasks.qbr.share": "100%",
        "tasks.qbr.defer": "0 months",
        "team.csm.time_to_hire": "2 months",
        "team.csm.coverage_target": "95%",
        "team.csm.slips": "0 months",
        "finance.platform": "0",
    }.items():
        assert (found[path].value, found[path].evidence) == (value, "default")
    assert found["team.csm.backfill"].value == "true"
    unsaid = assumed(PLAN.replace("    backfill: true\n", ""))["team.csm.backfill"]
    assert (unsaid.value, unsaid.evidence) == ("true", "default")


def test_hours_of_steps_are_listed_by_step_whether_short_or_long(assumed):
    steps = "steps: {a: 1h, b: {hours: {value: 2h, source: diary}, role: lead}}"
    found = assumed(PLAN.replace("hours: {value: 1h, source: time sheets}", steps))
    assert (found["tasks.qbr.steps.a"].value, found["tasks.qbr.steps.a"].evidence) == ("1h", None)
    assert "diary" in {a.source for path, a in found.items() if path.startswith("tasks.qbr.steps")}
    assert not [path for path in found if path.endswith("a.hours")]


def test_what_means_nothing_beside_a_trigger_is_no_assumption(assumed):
    assert "tasks.qbr.aligned" in assumed()
    by_rate = assumed(BY_RATE.replace("SEASONS", "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"))
    assert "tasks.qbr.aligned" not in by_rate


@pytest.mark.parametrize(
    ("said", "source"), [("1.7M", None), ("{value: 1.7M, source: the ledger}", "the ledger")]
)
def test_the_total_of_the_book_is_an_input_and_how_its_file_is_read_is_none(scenario, said, source):
    text = f"""
    name: scaled
    horizon: {{start: 2027-02, months: 2}}
    accounts: {{file: book.csv, date_format: YYYY-MM-DD, scale_to: {said}}}
    segments: {{smb: {{churn: 10%}}}}
    tasks: {{call: {{role: csm, every: month, hours: 1h}}}}
    team: {{csm: {{headcount: 2}}}}
    """
    book = "id,segment,arr,start,renewal\na,smb,1000,2026-01-01,2027-06-01\n"
    loaded = scenario(text, book=book)
    found = [a for a in register(loaded.plan, loaded.marked) if a.path.startswith("accounts")]
    assert [(a.path, a.value, a.source, a.wants_source) for a in found] == [
        ("accounts.scale_to", "1.7M", source, True)
    ]
    assert found[0].place.line == 4
