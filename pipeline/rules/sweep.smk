def sweep_of(wildcards):
    return PLAN.sweeps[wildcards.sweep]


def chunks_of(sweep, ending="parquet"):
    n = grid.n_chunks(PLAN.sweeps[sweep], PLAN.model, PLAN.run.chunk_s)
    return [f"{RESULTS}/sweeps/{sweep}/chunks/{k}-of-{n}.{ending}" for k in range(n)]


def features_of(sweep):
    return f"{RESULTS}/sweeps/{sweep}/features.parquet"


def alternatives(names):
    return "|".join(names) or "none"


wildcard_constraints:
    sweep=alternatives(PLAN.sweeps),
    chunk=r"\d+",
    of=r"\d+",


rule grid:
    output:
        f"{RESULTS}/sweeps/{{sweep}}/points.parquet",
    log:
        f"{RESULTS}/logs/grid_{{sweep}}.log",
    params:
        # what the points are made from: a changed value redoes this sweep, a changed comment does not
        content=lambda wildcards: sweep_of(wildcards).model_dump_json(exclude={"about", "keep_spikes"}),
        model_content=PLAN.model.model_dump_json(exclude={"source": True, "knobs": {"__all__": {"about"}}}),
        code=provenance.code(("grid.py",)),
        file=lambda wildcards: shlex.quote(PLAN.run.sweeps[wildcards.sweep]),
        model=shlex.quote(PLAN.run.model),
    message:
        "Points of sweep {wildcards.sweep}"
    shell:
        "{PIPELINE} grid {params.file} --model {params.model} --out {output} > {log} 2>&1"


rule simulate:
    input:
        points=rules.grid.output,
        program=PROGRAM,
    output:
        rows=f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.parquet",
    log:
        f"{RESULTS}/logs/simulate_{{sweep}}_{{chunk}}-of-{{of}}.log",
    wildcard_constraints:
        sweep=alternatives(name for name, sweep in PLAN.sweeps.items() if not sweep.keep_spikes),
    params:
        code=provenance.code(provenance.MEASURING),
        model=shlex.quote(PLAN.run.model),
        results=shlex.quote(RESULTS),
        spikes=lambda wildcards, output: f"--spikes {output.spikes}" if "spikes" in output.keys() else "",
    message:
        "Sweep {wildcards.sweep}, chunk {wildcards.chunk} of {wildcards.of}"
    shell:
        "{PIPELINE} simulate --points {input.points} --chunk {wildcards.chunk} --of {wildcards.of} "
        "--out {output.rows} {params.spikes} --model {params.model} --results {params.results} 2>&1 | tee {log}"


use rule simulate as simulate_keeping_spikes with:
    output:
        rows=f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.parquet",
        spikes=f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.spikes.parquet",
    wildcard_constraints:
        sweep=alternatives(name for name, sweep in PLAN.sweeps.items() if sweep.keep_spikes),


rule features:
    input:
        points=rules.grid.output,
        chunks=lambda wildcards: chunks_of(wildcards.sweep),
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
        "{PIPELINE} features {input.chunks} --points {input.points} --out {output.table} --summary {output.summary} "
        "--model {params.model} > {log} 2>&1"
