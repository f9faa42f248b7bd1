"""A folder of photographs gives the same images under the same names everywhere, and names what it skips."""

import hashlib
import io
import itertools
import os
import pickle

import fsspec
import numpy as np
import pytest
from PIL import Image

from generator.core.errors import AssetError, RangeError
from generator.imaging.codec import encode_png
from generator.source.file_tree import FileTree
from generator.source.folder import Folder

RNG = np.random.default_rng(0)


def picture(channels: int = 3, dtype: type = np.uint8, most: int = 255) -> np.ndarray:
    pixels = RNG.integers(0, most + 1, (8, 10, channels)).astype(dtype)
    pixels[0, 0] = most
    return pixels


def fill(folder, names) -> dict[str, np.ndarray]:
    images = {name: picture() for name in names}
    for name, image in images.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encode_png(image))
    return images


def ids(source: Folder) -> list[str]:
    return [source.source_id(rank) for rank in range(source.count)]


def test_images_are_found_in_all_folders_below_whatever_the_case_of_their_extension(tmp_path):
    images = fill(tmp_path, ["a.png", "b/c.PNG", "b/d/e.JpG", "tür/ß 1.tiff"])
    fill(tmp_path, [".hidden.png", ".git/a.png", "b/._a.png", "notes.txt"])
    source = Folder(path=str(tmp_path))
    assert sorted(ids(source)) == sorted(images) and source.findings() == ()
    for name, image in images.items():
        good = source.load(name)
        assert np.array_equal(good.pixels, image) and good.white == 255 and good.source_id == name
        assert good.sha256 == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()


def test_more_images_do_not_reshuffle_the_others(tmp_path):
    fill(tmp_path, [f"{n}.png" for n in range(30)])
    before = ids(Folder(path=str(tmp_path)))
    fill(tmp_path, [f"new/{n}.png" for n in range(10)])
    after = ids(Folder(path=str(tmp_path)))
    assert [name for name in after if not name.startswith("new/")] == before != sorted(before)


def test_a_pickled_source_gives_the_same_images_although_files_were_added(tmp_path):
    fill(tmp_path, ["a.png", "b.png"])
    source = Folder(path=str(tmp_path))
    packed = pickle.dumps(source)
    fill(tmp_path, ["c.png"])
    again = pickle.loads(packed)
    assert ids(again) == ids(source) and again == source and again.digest() == source.digest()
    assert np.array_equal(again.load("a.png").pixels, source.load("a.png").pixels)


def test_unreadable_files_are_named_skipped_and_counted_up_to_the_limit(tmp_path):
    fill(tmp_path, ["good.png", "cut.png"])
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:-5])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.png").write_text("not an image")
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "float.tif")
    source = Folder(path=str(tmp_path), max_skipped=4)
    assert ids(source) == ["good.png"]
    assert {finding.code for finding in source.findings()} == {"skipped_file"}
    messages = " ".join(finding.message for finding in source.findings())
    for name in ("cut.png is skipped: a truncated PNG", "empty.jpg is skipped: an empty file", "text.png", "float.tif"):
        assert name in messages
    with pytest.raises(RangeError, match=r"at most 3 unreadable images \(max_skipped\), got 4 of 5: cut\.png"):
        Folder(path=str(tmp_path), max_skipped=3)


def test_a_folder_where_nothing_is_readable_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(RangeError, match="at least one readable image"):
        Folder(path=str(tmp_path))


def test_damage_inside_a_file_ends_with_its_name_or_is_skipped_when_all_is_checked(tmp_path):
    fill(tmp_path, ["good.png", "bad.png"])
    data = bytearray((tmp_path / "bad.png").read_bytes())
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "bad.png").write_bytes(data)
    assert Folder(path=str(tmp_path)).count == 2
    with pytest.raises(AssetError, match=r"bad\.png: .* damaged data .* source\.check=whole"):
        Folder(path=str(tmp_path)).load("bad.png")
    assert ids(Folder(path=str(tmp_path), check="whole")) == ["good.png"]


def test_a_file_that_vanished_is_named(tmp_path):
    fill(tmp_path, ["a.png", "b.png"])
    source = Folder(path=str(tmp_path))
    (tmp_path / "a.png").unlink()
    with pytest.raises(AssetError, match=r"a\.png: expected a readable image, got No such file"):
        source.load("a.png")


@pytest.mark.parametrize("make", [lambda p: p / "none", lambda p: p / "empty"])
def test_a_path_without_images_is_refused(tmp_path, make):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("x")
    with pytest.raises(RangeError, match=r"path: expected a folder with PNG, JPEG.*got .*(nothing there|without)"):
        Folder(path=str(make(tmp_path)))


