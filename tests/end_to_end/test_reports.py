"""What the options `--html`, `--md`, `--charts` and `--out` leave behind."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hostile import ATTACKS, PLAN, ROLES, SCRIPTS, SEGMENTS, SOURCE, TASKS, write_hostile
from leavings import ROOT, Finished, contents, read_table
from markdown_it import MarkdownIt

BASE = ROOT / "scenarios" / "base.yaml"
SEED_EXAMPLE = ROOT / "scenarios" / "seed_example.yaml"
SHADES = 7
"""Tasks that have a colour of their own."""
CHARTS = ["arr", "arr_bridge", "coverage", "dropped_hours", "due_hours", "required_fte"]
MOST_BYTES = 3_000_000
PNG = b"\x89PNG\r\n"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


@pytest.fixture(scope="module")
def everything(run: Callable[..., Finished], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `--out` makes."""
    folder = tmp_path_factory.mktemp("reports") / "out"
    done = run("run", BASE, "--trials", 300, "--quiet", "--out", folder)
    assert (done.code, done.out, done.err) == (0, "", "")
    return folder


@pytest.fixture(scope="module")
def hostile(run: Callable[..., Finished], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a plan with hostile names."""
    folder = tmp_path_factory.mktemp("hostile")
    done = run("run", write_hostile(folder), "--trials", 200, "--out", "out", folder=folder)
    assert (done.code, done.err) == (0, "")
    return folder / "out"


# --- which files --------------------------------------------------------------------------------


def test_out_writes_everything_at_once(everything: Path) -> None:
    pictures = [f"charts/{name}.{kind}" for name in CHARTS for kind in ("png", "svg")]
    files = ["report.html", "report.md", "table.csv", "table.json", "workbook.xlsx"]
    assert sorted(contents(everything)) == sorted(["charts", *pictures, *files])
    for name in CHARTS:
        assert (everything / f"charts/{name}.png").read_bytes().startswith(PNG)
    assert (everything / "report.html").stat().st_size < MOST_BYTES
    assert read_table(everything / "table.json").value("p_covered", role="csm") < 1


def test_a_second_run_writes_over_the_first(run: Callable[..., Finished], tmp_path: Path) -> None:
    for seed in (1, 2):
        done = run("run", SEED_EXAMPLE, "--quiet", "--trials", 100, "--seed", seed,
                   "--out", tmp_path / "out")  # fmt: skip
        assert (done.code, done.err) == (0, "")
    assert read_table(tmp_path / "out" / "table.json").manifest["seed"] == 2
    assert "Seed 2" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_single_files_are_those_of_out(
    run: Callable[..., Finished], everything: Path, tmp_path: Path
) -> None:
    one = ["--html", "a.html", "--md", "a.md", "--charts", "charts"]
    done = run("run", BASE, "--trials", 300, "--quiet", *one, folder=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    for mine, theirs in (("a.html", "report.html"), ("a.md", "report.md")):
        assert timeless(tmp_path / mine) == timeless(everything / theirs)
    assert contents(tmp_path / "charts") == contents(everything / "charts")


def timeless(path: Path) -> list[str]:
    """The lines of a report but the one that says how long it took."""
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "seconds" not in line]
    assert len(kept) == len(lines) - 1
    return kept


def test_markdown_shows_charts_that_lie_beside_it(
    run: Callable[..., Finished], everything: Path, tmp_path: Path
) -> None:
    text = (everything / "report.md").read_text(encoding="utf-8")
    shown = re.findall(r"^!\[.*\]\(<(.*)>\)$", text, re.MULTILINE)
    assert sorted(shown) == [f"charts/{name}.svg" for name in CHARTS]
    assert all((everything / path).is_file() for path in shown)
    done = run("run", SEED_EXAMPLE, "--quiet", "--trials", 0, "--md", tmp_path / "alone.md")
    assert done.code == 0
    assert "![" not in (tmp_path / "alone.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("plan", [SEED_EXAMPLE, BASE], ids=["bare", "base"])
@pytest.mark.parametrize("trials", [0, 1, 100])
def test_a_report_of_any_plan_and_any_number_of_futures(
    run: Callable[..., Finished], tmp_path: Path, plan: Path, trials: int
) -> None:
    done = run("run", plan, "--quiet", "--trials", trials, "--out", tmp_path / "out")
    assert (done.code, done.err) == (0, "")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    charts = page.count("<figure")
    assert charts == len(list((tmp_path / "out" / "charts").glob("*.svg"))) >= 3
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b|undefined|\bNaN\b", visible(page))
    assert ("futures" in visible(page)) == (trials > 0)


def test_weeks_and_longer_plans(run: Callable[..., Finished], tmp_path: Path) -> None:
    for setting in ("horizon.step=week", "horizon.months=60"):
        done = run("run", BASE, "--quiet", "--trials", 100, "--set", setting,
                   "--html", tmp_path / "a.html")  # fmt: skip
        assert (done.code, done.err) == (0, "")
        page = (tmp_path / "a.html").read_text(encoding="utf-8")
        assert page.count("<figure") == len(CHARTS)
        assert len(page.encode()) < MOST_BYTES


# --- what a page says ---------------------------------------------------------------------------


class Words(HTMLParser):
    """The text of a page that is not script or style."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.inside):
            self.texts.append(data)


def visible(page: str) -> str:
    words = Words()
    words.feed(page)
    return " ".join("".join(words.texts).split())


def test_the_page_says_what_the_terminal_says(
    run: Callable[..., Finished], everything: Path
) -> None:
    printed = run("run", BASE, "--trials", 300).out
    head, *_ = printed.split("\ncsm by month")
    sentences = re.findall(r"^• (.*(?:\n[^•\n].*)*)", head, re.MULTILINE)
    page = visible((everything / "report.html").read_text(encoding="utf-8"))
    text = (everything / "report.md").read_text(encoding="utf-8")
    assert len(sentences) == 7
    for sentence in sentences:
        one_line = " ".join(sentence.split())
        assert one_line in page
        assert one_line in text


def test_the_page_has_the_register_and_where_it_comes_from(everything: Path) -> None:
    page = visible((everything / "report.html").read_text(encoding="utf-8"))
    manifest = read_table(everything / "table.json").manifest
    assert len(manifest["assumptions"]) > 150
    for row in manifest["assumptions"]:
        assert row["path"] in page
        assert not row["source"] or " ".join(row["source"].split()) in page
    for sha in manifest["files"].values():
        assert sha in page
    assert f"cs-capacity {version('cs-capacity')}" in page


def test_the_page_needs_nothing_from_elsewhere(everything: Path) -> None:
    page = (everything / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href|action|srcset)\s*=\s*(?!"#|"data:,")""", page)
    assert "@import" not in page
    assert "url(" not in page
    assert len(re.findall("<script", page)) == 1
    assert set(re.findall(r"https?://[^\s\"<]+", page)) <= {"http://www.w3.org/2000/svg"}


# --- hostile names ------------------------------------------------------------------------------


def test_hostile_names_are_intact_and_inert_in_markdown(hostile: Path) -> None:
    text = (hostile / "report.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inline)}
    assert not kinds & {"html_block", "html_inline", "link_open", "s_open", "em_open", "fence",
                        "code_inline", "code_block", "hr", "ordered_list_open"}  # fmt: skip
    images = [token.attrs["src"] for token in inline if token.type == "image"]
    assert sorted(images) == [f"charts/{name}.svg" for name in CHARTS]
    cells = [token.content for token in tokens if token.type == "inline"]
    said = {"".join(c.content for c in t.children) for t in tokens if t.type == "inline"}
    assert {*TASKS, *SEGMENTS, PLAN, SOURCE} <= said
    assert len(cells) > 100
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} <= {3, 4, 6, 7, 10}


def test_hostile_names_are_intact_in_json_and_csv(hostile: Path) -> None:
    table = read_table(hostile / "table.json")
    assert table.manifest["scenario"] == PLAN
    for column, names in (("task", TASKS), ("role", ROLES), ("segment", SEGMENTS)):
        assert {row[column] for row in table.rows} == {"", *names}
        with (hostile / "table.csv").open(encoding="utf-8", newline="") as file:
            cells = {row[column] for row in csv.DictReader(file)}
        assert cells == {"", *(f"'{n}" if n.startswith(("=", "-")) else n for n in names)}


@pytest.mark.parametrize("name", CHARTS)
def test_hostile_names_are_text_in_drawings(hostile: Path, name: str) -> None:
    text = (hostile / "charts" / f"{name}.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "g", "path", "rect", "line", "text", "title", "tspan", "defs",
                    "clipPath"}  # fmt: skip
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name]
    titles = [element.text for element in root.iter() if element.tag.endswith("title")]
    assert titles
    if name == "due_hours":
        alone = [t for t in TASKS if any(f", {t} by " in str(title) for title in titles)]
        others = f", {len(TASKS) - len(alone)} other tasks: "
        assert len(alone) == SHADES
        assert any(others in str(title) for title in titles)


