rule build:
    output:
        PROGRAM,
    log:
        f"{RESULTS}/logs/build.log",
    threads: workflow.cores
    params:
        model=shlex.quote(PLAN.run.model),
        results=lambda wildcards: shlex.quote(RESULTS),
    message:
        "Compiling the network (20 to 60 s)"
    shell:
        "python -m pipeline build --model {params.model} --results {params.results} > {log} 2>&1"
