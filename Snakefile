"""Parameter grid -> Brian2 simulations -> features -> Optuna fit -> figures and report (see ARCHITECTURE.md)."""

import json
import os
import shlex
import sys

from snakemake.utils import update_config

sys.path.insert(0, workflow.basedir)
from pipeline.config import provenance
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.engine.scripts import meaning
from pipeline.overview.asked import written
from pipeline.overview.beside import Beside
from pipeline.plan.claim import claim
from pipeline.plan.demand import Demand, programs
from pipeline.plan.failures import Failures
from pipeline.plan.fit_figures import FIT_FIGURES
from pipeline.plan.layout import Layout
from pipeline.plan.run import Plan

# A file given with --configfile takes the place of the default one: nothing of that is mixed in.
if not workflow.configfiles:

    configfile: "config/config.yaml"


# Ignored unless asked for with --software-deployment-method apptainer: the image that the Dockerfile makes, with the C++
# compiler and the packages of requirements.lock; docs/installing.md says how it becomes this file.
container: os.path.join(workflow.basedir, "thalamocortical-fit.sif")


report: "report/workflow.rst"


try:
    # Snakemake takes the last of two equal keys, 1e3 for text and 010 for 8
    content = {}
    for path in workflow.configfiles:
        update_config(content, read_yaml(path) or {})
    update_config(content, workflow.config_settings.config)
    config.clear()
    config.update(content)
    WHERE = ", ".join(f"{path}".removeprefix(f"{os.getcwd()}/") for path in workflow.configfiles) or "config"
    PLAN = Plan(config, WHERE)
    MEANING = meaning(PLAN.model)
except ConfigError as error:
    sys.exit(f"error: {error}")

RESULTS = PLAN.run.results
# that the network has been compiled on one machine; others that share the results compile it for themselves when needed
PROGRAM = f"{RESULTS}/build/{MEANING}.built"
SWEEPS = dict(PLAN.sweeps)
LAYOUT = Layout(RESULTS, SWEEPS, PLAN.model, PLAN.run.chunk_s)
DEMAND = Demand(PLAN, SWEEPS)
BESIDE = Beside(RESULTS)


# Rules run the Python that runs Snakemake, whether its environment is activated or not. Where the model, the results and
# the database are is no parameter of a rule: the same values in another place redo nothing. Snakemake may run in another
# folder.
PLACES = (
    f"model={shlex.quote(PLAN.run.model)}; results={shlex.quote(RESULTS)}; "
    f"storage={shlex.quote(PLAN.run.storage or '')}; "
    f"export PYTHONPATH={shlex.quote(str(workflow.basedir))}${{PYTHONPATH:+:$PYTHONPATH}}; "
)
PREFIX = f'set -euo pipefail; PATH={shlex.quote(os.path.dirname(sys.executable))}:"$PATH"; {PLACES}'
shell.prefix(PREFIX.replace("{", "{{").replace("}", "}}"))  # Snakemake formats it


# What needs no node of a cluster: the rest are jobs there, with the resources that their rules name.
localrules:
    all,
    figures,


# What a network's own rules add to: sweeps with their files and what thins them, figures, files of which the results page
# tells, further pages to which it links, files that an archive holds beside its results, and what `snakemake figures`
# makes in place of the figures of the run.
FILES = {name: (path, "") for name, path in PLAN.run.sweeps.items()}
FIGURES = {}
REPORTED = []
OWN_PAGES = []
ASKED = [PLAN.run.model, *PLAN.run.sweeps.values()]
ON_REQUEST = []
# the code of all pages, and that of the results page
PAGES_CODE = ("pages/parts.py", "pages/shell.py", "pages/page.css", "pages/page.js")
OVERVIEW = provenance.code(
    (
        *PAGES_CODE,
        "pages/explore.js",
        *(
            f"overview/{name}.py"
            for name in ("charts", "found", "glossary", "index", "pictures", "progress", "verdict")
        ),
        "show/fit_page.py",
        "show/report.py",
    )
)
# the argument with the features that the run wants to see of a sweep, where it says so
CHOSEN = {sweep: f"--features {shlex.quote(','.join(names))}" for sweep, names in PLAN.run.figures.features.items()}

if PLAN.run.include:

    include: os.path.abspath(PLAN.run.include)


include: "pipeline/rules/build.smk"
include: "pipeline/rules/sweep.smk"


if PLAN.fit:

    include: "pipeline/rules/fit.smk"


include: "pipeline/rules/figures.smk"
include: "pipeline/rules/pages.smk"
include: "pipeline/rules/archive.smk"


rule figures:
    input:
        ON_REQUEST or DRAWN,


rule all:
    default_target: True
    input:
        rules.page.output,
        KEPT,
    message:
        "All is made"


# Runs with other results may work beside this one, which Snakemake's lock, off in the profiles, keeps out; and what that
# leaves behind when it is killed would keep out this one.
FAILURES = Failures()


# Beside the jobs works what writes the results page of what there is so far, and says how far the run is.
onstart:
    try:
        HELD = claim(RESULTS)
    except ConfigError as error:
        sys.exit(f"error: {error}")
    if workflow.local_exec:  # on a cluster the account of a failed job names the scheduler's log, too
        FAILURES.listen(logger.handlers)
    BESIDE.begin(RUN_FILE)


onsuccess:
    print(f"Done. Open {BESIDE.end()} in a browser: what was found, and where.", file=sys.stderr)


onerror:
    print(f"Open {BESIDE.end()} in a browser: what went wrong, and what there is.", file=sys.stderr)
    print(FAILURES.end(), file=sys.stderr)
