"""Distractors lie on image and twin alike, are not labelled, and are no kind that is."""

from __future__ import annotations

import numpy as np
import pytest

from generator import samples
from generator.core.errors import ConfigError, RangeError
from generator.core.units import Range
from generator.defect.distractor import PutDistractors
from tests.defect.kinds import defect_of, sample_of, surface

KEYS = ("source.size_wh=[96,96]", "count=8", "roi=whole", "defect=[metal/scratch]", "distractors_per_image=[2,3]")


def put(per_image: Range, seed: int = 0):
    stage = PutDistractors(
        kinds={"hair": defect_of("generic/hair"), "dust": defect_of("generic/dust")}, per_image=per_image
    )
    return stage(sample_of(surface((80, 80)), ()), np.random.default_rng(seed))


def test_image_and_twin_get_the_same_and_nothing_is_labelled():
    made = put(Range(2, 2))
    assert made.image is made.good and not made.instances
    changed = (made.good != made.source.pixels).any(axis=2)
    drawn = made.params["distractors"]
    assert len(drawn) == 2 and changed.any()
    for distractor in drawn:
        x, y, w, h = distractor["bbox_xywh"]
        changed[y : y + h, x : x + w] = False
    assert not changed.any(), "the record says where each lies"


def test_none_wanted_leaves_the_sample_as_it_is():
    sample = sample_of(surface((20, 20)), ())
    assert PutDistractors(kinds={})(sample, np.random.default_rng(0)) is sample
    assert put(Range(0, 0)).image is put(Range(0, 0)).source.pixels or not put(Range(0, 0)).params


def test_good_images_have_them_too_and_defects_lie_on_top():
    made = list(samples(*KEYS, "good_share=0.5", "distractor=[dust,reflection]"))
    assert {bool(sample.instances) for sample in made} == {True, False}
    for sample in made:
        assert not np.array_equal(sample.good, sample.source.pixels)
        assert {d["distractor"] for d in sample.params["distractors"]} <= {"dust", "reflection"}
        assert {instance.category for instance in sample.instances} <= {"scratch"}


def test_a_distractor_has_the_knobs_of_its_defect():
    made = samples(*KEYS, "distractor=[hair]", "distractor.hair.appearance.contrast=[0.9,0.9]")[0]
    assert made.params["distractors"][0]["shape"]["kind"] == "fibre"


def test_what_is_labelled_is_no_distractor():
    with pytest.raises(RangeError, match="hair"):
        PutDistractors(kinds={"hair": defect_of("generic/hair")}, labelled={"h": defect_of("generic/hair")})
    with pytest.raises(ConfigError, match=r"^distractor: expected kinds that defect=\[\.\.\.\] does not label .* hair"):
        samples("distractor=[hair]", "defect=[generic/hair]")


def test_half_a_distractor_is_refused():
    with pytest.raises(ConfigError, match="distractors_per_image: expected"):
        samples(*KEYS, "distractor=[dust]", "distractors_per_image=[0,1.5]")
