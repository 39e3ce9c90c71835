"""`make gallery`, second part: the pictures of docs/doctor.md, from two sick networks of the gallery."""

from pathlib import Path

from pipeline.doctor.script import examine_script
from pipeline.doctor.show import figures
from pipeline.engine.apart import apart

SICK = Path("tests/gallery/sick")
DOCS = Path("docs")


def draw(name: str, pictures: tuple[str, ...]) -> None:
    """Write docs/doctor_PICTURE.png for a network of the gallery."""
    diagnosis = examine_script(SICK / f"{name}.py")
    found = diagnosis.material
    assert found is not None
    for picture in pictures:
        drawn = figures.after(found, diagnosis.fixed) if picture == "after" else getattr(figures, picture)(found)
        if drawn is not None:
            drawn.savefig(DOCS / f"doctor_{picture}.png", dpi=90)


if __name__ == "__main__":
    apart(draw, "driving_force_as_current", ("trajectory", "events", "after"), cpu_s=100)
    apart(draw, "rk4_on_the_spike", ("stability",), cpu_s=100)
