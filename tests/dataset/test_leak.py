"""What stands on two sides of a split is found, and nothing else is."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.core.errors import AssetError
from generator.dataset.leak import file_hash, find_leaks, pixel_hash
from tests.dataset.toy import label, record

SHA = "ab" * 32
PASTED = {"shape": {"cutout": "c1", "cutout_source": SHA}}


@pytest.fixture
def three(tmp_path):
    """Three images that share nothing, one a split."""
    return [record(tmp_path, key, split, (8, 8)) for key, split in (("a", "train"), ("b", "val"), ("c", "test"))]


def kinds(records, root, **options):
    return [leak.kind for leak in find_leaks(records, root, **options)]


def copy(root: Path, source: str, target: str) -> str:
    path = root / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((root / source).read_bytes())
    return target


def test_a_sound_data_set_has_no_leak(tmp_path, three):
    assert find_leaks(three, tmp_path) == ()


def test_the_same_file_in_two_splits_is_one_leak_with_both_sides(tmp_path, three):
    copy(tmp_path, three[0].image, three[2].image)
    (leak,) = find_leaks(three, tmp_path)
    assert leak.kind == "bytes"
    assert leak.images == {"train": ("images/train/a.png",), "test": ("images/test/c.png",)}
    assert leak.keys == ("a", "c")
    assert leak.message == "images/train/a.png (train) and images/test/c.png (test): the same file"


def test_the_same_file_twice_in_one_split_is_no_leak(tmp_path, three):
    copy(tmp_path, three[0].image, three[1].image)
    assert find_leaks([three[0], replace(three[1], split="train"), three[2]], tmp_path) == ()


def test_the_same_pixels_in_another_format_are_found_where_pixels_are_asked_for(tmp_path, three):
    cv2.imwrite(str(tmp_path / "b.bmp"), cv2.imread(str(tmp_path / three[0].image)))
    records = [three[0], replace(three[1], image="b.bmp")]
    assert kinds(records, tmp_path) == ["pixels"]
    assert kinds(records, tmp_path, pixels=False) == []


def test_grey_saved_as_colour_has_the_same_pixels():
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8, 1)
    assert pixel_hash(grey) == pixel_hash(np.repeat(grey, 3, axis=2))
    assert pixel_hash(grey) != pixel_hash(grey.reshape(4, 16, 1))
    assert pixel_hash(grey) != pixel_hash(grey.astype(np.uint16))


@pytest.mark.parametrize("of", ["image", "twin"])
def test_a_twin_on_the_other_side_is_found(tmp_path, three, of):
    twin = copy(tmp_path, three[2].image, "twins/train/a.png")
    records = [replace(three[0], twin=twin), three[1], three[2]]
    if of == "twin":
        record(tmp_path, "d", "test", (8, 8))
        records[2] = replace(three[2], image="images/test/d.png", twin=copy(tmp_path, twin, "twins/test/c.png"))
    assert kinds(records, tmp_path) == ["twin"]


def test_images_of_one_source_file_are_found(tmp_path, three):
    records = [replace(three[0], source_id="x", source_sha256=SHA), replace(three[1], source_id="y", source_sha256=SHA)]
    assert kinds(records, tmp_path) == ["source"]


def test_the_source_file_itself_on_the_other_side_is_found(tmp_path, three):
    sha = file_hash((tmp_path / three[2].image).read_bytes())
    assert kinds([replace(three[0], source_sha256=sha), three[2]], tmp_path) == ["source"]


def test_drawn_sources_are_told_apart_by_seed(tmp_path, three):
    drawn = [replace(one, source_id="tile-000000") for one in three[:2]]
    assert kinds(drawn, tmp_path) == ["source"]
    assert kinds([drawn[0], replace(drawn[1], seed=1)], tmp_path) == []


def test_frames_of_one_part_are_found_and_no_part_is_no_group(tmp_path, three):
    assert kinds([replace(one, group="part 7") for one in three], tmp_path) == ["group"]
    assert kinds([replace(one, group="") for one in three], tmp_path) == []


def test_a_cut_out_on_two_sides_is_found(tmp_path, three):
    pasted = replace(label("##", "pit"), params=PASTED)
    assert kinds([replace(one, labels=(pasted,)) for one in three[:2]], tmp_path) == ["cutout"]


def test_the_image_a_cut_out_came_from_is_found_on_the_other_side(tmp_path, three):
    sha = file_hash((tmp_path / three[2].image).read_bytes())
    pasted = replace(label("##", "pit"), params={"shape": {"cutout": "c1", "cutout_source": sha}})
    assert kinds([replace(three[0], labels=(pasted,)), three[2]], tmp_path) == ["cutout"]


def test_the_image_that_a_fitted_defect_was_measured_on_is_found_on_the_other_side(tmp_path, three):
    sha = file_hash((tmp_path / three[2].image).read_bytes())
    fitted = replace(label("##", "pit"), params={"shape": {"kind": "blob", "learned_from": sha}})
    assert kinds([replace(three[0], labels=(fitted,)), three[2]], tmp_path) == ["learned"]
    assert kinds([replace(three[0], labels=(fitted,), split="test"), three[2]], tmp_path) == []


def test_two_images_with_defects_fitted_to_one_are_no_leak(tmp_path, three):
    fitted = replace(label("##", "pit"), params={"shape": {"kind": "blob", "learned_from": SHA}})
    assert kinds([replace(one, labels=(fitted,)) for one in three], tmp_path) == []


def test_one_image_and_its_source_are_named_once_by_the_plainest_kind(tmp_path, three):
    copy(tmp_path, three[0].image, three[1].image)
    records = [replace(one, group="g", source_id="s") for one in three[:2]]
    assert kinds(records, tmp_path) == ["bytes"]


def test_synthetic_images_are_held_out_only_where_there_are_no_real_ones_or_it_is_asked_for(tmp_path, three):
    mixed = [three[0], replace(three[1], synthetic=True), replace(three[2], synthetic=True)]
    assert kinds(mixed, tmp_path) == ["synthetic", "synthetic"]
    assert kinds(mixed, tmp_path, synthetic_held_out=True) == []
    assert kinds([replace(one, synthetic=True) for one in three], tmp_path) == []


def test_a_missing_image_is_named(tmp_path, three):
    with pytest.raises(AssetError, match=r"gone\.png: expected an image of the data set"):
        find_leaks([replace(three[0], image="gone.png")], tmp_path)
