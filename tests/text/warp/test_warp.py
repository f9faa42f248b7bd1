"""Every warp carries pixels and points alike, both ways, and keeps all ink in sight."""

import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import yaml

import generator
from generator.core.units import Range
from generator.imaging.warp import Warp
from generator.run.build import build
from generator.text.plate import Plate, PlateLine
from generator.text.warp.arc import Arc
from generator.text.warp.circle import Circle
from generator.text.warp.cylinder import STEEPEST_DEG, Cylinder
from generator.text.warp.perspective import Perspective
from generator.text.warp.ring import bent
from generator.text.warp.tilt import Tilt

FOLDER = Path(generator.__file__).resolve().parents[1] / "conf/text/warp"
OPTIONS = {path.stem: build(yaml.safe_load(path.read_text()), "text.warp") for path in sorted(FOLDER.glob("*.yaml"))}
HARD = {
    "turned": Tilt(rotation_deg=Range(-180, 180), shear_deg=Range(-30, 30)),
    "near_camera": Perspective(pitch_deg=Range(-45, 45), yaw_deg=Range(-50, 50), distance=Range(1.5, 3)),
    "bowl": Arc(reads="inside", sweep_deg=Range(100, 300), rotation_deg=Range(-180, 180)),
    "wheel": Circle(reads="either", fill=Range(0.5, 0.97)),
    "bottle": Cylinder(radius=Range(0.3, 1), turn_deg=Range(-75, 75), tilt_deg=Range(-40, 40)),
    "cable": Cylinder(runs="along", radius=Range(0.5, 2), rotation_deg=Range(-180, 180)),
}
WARPS = OPTIONS | HARD
BOX = 16.0


def plate_of(rng: np.random.Generator, height_px: float = 24.0) -> Plate:
    """Return a plate of boxes as characters; one of them, white, is the ink."""
    count = int(rng.integers(3, 12))
    w, h = int(count * 20 + 9), int(height_px + 17)
    boxes = np.array([[6 + 20 * i, 6, 6 + 20 * i + BOX, 6 + height_px] for i in range(count)], np.float32)
    cover = np.zeros((h, w), np.uint8)
    u0, v0, u1, v1 = boxes[int(rng.integers(count))].astype(int)
    cover[v0:v1, u0:u1] = 255
    line = PlateLine(
        text="x" * count,
        first=0,
        stop=count,
        words=(),
        baseline_uv=np.array([[6, 6 + height_px], [w - 6, 6 + height_px]], np.float32),
    )
    return Plate(
        cover=cover,
        owner=np.ones((h, w), np.uint16),
        chars=("x",) * count,
        boxes_uv=boxes,
        lines=(line,),
        height_px=height_px,
    )


def ink_outline(plate: Plate) -> np.ndarray:
    rows, columns = np.nonzero(plate.cover)
    u0, v0, u1, v1 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    at = np.linspace(0, 1, 60)[:, None]
    sides = [((u0, v0), (u1, v0)), ((u1, v0), (u1, v1)), ((u1, v1), (u0, v1)), ((u0, v1), (u0, v0))]
    return np.concatenate([np.array(a) + at * (np.array(b) - np.array(a)) for a, b in sides])


@pytest.mark.parametrize("name", WARPS)
def test_pixels_and_points_go_the_same_way(name):
    rng = np.random.default_rng(7)
    for _ in range(14):
        plate = plate_of(rng)
        warp = WARPS[name].draw(plate, rng).then(Warp.shift(rng.random() * 3, rng.random() * 3).matrix)
        window = warp.window(plate.wh)
        ink = warp.pull(plate.cover, window).astype(np.float64) / 255.0
        seen = ink >= 0.5
        points = warp.forward(ink_outline(plate))
        rows, columns = np.nonzero(seen)
        found = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) + [window.x, window.y] * 2
        expected = np.concatenate([points.min(axis=0), points.max(axis=0)])
        assert not np.isnan(points).any()
        # a corner that is sharp in the picture loses up to a pixel to the grid; an edge half of one
        assert np.abs(found - expected).max() <= (0.5 + 1e-3 if _is_upright(warp) else 1.3)
        area = cv_area(points)
        assert ink.sum() == pytest.approx(area, rel=0.04)
        rows, columns = np.indices(ink.shape)
        middle = np.array([(ink * columns).sum(), (ink * rows).sum()]) / ink.sum() + 0.5 + [window.x, window.y]
        assert np.abs(middle - centroid(points)).max() < (0.1 if name in OPTIONS else 0.3)


