"""Fitted kinds keep the laws, and measure what their rows say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.check.mask_law import mask_law
from generator.cli.compose import compose_config
from generator.core.errors import ConfigError, RangeError
from generator.core.units import Range
from generator.defect.fitted.heat_map import ByHeatMap
from generator.defect.fitted.look import FittedLook
from generator.defect.fitted.own import WAYS, deviations, texture
from generator.defect.fitted.row import Row
from generator.defect.fitted.shape import Fitted
from generator.defect.outline import Site
from generator.defect.stage import Defect, PutDefects
from generator.fit.measure import measure
from generator.run.build import build
from generator.run.pipeline import Pipeline, Rejected
from generator.source.part.source import WHITE
from tests.defect.kinds import room_of, sample_of, surface

MODES = {"mono8": (1, np.uint8), "mono16": (1, np.uint16), "rgb8": (3, np.uint8)}
COUNT = 4
LINE = {
    "kind": "line", "wh": [96, 80], "centre": [0.5, 0.5], "touches": "", "area_px": 150, "length_px": 40,
    "width_px": 4, "angle_deg": 0, "contrast": -0.25, "share": 0.5, "softness_px": 0.6, "grain": 0.2, "tint": [2, -3],
    "parts": [[-18, 0, 4, -6, 2, 4, 6, -1, 5, 18, 0, 3]],
}  # fmt: skip
BLOB = {
    "kind": "blob", "wh": [96, 80], "centre": [0.3, 0.7], "area_px": 110, "length_px": 13, "width_px": 8,
    "angle_deg": 30, "contrast": 0.2, "shift_px": 0.3, "clouds": 0.05, "texture": 0.6,
    "parts": [[-6, 0, 0, -5, 6, 0, 0, 5]],
}  # fmt: skip
REGION = {
    "kind": "region", "wh": [96, 80], "centre": [0.5, 0.15], "touches": "lrt", "area_px": 2300, "length_px": 96,
    "width_px": 50, "angle_deg": 0, "contrast": -0.15, "clouds": 0.08, "texture": 1.5,
    "own": [0, 0.05, 0, 0.02, 0, 0.03], "parts": [[-48, -12, 48, -12, 48, 12, 0, 8, -48, 12]],
}  # fmt: skip
ROWS = {"line": LINE, "blob": BLOB, "region": REGION}


def node(*rows: dict) -> dict:
    module = "generator.defect.fitted"
    return {
        "_target_": "generator.defect.stage.Defect",
        "category": "crack",
        "shape": {"_target_": f"{module}.shape.Fitted", "rows": list(rows)},
        "appearance": {"_target_": f"{module}.look.FittedLook"},
        "placement": {"_target_": f"{module}.heat_map.ByHeatMap", "heat": [[0, 1], [2, 3]]},
    }


def pipeline_of(folder: Path, mode: str) -> Pipeline:
    """Return the pipeline of a kind whose yaml lies outside of the shipped ones."""
    file = folder / "defect" / "fitted" / "crack.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"crack": node(*ROWS.values())}))
    keys = [
        f"hydra.searchpath=['file://{folder}']", "defect=[fitted/crack]", f"source.mode={mode}", f"count={COUNT}",
        "source.size_wh=[96,80]", "good_share=0", "labels=all", "roi=auto", "attempts=3",
        "check.visibility.min_visible_px=0", "check.visibility.min_visible_share=0",
    ]  # fmt: skip
    return Pipeline(compose_config("generate", keys))


@pytest.mark.parametrize("mode", sorted(WHITE))
def test_fitted_kinds_keep_the_laws_in_every_depth(tmp_path, mode):
    pipeline, again = pipeline_of(tmp_path, mode), pipeline_of(tmp_path, mode)
    sound = 0
    for index in range(COUNT):
        sample, same = pipeline.make(index), again.make(index)
        if isinstance(sample, Rejected):
            continue
        sound += 1
        assert mask_law(sample.image, sample.good, [i.mask for i in sample.instances], sample.roi) == ()
        assert sample.image.dtype == MODES[mode][1] and int(sample.image.max()) <= sample.source.white
        assert np.array_equal(sample.image, same.image)
        for instance in sample.instances:
            assert instance.annotator.area_px and json.dumps(instance.params)
            assert sample.roi is None or not (instance.annotator.full(sample.hw) & ~sample.roi).any()
    assert sound


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("mode", ["mono8", "rgb8"])
def test_a_made_defect_measures_what_its_row_says(kind, mode):
    row = Row.parse(ROWS[kind])
    shape = Fitted(rows=(row,), size_jitter=0, width_jitter=0, contrast_jitter=0, angle_jitter_deg=0, bend=0.3)
    defect = Defect(category="a", shape=shape, appearance=FittedLook(), placement=ByHeatMap(heat=((1.0,),)))
    image = surface((80, 96), MODES[mode][0])
    stage, found = PutDefects(defects={"a": defect}), []
    for seed in range(12):
        made = stage(sample_of(image, ("a",)), np.random.default_rng(seed))
        found.append(measure(made.image, made.instances[0].drawn.full((80, 96)), 255))
    area, contrast = (np.median([getattr(one, name) for one in found]) for name in ("area_px", "contrast"))
    assert area == pytest.approx(row.area_px, rel=0.12)
    assert contrast == pytest.approx(row.contrast, abs=0.03)
    assert np.median([one.length_px for one in found]) == pytest.approx(row.length_px, rel=0.08)


def made_of(look: FittedLook, **change: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a surface with streaks that run down, the same with a region on it, and the region's inner pixels."""
    image = np.broadcast_to(128 + 20 * np.sin(np.arange(160) * 1.3), (120, 160)).astype(np.uint8)[..., None]
    row = {**REGION, "touches": "", "wh": [160, 120], "clouds": 0, "parts": [[-40, -25, 40, -25, 40, 25, -40, 25]],
           "area_px": 4000, "length_px": 80, "contrast": -0.2, "texture": 1,
           "own": [0, 0.02, 0, 0.08, 0, 0.02]}  # fmt: skip
    shape = Fitted(rows=(Row.parse({**row, **change}),), size_jitter=0, angle_jitter_deg=0, bend=0)
    defect = Defect(category="a", shape=shape, appearance=look, placement=ByHeatMap(heat=((1.0,),)))
    made = PutDefects(defects={"a": defect})(sample_of(image, ("a",)), np.random.default_rng(0))
    drawn = made.instances[0].drawn.full((120, 160)).astype(np.uint8)
    return image[..., 0], made.image[..., 0], cv2.erode(drawn, np.ones((13, 13), np.uint8)) > 0


