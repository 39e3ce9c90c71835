# What a run of this network adds to the workflow, by the key `own` of its configuration: the curves that are compared
# with the authors' program, and every figure of the paper (`snakemake figures`, or one: `snakemake figure_7a`).
import networks.gutnisky2017.paper.part as parts

try:
    PART, SURVEY = parts.read_part(PLAN.run.own, PLAN, WHERE)
except ConfigError as error:
    sys.exit(f"error: {error}")

HERE = os.path.relpath(f"{ROOT}/networks/gutnisky2017", f"{ROOT}/pipeline")
VALUES = PART.values
OWN_CODE = provenance.code(
    (
        f"{HERE}/features.py",
        f"{HERE}/paper/panels.py",
        f"{HERE}/paper/atlas.py",
        f"{HERE}/paper/authors.py",
        f"{HERE}/paper/survey.py",
        f"{HERE}/paper/validation.py",
        *provenance.wings("show", "pages", "measure"),
    )
)
COMPARED = {name: f"{RESULTS}/sweeps/{sweep}/features.parquet" for name, sweep in PART.curves.items()}
for name, path in COMPARED.items():
    FIGURES[name] = {
        "program": "python -m networks.gutnisky2017.paper curve",
        "table": path,
        "more": VALUES,
        "arguments": f"--reference {shlex.quote(PART.reference)}",
        "code": OWN_CODE,
        "category": "The transformation",
        "caption": "Means and standard errors over networks (lines) over those of the authors' program, its two first-order "
        "errors corrected (squares), and as published (open circles; what its step adds at touch is shaded). While whisking, the rate of I follows the thalamus "
        "linearly and E hardly responds; a touch, synchronous and faster than feedforward inhibition, passes to E.",
    }


rule compare:
    input:
        **COMPARED,
        reference=VALUES,
        mark=MARKS.of("compare", PART.curves, OWN_CODE),
    output:
        table=f"{RESULTS}/validation.csv",
        verdict=f"{RESULTS}/verdicts/validation.json",
        page=report(
            f"{RESULTS}/validation.html",
            category="Validation",
            caption="validation.rst",
            labels={"figure": "curves against the authors' program"},
        ),
    log:
        f"{RESULTS}/logs/compare.log",
    params:
        folder=lambda wildcards, input: shlex.quote(os.path.dirname(input.reference[0])),
        sweeps=lambda wildcards, input: " ".join(f"--{name} {shlex.quote(input[name])}" for name in COMPARED),
    message:
        "Comparison with the authors' program"
    shell:
        "python -m networks.gutnisky2017.paper compare {params.sweeps} --reference {params.folder} "
        "--out {output.table:q} --html {output.page:q} --verdict {output.verdict:q} "
        '--model "$model" 2>&1 | tee {log:q}'


REPORTED += [rules.compare.output] if COMPARED else []
OWN_PAGES += [rules.compare.output.page] if COMPARED else []

if SURVEY:
    PAPER = f"{RESULTS}/own/{SURVEY.budget}"
    SWEEPS |= SURVEY.sweeps
    THIN = " ".join(f"--{key} {value}" for key, value in SURVEY.budgets[SURVEY.budget] if value is not None)
    FILES |= {SURVEY.label(name): (path, THIN) for name, path in SURVEY.files.items()}
    ASKED += [SURVEY.path, *SURVEY.files.values()]
    SURVEY_TABLES = [f"{RESULTS}/sweeps/{label}/features.parquet" for label in SURVEY.sweeps]
    PAPER_FIGURES = {name: [f"{PAPER}/figure_{name}.png", f"{PAPER}/figure_{name}.svg"] for name in SURVEY.figures}
    # what each figure is drawn from: its sweep's table, or voltage traces
    TABLES = {
        name: (
            f"{RESULTS}/own/traces_{figure.protocol}.parquet"
            if figure.draw == "traces"
            else f"{RESULTS}/sweeps/{SURVEY.label(figure.sweep)}/features.parquet"
        )
        for name, figure in SURVEY.figures.items()
    }

    TRACE_MARKS = {
        protocol: MARKS.of(
            f"traces_{protocol}",
            PLAN.model.identity([protocol]),
            MEANING,
            provenance.code((*provenance.MEASURING, "cli/traces.py")),
        )
        for protocol in {figure.protocol for figure in SURVEY.figures.values() if figure.draw == "traces"}
    }
    PANEL_MARKS = {
        name: MARKS.of(f"panel_{SURVEY.budget}_{name}", figure.model_dump_json(exclude={"about"}), OWN_CODE)
        for name, figure in SURVEY.figures.items()
    }

    rule trace:
        input:
            mark=lambda wildcards: TRACE_MARKS[wildcards.protocol],
        output:
            f"{RESULTS}/own/traces_{{protocol}}.parquet",
        log:
            f"{RESULTS}/logs/trace_{{protocol}}.log",
        threads: workflow.cores
        message:
            "Membrane potentials, {wildcards.protocol}"
        shell:
            "python -m pipeline trace --protocol {wildcards.protocol:q} --duration 0.5 --population E --population I "
            '--neurons 3 --most-active --out {output:q} --model "$model" --results "$results" > {log:q} 2>&1'

    rule panel:
        input:
            table=lambda wildcards: TABLES[wildcards.name],
            # spikes of its sweep, where it shows neurons
            spikes=lambda wildcards: (
                LAYOUT.spikes(SURVEY.label(SURVEY.figures[wildcards.name].sweep))
                if SURVEY.figures[wildcards.name].draw == "neurons"
                else []
            ),
            reference=VALUES,
            mark=lambda wildcards: PANEL_MARKS[wildcards.name],
        output:
            png=f"{PAPER}/figure_{{name}}.png",
            svg=f"{PAPER}/figure_{{name}}.svg",
        log:
            f"{RESULTS}/logs/panel_{SURVEY.budget}_{{name}}.log",
        wildcard_constraints:
            name="|".join(SURVEY.figures),
        params:
            survey=shlex.quote(SURVEY.path),
            folder=lambda wildcards, input: shlex.quote(os.path.dirname(input.reference[0])),
            spikes=lambda wildcards, input: " ".join(f"--spikes {shlex.quote(path)}" for path in input.spikes),
            budget=SURVEY.budget,
        message:
            "Figure {wildcards.name} of the paper"
        shell:
            "python -m networks.gutnisky2017.paper panel {wildcards.name:q} --table {input.table:q} {params.spikes} "
            "--survey {params.survey} "
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
            reference=VALUES,
            figures=list(PAPER_FIGURES.values()),
            mark=MARKS.of(f"atlas_{SURVEY.budget}", open(SURVEY.path, encoding="utf-8").read(), OWN_CODE),
        output:
            page=f"{PAPER}/index.html",
            agreement=f"{PAPER}/agreement.csv",
        log:
            f"{RESULTS}/logs/atlas_{SURVEY.budget}.log",
        params:
            survey=shlex.quote(SURVEY.path),
            folder=lambda wildcards, input: shlex.quote(os.path.dirname(input.reference[0])),
            out=lambda wildcards, output: shlex.quote(os.path.dirname(output.page)),
            budget=SURVEY.budget,
        message:
            "Page of the paper's figures"
        shell:
            "python -m networks.gutnisky2017.paper atlas {input.tables:q} --survey {params.survey} "
            "--budget {params.budget:q} "
            '--reference {params.folder} --out {params.out} --model "$model" 2>&1 | tee {log:q}'

    ON_REQUEST += [rules.atlas.output, SURVEY_TABLES]
    OWN_PAGES += [rules.atlas.output.page]
