"""Images that stand apart are named with their kind, and an even set has none."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from generator.health.look import look_at
from generator.health.oddity import find_oddities
from tests.health.toy import SIDE, surface, write


@pytest.fixture
def even(tmp_path):
    """Looks of sixteen parts whose exposure varies by a fifth."""
    gains = np.linspace(0.9, 1.1, 16)
    return [look_at(write(tmp_path / f"{n}.png", surface(n) * gain), SIDE) for n, gain in enumerate(gains)]


def found(even, tmp_path, pixels):
    cv2.imwrite(str(tmp_path / "odd.png"), pixels)
    oddities = find_oddities([*even, look_at(tmp_path / "odd.png", SIDE)])
    assert {oddity.image for oddity in oddities} == {len(even)}
    return {oddity.kind: oddity.message for oddity in oddities}


def eight_bit(grey):
    return np.clip(grey, 0, 255).astype(np.uint8)


def test_an_even_set_has_no_odd_image(even):
    assert find_oddities(even) == []


def test_a_dark_image_is_named_with_the_number_and_the_sets_own(even, tmp_path):
    said = found(even, tmp_path, eight_bit(surface(50) * 0.2))
    assert said["dark"].startswith("mean 9.") and "the set's 46" in said["dark"]


def test_an_overexposed_image_is_named(even, tmp_path):
    assert "overexposed" in found(even, tmp_path, eight_bit(surface(50) * 2.1))


def test_a_flat_image_is_named(even, tmp_path):
    assert "low_contrast" in found(even, tmp_path, eight_bit(120 + (surface(50) - 120) * 0.2))


def test_a_blurred_image_is_named(even, tmp_path):
    assert list(found(even, tmp_path, eight_bit(cv2.GaussianBlur(surface(50), (0, 0), 2.5) * 3 - 240))) == ["blurred"]


def test_another_size_is_named(even, tmp_path):
    larger = np.kron(surface(50), np.ones((1, 1)))
    said = found(even, tmp_path, eight_bit(np.vstack([larger, surface(51)])))
    assert said == {"size": f"{SIDE} x {2 * SIDE} px, most are {SIDE} x {SIDE} px"}


def test_other_channels_and_another_colour_are_named(even, tmp_path):
    grey = surface(50)
    said = found(even, tmp_path, eight_bit(np.dstack([grey * 0.6, grey, grey])))
    assert said["channels"] == "colour, most are grey"
    assert said["colour"].startswith("red 1.00 and blue 0.60 of green")


def test_another_depth_is_named(even, tmp_path):
    said = found(even, tmp_path, (surface(50) * 257).astype(np.uint16))
    assert said == {"depth": "16 bit, most are 8 bit"}


def test_many_images_of_another_colour_are_another_kind_of_product(even):
    red = [replace(look, rgb=(2 * look.rgb[0], look.rgb[1], look.rgb[2])) for look in even[:4]]
    assert find_oddities([*even[4:], *red]) == []
