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
