"""Whatever a file holds: a scenario, or mistakes in words. No traceback, no warning of Python.

In the usual run the examples are few and always the same. A longer search::

    CAPACITY_FUZZ=20000 pytest -n 0 tests/fuzz --hypothesis-seed=1
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import capacity
from capacity.scenario.implied import effect_product, implied_grr
from capacity.scenario.reading import parse_yaml
from capacity.scenario.register import register
from capacity.scenario.schema import language

ROOT = Path(__file__).resolve().parents[2]
BASE = (ROOT / "scenarios" / "base.yaml").read_text(encoding="utf-8")
SMALL = """\
name: A plan
horizon: {start: 2027-02, months: 12, fiscal_year_start: 2}
segments:
  smb: {accounts: 10, arr: {p10: 8k, p50: 12_000, p90: 30k}, churn: {sbg: {alpha: 0.7, beta: 1.2}},
        addressable: 60%, term: 6 months, completed_terms: 1, uplift: 3%,
        new_accounts: {per_year: {low: 2, likely: 5, high: 9}, fixed: true, term: 12}}
  enterprise: {accounts: 5, arr: 90_000, churn: [14%, 9%, 8%], addressable: {mean: 0.6, sd: 0.1},
               if_stopped: {churn: 1.4, expansion: 0.8, fades_over: 3 months},
               new_accounts: {by_month: {2027-03: 2, 2027-04: {value: 1, source: sales}}}}
tasks:
  qbr: {role: csm, every: {enterprise: quarter, default: 6 months}, aligned: fiscal, share: 80%,
        steps: {prepare: 1h, present: {hours: 0.5d, role: trainer}}, weight: 2, enough: 80%,
        priority: {enterprise: 1, default: 2}, defer: 1 month, uncertainty: 20%}
  renewal: {role: csm, on: renewal, lead: 90 days, over: 2 months, hours: 5h,
            if_stopped: {churn: {low: 1, likely: 1.2, high: 1.6}, source: us, evidence: estimated}}
  call: {role: csm, rate: 2 per month, hours: {mean: 1h, sd: 30m}, coverage_today: 90%,
         seasonality: [1, 1, 2, 1, 1, 1, 0.5, 0.5, 1, 1, 1, 1], backlog: 10h}
  webinar: {role: csm, fixed: 20 hours per month, segments: [smb]}
  hand_over: {role: csm, on: departure, hours: 2h}
team:
  csm: {headcount: {value: 2, source: payroll, note: May}, hires: {2027-03: 1}, attrition: 15%,
        ramp: [0%, 50%], departure: {churn: 1.3}, holidays: US, slips: 1 month, raise: 3%,
        leave_seasonality: [1, 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1]}
  trainer: {headcount: 1, department: services, salary: 85k}
  manager: {per: {csm: 8}}
value: {if_stopped: {churn: 1.2, source: own judgement}}
finance: {gross_margin: 78%, discount_rate: 10%, absorbed: {renewal: 50%}, platform: 60_000}
market: {churn_volatility: 15%, new_accounts_volatility: 20%}
events:
  recession: {probability: 15%, start: 2027-06, months: 9, churn: 1.4, hours: {qbr: 1.5}}
simulation: {trials: 1000, precision: 1%, metric: "required_fte[csm]:p90", feedback: off}
"""
FILES = """\
name: A plan of files
horizon: {start: 2027-02, months: 12}
fx: {EUR: 1.08}
accounts: {file: book.csv, columns: {arr: Annual value}, scale_to: 12M}
segments:
  smb: {churn: {low: 10%, likely: 12%, high: 20%}, addressable: 50%}
  enterprise: {churn: 8%, addressable: 60%, new_accounts: {per_year: 12, arr: 50k EUR}}
tasks:
  call: {role: csm, every: quarter, where: "arr >= 1_000 and vip == true", weight: 1,
         hours: {samples: observed.csv, column: hours}, uncertainty: 20%}
  renewal: {role: csm, on: renewal, lead: 90 days,
            steps: {talk: 2h, sign: {hours: 1h, role: legal}}}
team:
  csm: {split: region, people: roster.csv, salary: {AMER: 90k, EMEA: 80k EUR}}
  legal: {split: region, headcount: {AMER: 1, default: 2}, hires: {AMER: {2027-05: 1}}}
