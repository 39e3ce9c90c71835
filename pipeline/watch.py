"""What optuna-dashboard shows of a fit beside its trials: a note on the study, figures of trials that improve it."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import optuna
import pandas as pd
import yaml
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna.trial import TrialState
from optuna_dashboard import save_note

from pipeline import fit_figures
from pipeline.figures import save
from pipeline.fit import Study, fitted_row
from pipeline.parameters import Model
from pipeline.settings import Fit
from pipeline.tables import Row
from pipeline.targets import Target

METRIC = "score (r.m.s. deviation in sd)"


class Watch:
    """Tells the dashboard of a study; `telling` is for `Study.search`."""

    def __init__(self, study: Study, fit: Fit, targets: Sequence[Target], model: Model, artifacts: Path) -> None:
        """Write the note and the metric's name into the study; figures go to the folder `artifacts`."""
        artifacts.mkdir(parents=True, exist_ok=True)
        self._study, self._targets, self._store = study.study, targets, FileSystemArtifactStore(artifacts)
        with warnings.catch_warnings(action="ignore", category=optuna.exceptions.ExperimentalWarning):
            self._study.set_metric_names([METRIC])
        save_note(self._study, note(fit, targets, model))

    def telling(self, trial: optuna.Trial, score: float, rows: list[Row]) -> None:
        """Draw a trial, which gave `rows`, if no other was better; it must not be told yet, for then it is closed."""
        others = [other.value for other in self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))]
        if others and min(others) <= score:
            return
        fitted = pd.DataFrame([fitted_row(target, rows) for target in self._targets])
        drawn = {"targets": fit_figures.targets(fitted, "the trial's"), "psth": fit_figures.psths(rows)}
        with tempfile.TemporaryDirectory() as folder:
            for name, figure in drawn.items():
                path = Path(folder) / f"{name}.png"
                save(figure, [path])
                upload_artifact(artifact_store=self._store, file_path=str(path), study_or_trial=trial)


def note(fit: Fit, targets: Sequence[Target], model: Model) -> str:
    """Return targets, knobs with units, and configuration of a fit as Markdown."""
    lines = [fit.about, "", "| feature | protocol | target ± sd | unit | source |", "|---|---|---|---|---|"]
    lines += [f"| {t.feature} | {t.protocol} | {t.mean:.4g} ± {t.sd:.2g} | {t.unit} | {t.source} |" for t in targets]
    lines += ["", "| knob | range | model | unit | meaning |", "|---|---|---|---|---|"]
    for name, free in fit.free.items():
        knob = model.knobs[name]
        scale = "log" if free.log else "linear"
        lines.append(
            f"| {name} | {free.low:g} to {free.high:g}, {scale} | {knob.value:g} | {knob.unit} | {knob.about} |"
        )
    content = yaml.safe_dump(fit.model_dump(mode="json", exclude_defaults=True, exclude={"free", "about"}))
    return "\n".join([*lines, "", "```yaml", content.strip(), "```"]) + "\n"
