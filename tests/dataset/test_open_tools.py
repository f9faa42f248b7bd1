"""Data sets of labelling tools are recognised by what lies in them."""

import pytest

from generator.core.errors import ConfigError
from generator.dataset.format.table import FORMATS
from generator.dataset.open import open_data, recognise
from tests.dataset.format.tool.broken import image, text
from tests.dataset.toy import data_set, label, record

TOOLS = ("voc", "labelme", "supervisely", "cvat", "label_studio", "csv")


@pytest.mark.parametrize("name", TOOLS)
def test_what_is_written_is_recognised(name, tmp_path):
    root = tmp_path / "in"
    FORMATS[name].write(data_set(root, record(root, "a", "train", (5, 2), [label("##...\n.....")])), tmp_path / "out")
    assert recognise(tmp_path / "out") == name
    assert [one.key for one in open_data(tmp_path / "out")] == ["a"]


@pytest.mark.parametrize(
    ("file", "content", "name"),
    [
        ("train/a.xml", "<annotation>", "voc"),
        ("a.xml", "<annotation>", "voc"),
        ("labels.tsv", "a.png\tOK", "csv"),
        ("project/meta.json", "{}", "supervisely"),
    ],
)
def test_other_layouts_of_theirs_are_recognised(file, content, name, tmp_path):
    text(tmp_path / file, content)
    image(tmp_path / "a.png")
    (tmp_path / "project/ds/ann").mkdir(parents=True)
    assert recognise(tmp_path) == name


def test_a_folder_of_images_alone_is_none_of_them(tmp_path):
    image(tmp_path / "a.png")
    with pytest.raises(ConfigError, match="none of them"):
        recognise(tmp_path)
