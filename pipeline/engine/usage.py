"""How a script uses time and random numbers, in words, and what places of its program are to a reader."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.engine.translated import Translation
from pipeline.network.steps import DELAY, DRAWN, STEP

if TYPE_CHECKING:
    from pipeline.engine.runtime import Probe

_WHERE = {
    "stateupdater": "the equations of",
    "substeps": "the equations of",
    "thresholder": "the threshold of",
    "resetter": "the reset of",
    "group_variable_set": "the initial values of",
    "create_generator": "the connections of",
    "create_array": "the connections of",
    "_pre": "what a spike does through",
    "_post": "what a spike does back through",
    "summed_variable": "the sum of",
    "poissoninput": "the input of",
}
"""What Brian2's names of code objects say."""

RUN_WORDS = "the duration of a run"
"""What a number is said to act on that sets how long the script runs."""

_BEFORE = ("group_variable_set", "create_generator", "create_array")
"""Code objects of what is drawn before the first run, and so from seed_network."""

_DRAWS = re.compile(r"\b(_rand|_randn|_poisson|\w*_binomial\w*)\(_vectorisation_idx|\bpoissoninput_binomial")
_DELAY = re.compile(r"_ptr_array_\w+_delay(_\d+)?\[\w+\] = delay;")

_TIMED = re.compile(r"\b_timedarray\w*\(")


def notes(base: "Translation | Probe", loops: list[str]) -> tuple[str, ...]:
    """Return what a user should know of a script's runs, its time, and its random numbers."""
    said = []
    if base.problem is not None:
        line = re.match(r"line (\d+) ", base.problem)
        said.append(f"What it does after its runs is left out{f', from line {line[1]} on' if line else ''}.")
    if len(base.runs) > 1:
        parts = ", ".join(f"{duration_s:g}" for duration_s in base.runs)
        said.append(f"It runs {len(base.runs)} times, {parts} s; --duration changes the last.")
    if isinstance(base, Translation):
        said += [f"Time: {_time(base)}.", f"Random numbers: {_random(base)}."]
    elif base.drawn:
        said.append("Random numbers: its Python draws from seed_network; seeds that it sets do not count.")
    if loops:
        said.append(f"No knobs, since they change while the script runs: {', '.join(dict.fromkeys(loops))}.")
    return tuple(said)


def _time(base: Translation) -> str:
    """Return what of a network depends on the time itself."""
    found = [f"the equations of {name}" for name, text in base.equations.items() if _depends_on_t(text)]
    found += [
        words(file, "code", base)
        for file, text in sorted(base.files.items())
        if _TIMED.search(_body(text)) and not file.startswith(("code_objects/before_", "code_objects/after_"))
    ]
    found += [f"the spikes of {p.name}" for p in base.populations if "given times" in p.spikes_by]
    return f"it acts on {_joined(found)}" if found else "no equation and no input depends on it"


def _depends_on_t(equations: str) -> bool:
    return any(re.search(r"\bt\b", line.partition("=")[2].partition(":")[0]) for line in equations.splitlines())


def _random(base: Translation) -> str:
    """Return what is drawn from which seed."""
    drawn = [
        # a threshold that draws is that of Poisson neurons, or of escape noise
        (any(word in file for word in _BEFORE), words(file, "code", base).replace("the threshold of", "the spikes of"))
        for file, text in sorted(base.files.items())
        if file.startswith("code_objects/") and "/after_run" not in file and _DRAWS.search(_body(text))
    ]
    before = [text for first, text in drawn if first]
    before += ["what its Python draws, whose own seeds do not count"] if base.drawn else []
    during = [text for first, text in drawn if not first]
    parts = [
        f"{seed} draws {_joined(found)}" for seed, found in (("seed_network", before), ("seed_input", during)) if found
    ]
    return "; ".join(parts) or "none, so all seeds give the same"


def _body(text: str) -> str:
    """Return the C++ of a code object behind the definitions of functions, which stand in every one."""
    return text.rpartition("MAIN CODE")[2]


def _joined(found: Iterable[str]) -> str:
    """Return such texts as 'the equations of P' as one: what is said of several stands once."""
    whose: dict[str, list[str]] = {}
    for text in dict.fromkeys(found):
        what, of, name = text.rpartition(" of ")
        whose.setdefault(f"{what}{of}", []).append(name)
    return ", ".join(f"{what}{_listed(names)}" for what, names in whose.items())


def _listed(names: list[str], most: int = 8) -> str:
    shown = [*names[:most], f"{len(names) - most} more"] if len(names) > most else names
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def words(place: str, kind: str, base: Translation) -> str:
    """Return what a place of the program, a file or an array, is to a reader."""
    if kind == "run":
        return RUN_WORDS
    known = sorted(base.names, key=len, reverse=True)
    owner = next((name for name in known if re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z0-9])", place)), None)
    said = base.names.get(owner or "", owner or "the network")
    if kind in ("set", "array"):
        if "clock" in place and place.endswith("_dt"):
            return STEP
        variable = re.sub(r"_\d+$", "", place.partition(f"{owner}_")[2]) if owner else ""
        variable = re.sub(r"^_\w+_delay$", "delay", variable)  # Brian2 2.11 names it after its pathway
        return f"{variable} of {said}" if variable else f"values of {said}"
    body = _body(base.files.get(place, ""))
    if "group_variable_set" in place and _DELAY.search(body):
        return f"{DELAY}{said}{DRAWN if _DRAWS.search(body) else ''}"
    for word, text in _WHERE.items():
        if word in place:
            return f"{text} {said}"
    return said
