"""Churn from history: published figures, closed forms, and simulated truth that comes back."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from replications import MOST_ERRORS, nine_of_ten
from scipy import integrate, stats

from capacity import calibrate
from capacity.errors import QuestionError
from capacity.learning.effects import BELIEVED, BIAS, e_value, fit_effects, shrunk
from capacity.learning.posterior import OUTER, Chance, Rate, excess, spread_of_counts
from capacity.learning.retention import by_renewal, compared
from capacity.learning.sbg import fit_sbg, log_likelihood
from capacity.learning.survival import kaplan_meier
from capacity.model.retention import log_surviving

REPLICATIONS = 200


# --- published figures ---------------------------------------------------------------------------


def test_telco(data: Path) -> None:
    found = calibrate.churn(
        data / "telco_churn_ibm" / "Telco-Customer-Churn.csv",
        columns={"account": "customerID", "segment": "Contract", "churned": "Churn"},
    )
    table = found.table("segments").set_index("segment")
    assert table["lost"].sum() == 1869
    assert table["accounts"].sum() == 7043
    printed = {name: f"{hazard:.7f}" for name, hazard in table["lost a month"].items()}
    assert printed == {
        "Month-to-month": "0.0236794",
        "One year": "0.0026804",
        "Two year": "0.0004991",
    }
    kept = found.table("survival").set_index("segment").loc["all"]
    assert f"{kept['12 months']:.6f}" == "0.843200"
    assert f"{kept['24 months']:.6f}" == "0.788736"
    assert f"{kept['48 months']:.6f}" == "0.708840"
    assert found.rejects.left_out == 0


def test_fader_and_hardie(data: Path) -> None:
    """The "Regular" customers: the fit on seven years, and the years 8 to 12 that it projects."""
    with (data / "worked_numbers" / "retention_regular.csv").open() as file:
        rows = list(csv.DictReader(file))
    active = np.array([float(row["percent_active"]) for row in rows if row["used_for_fit"] == "1"])
    fit = fit_sbg(-np.diff(active), active[1:])
    assert f"{fit.alpha:.6f} {fit.beta:.6f}" == "0.704077 1.182043"
    assert f"{fit.log_likelihood / 100:.6f}" == "-1.680265"
    shapes = (np.full(5, shape) for shape in (fit.alpha, fit.beta))
    left = np.exp(log_surviving(*shapes, np.arange(8.0, 13.0)))  # as the engine goes on with it
    projected = [f"{share:.4f}" for share in left]
    assert projected == ["0.2201", "0.2044", "0.1912", "0.1799", "0.1700"]


@pytest.mark.parametrize(("ratio", "published"), [(3.9, 7.26), (1.8, 3.0), (1 / 3.9, 7.26)])
def test_e_values_of_vanderweele_and_ding(ratio: float, published: float) -> None:
    """Their example of breast-feeding: RR 3.9 (1.8 to 8.7), E-values 7.26 and 3.0."""
    assert e_value(ratio, common=False) == pytest.approx(published, abs=0.005)


def test_a_hidden_cause_of_the_e_value_explains_the_ratio() -> None:
    """Ding & VanderWeele's bound E·E/(E + E − 1) is the ratio itself."""
    for ratio in (1.1, 1.5, 3.9):
        cause = e_value(ratio, common=False)
        assert cause * cause / (2 * cause - 1) == pytest.approx(ratio)
    assert e_value(1.0, common=True) == 1
    assert e_value(1.5, common=True) < e_value(1.5, common=False)


# --- closed forms --------------------------------------------------------------------------------


def test_a_year_of_a_rate_by_integration() -> None:
    rate = Rate.of(7, 40.0)
    density = stats.gamma(7.5, scale=1 / 40).pdf
    mean, _ = integrate.quad(lambda h: -np.expm1(-h) * density(h), 0, 3)
    square, _ = integrate.quad(lambda h: np.expm1(-h) ** 2 * density(h), 0, 3)
    assert rate.chance() == pytest.approx((mean, np.sqrt(square - mean**2)), rel=1e-6)


