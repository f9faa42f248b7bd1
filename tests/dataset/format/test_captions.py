"""Sentences say what the record says, in sound English, and broken captions are named."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from generator.core.errors import FormatError
from generator.dataset.format.caption import captions
from generator.dataset.format.caption.noun import a, listed, noun_of, several
from generator.dataset.format.caption.sentence import PRODUCTS, extent_of, sentence_of_image, sentence_of_label
from generator.dataset.open import open_data
from generator.dataset.record import Label, Record
from generator.source.part.source import EVERY
from tests.dataset.toy import data_set, label, record

TILE = Record(
    key="a", split="train", image="a.png", width=100, height=100, source_id="ground_tile-000003", synthetic=True
)
PHOTO = replace(TILE, source_id="line1/0007.png", source_sha256="ab")


def of_box(category, x, y, w, h, **params):
    return Label(category=category, bbox_xywh=(x, y, w, h), params=params)


@pytest.mark.parametrize(
    ("category", "one", "two"),
    [
        ("scratch", "a scratch", "two scratches"),
        ("foreign_body", "a foreign body", "two foreign bodies"),
        ("glass/inclusion", "a glass inclusion", "two glass inclusions"),
        ("rust", "an area of rust", "two areas of rust"),
        ("patches", "a patch", "two patches"),
        ("uneven", "an uneven area", "two uneven areas"),
        ("unknown", "an unknown defect", "two unknown defects"),
        ("open", "an open circuit", "two open circuits"),
        ("short", "a short circuit", "two short circuits"),
        ("liquid", "a liquid defect", "two liquid defects"),
        ("oil-stain", "an oil stain", "two oil stains"),
        ("uniform_line", "a uniform line", "two uniform lines"),
        ("", "a defect", "two defects"),
    ],
)
def test_a_class_is_a_noun_with_its_article_and_plural(category, one, two):
    assert several(1, noun_of(category)) == one and several(2, noun_of(category)) == two


def test_numbers_beyond_twelve_are_figures_and_lists_end_with_and():
    assert several(13, "pit") == "13 pits" and a("hourglass") == "an hourglass"
    assert listed(["a pit"]) == "a pit" and listed(["a pit", "a cut", "two dents"]) == "a pit, a cut and two dents"


def test_every_drawn_product_has_a_name():
    assert set(PRODUCTS) == set(EVERY)


def test_an_image_is_said_in_one_sentence():
    scratch, pit = of_box("scratch", 0, 0, 9, 9), of_box("pit", 60, 60, 35, 35)
    assert sentence_of_image(TILE) == "a ground metal tile without a defect"
    assert sentence_of_image(PHOTO) == "a surface without a defect"
    assert sentence_of_image(PHOTO, "oak board") == "an oak board without a defect"
    one = replace(TILE, labels=(pit,))
    assert sentence_of_image(one) == "a ground metal tile with a large pit in the lower right"
    many = replace(PHOTO, labels=(scratch, pit, scratch))
    assert sentence_of_image(many) == "a surface with two scratches and a pit"


def test_a_defect_is_said_with_size_contrast_direction_and_place():
    faint = of_box("scratch", 4, 10, 20, 2, measured={"change_p90": 0.02})
    said = "a medium-sized faint scratch, 20 px long, running horizontally, in the upper left of a surface"
    assert sentence_of_label(faint, PHOTO) == said
    clear = of_box("pit", 45, 90, 5, 5, measured={"change_p90": 0.4})
    in_mm = replace(TILE, params={"pixel_size_mm": 0.05})
    assert sentence_of_label(clear, in_mm) == "a small clear pit, 0.25 mm across, at the bottom of a ground metal tile"


@pytest.mark.parametrize(
    ("drawing", "angle", "course"),
    [
        ("#....\n.#...\n..#..\n...#.\n....#", 135, "running from upper left to lower right"),
        ("....#\n...#.\n..#..\n.#...\n#....", 45, "running from lower left to upper right"),
        ("..#..\n..#..\n..#..\n..#..\n..#..", 90, "running vertically"),
        (".....\n#####\n.....", 0, "running horizontally"),
    ],
)
def test_the_direction_is_that_of_the_pixels(drawing, angle, course):
    one = label(drawing)
    assert extent_of(one).angle_deg == pytest.approx(angle) and extent_of(one).is_long
    assert course in sentence_of_label(one, TILE)


def test_the_files_hold_a_caption_an_image_an_instance_and_a_prompt_a_class(tmp_path):
    root = tmp_path / "in"
    defective = record(root, "a", "train", (5, 4), [label("##...\n##...\n.....\n.....", "rust")])
    data = data_set(root, defective, record(root, "b", "val", (5, 4)), classes=("pit", "rust"))
    captions.write(data, tmp_path / "out", caption_surface="cloth")
    first, second = map(orjson.loads, (tmp_path / "out/captions.jsonl").read_bytes().splitlines())
    assert first == {
        "file": "images/train/a.png",
        "split": "train",
        "caption": "a cloth with a large area of rust in the upper left",
        "instances": [
            {
                "category": "rust",
                "bbox_xywh": [0, 0, 2, 2],
                "caption": "a large area of rust, 2 px across, in the upper left of a cloth",
            }
        ],
    }
    assert second["caption"] == "a cloth without a defect" and second["instances"] == []
    content = orjson.loads((tmp_path / "out/annotations/captions_train.json").read_bytes())
    assert content["annotations"] == [{"id": 1, "image_id": 1, "caption": first["caption"]}]
    assert content["images"] == [{"id": 1, "file_name": "a.png", "width": 5, "height": 4}]
    assert (tmp_path / "out/prompts.txt").read_text() == "pit\narea of rust\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: expected a line of JSON"),
        ("3", "line 2: expected an object with file: text, got 3"),
        ('{"file": "images/train/a.png", "split": "training"}', "split: one of train, val, test, got 'training'"),
        ('{"file": "../a.png", "split": "train"}', "below the data set's folder, got '../a.png'"),
        ('{"file": "images/train/a.png", "split": "train"}', "instances: a list, got None"),
        ('{"file": "images/train/a.png", "split": "train", "instances": [3]}', "category: text, got 3"),
        (
            '{"file": "images/train/a.png", "split": "train", "instances": [{"category": "x"}]}',
            "a category that prompts.json names, got 'x'",
        ),
        (
            '{"file": "images/train/a.png", "split": "train",'
            ' "instances": [{"category": "pit", "bbox_xywh": [0, 0, 0, 1]}]}',
            "w > 0, h > 0, got [0, 0, 0, 1]",
        ),
    ],
)  # fmt: skip
def test_a_broken_line_is_named_or_left_out(line, message, tmp_path):
    root = tmp_path / "in"
    captions.write(data_set(root, record(root, "a", "train", (5, 4))), tmp_path / "out")
    with (tmp_path / "out/captions.jsonl").open("a") as lines:
        lines.write(line + "\n")
    with pytest.raises(FormatError) as caught:
        captions.read(tmp_path / "out")
    assert message in str(caught.value) and "captions.jsonl" in str(caught.value)
    problems = []
    assert len(open_data(tmp_path / "out", problems=problems)) == 1
    assert len(problems) == 1


@pytest.mark.parametrize(("name", "content"), [("prompts.json", "["), ("prompts.json", "3"), ("captions.jsonl", None)])
def test_a_missing_or_broken_file_is_named(name, content, tmp_path):
    root = tmp_path / "in"
    captions.write(data_set(root, record(root, "a", "train", (5, 4))), tmp_path / "out")
    (tmp_path / "out" / name).unlink()
    if content is not None:
        (tmp_path / "out" / name).write_text(content)
    with pytest.raises(FormatError, match=name):
        captions.read(tmp_path / "out")
