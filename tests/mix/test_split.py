"""What shares provenance stands on one side, whatever was given and asked for."""

from __future__ import annotations

from collections import Counter
from math import isclose

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.errors import ConfigError
from generator.dataset.leak import Fingerprint
from generator.dataset.view import SPLITS
from generator.mix.item import Item
from generator.mix.request import MixRequest
from generator.mix.split import COPY, LEAK, STANDS_ON_HELD_OUT, families, largest_remainder, place_items

EVERYWHERE = ("train", "val", "test")
SHARES = {"train": 0.6, "val": 0.2, "test": 0.2}


def item(key, split="train", keys=(), **more):
    counts = more.pop("counts", {"scratch": 1})
    return Item(key=key, own_key=key, split=split, keys=frozenset({f"file {key}", *keys}), counts=counts, **more)


def place(*items, **request):
    return place_items(items, MixRequest(**request))


def random_items(seed):
    """Return images with random ties, sides and origins; pinned ones stand where their data set does."""
    rng = np.random.default_rng(seed)
    pinned = [None, *SPLITS][rng.integers(4)]
    found = []
    for number in range(rng.integers(1, 25)):
        part, print_ = int(rng.integers(3)), str(rng.integers(40))
        is_pinned = part == 2 and pinned is not None
        found.append(
            Item(
                part=part,
                own_key=str(number),
                key=str(number),
                split=pinned if is_pinned else SPLITS[rng.integers(3)],
                pinned=is_pinned,
                synthetic=part != 2 and rng.random() < 0.5,
                counts={name: int(rng.integers(1, 4)) for name in "abc" if rng.random() < 0.3},
                keys=frozenset({f"file {print_}", *(f"group {n}" for n in rng.integers(9, size=rng.integers(3)))}),
                image=Fingerprint(print_, ""),
                out="broken" if rng.random() < 0.1 else "",
            )
        )
    return found


items = st.integers(0, 2**32).map(random_items)
requests = st.builds(
    MixRequest,
    splits=st.sampled_from([None, SHARES, {"train": 0.5, "test": 0.5}]),
    on_leak=st.sampled_from(["drop", "move"]),
    synthetic_in=st.sampled_from([("train",), ("train", "val"), EVERYWHERE]),
    seed=st.integers(0, 3),
)


def placed(items, request):
    try:
        return place_items(items, request)
    except ConfigError as error:
        assert error.where == "splits" and all(i.synthetic or i.out for i in items)
        return None


@given(items, requests)
@settings(max_examples=150, deadline=None)
def test_no_key_and_no_family_stands_on_two_sides(given_items, request):
    placing = placed(given_items, request)
    if placing is None:
        return
    sides: dict[str, set[str]] = {}
    for one, split in zip(given_items, placing.splits, strict=True):
        for key in one.keys if split else ():
            sides.setdefault(key, set()).add(split)
    assert all(len(on) == 1 for on in sides.values())
    real = [n for n, one in enumerate(given_items) if not one.synthetic]
    for family in families(given_items, real):
        assert len({placing.splits[n] for n in family.members} - {None}) <= 1


@given(items, requests)
@settings(max_examples=100, deadline=None)
def test_every_image_is_placed_or_has_a_reason_and_synthetic_ones_stand_where_they_may(given_items, request):
    placing = placed(given_items, request)
    if placing is None:
        return
    for number, (one, split) in enumerate(zip(given_items, placing.splits, strict=True)):
        assert (split is None) == (number in placing.reasons)
        assert split is None or not one.synthetic or split in request.synthetic_in
    assert place_items(given_items, request) == placing


@given(items, st.sampled_from([("train",), EVERYWHERE]))
@settings(max_examples=100, deadline=None)
def test_kept_splits_leave_the_test_side_untouched(given_items, synthetic_in):
    placing = place(*given_items, synthetic_in=synthetic_in)
    for number, one in enumerate(given_items):
        if one.split == "test" and not one.synthetic:
            assert placing.splits[number] == "test" or placing.reasons[number] in (COPY, one.out)


@given(
    st.integers(1, 60),
    st.sampled_from([SHARES, {"train": 0.8, "val": 0.1, "test": 0.1}, {"train": 2 / 3, "val": 1 / 3}]),
)
def test_shares_of_single_images_are_exact_to_the_largest_remainder(count, shares):
    singles = [item(str(n), counts={"abc"[n % 3]: 1}) for n in range(count)]
    got = Counter(place(*singles, splits=shares).splits)
    assert {split: got[split] for split in shares} == largest_remainder(count, shares)


def test_the_rarest_class_is_spread_first():
    rare = [item(f"r{n}", counts={"rare": 1}) for n in range(5)]
    often = [item(f"o{n}", counts={"often": 1}) for n in range(45)]
    placing = place(*rare, *often, splits=SHARES)
    assert Counter(placing.splits[:5]) == {"train": 3, "val": 1, "test": 1}
    assert Counter(placing.splits) == {"train": 30, "val": 10, "test": 10}


