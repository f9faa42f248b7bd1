"""The way of a surface to the model's scale and back: nothing is lost, and nothing else is changed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.core.seeds import texture_rng
from generator.imaging.codec import decode_image
from generator.model.canvas import Canvas
from generator.model.patches import GAIN


def canvas_of(hw=(50, 70), box=(20, 20, 9, 6), channels=1, model_channels=1, size=32, thin_px=4.0) -> Canvas:
    surface = texture_rng(2).uniform(0.3, 0.7, (*hw, channels)).astype(np.float32)
    alpha = np.zeros(hw, np.float32)
    x, y, w, h = box
    alpha[y : y + h, x : x + w] = 1.0
    alpha = np.maximum(alpha, cv2.GaussianBlur(alpha, (3, 3), 0, borderType=cv2.BORDER_REPLICATE))
    return Canvas.of(surface, alpha, size, thin_px, model_channels)


CANVASES = {
    "one tile": canvas_of(),
    "enlarged": canvas_of(box=(5, 20, 60, 1)),
    "enlarged by eight": canvas_of(hw=(20, 21), box=(4, 5, 1, 1), thin_px=8.0),
    "many tiles, odd sizes": canvas_of(hw=(131, 97), box=(3, 5, 90, 121), size=33),
    "at the border": canvas_of(hw=(80, 81), box=(0, 0, 81, 3), thin_px=6.0),
    "a corner": canvas_of(box=(68, 48, 2, 2)),
    "smaller than a tile": canvas_of(hw=(7, 11), box=(2, 2, 3, 3), thin_px=2.0),
    "one pixel": canvas_of(hw=(1, 1), box=(0, 0, 1, 1)),
    "one row": canvas_of(hw=(1, 90), box=(10, 0, 60, 1)),
    "colour": canvas_of(channels=3, model_channels=3, box=(5, 20, 60, 2)),
    "grey for a model of colour": canvas_of(channels=1, model_channels=3),
    "colour for a model of grey": canvas_of(channels=3, model_channels=1),
}
every_canvas = pytest.mark.parametrize("canvas", CANVASES.values(), ids=CANVASES)


def tiles_of(canvas: Canvas, change: float, count: int = 1):
    """Return a paint function that adds so much of full scale everywhere."""
    return lambda windows: np.stack(
        [np.stack([canvas.surface[(slice(None), *one)] + np.float32(change * GAIN)] * count) for one in windows]
    )


@every_canvas
def test_tiles_lie_on_the_canvas_cover_the_extent_and_overlap_by_a_quarter(canvas):
    height, width = canvas.alpha.shape[1:]
    assert canvas.surface.shape[1:] == (height, width) and min(height, width) >= canvas.size
    covered = np.zeros((height, width), bool)
    for rows, columns in canvas.tiles:
        assert rows.stop - rows.start == columns.stop - columns.start == canvas.size
        assert rows.start >= 0 and rows.stop <= height and columns.start >= 0 and columns.stop <= width
        covered[rows, columns] = True
    assert covered[canvas.alpha[0] > 0].all()
    for axis in (0, 1):
        starts = sorted({window[axis].start for window in canvas.tiles})
        assert all(later - sooner <= canvas.size * 0.75 for sooner, later in pairwise(starts))


@every_canvas
def test_another_image_of_the_surface_is_lifted_as_the_surface_was(canvas):
    assert np.array_equal(canvas.lifted(canvas.original), canvas.surface)
    darker = canvas.lifted(canvas.original - np.float32(0.1))
    assert np.allclose(darker, canvas.surface - 0.1 * GAIN, atol=1e-4)


@pytest.mark.parametrize("thin_px", [6.5, 12.0, 30.0])
def test_grain_comes_back_as_strong_as_it_was_painted(thin_px):
    canvas = canvas_of(thin_px=thin_px, box=(20, 20, 16, 12), size=64)
    assert canvas.scale > 1 or thin_px < 8
    grain = canvas.original + np.float32(0.1) * texture_rng(3).uniform(-1, 1, canvas.original.shape).astype(np.float32)
    change = (canvas.back(canvas.lifted(grain)[None])[0] - canvas.original)[21:31, 21:35]
    assert change.std() > 0.9 * (grain - canvas.original)[21:31, 21:35].std()


@every_canvas
def test_what_was_not_painted_comes_back_as_it_was_to_the_last_bit(canvas):
    back = canvas.back(canvas.painted(tiles_of(canvas, 0.0, 2)))
    assert back.dtype == np.float32 and np.array_equal(back, np.stack([canvas.original] * 2))


@every_canvas
def test_what_was_painted_comes_back_inside_the_extent_alone(canvas):
    [back] = canvas.back(canvas.painted(tiles_of(canvas, -0.2)))
    assert back.shape == canvas.original.shape
    assert np.array_equal(back[canvas.extent == 0], canvas.original[canvas.extent == 0])
    inside = canvas.extent > 0
    assert back[inside] == pytest.approx(canvas.original[inside] - 0.2, abs=1e-4)


def test_values_stay_within_full_scale():
    canvas = CANVASES["colour"]
    assert canvas.back(canvas.painted(tiles_of(canvas, 2.0))).max() == 1.0
    assert canvas.back(canvas.painted(tiles_of(canvas, -2.0))).min() == 0.0


def test_what_is_painted_in_one_place_comes_back_there():
    canvas = canvas_of(hw=(40, 60), box=(10, 10, 40, 2), thin_px=8.0)
    assert canvas.scale > 3
    left = canvas.corner_xy[0]
    painted = canvas.surface.copy()[None]
    painted[:, :, :, left + round(25 * canvas.scale) : left + round(35 * canvas.scale)] -= np.float32(0.3 * GAIN)
    [back] = canvas.back(painted)
    change = (canvas.original - back)[10:12, :, 0]
    assert change[:, 26:34] == pytest.approx(0.3, abs=1e-4)
    assert np.array_equal(change[:, :24], np.zeros((2, 24), np.float32)) and not change[:, 36:].any()


def test_a_level_surface_is_zero_to_the_model():
    flat = np.full((30, 30, 3), (0.2, 0.5, 0.7), np.float32)
    canvas = Canvas.of(flat, np.eye(30, dtype=np.float32), 16, 2.0, 3)
    assert np.abs(canvas.surface).max() < 1e-5


REAL = [("magnetic_tile/tile", "blowhole"), ("magnetic_tile/tile", "crack"), ("crackforest/asphalt", "crack")]


@pytest.mark.real
@pytest.mark.parametrize("cells_px", [1, 8], ids=["pixels", "latent cells of 8 px"])
@pytest.mark.parametrize(("data", "category"), REAL)
def test_thin_defects_survive_the_way_to_the_model_and_back(real_data: Path, data, category, cells_px):
    size = 64 if cells_px == 1 else 512
    seen = []
    for path in sorted((real_data / data / "masks" / category).glob("*.png"))[:200]:
        mask = decode_image(path.read_bytes(), path.name).pixels[..., 0] > 127
        if not mask.any():
            continue
        beyond_px = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        alpha = np.clip(1.0 - (beyond_px - 0.5) / 2.5, 0.0, 1.0).astype(np.float32)
        alpha[mask] = 1.0
        canvas = Canvas.of(np.full((*mask.shape, 1), 0.5, np.float32), alpha, size, 8.0, 1)
        change = _change(canvas, mask, cells_px)
        back = canvas.back(
            canvas.painted(
                lambda windows, c=canvas, d=change: np.stack([(c.surface[:, *one] - d[one])[None] for one in windows])
            )
        )[0, ..., 0]
        count, labels = cv2.connectedComponents(mask.astype(np.uint8))
        seen += [np.median(0.5 - back[labels == number]) >= 0.05 for number in range(1, count)]
    assert len(seen) >= 60 and np.mean(seen) >= 0.98


def _change(canvas: Canvas, mask: np.ndarray, cells_px: int) -> np.ndarray:
    """Return what is taken from the canvas, (H, W): a fifth of full scale on the mask, as blurred as cells are wide."""
    left, top = canvas.corner_xy
    to = tuple(round(side * canvas.scale) for side in mask.shape[::-1])
    height, width = canvas.alpha.shape[1:]
    change = np.zeros((height, width), np.float32)
    change[top : top + to[1], left : left + to[0]] = cv2.resize(mask.astype(np.float32), to) >= 0.5
    if cells_px > 1:
        cells = cv2.resize(change, (width // cells_px, height // cells_px), interpolation=cv2.INTER_AREA)
        change = cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST)
    return change * np.minimum(canvas.alpha[0] * 3, 1) * np.float32(0.2 * GAIN)
