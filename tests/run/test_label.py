"""Law 1 by hand: masks are what changed inside the support, and nothing else changed."""

import numpy as np
import pytest

from generator.check.mask_law import mask_law
from generator.check.visibility import Visibility
from generator.core.annotation import Instance, Region
from generator.core.geometry import Rect
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.run.label import Labelling, derive_labels

SPEC = SampleSpec(index=0, key="000000", split="train", recipe="defect", source_id="a", seed=0)


def sample_of(image, good, supports, roi=None, **more):
    source = GoodImage(source_id="a", pixels=good, white=255 if good.dtype == np.uint8 else 65535)
    instances = tuple(
        Instance(category=f"c{i}", support=Region(rect, np.ones((rect.h, rect.w), bool)))
        for i, rect in enumerate(supports)
    )
    return Sample(spec=SPEC, source=source, image=image, good=good, instances=instances, roi=roi, **more)


def grey(value=100, hw=(8, 8), channels=1, dtype=np.uint8):
    return np.full((*hw, channels), value, dtype)


def test_the_mask_is_the_changed_pixels_of_the_support():
    image = grey()
    image[2, 3:6] = 50
    done = derive_labels(sample_of(image, grey(), [Rect(1, 1, 6, 4)]), Labelling())
    assert done.instances[0].mask.bbox_xywh == (3, 2, 3, 1)
    assert done.instances[0].mask.area_px == 3


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_one_grey_level_in_one_channel_counts(dtype):
    image = grey(channels=3, dtype=dtype)
    image[4, 4, 2] += 1
    done = derive_labels(sample_of(image, grey(channels=3, dtype=dtype), [Rect(0, 0, 8, 8)]), Labelling())
    assert done.instances[0].mask.area_px == 1


def test_the_last_defect_painted_owns_the_overlap_and_both_keep_their_own_area():
    image = grey()
    image[2:6, 2:6] = 10
    done = derive_labels(sample_of(image, grey(), [Rect(2, 2, 3, 4), Rect(4, 2, 2, 4)]), Labelling())
    first, second = done.instances
    assert (first.mask.area_px, first.own_area_px) == (8, 12)
    assert (second.mask.area_px, second.own_area_px) == (8, 8)
    assert mask_law(done.image, done.good, [first.mask, second.mask]) == ()


def test_changes_below_min_delta_are_undone():
    image = grey()
    image[1, 1], image[1, 2] = 102, 90
    done = derive_labels(sample_of(image, grey(), [Rect(0, 0, 4, 4)]), Labelling(min_delta=5))
    assert done.image[1, 1, 0] == 100 and done.image[1, 2, 0] == 90
    assert mask_law(done.image, done.good, [done.instances[0].mask], min_delta=5) == ()


def test_what_a_whole_image_stage_changed_outside_the_supports_is_set_back():
    image = grey()
    image[0, 0], image[3, 3] = 7, 7
    done = derive_labels(sample_of(image, grey(), [Rect(2, 2, 3, 3)], touched_everywhere=True), Labelling())
    assert done.image[0, 0, 0] == 100 and done.image[3, 3, 0] == 7


def test_the_visible_mask_leaves_out_what_the_noise_hides():
    noise = np.random.default_rng(0).integers(90, 111, (16, 16, 1), np.uint8)
    image = noise.copy()
    image[4:8, 4:8] -= 2
    image[8:12, 4:8] -= 80
    done = derive_labels(sample_of(image, noise, [Rect(4, 4, 4, 8)]), Labelling(keep=("visible", "annotator")))
    instance = done.instances[0]
    assert instance.mask.area_px == 32 and instance.visible.bbox_xywh == (4, 8, 4, 4)
    assert instance.annotator.bbox_xywh == (3, 7, 6, 6)


def test_the_annotator_like_mask_stays_in_image_and_roi():
    image, roi = grey(), np.ones((8, 8), bool)
    image[0:2, 0:2] = 0
    roi[:, 2:] = False
    done = derive_labels(sample_of(image, grey(), [Rect(0, 0, 2, 2)], roi=roi), Labelling(keep=("annotator",)))
    assert done.instances[0].annotator.bbox_xywh == (0, 0, 2, 3)


def test_a_defect_that_hides_in_the_noise_is_an_error_and_a_plain_one_is_not():
    noise = np.random.default_rng(0).integers(60, 140, (16, 16, 1), np.uint8)
    faint, plain = noise.copy(), noise.copy()
    faint[4:8, 4:8] += 3
    plain[4:8, 4:8] = 255
    rect = [Rect(4, 4, 4, 4)]
    check = Visibility()
    assert [f.code for f in check(derive_labels(sample_of(faint, noise, rect), Labelling()))] == ["invisible"]
    assert check(derive_labels(sample_of(plain, noise, rect), Labelling())) == ()


def test_a_defect_that_changed_nothing_is_an_error():
    done = derive_labels(sample_of(grey(), grey(), [Rect(1, 1, 3, 3)]), Labelling())
    assert [f.code for f in Visibility()(done)] == ["too_small"]


def test_contrast_is_measured_against_the_twin():
    image = grey(200)
    image[2:4, 2:4] = 100
    done = derive_labels(sample_of(image, grey(200), [Rect(0, 0, 8, 8)]), Labelling())
    assert done.instances[0].params["measured"]["contrast_rel"] == pytest.approx(-0.5)


@pytest.mark.parametrize(
    "broken", ["unlabelled_change", "unchanged_label", "double_label", "empty_mask", "outside_roi"]
)
def test_the_mask_law_check_finds_every_breach(broken):
    good, image = grey(), grey()
    image[2:4, 2:4] = 0
    masks = [Region.tight(np.ones((2, 2), bool), 2, 2)]
    roi = np.ones((8, 8), bool)
    if broken == "unlabelled_change":
        image[7, 7] = 0
    elif broken == "unchanged_label":
        image[2, 2] = 100
    elif broken == "double_label":
        masks *= 2
    elif broken == "empty_mask":
        masks.append(Region.tight(np.zeros((1, 1), bool)))
    else:
        roi[2, 2] = False
    assert [f.code for f in mask_law(image, good, masks, roi)] == [broken]
