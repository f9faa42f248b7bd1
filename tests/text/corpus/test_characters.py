"""Characters: counts are exact over the set, whoever draws them."""

from collections import Counter

import numpy as np
import pytest

from generator.core.errors import RangeError
from generator.core.units import Range
from generator.text.corpus.characters import Characters
from generator.text.corpus.letters import alphabet, known_alphabets
from generator.text.port import Ask


def drawn(corpus, indices, **ask):
    rng = np.random.default_rng(0)
    return [corpus.draw(Ask(index=i, split="train", seed=3, **ask), rng) for i in indices]


@pytest.mark.parametrize("names", ["digits+latin_upper", "ascii", "cyrillic"])
def test_over_any_prefix_of_the_set_counts_differ_by_one_at_most(names):
    corpus = Characters(alphabet=names, length=Range(3, 14))
    made = drawn(corpus, range(3000))
    units = alphabet(names)
    for stop in (7, 100, 1111, 3000):
        seen = Counter("".join(made[:stop]))
        assert max(seen.values()) - min(seen[unit] for unit in units) <= 1
    lengths = Counter(map(len, made))
    assert set(lengths) == set(range(3, 15)) and set(lengths.values()) == {250}
    assert all(corpus.matches(text) for text in made[:100])


def test_counts_are_within_five_percent_of_their_weights():
    corpus = Characters(alphabet="code", weights={"A": 0.5, "7": 3.3}, boost=2.0)
    seen = Counter("".join(drawn(corpus, range(10000))))
    unit = seen["K"]
    wanted = {"A": 0.5, "7": 3.3, "0": 2.0, "O": 2.0, "8": 2.0, "W": 1.0}
    assert all(abs(seen[letter] / unit / weight - 1) < 0.05 for letter, weight in wanted.items())


def test_a_text_does_not_depend_on_who_drew_before():
    corpus = Characters()
    made = drawn(corpus, range(600))
    assert drawn(corpus, range(599, -1, -7)) == made[::-7]


def test_places_parts_and_another_try_say_something_else():
    corpus = Characters()
    first = drawn(corpus, range(20))
    others = [drawn(corpus, range(20), place=1), drawn(corpus, range(20), part=1), drawn(corpus, range(20), retry=1)]
    assert all(set(first).isdisjoint(other) for other in others)


def test_units_of_several_letters_are_matched():
    corpus = Characters(alphabet="thai_syllables", length=Range(2, 3))
    made = drawn(corpus, range(200))
    assert all(corpus.matches(text) for text in made) and not corpus.matches("ก" * 4)


@pytest.mark.parametrize("name", known_alphabets())
def test_an_alphabet_holds_each_letter_once_and_no_space(name):
    units = alphabet(name)
    assert len(units) == len(set(units)) >= 9 and not any(unit.isspace() for unit in units)


@pytest.mark.parametrize(
    ("field", "given", "what"),
    [
        ("alphabet", "klingon", "klingon"),
        ("weights", {"é": 1}, "é"),
        ("length", Range(0, 4), "length"),
        ("boost", 0, "boost"),
    ],
)
def test_a_wrong_field_is_named(field, given, what):
    with pytest.raises(RangeError, match=what) as caught:
        Characters(**{field: given})
    assert caught.value.field.startswith(field) and "\n" not in str(caught.value)
