"""Laws 1, 2, 3 and 6 behind a turn: defects, distractors, text and a moved camera, for every fill."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from generator.check.mask_law import mask_law
from generator.cli.compose import compose_config
from generator.dataset.store import Store
from generator.imaging.codec import encode_png
from generator.run.generate import Job
from generator.run.pipeline import Pipeline, Rejected
from tests.imaging.move.reference import canvas_xy, forth
from tests.rotation.fills import FILLS, config_of
from tests.text.reink import agreement

KINDS = ("metal/scratch,metal/pit", "coating/stain,generic/uneven", "metal/scratch,metal/dent,generic/hair")
WHITES = {"mono8": 255, "rgb8": 255, "mono12": 4095}
COUNT = 3
POLYGON = np.array([[14, 10], [106, 16], [100, 96], [20, 90]])
SEEN = (
    "check.visibility.min_visible_px=0", "check.visibility.min_visible_share=0", "attempts=12", "rotation.max_cut=1",
)  # fmt: skip


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Return a function: mode -> folder of two photographs of that depth, 120 x 108 px."""

    @cache
    def folder(mode: str):
        root, rng = tmp_path_factory.mktemp(mode), np.random.default_rng(3)
        white, channels = WHITES[mode], 3 if mode.startswith("rgb") else 1
        for name in "ab":
            light = cv2.GaussianBlur(rng.random((108, 120, channels)).astype(np.float32), (0, 0), 2).reshape(
                108, 120, -1
            )
            light = (light - light.min()) / (light.max() - light.min())
            pixels = ((0.1 + 0.8 * light) * white).astype(np.uint8 if white == 255 else np.uint16)
            (root / f"{name}.png").write_bytes(encode_png(pixels))
        return root

    return folder


def defective(fill, folder, photographs, mode, kinds, *more) -> dict:
    return config_of(
        fill, folder, f"defect=[{kinds}]", "source=folder", f"source.path={photographs(mode)}", f"count={COUNT}",
        "roi=polygons", f"roi.polygons=[{POLYGON.tolist()}]".replace(" ", ""), "defects_per_image=[1,3]",
        "good_share=0", "splits={train: 1}", *SEEN, *more,
    )  # fmt: skip


WAYS = (
    (),
    ("rotation.scale=[0.45,0.8]", "rotation.kernel=linear"),
    ("rotation.kernel=lanczos", "rotation.scale=1.3"),
    ("rotation.resample_upright=true",),
    ("rotation.angles=[90,180]",),
    ("camera=mild",),
)


@pytest.mark.parametrize("fill", FILLS)
def test_what_changed_is_what_is_labelled_after_every_turn(fill, photographs, tmp_path):
    labelled = 0
    for number, way in enumerate(WAYS):
        mode, kinds = list(WHITES)[number % 3], KINDS[number % 3]
        pipeline = Pipeline(defective(fill, tmp_path, photographs, mode, kinds, f"seed={number}", *way))
        for index in range(COUNT):
            sample = pipeline.make(index)
            if isinstance(sample, Rejected):
                continue
            assert mask_law(sample.image, sample.good, [i.mask for i in sample.instances], sample.roi) == ()
            assert int(sample.image.max()) <= WHITES[mode] and sample.image.dtype == sample.source.pixels.dtype
            labelled += sum(instance.mask.area_px > 0 for instance in sample.instances)
            _assert_within_the_roi(sample)
            _assert_twin_is_the_good_image(pipeline, sample)
    assert labelled >= 2 * len(WAYS)


def _assert_within_the_roi(sample) -> None:
    """Law 2, by the reference's map: no pixel changed that does not touch the polygon."""
    place = sample.params["rotation"]
    changed = canvas_xy((sample.hw[1], sample.hw[0]))[:, 0, :, 0][(sample.image != sample.good).any(axis=2)]
    [part] = sample.parts
    # the roi's box lies around the roi, whose corners are known on both sides
    rows, columns = np.nonzero(_inside(POLYGON))
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()]) + 1
    middle = (low + high) / 2
    back = forth(changed, -place["applied_deg"], 1 / place["scale"], part.quad_xy.mean(axis=0), middle)
    outline = POLYGON.astype(np.float32).reshape(-1, 1, 2)
    away = [cv2.pointPolygonTest(outline, (float(x), float(y)), True) for x, y in back - 0.5]
    assert min(away, default=0) >= -1.5 * max(1.0, 1 / place["scale"])


