"""Words, files and composed texts."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from generator.core.errors import AssetError, ConfigError, RangeError
from generator.core.units import Range
from generator.text.corpus.characters import Characters
from generator.text.corpus.file import FileLines
from generator.text.corpus.key_value import KeyValue
from generator.text.corpus.letters import alphabet
from generator.text.corpus.lexicon import languages, lines_of, words_of
from generator.text.corpus.pattern import Pattern
from generator.text.corpus.several import Joined, OneOf
from generator.text.corpus.words import Words
from generator.text.port import Ask


def drawn(corpus, count, split="train", **ask):
    rng = np.random.default_rng(0)
    return [corpus.draw(Ask(index=i, split=split, seed=3, **ask), rng) for i in range(count)]


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes("\ufeffone\r\n\r\n two|2 \r\nthree\r\n".encode())
    return str(path)


def test_dictionaries_are_found_without_importing_their_package():
    probe = (
        "import sys, numpy as np; from generator.text.corpus.words import Words; from generator.text.port import Ask;"
        "Words(languages=('ar',)).draw(Ask(index=0, split='train', seed=0), np.random.default_rng(0));"
        "print('trdg' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("language", ["el", "fi", "zh", "ko", "ka", "hy", "es", "industry_en", "industry_de"])
def test_our_own_lists_are_there(language):
    assert language in languages() and len(words_of(language)) >= 100


def test_words_that_could_not_be_decoded_are_left_out():
    assert not any("\ufffd" in word or " " in word for word in words_of("es"))


def test_words_keep_to_case_length_letters_and_count():
    corpus = Words(
        languages=("af",), per_text=Range(2, 3), case="upper", length=Range(4, 9), max_letters=24, letters="latin"
    )
    made = drawn(corpus, 500)
    assert all(text == text.upper() and len(text) <= 24 for text in made)
    assert all(4 <= len(word) <= 9 and set(word) <= set(alphabet("latin")) for text in made for word in text.split())
    assert {len(text.split()) for text in made} >= {2, 3}
    assert all(corpus.matches(text) for text in made[:50]) and not corpus.matches("qqqqq")


def test_splits_share_no_word():
    corpus = Words(languages=("mi",), by_split=True, case="any", shares={"train": 0.5, "test": 0.5})
    train, test = ({text.casefold() for text in drawn(corpus, 1500, split)} for split in ("train", "test"))
    assert not train & test and min(len(train), len(test)) > 500


def test_a_split_without_words_is_one_paragraph():
    corpus = Words(words=("A", "B"), by_split=True, shares={"train": 1.0, "test": 0.0})
    with pytest.raises(ConfigError, match="by_split") as caught:
        drawn(corpus, 1, "test")
    assert "\n" not in str(caught.value)


def test_lines_come_each_once_in_turn_or_shuffled(lines):
    assert drawn(FileLines(path=lines), 4) == ["one", "two|2", "three", "one"]
    shuffled = FileLines(path=lines, order="shuffled")
    assert sorted(drawn(shuffled, 3)) == ["one", "three", "two|2"]
    assert drawn(FileLines(path=lines, line_break="|"), 2)[1] == "two\n2"
    assert set(drawn(FileLines(path=lines), 30, retry=1)) == {"one", "two|2", "three"}


def test_lines_of_a_file_can_belong_to_one_split(tmp_path):
    path = tmp_path / "many.txt"
    path.write_text("\n".join(f"line {i}" for i in range(200)))
    corpus = FileLines(path=str(path), order="drawn", by_split=True)
    train, test = (set(drawn(corpus, 900, split)) for split in ("train", "test"))
    assert not train & test and 10 < len(test) < 40 and len(train) > 130
    with pytest.raises(RangeError, match="order"):
        FileLines(path=str(path), by_split=True)


def test_a_changed_file_changes_texts_and_digest(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("alpha\n")
    file, words = FileLines(path=str(path)), Words(path=str(path))
    before = file.digest(), words.digest()
    path.write_text("beta 2\n")
    assert drawn(file, 1) == drawn(words, 1) == ["beta 2"]
    assert before[0] != file.digest() and before[1] != words.digest()


@pytest.mark.parametrize("content", [None, b"", b"a\x07b", b"\xff\xfe\xfa"])
def test_a_file_that_cannot_be_used_is_one_paragraph(tmp_path, content):
    path = tmp_path / "bad.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AssetError) as caught:
        drawn(FileLines(path=str(path)), 1)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_alternatives_come_as_often_as_their_weights_say():
    corpus = OneOf(choices={"a": Pattern(patterns=("A",)), "b": Pattern(patterns=("B",))}, weights={"a": 3})
    assert 0.72 < Counter(drawn(corpus, 3000))["A"] / 3000 < 0.78
    assert corpus.matches("A") and not corpus.matches("C")
    with pytest.raises(RangeError, match="c"):
        OneOf(choices={"a": Pattern(patterns=("A",))}, weights={"c": 1})


def test_parts_are_joined_in_order_and_alike_parts_differ():
    same = Characters(length=Range(6, 6))
    made = drawn(Joined(parts={"a": same, "b": same}), 50)
    assert all(text.count("\n") == 1 and text[:6] != text[7:] for text in made)
    digits = {name: Pattern(patterns=(name,)) for name in "123"}
    some = Joined(parts=digits, separator="-", per_text=Range(1, 2))
    assert set(drawn(some, 300)) == {"1", "2", "3", "1-2", "1-3", "2-3"}
    assert some.matches("1-3") and not some.matches("3-1") and not some.matches("1-2-3")


def test_keys_stand_before_their_values():
    fields = {"LOT|BATCH": Pattern(patterns=(r"[A-Z]\d",)), "SN": Pattern(patterns=(r"\d{3}",))}
    corpus = KeyValue(fields=fields, separators=(": ",), per_text=Range(1, 2), order="shuffled")
    made = drawn(corpus, 300)
    assert all(corpus.matches(text) for text in made)
    assert {text.split(":")[0] for text in made} == {"LOT", "BATCH", "SN"}
    assert {text.count("\n") for text in made} == {0, 1}
    assert not corpus.matches("SN: A12") and not corpus.matches("SN: 123\nSN: 456")


def test_digests_of_parts_are_joined(lines):
    assert OneOf(choices={"a": Pattern(patterns=("A",))}).digest() == ""
    assert Joined(parts={"a": FileLines(path=lines)}).digest() != ""


def test_an_unknown_language_is_named_with_the_closest():
    with pytest.raises(RangeError, match="klingon"):
        Words(languages=("klingon",))


def test_spaces_of_any_width_are_spaces_and_a_tab_is_named(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("LOT\u00a0123\n東京\u3000大阪\n", encoding="utf-8")
    assert lines_of(str(path)) == ("LOT 123", "東京 大阪")
    path.write_text("a\nb\tc\n", encoding="utf-8")
    with pytest.raises(AssetError, match=r"a control character U\+0009 in line 2"):
        lines_of(str(path))


def test_a_file_in_another_encoding_is_answered_with_the_key(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes("x\nStück\n".encode("latin-1"))
    with pytest.raises(AssetError, match=r"in line 2.*text\.corpus\.encoding="):
        lines_of(str(path))
    assert lines_of(str(path), "latin-1") == ("x", "Stück")
