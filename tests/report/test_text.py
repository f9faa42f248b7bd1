"""Tests of what run and report say of data sets with text."""

from __future__ import annotations

import sys

import numpy as np
import orjson
import pytest

from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.text import DISTRACTOR, TextLine, Word
from generator.report.page import CARD, PAGE, write_report
from generator.report.text.stats import TextStats
from generator.report.text.words import text_choices
from tests.report.test_page import Tags, numbers_of

ONE_FAMILY = ("recipe=text", "text/font=by_split", "text.font.include=[Lato*]", "executor=serial", "count=2")


def text_line(text: str, face="Lato-Bold", family="Lato", height_px=20.0, chars=None, **more) -> TextLine:
    """Return a line of 8 px wide characters at (8, 8)."""
    chars = tuple(text.replace(" ", "")) if chars is None else chars
    lefts = 8 + 8 * np.arange(len(chars), dtype=np.float32)
    top, bottom = np.full_like(lefts, 8), np.full_like(lefts, 8 + height_px)
    corners = ((lefts, top), (lefts + 7, top), (lefts + 7, bottom), (lefts, bottom))
    quads = np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)
    whole = np.array([quads[0, 0], quads[-1, 1], quads[-1, 2], quads[0, 3]])
    return TextLine(
        text=text,
        quad_xy=whole,
        words=tuple(Word(text=word, quad_xy=whole) for word in text.split()),
        chars=chars,
        char_quads_xy=quads,
        first_number=1,
        params={"face": face, "family": family, "height_px": height_px, "contrast": 0.5, "marking": {"name": "Ink"}},
        **more,
    )


def text_sample(index: int, split: str, lines: list[TextLine]) -> Sample:
    """Return a white 40 x 120 image that says some lines."""
    blank = np.full((40, 120, 1), 255, np.uint8)
    image = blank.copy()
    image[8:28, 8:32] = 0 if lines else 255
    mask = np.zeros((40, 120), np.uint8)
    mask[8:28, 8:32] = 1
    spec = SampleSpec(index=index, key=f"{index:06d}", split=split, recipe="text", source_id=f"blank-{index}", seed=0)
    source = GoodImage(source_id=spec.source_id, pixels=blank, white=255)
    return Sample(
        spec=spec, source=source, image=image, good=image, blank=blank, char_mask=mask, text=tuple(lines), owner=mask
    )


def line_of(key: str, split: str, lines: list[TextLine]) -> dict:
    """Return what records.jsonl says of an image with some lines, as far as text goes."""
    text = orjson.loads(orjson.dumps([line.to_json() for line in lines], option=orjson.OPT_SERIALIZE_NUMPY))
    return {"key": key, "split": split, "text": text}


@pytest.fixture
def text_set(data_set):
    """Return four images: two lines in train, one of which can be read in part; one in val, and a distractor alone."""
    unreadable = {"char_readable": np.array([True, False, True]), "is_readable": False}
    samples = [
        text_sample(0, "train", [text_line("AB B", name="lot", **unreadable)]),
        text_sample(1, "train", [text_line("A<script>", chars=("A", "<", "B"), name="lot")]),
        text_sample(2, "val", [text_line("AשA", height_px=7.0, name="lot")]),
        text_sample(3, "val", [text_line("XY", kind=DISTRACTOR)]),
    ]
    font = {"_target_": "generator.text.font.place.Package", "folder": "fonts/latin", "by_split": {"train": 0.6}}
    text = {
        "corpus": {"_target_": "generator.text.corpus.lot_code.LotCode"},
        "font": font,
        "marking": {"_target_": "generator.text.marking.surface.laser.Laser", "mode": "foam", "contour": 0.3},
    }
    config = {"recipe": {"name": "text"}, "text": text}
    return data_set(samples, classes=(), config=config, run={"planned": 4, "spec_id": "ab", "version": "0"})


def test_what_fonts_noticed_reaches_plan_run_and_report(command, tmp_path):
    said = "1 families (Lato) for 3 splits"
    assert said in command("plan", *ONE_FAMILY)[1].replace("\n", " ")
    code, _, err = command("generate", *ONE_FAMILY, "out=set")
    assert code == 0
    assert f"warning: {said}" in err
    assert "shared_fonts" in (tmp_path / "set" / "run.json").read_text()
    assert said in (tmp_path / "set" / "report.html").read_text()