value: {if_stopped: {churn: {low: 1, likely: 1.2, high: 1.5}}}
correlate: [{between: [segments.smb.churn, tasks.call.uncertainty], rho: 0.3}]
simulation: {trials: 1000}
expect: ["p_covered[csm] >= 80%", "arr[2027-05]:p10 > 1M"]
"""
BESIDE = {
    "book.csv": "id,segment,Annual value,start,renewal,region,vip\n"
    "a,smb,5000,2026-02-01,2027-03-01,EMEA,true\n"
    "b,enterprise,90000,2026-02-01,2027-06-01,AMER,false\n",
    "roster.csv": "name,region,fte\nAnn,AMER,1\nBob,EMEA,0.8\n",
    "observed.csv": "hours\n1h\n2h\n",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
VALIDATOR = Draft202012Validator(json.loads(json.dumps(language())))

some = settings(
    max_examples=int(os.environ.get("CAPACITY_FUZZ", "100")),
    derandomize="CAPACITY_FUZZ" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plans")
    shutil.copy(ROOT / "scenarios" / "accounts.csv", made)
    for name, text in BESIDE.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def outcome(folder: Path, content: bytes) -> capacity.Scenario | None:
    """A scenario of which everything can be asked, or None where there are mistakes in words."""
    file = folder / "plan.yaml"
    file.write_bytes(content)
    try:
        scenario = capacity.load(file)
    except capacity.InputError as error:
        refused = error
    else:
        everything_can_be_asked(scenario)
        return scenario
    lines = str(refused).split("\n")
    assert len(lines) == len(refused.mistakes) > 0
    assert all(line and not _CONTROL.search(line) for line in lines)
    return None


def everything_can_be_asked(scenario: capacity.Scenario) -> None:
    assert [e.message for e in VALIDATOR.iter_errors(scenario.marked.data)] == []
    for assumption in register(scenario.plan, scenario.marked):
        assert assumption.path
    for name in scenario.plan.segments:
        assert effect_product(scenario.plan, name) >= 0
        implied_grr(scenario.plan, name)
    again = Path(scenario.marked.file).with_name("again.yaml")
    again.write_text(scenario.to_yaml(), encoding="utf-8")
    assert capacity.load(again).plan == scenario.plan


# --- odd values ----------------------------------------------------------------------------------

NUMBERS = [0, 1, -1, 2, 0.5, 1e-300, 5e-324, 1e17, 1e18, 1.1e18, 1e308, 2**63, 10**30, 0.999999]
NUMBERS += [float("nan"), float("inf"), -0.0, True, False, None, 100, 1200, 12, 3]
WORDS = """NO 1:30 007 null ~ 1e400 8% 101% -5% 0.5d 1d/week 3_months quarter 0_days 1200_months
week 0_per_year 2_per_month 20_hours_per_month 2027-02 2027-13 9999-12 0001-01 0000-01 2027-02-01
2027-02-30 a.b default low value sbg << = 1_000 1.2M 5bn 82k_EUR 82k_USD US XX on off start
fiscal renewal departure csm smb qbr नाम برنامه ١٢ 🚀 required_fte arr:p90 x[y]:p00 *a &a
!x @ `a` % - # . /etc/passwd ../x.csv accounts.csv account cohort"""
TEXTS = [text.replace("_", " ") for text in WORDS.split()]
TEXTS += [
    "",
    " ",
    "\u202e",
    "a\nb",
    "\x07",
    "\u0085",
    "\u2028",
    "a" * 300,
    "9" * 50,
    "1h" + " " * 99,
]
odd = st.recursive(
    st.sampled_from([*NUMBERS, *TEXTS]) | st.integers(-3, 40) | st.floats() | st.text(max_size=6),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, min_size=12, max_size=12),
        st.dictionaries(st.sampled_from([*TEXTS, "enterprise", "alpha"]), inner, max_size=3),
        st.fixed_dictionaries(
            {"value": inner}, optional={"source": inner, "note": inner, "evidence": inner}
        ),
        *(
            st.fixed_dictionaries(dict.fromkeys(keys, inner))
            for keys in (("low", "likely", "high"), ("p10", "p50", "p90"), ("mean", "sd"))
        ),
    ),
    max_leaves=6,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path of a plan."""
    inside: Any = ()
    if isinstance(data, (dict, list)):
        inside = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for key, value in inside:
        found += [(*path, key), *places(value, (*path, key))]
    return found


PLANS = [parse_yaml(text, "plan.yaml").data for text in (SMALL, BASE, FILES)]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A plan with one to four changes."""
    plan = copy.deepcopy(draw(st.sampled_from([PLANS[0], *PLANS, PLANS[2]])))
    for _ in range(draw(st.integers(1, 4))):
        every = places(plan)
        if not every:
            break
        *way, last = draw(st.sampled_from(every))
        around: Any = plan
        for key in way:
            around = around[key]
        change = draw(st.sampled_from(["replace", "replace", "delete", "rename", "wrap", "copy"]))
        if change == "delete":
            del around[last]
        elif change == "replace":
            around[last] = draw(odd)
        elif change == "wrap":
            around[last] = draw(st.sampled_from([[around[last]], {"value": around[last]}]))
        elif change == "copy":
            found: Any = plan
            for key in draw(st.sampled_from(every)):
                found = found[key]
            around[last] = copy.deepcopy(found)
        elif isinstance(around, dict):
            around[draw(st.sampled_from(TEXTS) | st.text(max_size=5))] = around.pop(last)
    return yaml.safe_dump(plan, sort_keys=False, allow_unicode=True).encode()


@st.composite
def scribbled(draw: st.DrawFn) -> bytes:
    """The text of a plan with bytes struck out and put in."""
    content = bytearray(draw(st.sampled_from([SMALL, BASE, FILES])).encode())
    pieces = st.sampled_from(
        [*"\t\n\r{}[],:#&*!|>'\"%@`-? <~\0", "\ufeff", "<<: ", "- ", "? ", "'''"]
    )
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        if draw(st.booleans()):
            del content[at : at + draw(st.integers(1, 30))]
        new = draw(pieces.map(str.encode) | st.binary(max_size=3))
        content[at:at] = new
    return bytes(content)


@some
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes(folder: Path, content: bytes) -> None:
    outcome(folder, content)


@some
@given(content=scribbled())
def test_a_plan_with_other_characters(folder: Path, content: bytes) -> None:
    outcome(folder, content)


@some
@given(content=mutated())
def test_a_plan_with_other_values(folder: Path, content: bytes) -> None:
    outcome(folder, content)


def test_the_plans_themselves_have_no_mistake(folder: Path) -> None:
    for text in (SMALL, BASE, FILES):
        assert outcome(folder, text.encode())
