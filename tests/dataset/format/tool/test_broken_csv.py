"""Twenty broken tables of good and bad parts, each with its clear line."""

import pytest

from tests.dataset.format.tool.broken import check, halve, image, remove, swap, text

TABLE = """file_name;label;class;split;group
a.png;NG;scratch;train;part 1
b.png;OK;;val;part 2
"""
FILE = "labels.csv"
BROKEN = [
    (FILE, lambda path: path.write_text(""), "labels.csv: expected a table with a header, got an empty file", ""),
    (FILE, remove, "expected labels.csv, or a single table, got none", ""),
    (
        FILE,
        lambda path: path.write_bytes("file_name,label\nä.png,OK".encode("latin-1")),
        "labels.csv: expected a table in UTF-8",
        "",
    ),
    (FILE, swap("file_name", "name"), "labels.csv, line 1: expected a header with file_name, got name, label", ""),
    (FILE, swap("label;class", "rating;note"), "labels.csv, line 1: expected a header with label", ""),
    (
        FILE,
        swap("file_name;label;class;split;group\n", "my table\n"),
        "line 1: expected a header with file_name, label, got my table",
        "",
    ),
    (
        FILE,
        swap("a.png;NG;scratch", "a.png;NG"),
        "labels.csv, line 2: expected 5 cells, as in the first line, got 4",
        "b0",
    ),
    (FILE, swap("part 1", "part 1;;"), "labels.csv, line 2: expected 5 cells, as in the first line, got 7", "b0"),
    (FILE, swap("a.png", ""), "labels.csv, line 2: expected the image's file name, got an empty cell", "b0"),
    (FILE, swap("a.png", "c.png"), "labels.csv, line 2: expected an image below", "b0"),
    (FILE, swap("a.png", "other/a.png"), "labels.csv, line 2: expected an image below", "b0"),
    (
        FILE,
        swap("b.png", "a.png"),
        "labels.csv, line 3: expected labels for an image that has none yet, got 'images/a.png' again",
        "a1",
    ),
    (FILE, swap("NG", ""), "labels.csv, line 2: expected OK, NG or a class, got an empty cell", "b0"),
    (FILE, swap("NG", "true"), "labels.csv, line 2: expected OK, NG or a class, got 'true'", "b0"),
    (FILE, swap("NG", "?"), "labels.csv, line 2: expected OK, NG or a class, got '?'", "b0"),
    (FILE, swap("OK;", "OK;pit"), "labels.csv, line 3: expected no class beside 'OK', got 'pit'", "a1"),
    (
        FILE,
        swap("NG", "pit"),
        "labels.csv, line 2: expected OK, NG or 'scratch' beside the class 'scratch', got 'pit'",
        "b0",
    ),
    (FILE, swap("train", "trian"), "labels.csv, line 2: expected the split train, val or test, got 'trian'", "b0"),
    ("images/a.png", remove, "labels.csv, line 2: expected an image below", "b0"),
    ("images/a.png", halve, "a.png: expected a readable image, got a truncated PNG", "b0"),
    ("images/a.png", lambda path: path.write_text("x"), "a.png: expected a readable image", "b0"),
    (FILE, swap("scratch", '"scratch'), "labels.csv: expected a table, got unexpected end of data", ""),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[2])
def test_a_broken_file_has_its_line_and_the_rest_is_read(case, tmp_path):
    text(tmp_path / FILE, TABLE)
    for key in "ab":
        image(tmp_path / f"images/{key}.png")
    check("csv", tmp_path, case, "a1 b0")
