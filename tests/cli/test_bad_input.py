"""Bad input ends in one paragraph that names the thing, exit code 2, no traceback, nothing half-written."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

GREY = np.full((32, 40), 128, np.uint8)
SMALL = ("source.size_wh=[64,64]", "executor=serial", "count=4", "out=made")


def good_folder(root: Path) -> Path:
    folder = root / "good"
    folder.mkdir()
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), GREY + number)
    return folder


def only_file(root: Path, name: str, data: bytes) -> Path:
    folder = root / "bad"
    folder.mkdir()
    (folder / name).write_bytes(data)
    return folder


def png_bytes(image: np.ndarray = GREY) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def huge_png() -> bytes:
    """Return a PNG whose header promises 100,000 x 100,000 px."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def float_tiff(root: Path) -> Path:
    folder = root / "bad"
    folder.mkdir()
    tifffile.imwrite(folder / "depth.tiff", np.zeros((16, 16), np.float32))
    return folder


def jpeg_cut(root: Path) -> Path:
    data = cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))[1].tobytes()
    return only_file(root, "cut.jpg", data[: len(data) // 2])


FILES = {
    "a folder that is not there": (lambda root: root / "nowhere", "nowhere"),
    "an empty folder": (lambda root: (root / "empty").mkdir() or root / "empty", "empty"),
    "a folder without images": (lambda root: only_file(root, "notes.txt", b"hello"), "bad"),
    "an empty file": (lambda root: only_file(root, "zero.png", b""), "zero.png"),
    "a truncated png": (lambda root: only_file(root, "half.png", png_bytes()[:60]), "half.png"),
    "a truncated jpeg": (jpeg_cut, "cut.jpg"),
    "a text named png": (lambda root: only_file(root, "text.png", b"not an image"), "text.png"),
    "a picture of 10 gigapixels": (lambda root: only_file(root, "huge.png", huge_png()), "huge.png"),
    "a float tiff": (float_tiff, "depth.tiff"),
}


def one_paragraph(err: str) -> str:
    assert "Traceback" not in err
    assert err.startswith("defectgen: ") and len(err.strip().splitlines()) == 1, err
    return err


@pytest.mark.parametrize("case", FILES)
def test_bad_files_are_named(tmp_path, command, case):
    make, name = FILES[case]
    code, _, err = command("generate", *SMALL[1:], "source=folder", f"source.path={make(tmp_path)}")
    assert code == 2 and name in one_paragraph(err)
    assert not (tmp_path / "made").exists()


KEYS = {
    "an unknown key": (["cuont=3"], "count"),
    "an unknown deep key": (["defect.metal.scratch.shape.widht=[1px,2px]"], "width"),
    "an added unknown key": (["+defect.metal.scratch.shape.wide=3"], "defect.metal.scratch.shape.wide"),
    "an unknown group option": (["defect=[metal/scrach]"], "metal/scratch"),
    "an unknown family": (["defect=[metall/scratch]"], "metal/scratch"),
    "an unknown option of text": (["recipe=text", "text/marking=dotmatrix"], "Did you mean 'dot_matrix'"),
    "an unknown option in a list of text": (["recipe=text", "text/fault=[smear,blott]"], "Did you mean 'blot'"),
    "an unknown group of text": (["recipe=text", "text/markin=ink"], "Did you mean 'text/marking'"),
    "no option of text": (["recipe=text", "text/marking=null"], "Leave text/marking out"),
    "no option of a list of text": (["recipe=text", "text/fault=null"], "'text/fault=[]'"),
    "two options of text where one can be": (["recipe=text", "text/corpus=[lot_code,date]"], "one text/corpus"),
    "an unknown key of text": (["recipe=text", "text.marking.contrst=0.3"], "Did you mean 'contrast'"),
    "an unknown key deep in text": (["recipe=text", "text/fault=[smear]", "text.fault.smear.lenght=1"], "'length'"),
    "a key of another option of text": (["recipe=text", "text.font.path=fonts"], "text/font=folder"),
    "a key of a print defect that was not chosen": (["recipe=text", "text.fault.smear.length=1"], "text/fault=[smear]"),
    "a dot for the slash of a group of text": (["recipe=text", "text.font=dot_matrix"], "text/font=dot_matrix"),
    "text for one of its groups": (["recipe=text", "text=lot_code"], "text/corpus"),
    "a group of text without its recipe": (["text/marking=ink"], "recipe=text"),
    "a key of text without its recipe": (["text.marking.contrast=0.3"], "recipe=text"),
    "an unknown source": (["source=folders"], "folder"),
    "an unknown format": (["export=[cocoo]"], "coco"),
    "an unknown mask flavour": (["export_mask=exakt"], "exact"),
    "masks that are not kept": (["export_mask=visible"], "labels=all"),
    "an unknown product": (["source.products=[leathr]"], "leather"),
    "an unknown mode": (["source.mode=rgb9"], "rgb8"),
    "a text for a number": (["count=many"], "count"),
    "a number for a text": (["name=3"], "name"),
    "a negative count": (["count=-3"], "count"),
    "a broken list": (["defects_per_image=[1"], "defects_per_image"),
    "an inverted range": (["defects_per_image=[3,1]"], "defects_per_image"),
    "an inverted length": (["defect.metal.scratch.shape.width=[5px,1px]"], "(5px, 1px)"),
    "an unknown unit": (["defect.metal.scratch.shape.width=[1in,2in]"], "defect.metal.scratch.shape.width"),
    "a share above one": (["good_share=1.5"], "good_share"),
    "a seed below zero": (["seed=-1"], "seed"),
    "a broken seed": (["seed=1.5"], "seed"),
    "an unknown split": (["splits={training: 1}"], "train"),
    "an unknown target": (["targets={scrach: 3}"], "scratch"),
    "too many targets for the count": (["targets={scratch: 300}", "count=4"], "count"),
    "no attempt": (["attempts=0"], "attempts"),
    "no worker": (["executor=process", "executor.workers=0"], "executor.workers"),
    "an image too small": (["source.size_wh=[4,4]"], "source.size_wh"),
    "an index beyond the plan": (["only=99"], "0..3"),
    "a shard without size": (["shard_size=0"], "shard_size"),
    "a name that climbs": (["name=../../x"], "name"),
    "a name with a tag": (["name='<script>'"], "name"),
    "a reserved name": (["name=con"], "name"),
    "an empty name": (["name=''"], "name"),
    "a category that climbs": (["defect.metal.scratch.category=../../x"], "defect.metal.scratch.category"),
    "a category with a tag": (["defect.metal.scratch.category='<script>'"], "defect.metal.scratch.category"),
    "a reserved category": (["defect.metal.scratch.category=con"], "defect.metal.scratch.category"),
    "an empty category": (["defect.metal.scratch.category=''"], "defect.metal.scratch.category"),
    "an emoji for a category": (["defect.metal.scratch.category=🔥"], "defect.metal.scratch.category"),
    "a foreign target": (["defect.metal.scratch._target_=os.system"], "defect.metal.scratch._target_"),
    "a foreign target deep down": (["source._target_=subprocess.run"], "source._target_"),
    "an override without value": (["count"], "count"),
    "a flag that is not there": (["--fast"], "--fast"),
    "a path below a file": (["out=file/below"], "out"),
    "a path that nobody may write": (["out=/proc/made"], "out"),
    "a length in mm without pixel size": (["defect.metal.scratch.shape.width=[0.1mm,0.2mm]"], "pixel_size_mm"),
    "an interpolation to nowhere": (["name=${nothing}"], "nothing"),
    "a sum of shares of nothing": (["shares={scratch: 0}"], "shares"),
    "shares and targets at once": (["shares={scratch: 1}", "targets={scratch: 3}"], "shares"),
    "an empty source path, which would be the folder one stands in": (["source=folder", "source.path="], "empty one"),
    "a quoted empty path": (["source=folder", "source.path=''"], "empty one"),
    "a source path without folder source": (["source.path=x"], "source.path"),
}


@pytest.mark.parametrize("case", KEYS)
def test_bad_keys_are_named(tmp_path, command, case):
    (tmp_path / "file").write_text("a file")
    overrides, named = KEYS[case]
    code, _, err = command("generate", *SMALL, "defect=[metal/scratch]", *overrides)
    assert code == 2 and named in one_paragraph(err), err
    assert not (tmp_path / "made").exists() or not any((tmp_path / "made").rglob("*.png"))


def test_an_unknown_verb_is_answered_with_the_nearest(command):
    code, _, err = command("genrate")
    assert code == 2 and "Did you mean 'generate'?" in one_paragraph(err)


def test_keys_without_a_verb_are_answered_with_the_verb(command):
    code, _, err = command("count=3")
    assert code == 2 and "defectgen generate count=3" in one_paragraph(err)


def test_a_foreign_folder_is_never_touched(tmp_path, command):
    mine = tmp_path / "made" / "images" / "mine.png"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    for more in ([], ["overwrite=true"]):
        code, _, err = command("generate", *SMALL, *more)
        assert code == 2 and "images" in one_paragraph(err)
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()] == ["made/images/mine.png"]


@pytest.mark.parametrize("path", ["nowhere", "empty"])
def test_an_export_of_nothing_is_refused(tmp_path, command, path):
    (tmp_path / "empty").mkdir()
    code, _, err = command("export", f"path={path}", "export=[coco]")
    assert code == 2 and path in one_paragraph(err)


def test_an_export_without_its_path_says_so(command):
    code, _, err = command("export", "export=[coco]")
    assert code == 2 and "path" in one_paragraph(err)


def test_a_mask_folder_that_does_not_fit_is_named(tmp_path, command):
    good = good_folder(tmp_path)
    (tmp_path / "masks").mkdir()
    cv2.imwrite(str(tmp_path / "masks" / "0.png"), np.full((5, 5), 255, np.uint8))
    code, _, err = command(
        "generate", *SMALL[1:], "source=folder", f"source.path={good}", "roi=mask_dir", f"roi.path={tmp_path / 'masks'}"
    )
    assert code == 2 and ".png" in one_paragraph(err)


def test_a_few_unreadable_files_are_skipped_named_and_counted(tmp_path, command):
    good = good_folder(tmp_path)
    (good / "broken.png").write_bytes(png_bytes()[:50])
    code, _, err = command("generate", *SMALL[1:], "source=folder", f"source.path={good}", "roi=whole", "good_share=1")
    assert code == 0 and "broken.png" in err


def test_transparency_and_palette_are_read_and_said(tmp_path, command):
    folder = tmp_path / "mixed"
    folder.mkdir()
    Image.fromarray(np.dstack([GREY] * 4)).save(folder / "alpha.png")
    Image.fromarray(np.dstack([GREY] * 3)).convert("P").save(folder / "palette.png")
    code, _, _ = command("generate", *SMALL[1:], "source=folder", f"source.path={folder}", "roi=whole", "good_share=1")
    assert code == 0
    records = (tmp_path / "made" / "records.jsonl").read_text()
    assert "alpha" in records


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission_is_named(tmp_path, command):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    code, _, err = command("generate", *SMALL, f"out={locked / 'made'}")
    assert code == 2 and "locked" in one_paragraph(err)


def test_a_kind_that_is_not_there_is_looked_for_among_ones_own_too(tmp_path, command):
    (tmp_path / "mine/defect/fitted").mkdir(parents=True)
    (tmp_path / "mine/defect/fitted/pit.yaml").write_text("")
    err = one_paragraph(command("plan", "--config-dir", "mine", "defect=[fitted/pitt]")[2])
    assert "Did you mean 'fitted/pit'?" in err and len(err) < 200
    code, _, err = command("plan", "defect=[quite/else]")
    assert code == 2 and "--config-dir FOLDER" in one_paragraph(err) and len(err) < 200


def test_an_export_to_no_format_is_refused(command):
    assert command("generate", *SMALL, "count=1", "export=[]")[0] == 0
    code, _, err = command("export", "path=made", "export=[]")
    assert code == 2 and "export: expected one or more of coco, " in one_paragraph(err)


def test_a_run_whose_samples_are_all_rejected_does_not_say_that_they_were_there(command):
    code, out, err = command("generate", *SMALL, "defect=[metal/scratch]", "good_share=0", "labels.min_delta=9999")
    assert code == 3 and "0 images, 4 rejected" in out and "there already" not in out
    assert "fewer than planned, as images were rejected: scratch 0 of " in err


def test_what_there_is_is_listed_once(command):
    for slip in (["plan", "labels=fog"], ["plan", "experiment=fog"], ["fog"], ["fit", "data=.", "format=fog"]):
        code, _, err = command(*slip)
        assert code == 2 and "There is" not in one_paragraph(err), err
    assert "There is: area, edge, forbidden," in command("plan", "roi.fog=1")[2]


def test_a_format_of_text_without_text_is_refused_before_anything_is_drawn(tmp_path, command):
    code, _, err = command("generate", *SMALL, "export=[coco,lmdb]")
    assert code == 2 and "recipe=text" in one_paragraph(err)
    assert not (tmp_path / "made").exists()


def test_a_data_set_of_text_is_not_harvested(tmp_path, command):
    text = ("recipe=text", "text/corpus=lot_code", "text/fault=[smear]", "count=4", "out=made", "export=[]")
    assert command("generate", *text, "executor=serial")[0] == 0
    code, _, err = command("harvest", "data=made", "out=bank")
    assert code == 2 and "text" in one_paragraph(err)
    assert not (tmp_path / "bank").exists()


def test_a_plan_of_no_image_is_refused_and_leaves_nothing(tmp_path, command):
    code, _, err = command("generate", "count=0", "out=made")
    assert code == 2 and err.startswith("defectgen: count:") and "targets=" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", [("export", "export=[coco]"), ("report",)])
def test_an_image_that_was_deleted_is_named_with_a_way_out(tmp_path, command, verb):
    assert command("generate", "count=2", "out=made", "export=[]", "source.size_wh=[64,48]")[0] == 0
    (tmp_path / "made" / "images" / "train" / "000001.png").unlink()
    code, _, err = command(*verb, "path=made")
    assert code == 2 and "000001.png: expected" in one_paragraph(err) and "overwrite=true" in err


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("labels={vissible_sigma: 1}",), "labels: expected names that are there: "),
        (
            ("recipe=text", "text/corpus=mixed", "text.corpus.weights={lott: 1}"),
            "code, expiry, lot, number, words, got 'lott'",
        ),
        (("recipe=text", "text/corpus=date", "text.corpus.texts={sv: [a]}"), "write '+text.corpus.texts.sv=...'"),
    ],
)
def test_a_name_within_braces_that_is_not_there_is_answered_with_those_that_are(command, keys, said):
    code, _, err = command("generate", *keys)
    assert code == 2 and said in one_paragraph(err)
