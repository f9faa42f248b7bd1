"""What inspectors tell kinds by: gaps that show the background, highlights, glue that follows a contour."""

from __future__ import annotations

import numpy as np
import pytest

from generator.core.units import LengthRange, Range
from generator.defect.appearance.glass.bubble import Bubble
from generator.defect.appearance.soft.fold import Fold
from generator.defect.bright_place import OnBrightPlace
from generator.defect.outline import Outline, Site
from generator.defect.placement import AtContour
from generator.defect.shape.metaball import Metaball
from tests.defect.kinds import defect_of, patch_of, room_of


def part_on_tray(part: int, tray: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image whose left half is the part, and the part's roi."""
    image = np.full((120, 160, 3), tray, np.uint8)
    image[:, :80] = part
    roi = np.zeros((120, 160), bool)
    roi[:, :80] = True
    return image, roi


def chip_on(image: np.ndarray, roi: np.ndarray | None) -> tuple[dict, np.ndarray]:
    kind = defect_of("metal/chip")
    room = room_of(image, roi=roi)
    site = Site(x=80.0, y=60.0, along_deg=90.0, inward_deg=180.0)
    outline = kind.shape.draw(room, site, np.random.default_rng(3)).fitted(room, kind.appearance.reach_px)
    patch = patch_of(room, outline)
    params = kind.appearance.draw(patch, outline, np.random.default_rng(5))
    return params, kind.appearance.render(patch, outline, params)[outline.strength() > 0.99]


def test_a_chip_shows_the_tray_where_the_contour_parts_it_from_the_part():
    params, values = chip_on(*part_on_tray(90, 220))
    assert params["reveal"] and np.mean(np.abs(values - 220 / 255) < 0.02) > 0.3


@pytest.mark.parametrize("roi", [True, False])
def test_a_chip_keeps_its_broken_face_where_no_background_is_seen(roi):
    image, mask = part_on_tray(90, 92)
    params, values = chip_on(image, mask if roi else None)
    assert not params["reveal"] and values.max() < 0.6


def test_a_bubble_shines_on_the_side_away_from_the_light():
    y, x = np.mgrid[:41, :41]
    outline = Outline.of((np.hypot(x - 20, y - 20) <= 15).astype(np.float32), 30, 30)
    look = Bubble(rim=Range(0.6, 0.6), highlight=Range(0.6, 0.6), gleam=Range(0.1, 0.1), ring=Range(0.0, 0.0))
    patch = patch_of(room_of(np.full((100, 100, 1), 100, np.uint8), light_deg=0.0), outline)  # from the right
    values = look.render(patch, outline, look.draw(patch, outline, np.random.default_rng(0)))
    seen = np.zeros(41 * 41)
    seen[outline.index] = values[:, 0]
    seen = seen.reshape(41, 41)
    assert seen[:, :20].max() > seen[:, 21:].max() + 0.2
    assert seen[6, 20] < 0.6 * 100 / 255 and seen[34, 20] < 0.6 * 100 / 255  # the rim is dark


def test_the_slope_of_a_fold_that_faces_the_light_is_the_bright_one():
    alpha = np.zeros((31, 81), np.float32)
    alpha[5:26] = 1
    outline = Outline.of(alpha, 10, 30)
    look = Fold(lean=Range(0.0, 0.0), crease=Range(0.0, 0.0), warp=Range(0.0, 0.0))
    patch = patch_of(room_of(np.full((100, 100, 1), 100, np.uint8), light_deg=90.0), outline)  # from above
    values = look.render(patch, outline, look.draw(patch, outline, np.random.default_rng(0)))
    rows = (outline.index // 81)[:, None]
    assert values[rows < 14].mean() > 100 / 255 > values[rows > 16].mean()


def test_glue_follows_a_round_contour():
    y, x = np.mgrid[:200, :200]
    roi = np.hypot(x - 100, y - 100) < 80
    room = room_of(np.full((200, 200, 1), 100, np.uint8), roi=roi)
    glue = Metaball(
        length=LengthRange.parse("120px"), diameter=LengthRange.parse("8px"),
        scatter=Range(0.0, 0.0), variety=Range(0.0, 0.0), inset=Range(0.0, 0.0),
    )  # fmt: skip
    rng = np.random.default_rng(1)
    outline = glue.draw(room, AtContour().draw(room, rng), rng)
    rows, columns = np.nonzero(outline.alpha > 0.5)
    far = np.hypot(columns + outline.rect.x - 100, rows + outline.rect.y - 100)
    assert far.min() > 72 and far.max() < 88 and np.ptp(columns) + np.ptp(rows) > 80


def test_the_brightest_of_many_points_lies_on_the_pad():
    image = np.full((64, 64, 3), 40, np.uint8)
    image[20:40, 20:40] = 220
    site = OnBrightPlace(candidates=200).draw(room_of(image), np.random.default_rng(0))
    assert 18 <= site.x <= 42 and 18 <= site.y <= 42
