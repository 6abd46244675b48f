"""Amounts of money as other programs export them: ``82,000.00``, ``USD 82,000``, ``82,000 €``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from capacity.scenario.document import Plan
from capacity.units import LONGEST_TEXT, converted

_SIGNS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "₹": ("INR",),
    "¥": ("JPY", "CNY"),
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD"),
}
"""The currencies that write a sign; where they are several, it means the plan's own."""
_CURRENCY = rf"[A-Z]{{3}}|[{re.escape(''.join(_SIGNS))}]"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})?\s*(?P<minus>-?)(?P<n>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<cents>\.\d+)?"
    rf"\s*(?P<after>{_CURRENCY})?",
    re.ASCII,
)
_THOUSANDTHS = len(".000")


@dataclass(frozen=True)
class Amounts:
    """How the cells of a column of money are read.

    Attributes
    ----------
    currency, fx
        The plan's own currency, and what one unit of each other is worth in it.
    """

    currency: str
    fx: Mapping[str, float]

    @classmethod
    def of(cls, plan: Plan) -> Amounts:
        """Amounts in the currencies of a plan."""
        return cls(plan.currency, plan.fx)

    def read(self, text: str) -> float:
        """The amount of a cell in the plan's currency.

        Raises
        ------
        ValueError
            Where it is none, or in a currency of which no rate is known.
        """
        text = text.replace("\N{NO-BREAK SPACE}", " ")
        found = _AMOUNT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
        if not found or (found["before"] and found["after"]):
            raise ValueError(f"{text!r} is not a number. Write digits, as in 95000")
        said = found["before"] or found["after"]
        if said and len(found["cents"] or "") == _THOUSANDTHS and "," not in found["n"]:
            whole = f"{found['n']}{found['cents'][1:]}"
            raise ValueError(f"{text!r} may mean thousands. Write {whole} {self._code(said, text)}")
        amount = float(found["minus"] + found["n"].replace(",", "") + (found["cents"] or ""))
        code = self._code(said, text) if said else None
        return converted(amount, code, text, self.currency, self.fx)

    def _code(self, said: str, text: str) -> str:
        """The code of a currency that is said by its code or its sign."""
        codes = _SIGNS.get(said, (said,))
        if len(codes) > 1 and self.currency not in codes:
            raise ValueError(f"{text!r} may be {' or '.join(codes)}. Write the code for {said}")
        return self.currency if self.currency in codes else codes[0]
