"""Any figure of the table at expected values, as the arithmetic that makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from capacity.assumptions import Row
from capacity.engine.layout import Layout
from capacity.errors import QuestionError
from capacity.expectations import figure_named
from capacity.explaining.basis import leaves
from capacity.explaining.explainer import Explainer
from capacity.explaining.term import Term
from capacity.loading import Scenario
from capacity.report.reported import Reported
from capacity.scenario.expecting import Named

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Reported):
    """The arithmetic of one number.

    Attributes
    ----------
    plan
        Whose number it is.
    metric, unit
        What it is called, and in what it is told.
    about
        What it is about: names by kind.
    period
        When; empty for a figure over the plan.
    term
        The number and what it is made of.
    manifest
        What the number depends on.
    """

    plan: Scenario
    metric: str
    unit: str
    about: Mapping[str, str]
    period: str
    term: Term
    manifest: Mapping[str, Any]

    @property
    def scenario(self) -> str:
        """The name of the plan."""
        return self.plan.name

    @property
    def value(self) -> float:
        """The number."""
        return self.term.value

    @property
    def inputs(self) -> list[Term]:
        """The inputs that it rests on, each once, in the order of the arithmetic."""
        return leaves([self.term])

    def rows(self) -> list[Row]:
        """A row for each number of the arithmetic, from the top, with its depth."""
        return [*_rows(self.term, 0)]

    def table(self) -> pd.DataFrame:
        """The rows as a table."""
        import pandas as pd  # slow to import

        table = pd.DataFrame(self.rows())
        places = ["line", "column"]
        table[places] = table[places].astype("Int64")  # whole, though not every number was written
        return table

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.explaining_page import page  # shows what is computed here

        return page(self)

    def workbook(self) -> bytes:
        """The arithmetic as an Excel workbook that computes, from the inputs to the number."""
        from capacity.workbook.explaining import workbook  # brought by the extra `report`

        return workbook(self)

    def __str__(self) -> str:
        from capacity.report.explaining import as_text  # shows what is computed here

        return as_text(self)


def _rows(term: Term, depth: int) -> Iterator[Row]:
    yield {"depth": depth, **{k: v for k, v in term.row().items() if k != "parts"}}
    for part in term.parts:
        yield from _rows(part, depth + 1)


def explained(
    layout: Layout, metric: str, about: Mapping[str, str], manifest: Mapping[str, Any]
) -> Explanation:
    """The arithmetic of a figure that is named as by an expectation.

    Parameters
    ----------
    metric
        As ``required_fte[csm, 2027-03]``.
    about
        Names beside those in the brackets, by `role`, `pool`, `segment`, `task` or `period`; an
        empty one says nothing.
    manifest
        What the number depends on.

    Raises
    ------
    QuestionError
        Where there is no such figure, or it is a quantile, which has no arithmetic.
    """
    explainer = Explainer(layout)
    names = [Named(name, kind) for kind, name in about.items() if name]
    found, period, by, q = figure_named(explainer.catalogue, layout.plan, metric, names)
    if q is not None:
        text = f"{metric}: a quantile is no arithmetic of inputs. Leave the quantile out"
        raise QuestionError(text)
    term = explainer.explain(found, period or "", by)
    about = found.key.about
    return Explanation(layout.scenario, found.name, found.unit, about, period or "", term, manifest)
