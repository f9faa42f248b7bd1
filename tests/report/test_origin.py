"""The report of a mix tells real images from synthetic ones, and what was left out."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from generator.core.errors import FormatError
from generator.mix.mix import mix
from generator.mix.request import MixRequest, Part
from generator.report.page import write_report
from tests.dataset.toy import data_set, label, record

BOX = "##...... ##...... " + "........ " * 6


@pytest.fixture
def mixed(tmp_path):
    """Return the folder of a mix: two real images, one of them good, two synthetic ones, and one that was left out."""
    real, made = tmp_path / "real", tmp_path / "made"
    photos = [record(real, "r1", "train", (8, 8), [label(BOX)]), record(real, "r2", "test", (8, 8))]
    fakes = [replace(record(made, f"s{n}", "train", (8, 8), [label(BOX, "pit")]), synthetic=True) for n in range(3)]
    fakes[2] = replace(fakes[2], group="7")
    held = replace(record(made, "h", "test", (8, 8), [label(BOX, "pit")]), group="7")
    parts = [
        Part(name="real", data=data_set(real, *photos), licence="CC0"),
        Part(name="made", data=data_set(made, *fakes, held)),
    ]
    return mix(parts, tmp_path / "mixed", MixRequest()).root


def test_report_json_counts_by_origin_class_and_split(mixed):
    write_report(mixed)
    numbers = orjson.loads((mixed / "report.json").read_bytes())
    assert numbers["origins"]["real"]["train"] == {"images": 1, "good": 0, "defects": {"scratch": 1, "pit": 0}}
    assert numbers["origins"]["real"]["test"] == {"images": 2, "good": 1, "defects": {"scratch": 0, "pit": 1}}
    assert numbers["origins"]["synthetic"]["train"] == {"images": 2, "good": 0, "defects": {"scratch": 0, "pit": 2}}
    assert numbers["licences"] == {"CC0": 2, "not known": 3}
    assert numbers["sources"]["in_several_splits"] == 0


def test_page_and_card_show_both_origins_the_data_sets_and_the_licences(mixed):
    page = write_report(mixed).read_text()
    card = (mixed / "README.md").read_text()
    assert "real and synthetic" in page and "1 synthetic, and it belongs with images of val or test" in page
    row = page.split("<tbody>")[3].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split("<td>")[1:]] == ["images", "1", "2", "2", "0", "3", "3"]
    assert "| images | 1 | 2 | 2 | 0 | 3 | 3 |" in card
    assert "| CC0 | 2 | 0 |\n| not known | 1 | 2 |" in card
    assert "weight = class weight x origin weight" in card and "66.7 % of the sum" in card
    assert "No metadata" not in card


def test_a_data_set_of_one_run_is_shown_as_before(mixed, data_set):
    from tests.report.conftest import make_sample

    root = data_set([make_sample(0, "train", [("pit", (1, 1, 4, 4))])])
    assert "real and synthetic" not in write_report(root).read_text()
    assert "No metadata of the good images\ncame through." in (root / "README.md").read_text()


def test_a_damaged_run_json_of_a_mix_is_answered_with_its_path(mixed):
    run = orjson.loads((mixed / "run.json").read_bytes())
    del run["mix"]["before"]
    (mixed / "run.json").write_bytes(orjson.dumps(run))
    with pytest.raises(FormatError, match=r"run\.json: expected what generate or mix writes"):
        write_report(mixed)
