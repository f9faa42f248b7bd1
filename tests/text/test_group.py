"""Texts that one machine wrote look alike; texts of two machines need not."""

from __future__ import annotations

import pytest

from generator import samples

LABEL = ("recipe=text", "source=drawn/plain_label", "source.size_wh=[300,300]", "text/layout=food_label", "seed=2")
SCENE = ("recipe=text", "text/layout=surface", "text/corpus=lot_code", "text.layout.count=[4,4]", "seed=2", "count=3")
ARTWORK, CODER = ("product", "ingredients", "net_weight", "ean"), ("best_before", "lot")


def looks(lines) -> list[tuple]:
    return [(line.params["face"], line.params["contrast"], str(line.params["marking"])) for line in lines]


def test_the_fields_of_a_group_share_face_colours_and_contrast():
    apart = 0
    for sample in samples(*LABEL, "text.marking.contrast=[0.1,0.3]", "count=6"):
        groups = [looks([line for line in sample.text if line.name in names]) for names in (ARTWORK, CODER)]
        assert all(group and len(set(group)) == 1 for group in groups)
        apart += groups[0][0] != groups[1][0]
    assert apart >= 5


@pytest.mark.parametrize("marking", ["ink", "engraved_filled", "seven_segment"])
def test_a_group_is_dark_or_light_as_one_where_the_surface_is_both(marking):
    given = (*LABEL, f"text/marking={marking}", "text.marking.kinds=[outline]", "text.marking.contrast=[0.1,0.2]")
    for sample in samples(*given, "source=drawn/circuit_board", "count=4"):
        for names in (ARTWORK, CODER):
            grounds = [line.params["marking"]["ground"] for line in sample.text if line.name in names]
            assert grounds and all(ground == grounds[0] for ground in grounds)


def test_a_face_that_lacks_a_letter_is_replaced_for_that_text_alone():
    given = ("text/font=dot_matrix", "text/marking=dot_matrix", "text.layout.texts.lot.corpus.patterns=['[a-z]{9}']")
    given += ("text.font.faces.dot_5x5.weight=9",)  # it has capitals alone
    faces = [{line.name: line.params["face"] for line in sample.text} for sample in samples(*LABEL, *given, "count=8")]
    changed = [face for face in faces if face["best_before"] != face["lot"]]
    assert changed and all(face["best_before"].startswith("dot_5x5") for face in changed)


def test_texts_of_a_scene_are_alike_where_asked_for():
    scene = (*SCENE, "source=drawn/plain_label", "source.size_wh=[300,300]")
    assert any(len(set(looks(sample.text))) > 1 for sample in samples(*scene))
    for sample in samples(*scene, "text.layout.alike=true", "text.layout.least_scale=1"):
        assert len(set(looks(sample.text))) == 1
        assert len({round(line.params["height_px"]) for line in sample.text}) == 1


def test_texts_are_turned_by_one_of_the_given_angles():
    scene = (*SCENE, "source=drawn/plain_label", "text.layout.rotation_deg=0", "text.layout.turns_deg=[0,90]")
    seen = set()
    for sample in samples(*scene):
        for line in sample.text:
            right, up = line.baseline_xy[-1] - line.baseline_xy[0]
            seen.add((abs(right) > 1, abs(up) > 1))
    assert seen == {(True, False), (False, True)}
