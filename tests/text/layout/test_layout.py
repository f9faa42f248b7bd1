"""Frames hold all ink, texts lie on the part and never overlap, quads begin at the text's own top left."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import generator
from generator.core.errors import ConfigError, RangeError
from generator.core.units import Length, LengthRange, Range, Scale
from generator.imaging.warp import Warp, outline
from generator.run.build import build
from generator.text.layout.label import LabelFields, LabelText
from generator.text.layout.line import Line
from generator.text.layout.quad import Quad
from generator.text.layout.surface import Surface
from generator.text.plate import Plate
from generator.text.port import Canvas
from generator.text.warp.arc import Arc
from generator.text.warp.circle import Circle
from generator.text.warp.cylinder import Cylinder
from generator.text.warp.flat import Flat
from generator.text.warp.ink import around_ink, ink_box_uv
from generator.text.warp.perspective import Perspective
from generator.text.warp.tilt import Tilt

CONF = Path(generator.__file__).resolve().parents[1] / "conf/text/layout"
TEMPLATES = ("food_label", "rating_plate", "carton")
SHAPES = {"flat": Flat(), "tilt": Tilt(), "arc": Arc(), "perspective": Perspective(), "cylinder": Cylinder()}


def canvas_of(w: int, h: int, roi: np.ndarray | None = None) -> Canvas:
    return Canvas(hw=(h, w), roi=roi, scale=Scale(min(w, h)))


def plate_of(height_px: float = 24.0, count: int = 6, lines: int = 1) -> Plate:
    """Return a plate whose characters are full boxes."""
    step = int(height_px * 0.8)
    boxes = np.array(
        [
            [5 + i * step, 4 + j * 1.6 * height_px, 5 + i * step + 0.6 * height_px, 4 + (j * 1.6 + 1) * height_px]
            for j in range(lines)
            for i in range(count)
        ],
        np.float32,
    ).round()
    w, h = (int(v) for v in boxes[:, 2:].max(axis=0) + 5)
    cover = np.zeros((h, w), np.uint8)
    for u0, v0, u1, v1 in boxes.astype(int):
        cover[v0:v1, u0:u1] = 255
    owner = np.ones((h, w), np.uint16)
    return Plate(cover=cover, owner=owner, chars=("x",) * len(boxes), boxes_uv=boxes, lines=(), height_px=height_px)


def ink(plate: Plate, warp: Warp, hw: tuple[int, int]) -> np.ndarray:
    """Return where on an image a plate has ink, and check that none is beyond."""
    seen = np.zeros(hw, bool)
    window = warp.window(plate.wh)
    pulled = warp.pull(plate.cover, window) > 25
    rows, columns = np.nonzero(pulled)
    rows, columns = rows + window.y, columns + window.x
    assert rows.min() >= 0 and columns.min() >= 0 and rows.max() < hw[0] and columns.max() < hw[1]
    seen[rows, columns] = True
    return seen


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lines", [1, 2])
def test_a_line_frame_holds_all_ink_and_the_margins(shape, lines):
    rng = np.random.default_rng(0)
    for height in (None, 48, 30):
        layout = Line(image_height_px=height, margin_x=Range(0.2, 0.5), margin_y=Range(0.1, 0.4))
        for _ in range(6):
            canvas = canvas_of(1, 1)
            (field,) = layout.fields(canvas, rng)
            plate = plate_of(field.style.height_px, int(rng.integers(1, 9)), lines)
            placed = layout.place([plate], [SHAPES[shape].draw(plate, rng)], canvas, rng)
            seen = ink(plate, placed.warps[0], (placed.frame.h, placed.frame.w))
            edge = around_ink(plate, placed.warps[0])
            spare = np.concatenate([edge.min(axis=0), [placed.frame.w, placed.frame.h] - edge.max(axis=0)])
            assert seen.any() and spare.min() > -1e-6
            assert height is None or placed.frame.h == height
            if shape == "flat":
                scale = placed.warps[0].matrix[0, 0]
                assert spare.min() >= 0.1 * plate.height_px * scale - 1.0


def test_a_flat_line_is_moved_by_whole_pixels():
    rng = np.random.default_rng(1)
    for _ in range(20):
        (field,) = Line().fields(canvas_of(1, 1), rng)
        plate = plate_of(field.style.height_px)
        placed = Line().place([plate], [Flat().draw(plate, rng)], canvas_of(1, 1), rng)
        assert placed.warps[0].whole_shift() is not None


def test_a_line_too_long_is_made_smaller_and_keeps_its_image_height():
    rng = np.random.default_rng(2)
    plate = plate_of(24, 30)
    placed = Line(max_width_px=200).place([plate], [Flat().draw(plate, rng)], canvas_of(1, 1), rng)
    assert placed.frame.w <= 200 and placed.frame.h == 48
    assert ink(plate, placed.warps[0], (48, placed.frame.w)).any()


def test_a_frame_is_cut_from_the_roi_where_it_has_room():
    rng = np.random.default_rng(3)
    roi = np.zeros((200, 400), bool)
    roi[60:180, 100:380] = True
    plate = plate_of(24)
    places = set()
    for _ in range(20):
        frame = Line().place([plate], [Flat().draw(plate, rng)], canvas_of(400, 200, roi), rng).frame
        assert roi[frame.slices].all()
        places.add((frame.x, frame.y))
    assert len(places) > 15


@pytest.mark.parametrize("shape", [*SHAPES, "circle"])
def test_texts_on_a_surface_lie_in_the_roi_and_apart(shape):
    rng = np.random.default_rng(4)
    y, x = np.indices((240, 300))
    roi = (x - 150) ** 2 + (y - 120) ** 2 < 110**2
    warping = {**SHAPES, "circle": Circle()}[shape]
    layout = Surface(
        count=Range(4, 8), height=LengthRange(Length(8, "px"), Length(16, "px")), clearance=Length(2, "px")
    )
    put = 0
    for _ in range(6):
        canvas = canvas_of(300, 240, roi)
        plates = [plate_of(f.style.height_px, int(rng.integers(2, 6))) for f in layout.fields(canvas, rng)]
        placed = layout.place(plates, [warping.draw(plate, rng) for plate in plates], canvas, rng)
        assert placed.frame is None and len(placed.warps) == len(plates)
        taken = np.zeros(roi.shape, np.uint8)
        for plate, warp in zip(plates, placed.warps, strict=True):
            if warp is not None:
                seen = ink(plate, warp, roi.shape)
                assert roi[seen].all() and not taken[seen].any()
                taken[seen] = 1
                put += 1
    assert put >= 12


def test_a_text_without_room_is_made_smaller_and_then_left_out():
    rng = np.random.default_rng(5)
    layout = Surface(rotation_deg=Range(0, 0), clearance=Length(0, "px"), least_scale=0.5)
    plate = plate_of(20, 8)
    width = plate.wh[0]
    for room, fits in ((width + 4, True), (int(width * 0.7), True), (int(width * 0.3), False)):
        (warp,) = layout.place([plate], [Flat().draw(plate, rng)], canvas_of(room, 60), rng).warps
        assert (warp is not None) == fits
    (full,) = layout.place([plate], [Flat().draw(plate, rng)], canvas_of(width + 4, 60), rng).warps
    assert full.whole_shift() is not None


def test_text_around_a_cap_has_its_circle_in_the_middle_of_the_part():
    rng = np.random.default_rng(6)
    roi = np.zeros((200, 260), bool)
    roi[20:180, 60:220] = True
    layout = Surface(anchor="centre", rotation_deg=Range(0, 0), count=Range(1, 1), least_scale=0.2)
    plate = plate_of(12, 20)
    (warp,) = layout.place([plate], [Circle().draw(plate, rng)], canvas_of(260, 200, roi), rng).warps
    away = np.linalg.norm(warp.forward(outline(*ink_box_uv(plate), 4.0)) - [140, 100], axis=1)
    assert away.max() < 80 and away.max() - away.min() < 14


def test_images_stay_empty_as_often_as_asked_and_distractors_are_marked():
    rng = np.random.default_rng(7)
    layout = Surface(count=Range(1, 3), empty_share=0.3, distractor_count=Range(2, 2))
    drawn = [layout.fields(canvas_of(100, 100), rng) for _ in range(400)]
    texts = [sum(field.kind == "text" for field in fields) for fields in drawn]
    assert 0.24 < np.mean([count == 0 for count in texts]) < 0.36
    assert all(sum(field.kind == "distractor" for field in fields) == 2 for fields in drawn)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_text_stands_in_its_quad_from_the_first_corner_on(turns):
    rng = np.random.default_rng(8)
    corners = np.array([[40, 30], [160, 38], [155, 120], [44, 100]], np.float64)
    quad = tuple(map(tuple, np.roll(corners, -turns, axis=0).tolist()))
    layout = Quad(quads=(quad,), valign="top")
    canvas = canvas_of(200, 160)
    (field,) = layout.fields(canvas, rng)
    plate = plate_of(field.style.height_px, 20)
    (warp,) = layout.place([plate], [Flat().draw(plate, rng)], canvas, rng).warps
    edge = around_ink(plate, warp)
    assert np.linalg.norm(edge[0] - quad[0]) == min(np.linalg.norm(edge[0] - corner) for corner in quad)
    assert all(_left_of(edge[(i + 2) % 4], edge[i], edge[(i + 1) % 4]) for i in range(4))  # clockwise
    inside = np.array([[_left_of(point, quad[i], quad[(i + 1) % 4]) for i in range(4)] for point in edge])
    assert inside.all()
    assert ink(plate, warp, (160, 200)).any()


def _left_of(point: np.ndarray, a: tuple[float, float], b: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) >= 0


def test_a_text_in_an_upright_rectangle_is_moved_by_whole_pixels():
    rng = np.random.default_rng(9)
    layout = Quad(quads=(((10, 10), (60, 10), (60, 30), (10, 30)),), unit="percent")
    canvas = canvas_of(301, 203)
    plate = plate_of(layout.fields(canvas, rng)[0].style.height_px, 3)
    (warp,) = layout.place([plate], [Flat().draw(plate, rng)], canvas, rng).warps
    assert warp.whole_shift() is not None


@pytest.mark.parametrize(
    "quad",
    [((0, 0), (0, 5), (9, 5), (9, 0)), ((0, 0), (9, 0), (9, 5)), ((0, 0), (9, 0), (2, 1), (0, 5))],
)
def test_a_quad_that_is_no_clockwise_one_is_refused(quad):
    with pytest.raises(RangeError) as caught:
        Quad(quads=(quad,))
    assert caught.value.field == "quads[0]"


def test_a_quad_beyond_the_image_is_named():
    with pytest.raises(ConfigError, match=r"quads\[0\].*100 x 50"):
        Quad(quads=(((0, 0), (101, 0), (101, 20), (0, 20)),)).fields(canvas_of(100, 50), np.random.default_rng(0))


@pytest.mark.parametrize("plane", [None, "tilt", "perspective", "cylinder", "arc"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_the_texts_of_a_label_share_its_plane_and_keep_apart(name, plane):
    rng = np.random.default_rng(10)
    node = yaml.safe_load((CONF / f"{name}.yaml").read_text())
    node["plane"] = None if plane is None else node["plane"]
    label = build(node, "text.layout")
    if plane is not None:
        label = LabelFields(texts=label.texts, aspect=label.aspect, plane=SHAPES[plane], size=Range(0.6, 0.9))
    canvas = canvas_of(420, 400)
    fields = label.fields(canvas, rng)
    assert [field.name for field in fields] == list(label.texts)
    plates = [plate_of(field.style.height_px, int(rng.integers(3, 25))) for field in fields]
    placed = label.place(plates, [Flat().draw(plate, rng) for plate in plates], canvas, rng)
    taken = np.zeros(canvas.hw, bool)
    for plate, warp in zip(plates, placed.warps, strict=True):
        seen = ink(plate, warp, canvas.hw)
        assert not taken[seen].any()
        taken |= seen
        points = plate.boxes_uv[:, :2].astype(np.float64)
        assert np.abs(warp.backward(warp.forward(points)) - points).max() < 1e-8


def test_a_label_on_a_quad_follows_its_corners():
    rng = np.random.default_rng(11)
    quad = ((180.0, 150.0), (20.0, 140.0), (30.0, 20.0), (170.0, 30.0))  # stands on its head
    label = LabelFields(
        quad=quad, texts={"a": LabelText(at=(0, 0), size=(1, 0.5)), "b": LabelText(at=(0, 0.5), size=(1, 0.5))}
    )
    canvas = canvas_of(200, 180)
    plates = [plate_of(field.style.height_px, 3) for field in label.fields(canvas, rng)]
    first, second = label.place(plates, [Flat().draw(plate, rng) for plate in plates], canvas, rng).warps
    start, below = around_ink(plates[0], first)[0], around_ink(plates[1], second)[0]
    assert start[0] > 100 and start[1] > 80 and below[1] < start[1] - 20


def test_texts_of_a_label_that_overlap_are_refused():
    texts = {"a": LabelText(at=(0, 0), size=(0.5, 0.5)), "b": LabelText(at=(0.4, 0.4), size=(0.5, 0.5))}
    with pytest.raises(RangeError, match=r"texts\.b.*clear of a"):
        LabelFields(texts=texts)


def test_every_layout_repeats_itself():
    for path in sorted(CONF.glob("*.yaml")):
        node = yaml.safe_load(path.read_text())
        if "quads" in node:
            node["quads"] = [[[10, 10], [150, 20], [150, 60], [10, 50]]]
        layout = build(node, "text.layout")
        results = []
        for _ in range(2):
            rng, canvas = np.random.default_rng(12), canvas_of(300, 300)
            plates = [plate_of(field.style.height_px, 4) for field in layout.fields(canvas, rng)]
            placed = layout.place(plates, [Flat().draw(plate, rng) for plate in plates], canvas, rng)
            results.append([around_ink(p, w).tolist() for p, w in zip(plates, placed.warps, strict=True) if w])
        assert results[0] == results[1] != []
