"""A budget that thins a sweep, so that it can be seen before a night is spent on it."""

import math

from pydantic import Field

from pipeline.config.reader import Frozen
from pipeline.sweep.design import Axis, Sweep
from pipeline.sweep.indices import FEWEST


class Budget(Frozen):
    """The most values of an axis of steps, networks and measured seconds; what is not given stays as it is."""

    values: int | None = Field(None, ge=2)
    networks: int | None = Field(None, ge=1)
    duration: float | None = Field(None, gt=0)

    def thin(self, sweep: Sweep) -> Sweep:
        """Return the sweep at this budget. Listed values stay; of steps from low to high, every n-th is left out.

        Another design has at most as many samples as a product of so many values of its axes has places.
        """
        samples = sweep.samples
        if samples is not None and self.values is not None:
            least = FEWEST if sweep.design == "sobol" else 1
            samples = min(samples, max(self.values ** len(sweep.sampled), least))
            samples = 2 ** int(math.log2(samples)) if sweep.design == "sobol" else samples
        axes = {name: self._thin(axis) for name, axis in sweep.axes.items()}
        networks = min(sweep.networks, self.networks or sweep.networks)
        duration = min(sweep.duration, self.duration or sweep.duration)
        return sweep.model_copy(update={"axes": axes, "samples": samples, "networks": networks, "duration": duration})

    def _thin(self, axis: Axis) -> Axis:
        if axis.values is not None or self.values is None or len(axis.span) < 3:
            return axis
        low, high, n = axis.span
        steps = int(n) - 1
        # the ends and equal steps stay, so the new number of steps divides the old one
        kept = max(k for k in range(1, steps + 1) if steps % k == 0 and (k < self.values or k == 1))
        return Axis(**{"linear" if axis.linear else "log": (low, high, float(kept + 1))})
