"""Class names of several data sets are brought to one list."""

from __future__ import annotations

import pytest

from generator.core.errors import ConfigError
from generator.mix.classes import map_classes, probably_same
from generator.mix.request import Part

HERE = {"data": object()}


def parts(*classes):
    return [Part(name=f"p{n}", classes=own, **HERE) for n, own in enumerate(classes)]


def test_a_set_at_the_end_renumbers_no_class():
    names = [("pit", "scratch"), ("rust", "pit")]
    assert map_classes(parts({}, {}), names, {})[0] == ("pit", "scratch", "rust")
    assert map_classes(parts({}), names[:1], {})[0] == ("pit", "scratch")


def test_names_are_mapped_and_null_leaves_a_class_out():
    classes, maps = map_classes(
        parts({}, {}), [("kratzer", "hair"), ("Scratch",)], {"kratzer": "scratch", "Scratch": "scratch", "hair": None}
    )
    assert classes == ("scratch",)
    assert maps == [{"kratzer": "scratch", "hair": None}, {"Scratch": "scratch"}]


def test_a_data_sets_own_map_goes_before_the_common_one():
    classes, maps = map_classes(parts({"0": "dent"}, {}), [("0",), ("0",)], {"0": "pit"})
    assert classes == ("dent", "pit") and maps == [{"0": "dent"}, {"0": "pit"}]


def test_a_class_that_nobody_has_is_an_error_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'kratzer'"):
        map_classes(parts({}), [("kratzer",)], {"kratzr": "scratch"})
    with pytest.raises(ConfigError, match=r"data\.p0\.classes\.x"):
        map_classes(parts({"x": "y"}), [("kratzer",)], {})


def test_names_that_differ_by_case_and_blanks_are_pointed_out():
    assert probably_same(["Scratch", "pit", "scratch", "hair line", "hair_line"]) == [
        ("Scratch", "scratch"),
        ("hair line", "hair_line"),
    ]
