import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask

from generator.core.annotation import Region
from generator.imaging.masks import polygons_to_region, region_to_quad_xy, region_to_rle, rle_to_region
from generator.imaging.ring import crosses_itself, region_to_ring, region_to_rings

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


@settings(max_examples=60, deadline=None, derandomize=True)
@given(mask=MASKS)
def test_a_ring_of_our_own_never_crosses_itself(mask):
    region = Region.tight(mask)
    assert not crosses_itself(region_to_ring(region))
    assert not any(crosses_itself(ring) for ring in region_to_rings(region, inset_px=0.0))


@pytest.mark.parametrize(
    ("points", "crosses"),
    [
        ([(0, 0), (6, 4), (6, 0), (0, 4)], True),
        ([(0, 0), (6, 4), (6, 0), (0, 4), (0, 0)], True),
        ([(0, 0), (6, 0), (6, 4), (0, 4)], False),
        ([(0, 0), (6, 0), (6, 4), (3, 0), (0, 4)], False),  # touches its own edge
        ([(0, 0), (6, 0), (6, 4), (3, -0.4), (0, 4)], False),  # by less than a rounding beyond it
        ([(0, 0), (6, 0), (6, 4), (3, -0.6), (0, 4)], True),
        ([(0, 0), (9, 0), (9, 9), (5, 9), (5, 2), (4, 2), (4, 9), (4, 2), (5, 2), (5, 9), (0, 9)], False),  # a bridge
        ([(0, 0)], False),
        ([(0, 0), (4, 4)], False),
    ],
)
def test_a_ring_that_crosses_itself_is_found(points, crosses):
    assert crosses_itself(np.array(points, float)) is crosses
    assert crosses_itself(np.array(points, float)[:, ::-1]) is crosses


@settings(max_examples=100, deadline=None, derandomize=True)
@given(points=arrays(np.float64, st.tuples(st.integers(3, 9), st.just(2)), elements=st.floats(0, 9, width=16)))
def test_crossings_are_those_of_every_pair_of_edges(points):
    edges = list(zip(points.tolist(), np.roll(points, -1, axis=0).tolist(), strict=True))

    def side(a, b, c):
        return np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    kept = [(a, b) for a, b in edges if (b, a) not in edges]
    pairs = [side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0 for a, b in kept for c, d in kept]
    assert crosses_itself(points, rounding_px=0.0) == any(pairs)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    points=arrays(
        np.float64, st.tuples(st.integers(3, 9), st.just(2)), elements=st.integers(-6, 20).map(lambda n: n / 2)
    )
)
def test_a_polygon_holds_the_pixels_whose_centres_lie_inside(points):
    filled = polygons_to_region([points], (6, 8)).full((6, 8))
    for row, column in np.ndindex(filled.shape):
        a, b, level = points, np.roll(points, -1, axis=0), row + 0.5
        crosses = (a[:, 1] <= level) != (b[:, 1] <= level)
        a, b = a[crosses], b[crosses]
        at = a[:, 0] + (level - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
        gaps = at - (column + 0.5)
        if (np.abs(gaps) > 1e-9).all():
            assert filled[row, column] == (np.count_nonzero(gaps < 0) % 2 == 1)
