"""A script to what is known of it: each number is changed a little, and what that changes is what it acts on."""

import ast
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.engine import literals, usage
from pipeline.engine.followed import Followed
from pipeline.engine.translated import Population, Projection, Scheme, ScriptError, Translation, Wish, read
from pipeline.engine.translator import NeedsRuntimeError, RefusedError, Translator
from pipeline.network import numbers
from pipeline.network.adopted import Acts, Adopted, PopulationSize, ProjectionSize, Setting, digest
from pipeline.network.calls import may_run_again, probabilities
from pipeline.network.hooks import Site
from pipeline.network.model import RUN_KNOBS
from pipeline.network.numbers import Found, Number
from pipeline.network.readfiles import digests
from pipeline.network.rested import opened_in_c
from pipeline.network.sites import Survey, read_source

Say = Callable[[str], None]


def inspect(script: Path, translator: Translator, scheme: Scheme, say: Say = lambda _: None) -> Adopted:
    """Return what is known of a script; `scheme` as in Wish. RefusedError where it cannot be used at all."""
    try:
        known = read(str(script.resolve()))
    except ScriptError as error:
        raise RefusedError(str(error)) from None
    named = opened_in_c(script)
    try:
        found = _as_standalone(script, known, translator, say, scheme)
    except NeedsRuntimeError as error:
        if scheme.staggered:
            raise RefusedError(f"{script}: integrator: needs a script that C++ can run, but {error}.") from None
        found = _at_runtime(script, known, translator, str(error))
    likely = probabilities(known)
    settings = {
        name: setting.model_copy(update={"probability": name in likely}) for name, setting in found.settings.items()
    }
    unwritten = (str(path) for path, _ in named.items() & opened_in_c(script).items())
    return found.model_copy(update={"settings": settings, "data": found.data | digests(unwritten, script)})


def _as_standalone(script: Path, known: Survey, translator: Translator, say: Say, scheme: Scheme) -> Adopted:
    path = str(script.resolve())
    base = translator.ask("translate", Wish(path, scheme=scheme))
    repeats = may_run_again(known)
    if base.problem is not None and repeats:
        seen = translator.ask("probe", Wish(path))
        if len(seen.runs) > len(base.runs):
            raise NeedsRuntimeError(f"it reads results between its runs ({base.problem})")
    found, loops = _found(known, base.seen)
    wish = Wish(path, runs=None if repeats else len(base.runs), scheme=scheme)
    followed = Followed(found, base, translator.ask("translate", wish))
    opened_files = set(base.read)
    settings: dict[str, Setting] = {}
    positions: set[literals.Position] = set()
    idle = _idle(found, base, wish, known, translator)
    for k, one in enumerate(found):
        setting = _setting(one, translator)
        if one.name in idle:
            settings[one.name] = setting.model_copy(update={"acts": "nothing"})
            continue
        say(f"number {k + 1} of {len(found)}: {one.name}")
        settings[one.name], opened, also = _tried(one, setting, base, wish, known, translator, followed)
        positions |= opened
        opened_files |= also
    settings = followed.told(settings)
    settings = {n: s for n, s in settings.items() if n not in RUN_KNOBS or set(s.on) - {usage.RUN_WORDS}}
    return Adopted(
        script=script.name,
        sha256=digest(script),
        target="standalone",
        populations=populations(base.populations),
        projections=joined(base.projections),
        settings=settings,
        staggered=scheme.staggered,
        runs=tuple(base.runs),
        dt_ms=1000 * base.dt_s,
        written_cost_s=_written_cost(path, translator),
        drawn=base.drawn,
        repeats=repeats,
        data=digests(opened_files, script),
        positions=tuple(sorted(positions)),
        notes=usage.notes(base, [site.name for site in loops]),
    )


def _found(known: Survey, seen: Mapping[int, list[Number]]) -> tuple[list[Found], list[Site]]:
    """Return the numbers of a script but those that are not finite, which nothing can be set to, and its loops."""
    found, loops = numbers.found(known.sites, seen)
    return [one for one in found if math.isfinite(one.value)], loops


def _written_cost(path: str, translator: Translator) -> float | None:
    try:
        cost_s: float | None = translator.ask("probe", Wish(path)).cost_s
    except (RefusedError, NeedsRuntimeError):
        return None
    return cost_s


