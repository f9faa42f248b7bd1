"""Tests of what run and report say and show of angles and of whole parts."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from generator.core.annotation import Orientation, Part, Region
from generator.core.geometry import Rect
from generator.imaging.move.turn import Turn
from generator.report.angle.overlay import UP, close_up, draw_angles, part_turned_back, turned_back
from generator.report.angle.words import angle_choices, lies_said, parts_said
from generator.report.contact_sheet import SheetRow, panels
from generator.report.figure.rose import rose
from generator.report.page import CARD, PAGE, write_report
from generator.report.stats import Stats
from tests.report.conftest import SIZE, make_sample
from tests.report.test_page import Tags, codes_of, numbers_of

RED, BLUE = (255, 0, 0), (0, 0, 255)
ROTATION = ("recipe=rotation", "source.size_wh=[96,96]", "executor=serial", "count=12", "rotation.max_cut=1")


def part(angle: float, xy=(16.0, 16.0), wh=(12, 8), category: str = "bolt", symmetry: int = 1, hw=(SIZE, SIZE)) -> Part:
    """Return a part that is turned about its own middle at ``xy``."""
    width, height = wh
    turn = Turn(angle_deg=angle, pivot_xy=(width / 2, height / 2), to_xy=xy, wh=(hw[1], hw[0]))
    region = Region.tight(turn.numbers(np.ones((height, width), bool)))
    quad = turn.points(np.array([(0, 0), (width, 0), (width, height), (0, height)]))
    return Part(category=category, region=region, quad_xy=quad, orientation=Orientation.at(angle, symmetry))


def sample(index: int, split: str, angle: float | None, parts=(), defects=()):
    made = make_sample(index, split, defects)
    return made.with_(orientation=None if angle is None else Orientation.at(angle), parts=tuple(parts))


@pytest.fixture
def turned_set(data_set):
    """Return 24 images at every 15 degrees with one part each; one of them has a pit."""
    samples = []
    for index in range(24):
        pit = [("pit", (14, 14, 3, 3))] if index == 5 else []
        angle = 15.0 * index
        samples.append(sample(index, ("train", "val")[index % 2], angle, [part(angle)], pit))
    plan = {
        split: {"images": 12, "good": 11, "defects": {"pit": 1 if split == "val" else 0}} for split in ("train", "val")
    }
    config = {"recipe": {"name": "rotation"}, "rotation": {"step": 15, "range": [-180, 180]}, "seed": 0}
    run = {"spec_id": "cd" * 32, "version": "0", "planned": 24, "plan": plan}
    return data_set(samples, classes=("bolt", "pit"), run=run, config=config)


def test_a_whole_part_is_no_defect_and_a_part_with_a_pit_is_defective(turned_set):
    write_report(turned_set)
    numbers = numbers_of(turned_set)
    assert (numbers["images"], numbers["good"], numbers["defective"], numbers["defects"]) == (24, 23, 1, 1)
    assert list(numbers["classes"]) == ["pit"]
    assert numbers["defects_per_image"] == {"0": 23, "1": 1}
    assert numbers["origins"]["synthetic"]["val"] == {"images": 12, "good": 11, "defects": {"pit": 1}}
    assert numbers["targets"] == {"pit": {"planned": 1, "made": 1, "short": 0}}
    assert numbers["summary"].startswith(
        "24 images with an angle and 24 parts of 1 class; 24 images: 23 good, 1 defective"
    )


def test_angles_are_counted_by_hand(turned_set):
    write_report(turned_set)
    angles = numbers_of(turned_set)["angles"]
    every, val = angles["images"]["all"], angles["images"]["splits"]["val"]
    assert (every["count"], every["step_deg"], every["spans_deg"], every["largest_gap_deg"]) == (24, 15.0, [], 15.0)
    assert every["bins"] == [1] * 24
    assert (val["count"], val["least"], val["most"], val["largest_gap_deg"]) == (12, 0, 1, 30.0)
    assert angles["parts"]["bolt"]["all"]["count"] == 24
    assert angles["parts_per_image"] == {"1": 24}


def test_the_page_has_a_rose_a_split_and_each_samples_angle(turned_set):
    write_report(turned_set)
    page = (turned_set / PAGE).read_text(encoding="utf-8")
    assert page.count('aria-label="angles of') == 3
    assert 'alt="turned back of' in page
    assert "each lies as its image does" in page
    assert all(address.startswith("data:image/") for address in Tags(page).fetched)
    shown = {piece.split("</b>")[0] for piece in page.split("<b>") if "°" in piece[:9]}
    assert len(shown) >= 8  # what is shown lies in different ways


def test_the_card_states_the_convention_the_grid_and_what_a_part_is(turned_set):
    write_report(turned_set)
    card = (turned_set / CARD).read_text(encoding="utf-8")
    assert card.startswith("# Rotation data set cdcdcdcd")
    said = " ".join(card.split())
    assert "Angles of images: all round the circle, on a grid of 15; 24 bins of 15 degrees, 1 each; symmetry 1." in said
    assert "degrees, counter-clockwise as displayed, about its centre, in (-180, 180]" in said
    assert "every angle is the one that was applied" in said
    assert "| bolt | 12 | 12 | 24 |" in card
    assert "| good | 12 | 11 | 23 |" in card
    assert "A label with an angle is a whole part and no defect" in said
    assert "defectgen generate recipe=rotation rotation.step=15 seed=0" in card


def test_good_images_with_parts_alone_have_no_word_of_defects(data_set):
    samples = [
        sample(index, "train", None, [part(40.0 * index), part(9.0, (6, 6), (4, 4), "ring", 0)]) for index in range(9)
    ]
    root = data_set(samples, classes=("bolt", "ring"), run={"planned": 9, "plan": {"train": {"defects": {}}}})
    write_report(root)
    numbers = numbers_of(root)
    assert numbers["summary"] == "18 parts of 2 classes on 9 images, all good; 0 samples rejected."
    assert (numbers["classes"], numbers["good"], numbers["angles"]["images"]) == ({}, 9, None)
    assert numbers["angles"]["parts"]["ring"]["all"]["undefined"] == 9
    assert [finding for finding in numbers["concerns"] if finding["severity"] == "warning"] == []
    card = (root / CARD).read_text(encoding="utf-8")
    assert "twins/" not in card and "| defects |" not in card
    assert "i = the part with id i" in card


def test_a_class_of_parts_that_nothing_shows_is_no_missing_defect(data_set):
    plan = {"train": {"images": 1, "good": 1, "defects": {}}}
    root = data_set([sample(0, "train", 30.0)], classes=("part",), run={"planned": 1, "plan": plan})
    write_report(root)
    assert "class_without_defect" not in codes_of(root)
    assert "No part is labelled: roi=auto" in (root / PAGE).read_text(encoding="utf-8")


def test_a_split_that_leaves_out_half_the_circle_is_named(data_set):
    samples = [sample(index, "train", 4.0 * index) for index in range(90)]
    samples += [sample(90 + index, "test", 4.0 * index) for index in range(45)]
    root = data_set(samples, classes=())
    write_report(root)
    assert codes_of(root)["angle_hole"] == "Split test leaves out 184 of the degrees that images cover."


def test_a_data_set_without_angles_says_nothing_of_them(small_set):
    write_report(small_set)
    assert numbers_of(small_set)["angles"] is None
    assert 'id="angles"' not in (small_set / PAGE).read_text(encoding="utf-8")
    assert "upright" not in (small_set / CARD).read_text(encoding="utf-8")


def test_a_class_that_is_known_to_be_of_parts_is_none_of_defects():
    assert list(Stats(["bolt", "pit"], parts=["bolt"]).classes) == ["pit"]


def test_wedges_point_where_the_top_points():
    svg = ElementTree.fromstring(rose({9: 4, 0: 1}, 10.0, "angles"))
    wedges = [path.get("d") for path in svg if path.get("class") == "bar"]
    up, left = (np.array([list(map(float, pair.split())) for pair in d[1:-1].split("L")]) for d in wedges)
    assert abs(up[:, 0].mean() - 150) < 1 and up[1:, 1].max() < 150  # 0: up
    assert left[1:, 0].max() < 150 and abs(left[:, 1].mean() - 150) < 1  # 90: left
    reach = [math.dist(wedge[0], wedge[1]) for wedge in (up, left)]
    assert reach[1] == pytest.approx(2 * reach[0], abs=0.2)  # four times the count, twice the radius


def test_an_empty_rose_has_no_wedge():
    assert 'class="bar"' not in rose({}, 10.0, "none")


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("angle", [0.0, 90.0, 180.0, -90.0, 37.0])
def test_the_arrow_points_where_the_top_points_on_any_surface(level, angle):
    picture = np.full((200, 200, 3), level, np.uint8)
    drawn = draw_angles(picture, Rect(0, 0, 200, 200), Orientation.at(angle), [])
    radius = 17.0
    dial = drawn[4 : 4 + 2 * round(radius), 4 : 4 + 2 * round(radius)]
    rows, columns = np.nonzero(dial[..., 0] > 200)
    inside = np.hypot(rows - radius, columns - radius) < 0.8 * radius
    heavy = np.array([columns[inside].mean() - radius, rows[inside].mean() - radius])  # the head is the heavier end
    up = np.array([-math.sin(math.radians(angle)), -math.cos(math.radians(angle))])
    assert heavy @ up > 0.8 * np.hypot(*heavy) > 0.5
    assert (dial[..., 0] < 120).sum() > 200
    assert (drawn[60:] == level).all()


def test_the_box_of_a_part_has_its_mark_on_its_own_top_edge():
    picture = np.full((120, 120, 3), 128, np.uint8)
    lying = part(90.0, (60, 60), (60, 40), hw=(120, 120))  # its top is at the left
    drawn = draw_angles(picture, Rect(0, 0, 120, 120), None, [(lying, RED)])
    red = (drawn == RED).all(axis=2)
    assert red[50:70, 42:50].sum() > 20  # the mark, inside of the left edge at 40
    assert red[50:70, 70:78].sum() == 0
    round_ = part(90.0, (60, 60), (60, 40), symmetry=0, hw=(120, 120))
    assert (
        not (draw_angles(picture, Rect(0, 0, 120, 120), None, [(round_, RED)])[50:70, 43:50] == RED).all(axis=2).any()
    )


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 180.0, -120.0])
def test_what_is_turned_back_is_upright(angle):
    upright = np.full((81, 81, 3), 60, np.uint8)
    upright[20:30, 20:61] = 250
    turned = Turn.about_centre(angle, (81, 81), (81, 81)).pixels(upright, 255)
    back = turned_back(turned, angle)
    assert back.shape == (81, 81, 3)
    assert back[25, 25:56, 0].min() > 200 and back[40:60, 25:56, 0].max() < 100


def test_a_part_is_turned_back_by_its_label_and_cut_at_the_images_end():
    image = np.full((SIZE, SIZE, 1), 30, np.uint8)
    lying = part(60.0, (16.0, 16.0))
    image[lying.region.full((SIZE, SIZE))] = 200
    shown = part_turned_back(image, lying, BLUE, 255, 100)
    turn = close_up(lying, 100)
    corners = turn.points(lying.quad_xy)
    assert np.allclose(corners, [(10, 23.33), (90, 23.33), (90, 76.67), (10, 76.67)], atol=0.01)
    assert shown[60:70, 20:80].min() > 150
    beyond = part(0.0, (400.0, 16.0))
    assert part_turned_back(image, beyond, BLUE, 255, 50).std() == 0


def test_panels_of_a_turned_image_are_image_turned_back_labels_and_part():
    image = np.full((40, 60, 1), 90, np.uint8)
    lying = part(20.0, (30, 20), hw=(40, 60))
    more = {"twin": None, "regions": (), "colours": (), "white": 255}
    row = SheetRow(image=image, orientation=Orientation.at(20.0), parts=((lying, RED),), **more)
    shown = panels(row, 64)
    assert [panel.shape[:2] for panel in shown] == [(43, 64), (64, 64), (43, 64), (64, 64)]
    alike = SheetRow(image=image, orientation=Orientation.at(20.0, 0), **more)
    assert [panel is None for panel in panels(alike, 64)] == [False, True, False, True]
    assert (np.array(panels(row, 64)[2]) == UP).all(axis=2).any()


def test_angles_are_said_in_few_words():
    assert [lies_said(how) for how in (None, Orientation.at(-0.001), Orientation.at(-37.256))] == ["", "0°", "-37.26°"]
    assert lies_said(Orientation.at(100.0, 4)) == "10° (symmetry 4)"
    lies = Orientation.at(5.0)
    assert parts_said([("bolt", lies)], lies) == "bolt"
    assert parts_said([("bolt", lies)] * 5, None) == "bolt 5°, bolt 5°, bolt 5° and 2 more"


def test_options_of_rotation_are_found_again(small_config):
    asked = ["rotation/fill=constant", "rotation.step=0.5", "rotation.range=[-45,45]"]
    config = small_config("recipe=rotation", *asked)
    assert set(asked) <= set(angle_choices(config))
    assert angle_choices(small_config()) == []


def test_generate_counts_parts_apart_and_tells_the_angles(command):
    code, out, _ = command(
        "generate", *ROTATION, "rotation.step=30", "roi=auto", "source.products=[cast_housing]", "out=set"
    )
    assert code == 0
    assert "defects:" not in out
    assert "parts: part 12\n" in out
    assert "angles: 12 images, " in out


def test_generate_tells_a_single_samples_angle(command):
    code, out, _ = command("generate", *ROTATION, "only=3", "out=set")
    assert code == 0
    assert "(good; " in out and "°)" in out


def test_a_preview_shows_turned_images_beside_themselves_turned_back(command, tmp_path):
    assert command("preview", *ROTATION, "count=3", "roi=auto", "out=set")[0] == 0
    assert (tmp_path / "set.run" / "preview.png").is_file()
