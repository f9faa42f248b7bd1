"""Parts on images, for the tests of formats that state how they lie: made by an independent map."""

import math

import numpy as np

from generator.core.annotation import Orientation, Region
from generator.dataset.record import Label
from generator.imaging.masks import polygons_to_region


def corners(centre: tuple[float, float], wh: tuple[float, float], angle_deg: float) -> np.ndarray:
    """Return (4, 2) px corners of a part, from its own top left, clockwise as displayed.

    A point to the right of the centre goes up when it is turned counter-clockwise, so its y falls.
    """
    found = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        right, up = x * wh[0] / 2, -y * wh[1] / 2
        turned = complex(right, up) * complex(math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg)))
        found.append((centre[0] + turned.real, centre[1] - turned.imag))
    return np.array(found)


def part(
    centre: tuple[float, float],
    wh: tuple[float, float],
    angle_deg: float,
    hw: tuple[int, int],
    category: str = "part",
    symmetry: int = 1,
) -> Label:
    """Return the label of a part that was turned by an angle, its mask the pixels in its box."""
    quad = corners(centre, wh, angle_deg)
    region = polygons_to_region([quad], hw)
    return Label.of_region(
        category,
        Region.tight(region.bits, region.rect.x, region.rect.y),
        quad_xy=tuple((float(x), float(y)) for x, y in quad),
        orientation=Orientation.at(angle_deg, symmetry),
    )