def test_sentences_keep_the_direction_of_names_to_themselves(hostile: Path) -> None:
    page = (hostile / "report.html").read_text(encoding="utf-8")
    assert f"<bdi>{SCRIPTS[1]}</bdi>: the peak is" in page
    assert (
        f"<h1><bdi>{'&#34;&gt;&lt;img src=x onerror=alert(1)&gt;'} {SCRIPTS[1]}</bdi></h1>" in page
    )
    assert ATTACKS[1] not in page


# --- mistakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--html", "."], r"^\.: is a folder. Name a file in it$"),
        (["--html", "no/a.html"], r"^no/a.html: there is no folder no. Make it first$"),
        (["--html", "plan.yaml"], r"^plan.yaml: is an input of this run. Name another file$"),
        (["--md", "a", "--html", "a"], r"^a: is named for two files. Name another one$"),
        (["--json", "-"], r"^-: is no file. For standard output write /dev/stdout and --quiet$"),
        (["--charts", "plan.yaml"], r"^plan.yaml: is a file. Name a folder$"),
        (["--out", "plan.yaml"], r"^plan.yaml: is a file. Name a folder$"),
        (["--out", "no/such/place"], r"^no/such/place: there is no folder no/such. Make it first$"),
        (["--out", "taken"], r"^taken/report.html: is a folder. Name a file in it$"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    run: Callable[..., Finished], tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "plan.yaml").write_bytes(SEED_EXAMPLE.read_bytes())
    (tmp_path / "taken" / "report.html").mkdir(parents=True)
    before = contents(tmp_path)
    done = run("run", "plan.yaml", "--trials", 1_000_000, *arguments, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert re.match(message, done.err.strip())
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("option", "missing", "named"),
    [
        ("--html", "jinja2", "HTML: the package Jinja2"),
        ("--html", "vl_convert", "HTML: the package vl-convert-python"),
        ("--charts", "vl_convert", "Charts: the package vl-convert-python"),
        ("--out", "jinja2", "HTML: the package Jinja2"),
    ],
)
def test_a_missing_library_is_named_before_the_work(
    environment: Mapping[str, str], tmp_path: Path, option: str, missing: str, named: str
) -> None:
    done = without(environment, tmp_path, missing, "--trials", "1000000", option, "target")
    assert (done.returncode, done.stdout) == (2, "")
    wanted = f'{named} is not installed. Run pip install "cs-capacity[report]"\n'
    assert done.stderr == wanted
    assert contents(tmp_path) == {}


