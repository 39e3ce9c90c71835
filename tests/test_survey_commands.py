"""The verbs of the survey: each figure is drawn from its own rows and columns."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from networks.gutnisky2017.features import UNITS
from networks.gutnisky2017.paper import REFERENCE, authors
from networks.gutnisky2017.paper import __main__ as surveys
from pipeline.config.reader import ConfigError
from pipeline.show import figures


@pytest.fixture
def drawn(monkeypatch):
    """Figures that were to be saved."""
    kept = []
    monkeypatch.setattr(figures, "save", lambda figure, paths: kept.append(figure))
    return kept


def _row(model, protocol, network, **values):
    point = model.point(protocol, {name: value for name, value in values.items() if name in model.knobs})
    flat = {f"psth_{name}": [1.0] * 100 for name in "TEI"}
    rates = {f"rate_{name}": 1.0 for name in "TEI"}  # which a run that is ok always has
    measured = {**dict.fromkeys(UNITS), **rates, **flat, "cpu_s": 0.5, "problem": None}
    return {"point": 0, "protocol": protocol, "network": network, "status": "ok", **measured, **point, **values}


def _table(folder, rows):
    path = folder / "features.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).assign(point=range(len(rows))).to_parquet(path)
    return path


def _title(axes):
    return axes.get_title(loc="left")


def test_a_curve_is_drawn_over_its_knob_with_the_authors_points_where_they_have_it(model, tmp_path, drawn):
    over = {"C_T": (0.2, 0.6), "tau_AMPA": (1.0, 2.0)}
    for name, knob in (("7c", "C_T"), ("7b", "tau_AMPA")):
        rows = [_row(model, "touch", k, **{knob: x}, R_E=x, R_I=1.0, R_T=1.0) for x in over[knob] for k in (0, 1)]
        surveys.panel(name, _table(tmp_path, rows), [])
    axes = [figure.axes[0] for figure in drawn]
    lines = [next(c for c in one.containers if c.get_label() == "R$_{E}$").lines[0] for one in axes]
    assert [line.get_xydata().tolist() for line in lines] == [[[0.2, 0.2], [0.6, 0.6]], [[1, 1], [2, 2]]]
    theirs = [[line for line in one.get_lines() if line.get_marker() in "os" and len(line.get_xdata())] for one in axes]
    assert theirs[0]
    assert not theirs[1]


def test_a_family_has_the_lines_of_its_figure(model, tmp_path, drawn):
    rows = [
        _row(model, "touch", k, C_T=c_t, g_IE=g, R_E=g, R_I=1.0)
        for c_t in (0.2, 0.6)
        for g in (0.3, 0.9)
        for k in (0, 1)
    ]
    surveys.panel("9c", _table(tmp_path, rows), [])
    of_e = {container.get_label(): container.lines[0].get_ydata().tolist() for container in drawn[0].axes[0].containers}
    assert of_e == {"0.3": [0.3, 0.3], "0.9": [0.9, 0.9]}


def test_psths_are_those_of_the_protocol_and_have_the_authors_at_the_base_alone(model, tmp_path, drawn):
    protocols = ("whisking", "touch")
    base = [_row(model, protocol, k) for protocol in protocols for k in (0, 1)]
    halo = [_row(model, protocol, k, f_halo=f) for protocol in protocols for k in (0, 1) for f in (0, 0.5)]
    surveys.panel("6d", _table(tmp_path, base), [])
    surveys.panel("12b", _table(tmp_path, halo), [])
    assert [_title(axes) for axes in drawn[1].axes] == ["touch, f_halo = 0", "touch, f_halo = 0.5"]
    assert len(drawn[0].axes[0].get_lines()) > len(drawn[1].axes[0].get_lines())


def test_neurons_are_drawn_from_the_spikes_of_all_files(model, tmp_path, drawn):
    """One spike of a neuron of I without halorhodopsin in one file, two with it in the other."""
    rates = [{"rate_T": 0.0, "rate_E": 0.0, "rate_I": n / 150} for n in (1, 2)]
    rows = [_row(model, "whisking", 0, f_halo=f, duration=1.0, point=p, **rates[p]) for p, f in enumerate((0, 0.5))]
    files = []
    for point, times in enumerate(([0.6], [0.6, 0.7])):
        files.append(tmp_path / f"{point}.parquet")
        pd.DataFrame({"point": point, "population": "I", "neuron": 149, "t_s": times}).to_parquet(files[-1])
    surveys.panel("11a", _table(tmp_path, rows), [], spikes=files)
    rest = drawn[0].axes[2].get_lines()[0].get_xydata()
    assert rest.max(axis=0).tolist() == [1, 2]


def test_a_figure_that_the_survey_does_not_have_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="has no figure '7z'"):
        surveys.panel("7z", tmp_path, [])


def test_traces_begin_after_the_transient_and_contacts_are_shaded_there(model, tmp_path, drawn):
    """What `trace` wrote has the time of the run; the first contact is at t_c of a cycle after the transient."""
    values = model.point("touch", {})
    times = values["transient"] + np.arange(1, 2001) / 10_000
    table = pd.DataFrame({"population": "E", "neuron": 4, "t_s": times, "v": np.linspace(-70, -60, 2000)})
    table.to_parquet(tmp_path / "traces.parquet")
    surveys.panel("6c", tmp_path / "traces.parquet", [])
    axes = drawn[0].axes[0]
    assert _title(axes) == "A_T = 14 spikes/s, C_T = 0.6"
    assert axes.get_lines()[0].get_xdata()[[0, -1]].tolist() == pytest.approx([0.1, 200])
    assert sorted(patch.get_x() for patch in axes.patches) == pytest.approx([values["t_c"], 100 + values["t_c"]])


def test_the_page_counts_the_curves_that_agree_and_what_it_cost(model, tmp_path, capsys):
    """Our rows are the authors' means but for R_I, which is half as large again."""
    content = yaml.safe_load(Path("networks/gutnisky2017/paper/figures.yaml").read_text(encoding="utf-8"))
    content["figures"] = {name: content["figures"][name] for name in ("7c",)}
    survey = tmp_path / "survey.yaml"
    survey.write_text(yaml.safe_dump(content), encoding="utf-8")
    theirs = authors.corrected(REFERENCE, "touch", "C_T")
    theirs = theirs.set_index(["C_T", "feature"])["mean"]
    rows = [
        _row(model, "touch", k, C_T=c_t)
        | {name: theirs[c_t, name] * by * (1 + shift) for name, by in {"R_T": 1, "R_E": 1, "R_I": 1.5}.items()}
        for c_t in theirs.index.get_level_values("C_T").unique()
        for k, shift in enumerate((-0.01, -0.005, 0.005, 0.01))
    ]
    table = _table(tmp_path / "preview_C_T", rows)
    out = tmp_path / "page"
    surveys.atlas([table], out, survey=survey)
    assert capsys.readouterr().out == f"{out}: 2 of 3 curves of the authors agree, 1 is off\n"
    agreement = pd.read_csv(out / "agreement.csv").set_index("feature")
    assert agreement["verdict"].to_dict() == {"R_T": "agrees", "R_E": "agrees", "R_I": "off"}
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "7c. Response to touch against thalamic spikes per touch." in page
    assert f"{len(rows)} points" in page
