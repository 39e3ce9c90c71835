# What is asked now, where the results were made for something else. A file that is missing makes nothing anew for
# Snakemake, one that is newer does: so this rule has one as its input that is as new as this process. The time in a mark
# tells two of the same name apart: Snakemake compares what small files hold, too, and would take the second for the first.
rule mark:
    input:
        f"{workflow.snakemake_tmp_dir}",
    output:
        MARKS.lacking(),
    log:
        f"{RESULTS}/logs/mark.log",
    message:
        "What is asked"
    shell:
        'for mark in {output:q}; do find "$(dirname "$mark")" -type f -delete; date +%s.%N > "$mark"; done 2> {log:q}'
