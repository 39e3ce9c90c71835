"""Parameter grid -> Brian2 simulations -> features -> Optuna fit -> figures and report (see ARCHITECTURE.md)."""

import glob
import json
import os
import shlex
import sys

from snakemake.exceptions import WorkflowError

sys.path.insert(0, workflow.basedir)
from pipeline import provenance, settings
from pipeline.build import location, specification
from pipeline.layout import Layout
from pipeline.parameters import ConfigError
from pipeline.tables import write_text


configfile: "config/config.yaml"


# Ignored unless asked for with --software-deployment-method; has the C++ compiler that a build needs.
container: "docker://python:3.11"


try:
    PLAN = settings.Plan(config, "config")
    SPECIFICATION = specification(PLAN.model)
except ConfigError as error:
    sys.exit(f"error: {error}")

RESULTS = PLAN.run.results
PROGRAM = f"{location(RESULTS, SPECIFICATION)}/manifest.json"
SNAKEFILE = workflow.main_snakefile
LAYOUT = Layout(PLAN)


# Rules run the Python that runs Snakemake, whether its environment is activated or not.
shell.prefix(f'set -euo pipefail; PATH={shlex.quote(os.path.dirname(sys.executable))}:"$PATH"; ')


include: "pipeline/rules/build.smk"
include: "pipeline/rules/sweep.smk"
include: "pipeline/rules/fit.smk"
include: "pipeline/rules/figures.smk"
include: "pipeline/rules/report.smk"


rule all:
    default_target: True
    input:
        rules.figures.input,
        expand("{results}/sweeps/{sweep}/summary.csv", results=RESULTS, sweep=PLAN.sweeps),
        rules.compare.output if COMPARED else [],
        rules.pages.output,


onsuccess:
    report = f"{RESULTS}/report.html"
    newest = max(os.path.getmtime(path) for path in rules.all.input)
    if not os.path.exists(report) or os.path.getmtime(report) < newest:
        print("Writing the report", file=sys.stderr)
        used = f"{RESULTS}/logs/config.json"
        write_text(used, json.dumps(config))
        shell(
            "{sys.executable:q} -m snakemake --snakefile {SNAKEFILE:q} --configfile {used:q} --nolock "
            "--report {report:q} > {RESULTS:q}/logs/report.log 2>&1"
        )
    print(
        f"Done: {len(FIGURES)} figures in {RESULTS}/figures/, tables in {RESULTS}/sweeps/ and {RESULTS}/fit/, "
        f"comparison with the authors' program in {RESULTS}/validation.csv; the report is {report}.",
        file=sys.stderr,
    )
