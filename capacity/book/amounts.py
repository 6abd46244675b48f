"""Amounts of money as other programs export them: ``82,000.00``, ``USD 82,000``, ``82,000 €``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from capacity.scenario.document import Plan
from capacity.units import LONGEST_TEXT, converted

_SIGNS = {
    "$": ("USD", "AUD", "BRL", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD"),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
}
"""The currencies that write a sign; where they are several, it means the plan's own."""
_IN_THREES, _AS_IN_INDIA = r"\d{1,3}(?:,\d{3})+", r"\d{1,2}(?:,\d{2})+,\d{3}"
_CURRENCY = rf"[A-Z]{{3}}|[{re.escape(''.join(_SIGNS))}]"
_AMOUNT = re.compile(
    rf"(?P<minus>-?)(?P<before>{_CURRENCY})?\s*(?P<less>-?)(?P<n>{_IN_THREES}|{_AS_IN_INDIA}|\d+)"
    rf"(?P<cents>\.\d*)?\s*(?P<after>{_CURRENCY})?",
    re.ASCII,
)
_THOUSANDTHS = len(".000")
_NO_NUMBER = "{!r} is not a number. Write digits, as in 95000"


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
        if not found or (found["minus"] and found["less"]):
            raise ValueError(_NO_NUMBER.format(text))
        codes = {self._code(said, text) for said in (found["before"], found["after"]) if said}
        if len(codes) > 1:
            raise ValueError(_NO_NUMBER.format(text))
        code = codes.pop() if codes else None
        if code and len(found["cents"] or "") == _THOUSANDTHS and "," not in found["n"]:
            whole = f"{found['n']}{found['cents'][1:]}"
            raise ValueError(f"{text!r} may mean thousands. Write {whole} {code}")
        digits = found["n"].replace(",", "") + (found["cents"] or "")
        amount = float(f"{found['minus']}{found['less']}{digits}")
        return converted(amount, code, text, self.currency, self.fx)

    def _code(self, said: str, text: str) -> str:
        """The code of a currency that is said by its code or its sign."""
        codes = _SIGNS.get(said, (said,))
        if len(codes) > 1 and self.currency not in codes:
            raise ValueError(f"{text!r} may be {' or '.join(codes)}. Write the code for {said}")
        return self.currency if self.currency in codes else codes[0]
