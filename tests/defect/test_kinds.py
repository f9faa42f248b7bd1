"""Every configured kind, found by itself, draws sound outlines and renders them purely."""

from __future__ import annotations

import itertools
import json
import typing
from dataclasses import fields

import numpy as np
import pytest

from generator.core.errors import ConfigError
from generator.core.units import LengthRange, Range
from generator.defect.stage import PutDefects
from generator.run.build import build
from tests.defect.kinds import FOLDER, NAMES, defect_of, first_outline, node_of, patch_of, room_of, sample_of
from tests.defect.surfaces import surface_for

CAMERAS = {"mono8": (1, 255), "mono16": (1, 4095), "rgb8": (3, 255)}
COMPONENTS = sorted(
    {node_of(n)[part]["_target_"]: (n, part) for n in NAMES for part in ("shape", "appearance")}.items()
)


def test_there_are_kinds_of_every_family():
    assert len(NAMES) >= 14
    assert {name.split("/")[0] for name in NAMES} >= {
        "metal",
        "casting",
        "textile",
        "leather",
        "wood",
        "plastic",
        "generic",
    }


@pytest.mark.parametrize("name", NAMES)
def test_its_yaml_holds_every_knob_and_comments_it(name):
    defect, node = defect_of(name), node_of(name)
    for part in ("shape", "appearance", "placement"):
        component = getattr(defect, part)
        assert {field.name for field in fields(component)} == set(node[part]) - {"_target_"}
    lines = (FOLDER / f"{name}.yaml").read_text().splitlines()
    assert lines[0].startswith("# ")
    for before, line in itertools.pairwise(lines):
        if line.startswith("    ") and not line.strip().startswith(("#", "_target_")):
            assert before.strip().startswith("#"), line


@pytest.mark.parametrize("name", NAMES)
def test_its_outline_is_an_alpha_with_finite_parameters(name):
    room = room_of(surface_for(name, (200, 240)))
    drawn = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        defect = defect_of(name)
        outline = defect.shape.draw(room, defect.placement.draw(room, rng), rng)
        if not outline.alpha.any():  # what was found there would not change
            continue
        drawn += 1
        assert outline.alpha.dtype == np.float32 and outline.alpha.shape == (outline.rect.h, outline.rect.w)
        assert float(outline.alpha.min()) >= 0 and 0.15 < float(outline.alpha.max()) <= 1 + 1e-6
        assert json.loads(json.dumps(dict(outline.params), allow_nan=False)) == dict(outline.params)
    assert drawn


@pytest.mark.parametrize("name", NAMES)
def test_its_edge_is_a_ramp_and_never_a_step(name):
    room = room_of(surface_for(name, (200, 240)))
    rng = np.random.default_rng(1)
    defect = defect_of(name)
    alpha = defect.shape.draw(room, defect.placement.draw(room, rng), rng).alpha
    assert np.abs(np.diff(alpha, axis=0)).max() < 0.75 and np.abs(np.diff(alpha, axis=1)).max() < 0.75


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("name", NAMES)
def test_rendering_is_pure_finite_and_only_under_the_support(name, camera):
    channels, white = CAMERAS[camera]
    image = surface_for(name, (96, 120), channels, white)
    before = image.copy()
    room, defect = room_of(image, white), defect_of(name)
    outline, seed = first_outline(name, room)
    patch = patch_of(room, outline)
    rng = np.random.default_rng(seed)
    params = json.loads(json.dumps(defect.appearance.draw(patch, outline, rng), allow_nan=False))
    drawn = rng.bit_generator.state
    one, two = (defect.appearance.render(patch, outline, params) for _ in range(2))
    assert rng.bit_generator.state == drawn
    assert one.shape == (outline.index.size, channels) and one.dtype == np.float32
    assert np.isfinite(one).all() and np.array_equal(one, two)
    assert np.array_equal(image, before)


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("name", NAMES)
def test_the_stage_changes_the_support_alone_and_keeps_depth_and_channels(name, camera):
    channels, white = CAMERAS[camera]
    image = surface_for(name, (96, 120), channels, white)
    sample = sample_of(image, (defect_of(name).category,), white)
    made = PutDefects(defects={name: defect_of(name)}, tries=40)(sample, np.random.default_rng(5))
    assert made.image.dtype == image.dtype and made.image.shape == image.shape and made.image.max() <= white
    (instance,) = made.instances
    changed = (made.image != image).any(axis=2)
    assert changed.any()
    assert not (changed & ~instance.support.full(made.hw)).any()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_outside_the_roi(name):
    image = surface_for(name, (96, 120))
    roi = np.zeros((96, 120), bool)
    roi[20:70, 30:100] = True
    sample = sample_of(image, (defect_of(name).category,) * 2, roi=roi)
    made = PutDefects(defects={name: defect_of(name)}, gap_px=-1, tries=40)(sample, np.random.default_rng(2))
    assert made.instances
    assert np.array_equal(made.image[~roi], image[~roi])
    assert all(not (instance.support.full(made.hw) & ~roi).any() for instance in made.instances)


@pytest.mark.parametrize("hw", [(16, 16), (1, 40), (32, 20)])
@pytest.mark.parametrize("name", NAMES)
def test_a_tiny_image_gives_a_defect_or_a_finding(name, hw):
    image = surface_for(name, hw, 1, 4095)
    for seed in range(4):
        sample = sample_of(image, (defect_of(name).category,) * 2, 4095)
        made = PutDefects(defects={name: defect_of(name)})(sample, np.random.default_rng(seed))
        assert len(made.instances) == 2 or [f.code for f in made.findings] == ["no_room"]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_random_numbers_give_the_same_image_and_others_another(name):
    sample = sample_of(surface_for(name, (96, 120)), (defect_of(name).category,))
    stage = PutDefects(defects={name: defect_of(name)}, tries=40)
    one, two, three = (stage(sample, np.random.default_rng(seed)).image for seed in (3, 3, 4))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)


@pytest.mark.parametrize(("target", "where"), COMPONENTS, ids=[t.rsplit(".", 2)[-2] for t, _ in COMPONENTS])
def test_a_range_that_is_inverted_or_out_of_bounds_is_answered_with_its_key(target, where):
    name, part = where
    hints = typing.get_type_hints(type(getattr(defect_of(name), part)))
    inverted = {Range: [9, 3], LengthRange: ["9px", "3px"]}
    for field in (field for field, hint in hints.items() if hint in inverted):
        with pytest.raises(ConfigError, match=f"defect.{field}.*low <= high"):
            build({**node_of(name)[part], field: inverted[hints[field]]}, "defect")
    for field in (field for field, hint in hints.items() if hint is Range and field != "angle_deg"):
        with pytest.raises(ConfigError, match=f"defect.{field}"):
            build({**node_of(name)[part], field: [-1e6, 1e6]}, "defect")
