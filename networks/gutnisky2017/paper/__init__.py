"""The figures of Gutnisky et al. (2017), and the comparison with the authors' program, for the network of network.py."""

from pathlib import Path

FOLDER = Path("networks/gutnisky2017")
SURVEY = FOLDER / "paper" / "figures.yaml"
REFERENCE = FOLDER / "reference"
