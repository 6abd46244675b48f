"""What is lost without something, as text: break-even first, then the value by horizon."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table

from capacity.report.tables import FEW, RANGE, TOO_FEW, WIDTH, plain, table
from capacity.report.told import Told
from capacity.report.value_of_tasks import notes_of_tasks, tables_of_tasks
from capacity.report.words import UNKNOWN, currency_name, hours, money, odds, people, share
from capacity.workings.lasting import MARKS

if TYPE_CHECKING:
    from capacity.valuing.answer import Roi
    from capacity.valuing.break_even import BreakEven

_LOW, _HIGH = 0.1, 0.9
_SIDES = ("with", "without")
_EVERY = 6
"""Of what is saved by month, which months are printed."""
_WHAT = {"role": "the role {}", "task": "the task {}", "segment": "the work for {}"}


def as_text(values: Sequence[Roi], width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(values), width)


def report(values: Sequence[Roi]) -> Group:
    """One removal in full, or several side by side."""
    return told(values).group()


def told(values: Sequence[Roi]) -> Told:
    """What is said of one removal in full, or of several side by side."""
    each = [Removed(value) for value in values]
    tables = [_by_horizon(each)]
    if values[0].says_effects:
        tables.append(_in_money(each))
    if len(each) == 1:
        tables += [*each[0].tables()]
    if values[0].tasks:
        currency = each[0].plan.currency
        tables += tables_of_tasks(values[0].tasks, currency, ordered=values[0].says_effects)
    sentences = tuple(sentence for one in each for sentence in one.sentences())
    notes = tuple(each[0].footer(many=len(each) > 1))
    return Told.of_one(each[0].plan.name, each[0].about, sentences, tuple(tables), notes)


class Removed:
    """One removal, as it is said."""

    def __init__(self, value: Roi) -> None:
        self.value, self.plan = value, value.scenario.plan
        self.lucky = value.trials > 0
        kind, _, name = value.without.partition(":")
        self.what = _WHAT[kind].format(name) if name else f"{value.without}"
        if value.without.endswith("%"):
            self.what = f"{value.without} of the seats"

    @property
    def about(self) -> str:
        """The question, from when on, and of how many futures."""
        noun = "future" if self.value.trials == 1 else "futures"
        futures = f"{self.value.trials:,} {noun}" if self.lucky else "expected values"
        return f"what if not? · from {self.value.start} · {futures}"

    def horizon(self, period: str) -> str:
        """``36 months``."""
        if period:
            return f"{period.removesuffix('m')} months"
        count = self.value.horizons[""]
        for label, periods in self.value.horizons.items():
            if label and periods == count:
                return f"{label.removesuffix('m')} months"
        return f"{count} {self.plan.horizon.step}s"

    @property
    def periods(self) -> list[str]:
        """The horizons that are shown, the headline's last unless it is one of them."""
        counts = self.value.horizons
        marks = [label for label in counts if label and counts[label] <= counts[""]]
        same = any(counts[label] == counts[""] for label in marks)
        return marks if same else [*marks, ""]

    @property
    def labels(self) -> list[str]:
        """The periods of the headline horizon."""
        return self.plan.horizon.periods.labels[: self.value.horizons[""]]

    # --- sentences -------------------------------------------------------------------------------

    def sentences(self) -> Iterator[str]:
        """At which effect it pays, and what it saves."""
        for basis in ("cash", "value"):
            free = basis != "cash" and self.value.mean("incremental_cost") == 0
            if ("", basis) in self.value.break_even and not free:
                yield self._break_even(self.value.break_even["", basis])
        yield self._saved() if self.value.says_effects else self._unknown()

    def _break_even(self, found: BreakEven) -> str:
        where = "in cash" if found.basis == "cash" else "in value, with ARR at its multiple"
        text = f"{self.what}, {where}, over {self.horizon('')}: "
        if self.value.mean("incremental_cost") == 0:
            return self._without_cost()
        if found.answer == "always pays":
            return f"{text}pays even if the work does nothing for churn or growth."
        if found.answer == "never pays":
            return f"{text}never pays, however much the work does."
        churn_stays = found.believed == found.hazard_ratio == 1  # 1 to any power
        if math.isnan(found.hazard_ratio) or churn_stays:
            times = f"{found.strength:.2f} times as strong"
            return f"{text}pays if what is said of growth and contraction were {times}, or more."
        off = f" ± {found.error:.2f}" if found.error >= 0.005 else ""
        text += (
            f"pays if stopping the work multiplies addressable churn by {found.hazard_ratio:.2f}"
            f"{off} or more, {100 * found.grr_points:.1f} points of GRR a year"
        )
        if math.isnan(found.p_exceeded):
            return f"{text}."
        points = f"{100 * found.believed_points:.1f} points"
        text += f". The scenario itself says {found.believed:.2f}, {points}"
        if not self.lucky:
            return f"{text}."
        held = odds(found.p_exceeded, self.value.trials)
        return f"{text}, and more than break-even in {held}."

    def _without_cost(self) -> str:
        """Why no cost is saved, and what is lost all the same."""
        stay = self.value.without.startswith(("task:", "segment:"))
        why, mend = "its people stay and are paid", ""
        if not stay and self.value.says_pay:
            why = "this plan has no people there"
        elif not stay:
            why = "this plan gives its people no pay"
            mend = " Write `salary` for the roles in `team`."
        text = f"{self.what}: {why}, so without it no cost is saved"
        gain = self.value.mean("incremental_gross_profit")
        if math.isfinite(gain):
            verb = "is won" if gain < 0 else "is lost"
            lost = f"{money(abs(gain), self.plan.currency)} of" if gain else "no"
            text += f", and {lost} gross profit {verb} over {self.horizon('')}"
        return f"{text}.{mend}"

    def _unknown(self) -> str:
        """What is known where nothing says what the work does, and what to write."""
        cost = f"{self.money('incremental_cost')} over {self.horizon('')}{self._of_revenue()}"
        return (
            f"{self.what}: costs {cost}. What it saves is not known, since the scenario does not "
            "say what happens to churn if the work stops. Write it, as in "
            "`value: {if_stopped: {churn: 1.3}}`, with its source."
        )

    def _saved(self) -> str:
        accounts = self._more("accounts_saved", people, hours, " accounts", "fewer")
        arr = self._more("arr_saved", self._priced, money, " of ARR", "less")
        if arr.endswith(" more"):
            accounts = accounts.removesuffix(" more")  # said once, of both
        cost = self.value.mean("incremental_cost")
        price = f"{self.money('incremental_cost')} of cost{self._of_revenue()}"
        return (
            f"{self.what}: {accounts} and {arr} at the end of {self.horizon('')} than without, "
            f"{f'for {price}' if cost else 'at no cost of its own'}."
        )

    def _of_revenue(self) -> str:
        """``, 9.3 % of revenue``; nothing where there is none."""
        part = self.value.mean("cost_share_of_revenue")
        return f", {share(part, 1)} of revenue" if math.isfinite(part) else ""

    def _priced(self, amount: float) -> str:
        return money(amount, self.plan.currency)

    def _more(
        self,
        metric: str,
        say: Callable[[float], str],
        say_end: Callable[[float], str],
        what: str,
        less: str,
    ) -> str:
        """``4.0 accounts (1 to 8 in 8 of 10 futures) more``; what is negative is told as less."""
        mean = self.value.mean(metric)
        if mean >= 0:
            return f"{say(mean)}{what}{self.range(metric, say_end)} more"
        between = ""
        if self.lucky:
            ends = (0.0 - self.value.quantile(metric, q) for q in (_HIGH, _LOW))
            between = f" ({' to '.join(say_end(end) for end in ends)} in {RANGE})"
        return f"{say(-mean)}{what}{between} {less}"

    def money(self, metric: str) -> str:
        """The expected value over the headline horizon, with the currency."""
        return money(self.value.mean(metric), self.plan.currency)

    def range(self, metric: str, say: Callable[[float], str], period: str = "") -> str:
        """`` (1 to 9 in 8 of 10 futures)``."""
        between = self.between(metric, say, period)
        return f" ({between} in {RANGE})" if between else ""

    def between(self, metric: str, say: Callable[[float], str], period: str = "") -> str:
        """``1 to 9``; nothing where there is no luck."""
        if not self.lucky or math.isnan(self.value.mean(metric, period)):
            return ""
        ends = (self.value.quantile(metric, q, period) for q in (_LOW, _HIGH))
        return " to ".join(say(end) for end in ends)

    def odds(self, metric: str, period: str) -> str:
        """``80 %`` of the futures in which it is above 0."""
        known = self.lucky and not math.isnan(self.value.mean(metric, period))
        return share(self.value.odds(metric, period)) if known else ""

    def break_even(self, period: str) -> str:
        """The factor on addressable churn of a table; none where no cost is saved."""
        if self.value.mean("incremental_cost", period) == 0:
            return UNKNOWN
        found = self.value.break_even[period, "cash"]
        words = {"always pays": "always", "never pays": "never"}
        known = math.isfinite(found.hazard_ratio)
        return words.get(found.answer, f"{found.hazard_ratio:.2f}" if known else UNKNOWN)

    def footer(self, *, many: bool) -> Iterator[str]:
        """How the figures are to be read."""
        yield (
            "Break-even is the factor on addressable churn, if all of that work stopped for good, "
            "at which the expected present value is nothing."
        )
        yield (
            "With run-off: what the ARR saved brings in the "
            f"{self.plan.finance.clv_years} years after that, while it leaves as without the work. "
            "Cost comes now and what it saves comes at renewals, so 12 months alone say little."
        )
        yield from self._asked()
        first = self.plan.horizon.periods.labels[0]
        if self.value.start != first:
            yield f"All horizons begin with {first}, the start of the plan."
        if self.lucky:
            seed = self.value.manifest["seed"]
            yield f"Figures are expected values, ranges run from p10 to p90. Seed {seed}."
            if self.value.trials < FEW:
                yield TOO_FEW
        if self.value.tasks and self.value.says_effects:
            yield from notes_of_tasks(self.value.tasks, self.horizon(""))
        if many:
            yield "Retention, lifetime value and the months are in the report of each alone."

    def _asked(self) -> Iterator[str]:
        """Why the headline is about more months than were asked for, and where these are found."""
        months = self.value.manifest["months"]
        if months >= MARKS[-1]:
            return
        others = " and ".join(str(mark) for mark in MARKS[:-1])
        own = "a line of their own" if months in MARKS else f"no line, {others} months have"
        yield f"Asked for {months} months: the headline is over {MARKS[-1]}. {months} have {own}."

    # --- tables ----------------------------------------------------------------------------------

    def tables(self) -> Iterator[Table]:
        """What is told of one removal alone."""
        yield self._kept()
        if self.value.says_effects:
            yield self._by_month()

    def _kept(self) -> Table:
        value, period = self.value, [p for p in self.periods if p][-1]
        heads = ("churn", "GRR", "NRR", "CLV")
        named = [f"{h} {side}" for h in heads for side in _SIDES]
        out = table(f"Opening book after {self.horizon(period)}, and a new customer", "", *named)
        for segment in (*value.segments, "") if len(value.segments) > 1 else value.segments:
            kept = product(("churn", "grr", "nrr"), _SIDES)
            cells = [share(value.mean(f"{n}_{side}", period, segment), 1) for n, side in kept]
            worth = [money(value.mean(f"clv_{side}", "", segment)) for side in _SIDES]
            out.add_row(segment or "all", *cells, *worth)
        return out

    def _by_month(self) -> Table:
        out = table("Saved so far", "end of", "accounts", RANGE, "ARR", RANGE)
        step = _EVERY if self.plan.horizon.step == "month" else 4 * _EVERY
        for label in self.labels[step - 1 :: step]:
            out.add_row(
                label,
                people(self.value.mean("accounts_saved", label)),
                self.between("accounts_saved", hours, label),
                money(self.value.mean("arr_saved", label)),
                self.between("arr_saved", money, label),
            )
        return out