def test_a_year_of_a_renewal_by_integration() -> None:
    """A term of 24 months, so that the yearly chance is no longer a beta."""
    density = stats.beta(5.5, 35.5).pdf
    yearly = lambda p: 1 - (1 - p) ** 0.5  # noqa: E731
    mean, _ = integrate.quad(lambda p: yearly(p) * density(p), 0, 1)
    square, _ = integrate.quad(lambda p: yearly(p) ** 2 * density(p), 0, 1)
    found = Chance.of(5, 40).yearly(24)
    assert found == pytest.approx((mean, np.sqrt(square - mean**2)), rel=1e-6)


def test_clusters_tell_less() -> None:
    """Events that come in threes leave the mean, and widen the range by the root of three."""
    plain, clustered = Rate.of(99.5, 50.0), Rate.of(99.5, 50.0, inflation=3.0)
    assert clustered.mean == pytest.approx(plain.mean)
    assert clustered.sd == pytest.approx(np.sqrt(3) * plain.sd)


def test_kaplan_meier_by_hand() -> None:
    """Five lives: one of two at risk is lost at 3 after a censored one, the product of shares."""
    curve = kaplan_meier(np.array([1.0, 2, 2, 3, 4]), np.array([True, True, False, True, False]))
    assert [curve.at(m) for m in (0.5, 1, 2, 3)] == pytest.approx([1, 0.8, 0.6, 0.3])
    assert np.isnan(curve.at(5))


def test_renewals_are_counted_by_hand() -> None:
    """Four accounts: lost at the first, at the third, still there after two, and after none."""
    decided, left = by_renewal(np.array([1.0, 3, 2, 0]), np.array([0.0, 2, 2, 0]))
    assert decided.tolist() == [3, 2, 1]
    assert left.tolist() == [1, 0, 1]


def test_the_likelihood_is_that_of_whole_lives() -> None:
    """By renewals, and by B(α + 1, β + t − 1)/B(α, β) for who left at t, as the paper has it."""
    from scipy.special import beta as b

    lost, left_at_the_end = np.array([30.0, 12, 5]), 53.0
    kept = lost.sum() + left_at_the_end - np.cumsum(lost)
    alpha, beta = 0.8, 1.9
    lives = sum(n * np.log(b(alpha + 1, beta + t) / b(alpha, beta)) for t, n in enumerate(lost))
    lives += left_at_the_end * np.log(b(alpha, beta + 3) / b(alpha, beta))
    assert log_likelihood(np.log([alpha, beta]), lost, kept) == pytest.approx(lives)


def test_years_beyond_luck() -> None:
    """Losses exactly as expected leave what was believed, or less; far-off ones need more."""
    expected = np.full(6, 60.0)
    calm = spread_of_counts(expected.copy(), expected)
    wild = spread_of_counts(expected * np.array([0.4, 1.8, 0.5, 1.6, 0.7, 1.0]), expected)
    assert calm[1] < 0.08
    assert 0.35 < wild[1] < 0.7
    assert (np.diff(wild) > 0).all()


def test_excess_is_the_variance_of_a_factor() -> None:
    luck = np.random.default_rng(11)
    expected = np.full(4000, 5.0)
    counts = luck.poisson(expected * luck.gamma(4, 1 / 4, 4000)).astype(float)
    assert excess(counts, expected) == pytest.approx(0.25, rel=0.15)
    assert excess(luck.poisson(expected).astype(float), expected) < 0.02


def test_growth_by_hand(tmp_path: Path) -> None:
    """Two accounts at three dates half a year apart: sums of changes over sums of revenue."""
    history = tmp_path / "history.csv"
    history.write_text("account,segment,start\nA,smb,2024-01-01\nB,smb,2024-01-01\n")
    arr = tmp_path / "arr.csv"
    days = ("2024-01-01", "2024-07-01", "2025-01-01")
    rows = [f"{who},{day},{x}" for who, xs in (("A", (100, 110, 110)), ("B", (200, 180, 180)))
            for day, x in zip(days, xs, strict=True)]  # fmt: skip
    arr.write_text("\n".join(["account,date,arr", *rows, ""]))
    row = calibrate.churn(history, snapshots=arr).table("growth").iloc[0]
    half = ((100 + 200) * 182 + (110 + 180) * 184) / 590 / 365.25
    assert row["expansion"] == pytest.approx((1 + 10 / 590) ** (1 / half) - 1)
    assert row["contraction"] == pytest.approx(1 - (1 - 20 / 590) ** (1 / half))


