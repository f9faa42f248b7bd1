"""Real data sets of every layout are read alike."""

from __future__ import annotations

import numpy as np
import pytest

from generator.core.annotation import Region
from generator.core.errors import ConfigError, FormatError
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Label, Record, Records
from generator.fit.read import KNOWN, read_real, recognise
from tests.fit.toy import save, write_real

WITH_MASKS = [name for name in KNOWN if name in FORMATS]


def records_of(real) -> Records:
    found = read_real(real)
    records = []
    for index, (path, labels) in enumerate(found.entries):
        mask = (
            [d for d in found.defects() if d.category == labels[0][0] and d.name == found.name_of(path)]
            if labels
            else []
        )
        records.append(
            Record(
                key=f"{index:03d}", split="train", image=str(path), width=96, height=72, index=index,
                labels=tuple(Label.of_region(d.category, Region.tight(d.mask)) for d in mask),
            )
        )  # fmt: skip
    return Records.gathered(real, found.classes, records)


@pytest.mark.parametrize("name", WITH_MASKS)
def test_every_format_with_masks_gives_the_same_defects(real, tmp_path, name):
    FORMATS[name].write(records_of(real), tmp_path / "out")
    found = read_real(tmp_path / "out", name)
    masks = {d.category: [] for d in found.defects()}
    for defect in found.defects():
        masks[defect.category].append(int(defect.mask.sum()))
    plain = {"crack": [], "spot": []}
    for defect in read_real(real).defects():
        plain[defect.category].append(int(defect.mask.sum()))
    if name == "yolo_segment":  # its polygons are near the mask, not it
        assert {k: len(v) for k, v in masks.items()} == {k: len(v) for k, v in plain.items()}
    else:
        assert masks == plain
    assert len(found.good_images()) == 2


@pytest.mark.parametrize("name", [name for name in WITH_MASKS if name != "coco_polygon"])
def test_every_format_is_recognised(real, tmp_path, name):
    FORMATS[name].write(records_of(real), tmp_path / "out")
    assert recognise(tmp_path / "out") == name


def test_class_folders_beside_masks_are_read_without_a_folder_above(tmp_path):
    real = write_real(tmp_path / "real", below="")
    assert [d.category for d in read_real(real).defects()] == ["crack"] * 4 + ["spot"] * 4


def test_a_mask_of_0_and_1_is_a_mask(real):
    save(real / "masks/spot/00.png", np.pad(np.ones((3, 4)), ((9, 60), (5, 87))))
    assert next(d for d in read_real(real).defects() if d.category == "spot").mask.sum() == 12


def test_an_image_without_a_mask_is_named(real):
    (real / "masks/spot/02.png").unlink()
    with pytest.raises(FormatError, match=r"02\.png: expected its mask 02\.png"):
        read_real(real)


def test_a_mask_of_another_size_is_named(real):
    save(real / "masks/spot/02.png", np.ones((72, 95)))
    with pytest.raises(FormatError, match="a mask of the image's size 96 x 72, got 95 x 72"):
        list(read_real(real).defects())


def test_a_folder_of_nothing_known_lists_what_is_known(tmp_path):
    with pytest.raises(ConfigError, match="coco, yolo_segment, mvtec"):
        read_real(tmp_path)
