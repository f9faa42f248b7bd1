"""What every family of broken label files is judged by: the clear line, and that the rest is still read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.core.errors import FormatError
from generator.dataset.format.table import FORMATS
from generator.dataset.problem import LABEL_LEFT_OUT, Problems

Edit = Callable[[Path], object]
Case = tuple[str, Edit, str, str]
"""A file, what happens to it, what the message says, and the images left with their numbers of labels: "a1 b1"."""


def image(path: Path, wh: tuple[int, int] = (8, 6)) -> None:
    """Write a grey image."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((wh[1], wh[0]), np.uint8))


def text(path: Path, content: str) -> None:
    """Write a text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def swap(old: str, new: str) -> Edit:
    """Return the edit that replaces the first ``old``, which must be there."""

    def edit(path: Path) -> None:
        content = path.read_text("utf-8")
        assert old in content
        path.write_text(content.replace(old, new, 1), "utf-8")

    return edit


def halve(path: Path) -> None:
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def png(array: np.ndarray) -> Edit:
    """Return the edit that writes a PNG of an array."""
    return lambda path: path.write_bytes(cv2.imencode(".png", array)[1].tobytes())


remove = Path.unlink


def check(name: str, root: Path, case: Case, whole: str) -> None:
    """Break one file of a data set and read it with a list and without.

    Args:
        name: the format.
        root: its folder.
        case: what is broken.
        whole: the images and numbers of labels of the sound data set, as in a case.
    """
    assert shown(FORMATS[name].read(root)) == whole
    file, edit, message, kept = case
    edit(root / file)
    with pytest.raises(FormatError) as caught:
        FORMATS[name].read(root)
    assert message in str(caught.value), str(caught.value)
    assert str(root) in str(caught.value)
    problems: Problems = []
    if not kept:
        with pytest.raises(FormatError):
            FORMATS[name].read(root, problems)
        return
    data = FORMATS[name].read(root, problems)
    assert shown(data) == kept, problems
    assert [str(problem) for problem in problems] == [str(caught.value)]
    before = dict((word[0], word[1:]) for word in whole.split())
    for one in data:
        lost = len(one.labels) < int(before[one.key])
        assert [finding.code for finding in one.findings] == [LABEL_LEFT_OUT] * lost
        assert not any(str(root) in finding.message for finding in one.findings)


def shown(data) -> str:
    """Return a data set's images with their numbers of labels, such as "a2 b1"."""
    return " ".join(f"{one.key}{len(one.labels)}" for one in sorted(data, key=lambda one: one.key))
