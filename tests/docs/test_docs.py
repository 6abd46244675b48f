"""Every page says what the code does: examples, outputs, settings, metrics, options, links."""

from __future__ import annotations

import doctest
import html
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import make_pages
import make_picture
import make_reference
import pytest
import yaml
from pydantic import BaseModel

import capacity
from capacity.cli.app import app
from capacity.table import COLUMNS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WRITTEN = [page for page in PAGES if "templates" not in page.parts]
MODULES = ["capacity", *(m.name for m in pkgutil.walk_packages(capacity.__path__, "capacity."))]
AGAIN = "make the pages again: see Documentation in CONTRIBUTING.md"

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


# --- examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", make_pages.pages(), ids=name)
def test_examples_print_what_the_page_shows(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert make_pages.made(text) == text, AGAIN


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_docstrings(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert not failed


def test_the_picture_shows_the_report() -> None:
    assert words(make_picture.picture()) == words(make_picture.TARGET.read_text("utf-8")), AGAIN


def test_the_chart_shows_the_base_plan() -> None:
    assert words(make_picture.chart()) == words(make_picture.CHART.read_text("utf-8")), AGAIN


def words(svg: str) -> list[str]:
    body = svg.rsplit("</style>", maxsplit=1)[-1]
    return html.unescape(re.sub(r"<[^>]*>", " ", body)).split()


def test_no_page_has_output_without_a_command() -> None:
    for page in WRITTEN:
        for kind, content in re.findall(
            r"^```(\w+)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        ):
            assert kind in ("console", "python", "text", "yaml", "sh"), f"{name(page)}: {kind}"
            assert kind != "console" or content.startswith("$ "), f"{name(page)}: {content}"
            assert kind != "text" or content.strip(), f"{name(page)}: an empty output"
            if kind == "yaml":
                assert isinstance(yaml.safe_load(content), dict), name(page)


def test_chosen_lines() -> None:
    output = "one\n\ntwo a\nthree  \nfour\n"
    assert make_pages.chosen(output, "") == "one\n\ntwo a\nthree\nfour\n"
    assert make_pages.chosen(output, "1 .. two") == "one\n...\n"
    assert make_pages.chosen(output, "1, three+1") == "one\n...\nthree\n...\n"
    assert make_pages.chosen(output, "two+9") == "...\ntwo a\nthree\nfour\n"
    with pytest.raises(ValueError, match="five"):
        make_pages.chosen(output, "five")


# --- reference -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference() -> dict[Path, str]:
    return make_reference.reference()


@pytest.mark.parametrize("page", ["language", "table", "command-line", "formats"])
def test_reference_is_what_the_code_says(page: str, reference: dict[Path, str]) -> None:
    target = REFERENCE / f"{page}.md"
    assert target.read_text("utf-8") == reference[target], AGAIN


def test_every_part_of_the_language_has_a_section() -> None:
    found = set()
    for module in MODULES:
        if module.startswith("capacity.scenario."):
            for _, item in inspect.getmembers(importlib.import_module(module), inspect.isclass):
                if issubclass(item, BaseModel) and item is not BaseModel:
                    found.add(item.__name__)
    assert found - {"Part"} == {model.__name__ for model in make_reference.PARTS}


def test_every_metric_is_documented() -> None:
    page = (REFERENCE / "table.md").read_text("utf-8")
    rows = page.split("## Metrics")[1].split("Some remarks")[0]
    documented = re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)
    table = make_reference.base_result().table()
    assert set(documented) == set(table["metric"])
    assert len(documented) == len(set(documented))


def test_every_column_is_documented() -> None:
    page = (REFERENCE / "table.md").read_text("utf-8")
    columns = page.split("## Columns")[1].split("## Metrics")[0]
    first_cells = " ".join(re.findall(r"^\| (`.*?) \|", columns, re.MULTILINE))
    assert re.findall(r"`(\w+)`", first_cells) == list(COLUMNS)


VERBS = [c.callback.__name__ for c in app.registered_commands]
VERBS += [
    f"{group.name} {command.callback.__name__}"
    for group in app.registered_groups
    for command in group.typer_instance.registered_commands
]


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_names_what_the_page_names(verb: str) -> None:
    run = [sys.executable, "-c", "from capacity.cli import main; main()", *verb.split(), "--help"]
    said = subprocess.run([a for a in run if a], capture_output=True, text=True, check=True).stdout
    page = (REFERENCE / "command-line.md").read_text("utf-8")
    if not verb:
        assert set(re.findall(r"^  (\w+)  ", said, re.MULTILINE)) == set(
            re.findall(r"^## capacity (\w+)$", page, re.MULTILINE)
        )
        return
    section = re.split(r"\n###? ", page.split(f"# capacity {verb}\n")[1])[0]
    options = set(re.findall(r"^  (--\w+)", said, re.MULTILINE)) - {"--help"}
    assert options == set(re.findall(r"^\| `(--\w+)", section, re.MULTILINE))


def test_exit_codes(tmp_path: Path) -> None:
    page = (REFERENCE / "command-line.md").read_text("utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == {0, 1, 2, 130}
    main = [sys.executable, "-c", "from capacity.cli import main; main()"]
    for arguments, code in (
        (["check", str(ROOT / "scenarios" / "seed_example.yaml")], 0),
        (["check", str(tmp_path / "missing.yaml")], 2),
        (["run", "--no-such-option"], 2),
    ):
        ran = subprocess.run([*main, *arguments], capture_output=True, check=False)
        assert ran.returncode == code


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_links_resolve(page: Path) -> None:
    for link in _LINK.findall(_FENCED.sub("", page.read_text("utf-8"))):
        assert "://" not in link, f"{link}: pages stand on their own"
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", _FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
