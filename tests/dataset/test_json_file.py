"""Lines of JSON: where a value stands, found when it is asked for."""

import pytest

from generator.core.errors import FormatError
from generator.dataset.json_file import JsonFile

TEXT = '\ufeff{\n\t"a\\"b": {"x": 1},\n"list":\n [1,\n  {"c":\n [\n ]}, "],[" ,\n null]\n}\n'


def test_a_value_has_the_line_in_which_it_begins(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(TEXT, "utf-8")
    file = JsonFile.read(path)
    places = [(), ('a"b',), ('a"b', "x"), ("list",), ("list", 0), ("list", 1), ("list", 1, "c"), ("list", 3)]
    assert [file.line(*keys) for keys in places] == [1, 2, 2, 4, 4, 5, 6, 8]


def test_an_error_about_the_file_gets_its_line_and_others_do_not(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(TEXT, "utf-8")
    file = JsonFile.read(path)
    with (
        pytest.raises(FormatError, match=r"a\.json, list\[1\], line 5: expected x, got y"),
        file.at("list", 1) as where,
    ):
        raise FormatError(path, where, "x", "y")
    with pytest.raises(FormatError, match=r"b\.png: expected x, got y"), file.at("list", 1):
        raise FormatError("b.png", "", "x", "y")


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN', "NaN, 3"])
def test_what_is_no_json_is_named_with_its_line(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FormatError, match=r"a\.json, line 1, column \d+: expected JSON"):
        JsonFile.read(tmp_path / "a.json")


def test_what_python_writes_beyond_json_is_read(tmp_path):
    (tmp_path / "a.json").write_text('[NaN, Infinity, "x"]')
    assert JsonFile.read(tmp_path / "a.json").content[2] == "x"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"a\.json: expected a JSON file, got No such file"):
        JsonFile.read(tmp_path / "a.json")
