"""Tests of the report of a finished data set."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser

import orjson
import pytest

from generator.core.errors import AssetError, FormatError
from generator.report.page import CARD, NUMBERS, PAGE, write_report
from tests.report.conftest import make_sample

FILES = (PAGE, NUMBERS, CARD)


class Tags(HTMLParser):
    """Collects a page's tags, and every address that a browser would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: dict[str, int] = {}
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.fetched += [value for key, value in attrs if key in ("src", "srcset", "data", "poster")]
        self.fetched += [value for key, value in attrs if key == "href" and tag != "a"]


def numbers_of(root) -> dict:
    return orjson.loads((root / NUMBERS).read_bytes())


def codes_of(root) -> dict[str, str]:
    return {finding["code"]: finding["message"] for finding in numbers_of(root)["concerns"]}


def test_the_page_and_its_companions_lie_in_the_data_sets_folder(small_set):
    assert write_report(small_set) == small_set / "report.html"
    assert all((small_set / name).stat().st_size for name in FILES)


def test_counts_are_those_counted_by_hand(small_set):
    write_report(small_set)
    numbers = numbers_of(small_set)
    assert numbers["summary"] == "5 images: 2 good, 3 defective with 4 defects of 2 classes; 1 sample rejected."
    assert (numbers["images"], numbers["good"], numbers["defective"], numbers["defects"]) == (5, 2, 3, 4)
    assert numbers["splits"] == {
        "train": {"images": 3, "good": 1, "defective": 2},
        "val": {"images": 2, "good": 1, "defective": 1},
    }
    pit, scratch = numbers["classes"]["pit"], numbers["classes"]["scratch"]
    assert (pit["instances"], pit["images"]) == ({"train": 2, "val": 0}, {"train": 2, "val": 0})
    assert (scratch["instances"], scratch["images"]) == ({"train": 1, "val": 1}, {"train": 1, "val": 1})
    assert (pit["area_px"]["min"], pit["area_px"]["max"]) == (4, 16)
    assert (scratch["area_px"]["min"], scratch["area_px"]["max"]) == (8, 16)
    assert (pit["tiny"], pit["clipped"], scratch["tiny"], scratch["clipped"]) == (2, 1, 0, 0)
    assert numbers["defects_per_image"] == {"0": 2, "1": 2, "2": 1}
    assert numbers["image_sizes"] == {"32x32": 5}
    assert numbers["sources"]["count"] == 5
    assert sum(map(sum, numbers["position"])) == 4
    assert numbers["position"][2][2] == 1  # the pit at 4..6 of 32, in sixteenths
    assert sum(pit["contrast_rel"]["bins"]) == 2


def test_targets_missed_are_named_with_the_reason_of_the_rejects(small_set):
    write_report(small_set)
    numbers = numbers_of(small_set)
    assert numbers["targets"]["pit"] == {"planned": 3, "made": 2, "short": 1}
    assert numbers["targets"]["scratch"] == {"planned": 2, "made": 2, "short": 0}
    assert numbers["rejects"]["invisible"]["count"] == 1
    assert numbers["rejects"]["invisible"]["index"] == 5
    page = (small_set / PAGE).read_text(encoding="utf-8")
    assert "only=5" in page
    assert "pit 2 of 3 (invisible 1)" in page


def test_what_is_off_stands_at_the_top(small_set):
    write_report(small_set)
    found = codes_of(small_set)
    assert "1 of 6 planned samples" in found["many_rejects"]
    assert found["split_without_class"] == "Split val holds no pit."
    page = (small_set / PAGE).read_text(encoding="utf-8")
    assert page.index("many rejects") < page.index('id="sheet"')


def test_a_class_of_tiny_or_clipped_defects_is_named(data_set):
    root = data_set([make_sample(i, "train", [("pit", (0, 4, 2, 2)), ("scratch", (4, 9, 9, 2))]) for i in range(3)])
    write_report(root)
    found = codes_of(root)
    assert found["tiny"].endswith("pit 3 of 3.")
    assert found["clipped"].endswith("pit 3 of 3.")
    assert "faint" not in found


def test_the_same_data_set_gives_the_same_bytes_wherever_it_lies(small_set, tmp_path):
    elsewhere = tmp_path / "another" / "place"
    shutil.copytree(small_set, elsewhere)
    write_report(small_set)
    write_report(elsewhere)
    before = [(small_set / name).read_bytes() for name in FILES]
    assert before == [(elsewhere / name).read_bytes() for name in FILES]
    write_report(small_set)
    assert before == [(small_set / name).read_bytes() for name in FILES]


def test_the_page_fetches_nothing_and_names_no_absolute_path(small_set, tmp_path):
    write_report(small_set)
    page = (small_set / PAGE).read_text(encoding="utf-8")
    tags = Tags(page)
    assert len(tags.fetched) >= 3 * 4 + 2
    assert all(address.startswith("data:image/") for address in tags.fetched)
    assert "script" not in tags.seen
    assert not re.search(r"url\(|@import|https?:", page)
    for name in FILES:
        text = (small_set / name).read_text(encoding="utf-8")
        assert str(tmp_path) not in text
        assert "/home" not in text
    assert "…/b.png" in page
    assert "…/masks" in page


