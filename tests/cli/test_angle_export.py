"""Formats of one angle an image are refused before a run whose images have none, or several."""

import csv

FAST = ("count=2", "executor=serial", "report=false")
TILES = ("source.products=[cast_housing]", "source.size_wh=[64,64]")


def test_formats_of_angles_are_refused_where_no_image_is_turned(command, tmp_path):
    code, _, err = command("generate", *FAST, *TILES, "export=[coco,angle_csv]")
    assert code == 2
    assert "export: expected formats that state no angle, got angle_csv." in err and "recipe=rotation" in err
    assert not (tmp_path / "outputs").exists()


def test_formats_of_one_angle_are_refused_where_an_image_has_several_parts(command, tmp_path):
    code, _, err = command("generate", "recipe=parts", *FAST, "rotation.count=[1,3]", "export=[angle_folders]")
    assert code == 2
    assert "expected formats of parts, as there are several on an image, got angle_folders." in err
    assert "angle_jsonl, coco or yolo_obb" in err


def test_a_turned_data_set_is_exported_with_its_angles(command, tmp_path):
    code, _, err = command(
        "generate", "recipe=rotation", *FAST, *TILES, "roi=auto", "rotation.step=1", "rotation.max_cut=1",
        "export=[angle_csv,angle_folders,angle_jsonl,coco,supervisely]", "out=made",
    )  # fmt: skip
    assert code == 0, err
    with (tmp_path / "made/export/angle_csv/labels.csv").open(newline="") as file:
        angles = [float(row["angle_deg"]) for row in csv.DictReader(file)]
    assert len(angles) == 2 and all(angle == round(angle) for angle in angles)
    for name in ("angle_folders", "angle_jsonl", "coco", "supervisely"):
        code, out, err = command("doctor", f"data=made/export/{name}")
        assert code in (0, 3) and f"read as {name}: 2 images" in out, err
