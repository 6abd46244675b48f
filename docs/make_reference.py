"""The reference pages, from the code and the templates in `docs/templates`.

    python docs/make_reference.py

The settings of the language come from the models of `capacity.scenario`: names, defaults and the
strings under the fields, as `capacity schema` has them. Metrics come from the table of the base
plan, options from the command line itself.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

from make_pages import made
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.models import OptionInfo

import capacity
from capacity.cli.app import app
from capacity.metrics import Kind, Metric
from capacity.result import Result
from capacity.scenario import exports
from capacity.scenario.document import FORMATS, Accounts, Plan
from capacity.scenario.documentation import default_of, documentation, kind_of, types_of
from capacity.scenario.exports import ExportFormat
from capacity.scenario.finance import Finance
from capacity.scenario.horizon import Horizon, Simulation
from capacity.scenario.market import Event, Market
from capacity.scenario.segment import Effect, NewAccounts, Segment, Value
from capacity.scenario.settings import part_of
from capacity.scenario.task import Step, Task
from capacity.scenario.team import Departure, Role
from capacity.scenario.variant import NamedChange, Variant

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
NONE = "–"
NEXT = "\n"

PARTS: dict[type[BaseModel], tuple[str, str]] = {
    Plan: ("The whole file", ""),
    Horizon: ("When", "`horizon:`"),
    Accounts: ("The file of accounts", "`accounts:`"),
    ExportFormat: (
        "A format of exports",
        "A file of its own, named by `accounts.format`; [those that come along](formats.md)",
    ),
    Segment: ("A segment", "`segments: NAME:`"),
    NewAccounts: ("New accounts", "`segments: NAME: new_accounts:`"),
    Task: ("A task", "`tasks: NAME:`"),
    Step: ("A step of a task", "`tasks: NAME: steps: NAME:`; hours alone, or both of these"),
    Value: ("What the work is worth", "`value:`"),
    Effect: ("An effect", "`if_stopped:`, of the team, a segment or a task"),
    Role: ("A role", "`team: NAME:`"),
    Departure: ("The loss of a face", "`team: NAME: departure:`"),
    Finance: ("Money beside salaries", "`finance:`"),
    Market: ("The market", "`market:`"),
    Event: ("An event", "`events: NAME:`"),
    Simulation: ("How it is simulated", "`simulation:`"),
    Variant: (
        "A variant",
        "On top of a file, beside the settings of [the whole file](#the-whole-file)",
    ),
    NamedChange: ("A change", "`changes:`, one behind each dash"),
}

MEANINGS = {
    "due_hours": "New work of the period.",
    "done_hours": "Work done, waiting work from before included.",
    "dropped_hours": "Work that was not done in time and never will be.",
    "cancelled_hours": "Waiting work of accounts that were lost.",
    "backlog_hours": "Work that waits for the next period.",
    "coverage": "Done over done and dropped; empty where nothing was decided.",
    "available_hours": "Hours of the ramped people there, less leave and internal time.",
    "capacity_hours": "Hours of the ramped people there that are planned for customers.",
    "required_fte": "Ramped people that the new work of the period takes.",
    "headcount": "Filled seats.",
    "ramped_fte": "The same in ramped people.",
    "vacancies": "Seats that wait for a newcomer.",
    "load": "New and waiting hours over capacity hours.",
    "utilization": "Done hours over available hours.",
    "accounts": "Accounts at the end of the period.",
    "new_accounts": "Accounts that started.",
    "churned_accounts": "Accounts that were lost.",
    "arr": "Yearly revenue of the accounts, at the end of the period.",
    "new_arr": "Yearly revenue of the accounts that started.",
    "expansion_arr": "Growth of accounts that stayed, contracted price rises included.",
    "contraction_arr": "What renewing accounts cut.",
    "churned_arr": "Yearly revenue of the accounts that were lost.",
    "revenue": "What the accounts pay in the period.",
    "gross_profit": "Revenue times gross margin.",
    "team_cost": "All the cost lines below.",
    "cost_salaries": "Pay of the filled seats.",
    "cost_on_costs": "Taxes and benefits on that.",
    "cost_bonus": "Bonus of the filled seats.",
    "cost_tools": "Tools of the filled seats.",
    "cost_hiring": "Cost of the seats that were filled.",
    "cost_severance": "What seats that are cut cost once; 0 in a plan, which cuts none.",
    "cost_platform": "Software of the team.",
    "logo_retention": "Accounts of the opening book that are left, over all of them.",
    "grr": "Revenue kept from the opening book, growth left out, over its revenue at the start.",
    "nrr": "Revenue of the opening book, growth included, over its revenue at the start.",
    "cost_share_of_revenue": "Team cost over revenue; of a segment, what the hours done for it "
    "cost over its revenue: idle hours and software count in the total alone.",
    "clv": "Value of a new customer over `clv_years`, at the coverage of the plan.",
    "cost_to_serve": "Cost of the hours done.",
    "p_covered": "Share of the futures in which coverage reached its target in every period.",
}
KINDS = {
    Kind.FLOW: "flow",
    Kind.STOCK: "stock",
    Kind.AVERAGE: "average",
    Kind.RATIO: "ratio",
    Kind.WHOLE: "horizon",
}


def page(name: str, **parts: str) -> str:
    """A page: its template with the parts that come from the code."""
    text = (DOCS / "templates" / f"{name}.md").read_text(encoding="utf-8")
    for key, part in parts.items():
        text = text.replace(f"{{{{{key}}}}}", part.strip())
    return f"{note(name)}\n\n{text}"


def note(name: str) -> str:
    """What stands at the top of a page that nobody should edit."""
    return f"<!-- Made by docs/make_reference.py from docs/templates/{name}.md. Change those. -->"


# --- the language --------------------------------------------------------------------------------


def said(hint: Any) -> str:
    """What a setting takes, in words."""
    kind = kind_of(hint)
    if kind:
        return kind.words
    model, named = part_of(hint)
    if model is None:  # a list of parts, with a reader of the list before it
        (each, _) = get_args(get_args(hint)[0])
        return f"list, see {link(PARTS[each][0])}"
    return f"settings{' by name' * named}, see {link(PARTS[model][0])}"


def link(title: str) -> str:
    """A link to a section of the same page."""
    return f"[{title}](#{title.lower().replace(' ', '-')})"


def default(field: FieldInfo, hint: Any) -> str:
    """The default of a field, as it would be written."""
    if field.is_required():
        return "required"
    value = default_of(field, hint)
    if value is None:
        return NONE
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def settings() -> Iterator[str]:
    """A section for each part of the language."""
    for model, (title, where) in PARTS.items():
        yield f"### {title}\n"
        yield f"{where}. {model.__doc__}\n" if where else f"{model.__doc__}\n"
        yield "| setting | takes | default | meaning |"
        yield "|---|---|---|---|"
        texts, hints = documentation(model), types_of(model)
        assert list(texts) == list(model.model_fields)
        for name, field in model.model_fields.items():
            text, hint = texts[name], hints[name]
            setting = field.alias or name
            yield f"| `{setting}` | {said(hint)} | {default(field, hint)} | {text} |"
        yield ""


# --- the table -----------------------------------------------------------------------------------


def base_result() -> Result:
    """Expected values of the base plan: every metric, in no time."""
    return capacity.simulate(capacity.load(ROOT / "scenarios" / "base.yaml"), trials=0)


def metrics(result: Result) -> Iterator[str]:
    """A row for each metric."""
    by_name: dict[str, list[Metric]] = {}
    for metric in result.catalogue.metrics:
        by_name.setdefault(metric.name, []).append(metric)
    yield "| metric | unit | kind | keys | meaning |"
    yield "|---|---|---|---|---|"
    for name, found in by_name.items():
        unit = "money" if found[0].unit == result.scenario.plan.currency else found[0].unit
        keys = "; ".join(dict.fromkeys(key_words(m) for m in found))
        yield f"| `{name}` | {unit} | {KINDS[found[0].kind]} | {keys} | {MEANINGS[name]} |"
    unknown = set(MEANINGS) - set(by_name)
    if unknown:
        raise ValueError(f"documented, but not in the table: {', '.join(sorted(unknown))}")


def key_words(metric: Metric) -> str:
    """Which keys a row carries."""
    key = metric.key
    named = [n for n in ("role", "task", "segment") if getattr(key, n)]
    return " × ".join(named) or "total"


# --- the command line ----------------------------------------------------------------------------


def verbs() -> Iterator[str]:
    """A section for each verb; of a group of verbs one within that of the group."""
    for command in app.registered_commands:
        yield from verb("##", command.callback)
    for group in app.registered_groups:
        assert group.typer_instance
        yield f"## capacity {group.name}\n"
        yield f"{group.typer_instance.info.help}\n"
        yield f"{{{{{group.name}}}}}\n"
        for command in group.typer_instance.registered_commands:
            yield from verb("###", command.callback, f"{group.name} ")


def verb(level: str, run: Any, group: str = "") -> Iterator[str]:
    """The section of a verb."""
    named = list(parameters(run))
    arguments = [info.metavar for _, info, _ in named if not isinstance(info, OptionInfo)]
    options = [row for row in named if isinstance(row[1], OptionInfo)]
    name = f"{group}{run.__name__}"
    yield f"{level} capacity {name}\n"
    usage = ["capacity", name, *arguments, *(["[OPTIONS]"] if options else [])]
    yield f"`{' '.join(usage)}`\n"
    yield f"{' '.join(inspect.getdoc(run).split())}\n"
    if options:
        yield "| option | meaning |"
        yield "|---|---|"
    for option, info, default in options:
        shown = f" Default: `{default}`." if isinstance(default, str) else ""
        yield f"| `{written(option, info, default)}` | {info.help}{shown} |"
    yield f"{NEXT * bool(options)}{{{{{name.replace(' ', '_')}}}}}\n"


def parameters(run: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name, description and default of each parameter of a verb."""
    hints = get_type_hints(run, include_extras=True)
    for name, parameter in inspect.signature(run).parameters.items():
        info = hints[name].__metadata__[0]
        yield name, info, parameter.default


