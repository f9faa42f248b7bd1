import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask

from generator.core.annotation import Region
from generator.imaging.masks import polygons_to_region, region_to_quad_xy, region_to_rle, rle_to_region
from generator.imaging.ring import region_to_ring, region_to_rings

MASKS = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(lambda hw: arrays(bool, hw)).filter(np.any)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(mask=MASKS, digits=st.integers(5, 9))
def test_one_ring_filled_at_the_pixel_centres_gives_any_mask_back(mask, digits):
    height, width = mask.shape
    ring = np.round(region_to_ring(Region.tight(mask)) / (width, height), digits) * (width, height)
    assert np.array_equal(polygons_to_region([ring.ravel()], mask.shape).full(mask.shape), mask)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(mask=MASKS)
def test_rings_cut_to_whole_numbers_are_filled_exactly_by_opencv(mask):
    filled = np.zeros(mask.shape, np.uint8)
    for ring in region_to_rings(Region.tight(mask)):
        cv2.fillPoly(filled, [ring.astype(np.float32).astype(np.int32)], 1)
    assert np.array_equal(filled.astype(bool), mask)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(mask=MASKS)
def test_rings_on_the_pixel_edges_are_filled_exactly_by_pycocotools(mask):
    rings = [ring.ravel().tolist() for ring in region_to_rings(Region.tight(mask), inset_px=0.0)]
    merged = coco_mask.merge(coco_mask.frPyObjects(rings, *mask.shape))
    assert np.array_equal(coco_mask.decode(merged).astype(bool), mask)


def test_the_ring_of_a_square_with_a_hole_walks_its_bridge_twice():
    mask = np.ones((3, 3), bool)
    mask[1, 1] = False
    (ring,) = region_to_rings(Region.tight(mask, x=10, y=20), inset_px=0.0)
    assert len(ring) == 4 + 2 + 4 + 1
    assert ring.min(axis=0).tolist() == [10, 20] and ring.max(axis=0).tolist() == [13, 23]


def test_a_part_is_joined_to_its_nearest_neighbour():
    mask = np.zeros((1, 9), bool)
    mask[0, [0, 4, 8]] = True
    ring = region_to_ring(Region.tight(mask))
    steps = np.abs(np.diff(np.r_[ring, ring[:1]], axis=0)).max(axis=1)
    assert sorted(np.round(steps[steps > 1], 2)) == [3.02] * 4


@settings(max_examples=200, deadline=None, derandomize=True)
@given(mask=MASKS)
def test_run_lengths_are_those_of_pycocotools_both_ways(mask):
    encoded = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    region = Region.tight(mask)
    assert region_to_rle(region, mask.shape)["counts"] == encoded["counts"].decode()
    assert rle_to_region(encoded) == region
    runs = np.diff(np.flatnonzero(np.diff(np.r_[2, mask.T.ravel().astype(int), 2])))
    runs = ([0] if mask[0, 0] else []) + runs.tolist()
    assert rle_to_region({"size": list(mask.shape), "counts": runs}) == region


@settings(max_examples=300, deadline=None, derandomize=True)
@given(counts=st.one_of(st.binary(max_size=20), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6)))
def test_damaged_run_lengths_are_refused(counts):
    with pytest.raises(ValueError):
        rle_to_region({"size": [10007, 10009], "counts": counts})


def test_the_oriented_box_of_a_diagonal_is_as_narrow_as_it_is():
    quad = region_to_quad_xy(Region.tight(np.eye(10, dtype=bool)))
    sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
    assert sorted(sides.round(3))[::2] == [1.414, 14.142]
