PAPER = f"{RESULTS}/paper/{SURVEY.budget}"
PANEL = provenance.code(
    ("show/panels.py", "show/figures.py", "measure/features.py", "measure/summary.py", "show/validation.py")
)
SURVEY_TABLES = [LAYOUT.features(label) for label in SURVEY.sweeps]
PAPER_FIGURES = {name: [f"{PAPER}/figure_{name}.png", f"{PAPER}/figure_{name}.svg"] for name in SURVEY.figures}


# what each figure is drawn from: its sweep's table, and spikes where it shows neurons; or voltage traces
TABLES = {
    name: (
        f"{RESULTS}/paper/traces_{figure.protocol}.parquet"
        if figure.draw == "traces"
        else LAYOUT.features(SURVEY.label(figure.sweep))
    )
    for name, figure in SURVEY.figures.items()
}
TRAINS = {
    name: LAYOUT.spikes(SURVEY.label(figure.sweep))
    for name, figure in SURVEY.figures.items()
    if figure.draw == "neurons"
}


rule trace:
    output:
        f"{RESULTS}/paper/traces_{{protocol}}.parquet",
    log:
        f"{RESULTS}/logs/trace_{{protocol}}.log",
    threads: workflow.cores
    params:
        program=PROGRAM,
        values=lambda wildcards: PLAN.model.identity([wildcards.protocol]),
        code=provenance.code((*provenance.MEASURING, "cli/surveys.py")),
    message:
        "Membrane potentials, {wildcards.protocol}"
    shell:
        'python -m pipeline trace {wildcards.protocol:q} --out {output:q} --model "$model" --results "$results" '
        "> {log:q} 2>&1"


rule panel:
    input:
        table=lambda wildcards: TABLES[wildcards.name],
        spikes=lambda wildcards: TRAINS.get(wildcards.name, []),
        reference=REFERENCE,
    output:
        png=f"{PAPER}/figure_{{name}}.png",
        svg=f"{PAPER}/figure_{{name}}.svg",
    log:
        f"{RESULTS}/logs/panel_{SURVEY.budget}_{{name}}.log",
    wildcard_constraints:
        name="|".join(SURVEY.figures),
    params:
        code=PANEL,
        content=lambda wildcards: SURVEY.figures[wildcards.name].model_dump_json(exclude={"about"}),
        survey=shlex.quote(SURVEY.path),
        folder=lambda wildcards, input: shlex.quote(os.path.dirname(input.reference[0])),
        spikes=lambda wildcards, input: " ".join(f"--spikes {shlex.quote(path)}" for path in input.spikes),
        budget=SURVEY.budget,
    message:
        "Figure {wildcards.name} of the paper"
    shell:
        "python -m pipeline panel {wildcards.name:q} --table {input.table:q} {params.spikes} --survey {params.survey} "
        "--budget {params.budget:q} --reference {params.folder} --out {output.png:q} --out {output.svg:q} "
        '--model "$model" > {log:q} 2>&1'


for name, files in PAPER_FIGURES.items():

    rule:
        name:
            f"figure_{name}"
        input:
            files,
            TABLES[name],


rule atlas:
    input:
        tables=SURVEY_TABLES,
        reference=REFERENCE,
        figures=list(PAPER_FIGURES.values()),
    output:
        page=f"{PAPER}/index.html",
        agreement=f"{PAPER}/agreement.csv",
    log:
        f"{RESULTS}/logs/atlas_{SURVEY.budget}.log",
    params:
        code=provenance.code(
            ("show/atlas.py", "show/report.py", "measure/summary.py", "show/validation.py", "plan/survey.py")
        ),
        survey=shlex.quote(SURVEY.path),
        content=open(SURVEY.path, encoding="utf-8").read(),
        folder=lambda wildcards, input: shlex.quote(os.path.dirname(input.reference[0])),
        out=lambda wildcards, output: shlex.quote(os.path.dirname(output.page)),
        budget=SURVEY.budget,
    message:
        "Page of the paper's figures"
    shell:
        "python -m pipeline atlas {input.tables:q} --survey {params.survey} --budget {params.budget:q} "
        '--reference {params.folder} --out {params.out} --model "$model" 2>&1 | tee {log:q}'
