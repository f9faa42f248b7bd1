"""Frames of one physical part, found by content: other exposures of it, or the same part a few seconds later.

Thumbnails with their light taken off propose pairs: each image's nearest, by correlation over small shifts. The fine
texture decides: two images are registered by a half-whitened phase correlation, whose peak must stand out, and the
texture must then correlate in most of the 25 blocks of their overlap. Products of one kind correlate at their outline
and print, frames of one part all over. How far is far enough is read off the set too: a pair must stand above the
set's typical pairs as these never do among each other; where all pairs are alike, none is grouped. Parts turned or
mirrored between the frames, and surfaces whose texture drowns in noise, are not found.
Source: own; whitening after the phase correlation of Kuglin and Hines (1975).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from generator.health.look import THUMB_PX

NEAREST = 12
"""Images proposed as frames of one part with each image."""
_SHIFT_PX = 2  # of thumbnails
_REACH = 0.15  # of a texture's longer side: how far one frame may be shifted against another
_TYPICAL = 4000  # about so many pairs say what is typical of a set
_BLOCK = 512
_LEAST_PEAK = 10.0  # spreads of the correlation around it
_PEAK_RATIO = 2.5  # to the upper quartile of typical pairs
_LEAST_CORRELATION, _STEPS = 0.22, 5.0
_BLOCKS, _WEAK_BLOCKS = 5, 0.25  # a side; share of the blocks that may correlate less
_LEAST_OVERLAP = 0.5
_LEAST_LINKED = 0.2  # of the links there could be between two sets of frames
_LEAST_THUMB = 0.15  # of less alike thumbnails no texture is looked at
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """What was found.

    Attributes:
        pairs: numbers of two images that show one part, first < second, the surest pair first.
        least_peak, least_correlation: what a pair had to reach on this set.
    """

    pairs: tuple[tuple[int, int], ...]
    least_peak: float
    least_correlation: float


def find_frames(thumbs: Sequence[np.ndarray], textures: Sequence[np.ndarray | None]) -> Frames:
    """Return the pairs of images that show one part.

    Args:
        thumbs: (THUMB_PX, THUMB_PX) high-pass of each image.
        textures: finer high-pass of each image at one scale; None: this image is left out.
    """
    seen = [number for number, texture in enumerate(textures) if texture is not None]
    if len(seen) < 2:
        return Frames(pairs=(), least_peak=_LEAST_PEAK, least_correlation=_LEAST_CORRELATION)
    proposed = _proposed(np.stack([thumbs[number] for number in seen]).astype(np.float32))
    typical = _typical_pairs(len(seen))
    matcher = _Matcher([textures[number] for number in seen])  # type: ignore[misc]
    least_peak, least = _least(np.array(list(matcher.scores(sorted(typical), 0.0).values())))
    found = [
        (-peak * correlation, seen[first], seen[second])
        for (first, second), (peak, correlation) in matcher.scores(sorted(proposed), least_peak).items()
        if peak >= least_peak and correlation >= least
    ]
    pairs = [(first, second) for _, first, second in sorted(found)]
    return Frames(pairs=tuple(pairs), least_peak=least_peak, least_correlation=least)


def joined(count: int, links: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the numbers in 0..count-1 in sets that links hold together, each ascending; those alone are left out.

    Two sets become one where enough of the links that could join them are there: one wrong link joins no two parts.

    Args:
        count: how many numbers there are.
        links: pairs of numbers, the surest first.
    """
    sets = [[number] for number in range(count)]
    mine = list(range(count))
    linked = {frozenset(link) for link in links}
    changed = True
    while changed:
        changed = False
        for first, second in links:
            one, other = sets[mine[first]], sets[mine[second]]
            if one is other:
                continue
            met = sum(frozenset((a, b)) in linked for a in one for b in other)
            if met < _LEAST_LINKED * min(len(one), NEAREST) * min(len(other), NEAREST):
                continue
            for number in other:
                mine[number] = mine[first]
            one.extend(other)
            changed = True
    kept = [sorted(sets[number]) for number in range(count) if mine[number] == number]
    return sorted(numbers for numbers in kept if len(numbers) > 1)


def _least(typical: np.ndarray) -> tuple[float, float]:
    """Return the peak and the correlation that a pair must reach, from those of typical pairs, mostly of two parts.

    Only the middle and the upper quartile are read, so that a quarter of the pairs may be frames of one part.

    Args:
        typical: (n, 2) peaks and correlations.
    """
    (_, middle), (peak, upper) = np.quantile(typical, (0.5, 0.75), axis=0)
    least_correlation = float(middle + _STEPS * (upper - middle))
    return max(_LEAST_PEAK, _PEAK_RATIO * float(peak)), max(_LEAST_CORRELATION, least_correlation)


def _proposed(thumbs: np.ndarray) -> set[tuple[int, int]]:
    """Return each image's nearest ones, by the correlation of thumbnails at the best of all small shifts."""
    count = len(thumbs)
    nearest = min(NEAREST, count - 1)
    inner = _normed(thumbs, 0, 0)
    pairs: set[tuple[int, int]] = set()
    steps = range(-_SHIFT_PX, _SHIFT_PX + 1)
    for start in range(0, count, _BLOCK):
        block = thumbs[start : start + _BLOCK]
        best = np.full((len(block), count), -1.0, np.float32)
        for dy in steps:
            for dx in steps:
                np.maximum(best, _normed(block, dy, dx) @ inner.T, out=best)
        best[np.arange(len(block)), np.arange(start, start + len(block))] = -2.0
        chosen = np.argpartition(-best, nearest - 1, axis=1)[:, :nearest]
        for row, others in enumerate(chosen.tolist(), start):
            alike = [other for other in others if best[row - start, other] >= _LEAST_THUMB]
            pairs.update((min(row, other), max(row, other)) for other in alike)
    return pairs


