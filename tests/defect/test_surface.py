"""Heat, rust, beads, tones and alien textures look as their physics say; nets, regions, clusters and drips lie so."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.core.units import Length, LengthRange, Range
from generator.defect.appearance.surface.corrosion import Corrosion
from generator.defect.appearance.surface.droplet import Droplet
from generator.defect.appearance.surface.heat import Heat
from generator.defect.appearance.surface.unfamiliar import Unfamiliar
from generator.defect.appearance.tone import Tone
from generator.defect.outline import Outline, Site
from generator.defect.shape.cluster import Cluster
from generator.defect.shape.coat.drip import Drip
from generator.defect.shape.coat.net import Net
from generator.defect.shape.region import Region
from generator.imaging.lab import to_lab
from tests.defect.kinds import patch_of, room_of, surface

HW = (96, 96)
SITE = Site(x=48.0, y=48.0)


def px(value: float) -> LengthRange:
    return LengthRange(Length(value, "px"), Length(value, "px"))


def fixed(value: float) -> Range:
    return Range(value, value)


def disc(radius_px: float, fade_px: float = 0.0) -> Outline:
    """Return a disc in the middle; with a fade, a cone."""
    y, x = np.mgrid[: HW[0], : HW[1]] + 0.5
    inside = radius_px - np.hypot(x - 48.0, y - 48.0)
    alpha = np.clip(inside / fade_px if fade_px else inside + 0.5, 0.0, 1.0).astype(np.float32)
    return Outline.of(alpha, 0, 0)


def flat(level: float = 0.6, channels: int = 3, noise: float = 0.0) -> np.ndarray:
    values = level + noise * np.random.default_rng(0).standard_normal((*HW, channels))
    image = np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)
    image.setflags(write=False)
    return image


def painted(look, outline: Outline, image: np.ndarray, light_deg: float = 135.0) -> np.ndarray:
    """Return the image with the look on it, (H, W, C) float32, without the rounding of its depth."""
    room = room_of(image, light_deg=light_deg)
    fitted = outline.fitted(room, look.reach_px)
    patch = patch_of(room, fitted)
    values = look.render(patch, fitted, look.draw(patch, fitted, np.random.default_rng(1)))
    out = image.astype(np.float32) / 255
    out[fitted.rect.slices][fitted.support] = values
    return out


def lab_at(image: np.ndarray, distance_px: int) -> np.ndarray:
    """Return L*, a*, b* to the right of the middle."""
    return to_lab(image[48, 48 + distance_px][None])[0]


def heat(**knobs) -> Heat:
    calm = {"peak": fixed(1), "steepness": fixed(1), "strength": fixed(1), "turbulence": fixed(0)}
    return Heat(turbulence_size=px(8), roughness=fixed(0), **{**calm, **knobs})


def test_temper_colours_go_from_straw_over_purple_to_blue_and_end_in_a_dark_core():
    image = painted(heat(), disc(40, fade_px=40), flat())
    straw, purple, blue, core = (lab_at(image, round(40 * (1 - hot))) for hot in (0.28, 0.47, 0.6, 1.0))
    assert straw[2] > 15 and purple[1] > 10 and blue[2] < -10
    assert core[0] < straw[0] - 20 and abs(core[1]) < 6 and abs(core[2]) < 8


def test_char_is_black_with_a_brown_halo_on_plastic_of_any_colour():
    blue_plastic = np.tile(np.array([40, 90, 160], np.uint8), (*HW, 1))
    image = painted(heat(colours="char"), disc(40, fade_px=40), blue_plastic)
    core, halo = lab_at(image, 0), lab_at(image, 16)
    assert core[0] < 15 and halo[1] > 3 and halo[2] > 3


def rust(**knobs) -> Corrosion:
    return Corrosion(lobe_size=px(8), **knobs)


def test_rust_is_brown_rough_and_bleeds_but_only_so_far():
    bare, image = flat(), painted(rust(thickness=fixed(0.5), bleed=fixed(1), bleed_px=fixed(6)), disc(20), flat())
    inside, near = image[40:56, 40:56].reshape(-1, 3), image[48, 48 + 23]
    lab = to_lab(inside).mean(axis=0)
    assert lab[0] < 50 and lab[1] > 5 and lab[2] > 8
    assert inside.std() > 0.03
    assert to_lab(near[None])[0, 2] > to_lab((bare[48, 71] / 255).astype(np.float32)[None])[0, 2] + 1
    assert np.array_equal(image[48, 48 + 30], (bare[48, 78] / np.float32(255)).astype(np.float32))


def test_rust_without_a_stain_stays_under_its_crust():
    image = painted(rust(bleed=fixed(0)), disc(20), flat())
    assert np.allclose(image[48, 48 + 24], flat()[48, 72] / 255)


@pytest.mark.parametrize("light_deg", [0.0, 90.0, 180.0, 270.0])
def test_the_highlight_of_a_bead_lies_towards_the_light_and_its_shadow_away(light_deg):
    x, y = round(np.cos(np.radians(light_deg))), -round(np.sin(np.radians(light_deg)))
    image = painted(Droplet(grain=fixed(0), shadow=fixed(0.6)), disc(12), flat(), light_deg).mean(axis=2)
    assert image[48 + 5 * y, 48 + 5 * x] > image[48 - 5 * y, 48 - 5 * x] + 0.1
    assert image[48 - 14 * y, 48 - 14 * x] < image[48 + 14 * y, 48 + 14 * x] - 0.02


def test_each_bead_has_a_highlight_of_its_own():
    alpha = np.zeros(HW, np.float32)
    for x in (24, 68):
        cv2.circle(alpha, (x, 48), 8, 1.0, -1, cv2.LINE_AA)
    image = painted(Droplet(grain=fixed(0), shadow=fixed(0)), Outline.of(alpha, 0, 0), flat(), 0.0).mean(axis=2)
    assert [int(image[48, :46].argmax()) > 24, int(image[48, 46:].argmax()) + 46 > 68] == [True, True]


def test_a_tone_steps_in_lab_and_smooths_or_roughens_the_surface():
    noisy = flat(noise=0.05)
    inside = (slice(40, 56), slice(40, 56))
    tinted = painted(Tone(gain=fixed(1), da=fixed(8), db=fixed(-6)), disc(30), flat())
    assert to_lab(tinted[48, 48][None])[0, 1:] == pytest.approx([8.0, -6.0], abs=0.5)
    same, smooth, rough, grainy = (
        painted(Tone(gain=fixed(1), **knobs), disc(30), noisy)[inside].std()
        for knobs in ({}, {"contrast": fixed(0)}, {"contrast": fixed(2)}, {"grain": fixed(0.2)})
    )
    assert smooth < 0.5 * same and rough > 1.5 * same and grainy > 1.3 * same


def test_a_shuffled_texture_keeps_the_surface_s_values_and_loses_its_order():
    look = Unfamiliar(own_share=1.0, cell_size=px(8), opacity=fixed(1), gain=fixed(1), tint=fixed(0))
    stripes = surface(HW)
    image = painted(look, disc(30), stripes)
    inside = (slice(32, 64), slice(32, 64))
    assert image[inside].mean() == pytest.approx(stripes[inside].mean() / 255, abs=0.03)
    assert np.abs(image[inside] - stripes[inside] / 255).mean() > 0.03


def test_every_drawn_texture_differs_from_a_flat_surface():
    look = Unfamiliar(own_share=0.0, cell_size=px(8), opacity=fixed(1), gain=fixed(1), tint=fixed(0), contrast=fixed(8))
    room = room_of(flat())
    outline = disc(30)
    patch = patch_of(room, outline)
    seen = set()
    for seed in range(24):
        params = look.draw(patch, outline, np.random.default_rng(seed))
        seen.add(params["pattern"])
        assert look.render(patch, outline, params).std() > 0.01, params["pattern"]
    assert seen == {"clouds", "stripes", "checks", "dots"}


def alpha_of(shape, site: Site = SITE, seed: int = 0) -> np.ndarray:
    return shape.draw(room_of(flat()), site, np.random.default_rng(seed)).alpha


def test_a_region_covers_the_wanted_share_of_its_ellipse():
    for coverage in (0.2, 0.7):
        shape = Region(diameter=px(60), aspect=fixed(1), coverage=fixed(coverage), raggedness=fixed(0))
        assert float(alpha_of(shape).sum()) == pytest.approx(coverage * np.pi * 30**2, rel=0.03)


def test_a_ragged_region_has_islands_and_a_calm_one_is_whole():
    counts = []
    for ragged in (0.0, 1.5):
        shape = Region(diameter=px(70), coverage=fixed(0.5), raggedness=fixed(ragged), grain=fixed(0.15))
        counts.append(cv2.connectedComponents((alpha_of(shape) > 0.5).astype(np.uint8))[0] - 1)
    assert counts[0] == 1 and counts[1] > 3


def test_a_net_without_gaps_closes_its_cells_and_gaps_open_them():
    def cells(gaps: float) -> int:
        net = Net(diameter=px(80), cell=px(12), width=px(1.2), aspect=fixed(1), gaps=fixed(gaps))
        walls = (alpha_of(net) > 0.15).astype(np.uint8)
        return cv2.connectedComponents(1 - walls, connectivity=4)[0] - 1

    assert cells(0.0) > 8 > cells(0.8)


def test_the_blobs_of_a_cluster_lie_along_the_texture():
    shape = Cluster(
        count=fixed(6), diameter=px(16), spread=px(14), aspect=fixed(3), blob_aspect=Range(5, 6), facing="axis",
        angle_deg=fixed(0), follow="along",
    )  # fmt: skip
    alpha = alpha_of(shape, Site(x=48.0, y=48.0, along_deg=90.0))
    rows, columns = alpha.sum(axis=1) > 0.2, alpha.sum(axis=0) > 0.2
    assert rows.sum() > 1.5 * columns.sum()


def test_a_drip_ends_in_its_thickest_and_highest_place_below():
    alpha = alpha_of(Drip(length=px(60), width=px(12), angle_deg=fixed(-90), wander=fixed(0)))
    at = int(alpha.max(axis=1).argmax())
    widths = (alpha > 0.05).sum(axis=1)
    assert at > 0.6 * len(alpha) and widths[at] > 1.2 * widths[len(alpha) // 3]