def test_a_scheme_that_is_not_known_is_refused():
    with pytest.raises(RangeError, match=r"path: expected a folder .*Protocol not known"):
        Folder(path="nowhere://bucket/good")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_that_may_not_be_read_is_refused(tmp_path):
    fill(tmp_path, ["a.png", "b/c.png"])
    (tmp_path / "b").chmod(0)
    try:
        with pytest.raises(RangeError, match="Permission denied"):
            Folder(path=str(tmp_path))
    finally:
        (tmp_path / "b").chmod(0o700)


def test_a_single_image_is_a_source_of_one(tmp_path):
    images = fill(tmp_path, ["a.png", "b.png"])
    source = Folder(path=str(tmp_path / "b.png"))
    assert ids(source) == ["b.png"] and np.array_equal(source.load("b.png").pixels, images["b.png"])


def test_loops_of_links_are_harmless_and_linked_folders_are_read(tmp_path):
    fill(tmp_path, ["good/a.png", "good/b.png"])
    fill(tmp_path.parent / f"{tmp_path.name}_other", ["c.png"])
    (tmp_path / "good" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "linked").symlink_to(tmp_path.parent / f"{tmp_path.name}_other", target_is_directory=True)
    assert sorted(ids(Folder(path=str(tmp_path)))) == ["good/a.png", "good/b.png", "linked/c.png"]


def test_the_pattern_selects(tmp_path):
    fill(tmp_path, ["good/a.png", "bad/a.png"])
    assert ids(Folder(path=str(tmp_path), pattern="good/*")) == ["good/a.png"]


def test_a_path_with_a_scheme_is_read_through_fsspec(tmp_path):
    system = fsspec.filesystem("memory")
    images = {"a.png": picture(), "b/c.png": picture(1)}
    for name, image in images.items():
        system.pipe(f"/folder_test/{name}", encode_png(image))
    system.pipe("/folder_test/.hidden/d.png", encode_png(picture()))
    source = Folder(path="memory://folder_test")
    assert sorted(ids(source)) == ["a.png", "b/c.png"]
    for name, image in images.items():
        assert np.array_equal(pickle.loads(pickle.dumps(source)).load(name).pixels, image)
    single = Folder(path="memory://folder_test/b/c.png")
    assert np.array_equal(single.load(single.source_id(0)).pixels, images["b/c.png"])
    local = tmp_path / "same"
    for name, image in images.items():
        (local / name).parent.mkdir(parents=True, exist_ok=True)
        (local / name).write_bytes(encode_png(image))
    assert Folder(path=str(local)).digest() == source.digest()


def test_the_digest_changes_with_names_and_bytes_alone(tmp_path):
    fill(tmp_path, ["a.png", "b.png"])
    first = Folder(path=str(tmp_path)).digest()
    (tmp_path / "a.png").touch()
    assert Folder(path=str(tmp_path)).digest() == first
    fill(tmp_path, ["a.png"])
    assert Folder(path=str(tmp_path)).digest() != first


@pytest.mark.parametrize(("most", "white"), [(1000, 1023), (1023, 1023), (1024, 4095), (16000, 16383), (65535, 65535)])
def test_white_is_the_least_sensor_depth_that_holds_the_image(tmp_path, most, white):
    (tmp_path / "a.png").write_bytes(encode_png(picture(1, np.uint16, most)))
    good = Folder(path=str(tmp_path)).load("a.png")
    assert good.white == white and good.pixels.dtype == np.uint16


def test_white_can_be_given_and_is_held(tmp_path):
    (tmp_path / "a.png").write_bytes(encode_png(picture(1, np.uint16, 3000)))
    assert Folder(path=str(tmp_path), bits=14).load("a.png").white == 16383
    with pytest.raises(AssetError, match=r"values up to 1023 \(source\.bits: 10\), got 3000"):
        Folder(path=str(tmp_path), bits=10).load("a.png")


def test_dropped_alpha_is_said_for_the_image_and_for_the_folder(tmp_path):
    fill(tmp_path, ["plain.png"])
    Image.fromarray(picture(4)).save(tmp_path / "alpha.png")
    source = Folder(path=str(tmp_path))
    assert [(f.severity, f.code, f.message) for f in source.findings()] == [
        ("info", "alpha_dropped", "1 of 2 images: alpha dropped")
    ]
    assert [f.code for f in source.load("alpha.png").findings] == ["alpha_dropped"]
    assert source.load("plain.png").findings == ()