def test_an_account_that_left_is_no_contraction(tmp_path: Path) -> None:
    """One cuts a tenth; one is at 0 a year later, and back after another: neither is a cut."""
    history, arr = tmp_path / "history.csv", tmp_path / "arr.csv"
    history.write_text("account,segment,start\nA,smb,2022-01-01\nB,smb,2022-01-01\n")
    days = ("2022-01-01", "2023-01-01", "2024-01-01")
    rows = [f"{who},{day},{x}" for who, xs in (("A", (100, 90, 90)), ("B", (500, 0, 700)))
            for day, x in zip(days, xs, strict=True)]  # fmt: skip
    arr.write_text("\n".join(["account,date,arr", *rows, ""]))
    found = calibrate.churn(history, snapshots=arr)
    row = found.table("growth").iloc[0]
    assert row["pairs"] == 2
    assert row["contraction"] == pytest.approx(10 / 190, rel=1e-3)
    assert row["expansion"] == 0
    assert ("no revenue", 1, False) in found.rejects.counts()


def test_losses_by_year_by_hand(tmp_path: Path) -> None:
    """One loss of three in their second year: only who had come so far could be lost."""
    rows = ["2023-01-01,2024-01-20", "2024-01-01,", "2024-01-01,"]
    history = tmp_path / "history.csv"
    history.write_text("\n".join(["segment,start,end", *(f"smb,{row}" for row in rows), ""]))
    table = calibrate.churn(history, as_of=np.datetime64("2025-12-31").item()).table("years")
    assert table["year"].tolist() == ["2023", "2024", "2025"]
    assert table["lost"].tolist() == [0, 1, 0]
    assert table["expected"].tolist() == pytest.approx([0, 20 / 82, 62 / 82])


def test_renewals_by_year_by_hand(tmp_path: Path) -> None:
    """Four first renewals and one second, at the chance of all renewals, (2 + ½)/(5 + 1)."""
    rows = ["2022-01-01,2022-12-31", "2022-01-01,", "2023-06-01,2024-06-01", "2023-07-01,"]
    history = tmp_path / "history.csv"
    history.write_text("\n".join(["segment,start,end", *(f"smb,{row}" for row in rows), ""]))
    until = np.datetime64("2024-07-31").item()
    table = calibrate.churn(history, term=12, form="one", as_of=until).table("years")
    assert table["lost"].tolist() == [1, 0, 1]
    assert table["expected"].tolist() == pytest.approx([5 / 6, 5 / 12, 5 / 6])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-01-01", "2024-12-31"),
        ("2024-01-01", "2025-01-01"),
        ("2023-02-15", "2024-02-14"),
        ("2024-02-29", "2025-02-28"),
        ("2023-03-01", "2024-02-29"),
    ],
)
def test_a_term_is_twelve_months_in_every_year(tmp_path: Path, start: str, end: str) -> None:
    """All are lost at the end of the term, whether that is written as its last day or the next."""
    history = tmp_path / "history.csv"
    rows = [f"{segment},{start},{end}" for segment in ("smb", "smb", "all of them")]
    history.write_text("\n".join(["segment,start,end", *rows, "smb,2022-01-01,", ""]))
    found = calibrate.churn(history, as_of="2025-12-31")
    kept = found.table("survival").set_index("segment")["12 months"]
    assert kept["smb"] == pytest.approx(1 / 3)
    months = found.table("segments").set_index("segment")["account-months"]
    assert months["all of them"] == pytest.approx(12)


# --- simulated truth -----------------------------------------------------------------------------


def test_hazards_come_back() -> None:
    luck = np.random.default_rng(1)
    truth = luck.uniform(0.02, 0.4, REPLICATIONS)
    lives = luck.exponential(1 / truth[:, None], (REPLICATIONS, 150))
    seen = luck.uniform(0.2, 5, lives.shape)
    lost, years = (lives <= seen).sum(axis=1), np.minimum(lives, seen).sum(axis=1)
    ranges = [Rate.of(d, e).quantiles(OUTER) for d, e in zip(lost, years, strict=True)]
    nine_of_ten([low <= h <= high for h, (low, high) in zip(truth, ranges, strict=True)])


