"""Whether a fit finds what it should whatever its seed: the model's own values of its knobs, from targets of the model.

The targets of the fit are to come from a network at the model's own values; each seed is another search for them. Goes
on where it was interrupted. Writes seeds.json and seeds.md.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.calibration import asked, held
from benchmarks.search import Search, finished
from pipeline.config.reader import parse, read_yaml
from pipeline.config.tables import write_text
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit.problem import Fit
from pipeline.fit.reading import fit_targets
from pipeline.network.reading import read_model

FIT = "networks/gutnisky2017/fits/eight_knobs.yaml"
NETWORK = "networks/gutnisky2017"


def text(results: list[dict[str, Any]]) -> str:
    """Return the tables as Markdown: by knob over seeds, and by seed."""
    lines = [
        "| knob | true | median of the medians | half the 90 % interval (%) | within 50 % | within 90 % |",
        "|---|---|---|---|---|---|",
    ]
    n = len(results)
    for name in results[0]["knobs"]:
        here = [result["knobs"][name] for result in results]
        half = np.median([50 * (one["q95"] - one["q05"]) / one["value"] for one in here])
        in50, in90 = (sum(held(one)[share] for one in here) for share in ("in50", "in90"))
        lines.append(
            f"| {name} | {here[0]['value']:.4g} | {np.median([one['q50'] for one in here]):.4g} | {half:.1f} | "
            f"{in50} of {n} | {in90} of {n} |"
        )
    lines += [
        "",
        "| seed | within 90 % | score on fresh networks | CPU s | in doubt |",
        "|---|---|---|---|---|",
    ]
    for seed, result in enumerate(results, 1):
        knobs = result["knobs"].values()
        inside = sum(held(one)["in90"] for one in knobs)
        lines.append(
            f"| {seed} | {inside} of {len(knobs)} | {result['score']:.2f} | {result['cpu_s']:.0f} | "
            f"{result['doubt'] or 'no'} |"
        )
    return "\n".join(lines) + "\n"


def of_own_values(content: dict[str, Any], folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Run a fit of this content in a folder; return what it says of knobs whose true values are the model's own."""
    model = read_model(NETWORK)
    fit = parse(Fit, content, given.fit)
    search = Search(fit, fit_targets(fit, model), model, ScriptEngine(model, given.results), folder, given.cores)
    return asked(search, {name: model.knobs[name].value for name in fit.free})


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--fit", default=FIT, help="the file of the fit")
    options.add_argument("--seeds", type=int, default=10, help="how many; from 1")
    options.add_argument("--results", default="results", help="folder for programs and tables")
    options.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="simulations at a time")
    given = options.parse_args()
    out = Path(given.results) / "seeds"
    content = read_yaml(given.fit)
    results = finished(out / "seeds.json", content) or []
    for seed in range(len(results) + 1, given.seeds + 1):
        results.append(of_own_values(content | {"seed": seed}, out / f"{seed}", given))
        write_text(out / "seeds.json", json.dumps({"options": content, "results": results}, indent=1))
        print(text(results), flush=True)
    write_text(out / "seeds.md", text(results))


if __name__ == "__main__":
    main()
