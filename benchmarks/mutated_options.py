"""Every option and argument of every verb with values that it cannot take, as cases."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from mutated_files import ANY, WRONG
from mutated_verbs import MAKES, VERBS, Case, words_of

from networks.gutnisky2017.paper.__main__ import app as paper_app
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError

HUGE = "99999999999999999999999"

NUMBERS = {
    "int": ("many", "nan", "1e3", "0.5", "", HUGE, "-1"),
    "float": ("many", "nan", "inf", "-inf", "", "-1", "1e400"),
}
"""What no option that takes a number may be; those of this pipeline count, number or last, so none is negative."""

ZERO = ("networks", "values", "cores", "of", "duration", "neurons")
"""Options of which 0 is wrong, too."""

NAMES = ("nowhere", "", "a b", "../x", "x" * 3000, "\x1b[31m")

SETS = ("w_e", "w_e=", "=1", "w_e=nan", "w_e=inf", "w_e=many", "w_e=1*ms", "w_e=1*nowhere", "nowhere=1", "w_e=1e400",
        "duration=-1", "duration=0", "w_e==1", "seed_network=-1", "seed_network=0.5", "N_E=0.5", "N_E=-3", "p_connect=",
        "w_e=1=2", "w_e=__import__('os')", "w_e=(1).__class__", "w_e=9**9**9*mV", "transient=nan", "network=1",
        "protocol=base", "tau_m=1*mV*", "")  # fmt: skip
"""What --set may not be."""

WRITTEN = ("out", "html", "summary", "verdict")
FOLDERS = {"pages": ("out",), "fit": ("out",), "archive": ("out",), "paper atlas": ("out",)}


def of_options(rng: random.Random) -> Iterator[Case]:
    """Give the cases of every option and argument of every verb: values that it cannot take."""
    commands = {"": typer.main.get_command(app), "paper ": typer.main.get_command(paper_app)}
    for verb in VERBS:
        words, paper = words_of(verb)
        command = commands["paper " if paper else ""].commands[words[0]]
        title, makes = f"{verb}: options", MAKES.get(verb, ())
        yield Case(title, "an unknown option", [*words, "--colour", "1"], WRONG, (("--colour",),), paper=paper)
        yield Case(title, "one argument more", [*words, "surplus.yaml"], ANY, (), makes, paper)
        for parameter in command.params:
            option = next((name for name in parameter.opts if name.startswith("--") and name in words), None)
            option = option or next((name for name in parameter.opts if name.startswith("--")), None)
            for value, mark in _values(verb, parameter, rng):
                changed = _replaced(words, option, value, parameter, command)
                if changed is None:
                    continue
                shown = f"{ConfigError(value[:40])}".partition("=")[0]
                called = (option or parameter.name.upper(), parameter.name, shown or "''", ".: ", "is not the table")
                names = (called,) if mark == WRONG else ()
                if value in words:
                    continue
                yield Case(f"{verb}: options", f"{option or parameter.name} {value[:40]!r}", changed, mark, names,
                           MAKES.get(verb, ()), paper)  # fmt: skip
            if option and option in words:
                yield Case(f"{verb}: options", f"{option} without a value", [*_without(words, option), option], WRONG,
                           ((option,),), paper=paper)  # fmt: skip
                yield Case(f"{verb}: options", f"no {option}", _without(words, option),
                           WRONG if parameter.required else ANY, (*([(option,)] if parameter.required else []),),
                           MAKES.get(verb, ()), paper)  # fmt: skip


def _values(verb: str, parameter: Any, rng: random.Random) -> Iterator[tuple[str, str]]:
    kind, name = parameter.type_descriptor.annotation, parameter.name
    if kind is bool:
        return
    if kind in (int, float):
        for value in NUMBERS[kind.__name__]:
            yield value, WRONG
        if name in ZERO:
            yield "0", WRONG
        yield "2000000000" if kind is int else "1e300", ANY
    elif name == "settings" and getattr(parameter, "multiple", False):
        for value in SETS:
            yield value, WRONG
    elif name == "storage":
        for value in ("", "nowhere", "sqlite:////", "sqlite:///net", "redis://nowhere", "mysql://x@y/z", "\x00"):
            yield value, WRONG
    elif kind in (Path, list[Path]):
        if name in WRITTEN and name not in FOLDERS.get(verb, ()):
            for value in ("net", "net/config.yaml/x.png", "out/a.xyz", "out", "", "net/knobs.yaml", "x" * 300 + ".png"):
                yield value, WRONG
        elif name in WRITTEN or name == "results":
            for value in ("net/knobs.yaml", "net/knobs.yaml/x", "x" * 300):
                yield value, WRONG
        elif name == "picture":
            for value in ("nowhere.png", "net", "net/knobs.yaml"):
                yield value, WRONG
        elif name == "folder":
            for value in ("nowhere", "net", "net/knobs.yaml"):
                yield value, WRONG
        else:
            for value in ("nowhere.parquet", "out", "net/network.py", "net/targets.csv", "paper/about.txt", "",
                          "results/fit/gains.csv", "figures.yaml", "x" * 300, "net/knobs.yaml/x"):  # fmt: skip
                good = name == "reference" or (name == "networks" and value == "")
                yield value, ANY if good else WRONG
    else:
        for value in NAMES:
            yield value, WRONG
        if name == "features":
            for value in ("rate_excitatory,nowhere", ",", "rate_excitatory,,cv_excitatory", "point", "w_e", "status"):
                yield value, WRONG
            yield "rate_excitatory,rate_excitatory", ANY


def _replaced(words: list[str], option: str | None, value: str, parameter: Any, command: Any) -> list[str] | None:
    if option is not None:
        return [*_without(words, option), f"{option}={value}"]
    at = 1 + [one.name for one in command.params if not one.opts[0].startswith("-")].index(parameter.name)
    if at >= len(words) or words[at].startswith("-") or value.startswith("-"):
        return None
    return [*words[:at], value, *words[at + 1 :]]


def _without(words: list[str], option: str) -> list[str]:
    if option not in words:
        return words
    at = words.index(option)
    return [*words[:at], *words[at + 2 :]]
