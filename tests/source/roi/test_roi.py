"""Every way to say where defects may lie gives a mask of the image's size with room in it, or says why not."""

import json
import pickle
import re

import cv2
import numpy as np
import pytest

from generator.core.errors import AssetError, ConfigError, RangeError
from generator.core.sample import GoodImage
from generator.core.units import Length
from generator.imaging.codec import encode_mask_png
from generator.run.build import build
from generator.source.roi.auto import Auto
from generator.source.roi.mask_dir import MaskDir
from generator.source.roi.polygons import Polygons
from generator.source.roi.whole import Whole
from generator.source.roi.zones import Zones, fill_polygon

SQUARE = [[2, 1], [6, 1], [6, 4], [2, 4]]


def good(pixels: np.ndarray, **more) -> GoodImage:
    white = 255 if pixels.dtype == np.uint8 else 4095
    return GoodImage(source_id="a/b.jpg", pixels=pixels, white=white, **more)


def blank(height: int = 8, width: int = 10) -> GoodImage:
    return good(np.full((height, width, 1), 100, np.uint8))


def part_on_background(dtype: type = np.uint8, channels: int = 3, noise: float = 0.01) -> tuple[GoodImage, np.ndarray]:
    rng = np.random.default_rng(3)
    disc = np.zeros((120, 160), np.uint8)
    cv2.circle(disc, (70, 60), 40, 1, -1)
    white = 255 if dtype is np.uint8 else 4095
    level = 0.15 + 0.5 * disc[..., None] + rng.normal(0, noise, (120, 160, channels))
    return good(np.clip(level * white, 0, white).astype(dtype)), disc > 0


def test_whole_is_everywhere():
    assert Whole().find(blank()) == (None, ())
    known = good(np.zeros((8, 10, 1), np.uint8), roi=np.eye(8, 10, dtype=bool))
    assert Whole().find(known) == (None, ())


@pytest.mark.parametrize(("dtype", "channels"), [(np.uint8, 1), (np.uint8, 3), (np.uint16, 1), (np.uint16, 3)])
def test_auto_finds_a_part_in_every_image_mode(dtype, channels):
    image, disc = part_on_background(dtype, channels)
    mask, findings = Auto(edge=Length(0, "px")).find(image)
    assert findings == () and mask.shape == disc.shape
    assert np.count_nonzero(mask & disc) / np.count_nonzero(mask | disc) > 0.96


def test_auto_keeps_the_edge_away_from_the_outline_whatever_the_images_size():
    image, _ = part_on_background()
    wide = good(cv2.resize(image.pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC))
    for each, scale in ((image, 1), (wide, 4)):
        edge_px = 6 * scale
        mask, _ = Auto(edge=Length(edge_px, "px")).find(each)
        radius = np.sqrt(np.count_nonzero(mask) / np.pi)
        assert abs(radius - (40 * scale - edge_px)) < 1.5 * scale


def test_auto_keeps_a_small_hole_and_leaves_a_large_one_out():
    image, _ = part_on_background()
    pixels = image.pixels.copy()
    cv2.circle(pixels, (70, 60), 15, (38, 38, 38), -1)
    cv2.circle(pixels, (45, 60), 3, (38, 38, 38), -1)
    mask, _ = Auto().find(good(pixels))
    assert not mask[60, 70] and mask[60, 45]


def test_auto_takes_what_the_source_knows():
    known = np.zeros((8, 10), bool)
    known[2:4, 3] = True
    mask, findings = Auto().find(good(np.zeros((8, 10, 1), np.uint8), roi=known))
    assert np.array_equal(mask, known) and findings == ()


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(60, 140, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.full((40, 50, 3), 90, np.uint8), "one colour"),
        (np.zeros((1, 1, 1), np.uint8), "one colour"),
        (noise(90, 80), "separability"),
        (noise(3, 3), ""),
        (noise(1, 200), ""),
        (np.repeat(np.linspace(0, 255, 90, dtype=np.uint8)[None, :, None], 60, 0), "separability|contrast"),
        (np.pad(np.full((4, 4, 1), 250, np.uint8), ((40, 40), (40, 40), (0, 0))), "separability|area"),
    ],
    ids=["flat", "one_pixel", "noise", "tiny", "line", "ramp", "speck"],
)
def test_auto_falls_back_to_everywhere_and_says_why(pixels, reason):
    mask, (finding,) = Auto().find(good(pixels))
    assert mask is None and (finding.severity, finding.code) == ("warning", "roi_whole")
    assert finding.message.startswith("a/b.jpg: no part stands out") and (
        not reason or re.search(reason, finding.message)
    )