def test_chances_at_renewals_come_back() -> None:
    luck = np.random.default_rng(2)
    truth = luck.uniform(0.03, 0.4, REPLICATIONS)
    lost = luck.binomial(90, truth)
    ranges = [Chance.of(d, 90).quantiles(OUTER) for d in lost]
    nine_of_ten([low <= p <= high for p, (low, high) in zip(truth, ranges, strict=True)])


def lives_of_sbg(alpha: float, beta: float, accounts: int, luck: np.random.Generator) -> tuple:
    """Renewals at which accounts left, of up to as many as each was seen for."""
    chance = luck.beta(alpha, beta, accounts)
    leaves, seen = luck.geometric(chance), luck.integers(1, 9, accounts)
    decided = np.minimum(leaves, seen).astype(float)
    return by_renewal(decided, np.where(leaves <= seen, leaves - 1, seen).astype(float))


def test_shapes_of_the_sbg_come_back() -> None:
    luck = np.random.default_rng(3)
    hits = []
    for _ in range(REPLICATIONS):
        decided, left = lives_of_sbg(0.8, 2.4, 600, luck)
        fit = fit_sbg(left, decided - left)
        assert fit.covariance is not None
        errors = 1.645 * np.sqrt(np.diag(fit.covariance))
        hits.append(abs(np.log([fit.alpha, fit.beta]) - np.log([0.8, 2.4])) <= errors)
    for column in np.array(hits).T:
        nine_of_ten(column)


def test_the_form_of_churn_is_found() -> None:
    """Chances that differ are told as such, and equal ones as one, in most histories."""
    luck = np.random.default_rng(4)

    def told(alpha: float, beta: float) -> list[str]:
        found = []
        for _ in range(30):
            aic, _ = compared(*lives_of_sbg(alpha, beta, 800, luck))
            found.append(min(aic, key=aic.__getitem__))
        return found

    assert told(0.7, 1.2).count("sbg") > 20
    assert told(400.0, 2400.0).count("one") > 20


