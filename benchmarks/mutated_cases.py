"""Files of all kinds that verbs are given, mutated, and with the options of `mutated_options` all cases there are."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import mutated_files as files
from mutated_files import ANY, HARMLESS, WRONG, Mutation, Table
from mutated_options import of_options
from mutated_verbs import CURVE, FEATURES, MAKES, POINTS, Case, words_of


def _of(verb: str, path: str, mutations: Sequence[Mutation] | Iterator[Mutation], *also: str) -> Iterator[Case]:
    """Give the cases of a verb with a file mutated; `also`: other names of which a refusal may speak."""
    words, paper = words_of(verb)
    for one in mutations:
        names = ((Path(path).name, *also), *(((*one.keys, "other targets than", "is of "),) if one.keys else ()))
        names = names if one.mark != ANY else ()  # several files may be to blame
        makes = MAKES.get(verb, ())
        does = _doing(one, path)
        yield Case(f"{verb}: {Path(path).name}", one.what, words, one.mark, names, makes, paper, does)


def _doing(one: Mutation, path: str) -> Callable[[Path], None]:
    return lambda folder: one.does(folder / path)


KNOBS = ("w_e", "tau_m", "seed_network", "duration")
SWEPT = Table(
    numbers=KNOBS,
    features=("rate_excitatory", "cv_excitatory"),
    words=("protocol", "status"),
    ids=("point",),
    key=("point",),
    never_below=("cpu_s",),
)
POINT = Table(numbers=KNOBS, words=("protocol",), ids=("point",), key=("point",))
SPIKES = Table(numbers=("t_s",), words=("population",), ids=("neuron",), never_below=("t_s",), empty=ANY)
TRACES = Table(numbers=("t_s", "v"), words=("population",), ids=("neuron",))
TRIALS = Table(
    numbers=("w_e", "w_i", "score"), words=("state",), ids=("trial",), key=("trial",), never_below=("score",)
)
GAINS = Table(numbers=("fitted", "low", "high"), words=("knob",), key=("knob",))
FITTED = Table(
    numbers=("target", "sd"), words=("feature", "protocol", "statistic"), key=("feature",), never_below=("sd",)
)
KNOB_TABLE = Table(numbers=("fitted", "low", "high"), maybe=("q05", "q95"), words=("knob",), key=("knob",))
SAMPLE = Table(numbers=("w_e", "w_i"), empty=ANY)
GOOD = Table(numbers=("w_e", "w_i", "score"), ids=("trial",), key=("trial",), never_below=("score",))
LANDSCAPE = Table(numbers=("value", "score"), words=("kind", "knob"), empty=ANY)
PAPER = Table(
    numbers=("A_T",),
    features=("rate_E",),
    maybe=("R_I",),
    words=("protocol", "status"),
    ids=("point",),
    key=("point",),
)

TABLES: tuple[tuple[str, str, Table], ...] = (
    ("features", FEATURES, SWEPT),
    ("features", POINTS, POINT),
    ("build", POINTS, POINT),
    ("simulate --points", POINTS, POINT),
    ("pages", FEATURES, SWEPT),
    ("figure map", FEATURES, SWEPT),
    ("figure curves", f"{CURVE}/features.parquet", SWEPT),
    ("figure raster", f"{CURVE}/features.parquet", SWEPT),
    ("figure raster", f"{CURVE}/spikes.parquet", SPIKES),
    ("figure traces", "results/traces.parquet", TRACES),
    ("fit", FEATURES, SWEPT),
    ("study", FEATURES, SWEPT),
    ("posterior", "results/fit/trials.parquet", TRIALS),
    ("posterior", "results/fit/gains.csv", GAINS),
    ("posterior", "results/fit/fitted.csv", FITTED),
    ("fit_figure history", "results/fit/trials.parquet", TRIALS),
    ("fit_figure targets", "results/fit/fitted.csv", FITTED),
    ("fit_figure corner", "results/fit/posterior.parquet", SAMPLE),
    ("fit_figure corner", "results/fit/good.csv", GOOD),
    ("fit_figure corner", "results/fit/knobs.csv", KNOB_TABLE),
    ("fit_figure landscape", "results/fit/landscape.parquet", LANDSCAPE),
    ("fit_figure importance", "results/fit/knobs.csv", KNOB_TABLE),
    ("fit_page", "results/fit/trials.parquet", TRIALS),
    ("fit_page", "results/fit/knobs.csv", KNOB_TABLE),
    ("fit_page", "results/fit/fitted.csv", FITTED),
    ("explain", FEATURES, SWEPT),
    ("paper panel", "paper/C_T/features.parquet", PAPER),
    ("paper curve", "paper/A_T/features.parquet", PAPER),
    ("paper compare", "paper/A_T/features.parquet", PAPER),
)
"""Which verb reads which table, and as what."""

LENIENT = ("explain",)
"""Verbs that read a row of a table, and answer for no other."""

SETTINGS: tuple[tuple[str, str, int], ...] = (
    ("check", "net/config.yaml", 12),
    ("archive", "net/config.yaml", 3),
    ("grid", "net/sweep.yaml", 12),
    ("check", "net/sweep.yaml", 5),
    ("fit", "net/fit.yaml", 14),
    ("check", "net/fit.yaml", 5),
    ("posterior", "net/fit.yaml", 5),
    ("fit_page", "net/fit.yaml", 3),
    ("check", "net/knobs.yaml", 14),
    ("simulate", "net/knobs.yaml", 8),
    ("trace", "net/knobs.yaml", 3),
    ("figure map", "net/knobs.yaml", 3),
    ("check", "net/adopted.json", 14),
    ("simulate", "net/adopted.json", 8),
    ("paper panel", "figures.yaml", 12),
    ("page", "results/run.json", 12),
)
"""Which verb reads which file of keys, and of how many of them."""

LENIENT_FILES = ("results/fit/posterior.json", "results/fit/surface.json", "results/fit/failed.json")

TARGETS = Table(
    numbers=("mean", "sd"), words=("feature", "protocol", "statistic", "unit"), key=("feature",), never_below=("sd",)
)


def cases(folder: Path, rng: random.Random) -> list[Case]:
    """Return all cases, in their order."""
    return [*of_tables(rng), *of_settings(folder, rng), *of_others(folder, rng), *of_options(rng)]


def of_tables(rng: random.Random) -> Iterator[Case]:
    """Give the cases of all tables of results."""
    for verb, path, kind in TABLES:
        mutations = list(files.tables(kind, rng, Path(path).suffix))
        if verb == "features" or kind is POINT:  # where columns keep their order, and all are knobs
            mutations = [_loose(m) if m.mark == HARMLESS else m for m in mutations]
        if verb in LENIENT:
            mutations = [Mutation(m.what, m.does, ANY, m.keys) for m in mutations]
        yield from _of(verb, path, mutations, *(["explain"] if verb == "explain" else []))


def of_settings(folder: Path, rng: random.Random) -> Iterator[Case]:
    """Give the cases of configurations, knob tables, targets, and what a run was asked."""
    for verb, path, n in SETTINGS:
        mutations = files.of_file(folder / path, rng, n)
        mutations = [_eased(path, one) for one in mutations]
        also = {"net/adopted.json": ("knobs.yaml",), "results/run.json": ("net/",)}.get(path, ())
        also += ("run the workflow",) if verb == "archive" else ()
        yield from _of(verb, path, mutations, *also)
    for verb in ("check", "fit", "posterior"):
        mutations = [_eased("targets.csv", m) for m in files.tables(TARGETS, rng, ".csv")]
        yield from _of(verb, "net/targets.csv", mutations, *(["fitted.csv"] if verb == "posterior" else []))


def _eased(path: str, one: Mutation) -> Mutation:
    """Return a mutation as what it is to one file: some marks are of files in general."""
    free = {
        "run.json": ("where", "figures", "pages", "is ", "an unknown"),
        "adopted.json": ("",),
        "targets.csv": ("an extra", "columns in another"),
    }
    named = re.match(r"(figures|budgets|protocols|sweeps)\.\w+ misspelt", one.what)  # which may be called anything
    inside = one.mark == WRONG and any(one.what.startswith(word) for word in free.get(Path(path).name, ()))
    eased = inside or (Path(path).name == "targets.csv" and one.mark == HARMLESS)
    return _loose(one) if eased or named else one


FEATURE_TEXTS = {
    "empty": (b"", ANY),
    "a syntax error": ("def f(:\n", WRONG),
    "raises": ("raise ValueError('no')\n", WRONG),
    "exits": ("import sys\nsys.exit(3)\n", WRONG),
    "imports what is not there": ("import nothing_of_that_name\n", WRONG),
    "binary": (bytes(range(256)), WRONG),
    "a name that is a pattern's": (
        "from pipeline.measure.own import feature\n@feature(unit='1', about='x')\n"
        "def rate_excitatory(r):\n    return 1\n",
        WRONG,
    ),
    "a name twice": (  # of which Python keeps the last
        "from pipeline.measure.own import feature\n"
        + "@feature(unit='1', about='x')\ndef twice(r):\n    return 1\n" * 2,
        ANY,
    ),
    "no unit": ("from pipeline.measure.own import feature\n@feature(about='x')\ndef a(r):\n    return 1\n", WRONG),
    "a unit that is none": (
        "from pipeline.measure.own import feature\n@feature(unit=3, about='x')\ndef a(r):\n    return 1\n",
        WRONG,
    ),
    "an unknown argument": (
        "from pipeline.measure.own import feature\n@feature(unit='1', about='x', y=1)\ndef a(r):\n    return 1\n",
        WRONG,
    ),
    "takes no recording": (
        "from pipeline.measure.own import feature\n@feature(unit='1', about='x')\ndef a():\n    return 1\n",
        WRONG,
    ),
}

LOGS = {
    "empty": (b"", ANY),
    "binary": (bytes(range(256)) * 3, ANY),
    "half a line": (b'{"op_code": 0, "wor', ANY),
    "of something else": (b'{"a": 1}\n', ANY),
    "a number": (b"3\n", ANY),
    "null": (b"null\n", ANY),
}

VERDICTS = {
    "empty": (b"", ANY),
    "a list": (b"[1]", ANY),
    "numbers": (b'{"title": 1, "level": 2, "says": 3}', ANY),
    "a level that is a list": (b'{"title": "a", "level": ["good"], "says": "b"}', ANY),
    "a level unknown": (b'{"title": "a", "level": "so so", "says": "b"}', ANY),
    "binary": (bytes(range(256)), ANY),
    "markup": (b'{"title": "<script>alert(1)</script>", "level": "good", "says": "<b>", "page": "javascript:1"}', ANY),
    "a page that is a list": (b'{"title": "a", "level": "good", "says": "b", "page": [1]}', ANY),
    "deep": (b"[" * 100_000, ANY),
}


def of_others(folder: Path, rng: random.Random) -> Iterator[Case]:
    """Give the cases of scripts, features of a network's own, journals, logs and what a page is made of."""
    for verb in ("definitions",):
        yield from _of(verb, "own/features.py", files.texts(FEATURE_TEXTS), "features.py", "twice", "rate_excitatory")
        mutations = [_loose(m) if m.what == "gone" else m for m in files.damage(rng, csv=True)]
        yield from _of(verb, "own/features.py", mutations)
    for verb in ("check", "simulate", "grid", "script"):
        texts = {"changed": ((folder / "net/network.py").read_text() + "\nx = 3\n", WRONG), "empty": (b"", WRONG)}
        texts |= {"a syntax error": ("def f(:\n", WRONG), "binary": (bytes(range(256)), WRONG)}
        yield from _of(verb, "net/network.py", files.texts(texts))
        yield from _of(verb, "net/network.py", [m for m in files.damage(rng) if m.what in ("a folder", "gone")])
    for verb in ("page",):
        for path in (FEATURES, POINTS, f"{CURVE}/journal/0-of-1.jsonl", "results/fit/trials.parquet"):
            yield from _of(verb, path, [_loose(m) for m in files.damage(rng)])
        yield from _of(verb, "results/verdicts/own.json", files.texts(VERDICTS))
        yield from _of(verb, "results/verdicts/own.json", [_loose(m) for m in files.damage(rng)])
        yield from _of(verb, "results/fit/study.log", files.texts(LOGS))
        yield from _of(verb, "results/logs/sweep.log", [_loose(m) for m in files.damage(rng)])
    kinds = ((FEATURES, SWEPT), ("results/fit/trials.parquet", TRIALS), ("results/fit/gains.csv", GAINS))
    kinds += (("results/fit/fitted.csv", FITTED), ("results/fit/knobs.csv", KNOB_TABLE), ("results/fit/good.csv", GOOD))
    for path, kind in kinds:
        yield from _of("page", path, [_loose(m) for m in files.tables(kind, rng, Path(path).suffix)])
    for path in ("posterior.json", "surface.json"):
        for verb in ("page", "fit_page", "fit_figure corner"):
            loose = verb == "page" or path == "surface.json"
            mutations = files.of_file(folder / "results/fit" / path, rng, 5)
            mutations = [_loose(m) if loose or "=" in m.what or "gone" in m.what or "misspelt" in m.what
                         or m.what in ("an unknown key", "gone") else m for m in mutations]  # fmt: skip
            yield from _of(verb, f"results/fit/{path}", mutations)
    yield from _of("fit_page", "results/fit/directions.csv", [_loose(m) for m in files.damage(rng, csv=True)])
    yield from _of("fit_page", "results/fit/good.csv", files.tables(GOOD, rng, ".csv"))


def _loose(one: Mutation) -> Mutation:
    return Mutation(one.what, one.does, ANY, one.keys)
