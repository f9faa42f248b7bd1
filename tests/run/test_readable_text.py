"""Characters that cannot be read on the finished image are not asked for; those that can be still are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator import samples
from generator.core.annotation import Instance, Region
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.core.text import PRINT_DEFECT
from generator.run.label import Labelling, derive_labels
from generator.run.readable_text import judged_text

KEYS = (
    "recipe=text", "text/corpus=pattern", 'text.corpus.patterns=["BEHIND2468"]', "text.font.include=[Roboto-Regular*]",
    "text.layout.image_height_px=64", "text.marking.contrast=[0.4,0.5]", "count=1",
)  # fmt: skip
MODES = ("mono8", "mono16", "rgb8")


def line_of(mode: str, *keys: str) -> Sample:
    """Return a clean line of ten characters."""
    (sample,) = samples(*KEYS, f"source.mode={mode}", *keys)
    assert sample.text[0].is_readable and len(sample.text[0].chars) == 10
    return sample


def harmed(sample: Sample, image: np.ndarray, **params: object) -> Sample:
    """Return the sample with an image in place of its own, and one defect wherever they differ."""
    height, width = sample.hw
    support = Region(Rect(0, 0, width, height), np.ones((height, width), bool))
    instance = Instance(category="crumb", support=support, params=params)
    return judged_text(derive_labels(sample.with_(image=image, instances=(instance,)), Labelling()))


def box_of(sample: Sample, number: int) -> tuple[slice, slice]:
    x, y, w, h = sample.text[0].char_boxes_xywh[number].tolist()
    return slice(y, y + h), slice(x, x + w)


def unread(sample: Sample) -> list[int]:
    line = sample.text[0]
    assert line.is_readable == bool(line.char_readable.all())
    return np.flatnonzero(~line.char_readable).tolist()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", ["as the ground", "as the ink", "white", "black"])
def test_a_character_under_an_opaque_crumb_is_not_readable(mode, level):
    sample = line_of(mode)
    image, at, white = sample.good.copy(), box_of(sample, 4), sample.source.white
    whose = sample.char_mask[at] == sample.text[0].first_number + 4
    ink = sample.good[at][whose].astype(float).mean(axis=0)
    ground = sample.blank[at].reshape(-1, image.shape[2])[0]
    image[at] = {"as the ground": ground, "as the ink": np.rint(ink), "white": white, "black": 0}[level]
    assert unread(harmed(sample, image)) == [4]


@pytest.mark.parametrize("mode", MODES)
def test_half_a_character_is_not_readable(mode):
    sample = line_of(mode)
    image, (rows, columns) = sample.good.copy(), box_of(sample, 1)
    low = slice((rows.start + rows.stop) // 2, rows.stop)
    image[low, columns] = sample.blank[low, columns]
    assert unread(harmed(sample, image)) == [1]


@pytest.mark.parametrize("mode", MODES)
def test_the_foot_of_an_e_makes_an_f_and_is_missed(mode):
    sample = line_of(mode)
    image, (rows, columns) = sample.good.copy(), box_of(sample, 1)
    foot = slice(rows.stop - round(0.2 * (rows.stop - rows.start)), rows.stop + 1)
    arm = slice(columns.start + round(0.45 * (columns.stop - columns.start)), columns.stop)
    image[foot, arm] = sample.blank[foot, arm]
    assert unread(harmed(sample, image)) == [1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("by", [-30, 30])
def test_a_stain_that_ink_shows_through_hides_nothing(mode, by):
    sample = line_of(mode)
    white = sample.source.white
    image = np.clip(sample.good.astype(int) + by * white // 255, 0, white).astype(sample.good.dtype)
    assert unread(harmed(sample, image)) == []


@pytest.mark.parametrize("mode", MODES)
def test_a_hairline_hides_nothing(mode):
    sample = line_of(mode)
    image = sample.good.copy()
    image[sample.hw[0] // 2] = 0
    assert unread(harmed(sample, image)) == []


def test_a_crumb_beside_the_line_hides_nothing():
    sample = line_of("mono8", "text.layout.margin_x=[2,2]")
    image = sample.good.copy()
    image[:, : box_of(sample, 0)[1].start - 12] = 0
    assert unread(harmed(sample, image)) == []


def test_what_a_print_defect_covers_was_judged_with_the_print():
    sample = line_of("mono8")
    image, at = sample.good.copy(), box_of(sample, 4)
    image[at] = sample.blank[at]
    assert unread(harmed(sample, image, **{PRINT_DEFECT: "missing_part"})) == []
    assert unread(harmed(sample, image)) == [4]


def test_what_cannot_be_read_in_a_run_is_a_sliver_or_lies_at_a_defect():
    made = samples(
        "recipe=text_defect", "count=12", "good_share=0", "defect=[generic/foreign]", "defects_per_image=[6,6]",
        "text.layout.count=[8,10]", "defect.generic.foreign.shape.diameter=[6%,9%]",
    )  # fmt: skip
    hidden = 0
    for sample in made:
        touched = np.zeros(sample.hw, bool)
        for one in sample.instances:
            touched[one.mask.rect.slices] |= one.mask.bits
        near = cv2.dilate(touched.view(np.uint8), np.ones((25, 25))) > 0
        for line in sample.text:
            for number in np.flatnonzero(~line.char_readable).tolist():
                is_near = near[sample.char_mask == line.first_number + number].any()
                is_sliver = (line.char_boxes_xywh[number, 2:] < 0.75 * np.ptp(line.char_quads_xy[number], axis=0)).any()
                assert is_near or is_sliver
                hidden += is_near
    assert hidden > 0


@pytest.mark.parametrize("angle", [0, 35, 90])
@pytest.mark.parametrize("keeps", ["rows", "columns"])
def test_a_sliver_of_a_character_is_found_at_any_angle(angle, keeps):
    (sample,) = samples(
        "recipe=text", "text/corpus=pattern", 'text.corpus.patterns=["HEMZ"]', "count=1", "source.mode=mono8",
        "text.layout.image_height_px=64", "text/warp=tilt", f"text.warp.rotation_deg=[{angle},{angle}]",
        "text.warp.shear_deg=[0,0]",
    )  # fmt: skip
    assert unread(sample) == []
    line = sample.text[0]
    quad = line.char_quads_xy[0]
    side = quad[3] - quad[0] if keeps == "rows" else quad[1] - quad[0]
    rows, columns = np.nonzero(sample.char_mask == line.first_number)
    along = (np.stack([columns + 0.5, rows + 0.5], axis=1) - quad[0]) @ side / (side @ side)
    for share, is_found in ((0.9, False), (0.4, True)):
        mask, boxes = sample.char_mask.copy(), line.char_boxes_xywh.copy()
        mask[rows[along > share], columns[along > share]] = 0
        y, x = np.nonzero(mask == line.first_number)
        boxes[0] = x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1
        cut = sample.with_(char_mask=mask, text=(line.with_(char_boxes_xywh=boxes),))
        assert unread(judged_text(cut)) == ([0] if is_found else [])


def test_where_a_sliver_leaves_no_line_to_read_the_sample_is_drawn_again():
    sample = line_of("mono8")
    mask, boxes = sample.char_mask.copy(), sample.text[0].char_boxes_xywh.copy()
    boxes[3, 3] = 2
    line = sample.text[0].with_(char_boxes_xywh=boxes)
    made = judged_text(sample.with_(text=(line,), char_mask=mask))
    assert unread(made) == [3] and [one.code for one in made.findings if one.severity == "error"] == ["illegible"]
    made = judged_text(sample.with_(text=(line, sample.text[0]), char_mask=mask))
    assert [one.is_readable for one in made.text] == [False, True] and made.findings == sample.findings
    made = judged_text(sample.with_(text=(line.with_(kind="distractor"),), char_mask=mask))
    assert unread(made) == [3] and made.findings == sample.findings
