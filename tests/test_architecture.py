"""ARCHITECTURE.md against the code: what each wing of the package and each room of the doctor may import."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path("pipeline")
MODULES = {
    path.relative_to(PACKAGE).with_suffix("").as_posix(): path
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__init__"
}
ROOM = re.compile(r"`(\w+)\.py`")
TOLD = {"doctor/diagnosis": {"doctor/show/text", "doctor/show/embedded"}}
"""The imports that go back: a diagnosis that is printed, or shown in a notebook, asks for its text or its page."""


def _rows(first):
    """Return the cells of the rows of the table whose head begins with `first`, that head left out."""
    text = Path("ARCHITECTURE.md").read_text()
    table = text[text.index(f"\n| {first} |") :].strip().partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def imported(path):
    """Return the modules of the package that one imports, wherever in it, each as WING/MODULE."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [f"{node.module}.{name.name}" for name in node.names]
        elif isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")[1:] if name.startswith("pipeline.") else []
            found |= {"/".join(parts[:n]) for n in (1, 2, 3) if "/".join(parts[:n]) in MODULES} or set(parts[:1])
    return found


def test_every_module_is_in_a_wing_and_in_the_table():
    wings = {wing.strip("`/"): holds for wing, holds, _ in _rows("wing")}
    assert {path.stem for path in PACKAGE.glob("*.py")} == {"__init__", "__main__"}
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(wings)
    for wing, holds in wings.items():
        if wing == "doctor":
            continue
        listed = holds
        there = [path.name for path in (PACKAGE / wing).iterdir() if path.is_file() and path.stem != "__init__"]
        assert sorted(re.findall(r"`(\w+\.(?:py|h|cpp|css|js))`", listed)) == sorted(there), wing


def test_a_wing_imports_only_what_its_row_says_and_nothing_above_it():
    below = []
    for wing, _, may in _rows("wing"):
        name, allowed = wing.strip("`/"), set(re.findall(r"\w+", may))
        assert allowed <= set(below), name
        below.append(name)
        for path in (PACKAGE / name).rglob("*.py"):
            assert {module.partition("/")[0] for module in imported(path)} <= allowed | {name}, path


def test_a_room_of_the_doctor_holds_and_imports_what_its_row_says():
    rows = {room.strip("`/"): (holds, set(re.findall(r"\w+", may))) for room, holds, may in _rows("room")}
    there = {path.name for path in (PACKAGE / "doctor").iterdir() if (path / "__init__.py").exists()}
    assert there | {"root"} == set(rows)
    for room, (holds, allowed) in rows.items():
        folder = PACKAGE / "doctor" / ("" if room == "root" else room)
        paths = [path for path in folder.glob("*.py") if path.stem != "__init__"]
        assert sorted(ROOM.findall(holds)) == sorted(path.stem for path in paths), room
        for path in paths:
            parts = [module.split("/") for module in imported(path) if module.startswith("doctor/")]
            assert {part[1] if len(part) > 2 else "root" for part in parts} <= allowed | {room}, path


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: imported(path) & set(MODULES) for name, path in MODULES.items()}
    for name, told in TOLD.items():
        assert told <= graph[name]
        graph[name] -= told
    assert set(TopologicalSorter(graph).static_order()) == set(MODULES)
