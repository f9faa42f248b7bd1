"""What a training gathers from a data set: defects alone on their surfaces, good images, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from generator.cli.compose import compose_config, group_options
from generator.core.errors import ConfigError
from generator.harvest.harvest import HarvestRequest
from generator.train.drawn import drawn_examples
from generator.train.material import gather
from generator.train.references import references
from generator.train.request import TrainRequest
from generator.train.stages import drawn_kinds, patches_of
from generator.train.survey import survey
from tests.fit.toy import save, surface, write_real


def compose(overrides):
    return compose_config("generate", overrides)


class Small:
    """Settings as far as the data path asks for them."""

    kind, size, thin_px, batch = "gan", 32, 8.0, 2


def test_a_defect_lies_alone_on_its_filled_surface(tmp_path):
    real = gather(write_real(tmp_path / "real"), TrainRequest())
    assert real.classes == ("crack", "spot") and real.channels == 1 and real.white == 255
    assert [(one.defects, one.images, one.held_out) for one in real.real] == [(4, 4, 0), (4, 4, 0)]
    assert len(real.goods) == 2 and real.goods[0].max() <= 1.0
    for one in real.examples:
        assert np.array_equal(one.pixels[one.alpha == 0], one.surface[one.alpha == 0])
        change = (one.pixels - one.surface)[one.alpha == 1].mean()
        assert change < -0.1 if one.category == "crack" else change > 0.1


def test_grey_and_colour_images_meet_in_colour(tmp_path):
    root = write_real(tmp_path / "real")
    save(root / "good" / "colour.png", surface(np.random.default_rng(1), channels=3))
    assert gather(root, TrainRequest()).channels == 1
    save(root / "defect" / "spot" / "00.png", surface(np.random.default_rng(2), channels=3))
    real = gather(root, TrainRequest())
    assert {one.pixels.shape[2] for one in real.examples} == {3} == {good.shape[2] for good in real.goods}


def test_held_out_images_are_never_learned_from(tmp_path):
    real = gather(write_real(tmp_path / "real", count=4), TrainRequest(held_out=0.25))
    learned = {(one.category, one.name) for one in real.examples}
    kept = {(one.category, one.name) for one in real.held_out}
    assert len(kept) == 2 and not learned & kept and set(real.images) == {name for _, name in learned}
    assert gather(tmp_path / "real", TrainRequest(held_out=0.2)).held_out == ()


def test_a_class_with_one_defect_is_refused_with_what_else_can_be_done(tmp_path):
    root = write_real(tmp_path / "real", count=1)
    with pytest.raises(ConfigError, match=r"two defects or more .*'crack', got 1\. .*harvest.*fit"):
        gather(root, TrainRequest())
    for number in range(3):
        save(root / "defect" / "spot" / f"1{number}.png", surface(np.random.default_rng(number)))
        save(root / "masks" / "spot" / f"1{number}.png", 255 * (np.indices((72, 96)).sum(axis=0) < 30))
    with pytest.raises(ConfigError, match=r"Leave it out with 'classes=\[spot\]'"):
        gather(root, TrainRequest())
    assert gather(root, TrainRequest(real=HarvestRequest(classes=("spot",)))).classes == ("spot",)


def test_what_a_data_set_allows_is_said(tmp_path):
    lines = survey(gather(write_real(tmp_path / "real"), TrainRequest()), Small())
    assert any(line.startswith("crack: 4 defects,") and "on 4 images" in line for line in lines)
    assert any(line.startswith("crack: narrowest") and "enlarged" in line for line in lines)
    assert any("few looks can be learned" in line for line in lines)


def test_drawn_defects_come_in_turn_with_their_true_twin(tmp_path):
    root = write_real(tmp_path / "real")
    request = TrainRequest(kinds={"spot": ("metal/pit",)})
    real = gather(root, request)
    kinds = drawn_kinds(root, request, real, group_options("defect"), compose)
    assert {name: len(found) for name, found in kinds.items()}["spot"] == 2
    assert len(kinds["crack"]) == 2 * len([option for option in group_options("defect") if option.endswith("/crack")])
    drawn = drawn_examples(kinds, real.goods, 12, 2, 0)
    again = drawn_examples(kinds, real.goods, 12, 2, 0)
    assert [one.category for one in drawn].count("spot") >= 4 and len(drawn) >= 10
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(drawn, again, strict=True))
    for one in drawn:
        assert np.array_equal(one.pixels[one.alpha == 0], one.surface[one.alpha == 0])
        assert np.abs(one.pixels - one.surface).max() > 0.02 and one.alpha.max() == 1.0


def test_kinds_for_a_class_that_is_not_learned_are_refused(tmp_path):
    root = write_real(tmp_path / "real")
    request = TrainRequest(kinds={"spott": ("metal/pit",)})
    with pytest.raises(
        ConfigError, match=r"kinds: expected classes that are learned, got 'spott'\. Did you mean 'spot'"
    ):
        drawn_kinds(root, request, gather(root, request), group_options("defect"), compose)


def test_references_show_the_real_defects_at_the_model_s_scale(tmp_path):
    real = gather(write_real(tmp_path / "real"), TrainRequest())
    shown = references(real.examples, 32, 8.0)
    assert set(shown) == {"crack", "spot"}
    for crops, extents in shown.values():
        assert crops.shape[1:] == (32, 32, 1) and extents.shape == crops.shape[:3]
        assert all(extent[8:24, 8:24].max() >= 0.5 for extent in extents)
        assert crops.min() >= 0 and crops.max() <= 1


def test_each_stage_has_its_own_examples(tmp_path):
    root = write_real(tmp_path / "real")
    real = gather(root, TrainRequest(held_out=0.25))
    stages, held_out = patches_of(real, (), Small(), seed=3)
    assert set(stages) == {"good", "real"} and held_out is not None
    assert stages["real"].batch(0, 2).defect.shape == (2, 1, 32, 32)
    assert {one.name for one in held_out.examples}.isdisjoint(real.images) or len(real.held_out) == 2
