KEEPING = [name for name, sweep in SWEEPS.items() if sweep.keep_spikes]
LIGHT = [name for name in SWEEPS if name not in KEEPING]


wildcard_constraints:
    sweep="|".join(SWEEPS) or "none",
    chunk=r"\d+",
    of=r"\d+",


# Rows of chunks are temporary, so that another code of these makes all anew from the points on: each is in the journal.
SWEEP_CODE = provenance.code(provenance.SWEEPING)
# what the points are made from: a changed value redoes this sweep, a changed comment does not
SWEEP_MARKS = {
    name: MARKS.of(
        f"sweep_{name}",
        sweep.model_dump_json(exclude={"about", "keep_spikes"}),
        FILES[name][1],
        [knob for knob in sweep.axes if PLAN.model.whole(knob)],
        PLAN.model.identity(sweep.protocols),
        MEANING,
        SWEEP_CODE,
    )
    for name, sweep in SWEEPS.items()
}


# Spikes are told apart by the number of a point alone: those of the points before go.
rule grid:
    input:
        mark=lambda wildcards: SWEEP_MARKS[wildcards.sweep],
    output:
        f"{RESULTS}/sweeps/{{sweep}}/points.parquet",
    log:
        f"{RESULTS}/logs/grid_{{sweep}}.log",
    resources:
        mem_mb=lambda wildcards, attempt: DEMAND.table_mb(wildcards.sweep, attempt),
    params:
        chunks=lambda wildcards, output: shlex.quote(f"{os.path.dirname(output[0])}/chunks"),
        file=lambda wildcards: shlex.quote(FILES[wildcards.sweep][0]),
        thin=lambda wildcards: FILES[wildcards.sweep][1],
    message:
        "Points of sweep {wildcards.sweep}"
    shell:
        "rm -f {params.chunks}/*.spikes.parquet; "
        'python -m pipeline grid {params.file} {params.thin} --model "$model" --out {output:q} > {log:q} 2>&1'


# Sweeps of a script's network over numbers that are compiled, such as sizes: their programs are a job of its own.
COMPILING = [name for name, sweep in SWEEPS.items() if programs(PLAN.model, [sweep]) > 1]


rule programs:
    input:
        points=rules.grid.output,
        program=PROGRAM,
    output:
        touch(f"{RESULTS}/sweeps/{{sweep}}/programs.built"),
    log:
        f"{RESULTS}/logs/programs_{{sweep}}.log",
    wildcard_constraints:
        sweep="|".join(COMPILING) or "none",
    threads: workflow.cores
    resources:
        mem_mb=lambda wildcards, threads, attempt: DEMAND.compiler_mb(threads, attempt),
    message:
        "Programs of sweep {wildcards.sweep}"
    shell:
        'python -m pipeline build --points {input.points:q} --model "$model" --results "$results" > {log:q} 2>&1'


# Rows of chunks are temporary: all of them are in the sweep's table of features, and in its journal.
rule simulate:
    input:
        points=rules.grid.output,
        program=PROGRAM,
        built=lambda wildcards: (
            f"{RESULTS}/sweeps/{wildcards.sweep}/programs.built" if wildcards.sweep in COMPILING else []
        ),
    output:
        rows=temp(f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.parquet"),
    log:
        f"{RESULTS}/logs/simulate_{{sweep}}_{{chunk}}-of-{{of}}.log",
    wildcard_constraints:
        sweep="|".join(LIGHT) or "none",
    resources:
        mem_mb=lambda wildcards, attempt: DEMAND.table_mb(wildcards.sweep, attempt),
        runtime=lambda wildcards, attempt: DEMAND.chunk_minutes(wildcards.sweep, attempt),
    params:
        spikes=lambda wildcards, output: (f"--spikes {shlex.quote(output.spikes)}" if "spikes" in output.keys() else ""),
    message:
        "Sweep {wildcards.sweep}, chunk {wildcards.chunk} of {wildcards.of}"
    shell:
        "python -m pipeline simulate --points {input.points:q} --chunk {wildcards.chunk} --of {wildcards.of} "
        '--out {output.rows:q} {params.spikes} --model "$model" --results "$results" > {log:q} 2>&1'


use rule simulate as simulate_keeping_spikes with:
    output:
        rows=temp(f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.parquet"),
        spikes=f"{RESULTS}/sweeps/{{sweep}}/chunks/{{chunk}}-of-{{of}}.spikes.parquet",
    wildcard_constraints:
        sweep="|".join(KEEPING) or "none",


# The same points cut into other chunks have other files of spikes: those before go, too, and what jobs that were not
# finished kept of points that are not asked any more.
rule features:
    input:
        points=rules.grid.output,
        chunks=lambda wildcards: LAYOUT.rows(wildcards.sweep),
    output:
        table=f"{RESULTS}/sweeps/{{sweep}}/features.parquet",
        summary=f"{RESULTS}/sweeps/{{sweep}}/summary.csv",
    log:
        f"{RESULTS}/logs/features_{{sweep}}.log",
    resources:
        mem_mb=lambda wildcards, attempt: DEMAND.table_mb(wildcards.sweep, attempt),
    params:
        chunks=lambda wildcards, output: shlex.quote(f"{os.path.dirname(output.table)}/chunks"),
        of=lambda wildcards: len(LAYOUT.rows(wildcards.sweep)),
        single=lambda wildcards, output: shlex.quote(f"{os.path.dirname(output.table)}/spikes"),
    message:
        "Features of sweep {wildcards.sweep}"
    shell:
        "find {params.chunks} -name '*.spikes.parquet' ! -name '*-of-{params.of}.spikes.parquet' -delete; "
        "rm -rf {params.single}; "
        "python -m pipeline features {input.chunks:q} --points {input.points:q} --out {output.table:q} "
        '--summary {output.summary:q} --model "$model" > {log:q} 2>&1'
