"""The catalogue holds every kind, and its sheets are drawn by the package."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from generator.cli.compose import group_options

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "catalogue"


@pytest.fixture(scope="module")
def draw():
    spec = importlib.util.spec_from_file_location("catalogue_draw", FOLDER / "draw.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_every_kind_is_listed_once_with_its_familys_picture():
    """A new kind is added by ``make catalogue``."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z_/]+)` \|", text, re.MULTILINE) == group_options("defect")
    pictures = re.findall(r"\((\w+\.jpg)\)", text)
    assert pictures == [
        f"{family}.jpg" for family in dict.fromkeys(k.partition("/")[0] for k in group_options("defect"))
    ]
    assert all((FOLDER / name).stat().st_size > 10_000 for name in pictures)


def test_the_index_says_what_each_kind_is(draw):
    kinds = draw.kinds()
    assert [kind.name for kind in kinds] == group_options("defect")
    assert all(len(kind.words) > 5 and kind.words.endswith(".") for kind in kinds)
    assert all(kind.words in draw.index(kinds) for kind in kinds)


def test_every_family_has_three_surfaces(draw):
    assert {kind.family for kind in draw.kinds()} <= set(draw.SURFACES)
    assert set(draw.OWN_SURFACES) <= set(group_options("defect"))
    assert all(len(set(three)) == 3 for three in (*draw.SURFACES.values(), *draw.OWN_SURFACES.values()))


def test_severities_rise_and_a_cell_shows_the_mask(draw, monkeypatch):
    monkeypatch.setattr(draw, "SIDE_PX", 96)
    monkeypatch.setattr(draw, "SAMPLES", 5)
    three = draw.three_severities("metal/pit", ("brushed_plate", 6))
    strengths = [i.params["measured"]["change_p90"] * i.mask.area_px**0.5 for _, i in three]
    assert strengths == sorted(strengths) and len(three) == 3
    picture = draw.cell(*three[-1])
    assert picture.shape == (draw.CELL_PX, draw.CELL_PX, 3) and picture.dtype == np.uint8
    assert (picture == draw.LINE).all(axis=2).any()
