"""What was meant by a condition that cannot be read: the words and signs of other languages."""

from __future__ import annotations

import re

_SEVERAL_WORDS = re.compile(
    r"((?:\b[^\W\d]\w*\s+)+[^\W\d]\w*)\s*(?:[<>=!]|\b(?:not\s+)?in\s*[\[(])"
)
_JOINS = ("and", "or", "not", "in", "is")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SHOUTED = re.compile(r"\b(AND|OR|NOT|IN)\b")
_SIGNS = {"&&": "and", "||": "or", "<>": "!="}
_ONE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_DAY = re.compile(r"[<>=]\s*([12][0-9]{3}-[0-9]{2}(?:-[0-9]{2})?)(?![\w-])")
_AMOUNT = re.compile(
    r"[<>=]\s*([0-9][0-9_.]*(?:\s*(?:k|K|M|bn)\b)?\s*[A-Z]{3}|[0-9][0-9_.]*\s*(?:k|K|M|bn))(?!\w)"
)


def meant(text: str) -> str:
    """What to write in place of a condition that cannot be read; empty where nobody can tell."""
    bare = _QUOTED.sub("''", text)
    if found := _SHOUTED.search(bare):
        return f"Write `{found[0].lower()}` in small letters"
    for sign, word in _SIGNS.items():
        if sign in bare:
            return f"Write `{word}` for {sign}"
    if _ONE_EQUALS.search(bare):
        return "Write == for what is equal"
    if found := _DAY.search(bare):
        return f"Write the date in quotes, '{found[1]}'"
    if title := _title_in(bare):
        return title
    found = _AMOUNT.search(bare)
    return f"Write the amount in quotes, '{found[1]}'" if found else ""


def _title_in(text: str) -> str:
    """How to write a title of several words that is compared; empty where there is none."""
    for found in _SEVERAL_WORDS.finditer(text):
        words = found[1].split()
        title = words[max((i + 1 for i, w in enumerate(words) if w in _JOINS), default=0) :]
        if len(title) > 1:
            name, whole = title[-1].lower(), " ".join(title)
            mend = f"under `accounts`, columns: {{{name}: {whole}}}, and {name} here"
            return f"`{whole}` is several words. Give the column a name of one: {mend}"
    return ""
