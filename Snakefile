"""Parameter grid -> Brian2 simulations -> features -> Optuna fit -> figures and report (see ARCHITECTURE.md)."""

import json
import os
import shlex
import sys

sys.path.insert(0, workflow.basedir)
from pipeline.config import provenance
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.engine.scripts import meaning
from pipeline.plan.demand import Demand, programs
from pipeline.plan.layout import Layout
from pipeline.plan.run import Plan

# A file given with --configfile takes the place of the default one: nothing of that is mixed in.
if not workflow.configfiles:

    configfile: "config/config.yaml"


# Ignored unless asked for with --software-deployment-method; has the C++ compiler that a build needs, and the rules
# bring the Python packages of the environment that Snakemake runs in.
container: "docker://python:3.11"


report: "report/workflow.rst"


try:
    for path in workflow.configfiles:
        read_yaml(path)  # Snakemake takes the last of two equal keys
    WHERE = ", ".join(map(str, workflow.configfiles)) or "config"
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


# What a network's own rules add to: sweeps with their files and what thins them, figures and pages of the report, files
# that an archive holds beside its results, and what `snakemake figures` makes in place of the figures of the run.
FILES = {name: (path, "") for name, path in PLAN.run.sweeps.items()}
FIGURES = {}
REPORTED = []
ASKED = [PLAN.run.model, *PLAN.run.sweeps.values()]
ON_REQUEST = []
# the argument with the features that the run wants to see of a sweep, where it says so
CHOSEN = {sweep: f"--features {shlex.quote(','.join(names))}" for sweep, names in PLAN.run.figures.features.items()}

if PLAN.run.include:

    include: os.path.abspath(PLAN.run.include)


include: "pipeline/rules/build.smk"
include: "pipeline/rules/sweep.smk"


if PLAN.fit:

    include: "pipeline/rules/fit.smk"


include: "pipeline/rules/figures.smk"
include: "pipeline/rules/report.smk"
include: "pipeline/rules/archive.smk"


rule figures:
    input:
        ON_REQUEST or DRAWN,


rule all:
    default_target: True
    input:
        rules.report.output,
        KEPT,


onsuccess:
    made = [
        path for path in ("figures", "fit", "validation.csv", "report.html") if os.path.exists(f"{RESULTS}/{path}")
    ]
    print(f"Done. In {RESULTS}/: {', '.join(['sweeps', *made])}.", file=sys.stderr)
