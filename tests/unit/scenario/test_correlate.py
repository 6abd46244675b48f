"""Pairs of inputs that move together: what may be tied, what cannot be, and what stays written."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import capacity
from capacity.assumptions import assumptions
from capacity.engine.drawn import Drawn
from capacity.engine.layout import build_layout
from capacity.model.dependence import is_possible, normal_correlation
from capacity.rng import Luck
from capacity.scenario.compatible import correlations, impossible
from capacity.scenario.correlated import Tie, groups, inputs, ties

PLAN = """
name: tied
horizon: {start: 2027-02, months: 12}
segments:
  big:
    accounts: 10
    arr: {low: 10, likely: 20, high: 30}
    churn: {low: 5%, likely: 9%, high: 20%}
    addressable: {mean: 60%, sd: 10%}
    new_accounts: {per_year: {low: 1, likely: 2, high: 3}, arr: {low: 10, likely: 20, high: 30}}
  smb:
    accounts: 10
    arr: 10
    churn: [{low: 9%, likely: 12%, high: 30%}, 8%]
    addressable: 50%
  old:
    accounts: 10
    arr: 10
    churn: {sbg: {alpha: {low: 0.5, likely: 0.7, high: 0.9}, beta: 1.2}}
    addressable: 50%
tasks:
  qbr:
    role: csm
    every: quarter
    hours: {low: 1h, likely: 2h, high: 3h}
    share: {big: {mean: 80%, sd: 5%}, default: {mean: 90%, sd: 5%}}
    weight: 1
  help:
    role: csm
    rate: {low: 1, likely: 2, high: 3}
    steps: {a: {low: 1h, likely: 2h, high: 3h}}
    uncertainty: 15%
value: {if_stopped: {churn: {low: 1, likely: 1.2, high: 1.6}}}
team:
  csm:
    headcount: 2
    attrition: {low: 5%, likely: 10%, high: 20%}
    time_to_hire: {low: 1 month, likely: 2 months, high: 3 months}
    slips: {low: 1 month, likely: 2 months, high: 3 months}
    ramp: [{low: 10%, likely: 20%, high: 50%}]
    departure: {churn: {low: 1.1, likely: 1.2, high: 1.5}}
market: {churn_volatility: {low: 5%, likely: 10%, high: 20%}}
events:
  slump:
    probability: {mean: 20%, sd: 5%}
    start: 2027-04
    months: 3
    hours: {qbr: {low: 1, likely: 2, high: 3}}
