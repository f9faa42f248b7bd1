"""Crops that models learn from, centred on defects and at native resolution; all three models share them.

A crop is as large as the model's own side. It is taken at one px of the model for one of the image; a defect thinner
than ``thin_px`` is enlarged until it is as wide as that, and one so small that the crop would be more than eight times
its box until it is not. Of a defect that does not fit into the crop, parts are taken. Beyond the example's border the
surface goes on mirrored, without a defect, as it does on a ``Canvas``. Every batch is a function of the seed and the
step alone, so a run that is resumed goes on as if it had not been stopped. Source: own; sides of crops of 1.5 to 8
times the box are those of NVIDIA's defect data tools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from generator.core.geometry import mask_to_rect
from generator.core.seeds import stage_rng

GAIN = 4.0
"""Units of the model per full scale: values are relative to the mean of the good surface around, times this."""
MOST_SCALE = 8.0
WIDEST, NARROWEST = 8.0, 1.5
"""Most and least side of a crop in sides of the defect's box, where it is enlarged or shrunk to fit."""
_LIGHTER = 0.12  # relative change of brightness and contrast, as lamps and exposures differ
_EXTENT = 0.5  # of alpha's most: a defect is there
_CORE = 0.9  # the mask itself: what is feathered beyond makes no thin defect wide
_MOST_TILES = 8.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """One defect with the surface it lies on.

    Attributes:
        category: its class.
        pixels: (h, w, C) float32 in [0, 1], native resolution, with its surroundings.
        surface: (h, w, C) float32, the same without the defect: the good twin, or filled in from around.
        alpha: (h, w) float32 in [0, 1], how far each pixel may belong to the defect.
        name: where it comes from, for people.
    """

    category: str
    pixels: np.ndarray
    surface: np.ndarray
    alpha: np.ndarray
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """What one step learns from; values in units of the model, see ``GAIN``.

    Attributes:
        defect: (n, C, s, s) float32, crops with a defect.
        surface: (n, C, s, s) float32, the same crops without it.
        alpha: (n, 1, s, s) float32 in [0, 1], its extent.
        label: (n,) int64, its class.
        level: (n, C) float32 in [0, 1], the mean of ``surface``, to which units of the model are relative.
        good: (n, C, s, s) float32, crops of good images.
        good_alpha: (n, 1, s, s) float32, the extent of some defect, to be painted on them.
        good_label: (n,) int64, its class.
        good_level: (n, C) float32 in [0, 1], the mean of ``good``.
    """

    defect: np.ndarray
    surface: np.ndarray
    alpha: np.ndarray
    label: np.ndarray
    level: np.ndarray
    good: np.ndarray
    good_alpha: np.ndarray
    good_label: np.ndarray
    good_level: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Patches:
    """Where batches come from.

    Attributes:
        examples: defects; classes come up equally often, however many defects they have.
        goods: (H, W, C) float32 in [0, 1], good images; none: the surfaces of the examples.
        classes: their order is that of the labels.
        size: side of a crop, px.
        thin_px: least width of a defect in a crop, px.
        seed: every crop follows from this and the step.
        turn: whether crops are turned by any angle and mirrored, as defects without a direction may be.
    """

    examples: Sequence[Example]
    goods: Sequence[np.ndarray]
    classes: tuple[str, ...]
    size: int = 64
    thin_px: float = 8.0
    seed: int = 0
    turn: bool = True

    @cached_property
    def _by_class(self) -> list[list[Example]]:
        grouped = [[one for one in self.examples if one.category == name] for name in self.classes]
        return [group for group in grouped if group]

    @cached_property
    def _scales(self) -> dict[int, float]:
        return {id(one): scale_of(one.alpha, self.size, self.thin_px) for one in self.examples}

    @property
    def channels(self) -> int:
        """1 or 3."""
        return self.examples[0].pixels.shape[2]

    def batch(self, step: int, count: int, stage: str = "train") -> Batch:
        """Return the batch of a step, of ``count`` >= 1 crops; the same for the same seed, step and stage."""
        rng = stage_rng(self.seed, step, 0, stage)
        rows = [(*self._defect(rng), *self._good(rng)) for _ in range(count)]
        columns = zip(Batch.__slots__, zip(*rows, strict=True), strict=True)
        return Batch(**{name: np.stack(column) for name, column in columns})

    def _pick(self, rng: np.random.Generator) -> Example:
        group = self._by_class[rng.integers(len(self._by_class))]
        return group[rng.integers(len(group))]

    def _defect(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        one = self._pick(rng)
        move = self._move(one, rng)
        light = _light(rng)
        surface, alpha = self._warped(one.surface, move), self._extent(one, move)
        pixels = surface + self._change(one, move, alpha)
        level = surface.mean(axis=(0, 1), dtype=np.float64)
        defect, good = (_planes(to_model(array, level) * light) for array in (pixels, surface))
        return defect, good, alpha[None, ..., 0], np.int64(self.classes.index(one.category)), np.float32(level)

    def _good(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        one = self._pick(rng)
        alpha = self._extent(one, self._move(one, rng))[None, ..., 0]
        goods = self.goods or [example.surface for example in self.examples]
        image = goods[rng.integers(len(goods))]
        height, width = image.shape[:2]
        scale = self._scales[id(one)]
        reach = self.size / scale / 2
        x = rng.uniform(min(reach, width / 2), max(width - reach, width / 2))
        y = rng.uniform(min(reach, height / 2), max(height - reach, height / 2))
        crop = self._warped(image, self._matrix(x, y, scale, rng))
        level = crop.mean(axis=(0, 1), dtype=np.float64)
        planes = _planes(to_model(crop, level) * _light(rng))
        return planes, alpha, np.int64(self.classes.index(one.category)), np.float32(level)

    def _move(self, one: Example, rng: np.random.Generator) -> np.ndarray:
        """Return the (2, 3) map from image to crop: about a point from which the defect is seen."""
        scale = self._scales[id(one)] * np.exp(rng.uniform(-0.15, 0.15))
        extent = at_least(one.alpha, _EXTENT)
        box = mask_to_rect(extent)
        side = self.size / scale
        if max(box.w, box.h) * NARROWEST <= side:
            slack = (side - max(box.w, box.h)) / 4
            x = box.x + box.w / 2 + rng.uniform(-slack, slack)
            y = box.y + box.h / 2 + rng.uniform(-slack, slack)
        else:
            ys, xs = np.nonzero(extent)
            at = rng.integers(len(xs))
            x, y = xs[at] + 0.5, ys[at] + 0.5
        return self._matrix(x, y, scale, rng)

    def _matrix(self, x: float, y: float, scale: float, rng: np.random.Generator) -> np.ndarray:
        angle = rng.uniform(-np.pi, np.pi) if self.turn else 0.0
        mirror = -1.0 if self.turn and rng.random() < 0.5 else 1.0
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        linear = np.array([[cos * mirror, sin], [-sin * mirror, cos]])
        offset = self.size // 2 + 0.5 - linear @ np.array([x, y])  # to a pixel's centre, so that one pixel is met
        shift = linear @ np.array([0.5, 0.5]) - 0.5  # OpenCV's origin is the first pixel's centre
        return np.column_stack([linear, offset + shift])

    def _warped(self, array: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        """Return pixels on a crop, (size, size, C); a linear kernel would take the grain that is to be learned."""
        kernel = cv2.INTER_LINEAR if 1 in array.shape[:2] else cv2.INTER_CUBIC  # which never ends on one mirrored pixel
        return self._mapped(array, matrix, kernel, cv2.BORDER_REFLECT_101)

    def _extent(self, one: Example, matrix: np.ndarray) -> np.ndarray:
        """Return a defect's extent on a crop, (size, size, 1), 0 beyond the example."""
        return self._mapped(one.alpha, matrix, cv2.INTER_LINEAR)

    def _change(self, one: Example, matrix: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        """Return what a defect does to the surface on a crop, (size, size, C), 0 where its extent there, alpha, is.

        With grain, hence cubic, yet as strong for its alpha as it is in the example: a cubic kernel alone makes thin
        ones stronger and their flanks weaker. Where it leaves little of alpha the linear one is taken.
        """
        change = one.pixels - one.surface
        sharp, kept = (self._mapped(array, matrix, cv2.INTER_CUBIC) for array in (change, one.alpha))
        whole = kept > alpha / 2
        share = np.divide(alpha, kept, out=np.zeros_like(alpha), where=whole)
        return np.where(whole, sharp * share, self._mapped(change, matrix, cv2.INTER_LINEAR)) * (alpha > 0)

    def _mapped(self, array: np.ndarray, matrix: np.ndarray, kernel: int, border: int = cv2.BORDER_CONSTANT):
        out = cv2.warpAffine(array, matrix, (self.size, self.size), flags=kernel, borderMode=border)
        return out.reshape(self.size, self.size, -1)


def width_of(mask: np.ndarray) -> float:
    """Return how wide a defect is, px: four times the mean distance to its border, which is a strip's width.

    Distances are taken on half pixels, as those of whole ones do not tell a strip of one pixel from one of two.

    Args:
        mask: (h, w) bool, not empty.
    """
    halves = np.pad(mask.astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1), 1)
    distance = cv2.distanceTransform(halves, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return 2.0 * float(distance[halves > 0].mean()) - 1.0


def scale_of(alpha: np.ndarray, size: int, thin_px: float) -> float:
    """Return px of the model for each px of the image, in [1, MOST_SCALE].

    Each piece of the defect is made as wide as ``thin_px``, not only their mean, as specks beside a crack are lost
    first; for a speck's sake the box does not grow beyond ``_MOST_TILES`` crops a side.

    Args:
        alpha: (h, w) float32, the defect's extent, not all zero.
        size: side of the model's crops, px.
        thin_px: least width of a defect there, px; of the mask itself, without the feather beyond it.
    """
    box = mask_to_rect(at_least(alpha, _EXTENT))
    longest = max(box.w, box.h)
    core = core_of(alpha)[box.slices]
    specks = min(thin_px / _thinnest(core), _MOST_TILES * size / longest)
    return float(np.clip(max(thin_px / width_of(core), specks, size / (WIDEST * longest)), 1.0, MOST_SCALE))


def _thinnest(mask: np.ndarray) -> float:
    """Return the width of the thinnest piece of a mask, px."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return min(width_of(labels[y : y + h, x : x + w] == k) for k, (x, y, w, h, _) in enumerate(boxes) if k > 0)


def core_of(alpha: np.ndarray) -> np.ndarray:
    """Return the mask that an extent, (h, w) and not all zero, was made of: what is feathered beyond it is none."""
    return at_least(alpha, _CORE)


def at_least(alpha: np.ndarray, share: float) -> np.ndarray:
    """Return where an extent, (h, w) and not all zero, is at least a share of what it is at its strongest."""
    return alpha >= np.float32(share) * alpha.max()


def to_model(values: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return values in [0, 1] in units of the model.

    Args:
        values: (..., C) float32.
        level: (C,) the mean of the good surface.
    """
    return (values - level.astype(np.float32)) * np.float32(GAIN)


def to_pixels(planes: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return units of the model as values in [0, 1], clipped.

    Args:
        planes: (n, C, s, s) float32.
        level: (n, C), of each crop.
    """
    return np.clip(planes / np.float32(GAIN) + level.astype(np.float32)[..., None, None], 0.0, 1.0)


def _planes(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.moveaxis(pixels, 2, 0), dtype=np.float32)


def _light(rng: np.random.Generator) -> np.float32:
    return np.float32(np.exp(rng.uniform(-_LIGHTER, _LIGHTER)))
