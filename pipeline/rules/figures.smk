DRAW = provenance.code(
    tuple(
        f"show/{name}.py"
        for name in (
            "chosen",
            "network_figures",
            "network_raster",
            "style",
            "suite",
            "sweep_data",
            "sweep_figures",
            "sweep_maps",
            "sweep_pairs",
        )
    )
) + provenance.code(
    ("show/figures.py", "show/panels.py", "measure/features.py", "measure/summary.py", "show/validation.py")
    + ("measure/patterns.py", "measure/table.py")
)
REFERENCE = [f"{PLAN.run.reference}/{name}" for name in runs.REFERENCE] if PLAN.run.reference else []
SHOWN = PLAN.run.figures


# the argument with the features that the run wants to see of a sweep, where it says so
CHOSEN = {sweep: f"--features {shlex.quote(','.join(names))}" for sweep, names in SHOWN.features.items()}

# name of a figure -> its tables, further arguments of `figure`, and its place and caption in the report
FIGURES = {}
for name in runs.CURVES:
    if sweep := getattr(SHOWN, name):
        FIGURES[name] = {
            "table": LAYOUT.features(sweep),
            "more": REFERENCE,
            "arguments": f"--reference {shlex.quote(PLAN.run.reference)} {CHOSEN.get(sweep, '')}",
            "category": "The transformation",
            "caption": "Means and standard errors over networks (lines) over the values of the authors' own program "
            "(open circles: its step of 0.05 ms; filled squares: 0.0125 ms). While whisking, the rate of I follows the "
            "thalamus linearly and E hardly responds; a touch, synchronous and faster than feedforward inhibition, "
            "passes to E.",
        }
if SHOWN.raster:
    for protocol in PLAN.sweeps[SHOWN.raster].protocols:
        FIGURES[f"raster_{protocol}"] = {
            "verb": "raster",
            "table": LAYOUT.features(SHOWN.raster),
            "more": LAYOUT.spikes(SHOWN.raster),
            "arguments": f"--protocol {shlex.quote(protocol)} "
            + " ".join(f"--spikes {shlex.quote(path)}" for path in LAYOUT.spikes(SHOWN.raster)),
            **dict(zip(("category", "caption"), PLAN.about_raster())),
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
if SHOWN.map and not PLAN.figures_of(SHOWN.map):
    FIGURES["map"] = {
        "table": LAYOUT.features(SHOWN.map),
        "arguments": CHOSEN.get(SHOWN.map, ""),
        "category": "Sweeps",
        "caption": f"Features over two knobs of the sweep {SHOWN.map}, each cell a mean over networks.",
    }


DRAWN = expand(
    "{results}/figures/{name}.{kind}",
    results=RESULTS,
    name=[*FIGURES, *(FIT_FIGURES if PLAN.fit else [])],
    kind=["png", "svg"],
)


rule figure:
    input:
        table=lambda wildcards: FIGURES[wildcards.name]["table"],
        more=lambda wildcards: FIGURES[wildcards.name].get("more", []),
    output:
        png=report(
            f"{RESULTS}/figures/{{name}}.png",
            category=lambda wildcards: FIGURES[wildcards.name]["category"],
            caption="../../report/figure.rst",
            labels={"figure": "{name}"},
        ),
        svg=f"{RESULTS}/figures/{{name}}.svg",
    log:
        f"{RESULTS}/logs/figure_{{name}}.log",
    wildcard_constraints:
        name="|".join(FIGURES) or "none",
    params:
        code=DRAW,
        verb=lambda wildcards: FIGURES[wildcards.name].get("verb", wildcards.name),
        arguments=lambda wildcards: FIGURES[wildcards.name].get("arguments", ""),
        caption=lambda wildcards: FIGURES[wildcards.name]["caption"],
    message:
        "Figure {wildcards.name}"
    shell:
        "python -m pipeline figure {params.verb} --table {input.table:q} {params.arguments} --out {output.png:q} "
        '--out {output.svg:q} --model "$model" > {log:q} 2>&1'
