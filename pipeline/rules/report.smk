# Tables are what a run is for: one that is lost is made again, though the report that was drawn from it is there. As no
# more than inputs of the report they would not be, since Snakemake asks for nothing that only finished files need.
KEPT = expand(
    "{results}/sweeps/{sweep}/{table}", results=RESULTS, sweep=PLAN.sweeps, table=["features.parquet", "summary.csv"]
)
KEPT += [rules.fit.output, rules.posterior.output] if PLAN.fit else []

# a report quotes its configuration, and is shown to others: without the address of a database, perhaps with its password
SHOWABLE = config | ({"storage": "left out"} if PLAN.run.storage else {})


rule pages:
    input:
        tables=[LAYOUT.features(sweep) for sweep in PLAN.sweeps],
    output:
        points=report(
            f"{RESULTS}/pages/points.html",
            category="Sweeps",
            caption="../../report/points.rst",
            labels={"figure": "what was simulated"},
        ),
    log:
        f"{RESULTS}/logs/pages.log",
    params:
        code=provenance.code(("show/report.py", "sweep/cases.py")),
        out=lambda wildcards, output: shlex.quote(os.path.dirname(output.points)),
    message:
        "What was simulated"
    shell:
        'python -m pipeline pages {input.tables:q} --out {params.out} --model "$model" > {log:q} 2>&1'


rule report:
    input:
        DRAWN,
        rules.pages.output,
        rules.fit_page.output if PLAN.fit else [],
        REPORTED,
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/report.log",
    params:
        config=lambda wildcards: json.dumps(SHOWABLE),
        snakefile=lambda wildcards: workflow.main_snakefile,
    message:
        "Writing the report"
    shell:
        "printf %s {params.config:q} > {log:q}.json; "
        "python -m snakemake {input:q} --snakefile {params.snakefile:q} --configfile {log:q}.json --nolock "
        "--report {output:q} > {log:q} 2>&1"