def written(name: str, info: OptionInfo, default: object) -> str:
    """An option as it is written, with what stands behind it."""
    declared = [d for d in (info.default, *(info.param_decls or ())) if str(d).startswith("--")]
    option = str(declared[0]) if declared else f"--{name}"
    if default is False:
        return option
    return f"{option} {info.metavar or ('SPAN' if isinstance(default, str) else 'N')}"


def command_line() -> str:
    """Verbs, each followed by what the template says of it."""
    text = (DOCS / "templates" / "command-line.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"<!-- about: (\w+) -->\n", text)
    about = dict(zip(parts[::2], parts[1::2], strict=True))
    body = "\n".join(verbs())
    for verb in list(about):
        if f"{{{{{verb}}}}}" in body:
            body = body.replace(f"{{{{{verb}}}}}", about.pop(verb).strip())
    return "\n\n".join([note("command-line"), head.strip(), body.strip(), *about.values()])


# --- all of it -----------------------------------------------------------------------------------


def formats() -> Iterator[str]:
    """Each format that comes along, as it stands in its file."""
    home = Path(inspect.getfile(exports)).parent / "formats"
    for name in FORMATS:
        text = (home / f"{name}.yaml").read_text(encoding="utf-8")
        yield f"## {name}\n\n```yaml\n{text}```\n"


def reference() -> dict[Path, str]:
    """Every generated page, its examples run."""
    found = {
        "language": page("language", settings="\n".join(settings())),
        "table": page("table", metrics="\n".join(metrics(base_result()))),
        "command-line": command_line(),
        "formats": page("formats", formats="\n".join(formats())),
    }
    return {DOCS / "reference" / f"{name}.md": made(text) for name, text in found.items()}


def main() -> None:
    """Write the pages."""
    for target, text in reference().items():
        target.write_text(text, encoding="utf-8")
        print(f"wrote {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
