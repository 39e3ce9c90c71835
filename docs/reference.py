"""The parts of the pages that are made from the code, as Markdown: verbs, keys, knobs, words, files, Python.

They stand in the pages, between `<!-- made: WHAT OF -->` and `<!-- end -->`, so that pages can be read as they are.
`make reference` writes them there, and a test says where they are of older code.
"""

import importlib
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main
from pydantic import BaseModel

import pipeline.__main__  # noqa: F401, the verbs
from pipeline.cli.commands import app
from pipeline.doctor.findings.kinds import KINDS as FINDINGS
from pipeline.fit.problem import Fit
from pipeline.fit.targets import COLUMNS
from pipeline.measure.rates import STATISTICS
from pipeline.network.model import RUN_KNOBS
from pipeline.network.reading import read_model
from pipeline.network.script import KnobTable
from pipeline.overview.glossary import GENERAL, meanings
from pipeline.plan.run import Run
from pipeline.recordings.described import Described
from pipeline.sweep.design import Sweep

HERE = Path(__file__).parent
ROOT = HERE.parent

MADE = re.compile(r"(<!-- made: (\w+)(?: ([^ ]+))? -->\n)(.*?)(<!-- end -->)", re.DOTALL)
"""Where a page has what is made from the code."""

KINDS: dict[str, tuple[type[BaseModel], str]] = {
    "config": (Run, "A configuration"),
    "sweep": (Sweep, "A sweep"),
    "fit": (Fit, "A fit"),
    "knobs": (KnobTable, "A knob table"),
    "recording": (Described, "A recording"),
}
"""The files that a user writes."""

TYPES = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true or false", "null": "nothing"}


def filled(page: str) -> str:
    """Return a page with what is made from the code as it is now; KeyError for a part that nothing makes."""
    return MADE.sub(lambda found: f"{found[1]}\n{made(found[2], found[3] or '').strip()}\n\n{found[5]}", page)


def made(what: str, of: str) -> str:
    """Return a part of a page: what stands behind `<!-- made: WHAT OF -->`. KeyError for one that nothing makes."""
    makers: dict[str, Callable[[str], str]] = {
        "verbs": verbs, "keys": keys, "knobs": knobs, "glossary": glossary, "file": file, "networks": networks,
        "words": words, "targets": targets, "python": python, "findings": findings,
    }  # fmt: skip
    return makers[what](of)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown."""
    lines = [list(head), *(list(row) for row in rows)]
    said = ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines]
    return "\n".join([said[0], "|" + "---|" * len(lines[0]), *said[1:]]) + "\n"


def findings(_: str) -> str:
    """Return what kinds of findings the doctor has, causes first."""
    rows = ((f"`{k.name}`", k.means, k.level, k.principle, k.disproof) for k in FINDINGS)
    return table(("finding", "means", "level", "found by", "what would prove it wrong"), rows)


def verbs(_: str) -> str:
    """Return all verbs with their options, as `--help` says them."""
    commands = getattr(typer.main.get_command(app), "commands")  # noqa: B009, of a group, which typer has no type for
    return "\n".join(_verb(name, command) for name, command in sorted(commands.items()))


def _verb(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=f"python -m pipeline {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    rows = [_option(*record, one.required) for one in command.params if (record := one.get_help_record(context))]
    text = f"## {name}\n\n{_plain(command.help or '')}\n\n```text\npython -m pipeline {name} {usage}\n```\n\n"
    return text + (table(("option", "default", "is"), rows) if rows else "") + "\n"


def _option(name: str, about: str, required: bool) -> tuple[str, str, str]:
    """Return a row of an option from what `--help` says of it."""
    default = re.search(r"default: (.*?)[\];]", about)
    shown = "required" if required else f"`{default[1]}`" if default else ""
    return f"`{name}`", shown, re.sub(r"\s*\[[^\[\]]*(default|required)[^\[\]]*\]", "", about)


def _plain(text: str) -> str:
    """Return a docstring as paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def keys(kind: str) -> str:
    """Return the keys of a file that a user writes, and of what stands within it."""
    model, title = KINDS[kind]
    schema = model.model_json_schema()
    parts = {title: schema, **schema.get("$defs", {})}
    return "\n".join(_keys(name if name == title else f"{title}: {name}", part) for name, part in parts.items())


def _keys(title: str, part: Mapping[str, Any]) -> str:
    required = part.get("required", ())
    rows = [
        (f"`{name}`", _type(key), "required" if name in required else _default(key), key.get("unit", ""), _allowed(key),
         key.get("description", ""))
        for name, key in part.get("properties", {}).items()
    ]  # fmt: skip
    if not rows:  # keys are names of the network
        rows = [("a name", _type(part).removeprefix("name: "), "", "", "", "one for each population that you name")]
    head = ("key", "takes", "default", "unit", "allowed", "is")
    return f"### {title}\n\n{_plain(part.get('description', ''))}\n\n{table(head, rows)}"


def _type(key: Mapping[str, Any]) -> str:
    if "$ref" in key:
        return f"a mapping, see {key['$ref'].rpartition('/')[2]}"
    if "anyOf" in key:
        return " or ".join(said for one in key["anyOf"] if (said := _type(one)) != TYPES["null"])
    if "const" in key:
        return f"`{key['const']}`"
    if "enum" in key:
        return "one of the allowed"
    if key.get("type") == "array":
        items = key.get("items") or key.get("prefixItems", [{}])[0]
        return f"list of {_type(items)}"
    if key.get("type") == "object":
        inner = key.get("additionalProperties")
        inner = inner if isinstance(inner, dict) else next(iter(key.get("patternProperties", {}).values()), {})
        return "name: " + (_type(inner) or "anything") if inner else "a mapping"
    return TYPES.get(key.get("type", ""), "anything")


