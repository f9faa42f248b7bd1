"""Cut-outs: kept to the bit on disk, and put back as they lay."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.core.errors import AssetError, RangeError
from generator.core.units import Range
from generator.defect.bank.bank import Bank
from generator.defect.bank.cutout import from_levels, read_cutout, to_levels
from generator.defect.bank.look import RealFace
from generator.defect.bank.shape import FromBank
from generator.defect.outline import Outline, Site
from generator.defect.stage import write
from generator.harvest.cut import Photo, cut_outs
from generator.harvest.write import Entry, write_bank
from tests.defect.kinds import patch_of, room_of

STILL = {"scale": Range(1.0, 1.0), "turn_deg": Range(0.0, 0.0), "mirror": False, "elastic": 0.0}


def photo(channels: int = 1, level: float = 120.0) -> Photo:
    """Return a noisy surface, 90 x 110 px, with a soft dark, for colour reddish, blot."""
    rng = np.random.default_rng(3)
    clean = level + np.linspace(-10, 10, 110)[None, :, None] + rng.normal(0, 1.5, (90, 110, channels))
    blot = np.zeros((90, 110), np.uint8)
    cv2.ellipse(blot, (60, 40), (14, 8), 20, 0, 360, 255, -1)
    soft = cv2.GaussianBlur(blot.astype(np.float32) / 255, (0, 0), 0.8)[..., None]
    share = np.array([0.5] if channels == 1 else [0.3, 0.5, 0.6])
    pixels = np.clip(np.rint(clean * (1 - soft * share)), 0, 255).astype(np.uint8)
    return Photo(pixels=pixels, white=255, mask=blot > 0, others=np.zeros((90, 110), bool))


@pytest.fixture
def bank_of(tmp_path):
    """Return a bank of one photo's cut-outs, and its ids."""

    def made(one: Photo) -> tuple[str, tuple[str, ...]]:
        facts = {"source": "a.png", "sha256": "ab"}
        entries = []
        for cutout in cut_outs(one, "blot"):
            cutout.facts.update(facts)
            entries.append(Entry(cutout=cutout, crop=one.pixels[:4, :4]))
        write_bank(entries, tmp_path / "bank", tmp_path / "data", "anywhere")
        return str(tmp_path / "bank"), tuple(Bank.open(tmp_path / "bank").entries)

    return made


def pasted(image: np.ndarray, white: int, shape: FromBank, look: RealFace, xy: tuple[float, float]) -> np.ndarray:
    """Return an image with one cut-out pasted at a place."""
    rng, room = np.random.default_rng(0), room_of(image, white)
    outline = shape.draw(room, Site(x=xy[0], y=xy[1]), rng).fitted(room, look.reach_px)
    patch, out = patch_of(room, outline), image.copy()
    write(out, outline, look.render(patch, outline, look.draw(patch, outline, rng)), white)
    return out


@pytest.mark.parametrize("channels", [1, 3])
def test_a_cut_out_is_read_as_it_was_written(bank_of, tmp_path, channels):
    one = photo(channels)
    _, (name,) = bank_of(one)
    (cut,) = cut_outs(one, "blot")
    found = Bank.open(tmp_path / "bank").cutout(name)
    assert found.face.shape[2] == channels
    assert np.array_equal(to_levels(found.face), to_levels(cut.face))
    assert np.array_equal(found.alpha, cut.alpha) and np.array_equal(found.mask, cut.mask)
    assert name == cut.identity()


def test_levels_keep_a_change_to_a_grey_level():
    face = np.stack([np.linspace(-1, 6.99, 50), np.linspace(-120, 120, 50), np.linspace(120, -120, 50)], axis=1)
    face = face[None].astype(np.float32)
    assert np.abs(from_levels(to_levels(face)) - face).max() < 1 / 256


@pytest.mark.parametrize("channels", [1, 3])
def test_a_cut_out_put_back_where_it_lay_gives_the_real_image(bank_of, channels):
    one = photo(channels)
    bank, names = bank_of(one)
    x, y, w, h = json.loads(Path(bank, "manifest.json").read_bytes())["cutouts"][0]["rect"]
    mended = one.pixels.astype(np.float32)
    wide = cv2.dilate(one.mask.astype(np.uint8), np.ones((9, 9))) > 0
    mended[wide] = mended[~wide].mean(axis=0)
    shape = FromBank(bank=bank, cutouts=names, **STILL)
    again = pasted(np.rint(mended).astype(np.uint8), 255, shape, RealFace(strength=Range(1, 1)), (x + w / 2, y + h / 2))
    error = np.abs(again.astype(int) - one.pixels)[one.mask]
    assert np.median(error) <= 4 and np.quantile(error, 0.95) <= 12  # the mended level is that of the whole image


