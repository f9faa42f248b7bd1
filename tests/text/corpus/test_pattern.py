"""Patterns: what is made of an expression is matched by it in full."""

import re
from collections import Counter

import numpy as np
import pytest

from generator.core.errors import ConfigError, RangeError
from generator.run.build import build
from generator.text.corpus.pattern import Pattern
from generator.text.port import Ask

ASK = Ask(index=0, split="train", seed=0)
PATTERNS = (
    r"[A-Z]{2}\d{6}",
    r"(?P<month>0[1-9]|1[0-2])/(?P<year>2[4-9])",
    r"LOT[: ]?[A-HJ-NP-Z]\d{3,5}(-\d{1,2})?",
    r"(?P<a>[AB]\d)-(?P=a)-\1",
    r"[^\W\d_]{3,8}",
    r"\w+[.\-]\w*x",
    r"Ø \d{1,2}([.,]\d)? mm",
    r"a(?:b|cd|(?:ef){2})*?g",
    r"[\u0410-\u042f]{2,4}|[αβγ]{3}",
    r"^[0-9a-f]{4}(?#colon):[]a-c^-]{2}$",
    r".{5}\S\d\D",
    r"ONE\nTWO \d",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_match_their_pattern_in_full(pattern):
    corpus, rng, wanted = Pattern(patterns=(pattern,)), np.random.default_rng(1), re.compile(pattern)
    made = [corpus.draw(ASK, rng) for _ in range(4000)]
    assert [text for text in made if not wanted.fullmatch(text)] == []
    assert corpus.matches(made[0]) and not corpus.matches(made[0] + "\u0001")


def test_every_choice_is_taken():
    corpus, rng = Pattern(patterns=(r"(EXP|BB|MHD)[0-2]x?y{0,2}",)), np.random.default_rng(0)
    assert len({corpus.draw(ASK, rng) for _ in range(2000)}) == 3 * 3 * 2 * 3


def test_weights_hold():
    corpus, rng = Pattern(patterns=("A", "B", "C"), weights=(3, 1, 0)), np.random.default_rng(0)
    seen = Counter(corpus.draw(ASK, rng) for _ in range(4000))
    assert set(seen) == {"A", "B"} and 0.72 < seen["A"] / 4000 < 0.78


def test_letters_that_are_taken_for_others_are_boosted():
    corpus, rng = Pattern(patterns=("[A-Z0-9]{10}",), boost=4.0), np.random.default_rng(0)
    seen = Counter("".join(corpus.draw(ASK, rng) for _ in range(4000)))
    assert 3.4 < seen["0"] / seen["A"] < 4.6 and 3.4 < seen["B"] / seen["4"] < 4.6


@pytest.mark.parametrize(
    ("pattern", "what", "place"),
    [
        (r"A\bB", "word boundary", 1),
        (r"AB(?=C)", "lookahead", 2),
        (r"[(?=]x(?<!C)", "lookbehind", 6),
        (r"(?i)abc", "flag", 0),
        (r"A*+", "possessive", 1),
        (r"(?>AB)", "atomic", 0),
        (r"(A)?(?(1)B|C)", "condition", 4),
        (r"\^A^", "anchor", 3),
        (r"A(B", "position 1", None),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_position(pattern, what, place):
    with pytest.raises(ConfigError) as caught:
        build({"_target_": "generator.text.corpus.pattern.Pattern", "patterns": ["A", pattern]}, "text.corpus")
    message = str(caught.value)
    assert message.startswith("text.corpus.patterns[1]: expected ") and what in message and "\n" not in message
    assert place is None or f"position {place} " in message


@pytest.mark.parametrize("pattern", ["(?:(a)|b)\\1", "[^\\s\\S]", "a{501}", "\\x01"])
def test_what_has_no_text_is_refused(pattern):
    with pytest.raises(RangeError):
        Pattern(patterns=(pattern,))


@pytest.mark.parametrize("pattern", ["[[:alpha:]]{3}", "[a--b]", "[a-c&&b]"])
def test_sets_in_sets_are_refused_and_not_read_as_something_else(pattern):
    with pytest.raises(RangeError, match=r"write \[A-Za-z\]"):
        Pattern(patterns=(pattern,))


def test_empty_texts_and_spaces_at_the_ends_are_never_given():
    corpus, rng = Pattern(patterns=(r"\s?A?\s?",)), np.random.default_rng(0)
    assert {corpus.draw(ASK, rng) for _ in range(100)} == {"A"}
    with pytest.raises(ConfigError):
        Pattern(patterns=("X* ",)).draw(ASK, rng)
