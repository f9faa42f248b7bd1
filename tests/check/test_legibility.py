"""Text that is said to be readable stands off from its surface."""

from __future__ import annotations

import numpy as np
import pytest

from generator import samples
from generator.check.legibility import Legibility


def made(*more):
    return list(samples("recipe=text", "text/corpus=lot_code", "count=6", "seed=1", "source.mode=mono8", *more))


def test_what_a_run_emits_is_legible():
    check = Legibility()
    assert all(check(sample) == () for sample in made("camera=mild"))


@pytest.mark.parametrize("channels", [1, 3])
def test_text_that_fades_or_drowns_in_the_surface_is_found(channels):
    for sample in made():
        blank = np.repeat(sample.blank, channels, axis=2)
        ink = (sample.char_mask > 0)[..., None]
        faint = np.where(ink, blank - 4, blank).astype(np.uint8)
        codes = [f.code for f in Legibility()(sample.with_(image=faint, good=faint, blank=blank))]
        assert codes == ["illegible"]
        stripes = blank.copy()
        stripes[:, ::2] = 40
        over = np.where(ink, np.clip(stripes.astype(int) - 40, 0, 255), stripes).astype(np.uint8)
        findings = Legibility()(sample.with_(image=over, good=over, blank=stripes))
        assert [f.code for f in findings] == ["illegible"] and "contrast" in findings[0].message


def test_unreadable_lines_and_distractors_may_be_faint():
    sample = made()[0]
    for change in ({"is_readable": False}, {"kind": "distractor"}):
        line = sample.text[0].with_(**change)
        assert Legibility()(sample.with_(image=sample.blank, good=sample.blank, text=(line,))) == ()


def test_a_character_of_whose_ink_a_stub_is_left_is_found():
    sample = made()[0]
    line = sample.text[0]
    assert Legibility()(sample) == ()
    boxes = line.char_boxes_xywh.copy()
    boxes[0, 2:] = 1
    findings = Legibility()(sample.with_(text=(line.with_(char_boxes_xywh=boxes),)))
    assert [f.code for f in findings] == ["illegible"] and "1 character(s)" in findings[0].message
    unread = line.char_readable.copy()
    unread[0] = False
    assert Legibility()(sample.with_(text=(line.with_(char_boxes_xywh=boxes, char_readable=unread),))) == ()


@pytest.mark.parametrize("angle", [0, 35, 90])
@pytest.mark.parametrize("keeps", ["rows", "columns"])
def test_a_sliver_of_a_character_is_found_at_any_angle(angle, keeps):
    (sample,) = samples(
        "recipe=text", "text/corpus=pattern", 'text.corpus.patterns=["HEMZ"]', "count=1", "source.mode=mono8",
        "text.layout.image_height_px=64", "text/warp=tilt", f"text.warp.rotation_deg=[{angle},{angle}]",
        "text.warp.shear_deg=[0,0]",
    )  # fmt: skip
    assert Legibility()(sample) == ()
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
        assert bool(Legibility()(cut)) == is_found