def _normed(thumbs: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """Return the middles of thumbnails, shifted, as rows of mean 0 and length 1."""
    size = THUMB_PX - 2 * _SHIFT_PX
    top, left = _SHIFT_PX + dy, _SHIFT_PX + dx
    rows = thumbs[:, top : top + size, left : left + size].reshape(len(thumbs), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)


def _typical_pairs(count: int) -> set[tuple[int, int]]:
    """Return all pairs of a small set; of a large one, pairs that lie far apart in it, at golden-section distances."""
    if count * (count - 1) // 2 <= _TYPICAL:
        return {(first, second) for first in range(count) for second in range(first + 1, count)}
    pairs: set[tuple[int, int]] = set()
    for number in range(_TYPICAL):
        first = number * count // _TYPICAL
        second = (first + 1 + int((count - 1) * ((number + 1) * _GOLDEN % 1.0))) % count
        if first != second:
            pairs.add((min(first, second), max(first, second)))
    return pairs


class _Matcher:
    """Registers pairs of textures; spectra are kept, whitened by half."""

    def __init__(self, textures: Sequence[np.ndarray]) -> None:
        self._textures = textures
        height, width = (max(texture.shape[axis] for texture in textures) for axis in (0, 1))
        self._reach = max(3, int(_REACH * max(height, width)))
        self._fft_hw = cv2.getOptimalDFTSize(height + self._reach), cv2.getOptimalDFTSize(width + self._reach)
        self._spectra = np.stack([self._spectrum(texture) for texture in textures])

    def _spectrum(self, texture: np.ndarray) -> np.ndarray:
        spectrum = np.fft.rfft2(texture.astype(np.float32), self._fft_hw).astype(np.complex64)
        size = np.abs(spectrum)
        return spectrum / np.sqrt(size + 1e-3 * size.mean() + 1e-6)

    def scores(self, pairs: Sequence[tuple[int, int]], least_peak: float) -> dict[tuple[int, int], tuple[float, float]]:
        """Return peak and correlation of each pair, given in order; below a least peak the correlation is 0."""
        found: dict[tuple[int, int], tuple[float, float]] = {}
        start = 0
        while start < len(pairs):
            first, stop = pairs[start][0], start
            while stop < len(pairs) and pairs[stop][0] == first and stop - start < 64:
                stop += 1
            seconds = [second for _, second in pairs[start:stop]]
            found.update(
                {
                    (first, second): score
                    for second, score in zip(seconds, self._row(first, seconds, least_peak), strict=True)
                }
            )
            start = stop
        return found

    def _row(self, first: int, seconds: list[int], least_peak: float) -> list[tuple[float, float]]:
        surfaces = np.fft.irfft2(self._spectra[first] * np.conj(self._spectra[seconds]), s=self._fft_hw)
        reach, side = self._reach, 2 * self._reach + 1
        rows, columns = (np.arange(-reach, reach + 1) % size for size in self._fft_hw)
        windows = surfaces[:, rows[:, None], columns[None, :]].astype(np.float32)
        scores = []
        for second, window in zip(seconds, windows, strict=True):
            y, x = divmod(int(window.argmax()), side)
            height = float(window[y, x])
            window[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = np.median(window[::4, ::4])  # the peak itself
            peak = (height - float(window.mean())) / (float(window.std()) + 1e-9)
            found = peak >= least_peak
            textures = self._textures[first], self._textures[second]
            scores.append((peak, _correlation(*textures, y - reach, x - reach) if found else 0.0))
        return scores


def _correlation(first: np.ndarray, second: np.ndarray, dy: int, dx: int) -> float:
    """Return what three of four blocks of the overlap correlate by at least, the second texture moved by (dy, dx).

    Returns:
        In [-1, 1]; 0 where the textures hardly overlap.
    """
    top, left = max(0, dy), max(0, dx)
    height = min(first.shape[0], second.shape[0] + dy) - top
    width = min(first.shape[1], second.shape[1] + dx) - left
    if min(height, width) < 2 * _BLOCKS or height * width < _LEAST_OVERLAP * min(first.size, second.size):
        return 0.0
    one = _in_blocks(first[top : top + height, left : left + width])
    other = _in_blocks(second[top - dy : top - dy + height, left - dx : left - dx + width])
    products = (one * other).sum(axis=1)
    blocks = products / (np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1)) + 1e-6)
    return float(np.quantile(blocks, _WEAK_BLOCKS))


def _in_blocks(texture: np.ndarray) -> np.ndarray:
    """Return the blocks of a texture as rows of mean 0; what is over at its right and bottom is left out."""
    height, width = texture.shape[0] // _BLOCKS, texture.shape[1] // _BLOCKS
    blocks = texture[: height * _BLOCKS, : width * _BLOCKS].astype(np.float32)
    blocks = blocks.reshape(_BLOCKS, height, _BLOCKS, width).swapaxes(1, 2).reshape(_BLOCKS * _BLOCKS, height * width)
    return blocks - blocks.mean(axis=1, keepdims=True)
