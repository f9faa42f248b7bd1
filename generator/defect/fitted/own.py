"""Fine texture that a defect has of its own: how strongly it runs down, across and neither way, and more of the same.

Streaks are told apart by their length, as those of grinding run on where those of grain end. Source: own; the powers
of what is made are found by multiplicative updates (Lee and Seung, 2001).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import cv2
import numpy as np

from generator.core.seeds import texture_rng
from generator.imaging.noise import white
from generator.imaging.surround import FINE_PX

PARTS = 5  # long streaks down and across, short ones down and across, and the rest
_LENGTHS_PX, _NARROW_PX = (12.0, 3.0), 0.4  # sigma of the mean along a streak, long and short, and across it
_SHARP_PX = 0.6  # sigma of what optics leave of a point
_ROUNDS = 60
_LEAST_SHARE = 0.02  # of a kind in what is made; less costs as much and is not seen
_SAMPLE_PX = 256
_APART = 0x9E3779B9  # keeps this texture apart from the clouds of the same number


def deviations(change: np.ndarray, where: np.ndarray) -> tuple[float, ...]:
    """Return the deviations of the fine texture's long streaks down and across, of its short ones, and of the rest.

    Args:
        change: (h, w) float32.
        where: (h, w) bool, the pixels that are judged, and that alone are looked at; at least one.
    """
    known = where.astype(np.float32)

    def calm(values: np.ndarray, across_px: float, down_px: float) -> np.ndarray:
        share, total = (
            cv2.GaussianBlur(part, (0, 0), sigmaX=across_px, sigmaY=down_px, borderType=cv2.BORDER_REPLICATE)
            for part in (known, np.where(where, values, np.float32(0)))
        )
        return total / np.maximum(share, 1e-4)

    return tuple(float(part[where].std()) for part in _apart(change, calm))


def streaks(hw: tuple[int, int], wanted: Sequence[float], turn_deg: float, number: int) -> np.ndarray:
    """Return a fine texture on which such deviations are measured, turned.

    Args:
        hw: height and width in px.
        wanted: deviations, as ``deviations`` gives them.
        turn_deg: counter-clockwise as displayed.
        number: the texture's number, as drawn.

    Returns:
        (h, w) float32, mean about 0.
    """
    side = math.ceil(math.hypot(*hw)) + 4
    rng = texture_rng(number ^ _APART)
    upright = np.zeros((side, side), np.float32)
    for kind, power in enumerate(_powers(tuple(wanted))):
        if power > 0:
            upright += _made(kind, side, rng) * np.float32(math.sqrt(power))
    matrix = cv2.getRotationMatrix2D((side / 2.0 - 0.5, side / 2.0 - 0.5), turn_deg, 1.0)
    matrix[:, 2] -= (side - hw[1]) / 2.0, (side - hw[0]) / 2.0
    turned = cv2.warpAffine(upright, matrix, (hw[1], hw[0]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return turned * np.float32(float(upright.std()) / max(float(turned.std()), 1e-6))  # between pixels it is calmer


def _made(kind: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """Return streaks of one kind, or grain without any, (side, side) float32, deviation 1."""
    length_px = _LENGTHS_PX[kind // 2] if kind < PARTS - 1 else _SHARP_PX
    x_px, y_px = (_SHARP_PX, length_px) if kind % 2 == 0 else (length_px, _SHARP_PX)
    made = cv2.GaussianBlur(white((side, side), rng), (0, 0), sigmaX=x_px, sigmaY=y_px, borderType=cv2.BORDER_REFLECT)
    made -= cv2.GaussianBlur(made, (0, 0), FINE_PX, borderType=cv2.BORDER_REFLECT)
    return made / np.float32(max(float(made.std()), 1e-6))


@lru_cache(maxsize=1024)
def _powers(wanted: tuple[float, ...]) -> tuple[float, ...]:
    """Return the powers of the kinds of streaks that together measure as wanted, as nearly as powers >= 0 can."""
    seen, aim = _seen(), np.square(wanted)
    powers = aim.copy()
    for _ in range(_ROUNDS):
        powers *= (seen.T @ aim) / np.maximum(seen.T @ (seen @ powers), 1e-12)
    powers[powers < _LEAST_SHARE * powers.sum()] = 0.0
    return tuple(powers.tolist())


@lru_cache(maxsize=1)
def _seen() -> np.ndarray:
    """Return what is measured, squared, on each kind of streaks of deviation 1: (PARTS, PARTS), a column a kind."""
    rng, everywhere = texture_rng(0), np.ones((_SAMPLE_PX, _SAMPLE_PX), bool)
    return np.stack([np.square(deviations(_made(kind, _SAMPLE_PX, rng), everywhere)) for kind in range(PARTS)], axis=1)


def _apart(values: np.ndarray, calm: Callable[[np.ndarray, float, float], np.ndarray]) -> list[np.ndarray]:
    """Return the parts of what is fine of values: streaks, the longest first, and the rest."""
    rest, parts = values - calm(values, FINE_PX, FINE_PX), []
    for length_px in _LENGTHS_PX:
        for sides_px in ((_NARROW_PX, length_px), (length_px, _NARROW_PX)):
            parts.append(calm(rest, *sides_px))
            rest = rest - parts[-1]
    return [*parts, rest]