def test_auto_falls_back_when_the_edge_leaves_nothing():
    mask, (finding,) = Auto(edge=Length(90, "%")).find(part_on_background()[0])
    assert mask is None and "thinner than twice the edge" in finding.message


def test_auto_names_its_edge_when_the_pixel_size_is_missing():
    with pytest.raises(RangeError, match=r"edge: expected source\.pixel_size_mm"):
        Auto(edge=Length(1, "mm")).find(part_on_background()[0])


def test_a_pixel_is_inside_a_polygon_if_its_centre_is():
    mask = np.zeros((8, 10), bool)
    mask[1:4, 2:6] = True
    assert np.array_equal(Polygons(polygons=Zones.parse([SQUARE])).find(blank())[0], mask)
    assert np.array_equal(fill_polygon(np.array(SQUARE[::-1]) + 0.49, (8, 10)), mask)


def test_polygons_agree_with_a_test_of_every_pixel():
    rng = np.random.default_rng(1)
    for _ in range(20):
        corners = rng.uniform(-5, 25, (6, 2))
        contour = corners.astype(np.float32)[:, None]
        mask = fill_polygon(corners, (20, 18))
        inside = [[cv2.pointPolygonTest(contour, (x + 0.5, y + 0.5), False) > 0 for x in range(18)] for y in range(20)]
        assert np.mean(mask != np.array(inside)) < 0.01


def test_polygons_are_united_and_may_be_shares_of_the_image():
    both = Zones.parse(
        {
            "unit": "frac",
            "polygons": [[[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]], [[0.4, 0], [1, 0], [1, 0.5], [0.4, 0.5]]],
        }
    )
    mask, _ = Polygons(polygons=both).find(blank())
    assert mask[:4].all() and not mask[4:].any()


def test_polygons_outside_the_image_are_named():
    far = Zones.parse([[[100, 100], [120, 100], [120, 120]]])
    with pytest.raises(AssetError, match=r"a/b\.jpg: expected a pixel inside roi\.polygons"):
        Polygons(polygons=far).find(blank())


@pytest.mark.parametrize(
    "value",
    [
        [],
        [[[0, 0], [1, 1]]],
        [[0, 0], [9, 9], [2, 0]],
        {"unit": "cm", "polygons": [SQUARE]},
        {"polygon": [SQUARE]},
        7,
        [[[0, 0], [1, "x"], [2, 2]]],
        [[[0, 0], [1, float("nan")], [2, 2]]],
    ],
)
def test_what_is_no_polygon_is_named(value):
    with pytest.raises(RangeError, match="polygon"):
        Zones.parse(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([[0, 0], [9, 9], [2, 0]], "a list of polygons, one"),
        ([[[0.1, 0.1], [0.9, 0.1], [0.9, 1]]], "unit: frac"),
        ({"unit": "frac", "polygons": [[[0, 0], [50, 0], [50, 50]]]}, r"in \[0, 1\]"),
    ],
)
def test_a_slip_in_brackets_or_unit_is_answered_with_what_was_meant(value, said):
    with pytest.raises(RangeError, match=said):
        Zones.parse(value)


def test_a_json_file_stands_for_polygons(tmp_path):
    (tmp_path / "zones.json").write_text(json.dumps({"unit": "px", "polygons": [SQUARE]}))
    zones = Zones.parse(str(tmp_path / "zones.json"))
    assert zones.polygons == Zones.parse([SQUARE]).polygons and zones.digest() != Zones.parse([SQUARE]).digest() == ""
    (tmp_path / "zones.json").write_text("{")
    with pytest.raises(RangeError, match=r"zones\.json"):
        Zones.parse(str(tmp_path / "zones.json"))
    (tmp_path / "zones.json").write_text("[[[1, 2]]]")
    with pytest.raises(RangeError, match=r"three corners .* in .*zones\.json"):
        Zones.parse(str(tmp_path / "zones.json"))
    with pytest.raises(RangeError, match="nothing there"):
        Zones.parse(str(tmp_path / "none.json"))