@pytest.mark.parametrize("hw", [(12, 12), (14, 26), (70, 40)])
@pytest.mark.parametrize(
    "wanted", [(0.08, 0.04, 0, 0.01, 0, 0.04), (0, 0.03, 0, 0.08, 0, 0), (0, 0, 0.06, 0, 0.03, 0.05)]
)
def test_a_texture_measures_as_wanted_through_any_mask(hw, wanted):
    where = np.zeros((120, 120), bool)
    where[20 : 20 + hw[0], 30 : 30 + hw[1]] = True
    found = [deviations(texture((120, 120), wanted, 0.0, (6, 6), 0.0, number), where) for number in range(30)]
    power, usual = np.mean(np.square(found), axis=0), np.square(wanted)
    assert np.sqrt(power.sum()) == pytest.approx(np.sqrt(usual.sum()), rel=0.15)
    if min(hw) > 12:
        for ways in (slice(0, 2), slice(2, 4), slice(4, 6)):  # long and short streaks look alike through a small mask
            assert np.sqrt(power[ways].sum()) == pytest.approx(np.sqrt(usual[ways].sum()), rel=0.12, abs=0.03)
    if min(hw) > 20:
        assert np.sqrt(power) == pytest.approx(wanted, rel=0.1, abs=0.02)


def test_clouds_are_as_large_as_said_across_and_down_and_turn():
    for turn_deg, longer in ((0.0, 0), (90.0, 1)):
        made = texture((200, 200), (0,) * WAYS, 0.1, (6.0, 36.0), turn_deg, 3)
        steepness = [float(np.diff(made, axis=axis).std()) for axis in (0, 1)]
        assert made.std() == pytest.approx(0.1, rel=0.2)
        assert steepness[longer] < 0.35 * steepness[1 - longer]