def _inside(polygon) -> np.ndarray:
    return cv2.fillPoly(np.zeros((108, 120), np.uint8), [polygon], 1) > 0


def _assert_twin_is_the_good_image(pipeline, sample) -> None:
    """Law 6: the twin is what the same turn makes of the image without its defects."""
    goods = (pipeline._try(replace(sample.spec, categories=()), attempt) for attempt in range(pipeline.attempts))
    alike = [good.image for good in goods if good.params["rotation"] == sample.params["rotation"]]
    assert any(np.array_equal(sample.good, image) for image in alike)


def test_what_changed_is_what_is_labelled_on_the_files(photographs, tmp_path):
    for fill, mode in zip(FILLS, itertools.cycle(WHITES), strict=False):
        more = (f"out={tmp_path / fill}", "executor=serial", "report=false", "distractor=[]", "count=4")
        config = defective(fill, tmp_path, photographs, mode, KINDS[0], *more)
        root = Job(config).run(lambda images, rejected: None).root
        defects = 0
        for record in Store.open(root):
            names = (record.image, record.twin, record.mask)
            image, twin, index = (cv2.imread(str(root / name), cv2.IMREAD_UNCHANGED) for name in names)
            number = [n for n, label in enumerate(record.labels, 1) if label.orientation is None]
            changed = (image != twin).reshape(*index.shape, -1).any(axis=2)
            assert np.array_equal(changed, np.isin(index, number)), record.key
            [part] = [label for label in record.labels if label.orientation is not None]
            assert part.orientation == record.orientation
            defects += len(number)
        assert defects


def test_a_defect_stays_on_the_spot_it_was_painted_on(photographs, tmp_path):
    """Its centre of gravity goes where the label's turn takes it, so image and mask turned alike."""
    kinds, found = "metal/pit", 0
    turned, still = (
        Pipeline(defective("expand", tmp_path, photographs, "mono8", kinds, "defects_per_image=[1,1]", *more))
        for more in (("rotation.angles=[37,-141,90]",), ("rotation.angles=[0]",))
    )
    for index in range(COUNT):
        before, after = still.make(index), turned.make(index)
        if isinstance(before, Rejected) or isinstance(after, Rejected):
            continue
        found += 1
        centres = []
        for sample in (before, after):
            change = np.abs(sample.image.astype(float) - sample.good).sum(axis=2)
            at = canvas_xy((sample.hw[1], sample.hw[0]))[:, 0, :, 0]
            centres.append((at * change[..., None]).sum(axis=(0, 1)) / change.sum())
        angle = after.orientation.angle_deg
        from_xy, to_xy = (sample.parts[0].quad_xy.mean(axis=0) for sample in (before, after))
        assert np.abs(forth(centres[0][None], angle, 1.0, from_xy, to_xy)[0] - centres[1]).max() < 0.1
    assert found


@pytest.mark.parametrize("severity", [1, 3, 5])
def test_a_camera_that_has_moved_adds_its_turn_to_the_label(severity, photographs, tmp_path):
    station = ("drift=camera_moved", f"drift.severity={severity}", "rotation.angles=[10,-175,178]")
    pipeline = Pipeline(defective("surface", tmp_path, photographs, "mono8", KINDS[0], *station))
    for index in range(COUNT):
        sample = pipeline.make(index)
        assert not isinstance(sample, Rejected), sample
        applied, knock = sample.params["rotation"]["applied_deg"], sample.params["drift"]["turn_deg"]
        assert knock != 0
        assert abs(math.remainder(sample.orientation.angle_deg - applied - knock, 360)) < 1e-9
        assert sample.parts[0].orientation == sample.orientation
        assert mask_law(sample.image, sample.good, [i.mask for i in sample.instances], sample.roi) == ()


TEXT = (
    "recipe=text_rotation", "text/corpus=lot_code", "text/font=text_faces", "roi=whole", "rotation.max_cut=1",
    "source=drawn/unprinted", "source.size_wh=[320,320]", "text.layout.count=[1,1]", "text.layout.height=[7%,9%]",
)  # fmt: skip


