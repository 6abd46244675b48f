"""The page in a real browser: drawn, sorted, printed, read by keyboard, and never on the network.

Needs the browser `chromium` of the system and the Python package `playwright`. Without them the
tests are skipped, except in continuous integration (`CI=true`), where both must be there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hostile import ATTACKS, PLAN, SCRIPTS, SOURCE, TASKS, write_hostile, write_variant
from leavings import ROOT, Finished

from capacity.report.words import parted

BASE = ROOT / "scenarios" / "base.yaml"
SEED_EXAMPLE = ROOT / "scenarios" / "seed_example.yaml"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
REQUIRED = os.environ.get("CI") == "true"
WIDE, PHONE = (1200, 900), (390, 844)
PLANS = ("base", "hostile", "bare")
VERBS = {
    "roi": ["roi", "plan.yaml"],
    "plan": ["plan", "plan.yaml", "--coverage", "40%", "--confidence", "50%"],
    "compare": ["compare", "plan.yaml", "variant.yaml"],
}
CHARTS = {"base": 6, "hostile": 6, "bare": 3, "roi": 4, "plan": 3, "compare": 4}


UNFOLD = "document.querySelectorAll('details').forEach(part => part.open = true)"


@dataclass
class Visit:
    """A page that is open, and what went wrong in it."""

    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def column(self, table: str, head: str) -> list[str]:
        """The texts of a column of a table."""
        return self.page.evaluate(
            """([id, head]) => {
              const table = document.getElementById(id).parentElement.querySelector("table");
              const heads = [...table.tHead.rows[0].cells].map(c => c.textContent.trim());
              const at = heads.indexOf(head);
              return [...table.tBodies[0].rows].map(row => row.cells[at].textContent);
            }""",
            [table, head],
        )

    def id_of(self, title: str) -> str:
        """The name of a table by its title."""
        return self.page.evaluate(
            """title => [...document.querySelectorAll("h3")]
                 .find(h => h.textContent === title).id""",
            title,
        )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of the system."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        assert not REQUIRED, "continuous integration installs chromium; see .ci/run"
        pytest.skip(f"no browser is installed: none of {', '.join(BROWSERS)}")
    playwright = pytest.importorskip("playwright.sync_api") if not REQUIRED else None
    if playwright is None:
        from playwright import sync_api as playwright
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(
    run: Callable[..., Finished], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The pages that are looked at, by the name of the plan."""
    folder = tmp_path_factory.mktemp("pages")
    plans = {"base": BASE, "hostile": write_hostile(folder), "bare": SEED_EXAMPLE}
    assert tuple(plans) == PLANS
    for name, plan in plans.items():
        done = run("run", plan, "--trials", 200, "--quiet", "--html", folder / f"{name}.html")
        assert (done.code, done.err) == (0, "")
    few = tmp_path_factory.mktemp("few")
    write_hostile(few, (*SCRIPTS[1:3], *ATTACKS[:2]))  # of all tasks a value takes long
    write_variant(few)
    for name, verb in VERBS.items():
        target = folder / f"{name}.html"
        done = run(*verb, "--trials", 100, "--quiet", "--html", target, folder=few)
        assert (done.code, done.err) == (0, "")
    return {name: folder / f"{name}.html" for name in (*plans, *VERBS)}


@pytest.fixture
def visit(chromium: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Visit]]:
    """Open a page; at the end nothing may have complained or asked for anything."""
    visits: list[Visit] = []

    def go(name: str, size: tuple[int, int] = WIDE, scheme: str = "light", **how: Any) -> Visit:
        width, height = size
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, **how
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        here = Visit(page, pages[name].as_uri())
        page.on("console", lambda message: here.complaints.append(message.text))
        page.on("pageerror", lambda error: here.complaints.append(str(error)))
        page.on("dialog", lambda dialog: here.complaints.append(f"a dialog: {dialog.message}"))
        page.on("request", lambda request: here.requests.append(request.url))
        page.goto(here.address)
        visits.append(here)
        return here

    yield go
    for here in visits:
        here.page.context.close()
        assert here.complaints == []
        assert [url for url in here.requests if url != "data:,"] == [here.address]


# --- drawn --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PLANS, *VERBS])
def test_every_chart_is_drawn(visit: Callable[..., Visit], name: str) -> None:
    """Where a script may run, and where none may: one each of the plans."""
    here = visit(name, java_script_enabled=name != "hostile")
    figures = here.page.locator("figure")
    assert figures.count() == CHARTS[name]
    assert here.page.locator("script").count() == 1
    assert here.page.locator("img, iframe, object, embed, form, base").count() == 0
    for figure in figures.all():
        box = figure.locator("svg").bounding_box()
        assert box["width"] > 300
        assert box["height"] > 60
        assert figure.locator("h3").inner_text().strip()
        assert (
            figure.locator("svg")
            .get_attribute("aria-label")
            .endswith(parted(figure.locator("h3").inner_text().strip()))
        )
        marks = figure.locator("svg g[class*='mark-'] > path, svg g[class*='mark-'] > line").all()
        assert len([mark for mark in marks if mark.get_attribute("d") != ""]) >= 3


