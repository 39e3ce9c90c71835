KEEPING = [name for name, sweep in PLAN.sweeps.items() if sweep.keep_spikes]
LIGHT = [name for name in PLAN.sweeps if name not in KEEPING]


wildcard_constraints:
    sweep="|".join(PLAN.sweeps),
    chunk=r"\d+",
    of=r"\d+",


rule grid:
    output:
        f"{RESULTS}/sweeps/{{sweep}}/points.parquet",
    log:
        f"{RESULTS}/logs/grid_{{sweep}}.log",
    params:
        # what the points are made from: a changed value redoes this sweep, a changed comment does not
        content=lambda wildcards: PLAN.sweeps[wildcards.sweep].model_dump_json(exclude={"about", "keep_spikes"}),
        values=lambda wildcards: PLAN.model.identity(PLAN.sweeps[wildcards.sweep].protocols),
        code=provenance.code(("grid.py",)),
        file=lambda wildcards: shlex.quote(PLAN.run.sweeps[wildcards.sweep]),
        model=shlex.quote(PLAN.run.model),
    message:
        "Points of sweep {wildcards.sweep}"
    shell:
        "python -m pipeline grid {params.file} --model {params.model} --out {output} > {log} 2>&1"


rule simulate:
    input:
        points=rules.grid.output,
        program=PROGRAM,
    output:
        rows=f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.parquet",
    log:
        f"{RESULTS}/logs/simulate_{{sweep}}_{{chunk}}-of-{{of}}.log",
    wildcard_constraints:
        sweep="|".join(LIGHT) or "none",
    params:
        code=provenance.code(provenance.MEASURING),
        model=shlex.quote(PLAN.run.model),
        results=lambda wildcards: shlex.quote(RESULTS),
        spikes=lambda wildcards, output: f"--spikes {output.spikes}" if "spikes" in output.keys() else "",
    message:
        "Sweep {wildcards.sweep}, chunk {wildcards.chunk} of {wildcards.of}"
    shell:
        "python -m pipeline simulate --points {input.points} --chunk {wildcards.chunk} --of {wildcards.of} "
        "--out {output.rows} {params.spikes} --model {params.model} --results {params.results} 2>&1 | tee {log}"


use rule simulate as simulate_keeping_spikes with:
    output:
        rows=f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.parquet",
        spikes=f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.spikes.parquet",
    wildcard_constraints:
        sweep="|".join(KEEPING) or "none",


rule features:
    input:
        points=rules.grid.output,
        chunks=lambda wildcards: LAYOUT.rows(wildcards.sweep),
    output:
        table=f"{RESULTS}/sweeps/{{sweep}}/features.parquet",
        summary=f"{RESULTS}/sweeps/{{sweep}}/summary.csv",
    log:
        f"{RESULTS}/logs/features_{{sweep}}.log",
    params:
        code=provenance.code(("summary.py",)),
        model=shlex.quote(PLAN.run.model),
    message:
        "Features of sweep {wildcards.sweep}"
    shell:
        "python -m pipeline features {input.chunks} --points {input.points} --out {output.table} --summary {output.summary} "
        "--model {params.model} > {log} 2>&1"
