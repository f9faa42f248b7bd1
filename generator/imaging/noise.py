"""Random fields: white, smooth, fractal and streaks.

Each is drawn on a grid as coarse as the field itself and brought to size by one ``cv2.resize`` or ``cv2.warpAffine``,
so the cost is that of the pixels, not of the octaves. All have mean about 0 and standard deviation about 1.
Source: own; value noise after Perlin (1985) and Lewis (1989).
"""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

import cv2
import numpy as np

from generator.core.seeds import texture_rng

# grain: its period, how far a number moves it, how many tiles are kept
_TILE_PX, _LATER_PX, _TILES = 256, 64, 4


@functools.lru_cache(maxsize=1)
def _quantiles() -> np.ndarray:
    """Return 256 equally likely values of the standard normal distribution, scaled to unit variance."""
    values = np.array([NormalDist().inv_cdf((i + 0.5) / 256) for i in range(256)])
    table = (values / values.std()).astype(np.float32)
    table.setflags(write=False)
    return table


def white(hw: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return independent values, normal in 256 steps, from one random byte a pixel.

    Args:
        hw: height and width in px.
        rng: source of chance.

    Returns:
        (H, W) float32, mean 0, standard deviation 1, within +-2.9.
    """
    return normal_of(random_bytes(hw, rng))


def random_bytes(hw: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return (H, W) uint8, every value as likely as any other: what ``white`` is made of."""
    count = hw[0] * hw[1]
    return rng.bit_generator.random_raw(count // 8 + 1).view(np.uint8)[:count].reshape(hw)


def normal_of(raw: np.ndarray) -> np.ndarray:
    """Return the normal values, float32, that (H, W) uint8 random bytes stand for."""
    return cv2.LUT(raw, _quantiles())


def smooth(hw: tuple[int, int], cell_px: float | tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Return value noise: random values on a grid, cubic in between.

    Args:
        hw: height and width in px.
        cell_px: the grid's pitch, or its (vertical, horizontal) pitches; below 1 px counts as 1.
        rng: source of chance.

    Returns:
        (H, W) float32.
    """
    cell_y, cell_x = (cell_px, cell_px) if isinstance(cell_px, (int, float)) else cell_px
    rows = min(hw[0], math.ceil(hw[0] / max(1.0, cell_y)) + 1)
    columns = min(hw[1], math.ceil(hw[1] / max(1.0, cell_x)) + 1)
    field = white((rows, columns), rng)
    if (rows, columns) == tuple(hw):
        return field
    return cv2.resize(field, (hw[1], hw[0]), interpolation=cv2.INTER_CUBIC) * np.float32(1.2)


def fractal(
    hw: tuple[int, int], cell_px: float, rng: np.random.Generator, octaves: int = 4, gain: float = 0.5
) -> np.ndarray:
    """Return fractal value noise (fBm): octaves of ``smooth``, each half as coarse and ``gain`` times as strong.

    Args:
        hw: height and width in px.
        cell_px: pitch of the coarsest octave.
        rng: source of chance.
        octaves: how many, >= 1; those finer than a pixel are left out.
        gain: strength from octave to octave; 0.5 is cloudy, 1 is 1/f.

    Returns:
        (H, W) float32.
    """
    height, width = hw
    cell = max(1.0, float(cell_px))
    rows, columns = min(height, math.ceil(height / cell) + 1), min(width, math.ceil(width / cell) + 1)
    field = white((rows, columns), rng)
    strength, power = 1.0, 1.0
    for _ in range(octaves - 1):
        if rows == height and columns == width:
            break
        rows, columns = min(height, 2 * rows), min(width, 2 * columns)
        field = cv2.resize(field, (columns, rows), interpolation=cv2.INTER_CUBIC)
        strength *= gain
        power += strength * strength
        field += white((rows, columns), rng) * np.float32(strength)
    field *= np.float32(1.15 / math.sqrt(power))
    if (rows, columns) == (height, width):
        return field
    return cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)


def streaks(
    hw: tuple[int, int], length_px: float, width_px: float, angle_deg: float, rng: np.random.Generator
) -> np.ndarray:
    """Return noise drawn out along one direction, as grinding, brushing or fibres leave it.

    Args:
        hw: height and width in px.
        length_px: correlation length along the streaks.
        width_px: correlation length across them; below 1 px counts as 1.
        angle_deg: direction of the streaks, counter-clockwise as displayed, 0 to the right.
        rng: source of chance.

    Returns:
        (H, W) float32.
    """
    height, width = hw
    length, thickness = max(1.0, length_px), max(1.0, width_px)
    angle = math.radians(angle_deg)
    along, across = (math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))
    reach = abs(width * along[0]) + abs(height * along[1])
    spread = abs(width * across[0]) + abs(height * across[1])
    field = white((math.ceil(spread / thickness) + 3, math.ceil(reach / length) + 3), rng)
    phase_x, phase_y = rng.random(2)
    start_x = 1 + phase_x - (min(0.0, width * along[0]) + min(0.0, height * along[1])) / length
    start_y = 1 + phase_y - (min(0.0, width * across[0]) + min(0.0, height * across[1])) / thickness
    to_grid = np.array(
        [
            [along[0] / length, along[1] / length, start_x],
            [across[0] / thickness, across[1] / thickness, start_y],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    drawn_out = cv2.warpAffine(field, to_grid, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return drawn_out * np.float32(1.4)


def grain(hw: tuple[int, int], number: int, cell_px: int = 1) -> np.ndarray:
    """Return ready-made noise for small windows: ``smooth`` that repeats every 256 px, cut from a few kept tiles.

    It hangs on the window's first pixel alone: a larger window with the same corner holds the smaller one.

    Args:
        hw: height and width in px.
        number: the texture's number, as drawn, >= 0.
        cell_px: pitch of the noise: 1, 2, 4, 8, ... up to 64.

    Returns:
        (H, W) float32, mean about 0, standard deviation about 1; read-only.
    """
    tile = _tile(number % _TILES, cell_px)
    top, left = number // _TILES % _LATER_PX, number // (_TILES * _LATER_PX) % _LATER_PX
    bottom, right = top + hw[0], left + hw[1]
    if bottom > tile.shape[0] or right > tile.shape[1]:
        more = max(0, bottom - _TILE_PX), max(0, right - _TILE_PX)
        tile = cv2.copyMakeBorder(tile[:_TILE_PX, :_TILE_PX], 0, more[0], 0, more[1], cv2.BORDER_WRAP)
        tile.setflags(write=False)
    return tile[top:bottom, left:right]


@functools.lru_cache(maxsize=16)
def _tile(variant: int, cell_px: int) -> np.ndarray:
    """Return noise that repeats every 256 px, 320 x 640, so that most windows lie within it."""
    side = _TILE_PX // cell_px
    field = white((side, side), texture_rng(variant))
    if cell_px > 1:
        wrapped = cv2.copyMakeBorder(field, 2, 2, 2, 2, cv2.BORDER_WRAP)
        size = (side + 4) * cell_px
        field = cv2.resize(wrapped, (size, size), interpolation=cv2.INTER_CUBIC)
        field = field[2 * cell_px : 2 * cell_px + _TILE_PX, 2 * cell_px : 2 * cell_px + _TILE_PX] * np.float32(1.2)
    tile = np.tile(field, (2, 3))[: _TILE_PX + _LATER_PX, : 2 * _TILE_PX + 2 * _LATER_PX]
    tile = np.ascontiguousarray(tile)
    tile.setflags(write=False)
    return tile
