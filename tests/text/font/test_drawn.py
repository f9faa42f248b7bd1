"""Drawn faces leave ink that is exact at any size and place, and the font chooses among them."""

from __future__ import annotations

import itertools
import math
import pickle

import cv2
import numpy as np
import pytest
import yaml

from generator.cli.compose import conf_dir
from generator.core.errors import ConfigError, RangeError
from generator.run.build import build
from generator.text.font import drawn_ink
from generator.text.font.drawn import DrawnFace
from generator.text.font.drawn_table import face_names, load_table
from generator.text.port import Ask

ASK = Ask(index=0, split="train", seed=0)
GROUPS = ("dot_matrix", "engraving", "ocr_like", "segments", "stencil")
PENS = {"dots": 0.85, "strokes": 0.1, "outline": 0.16, "segments": 0.12}
GAPS = {"outline": 0.06, "segments": 0.02}


def _face(name, **look):
    kind = load_table(name).kind
    return DrawnFace(table=name, **({"pen": PENS[kind], "gap": GAPS.get(kind, 0.0)} | look))


def _letters(name):
    return [glyph for glyph in load_table(name).numbers if len(glyph) == 1]


def _raster(face, letter, size, height=60, width=70):
    shaped = face.shape(letter, size)
    glyph = face.glyph(shaped.glyphs[-1], size)
    picture = np.zeros((height, width), np.float32)
    h, w = glyph.cover.shape
    left, top = 20 + glyph.left, 40 + glyph.top
    picture[top : top + h, left : left + w] = glyph.cover / 255
    return picture


@pytest.mark.parametrize("name", face_names())
def test_every_letter_leaves_ink_that_no_other_letter_leaves(name):
    face = _face(name)
    pictures = {letter: _raster(face, letter, 24) for letter in _letters(name)}
    assert all(picture.sum() > 3 for picture in pictures.values())
    for one, other in itertools.combinations(pictures, 2):
        different = np.abs(pictures[one] - pictures[other]).sum()
        assert different > 6, f"{one} and {other} differ by {different:.1f} px of ink"


@pytest.mark.parametrize("name", face_names())
@pytest.mark.parametrize("size", [17.3, 48.0])
def test_ink_keeps_its_mass_at_every_quarter_of_a_pixel(name, size):
    face = _face(name)
    for number in range(0, len(load_table(name).glyphs), 5):
        masses = [face.glyph(number, size, sub).cover.sum(dtype=float) for sub in (0.0, 0.25, 0.5, 0.75)]
        assert max(masses) < 1.02 * min(masses)


@pytest.mark.parametrize("name", face_names())
def test_capitals_are_as_high_as_asked_and_stand_on_the_baseline(name):
    face = _face(name)
    letter = "8" if face.kind == "segments" else "H"
    for height in (20.0, 33.5, 120.0):
        glyph = face.glyph(face.shape(letter, face.size_of(height)).glyphs[0], face.size_of(height))
        mass = glyph.cover.max(axis=1).astype(float).sum() / 255
        assert abs(glyph.top + glyph.cover.shape[0]) <= 1
        assert glyph.cover.shape[0] - 2 <= height <= glyph.cover.shape[0]
        assert face.kind == "dots" or abs(mass - height) < 1.5 + (2.5 * face.gap * height)


@pytest.mark.parametrize("name", face_names())
def test_half_ink_fills_the_box_and_no_ink_is_cut(name):
    face = _face(name)
    for number in range(0, len(load_table(name).glyphs), 7):
        glyph = face.glyph(number, 31.7, 0.4)
        u0, v0, u1, v1 = map(int, glyph.box)
        strong = glyph.cover >= 128
        assert strong[v0:v1, u0:u1].sum() == strong.sum() or not strong.any()
        assert glyph.cover[0].any() and glyph.cover[-1].any() and glyph.cover[:, 0].any() and glyph.cover[:, -1].any()
        assert not glyph.cover.flags.writeable


