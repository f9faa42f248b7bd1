"""A small data set written by hand: every number of its report can be counted on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import orjson
import pytest
import yaml

from generator.core.annotation import Instance, Region
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.dataset.store import CLASSES, RECORDS, SampleWriter, record_line

Defect = tuple[str, tuple[int, int, int, int]]  # category, x y w h
SIZE = 32


def make_sample(index: int, split: str, defects: Sequence[Defect], source_id: str | None = None) -> Sample:
    """Return a grey 32 x 32 sample whose defects are boxes, 50 levels darker than the surface at 100."""
    source_id = f"tile-{index:06d}" if source_id is None else source_id
    pixels = np.full((SIZE, SIZE, 1), 100, np.uint8)
    image, instances = pixels.copy(), []
    for category, (x, y, w, h) in defects:
        image[y : y + h, x : x + w] = 50
        region = Region.tight(np.ones((h, w), bool), x, y)
        measured = {"contrast": -0.196, "contrast_rel": -0.5, "change_p90": 0.196, "noise": 0.0, "visible_px": w * h}
        params = {"measured": measured}
        instances.append(
            Instance(category=category, support=region, mask=region, own_area_px=region.area_px, params=params)
        )
    spec = SampleSpec(
        index=index,
        key=f"{index:06d}",
        split=split,
        recipe="defect",
        source_id=source_id,
        seed=0,
        categories=tuple(category for category, _ in defects),
    )
    return Sample(
        spec=spec,
        source=GoodImage(source_id=source_id, pixels=pixels, white=255),
        image=image if instances else pixels,
        good=pixels,
        instances=tuple(instances),
    )


@pytest.fixture
def data_set(tmp_path) -> Callable[..., Path]:
    """Return a function that writes samples as a finished data set and returns its folder."""

    def write(samples, classes=("pit", "scratch"), run=None, config=None, rejects=(), name="set") -> Path:
        root = tmp_path / name
        root.mkdir()
        writer = SampleWriter(root, twins=True)
        (root / RECORDS).write_bytes(b"".join(record_line(writer.write(sample)) for sample in samples))
        (root / CLASSES).write_bytes(orjson.dumps({"classes": list(classes)}))
        (root / "rejects.jsonl").write_bytes(b"".join(orjson.dumps(reject) + b"\n" for reject in rejects))
        if run is not None:
            (root / "run.json").write_bytes(orjson.dumps(run))
        if config is not None:
            (root / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        return root

    return write


@pytest.fixture
def small_set(data_set) -> Path:
    """Return five images: two good, three with two pits and two scratches on them; a sixth sample was rejected."""
    samples = [
        make_sample(0, "train", [("pit", (4, 4, 2, 2)), ("scratch", (10, 20, 16, 1))]),
        make_sample(1, "train", []),
        make_sample(2, "train", [("pit", (0, 8, 4, 4))]),
        make_sample(3, "val", [("scratch", (2, 2, 1, 8))]),
        make_sample(4, "val", []),
    ]
    run = {
        "spec_id": "ab" * 32,
        "version": "0.1.0",
        "planned": 6,
        "plan": {
            "train": {"images": 4, "good": 1, "defects": {"pit": 3, "scratch": 1}},
            "val": {"images": 2, "good": 1, "defects": {"pit": 0, "scratch": 1}},
        },
        "findings": [{"severity": "warning", "code": "skipped", "message": "/home/somebody/parts/b.png: truncated"}],
    }
    config = {
        "source": {"_target_": "generator.source.folder.Folder", "masks": "/home/somebody/masks"},
        "defect": {"metal": {"pit": {"_target_": "generator.defect.stage.Defect", "category": "pit"}}},
        "recipe": {"name": "defect"},
        "splits": {"train": 0.7, "val": 0.3},
        "seed": 0,
    }
    finding = {"severity": "error", "code": "invisible", "message": "pit: 1 of 9 px stand out, at least 4 wanted"}
    reject = {"index": 5, "split": "train", "categories": ["pit"], "findings": [finding, finding]}
    return data_set(samples, run=run, config=config, rejects=[reject])
