"""Parts on scenes: masks, boxes, angles, defects and their twins, each against what was composited."""

from __future__ import annotations

import itertools
import math
from functools import cache

import cv2
import numpy as np
import pytest

from generator.check.mask_law import mask_law
from generator.cli.compose import compose_config
from generator.core.annotation import Region
from generator.core.errors import ConfigError
from generator.core.geometry import stated_deg
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.seeds import stage_rng
from generator.core.units import Length, LengthRange, Range
from generator.rotation.angles import Angles
from generator.rotation.scene.ground import Own
from generator.rotation.scene.shadow import Shadow
from generator.rotation.scene.stage import LayParts
from generator.rotation.stage import box_at
from generator.rotation.symmetry import Symmetry
from generator.run.build import build
from generator.run.label import Labelling, derive_labels
from generator.run.pipeline import Pipeline, Rejected

MODES = ("mono8", "mono16", "rgb8")
MANY = ("rotation/ground=belt", "rotation.scale=[0.3,0.4]", "rotation.count=[3,5]", "source.size_wh=[160,128]")


@cache
def pipeline_of(*overrides: str) -> Pipeline:
    common = ("recipe=parts", "count=6", "source.size_wh=[128,112]", "source.products=[cast_housing]")
    return Pipeline(compose_config("generate", [*common, *overrides]))


def made(pipeline: Pipeline, index: int = 0) -> Sample:
    sample = pipeline.make(index)
    assert not isinstance(sample, Rejected), sample.findings
    return sample


def letter(depth: type = np.uint8, white: int = 255) -> Sample:
    """Return a bright F, which no turn takes to itself, on a plain dark ground."""
    pixels = np.full((60, 72, 1), white // 8, depth)
    for rows, columns in (
        (slice(14, 46), slice(26, 32)),
        (slice(14, 20), slice(26, 46)),
        (slice(27, 32), slice(26, 40)),
    ):
        pixels[rows, columns] = white * 3 // 4
    roi = pixels[..., 0] > white // 2
    good = GoodImage(source_id="F", pixels=pixels, white=white, roi=roi)
    spec = SampleSpec(index=0, key="0", split="train", recipe="parts", source_id="F", seed=0)
    return Sample(spec=spec, source=good, image=pixels, good=pixels, roi=roi)


def laying(**changes: object) -> LayParts:
    knobs = {"angles": Angles(), "ground": Own(), "shadow": None, "edge": Length(1.0, "px"), **changes}
    return LayParts(**knobs)


def laid(sample: Sample, seed: int = 0, **changes: object) -> Sample:
    return laying(**changes)(sample, stage_rng(seed, 0, 0, "parts"))


@pytest.mark.parametrize("mode", MODES)
def test_parts_keep_depth_and_channels_and_lie_apart_and_whole(mode):
    pipeline = pipeline_of(*MANY, f"source.mode={mode}")
    for index in range(4):
        sample = made(pipeline, index)
        assert sample.image.dtype == (np.uint16 if mode == "mono16" else np.uint8)
        assert sample.image.shape == (128, 160, 3 if mode == "rgb8" else 1)
        assert int(sample.image.max()) <= sample.source.white
        masks = [part.region.full(sample.hw) for part in sample.parts]
        assert np.array_equal(sample.roi, np.logical_or.reduce(masks))
        assert sample.good is sample.image
        assert (sample.orientation is None) == (len(masks) > 1)
        for one, other in itertools.combinations(masks, 2):
            away = cv2.distanceTransform((~one).view(np.uint8), cv2.DIST_L2, 5)
            assert away[other].min() >= 2.0
        assert not any(mask[edge].any() for mask in masks for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]))


@pytest.mark.parametrize("angle", [0.0, 17.3, 90.0, -121.9])
@pytest.mark.parametrize("scale", [0.6, 1.0, 1.3])
def test_a_mask_is_where_the_composition_is_at_least_half_part(angle, scale):
    """On an even ground, with an even part, the share of the part can be read off the finished pixels."""
    sample = laid(letter(np.uint16, 65535), angles=Angles(angles_deg=(angle,)), scale=Range(scale, scale))
    dark, bright = 65535 // 8, 65535 * 3 // 4
    share = (sample.image[..., 0].astype(np.float64) - dark) / (bright - dark)
    mask = sample.parts[0].region.full(sample.hw)
    assert share[mask].min() >= 0.5 - 0.02
    assert share[~mask].max() <= 0.5 + 0.02
    assert share.sum() == pytest.approx(letter().roi.sum() * scale**2, rel=0.01)


