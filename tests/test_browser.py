"""The results page as a reader sees it: no errors, nothing wider than the window, contrast, charts that answer."""

import shutil

import made
import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from pipeline.config.tables import read_table
from pipeline.fit.posterior import noise_sd, posterior, usable
from pipeline.fit.reading import fit_targets, read_fit

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium")


def _slide(page, selector, value):
    page.locator(selector).first.evaluate(
        "(one, to) => { one.value = to; one.dispatchEvent(new Event('input')); }", value
    )


@pytest.fixture(scope="module")
def browser():
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=BROWSER, args=options)
        yield found
        found.close()


@pytest.fixture
def opened(browser, complete):
    """Open the page of the complete run; what it complained of, and asked for from elsewhere."""
    contexts = []

    def _opened(width=1600, dark=False):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(("file:", "data:", "blob:")) else complaints.append(asked.url),
        )
        page.goto(f"file://{complete / 'index.html'}")
        page.wait_for_selector("#explore-sweep .main-svg")
        return page, complaints

    yield _opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "dark"), [(400, False), (1600, False), (1600, True), (400, True)])
def test_it_is_readable_at_any_width_in_light_and_dark(opened, width, dark):
    page, complaints = opened(width, dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert complaints == []


def test_charts_answer_to_their_menus_and_sliders(opened):
    page, complaints = opened()
    kind = "document.querySelector('#explore-sweep .chart').data[0].type"
    assert page.evaluate(kind) == "heatmap"
    page.select_option("#explore-sweep label:nth-of-type(3) select", "")
    assert page.evaluate(kind) == "scatter"
    assert page.evaluate("document.querySelector('#explore-sweep .chart').data.length") == 5  # a line for each w_i
    first = "document.querySelector('#explore-surface .chart').data[0].x[0]"
    before = page.evaluate(first)
    _slide(page, "#explore-surface input", 1)
    assert page.evaluate(first) > before + 1  # the rate rises with w_e
    _slide(page, "#explore-trials input", 3)
    assert page.evaluate("document.querySelector('#explore-trials .chart').data.length") == 3
    assert complaints == []


def test_the_surface_in_the_page_is_that_of_the_fit(opened, complete, cuba):
    fit = read_fit(f"{made.CUBA}/fit.yaml", cuba)
    trials = read_table(complete / "fit" / "trials.parquet").to_pandas()
    best = trials.loc[trials["score"].idxmin()]
    noise = noise_sd(pd.read_csv(complete / "fit" / "fitted.csv"), fit)
    found = posterior(usable(trials, fit.free), fit.free, fit_targets(fit, cuba), noise, fit.seed)
    at = np.array([[fit.free[name].place(best[name]) for name in fit.free]])
    page, _ = opened()
    shown = page.evaluate("document.querySelector('#explore-surface .chart').data[0].x")
    assert shown == pytest.approx(found.residuals(at)[0], abs=0.01)


def test_tables_sort_by_numbers_and_words_say_their_meaning(opened):
    page, _ = opened()
    table = page.locator("table.sortable").nth(1)  # features against targets
    head = table.locator("th button", has_text="deviation")
    column = "rows => rows.map(row => parseFloat(row.cells[4].textContent))"
    head.click()
    up = table.locator("tbody tr").evaluate_all(column)
    head.click()
    assert table.locator("tbody tr").evaluate_all(column) == sorted(up, reverse=True)
    assert up == sorted(up)
    page.locator(".term", has_text="score").first.focus()
    assert "root mean square" in page.locator("#tip").text_content()
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()
