"""Dots of a plate: those that its face is made of, or those that a raster of dots would print of any other face.

Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.text.plate import Plate

_ENOUGH = 0.5


def dots_of(plate: Plate, rows: int, diameter: float) -> tuple[np.ndarray, float]:
    """Return the dots of a plate, in the order of their characters, and their pitch.

    Args:
        plate: with at least one character.
        rows: dots on the height of a capital, for faces that are not made of dots.
        diameter: of a dot, share of the pitch.

    Returns:
        (n, 3) float32 u, v and number; px between neighbours. Every character has at least one.
    """
    if plate.marks is not None and len(plate.marks.dots_uvn):
        dots, pitch = plate.marks.dots_uvn, plate.marks.pitch_px
    else:
        dots, pitch = _sampled(plate, rows, diameter)
    return dots[np.argsort(dots[:, 2], kind="stable")], pitch


def _sampled(plate: Plate, rows: int, diameter: float) -> tuple[np.ndarray, float]:
    """Return the points of a grid on the first baseline around which at least half of what a stroke can give is ink."""
    height, width = plate.cover.shape
    pitch = plate.height_px / (rows - 1 + diameter)
    lowest = float(plate.lines[0].baseline_uv[0, 1]) - 0.5 * diameter * pitch if plate.lines else 0.5 * pitch
    v = np.arange(lowest % pitch, height, pitch)
    u = np.arange(0.5 * pitch, width, pitch)
    window = max(1, round(0.9 * pitch))
    mean = cv2.blur(plate.cover, (window, window), borderType=cv2.BORDER_CONSTANT)
    matrix = np.array([[pitch, 0.0, u[0] - 0.5], [0.0, pitch, v[0] - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    ink = cv2.warpAffine(mean, matrix, (len(u), len(v)), flags=flags)
    owner = plate.owner[v.astype(np.intp)[:, None], u.astype(np.intp)].astype(np.intp)
    most = np.zeros(len(plate.chars) + 1, np.float32)
    np.maximum.at(most, owner.ravel(), ink.ravel())
    usual = float(np.median(most[1:]))
    needed = _ENOUGH * np.minimum(most, usual)
    needed[most == 0] = np.inf
    row, column = np.nonzero(ink >= needed[owner])
    found = np.stack([u[column], v[row], owner[row, column]], axis=1).astype(np.float32)
    missed = np.flatnonzero(most[1:] == 0)
    middles = (plate.boxes_uv[missed, :2] + plate.boxes_uv[missed, 2:]) / 2.0
    rest = np.concatenate([middles, missed[:, None] + 1.0], axis=1).astype(np.float32)
    return np.concatenate([found, rest]), pitch