def _default(key: Mapping[str, Any]) -> str:
    default = key.get("default")
    if default in (None, "", {}, []) or (isinstance(default, dict) and not any(default.values()) and "$ref" in key):
        return "none"
    return f"`{json.dumps(default)}`"


def _allowed(key: Mapping[str, Any]) -> str:
    bounds = [
        f"{sign} {key[name]:,g}" if abs(key[name]) < 1e6 else f"{sign} {key[name]:,}"
        for name, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
        if name in key
    ]
    said = [", ".join(f"`{one}`" for one in key["enum"])] if "enum" in key else []
    return "; ".join([*said, *bounds, *filter(None, map(_allowed, key.get("anyOf", ())))])


def networks(_: str) -> str:
    """Return the knobs of every network that comes with the repository."""
    folders = sorted(path.parent for path in (ROOT / "networks").glob("*/knobs.yaml"))
    return "\n".join(f"## {folder.name}\n\n{knobs(folder.name)}" for folder in folders)


def knobs(name: str) -> str:
    """Return the knobs of a network."""
    model = read_model(ROOT / "networks" / name)
    rows = []
    for knob, said in model.knobs.items():
        if knob in RUN_KNOBS:
            continue
        allowed = "" if said.min == -float("inf") and said.max == float("inf") else f"{said.min:g} to {said.max:g}"
        acts = model.adopted.settings[knob].acts
        rows.append((f"`{knob}`", f"{said.value:g}", said.unit, allowed, acts, said.about))
    return table(("knob", "value", "unit", "allowed", "acts at", "is"), rows)


def glossary(_: str) -> str:
    """Return the words of the results page, as its tooltips say them."""
    return table(("word", "means"), sorted(GENERAL.items(), key=lambda item: item[0].lower()))


def words(some: str) -> str:
    """Return what features and knobs of a network mean, `NETWORK:NAME,NAME`, as the results page says it."""
    name, _, names = some.partition(":")
    known = meanings(read_model(ROOT / "networks" / name))
    return table(("word", "means"), [(f"`{word}`", known[word]) for word in names.split(",")])


def targets(_: str) -> str:
    """Return the columns of a table of targets."""
    about = {
        "feature": "What is measured: the name of a feature.",
        "protocol": "In which protocol of the network or of the fit; several, joined by `+`, for a slope.",
        "statistic": f"`mean` over networks; over the neurons of a network {', '.join(f'`{s}`' for s in STATISTICS)}; "
        "`slope_KNOB`, the slope of the mean with a knob over several protocols.",
        "mean": "The value that is aimed at.",
        "sd": "The standard deviation that is tolerated: a deviation of this size counts as 1.",
        "unit": "That of the feature; `log10(...)` where mean and sd are decimal logarithms.",
        "source": "Where the value is from, in your words.",
    }
    return table(("column", "is"), [(f"`{name}`", about[name]) for name in COLUMNS])


def file(path: str) -> str:
    """Return a file of another folder without its title, its links those of docs/."""
    text = (ROOT / path).read_text(encoding="utf-8").partition("\n")[2]
    folder = Path(path).parent
    text = re.sub(r"\]\((?!https?:|#)([^)]+)\)", lambda found: f"]({_from_docs(folder / found[1])})", text)
    return text.strip() + "\n"


def _from_docs(path: Path) -> str:
    return path.name if path.parts[0] == "docs" and len(path.parts) == 2 else f"../{path}"


def python(names: str) -> str:
    """Return classes, with their members, and functions, `MODULE.NAME,MODULE.NAME`: signatures and docstrings."""
    return "\n\n".join(part for name in names.split(",") for part in _described(*name.rpartition(".")[::2]))


def _described(module: str, name: str) -> Iterator[str]:
    """Yield what is said of a class or function, and of the members of a class."""
    one = getattr(importlib.import_module(module), name)
    lines = [f"from {module} import {name}"]
    if not (isinstance(one, type) and issubclass(one, Exception)):
        lines += ["", _call(name, one)]
    yield "\n".join([f"### {name}\n\n```text", *lines, "```"])
    yield inspect.getdoc(one) or ""
    for member, value in vars(one).items() if isinstance(one, type) else ():
        if inspect.isfunction(value) and not member.startswith("_"):
            yield f"#### {name}.{member}\n\n```text\n{_call(member, value)}\n```\n\n{inspect.getdoc(value)}"
        elif isinstance(value, property):
            yield f"#### {name}.{member}\n\n{inspect.getdoc(value)}"


def _call(name: str, one: Any) -> str:
    """Return how something is called, with types by their last names."""
    said = inspect.signature(one)
    said = said.replace(parameters=[about for about in said.parameters.values() if about.name != "self"])
    if isinstance(one, type):
        said = said.replace(return_annotation=said.empty)
    short = re.sub(r"~|\b(?:[a-z_]\w*\.)+", "", f"{name}{said}".replace("<factory>", "..."))
    return textwrap.fill(short, 90, subsequent_indent="    ")


def main() -> None:
    """Write what is made from the code into the pages, where it is of older code."""
    for path in sorted(HERE.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        if (new := filled(page)) != page:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} is written anew.")


if __name__ == "__main__":
    main()
