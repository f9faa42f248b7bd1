"""Law 3 for text: labels, masks and exports of a text data set are the same bytes however it is made."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson
import pytest

from generator.cli.compose import compose_config
from generator.cli.main import main
from generator.dataset.store import Store
from generator.run.generate import Job

EXPORTS = "export=[paddleocr_rec,paddleocr_det,icdar2015,lmdb,coco_text,yolo_char,char_folders,text_jsonl,coco]"
SET = (
    "recipe=text",
    "text/corpus=lot_code",
    "text/fault=[smear,missing_part,double_print]",
    "text/font=by_split",
    "text/warp=tilt",
    "camera=mild",
    "count=30",
    "seed=0",
    EXPORTS,
    "report=false",
)


def make(root: Path, *more: str) -> Path:
    assert main(["generate", *SET, f"out={root}", *more]) == 0
    return root


def digest(root: Path) -> str:
    """Return the hash of all that a data set holds but how it was cut into shards."""
    files = sorted(p for p in root.rglob("*") if p.is_file() and "shards" not in p.relative_to(root).parts)
    kept = [p for p in files if p.name != "spec.json"]
    assert any(p.name == "data.mdb" for p in kept)
    lines = [f"{p.relative_to(root)} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in kept]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("serial") / "set", "executor=serial")


@pytest.mark.parametrize("how", [("executor.workers=2", "shard_size=4"), ("executor=serial", "shard_size=7")])
def test_workers_and_shards_do_not_change_a_byte_of_text_or_label(tmp_path, expected, how):
    assert digest(make(tmp_path / "set", *how)) == digest(expected)


def test_records_on_disk_say_what_the_samples_in_memory_say(expected):
    from generator import samples

    made = {sample.spec.key: sample for sample in samples(*SET)}
    for record in Store.open(expected):
        sample = made[record.key]
        assert len(record.text) == len(sample.text)
        for read, said in zip(record.text, sample.text, strict=True):
            assert read.text == said.text and read.chars == said.chars and read.words == said.words
            assert (read.char_boxes_xywh == said.char_boxes_xywh).all()
            assert (read.char_quads_xy == said.char_quads_xy).all()


def test_one_sample_drawn_again_alone_has_the_same_line(expected, tmp_path):
    lines = (expected / "records.jsonl").read_bytes().splitlines()
    job = Job(compose_config("generate", [*SET, f"out={tmp_path / 'set'}", "only=7"]))
    folder, _ = job.run_only(7)
    again = orjson.loads((folder / "000007.json").read_bytes())
    before = next(line for line in map(orjson.loads, lines) if line["index"] == 7)
    assert again == before
    assert (folder / again["image"]).read_bytes() == (expected / before["image"]).read_bytes()
    assert (folder / again["char_mask"]).read_bytes() == (expected / before["char_mask"]).read_bytes()