def _at_runtime(script: Path, known: Survey, translator: Translator, why: str) -> Adopted:
    """Return what is known of a script that needs Brian2's runtime target: its numbers, not what each of them does."""
    seen = translator.ask("probe", Wish(str(script.resolve())))
    found, loops = _found(known, seen.seen)
    settings = {one.name: _setting(one, translator) for one in found if one.name not in RUN_KNOBS}
    return Adopted(
        script=script.name,
        sha256=digest(script),
        target="runtime",
        why=why,
        populations=populations(seen.populations),
        projections=joined(seen.projections),
        settings=settings,
        runs=tuple(seen.runs),
        dt_ms=1000 * seen.dt_s,
        drawn=seen.drawn,
        repeats=may_run_again(known),
        data=digests(seen.read, script),
        notes=usage.notes(seen, [site.name for site in loops]),
    )


def populations(found: Sequence[Population]) -> tuple[PopulationSize, ...]:
    """Return populations, parts of others with the name of the whole."""
    whole: dict[str, str] = {}
    for p in found:
        whole.setdefault(p.source, p.name)  # wholes come first
    return tuple(
        PopulationSize(
            name=p.name,
            size=p.size,
            spikes_by=p.spikes_by,
            potential=p.potential,
            potential_unit=p.potential_unit,
            part_of=whole.get(p.source) if whole.get(p.source) != p.name else None,
        )
        for p in found
    )


def joined(found: Sequence[Projection]) -> tuple[ProjectionSize, ...]:
    """Return projections, without what only a run tells."""
    return tuple(ProjectionSize(name=p.name, source=p.source, target=p.target) for p in found)


def _setting(one: Found, translator: Translator) -> Setting:
    try:
        written = _as_written(one, translator)
    except RefusedError:  # a name in it is none of Brian2's units
        return _as_written(numbers.as_seen(one), translator)
    same = math.isclose(written.si(one.value), one.number.value, rel_tol=1e-9, abs_tol=0)
    return written if same else _as_written(numbers.as_seen(one), translator)


def _as_written(one: Found, translator: Translator) -> Setting:
    return Setting(
        key=one.key, line=one.line, module=one.module, value=one.value, unit=one.unit, template=one.template,
        factors=_factors(one, translator), dimensions=one.dimensions, whole=one.whole, reads=one.reads, about=one.about,
    )  # fmt: skip


def _idle(found: Sequence[Found], base: Translation, wish: Wish, known: Survey, translator: Translator) -> set[str]:
    """Return numbers that act on nothing, of those whose name stands but once in all files; changed all at once.

    Hundreds of constants of another model would take hours one by one.
    """
    texts = [read_source(path) for path in (wish.path, *(module.path for module in known.modules))]
    words = Counter(word for text in texts for word in re.findall(r"\w+", text))
    once = [one for one in found if words[one.name] == 1]
    if len(once) < 2:
        return set()
    for k in range(3):
        try:
            changed = {one.key: one.text(_others(one)[k]) for one in once}
            other = translator.ask("translate", replace(wish, numbers=changed))
        except (RefusedError, NeedsRuntimeError):
            return set()
        if _difference(base, other)[0] != "nothing":
            return set()
    return {one.name for one in once}


def _tried(
    one: Found,
    setting: Setting,
    base: Translation,
    wish: Wish,
    known: Survey,
    translator: Translator,
    followed: Followed,
) -> tuple[Setting, set[literals.Position], set[str]]:
    """Return the setting of a number, the numbers of the C++ that are to be opened for it, and the files then read."""
    refused: Exception | None = None
    files: set[str] = set()
    found: tuple[Acts, tuple[str, ...], set[literals.Position]] | None = None
    for value in _others(one):
        try:
            other = translator.ask("translate", replace(wish, numbers={one.key: setting.text(value)}))
        except (RefusedError, NeedsRuntimeError) as error:
            refused = error
            continue
        followed.note(one.name, other)
        files |= set(other.read)
        found = _difference(base, other)
        if found[0] != "nothing":
            break
    if found is None:
        return setting.model_copy(update={"acts": "refused", "on": (str(refused),)}), set(), files
    acts, on, opened = found
    unread = numbers.unread([one.name], known.read, known.opaque)
    direct = (
        acts == "run time"
        and one.key[1] == -1
        and not opened
        and one.name in unread
        and bool(setting.factors or one.unit == "1")
        and _own_alone(one.name, base, other, setting.si(one.value), setting.si(value))
    )
    return setting.model_copy(update={"acts": acts, "on": on, "direct": direct}), opened, files


