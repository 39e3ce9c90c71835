"""The rates within which a network is alive: beyond them it is silent or runs away."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from pipeline.config.reader import Frozen, Real
from pipeline.config.tables import Row
from pipeline.network.model import Model

WHOLE = "whole_rate_"
"""Begin of the names of columns with the rate of all neurons of a population, where rate_P may be of others."""

DEEPEST = 2.0
"""Decades below the envelope that a rate of 0 counts as."""

Span = Annotated[tuple[Real, Real], Field(strict=False)]


class Envelope(Frozen):
    """Rates in spikes/s by population, low and high, beyond which a network is silent or runs away.

    In a file the populations are the keys: `{E: [0.01, 100], I: [0.1, 300]}`.
    """

    rates: dict[str, Span]

    @model_validator(mode="before")
    @classmethod
    def _by_population(cls, content: Any) -> Any:
        return content if isinstance(content, dict) and set(content) == {"rates"} else {"rates": content}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the schema of what a file has: the populations, without `rates`."""
        found = handler.resolve_ref_schema(handler(core))
        return {"description": found["description"], **found["properties"]["rates"]}

    @model_validator(mode="after")
    def _ordered(self) -> "Envelope":
        for name, (low, high) in self.rates.items():
            if not 0 < low < high:
                raise ValueError(f"{name} takes [low, high] with 0 < low < high, in spikes/s")
        return self

    @classmethod
    def of(cls, model: Model, own: "Envelope | None" = None) -> "Envelope":
        """Return the envelope of a network, with the populations of `own` in place of its own."""
        # not validated: a network may have no lower bound, which is a low of 0
        return cls.model_construct(rates={**model.envelope, **(own.rates if own else {})})

    def beyond(self, rates: Mapping[str, Any]) -> tuple[float, str | None]:
        """Return how far the worst of the rates is beyond, in decades, negative within, and what that means."""
        worst, problem = -math.inf, None
        for population, (low, high) in self.rates.items():
            rate = _rate(rates, population)
            below = -DEEPEST if low == 0 else min(math.log10(low / rate), DEEPEST) if rate > 0 else DEEPEST
            above = math.log10(rate / high) if rate > 0 else -DEEPEST
            if max(below, above) > worst:
                worst = max(below, above)
                what = "is silent" if below > above else "runs away"
                problem = f"{population} {what}, {rate:.3g} spikes/s"
        return worst, problem if worst > 0 else None

    def problem(self, rates: Row, divergence: object | None) -> str | None:
        """Return what is wrong with a run, in words: what diverged in it, else which populations run away, or None."""
        return str(divergence) if divergence else self.runaway(rates)

    def runaway(self, rates: Row) -> str | None:
        """Return which populations fire above the envelope, in words; None where none does."""
        wild = [
            f"{population} runs away, {_rate(rates, population):.3g} spikes/s"
            for population, (_, high) in self.rates.items()
            if _rate(rates, population) > high
        ]
        return "; ".join(wild) or None


def _rate(row: Mapping[str, Any], population: str) -> float:
    """Return the rate of all neurons of a population in a row of a run that did not diverge."""
    rate = row.get(f"{WHOLE}{population}", row.get(f"rate_{population}"))
    return 0.0 if rate is None else float(rate)
