"""Laws 1 to 4 with the camera, every drift and the distractors on, in every depth, in memory and on files."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from generator.check.mask_law import mask_law
from generator.cli.compose import compose_config, group_options
from generator.dataset.store import Store
from generator.imaging.codec import encode_png
from generator.run.generate import Job
from generator.run.pipeline import Pipeline, Rejected

CAMERAS = [f"camera={option}" for option in group_options("camera") if option != "none"]
DRIFTS = [f"drift={o} drift.severity={s}" for o in group_options("drift") if o != "none" for s in (1, 5)]
DISTRACTORS = ",".join(option for option in group_options("distractor") if option != "none")
WHITES = {"mono8": 255, "rgb8": 255, "mono10": 1023, "mono12": 4095, "rgb14": 16383, "rgb16": 65535}
KINDS = "metal/scratch,metal/pit,coating/stain,generic/uneven"
COUNT = 4
SEEN = (
    "check.visibility.min_visible_px=0", "check.visibility.min_visible_share=0", "labels=all", "attempts=12",
)  # fmt: skip


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Return a function: mode -> folder of two photographs of that depth."""

    @cache
    def folder(mode: str):
        root, rng = tmp_path_factory.mktemp(mode), np.random.default_rng(3)
        white, channels = WHITES[mode], 3 if mode.startswith("rgb") else 1
        for name in "ab":
            light = cv2.GaussianBlur(rng.random((80, 96, channels)).astype(np.float32), (0, 0), 3).reshape(80, 96, -1)
            light = (light - light.min()) / (light.max() - light.min())
            pixels = (light * white).astype(np.uint8 if white == 255 else np.uint16)
            (root / f"{name}.png").write_bytes(encode_png(pixels))
        return root

    return folder


def config_of(folder, station: str, *more: str) -> dict:
    overrides = [
        f"defect=[{KINDS}]", "source=folder", f"source.path={folder}", "roi=polygons", f"count={COUNT}",
        "roi.polygons=[[[10,6],[90,6],[90,74],[10,74]]]", "defects_per_image=[1,3]", "good_share=0.25",
        "splits={test: 1}",
        f"distractor=[{DISTRACTORS}]", *SEEN, *station.split(), *more,
    ]  # fmt: skip
    return compose_config("generate", overrides)


@pytest.mark.parametrize("mode", WHITES)
@pytest.mark.parametrize("station", [*CAMERAS, *DRIFTS, "camera=full drift=camera_moved"])
def test_the_laws_hold_behind_every_camera_and_drift(photographs, station, mode):
    config = config_of(photographs(mode), station)
    made = [Pipeline(config).make(index) for index in range(COUNT)]
    sound = [sample for sample in made if not isinstance(sample, Rejected)]
    assert sum(bool(sample.instances) for sample in sound) >= 2
    for sample in sound:
        assert mask_law(sample.image, sample.good, [i.mask for i in sample.instances], sample.roi) == ()
        assert sample.image.shape == sample.source.pixels.shape and sample.image.dtype == sample.source.pixels.dtype
        assert sample.source.white == WHITES[mode] and int(sample.image.max()) <= WHITES[mode]
        assert not np.array_equal(sample.good, sample.source.pixels), "the twin, and a good image, passes it too"
        name = "camera" if "camera=" in station else "drift"
        assert sample.params[name]
    again = Pipeline(config)
    for index in reversed(range(COUNT)):
        if not isinstance(made[index], Rejected):
            assert np.array_equal(again.make(index).image, made[index].image)
            assert again.make(index).params == made[index].params


@pytest.mark.parametrize("station", ["camera=full", "camera=mild drift=camera_moved"])
def test_what_changed_is_what_is_labelled_on_the_files(photographs, tmp_path, station):
    for mode in ("rgb8", "mono12"):
        config = config_of(photographs(mode), station, f"out={tmp_path / mode}", "executor=serial", "count=12")
        result = Job(config).run(lambda images, rejected: None)
        for record in Store.open(result.root):
            if record.mask is None:
                continue
            image, twin, index = (
                cv2.imread(str(result.root / name), cv2.IMREAD_UNCHANGED)
                for name in (record.image, record.twin, record.mask)
            )
            assert np.array_equal((image != twin).reshape(*index.shape, -1).any(axis=2), index > 0), record.key
            assert {"camera", "light"} <= record.params.keys()
