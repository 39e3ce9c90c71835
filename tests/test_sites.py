"""Numbers of a script by its syntax tree: where they stand, what they are called, what they mean, other ones in place.

The comment over a test says which mistake it would catch.
"""

import pytest
from brian2 import mV

from pipeline.network.names import HOOK
from pipeline.network.numbers import MOST_PASSES, Number, found, in_unit
from pipeline.network.sites import read_source, replaced, survey

SCRIPT = """
from brian2 import *

tau_m = 20*ms  # membrane time constant
# resting potential
E_L = -70*mV
n, p = 40, 0.1
parameters = {'tau_s': 5*ms, 'inner': {'deep': 3}}
more = dict(g=2.5, h=1)
class Cell:
    C = 200*pF
    def __init__(self, size=30):
        self.size = size
def make(count, rate=5*Hz, *, delay=1*ms):
    '''Make it.'''
    local = 7*nS
    return count, rate, delay, local
made = make(12, delay=2*ms)
G = Cell()
G.v = -60*mV
G.w[:] = 0.3
total = 2*n
"""


def _play(source, hook=None):
    """Run the rewritten tree of a script; return its variables, and what each site was passed with."""
    known = survey(source, "script.py")
    passed = {}

    def note(number, value):
        passed.setdefault(number, []).append(value)
        return value if hook is None else hook(known.sites[number], value)

    scope = {"__name__": "__main__", HOOK: note}
    exec(compile(known.tree, "script.py", "exec"), scope)
    return scope, passed, known


def _numbers(source):
    """Return the numbers of a script that runs without Brian2's units, by name."""
    _, passed, known = _play(source)
    seen = {
        site: [Number(float(v), "1", isinstance(v, int), "1", float(v)) for v in values if isinstance(v, int | float)]
        for site, values in passed.items()
    }
    return {one.name: one for one in found(known.sites, {k: v for k, v in seen.items() if v})[0]}


# a kind of place that is not searched: its numbers would be no knobs
def test_every_place_that_names_a_value_is_a_site():
    sites = {(site.scope, site.name): site for site in survey(SCRIPT, "script.py").sites}
    assert {
        *(("", "tau_m"), ("", "E_L"), ("", "n"), ("", "p"), ("parameters", "tau_s"), ("inner", "deep")),
        *(("more", "g"), ("more", "h"), ("Cell", "C"), ("make", "rate"), ("make", "delay"), ("make", "local")),
        *(("make", "count"), ("", "G_v"), ("", "G_w"), ("", "total")),
    } <= set(sites)
    assert sites["parameters", "tau_s"].text == "5*ms"
    assert sites["", "G_v"].text == "-60*mV"
    assert (sites["", "n"].text, sites["", "p"].text) == ("40", "0.1")


# the comment of another line, or none, as the meaning of a number
def test_the_comment_on_a_line_or_alone_above_it_is_its_meaning():
    about = {site.name: site.about for site in survey(SCRIPT, "script.py").sites}
    assert about["tau_m"] == "membrane time constant"
    assert about["E_L"] == "resting potential"
    assert about["n"] == about["p"] == ""


# a comment that is a line of code or a rule of dashes said as the meaning
def test_a_comment_without_letters_and_one_within_a_text_are_no_meaning():
    about = {s.name: s.about for s in survey("# -----\na = 1  # 5\nb = '# no'\nc = 2\n#: said\nd = 3\n", "s.py").sites}
    assert (about["a"], about["b"], about["c"], about["d"]) == ("", "", "", "said")


# a number that follows from another taken for one that stands by itself
def test_what_an_expression_reads_of_the_script_is_told_and_names_of_units_are_not():
    sites = {site.name: site for site in survey(SCRIPT, "script.py").sites}
    assert sites["total"].reads == ("n",)
    assert sites["tau_m"].reads == sites["local"].reads == ()


# an argument without a default, which a call in the script gives, has its value there
def test_an_argument_has_the_value_of_its_call_or_of_its_default():
    sites = {site.name: site for site in survey(SCRIPT, "script.py").sites}
    texts = {name: site.text.replace(" ", "") for name, site in sites.items()}
    assert (texts["rate"], texts["count"], texts["delay"]) == ("5*Hz", "12", "2*ms")
    assert sites["rate"].literal
    given = survey("def f(a):\n    return a\nx = 3\ny = f(x)\n", "s.py").sites
    argument = next(site for site in given if site.scope == "f")
    assert argument.reads == ("x",)
    assert not argument.literal


# hooks that change what a script does: the order of evaluation, a docstring, a default, an unpacking
def test_a_script_with_hooks_does_what_it_does_without():
    plain = {"__name__": "__main__"}
    source = SCRIPT.replace("from brian2 import *", "from brian2 import ms, mV, pF, nS, Hz").replace("G.w[:] = 0.3", "")
    exec(compile(source, "script.py", "exec"), plain)
    scope, passed, known = _play(source)
    for name in ("tau_m", "E_L", "n", "p", "parameters", "more", "made", "total"):
        assert scope[name] == plain[name], name
    assert scope["make"].__doc__ == "Make it."
    assert scope["G"].size == 30
    assert scope["G"].v == -60 * mV
    names = {known.sites[number].name for number in passed}
    assert {"tau_m", "tau_s", "deep", "g", "C", "count", "rate", "local", "G_v", "size"} <= names


