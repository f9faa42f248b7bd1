"""Every random number follows from the seed; the shuffle is a bijection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.core.seeds import Shuffle, stable_hash, stage_rng


def test_the_same_arguments_give_the_same_numbers():
    assert stage_rng(0, 3, 1, "defects").random(4).tolist() == stage_rng(0, 3, 1, "defects").random(4).tolist()


@pytest.mark.parametrize("other", [(1, 3, 1, "defects"), (0, 4, 1, "defects"), (0, 3, 2, "defects"), (0, 3, 1, "text")])
def test_any_other_argument_gives_other_numbers(other):
    assert stage_rng(0, 3, 1, "defects").random() != stage_rng(*other).random()


@given(n=st.integers(0, 600), seed=st.integers(0, 2**31))
def test_a_shuffle_holds_every_number_once(n, seed):
    shuffle = Shuffle(n, seed, "x")
    assert sorted(shuffle[i] for i in range(n)) == list(range(n))


def test_a_shuffle_leaves_few_numbers_in_place():
    shuffle = Shuffle(10_000, 0, "x")
    assert sum(shuffle[i] == i for i in range(10_000)) < 20


def test_two_names_give_two_orders():
    one, two = Shuffle(100, 0, "a"), Shuffle(100, 0, "b")
    assert [one[i] for i in range(100)] != [two[i] for i in range(100)]


def test_the_stable_hash_never_changes():
    assert stable_hash("good/0001.png") == 15620762661594100873
