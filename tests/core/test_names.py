"""Names that become paths are safe, or refused."""

import pytest

from generator.core.names import is_safe_name


@pytest.mark.parametrize("name", ["scratch", "Pit 2", "a.b", "x_y-z", "0"])
def test_plain_names_are_safe(name):
    assert is_safe_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../../x",
        "a/b",
        "a\\b",
        "<script>",
        "con",
        "CON.txt",
        "lpt1",
        "a.",
        "a ",
        ".a",
        "a..b",
        "é",
        "🔥",
        "a\n",
        "x" * 65,
    ],
)
def test_names_that_break_paths_or_pages_are_not(name):
    assert not is_safe_name(name)