def sides_px(part) -> np.ndarray:
    """Return how far each side of a part's box lies outside its pixels' own corners, px: top, right, bottom, left."""
    rows, columns = np.nonzero(part.region.bits)
    corners = np.concatenate([np.stack([columns + i, rows + j], 1) for i in (0, 1) for j in (0, 1)])
    corners = corners + np.array(part.region.rect.xywh[:2])
    gaps = []
    for first, second in zip(part.quad_xy, np.roll(part.quad_xy, -1, axis=0), strict=True):
        along = (second - first) / np.hypot(*(second - first))
        inward = np.array([-along[1], along[0]])  # clockwise as displayed, y down
        gaps.append(((corners - first) @ inward).min())
    return np.array(gaps)


@pytest.mark.parametrize("angle", [0.0, 33.0, 90.0, 150.5, -77.7])
def test_a_box_touches_its_mask_on_each_side(angle):
    part = laid(letter(), angles=Angles(angles_deg=(angle,))).parts[0]
    assert np.abs(sides_px(part)).max() <= 1.0
    top_left, top_right = part.quad_xy[:2]
    heading = math.degrees(math.atan2(-(top_right - top_left)[1], (top_right - top_left)[0]))
    assert abs(stated_deg(heading - angle)) < 1e-9
    assert part.orientation.angle_deg == angle


def test_boxes_of_drawn_parts_touch_their_masks():
    for index in range(3):
        for part in made(pipeline_of(*MANY), index).parts:
            assert np.abs(sides_px(part)).max() <= 1.5


@pytest.mark.parametrize("angle", [25.0, 117.0, -160.0])
def test_turning_a_part_back_by_its_label_restores_it(angle):
    source = letter()
    sample = laid(source, angles=Angles(angles_deg=(angle,)))
    part = sample.parts[0]
    ys, xs = np.nonzero(source.roi)
    quad = np.array([(xs.min(), ys.min()), (xs.max() + 1, ys.min()), (xs.max() + 1, ys.max() + 1)], np.float32)
    back = cv2.getAffineTransform((part.quad_xy[:3] - 0.5).astype(np.float32), quad - np.float32(0.5))
    upright = cv2.warpAffine(sample.image[..., 0], back, (72, 60), flags=cv2.INTER_CUBIC, borderValue=31)
    apart = np.abs(upright.astype(int) - source.image[..., 0])
    assert apart.mean() < 1.5
    assert np.percentile(apart, 99) < 48


