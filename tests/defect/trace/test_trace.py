"""Every fault of the etch changes the conductors as its name says, seen by a threshold of its own."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from generator.core.errors import RangeError
from generator.defect.outline import Site
from generator.defect.stage import PutDefects
from generator.defect.trace.crossing import Crossing
from generator.defect.trace.placement import OnTrace
from generator.source.part.source import Part
from tests.defect.kinds import defect_of, room_of, sample_of, surface
from tests.defect.surfaces import COPPER, LAMINATE, board

HW = (120, 150)
SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_open_cuts_one_piece_of_copper_in_two(seed):
    before, after = pieces("open", seed)
    assert after == before + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_joins_two_pieces_of_copper(seed):
    before, after = pieces("short", seed)
    assert after == before - 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("kind", "more"), [("mouse_bite", False), ("spur", True)])
def test_a_bite_narrows_and_a_spur_widens_but_neither_cuts_nor_joins(kind, more, seed):
    before, after = pieces(kind, seed)
    assert after == before
    good, image = painted(kind, seed)
    assert (copper(image).sum() > copper(good).sum()) == more


@pytest.mark.parametrize("seed", SEEDS)
def test_spurious_copper_is_an_island_and_a_pin_hole_a_hole(seed):
    before, after = pieces("spurious_copper", seed)
    assert after == before + 1
    good, image = painted("pin_hole", seed)
    assert count(~copper(image), 4) == count(~copper(good), 4) + 1


@pytest.mark.parametrize("kind", ["open", "mouse_bite"])
def test_what_is_gone_looks_like_laminate_and_what_came_like_copper(kind):
    for name, colour in ((kind, LAMINATE), ("short", COPPER)):
        good, image = painted(name, 1)
        turned = cv2.erode((copper(good) != copper(image)).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert turned.any()
        assert np.abs(image[turned].mean(axis=0) / 255 - colour).max() < 0.04


def test_grain_goes_on_in_what_changed():
    good, image = painted("open", 1)
    turned = cv2.erode((copper(good) & ~copper(image)).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert 0.5 < image[turned].std(axis=0).mean() < 4.0  # 1.5 grey levels of noise in the image


def test_a_surface_without_conductors_has_no_place():
    flat = np.clip(np.random.default_rng(0).normal(120, 8, (*HW, 3)), 0, 255).astype(np.uint8)
    for at in ("trace", "border", "gap", "laminate", "copper"):
        for seed in range(3):
            assert OnTrace(at=at).draw(room_of(flat), np.random.default_rng(seed)) is None


def test_a_trace_has_its_direction_and_width():
    image = np.full((90, 120, 1), 40, np.uint8)
    for y in range(10, 90, 20):
        image[y : y + 6] = 180
    site = OnTrace().draw(room_of(image), np.random.default_rng(0))
    assert site.width_px == pytest.approx(6.0, abs=0.3)
    assert abs((site.along_deg + 90) % 180 - 90) < 2
    assert min(abs(site.y - y - 3) for y in range(10, 90, 20)) < 0.3


def test_a_black_and_white_image_stays_black_and_white():
    image = np.where(board(HW, 1) > 45, np.uint8(255), np.uint8(0))
    for name in ("open", "short", "mouse_bite", "spur", "spurious_copper", "pin_hole"):
        made = PutDefects(defects={name: defect_of(f"pcb/{name}")})(sample_of(image, (name,)), np.random.default_rng(1))
        assert made.instances and set(np.unique(made.image)) == {0, 255}


@pytest.mark.parametrize("mode", ["rgb8", "mono8", "mono16"])
def test_a_populated_board_is_cut_at_its_traces_alone(mode):
    part = Part(products=("circuit_board",), mode=mode, size_wh=(512, 512))
    sites = []
    for rank in range(4):
        good = part.load(part.source_id(rank))
        sites += [OnTrace().draw(room_of(good.pixels, good.white), np.random.default_rng(seed)) for seed in range(4)]
    colours = [(site.view.copper.mean(), site.view.laminate.mean()) for site in sites if site is not None]
    assert len(colours) >= 0.85 * len(sites)
    assert all(0.05 < laminate < copper < 0.45 for copper, laminate in colours)  # neither print nor pads nor chips


def test_a_shape_of_conductors_says_which_placement_it_needs():
    with pytest.raises(RangeError, match=r"placement: expected .*OnTrace"):
        Crossing().draw(room_of(surface((40, 40))), Site(x=20, y=20), np.random.default_rng(0))


@cache
def painted(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the board before and after one defect."""
    good = board(HW)
    stage = PutDefects(defects={kind: defect_of(f"pcb/{kind}")})
    made = stage(sample_of(good, (kind,)), np.random.default_rng(seed))
    assert made.instances
    return good, made.image


def copper(image: np.ndarray) -> np.ndarray:
    """Return what is nearer to copper than to laminate, (H, W) bool."""
    return image.mean(axis=2) / 255 > (np.mean(COPPER) + np.mean(LAMINATE)) / 2


def count(mask: np.ndarray, connectivity: int = 8) -> int:
    """Return the number of pieces of at least 3 px."""
    sizes = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=connectivity)[2][1:, cv2.CC_STAT_AREA]
    return int((sizes >= 3).sum())


def pieces(kind: str, seed: int) -> tuple[int, int]:
    """Return the pieces of copper before and after."""
    good, image = painted(kind, seed)
    return count(copper(good)), count(copper(image))
