"""Other images: each on one side of a split, as deep and as colourful as the run's own."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from generator.core.errors import AssetError
from generator.rotation.images import OtherImages
from generator.rotation.kept import Kept
from generator.source.blank import Blank

LIKE = np.zeros((4, 4, 1), np.uint16)


def levels(count: int, split: str) -> set[int]:
    others, rng = OtherImages(source=Blank(count=count, mode="mono16")), np.random.default_rng(0)
    return {int(others.draw(LIKE, 65535, split, rng)[0, 0, 0]) for _ in range(200)}


@pytest.mark.parametrize("count", [3, 5, 10, 17])
def test_no_image_stands_on_two_sides(count):
    source = Blank(count=count)
    others = OtherImages(source=source)
    ranks = [set(range(*others._ranks(split))) for split in ("train", "val", "test")]
    assert all(ranks)
    assert sum(len(one) for one in ranks) == len(set.union(*ranks)) == count
    assert levels(count, "train").isdisjoint(levels(count, "test"))


def test_a_split_without_an_image_is_named():
    with pytest.raises(AssetError, match="the split test"):
        levels(2, "test")


@pytest.mark.parametrize(
    ("dtype", "white", "channels"), [(np.uint8, 255, 3), (np.uint16, 4095, 1), (np.uint16, 65535, 3)]
)
def test_depth_and_channels_are_those_of_the_run(dtype, white, channels):
    like = np.zeros((4, 4, channels), dtype)
    source = Blank(count=1, mode="rgb8")
    made = OtherImages(source=source).draw(like, white, "train", np.random.default_rng(0))
    assert made.dtype == dtype and made.shape[2] == channels
    own = int(source.load(source.source_id(0)).pixels[0, 0, 0])
    assert abs(int(made[0, 0, 0]) - own * white / 255) <= 1


def test_what_is_kept_stays_few_and_does_not_travel():
    kept, made = Kept(2), []
    for key in (1, 2, 1, 3, 1, 2):
        kept.get(key, lambda key=key: made.append(key) or key)
    assert made == [1, 2, 3, 2]
    again = pickle.loads(pickle.dumps(kept))
    assert again.get(1, lambda: "anew") == "anew"
