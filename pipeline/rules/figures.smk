def features_of(sweep):
    return f"{RESULTS}/sweeps/{sweep}/features.parquet"


DRAW = provenance.code(("figures.py", "features.py", "summary.py"))


rule figures:
    input:
        expand("{results}/figures/{name}.{kind}", results=RESULTS, name=FIGURES, kind=["png", "svg"]),


rule figure_curve:
    input:
        table=lambda wildcards: features_of(CURVES[wildcards.name]),
        reference=PLAN.run.reference,
    output:
        report(
            f"{RESULTS}/figures/{{name}}.png",
            category="The transformation",
            caption="../../report/curve.rst",
            labels={"figure": "{name}"},
        ),
        f"{RESULTS}/figures/{{name}}.svg",
    wildcard_constraints:
        name="|".join(CURVES),
    params:
        code=DRAW,
        out=lambda wildcards, output: " ".join(f"--out {path}" for path in output),
    log:
        f"{RESULTS}/logs/figure_{{name}}.log",
    message:
        "Figure {wildcards.name}"
    shell:
        "{PIPELINE} figure {wildcards.name} --table {input.table} --reference {input.reference} {params.out} "
        "--model {PLAN.run.model} > {log} 2>&1"


rule figure_raster:
    input:
        table=features_of("examples"),
    output:
        report(
            f"{RESULTS}/figures/raster_{{protocol}}.png",
            category="The transformation",
            caption="../../report/raster.rst",
            labels={"figure": "raster and PSTH, {protocol}"},
        ),
        f"{RESULTS}/figures/raster_{{protocol}}.svg",
    params:
        code=DRAW,
        spikes=f"{RESULTS}/sweeps/examples/chunks/0-of-1.spikes.parquet",
        out=lambda wildcards, output: " ".join(f"--out {path}" for path in output),
    log:
        f"{RESULTS}/logs/figure_raster_{{protocol}}.log",
    message:
        "Figure raster_{wildcards.protocol}"
    shell:
        "{PIPELINE} figure raster --protocol {wildcards.protocol} --table {input.table} --spikes {params.spikes} "
        "{params.out} --model {PLAN.run.model} > {log} 2>&1"


rule figure_map:
    input:
        table=features_of(PLAN.run.map),
    output:
        report(
            f"{RESULTS}/figures/map.png",
            category="Sweeps",
            caption="../../report/map.rst",
            labels={"figure": "sweep map"},
        ),
        f"{RESULTS}/figures/map.svg",
    params:
        code=DRAW,
        out=lambda wildcards, output: " ".join(f"--out {path}" for path in output),
    log:
        f"{RESULTS}/logs/figure_map.log",
    message:
        "Figure map"
    shell:
        "{PIPELINE} figure map --table {input.table} {params.out} --model {PLAN.run.model} > {log} 2>&1"


rule figure_fit_history:
    input:
        table=rules.fit.output.trials,
    output:
        report(
            f"{RESULTS}/figures/fit_history.png",
            category="Fit",
            caption="../../report/fit_history.rst",
            labels={"figure": "history of the fit"},
        ),
        f"{RESULTS}/figures/fit_history.svg",
    params:
        code=DRAW,
        fit=shlex.quote(PLAN.run.fit),
        out=lambda wildcards, output: " ".join(f"--out {path}" for path in output),
    log:
        f"{RESULTS}/logs/figure_fit_history.log",
    message:
        "Figure fit_history"
    shell:
        "{PIPELINE} figure fit_history --table {input.table} --fit {params.fit} {params.out} "
        "--model {PLAN.run.model} > {log} 2>&1"


rule figure_fit_targets:
    input:
        table=rules.fit.output.fitted,
    output:
        report(
            f"{RESULTS}/figures/fit_targets.png",
            category="Fit",
            caption="../../report/fit_targets.rst",
            labels={"figure": "targets and fitted features"},
        ),
        f"{RESULTS}/figures/fit_targets.svg",
    params:
        code=DRAW,
        out=lambda wildcards, output: " ".join(f"--out {path}" for path in output),
    log:
        f"{RESULTS}/logs/figure_fit_targets.log",
    message:
        "Figure fit_targets"
    shell:
        "{PIPELINE} figure fit_targets --table {input.table} {params.out} --model {PLAN.run.model} > {log} 2>&1"


rule compare:
    input:
        whisking=features_of("whisking"),
        touch=features_of("touch"),
        reference=PLAN.run.reference,
    output:
        table=f"{RESULTS}/validation.csv",
        page=report(
            f"{RESULTS}/validation.html",
            category="Validation",
            caption="../../report/validation.rst",
            labels={"figure": "base point against the authors' program"},
        ),
    params:
        code=provenance.code(("validation.py", "summary.py", "report.py")),
    log:
        f"{RESULTS}/logs/compare.log",
    message:
        "Comparison with the authors' program"
    shell:
        "{PIPELINE} compare --whisking {input.whisking} --touch {input.touch} --reference {input.reference} "
        "--out {output.table} --html {output.page} 2>&1 | tee {log}"


rule pages:
    input:
        tables=expand("{results}/sweeps/{sweep}/features.parquet", results=RESULTS, sweep=PLAN.sweeps),
        fit=rules.fit.output,
    output:
        points=report(
            f"{RESULTS}/pages/points.html",
            category="Sweeps",
            caption="../../report/points.rst",
            labels={"figure": "what was simulated"},
        ),
        fit=report(
            f"{RESULTS}/pages/fit.html",
            category="Fit",
            caption="../../report/fit.rst",
            labels={"figure": "fitted gains"},
        ),
    params:
        code=provenance.code(("report.py",)),
        fit=lambda wildcards, input: os.path.dirname(input.fit[0]),
        out=lambda wildcards, output: os.path.dirname(output.points),
    log:
        f"{RESULTS}/logs/pages.log",
    message:
        "Pages of the report"
    shell:
        "{PIPELINE} pages {input.tables} --fit {params.fit} --out {params.out} > {log} 2>&1"
