"""Which code the rules of the workflow rest on: all that decides their outputs, or a reason why it does not."""

import re
from pathlib import Path

import pytest
from test_architecture import MODULES, imported

from pipeline.config import provenance
from pipeline.engine.scripts import SOURCES

EVERYWHERE = {
    "config/": "reads and writes files, and refuses them: what is in them is in the marks",
    "network/adopted": "what is known of a script, by whose digest points are told apart",
    "network/model": "values of points, which are in their rows",
    "network/rested": "what tells own features apart",
    "network/rules": "refuses",
    "network/script": "reads the knob table, whose values are in the marks",
    "network/reading": "finds the knob table",
    "network/steps": "refuses, and says what acts alike",
    "engine/apart": "runs a function in a process of its own",
    "engine/cache": "programs that folders share, by the hash of all that makes them",
    "engine/machine": "compiler and flags, which are in the hash of a program",
    "engine/process": "runs a program, to its end or to an error",
    "engine/translated": "what is asked of a translation, as data",
    "engine/translator": "a process that translates",
    "engine/usage": "of it the words of warnings alone",
    "sweep/indices": "of it the fewest samples that are allowed, where nothing is drawn",
    "sweep/rows": "puts features and cost of a point into a row and keeps it",
}
"""Modules that are imported, but decide nothing, by their names or wings, with the reason."""

RULES = {
    "sweeps": (("cli/sweeps", "sweep/rows", "sweep/grid", "sweep/budget", "measure/summary"), provenance.SWEEPING, {
        "cli/": "options, which the rules give",
        "fit/": "refuses populations that are not there",
        "plan/": "refuses tables",
        "records/": "what computed a row, beside it",
        "show/": "the pages, which have a rule of their own",
        "pages/": "as show/",
        "sweep/cases": "scripts of points, for the pages",
        "sweep/shape": "as show/",
    }),
    "a study": (("fit/study",), (*provenance.MEASURING, *provenance.FITTING, "fit/study.py", "sweep/enough.py"), {
        "fit/leaders": "after the study",
        "fit/lifeless": "says why there is no result, after the study",
        "fit/start": "trials of a sweep, by whose rows a study is told from others",
        "fit/storage": "where a study is kept",
        "fit/trials": "which trials count, after the study",
        "fit/workers": "processes that share a study",
        "sweep/spikes": "tables of spikes, which a fit keeps none of",
    }),
    "a fit": (("fit/study", "fit/start", "fit/leaders", "fit/fitted", "fit/trials", "fit/front"), provenance.FITTED, {
        "fit/storage": "where a study is kept",
        "fit/workers": "processes that share a study",
        "sweep/spikes": "tables of spikes, which a fit keeps none of",
    }),
    "what is undecided": (
        ("fit/estimate", "fit/equals", "fit/landscape", "fit/luck", "fit/trust", "fit/predicted", "fit/polynomials",
         "fit/modelfile"),
        provenance.UNDECIDED, {
            "measure/": "features, which are in the table of trials that the fit makes",
            "engine/": "as measure/",
            "network/": "as measure/",
        }),
}  # fmt: skip
"""Of a rule the modules that do its work, the files that its mark has, and further modules that decide nothing."""


def _closure(entries):
    """Return all modules that some import, at whatever remove, and themselves."""
    found, new = set(), list(entries)
    while new:
        name = new.pop()
        if name not in found:
            found.add(name)
            new += imported(MODULES[name]) & set(MODULES)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_all_code_that_decides_results_is_in_the_mark_of_its_rule(rule):
    """engine/recording.py, which makes spikes of what a program hands over, and measure/patterns.py, which defines
    features, were in no list: after a change of either all results stayed as they were."""
    entries, listed, more = RULES[rule]
    counted = {name.removesuffix(".py") for name in (*listed, *SOURCES)}
    known = (*EVERYWHERE, *more)
    missing = {one for one in _closure(entries) - counted if not one.startswith(tuple(known))}
    assert sorted(missing) == []


@pytest.mark.parametrize("names", [provenance.SWEEPING, provenance.FITTED, provenance.UNDECIDED, SOURCES])
def test_the_files_of_a_list_are_there_and_each_is_named_once(names):
    assert all((Path("pipeline") / name).is_file() for name in names)
    assert len(set(names)) == len(names)


def test_figures_and_pages_rest_on_whole_wings(tmp_path):
    """show/sweep_sobol.py and sweep/indices.py were missing in the list of what draws figures."""
    files = provenance.wings("show", "sweep")
    assert {"show/sweep_sobol.py", "sweep/indices.py"} <= set(files)
    assert {"pages/page.css", "pages/page.js"} <= set(provenance.wings("pages"))
    assert not any("__pycache__" in name for name in files)
    rules = " ".join(path.read_text() for path in Path("workflow/rules").glob("*.smk"))
    assert not re.search(r'"show/\w+\.py"', rules)
