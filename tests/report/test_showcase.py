"""Tests of what is chosen to be looked at."""

from __future__ import annotations

from generator.report.showcase import Candidate, choose


def candidate(index: int, *categories: str, split: str = "train", source: str = "tile") -> Candidate:
    return Candidate(key=f"{index}", split=split, index=index, source_id=f"{source}-{index:06d}", categories=categories)


def test_every_class_is_shown_before_one_is_shown_twice():
    pool = [candidate(i, "pit") for i in range(20)] + [candidate(20, "scratch"), candidate(21, "hair")]
    chosen = choose(pool, ["pit", "scratch", "hair"], 3)
    assert {name for c in chosen for name in c.categories} == {"pit", "scratch", "hair"}


def test_products_and_splits_take_turns():
    pool = [
        candidate(i, "pit", source="tile" if i < 10 else "cap", split="train" if i % 5 else "val") for i in range(20)
    ]
    chosen = choose(pool, ["pit"], 4)
    assert sorted(c.family for c in chosen) == ["cap", "cap", "tile", "tile"]
    assert sorted(c.split for c in chosen) == ["train", "train", "val", "val"]


def test_no_more_are_chosen_than_there_are():
    assert len(choose([candidate(0, "pit")], ["pit", "scratch"], 12)) == 1
    assert choose([], ["pit"], 12) == []
