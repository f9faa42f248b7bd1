"""The main job on real photographs, where there are some."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.cli.compose import compose_config
from generator.dataset.store import Store
from generator.run.generate import Job


@pytest.mark.real
@pytest.mark.parametrize("folder", ["magnetic_tile/tile/good", "crackforest/asphalt/good"])
def test_real_images_get_exact_labels_on_the_files(real_data, tmp_path, folder):
    keys = [
        "source=folder", f"source.path={real_data / folder}", f"out={tmp_path / 'set'}", "count=100", "seed=7",
        "executor=serial",
    ]  # fmt: skip
    result = Job(compose_config("generate", keys)).run(lambda images, rejected: None)
    assert result.images + result.rejected == 100 and result.rejected <= 2
    for record in Store.open(result.root):
        image = cv2.imread(str(result.root / record.image), cv2.IMREAD_UNCHANGED)
        source = cv2.imread(str(real_data / folder / record.source_id), cv2.IMREAD_UNCHANGED)
        mask = np.zeros(record.hw, bool)
        for label in record.labels:
            mask |= label.mask.full(record.hw)
        changed = (image != source).reshape(*record.hw, -1).any(axis=2)
        assert np.array_equal(changed, mask), record.key
