"""The page of a run that one reads first: what was run, whether it worked, what was found, where it is."""

import time
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from pipeline.config.reader import some
from pipeline.measure.network import feature_table
from pipeline.overview import charts
from pipeline.overview.asked import Asked, Drawn
from pipeline.overview.found import FitFound, Found, SweepFound
from pipeline.overview.glossary import meanings
from pipeline.overview.pictures import Pictures
from pipeline.overview.progress import Progress
from pipeline.pages import parts
from pipeline.pages.parts import Verdict, Words, heading, link, number, paragraph
from pipeline.pages.shell import charts as library
from pipeline.pages.shell import page, script
from pipeline.show import fit_page, fit_words
from pipeline.show.network_figures import parts as parts_of
from pipeline.show.report import account
from pipeline.sweep import grid


class Index:
    """The page of one run; `html` is asked again and again while the run goes on."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._model = asked.plan.model
        self._features = feature_table(self._model)
        self._meanings = meanings(self._model)

    def html(self, found: Found, far: Progress, verdicts: Iterable[Verdict], running: bool = False) -> str:
        """Return the page, which begins with `verdicts`; one of a run that goes on reads itself again."""
        self._words, self._data = Words(self._meanings), dict[str, object]()
        self._pictures = Pictures(self._asked, found, self._words)
        pictures = dict(self._pictures.by_category)
        sections = {"What was found": self._found_first(found, pictures)}
        if found.fit is not None:
            sections["The fit"] = self._fit(found.fit, pictures.pop("Fit", {}))
        sections["Sweeps"] = self._sweeps(found.sweeps, pictures.pop("Sweeps", {}))
        for category, figures in pictures.items():
            sections[category] = self._pictures.html(figures)
        sections["Costs"] = self._costs(found)
        sections["Files"] = self._files(found)
        cards = parts.verdicts(verdicts, self._words)
        body = "".join(f"<section>{heading(name)}{content}</section>" for name, content in sections.items() if content)
        words = parts.glossary(self._words)
        shown = [name for name, content in sections.items() if content]
        written = time.time()
        return page(
            f"Results of {Path(self._model.folder).name}",
            cards,
            self._ways(found),
            _bar(far) if running else "",
            body,
            f"<section>{heading('Words')}{words}</section>",
            lead=paragraph(self._asked_for(), self._words, "lead")
            + paragraph(
                f"Configuration {self._asked.where}, written {time.strftime('%Y-%m-%d %H:%M:%S')}.", kind="soft"
            ),
            sections=[*shown, "Words"],
            data=self._data,
            scripts=[library(), script("explore.js")] if self._data else [],
            running_s=written if running else None,
        )

    def _ways(self, found: Found) -> str:
        """Return where to find what readers look for first."""
        ways = [link("#files", "all tables and figures")]
        if found.fit is not None and found.fit.whole:
            ways.append(link("fit/model.yaml", "the fitted network"))
        whole = [name for name, one in found.sweeps.items() if one.whole]
        ways += [link(f"sweeps/{name}/summary.csv", f"{name} as CSV") for name in whole[:6]]
        return f"<p>Go to {', '.join(ways)}.</p>"

    def _asked_for(self) -> str:
        """Return what was run in one sentence."""
        plan = self._asked.plan
        said = []
        if plan.sweeps:
            points = sum(sweep.size for sweep in plan.sweeps.values())
            said.append(f"{_several(len(plan.sweeps), 'sweep')} ({', '.join(plan.sweeps)}; {points:,} points in all)")
        if plan.fit is not None:
            said.append(
                f"a fit of {_several(len(plan.fit.free), 'knob')} ({', '.join(plan.fit.free)}) in "
                f"{_several(plan.fit.trials, 'trial')}"
            )
        whole = parts_of(self._model)
        names = [
            f"{name} ({size:,}" + (f" of {whole[name]})" if name in whole else ")")
            for name, size in self._model.populations.items()
        ]
        shown = some(names, 6)
        about = plan.fit.about.rstrip(".") if plan.fit is not None else ""
        return (
            f"{' and '.join(said)[:1].upper()}{' and '.join(said)[1:]}, of the network with the populations {shown}."
            + (f" The fit: {about}." if about else "")
        )

    def _found_first(self, found: Found, pictures: Mapping[str, Mapping[str, Drawn]]) -> str:
        """Return in sentences what the figures and the fit say, before all details."""
        lines = []
        if found.fit is not None and found.fit.whole:
            lines += [self._words.marked(line) for line in fit_words.summary(found.fit.tables, found.fit.posterior)]
        drawn = {name: one for name, one in pictures.get("Sweeps", {}).items() if name in self._pictures.described}
        for name in self._asked.plan.sweeps:
            by_protocol = self._asked.plan.figures_by_protocol(name)
            for protocol, kinds in by_protocol.items():
                of = f"{name}, {protocol}" if len(by_protocol) > 1 else name
                said = [drawn[f"{name}_{kind}"].caption for kind in kinds if f"{name}_{kind}" in drawn]
                lines += [f"<b>{escape(of)}</b>: {self._words.marked(one)}" for one in said[:1]]
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>" if lines else ""

    # ---- the fit

    def _fit(self, fit: FitFound, figures: Mapping[str, Drawn]) -> str:
        content, asked = "", self._asked.plan.fit
        if asked is None:
            return ""
        if fit.whole:
            content += "<h3>Fitted values</h3>" + fit_page.knob_table(fit.tables["knobs"], self._words)
            content += "".join(
                paragraph(line, self._words) for line in fit_words.certainty(fit.tables["directions"], fit.posterior)
            )
            content += f"<p>{link('fit/model.yaml', 'fit/model.yaml')} is the fitted network: "
            content += "<code>--model</code> takes it, and so does a configuration.</p>"
            content += "<h3>Features against targets</h3>" + fit_page.feature_table(fit.tables["fitted"], self._words)
        first = [name for name in ("fit_targets", "fit_corner") if name in figures]
        content += self._pictures.html({name: figures[name] for name in first})
        if not fit.failed and (trials := charts.trials_data(fit.trials, asked, self._model)):
            self._data["fit"] = trials
            content += '<h3>All trials</h3><div class="explorer" id="explore-trials"></div>'
        if fit.whole and fit.surface is not None and fit.surface.get("targets"):
            self._data["surface"] = charts.surface_data(fit.surface, fit.tables["knobs"], asked, self._model)
            content += "<h3>What other values would do</h3>" + paragraph(
                "Move the knobs: the features that the response surface of the trials predicts, without a simulation.",
                self._words,
            )
            content += '<div class="explorer" id="explore-surface"></div>'
        rest = {name: drawn for name, drawn in figures.items() if name not in first}
        return content + (parts.more("More figures of the fit", self._pictures.html(rest)) if rest else "")

    # ---- sweeps

    def _sweeps(self, sweeps: Mapping[str, SweepFound], figures: Mapping[str, Drawn]) -> str:
        content, data = "", []
        for name, sweep in sweeps.items():
            design = self._asked.plan.sweeps[name]
            axes = f"Over {', '.join(design.axes)}" if design.axes else "The network's own point"
            about = f"{design.about.rstrip('.')}. " if design.about else ""
            each = f"{_several(design.networks, 'network')} of {design.duration:g} s each"
            content += heading(f"Sweep {name}", 3) + paragraph(
                f"{about}{axes}; protocols {', '.join(design.protocols)}; {each}; "
                f"{sweep.done:,} of {sweep.of:,} points{'.' if sweep.whole else ' so far.'}",
                self._words,
            )
            names = [f"{name}_{kind}" for kind in self._asked.plan.figures_of(name)]
            own = {figure: figures[figure] for figure in names if figure in figures}
            varied = grid.axes_of(sweep.rows, list(design.axes)) if len(sweep.rows) else []
            wanted = self._asked.plan.run.figures.features.get(name, ())
            chart = charts.sweep_data(name, sweep.rows, varied, self._model, self._features, wanted)
            explorer = ""
            if chart is not None:
                data.append(chart)
                explorer = f'<div class="explorer" id="explore-{escape(name)}"></div>'
            content += self._pictures.html(own, explorer)
        if data:
            self._data["sweeps"] = data
        return content

    def _costs(self, found: Found) -> str:
        head = ["sweep", "points", "diverged", "ran away", "biological s", "CPU s", "CPU s per biological s"]
        rows = []
        for name, sweep in found.sweeps.items():
            if not len(sweep.rows):
                continue
            c = account(sweep.rows)
            rows.append(
                [name, *(f"{c[key]:,.0f}" for key in ("points", "diverged", "runaway", "biological_s", "cpu_s")),
                 number(c["cpu_s"] / c["biological_s"], ".3g")]
            )  # fmt: skip
        if found.fit is not None and len(found.fit.trials):
            trials = found.fit.trials
            rows.append(
                ["the fit", f"{len(trials):,} trials", f"{int((trials['diverged'].fillna(0) > 0).sum())}", "–", "–",
                 f"{trials['cpu_s'][trials['origin'] != 'sweep'].sum():,.0f}", "–"]
            )  # fmt: skip
        return parts.table(head, rows, words=self._words, about="What was simulated, and what it cost") if rows else ""

    def _of_this_run(self, path: str, found: Found) -> bool:
        """Return whether a file is of this run, where that is not over: another may have left it."""
        wing, _, rest = path.partition("/")
        name = rest.partition("/")[0]
        if found.whole or wing == "pages":
            return found.whole
        if wing == "sweeps":
            return name in found.sweeps and found.sweeps[name].whole
        if wing == "fit":
            return found.fit is not None and found.fit.whole
        shown = [figure for figures in self._pictures.by_category.values() for figure in figures]
        return name.removesuffix(".png") in shown

    def _files(self, found: Found) -> str:
        """Return links to all tables, pages and pictures that there are; they work in the folder of the results."""
        results = self._asked.results
        rows = []
        for about, patterns in KINDS.items():
            files = [path for path in _below(results, patterns) if self._of_this_run(path, found)]
            if files:
                rows.append([about, some([link(path, path) for path in files], MOST_LINKS)])
        for path in self._asked.pages:
            if (results / path).is_file():
                rows.append(["A page of this network", link(path, path)])
        note = "<p>These links work where this page lies in its folder."
        for above in ("", "../", "../../"):  # it lies in the folder of all results
            guide = results / above / GUIDE
            if guide.is_file() and guide.read_text(encoding="utf-8").startswith(GUIDE_BEGINS):
                note += f" {link(above + GUIDE, 'What each file is for')}."
                break
        listed = parts.table(["what", "where"], rows, about="Files of this run", html=[1], wrapped=True)
        return f"{note}</p>{listed}"


KINDS = {
    "Pages": ("pages/*.html",),
    "Features of every point, as tables (Parquet)": ("sweeps/*/features.parquet",),
    "Means and standard errors over networks (CSV)": ("sweeps/*/summary.csv",),
    "The fitted network, and how it differs": ("fit/model.yaml", "fit/knobs.csv", "fit/fitted.csv"),
    "All trials, posterior, combinations of knobs": (
        *("fit/trials.parquet", "fit/posterior.parquet", "fit/directions.csv", "fit/good.csv", "fit/surface.json"),
    ),
    "Figures (PNG, SVG) with their data (CSV)": ("figures/*.png",),
}
"""What a reader may look for, and the files where it is."""

MOST_LINKS = 30

GUIDE, GUIDE_BEGINS = "README.md", "# What a run leaves here"
"""What says what each file of a run is for, and how it begins."""


def _several(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"


def _below(results: Path, patterns: Iterable[str]) -> list[str]:
    return [str(path.relative_to(results)) for pattern in patterns for path in sorted(results.glob(pattern))]


def _bar(far: Progress) -> str:
    part = f"{100 * far.part:.0f}"
    return (
        f'<div class="bar" role="progressbar" aria-label="How far the run is" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{part}"><b style="width: {part}%"></b></div>'
    )
