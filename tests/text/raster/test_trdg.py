"""TRDG's own package draws the line, and labels follow from what it drew."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import ImageFont

from generator.core.errors import ConfigError
from generator.core.units import Range
from generator.run.build import build
from generator.text.font.drawn import DrawnFace
from generator.text.font.place import Package
from generator.text.port import Style
from generator.text.raster.trdg import Trdg, _generate

FONTS = Package(package="trdg", folder="fonts/latin", allow=("Roboto-Regular*", "Lato-HairlineItalic*", "DroidSans.*"))
FACES = {face.name: face for face in FONTS.faces("train")}


def _lay(text, face="Roboto-Regular", height=24.0, reduce=Range(1.0, 1.0), **style):
    raster = Trdg(reduce=reduce)
    return raster.lay(text, FACES[face], Style(height_px=height, **style), np.random.default_rng(3))


@pytest.mark.parametrize("face", sorted(FACES))
@pytest.mark.parametrize("reduce", [Range(1.0, 1.0), Range(1.7, 1.7)])
@pytest.mark.parametrize("height", [8.0, 23.5])
def test_every_letter_has_its_number_and_its_box(face, reduce, height):
    plate = _lay("LOT 7A;-j!", face, height, reduce)
    assert plate.chars == tuple("LOT7A;-j!")
    assert [(word, stop - first) for word, first, stop in plate.lines[0].words] == [("LOT", 3), ("7A;-j!", 6)]
    assert np.all(np.diff(plate.boxes_uv[:, 0] + plate.boxes_uv[:, 2]) > 0)
    u0, _, u1, _ = plate.boxes_uv[0]
    assert plate.owner[plate.cover.shape[0] // 2, int((u0 + u1) / 2)] == 1


def test_the_ink_is_what_trdg_draws():
    plate = _lay("AVA 12", height=30.0)
    size = round(FACES["Roboto-Regular"].size_of(30.0))
    picture = np.asarray(_generate("AVA 12", FACES["Roboto-Regular"].path, size, 1.0, 0)[0])[:, :, 3]

    def trimmed(ink):
        rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
        return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    assert np.array_equal(trimmed(plate.cover), trimmed(picture))


def test_letters_are_not_kerned():
    alone = _lay("A").lines[0].baseline_uv, _lay("V").lines[0].baseline_uv
    pair = _lay("AV").lines[0].baseline_uv
    assert np.ptp(pair[:, 0]) == pytest.approx(np.ptp(alone[0][:, 0]) + np.ptp(alone[1][:, 0]))


@pytest.mark.parametrize("reduce", [1.0, 1.5, 1.77])
def test_capitals_are_as_high_as_asked_and_stand_on_the_baseline(reduce):
    plate = _lay("HEH", height=26.0, reduce=Range(reduce, reduce))
    assert plate.boxes_uv[:, 3] - plate.boxes_uv[:, 1] == pytest.approx(26.0, abs=1.0)
    assert plate.boxes_uv[:, 3] == pytest.approx(plate.lines[0].baseline_uv[0, 1], abs=0.5)


def test_a_box_holds_the_same_ink_as_the_letter_drawn_alone():
    line, alone = _lay("j7 W", "Lato-HairlineItalic", 40.0), _lay("W", "Lato-HairlineItalic", 40.0)
    size = line.boxes_uv[-1][2:] - line.boxes_uv[-1][:2]
    assert size == pytest.approx(alone.boxes_uv[0][2:] - alone.boxes_uv[0][:2], abs=1.0)


def test_several_lines_stand_below_each_other():
    plate = _lay("AB\n\nC", height=20.0, leading=2.0)
    assert plate.chars == ("A", "B", "C")
    assert [line.text for line in plate.lines] == ["AB", "", "C"]
    assert plate.lines[2].baseline_uv[0, 1] - plate.lines[0].baseline_uv[0, 1] == 80


def test_spaces_and_tracking_are_as_wide_as_asked():
    def width(text, **style):
        return float(np.ptp(_lay(text, height=30.0, **style).lines[0].baseline_uv[:, 0]))

    wide = Trdg(reduce=Range(1.0, 1.0), space_width=3.0)
    plate = wide.lay("A A", FACES["Roboto-Regular"], Style(height_px=30.0), np.random.default_rng(0))
    assert np.ptp(plate.lines[0].baseline_uv[:, 0]) > width("A A") + 15
    assert width("AAAA", tracking=0.2) == pytest.approx(width("AAAA") + 3 * 6, abs=0.1)


def test_nothing_global_is_changed(capsys):
    state = random.getstate()
    had = hasattr(ImageFont.FreeTypeFont, "getsize")
    _lay("AB")
    assert random.getstate() == state
    assert hasattr(ImageFont.FreeTypeFont, "getsize") == had
    assert capsys.readouterr().out == ""


def test_the_same_numbers_draw_the_same_plate():
    one, two = (_lay("LOT 12", reduce=Range(1.2, 2.0)) for _ in range(2))
    assert np.array_equal(one.cover, two.cover) and np.array_equal(one.owner, two.owner)


@pytest.mark.parametrize("text", ["\u05d0\u05d1", "e\u0301"])
def test_text_that_needs_shaping_is_refused(text):
    with pytest.raises(ConfigError, match="side by side"):
        _lay(text)


def test_a_face_that_is_no_font_file_is_refused():
    drawn = DrawnFace(table="dot_5x7", pen=0.85)
    with pytest.raises(ConfigError, match="a font file's first face"):
        Trdg().lay("A", drawn, Style(height_px=20.0), np.random.default_rng(0))


def test_wrong_values_are_named():
    for wrong in ({"reduce": [0.5, 1]}, {"space_width": 0.0}, {"character_spacing": -1}):
        with pytest.raises(ConfigError, match=rf"text\.raster\.{next(iter(wrong))}"):
            build({"_target_": "generator.text.raster.trdg.Trdg", **wrong}, "text.raster")
