"""The probes beside an export show what its words say."""

import cv2
import numpy as np

from generator.dataset.format.angle.convention import CONVENTION, NOTE, PLUS_90, PROBES, UPRIGHT, write_probe
from tests.dataset.toy import file_bytes


def test_the_second_probe_is_the_first_turned_by_plus_90_as_opencv_turns(tmp_path):
    write_probe(tmp_path)
    upright, turned = (cv2.imread(str(tmp_path / name), cv2.IMREAD_GRAYSCALE) for name in PROBES)
    centre = ((upright.shape[1] - 1) / 2, (upright.shape[0] - 1) / 2)
    by_opencv = cv2.warpAffine(upright, cv2.getRotationMatrix2D(centre, 90, 1), upright.shape[::-1], borderValue=255)
    assert np.array_equal(by_opencv, turned)
    assert not any(np.array_equal(np.rot90(upright, turns), turned) for turns in (0, 2, 3))


def test_no_turn_and_no_mirror_of_the_probe_is_the_probe(tmp_path):
    write_probe(tmp_path)
    upright = cv2.imread(str(tmp_path / UPRIGHT), cv2.IMREAD_GRAYSCALE)
    others = [np.rot90(upright, turns) for turns in (1, 2, 3)] + [np.rot90(upright.T, turns) for turns in range(4)]
    assert not any(np.array_equal(other, upright) for other in others)


def test_the_note_states_the_convention_and_names_both_probes(tmp_path):
    write_probe(tmp_path)
    assert sorted(file_bytes(tmp_path)) == sorted([NOTE, *PROBES])
    note = (tmp_path / NOTE).read_text()
    assert CONVENTION in note and f"{PLUS_90} is the same picture turned by +90" in note
