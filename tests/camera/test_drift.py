"""Drifts: graded, the same all run long, and one map for image, twin, roi and supports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml

from generator.camera.camera_moved import CameraMoved
from generator.cli.compose import conf_dir, group_options
from generator.core.annotation import Instance, Region
from generator.core.errors import ConfigError
from generator.core.geometry import Rect
from generator.run.build import build
from tests.defect.kinds import sample_of, surface

DRIFTS = [option for option in group_options("drift") if option != "none"]


def drift_of(name: str, severity: int = 3):
    node = yaml.safe_load((conf_dir() / "drift" / f"{name}.yaml").read_text(encoding="utf-8"))
    return build({**node, "severity": severity}, "drift")


def drifted(name: str, severity: int, seed: int = 0, chance: int = 0, pixels: np.ndarray | None = None) -> np.ndarray:
    sample = sample_of(surface((96, 120)) if pixels is None else pixels, ())
    sample = sample.with_(spec=replace(sample.spec, seed=seed))
    return drift_of(name, severity)(sample, np.random.default_rng(chance)).image


@pytest.mark.parametrize("name", DRIFTS)
def test_a_higher_severity_is_further_from_the_good_image(name):
    good = surface((96, 120)).astype(float)
    change = [np.abs(drifted(name, severity).astype(float) - good).mean() for severity in range(1, 6)]
    assert change[0] > 0 and change == sorted(change)


@pytest.mark.parametrize("name", DRIFTS)
def test_a_severity_beyond_five_is_refused_with_its_key(name):
    for severity in (0, 6):
        with pytest.raises(ConfigError, match=r"drift\.severity: expected a whole number in 1\.\.5"):
            drift_of(name, severity)


@pytest.mark.parametrize("name", ["camera_moved", "dirt_on_lens"])
def test_a_run_has_one_knock_and_one_dirt_and_another_seed_another(name):
    assert np.array_equal(drifted(name, 4, chance=1), drifted(name, 4, chance=2))
    assert not np.array_equal(drifted(name, 4, seed=1), drifted(name, 4, seed=2))


def test_dirt_stays_where_it_was_as_more_is_added():
    flat = np.full((96, 120, 1), 200, np.uint8)
    few, many = (drifted("dirt_on_lens", severity, pixels=flat)[..., 0].astype(float) for severity in (2, 5))
    assert many[few < 190].mean() < few[few < 190].mean()


def test_sunlight_saturates_bright_surfaces_and_warms():
    made = drifted("sunlight", 5, pixels=np.full((96, 96, 3), 150, np.uint8))
    assert (made[..., 0] == 255).any() and made[..., 0].mean() > made[..., 2].mean()


def test_a_moved_camera_carries_supports_and_roi_and_leaves_no_black_corner():
    pixels = np.full((120, 120, 1), 180, np.uint8)
    image, bits = pixels.copy(), np.ones((10, 14), bool)
    rect = Rect(50, 60, 14, 10)
    image[rect.slices] = 30
    roi = np.zeros((120, 120), bool)
    roi[40:90, 30:100] = True
    sample = sample_of(pixels, ("a",), roi=roi).with_(
        image=image, instances=(Instance(category="a", support=Region(rect, bits)),)
    )
    made = drift_of("camera_moved", 5)(sample, np.random.default_rng(0))
    assert made.good.min() == 180, "mirrored, not black"
    changed = (made.image != made.good)[..., 0]
    support = made.instances[0].support.full((120, 120))
    assert changed.any() and not (changed & ~support).any() and not (support & ~made.roi).any()
    assert abs(int(support.sum()) - 18 * 14) < 150, "grown by the reach of the interpolation alone"


def test_a_defect_that_the_camera_lost_has_an_empty_support():
    pixels = np.full((100, 100, 1), 180, np.uint8)
    drift = CameraMoved(severity=1, shift=(0.3,) * 5, turn_deg=(0.0,) * 5, zoom=(0.0,) * 5)
    bits = np.ones((4, 4), bool)
    corners = tuple(
        Instance(category="a", support=Region(Rect(x, y, 4, 4), bits)) for x in (0, 96) for y in (0, 96)
    )  # fmt: skip
    sample = sample_of(pixels, ("a",) * 4).with_(image=pixels.copy(), instances=corners)
    made = drift(sample, np.random.default_rng(0))
    assert sum(instance.support.area_px == 0 for instance in made.instances) >= 2
