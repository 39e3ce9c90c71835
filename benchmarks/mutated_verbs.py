"""All verbs, each as it is right, and what a case of one of them is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RUN = "--network net --results results"
FEATURES, POINTS = "results/sweeps/sweep/features.parquet", "results/sweeps/sweep/points.parquet"
CURVE = "results/sweeps/curve"

VERBS = {
    "grid": "grid net/sweep.yaml --out out/p.parquet --network net",
    "build": f"build --points {POINTS} {RUN}",
    "simulate": f"simulate --set w_e=1.7 --protocol base --duration 0.1 --seed 1 {RUN}",
    "simulate --points": f"simulate --points {POINTS} --chunk 0 --of 1 --out out/rows.parquet {RUN}",
    "features": f"features {FEATURES} --points {POINTS} --out out/f.parquet --summary out/s.csv --network net",
    "definitions": "definitions own",
    "script": "script --out out/s.py --set w_e=2 --protocol base --network net",
    "pages": f"pages {FEATURES} --out out/pages --network net",
    "accuracy": f"accuracy --set w_e=2 --protocol base --duration 0.1 --networks 2 --features rate_excitatory {RUN}",
    "check": "check net/config.yaml",
    "figure map": f"figure map --table {FEATURES} --out out/m.png --features rate_excitatory --network net",
    "figure curves": f"figure curves --table {CURVE}/features.parquet --out out/c.svg --network net",
    "figure raster": f"figure raster --table {CURVE}/features.parquet --spikes {CURVE}/spikes.parquet --protocol base "
    "--out out/r.png --network net",
    "figure traces": "figure traces --table results/traces.parquet --out out/t.png --network net",
    "fit": f"fit net/fit.yaml --out out/fit --first {FEATURES} --cores 1 --worker 0 {RUN}",
    "study": f"study net/fit.yaml --storage sqlite:///out/study.db --first {FEATURES} --network net",
    "posterior": "posterior net/fit.yaml --folder results/fit --network net",
    "fit_figure history": "fit_figure history net/fit.yaml --folder results/fit --out out/h.png --network net",
    "fit_figure targets": "fit_figure targets net/fit.yaml --folder results/fit --out out/h.png --network net",
    "fit_figure corner": "fit_figure corner net/fit.yaml --folder results/fit --out out/h.png --network net",
    "fit_figure landscape": "fit_figure landscape net/fit.yaml --folder results/fit --out out/h.png --network net",
    "fit_figure importance": "fit_figure importance net/fit.yaml --folder results/fit --out out/h.png --network net",
    "fit_page": "fit_page net/fit.yaml --folder results/fit --out out/f.html --network net",
    "page": "page results",
    "explain": f"explain sweep/3 {RUN}",
    "archive": "archive net/config.yaml --out out/archive",
    "audit": "audit",
    "trace": f"trace --out out/t.parquet --set w_e=2 --protocol base --duration 0.1 --seed 1 --population excitatory "
    f"--neurons 5 {RUN}",
    "paper panel": "panel 7c --table paper/C_T/features.parquet --out out/p.png --survey figures.yaml --budget preview",
    "paper curve": "curve rates --table paper/A_T/features.parquet --out out/p.png --features rate_E",
    "paper compare": "compare --rates paper/A_T/features.parquet --response paper/C_T/features.parquet --out out/a.csv "
    "--html out/a.html --verdict out/v.json",
    "paper atlas": "atlas paper/A_T/features.parquet --out out/atlas --survey figures.yaml --budget preview",
}
"""Each verb with all that it can be given, as it is right."""

MAKES = {
    "posterior": ("results/fit/",),
    "page": ("results/index.html",),
    "simulate": ("results/records",),
    "simulate --points": ("results/records", "results/sweeps/sweep/journal"),
    "fit": ("results/records",),
}
"""What a verb writes besides out/, as it says."""


@dataclass(frozen=True)
class Case:
    """A verb with an input: a refusal must name one of each group of `names`."""

    subject: str
    what: str
    words: list[str]
    mark: str
    names: tuple[tuple[str, ...], ...] = ()
    makes: tuple[str, ...] = ()
    paper: bool = False
    does: Callable[[Path], Any] | None = field(default=None, compare=False)

    def prepare(self, folder: Path) -> None:
        """Do to the files in `folder` what this case is about."""
        if self.does is not None:
            self.does(folder)


def words_of(verb: str) -> tuple[list[str], bool]:
    """Return the command line of a verb, and whether it is one of the paper's."""
    return VERBS[verb].split(), verb.startswith("paper ")