def masks_of(folder, mask: np.ndarray):
    (folder / "a").mkdir()
    (folder / "a" / "b.png").write_bytes(encode_mask_png(mask))
    return folder


def test_mask_dir_reads_the_mask_under_the_images_own_path(tmp_path):
    mask = np.zeros((8, 10), np.uint8)
    mask[3, 4:7], mask[5, 5] = 255, 1
    roi = MaskDir(path=str(masks_of(tmp_path, mask)))
    found, findings = pickle.loads(pickle.dumps(roi)).find(blank())
    assert np.array_equal(found, mask > 0) and findings == ()
    before = roi.digest()
    (tmp_path / "a" / "b.png").write_bytes(encode_mask_png(mask[::-1]))
    assert roi.digest() != before


def test_mask_dir_names_a_mask_that_is_missing_empty_or_of_another_size(tmp_path):
    roi = MaskDir(path=str(masks_of(tmp_path, np.zeros((8, 10), np.uint8))))
    with pytest.raises(AssetError, match="at least one pixel"):
        roi.find(blank())
    with pytest.raises(AssetError, match=r"b\.png: expected a mask of 11 x 8 px, got 10 x 8"):
        roi.find(blank(8, 11))
    (tmp_path / "a" / "b.png").write_bytes(b"x")
    with pytest.raises(AssetError, match=r"b\.png: expected a readable image"):
        roi.find(blank())
    (tmp_path / "a" / "b.png").unlink()
    with pytest.raises(AssetError, match=r"b\.png: expected the mask of a/b\.jpg, got No such file"):
        roi.find(blank())


def test_mask_dir_names_a_path_that_is_no_folder(tmp_path):
    (tmp_path / "file.png").write_bytes(b"x")
    for name in ("none", "file.png"):
        with pytest.raises(RangeError, match="path: expected a folder of masks"):
            MaskDir(path=str(tmp_path / name))


def test_forbidden_zones_are_cut_from_every_roi(tmp_path):
    mask = np.ones((8, 10), np.uint8)
    image, _ = part_on_background()
    zones = Zones.parse([SQUARE])
    blocked = zones.mask(blank())
    everything = Zones.parse([[[0, 0], [10, 0], [10, 8], [0, 8]]])
    for roi in (
        Whole,
        lambda **k: Polygons(polygons=everything, **k),
        lambda **k: MaskDir(path=str(tmp_path), **k),
        Auto,
    ):
        if not (tmp_path / "a").exists():
            masks_of(tmp_path, mask)
        found, _ = roi(forbidden=zones).find(blank())
        assert np.array_equal(found, ~blocked)
        with pytest.raises(AssetError, match=r"roi\.forbidden covers wholly"):
            roi(forbidden=everything).find(blank())
    half, _ = Auto(forbidden=Zones.parse([[[0, 0], [70, 0], [70, 120], [0, 120]]])).find(image)
    assert not half[:, :70].any() and half[:, 70:].any()


def test_forbidden_zones_can_be_a_folder_of_masks(tmp_path):
    mask = np.zeros((8, 10), np.uint8)
    mask[:, :4] = 1
    found, _ = Whole(forbidden=Zones.parse(str(masks_of(tmp_path, mask)))).find(blank())
    assert np.array_equal(found, mask == 0)


def test_a_configuration_builds_them_and_is_answered_with_the_key():
    node = {"_target_": "generator.source.roi.auto.Auto", "edge": "3%", "area": [0.1, 0.9], "forbidden": [SQUARE]}
    roi = build(node, "roi")
    assert roi.edge == Length(3.0, "%") and roi.forbidden == Zones.parse([SQUARE])
    for key, value in (("max_hole", 2), ("forbidden", [[1, 2]]), ("area", [0.5, 2.0]), ("min_contrast", -1)):
        with pytest.raises(ConfigError, match=rf"^roi\.{key}"):
            build({**node, key: value}, "roi")
