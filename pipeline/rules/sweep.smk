def sweep_of(wildcards):
    return PLAN.sweeps[wildcards.sweep]


def chunks_of(wildcards):
    n = grid.n_chunks(sweep_of(wildcards), PLAN.model, PLAN.run.chunk_s)
    return [f"{RESULTS}/sweeps/{wildcards.sweep}/chunks/{k}-of-{n}.parquet" for k in range(n)]


wildcard_constraints:
    sweep="|".join(map(re.escape, PLAN.sweeps)),
    chunk=r"\d+",
    of=r"\d+",


rule grid:
    output:
        f"{RESULTS}/sweeps/{{sweep}}/points.parquet",
    params:
        # what the points are made from: a changed value redoes this sweep, a changed comment does not
        content=lambda wildcards: sweep_of(wildcards).model_dump_json(exclude={"about", "keep_spikes"}),
        model_content=PLAN.model.model_dump_json(),
        code=provenance.code(("grid.py",)),
        file=lambda wildcards: shlex.quote(PLAN.run.sweeps[wildcards.sweep]),
        model=shlex.quote(PLAN.run.model),
    log:
        f"{RESULTS}/logs/grid_{{sweep}}.log",
    message:
        "Points of sweep {wildcards.sweep}"
    shell:
        "{PIPELINE} grid {params.file} --model {params.model} --out {output} > {log} 2>&1"


rule simulate:
    input:
        points=rules.grid.output,
        program=PROGRAM,
    output:
        f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.parquet",
    params:
        code=provenance.code(provenance.MEASURING),
        model=shlex.quote(PLAN.run.model),
        results=shlex.quote(RESULTS),
        spikes=lambda wildcards, output: (
            f"--spikes {output[0].removesuffix('.parquet')}.spikes.parquet" if sweep_of(wildcards).keep_spikes else ""
        ),
    log:
        f"{RESULTS}/logs/simulate_{{sweep}}_{{chunk}}-of-{{of}}.log",
    message:
        "Sweep {wildcards.sweep}, chunk {wildcards.chunk} of {wildcards.of}"
    shell:
        "{PIPELINE} simulate --points {input.points} --chunk {wildcards.chunk} --of {wildcards.of} --out {output} "
        "{params.spikes} --model {params.model} --results {params.results} 2>&1 | tee {log}"


rule features:
    input:
        points=rules.grid.output,
        chunks=chunks_of,
    output:
        table=f"{RESULTS}/sweeps/{{sweep}}/features.parquet",
        summary=f"{RESULTS}/sweeps/{{sweep}}/summary.csv",
    params:
        code=provenance.code(("summary.py",)),
        model=shlex.quote(PLAN.run.model),
    log:
        f"{RESULTS}/logs/features_{{sweep}}.log",
    message:
        "Features of sweep {wildcards.sweep}"
    shell:
        "{PIPELINE} features {input.chunks} --points {input.points} --out {output.table} --summary {output.summary} "
        "--model {params.model} > {log} 2>&1"
