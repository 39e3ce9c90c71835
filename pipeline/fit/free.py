"""The knobs that a fit seeks: their ranges, and knobs that follow them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from pipeline.config.reader import Frozen


class Free(Frozen):
    """The range of one fitted knob."""

    low: float = Field(description="The lowest value, in the unit of the knob.")
    high: float = Field(description="The highest value.")
    log: bool = Field(True, description="Whether the range is searched on a logarithmic scale; low is above 0 then.")

    @model_validator(mode="after")
    def _ordered(self) -> "Free":
        if not self.low < self.high:
            raise ValueError(f"low = {self.low:g} is not below high = {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError("log needs low > 0")
        return self

    def place(self, value: ArrayLike) -> np.ndarray:
        """Return where values lie in the range, 0 at low and 1 at high, on a logarithmic scale where it is one."""
        values, low, high = (np.asarray(np.log(x) if self.log else x) for x in (value, self.low, self.high))
        return np.asarray((values - low) / (high - low))


def knob_values(places: np.ndarray, free: Mapping[str, Free]) -> np.ndarray:
    """Return the values of the free knobs (..., knobs) at places in the unit cube of their ranges."""
    columns = []
    for u, span in zip(np.moveaxis(places, -1, 0), free.values(), strict=True):
        value = span.low * (span.high / span.low) ** u if span.log else span.low + u * (span.high - span.low)
        columns.append(np.clip(value, span.low, span.high))
    return np.stack(columns, axis=-1)


@dataclass(frozen=True)
class Tie:
    """A knob that follows a free one: factor * knob + offset."""

    factor: float
    knob: str
    offset: float

    @classmethod
    def read(cls, text: str) -> "Tie":
        """Return the tie that `text` says; ValueError where it says anything else."""
        number = r"\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+"
        found = re.fullmatch(rf"\s*(-?(?:{number}))\s*\*\s*([A-Za-z]\w*)\s*(?:([-+])\s*({number})\s*)?", text)
        if not found:
            raise ValueError(f"{text!r} is neither NUMBER * KNOB nor NUMBER * KNOB + NUMBER")
        return cls(float(found[1]), found[2], float((found[3] or "") + (found[4] or "0")))
