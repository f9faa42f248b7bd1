import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from generator.core.errors import ConfigError
from generator.core.units import Range
from generator.run.build import build
from generator.text.fault.blot import Blot
from generator.text.fault.cut import Cut
from generator.text.fault.double_print import DoublePrint
from generator.text.fault.legible import readable
from generator.text.fault.misplaced_line import MisplacedLine
from generator.text.fault.missing_part import MissingPart
from generator.text.fault.smear import Smear
from generator.text.fault.weak_ink import WeakInk
from generator.text.plate import Marks, Plate, PlateLine

FOLDER = Path(__file__).parents[3] / "conf" / "text" / "fault"
FAULTS = {path.stem: build(yaml.safe_load(path.read_text()), path.stem) for path in sorted(FOLDER.glob("*.yaml"))}
ROOM = 16
TOP, BOTTOM = ROOM, ROOM + 28


@pytest.fixture
def plate():
    """``EI`` of strokes 4 px wide, a capital 28 px high, with room around."""
    cover = np.zeros((28 + 2 * ROOM, 34 + 2 * ROOM), np.uint8)
    cover[TOP:BOTTOM, ROOM : ROOM + 4] = 255
    for v in (TOP, TOP + 12, BOTTOM - 4):
        cover[v : v + 4, ROOM : ROOM + 18] = 255
    cover[TOP:BOTTOM, ROOM + 28 : ROOM + 32] = 255
    row = np.where(np.arange(cover.shape[1]) < ROOM + 23, 1, 2).astype(np.uint8)
    line = PlateLine(
        text="EI",
        first=0,
        stop=2,
        words=(("EI", 0, 2),),
        baseline_uv=np.array([[ROOM, BOTTOM], [ROOM + 32, BOTTOM]], np.float32),
    )
    boxes = np.array([[ROOM, TOP, ROOM + 18, BOTTOM], [ROOM + 28, TOP, ROOM + 32, BOTTOM]], np.float32)
    return Plate(
        cover=cover,
        owner=np.broadcast_to(row, cover.shape),
        chars=("E", "I"),
        boxes_uv=boxes,
        lines=(line,),
        height_px=28.0,
    )


@pytest.fixture
def dotted(plate):
    """``I`` and ``I`` of seven dots each, pitch 4 px."""
    cover = np.zeros_like(plate.cover)
    for u in (ROOM, ROOM + 28):
        for v in range(TOP, BOTTOM, 4):
            cover[v : v + 3, u : u + 3] = 255
    return plate.with_(cover=cover, marks=Marks(dots_uvn=np.array([[ROOM, TOP, 1]], np.float32), pitch_px=4.0))


def _without(plate, rows, columns, left=0.0):
    cover = plate.cover.copy()
    cover[rows, columns] = cover[rows, columns] * left
    return cover


def _with(plate, rows, columns, value=255):
    cover = plate.cover.copy()
    cover[rows, columns] = value
    return cover


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_keeps_the_size_and_says_of_each_character_whether_it_can_be_read(name, plate):
    before = plate.cover.copy()
    harms = [FAULTS[name].harm(plate, np.random.default_rng(seed)) for seed in range(12)]
    assert sum(harm is not None for harm in harms) >= 10
    for harm in harms:
        if harm is not None:
            assert harm.cover.shape == before.shape and harm.cover.dtype == np.uint8
            assert harm.readable.shape == (2,) and harm.readable.dtype == bool
            assert (harm.cover != before).any() or harm.shift_uv != (0.0, 0.0) or harm.turn_deg
    assert np.array_equal(plate.cover, before)


@pytest.mark.parametrize("name", FAULTS)
def test_the_same_chance_does_the_same_harm(name, plate):
    one, two = (FAULTS[name].harm(plate, np.random.default_rng(5)) for _ in range(2))
    assert one.cover.tobytes() == two.cover.tobytes()
    assert json.loads(json.dumps(one.params)) == two.params


@pytest.mark.parametrize("name", FAULTS)
def test_a_plate_without_characters_cannot_be_harmed(name):
    empty = np.zeros((4, 4), np.uint8)
    plate = Plate(cover=empty, owner=empty, chars=(), boxes_uv=np.zeros((0, 4), np.float32), lines=(), height_px=20.0)
    assert FAULTS[name].harm(plate, np.random.default_rng(0)) is None


@pytest.mark.parametrize("fault", [MissingPart(), WeakInk(), Cut()])
def test_what_takes_ink_adds_none(fault, plate):
    for seed in range(10):
        harm = fault.harm(plate, np.random.default_rng(seed))
        assert harm is None or np.all(harm.cover <= plate.cover)


@pytest.mark.parametrize("fault", [Blot(), DoublePrint()])
def test_what_adds_ink_takes_none(fault, plate):
    for seed in range(10):
        harm = fault.harm(plate, np.random.default_rng(seed))
        assert harm is None or np.all(harm.cover >= plate.cover)


