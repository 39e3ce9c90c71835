# Tables are what a run is for: one that is lost is made again, though the page that was made from it is there. As no
# more than inputs of the page they would not be, since Snakemake asks for nothing that only finished files need.
KEPT = expand(
    "{results}/sweeps/{sweep}/{table}", results=RESULTS, sweep=PLAN.sweeps, table=["features.parquet", "summary.csv"]
)
KEPT += [LAYOUT.spikes(sweep) for sweep in KEEPING if sweep in PLAN.sweeps]
KEPT += [rules.fit.output, rules.posterior.output] if PLAN.fit else []

# what the run was asked, as the results page reads it, and whoever shows it to others: without the address of a
# database, perhaps with its password
RUN_FILE = written(
    config | ({"storage": "left out"} if PLAN.run.storage else {}),
    WHERE,
    FIGURES | ({name: {"category": "Fit", "caption": text} for name, text in SHOWN_OF_FIT.items()} if PLAN.fit else {}),
    [os.path.relpath(path, RESULTS) for path in OWN_PAGES],
)


rule pages:
    input:
        tables=[LAYOUT.features(sweep) for sweep in PLAN.sweeps],
        mark=MARKS.of("pages", provenance.code(PAGES_CODE), DESCRIBED),
    output:
        points=report(
            f"{RESULTS}/pages/points.html",
            category="Sweeps",
            caption="../report/points.rst",
            labels={"figure": "what was simulated"},
        ),
    log:
        f"{RESULTS}/logs/pages.log",
    params:
        out=lambda wildcards, output: shlex.quote(os.path.dirname(output.points)),
    message:
        "What was simulated"
    shell:
        'python -m pipeline pages {input.tables:q} --out {params.out} --model "$model" > {log:q} 2>&1'


# Written while the run goes on, too, by the process that the Snakefile starts; this is its last word.
rule page:
    input:
        DRAWN,
        KEPT,
        rules.pages.output if PLAN.sweeps else [],
        rules.fit_page.output if PLAN.fit else [],
        REPORTED,
        mark=MARKS.of("page", RUN_FILE, OVERVIEW, DESCRIBED),
    output:
        page=f"{RESULTS}/index.html",
        asked=f"{RESULTS}/run.json",
    log:
        f"{RESULTS}/logs/page.log",
    params:
        asked=RUN_FILE,
        results=lambda wildcards, output: shlex.quote(os.path.dirname(output.page)),
    message:
        "Results page"
    shell:
        "printf %s {params.asked:q} > {output.asked:q} && "
        "python -m pipeline page {params.results} 2>&1 | tee {log:q}"
