"""A thin line has no beads."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.defect.fill import fill_bands


@pytest.mark.parametrize("angle_deg", [20.0, 45.0, -52.0])
@pytest.mark.parametrize("width", [1.0, 1.5, 2.0])
def test_a_thin_line_is_smooth_along_its_way(width, angle_deg):
    turn = np.radians(angle_deg)
    way = np.linspace(-50.0, 50.0, 40)
    line = np.stack([60.3 + way * np.cos(turn), 60.6 + way * np.sin(turn)], axis=-1)
    alpha, x, y = fill_bands([(line, np.full(40, width))], 0.7, (120, 120))
    along, across = np.meshgrid(np.arange(-35.0, 35.0, 0.5), np.arange(-4.0, 4.1, 0.2), indexing="ij")
    columns = 60.3 - 0.5 - x + along * np.cos(turn) - across * np.sin(turn)
    rows = 60.6 - 0.5 - y + along * np.sin(turn) + across * np.cos(turn)
    mass = cv2.remap(alpha, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR).sum(axis=1)
    assert mass.std() < 0.05 * mass.mean()
