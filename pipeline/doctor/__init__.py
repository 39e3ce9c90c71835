"""The doctor: why a Brian2 network diverges, or does not do what it should.

from pipeline.doctor import diagnose, watching

with watching():          # optional: notes the constants with which each group is made
    group = NeuronGroup(...)
print(diagnose())         # all visible objects, or diagnose(network)
"""

from pipeline.doctor.diagnosis import Diagnosis, diagnose
from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.witness import watching

__all__ = ["Diagnosis", "Finding", "diagnose", "watching"]
