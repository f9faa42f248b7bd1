"""Thin lines in a box: how line-like each pixel is, and the one path that runs through the box along the darkest line.

Long narrow filters of many directions see a crack through the grain of asphalt, where each pixel alone drowns in it.
As a box is drawn around all of a line, the line goes from one end of the box to the other: the path is found by
dynamic programming, a row at a time along the longer side.
Source: own; paths after Avidan and Shamir, Seam Carving (2007).
"""

from __future__ import annotations

import functools

import cv2
import numpy as np

_DIRECTIONS = 12
_WIDTH_PX, _LENGTH_PX = 1.5, 14.0  # sigma across, and about how far it goes on straight
_REACH_PX = 2  # how far the path may step aside in a row


def line_strength(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how much of a dark and of a bright line each pixel lies on, (h, w) float32 >= 0 each.

    Args:
        grey: (h, w) float32.
    """
    dark = bright = np.zeros_like(grey)
    for kernel in _kernels():
        found = cv2.filter2D(grey, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
        dark, bright = np.maximum(dark, found), np.maximum(bright, -found)
    return dark, bright


@functools.lru_cache(maxsize=1)
def _kernels() -> tuple[np.ndarray, ...]:
    """Return the filters, each of mean 0 and positive across a dark line of its direction."""
    reach = round(_LENGTH_PX)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernels = []
    for angle in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        bend = (across / _WIDTH_PX) ** 2
        kernel = (bend - 1) * np.exp(-0.5 * bend - 2.0 * (along / _LENGTH_PX) ** 2)
        kernel -= kernel.mean()
        kernels.append((2.0 * kernel / np.abs(kernel).sum()).astype(np.float32))
    return tuple(kernels)


def path_through(strength: np.ndarray) -> np.ndarray:
    """Return the strongest path from one end of an array to the other along its longer side, (h, w) bool, 1 px wide.

    Args:
        strength: (h, w) float32.
    """
    if strength.shape[0] < strength.shape[1]:
        return np.ascontiguousarray(path_through(np.ascontiguousarray(strength.T)).T)
    height, width = strength.shape
    column = np.arange(width)
    total, steps = strength[0], np.zeros((height, width), np.int64)
    for row in range(1, height):
        before = np.pad(total, _REACH_PX, constant_values=-np.inf)
        choices = np.stack([before[shift : shift + width] for shift in range(2 * _REACH_PX + 1)])
        steps[row] = choices.argmax(axis=0)
        total = strength[row] + choices[steps[row], column]
    path = np.zeros((height, width), bool)
    at = int(np.argmax(total))
    for row in range(height - 1, -1, -1):
        following = min(width - 1, max(0, at + int(steps[row, at]) - _REACH_PX)) if row else at
        path[row, min(at, following) : max(at, following) + 1] = True
        at = following
    return path
