"""Font files are found, told apart, chosen, and turned down where they lack a letter."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from generator.cli.compose import conf_dir
from generator.core.errors import ConfigError
from generator.core.units import Range
from generator.run.build import build
from generator.text.font import place
from generator.text.font.place import Folder, Package, System
from generator.text.font.several import Several
from generator.text.port import Ask

OUTLINES = ("outline",)


def _ask(split="train"):
    return Ask(index=0, split=split, seed=0)


def _rng(seed=0):
    return np.random.default_rng(seed)


def _draw(font, text="A", count=1, split="train"):
    rng = _rng()
    return [font.draw(text, _ask(split), rng, OUTLINES) for _ in range(count)]


def _option(name, *overrides):
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        config = compose(overrides=[f"+text/font={name}", *overrides])
    return build(OmegaConf.to_container(config.text.font), "text.font")


def test_the_bundled_fonts_are_the_74_files_with_a_clear_licence():
    font = _option("bundled")
    faces = font.faces("train")
    families = Counter(face.family for face in faces)
    assert families == {
        "Lato": 18, "Raleway": 18, "Roboto": 18, "Open Sans": 10, "Sansation": 6, "Droid Sans": 2, "Amatic": 2,
    }  # fmt: skip
    assert font.findings() == ()
    assert all(not face.missing("LOT 0123456789 EXP/MFG") for face in faces)


def test_text_faces_are_those_made_for_reading():
    names = {face.name for face in _option("text_faces").faces("test")}
    assert {"Lato-Regular", "DroidSans", "Roboto-Bold", "Sansation-Light"} < names
    assert not [name for name in names if "Thin" in name or "Black" in name or "Amatic" in name]


def test_the_packages_fonts_for_chinese_and_japanese_have_their_letters():
    assert _option("chinese").faces("train")[0].missing("\u6f22\u5b57") == ()
    assert _option("japanese").faces("train")[0].missing("\u3072\u3089\u304c\u306a") == ()


def test_weights_and_shares_are_set_from_the_command_line(make_font, tmp_path):
    make_font("A", file="a.ttf", family="One")
    make_font("A", file="b.ttf", family="Two")
    font = _option(
        "folder", f"text.font.path={tmp_path}", "text.font.weights={One: 0}", "text.font.by_split={train: 1}"
    )
    assert {face.family for face in _draw(font, count=9)} == {"Two"}


def test_a_folder_is_looked_through_to_its_bottom_in_the_order_of_names(make_font, make_collection, tmp_path):
    for file, family in (("b.ttf", "Bee"), ("deep/er/a.ttf", "Ay"), ("c.OTF", "See")):
        make_font("A", file=file, family=family)
    make_collection([tmp_path / "b.ttf", tmp_path / "c.OTF"], "deep/all.ttc")
    (tmp_path / "read.me").write_text("no font")
    faces = Folder(path=str(tmp_path)).faces("val")
    assert [(face.family, face.number) for face in faces] == [("Bee", 0), ("See", 0), ("Bee", 0), ("See", 1), ("Ay", 0)]
    assert all(not face.missing("A") for face in faces)


def test_several_paths_may_be_given_and_one_may_be_a_file(make_font, tmp_path):
    one, two = make_font("A", file="one/a.ttf", family="One"), make_font("A", file="two/a.ttf", family="Two")
    faces = Folder(path=(str(one.parent), str(two))).faces("train")
    assert [face.family for face in faces] == ["One", "Two"]


def test_a_broken_file_is_named_and_left_out(make_font, tmp_path):
    path = make_font("AB", file="good.ttf")
    (tmp_path / "broken.ttf").write_bytes(path.read_bytes()[:80])
    (tmp_path / "empty.otf").write_bytes(b"")
    font = Folder(path=str(tmp_path))
    assert len(font.faces("train")) == 1
    said = [finding.message for finding in font.findings()]
    assert [message.split()[0] for message in said] == ["broken.ttf", "empty.otf"]
    assert {finding.code for finding in font.findings()} == {"skipped_font"}


def test_a_font_of_pictures_is_left_out(make_font, tmp_path):
    make_font("AB", file="a.ttf")
    make_font("AB", file="dingbats.ttf", panose=5)
    (finding,) = Folder(path=str(tmp_path)).findings()
    assert "pictures" in finding.message


@pytest.mark.parametrize("content", [None, b"no font"])
def test_a_folder_without_a_usable_font_is_refused(tmp_path, content):
    if content:
        (tmp_path / "broken.ttf").write_bytes(content)
    with pytest.raises(ConfigError, match=r"text\.font: expected (fonts|a face) .*"):
        _option("folder", f"text.font.path={tmp_path}")


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"text\.font\.path: .*nowhere, which does not exist"):
        _option("folder", f"text.font.path={tmp_path / 'nowhere'}")


def test_a_package_that_is_not_installed_is_named():
    with pytest.raises(ConfigError, match=r"text\.font\.package: .*no_such_package"):
        _option("bundled", "text.font.package=no_such_package")


def test_the_system_without_fonts_is_told_in_one_paragraph(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "_system_folders", lambda: [tmp_path / "fonts"])
    with pytest.raises(ConfigError, match=r"expected fonts \(.*fonts\), got no font file"):
        _option("system")


def test_the_systems_fonts_are_found_where_the_platform_keeps_them(make_font, tmp_path, monkeypatch):
    make_font("A", file="fonts/a.ttf", family="Ours")
    monkeypatch.setattr(place.sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert [face.family for face in System().faces("train")] == ["Ours"]


def test_patterns_choose_by_file_name_and_family(make_font, tmp_path):
    make_font("A", file="x/one.ttf", family="Ay")
    make_font("A", file="two.ttf", family="Ay", style="Bold")
    make_font("A", file="three.ttf", family="Bee")

    def files(**choice):
        return {face.path.rpartition("/")[2] for face in Folder(path=str(tmp_path), **choice).faces("train")}

    assert files(include=("ay",)) == {"one.ttf", "two.ttf"}
    assert files(include=("x/*", "Bee*")) == {"one.ttf", "three.ttf"}
    assert files(exclude=("*-bold",)) == {"one.ttf", "three.ttf"}
    with pytest.raises(ValueError, match="there are Ay, Bee"):
        files(include=("See",))


def test_faces_are_taken_as_often_as_they_weigh(make_font, tmp_path):
    for name in "abc":
        make_font("A", file=f"{name}.ttf", family=name)
    font = Folder(path=str(tmp_path), weights={"a": 3.0, "b": 0.0})
    drawn = Counter(face.family for face in _draw(font, count=2000))
    assert set(drawn) == {"a", "c"}
    assert drawn["a"] == pytest.approx(1500, abs=90)


def test_a_pattern_or_an_axis_that_fits_nothing_is_told(make_font, tmp_path):
    make_font("A")
    font = Folder(path=str(tmp_path), weights={"Foo": 2.0}, axes={"wdth": Range(75, 100)})
    assert ["'Foo'" in font.findings()[0].message, "'wdth'" in font.findings()[1].message] == [True, True]


def test_a_face_that_has_the_letters_is_taken_in_the_place_of_one_that_has_not(make_font, tmp_path):
    for i in range(8):
        make_font("AB", file=f"{i}.ttf", family=f"F{i}")
    make_font("ABC", file="all.ttf", family="All")
    font = Folder(path=str(tmp_path))
    assert {face.family for face in _draw(font, "CAB", 20)} == {"All"}
    assert len({face.family for face in _draw(font, "AB", 50)}) > 5
    assert _draw(font, "ABCD") == [None]
    assert font.turned_down("ABC", _ask()) == {f"F{i}-Regular": ("C",) for i in range(8)}


def test_a_face_without_the_letters_drops_the_text_or_ends_the_run(make_font, tmp_path):
    make_font("AB", file="a.ttf")
    make_font("ABC", file="b.ttf", family="All")
    dropped = _draw(Folder(path=str(tmp_path), missing="drop_text"), "C", 40)
    assert {face and face.family for face in dropped} == {None, "All"}
    with pytest.raises(ConfigError, match=r"Bars-Regular to have all letters of 'ABC', got none for 'C'"):
        _draw(Folder(path=str(tmp_path), missing="fail"), "ABC", 40)


def test_nothing_is_ever_drawn_that_a_font_has_not(make_font, tmp_path):
    letters = "ABCDEFGH"
    for i in range(12):
        hollow, alike = letters[i % 8], letters[(3 * i + 1) % 8]
        make_font(letters.replace(letters[(5 * i + 2) % 8], ""), f"{i}.ttf", f"F{i}", hollow=hollow, notdef_like=alike)
    font, rng, drawn = Folder(path=str(tmp_path)), _rng(1), 0
    for _ in range(1500):
        text = "".join(rng.choice(list(letters + " "), 4))
        face = font.draw(text, _ask(), rng, OUTLINES)
        if face is None:
            assert set(font.turned_down(text, _ask())) == {f"F{i}-Regular" for i in range(12)}
            continue
        drawn += 1
        shaped = face.shape(text, 20.0)
        notdef = face.glyph(0, 20.0).cover
        for number, start in zip(shaped.glyphs, shaped.starts, strict=True):
            cover = face.glyph(number, 20.0).cover
            assert number and (cover.size > 0) == (text[start] != " ") and not np.array_equal(cover, notdef)
    assert drawn > 300


def test_no_family_stands_in_two_splits_and_shares_are_exact(make_font, tmp_path):
    for i in range(10):
        for style in ("Regular", "Bold Italic"):
            make_font("A", file=f"{i}{style}.ttf", family=f"Family{i}", style=style)
    font = Folder(path=str(tmp_path), by_split={"train": 0.6, "val": 0.1, "test": 0.3})
    families = {split: {face.family for face in font.faces(split)} for split in ("train", "val", "test")}
    assert [len(found) for found in families.values()] == [6, 1, 3]
    assert len(set.union(*families.values())) == 10
    assert {face.family for face in _draw(font, count=60, split="test")} == families["test"]
    make_font("A", file="0more.ttf", family="Family0", style="Light")
    again = Folder(path=str(tmp_path), by_split={"train": 0.6, "val": 0.1, "test": 0.3})
    assert {face.family for face in again.faces("test")} == families["test"]


def test_weights_and_widths_of_one_design_are_one_family(make_font, tmp_path):
    for i, family in enumerate(("Plain", "Plain Hairline", "Plain Semi Bold Condensed", "Plain SC", "Plain Sans")):
        make_font("A", file=f"{i}.ttf", family=family)
    families = [face.family for face in Folder(path=str(tmp_path)).faces("train")]
    assert families == ["Plain", "Plain", "Plain", "Plain", "Plain Sans"]


def test_every_split_has_a_family_and_too_few_are_shared(make_font, tmp_path):
    for i in range(3):
        make_font("A", file=f"{i}.ttf", family=f"Family{i}")
    share = {"train": 0.98, "val": 0.01, "test": 0.01}
    font = Folder(path=str(tmp_path), by_split=share)
    assert [len(font.faces(split)) for split in share] == [1, 1, 1]
    few = Folder(path=str(tmp_path), by_split=share, exclude=("Family0",))
    assert [len(few.faces(split)) for split in share] == [2, 2, 2]
    assert few.findings()[0].code == "shared_fonts"


def test_a_split_without_a_share_is_an_error(make_font, tmp_path):
    make_font("A")
    with pytest.raises(ConfigError, match="a share for the split test"):
        _draw(Folder(path=str(tmp_path), by_split={"train": 1.0}), split="test")


def test_axes_are_drawn_at_few_values_within_the_fonts_own(make_font, tmp_path):
    make_font("A", file="a.ttf", wide=100)
    font = Folder(path=str(tmp_path), axes={"wght": Range(300, 2000), "wdth": Range(75, 100)})
    values = {face.axes for face in _draw(font, count=300)}
    assert 3 < len(values) <= 9
    assert all(tag == "wght" and 300 <= value <= 900 for ((tag, value),) in values)
    face = _draw(font)[0]
    assert face.name == f"Bars-Regular[wght={face.axes[0][1]:g}]"
    assert {face.axes for face in _draw(Folder(path=str(tmp_path)), count=9)} == {()}


def test_only_outlines_are_to_be_had(make_font, tmp_path):
    make_font("A")
    with pytest.raises(ConfigError, match="faces of kind dots"):
        Folder(path=str(tmp_path)).draw("A", _ask(), _rng(), ("dots",))


def test_the_digest_says_what_is_in_the_files_and_not_where_they_lie(make_font, tmp_path):
    one = Folder(path=str(make_font("AB", file="one/a.ttf").parent))
    two = Folder(path=str(make_font("AB", file="two/a.ttf").parent))
    other = Folder(path=str(make_font("ABC", file="three/a.ttf").parent))
    whole = one.faces("train")[0].path, two.faces("train")[0].path
    (tmp_path / "two/a.ttf").write_bytes((tmp_path / "one/a.ttf").read_bytes())
    assert whole[0] != whole[1]
    assert Folder(path=two.path).digest() == one.digest() != other.digest()


def test_a_font_travels_to_another_process_and_draws_the_same(make_font, tmp_path):
    for i in range(5):
        make_font("AB", file=f"{i}.ttf", family=f"F{i}")
    font = Folder(path=str(tmp_path))
    assert _draw(pickle.loads(pickle.dumps(font)), count=20) == _draw(font, count=20)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weights": {"A": -1.0}}, "weights.A"),
        ({"by_split": {"dev": 1.0}}, "by_split.dev"),
        ({"by_split": {"train": 0.0}}, "by_split.train"),
    ],
)
def test_a_wrong_value_is_named(make_font, tmp_path, wrong, field):
    make_font("A")
    with pytest.raises(ValueError, match=f"^{field}"):
        Folder(path=str(tmp_path), **wrong)


def test_a_mixture_takes_each_font_as_often_as_it_weighs(make_font):
    fonts = {name: Folder(path=str(make_font("A", file=f"{name}/a.ttf", family=name))) for name in "xyz"}
    mixed = Several(fonts=fonts, weights={"x": 2.0, "z": 0.0})
    drawn = Counter(face.family for face in _draw(mixed, count=1200))
    assert set(drawn) == {"x", "y"}
    assert drawn["x"] == pytest.approx(800, abs=70)
    assert mixed.kinds == OUTLINES


def test_a_mixture_asks_another_font_where_one_lacks_a_letter(make_font):
    fonts = {text: Folder(path=str(make_font(text, file=f"{text}.ttf", family=text))) for text in ("AB", "ABC")}
    mixed = Several(fonts=fonts)
    assert {face.family for face in _draw(mixed, "C", 20)} == {"ABC"}
    assert _draw(mixed, "D") == [None]
    assert mixed.digest() != Several(fonts={"AB": fonts["AB"]}).digest()


def test_a_mixture_of_files_and_drawn_faces_serves_both_kinds_of_marking():
    mixed = _option("several")
    assert set(mixed.kinds) == {"outline", "dots"}
    rng = _rng()
    assert {mixed.draw("LOT 12", _ask(), rng, ("dots",)).kind for _ in range(9)} == {"dots"}
    assert {mixed.draw("LOT 12", _ask(), rng, ("outline", "dots")).kind for _ in range(30)} == {"outline", "dots"}
    with pytest.raises(ConfigError, match="faces of kind segments"):
        mixed.draw("LOT 12", _ask(), rng, ("segments",))


def test_a_mixture_refuses_weights_of_what_is_not_there(make_font, tmp_path):
    make_font("A")
    fonts = {"x": Folder(path=str(tmp_path))}
    for weights in ({"y": 1.0}, {"x": -1.0}, {"x": 0.0}):
        with pytest.raises(ValueError, match=r"fonts|weights"):
            Several(fonts=fonts, weights=weights)


def test_a_package_takes_only_the_files_that_are_allowed():
    names = {face.name for face in Package(package="trdg", folder="fonts/latin", allow=("DroidSans*",)).faces("train")}
    assert names == {"DroidSans", "DroidSans-Bold"}