@pytest.mark.parametrize("blend", ["alpha", "poisson"])
def test_a_face_is_relative_to_the_surface_it_lies_on(bank_of, blend):
    bank, names = bank_of(photo())
    shape, look = FromBank(bank=bank, cutouts=names, **STILL), RealFace(strength=Range(1, 1), blend=blend)
    for level, white in ((60, 255), (180, 255), (2400, 4095)):
        image = np.full((90, 110, 1), level, np.uint8 if white == 255 else np.uint16)
        image.setflags(write=False)
        made = pasted(image, white, shape, look, (55, 45))
        darkest = 1 - made.min() / level
        assert 0.4 < darkest < 0.6, (level, darkest)


def test_colour_goes_onto_colour_and_grey_takes_its_brightness(bank_of):
    bank, names = bank_of(photo(3))
    shape, look = FromBank(bank=bank, cutouts=names, **STILL), RealFace(strength=Range(1, 1))
    for channels in (1, 3):
        image = np.full((90, 110, channels), 140, np.uint8)
        image.setflags(write=False)
        made = pasted(image, 255, shape, look, (55, 45)).astype(int)
        middle = made[45, 55]
        assert middle.max() < 120
        if channels == 3:
            assert middle[0] > middle[1] > middle[2]  # as the real one: least of the red is gone


def test_white_on_orange_does_not_turn_blue_on_grey(bank_of):
    pixels = np.full((90, 110, 3), (200, 120, 60), np.uint8)
    mask = np.zeros((90, 110), bool)
    mask[35:50, 50:70] = True
    pixels[mask] = 220
    bank, names = bank_of(Photo(pixels=pixels, white=255, mask=mask, others=np.zeros_like(mask)))
    shape, look = FromBank(bank=bank, cutouts=names, **STILL), RealFace(strength=Range(1, 1))
    for surface in ((90, 90, 90), (200, 120, 60)):
        image = np.full((90, 110, 3), surface, np.uint8)
        image.setflags(write=False)
        made = pasted(image, 255, shape, look, (60.5, 43)).astype(int)[43, 60]
        assert np.ptp(made) <= 12, (surface, made)


def test_mask_and_alpha_move_together(bank_of):
    bank, names = bank_of(photo())
    shape, rng = FromBank(bank=bank, cutouts=names, elastic=0.6), np.random.default_rng(1)
    image = np.full((200, 240, 1), 120, np.uint8)
    for _ in range(40):
        outline = shape.draw(room_of(image), Site(x=120, y=100), rng)
        assert outline.drawn.any() and not (outline.drawn & ~outline.support).any()
        assert outline.alpha[outline.drawn].mean() > 0.85
        assert outline.support.sum() < 3.5 * outline.drawn.sum()


def test_a_thin_line_keeps_its_area_however_it_is_turned(bank_of):
    one = photo()
    line = np.zeros((90, 110), np.uint8)
    cv2.line(line, (20, 20), (80, 60), 1, 1)
    bank, names = bank_of(Photo(pixels=one.pixels, white=255, mask=line > 0, others=one.others))
    image = np.full((200, 240, 1), 120, np.uint8)
    for scale in (0.8, 1.0, 1.4):
        shape = FromBank(bank=bank, cutouts=names, scale=Range(scale, scale), elastic=0)
        for seed in range(12):
            drawn = shape.draw(room_of(image), Site(x=120, y=100), np.random.default_rng(seed)).drawn
            assert 0.9 < drawn.sum() / (line.sum() * scale * max(scale, 1)) < 1.7
            assert cv2.connectedComponents(drawn.astype(np.uint8))[0] - 1 <= 10


@pytest.mark.parametrize("moved", [{"turn_deg": Range(30, 30)}, {"scale": Range(1.1, 1.1)}], ids=["turned", "grown"])
def test_grain_keeps_its_strength_however_a_cut_out_is_moved(bank_of, moved):
    pixels = np.random.default_rng(4).normal(120, 8, (90, 110, 1))
    mask = np.zeros((90, 110), bool)
    mask[20:70, 25:85] = True
    pixels[mask] += np.random.default_rng(5).normal(-40, 16, (3000, 1))
    bank, names = bank_of(
        Photo(pixels=np.clip(np.rint(pixels), 0, 255).astype(np.uint8), white=255, mask=mask, others=~mask & False)
    )
    image = np.full((200, 240, 1), 120, np.uint8)
    shape, face = FromBank(bank=bank, cutouts=names, **STILL | moved), RealFace(strength=Range(1, 1))
    still = pasted(image, 255, FromBank(bank=bank, cutouts=names, **STILL), face, (120, 100))
    assert pasted(image, 255, shape, face, (120, 100))[90:111, 110:131].std() > 0.8 * still[90:111, 110:131].std()


def test_a_cut_out_larger_than_the_image_is_made_to_fit(bank_of):
    bank, names = bank_of(photo())
    shape = FromBank(bank=bank, cutouts=names, scale=Range(8, 8))
    image = np.full((40, 50, 1), 120, np.uint8)
    outline = shape.draw(room_of(image), Site(x=2, y=38), np.random.default_rng(0))
    assert outline.rect.w <= 1.5 * 50 + 5 and outline.rect.h <= 1.5 * 40 + 5
    assert outline.fitted(room_of(image), 0).drawn.sum() >= 0.3 * outline.drawn.sum()


