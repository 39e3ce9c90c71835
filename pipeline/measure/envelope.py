"""The rates within which a network is alive: beyond them it is silent or runs away."""

import math
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.config.reader import Frozen
from pipeline.config.tables import Row

DEEPEST = 2.0
"""Decades below the envelope that a rate of 0 counts as."""


class Envelope(Frozen):
    """Rates in spikes/s, low and high, beyond which a network is silent or runs away."""

    E: Annotated[tuple[float, float], Field(strict=False)] = (0.01, 100.0)
    I: Annotated[tuple[float, float], Field(strict=False)] = (0.1, 300.0)  # noqa: E741, the population's name

    @model_validator(mode="after")
    def _ordered(self) -> "Envelope":
        for name, (low, high) in self:
            if not 0 < low < high:
                raise ValueError(f"{name} takes [low, high] with 0 < low < high, in spikes/s")
        return self

    def beyond(self, rates: Row) -> tuple[float, str | None]:
        """Return how far the worst of rate_E and rate_I is beyond, in decades, negative within, and what that means."""
        worst, problem = -math.inf, None
        for population, (low, high) in self:
            rate = rates[f"rate_{population}"]
            below = min(math.log10(low / rate), DEEPEST) if rate > 0 else DEEPEST
            above = math.log10(rate / high) if rate > 0 else -DEEPEST
            if max(below, above) > worst:
                worst = max(below, above)
                what = "is silent" if below > above else "runs away"
                problem = f"{population} {what}, {rate:.3g} spikes/s"
        return worst, problem if worst > 0 else None

    def runaway(self, rates: Row) -> str | None:
        """Return which populations fire above the envelope, in words; None where none does."""
        wild = [
            f"{population} runs away, {rates[f'rate_{population}']:.3g} spikes/s"
            for population, (_, high) in self
            if rates[f"rate_{population}"] > high
        ]
        return "; ".join(wild) or None