def _is_upright(warp: Warp) -> bool:
    return warp.bend is None and warp.matrix[0, 1] == warp.matrix[1, 0] == 0


def cv_area(points: np.ndarray) -> float:
    x, y = points.T
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2


def centroid(points: np.ndarray) -> np.ndarray:
    start = points - points[0]
    cross = start[:, 0] * np.roll(start[:, 1], -1) - start[:, 1] * np.roll(start[:, 0], -1)
    both = start + np.roll(start, -1, axis=0)
    return (both * cross[:, None]).sum(axis=0) / (3 * cross.sum()) + points[0]


@pytest.mark.parametrize("name", WARPS)
def test_the_window_holds_all_ink(name):
    rng = np.random.default_rng(3)
    for _ in range(10):
        plate = plate_of(rng)
        warp = WARPS[name].draw(plate, rng)
        window = warp.window(plate.wh)
        wide = warp.pull(plate.cover, window.grown(40))
        inside = wide[40:-40, 40:-40]
        assert np.count_nonzero(wide) == np.count_nonzero(inside) > 0


@pytest.mark.parametrize("name", WARPS)
def test_backward_undoes_forward(name):
    rng = np.random.default_rng(5)
    for _ in range(10):
        plate = plate_of(rng)
        warp = WARPS[name].draw(plate, rng)
        boxes = plate.boxes_uv
        points = np.concatenate([boxes[:, :2], boxes[:, 2:], boxes[:, [0, 3]]]).astype(np.float64)
        assert np.abs(warp.backward(warp.forward(points)) - points).max() < 1e-9
        if warp.bend is not None:
            assert np.abs(warp.bend.backward(warp.bend.forward(points)) - points).max() < 1e-9


@pytest.mark.parametrize("name", WARPS)
def test_text_is_never_mirrored(name):
    rng = np.random.default_rng(6)
    for _ in range(10):
        plate = plate_of(rng)
        warp = WARPS[name].draw(plate, rng)
        for u0, v0, u1, v1 in plate.boxes_uv.astype(np.float64):
            (ax, ay), (bx, by), (cx, cy) = warp.forward(np.array([[u0, v0], [u1, v0], [u1, v1]]))
            assert (bx - ax) * (cy - by) - (by - ay) * (cx - bx) > 0


@pytest.mark.parametrize("name", WARPS)
def test_a_shape_survives_pickling_and_repeats(name):
    plate = plate_of(np.random.default_rng(0))
    one, two = (WARPS[name].draw(plate, np.random.default_rng(9)) for _ in range(2))
    window = one.window(plate.wh)
    again = pickle.loads(pickle.dumps(two))
    assert again.window(plate.wh) == window
    assert np.array_equal(one.pull(plate.cover, window), again.pull(plate.cover, window))