@pytest.mark.parametrize("name", face_names())
def test_the_advance_scales_with_the_size(name):
    face, text = _face(name), "8-4 2"
    small, large = face.shape(text, 10.0), face.shape(text, 40.0, tracking_px=3.0)
    gaps = 3.0 * np.arange(len(text))
    assert np.allclose(np.array(small.x) * 4 + gaps, large.x)
    assert math.isclose(small.advance_px * 4 + 12, large.advance_px)
    assert small.starts == [0, 1, 2, 3, 4] and small.stops == [1, 2, 3, 4, 5]
    assert face.glyph(small.glyphs[3], 10.0).cover.size == 0


def test_dots_lie_where_their_ink_is():
    face = _face("dot_5x7")
    glyph = face.glyph(face.shape("K", 60.0).glyphs[0], 60.0, 0.25)
    assert len(glyph.dots_uv) == 14 and glyph.strokes_uv == ()
    pitch = face.pitch_px(60.0)
    assert math.isclose(pitch * (6 + 0.85), 60.0)
    u, v = np.floor(glyph.dots_uv).astype(int).T
    assert (glyph.cover[v, u] == 255).all()
    steps = np.diff(np.unique(np.round(glyph.dots_uv[:, 0], 3)))
    assert np.allclose(steps, pitch, atol=0.01)


def test_a_disc_has_the_area_of_its_circle():
    for diameter in (5.0, 5.5, 9.0):
        cover = drawn_ink.discs(np.array([[10.3, 10.6]]), diameter, (0, 0, 20, 20))
        assert math.isclose(cover.sum(), math.pi * diameter**2 / 4, rel_tol=0.02)


def test_a_stroke_has_the_area_of_its_pen():
    line = np.array([[5.2, 10.4], [25.2, 17.4]])
    length = math.hypot(20, 7)
    for width in (1.0, 4.2, 6.0):
        square = drawn_ink.strokes([line], width, True, (0, 0, 35, 30)).sum()
        round_ = drawn_ink.strokes([line], width, False, (0, 0, 35, 30)).sum()
        assert math.isclose(square, width * (length + width), rel_tol=0.06)
        assert math.isclose(round_, width * length + math.pi * width**2 / 4, rel_tol=0.06)


def test_a_convex_piece_has_its_area_however_its_corners_run():
    square = np.array([[3.3, 4.1], [9.3, 6.1], [7.3, 12.1], [1.3, 10.1]])
    for corners in (square, square[::-1]):
        assert math.isclose(drawn_ink.convex(corners[None], (0, 0, 14, 16)).sum(), 40, rel_tol=0.01)


def test_a_letter_with_its_accent_apart_is_one_letter():
    face = _face("dot_7x9")
    apart, whole = face.shape("Xe\u0301Y", 30.0), face.shape("X\u00e9Y", 30.0)
    assert apart.glyphs == whole.glyphs and list(apart.x) == list(whole.x)
    assert (apart.starts, apart.stops) == ([0, 1, 3], [1, 3, 4])
    assert face.missing("Xe\u0301Y") == () and face.missing("X\n \u4e00e\u0330\u4e00") == ("\u4e00", "e\u0330")
    with pytest.raises(ConfigError, match="\u4e00"):
        face.shape("\u4e00", 30.0)


def test_a_display_has_a_place_for_every_digit_and_none_for_its_points():
    face = _face("segments_7", slant_deg=8.0)
    plain, pointed = face.shape("12 8", 40.0), face.shape("1.2 8", 40.0)
    assert plain.advance_px == pointed.advance_px and [*plain.x[:1], *plain.x[1:]] == [*pointed.x[:1], *pointed.x[2:]]
    alone, doubled = face.shape(".5", 40.0), face.shape("1..5", 40.0)
    cell = plain.x[1]
    assert alone.x == [cell, cell] and doubled.x == [0.0, cell, 2 * cell, 2 * cell]


def test_lit_and_unlit_segments_are_the_whole_cell():
    face = _face("segments_7", slant_deg=8.0)
    one, eight, space, point = face.shape("18 .", 40.0).glyphs

    def mass(glyph):
        return glyph.cover.sum(dtype=float)

    cell = mass(face.glyph(eight, 40.0))
    assert mass(face.unlit(eight, 40.0)) == mass(face.unlit(point, 40.0)) == 0
    assert math.isclose(mass(face.glyph(one, 40.0)) + mass(face.unlit(one, 40.0)), cell, rel_tol=0.01)
    assert mass(face.unlit(space, 40.0)) == cell
    assert _face("dot_5x7").unlit(0, 40.0).cover.size == 0