def renewals(
    effect: float, luck: np.random.Generator, hidden: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shortfalls, segments and losses of 800 renewals; `hidden` moves both work and hazard."""
    ill = luck.normal(size=800)
    shortfall = np.clip(luck.uniform(0, 1, 800) + 0.25 * hidden * ill, 0, 1)
    segment = luck.integers(0, 2, 800)
    hazard = np.array([0.12, 0.3])[segment] * np.exp(effect * shortfall + hidden * ill)
    return shortfall, segment, luck.uniform(size=800) < -np.expm1(-hazard)


def estimated(effect: float, luck: np.random.Generator, hidden: float = 0.0) -> tuple:
    shortfall, segment, lost = renewals(effect, luck, hidden)
    other = np.column_stack([segment == 0, segment == 1]).astype(float)
    term = np.full(800, 12.0)
    kind = "randomised" if not hidden else "observational"
    (found,) = fit_effects(["qbr"], shortfall[:, None], other, lost, term, kind).effects
    return found


def test_hazard_ratios_come_back() -> None:
    luck = np.random.default_rng(5)
    found = [estimated(0.4, luck) for _ in range(REPLICATIONS)]
    nine_of_ten([abs(one.log - 0.4) <= 1.645 * one.error for one in found])


def test_shrunken_effects_hold_where_effects_are_as_believed() -> None:
    """Truths from the prior, estimates with luck and bias: nine of ten lie in the range."""
    luck = np.random.default_rng(6)
    for evidence, bias in BIAS.items():
        truth = luck.normal(0, BELIEVED, 4000)
        seen = truth + luck.normal(0, np.hypot(0.2, bias), 4000)
        means, spreads = zip(*(shrunk(s, 0.2, evidence) for s in seen), strict=True)
        inside = abs(np.array(means) - truth) <= 1.645 * np.array(spreads)
        assert abs(inside.mean() - 0.9) < MOST_ERRORS * np.sqrt(0.09 / 4000)


def test_weaker_evidence_is_believed_less() -> None:
    """At the same estimate the effect shrinks and its range widens."""
    found = [shrunk(0.5, 0.1, kind) for kind in ("randomised", "matched", "observational")]
    means, spreads = zip(*found, strict=True)
    assert 0.5 > means[0] > means[1] > means[2] > 0
    assert spreads[0] < spreads[1] < spreads[2] < BELIEVED


def test_a_hidden_cause_leads_the_regression_astray() -> None:
    """The work does nothing here; ill accounts get less of it and leave more."""
    luck = np.random.default_rng(7)
    found = [estimated(0.0, luck, hidden=0.8) for _ in range(40)]
    missed = [abs(one.log) > 1.645 * one.error for one in found]
    assert np.mean(missed) > 0.9
    for one in found:
        assert abs(one.shrunk) < abs(one.log) / 1.9
        assert one.e_value > 1.2


def test_lost_by_all_tells_no_effect() -> None:
    other, term = np.ones((40, 1)), np.full(40, 12.0)
    for lost in (np.ones(40, dtype=bool), np.zeros(40, dtype=bool)):
        with pytest.raises(QuestionError, match="none or all"):
            fit_effects(["qbr"], np.linspace(0, 1, 40)[:, None], other, lost, term, "matched")
    with pytest.raises(QuestionError, match="always the same"):
        fit_effects(["qbr"], np.ones((40, 1)), other, np.arange(40) % 2 == 0, term, "matched")
    shortfall = np.linspace(0, 1, 40)[:, None]
    with pytest.raises(QuestionError, match="settles who was lost"):
        fit_effects(["qbr"], shortfall, other, shortfall[:, 0] > 0.5, term, "matched")


def test_columns_that_say_the_same_tell_no_effects() -> None:
    """Whether one is the other, runs against it, or is one for each segment."""
    luck = np.random.default_rng(10)
    qbr, lost = luck.uniform(size=300), luck.uniform(size=300) < 0.3
    segment = np.column_stack([np.arange(300) % 2 == 0, np.arange(300) % 2 == 1]).astype(float)
    term = np.full(300, 12.0)
    for call, words in (
        (qbr, "qbr goes along with that of call"),
        (1 - qbr, "qbr goes along with that of call"),
        (0.3 + 0.4 * segment[:, 0], "call follows from the other columns, or is one for each"),
        (0.5 * qbr + 0.2 * segment[:, 0], "qbr follows from the other columns"),
    ):
        with pytest.raises(QuestionError, match=words):
            fit_effects(
                ["qbr", "call"], np.column_stack([qbr, call]), segment, lost, term, "matched"
            )
    near = np.column_stack([qbr, qbr + luck.normal(0, 0.05, 300)])
    found = fit_effects(["qbr", "call"], near, segment, lost, term, "matched")
    left = (
        near[:, 0]
        - np.column_stack([near[:, 1], segment])
        @ np.linalg.lstsq(np.column_stack([near[:, 1], segment]), near[:, 0], rcond=None)[0]
    )
    assert found.alone[0] == pytest.approx(left.var() / near[:, 0].var())
    assert found.alone[0] < 0.1
    assert found.effects[0].error > 5 * _error_alone(near[:, :1], segment, lost, term)


def _error_alone(shortfall: np.ndarray, *rest: np.ndarray) -> float:
    (effect,) = fit_effects(["qbr"], shortfall, *rest, "matched").effects
    return effect.error


# --- logs that begin on some day -----------------------------------------------------------------


def cut_history(folder: Path, luck: np.random.Generator, chance: float | None) -> Path:
    """Accounts since 2016 as an export of 2026 has them: who had left before 2023 is gone.

    All renew yearly at one chance to leave, or, without one, each leaves at a chance of its own.
    """
    rows = ["account,segment,start,end"]
    own = np.full(400, chance) if chance is not None else luck.beta(0.8, 2.4, 400)
    for i, years in enumerate(luck.geometric(own)):
        start = np.datetime64("2016-01") + int(luck.integers(112))
        end = (start + 12 * int(min(years, 99))).astype("datetime64[D]") - np.timedelta64(1, "D")
        if end >= np.datetime64("2023-01-01"):
            rows.append(f"A{i},smb,{start}-01,{end if end < np.datetime64('2026-01-01') else ''}")
    path = folder / "history.csv"
    path.write_text("\n".join([*rows, ""]))
    return path


def test_churn_comes_back_from_a_cut_history(tmp_path: Path) -> None:
    """Each replication reads a file; without the cut, churn comes out too low."""
    luck = np.random.default_rng(11)
    hits, naive = [], []
    for _ in range(25):
        log = cut_history(tmp_path, luck, 0.2)
        for since, found in (("2023-01-01", hits), (None, naive)):
            answer = calibrate.churn(log, term=12, form="one", as_of="2025-12-31", since=since)
            row = answer.table("segments").iloc[0]
            found.append(row["p5"] <= 0.2 <= row["p95"])
    nine_of_ten(hits)
    assert np.mean(naive) < 0.3


def test_a_cut_history_by_hand(tmp_path: Path) -> None:
    """From 2024 on: one decides at its third renewal, one at its second and is lost, one is gone.

    The first had renewed twice by then. What was before is neither time nor renewal.
    """
    rows = ["account,segment,start,end", "A,smb,2021-07-01,", "B,smb,2022-07-01,2024-06-30"]
    rows += ["C,smb,2022-01-01,2022-12-31", "D,smb,2022-01-01,2023-12-31", "E,smb,2022-07-01,"]
    path = tmp_path / "history.csv"
    path.write_text("\n".join([*rows, ""]))
    found = calibrate.churn(path, term=12, since="2024-01-01", as_of="2024-12-31")
    table = found.table("renewals")[["renewal", "decided", "lost"]]
    assert table.to_numpy().tolist() == [["2", 2, 1], ["3", 1, 0]]
    assert found.table("segments")["account-months"].tolist() == pytest.approx([12 + 6 + 12])
    assert found.table("years")["year"].tolist() == ["2024"]
    assert [row.found for row in found.rejects.listed] == ["2022-12-31", "2023-12-31"]
    assert found.rejects.faulty == 0


def test_chances_that_differ_come_back_from_a_cut_history(tmp_path: Path) -> None:
    """Survivors of a cut are the better part, which the likelihood of renewals knows."""
    luck = np.random.default_rng(12)
    hits = []
    for _ in range(30):
        log = cut_history(tmp_path, luck, None)
        answer = calibrate.churn(log, term=12, form="sbg", as_of="2025-12-31", since="2023-01-01")
        row = answer.table("segments").iloc[0]
        hits.append(row["p5"] <= 0.25 <= row["p95"])
    nine_of_ten(hits)


def test_accounts_before_the_cut_are_no_strangers(tmp_path: Path) -> None:
    """Revenues of an account that left before the log is complete are no fault."""
    log = cut_history(tmp_path, np.random.default_rng(13), 0.2)
    gone = "gone,smb,2020-01-01,2020-12-31\n"
    log.write_text(log.read_text() + gone)
    arr = tmp_path / "arr.csv"
    arr.write_text("account,date,arr\ngone,2020-02-01,100\ngone,2020-08-01,110\n")
    found = calibrate.churn(log, snapshots=arr, since="2023-01-01", as_of="2025-12-31")
    assert [row.kind for row in found.rejects.listed] == ["ended before the log is complete"]


# --- too little ----------------------------------------------------------------------------------


@pytest.mark.parametrize("term", [12, None])
def test_one_account_is_no_churn(tmp_path: Path, term: int | None) -> None:
    """The other segment is told; of this one the plan keeps its own number."""
    rows = [f"big,{2020 + i % 4}-01-01,{'2024-12-31' if i % 3 == 0 else ''}" for i in range(40)]
    path = tmp_path / "history.csv"
    path.write_text("\n".join(["segment,start,end", *rows, "tiny,2024-10-01,", ""]))
    found = calibrate.churn(path, term=term, as_of="2025-12-31")
    assert list(found.fragment["segments"]) == ["big"]
    assert any("tiny: 0 of 1 accounts" in one and "too little" in one for one in found.sentences)
    table = found.table("segments").set_index("segment")
    assert np.isnan(table.loc["tiny", "churn"])
    assert 0 < table.loc["big", "churn"] < 1


def test_four_losses_are_no_hazard_ratio(tmp_path: Path) -> None:
    """A hidden cause is planted in a longer log: there the regression speaks, and warns."""
    log = cohorts(tmp_path, np.random.default_rng(15), 5)
    shortfall, _, lost = renewals(0.0, np.random.default_rng(16), hidden=0.8)
    rows = [f"smb,{left},{1 - x:.3f}" for x, left in zip(shortfall, lost, strict=True)]
    told = []
    for some in (rows, [row for row in rows if "False" in row][:40] + ["smb,yes,0.5"] * 4):
        path = tmp_path / "renewals.csv"
        path.write_text("\n".join(["segment,lost,coverage_qbr", *some, ""]))
        found = calibrate.churn(log, renewals=path, as_of="2025-12-31")
        told.append(("tasks" in found.fragment, *(
            any(words in one for one in (*found.sentences, *found.warnings))
            for words in ("are biased", "E-value", "too little to learn from")
        )))  # fmt: skip
    assert told == [(True, True, True, False), (False, False, False, True)]


@pytest.mark.parametrize("form", ["one", "by renewal", "sbg", "hazard"])
def test_there_is_one_churn(tmp_path: Path, form: str) -> None:
    """The sentence, the table and the fragment say the same number."""
    log = cohorts(tmp_path, np.random.default_rng(14), 5)
    found = calibrate.churn(log, term=12, form=form, as_of="2025-12-31")
    row = found.table("segments").iloc[0]
    assert f"{100 * row['churn']:.1f} %" in found.sentences[0]
    assert row["of"] in found.sentences[0]
    churn = found.fragment["segments"]["smb"]["churn"]
    if form == "sbg":
        alpha, beta = (float(churn["sbg"][name]["p50"]) for name in ("alpha", "beta"))
        told = alpha / (alpha + beta)
    else:
        told = float((churn[0] if form == "by renewal" else churn)["mean"].rstrip("%")) / 100
    assert row["churn"] == pytest.approx(told, rel=1e-3)


def cohorts(folder: Path, luck: np.random.Generator, cohorts: int) -> Path:
    """Accounts that leave at a yearly renewal, each with a chance of its own, in every year."""
    rows = ["segment,start,end"]
    for years in luck.geometric(luck.beta(0.7, 2, 1500)):
        start = np.datetime64("2018-01") + int(luck.integers(12 * cohorts))
        end = (start + 12 * int(min(years, 99))).astype("datetime64[D]") - np.timedelta64(1, "D")
        rows.append(f"smb,{start}-01,{end if end < np.datetime64('2026-01-01') else ''}")
    path = folder / "history.csv"
    path.write_text("\n".join([*rows, ""]))
    return path


@pytest.mark.parametrize("term", [12, None])
@pytest.mark.parametrize("form", ["auto", "hazard"])
def test_frail_accounts_that_leave_first_make_no_years_differ(
    tmp_path: Path, term: int | None, form: str
) -> None:
    until = np.datetime64("2025-12-31").item()
    log = cohorts(tmp_path, np.random.default_rng(8), 5)
    found = calibrate.churn(log, term=term, form=form, as_of=until)
    table = found.table("years")
    assert table["expected"].sum() == pytest.approx(table["lost"].sum(), rel=0.02)
    spread = found.fragment["market"]["churn_volatility"]
    assert float(spread["p50"].rstrip("%")) < 8
    assert any("differ by no more than luck" in sentence for sentence in found.sentences)


def test_years_of_one_cohort_cannot_be_told_from_tenures(tmp_path: Path) -> None:
    until = np.datetime64("2025-12-31").item()
    log = cohorts(tmp_path, np.random.default_rng(9), 1)
    assert "market" not in calibrate.churn(log, as_of=until).fragment
    spread = calibrate.churn(log, term=12, as_of=until).fragment["market"]["churn_volatility"]
    assert float(spread["p50"].rstrip("%")) < 8
