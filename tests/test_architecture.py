"""ARCHITECTURE.md against the code: what each room may import."""

import ast
import re
from pathlib import Path


def _allowed():
    """Return the modules that each module may import, from the table of rooms."""
    allowed = {}
    for line in Path("ARCHITECTURE.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rooms = re.findall(r"`((?:doctor/)?\w+)\.py`", cells[0])
        if rooms and len(cells) == 3:
            allowed |= {room: set(re.findall(r"[\w/]+", cells[2])) for room in rooms}
    return allowed


def _imported(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pipeline":
            names = [node.module] if "." in node.module else [f"pipeline.{name.name}" for name in node.names]
            if node.module == "pipeline.doctor":
                names = [f"pipeline.doctor.{name.name}" for name in node.names]
            found |= {"/".join(name.split(".")[1:]) for name in names}
    return found


def test_every_room_imports_only_what_its_row_says():
    allowed = _allowed()
    paths = [*Path("pipeline").glob("*.py"), *Path("pipeline/doctor").glob("*.py")]
    modules = {
        path.relative_to("pipeline").with_suffix("").as_posix(): path for path in paths if path.stem != "__init__"
    }
    assert set(allowed) == set(modules)
    for name, path in modules.items():
        if allowed[name] != {"everything"}:
            assert _imported(path) <= allowed[name] - {name}, name
