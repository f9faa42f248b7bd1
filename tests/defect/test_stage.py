"""The stage puts what the plan asks for, apart from what is there already."""

from __future__ import annotations

import numpy as np

from generator.core.annotation import Region
from generator.core.units import LengthRange, Range
from generator.defect.appearance.tone import Tone
from generator.defect.outline import Outline
from generator.defect.shape.blob import Blob
from generator.defect.stage import Defect, PutDefects
from tests.defect.kinds import defect_of, room_of, sample_of, surface

SPOT = Defect(category="spot", shape=Blob(diameter=LengthRange.parse("9px")), appearance=Tone(gain=Range(0.5, 0.5)))


def test_a_sample_without_categories_is_handed_back_as_it_is():
    sample = sample_of(surface((20, 20)), ())
    assert PutDefects(defects={"spot": SPOT})(sample, np.random.default_rng(0)) is sample


def test_defects_keep_the_gap_between_each_other():
    sample = sample_of(surface((64, 64)), ("spot",) * 6)
    made = PutDefects(defects={"spot": SPOT}, gap_px=4, tries=60)(sample, np.random.default_rng(0))
    assert len(made.instances) == 6
    distance = np.full((6, 6), np.inf)
    points = [np.argwhere(instance.support.full((64, 64))) for instance in made.instances]
    for a in range(6):
        for b in range(a):
            distance[a, b] = np.abs(points[a][:, None] - points[b][None]).max(axis=2).min()
    assert distance.min() > 4


def test_a_full_image_ends_in_a_finding_and_not_in_a_loop():
    sample = sample_of(surface((16, 16)), ("spot",) * 9)
    made = PutDefects(defects={"spot": SPOT}, gap_px=8)(sample, np.random.default_rng(0))
    assert [finding.code for finding in made.findings] == ["no_room"]
    assert 1 <= len(made.instances) < 9
    assert "spot found no free place in 8 tries" in made.findings[0].message


def test_a_kind_that_seeks_parts_says_that_a_plain_surface_shows_none():
    plain = np.full((64, 64, 3), 120, np.uint8)
    stage = PutDefects(defects={"missing_part": defect_of("assembly/missing_part")})
    (finding,) = stage(sample_of(plain, ("missing_part",)), np.random.default_rng(0)).findings
    assert finding.code == "no_room" and "the surface shows no part" in finding.message


def test_weights_choose_between_kinds_of_one_category():
    rare = Defect(category="spot", shape=SPOT.shape, appearance=SPOT.appearance, weight=1e-9)
    stage = PutDefects(defects={"often": SPOT, "rare": rare})
    names = [
        stage(sample_of(surface((40, 40)), ("spot",)), np.random.default_rng(seed)).instances[0].params["defect"]
        for seed in range(20)
    ]
    assert set(names) == {"often"}


def test_the_fitted_support_grows_by_the_reach_and_ends_at_the_roi():
    alpha = np.zeros((5, 5), np.float32)
    alpha[2, 2] = 1
    roi = np.zeros((20, 20), bool)
    roi[:, :11] = True
    outline = Outline.of(alpha, 8, 8).fitted(room_of(surface((20, 20)), roi=roi), 2)
    expected = np.zeros((20, 20), bool)
    expected[8:13, 10] = True
    expected[9:12, 9:11] = True
    expected[10, 8:11] = True
    full = Region(outline.rect, outline.support).full((20, 20))
    assert (full & roi).sum() == full.sum() and full[8:13, 10].all() and not full[:, 11:].any()
    assert (expected & ~full).sum() == 0


def test_an_outline_beyond_the_image_is_none():
    outline = Outline.of(np.ones((4, 4), np.float32), 50, 3)
    assert outline.fitted(room_of(surface((20, 20))), 0) is None