@pytest.mark.parametrize(
    "way",
    [
        ("rotation/fill=surface", "text/warp=tilt"),
        ("rotation/fill=expand", "text/warp=none", "camera=mild", "rotation.kernel=lanczos"),
        ("rotation/fill=circle", "text/warp=none", "rotation.kernel=linear", "rotation.scale=0.8"),
        ("rotation/fill=inscribed", "text/warp=tilt", "rotation.angles=[90,180,-90,0]"),
        ("rotation/fill=reflect", "text/warp=none", "rotation.resample_upright=true"),
    ],
    ids=lambda way: way[0].split("=")[1],
)
def test_boxes_and_ink_of_turned_text_are_those_of_each_character_alone(way):
    found = agreement([*TEXT, *way], 4)
    assert found.lines >= 2 and found.wrong_counts == 0
    assert found.boxes.mean() >= 0.98 and found.masks.mean() >= 0.97, found


@pytest.mark.parametrize("fill", ["inscribed", "circle"])
def test_each_character_has_a_box_though_the_last_ones_left_the_image_and_those_left_can_be_read(fill):
    """Lines run from the middle to beyond the crop; formats that write characters need a box for each of them."""
    config = compose_config("generate", [*TEXT, f"rotation/fill={fill}", "text/warp=none", "count=8", "camera=none",
        "source.size_wh=[200,200]", "text.layout.height=[10%,12%]"])  # fmt: skip
    config["check"] = {}
    pipeline, gone = Pipeline(config), 0
    for index in range(8):
        sample = pipeline.make(index)
        for line in sample.text:
            assert line.char_boxes_xywh.shape == (len(line.chars), 4)
            gone += int((line.char_boxes_xywh[:, 2] == 0).any() and bool(line.char_boxes_xywh[0, 2]))
            for char in line.each_char():
                if char.is_readable:
                    drawn = np.zeros(sample.hw, np.uint8)
                    cv2.fillConvexPoly(drawn, np.rint((char.quad_xy - 0.5) * 16).astype(np.int32), 1, shift=4)
                    if sample.roi is not None:
                        assert (sample.roi[drawn > 0]).mean() > 0.85
    assert gone > 0


@pytest.mark.parametrize("fill", ["surface", "expand", "inscribed"])
def test_text_under_defects_keeps_its_ink_within_its_quads_when_both_turn(fill, tmp_path):
    """Text, then defects over it, then the turn: quads by the reference's map, ink as without the defects."""
    more = (
        "defect=[metal/scratch,generic/hair]",
        "defects_per_image=[1,2]",
        "good_share=0",
        "splits={train: 1}",
        *SEEN,
    )
    pipeline = Pipeline(config_of(fill, tmp_path, *TEXT, *more, "count=4", "text/warp=none"))
    upright = Pipeline(config_of("reflect", tmp_path, *TEXT, "count=4", "text/warp=none", "rotation.angles=[0]"))
    checked = 0
    for index in range(4):
        sample, still = pipeline.make(index), upright.make(index)
        if isinstance(sample, Rejected) or isinstance(still, Rejected):
            continue
        assert mask_law(sample.image, sample.good, [i.mask for i in sample.instances], sample.roi) == ()
        spec = replace(sample.spec, categories=())
        goods = [pipeline._try(spec, attempt) for attempt in range(pipeline.attempts)]
        assert any(np.array_equal(sample.char_mask, good.char_mask) for good in goods if good.char_mask is not None)
        middle = np.array(sample.hw[::-1]) / 2
        for line, before in zip(sample.text, still.text, strict=True):
            if line.text != before.text:  # another attempt
                continue
            angle = sample.orientation.angle_deg
            there = forth(before.char_quads_xy.reshape(-1, 2), angle, 1.0, (160, 160), middle)
            assert np.abs(there - line.char_quads_xy.reshape(-1, 2)).max() < 0.51  # a half where sizes differ in parity
            for char in line.each_char():
                ink = canvas_xy((sample.hw[1], sample.hw[0]))[:, 0, :, 0][sample.char_mask == char.number]
                quad = char.quad_xy.astype(np.float32).reshape(-1, 1, 2)
                away = [cv2.pointPolygonTest(quad, (float(x), float(y)), True) for x, y in ink]
                assert min(away, default=0) > -2.5, (char, min(away))
                checked += len(ink) > 0
    assert checked > 5
