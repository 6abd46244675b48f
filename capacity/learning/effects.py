"""What leaving work undone did to renewals: hazard ratios by regression, and how far to trust them.

The renewal of an account is lost with 1 − exp(−H·exp(Σ βₖxₖ)), xₖ the shortfall of task k: the
complementary log-log regression, the discrete form of proportional hazards (Prentice & Gloeckler
1978). exp(β) is the hazard ratio of a task that is not done at all. statsmodels fits it.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace

import numpy as np

from capacity import units
from capacity.arrays import BoolArray, FloatArray
from capacity.errors import QuestionError
from capacity.estimates import Z_OF_P90
from capacity.extras import needed
from capacity.learning.log import Log
from capacity.learning.posterior import FEW
from capacity.learning.terms import NO_TERM, is_term
from capacity.units import LARGEST, MONTHS_PER_YEAR

COVERAGE, CONTROL = "coverage_", "control_"
"""What columns of the coverage of a task, and of what else may matter, begin with."""
BELIEVED = 0.3
"""Standard deviation of ln(hazard ratio) before the data: 9 of 10 lie within 0.61 to 1.64."""
RANDOMISED, OBSERVATIONAL = "randomised", "observational"
BIAS = {RANDOMISED: 0.0, "matched": 0.15, OBSERVATIONAL: 0.3}
"""Standard deviation of the bias of ln(hazard ratio), by how it came about who got the work."""
_COMMON = 0.15
_ANY = replace(units.PLAIN, low=-LARGEST)
_WIDEST = 20.0
_SAME = 1e-9


@dataclass(frozen=True)
class Effect:
    """The hazard ratio of a task.

    Attributes
    ----------
    task
        The task.
    log, error
        ln(hazard ratio) as estimated, and its standard error.
    shrunk, spread
        Mean and standard deviation of ln(hazard ratio) after shrinkage.
    e_value, e_of_range
        E-values of the estimate, and of the end of its 95 % range next to 1.
    """

    task: str
    log: float
    error: float
    shrunk: float
    spread: float
    e_value: float
    e_of_range: float

    def on_addressable(self, share: float) -> tuple[float, float, float]:
        """Quantiles 0.1, 0.5 and 0.9 of the factor on the addressable part of the hazard.

        All of the hazard is 1 − share + share·r times what it was, so r = 1 + (ratio − 1)/share.
        """
        ratios = (math.exp(self.shrunk + sign * Z_OF_P90 * self.spread) for sign in (-1, 0, 1))
        low, middle, high = (max(1 + (ratio - 1) / share, 0.01) for ratio in ratios)
        return low, middle, high


@dataclass(frozen=True)
class Effects:
    """The effects of all tasks, from one regression.

    Attributes
    ----------
    effects
        One for each task.
    renewals, lost
        Renewals, and those that were lost.
    evidence
        A key of `BIAS`.
    alone
        Share of the variance of each coverage that goes along with no other column.
    """

    effects: tuple[Effect, ...]
    renewals: int
    lost: int
    evidence: str
    alone: tuple[float, ...]

    @property
    def tells(self) -> bool:
        """Whether enough renewals were lost, and enough kept, to learn anything from."""
        return min(self.lost, self.renewals - self.lost) >= FEW


def shrunk(log: float, error: float, evidence: str) -> tuple[float, float]:
    """Mean and standard deviation of an effect after its estimate.

    Before it ln(ratio) ~ N(0, 0.3²). The estimate is off by luck and by bias, N(0, error² + bias²):
    weight w = 0.3² / (0.3² + error² + bias²), mean w·estimate, variance w·(error² + bias²).
    """
    off = error**2 + BIAS[evidence] ** 2
    weight = BELIEVED**2 / (BELIEVED**2 + off)
    return weight * log, math.sqrt(weight * off)


def e_value(ratio: float, *, common: bool) -> float:
    """How strong a hidden cause would have to be to explain a hazard ratio away.

    As a risk ratio with the work and with renewal both, E = R + √(R(R − 1)) (VanderWeele & Ding
    2017). Where losses are common R is approximated by (1 − 0.5^√HR)/(1 − 0.5^√(1/HR)).
    """
    ratio = max(ratio, 1 / ratio)
    if common:
        ratio = (1 - 0.5 ** math.sqrt(ratio)) / (1 - 0.5 ** math.sqrt(1 / ratio))
    return ratio + math.sqrt(ratio * (ratio - 1))


def read_effects(log: Log, evidence: str) -> Effects:
    """The effects of the tasks whose coverage a log of renewals holds.

    Raises
    ------
    QuestionError
        Where the log cannot tell them.
    """
    segments = log.names("segment", renamed=True)
    lost = log.flags("lost")
    term = np.full(len(log), float(MONTHS_PER_YEAR))
    if "term" in log:
        term = log.numbers("term", units.PLAIN)
        wrong = ~is_term(term) & ~np.isnan(term)
        log.reject(wrong, "term", lambda i: f"{term[i]:g} is {NO_TERM}", "terms out of range")
    tasks = [name for name in log.table.columns if name.startswith(COVERAGE)]
    if not tasks:
        text = f"no column begins with `{COVERAGE}`. Map one: --columns {COVERAGE}qbr=TITLE"
        raise QuestionError(f"{log.path}: {text}")
    coverage = {name: log.numbers(name, units.SHARE) for name in tasks}
    controls = {
        name: log.numbers(name, _ANY) for name in log.table.columns if name.startswith(CONTROL)
    }
    log.rejects()  # stops where too many rows are bad
    good = log.good
    shortfall = np.column_stack([1 - coverage[name][good] for name in tasks])
    other = _design(segments[good].astype(str), [controls[name][good] for name in controls])
    names = log.renamed([name.removeprefix(COVERAGE) for name in tasks])
    return fit_effects(names, shortfall, other, lost[good], term[good], evidence)


def _design(segments: FloatArray, controls: list[FloatArray]) -> FloatArray:
    """A column for each segment, and each control in standard deviations from its mean."""
    columns = [(segments == name).astype(float) for name in np.unique(segments)]
    columns += [(c - c.mean()) / c.std() for c in controls if c.std() > 0]
    return np.column_stack(columns)


def fit_effects(
    tasks: list[str],
    shortfall: FloatArray,
    other: FloatArray,
    lost: BoolArray,
    term: FloatArray,
    evidence: str,
) -> Effects:
    """The regression.

    Parameters
    ----------
    shortfall
        Of each renewal and task, shape (renewals, tasks).
    other
        What else the hazard may depend on, a constant or segments first.
    lost, term
        Of each renewal, and the months of its term.
    """
    if not 0 < lost.sum() < len(lost):
        raise QuestionError("none or all of the renewals were lost, which tells no effect")
    alone = _alone(tasks, shortfall, other)
    api = needed("statsmodels.api", "learning from history")
    link = api.families.links.CLogLog()
    design = np.column_stack([shortfall, other])
    model = api.GLM(
        lost.astype(float),
        design,
        family=api.families.Binomial(link=link),
        offset=np.log(term / MONTHS_PER_YEAR),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it warns of is looked at below
        fit = model.fit(maxiter=200)
    count = len(tasks)
    logs, errors = fit.params[:count], fit.bse[:count]
    if not fit.converged or not np.isfinite(errors).all() or (errors > _WIDEST).any():
        raise QuestionError(
            "the renewals cannot tell the effects apart: some shortfall goes along with another, "
            "or settles who was lost. Leave a column out"
        )
    common = float(lost.mean()) > _COMMON
    found = [
        _effect(*row, evidence, common=common)
        for row in zip(tasks, logs.tolist(), errors.tolist(), strict=True)
    ]
    return Effects(tuple(found), len(lost), int(lost.sum()), evidence, alone)


def _alone(tasks: list[str], shortfall: FloatArray, other: FloatArray) -> tuple[float, ...]:
    """Share of the variance of each coverage that no other column goes along with.

    Raises
    ------
    QuestionError
        Where one has none, so that its effect cannot be told from that of the others.
    """
    found = []
    for i, (name, values) in enumerate(zip(tasks, shortfall.T, strict=True)):
        if values.std() == 0:
            raise QuestionError(f"coverage of {name} is always the same, which tells no effect")
        rest = np.column_stack([np.delete(shortfall, i, axis=1), other])
        weights, *_ = np.linalg.lstsq(rest, values, rcond=None)
        found.append(float((values - rest @ weights).var() / values.var()))
        if found[-1] < _SAME:
            text = f"coverage of {name} {_goes_along(i, tasks, shortfall)}"
            mend = "Leave one of them out, or give them one column"
            raise QuestionError(f"{text}, so their effects cannot be told apart. {mend}")
    return tuple(found)


def _goes_along(i: int, tasks: list[str], shortfall: FloatArray) -> str:
    """With what a coverage goes along to the digit."""
    moving = [j for j, values in enumerate(shortfall.T) if j != i and values.std() > 0]
    for j in moving:
        if abs(np.corrcoef(shortfall[:, i], shortfall[:, j])[0, 1]) ** 2 > 1 - _SAME:
            return f"goes along with that of {tasks[j]} in every renewal"
    return "follows from the other columns, or is one for each segment"


def _effect(task: str, log: float, error: float, evidence: str, *, common: bool) -> Effect:
    mean, spread = shrunk(log, error, evidence)
    near = max(abs(log) - 1.96 * error, 0.0)
    return Effect(
        task,
        log,
        error,
        mean,
        spread,
        e_value(math.exp(log), common=common),
        e_value(math.exp(near), common=common),
    )
