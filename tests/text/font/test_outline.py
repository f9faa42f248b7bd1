"""Faces of font files shape lines, draw glyphs and know which letters they lack."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from generator.core.errors import AssetError
from generator.text.font import opened as opened_module
from generator.text.font.outline import OutlineFace

ARABIC = "\u0628\u0645"  # beh meem
HEBREW = "\u05d0\u05d1\u05d2\u05d3"


def _face(path, **fields):
    return OutlineFace(path=str(path), name="Bars", family="Bars", **fields)


def _numbers(face, line):
    return [list(face.shape(line, 100.0).glyphs)[i] for i in range(len(line))]


def test_letters_stand_at_their_advances_and_pairs_are_kerned(make_font):
    face = _face(make_font("AVX", features="feature kern { pos u0041 u0056 -100; } kern;"))
    shaped = face.shape("AXAV", 50.0)
    assert shaped.x == pytest.approx([0.0, 30.0, 60.0, 85.0])
    assert shaped.advance_px == pytest.approx(115.0)
    assert (shaped.starts, shaped.stops) == ((0, 1, 2, 3), (1, 2, 3, 4))


def test_tracking_stands_between_clusters_only(make_font):
    face = _face(make_font("AB"))
    assert face.shape("AB", 100.0, 7.0).x == pytest.approx([0.0, 67.0])
    assert face.shape("AB", 100.0, 7.0).advance_px == pytest.approx(127.0)
    assert face.shape("A", 100.0, 7.0).advance_px == pytest.approx(60.0)


def test_a_line_without_letters_has_no_glyphs(make_font):
    shaped = _face(make_font("AB")).shape("", 100.0, 5.0)
    assert (list(shaped.glyphs), shaped.advance_px) == ([], 0.0)


def test_letters_of_a_latin_ligature_keep_boxes_of_their_own(make_font):
    features = "feature liga { sub u0066 u0069 by f_i; } liga; feature calt { sub u0041 u0041' by f_i; } calt;"
    face = _face(make_font("fiA", features=features, extra=["f_i"]))
    shaped = face.shape("fiAA", 100.0)
    assert len(shaped.glyphs) == 4
    assert shaped.glyphs[2] == shaped.glyphs[3]


def test_a_combining_mark_belongs_to_its_base(make_font):
    shaped = _face(make_font("eX\u0301")).shape("Xe\u0301X", 100.0)
    assert list(shaped.starts) == [0, 1, 1, 3]
    assert list(shaped.stops) == [1, 3, 3, 4]


def test_hebrew_runs_from_right_to_left_and_its_digits_do_not(make_font):
    face = _face(make_font(HEBREW + "12"))
    shaped = face.shape("\u05d0\u05d1 12 \u05d2", 100.0)
    assert list(shaped.starts) == [6, 5, 3, 4, 2, 1, 0]
    assert list(shaped.x) == sorted(shaped.x)


def test_hebrew_within_a_latin_line_is_turned_in_place(make_font):
    shaped = _face(make_font(HEBREW + "AB")).shape("A \u05d0\u05d1 B", 100.0)
    assert list(shaped.starts) == [0, 1, 3, 2, 4, 5]


def test_latin_within_a_hebrew_line_keeps_its_direction(make_font):
    shaped = _face(make_font(HEBREW + "AB")).shape("\u05d0 AB \u05d1", 100.0)
    assert list(shaped.starts) == [5, 4, 2, 3, 1, 0]


def test_marks_that_turn_the_direction_leave_no_glyph_of_their_own(make_font):
    face = _face(make_font(HEBREW + "AB"))
    shaped = face.shape("A\u200fB", 100.0)
    inks = [face.glyph(number, 100.0).cover.size for number in shaped.glyphs]
    assert sum(size > 0 for size in inks) == 2


def test_arabic_letters_take_their_joined_forms_and_no_tracking(make_font):
    features = "feature init { sub u0628 by beh.init; } init; feature fina { sub u0645 by meem.fina; } fina;"
    path = make_font(ARABIC, features=f"languagesystem arab dflt; {features}", extra=["beh.init", "meem.fina"])
    face = _face(path)
    alone = {letter: face.shape(letter, 100.0).glyphs[0] for letter in ARABIC}
    shaped = face.shape(ARABIC, 100.0, 9.0)
    assert list(shaped.starts) == [1, 0]
    assert set(shaped.glyphs).isdisjoint(alone.values())
    assert shaped.advance_px == pytest.approx(120.0)


def test_a_devanagari_vowel_that_stands_before_its_consonant_shares_its_cluster(make_font):
    face = _face(
        make_font("\u0915\u093f", features="languagesystem dev2 dflt; feature abvs { sub u0915 by u0915; } abvs;")
    )
    shaped = face.shape("\u0915\u093f", 100.0)
    ka, i = (face.shape(letter, 100.0).glyphs[0] for letter in "\u0915\u093f")
    assert list(shaped.glyphs) == [i, ka]
    assert (list(shaped.starts), list(shaped.stops)) == ([0, 0], [2, 2])


def test_a_letter_without_a_place_in_the_map_is_missing(make_font):
    face = _face(make_font("AB"))
    assert face.missing("ABBA AB") == ()
    assert face.missing("ABCDC") == ("C", "D")
    assert face.missing("A\nB") == ()


def test_a_letter_whose_glyph_is_empty_is_missing(make_font):
    assert _face(make_font("ABC", hollow="B")).missing("ABC") == ("B",)


def test_a_letter_drawn_as_notdef_is_missing(make_font):
    assert _face(make_font("ABC", notdef_like="C")).missing("ABC") == ("C",)


def test_a_space_that_the_font_lacks_is_missing(make_font):
    assert _face(make_font("AB", space=False)).missing("A B") == (" ",)


def test_small_letters_drawn_as_capitals_are_missing(make_font):
    capitals = "AEGHNZ"
    same = {letter.lower(): letter for letter in "AEGHN"}
    face = _face(make_font(capitals + capitals.lower(), same=same))
    assert face.missing("AZ") == ()
    assert face.missing("haz") == ("h", "a", "z")


def test_an_accent_counts_where_the_font_has_the_letter_with_it(make_font):
    assert _face(make_font("e\u00e9", file="one.ttf")).missing("e\u0301") == ()
    assert _face(make_font("e", file="two.ttf")).missing("xe\u0301") == ("x",)
    assert _face(make_font("e", file="two.ttf")).missing("e\u0301") == ("e\u0301",)
    assert _face(make_font("e\u0301", file="three.ttf", hollow="\u0301")).missing("e\u0301") == ("\u0301",)


def test_a_joined_form_that_is_empty_makes_the_cluster_missing(make_font):
    features = "languagesystem arab dflt; feature init { sub u0628 by space; } init;"
    assert _face(make_font(ARABIC, features=features)).missing(ARABIC) == (ARABIC[0],)


def test_what_is_known_about_letters_outlives_the_open_file(make_font, monkeypatch):
    path = make_font("AB")
    face = _face(path)
    assert face.missing("AC") == ("C",)
    monkeypatch.setattr(opened_module, "opened", lambda *_: pytest.fail("the file was opened"))
    assert face.missing("AAC") == ("C",)


def test_a_glyph_moves_with_the_quarter_of_a_pixel(make_font):
    face = _face(make_font("A"))
    number = face.shape("A", 40.0).glyphs[0]

    def centre(sub_x):
        glyph = face.glyph(number, 40.0, sub_x)
        columns = glyph.cover.sum(axis=0, dtype=float)
        return glyph.left + (columns * (np.arange(len(columns)) + 0.5)).sum() / columns.sum()

    assert centre(0.25) - centre(0.0) == pytest.approx(0.25, abs=0.01)
    assert centre(0.76) - centre(0.0) == pytest.approx(0.75, abs=0.01)
    assert centre(0.99) - centre(0.0) == pytest.approx(1.0, abs=0.01)
    assert face.glyph(number, 40.0, 0.27) is face.glyph(number, 40.0, 0.25)


def test_a_glyph_has_its_outlines_area_at_any_size(make_font):
    face = _face(make_font("A"))
    number = face.shape("A", 40.0).glyphs[0]
    for size in (12.3, 20.0, 37.77, 120.5):
        glyph = face.glyph(number, size)
        area = (100 * 700 - 60 * 100 / 2) * (size / 1000) ** 2
        assert glyph.cover.sum() / 255 == pytest.approx(area, rel=0.03)
        assert not glyph.cover.flags.writeable
        assert glyph.top + glyph.cover.shape[0] == 0


def test_the_box_holds_what_is_at_least_half_ink(make_font):
    face = _face(make_font("A"))
    glyph = face.glyph(face.shape("A", 40.0).glyphs[0], 40.0)
    u0, v0, u1, v1 = (int(value) for value in glyph.box)
    strong = glyph.cover >= glyph.half
    assert strong[v0:v1, u0:u1].any(axis=0).all() and strong[v0:v1, u0:u1].any(axis=1).all()
    assert strong.sum() == strong[v0:v1, u0:u1].sum()


def test_the_size_makes_a_capital_as_high_as_asked(make_font):
    face = _face(make_font("HA"))
    assert face.size_of(35.0) == pytest.approx(50.0)
    glyph = face.glyph(face.shape("H", 50.0).glyphs[0], face.size_of(35.0))
    assert glyph.box[3] - glyph.box[1] == 35


def test_digits_decide_about_the_size_where_there_is_no_capital(make_font):
    assert _face(make_font("8")).size_of(35.0) == pytest.approx(50.0)
    assert _face(make_font("\u05d0")).size_of(35.0) == pytest.approx(50.0)


def test_an_axis_changes_shape_and_ink(make_font):
    path = make_font("A", wide=200)
    thin, fat = _face(path), _face(path, axes=(("wght", 900.0),))
    assert thin.shape("AA", 100.0).x[1] == pytest.approx(60.0)
    assert fat.shape("AA", 100.0).x[1] == pytest.approx(80.0)
    number = thin.shape("A", 100.0).glyphs[0]
    assert fat.glyph(number, 100.0).cover.shape[1] - thin.glyph(number, 100.0).cover.shape[1] == 20
    assert thin.glyph(number, 100.0).cover.shape[1] == 10


def test_ink_is_the_same_after_it_was_thrown_away(make_font, monkeypatch):
    face = _face(make_font("AB"))
    number = face.shape("A", 33.0).glyphs[0]
    before = face.glyph(number, 33.0, 0.5)
    monkeypatch.setattr(opened_module, "_MOST_INK", 0)
    face.glyph(number, 34.0)
    after = face.glyph(number, 33.0, 0.5)
    assert after is not before
    assert np.array_equal(after.cover, before.cover) and after.box == before.box


def test_a_face_travels_to_another_process(make_font):
    face = _face(make_font("AB", wide=100), axes=(("wght", 500.0),))
    copy = pickle.loads(pickle.dumps(face))
    assert copy == face and hash(copy) == hash(face)
    assert copy.shape("AB", 20.0) == face.shape("AB", 20.0)


def test_a_file_that_is_no_font_is_named(tmp_path):
    path = tmp_path / "broken.ttf"
    path.write_bytes(b"no font")
    with pytest.raises(AssetError, match=r"broken\.ttf"):
        _face(path).shape("A", 20.0)


def test_figures_are_as_high_as_capitals_where_the_font_has_such(make_font):
    features = "feature lnum { sub u0031 by one.lining; } lnum;"
    face = _face(make_font("A1", features=features, extra=["one.lining"]))
    plain = _face(make_font("A1", file="plain.ttf"))
    assert face.shape("1", 20.0).glyphs[0] != plain.shape("1", 20.0).glyphs[0]
