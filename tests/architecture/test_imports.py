"""The house: data flows down the list of layers, imports point up it.

Read from the source, not from running it, so that an import inside of a function counts as well.
Imports for type checkers alone (`if TYPE_CHECKING`) do not count: nothing runs by them.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

import capacity

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "capacity"

LAYERS = (
    "errors",
    "extras",
    "workers",
    "executing",
    "units",
    "quantities",
    "arrays",
    "calendar",
    "periods",
    "estimates",
    "rng",
    "statistics",
    "sketches",
    "model",
    "scenario",
    "book",
    "loading",
    "engine",
    "assumptions",
    "past",
    "guards",
    "metrics",
    "table",
    "catalogue",
    "summaries",
    "expectations",
    "workings",
    "writing",
    "report",
    "workbook",
    "explaining",
    "result",
    "precision",
    "simulation",
    "sweeping",
    "storing",
    "pairing",
    "headline",
    "waterfall",
    "versus",
    "comparison",
    "valuing",
    "value",
    "hiring",
    "drivers",
    "backtesting",
    "learning",
    "cli",
    "__main__",
)
"""A module may import what stands above its own layer, and its neighbours in its own folder."""

BANNED = {
    "model": {"scenario", "rng", "engine", "book", "loading", "estimates"},
    "report": {
        "engine",
        "model",
        "scenario",
        "book",
        "loading",
        "metrics",
        "catalogue",
        "statistics",
        "rng",
        "explaining",
        "drivers",
        "backtesting",
    },
}
"""Beyond the order: `model` is arrays in, arrays out; `report` is shown results and shows them."""

BANNED_LIBRARIES = {
    "model": {"pandas", "pydantic", "yaml", "holidays", "rich", "typer"},
    "report": {"numpy", "scipy", "pandas"},
    "engine": {"pandas", "pydantic", "yaml", "rich", "typer"},
}

SLOW = {
    "pandas", "scipy", "holidays", "rich", "typer", "pyarrow", "openpyxl", "numpy_financial",
    "altair", "vl_convert", "jinja2", "SALib", "statsmodels", "xlsxwriter", "distributed",
}  # fmt: skip
"""Libraries that only what needs them may load: inside of a function, or in these modules."""
SLOW_AT_HOME = {
    "capacity.cli.app": {"typer"},
    "capacity.cli.calibrating": {"typer"},
    "capacity.cli.checking": {"rich"},
    "capacity.cli.learned": {"typer"},
    "capacity.cli.mistyped": {"typer"},
    "capacity.cli.options": {"typer"},
    "capacity.cli.progress": {"rich"},
    "capacity.cli.questions": {"typer"},
    "capacity.cli.showing": {"rich"},
    "capacity.report.backtest": {"rich"},
    "capacity.report.calibration": {"rich"},
    "capacity.report.comparison": {"rich"},
    "capacity.report.drivers": {"rich"},
    "capacity.report.expected": {"rich"},
    "capacity.report.grid": {"rich"},
    "capacity.report.hiring": {"rich"},
    "capacity.report.hiring_tables": {"rich"},
    "capacity.report.lines": {"rich"},
    "capacity.report.tables": {"rich"},
    "capacity.report.told": {"rich"},
    "capacity.report.value": {"rich"},
    "capacity.report.value_of_tasks": {"rich"},
    "capacity.report.vega": {"rich"},
}

PUBLIC = [
    "Backtest",
    "Calibration",
    "CapacityError",
    "Comparison",
    "Grid",
    "HiringPlan",
    "InputError",
    "QuestionError",
    "Result",
    "Roi",
    "Scenario",
    "Sensitivity",
    "StoredSweep",
    "Workers",
    "backtest",
    "calibrate",
    "compare",
    "grid",
    "load",
    "plan",
    "roi",
    "sensitivity",
    "simulate",
    "sweep",
    "sweep_into",
]


@dataclass(frozen=True)
class Import:
    """One import statement's target."""

    module: str
    """The module that imports."""
    target: str
    """What it imports: a module of the package, or the name of a library."""
    line: int
    local: bool
    """Inside of a function."""

    @property
    def layer(self) -> str:
        """Layer that imports."""
        return layer_of(self.module)

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def layer_of(module: str) -> str:
    """`capacity.model.team` is of the layer `model`."""
    return module.split(".")[1]


