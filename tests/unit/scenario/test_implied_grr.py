"""What the effects of a plan imply for the retention of a year, as `check` shows it."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.scenario.implied import implied_grr
from capacity.scenario.reading import parse_yaml
from capacity.scenario.validation import validate

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, addressable: 50%, contraction: 4%, SETTINGS}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h, if_stopped: {churn: 1.4, contraction: 2}}
team:
  csm: {headcount: 2}
"""
FACTOR = 0.5 + 0.5 * 1.4


def grr(settings):
    plan, _ = validate(parse_yaml(PLAN.replace("SETTINGS", settings), "plan.yaml"))
    return implied_grr(plan, "smb")


@pytest.mark.parametrize("churn", ["10%", "[10%, 5%]", "{low: 10%, likely: 10%, high: 10%}"])
@pytest.mark.parametrize("term", [1, 12, 24])
def test_a_yearly_churn_is_one_of_the_year(churn, term):
    found = grr(f"churn: {churn}, term: {term}, completed_terms: 0")
    assert found == pytest.approx((0.9 * 0.96, 0.9**FACTOR * 0.92))


def test_a_list_of_churn_is_taken_at_the_ages_of_the_book():
    """Of a book that has always been there, 1 is at its first renewal and 0.9 · 0.95ⁿ later."""
    assert grr("churn: [10%, 5%], completed_terms: 4")[0] == pytest.approx(0.95 * 0.96)
    later = 0.9 * 0.95 ** np.arange(20)
    today = (0.9 + 0.95 * later.sum()) / (1 + later.sum())
    without = (0.9**FACTOR + 0.95**FACTOR * later.sum()) / (1 + later.sum())
    assert grr("churn: [10%, 5%]") == pytest.approx((today * 0.96, without * 0.92))
    assert grr("churn: 100%, completed_terms: 3") == pytest.approx((0, 0))


def test_where_accounts_differ_a_year_has_the_renewals_of_its_terms():
    """1 − θ is integrated over Beta(0.7, 1.2 + n) in closed form: uniform θ has E = 1/(C + 1)."""
    uniform = "churn: {sbg: {alpha: 1, beta: 1}}, completed_terms: 0"
    assert grr(uniform) == pytest.approx((0.96 / 2, 0.92 / (1 + FACTOR)))
    assert grr(f"{uniform}, term: 6") == pytest.approx((0.96 / 3, 0.92 / (1 + 2 * FACTOR)))
    halved = (0.96 / 2**0.5, 0.92 / (1 + FACTOR) ** 0.5)
    assert grr(f"{uniform}, term: 24") == pytest.approx(halved)


def test_ages_say_who_is_left_where_accounts_differ():
    """Of a book that has always been there, the part that is alive after 0 … 20 renewals."""
    later = "churn: {sbg: {alpha: 1, beta: 1}}, completed_terms: 3"
    assert grr(later)[0] == pytest.approx(0.96 * 4 / 5)
    alive = 1 / (np.arange(21) + 1)
    kept = (np.arange(21) + 1) / (np.arange(21) + 2)
    found = grr("churn: {sbg: {alpha: 1, beta: 1}}")[0]
    assert found == pytest.approx(0.96 * (alive @ kept) / alive.sum())


def test_without_churn_nothing_is_implied():
    text = PLAN.replace("addressable: 50%, contraction: 4%, SETTINGS", "complexity: 2")
    text = text.replace(", if_stopped: {churn: 1.4, contraction: 2}", "")
    plan, _ = validate(parse_yaml(text, "plan.yaml"))
    assert implied_grr(plan, "smb") is None
