"""A page as one HTML file: nothing is fetched, and it can be read without a script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from capacity.extras import check_installed, needed
from capacity.report.palette import dark_rules
from capacity.report.words import unbroken

if TYPE_CHECKING:
    from capacity.report.page import Page

_HOME = "capacity.report"
WHAT = "HTML"
_FEW = 3
"""Warnings that are read at once; more of them are folded."""
_MANY = 8
"""Sentences behind the headline that are; the others are folded."""


def check_html() -> None:
    """Make sure that pages can be made, before any work is spent on one; see `needed`."""
    check_installed(WHAT, "jinja2", "vl_convert")


def html(page: Page) -> str:
    """The page; names of users are text in it and nothing else.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    script = _part("page.js")
    return _filled(
        "page.html",
        page,
        style=_part("page.css").replace("{{ dark_rules }}", dark_rules()),
        script=script,
        script_hash=_hash(script),
    )


def fragment(page: Page) -> str:
    """Headline and charts alone, to stand within another page; for errors see `html`."""
    return _filled("fragment.html", page)


def _filled(name: str, page: Page, **ours: str) -> str:
    """A template with a page in it, and parts of our own making."""
    jinja2 = needed("jinja2", WHAT)
    markup = jinja2.utils.markupsafe.Markup
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False
    )
    environment.filters["named"] = lambda text: _named(text, page.names, markup)
    environment.filters["drawing"] = markup  # of our own making, and XML already
    environment.globals |= {"is_figure": _is_figure, "few": _FEW, "many": _MANY}
    parts = {key: markup(part) for key, part in ours.items()}
    text: str = environment.from_string(_part(name)).render(page=page, **parts)
    return text


def _part(name: str) -> str:
    return (files(_HOME) / "site" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """By which a browser knows the one script that may run."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _is_figure(amounts: Sequence[float | None]) -> bool:
    """Whether a column holds figures."""
    return any(amount is not None for amount in amounts)


def _named(text: str, names: Iterable[str], markup: Any) -> Any:
    """A sentence in which each name runs in the direction of its own script.

    Its lines do not end between a number and its unit.
    """
    longest = sorted((name for name in names if name.strip()), key=len, reverse=True)
    if not longest:
        return markup.escape(unbroken(text))
    found = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest))})(?!\w)")
    parts = found.split(text)
    return markup("").join(
        markup("<bdi>{}</bdi>").format(part) if i % 2 else markup.escape(unbroken(part))
        for i, part in enumerate(parts)
    )
