"""What markings that change the surface itself promise."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from generator.core.errors import RangeError
from generator.core.units import Range
from generator.run.build import build
from generator.text.marking.surface.dot_peen import DotPeen
from generator.text.marking.surface.embossed import Embossed
from generator.text.marking.surface.engraved import Engraved
from generator.text.marking.surface.laser import Laser
from generator.text.marking.surface.shading import inward
from generator.text.plate import Marks, Plate, PlateLine

HEIGHT = 28.0
LIGHT = ((0.9, 0.9, 0.85),)
MARKINGS = {
    "dot_peen": DotPeen(),
    "engraved": Engraved(uneven=Range(0.1, 0.3)),
    "filled": Engraved(fill="both"),
    "embossed": Embossed(),
    "burn": Laser(halo=Range(0.3, 0.3)),
    "ablation": Laser(mode="ablation", tint=LIGHT, rise=Range(-0.02, -0.02)),
    "foam": Laser(mode="foam", tint=LIGHT, rise=Range(0.03, 0.03), softness=Range(0.03, 0.03)),
}
RELIEFS = ("dot_peen", "engraved", "embossed")
every = pytest.mark.parametrize("marking", MARKINGS.values(), ids=MARKINGS)


def plate(marks: Marks | None = None) -> Plate:
    """Return an I and an O with room around them."""
    cover = np.zeros((40, 64), np.uint8)
    cv2.rectangle(cover, (12, 6), (17, 33), 255, -1)
    cv2.ellipse(cover, (42, 20), (9, 12), 0, 0, 360, 255, 5, cv2.LINE_AA)
    owner = np.ones((40, 64), np.uint16)
    owner[:, 25:] = 2
    line = PlateLine(
        text="IO", first=0, stop=2, words=(("IO", 0, 2),), baseline_uv=np.array([[12, 34], [54, 34]], np.float32)
    )
    boxes = np.array([[12, 6, 18, 34], [30, 5, 54, 35]], np.float32)
    return Plate(
        cover=cover, owner=owner, chars=("I", "O"), boxes_uv=boxes, lines=(line,), height_px=HEIGHT, marks=marks
    )


def dots() -> Plate:
    """Return a plate of four dots on a slope and one beside."""
    uvn = np.array([[12, 8, 1], [12, 14, 1], [12, 20, 1], [12, 26, 1], [40, 20, 2]], np.float32)
    return plate(Marks(dots_uvn=uvn, pitch_px=6.0))


def laid(marking, seed: int = 5, room_px: int = 8) -> tuple[np.ndarray, dict]:
    """Return the ink on an image with room around it, and what was drawn."""
    rng = np.random.default_rng(seed)
    drawn = marking.draw(rng)
    return np.pad(marking.strike(plate(), rng).cover, room_px).astype(np.float32) / 255, dict(drawn)


def surface(hw: tuple[int, int], channels: int = 3, level: float = 0.5) -> np.ndarray:
    return np.full((*hw, channels), level, np.float32)


def changed(marking, level: float = 0.5, channels: int = 3, light_deg: float = 135.0, seed: int = 5):
    cover, drawn = laid(marking, seed)
    return marking.change(surface(cover.shape, channels, level), cover, drawn, light_deg, HEIGHT), cover, drawn


@every
@pytest.mark.parametrize("channels", [1, 3])
def test_a_change_is_finite_float32_of_the_surface_s_shape_and_nothing_beyond_reach(marking, channels):
    change, cover, drawn = changed(marking, channels=channels)
    assert change.dtype == np.float32
    assert change.shape == (*cover.shape, channels)
    assert np.isfinite(change).all()
    reach = marking.reach_px(drawn, HEIGHT)
    near = cv2.dilate((cover > 0).view(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    assert (change[~near] == 0).all()
    assert (~near).any()


@every
@pytest.mark.parametrize("level", [0.05, 0.5, 0.9])
def test_a_dark_and_a_bright_surface_stay_within_their_range(marking, level):
    change, _, _ = changed(marking, level=level)
    assert (level + change >= -1e-5).all()
    assert (level + change <= 1 + 1e-5).all()


@every
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(marking):
    first, again = changed(marking)[0], changed(marking)[0]
    assert first.tobytes() == again.tobytes()
    other = changed(marking, seed=6)[0]
    assert other.shape != first.shape or not np.array_equal(first, other)


@every
def test_a_larger_window_with_the_same_corner_holds_the_same_change(marking):
    cover, drawn = laid(marking)
    larger = np.pad(cover, ((0, 9), (0, 14)))
    small = marking.change(surface(cover.shape), cover, drawn, 30.0, HEIGHT)
    large = marking.change(surface(larger.shape), larger, drawn, 30.0, HEIGHT)
    assert np.allclose(large[: cover.shape[0], : cover.shape[1]], small, atol=1e-6)


@pytest.mark.parametrize("name", RELIEFS)
@pytest.mark.parametrize("light_deg", [0.0, 90.0])
def test_the_bright_side_turns_with_the_light(name, light_deg):
    marking = MARKINGS[name]
    cover, drawn = laid(marking)
    ink = cv2.GaussianBlur(cover, (0, 0), 1.5)
    x, y = math.cos(math.radians(light_deg)), -math.sin(math.radians(light_deg))
    towards = cv2.Sobel(ink, -1, 1, 0) * x + cv2.Sobel(ink, -1, 0, 1) * y  # ink rises towards the light
    is_raised = 1.0 if name == "embossed" else -1.0
    for turned, sign in ((0.0, -1.0), (180.0, 1.0)):
        change = marking.change(surface(cover.shape), cover, drawn, light_deg + turned, HEIGHT)[..., 0]
        assert sign * is_raised * float((change * towards).sum()) > 0


@every
@pytest.mark.parametrize("level", [0.08, 0.5])
def test_most_of_a_character_changes_by_half_of_its_strong_change(marking, level):
    if level < 0.1 and marking.sign == "dark":
        level = 0.3  # a dark mark cannot be seen on a dark surface
    change, cover, _ = changed(marking, level=level)
    size = np.abs(change).max(axis=2)
    strong = np.quantile(size[cover >= 0.5], 0.9)
    inside = size[cover >= 0.5] >= 0.5 * strong
    assert inside.mean() > 0.5
    assert (size[cover >= 0.5] > 0.02 * strong).mean() > 0.95
    columns, inked = np.flatnonzero((size >= 0.5 * strong).any(axis=0)), np.flatnonzero((cover >= 0.5).any(axis=0))
    assert abs(int(columns[0]) - int(inked[0])) <= 3
    assert abs(int(columns[-1]) - int(inked[-1])) <= 3


@every
def test_a_struck_plate_keeps_its_characters_and_their_places(marking):
    before = plate()
    after = marking.strike(before, np.random.default_rng(1))
    assert after.chars == before.chars
    assert after.cover.dtype == np.uint8
    assert after.cover.shape == after.owner.shape
    assert set(np.unique(after.owner)) == {1, 2}
    moved = after.lines[0].baseline_uv[0] - before.lines[0].baseline_uv[0]
    assert np.allclose(after.boxes_uv - np.tile(moved, 2), before.boxes_uv, atol=3.5)


def test_a_face_of_dots_is_struck_dot_by_dot():
    marking = DotPeen(jitter=Range(0, 0), unevenness=Range(0, 0), missed=Range(0, 0), diameter=Range(0.8, 0.8))
    struck = marking.strike(dots(), np.random.default_rng(0))
    count, _, _, centres = cv2.connectedComponentsWithStats((struck.cover >= 128).view(np.uint8))
    assert count - 1 == 5
    assert np.allclose(np.sort(centres[1:, 0] + 0.5), np.sort(struck.marks.dots_uvn[:, 0]), atol=0.51)
    assert struck.owner[struck.cover >= 128].max() == 2


def test_strokes_are_struck_at_equal_steps_with_both_ends():
    stroke = np.array([[12, 6], [12, 26], [22, 26]], np.float32)
    marks = Marks(strokes=((1, stroke), (2, np.array([[40, 20]], np.float32))), width_px=3.0)
    marking = DotPeen(
        rows=Range(8, 8), jitter=Range(0, 0), unevenness=Range(0, 0), missed=Range(0, 0), diameter=Range(0.8, 0.8)
    )
    struck = marking.strike(plate(marks), np.random.default_rng(0))
    room = struck.lines[0].baseline_uv[0, 0] - 12
    first = struck.marks.dots_uvn[struck.marks.dots_uvn[:, 2] == 1][:, :2] - room
    assert np.allclose(first[0], stroke[0])
    assert np.allclose(first[-1], stroke[-1])
    assert np.ptp(np.hypot(*np.diff(first, axis=0).T)) < 1.5
    assert (struck.marks.dots_uvn[:, 2] == 2).sum() == 1


def test_no_character_loses_all_of_its_dents():
    marking = DotPeen(missed=Range(0.3, 0.3))
    for seed in range(20):
        assert set(marking.strike(dots(), np.random.default_rng(seed)).marks.dots_uvn[:, 2]) == {1.0, 2.0}


def test_the_way_inward_is_the_distance_to_the_edge():
    cover = np.zeros((9, 21), np.float32)
    cover[:, 5:16] = 1.0
    cover[:, 4] = 0.25
    depth = inward(cover, 3.5)
    assert np.allclose(depth[4, 3:12], [0, 0.25, 1.25, 2.25, 3.125, 3.5, 3.5, 3.5, 3.5], atol=0.01)


def test_hatch_lines_finer_than_two_pixels_leave_the_ink_whole():
    fine = Laser(hatch=Range(0.03, 0.03), softness=Range(0, 0))
    struck = fine.strike(plate(), np.random.default_rng(0))
    assert np.array_equal(struck.cover, plate().cover)
    coarse = Laser(hatch=Range(0.2, 0.2), lines=Range(0.4, 0.4), softness=Range(0, 0))
    inside = coarse.strike(plate(), np.random.default_rng(0)).cover[plate().cover == 255]
    assert inside.min() >= 0.4 * 255
    assert inside.std() > 10


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (Engraved, "wall_deg", Range(0, 90)),
        (Embossed, "top_sign", "grey"),
        (DotPeen, "missed", Range(0, 0.9)),
        (Laser, "mode", "cut"),
        (Laser, "tint", ((0.0, 0.0, 2.0),)),
        (Laser, "contour", 2.0),
    ],
)
def test_a_value_out_of_range_is_named(kind, field, value):
    with pytest.raises(RangeError) as error:
        kind(**{field: value})
    assert error.value.field == field


def test_a_light_mark_without_a_light_colour_is_refused():
    with pytest.raises(RangeError, match="light colours"):
        Laser(mode="foam")


@pytest.mark.parametrize(
    "option",
    ["dot_peen", "engraved", "engraved_filled", "stamped", "embossed", "laser_burn", "laser_ablation", "laser_foam"],
)
def test_every_option_builds_and_states_every_field(option):
    path = Path(__file__).parents[4] / "conf" / "text" / "marking" / f"{option}.yaml"
    node = yaml.safe_load(path.read_text(encoding="utf-8"))
    marking = build(node, "text.marking")
    assert set(node) - {"_target_"} == set(marking.__dataclass_fields__)


@pytest.mark.parametrize(
    ("fill", "level", "sign"), [("both", 0.1, 1), ("both", 0.7, -1), ("dark", 0.7, -1), ("light", 0.5, 1)]
)
def test_paint_in_a_cut_stands_off_from_the_surface(fill, level, sign):
    change, cover, _ = changed(Engraved(fill=fill), level=level)
    assert sign * float(np.median(change[cover > 0.9])) > 0.2


def test_all_of_a_dent_belongs_to_its_character_even_beside_another():
    owner = np.ones((40, 64), np.uint16)
    owner[:, 20:] = 2  # the border runs through the first dent
    marks = Marks(dots_uvn=np.array([[19.5, 20, 1], [33, 20, 2]], np.float32), pitch_px=10.0)
    marking = DotPeen(jitter=Range(0, 0), unevenness=Range(0, 0), missed=Range(0, 0), diameter=Range(0.9, 0.9))
    before = plate(marks)
    struck = marking.strike(before.with_(owner=owner), np.random.default_rng(0))
    (u, _), middle = struck.marks.dots_uvn[0, :2], struck.marks.dots_uvn[:, 0].mean()
    columns = np.broadcast_to(np.arange(struck.cover.shape[1]) + 0.5, struck.cover.shape)
    rim = (struck.cover > 0) & (struck.cover < 128) & (columns < middle)
    assert rim.any() and (columns[rim] > u).any() and set(struck.owner[rim]) == {1}