def test_lines_are_counted_by_hand(text_set):
    write_report(text_set)
    text = numbers_of(text_set)["text"]
    assert text["all"] == {
        "images": 4,
        "negatives": 1,
        "lines": 3,
        "words": 4,
        "characters": 9,
        "readable_lines": 2,
        "readable_characters": 8,
        "distractors": 1,
    }
    assert text["characters"] == {"train": {"A": 2, "B": 3, "<": 1}, "val": {"A": 2, "ש": 1}}
    assert (text["rarest"][:2], text["most_frequent"][0]) == (["ש", "<"], "A")
    assert text["line_lengths"] == {"3": 3}
    assert text["families"] == {"train": {"Lato": 2}, "val": {"Lato": 1}}
    assert text["families_in_several_splits"] == ["Lato"]
    assert text["markings"] == {"train": {"Ink": 2}, "val": {"Ink": 1}}
    assert text["fields"] == {"train": {"lot": 2}, "val": {"lot": 1}}
    assert text["texts"] == {"different": 3, "in_several_splits": 0, "is_exact": True}
    assert sum(text["contrast"]["bins"]) == 3
    assert (text["height_px"]["min"], text["height_px"]["max"]) == (7, 20)


def test_what_is_off_with_text_is_said(text_set):
    write_report(text_set)
    codes = {finding["code"]: finding["message"] for finding in numbers_of(text_set)["concerns"]}
    assert codes["unseen_characters"] == "train lacks characters of the other splits: ש."
    assert "Lato" in codes["shared_families"]
    assert "small_text" not in codes


def test_text_is_escaped_and_set_apart_from_the_direction_of_its_surroundings(text_set):
    write_report(text_set)
    page = (text_set / PAGE).read_text(encoding="utf-8")
    assert "script" not in Tags(page).seen
    assert "<bdi>A&lt;script&gt;</bdi>" in page
    assert "<bdi>AשA</bdi>" in page
    outside_the_fence = "".join((text_set / CARD).read_text(encoding="utf-8").split("```")[::2])
    assert "<script>" not in outside_the_fence


def test_a_page_of_lines_shows_strips_with_their_labels(text_set):
    write_report(text_set)
    page = (text_set / PAGE).read_text(encoding="utf-8")
    assert page.count('class="tile strip"') >= 3
    assert page.count('alt="labels of') >= 3
    assert all(address.startswith("data:image/") for address in Tags(page).fetched)


def test_the_card_says_what_labels_of_text_mean_and_how_to_repeat_it(text_set):
    write_report(text_set)
    card = (text_set / CARD).read_text(encoding="utf-8")
    for word in ("Character", "half of the character's own strong change", "clockwise", "masks_char", "blanks/"):
        assert word in card
    assert "defectgen generate recipe=text text/" in card
    assert "text/marking=laser_foam" in card
    assert "| lines | 2 | 1 | 3 |" in card


def test_a_data_set_without_text_says_nothing_of_it(small_set):
    write_report(small_set)
    assert numbers_of(small_set)["text"] is None
    assert 'id="text"' not in (small_set / PAGE).read_text(encoding="utf-8")
    assert "masks_char" not in (small_set / CARD).read_text(encoding="utf-8")


def test_memory_does_not_grow_with_the_lines():
    stats = TextStats()
    for number in range(3000):
        stats.add(line_of(f"{number:06d}", "train", [text_line(f"L{number}", face=f"F-{number}", family="F")]))
    before = sys.getsizeof(stats.faces.counts)
    for number in range(3000, 6000):
        stats.add(line_of(f"{number:06d}", "train", [text_line(f"L{number}", face=f"F-{number}", family="F")]))
    assert stats.splits["train"].lines == 6000
    assert (len(stats.faces.counts), stats.faces.others) == (4096, 1904)
    assert sys.getsizeof(stats.faces.counts) <= 2 * before
    assert stats.families["train"].counts == {"F": 6000}
    assert len(stats.splits["train"].chars.counts) == 11


def test_foreign_lines_without_characters_are_counted_by_their_letters():
    stats = TextStats()
    line = TextLine(text="AB C", quad_xy=np.array([[0, 0], [40, 0], [40, 12], [0, 12]], np.float32))
    stats.add(line_of("0", "train", [line]))
    numbers = stats.splits["train"].to_json()
    assert (numbers["words"], numbers["characters"], numbers["readable_characters"]) == (2, 3, 3)
    assert stats.height.high == 12


def test_options_are_found_again(small_config):
    asked = ["text/corpus=expiry_date", "text/font=chinese", "text/marking=laser_burn", "text/warp=arc"]
    config = small_config("recipe=text", "source=blank", *asked, "text.marking.contrast=[0.3,0.4]")
    assert [choice for choice in text_choices(config) if choice in asked] == asked


def test_a_plan_says_how_much_text_there_will_be(command):
    code, out, _ = command("plan", "recipe=text", "text/font=ocr_like", "text.corpus.per_text=[1,1]", "count=7")
    assert code == 0
    assert "about 7 lines of text" in out
    assert "about 0.0 MB" in out
