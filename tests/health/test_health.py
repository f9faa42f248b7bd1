"""``defectgen doctor data=`` finds every leak, duplicate and broken image put there, and none in a clean set."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from generator.core.errors import ConfigError
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Records
from generator.health.health import examine
from generator.health.screen import headline
from tests.dataset.format.ocr.text_toy import line_image
from tests.health.toy import frame, mvtec, surface


@pytest.fixture
def clean(tmp_path):
    """Return a data set of parts of which each was photographed once."""
    train = {f"{n:03d}": surface(n) for n in range(8)}
    return mvtec(tmp_path / "clean", train, {f"{n:03d}": surface(n) for n in range(20, 26)})


def test_a_clean_set_has_no_finding(clean):
    health = examine(clean)
    said = health.to_json()
    assert said["splits"] == {"train": 8, "test": 7}
    assert said["classes"]["scratch"]["smallest"] == {"side_px": 10.0, "image": "test/scratch/000.png"}
    assert [said[key] for key in ("broken", "duplicates", "oddities", "parts", "leaks")] == [[], [], [], [], []]
    assert not health.is_serious


def test_frames_of_one_part_on_two_sides_are_a_part_and_a_leak(tmp_path):
    parts = {f"{n:03d}": surface(n) for n in range(12)}
    test = {"900": frame(surface(3), 1, 0.8, (1, 1)), "901": frame(surface(3), 2, 1.2), "902": surface(30)}
    health = examine(mvtec(tmp_path / "leaky", parts, test))
    (part,) = health.to_json()["parts"]
    assert part == {"images": ["train/good/003.png", "test/good/900.png", "test/good/901.png"], "by": ["content"]}
    (leak,) = health.to_json()["leaks"]
    assert leak == {
        "kind": "group",
        "images": {"train": ["train/good/003.png"], "test": ["test/good/900.png", "test/good/901.png"]},
    }
    assert health.is_serious


def test_copies_are_named_as_duplicates_and_across_splits_as_leaks(clean):
    shutil.copyfile(clean / "train/good/001.png", clean / "train/good/101.png")
    shutil.copyfile(clean / "train/good/002.png", clean / "test/good/102.png")
    said = examine(clean, compare=0).to_json()
    assert [(d["images"], d["same_bytes"], d["labels_differ"]) for d in said["duplicates"]] == [
        (["train/good/001.png", "train/good/101.png"], True, False),
        (["train/good/002.png", "test/good/102.png"], True, False),
    ]
    assert [leak["kind"] for leak in said["leaks"]] == ["bytes"]


def test_one_image_labelled_good_and_defective_is_called_out(clean):
    shutil.copyfile(clean / "test/scratch/000.png", clean / "test/good/200.png")
    health = examine(clean, compare=0)
    assert [d.labels_differ for d in health.duplicates] == [True]
    assert health.is_serious


def test_a_pattern_on_the_path_names_the_parts(tmp_path):
    train = {"p1_a": surface(1), "p1_b": surface(2), "p2_a": surface(3)}
    health = examine(mvtec(tmp_path / "named", train, {"p2_b": surface(4)}), group=r"p(\d)_", compare=0)
    assert [(part.by, len(part.images)) for part in health.parts] == [(("path",), 2), (("path",), 2)]
    assert [leak.message for leak in health.leaks] == [
        "train/good/p2_a.png (train) and test/good/p2_b.png (test): the same part"
    ]


@pytest.mark.parametrize(
    ("pattern", "expected"), [("(", "a regular expression"), ("p1", "in brackets"), ("(q)", "fits")]
)
def test_a_pattern_that_says_nothing_is_refused(clean, pattern, expected):
    with pytest.raises(ConfigError, match=expected):
        examine(clean, group=pattern, compare=0)


def test_an_image_that_cannot_be_read_is_listed_and_kept_out(clean):
    broken = clean / "train/good/003.png"
    broken.write_bytes(broken.read_bytes()[:-40])
    health = examine(clean, compare=0)
    assert health.census.splits == {"train": 7, "test": 7}
    assert next(health.message(error) for error in health.broken).startswith("train/good/003.png")


def test_of_a_large_set_evenly_spread_images_are_compared(clean):
    assert examine(clean, compare=5).compared == 5


def test_the_command_prints_one_screen_and_writes_everything_where_asked(clean, command):
    before = sorted(path for path in clean.rglob("*"))
    code, out, _ = command("doctor", f"data={clean}", "out=health.json")
    assert code == 0
    assert "read as mvtec: 15 images (train 8, test 7), 1 with defects, 14 without" in out
    assert "nothing serious" in out
    assert sorted(path for path in clean.rglob("*")) == before
    assert json.loads(Path("health.json").read_text(encoding="utf-8"))["images"] == 15


def test_strict_ends_with_1_where_something_serious_was_found(clean, command):
    assert command("doctor", f"data={clean}", "strict=true")[0] == 0
    shutil.copyfile(clean / "train/good/002.png", clean / "test/good/102.png")
    code, out, _ = command("doctor", f"data={clean}", "strict=true")
    assert code == 1
    assert "LEAKS between splits: 1 (bytes 1)" in out
    assert command("doctor", f"data={clean}")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["data=nowhere"], "data: expected a data set"),
        (["format=coco"], "data: expected a value, got nothing"),
        (["data=clean", "compare=-1"], "compare: expected a whole number >= 0"),
        (["data=clean", "group=("], "group: expected a regular expression"),
        (["data=clean", "out=gone/health.json"], "out: expected a file in a folder that can be written"),
    ],
)
def test_wrong_input_ends_with_2_and_one_paragraph(clean, command, arguments, said):
    code, _, error = command("doctor", *arguments)
    assert code == 2
    assert said in error


def test_a_pattern_keeps_its_backslashes_on_the_command_line(tmp_path, command):
    train = {"p1_a": surface(1), "p1_b": surface(2)}
    mvtec(tmp_path / "named", train, {"p2_b": surface(4)})
    code, out, _ = command("doctor", "data=named", r"group=p(\d)_[a-z]\.png$", "compare=0")
    assert code == 0
    assert "frames of one part: 1 part with several images, 2 of 4 images" in out


def test_one_image_that_says_two_texts_is_labelled_in_two_ways(tmp_path):
    image = line_image(tmp_path, "a", text="AB")
    copy = replace(image, key="b", image=shutil.copy(tmp_path / image.image, tmp_path / "images/train/b.png"))
    other = replace(copy, text=(image.text[0].with_(text="A8"),))
    for second, differ in ((copy, False), (other, True)):
        FORMATS["paddleocr_det"].write(Records.gathered(tmp_path, (), [image, second]), tmp_path / "out")
        health = examine(tmp_path / "out")
        assert [one.labels_differ for one in health.duplicates] == [differ]
        assert "2 lines of text" in headline(health)