# the value that a hook gives in place of a number not reaching what uses the number
def test_what_the_hook_returns_is_what_the_script_goes_on_with():
    source = "n = 4\ndef f(a, b=2):\n    return n*a*b\nx = {'k': 5}\ny = f(x['k'])\n"
    assert _play(source)[0]["y"] == 40
    for name, value, expected in (("n", 1, 10), ("b", 3, 60), ("k", 1, 8), ("a", 2, 16)):
        scope, *_ = _play(source, lambda site, old, name=name, value=value: value if site.name == name else old)
        assert scope["y"] == expected, name


# a hook in a function that Brian2 turns into C++ or calls in each step: it could not be translated, or costs each step
@pytest.mark.parametrize(
    "decorator", ["network_operation", "network_operation(dt=1*ms)", "implementation('cpp', '')", "b2.check_units(a=1)"]
)
def test_functions_that_brian_calls_are_left_alone(decorator):
    known = survey(f"x = 1\n@{decorator}\ndef f(a=2):\n    b = 3\n", "s.py")
    assert [site.name for site in known.sites] == ["x"]


# lambdas, loops over many values and augmented assignments breaking the rewriting
def test_other_python_is_left_as_it_is():
    source = "f = lambda a=1: a + 1\nx = [k for k in range(3)]\ny = 0\nfor k in range(3):\n    y += k\n"
    source += "a = b = 7\n*c, d = 1, 2, 3\n"
    scope, *_ = _play(source)
    assert (scope["f"](), scope["x"], scope["y"], scope["a"], scope["b"], scope["c"], scope["d"]) == (
        2, [0, 1, 2], 3, 7, 7, [1, 2], 3,
    )  # fmt: skip


# names that hide one another: a knob would set another number than it says
def test_numbers_of_one_name_are_told_apart_by_their_scope_else_by_a_number():
    named = _numbers("w = 1\ndef f():\n    w = 2\n    return w\nd = {'w': 3}\nf()\n")
    assert {name: one.value for name, one in named.items()} == {"w": 1, "f_w": 2, "d_w": 3}
    assert {name: one.value for name, one in _numbers("w = 1\nv = w\nw = 2\n").items()} == {"w": 1, "v": 1, "w_2": 2}


# names made unique that meet a name that the script has: two knobs of one name, one of them lost
def test_names_made_unique_meet_no_other_name():
    source = "w_2 = 5\nw = 1\nw = 2\nf_w = 6\ndef f():\n    w = 3\n    return w\nf()\n"
    _, passed, known = _play(source)
    seen = {site: [Number(float(v), "1", True, "1", float(v)) for v in values] for site, values in passed.items()}
    names = [one.name for one in found(known.sites, seen)[0]]
    assert len(names) == len(set(names)) == 5


# a function called with different numbers: one knob for all, or a knob for each of thousands of passes of a loop
def test_a_site_passed_with_different_numbers_is_one_for_each_and_a_loop_is_none():
    known = survey("def f(a):\n    return a\n", "s.py")
    site = known.sites[0].number

    def number(value):
        return Number(value, "1", False, "1", value)

    same, _ = found(known.sites, {site: [number(2.0)] * 3})
    assert [(one.name, one.key) for one in same] == [("a", (site, -1))]
    each, _ = found(known.sites, {site: [number(1.0), number(2.0)]})
    assert [(one.name, one.key, one.value) for one in each] == [("a", (site, 0), 1.0), ("a_2", (site, 1), 2.0)]
    none, loops = found(known.sites, {site: [number(float(k)) for k in range(MOST_PASSES + 1)]})
    assert none == []
    assert [one.name for one in loops] == ["a"]


@pytest.mark.parametrize(
    ("text", "value", "template", "unit"),
    [
        ("20*ms", 20, "{}*ms", "ms"),
        ("-70*mV", -70, "{}*mV", "mV"),
        ("- 70 * mV", -70, "{} * mV", "mV"),
        ("20.0 * b2.ms", 20, "{} * b2.ms", "ms"),
        ("6e-3", 6e-3, "{}", "1"),
        ("1000", 1000, "{}", "1"),
        ("0.5*nS/ms", 0.5, "{}*nS/ms", "nS/ms"),
        ("3*mV*second**-1", 3, "{}*mV*second**-1", "mV*second**-1"),
        ("1/ms", 1, "{}/ms", "1/ms"),
        ("2*uF*cm**-2", 2, "{}*uF*cm**-2", "uF*cm**-2"),
    ],
)
def test_a_number_with_units_is_read_as_written(text, value, template, unit):
    assert in_unit(text) == (value, template, unit)


