"""Numbers in generated C++ that become values: which are opened, in which order, and where two programs differ.

The comment over a test says which mistake it would catch.
"""

import math
import re

import pytest

from pipeline.engine.literals import differing, opened

STATE = """
    const double tau = 0.02;
    const double V_r = - 0.07;
    const int64_t N = 10;
    const double dt = _ptr_array_dt[0];
    const double inf_tau = INFINITY;
    x = 0.5 * tau + 1e-3;
"""
MAIN = """
    _static[i] = 3;
    _array_G_v[0] = 0.25;
    network.run(0.1, NULL, 10.0);
    network.run(2.0, NULL, 10.0);
"""
FILES = {"code_objects/G_stateupdater.cpp": STATE, "main.cpp": MAIN}
OWNED = {"G_stateupdater": ["tau", "V_r", "inf_tau"]}


def _filled(files, values, first):
    """Put values back where numbers were opened."""
    return {
        name: re.sub(r"open_value::of\[(\d+)\]", lambda m: repr(values[int(m[1]) - first].value), text)
        for name, text in files.items()
    }


# values handed over in another order than the program reads them, or counted from 0 over the first ones
def test_constants_of_the_script_are_opened_with_their_values_in_the_order_of_their_numbers():
    files, values = opened(FILES, OWNED, [], 4)
    state = files["code_objects/G_stateupdater.cpp"]
    assert "const double tau = open_value::of[4];" in state
    assert "const double V_r = open_value::of[5];" in state
    assert "const double inf_tau = open_value::of[6];" in state
    assert [(v.kind, v.name) for v in values[:3]] == [("constant", "tau"), ("constant", "V_r"), ("constant", "inf_tau")]
    assert [v.value for v in values[:3]] == [0.02, -0.07, math.inf]
    numbers = [int(n) for text in files.values() for n in re.findall(r"of\[(\d+)\]", text)]
    assert sorted(numbers) == list(range(4, 4 + len(values)))


# constants of the program itself, which no knob may move: a size, the step
def test_other_constants_and_expressions_stay_as_they_are():
    state = opened(FILES, OWNED, [], 4)[0]["code_objects/G_stateupdater.cpp"]
    assert "const int64_t N = 10;" in state
    assert "const double dt = _ptr_array_dt[0];" in state
    assert "x = 0.5 * tau + 1e-3;" in state
    assert opened(FILES, {"other": ["tau"]}, [], 4)[0]["code_objects/G_stateupdater.cpp"] == STATE


# values of code that runs before or after a run (`before_run_...`) left closed
@pytest.mark.parametrize("place", ["before_run_", "after_run_", ""])
def test_code_before_and_after_a_run_has_the_constants_of_its_code_object(place):
    files, _ = opened({f"code_objects/{place}G_stateupdater.cpp": STATE}, OWNED, [], 4)
    assert "tau = open_value::of[4]" in files[f"code_objects/{place}G_stateupdater.cpp"]


# durations of several runs swapped
def test_what_main_sets_and_how_long_it_runs_is_opened():
    files, values = opened(FILES, OWNED, [], 4)
    found = {v.kind: [w.value for w in values if w.kind == v.kind] for v in values}
    assert found["run"] == [0.1, 2.0]
    assert found["set"] == [3.0, 0.25]
    assert [v.name for v in values if v.kind == "set"] == ["_static", "_array_G_v"]
    runs = re.findall(r"run\(open_value::of\[(\d+)\], NULL, 10.0\)", files["main.cpp"])
    assert [values[int(n) - 4].value for n in runs] == [0.1, 2.0]


# numbers at opened positions given back at another place: 1e-3 for 0.5
def test_positions_are_counted_among_the_numbers_with_a_point_or_exponent():
    where = "code_objects/G_stateupdater.cpp"
    places = [(where, 2), (where, 3)]  # after 0.02 and 0.07
    files, values = opened(FILES, {}, places, 4)
    literals = [v for v in values if v.kind == "literal"]
    assert [v.value for v in literals] == [0.5, 1e-3]
    assert "x = open_value::of[4] * tau + open_value::of[5];" in files[where]
    assert opened(FILES, {}, [(where, 99)], 4)[0][where] == STATE  # of another version of the program


