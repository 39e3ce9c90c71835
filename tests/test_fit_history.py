"""How a fit went, as a figure, and what its study is called."""

import numpy as np
import optuna
import pandas as pd
import pytest
from drawings import drawn, with_gid, words
from fakes import CONTENT, FakeMeasurements

from pipeline.config.reader import parse
from pipeline.fit import study as studies
from pipeline.fit.problem import EXPLORED, Fit
from pipeline.fit.reading import read_fit
from pipeline.fit.targets import read_targets
from pipeline.show.fit_history import history

FILE = "networks/gutnisky2017/fits/gutnisky2017.yaml"


@pytest.fixture
def fit(model):
    return read_fit(FILE, model)


def trials(fit, n=40):
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"trial": range(n), "state": "complete", "origin": "fit", "constraint": -1.0})
    table["score"] = np.exp(rng.normal(1, 1, n))
    for name, free in fit.free.items():
        table[name] = free.low * (free.high / free.low) ** rng.random(n)
    return table


def test_each_knob_has_a_line_with_its_range_the_models_value_and_the_best_trial(model, fit):
    table = trials(fit)
    table.loc[7, ["score", "constraint"]] = [1e-6, 2.0]  # beyond the envelope: not the best, though its score is
    table.loc[9, ["score", "origin"]] = [1e-5, EXPLORED]  # on other networks
    figure = history(table, fit, model)
    drawn(figure)
    left, right, bar = figure.axes
    best = table.drop(index=[7, 9]).sort_values("score").iloc[0]
    for k, (name, free) in enumerate(fit.free.items()):
        (star,), (own,) = with_gid(right, f"best {name}"), with_gid(right, f"model {name}")
        assert star.get_xdata()[0] == pytest.approx(np.log(best[name] / free.low) / np.log(free.high / free.low))
        assert star.get_ydata()[0] == own.get_ydata()[0] == k
        base = model.settable[name].value
        assert own.get_xdata()[0] == pytest.approx(np.log(base / free.low) / np.log(free.high / free.low))
        assert f"{free.low:.3g}" in words(figure)
    assert bar.get_ylabel() == "score"
    dots = right.collections[0]
    assert dots.norm.vmin == pytest.approx(1e-3)  # the least that a logarithmic scale shows
    assert dots.norm.vmax == pytest.approx(table["score"].clip(lower=1e-3).quantile(0.75))
    labels = [label.get_text().replace("\n", " ") for label in right.get_yticklabels()]
    assert labels == [f"{name} (mS*ms/cm**2)" for name in fit.free]
    steps = next(line for line in left.lines if line.get_label() == "best so far")
    within = table["score"].drop(index=[7, 9]).cummin().reindex(table.index).ffill()
    assert steps.get_ydata() == pytest.approx(within.to_numpy())
    assert "from the sweep" not in words(figure)
    table.loc[:4, "origin"] = "sweep"
    assert "trial from the sweep" in words(history(table, fit, model))


@pytest.mark.parametrize("count", [1, 4, 12])
def test_no_labels_collide_however_many_knobs_there_are(model, fit, count):
    first = next(iter(fit.free.values()))
    names = [name for name in model.knobs if model.knobs[name].value > 0][:count]
    wide = fit.model_copy(
        update={"free": dict.fromkeys(names, first.model_copy(update={"low": 1e-4, "high": 12345.0}))}
    )
    figure = history(trials(wide), wide, model)
    drawn(figure)
    _, right, bar = figure.axes
    shown = [one for one in [*right.texts, *right.get_yticklabels()] if one.get_text()]
    shown += [right.get_legend(), right.xaxis.label, bar.yaxis.label]
    boxes = [one.get_window_extent() for one in shown]
    clashes = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert not clashes


def test_without_a_complete_trial_it_says_so(model, fit):
    figure = history(trials(fit).assign(state="fail"), fit, model)
    drawn(figure)
    assert "No trial is complete." in words(figure)


def test_a_study_is_called_after_its_network_and_its_file(model, tmp_path):
    fit = parse(Fit, CONTENT, "fit.yaml")
    targets = read_targets("networks/gutnisky2017/targets/gutnisky2017_base.csv", model)
    made = [
        studies.Study(one, targets, model, FakeMeasurements(), tmp_path / f"{k}.log", "program", [], title="base_gains")
        for k, one in enumerate((fit, fit.model_copy(update={"trials": 99}), fit.model_copy(update={"seed": 99})))
    ]
    names = [one.study.study_name for one in made]
    assert all(name.startswith("gutnisky2017 base_gains ") for name in names)
    assert names[0] == names[1] != names[2]  # more trials are the same study, another seed another
    mark = names[0].split()[-1]
    assert len(mark) == 8
    assert int(mark, 16) >= 0
    kept = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(tmp_path / "0.log")))
    assert optuna.get_all_study_names(kept) == [names[0]]