def test_families_are_shared_out_whole():
    frames = [item(f"{board}-{n}", keys=[f"group {board}"]) for board in range(10) for n in range(5)]
    placing = place(*frames, splits=SHARES)
    assert Counter(placing.splits) == {"train": 30, "val": 10, "test": 10}
    assert all(len(set(placing.splits[5 * board : 5 * board + 5])) == 1 for board in range(10))


def test_shares_that_families_do_not_allow_are_said():
    frames = [item(str(n), keys=["group one"]) for n in range(10)]
    (note,) = place(*frames, splits=SHARES).notes
    assert "train 10 of 6, val 0 of 2, test 0 of 2; up to 10" in note


def test_another_seed_makes_other_splits():
    singles = [item(str(n)) for n in range(20)]
    assert place(*singles, splits=SHARES, seed=1).splits != place(*singles, splits=SHARES, seed=2).splits


LEAKING = (
    item("a", "train", ["group 7"]),
    item("b", "val", ["group 7"]),
    item("c", "test", ["group 7"]),
    item("d", "train"),
)


def test_of_a_leak_the_best_protected_side_stays():
    placing = place(*LEAKING)
    assert placing.splits == (None, None, "test", "train") and placing.reasons == {0: LEAK, 1: LEAK}
    assert placing.leaks == ({"train": ("a",), "val": ("b",), "test": ("c",)},)


def test_a_leak_can_move_to_train():
    assert place(*LEAKING, on_leak="move").splits == ("train", "train", "train", "train")


def test_a_leak_can_be_an_error_that_names_it():
    with pytest.raises(ConfigError, match=r"1 leaks, such as a \(train\) and b \(val\) and c \(test\)"):
        place(*LEAKING, on_leak="fail")


def test_images_are_one_family_through_others():
    chain = (item("a", "train", ["k"]), item("b", "train", ["k", "l"]), item("c", "test", ["l"]))
    assert place(*chain).splits == (None, None, "test")


def test_images_are_one_family_through_one_that_is_left_out():
    chain = (item("a", "train", ["k"]), item("b", "train", ["k", "l"], out="broken"), item("c", "test", ["l"]))
    assert place(*chain).splits == (None, None, "test")


def test_a_synthetic_image_goes_with_what_is_held_out_and_binds_nothing():
    photos = (item("p", "train", ["cut 1"]), item("q", "test", ["cut 2"]))
    made = (
        item("both", "train", ["cut 1", "cut 2"], synthetic=True),
        item("fine", "train", ["cut 1"], synthetic=True),
        item("stray", "val", ["cut 1"], synthetic=True),
    )
    placing = place(*photos, *made)
    assert placing.splits == ("train", "test", None, "train", "train")
    assert placing.reasons == {2: STANDS_ON_HELD_OUT}
    assert placing.leaks == ({"train": ("both",), "test": ("q",)},)


def test_a_synthetic_image_of_a_photo_that_was_dropped_from_train_is_left_out_too():
    photos = (item("a", "train", ["group 1", "cut"]), item("b", "test", ["group 1"]))
    assert place(*photos, item("made", synthetic=True, keys=["cut"])).splits == (None, "test", None)


def test_synthetic_images_stand_in_val_and_test_where_that_was_asked_for():
    made = [item(str(n), split, synthetic=True) for n, split in enumerate(EVERYWHERE)]
    assert place(*made).splits == ("train", "train", "train")
    assert place(*made, synthetic_in=("train", "val")).splits == ("train", "val", "train")
    assert place(*made, synthetic_in=EVERYWHERE).splits == EVERYWHERE


def test_only_real_images_are_shared_out_unless_synthetic_ones_may_be():
    made = [item(str(n), synthetic=True) for n in range(10)]
    with pytest.raises(ConfigError, match="real images to share out"):
        place(*made, splits=SHARES)
    assert Counter(place(*made, splits=SHARES, synthetic_in=EVERYWHERE).splits) == {"train": 6, "val": 2, "test": 2}


def test_a_pinned_data_set_takes_its_family_along():
    new = [item(f"n{n}") for n in range(9)]
    placing = place(item("old", "test", ["k"], pinned=True, part=1), item("same", keys=["k"]), *new, splits=SHARES)
    assert placing.splits[:2] == ("test", "test")
    assert Counter(placing.splits[2:]) == largest_remainder(9, SHARES)


def test_the_same_photo_of_two_data_sets_enters_once_and_a_data_set_keeps_its_own_copies():
    one, other = Fingerprint("1", ""), Fingerprint("2", "")
    photos = (
        item("a", image=one, keys=["f1"]),
        item("b", image=one, keys=["f1"], part=1),
        item("c", image=other, keys=["f2"]),
        item("d", image=other, keys=["f2"]),
    )
    for splits in (None, SHARES):
        placing = place(*photos, splits=splits)
        assert placing.reasons == {1: COPY} and placing.splits[2] == placing.splits[3]


@settings(deadline=None)
@given(st.integers(0, 500), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_largest_remainder_is_whole_and_within_one(total, parts):
    shares = {str(n): part / sum(parts) for n, part in enumerate(parts)}
    assert isclose(sum(shares.values()), 1)
    got = largest_remainder(total, shares)
    assert sum(got.values()) == total and all(abs(got[name] - total * shares[name]) < 1 for name in shares)
