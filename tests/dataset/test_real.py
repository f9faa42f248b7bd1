"""Real data sets of every layout give the same defects, and what is broken in them is left out and listed."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from generator.core.errors import ConfigError, FormatError
from generator.dataset.format.table import FORMATS
from generator.dataset.open import open_data
from generator.dataset.real import read_real
from generator.dataset.record import Label, Record, Records
from tests.fit.toy import save, write_real

MASKS = ("plain", "coco", "coco_polygon", "yolo_segment", "mvtec", "mask_folder", "mask_index")


@pytest.fixture
def real(tmp_path):
    return write_real(tmp_path / "real")


def areas(path, name="auto") -> dict[str, list[int]]:
    found = {}
    for defect in read_real(path, name).defects():
        found.setdefault(defect.category, []).append(int(defect.mask.sum()))
    return {category: sorted(numbers) for category, numbers in found.items()}


@pytest.mark.parametrize("name", MASKS)
def test_every_format_with_masks_gives_the_same_defects(real, tmp_path, name):
    FORMATS[name].write(open_data(real), tmp_path / "out")
    assert areas(tmp_path / "out") == areas(tmp_path / "out", name) == areas(real)
    assert len(read_real(tmp_path / "out").good_images()) == 2


def test_a_defect_says_where_it_comes_from(tmp_path):
    save(tmp_path / "images/train/a.png", np.arange(20).reshape(4, 5))
    (tmp_path / "images/train/a.txt").write_text("")
    boxes = [Label(category="pit", bbox_xywh=(0, 0, 2.5, 2)), Label(category="pit", bbox_xywh=(2, 1, 2, 2))]
    one = Record(key="a", split="val", image="images/train/a.png", width=5, height=4, labels=tuple(boxes))
    FORMATS["coco"].write(Records.gathered(tmp_path, ("pit",), [one]), tmp_path / "out")
    real = read_real(tmp_path / "out")
    assert list(real.defects()) == []
    first, second = real.defects(boxes=True)
    assert first.mask is None and first.bbox_xywh == (0, 0, 2.5, 2)
    assert (first.record_key, first.split, first.group, first.name) == ("a", "val", "", "images/val/a.png")
    assert first.sha256 == hashlib.sha256((tmp_path / "images/train/a.png").read_bytes()).hexdigest()
    assert first.mask_name == "images/val/a.png, label 1"
    assert np.argwhere(second.others).tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]  # the first box
    assert first.pixels.shape == (4, 5, 1) and first.white == 255


def test_class_folders_beside_masks_are_read_without_a_folder_above(tmp_path):
    real = write_real(tmp_path / "real", below="")
    assert [d.category for d in read_real(real).defects()] == ["crack"] * 4 + ["spot"] * 4


def test_a_mask_of_0_and_1_is_a_mask(real):
    save(real / "masks/spot/00.png", np.pad(np.ones((3, 4)), ((9, 60), (5, 87))))
    assert next(d for d in read_real(real).defects() if d.category == "spot").mask.sum() == 12


def test_an_image_without_a_sound_mask_is_left_out_and_is_no_good_image(real):
    (real / "masks/spot/02.png").unlink()
    save(real / "masks/spot/03.png", np.ones((72, 95)))
    with pytest.raises(FormatError, match=r"02\.png: expected its mask 02\.png"):
        read_real(real)
    problems = []
    data = read_real(real, problems=problems)
    assert len(list(data.defects())) == 6
    assert len(data.good_images()) == 2
    assert "a mask of the image's size 96 x 72, got 95 x 72" in str(problems[1])


def test_an_image_that_cannot_be_decoded_is_listed_once(real):
    image = real / "defect/spot/01.png"
    data = bytearray(image.read_bytes())
    data[len(data) // 2] ^= 255
    image.write_bytes(data)
    problems = []
    found = read_real(real, problems=problems)
    for _ in range(2):
        assert len(list(found.defects())) == 7
    assert [problem.path for problem in problems] == [str(image)]


def test_a_folder_of_nothing_known_lists_what_is_known(tmp_path):
    with pytest.raises(ConfigError, match=r"canonical, coco, .*mvtec.*plain"):
        read_real(tmp_path)
