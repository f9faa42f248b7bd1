"""Samples in memory: by index, by iteration, picklable, the same in any process."""

from __future__ import annotations

import hashlib
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from generator import samples
from generator.core.errors import ConfigError
from generator.imaging.codec import encode_png

KEYS = ("source.size_wh=[48,48]", "count=6", "seed=2", "roi=whole")


def digest(sequence, index):
    sample = sequence[index]
    return hashlib.sha256(
        sample.image.tobytes() + b"".join(i.mask.bits.tobytes() for i in sample.instances)
    ).hexdigest()


def test_a_sequence_is_a_map_style_data_set():
    sequence = samples(*KEYS)
    assert len(sequence) == 6 and len(list(sequence)) == 6
    assert np.array_equal(sequence[-1].image, sequence[5].image)
    assert set(sequence.categories) >= {i.category for sample in sequence for i in sample.instances}
    with pytest.raises(IndexError):
        sequence[6]


def test_the_same_index_gives_the_same_sample_in_another_process():
    sequence = samples(*KEYS)
    here = [digest(sequence, index) for index in range(6)]
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        there = list(pool.map(digest, [sequence] * 6, range(5, -1, -1)))
    assert there[::-1] == here


def test_a_copy_by_pickle_gives_the_same_samples():
    sequence = samples(*KEYS)
    sequence[0]
    assert digest(pickle.loads(pickle.dumps(sequence)), 3) == digest(sequence, 3)


def test_what_travels_is_read_only():
    sample = next(s for s in samples(*KEYS, "good_share=0") if s.instances)
    for array in (sample.image, sample.good, sample.instances[0].mask.bits):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


def test_a_rejected_sample_comes_back_good_and_says_why():
    sequence = samples(*KEYS, "good_share=0", "check.visibility.min_visible_px=100000")
    sample = sequence[0]
    assert sample.image is sample.good and not sample.instances
    assert [finding.severity for finding in sample.findings].count("error") >= 1


def test_files_and_memory_hold_the_same_samples(small_config, tmp_path):
    import cv2

    from generator.dataset.store import Store
    from generator.run.generate import Job
    from generator.run.sequence import SampleSequence

    config = small_config("count=6", "seed=2")
    store = Store.open(Job(config).run(lambda images, rejected: None).root)
    sequence = SampleSequence(config)
    for record in store:
        sample = sequence[record.index]
        read = cv2.imread(str(store.root / record.image), cv2.IMREAD_UNCHANGED)[..., ::-1]
        assert np.array_equal(read, sample.image)
        assert [label.category for label in record.labels] == [i.category for i in sample.instances]
        assert all(label.mask == i.mask for label, i in zip(record.labels, sample.instances, strict=True))


def test_a_typo_is_answered_with_the_nearest_key():
    with pytest.raises(ConfigError, match="Did you mean 'count'"):
        samples("cuont=3")


def test_a_rejected_sample_comes_back_as_the_same_camera_sees_it():
    keys = ["source.size_wh=[48,48]", "count=3", "good_share=0", "roi=whole", "camera=full"]
    rejected = samples(*keys, "check.visibility.min_area_px=99999", "attempts=1")[0]
    assert rejected.findings and not rejected.instances
    unchecked = ("check.visibility.min_visible_px=0", "check.visibility.min_visible_share=0", "attempts=1")
    assert np.array_equal(rejected.image, samples(*keys, *unchecked)[0].good) and rejected.params["camera"]


def test_a_sample_says_where_its_light_is_known_from(tmp_path):
    (tmp_path / "flat.png").write_bytes(encode_png(np.full((40, 40, 1), 99, np.uint8)))
    given = ("source=folder", f"source.path={tmp_path}", "count=1", "good_share=1")
    assert samples("count=1", "good_share=1", "source.size_wh=[40,40]")[0].params["light"]["from"] == "source"
    assert samples(*given)[0].params["light"]["from"] == "id"
    assert samples(*given, "source.light_deg=30")[0].params["light"] == {"deg": 30.0, "from": "source"}
