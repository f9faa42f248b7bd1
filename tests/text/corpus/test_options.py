"""Every option in conf/text/corpus: its texts keep what it promises."""

import pickle
from pathlib import Path

import pytest
import yaml

from generator.core.seeds import stage_rng
from generator.run.build import build
from generator.text.corpus.sound import is_sound
from generator.text.port import Ask

ROOT = Path(__file__).resolve().parents[3]
OPTIONS = sorted(path.stem for path in (ROOT / "conf" / "text" / "corpus").glob("*.yaml"))


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "lines.txt"
    path.write_text("\n".join(f"Line {i}" for i in range(50)), encoding="utf-8")
    return path


def corpus_of(option, lines):
    """Return the option, with a file where it needs one and a small dictionary instead of the English one."""
    text = (ROOT / "conf" / "text" / "corpus" / f"{option}.yaml").read_text(encoding="utf-8")
    return build(yaml.safe_load(text.replace("???", str(lines)).replace("[en]", "[mi]")), "text.corpus")


def texts(corpus, indices, seed=1):
    asks = [Ask(index=i, split="train", seed=seed) for i in indices]
    return [corpus.draw(ask, stage_rng(seed, ask.index, 0, "text")) for ask in asks]


@pytest.mark.parametrize("option", OPTIONS)
def test_texts_can_be_read_and_fit_their_corpus(option, lines):
    corpus = corpus_of(option, lines)
    made = texts(corpus, range(300))
    assert all(is_sound(text) for text in made)
    assert [text for text in made if not corpus.matches(text)] == []
    assert not corpus.matches("€ not one of them")
    assert len(set(made)) > 40


@pytest.mark.parametrize("option", OPTIONS)
def test_a_text_follows_from_seed_and_index_alone(option, lines):
    corpus = corpus_of(option, lines)
    there = texts(corpus, range(40))
    back = texts(pickle.loads(pickle.dumps(corpus)), range(39, -1, -1))[::-1]
    assert there == back
    if option != "file":
        assert there != texts(corpus, range(40), seed=2)


@pytest.mark.parametrize("option", OPTIONS)
def test_every_key_has_a_comment_above(option):
    above = ""
    for line in (ROOT / "conf" / "text" / "corpus" / f"{option}.yaml").read_text(encoding="utf-8").splitlines():
        stripped = line.strip()
        is_key = ":" in stripped and not stripped.startswith(("#", "-", "_target_")) and not line.startswith("  ")
        assert not is_key or above.startswith("#"), line
        above = stripped