@pytest.mark.parametrize("quarters", range(4))
def test_a_quarter_turn_copies_the_pixels_of_the_part(quarters):
    source = letter()
    angle = stated_deg(90.0 * quarters)
    sample = laid(source, angles=Angles(angles_deg=(angle,)), size_wh=(80, 80))
    region = sample.parts[0].region
    assert np.array_equal(region.bits, np.rot90(_tight(source.roi), quarters))
    inner = cv2.erode(region.bits.view(np.uint8), np.ones((5, 5)), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    assert (sample.image[region.rect.slices][inner] == 255 * 3 // 4).all()


def _tight(mask: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(mask)
    return mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def test_own_ground_shows_no_trace_of_the_part():
    sample = laid(letter(), size_wh=(200, 200))
    away = cv2.distanceTransform((~sample.roi).view(np.uint8), cv2.DIST_L2, 5)
    assert np.abs(sample.image[..., 0][away > 4].astype(int) - 31).max() <= 1


@pytest.mark.parametrize("light", [0.0, 90.0, 135.0])
def test_the_shadow_falls_away_from_the_light(light):
    shadow = Shadow(strength=Range(0.6, 0.6), offset=LengthRange.parse("3px"))
    source = letter().with_(light_deg=light)
    angles = Angles(angles_deg=(40.0,))
    with_shadow, without = (laid(source, angles=angles, shadow=one) for one in (shadow, None))
    lost = without.image[..., 0].astype(float) - with_shadow.image[..., 0]
    assert np.array_equal(with_shadow.roi, without.roi)
    ys, xs = np.mgrid[: source.hw[0], : source.hw[1]]
    middle = [(axis * lost).sum() / lost.sum() - axis[without.roi].mean() for axis in (xs, ys)]
    towards = np.array([math.cos(math.radians(light)), -math.sin(math.radians(light))])
    assert float(np.dot(middle, towards)) < -0.2


@pytest.mark.parametrize("mode", MODES)
def test_each_copy_takes_its_defects_along_and_they_are_masked_to_the_pixel(mode):
    config = pipeline_of(
        *MANY, f"source.mode={mode}", "defect=[metal/scratch,coating/stain]", "good_share=0", "labels=all"
    )
    found = 0
    for index in range(4):
        sample = config.make(index)
        if isinstance(sample, Rejected):
            continue
        found += 1
        assert mask_law(sample.image, sample.good, [one.mask for one in sample.instances], sample.roi) == ()
        assert len(sample.instances) % len(sample.parts) == 0
        assert {instance.params["on_part"] for instance in sample.instances} == set(range(len(sample.parts)))
        labelled = np.zeros(sample.hw, bool)
        for instance in sample.instances:
            labelled |= instance.mask.full(sample.hw)
            own = sample.parts[instance.params["on_part"]].region.full(sample.hw)
            assert not (instance.mask.full(sample.hw) & ~own).any()
        assert np.array_equal(labelled, (sample.image != sample.good).any(axis=2))
    assert found >= 2


def test_defects_painted_after_the_parts_lie_on_parts():
    config = compose_config("generate", ["recipe=parts", "count=2", "good_share=0", "defect=[metal/scratch]", *MANY])
    stages = config["recipe"]["stages"]
    stages[1], stages[2] = stages[2], stages[1]
    sample = made(Pipeline(config))
    assert mask_law(sample.image, sample.good, [one.mask for one in sample.instances], sample.roi) == ()
    changed = (sample.image != sample.good).any(axis=2)
    assert changed.any() and not (changed & ~sample.roi).any()


def test_a_good_scene_is_the_same_with_and_without_the_defects_of_its_parts():
    config = compose_config("generate", ["recipe=parts", "count=2", "good_share=0", "defect=[metal/scratch]", *MANY])
    pipeline = Pipeline({**config, "check": {}})  # the first attempt is the one that counts
    sample = made(pipeline)
    assert sample.instances and np.array_equal(sample.good, pipeline.make_good(sample.spec).image)


def test_a_sample_alone_is_the_sample_in_order():
    pipeline = pipeline_of(*MANY, "rotation/ground=own")
    in_order = [made(pipeline, index).image for index in range(3)]
    again = Pipeline(compose_config("generate", [
        "recipe=parts", "count=6", "source.products=[cast_housing]", *MANY, "rotation/ground=own",
    ]))  # fmt: skip
    assert np.array_equal(in_order[2], made(again, 2).image)
    assert np.array_equal(in_order[0], made(again, 0).image)


def test_angles_of_all_parts_of_a_set_are_spread():
    pipeline = pipeline_of("rotation.count=4", "rotation.scale=0.2", "rotation.angles=[0,90,180,-90]")
    angles = [part.orientation.angle_deg for index in range(6) for part in made(pipeline, index).parts]
    assert [angles.count(angle) for angle in (0, 90, 180, -90)] == [6, 6, 6, 6]


def test_an_own_angle_and_a_symmetry_are_in_the_label():
    source = letter()
    turned = source.with_(
        source=GoodImage(source_id="F", pixels=source.image, white=255, roi=source.roi, angle_deg=30.0)
    )
    assert laid(turned, angles=Angles(angles_deg=(20.0,))).orientation.angle_deg == 50.0
    folded = laid(turned, angles=Angles(angles_deg=(120.0,)), symmetry=Symmetry(2)).orientation
    assert (folded.angle_deg, folded.symmetry) == (-30.0, 2)
    assert laid(turned, symmetry=Symmetry(0)).orientation.angle_deg is None


@pytest.mark.parametrize("order", [2, 3, 4, 5, 0])
@pytest.mark.parametrize("allow_cut", [False, True])
def test_corners_are_those_of_the_stated_angle_about_the_whole_part(order, allow_cut):
    """Of a disc or a flower, whose mean is known, also where the image shows some of it alone."""
    pixels = np.full((80, 80, 1), 30, np.uint8)
    rows, columns = np.mgrid[:80, :80] + 0.5
    x, y = columns - 40, rows - 40
    petals = 6 * np.cos(order * (np.arctan2(-y, x) - np.pi / 2))  # whose box's middle is not their mean
    radius = 20 + (petals if order % 2 else 4)
    roi = np.hypot(x, y) < radius
    pixels[roi] = 200
    good = GoodImage(source_id="P", pixels=pixels, white=255, roi=roi)
    spec = SampleSpec(index=0, key="0", split="train", recipe="parts", source_id="P", seed=0)
    sample = Sample(spec=spec, source=good, image=pixels, good=pixels, roi=roi)
    upright, folded = np.array(box_at(Region.tight(roi), 0.0)), 0
    for seed in range(12):
        made = laid(sample, seed, allow_cut=allow_cut, size_wh=(64, 60), symmetry=Symmetry(order))
        for part in derive_labels(made, Labelling()).parts:
            angle = part.orientation.angle_deg or 0.0
            centre = next(one.centre_xy for one in made.parts if one.region is part.region)
            cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
            turned = (upright - 40) @ np.array([(cos, -sin), (sin, cos)])
            assert np.abs(part.quad_xy - turned - centre).max() < 0.1
            folded += abs(stated_deg(part.params["applied_deg"] - angle)) > 1
    assert folded > 3


def test_a_part_too_large_for_the_scene_is_made_smaller():
    sample = laid(letter(), size_wh=(24, 24), angles=Angles(angles_deg=(45.0,)))
    scale = sample.parts[0].params["scale"]
    assert 0.3 < scale < 0.9
    assert abs(sample.roi.sum() - letter().roi.sum() * scale**2) < 0.1 * sample.roi.sum()


def test_parts_that_find_no_room_are_left_out_and_named():
    sample = laid(letter(), count=Range(9, 9))
    assert 1 <= len(sample.parts) < 9
    assert [(finding.severity, finding.code) for finding in sample.findings] == [("info", "no_room")]


def test_a_part_that_its_own_image_cuts_is_named():
    source = letter()
    roi = source.roi.copy()
    roi[14:46, :32] = True
    assert [finding.code for finding in laid(source.with_(roi=roi)).findings] == ["part_at_border"]


def test_parts_may_be_cut_where_that_is_allowed():
    cut = [laid(letter(), seed, allow_cut=True, size_wh=(44, 40), scale=Range(1.2, 1.2)) for seed in range(6)]
    shares = [sample.roi.sum() / (letter().roi.sum() * 1.44) for sample in cut]
    assert min(shares) < 0.95 and min(shares) > 0.65


def test_text_goes_with_each_copy_and_its_numbers_stay_unique():
    config = compose_config("generate", ["recipe=text", "source=drawn/plain_label", "roi=auto", "text/layout=surface",
        "count=2", "source.size_wh=[224,192]", "camera=none"])  # fmt: skip
    lay = compose_config("generate", ["recipe=parts", "rotation/ground=belt", "rotation.scale=1", "rotation.count=2",
        "rotation.size_wh=[640,480]"])["recipe"]["lay"]  # fmt: skip
    config["recipe"]["stages"] = [config["recipe"]["stages"][0], lay]
    config["check"] = {}
    sample = made(Pipeline(config))
    assert len(sample.parts) == 2 and len(sample.text) % 2 == 0 and sample.text
    numbers = [char.number for line in sample.text for char in line.each_char()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert int(sample.char_mask.max()) == len(numbers)
    for line, part in zip(sample.text, np.repeat(sample.parts, len(sample.text) // 2), strict=True):
        for char in line.each_char():
            if not char.is_readable:
                continue
            ink = sample.char_mask == char.number
            assert ink.any() and not (ink & ~part.region.full(sample.hw)).any()
            rows, columns = np.nonzero(ink)
            quad = char.quad_xy.astype(np.float32)
            assert cv2.pointPolygonTest(quad, (float(columns.mean() + 0.5), float(rows.mean() + 0.5)), True) > -2.0
    changed = (sample.good != sample.blank).any(axis=2)
    assert changed.any() and not (changed & (sample.owner == 0)).any()


@pytest.mark.parametrize(
    ("knobs", "field"),
    [
        ({"count": [0, 2]}, "count"),
        ({"count": [1.5, 2]}, "count"),
        ({"scale": 0}, "scale"),
        ({"symmetry": 0}, "symmetry"),
        ({"size_wh": [0, 5]}, "size_wh"),
        ({"category": ""}, "category"),
        ({"gap": "-1px"}, "gap"),
        ({"kernel": "nearest"}, "kernel"),
    ],
)
def test_what_does_not_fit_is_named(knobs, field):
    node = compose_config("generate", ["recipe=parts"])["recipe"]["lay"]
    with pytest.raises(ConfigError) as error:
        build({**node, **knobs}, "lay")
    assert error.value.where == f"lay.{field}"


@pytest.mark.parametrize("roi", ["none", "whole", "empty"])
def test_an_image_without_a_known_part_is_refused(roi):
    known = {"none": None, "whole": np.ones((60, 72), bool), "empty": np.zeros((60, 72), bool)}[roi]
    with pytest.raises(ConfigError) as error:
        laid(letter().with_(roi=known))
    assert error.value.where == "roi" and "roi=auto" in error.value.hint


def test_parts_and_defects_are_classes_of_their_own():
    with pytest.raises(ConfigError, match=r"^rotation.category: expected a class of its own, .* got 'scratch'"):
        pipeline_of("rotation.category=scratch", "defect=[metal/scratch]")


def test_parts_are_labelled_once():
    with pytest.raises(ConfigError, match="labels whole parts"):
        laid(laid(letter()))