def test_a_grid_serves_ink_and_owners_alike():
    rng = np.random.default_rng(2)
    plate = plate_of(rng)
    warp = OPTIONS["arc"].draw(plate, rng)
    window = warp.window(plate.wh)
    assert np.array_equal(
        warp.pull(plate.cover, window, grid=warp.grid(window, plate.wh)), warp.pull(plate.cover, window)
    )


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, warp in WARPS.items()
        if warp.draw(plate_of(np.random.default_rng(0)), np.random.default_rng(0)).bend is not None
    ],
)
def test_a_grid_is_what_backward_says_at_every_pixel(name):
    rng = np.random.default_rng(4)
    for _ in range(6):
        plate = plate_of(rng)
        warp = WARPS[name].draw(plate, rng)
        window = warp.window(plate.wh).grown(5)
        grid = warp.grid(window, plate.wh).astype(np.float64) + 0.5
        x, y = np.meshgrid(np.arange(window.w) + window.x + 0.5, np.arange(window.h) + window.y + 0.5)
        exact = warp.backward(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(grid.shape)
        on = (exact > 0).all(axis=2) & (exact < plate.wh).all(axis=2)
        assert np.abs(grid - exact)[on].max() < 1 / 16 + 1e-3
        off = np.isnan(exact[..., 0])
        assert (grid[off] < -1000).all()


def test_a_turn_is_counter_clockwise_as_displayed():
    plate = plate_of(np.random.default_rng(0))
    start, end = (
        Tilt(rotation_deg=Range(30, 30)).draw(plate, np.random.default_rng(0)).forward(plate.lines[0].baseline_uv)
    )
    assert math.degrees(math.atan2(start[1] - end[1], end[0] - start[0])) == pytest.approx(30)


def test_a_positive_shear_leans_upright_strokes_to_the_left():
    warp = Tilt(rotation_deg=Range(0, 0), shear_deg=Range(20, 20)).draw(
        plate_of(np.random.default_rng(0)), np.random.default_rng(0)
    )
    top, bottom = warp.forward(np.array([[10.0, 0.0], [10.0, 10.0]]))
    assert math.degrees(math.atan2(bottom[0] - top[0], bottom[1] - top[1])) == pytest.approx(20)


def test_the_far_end_of_a_text_is_smaller_and_the_middle_keeps_its_size():
    plate = plate_of(np.random.default_rng(0))
    warp = Perspective(rotation_deg=Range(0, 0), pitch_deg=Range(0, 0), yaw_deg=Range(40, 40)).draw(
        plate, np.random.default_rng(0)
    )
    first, last = warp.forward(plate.boxes_uv[0].reshape(2, 2)), warp.forward(plate.boxes_uv[-1].reshape(2, 2))
    assert first[1, 1] - first[0, 1] > 24 > last[1, 1] - last[0, 1]


@pytest.mark.parametrize(("reads", "way"), [("outside", 1), ("inside", -1)])
def test_an_arch_has_its_middle_below_and_a_bowl_above(reads, way):
    plate = plate_of(np.random.default_rng(0))
    warp = Arc(reads=reads, sweep_deg=Range(90, 90)).draw(plate, np.random.default_rng(0))
    boxes = plate.boxes_uv
    ends, middle = warp.forward(boxes[[0, -1], :2]), warp.forward(np.array([[plate.wh[0] / 2, 6.0]]))
    assert ((ends[:, 1] - middle[0, 1]) * way > 5).all()


def test_text_around_a_circle_begins_where_it_is_told_to():
    plate = plate_of(np.random.default_rng(0))
    for reads in ("outside", "inside"):
        warp = Circle(reads=reads, start_deg=Range(40, 40)).draw(plate, np.random.default_rng(0))
        x, y = warp.forward(np.array([[plate.boxes_uv[0, 0], 20.0]]))[0]
        assert math.degrees(math.atan2(-y, x)) == pytest.approx(40)


def test_a_text_too_long_for_its_circle_gets_a_larger_one():
    plate = plate_of(np.random.default_rng(0))
    warp, angle = bent(plate, 5.0, False, 1.5)
    assert angle <= 2 * math.pi * 0.97 + 1e-9
    assert warp.bend.radius_px > 24


def test_nothing_of_a_text_on_a_cylinder_is_too_far_round():
    rng = np.random.default_rng(1)
    for _ in range(30):
        plate = plate_of(rng)
        bend = HARD["bottle"].draw(plate, rng).bend
        angles = (plate.boxes_uv[:, [0, 2]] - bend.u) / bend.radius_px
        assert np.abs(np.rad2deg(angles)).max() <= STEEPEST_DEG + 1e-4
