"""Outlines of a trained model as a shape; the model itself is a stand-in here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from generator.core.errors import ConfigError, RangeError
from generator.core.seeds import stage_rng
from generator.core.units import Range, Scale
from generator.defect.outline import Learning, Room, Site
from generator.defect.shape.learned.outline import Learned


@dataclass(frozen=True)
class BoxPen:
    """Draws boxes, and says what it was asked for."""

    classes: tuple[str, ...] = ("crack", "pore")

    def draw(self, category, seed, scale, turn_deg, most_px):
        mask = np.ones((4, round(20 * scale)), bool)
        return mask, {"likeness": 0.95 if category == "pore" else 0.2, "turn_deg": turn_deg, "most_px": most_px}


@dataclass(frozen=True)
class BoxOutliner:
    """Loads the same pen from anywhere."""

    def load(self, checkpoint: Path) -> BoxPen:
        return BoxPen()

    def digest(self, checkpoint: Path) -> str:
        return checkpoint.name


def room(category: str = "crack") -> Room:
    return Room(image=np.zeros((60, 90, 1), np.uint8), white=255, roi=None, scale=Scale(60.0), light_deg=0.0,
                category=category)  # fmt: skip


def learned(**options) -> Learned:
    return Learned(**{"checkpoint": "models/mask", "outliner": BoxOutliner(), **options})


def test_the_outline_is_the_mask_with_a_soft_edge_beyond_it():
    outline = learned().draw(room(), Site(x=45.0, y=30.0), stage_rng(0, 0, 0, "shape"))
    assert np.array_equal(outline.drawn, outline.alpha == 1.0)
    assert outline.support.sum() > outline.drawn.sum() and outline.alpha[0, 0] < 0.1
    assert np.array_equal(outline.support, outline.alpha > 1 / 255)
    assert abs(outline.rect.x + outline.rect.w / 2 - 45) <= 1 and abs(outline.rect.y + outline.rect.h / 2 - 30) <= 1
    assert outline.params["category"] == "crack" and 0 <= outline.params["seed"] < 2**63
    assert 0.8 <= outline.params["scale"] <= 1.25 and outline.params["most_px"] == 135


def test_an_outline_follows_from_the_numbers_it_is_given():
    first, again, other = (
        learned().draw(room(), Site(x=9.0, y=9.0), stage_rng(0, index, 0, "shape")).params for index in (0, 0, 1)
    )
    assert first == again and first["seed"] != other["seed"]


def test_it_knows_its_class_and_the_hash_of_its_model():
    shape = learned()
    assert isinstance(shape, Learning) and shape.digest() == "mask"
    shape.require_class("pore")
    with pytest.raises(ConfigError, match=r"shape.category: expected one of crack, pore.*'crak'.*Did you mean 'crack'"):
        shape.require_class("crak")
    assert learned(category="pore").draw(room("crak"), Site(x=9, y=9), stage_rng(0, 0, 0, "shape")).params["category"]


def test_a_copy_of_a_real_outline_is_noticed():
    notes = [
        learned().noticed(learned().draw(room(name), Site(x=9, y=9), stage_rng(0, 0, 0, "shape")).params)
        for name in ("crack", "pore")
    ]
    assert notes[0] == () and notes[1][0].code == "copied_outline" and "0.95" in notes[1][0].message


@pytest.mark.parametrize(
    ("field", "value"), [("scale", Range(0.0, 1.0)), ("turn_deg", Range(-200.0, 0.0)), ("checkpoint", "")]
)
def test_options_out_of_range_are_named(field, value):
    with pytest.raises(RangeError) as caught:
        learned(**{field: value})
    assert caught.value.field.startswith(field)