def modules() -> dict[str, Path]:
    """All modules of the package but its front, by name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    del found["capacity"]
    return found


MODULES = modules()


def imports_of(module: str, source: str) -> Iterator[Import]:
    """Imports of a module that take effect when it runs."""

    def walk(node: ast.AST, *, local: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            inside = local or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(module, _target(alias.name), child.lineno, local)
            elif isinstance(child, ast.ImportFrom):
                assert not child.level, f"{module}:{child.lineno}: write imports from the top"
                for alias in child.names:
                    whole = f"{child.module}.{alias.name}"
                    name = whole if whole in MODULES else str(child.module)
                    yield Import(module, _target(name), child.lineno, local)
            yield from walk(child, local=inside)

    yield from walk(ast.parse(source), local=False)


def _target(name: str) -> str:
    top = name.split(".", maxsplit=1)[0]
    return name if top == "capacity" else top


ALL = [
    found
    for module, path in MODULES.items()
    for found in imports_of(module, path.read_text(encoding="utf-8"))
]
OWN = [found for found in ALL if found.target.startswith("capacity")]
LIBRARIES = [found for found in ALL if not found.target.startswith("capacity")]


def test_every_module_has_a_layer() -> None:
    assert {layer_of(module) for module in MODULES} == set(LAYERS)
    assert len(OWN) > 100  # that the reading finds them at all


def test_nothing_imports_the_front() -> None:
    """`from capacity import load` inside of the package would turn the house upside down."""
    assert not [str(found) for found in OWN if found.target == "capacity"]


def test_imports_point_up() -> None:
    wrong = [
        str(found)
        for found in OWN
        if LAYERS.index(layer_of(found.target)) > LAYERS.index(found.layer)
    ]
    assert not wrong


@pytest.mark.parametrize("layer", BANNED)
def test_what_a_layer_must_not_know(layer: str) -> None:
    own = [found for found in OWN if found.layer == layer]
    assert not [str(found) for found in own if layer_of(found.target) in BANNED[layer]]


@pytest.mark.parametrize("layer", BANNED_LIBRARIES)
def test_libraries_that_a_layer_must_not_use(layer: str) -> None:
    own = [found for found in LIBRARIES if found.layer == layer]
    assert own
    assert not [str(found) for found in own if found.target in BANNED_LIBRARIES[layer]]


def test_no_cycles() -> None:
    """Not even through imports inside of functions."""
    graph: dict[str, set[str]] = {module: set() for module in MODULES}
    for found in OWN:
        graph[found.module].add(found.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_slow_libraries_are_loaded_where_they_are_needed() -> None:
    """`scipy.special` and the like stand inside of functions, so that the start is fast."""
    wrong = [
        str(found)
        for found in LIBRARIES
        if not found.local
        and found.target in SLOW
        and found.target not in SLOW_AT_HOME.get(found.module, set())
    ]
    assert not wrong


def test_imports_inside_of_functions_say_why() -> None:
    """A comment on the line; in the command line it is the rule, so that `--help` is quick."""
    wrong = []
    for found in ALL:
        line = MODULES[found.module].read_text(encoding="utf-8").splitlines()[found.line - 1]
        if found.local and found.layer != "cli" and "# " not in line:
            wrong.append(str(found))
    assert not wrong


def test_libraries_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = list(project["dependencies"])
    libraries = ("files", "report", "drivers", "learn", "dask")
    wanted += [one for name in libraries for one in extras[name]]
    names = {
        "pyyaml": "yaml",
        "vl-convert-python": "vl_convert",
        "numpy-financial": "numpy_financial",
        "salib": "SALib",
    }
    declared = {names.get(name, name) for name in (text.split(">=")[0] for text in wanted)}
    used = {found.target for found in LIBRARIES} - sys.stdlib_module_names
    assert used - {"pydantic_core"} <= declared
    assert set(LAYERS).isdisjoint(declared)


# --- the front ----------------------------------------------------------------------------------


def test_the_public_names_are_exactly_these() -> None:
    assert capacity.__all__ == PUBLIC
    assert capacity.__version__ == version("cs-capacity")
    assert dir(capacity) == PUBLIC
    for name in PUBLIC:
        assert getattr(capacity, name).__name__.rpartition(".")[2] == name
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = capacity.simulat


def test_type_checkers_see_the_public_names_where_they_live() -> None:
    """The names under `if TYPE_CHECKING` and those that are found at run time are the same."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    shown = {
        alias.name: statement.module
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert sorted(shown) == PUBLIC
    for name, module in shown.items():
        assert getattr(import_module(str(module)), name) is getattr(capacity, name)


def test_no_public_name_is_hidden_by_a_module() -> None:
    """`capacity.load` stays callable whatever is imported."""
    assert {module.split(".")[1] for module in MODULES}.isdisjoint(PUBLIC)


# --- what is loaded when ------------------------------------------------------------------------


def loaded(code: str, *suspects: str) -> set[str]:
    """Which of the modules are loaded after some code has run in a fresh Python."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules, sep='\\n')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(suspects) & set(done.stdout.splitlines())


def test_importing_the_library_loads_nothing() -> None:
    heavy = ("numpy", "scipy", "pandas", "pydantic", "yaml", "holidays", "typer", "rich")
    assert loaded("import capacity", *heavy, "asyncio", "importlib.metadata") == set()
    assert loaded("import capacity, numpy", *heavy) == {"numpy"}


def test_loading_a_plan_spares_pandas_and_what_other_files_need() -> None:
    load = "import capacity; plan = capacity.load('scenarios/seed_example.yaml')"
    heavy = ("pandas", "scipy.stats", "matplotlib", "pyarrow", "typer", "rich")
    assert loaded(load, *heavy) == set()
    assert loaded(f"{load}; capacity.simulate(plan, trials=100)", *heavy) == set()
    with_file = "import capacity; capacity.load('scenarios/base.yaml')"
    assert loaded(with_file, *heavy, "openpyxl") == set()


def test_the_command_asks_for_help_without_the_engine() -> None:
    code = "sys.argv = ['capacity', 'run', '--help']\nfrom capacity.cli import main\n"
    code += "try:\n    main()\nexcept SystemExit:\n    pass"
    assert loaded(code, "numpy", "pandas", "scipy", "yaml", "holidays") == set()
