"""How many synthetic images are taken, which, and with what weight."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.mix.balance import choose, most_synthetic, weights
from generator.mix.item import Item


def image(number, synthetic=True, **counts):
    return Item(key=f"{number}", synthetic=synthetic, counts=counts)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 0.5, 0.6, 2 / 3, 0.8, 0.95]))
def test_the_cap_is_the_largest_number_within_the_share(real, share):
    most = most_synthetic(real, share)
    assert most <= share * (real + most) + 1e-6 and most + 1 > share * (real + most + 1) - 1e-6


def test_a_share_of_three_fifths_and_a_ratio_of_one_to_two_are_exact():
    assert most_synthetic(40, 0.6) == 60 and most_synthetic(79, 2 / 3) == 158


def test_of_many_synthetic_images_those_are_taken_that_even_the_classes():
    items = [image(n, **{"often" if n < 80 else "rare": 1}) for n in range(100)]
    taken = choose(items, range(100), 40, seed=0)
    assert Counter(next(iter(items[n].counts)) for n in taken) == {"often": 20, "rare": 20}
    taken = choose(items, range(100), 60, seed=0)
    assert Counter(next(iter(items[n].counts)) for n in taken) == {"often": 40, "rare": 20}


def test_good_images_keep_the_share_they_had():
    items = [image(n, **({} if n % 4 == 0 else {"pit": 1})) for n in range(40)]
    taken = choose(items, range(40), 20, seed=0)
    assert len(taken) == 20 and sum(not items[n].counts for n in taken) == 5


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), max_size=2), max_size=30),
    st.integers(0, 30),
    st.integers(0, 3),
)
def test_exactly_the_number_is_taken_and_the_same_again(counts, number, seed):
    items = [image(n, **given) for n, given in enumerate(counts)]
    taken = choose(items, range(len(items)), number, seed)
    assert len(set(taken)) == len(taken) == min(number, len(items)) and taken == sorted(taken)
    assert taken == choose(items, range(len(items)), number, seed)


def test_weights_are_one_on_average_and_synthetic_images_have_their_share():
    real = [image(n, False, pit=1) for n in range(8)] + [image("r", False, crack=1), image("g", False)]
    items = [*real, *(image(f"s{n}", crack=1) for n in range(30))]
    for asked, share in ((0.5, 0.5), (0.2, 0.2), (None, 0.75)):
        got = weights(items, asked)
        assert sum(got) == pytest.approx(len(items))
        assert sum(w for w, one in zip(got, items, strict=True) if one.synthetic) / sum(got) == pytest.approx(share)


def test_within_one_origin_a_class_weighs_as_much_as_another():
    items = [image(n, False, pit=1) for n in range(8)] + [image("c", False, crack=1), image("g", False)]
    got = weights(items, None)
    assert got[8] == pytest.approx(got[9]) == pytest.approx(sum(got[:8]))


def test_an_image_weighs_as_its_rarest_class():
    items = [image(1, False, pit=1), image(2, False, pit=1), image(3, False, pit=5, crack=1)]
    got = weights(items, None)
    assert got[2] / got[0] == pytest.approx(3)


def test_one_origin_alone_has_all_the_mass():
    assert weights([image(1, pit=1)], 0.5) == [1.0] and weights([], 0.5) == []
