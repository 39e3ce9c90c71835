FIRST = PLAN.fit.first_trials


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
    params:
        content=PLAN.fit.model_dump_json(exclude={"about", "storage"}),
        values=PLAN.model.identity(PLAN.fit_inputs),
        targets=open(PLAN.fit.targets, encoding="utf-8").read(),
        code=provenance.code(
            (*provenance.MEASURING, *provenance.FITTING, "start.py", "leaders.py", "fitted.py", "fit.py")
        ),
        file=shlex.quote(PLAN.run.fit),
        out=lambda wildcards, output: shlex.quote(os.path.dirname(output.trials)),
        first=lambda wildcards, input: f"--first {shlex.quote(input.first)}" if input.first else "",
    message:
        "Fit: {PLAN.fit.trials} trials"
    shell:
        "python -m pipeline fit {params.file} {params.first} --out {params.out} --cores {threads} "
        '--model "$model" --results "$results" 2>&1 | tee {log:q}'