def test_pieces_that_belong_together_all_lie_on_the_image(bank_of):
    one = photo()
    two = np.zeros((90, 110), bool)
    two[20:30, 20:30] = two[60:70, 70:85] = True
    bank, names = bank_of(Photo(pixels=one.pixels, white=255, mask=two, others=one.others))
    shape = FromBank(bank=bank, cutouts=names, scale=Range(1, 1), elastic=0)
    image = np.full((200, 240, 1), 120, np.uint8)
    for seed in range(12):
        outline = shape.draw(room_of(image), Site(x=2, y=198), np.random.default_rng(seed)).fitted(room_of(image), 0)
        assert cv2.connectedComponents(outline.drawn.astype(np.uint8))[0] - 1 == 2


def test_a_changed_or_missing_file_is_found_out(bank_of, tmp_path):
    _, (name,) = bank_of(photo())
    alpha = tmp_path / "bank" / "cutouts" / name / "alpha.png"
    whole = alpha.read_bytes()
    alpha.write_bytes((tmp_path / "bank" / "cutouts" / name / "mask.png").read_bytes())
    with pytest.raises(AssetError, match="changed files"):
        read_cutout(tmp_path / "bank", name, "blot", {})
    alpha.unlink()
    with pytest.raises(AssetError, match="No such file"):
        read_cutout(tmp_path / "bank", name, "blot", {})
    alpha.write_bytes(whole)
    assert read_cutout(tmp_path / "bank", name, "blot", {}).category == "blot"
    with pytest.raises(AssetError, match="without it"):
        Bank.open(tmp_path / "bank").cutout("0123456789abcdef")
    with pytest.raises(AssetError, match="defectgen harvest"):
        Bank.open(tmp_path)


def test_a_face_belongs_to_a_shape_of_the_bank():
    image = np.full((20, 20, 1), 9, np.uint8)
    outline = Outline.of(np.ones((4, 4), np.float32), 2, 2)
    with pytest.raises(RangeError, match="FromBank"):
        RealFace().draw(patch_of(room_of(image), outline), outline, np.random.default_rng(0))


@pytest.mark.parametrize(
    "wrong",
    [{"bank": ""}, {"cutouts": ()}, {"weights": (1.0, 2.0)}, {"weights": (-1.0,)}, {"scale": Range(0, 1)},
     {"turn_deg": Range(-200, 0)}, {"elastic": 2.0}],
    ids=str,
)  # fmt: skip
def test_a_field_out_of_range_is_named(wrong):
    with pytest.raises(RangeError) as caught:
        FromBank(**{"bank": "b", "cutouts": ("a",), **wrong})
    assert caught.value.field == next(iter(wrong))


def at_side(side: str) -> Photo:
    """Return a photo whose blot reaches one side of it, or two that lie opposite."""
    mask = np.zeros((90, 110), np.uint8)
    rows = (
        slice(0, 90)
        if side == "tb"
        else slice(0, 12)
        if side == "t"
        else slice(78, 90)
        if side == "b"
        else slice(30, 60)
    )
    columns = slice(0, 12) if side == "l" else slice(98, 110) if side == "r" else slice(40, 62)
    mask[rows, columns] = 1
    pixels = np.where(mask[..., None] > 0, 70, 120).astype(np.uint8)
    return Photo(pixels=pixels, white=255, mask=mask > 0, others=np.zeros((90, 110), bool))


@pytest.mark.parametrize("side", ["l", "r", "t", "b", "tb"])
def test_what_reached_a_side_of_its_image_reaches_that_side_again(bank_of, side):
    bank, names = bank_of(at_side(side))
    shape, rng = FromBank(bank=bank, cutouts=names, at_border=True), np.random.default_rng(0)
    image = np.full((140, 200, 1), 120, np.uint8)
    for _ in range(12):
        outline = shape.draw(room_of(image, 255), Site(x=100.0, y=70.0), rng).fitted(room_of(image, 255), 0)
        seen = np.zeros((140, 200), bool)
        seen[outline.rect.slices] = outline.drawn
        reached = {"l": seen[:, 0], "r": seen[:, -1], "t": seen[0], "b": seen[-1]}
        assert {name for name, line in reached.items() if line.any()} == set(side)
        assert all(np.count_nonzero(reached[name]) > 8 for name in side)
        assert outline.params["turn_deg"] == 0.0
    free = FromBank(bank=bank, cutouts=names)
    assert {free.draw(room_of(image, 255), Site(x=100.0, y=70.0), rng).params["turn_deg"] for _ in range(4)} != {0.0}


def test_a_bank_whose_places_were_seen_keeps_defects_at_the_border(tmp_path):
    one = at_side("l")
    for place, said in (("seen", "true"), ("anywhere", "false")):
        entries = []
        for cutout in cut_outs(one, "blot"):
            cutout.facts.update({"source": "a.png", "sha256": "ab"})
            entries.append(Entry(cutout=cutout, crop=one.pixels[:4, :4]))
        paths = write_bank(entries, tmp_path / place, tmp_path / "data", place)
        assert f"at_border: {said}" in paths["blot"].read_text()