"""
BIG, FIRST, HELP = "segments.big.churn", "segments.smb.churn.0", "tasks.help.uncertainty"


def correlate(*pairs):
    return {"correlate": [{"between": list(pair[:2]), "rho": pair[2]} for pair in pairs]}


def mistakes(scenario, *pairs):
    with pytest.raises(capacity.InputError) as caught:
        scenario(PLAN, set=correlate(*pairs))
    return [f"{m.path}: {m.text}" for m in caught.value.mistakes]


@pytest.mark.parametrize(
    ("path", "drawn_as"),
    [
        ("segments.big.addressable", "segments.big.addressable"),
        ("segments.big.new_accounts.per_year", "segments.big.new_accounts.per_year"),
        (FIRST, FIRST),
        ("segments.old.churn.sbg.alpha", "segments.old.churn.sbg.alpha"),
        ("tasks.qbr.share.big", "tasks.qbr.share.big"),
        ("tasks.qbr.share.default", "tasks.qbr.share"),
        ("tasks.help.rate", "tasks.help.rate"),
        (HELP, HELP),
        ("value.if_stopped.churn", "value.if_stopped.churn"),
        ("team.csm.attrition", "team.csm.attrition"),
        ("team.csm.ramp", "team.csm.ramp.0"),
        ("team.csm.ramp.0", "team.csm.ramp.0"),
        ("team.csm.departure.churn", "team.csm.departure.churn"),
        ("market.churn_volatility", "market.churn_volatility"),
        ("events.slump.probability", "events.slump.probability"),
        ("events.slump.hours.qbr", "events.slump.hours.qbr"),
    ],
)
def test_inputs_by_their_paths(scenario, path, drawn_as):
    plan = scenario(PLAN, set=correlate((BIG, path, 0.5))).plan
    (tie,) = ties(plan)
    assert {tie.one, tie.other} == {BIG, drawn_as}
    assert inputs(plan)[path].estimate.uncertain or path == HELP


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("tasks.help.hours", "differs from case to case: each occurrence takes its own"),
        ("tasks.help.steps.a", "differs from case to case"),
        ("segments.big.arr", "each account pays its own"),
        ("segments.big.new_accounts.arr", "each account pays its own"),
        ("team.csm.time_to_hire", "each vacancy takes its own"),
        ("team.csm.slips", "each hire has its own"),
        ("segments.smb.churn.1", "is not uncertain (8%). Write a range there"),
        ("tasks.qbr.uncertainty", "is not uncertain (0)"),
        ("segments.smb.churn", "is not one number. Name one of segments.smb.churn.0"),
        ("segments.smb.churn.7", "no uncertain input is called `segments.smb.churn.7`"),
        ("tasks.qbr.share", "Name one of tasks.qbr.share.big, tasks.qbr.share.default"),
        ("value", "is not one number. Name one of value.if_stopped.churn"),
        ("team.csm.headcount", "no uncertain input is called `team.csm.headcount`"),
        ("horizon.months", "no uncertain input is called `horizon.months`"),
        ("team.csm.atrition", "Did you mean `team.csm.attrition`?"),
    ],
)
def test_what_cannot_be_tied(scenario, path, words):
    (mistake,) = mistakes(scenario, (BIG, path, 0.5))
    assert mistake.startswith("correlate.0.between.1: ")
    assert words in mistake


DATED = {"2027-02": "10%", "2027-07": {"low": "5%", "likely": "10%", "high": "20%"}}


def test_a_number_that_becomes_uncertain_can_be_tied(scenario):
    """From the date on the two churns have the same rank in every future."""
    churn = {"segments.smb.churn": DATED, **correlate(("segments.smb.churn", BIG, 1))}
    plan = scenario(PLAN, set=churn)
    layout, parts = build_layout(plan), plan.plan.segments
    drawn = Drawn(Luck(1, range(2)), layout.copulas)
    named = [(BIG, parts["big"].churn[0]), ("segments.smb.churn", parts["smb"].churn[0])]
    before, after = (drawn.inputs(named, dt.date(2027, m, 1)) for m in (6, 7))
    assert before[1] == pytest.approx(0.1)
    assert np.array_equal(*np.argsort(after, axis=1))
    hours = {"tasks.qbr.uncertainty": {"2027-02": 0, "2027-07": "20%"}}
    scenario(PLAN, set=hours | correlate(("tasks.qbr.uncertainty", BIG, 0.5)))


def test_all_values_of_a_number_by_date_are_tied(scenario):
    tied = correlate(("segments.smb.churn.2027-07", BIG, 0.5))
    with pytest.raises(capacity.InputError, match=r"Write segments\.smb\.churn$"):
        scenario(PLAN, set={"segments.smb.churn": DATED, **tied})
    plain = {"segments.smb.churn": {"2027-02": "10%", "2027-07": "12%"}}
    with pytest.raises(capacity.InputError, match="is not uncertain"):
        scenario(PLAN, set=plain | correlate(("segments.smb.churn", BIG, 0.5)))


def test_pairs_are_known_by_any_of_their_names(scenario):
    ramp = ("team.csm.ramp", "team.csm.ramp.0")
    assert mistakes(scenario, (BIG, ramp[0], 0.5), (ramp[1], BIG, 0.5)) == [
        "correlate.1.between: the same pair as correlate.0. Keep one of them"
    ]
    (mistake,) = mistakes(scenario, (*ramp, 0.5))
    assert "moves with itself anyway" in mistake


def test_all_mistakes_are_told_at_once(scenario):
    found = mistakes(scenario, (BIG, "x", 0.5), ("y", "tasks.qbr.hours", 0.5))
    assert [text.partition(":")[0] for text in found] == [
        "correlate.0.between.1",
        "correlate.1.between.0",
        "correlate.1.between.1",
    ]


def test_too_many_pairs_are_refused(scenario):
    (mistake,) = mistakes(scenario, *[(BIG, FIRST, 0.1)] * 101)
    assert mistake == "correlate: ties 101 pairs. Write at most 100, those that matter"


# --- what can hold together ----------------------------------------------------------------------


def tied(*pairs):
    return [Tie(*sorted(pair[:2]), pair[2], i) for i, pair in enumerate(pairs)]


def test_groups_are_what_is_tied_through_others():
    found = groups(tied(("d", "c", 0.5), ("a", "b", 0.5), ("e", "d", 0.1), ("a", "x", 0)))
    assert [group.paths for group in found] == [("a", "b"), ("c", "d", "e")]
    assert [len(group.ties) for group in found] == [1, 2]


def test_what_can_hold_is_not_touched():
    assert list(impossible(tied(("a", "b", 1), ("b", "c", 1), ("a", "c", 1)))) == []
    assert list(impossible(tied(("a", "b", 0.6), ("b", "c", 0.6)))) == []
    assert list(impossible(tied(("a", "b", 0.9), ("c", "d", -0.9), ("b", "d", 0)))) == []


def test_the_pair_that_contradicts_the_others_is_named():
    """With correlations r of a with b and with c, that of b and c is at least 2r² − 1."""
    ((at, text),) = impossible(tied(("a", "b", 0.5), ("a", "c", 0.5), ("b", "c", -0.9)))
    assert at == 2
    assert text.startswith("-0.9 contradicts the other pairs of its inputs")
    least = 2 * normal_correlation(0.5, 100) ** 2 - 1
    said = float(text.partition("Weaken it to ")[2].split(",")[0])
    assert normal_correlation(said - 0.01, 100) < least < normal_correlation(said, 100)


def test_the_pair_is_named_that_needs_the_least_weakening():
    """In a chain the squares of both r add up to 1 at most."""
    ((at, text),) = impossible(tied(("a", "b", 0.6), ("b", "c", 0.9)))
    said = float(text.partition("Weaken it to ")[2].split(",")[0])
    room = {rho: (1 - normal_correlation(rho, 100) ** 2) ** 0.5 for rho in (0.6, 0.9)}
    assert at == 1
    assert normal_correlation(said, 100) < room[0.6] < normal_correlation(said + 0.01, 100)
    assert normal_correlation(0.6 - (0.9 - said), 100) > room[0.9]


def test_where_no_pair_alone_mends_it_all_are_weakened():
    """Three clusters, each of them impossible, joined into one; √½ is what a chain can bear."""
    clusters = [(f"{c}1", f"{c}2", 0.9) for c in "abc"] + [(f"{c}2", f"{c}3", 0.9) for c in "abc"]
    joined = [("a1", "b1", 0.01), ("b1", "c1", 0.01)]
    ((_, text),) = impossible(tied(*clusters, *joined))
    assert "Weaken all pairs of its 9 inputs to 0.75 of what they are" in text
    assert normal_correlation(0.9 * 0.75, 100) < 0.5**0.5 < normal_correlation(0.9 * 0.77, 100)


pairs = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.integers(-10, 10)).filter(
        lambda pair: pair[0] != pair[1]
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda pair: frozenset(pair[:2]),
)


@given(pairs)
def test_doing_what_is_said_makes_all_pairs_hold(drawn):
    """The mend is a mend, and whatever is not named is possible already."""
    plan = tied(*((a, b, rho / 10) for a, b, rho in drawn))
    bad = dict(impossible(plan))
    named = {tie for group in groups(plan) for tie in group.ties if tie.at in bad}
    for group in groups(plan):
        faults = [tie for tie in group.ties if tie in named]
        assert len(faults) == (0 if is_possible(correlations(group)) else 1)
        for tie in faults:
            text = bad[tie.at]
            part = float(text.rpartition(" inputs to ")[2].split()[0])
            weaker = {other: other.rho * part for other in group.ties}
            assert is_possible(correlations(group, weaker))
            if "Weaken it to" in text:
                value = float(text.partition("Weaken it to ")[2].split(",")[0])
                assert abs(value) < abs(tie.rho)
                assert value * tie.rho >= 0
                assert is_possible(correlations(group, {tie: value}))


# --- what stays written --------------------------------------------------------------------------


def test_each_correlation_is_in_the_register(scenario):
    said = [
        {"between": [BIG, FIRST], "rho": 0.5, "source": "renewals", "evidence": "measured"},
        {"between": [HELP, BIG], "rho": "-0.25"},
    ]
    found = scenario(PLAN, set={"correlate": said})
    rows = [a for a in assumptions(build_layout(found)) if a.path.startswith("correlate")]
    assert [(a.path, a.value) for a in rows] == [
        ("correlate.0", f"0.5 between {BIG} and {FIRST}"),
        ("correlate.1", f"-0.25 between {HELP} and {BIG}"),
    ]
    assert [(a.source, a.evidence, a.wants_source) for a in rows] == [
        ("renewals", "measured", True), (None, None, True),
    ]  # fmt: skip


def test_what_is_written_loads_again(scenario):
    said = [{"note": "guess", "rho": 0.5, "between": [BIG, FIRST]}]
    found = scenario(PLAN, set={"correlate": said})
    again = scenario(found.to_yaml())
    assert again.plan == found.plan
    assert found.diff(again) == []
    assert (
        "  - between: [segments.big.churn, segments.smb.churn.0]\n    rho: 0.5\n" in again.to_yaml()
    )


def test_differences_are_told_by_the_pair(scenario):
    old = scenario(PLAN, set=correlate((BIG, FIRST, 0.5), (HELP, BIG, 0.2)))
    same = scenario(PLAN, set=correlate((BIG, HELP, 0.2), (FIRST, BIG, 0.5)))
    assert old.diff(same) == []
    new = scenario(PLAN, set=correlate((BIG, HELP, 0.3), (FIRST, BIG, 0.5)))
    (found,) = old.diff(new)
    assert found.path == "correlate.0"
    assert "rho: 0.2" in found.old
    assert "rho: 0.3" in found.new
    (found,) = scenario(PLAN).diff(scenario(PLAN, set=correlate((BIG, FIRST, 0.5))))
    assert (found.path, found.old) == ("correlate", "–")


def test_a_change_replaces_the_whole_list(tmp_path):
    listed = "correlate: [{between: [%s, %s], rho: 0.5}]\n"
    (tmp_path / "base.yaml").write_text(PLAN + listed % (BIG, FIRST))
    (tmp_path / "plan.yaml").write_text("extends: base.yaml\nname: V\n" + listed % (BIG, HELP))
    (found,) = capacity.load(tmp_path / "plan.yaml").plan.correlate
    assert found.between == (BIG, HELP)


def test_more_churn_with_more_churn_spreads_the_total(scenario):
    """Var(a + b) = Var a + Var b + 2 Cov: what correlations are for."""
    spread = []
    for rho in (-0.9, 0, 0.9):
        plan = scenario(PLAN, set=correlate((BIG, FIRST, rho)))
        revenue = capacity.simulate(plan, trials=2000, seed=1).array("churned_accounts").sum(axis=0)
        spread.append(revenue.std())
    assert np.all(np.diff(spread) > 0)


# --- inputs that a change makes plain ------------------------------------------------------------


TIED = """\
name: tied
horizon: {start: 2027-02, months: 12}
segments:
  big: {accounts: 10, arr: 10, churn: {low: 5%, likely: 9%, high: 20%}, addressable: 60%}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h}
  help: {role: csm, rate: {low: 1, likely: 2, high: 3}, hours: 1h, uncertainty: 15%}
