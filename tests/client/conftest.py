"""The data set that every consumer is handed, and a machine without a network."""

import importlib
import importlib.util
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.dataset.record import Records
from tests.dataset.toy import data_set, label, record

WH = (96, 64)


@pytest.fixture(scope="session")
def masks() -> dict[str, np.ndarray]:
    """Return (H, W) bool masks: a slanted bar, a ring with a hole, two parts, a border, and one pixel."""
    blank = np.zeros((WH[1], WH[0]), np.uint8)
    ring = cv2.circle(cv2.circle(blank.copy(), (75, 20), 15, 1, -1), (75, 20), 6, 0, -1)
    parts = blank.copy()
    parts[50:60, 2:10] = parts[55:63, 30:35] = 1
    border, pixel = blank.copy(), blank.copy()
    border[40:, 80:] = pixel[3, 50] = 1
    drawn = {"bar": cv2.line(blank.copy(), (5, 5), (60, 40), 1, 5), "ring": ring, "parts": parts}
    return {name: mask.astype(bool) for name, mask in (drawn | {"border": border, "pixel": pixel}).items()}


@pytest.fixture(scope="session")
def toy(masks, tmp_path_factory) -> Records:
    """Return six images: train 2 defective, 2 good; val 1 defective; test 1 good. Class 0 is scratch, 1 is pit."""
    root = tmp_path_factory.mktemp("toy")
    bar, ring, parts = label(masks["bar"]), label(masks["ring"], "pit"), label(masks["parts"], "pit")
    border, pixel = label(masks["border"]), label(masks["pixel"], "pit")
    return data_set(
        root,
        record(root, "a-0", "train", WH, [bar, ring]),
        record(root, "a-1", "train", WH),
        record(root, "a-2", "train", WH, [border]),
        record(root, "a-3", "train", WH),
        record(root, "b-4", "val", WH, [parts, pixel]),
        record(root, "c-5", "test", WH),
    )


@pytest.fixture(scope="session", autouse=True)
def no_network(tmp_path_factory) -> Iterator[Path]:
    """Refuse every connection, switch telemetry off, and keep the consumers' settings out of the home folder."""
    home = tmp_path_factory.mktemp("home")

    def refuse(*_: object, **__: object) -> None:
        raise OSError("the tests run without a network")

    quiet = {"YOLO_OFFLINE": "1", "YOLO_VERBOSE": "0", "HF_HUB_OFFLINE": "1", "NO_ALBUMENTATIONS_UPDATE": "1"}
    homes = {name: str(home) for name in ("YOLO_CONFIG_DIR", "MPLCONFIGDIR", "HF_HOME", "TORCH_HOME", "XDG_CACHE_HOME")}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (quiet | homes).items():
            patch.setitem(os.environ, name, value)
        patch.setattr(socket, "getaddrinfo", refuse)
        patch.setattr(socket.socket, "connect", refuse)
        yield home


@pytest.fixture(scope="session")
def torch(no_network):
    """Return torch with a torchvision that can be imported, or skip."""
    for name in ("torch", "torchvision", "ultralytics", "anomalib"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not there: pip install -r requirements/client.lock in an environment of its own")
    importlib.import_module("tests.client.torchvision_on_cpu_torch")
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    return torch
