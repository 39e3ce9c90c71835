FIRST = PLAN.fit.first_trials
WORKERS = expand("{results}/fit/workers/{worker}.done", results=RESULTS, worker=range(1, PLAN.run.workers))
FIT_MARK = MARKS.of(
    "fit",
    PLAN.fit.model_dump_json(exclude={"about", "storage", "targets"}),
    open(PLAN.fit.targets, encoding="utf-8").read(),
    PLAN.model.identity(PLAN.fit_inputs),
    MEANING,
    provenance.code(provenance.FITTED),
)
FITTED = {
    "file": shlex.quote(PLAN.run.fit),
    "first": lambda wildcards, input: f"--first {shlex.quote(input.first)}" if input.first else "",
}


rule fit:
    input:
        mark=FIT_MARK,
        program=PROGRAM,
        first=LAYOUT.features(FIRST.sweep) if FIRST else [],
    output:
        **({"leaders": f"{RESULTS}/fit/leaders.csv"} if PLAN.fit.leaders else {}),
        **({"pareto": f"{RESULTS}/fit/pareto.csv"} if PLAN.fit.objectives else {}),
        trials=f"{RESULTS}/fit/trials.parquet",
        fitted=f"{RESULTS}/fit/fitted.csv",
        gains=f"{RESULTS}/fit/gains.csv",
    log:
        f"{RESULTS}/logs/fit.log",
    threads: workflow.cores
    resources:
        mem_mb=lambda wildcards, threads, attempt: DEMAND.fit_mb(threads, attempt),
        runtime=lambda wildcards, threads, attempt: DEMAND.fit_minutes(threads, attempt),
    params:
        **FITTED,
        out=lambda wildcards, output: shlex.quote(os.path.dirname(output.trials)),
    message:
        f"Fit: {PLAN.fit.trials} trials"
    shell:
        "python -m pipeline fit {params.file} {params.first} --out {params.out} --cores {threads} "
        '--model "$model" --results "$results" ${{storage:+--storage "$storage"}} > {log:q} 2>&1'


# Workers of a fit in a database, beside `fit`, which is the first of them and writes the results. They wait a minute for
# the study at most, and a queue may start them in any order: so it is made before.
rule study:
    input:
        mark=FIT_MARK,
        first=rules.fit.input.first,
    output:
        touch(f"{RESULTS}/fit/workers/study"),
    log:
        f"{RESULTS}/logs/study.log",
    localrule: True
    params:
        **FITTED,
    message:
        f"The study that {PLAN.run.workers} workers share"
    shell:
        'python -m pipeline study {params.file} {params.first} --model "$model" --storage "$storage" > {log:q} 2>&1'


rule fit_worker:
    input:
        rules.study.output,
        mark=FIT_MARK,
        program=PROGRAM,
        first=rules.fit.input.first,
    output:
        touch(f"{RESULTS}/fit/workers/{{worker}}.done"),
    log:
        f"{RESULTS}/logs/fit_worker_{{worker}}.log",
    wildcard_constraints:
        worker=r"\d+",
    threads: workflow.cores
    resources:
        mem_mb=lambda wildcards, threads, attempt: DEMAND.fit_mb(threads, attempt),
        runtime=lambda wildcards, threads, attempt: DEMAND.fit_minutes(threads, attempt),
    params:
        **FITTED,
        out=lambda wildcards, output: shlex.quote(os.path.dirname(os.path.dirname(output[0]))),
    message:
        "Fit, worker {wildcards.worker}"
    shell:
        "python -m pipeline fit {params.file} {params.first} --out {params.out} --cores {threads} "
        '--model "$model" --results "$results" --storage "$storage" --worker {wildcards.worker} > {log:q} 2>&1'


rule posterior:
    input:
        rules.fit.output,
        WORKERS,
        # model.yaml is the knob table with other values, for sweeps of any of its protocols
        mark=MARKS.of("posterior", provenance.code(provenance.UNDECIDED), PLAN.model.protocols, PLAN.model.rules),
    output:
        **{name: f"{RESULTS}/fit/{name}.csv" for name in ("knobs", "directions", "good", "predicted")},
        **{name: f"{RESULTS}/fit/{name}.parquet" for name in ("posterior", "landscape")},
        about=f"{RESULTS}/fit/posterior.json",
        surface=f"{RESULTS}/fit/surface.json",
        model=f"{RESULTS}/fit/model.yaml",
    log:
        f"{RESULTS}/logs/posterior.log",
    params:
        file=shlex.quote(PLAN.run.fit),
        folder=lambda wildcards, output: shlex.quote(os.path.dirname(output.model)),
    message:
        "What the fit leaves undecided"
    shell:
        'python -m pipeline posterior {params.file} --folder {params.folder} --model "$model" > {log:q} 2>&1'


SHOWN_OF_FIT = {
    f"fit_{name}": caption for name, caption in FIT_FIGURES.items() if name != "front" or PLAN.fit.objectives
}


rule fit_figure:
    input:
        rules.fit.output,
        rules.posterior.output,
        mark=MARKS.of(
            "fit_figures",
            provenance.code(provenance.wings("show", "fit")),
        ),
    output:
        png=report(
            f"{RESULTS}/figures/{{name}}.png",
            category="Fit",
            caption="../report/figure.rst",
            labels={"figure": "{name}"},
        ),
        svg=f"{RESULTS}/figures/{{name}}.svg",
    log:
        f"{RESULTS}/logs/figure_{{name}}.log",
    wildcard_constraints:
        name="|".join(SHOWN_OF_FIT),
    params:
        verb=lambda wildcards: wildcards.name.removeprefix("fit_"),
        file=shlex.quote(PLAN.run.fit),
        folder=lambda wildcards, input: shlex.quote(os.path.dirname(input[0])),
        caption=lambda wildcards: SHOWN_OF_FIT[wildcards.name],
    message:
        "Figure {wildcards.name}"
    shell:
        "python -m pipeline fit_figure {params.verb} {params.file} --folder {params.folder} --out {output.png:q} "
        '--out {output.svg:q} --model "$model" > {log:q} 2>&1'


rule fit_page:
    input:
        rules.fit.output,
        rules.posterior.output,
        pictures=[f"{RESULTS}/figures/{name}.png" for name in SHOWN_OF_FIT],
        mark=MARKS.of(
            "fit_page",
            provenance.code((*PAGES_CODE, *provenance.wings("fit"), "cli/posteriors.py")),
            DESCRIBED,
        ),
    output:
        report(
            f"{RESULTS}/pages/fit.html",
            category="Fit",
            caption="../report/fit.rst",
            labels={"figure": "the fit"},
        ),
    log:
        f"{RESULTS}/logs/fit_page.log",
    params:
        file=shlex.quote(PLAN.run.fit),
        folder=lambda wildcards, input: shlex.quote(os.path.dirname(input[0])),
        pictures=lambda wildcards, input: " ".join(f"--picture {shlex.quote(path)}" for path in input.pictures),
    message:
        "Page of the fit"
    shell:
        "python -m pipeline fit_page {params.file} --folder {params.folder} {params.pictures} --out {output:q} "
        '--model "$model" > {log:q} 2>&1'
