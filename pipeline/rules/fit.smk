FIRST = PLAN.fit.first_trials
WORKERS = expand("{results}/fit/workers/{worker}.done", results=RESULTS, worker=range(1, PLAN.run.workers))
FITTED = {
    "content": PLAN.fit.model_dump_json(exclude={"about", "storage"}),
    "values": PLAN.model.identity(PLAN.fit_inputs),
    "targets": open(PLAN.fit.targets, encoding="utf-8").read(),
    "code": provenance.code(
        (
            *provenance.MEASURING,
            *provenance.FITTING,
            "fit/start.py",
            "fit/leaders.py",
            "fit/fitted.py",
            "fit/trials.py",
            "fit/study.py",
        )
    ),
    "file": shlex.quote(PLAN.run.fit),
    "first": lambda wildcards, input: f"--first {shlex.quote(input.first)}" if input.first else "",
}


rule fit:
    input:
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
        runtime=lambda wildcards, threads, attempt: DEMAND.fit_minutes(threads, attempt),
    params:
        **FITTED,
        out=lambda wildcards, output: shlex.quote(os.path.dirname(output.trials)),
    message:
        "Fit: {PLAN.fit.trials} trials"
    shell:
        "python -m pipeline fit {params.file} {params.first} --out {params.out} --cores {threads} "
        '--model "$model" --results "$results" ${{storage:+--storage "$storage"}} 2>&1 | tee {log:q}'


# Workers of a fit in a database, beside `fit`, which is the first of them and writes the results. They wait a minute for
# the study at most, and a queue may start them in any order: so it is made before.
rule study:
    input:
        first=rules.fit.input.first,
    output:
        touch(f"{RESULTS}/fit/workers/study"),
    log:
        f"{RESULTS}/logs/study.log",
    localrule: True
    params:
        **FITTED,
    message:
        "The study that {PLAN.run.workers} workers share"
    shell:
        'python -m pipeline study {params.file} {params.first} --model "$model" --storage "$storage" > {log:q} 2>&1'


rule fit_worker:
    input:
        rules.study.output,
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
        runtime=lambda wildcards, threads, attempt: DEMAND.fit_minutes(threads, attempt),
    params:
        **FITTED,
        out=lambda wildcards, output: shlex.quote(os.path.dirname(os.path.dirname(output[0]))),
    message:
        "Fit, worker {wildcards.worker}"
    shell:
        "python -m pipeline fit {params.file} {params.first} --out {params.out} --cores {threads} "
        '--model "$model" --results "$results" --storage "$storage" --worker {wildcards.worker} > {log:q} 2>&1'


FIT_CODE = provenance.code(
    (
        "fit/targets.py",
        "fit/problem.py",
        "fit/surface.py",
        "fit/posterior.py",
        "fit/landscape.py",
        "fit/modelfile.py",
        "cli/fits.py",
    )
)


rule posterior:
    input:
        rules.fit.output,
        WORKERS,
    output:
        **{name: f"{RESULTS}/fit/{name}.csv" for name in ("knobs", "directions", "good")},
        **{name: f"{RESULTS}/fit/{name}.parquet" for name in ("posterior", "landscape")},
        about=f"{RESULTS}/fit/posterior.json",
        model=f"{RESULTS}/fit/model.yaml",
    log:
        f"{RESULTS}/logs/posterior.log",
    params:
        code=FIT_CODE,
        file=shlex.quote(PLAN.run.fit),
        folder=lambda wildcards, output: shlex.quote(os.path.dirname(output.model)),
    message:
        "What the fit leaves undecided"
    shell:
        'python -m pipeline posterior {params.file} --folder {params.folder} --model "$model" > {log:q} 2>&1'


FIT_FIGURES = {
    "fit_targets": "The targets with their sd, and the best trial simulated again on networks that the fit has not "
    "seen.",
    "fit_corner": "What the trials leave undecided: the approximate posterior of each knob and each pair (contours: 50 "
    "and 90 %), from a response surface of the trials. Grey: trials; orange: those as good as the best, within noise; "
    "red: the best; dotted: the model's own value.",
    "fit_landscape": "The score by the surface around the optimum: along each knob with the others fixed, or at their "
    "best (where the two differ, other knobs make up for this one), and over each pair with the others fixed.",
    "fit_importance": "How much each knob decides whether a trial is among the best quarter (PED-ANOVA).",
    "fit_history": "Left: the score of every trial, the root mean square deviation from the targets in units of their "
    "sd (1 is as good as the spread of the targets themselves). Right: the knobs of all trials within the range of "
    "the fit, darker where better; the bar is the model's own value.",
}
if PLAN.fit.objectives:
    FIT_FIGURES["fit_front"] = (
        "Objectives against each other: grey, trials within the envelope; orange, those that no other betters in all "
        "objectives, with standard errors over networks."
    )


rule fit_figure:
    input:
        rules.fit.output,
        rules.posterior.output,
    output:
        png=report(
            f"{RESULTS}/figures/{{name}}.png",
            category="Fit",
            caption="../../report/figure.rst",
            labels={"figure": "{name}"},
        ),
        svg=f"{RESULTS}/figures/{{name}}.svg",
    log:
        f"{RESULTS}/logs/figure_{{name}}.log",
    wildcard_constraints:
        name="|".join(FIT_FIGURES),
    params:
        code=provenance.code(("show/figures.py", "show/fit_figures.py")),
        verb=lambda wildcards: wildcards.name.removeprefix("fit_"),
        file=shlex.quote(PLAN.run.fit),
        folder=lambda wildcards, input: shlex.quote(os.path.dirname(input[0])),
        caption=lambda wildcards: FIT_FIGURES[wildcards.name],
    message:
        "Figure {wildcards.name}"
    shell:
        "python -m pipeline fit_figure {params.verb} {params.file} --folder {params.folder} --out {output.png:q} "
        '--out {output.svg:q} --model "$model" > {log:q} 2>&1'


rule fit_page:
    input:
        rules.fit.output,
        rules.posterior.output,
        pictures=[f"{RESULTS}/figures/{name}.png" for name in FIT_FIGURES],
    output:
        report(
            f"{RESULTS}/pages/fit.html",
            category="Fit",
            caption="../../report/fit.rst",
            labels={"figure": "the fit"},
        ),
    log:
        f"{RESULTS}/logs/fit_page.log",
    params:
        code=provenance.code(("show/report.py", "show/fit_page.py", "cli/fits.py", "sweep/cases.py")),
        file=shlex.quote(PLAN.run.fit),
        folder=lambda wildcards, input: shlex.quote(os.path.dirname(input[0])),
        pictures=lambda wildcards, input: " ".join(f"--picture {shlex.quote(path)}" for path in input.pictures),
    message:
        "Page of the fit"
    shell:
        "python -m pipeline fit_page {params.file} --folder {params.folder} {params.pictures} --out {output:q} "
        '--model "$model" > {log:q} 2>&1'
