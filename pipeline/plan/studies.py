"""Which of the studies in the folder of a fit is that of the fit as it is asked: a journal file keeps all of them."""

import json
from pathlib import Path

from pipeline.config.reader import ConfigError, fingerprint, read_json
from pipeline.config.tables import write_text
from pipeline.engine.scripts import meaning
from pipeline.fit.problem import Fit
from pipeline.fit.reading import asked, fit_targets
from pipeline.network.model import Model

FILE = "studies.json"


def note(folder: Path, fit: Fit, model: Model, study: str) -> None:
    """Keep in the folder of a fit what its study is called, beside those of fits before."""
    write_text(folder / FILE, json.dumps(_known(folder) | {_asked(fit, model): study}, indent=1))


def named(folder: Path, fit: Fit, model: Model) -> str | None:
    """Return what the study of a fit in its folder is called, None where none was opened."""
    return _known(folder).get(_asked(fit, model))


def _known(folder: Path) -> dict[str, str]:
    try:
        content = read_json(folder / FILE)
    except ConfigError:  # there is none yet, or it is damaged: it is written anew when a study is opened
        return {}
    return content if isinstance(content, dict) else {}


def _asked(fit: Fit, model: Model) -> str:
    return fingerprint(asked(fit, fit_targets(fit, model), model), meaning(model))
