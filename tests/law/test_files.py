"""Law 1 on files read back: over 2,000 samples, not one changed pixel unlabelled, not one labelled pixel unchanged."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from generator.cli.compose import compose_config, group_options
from generator.dataset.store import Store
from generator.run.generate import Job
from generator.source.part.source import WHITE

PARTS = 7
COUNT = 470  # 7 x 470 = 3,290 samples; a third meets a surface that has no place for one of its kinds


@pytest.mark.parametrize("part", range(PARTS))
def test_what_changed_is_what_is_labelled_on_the_files(tmp_path, part):
    mode = sorted(WHITE)[part % len(WHITE)]
    overrides = [
        f"out={tmp_path / 'set'}", f"defect=[{','.join(group_options('defect'))}]", f"source.mode={mode}",
        "source.size_wh=[72,64]", f"count={COUNT}", "good_share=0", f"seed={part}", "executor=serial",
        "defects_per_image=[1,3]", "check.visibility.min_visible_px=0", "check.visibility.min_visible_share=0",
    ]  # fmt: skip
    result = Job(compose_config("generate", overrides)).run(lambda images, rejected: None)
    assert result.images + result.rejected == COUNT and 7 * result.images > 2000
    rejects = [json.loads(line) for line in (result.root / "rejects.jsonl").read_text().splitlines()]
    unsound = [r for r in rejects if {finding["code"] for finding in r["findings"]} != {"no_room"}]
    assert len(unsound) <= 0.05 * COUNT
    store = Store.open(result.root)
    assert len(store) == result.images
    for record in store:
        image, twin = (_read(result.root / name) for name in (record.image, record.twin))
        index = cv2.imread(str(result.root / record.mask), cv2.IMREAD_UNCHANGED)
        assert image.dtype == twin.dtype and image.shape == twin.shape
        changed = (image != twin).reshape(*index.shape, -1).any(axis=2)
        assert np.array_equal(changed, index > 0), record.key
        assert set(np.unique(index)) - {0} == set(range(1, len(record.labels) + 1)), record.key
        for number, label in enumerate(record.labels, 1):
            assert np.array_equal(label.mask.full(record.hw), index == number)


def _read(path):
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None, path
    return image
