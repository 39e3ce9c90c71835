# what was asked, as files: a comment there redoes no table, but an archive holds the files as they are
ASKED += [PLAN.run.fit, PLAN.fit.targets] if PLAN.fit else []


rule archive:
    input:
        rules.page.output,
        KEPT,
        ASKED,
        lock=f"{ROOT}/requirements.lock",
        mark=MARKS.of("archive", config, provenance.sources()),
    output:
        f"{RESULTS}/archive/ro-crate-metadata.json",
    log:
        f"{RESULTS}/logs/archive.log",
    params:
        config=lambda wildcards: json.dumps(config),
        out=lambda wildcards, output: shlex.quote(os.path.dirname(output[0])),
    message:
        "Writing the archive"
    shell:
        "printf %s {params.config:q} > {log:q}.json; "
        "python -m pipeline archive {log:q}.json --out {params.out} 2>&1 | tee {log:q}"
