rule build:
    output:
        PROGRAM,
    log:
        f"{RESULTS}/logs/build.log",
    threads: workflow.cores
    message:
        "Compiling the network (20 to 60 s)"
    shell:
        'python -m pipeline build --model "$model" --results "$results" > {log:q} 2>&1'
