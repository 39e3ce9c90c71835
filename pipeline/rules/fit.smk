FIRST = PLAN.fit.first_trials


rule fit:
    input:
        program=PROGRAM,
        first=f"{RESULTS}/sweeps/{FIRST.sweep}/features.parquet" if FIRST else [],
    output:
        trials=f"{RESULTS}/fit/trials.parquet",
        fitted=f"{RESULTS}/fit/fitted.csv",
        gains=f"{RESULTS}/fit/gains.csv",
    log:
        f"{RESULTS}/logs/fit.log",
    threads: workflow.cores
    params:
        content=PLAN.fit.model_dump_json(exclude={"about"}),
        values=PLAN.model.identity(PLAN.fit_protocols),
        targets=open(PLAN.fit.targets, encoding="utf-8").read(),
        code=provenance.code((*provenance.MEASURING, "fit.py", "targets.py")),
        file=shlex.quote(PLAN.run.fit),
        model=shlex.quote(PLAN.run.model),
        results=lambda wildcards: shlex.quote(RESULTS),
        out=lambda wildcards, output: os.path.dirname(output.trials),
        first=lambda wildcards, input: f"--first {shlex.quote(input.first)}" if input.first else "",
    message:
        "Fit: {PLAN.fit.trials} trials"
    shell:
        "python -m pipeline fit {params.file} {params.first} --out {params.out} --cores {threads} --model {params.model} "
        "--results {params.results} 2>&1 | tee {log}"