def _others(one: Found) -> list[float]:
    """Return other values to try until one acts: near it, and further off since the script may round it."""
    if not one.whole or one.unit != "1":
        near = one.value * 1.03125 if one.value else 0.5
        return [near, one.value * 0.96875, one.value * 0.5]
    return [one.value + 1, one.value * 1.03125, max(one.value - 1, 0), round(1.5 * one.value)]


def _difference(base: Translation, other: Translation) -> tuple[Acts, tuple[str, ...], set[literals.Position]]:
    """Return how a number acts, on what, and the numbers of the C++ to open for it."""
    opened: set[literals.Position] = set()
    if base.files != other.files:
        places = literals.differing(base.files, other.files)
        if places is None or len(base.values) != len(other.values):
            return "program", _on_program(base, other), set()
        opened = places
    changed = [a for a, b in zip(base.values, other.values, strict=True) if a.value != b.value or a.name != b.name]
    on = [usage.words(value.file if value.kind != "set" else value.name, value.kind, base) for value in changed]
    on += [usage.words(file, "literal", base) for file, _ in sorted(opened)]
    if base.arrays.keys() != other.arrays.keys():
        return "program", _on_program(base, other), set()
    arrays = [name for name in base.arrays if not np.array_equal(base.arrays[name], other.arrays[name])]
    on += [usage.words(name, "array", base) for name in arrays]
    if not on:
        return "nothing", (), set()
    return "run time", tuple(dict.fromkeys(on)), opened


def _own_alone(name: str, base: Translation, other: Translation, was: float, now: float) -> bool:
    """Return whether a change went to the constants of the number's own name, to all of them and unchanged.

    Constants of this name that keep their value are other numbers: of a function, or of another file.
    """
    for a, b in zip(base.values, other.values, strict=True):
        own = a.kind == "constant" and a.name == name
        if (own and not (a.value == was and b.value == now)) or (not own and a.value != b.value):
            return False
    same = all(np.array_equal(base.arrays[key], other.arrays[key]) for key in base.arrays)
    return same and any(a.kind == "constant" and a.name == name for a in base.values)


def _on_program(base: Translation, other: Translation) -> tuple[str, ...]:
    sizes = {p.name: p.size for p in base.populations}
    found = [f"the size of {p.name}" for p in other.populations if sizes.get(p.name, p.size) != p.size]
    found += [usage.RUN_WORDS] if len(base.runs) != len(other.runs) else []
    if not found and base.equations != other.equations:
        found = [f"the equations of {n}" for n, text in base.equations.items() if other.equations.get(n) != text]
    return tuple(found) or ("what is compiled",)


def _factors(one: Found, translator: Translator) -> tuple[tuple[str, float], ...]:
    """Return what makes SI of a value of a number, in the order of the script's own arithmetic."""
    tree = ast.parse(one.template.format("_x"), mode="eval").body
    chain: list[tuple[str, str]] = []
    while isinstance(tree, ast.BinOp):
        chain.append(("*" if isinstance(tree.op, ast.Mult) else "/", ast.unparse(tree.right)))
        tree = tree.left
    if not chain:
        return ()
    factors = translator.ask("factors", Wish(""), [text for _, text in chain])
    return tuple((op, factor) for (op, _), factor in zip(reversed(chain), reversed(factors), strict=True))


def as_rows(adopted: Adopted) -> list[dict[str, Any]]:
    """Return the numbers of a script as rows of a table."""
    return [
        {"name": name, "value": setting.value, "unit": setting.unit, "acts": acts_in_words(setting),
         "on": ", ".join(setting.on), "about": setting.about}
        for name, setting in adopted.settings.items()
    ]  # fmt: skip


def acts_in_words(setting: Setting) -> str:
    """Return how a number acts, in a few words."""
    derived = f", derived from {', '.join(setting.reads)}" if setting.reads else ""
    words = {
        "run time": "run-time knob",
        "program": "needs another program",
        "nothing": "acts on nothing",
        "refused": "cannot be changed",
    }
    return words[setting.acts] + derived
