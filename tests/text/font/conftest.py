"""Small fonts, built when a test asks for them: every letter is a bar of its own width, with a notch."""

from __future__ import annotations

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables.TupleVariation import TupleVariation

ADVANCE = 600
CAPITAL = 700


def bar(width, height=CAPITAL, notch=0):
    """Return a glyph: a bar from the baseline up, 50 units from the origin, with a notch in its right side."""
    pen = TTGlyphPen(None)
    corners = [(50, 0), (50, height), (50 + width, height)]
    corners += [(50 + width, 400), (50 + width - notch, 350), (50 + width, 300)] if notch else []
    pen.moveTo(corners[0])
    for corner in [*corners[1:], (50 + width, 0)]:
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def empty():
    """Return a glyph without outline."""
    return TTGlyphPen(None).glyph()


@pytest.fixture
def make_font(tmp_path):
    """Return a function that writes a font file and returns its path."""

    def make(
        letters,
        file="font.ttf",
        family="Bars",
        style="Regular",
        hollow="",
        notdef_like="",
        same=None,
        features="",
        extra=(),
        space=True,
        panose=2,
        wide=None,
    ):
        """Build a font.

        Args:
            letters: that it has.
            file: below the test's folder.
            family, style: its names.
            hollow: which of the letters have no outline.
            notdef_like: which look like .notdef.
            same: letter to the letter whose glyph it shares.
            features: in the language of feature files; glyphs are named u0041.
            extra: names of glyphs that no letter has.
            space: whether it has a space.
            panose: its family kind.
            wide: by how much an axis wght widens every bar at its upper end, 900; None: the font has no axis.
        """
        same = same or {}
        names = {letter: f"u{ord(letter):04X}" for letter in letters}
        order = [".notdef", *(["space"] if space else []), *names.values(), *extra]
        builder = FontBuilder(1000, isTTF=True)
        builder.setupGlyphOrder(order)
        cmap = {ord(letter): names[same.get(letter, letter)] for letter in letters}
        builder.setupCharacterMap(cmap | ({32: "space"} if space else {}))
        glyphs = {".notdef": bar(480, 600), "space": empty()}
        for i, letter in enumerate(letters):
            glyphs[names[letter]] = bar(100 + 5 * (i % 60), notch=60 + i % 7)
            if letter in hollow:
                glyphs[names[letter]] = empty()
            if letter in notdef_like:
                glyphs[names[letter]] = bar(480, 600)
        glyphs |= {name: bar(90 + 15 * i, 500) for i, name in enumerate(extra)}
        builder.setupGlyf({name: glyphs[name] for name in order})
        builder.setupHorizontalMetrics({name: (ADVANCE, 50 if glyphs[name].numberOfContours else 0) for name in order})
        builder.setupHorizontalHeader(ascent=800, descent=-200)
        postscript = f"{family}-{style}".replace(" ", "")
        builder.setupNameTable({"familyName": family, "styleName": style, "psName": postscript})
        builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
        builder.font["OS/2"].panose.bFamilyType = panose
        builder.setupPost()
        if wide is not None:
            builder.setupFvar([("wght", 100, 400, 900, "Weight")], [])
            moved = {name: _widened(builder.font["glyf"][name], wide) for name in order}
            builder.setupGvar({name: [TupleVariation({"wght": (0, 1, 1)}, deltas)] for name, deltas in moved.items()})
        if features:
            addOpenTypeFeaturesFromString(builder.font, features)
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        builder.save(path)
        return path

    return make


@pytest.fixture
def make_collection(tmp_path):
    """Return a function that puts font files into one .ttc."""

    def make(paths, file="all.ttc"):
        collection = TTCollection()
        collection.fonts = [TTFont(path) for path in paths]
        collection.save(tmp_path / file)
        return tmp_path / file

    return make


def _widened(glyph, wide):
    """Return the moves of a glyph's points and of its four phantom points."""
    points = list(glyph.coordinates) if glyph.numberOfContours > 0 else []
    return [(wide if x > 50 else 0, 0) for x, _ in points] + [(0, 0), (wide, 0), (0, 0), (0, 0)]