def test_markdown_needs_no_library(environment: Mapping[str, str], tmp_path: Path) -> None:
    missing = "jinja2,vl_convert,altair"
    done = without(environment, tmp_path, missing, "--trials", "0", "--md", "a.md", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# ")


def without(
    environment: Mapping[str, str], folder: Path, missing: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the command where some libraries cannot be imported."""
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({missing.split(',')!r})); "
        "from capacity.cli import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, "run", str(SEED_EXAMPLE), *arguments],
        cwd=folder,
        env={**environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the size of files are POSIX's")
def test_a_full_disk_leaves_no_half_of_a_page(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    """No file may grow beyond 20 kB, as on a disk with no more room."""
    (tmp_path / "page.html").write_text("from yesterday")
    code = (
        "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from capacity.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", str(BASE), "--trials", "0", "--html", "page.html"],
        cwd=tmp_path,
        env={**environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "page.html: cannot be written (File too large). Name another file\n"
    assert contents(tmp_path) == {"page.html": b"from yesterday"}


def test_a_folder_without_permission(run: Callable[..., Finished], tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    if os.access(closed, os.W_OK):  # root may write everywhere but where the system itself lives
        closed = Path("/proc")
    target = closed / "a.html"
    done = run("run", SEED_EXAMPLE, "--trials", 0, "--html", target)
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(rf"{target}: cannot be written \(.+\)\. Name another file\n", done.err)


# --- the command itself -------------------------------------------------------------------------


def test_version(run: Callable[..., Finished]) -> None:
    done = run("--version")
    assert (done.code, done.out, done.err) == (0, f"capacity {version('cs-capacity')}\n", "")


VERBS = ["run", "roi", "plan", "check", "diff", "schema", "compare", "init"]


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(run: Callable[..., Finished], verb: str) -> None:
    done = run(verb, "--help", COLUMNS="80")
    assert done.code == 0
    assert f"Example: capacity {verb}" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_a_shell(run: Callable[..., Finished], shell: str) -> None:
    typed = {"_TYPER_COMPLETE_ARGS": "capacity r", "COMP_WORDS": "capacity r", "COMP_CWORD": "1"}
    asked = {"_CAPACITY_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = run(**asked, **typed)
    assert done.code == 0
    assert "run" in done.out
    assert "check" not in done.out


def test_no_color(run: Callable[..., Finished]) -> None:
    done = run("run", SEED_EXAMPLE, "--trials", 0, NO_COLOR="1", FORCE_COLOR="1")
    assert done.code == 0
    assert "\x1b" not in done.out


def test_no_control_codes_in_reports(hostile: Path) -> None:
    for name in ("report.html", "report.md"):
        assert not CONTROL.search((hostile / name).read_text(encoding="utf-8"))
