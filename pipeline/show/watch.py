"""What optuna-dashboard shows of a fit beside its trials: a note on the study, figures of trials that improve it."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import optuna
import pandas as pd
import yaml
from matplotlib.figure import Figure
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna_dashboard import save_note

from pipeline.config.tables import Row
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit.fitted import fitted_row
from pipeline.fit.problem import EXPLORED, Fit
from pipeline.fit.study import Study
from pipeline.fit.targets import Target
from pipeline.network.model import Model
from pipeline.show import fit_figures
from pipeline.show.figures import save
from pipeline.show.network_figures import network_raster
from pipeline.sweep.spikes import spike_table

METRIC = "score (r.m.s. deviation in sd)"

RASTER_S = 0.5
"""Seconds in a raster."""


class Watch:
    """Tells the dashboard of a study; `telling` is for `Study.search`."""

    def __init__(
        self, study: Study, fit: Fit, targets: Sequence[Target], model: Model, program: ScriptEngine, artifacts: Path
    ) -> None:
        """Write the note and the metric's name into the study; figures go to the folder `artifacts`.

        `program` runs half a second of each protocol for the rasters, since trials keep no spikes.
        """
        artifacts.mkdir(parents=True, exist_ok=True)
        self._model, self._program, self._fit = model, program, study
        self._study, self._targets, self._store = study.study, targets, FileSystemArtifactStore(artifacts)
        if not fit.objectives:
            with warnings.catch_warnings(action="ignore", category=optuna.exceptions.ExperimentalWarning):
                self._study.set_metric_names([METRIC])
        save_note(self._study, note(fit, targets, model))

    def telling(self, trial: optuna.Trial, score: float, rows: list[Row]) -> None:
        """Draw a trial, which gave `rows`, if no other was better; it must not be told yet, for then it is closed."""
        if trial.user_attrs.get("origin") == EXPLORED:
            return
        best = next(iter(self._fit.ranked()), None)
        if best is not None and best.constraints["envelope"] <= 0 and best.user_attrs["score"] <= score:
            return
        fitted = pd.DataFrame([fitted_row(target, rows, self._fit.envelope) for target in self._targets])
        drawn = {
            "targets": fit_figures.targets(fitted, None, "networks of the trial"),
        }
        drawn |= {f"raster_{row['protocol']}": self._raster(row) for row in {r["protocol"]: r for r in rows}.values()}
        with tempfile.TemporaryDirectory() as folder:
            for name, figure in drawn.items():
                path = Path(folder) / f"{name}.png"
                save(figure, [path])
                upload_artifact(artifact_store=self._store, file_path=str(path), study_or_trial=trial)

    def _raster(self, row: Row) -> Figure:
        point = {name: row[name] for name in self._model.settable if row.get(name) is not None}
        point["duration"] = RASTER_S
        recording, _ = self._program.simulate(point)
        shown = pd.Series({**point, "protocol": row["protocol"]})
        return network_raster(spike_table(0, recording).to_pandas(), shown, self._model)


def note(fit: Fit, targets: Sequence[Target], model: Model) -> str:
    """Return targets, knobs with units, and configuration of a fit as Markdown."""
    lines = [fit.about, "", "| feature | protocol | target ± sd | unit | source |", "|---|---|---|---|---|"]
    lines += [f"| {t.name} | {t.protocol} | {t.mean:.4g} ± {t.sd:.2g} | {t.unit} | {t.source} |" for t in targets]
    lines += ["", "| knob | range | model | unit | meaning |", "|---|---|---|---|---|"]
    for name, free in fit.free.items():
        knob = model.settable[name]
        scale = "log" if free.log else "linear"
        lines.append(
            f"| {name} | {free.low:g} to {free.high:g}, {scale} | {knob.value:g} | {knob.unit} | {knob.about} |"
        )
    content = yaml.safe_dump(fit.model_dump(mode="json", exclude_defaults=True, exclude={"free", "about"}))
    return "\n".join([*lines, "", "```yaml", content.strip(), "```"]) + "\n"
