"""Tests of contact sheets."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generator.core.annotation import Region
from generator.core.text import TextLine
from generator.imaging.panel import shown
from generator.report.contact_sheet import SheetRow, class_colours, contact_sheet, panels, strip_panels, zoom_window
from generator.report.text.caption import caption_picture, font_for
from generator.report.text.overlay import legend_of

RED = (255, 0, 0)


def row(hw=(40, 60), box=(10, 20, 4, 3), dtype=np.uint8, channels=1, white=255, **more) -> SheetRow:
    x, y, w, h = box
    good = np.full((*hw, channels), white // 2, dtype)
    image = good.copy()
    image[y : y + h, x : x + w] = white
    region = Region.tight(np.ones((h, w), bool), x, y)
    return SheetRow(image=image, twin=good, regions=(region,), colours=(RED,), white=white, label="pit", **more)


@pytest.mark.parametrize(("dtype", "channels", "white"), [(np.uint8, 1, 255), (np.uint16, 1, 4095), (np.uint8, 3, 255)])
def test_every_depth_is_shown_at_its_full_scale(dtype, channels, white):
    image, twin, overlay, zoom = panels(row(dtype=dtype, channels=channels, white=white), 64)
    assert image.shape == twin.shape == overlay.shape == zoom.shape == (43, 64, 3)
    assert image.max() == 255
    assert abs(int(twin[0, 0, 0]) - 127) <= 1


def test_the_outline_lies_outside_what_it_marks():
    _, _, _, zoom = panels(row(), 256)
    window = zoom_window(row())
    across, down = zoom.shape[1] / window.w, zoom.shape[0] / window.h
    x, y = math.ceil((10 - window.x) * across), math.ceil((20 - window.y) * down)
    inside = zoom[y : y + math.floor(3 * down) - 1, x : x + math.floor(4 * across) - 1]
    assert (inside == 255).all()
    assert tuple(zoom[y - 2, x + 3]) == RED


def test_a_defect_of_one_pixel_on_a_large_image_is_marked():
    _, _, overlay, _ = panels(row(hw=(2000, 2000), box=(1000, 700, 1, 1)), 100)
    assert (np.abs(overlay.astype(int) - np.array(RED)).sum(axis=2) < 90).sum() > 20


def test_a_good_image_has_one_panel():
    good = SheetRow(image=np.zeros((8, 8, 1), np.uint8), twin=None, regions=(), colours=(), white=255)
    assert [panel is not None for panel in panels(good, 32)] == [True, False, False, False]


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (59, 39, 1, 1), (0, 0, 60, 40), (0, 20, 60, 1)])
def test_the_zoom_stays_inside_the_image_and_shows_the_defect(box):
    window = zoom_window(row(box=box))
    assert window.clipped((40, 60)) == window
    assert row(box=box).regions[0].full((40, 60))[window.slices].any()


def test_the_zoom_on_a_large_defect_shows_its_edge():
    large = row(hw=(400, 400), box=(0, 0, 400, 250))
    shown_part = large.regions[0].full((400, 400))[zoom_window(large).slices]
    assert 0.2 < shown_part.mean() < 0.8


def test_the_zoom_shows_the_chosen_defect():
    two = row(hw=(400, 400), box=(300, 300, 30, 30))
    small = Region.tight(np.ones((2, 2), bool), 10, 10)
    sheet_row = SheetRow(
        image=two.image, twin=two.twin, regions=(*two.regions, small), colours=(RED, RED), white=255, focus=1
    )
    assert zoom_window(sheet_row).x == 0
    assert zoom_window(two).x > 200


def test_a_sheet_holds_every_tile():
    sheet = contact_sheet([row(), row(), row()], {"pit": RED}, columns=2, panel_px=64, title="three")
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] == 16 + 2 * (4 * 64 + 3 * 4 + 16)
    assert np.ptp(sheet[-40:, :200]) > 50
    assert (sheet[-30:, -200:] == sheet[-1, -1]).all()  # the fourth place is empty


def test_an_empty_sheet_is_still_a_picture():
    assert contact_sheet([], {}, panel_px=32).size


def test_twenty_classes_have_twenty_colours():
    names = [f"c{i}" for i in range(20)]
    assert len(set(class_colours(names).values())) == 20


def test_grey_is_shown_as_three_equal_channels():
    assert shown(np.array([[[0], [65535]]], np.uint16), 65535).tolist() == [[[0, 0, 0], [255, 255, 255]]]


def text_row(hw=(40, 240), **more) -> SheetRow:
    """Return a row with two characters, black on white, of which the second cannot be read."""
    image = np.full((*hw, 1), 255, np.uint8)
    mask = np.zeros(hw, np.uint8)
    quads = np.array([[[x, 10], [x + 8, 10], [x + 8, 30], [x, 30]] for x in (20, 40)], np.float32)
    for number, x in enumerate((20, 40), 1):
        image[10:30, x : x + 8] = 0
        mask[10:30, x : x + 8] = number
    line = TextLine(
        text="II",
        quad_xy=np.array([[20, 10], [48, 10], [48, 30], [20, 30]], np.float32),
        chars=("I", "I"),
        char_quads_xy=quads,
        char_readable=np.array([True, False]),
        first_number=1,
        is_readable=False,
    )
    parts = {"lines": (line,), "char_mask": mask, "blank": np.full_like(image, 255), "caption": "II"} | more
    return SheetRow(image=image, twin=None, regions=(), colours=(), white=255, label="train/0", **parts)


def test_a_crop_of_a_line_is_a_strip_above_its_labels():
    image, twin, labels = strip_panels(text_row(), 2000)
    assert image.shape == labels.shape == (80, 480, 3)
    assert twin is None
    assert (image == image[..., :1]).all()
    first, second = labels[40, 48].astype(int), labels[40, 88].astype(int)  # black ink, tinted
    assert first[1] > first[0] and second[0] > second[1]  # green, and red for what cannot be read
    assert (labels[0] == image[0]).all()


def test_a_strip_is_no_wider_than_the_sheet():
    image, _, labels = strip_panels(text_row(hw=(40, 4000)), 1000)
    assert image.shape[1] == labels.shape[1] == 1000


def test_strips_of_different_widths_share_rows():
    rows = [text_row(hw=(40, width)) for width in (120, 240, 300, 120, 900)]
    assert all(row.is_strip for row in rows)
    sheet = contact_sheet(rows, {}, columns=2, panel_px=224)
    one_below_another = contact_sheet([text_row(hw=(40, 900))] * 5, {}, columns=2, panel_px=224)
    assert sheet.shape[0] < 0.6 * one_below_another.shape[0]
    assert sheet.shape[1] == one_below_another.shape[1]


def test_text_on_a_surface_has_its_blank_its_labels_and_a_zoom():
    row = text_row(hw=(240, 240))
    assert not row.is_strip
    image, blank, labels, zoom = panels(row, 240)
    assert (blank == 255).all()
    assert (labels != image).any()
    assert zoom_window(row).w < 120
    assert zoom.shape == image.shape


def test_labels_that_are_too_small_to_draw_are_one_outline():
    row = text_row(hw=(2400, 2400))
    _, _, labels, _ = panels(row, 240)
    assert 10 < (labels != 255).any(axis=2).sum() < 60


def test_the_legend_names_what_is_drawn():
    assert set(legend_of(text_row().lines)) == {"character", "next character", "line", "cannot be read"}


def test_captions_in_any_script_are_set_in_a_font_that_has_them():
    assert font_for("ABC").getname() == font_for("123").getname()
    assert "Sans" in font_for("Žluťoučký Ωμέγα").getname()[0]
    picture = np.asarray(caption_picture("W" * 200, 90, (255, 255, 255), (0, 0, 0), ()))
    assert picture.shape[1] == 90
    assert not picture[:, -2:].any()
