"""What a training is asked for. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.core.errors import ConfigError
from generator.harvest.harvest import HarvestRequest

_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """What a model learns from.

    Attributes:
        real: which real defects, as a harvest takes them.
        kinds: by class the catalogue's kinds that it is shown first; those not named: kinds of the same name.
        drawn: number of defects that are drawn of them, and of kinds fitted to the real ones, in 0..100,000.
        held_out: share of each class's images that it never learns from, in [0, 0.5]; less than one image is none.
        goods: most good images that it sees, >= 1.
        seed: everything drawn follows from it, >= 0.
    """

    real: HarvestRequest = field(default_factory=HarvestRequest)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drawn: int = 240
    held_out: float = 0.1
    goods: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.drawn <= _MOST:
            raise ConfigError("drawn", f"a whole number in 0..{_MOST}", self.drawn)
        if not 0 <= self.held_out <= 0.5:
            raise ConfigError("held_out", "a share in [0, 0.5]", self.held_out)
        if not 1 <= self.goods <= _MOST:
            raise ConfigError("goods", f"a whole number in 1..{_MOST}", self.goods)
        if self.seed < 0:
            raise ConfigError("seed", "a whole number >= 0", self.seed)
