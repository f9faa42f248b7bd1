"""Texture that a defect has of its own: how strongly it runs down, across and neither way, and more of the same.

The fine part of it is a sum of independent fields, one for each way that it runs. Looked at through the defect's mask,
a field shows weaker than it is, and a little of it as another; so what is made is measured through the same mask, and
the fields' strengths are those that measure as the real texture does. Source: own; the strengths are found as in
Richardson (1972) and Lucy (1974).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import cv2
import numpy as np

from generator.core.seeds import texture_rng
from generator.defect.texture import clouds
from generator.imaging.noise import white
from generator.imaging.surround import FINE_PX

_RUNS = ((0.4, 20.0), (0.4, 3.0), (20.0, 0.4), (3.0, 0.4), (1.2, 1.2))  # sigma of the mean across and down
WAYS = len(_RUNS) + 1
"""How many ways a fine texture runs: long and short streaks down, the same across, grains, and the rest."""
_SHARP_PX = 0.6  # sigma of what optics leave of a point
_APART = 0x9E3779B9  # keeps this texture apart from the clouds of the same number
_TRIALS, _STEPS = 4, 60  # fields of each way that are looked at, and steps towards their strengths

Calm = Callable[[np.ndarray, float, float], np.ndarray]


def deviations(change: np.ndarray, where: np.ndarray) -> tuple[float, ...]:
    """Return the deviations of the fields whose sum measures as a texture does through the same mask.

    Args:
        change: (h, w) float32.
        where: (h, w) bool, the pixels that are judged, and that alone are looked at; at least one.

    Returns:
        One for each of the ``WAYS``, >= 0.
    """
    seen = _seen(change, where)
    shows = np.zeros((WAYS, WAYS))  # of a field of deviation 1 that runs one way (column), as each way (row)
    for number in range(_TRIALS):
        for way, field in enumerate(_fields(where.shape, number)):
            shows[:, way] += _seen(field, where) / _TRIALS
    power = np.full(WAYS, seen.sum() / WAYS)
    for _ in range(_STEPS):
        power *= shows.T @ (seen / np.maximum(shows @ power, 1e-12)) / np.maximum(shows.sum(axis=0), 1e-12)
    return tuple(np.sqrt(power).tolist())


def texture(
    hw: tuple[int, int],
    wanted: Sequence[float],
    cloudy: float,
    clouds_px: Sequence[float],
    turn_deg: float,
    number: int,
) -> np.ndarray:
    """Return a texture with such deviations, turned.

    Args:
        hw: height and width in px.
        wanted: deviation of each of the ``WAYS`` that its fine part runs.
        cloudy: deviation of its coarse part.
        clouds_px: size of that, across and down.
        turn_deg: counter-clockwise as displayed.
        number: the texture's number, as drawn.

    Returns:
        (h, w) float32, mean about 0.
    """
    side = math.ceil(math.hypot(*hw)) + 4
    matrix = cv2.getRotationMatrix2D((side / 2.0 - 0.5, side / 2.0 - 0.5), turn_deg, 1.0)
    matrix[:, 2] -= (side - hw[1]) // 2, (side - hw[0]) // 2

    def turned(field: np.ndarray) -> np.ndarray:
        return cv2.warpAffine(field, matrix, (hw[1], hw[0]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)

    found = np.zeros(hw, np.float32)
    if cloudy > 0:
        found += turned(_clouds(side, clouds_px, number)) * np.float32(cloudy)
    if any(wanted):
        fields = _fields((side, side), number ^ _APART)
        fine = sum(field * np.float32(deviation) for field, deviation in zip(fields, wanted, strict=True))
        calmer = turned(fine)  # between pixels
        found += calmer * np.float32(float(fine.std()) / max(float(calmer.std()), 1e-6))
    return found


def _clouds(side: int, clouds_px: Sequence[float], number: int) -> np.ndarray:
    """Return clouds as large as said across and down, (side, side) float32 of deviation about 1."""
    size_px = min(clouds_px)
    columns, rows = (math.ceil(side * size_px / each) for each in clouds_px)
    found = clouds((rows, columns), size_px, number)
    return found if rows == columns else cv2.resize(found, (side, side), interpolation=cv2.INTER_CUBIC)


def _seen(change: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Return the power of each way within a mask, as pixels within it alone tell, (WAYS,)."""
    known = where.astype(np.float32)

    def calm(values: np.ndarray, across_px: float, down_px: float) -> np.ndarray:
        share, total = (
            cv2.GaussianBlur(part, (0, 0), sigmaX=across_px, sigmaY=down_px, borderType=cv2.BORDER_REPLICATE)
            for part in (known, np.where(where, values, np.float32(0)))
        )
        return total / np.maximum(share, 1e-4)

    return np.array([float(part[where].var()) for part in _apart(change, calm)])


def _fields(hw: tuple[int, int], number: int) -> list[np.ndarray]:
    """Return a field for each way, independent of each other, (h, w) float32 of deviation about 1."""
    noises = white((WAYS * hw[0], hw[1]), texture_rng(number)).reshape(WAYS, *hw)
    return [_one_of(_sharp(noise), way) / _usual(way) for way, noise in enumerate(noises)]


@functools.cache
def _usual(way: int) -> np.float32:
    """Return the deviation of what runs one way in noise of deviation 1: the root of the power of a point's picture."""
    point = np.zeros((129, 129), np.float32)
    point[64, 64] = 1.0
    return np.sqrt((_one_of(_sharp(point), way) ** 2).sum())


def _sharp(noise: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(noise, (0, 0), _SHARP_PX)


def _open(values: np.ndarray, across_px: float, down_px: float) -> np.ndarray:
    """Return the weighted mean around each pixel where all of them are known."""
    return cv2.GaussianBlur(values, (0, 0), sigmaX=across_px, sigmaY=down_px, borderType=cv2.BORDER_REFLECT)


def _one_of(values: np.ndarray, way: int) -> np.ndarray:
    """Return what is fine of values and runs one way."""
    return next(islice(_apart(values, _open), way, None))


def _apart(values: np.ndarray, calm: Calm) -> Iterator[np.ndarray]:
    """Yield what is fine of values, way by way."""
    fine = values - calm(values, FINE_PX, FINE_PX)
    for across_px, down_px in _RUNS:
        part = calm(fine, across_px, down_px)
        yield part
        fine = fine - part
    yield fine
