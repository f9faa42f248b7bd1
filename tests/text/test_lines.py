"""Lines over all faces: no letter that a face lacks, no ink cut off, contrast in its band, as many as asked for."""

from __future__ import annotations

import orjson
import pytest

from generator.cli.compose import compose_config
from generator.run.generate import Job
from tests.text.font.conftest import make_font  # noqa: F401
from tests.text.lines import has_letter, look_at

CODES, WORDS = "text/corpus=lot_code", "text/corpus=words"
MARKED = {
    "dot_matrix": ("text/font=dot_matrix", "text/marking=dot_matrix"),
    "seven_segment": ("text/font=segments", "text/marking=seven_segment"),
    "stencil": ("text/font=stencil", "text/marking=stencil"),
    "engraved": ("text/font=engraving", "text/marking=engraved"),
    "embossed": ("text/font=bundled", "text/marking=embossed"),
    "ocr_like": ("text/font=ocr_like", "text/marking=laser_burn"),
}


@pytest.mark.parametrize("corpus", [CODES, WORDS, "text/corpus=technical"])
def test_lines_of_all_bundled_faces_are_whole_and_legible(corpus):
    found = look_at([corpus], 260)
    assert found.wrong == {}
    assert len(found.faces) >= 68


@pytest.mark.parametrize("marking", MARKED)
def test_marked_lines_are_whole_and_legible(marking):
    found = look_at([CODES, *MARKED[marking]], 40)
    assert found.wrong == {}
    assert sum(found.faces.values()) == 40


def test_letters_that_a_font_lacks_hides_or_feigns_are_never_drawn(make_font, tmp_path):  # noqa: F811
    letters = "ABCDEFGHIJ0123456789"
    make_font(letters, "whole.ttf", family="Whole")
    make_font(letters.replace("A", "").replace("7", ""), "gaps.ttf", family="Gaps")
    make_font(letters, "hollow.ttf", family="Hollow", hollow="BJ8")
    make_font(letters, "feigned.ttf", family="Feigned", notdef_like="C3")
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    for file in tmp_path.glob("*.ttf"):
        file.rename(fonts / file.name)
    keys = [
        "text/font=folder",
        f"text.font.path={fonts}",
        "text/corpus=pattern",
        'text.corpus.patterns=["[A-J0-9]{5}"]',
    ]
    found = look_at(keys, 300)
    assert found.wrong == {}
    assert {name.split("-")[0]: count > 20 for name, count in found.faces.items()} == dict.fromkeys(
        ("Whole", "Gaps", "Hollow", "Feigned"), True
    )


def test_the_check_of_letters_finds_planted_holes(make_font):  # noqa: F811
    path = str(make_font("ABC", hollow="B", notdef_like="C"))
    assert [has_letter(path, letter) for letter in "ABCD"] == [True, False, False, False]


def test_images_labels_and_records_are_as_many_as_were_asked_for(tmp_path):
    out = tmp_path / "set"
    keys = [CODES, "count=90", f"out={out}", "executor=serial", "export=[paddleocr_rec]", "report=false"]
    result = Job(compose_config("generate", ["recipe=text", *keys])).run(lambda images, rejected: None)
    records = [orjson.loads(line) for line in (out / "records.jsonl").read_bytes().splitlines()]
    images = list((out / "images").rglob("*.png"))
    assert result.images == len(records) == len(images) == len({image.name for image in images}) == 90
    assert result.rejected == 0