def _by_horizon(told: Sequence[Removed]) -> Table:
    heads = ("break-even", "ROI", RANGE, "above 0 in", "with run-off", RANGE)
    out = table("Break-even and return", "without", "over", *heads)
    out.columns[1].justify = "left"
    for one in told:
        for period in one.periods:
            out.add_row(
                one.value.without,
                one.horizon(period),
                one.break_even(period),
                share(one.value.mean("roi", period)),
                one.between("roi", share, period),
                one.odds("roi", period),
                share(one.value.mean("roi_with_run_off", period)),
                one.between("roi_with_run_off", share, period),
            )
    return out


def _in_money(told: Sequence[Removed]) -> Table:
    currency = currency_name(told[0].plan.currency)
    heads = ("NPV", RANGE, "above 0 in", "with run-off", "above 0 in", "IRR", "paid back")
    out = table(f"Present value, {currency}", "without", "over", *heads)
    out.columns[1].justify = "left"
    for one in told:
        for period in one.periods:
            months = one.value.mean("payback_period", period)
            unit = one.plan.horizon.step + ("s" if months > 1 else "")
            back = f"{months:.0f} {unit}" if math.isfinite(months) else "not"
            if math.isnan(months) or one.value.mean("incremental_cost", period) == 0:
                back = UNKNOWN  # nobody knows, or nothing was paid
            out.add_row(
                one.value.without,
                one.horizon(period),
                money(one.value.mean("npv", period)),
                one.between("npv", money, period),
                one.odds("npv", period),
                money(one.value.mean("npv_with_run_off", period)),
                one.odds("npv_with_run_off", period),
                share(one.value.mean("irr", period)),
                back,
            )
    return out