@pytest.mark.parametrize("form", ["side", "bite"])
def test_as_much_of_one_character_is_missing_as_was_asked(form, plate):
    for seed in range(8):
        harm = MissingPart(form=form, share=Range(0.3, 0.3)).harm(plate, np.random.default_rng(seed))
        lost = plate.cover.astype(float) - harm.cover
        (index,) = harm.params["chars"]
        own = plate.owner == index + 1
        assert lost[own].sum() / plate.cover[own].sum() == pytest.approx(0.3, abs=0.08)
        assert lost[~own].sum() == 0
        assert harm.readable.tolist() == [index != 0, index != 1]


def test_the_second_print_lies_where_it_was_shifted_to(plate):
    shift = DoublePrint(shift=Range(0.5, 0.5), direction_deg=Range(90, 90), strength=Range(0.4, 0.4))
    harm = shift.harm(plate, np.random.default_rng(0))
    assert harm.cover[TOP - 14, ROOM + 10] == pytest.approx(102, abs=2)
    assert harm.cover[TOP - 15, ROOM + 10] == 0
    assert harm.readable.all()


def test_ink_is_wiped_to_one_side_and_fades(plate):
    wipe = Smear(direction_deg=Range(0, 0), length=Range(1, 1), chars=Range(2, 2), wiped=Range(0, 0))
    for seed in range(6):
        harm = wipe.harm(plate, np.random.default_rng(seed))
        right = int(harm.cover[:, ROOM + 34 :].sum())
        left = int(harm.cover[:, : ROOM - 2].sum())
        assert (right == 0) != (left == 0)
        column = harm.cover.sum(axis=0, dtype=int)
        near, far = (ROOM + 34, ROOM + 46) if right else (ROOM - 3, 1)
        assert column[near] > column[far]


def test_a_misplaced_line_keeps_its_ink_and_can_be_read(plate):
    harm = MisplacedLine(across=Range(0.5, 0.5), turn_deg=Range(2, 2)).harm(plate, np.random.default_rng(0))
    assert np.array_equal(harm.cover, plate.cover)
    assert abs(harm.shift_uv[1]) == pytest.approx(14.0)
    assert abs(harm.turn_deg) == pytest.approx(2.0)
    assert harm.readable.all()


def test_a_line_that_is_off_its_place_by_nothing_is_no_fault(plate):
    nowhere = MisplacedLine(along=Range(0, 0), across=Range(0, 0), turn_deg=Range(0, 0))
    assert nowhere.harm(plate, np.random.default_rng(0)) is None


def test_a_sound_print_can_be_read(plate, dotted):
    assert readable(plate, plate.cover).all()
    assert readable(dotted, dotted.cover).all()


def test_an_e_without_its_foot_may_be_an_f(plate):
    cover = _without(plate, slice(BOTTOM - 4, BOTTOM), slice(ROOM + 4, ROOM + 18))
    assert readable(plate, cover).tolist() == [False, True]


def test_a_thin_scratch_across_all_can_be_read_through(plate):
    assert readable(plate, _without(plate, slice(TOP + 6, TOP + 8), slice(None))).all()


def test_pale_ink_can_be_read_until_it_is_almost_gone(plate):
    everywhere = slice(None)
    assert readable(plate, _without(plate, everywhere, everywhere, 0.5)).all()
    assert not readable(plate, _without(plate, everywhere, everywhere, 0.2)).any()


def test_a_blot_matters_where_a_character_is(plate):
    beside = _with(plate, slice(0, 8), slice(0, 10))
    between = _with(plate, slice(TOP + 3, TOP + 13), slice(ROOM + 4, ROOM + 18))
    assert readable(plate, beside).all()
    assert readable(plate, between).tolist() == [False, True]


def test_new_ink_counts_by_what_is_left_of_the_character(plate):
    pale = _without(plate, slice(None), slice(None), 0.5)
    pale[TOP + 4 : TOP + 12, ROOM + 4 : ROOM + 18] = 80
    full = plate.cover.copy()
    full[TOP + 4 : TOP + 12, ROOM + 4 : ROOM + 18] = 80
    assert readable(plate, pale).tolist() == [False, True]
    assert readable(plate, full).all()


def test_a_second_copy_as_strong_as_the_first_confuses_thin_strokes_too(plate):
    thin = np.zeros_like(plate.cover)
    thin[TOP:BOTTOM, ROOM] = thin[BOTTOM - 1, ROOM : ROOM + 18] = thin[TOP:BOTTOM, ROOM + 30] = 255
    ghost = np.maximum(thin, np.roll(thin, 3, axis=1))
    assert not readable(plate.with_(cover=thin), ghost).any()


def test_one_dot_may_be_missing_but_not_three_in_a_row(dotted):
    assert readable(dotted, _without(dotted, slice(TOP + 8, TOP + 11), slice(None))).all()
    assert not readable(dotted, _without(dotted, slice(TOP + 8, TOP + 20), slice(None))).any()


def test_severity_out_of_range_names_its_key():
    with pytest.raises(ConfigError, match=r"text\.fault\.blot\.radius"):
        build({"_target_": "generator.text.fault.blot.Blot", "radius": [0, 3]}, "text.fault.blot")
