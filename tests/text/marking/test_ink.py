import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from generator.core.errors import ConfigError
from generator.core.units import Range
from generator.run.build import build
from generator.text.marking.film import lineless
from generator.text.marking.ink import Ink
from generator.text.marking.pigment import Pigment
from generator.text.marking.seven_segment import SevenSegment
from generator.text.marking.stencil import Stencil
from generator.text.marking.thermal import Thermal
from generator.text.plate import Marks

FOLDER = Path(__file__).parents[3] / "conf" / "text" / "marking"


def _inks():
    every = {path.stem: build(yaml.safe_load(path.read_text()), path.stem) for path in sorted(FOLDER.glob("*.yaml"))}
    return {name: marking for name, marking in every.items() if isinstance(marking, Pigment)}


INKS = _inks()


def _ink(plate):
    """Return whose ink each pixel is: at least half as dense as the densest of its character, 0 elsewhere."""
    whose = np.zeros(plate.cover.shape, int)
    for number in range(1, len(plate.chars) + 1):
        own = plate.owner == number
        densest = int(plate.cover[own].max(initial=0))
        assert densest > 100, f"{plate.chars[number - 1]} has left no ink"
        whose[own & (plate.cover >= densest / 2)] = number
    return whose


@pytest.mark.parametrize("name", INKS)
def test_every_character_keeps_its_ink_within_its_box(name, plate):
    for seed in range(12):
        struck = INKS[name].strike(plate, np.random.default_rng(seed))
        assert struck.chars == plate.chars
        assert struck.owner.shape == struck.cover.shape
        whose = _ink(struck)
        for number, (u0, v0, u1, v1) in enumerate(struck.boxes_uv, 1):
            v, u = np.nonzero(whose == number)
            assert u.min() >= u0 - 2 and u.max() + 1 <= u1 + 2, (name, seed)
            assert v.min() >= v0 - 2 and v.max() + 1 <= v1 + 2, (name, seed)


@pytest.mark.parametrize("name", INKS)
def test_the_same_chance_strikes_the_same_bytes_and_leaves_the_flat_plate_alone(name, plate):
    before = plate.cover.copy()
    one, two = (INKS[name].strike(plate, np.random.default_rng(3)) for _ in range(2))
    assert one.cover.tobytes() == two.cover.tobytes()
    assert np.array_equal(one.owner, two.owner)
    assert np.array_equal(plate.cover, before)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", INKS)
def test_nothing_changes_farther_than_its_reach_from_ink(name, count):
    cover = np.zeros((60, 70), np.float32)
    cover[28:32, 30:40] = 1.0
    ground = np.random.default_rng(0).random((60, 70, count), np.float32)
    for seed in range(6):
        drawn = INKS[name].draw(np.random.default_rng(seed))
        assert json.loads(json.dumps(drawn)) == drawn
        reach = INKS[name].reach_px(drawn, 20.0)
        change = INKS[name].change(ground, cover, drawn, 135.0, 20.0)
        assert change.shape == ground.shape and change.dtype == np.float32
        side = 2 * reach + 1
        near = cv2.dilate((cover > 0).astype(np.uint8), np.ones((side, side), np.uint8)) > 0
        assert np.abs(change[~near]).max() < 1e-6
        assert np.abs(change[28:32, 30:40]).max() > 0.02


@pytest.mark.parametrize("name", INKS)
def test_ink_for_any_surface_is_dark_on_white_and_light_on_black(name):
    full = np.ones((8, 8), np.float32)
    for seed in range(4):
        drawn = INKS[name].draw(np.random.default_rng(seed))
        on_white, on_black = (
            INKS[name].change(np.full((8, 8, 3), value, np.float32), full, drawn, 0.0, 20.0) for value in (0.95, 0.05)
        )
        assert on_white.mean() < -0.1
        assert on_black.mean() > 0.1


@pytest.mark.parametrize("name", INKS)
def test_what_calls_itself_flat_is_cover_times_one_colour_on_one_colour(name):
    cover = np.random.default_rng(0).random((6, 7), np.float32)
    drawn = INKS[name].draw(np.random.default_rng(0))
    if INKS[name].is_flat(drawn):
        change = INKS[name].change(np.full((6, 7, 3), 0.7, np.float32), cover, drawn, 0.0, 20.0)
        colour = INKS[name].change(np.full((1, 1, 3), 0.7, np.float32), np.ones((1, 1), np.float32), drawn, 0.0, 20.0)
        np.testing.assert_allclose(change, cover[..., None] * colour, atol=1e-6)


def test_dark_ink_is_never_light():
    drawn = Ink(sign="dark").draw(np.random.default_rng(0))
    assert set(drawn) == {"dark_rgb"}


def test_a_mono_camera_sees_the_brightness_of_a_colour():
    ink = Ink(sign="dark", dark_rgb=((1.0, 0.0, 0.0),))
    ground = np.ones((1, 1, 1), np.float32)
    change = ink.change(ground, np.ones((1, 1), np.float32), ink.draw(np.random.default_rng(0)), 0.0, 20.0)
    assert change[0, 0, 0] == pytest.approx(0.299 - 1.0)


def test_a_dead_heater_spares_a_character_that_hangs_on_it(plate):
    heads = Thermal(feed="along", dead=Range(8, 8), dead_left=Range(0, 0), voids=Range(0, 0), heaters=Range(14, 14))
    for seed in range(20):
        struck = heads.strike(plate, np.random.default_rng(seed))
        dash = struck.cover[struck.owner == 4]
        assert dash.sum() > 0.7 * plate.cover[plate.owner == 4].sum()


def test_a_line_without_ink_is_as_wide_as_asked(plate):
    struck = lineless(plate, 1, 2.0, 0.0, False, np.random.default_rng(1))
    post = struck.cover[:, 56].astype(int)
    assert 255 * 28 - post.sum() == pytest.approx(255 * 2.0, abs=40)


def test_spray_beside_a_letter_is_less_than_half_of_its_paint(plate):
    spray = Stencil(halo=Range(0.4, 0.4), speckles=Range(1, 1), softness=Range(0, 0), ragged=Range(0, 0))
    struck = spray.strike(plate, np.random.default_rng(0))
    (u0, v0, u1, v1) = (round(float(value)) for value in struck.boxes_uv[2])
    beside = np.concatenate([struck.cover[v0:v1, u0 - 4 : u0 - 1], struck.cover[v0:v1, u1 + 1 : u1 + 4]])
    assert beside.max() > 10
    assert beside.max() < 0.5 * struck.cover[v0:v1, u0:u1].max()


def test_segments_that_are_not_lit_are_faintly_there_even_beyond_the_plate(plate):
    ghost = np.full((28, 6), 255, np.uint8)
    display = SevenSegment(unlit=Range(0.2, 0.2))
    struck = display.strike(plate.with_(marks=Marks(unlit=((ghost, -8, 2), (ghost, 22, 2)))), np.random.default_rng(0))
    room = int(struck.boxes_uv[0, 0] - plate.boxes_uv[0, 0])
    assert room == 8
    assert np.all(struck.cover[room + 2 : room + 30, 0:6] == 51)
    assert np.all(struck.cover[room + 2 : room + 30, room + 22 : room + 28] == 51)


def test_a_colour_out_of_range_names_its_key():
    with pytest.raises(ConfigError, match=r"text\.marking\.dark_rgb"):
        build({"_target_": "generator.text.marking.ink.Ink", "dark_rgb": [[0, 0, 2]]}, "text.marking")
