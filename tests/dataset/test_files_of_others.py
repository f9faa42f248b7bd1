"""Files as other tools and storage systems leave them: masks in odd modes, links, lists, tags, names."""

from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image

from generator.core.errors import FormatError
from generator.dataset.format import mask_folder, voc
from generator.dataset.format.mask_files import region_of
from generator.dataset.open import open_data
from generator.dataset.store import link_or_copy
from generator.dataset.view import find_images, is_turned

SHAPE = np.zeros((20, 30), bool)
SHAPE[4:12, 6:20] = True
SHAPE[6:8, 9:11] = False
_GREY = np.where(SHAPE, 255, 0).astype(np.uint8)


def of_palette(numbers: np.ndarray, *colours: tuple[int, int, int]) -> Image.Image:
    picture = Image.fromarray(numbers.astype(np.uint8), "P")
    picture.putpalette([value for colour in colours for value in colour])
    return picture


def with_alpha(colour: np.ndarray, alpha: np.ndarray) -> Image.Image:
    return Image.fromarray(np.dstack([np.broadcast_to(colour, (*SHAPE.shape, 3)), alpha]).astype(np.uint8), "RGBA")


BLACK, WHITE = (0, 0, 0), (255, 255, 255)
MASKS = {
    "grey": Image.fromarray(_GREY),
    "0 and 1": Image.fromarray(SHAPE.astype(np.uint8)),
    "one bit": Image.fromarray(_GREY).convert("1"),
    "a palette of black and white": of_palette(SHAPE, BLACK, WHITE),
    "a palette of white and black": of_palette(~SHAPE, WHITE, BLACK),
    "quantised by a tool": Image.fromarray(_GREY).quantize(2),
    "a palette of colours": of_palette(SHAPE, BLACK, (128, 0, 0)),
    "white on clear ground": with_alpha(np.array(WHITE), _GREY),
    "red on clear ground": with_alpha(np.where(SHAPE[..., None], (255, 0, 0), (0, 0, 0)), _GREY),
    "opaque colours": with_alpha(_GREY[..., None], np.full(SHAPE.shape, 255)),
    "grey with alpha": Image.fromarray(_GREY).convert("LA"),
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_a_mask_of_one_class_is_what_is_seen_in_whatever_mode_it_was_saved(mask, tmp_path):
    mask.save(tmp_path / "mask.png")
    assert np.array_equal(region_of(tmp_path / "mask.png", SHAPE.shape).full(SHAPE.shape), SHAPE)


def test_a_mask_of_several_colours_on_clear_ground_is_none(tmp_path):
    with_alpha(_GREY[..., None], np.where(np.arange(30) < 25, 255, 0)[None].repeat(20, 0)).save(tmp_path / "mask.png")
    with pytest.raises(FormatError, match="one colour on clear ground"):
        region_of(tmp_path / "mask.png", SHAPE.shape)


def photo(path, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (20, 30, 3), np.uint8)).save(path)


