"""Places lie on the part, and know its contour and its texture."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generator.core.errors import RangeError
from generator.defect.placement import AlongTexture, AtContour, AtSide, OnPart
from tests.defect.kinds import room_of, surface

ROI = np.zeros((40, 60), bool)
ROI[10:30, 20:50] = True


@pytest.mark.parametrize("placement", [OnPart(), AlongTexture(), AtContour()])
def test_every_place_lies_in_the_roi(placement):
    room = room_of(surface((40, 60)), roi=ROI)
    for seed in range(50):
        site = placement.draw(room, np.random.default_rng(seed))
        assert ROI[int(site.y), int(site.x)]


@pytest.mark.parametrize("placement", [OnPart(), AlongTexture(), AtContour()])
def test_an_empty_roi_has_no_place(placement):
    room = room_of(surface((20, 20)), roi=np.zeros((20, 20), bool))
    assert placement.draw(room, np.random.default_rng(0)) is None


def test_at_the_contour_inward_points_into_the_part():
    room = room_of(surface((40, 60)), roi=ROI)
    for seed in range(30):
        site = AtContour().draw(room, np.random.default_rng(seed))
        x, y = np.cos(np.radians(site.inward_deg)), -np.sin(np.radians(site.inward_deg))
        assert ROI[int(site.y + 4 * y), int(site.x + 4 * x)]
        assert min(abs(site.x - 20.5), abs(site.x - 49.5), abs(site.y - 10.5), abs(site.y - 29.5)) < 1e-6


@pytest.mark.parametrize("angle_deg", [0, 30, 90, 150])
def test_along_the_texture_is_the_direction_of_its_lines(angle_deg):
    rows, columns = np.mgrid[:80, :80]
    across = columns * np.sin(np.radians(angle_deg)) + rows * np.cos(np.radians(angle_deg))
    image = (128 + 60 * np.sin(across * 0.8)).astype(np.uint8)[..., None]
    site = AlongTexture().draw(room_of(image), np.random.default_rng(3))
    assert abs((site.along_deg - angle_deg + 90) % 180 - 90) < 4


def test_noise_without_direction_suggests_none():
    image = np.random.default_rng(0).integers(0, 255, (200, 200, 1)).astype(np.uint8)
    site = AlongTexture(least_coherence=0.3).draw(room_of(image), np.random.default_rng(0))
    assert site.along_deg is None


def test_a_coherence_that_is_no_share_is_refused():
    with pytest.raises(RangeError, match="least_coherence"):
        AlongTexture(least_coherence=1.5)


@pytest.mark.parametrize("corners", [False, True])
def test_a_site_at_a_side_or_corner_looks_into_the_part(corners):
    room = room_of(surface((40, 60)), roi=ROI)
    sites = [AtSide(corners=corners).draw(room, np.random.default_rng(seed)) for seed in range(40)]
    places = {(round(site.x, 6), round(site.y, 6), site.inward_deg) for site in sites}
    assert len(places) == 4
    for x, y, inward_deg in places:
        at_x, at_y = x in (20, 50), y in (10, 30)
        assert at_x and at_y if corners else at_x != at_y
        turn = math.radians(inward_deg)
        assert ROI[int(y - 3 * math.sin(turn)), int(x + 3 * math.cos(turn))]
        assert not ROI[int(y + 3 * math.sin(turn)), int(x - 3 * math.cos(turn))]
