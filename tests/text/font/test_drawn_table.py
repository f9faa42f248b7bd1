"""Tables of drawn faces are read, and a mistake in one is named with its line."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from generator.core.errors import FormatError
from generator.text.font.drawn_table import face_names, load_table, parse_table

DOTS = "kind: dots\ncolumns: 3\ncapital: 3\n---\n"
STROKES = "kind: strokes\ncapital: 10\nspacing: 2\nspace: 5\n---\n"
SEGMENTS = "kind: segments\ncapital: 10\nwidth: 5\nspacing: 2\n---\nsegment a bar 0,10 5,10\nsegment d bar 0,0 5,0\n"


def _read(text):
    return parse_table(text, "planted", "planted.txt")


def test_a_block_of_dots_stands_on_the_baseline():
    table = _read(DOTS + "// two letters side by side\nL T\n#.. ###\n#.. .#.\n### .#.\n\nbelow: 1\n\n,\n.#.\n#..\n")
    dots = [{tuple(dot) for dot in glyph.dots} for glyph in table.glyphs]
    assert dots == [
        {(0, 2), (0, 1), (0, 0), (1, 0), (2, 0)},
        {(0, 2), (1, 2), (2, 2), (1, 1), (1, 0)},
        {(1, 0), (0, -1)},
    ]


def test_a_composed_letter_has_the_dots_of_both():
    table = _read(DOTS + "o '\n... .#.\n### ...\n### ...\n\nó is o with ' 0,1\n")
    assert {tuple(dot) for dot in table.glyphs[2].dots} == {(x, y) for x in range(3) for y in (0, 1)} | {(1, 3)}


def test_a_letter_is_as_wide_as_its_accent_and_below_the_middle_of_it():
    table = _read(STROKES + "l 0 0,0 0,7\n^ 3 0,8 1.5,10 3,8\nx is l with ^ 0.5,1")
    letter = table.glyphs[2]
    assert letter.width == 3 and letter.strokes[0].tolist() == [[1.5, 0], [1.5, 7]]
    assert letter.strokes[1].tolist() == [[0.5, 9], [2, 11], [3.5, 9]]


def test_a_rounded_corner_is_an_arc_between_its_sides():
    stroke = _read(STROKES + "J 4 4,10 4,0@2 0,0").glyphs[0].strokes[0]
    assert stroke[0].tolist() == [4, 10] and stroke[-1].tolist() == [0, 0]
    arc = stroke[1:-1]
    assert np.allclose(np.hypot(arc[:, 0] - 2, arc[:, 1] - 2), 2) and np.allclose(arc[[0, -1]], [[4, 2], [2, 0]])


def test_a_closed_stroke_ends_where_it_begins():
    ring = _read(STROKES + "O 4 0,0@2 4,0@2 4,10@2 0,10@2 z").glyphs[0].strokes[0]
    assert (
        np.allclose(ring[0], ring[-1]) and np.allclose(ring.min(axis=0), 0) and np.allclose(ring.max(axis=0), [4, 10])
    )


@pytest.mark.parametrize(
    ("text", "place", "got"),
    [
        ("kind: dots\ncolumns: 3\n", "---", "none"),
        ("columns: 3\n---\n", "head", "kind"),
        ("kind: dots\ncapital: 3\n---\n", "head", "columns"),
        ("kind: paint\n---\n", "line 1", "paint"),
        ("kind: dots\ncolour: 3\n---\n", "line 2", "colour"),
        (DOTS, "glyphs", "none"),
        (DOTS + "L T\n#.. ###\n#..\n", "line 7", "1"),
        (DOTS + "L\n#..\n#.x\n", "line 7", "#.x"),
        (DOTS + "L\n#..\n#.\n", "line 7", "#."),
        (DOTS + "L\n...\n", "line 5", "none"),
        (DOTS + "Lo\n#..\n", "line 5", "Lo"),
        (DOTS + "L L\n#.. #..\n", "line 5", "L again"),
        (DOTS + "L\n#..\n\nÄ is A with ¨\n", "line 8", "A"),
        (STROKES + "I 0 0,0 0,1O", "line 6", "1O"),
        (STROKES + "I 0 0,0 nan,10", "line 6", "nan"),
        (STROKES + "I 0 0,0 10", "line 6", "10"),
        (STROKES + "I 0", "line 6", "I 0"),
        (STROKES + "J 4 4,10 4,0@5 0,0", "line 6", "4,0@5"),
        (STROKES + "J 4 4,10@1 4,0", "line 6", "4,10@1"),
        (STROKES + "J 4 4,10 4,0 z", "line 6", "2"),
        (STROKES + "O 4 0,0 4,0 ! 2,0", "line 6", "2,0"),
        (SEGMENTS + "0 ax", "line 8", "ax"),
        (SEGMENTS + "segment e ring 0,0", "line 8", "ring"),
        (SEGMENTS + "segment e bar 0,0", "line 8", "0,0"),
    ],
)
def test_a_broken_table_is_named_with_its_line(text, place, got):
    with pytest.raises(FormatError) as caught:
        _read(text)
    assert place in str(caught.value) and got in str(caught.value)
    assert str(caught.value).startswith("planted.txt")


@pytest.mark.parametrize("name", face_names())
def test_every_shipped_table_has_capitals_or_digits(name):
    known = set(load_table(name).numbers)
    assert set("0123456789-") <= known
    assert name == "segments_7" or set("ABCDEFGHIJKLMNOPQRSTUVWXYZ./") <= known


@pytest.mark.parametrize("name", face_names())
@pytest.mark.parametrize("zero", ["plain", "slashed", "dotted"])
def test_glyphs_of_dots_differ_by_two_dots_at_least(name, zero):
    table = load_table(name)
    if table.kind == "dots" and (zero == "plain" or f"0~{zero}" in table.numbers):
        forms = {"0"} if zero != "plain" else set()
        glyphs = {g.name: {tuple(d) for d in g.dots} for g in table.glyphs if g.name not in forms}
        glyphs = {n: dots for n, dots in glyphs.items() if len(n) == 1 or n == f"0~{zero}"}
        alike = [(a, b) for a, b in itertools.combinations(glyphs, 2) if len(glyphs[a] ^ glyphs[b]) < 2]
        assert not alike