def test_texts_from_the_data_are_escaped(data_set):
    evil = "<script>alert(1)</script>"
    sample = make_sample(0, "train", [(evil, (4, 4, 8, 8))], source_id=f"{evil}.png")
    config = {"recipe": {"name": evil}, "defect": {evil: {"x": {"_target_": "generator.defect.stage.Defect"}}}}
    plan = {"train": {"images": 2, "good": 0, "defects": {evil: 2}}}
    finding = {"severity": "error", "code": evil, "message": evil}
    root = data_set(
        [sample],
        classes=[evil],
        config=config,
        run={"planned": 2, "plan": plan, "findings": [finding], "version": evil, "spec_id": evil},
        rejects=[{"index": 1, "split": "train", "categories": [evil], "findings": [finding]}],
    )
    write_report(root)
    page = (root / PAGE).read_text(encoding="utf-8")
    assert "script" not in Tags(page).seen
    assert page.count("&lt;script&gt;") > 10
    outside_the_fence = "".join((root / CARD).read_text(encoding="utf-8").split("```")[::2])
    assert "<script>" not in outside_the_fence


def test_an_empty_data_set_has_a_page_that_says_so(data_set):
    root = data_set([])
    write_report(root)
    assert "There is no image" in (root / PAGE).read_text(encoding="utf-8")
    assert numbers_of(root)["images"] == 0


def test_a_data_set_of_good_images_alone_has_a_page(data_set):
    root = data_set([make_sample(0, "train", []), make_sample(1, "test", [])], classes=())
    write_report(root)
    assert numbers_of(root)["summary"].startswith("2 images: 2 good, 0 defective")
    assert len(Tags((root / PAGE).read_text(encoding="utf-8")).fetched) == 2


def test_a_single_sample_has_a_page(data_set):
    root = data_set([make_sample(0, "train", [("pit", (0, 0, 32, 32))])])
    write_report(root)
    assert numbers_of(root)["defects"] == 1
    assert codes_of(root)["class_without_defect"] == "No image shows scratch."


def test_leakage_and_copies_of_good_images_are_found(data_set):
    samples = [
        make_sample(0, "train", [], "same"),
        make_sample(1, "test", [], "same"),
        make_sample(2, "test", [], "own"),
    ]
    root = data_set(samples)
    write_report(root)
    assert codes_of(root)["leakage"].startswith("1 source images stand in several splits")


def test_a_well_made_data_set_raises_no_warning(data_set):
    samples = [
        make_sample(i, split, [(name, (8, 8, 9, 9))] if i % 5 else [])
        for i, (split, name) in enumerate([(s, c) for s in ("train", "val", "test") for c in ("pit", "scratch")] * 6)
    ]
    root = data_set(samples)
    write_report(root)
    assert not [f for f in numbers_of(root)["concerns"] if f["severity"] == "warning"]
    assert "Nothing stands out" in (root / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("records.jsonl", b'{"key": "0"}\n'),
        ("run.json", b"{"),
        ("run.json", b'{"plan": 3}'),
        ("rejects.jsonl", b"[]\n"),
        ("config.yaml", b"a: ["),
    ],
)
def test_a_damaged_file_is_named(small_set, name, content):
    (small_set / name).write_bytes(content)
    with pytest.raises(FormatError, match=name):
        write_report(small_set)
    assert not (small_set / PAGE).exists()


def test_a_missing_image_is_named(small_set):
    (small_set / "images" / "train" / "000000.png").unlink()
    with pytest.raises((FormatError, AssetError), match=r"000000\.png"):
        write_report(small_set)


def test_exports_are_named_by_the_files_that_a_loader_is_given(small_set):
    for path in ("coco/annotations/instances_train.json", "yolo/data.yaml", "mvtec/pit/readme", "half.partial/x.json"):
        target = small_set / "export" / path
        target.parent.mkdir(parents=True)
        target.write_text("{}")
    write_report(small_set)
    page = (small_set / PAGE).read_text(encoding="utf-8")
    assert "export/coco/annotations/instances_train.json" in page
    assert "export/yolo/data.yaml" in page
    assert "<code>export/mvtec/</code>" in page
    assert "half.partial" not in page


def test_the_card_says_how_to_repeat_and_what_the_labels_mean(small_set):
    write_report(small_set)
    card = (small_set / CARD).read_text(encoding="utf-8")
    assert "defectgen generate source=folder source.path=DIR 'defect=[metal/pit]' seed=0" in card
    assert "| all | 3 | 2 | 5 |" in card
    assert "| pit | 2 | 0 | 2 |" in card
    for word in ("Licence", "Exact", "Visible", "Annotator", "validate"):
        assert word in card