def test_what_is_known_of_the_camera_is_handed_on(tmp_path):
    fill(tmp_path, ["a.png"])
    good = Folder(path=str(tmp_path), pixel_size_mm=0.05, light_deg=90.0).load("a.png")
    assert (good.pixel_size_mm, good.light_deg) == (0.05, 90.0)


def test_a_jpeg_named_png_is_read_by_its_content(tmp_path):
    stream = io.BytesIO()
    Image.fromarray(picture()).save(stream, "jpeg")
    (tmp_path / "a.png").write_bytes(stream.getvalue())
    assert Folder(path=str(tmp_path)).load("a.png").pixels.shape == (8, 10, 3)


@pytest.mark.parametrize(
    "knob",
    [{"max_skipped": -1}, {"pixel_size_mm": 0.0}, {"light_deg": 361.0}, {"max_pixels": 0}, {"light_deg": np.nan}],
)
def test_a_knob_out_of_range_is_named(tmp_path, knob):
    fill(tmp_path, ["a.png"])
    with pytest.raises(RangeError, match=next(iter(knob))):
        Folder(path=str(tmp_path), **knob)


def test_images_of_a_data_set_that_was_made_here_are_taken_with_a_warning(tmp_path):
    fill(tmp_path / "set/images", ["a.png"])
    fill(tmp_path / "set/twins", ["a.png"])
    (tmp_path / "set/.defectgen").touch()
    assert not Folder(path=str(tmp_path / "set/images")).findings()  # good images alone were made
    (tmp_path / "set/masks").mkdir()
    [said] = Folder(path=str(tmp_path / "set/images")).findings()
    assert said.severity == "warning" and said.code == "own_output" and str(tmp_path / "set/twins") in said.message
    assert not Folder(path=str(tmp_path / "set/twins")).findings()


def test_images_of_one_part_follow_each_other_and_are_told_apart_from_those_that_stand_alone(tmp_path):
    fill(tmp_path, [f"board{n}/{light}.png" for n in range(5) for light in "abc"] + ["x.png", "y.png"])
    source = Folder(path=str(tmp_path), group=r"(board\d+)/")
    groups = [source.load(name).group for name in ids(source)]
    assert [group for group, _ in itertools.groupby(groups) if group] == [
        g for g in map(groups.__getitem__, source.parts) if g
    ]
    assert [rank for rank, group in enumerate(groups) if not group] == [r for r in source.parts if not groups[r]]
    assert len(source.parts) == 5 + 2 and sorted(ids(source)) == sorted(ids(Folder(path=str(tmp_path))))
    assert list(Folder(path=str(tmp_path)).parts) == list(range(17))
    assert {Folder(path=str(tmp_path), group="board").load("board1/a.png").group} == {"board"}


@pytest.mark.parametrize(("group", "said"), [("(part", "regular expression"), ("part", "found in the images' paths")])
def test_a_pattern_of_parts_that_is_broken_or_found_nowhere_is_refused(tmp_path, group, said):
    fill(tmp_path, ["board1.png"])
    with pytest.raises(RangeError, match=said):
        Folder(path=str(tmp_path), group=group)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("good/a.png", "defect/b.png"), "1 in defect/"),
        (("defect/hole/b.png", "masks/hole/b.png"), "1 in masks/"),
        (("train/good/a.png", "test/hole/b.png", "ground_truth/hole/b_mask.png"), "1 in ground_truth/"),
        (("OK/a.png", "NG/b.png", "NG/c.png"), "2 in ng/"),
    ],
)
def test_a_labelled_data_set_is_no_folder_of_good_images(tmp_path, names, said):
    fill(tmp_path, names)
    with pytest.raises(RangeError, match="a folder of good images alone") as caught:
        Folder(path=str(tmp_path))
    assert said in str(caught.value)
    some = names[0].split("/")[0]
    assert Folder(path=str(tmp_path), pattern=f"{some}/*").count == 1
    assert Folder(path=str(tmp_path / names[0]).rpartition("/")[0]).count == 1
    assert Folder(path=str(tmp_path), pattern="*.png").count == len(names)


def test_folders_of_any_other_names_are_taken(tmp_path):
    fill(tmp_path, ("defect/a.png", "line 2/b.png"))
    assert Folder(path=str(tmp_path)).count == 2


@pytest.mark.parametrize("is_long", [False, True])
def test_a_look_at_many_files_comes_in_their_order(tmp_path, is_long):
    names = [f"{number:02d}.png" for number in range(50)]
    fill(tmp_path, names)
    tree = FileTree.at(str(tmp_path))
    assert list(tree.each(lambda name: (name, len(tree.read(name))), names, is_long=is_long)) == [
        (name, (tmp_path / name).stat().st_size) for name in names
    ]