def test_a_texture_of_its_own_takes_the_place_of_the_surfaces():
    for turn_deg, strongest in ((0, 3), (90, 1)):
        _, made, inner = made_of(FittedLook(turn_deg=Range(turn_deg, turn_deg)))
        found = deviations(made.astype(np.float32) / 128, inner)
        assert found[strongest] == pytest.approx(0.08, rel=0.15) and max(np.delete(found, strongest)) < 0.04


def test_as_much_of_the_surface_goes_on_as_is_said():
    for through in (0.0, 0.5, 1.0):
        image, made, inner = made_of(FittedLook(through=Range(through, through)), own=[0, 0, 0, 0, 0, 0.1])
        streaks = image[inner].astype(float) / 128 - 1
        slope = np.polyfit(streaks, made[inner] / 128, 1)[0]
        assert slope == pytest.approx(through, abs=0.05)


def test_a_row_that_touched_a_side_touches_it_again():
    shape = Fitted(rows=(Row.parse(REGION),))
    image = surface((60, 130), 1)
    for seed in range(8):
        outline = shape.draw(room_of(image), Site(x=40, y=30), np.random.default_rng(seed)).fitted(room_of(image), 0)
        mask = np.zeros((60, 130), bool)
        mask[outline.rect.slices] = outline.drawn
        assert mask[0].mean() > 0.9 and mask[:, 0].any() and mask[:, -1].any() and not mask[-1].any()


def test_places_follow_the_heat_map_and_rows_their_places():
    heat = ByHeatMap(heat=((0.0, 0.0), (0.0, 1.0)))
    room = room_of(surface((80, 96), 1))
    sites = [heat.draw(room, np.random.default_rng(seed)) for seed in range(20)]
    assert all(site.x >= 48 and site.y >= 40 for site in sites)
    rows = tuple(replace(Row.parse(BLOB), centre=centre) for centre in ((0.1, 0.1), (0.9, 0.9)))
    shape = Fitted(rows=rows, near=0.1)
    drawn = [shape.draw(room, Site(x=86, y=72), np.random.default_rng(seed)).params["row"] for seed in range(10)]
    assert set(drawn) == {1}


def test_a_heat_map_over_the_part_stays_on_it():
    roi = np.zeros((80, 96), bool)
    roi[30:60, 20:50] = True
    heat = ByHeatMap(heat=((1.0, 0.0),), over="roi")
    room = room_of(surface((80, 96), 1), roi=roi)
    sites = [heat.draw(room, np.random.default_rng(seed)) for seed in range(20)]
    assert all(20 <= site.x < 35 and 30 <= site.y < 60 for site in sites)


def test_the_look_refuses_another_shape():
    stroke = {"_target_": "generator.defect.shape.stroke.Stroke", "length": 20, "width": 2}
    defect = build({**node(LINE), "shape": stroke}, "defect.a")
    with pytest.raises(RangeError, match="Fitted"):
        PutDefects(defects={"a": defect})(sample_of(surface((80, 96)), ("crack",)), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "lin"}, "kind"),
        ({"area_px": 0}, "area_px"),
        ({"area_px": "x"}, "area_px"),
        ({"parts": []}, "parts"),
        ({"parts": [[1, 2]]}, "parts"),
        ({"share": 2}, "share"),
        ({"own": [0.1, 0.1]}, "own"),
        ({"touches": "x"}, "touches"),
        ({"nonsense": 1}, "known keys"),
    ],
)
def test_a_wrong_row_is_named_with_its_key(change, said):
    with pytest.raises(ConfigError, match=said) as caught:
        build(node({**LINE, **change}), "defect.fitted.crack")
    assert caught.value.where.startswith("defect.fitted.crack.shape.rows[0]")


@pytest.mark.parametrize("heat", [[], [[]], [[0, 0]], [[1], [1, 2]], [[-1, 2]]])
def test_a_heat_map_must_hold_something(heat):
    broken = node(LINE)
    broken["placement"]["heat"] = heat
    with pytest.raises(ConfigError, match="heat"):
        build(broken, "defect.a")