# positions counted in texts with other numbers than those in which they were found: 1e-3 for 0.5
def test_positions_are_found_and_opened_in_texts_in_which_all_else_is_open():
    where = "code_objects/G_stateupdater.cpp"
    other = {**FILES, where: STATE.replace("0.02;", "0.03;").replace("1e-3", "2e-3")}
    places = differing(opened(FILES, OWNED, [], 4)[0], opened(other, OWNED, [], 4)[0])
    (one, values), (two, others) = opened(FILES, OWNED, places, 4), opened(other, OWNED, places, 4)
    assert one == two
    changed = [(a.kind, a.value, b.value) for a, b in zip(values, others, strict=True) if a.value != b.value]
    assert changed == [("constant", 0.02, 0.03), ("literal", 1e-3, 2e-3)]


# a number opened twice, as a position and as a constant: two values for it, one of them of no effect
def test_with_its_values_put_back_the_program_is_the_one_it_was():
    where = "code_objects/G_stateupdater.cpp"
    files, values = opened(FILES, OWNED, [(where, 0), (where, 1)], 4)
    back = _filled(files, values, 4)
    assert back["main.cpp"].replace("3.0;", "3;").split() == MAIN.split()
    assert float(re.search(r"V_r = (.*);", back[where])[1]) == -0.07
    assert "x = 0.5 * tau + 0.001;" in back[where]
    assert [(v.kind, v.value) for v in values if v.file == where] == [
        *(("constant", 0.02), ("constant", -0.07), ("constant", math.inf), ("literal", 0.5), ("literal", 1e-3))
    ]


# programs that are another for a number that only their C++ has
def test_programs_that_differ_in_opened_numbers_alone_are_equal():
    other = {name: text.replace("0.02;", "0.03;").replace("run(0.1", "run(0.7") for name, text in FILES.items()}
    one, values = opened(FILES, OWNED, [], 4)
    two, others = opened(other, OWNED, [], 4)
    assert one == two
    assert [(a.value, b.value) for a, b in zip(values, others, strict=True) if a != b] == [(0.02, 0.03), (0.1, 0.7)]


def test_differing_finds_where_numbers_are_others():
    base = {"a.cpp": "x = 0.5; y = 1.5; p1 = z2 + 3;", "b.cpp": "w = 2.0;"}
    assert differing(base, base) == set()
    assert differing(base, {**base, "a.cpp": "x = 0.5; y = 2.5e-07; p1 = z2 + 3;"}) == {("a.cpp", 1)}
    assert differing(base, {"a.cpp": "x = 1.; y = 1.5; p1 = z2 + 3;", "b.cpp": "w = .25;"}) == {
        ("a.cpp", 0),
        ("b.cpp", 0),
    }


# another program run with a changed number: one of its texts, sizes or files is another, and must be compiled
@pytest.mark.parametrize(
    "other",
    [
        {"a.cpp": "x = 0.5; n = 4;"},
        {"a.cpp": "x = 0.5; m = 3;"},
        {"a.cpp": "x = 0.5; n = 3; y = 0.5;"},
        {"a.cpp": "x = 1; n = 3;"},
        {"a.cpp": 'x = 0.5; n = 3; "0.7"'},
        {"a.cpp": "x = 0.5; n = 3;", "b.cpp": ""},
        {"c.cpp": "x = 0.5; n = 3;"},
    ],
)
def test_differing_is_none_for_any_other_difference(other):
    assert differing({"a.cpp": "x = 0.5; n = 3;"}, other) is None


# the sign of a number that turns: `- 0.5` for `0.5` is another text, which no value at the position of 0.5 gives
def test_a_number_whose_sign_turns_is_another_program():
    assert differing({"a.cpp": "x = 0.5*y;"}, {"a.cpp": "x = -0.5*y;"}) is None


# what is found at a position by one function opened at another by the other one
def test_what_differs_is_what_is_opened():
    base = {"a.cpp": "x1 = 0.5*y_2 + 1e3 - f(2., 3, .5);"}
    other = {"a.cpp": "x1 = 0.5*y_2 + 1e3 - f(7., 3, .5);"}
    places = differing(base, other)
    one, values = opened(base, {}, places, 0)
    two, others = opened(other, {}, places, 0)
    assert one == two == {"a.cpp": "x1 = 0.5*y_2 + 1e3 - f(open_value::of[0], 3, .5);"}
    assert (values[0].value, others[0].value) == (2, 7)