def test_a_key_makes_its_series_pale_and_a_mark_says_its_numbers(
    visit: Callable[..., Visit],
) -> None:
    here = visit("base")
    figure = here.page.locator("#chart-required_fte")
    key = figure.get_by_role("button", name="heads", exact=True)
    pale = "[...document.querySelectorAll('#chart-required_fte svg .mark-line .pale')].length"
    lines = figure.locator("svg .mark-line path").count()
    assert here.page.evaluate(pale) == 0
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    assert here.page.evaluate(pale) == lines / 2 > 0
    key.focus()
    here.page.keyboard.press("Enter")
    assert here.page.evaluate(pale) == 0
    assert key.get_attribute("aria-pressed") == "true"
    on_screen = key.bounding_box()
    drawn = figure.locator(".role-legend .role-scope > g").nth(1).bounding_box()
    assert abs(on_screen["x"] - drawn["x"]) < 2
    assert abs(on_screen["y"] - drawn["y"]) < 2
    strip = figure.locator("svg [role], svg path:has(> title)").first
    strip.hover(force=True)
    assert figure.locator(".tip").text_content() == strip.locator("title").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(visit: Callable[..., Visit], scheme: str) -> None:
    here = visit("base", scheme=scheme)
    paper, ink, drawn = here.page.evaluate(
        """() => {
          const body = getComputedStyle(document.body);
          const text = document.querySelector("#chart-required_fte svg text");
          return [body.backgroundColor, body.color, getComputedStyle(text).fill];
        }"""
    )
    light, dark = (min, max) if scheme == "dark" else (max, min)
    assert light(brightness(paper), 128) != 128
    assert dark(brightness(ink), 128) != 128
    assert abs(brightness(paper) - brightness(drawn)) > 120


def brightness(colour: str) -> float:
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", [*PLANS, *VERBS])
def test_a_phone_does_not_scroll_sideways(visit: Callable[..., Visit], name: str) -> None:
    here = visit(name, PHONE)
    here.page.evaluate(UNFOLD)
    assert here.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    wider = here.page.evaluate(
        """() => [...document.querySelectorAll(".scroll")]
             .filter(box => box.scrollWidth > box.clientWidth).length"""
    )
    assert wider > 0 or name == "bare"  # wide tables scroll inside of their own box
    sizes = here.page.evaluate(
        """() => [...document.querySelectorAll("figure svg text")].filter(t => t.textContent)
             .map(t => t.getBoundingClientRect().height)"""
    )
    assert min(sizes) > 8


# --- sorted and printed -------------------------------------------------------------------------


def number(text: str) -> float:
    sign = -1 if text.startswith("−") else 1
    digits, size = re.search(r"([\d,.]+)([kM]?)", text).groups()
    return sign * float(digits.replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6}[size]


def test_tables_sort_by_amount(visit: Callable[..., Visit]) -> None:
    here = visit("base")
    for title, head in (
        ("Work over the plan", "due h"),
        ("Work over the plan", "dropped h"),
        ("ARR bridge, $", "expected"),
        ("Team cost, $", "8 of 10 futures"),
    ):
        sorts_by_amount(here, title, head)


def sorts_by_amount(here: Visit, title: str, head: str) -> None:
    table = here.id_of(title)
    before = here.column(table, head)
    region = here.page.locator(f"section:has(> #{table})")
    button = region.get_by_role("button", name=head, exact=True)
    known = sorted(number(text) for text in before if text not in ("", "–"))
    for order, wanted in (("ascending", known), ("descending", known[::-1])):
        button.click()
        after = here.column(table, head)
        assert sorted(after) == sorted(before)
        assert [number(text) for text in after[: len(known)]] == wanted
        assert region.locator(f"th[aria-sort={order}]").inner_text().strip() == head
        assert region.locator("th[aria-sort]").count() == 1


def test_tables_sort_by_name_and_by_keyboard(visit: Callable[..., Visit]) -> None:
    here = visit("base")
    table = here.id_of("Work over the plan")
    before = here.column(table, "task")
    button = here.page.locator(f"section:has(> #{table})").get_by_role("button", name="task")
    button.focus()
    assert here.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    here.page.keyboard.press("Enter")
    assert here.column(table, "task") == sorted(before) != before
    here.page.keyboard.press("Space")
    assert here.column(table, "task") == sorted(before, reverse=True)


def test_rows_stay_whole_when_sorted(visit: Callable[..., Visit]) -> None:
    here = visit("base")
    table = here.id_of("Work over the plan")
    heads = ("task", "due h", "done h")
    before = set(zip(*(here.column(table, head) for head in heads), strict=True))
    here.page.locator(f"section:has(> #{table})").get_by_role("button", name="done h").click()
    assert set(zip(*(here.column(table, head) for head in heads), strict=True)) == before


