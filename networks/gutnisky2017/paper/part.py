"""What a configuration asks of this network beside sweeps and fit, in its key `own`: comparisons and figures of the paper."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from networks.gutnisky2017.paper import REFERENCE
from networks.gutnisky2017.paper.authors import FILES
from networks.gutnisky2017.paper.survey import Survey
from pipeline.config.reader import ConfigError, File, Frozen, nearest, parse
from pipeline.plan.run import Plan

VALUES = ("psth.csv", "second_order.csv", "step_error.csv", *FILES.values())
"""Files of the authors' values, in the folder `reference`."""

CURVES = {
    "rates": ("whisking", "A_T", ("rate_E", "rate_I")),
    "response": ("touch", "C_T", ("R_T", "R_E", "R_I")),
    "delays": ("touch", "delay_EI", ("R_E", "R_I")),
}
"""Protocol, knob and features of the curves that are compared with the authors' program."""


class Part(Frozen):
    """`rates`, `response`, `delays`: the sweeps that these curves are drawn from; `survey`: the figures of the paper."""

    rates: str | None = None
    response: str | None = None
    delays: str | None = None
    survey: File | None = None
    budget: str = "preview"
    reference: File = Field(f"{REFERENCE}")

    @property
    def curves(self) -> dict[str, str]:
        """The curves that are asked for, with their sweeps."""
        return {name: sweep for name in CURVES if (sweep := getattr(self, name)) is not None}

    @property
    def values(self) -> list[str]:
        """Files of the authors' values."""
        return [f"{self.reference}/{name}" for name in VALUES]


def read_part(content: Mapping[str, Any], plan: Plan, where: str) -> tuple[Part, Survey | None]:
    """Return what the key `own` of a configuration asks for, and its survey; ConfigError for what is wrong with it."""
    part = parse(Part, dict(content), f"{where}: own")
    if missing := [path for path in part.values if not os.path.isfile(path)]:
        raise ConfigError(f"{where}: own.reference = {part.reference!r} lacks {Path(missing[0]).name}.")
    for name, sweep in part.curves.items():
        if sweep not in plan.sweeps:
            raise ConfigError(f"{where}: own.{name} = {sweep!r} is none of the sweeps{nearest(sweep, plan.sweeps)}.")
        protocol, knob, _ = CURVES[name]
        wanted = plan.sweeps[sweep]
        if protocol not in wanted.protocols or list(wanted.axes) != [knob] or wanted.set:
            raise ConfigError(
                f"{plan.run.sweeps[sweep]}: own.{name} needs the protocol {protocol!r}, {knob!r} as the only axis, and "
                "no knob set to another value than the model's, with which the reference is compared."
            )
    return part, Survey(part.survey, part.budget, plan.model) if part.survey else None
