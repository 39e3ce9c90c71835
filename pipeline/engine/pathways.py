"""Spikes on their way by ranges of synapses (pathway.h), in the C++ that Brian2 generates, and not by their numbers."""

import re
from pathlib import Path

HEADER = "synapses_classes.h"
"""Brian2's file of the class that is replaced."""

_ARRIVED = re.compile(
    r"std::vector<int> ?\*_spiking_synapses = (\w+)\.peek\(\);\s*"
    r"const int _num_spiking_synapses = _spiking_synapses->size\(\);"
)
_EACH = re.compile(
    r"for\s*\(int _spiking_synapse_idx\s*=\s*0;\s*_spiking_synapse_idx\s*<\s*_num_spiking_synapses;\s*"
    r"_spiking_synapse_idx\+\+\)\s*\{\s*const size_t _idx = \(\*_spiking_synapses\)\[_spiking_synapse_idx\];"
)


def by_ranges(files: dict[str, str]) -> None:
    """Change the files of a program: its pathways, and the loops over what arrives, where they look as they are known.

    Other loops work as they are, a little slower.
    """
    if HEADER not in files:
        return
    files[HEADER] = Path(__file__).with_name("pathway.h").read_text(encoding="utf-8")
    for name, text in files.items():
        loops = list(_EACH.finditer(text))
        if name.startswith("code_objects/") and len(loops) == len(_ARRIVED.findall(text)) == 1:
            ranges = _ARRIVED.sub(r"const std::vector<SynapseRange> &_ranges = \1.ranges();", text)
            files[name] = _EACH.sub(
                "for (const SynapseRange &_range : _ranges)\n"
                "        for (size_t _idx = _range.begin; _idx < (size_t)_range.end; _idx++)\n        {",
                ranges,
            )