@pytest.mark.parametrize("suffix", ["gif", "ppm", "npy"])
def test_a_mask_in_a_format_that_is_not_read_leaves_its_image_out_and_makes_it_no_good_one(suffix, tmp_path):
    photo(tmp_path / "images/a.png")
    photo(tmp_path / "images/b.png", 1)
    (tmp_path / "masks/scratch").mkdir(parents=True)
    Image.fromarray(_GREY).save(tmp_path / "masks/scratch/b.png")
    if suffix == "npy":
        np.save(tmp_path / "masks/scratch/a.npy", SHAPE)
    else:
        Image.fromarray(_GREY).convert("RGB").save(tmp_path / f"masks/scratch/a.{suffix}")
    problems = []
    read = mask_folder.read(tmp_path, problems)
    broken = {record.key: bool(record.findings) for record in read}
    assert broken == {"a": True, "b": False} and f"a.{suffix}" in str(problems[0])


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ({"trainval": "abc", "test": "d"}, {"a": "train", "b": "train", "c": "train", "d": "test"}),
        ({"trainval": "abc", "val": "c", "test": "d"}, {"a": "train", "b": "train", "c": "val", "d": "test"}),
        ({"trainval": "abcd", "train": "ab", "val": "c"}, {"a": "train", "b": "train", "c": "val"}),
        ({"trainval": "abcd"}, dict.fromkeys("abcd", "train")),
    ],
)
def test_a_list_of_train_and_val_is_train_where_there_is_no_other(lists, expected, tmp_path):
    for number, name in enumerate("abcd"):
        photo(tmp_path / f"JPEGImages/{name}.png", number)
        (tmp_path / "Annotations").mkdir(exist_ok=True)
        size = "<size><width>30</width><height>20</height><depth>3</depth></size>"
        xml = f"<annotation><filename>{name}.png</filename>{size}</annotation>"
        (tmp_path / f"Annotations/{name}.xml").write_text(xml)
    (tmp_path / "ImageSets/Main").mkdir(parents=True)
    for name, stems in lists.items():
        (tmp_path / f"ImageSets/Main/{name}.txt").write_text("\n".join(stems))
    problems = []
    assert {record.key: record.split for record in voc.read(tmp_path, problems)} == expected and not problems


def test_a_linked_file_is_linked_itself(tmp_path):
    photo(tmp_path / "store/blob.png")
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.png").symlink_to("../store/blob.png")
    target = tmp_path / "deep/er/a.png"
    target.parent.mkdir(parents=True)
    link_or_copy(tmp_path / "images/a.png", target)
    assert not target.is_symlink() and target.samefile(tmp_path / "store/blob.png")


def test_linked_folders_are_gone_through_once_and_circles_end(tmp_path):
    photo(tmp_path / "store/cam1/a.png")
    photo(tmp_path / "images/b.png")
    (tmp_path / "images/cam1").symlink_to("../store/cam1")
    (tmp_path / "images/circle").symlink_to("../images")
    found = [path.relative_to(tmp_path / "images").as_posix() for path in find_images(tmp_path / "images")]
    assert found == ["b.png", "cam1/a.png"] and find_images(tmp_path / "nowhere") == []


def turned(path, orientation):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((40, 60, 3), 140, np.uint8)
    pixels[5:15, 5:15] = 30
    tags = Image.Exif()
    tags[274] = orientation
    Image.fromarray(pixels).save(path, quality=100, exif=tags)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_that_a_tag_turns_is_upright_for_readers_that_know_no_tags(orientation, tmp_path, command):
    turned(tmp_path / "real/images/a.jpg", orientation)
    assert is_turned(tmp_path / "real/images/a.jpg") == (orientation > 1)
    shown = np.zeros((40, 60), np.uint8)
    shown[5:15, 5:15] = 255
    shown = np.rot90(shown, {1: 0, 3: 2, 6: -1, 8: 1}[orientation])
    (tmp_path / "real/masks/dent").mkdir(parents=True)
    Image.fromarray(np.ascontiguousarray(shown)).save(tmp_path / "real/masks/dent/a.png")
    assert command("mix", "data=[real]", "report=false", "export=[coco]")[0] == 0
    made = open_data(tmp_path / "outputs/mixed/export/coco")
    (one,) = list(made)
    with Image.open(made.root / one.image) as picture:
        assert picture.getexif().get(274, 1) == 1 and picture.size == (one.width, one.height)
        grey = np.asarray(picture.convert("L"))
    assert grey[one.labels[0].mask.full(one.hw)].mean() < 45


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_named(tmp_path, command):
    photo(tmp_path / "real/images/a.png")
    (tmp_path / "real/masks/dent").mkdir(parents=True)
    Image.fromarray(_GREY).save(tmp_path / "real/masks/dent/a.png")
    (tmp_path / "real/images/a.png").rename(tmp_path / "real/images" / os.fsdecode(b"bad\xff.png"))
    code, _, err = command("mix", "data=[real]", "report=false", "broken=keep")
    assert code == 2 and "expected a file name in UTF-8" in err and "Traceback" not in err