# a knob whose template does not give back what the script says: the point at its own value would be another network
@pytest.mark.parametrize("text", ["20*ms", "-70*mV", "1/ms", "(3)*ms", "0.5*nS/ms", "(0.5*nS)/ms", "-(5)*mV"])
def test_the_template_of_a_number_gives_the_script_s_own_value(text):
    import brian2

    written = in_unit(text)
    assert written is not None
    value, template, _ = written
    assert eval(template.format(repr(value)), vars(brian2).copy()) == eval(text, vars(brian2).copy())


# expressions whose first number is not all of the value, taken for a number with units
@pytest.mark.parametrize(
    "text",
    ["2*3*ms", "ms*20", "20*ms + 1*ms", "f(3)", "2**3", "'5'", "True", "[1, 2]", "2*ms if x else 3*ms", "", "1j", "2*(",
     "3*ms**n"],
)  # fmt: skip
def test_other_expressions_are_no_number_with_units(text):
    assert in_unit(text) is None


# a whole number that reaches range() as 4.0, or a value with digits lost
def test_a_number_is_written_as_a_user_would_type_it():
    named = _numbers("n = 4\nx = 0.1\n")
    assert (named["n"].text(8), named["n"].text(8.5), named["x"].text(1 / 3)) == ("8", "8.5", repr(1 / 3))


# the tree read after it was rewritten: hooks would count as names of the script, and every name as read
def test_only_what_python_reads_counts_as_read():
    known = survey("a = 1\nb = 2\nprint(a)\n", "s.py")
    assert "a" in known.read
    assert "b" not in known.read
    assert not known.opaque
    assert survey("import inspect\na = 1\n", "s.py").opaque
    assert survey("a = 1\nglobals()['a']\n", "s.py").opaque


# a replacement at the wrong column where characters take several bytes, or where lines have several sites
def test_replaced_gives_the_script_with_other_numbers_and_nothing_else():
    source = "# µ\nx, y = 1*ms, 2*ms  # Größe\nd = {'ä': 3, 'k': (4 +\n  5)}\nG.v = -60*mV\n"
    numbers = {site.name: site.number for site in survey(source, "s.py").sites}
    other = replaced(
        source,
        "s.py",
        {
            (numbers["x"], -1): "10*ms",
            (numbers["y"], -1): "20*ms",
            (numbers["k"], -1): "9",
            (numbers["G_v"], -1): "-50*mV",
        },
    )
    assert other == "# µ\nx, y = 10*ms, 20*ms  # Größe\nd = {'ä': 3, 'k': (9)}\nG.v = -50*mV\n"
    assert replaced(source, "s.py", {}) == source


# a number of one pass of a site written for all of them, or on the line of another where a form feed stands above
def test_replaced_takes_lines_as_python_does_and_no_passes():
    source = "a = 1\n\f\nb = 2\n"
    numbers = {site.name: site.number for site in survey(source, "s.py").sites}
    assert replaced(source, "s.py", {(numbers["b"], -1): "9"}) == "a = 1\n\f\nb = 9\n"
    assert replaced(source, "s.py", {(numbers["b"], 0): "9", (numbers["b"], 1): "8"}) == source


# a byte-order mark or Windows line ends shift what is replaced
def test_replaced_keeps_line_ends():
    source = "a = 1\r\nb = 2\r\n"
    numbers = {site.name: site.number for site in survey(source, "s.py").sites}
    assert replaced(source, "s.py", {(numbers["b"], -1): "3"}) == "a = 1\r\nb = 3\r\n"


@pytest.mark.parametrize("source", ["x = (", "def f(:\n", "x = 1\n  y = 2\n"])
def test_what_is_not_python_is_a_syntax_error(source):
    with pytest.raises(SyntaxError):
        survey(source, "s.py")


def test_keys_that_are_no_words_make_names_that_are():
    """Catches `{"tonic spiking": {"c_m": 1}}`, whose knob the knob table would refuse, and names in other scripts."""
    source = 'types = {"tonic spiking": {"c_m": 1.5}, "bursts": {"c_m": 2.5}, "2nd": 7}\nτ = 3\n'
    sites = survey(source, "x.py").sites
    values = {site.number: float(site.text) for site in sites if site.text[:1].isdigit()}
    seen = {number: [Number(value, "1", False, "1", value)] for number, value in values.items()}
    assert [one.name for one in found(sites, seen)[0]] == ["tonic_spiking_c_m", "bursts_c_m", "_2nd", "τ"]


def test_a_script_is_read_in_the_encoding_that_it_declares(tmp_path):
    """Catches scripts of before UTF-8 refused, or their comments, which are meanings of knobs, garbled."""
    path = tmp_path / "net.py"
    path.write_bytes("# -*- coding: latin-1 -*-\ntau = 1  # für alle\n".encode("latin-1"))
    assert survey(read_source(path), str(path)).sites[0].about == "für alle"
    path.write_bytes("tau = 1  # für alle\n".encode("utf-8-sig"))
    assert survey(read_source(path), str(path)).sites[0].about == "für alle"