def test_a_stencil_holds_every_counter():
    face = _face("stencil")
    for letter in "ABDOPQR04689&":
        glyph = face.glyph(face.shape(letter, 120.0).glyphs[0], 120.0)
        count, _ = cv2.connectedComponents(
            np.pad((glyph.cover < 128).astype(np.uint8), 1, constant_values=1), connectivity=4
        )
        assert count == 2, letter


def test_the_form_of_zero_changes_zero_alone():
    plain, slashed = _face("dot_5x7"), _face("dot_5x7", zero="slashed")
    assert plain.shape("0", 20.0).glyphs != slashed.shape("0", 20.0).glyphs
    assert plain.shape("O1A", 20.0).glyphs == slashed.shape("O1A", 20.0).glyphs


def test_a_face_survives_pickling():
    face = pickle.loads(pickle.dumps(_face("dot_7x9", zero="dotted")))
    assert face.name == "dot_7x9-dotted-0.85-0-0" and face.family == "dot_7x9" and face.kind == "dots"


@pytest.mark.parametrize(
    ("look", "field"),
    [({"table": "dot_9x9"}, "table"), ({"zero": "crossed"}, "zero"), ({"pen": 2.0}, "pen"), ({"gap": 0.5}, "gap")],
)
def test_a_look_that_cannot_be_is_refused(look, field):
    with pytest.raises(RangeError, match=field):
        _face("dot_5x7", **look) if "table" not in look else DrawnFace(pen=0.85, **look)


def _font(group, **changes):
    node = yaml.safe_load((conf_dir() / "text" / "font" / f"{group}.yaml").read_text(encoding="utf-8"))
    return build(node | changes, "text.font")


@pytest.mark.parametrize("group", GROUPS)
def test_every_shipped_font_draws_all_its_faces_again_from_the_same_seed(group):
    font = _font(group)
    kinds = ("dots", "strokes", "outline", "segments")
    faces = [[font.draw("1-2", ASK, np.random.default_rng(seed), kinds) for seed in range(60)] for _ in range(2)]
    assert faces[0] == faces[1]
    assert {face.table for face in faces[0]} == {name for name, look in font.faces.items() if look.weight}
    assert len(font.digest()) == 32 and font.findings() == ()


def test_every_shipped_face_is_in_a_shipped_font():
    assert {name for group in GROUPS for name in _font(group).faces} == set(face_names())


def test_a_text_goes_to_a_face_that_has_its_letters():
    rng = np.random.default_rng(0)
    found = {_font("dot_matrix").draw("\u00c9", ASK, rng, ("dots",)).table for _ in range(20)}
    assert found == {"dot_7x9"}
    assert _font("dot_matrix").draw("\u4e00", ASK, rng, ("dots",)) is None
    turned_down = [_font("dot_matrix", missing="drop_text").draw("\u00c9", ASK, rng, ("dots",)) for _ in range(20)]
    assert None in turned_down and {face.table for face in turned_down if face} == {"dot_7x9"}
    with pytest.raises(ConfigError, match=r"dot_5x7 has, got \u00c9"):
        _font("dot_matrix", missing="fail").draw("\u00c9", ASK, rng, ("dots",))


def test_a_font_without_a_face_of_the_kind_says_what_it_has():
    with pytest.raises(ConfigError, match="outline, got dot_5x7"):
        _font("dot_matrix").draw("A", ASK, np.random.default_rng(0), ("outline",))


def test_a_font_names_a_face_that_is_not_there_and_a_look_that_does_not_fit():
    looks = {"_target_": "generator.text.font.drawn_look.Strokes"}
    with pytest.raises(ConfigError, match=r"dot_5x9.*Did you mean"):
        _font("dot_matrix", faces={"dot_5x9": looks})
    with pytest.raises(ConfigError, match="a face of strokes"):
        _font("dot_matrix", faces={"dot_5x7": looks})
    with pytest.raises(ConfigError, match="at least one face"):
        _font("dot_matrix", faces={})