def test_the_keyboard_reaches_everything(visit: Callable[..., Visit]) -> None:
    """Links, heads of columns, boxes that scroll and the register take the focus in their order."""
    here = visit("bare")
    wanted = here.page.locator("a[href], button, summary, [tabindex='0']").count()
    closed = here.page.locator("details button, details [tabindex='0']").count()
    seen = 0
    while True:
        here.page.keyboard.press("Tab")
        if here.page.evaluate("document.activeElement === document.body"):
            break
        seen += 1
        assert seen <= wanted
    assert seen == wanted - closed


def test_a_clean_print(visit: Callable[..., Visit], tmp_path: Path) -> None:
    here = visit("base", scheme="dark")
    target = tmp_path / "page.pdf"
    here.page.pdf(path=target, prefer_css_page_size=True)
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 20
    assert here.page.evaluate("document.querySelector('details').open")  # nothing stays folded
    here.page.emulate_media(media="print", color_scheme="dark")
    paper = here.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert brightness(paper) > 240  # on paper it is never dark
    cut = here.page.evaluate(
        """() => [...document.querySelectorAll(".scroll")]
             .filter(box => getComputedStyle(box).overflowX !== "visible").length"""
    )
    assert cut == 0


# --- hostile names ------------------------------------------------------------------------------


def test_hostile_names_are_text(visit: Callable[..., Visit]) -> None:
    here = visit("hostile")
    page = here.page
    assert page.title().startswith(f"{PLAN} · ")
    assert page.locator("h1").inner_text() == PLAN
    table = here.id_of("Work over the plan")
    assert here.column(table, "task") == list(TASKS)
    page.evaluate(UNFOLD)
    assert page.get_by_text(SOURCE, exact=True).count() == 3
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, embed, form, base").count() == 0
    links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    handlers = page.evaluate(
        """() => [...document.querySelectorAll("*")].flatMap(e => e.getAttributeNames())
             .filter(name => name.startsWith("on"))"""
    )
    assert handlers == []
    for head in ("task", "due h"):
        page.locator(f"section:has(> #{table})").get_by_role("button", name=head).click()
    assert sorted(here.column(table, "task")) == sorted(TASKS)


def test_names_from_right_to_left_sit_right(visit: Callable[..., Visit]) -> None:
    """A Persian name reads from the right; the English sentence around it stays where it is."""
    here = visit("hostile")
    persian = here.page.locator("bdi", has_text=SCRIPTS[1])
    assert persian.count() > 3
    directions = here.page.evaluate(
        """name => [...document.querySelectorAll("bdi")].filter(b => b.textContent === name)
             .map(b => [b.matches(":dir(rtl)"), b.parentElement.matches(":dir(ltr)")])""",
        SCRIPTS[1],
    )
    assert directions
    assert {tuple(found) for found in directions} == {(True, True)}


def test_an_injected_script_would_not_run(visit: Callable[..., Visit]) -> None:
    """Behind the escaping stands the page's own policy: only the one script that it names."""
    here = visit("base")
    here.page.evaluate(
        """attack => { document.body.insertAdjacentHTML("beforeend", attack);
             const script = document.createElement("script");
             script.textContent = "window.hit = 1"; document.body.append(script); }""",
        f'{ATTACKS[2]}<i onclick="window.hit = 2" id="i">x</i>'.replace("src=x", "src=http://x/"),
    )
    here.page.evaluate("document.getElementById('i').click()")
    assert here.page.evaluate("window.hit === undefined")
    assert here.complaints
    assert all("Content Security Policy" in text for text in here.complaints)
    here.complaints.clear()
    here.requests[:] = here.requests[:1]


# --- accessible ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, fetched by npm into a folder of its own."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("axe-core is fetched by npm, which is not installed")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "axe-core@4", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        pytest.skip(f"npm cannot fetch axe-core: {done.stderr.strip()[-200:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [
        ("base", WIDE, "light"),
        ("base", PHONE, "dark"),
        ("hostile", PHONE, "light"),
        ("hostile", WIDE, "dark"),
        ("roi", WIDE, "light"),
        ("plan", PHONE, "dark"),
        ("compare", PHONE, "light"),
    ],
)
def test_axe_has_no_findings(
    visit: Callable[..., Visit], axe: str, name: str, size: tuple[int, int], scheme: str
) -> None:
    here = visit(name, size, scheme, bypass_csp=True)
    here.page.evaluate(UNFOLD)
    here.page.evaluate(axe)
    found = here.page.evaluate("axe.run()")
    wrong = [
        f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:200]}"
        for rule in found["violations"]
    ]
    assert wrong == []
    assert len(found["passes"]) > 20
