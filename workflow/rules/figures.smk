DRAW = provenance.code(provenance.wings("show", "measure", "sweep"))
SHOWN = PLAN.run.figures


# name of a figure -> its tables, further arguments of `figure`, and its place and caption in the report
if SHOWN.raster:
    for protocol in PLAN.sweeps[SHOWN.raster].protocols:
        FIGURES[f"raster_{protocol}"] = {
            "verb": "raster",
            "table": LAYOUT.features(SHOWN.raster),
            "more": LAYOUT.spikes(SHOWN.raster),
            "arguments": f"--protocol {shlex.quote(protocol)} "
            + " ".join(f"--spikes {shlex.quote(path)}" for path in LAYOUT.spikes(SHOWN.raster)),
            "category": "Activity",
            "caption": "Above: spikes of some neurons of each population at the end of a point. Below: the rates of the "
            "populations in the same time. Right: how the rates of neurons in all the measured time are spread.",
        }
for sweep in PLAN.sweeps:
    for kind in PLAN.figures_of(sweep):
        FIGURES[f"{sweep}_{kind}"] = {
            "verb": kind,
            "table": LAYOUT.features(sweep),
            "arguments": CHOSEN.get(sweep, ""),
            "category": "Sweeps",
            "caption": f"The sweep {sweep}: {PLAN.sweeps[sweep].about or ', '.join(PLAN.sweeps[sweep].axes)}. Means over "
            "networks; points that diverged are marked and averaged nowhere. The data are beside the picture as CSV.",
        }


DRAWN = expand(
    "{results}/figures/{name}.{kind}",
    results=RESULTS,
    name=[*FIGURES, *(SHOWN_OF_FIT if PLAN.fit else [])],
    kind=["png", "svg"],
)


FIGURE_MARKS = {
    name: MARKS.of(f"figure_{name}", *(one.get(key) for key in ("program", "verb", "arguments")), one.get("code", DRAW))
    for name, one in FIGURES.items()
}


rule figure:
    input:
        mark=lambda wildcards: FIGURE_MARKS[wildcards.name],
        table=lambda wildcards: FIGURES[wildcards.name]["table"],
        more=lambda wildcards: FIGURES[wildcards.name].get("more", []),
    output:
        png=report(
            f"{RESULTS}/figures/{{name}}.png",
            category=lambda wildcards: FIGURES[wildcards.name]["category"],
            caption="../report/figure.rst",
            labels={"figure": "{name}"},
        ),
        svg=f"{RESULTS}/figures/{{name}}.svg",
    log:
        f"{RESULTS}/logs/figure_{{name}}.log",
    wildcard_constraints:
        name="|".join(FIGURES) or "none",
    params:
        program=lambda wildcards: FIGURES[wildcards.name].get("program", "python -m pipeline figure"),
        verb=lambda wildcards: FIGURES[wildcards.name].get("verb", wildcards.name),
        arguments=lambda wildcards: FIGURES[wildcards.name].get("arguments", ""),
        caption=lambda wildcards: FIGURES[wildcards.name]["caption"],
    message:
        "Figure {wildcards.name}"
    shell:
        "{params.program} {params.verb} --table {input.table:q} {params.arguments} --out {output.png:q} "
        '--out {output.svg:q} --model "$model" > {log:q} 2>&1'
