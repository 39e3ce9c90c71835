"""Parts of pages: what is text stays text, numbers read well, scripts and data cannot break out of their elements."""

import json
import re

import pytest

from pipeline.pages import parts
from pipeline.pages.shell import page


def test_text_is_never_taken_for_html():
    words = parts.Words({"<b>": "a & b"})
    for made in (
        parts.paragraph("<i> & <b>", words),
        parts.table(["<i>"], [["<i>"]], about='"<i>"'),
        parts.heading("<i>"),
        parts.link('"<i>"', "<i>"),
        parts.code("<i>"),
        parts.verdicts([parts.Verdict("<i>", "good", "<i>", "<i>", "<i>")]),
        parts.picture(b"", '"<i>"'),
    ):
        assert "<i>" not in made


def test_a_word_says_its_meaning_once_in_a_text_and_only_where_it_is_a_word():
    words = parts.Words({"rate_E": "The rate of E.", "rate_E_median": "Its median.", "sd": "Standard deviation."})
    made = words.marked("rate_E.csv, rate_E, rate_E_median, rate_E again; sdx, 3 sd.")
    assert re.findall(r'data-tip="([^"]+)">(\w+)<', made) == [
        ("The rate of E.", "rate_E"),
        ("Its median.", "rate_E_median"),
        ("Standard deviation.", "sd"),
    ]
    assert words.used == {
        "rate_E": "The rate of E.",
        "rate_E_median": "Its median.",
        "sd": "Standard deviation.",
    }


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        *((-0.04, "+.1f", "0.0"), (-0.04, ".1f", "0.0"), (float("nan"), ".1f", "–"), (None, ".1f", "–")),
        *((-2.5, ".1f", "-2.5"), (0.0, ".3g", "0"), (-0.0, ".3g", "0"), (-1e-30, ".2e", "-1.00e-30")),
    ],
)
def test_a_number_reads_well(value, form, text):
    assert parts.number(value, form) == text


def test_a_deviation_that_rounds_to_nothing_has_no_sign():
    assert [parts.deviation(one) for one in (-0.04, 0.04, -14.46, 3.0, float("nan"))] == [
        "0.0 sd",
        "0.0 sd",
        "-14.5 sd",
        "+3.0 sd",
        "–",
    ]


def test_data_and_scripts_stay_within_their_elements():
    data = {"one": {"text": "</script><!-- <b>"}}
    made = page("T", data=data, scripts=["const a = '</script>';"])
    found = re.search(r'<script type="application/json" id="data-one">(.*?)</script>', made)
    assert json.loads(found[1]) == data["one"]
    assert made.count("</script>") == 3  # the data, the page's own script, the one given
    with pytest.raises(ValueError, match="Out of range"):
        page("T", data={"one": float("nan")})


def test_a_page_asks_for_nothing_from_elsewhere_and_tells_when_it_was_written():
    made = page("T", "<p>text</p>", sections=["What was found"], running_s=1e9)
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", made)
    assert 'data-running="1000000000"' in made
    assert '<a href="#what-was-found">' in made
    assert "data-running" not in page("T").partition("<script>")[0]
