"""How many defects are made of each class, by whom, and within which cap."""

import pytest

from generator.augment.request import (
    AugmentRequest,
    good_missing,
    missing_of,
    shared_out,
    targets_of,
    without_combinations,
)
from generator.core.errors import ConfigError

REAL = {"hole": 7, "scratch": 14, "rust": 0}


def test_a_target_is_the_largest_class_a_number_or_a_number_a_class():
    assert targets_of(AugmentRequest(), REAL) == {"hole": 14, "scratch": 14, "rust": 14}
    assert targets_of(AugmentRequest(target=30), REAL) == {"hole": 30, "scratch": 30, "rust": 30}
    assert targets_of(AugmentRequest(target={"hole": 9}), REAL) == {"hole": 9, "scratch": 14, "rust": 0}


def test_the_cap_binds_by_real_defects_and_is_said():
    missing, most, notes = missing_of(AugmentRequest(target=30, cap=2), REAL)
    assert missing == {"hole": 14, "scratch": 16, "rust": 30} and most["hole"] == 14
    assert notes == ["hole: 21 of 30, because cap=2 allows 14 made ones for 7 real; label more of them, or raise cap"]
    assert missing_of(AugmentRequest(target=10), REAL)[2] == [
        "scratch: 14 real ones are more than the 10 asked for; none is left out"
    ]


def test_the_makers_share_a_class_exactly_and_take_over_for_each_other():
    request = AugmentRequest(makers={"bank": 0.6, "fitted": 0.2, "procedural": 0.2, "rust": {"procedural": 1}})
    able = {"hole": ["bank", "fitted", "procedural"], "scratch": ["bank", "fitted"], "rust": ["procedural"]}
    shared = shared_out(request, {"hole": 7, "scratch": 8, "rust": 3}, able)
    assert {maker: counts for maker, counts in shared.items() if counts} == {
        "bank": {"hole": 4, "scratch": 6},
        "fitted": {"hole": 2, "scratch": 2},
        "procedural": {"hole": 1, "rust": 3},
    }


def test_a_maker_that_paints_with_a_model_needs_its_folder(tmp_path):
    with pytest.raises(ConfigError, match=r"models.gan: expected the folder of a trained model, got nothing"):
        AugmentRequest(makers={"bank": 0.5, "gan": 0.5})
    with pytest.raises(ConfigError, match=r"models: expected one of gan, diffusion, .* got 'gna'"):
        AugmentRequest(makers={"bank": 1.0}, models={"gna": tmp_path})
    assert AugmentRequest(makers={"gan": 1.0}, models={"gan": tmp_path}).shares_of("crack") == {"gan": 1.0}


def test_combinations_count_for_the_targets():
    request = AugmentRequest(combinations={"hole+scratch": 3})
    assert without_combinations(request, {"hole": 7, "scratch": 3}) == {"hole": 4, "scratch": 0}
    with pytest.raises(ConfigError, match=r"combinations: expected at most 2 images with scratch, .* got 3"):
        without_combinations(request, {"hole": 7, "scratch": 2})


def test_good_images_are_made_up_to_their_share():
    assert good_missing(None, 3, 40) == 0
    assert good_missing(0.2, 3, 40) == 7  # 10 of 50
    assert good_missing(0.2, 30, 40) == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target": "most"}, "target: expected largest, a number"),
        ({"target": -1}, "target: expected whole numbers"),
        ({"cap": -1}, "cap: expected a number >= 0"),
        ({"makers": {"banc": 1}}, "makers.banc: expected one of bank, fitted, procedural.*Did you mean 'bank'"),
        ({"makers": {"bank": 0}}, "makers: expected at least one share > 0"),
        ({"makers": {"bank": 1, "hole": {"bank": -1}}}, "makers.hole.bank: expected a number >= 0"),
        ({"good_share": 1.0}, r"good_share: expected null or a share in \[0, 1\)"),
        ({"rounds": 0}, "rounds"),
        ({"bound": 0.5}, r"feedback_bound: expected a number in \[1, 10\]"),
    ],
)
def test_values_out_of_range_are_refused(fields, message):
    with pytest.raises(ConfigError, match=message):
        AugmentRequest(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"target": {"hle": 3}},
        {"makers": {"bank": 1, "hle": {"bank": 1}}},
        {"kinds": {"hle": ["metal/pit"]}},
        {"combinations": {"hle+scratch": 1}},
    ],
)
def test_an_unknown_class_is_answered_with_the_nearest(fields):
    with pytest.raises(ConfigError, match=r"hle: expected a class of the data set.*Did you mean 'hole'"):
        AugmentRequest(**fields).require_classes(tuple(REAL))
