"""Several fonts as one: each text is set in a face of one of them. Source: own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, require
from generator.text.port import Ask, Face, Font


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """A mixture of fonts.

    Attributes:
        fonts: by name.
        weights: how often each is taken, by its name, >= 0; 1 where it is not named; None: all alike.
    """

    fonts: dict[str, Font]
    weights: dict[str, float] | None = None

    def __post_init__(self) -> None:
        for name, weight in (self.weights or {}).items():
            require(name in self.fonts, f"weights.{name}", "one of " + ", ".join(self.fonts), f"'{name}'")
            require(0 <= weight < math.inf, f"weights.{name}", "a number >= 0", weight)
        require(any(self._weight(name) > 0 for name in self.fonts), "fonts", "at least one with a weight > 0", "none")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of face there are, each once."""
        return tuple(dict.fromkeys(kind for font in self.fonts.values() for kind in font.kinds))

    def draw(self, text: str, ask: Ask, rng: np.random.Generator, kinds: Sequence[str]) -> Face | None:
        """Return a face of one of the fonts that have such kinds; where the first has none for the text, of another.

        Raises:
            ConfigError: no font has such a kind.
        """
        names = [name for name, font in self.fonts.items() if self._weight(name) > 0 and set(kinds) & set(font.kinds)]
        if not names:
            hint = "Add a font that has them, or choose another marking."
            raise ConfigError("text.font.fonts", f"faces of kind {' or '.join(kinds)}", " and ".join(self.kinds), hint)
        weights = np.array([self._weight(name) for name in names])
        keys = rng.random(len(names)) ** (1.0 / weights)
        for i in np.argsort(-keys, kind="stable").tolist():
            face = self.fonts[names[i]].draw(text, ask, rng, kinds)
            if face is not None:
                return face
        return None

    def turned_down(self, text: str, ask: Ask) -> dict[str, tuple[str, ...]]:
        """Return which letters of a text each face of all fonts lacks, by the face's name."""
        return {name: letters for font in self.fonts.values() for name, letters in font.turned_down(text, ask).items()}

    def digest(self) -> str:
        """Return a hash of the files that all of them read."""
        return "\n".join(f"{name} {font.digest()}" for name, font in self.fonts.items())

    def findings(self) -> tuple[Finding, ...]:
        """Return what all of them noticed."""
        return tuple(finding for font in self.fonts.values() for finding in font.findings())

    def _weight(self, name: str) -> float:
        return (self.weights or {}).get(name, 1.0)
