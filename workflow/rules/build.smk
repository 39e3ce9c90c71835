rule build:
    output:
        touch(PROGRAM),
    log:
        f"{RESULTS}/logs/build.log",
    threads: workflow.cores
    resources:
        mem_mb=lambda wildcards, threads, attempt: DEMAND.compiler_mb(threads, attempt),
    message:
        "Compiling the network (20 to 60 s)"
    shell:
        'python -m pipeline build --model "$model" --results "$results" > {log:q} 2>&1'
