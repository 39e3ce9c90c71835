rule build:
    output:
        PROGRAM,
    params:
        model=shlex.quote(PLAN.run.model),
        results=shlex.quote(RESULTS),
    log:
        f"{RESULTS}/logs/build.log",
    message:
        "Compiling the network (20 to 60 s)"
    threads: workflow.cores
    shell:
        "{PIPELINE} build --model {params.model} --results {params.results} > {log} 2>&1"