team: {csm: {headcount: 2, attrition: {low: 5%, likely: 10%, high: 20%}}}
correlate:
  - {between: [segments.big.churn, team.csm.attrition], rho: 0.5}
  - {between: [tasks.help.uncertainty, team.csm.attrition], rho: 0.2}
"""


@pytest.fixture
def load_variant(tmp_path):
    """Load a variant of the plan with pairs, and tell its mistakes."""
    (tmp_path / "base.yaml").write_text(TIED)

    def load(variant="", **settings):
        path = tmp_path / "variant.yaml"
        path.write_text(f"extends: base.yaml\nname: v\n{variant}")
        settings = {key.replace("__", "."): value for key, value in settings.items()}
        try:
            return capacity.load(path, set=settings), []
        except capacity.InputError as error:
            said = [str(mistake).replace(f"{tmp_path}/", "") for mistake in error.mistakes]
            return None, said

    return load


MEND = (
    "Write a range, or let nothing be tied: "
    "`remove: [correlate]` in a change, --set correlate=[] outside"
)


@pytest.mark.parametrize(
    ("variant", "settings", "said"),
    [
        (
            "team: {csm: {attrition: 5%}}",
            {},
            (
                "variant.yaml:3:25: team.csm.attrition: is not uncertain (5%), "
                "but correlate ties it (base.yaml:10:36). "
            ),
        ),
        (
            "changes:\n- {name: a, set: {segments: {big: {churn: 9%}}}}",
            {},
            (
                "variant.yaml:4:43: segments.big.churn: is not uncertain (9%), "
                "but correlate ties it (base.yaml:10:16). "
            ),
        ),
        (
            "",
            {"segments__big__churn": "9%"},
            (
                "set segments.big.churn: segments.big.churn: is not uncertain (9%), "
                "but correlate ties it (base.yaml:10:16). "
            ),
        ),
        (
            "changes:\n- {name: a, remove: tasks.help.uncertainty}",
            {},
            (
                "variant.yaml:4:21: tasks.help.uncertainty: is not uncertain (0), "
                "but correlate ties it (base.yaml:11:16). "
            ),
        ),
    ],
    ids=["variant", "change", "set", "removed"],
)
def test_who_makes_a_tied_input_plain_is_told_so(load_variant, variant, settings, said):
    assert load_variant(variant, **settings)[1][0] == said + MEND


def test_the_advice_works(load_variant):
    plain = "team: {csm: {attrition: 5%}}\n"
    found, _ = load_variant(plain + "changes:\n- {name: untied, remove: [correlate]}\n")
    assert not found.plan.correlate
    found, _ = load_variant(plain, correlate="[]")
    assert not found.plan.correlate
    found, _ = load_variant("", team__csm__attrition="5%", correlate="[]")
    assert not found.plan.correlate
    found, _ = load_variant(plain, team__csm__attrition={"low": "5%", "likely": "6%", "high": "9%"})
    assert len(found.plan.correlate) == 2


def test_who_ties_a_plain_input_is_told_so(load_variant):
    pair = "{between: [segments.big.addressable, team.csm.attrition], rho: 0.1}"
    _, said = load_variant(f"correlate: [{pair}]")
    assert said == [
        (
            "variant.yaml:3:24: correlate.0.between.0: segments.big.addressable is not uncertain "
            "(60%). Write a range there, or leave out the pair"
        )
    ]
    _, said = load_variant("", correlate=f"[{pair}]", segments__big__addressable="70%")
    assert [mistake.split(": ")[0] for mistake in said] == ["set correlate"]


def test_an_input_of_several_pairs_is_told_once_for_each(load_variant):
    _, said = load_variant("team: {csm: {attrition: 5%}}")
    assert [mistake.partition(" (base.yaml:")[2][:5] for mistake in said] == ["10:36", "11:40"]


def test_what_a_change_removes_is_told_where_it_is_removed(tmp_path):
    (tmp_path / "base.yaml").write_text(REMOVABLE)
    (tmp_path / "plan.yaml").write_text(
        "extends: base.yaml\nchanges:\n  - name: less\n    remove: [tasks.call]\n"
    )
    with pytest.raises(capacity.InputError) as caught:
        capacity.load(tmp_path / "plan.yaml")
    (said,) = caught.value.mistakes
    assert str(said).startswith(
        f"{tmp_path}/plan.yaml:4:14: tasks.call: is removed, but correlate ties"
    )
    assert f"{tmp_path}/base.yaml:" in said.text
    mended = {"correlate": []}
    assert capacity.load(tmp_path / "plan.yaml", set=mended).plan.correlate == ()


REMOVABLE = """\
name: Plan
horizon: {start: 2027-01, months: 12}
segments:
  smb: {accounts: 10, churn: {low: 10%, likely: 20%, high: 30%}}
tasks:
  call: {role: csm, every: quarter, hours: 1h, uncertainty: 10%}
  talk: {role: csm, every: quarter, hours: 1h}
team:
  csm: {headcount: 2}
correlate: [{between: [segments.smb.churn, tasks.call.uncertainty], rho: 0.4}]
"""
