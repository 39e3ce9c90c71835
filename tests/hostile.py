"""Words that do harm where they are not refused."""

HOSTILE = [
    *(
        "$(touch pwned)",
        "`touch pwned`",
        "a; touch pwned",
        "a\ntouch pwned",
        "a' b",
        'a" b',
        "a b",
        "-o",
        "--help",
        "../x",
    ),
    *(
        "{config}",
        "{0}",
        "a|b",
        "a*",
        "",
        " ",
        "\0",
        "\x1b[31m",
        "é",
        "\u202e",
        "\ud800",
        "x" * 5000,
        "%s",
        "\\",
        "/dev/null",
    ),
]
"""Words that a shell, Snakemake, the compiler or a terminal might take for something else."""
