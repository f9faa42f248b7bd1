"""What a model's folder may say and hold: names, bounds, finite numbers.

The bounds are far beyond any sound model, and keep a description from anywhere from asking for what no machine has.
Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from generator.core.errors import AssetError
from generator.core.names import is_safe_name

if TYPE_CHECKING:
    import torch

MODEL, WEIGHTS, REFERENCES = "model.json", "weights.safetensors", "references.safetensors"
FORMAT, FORMAT_VERSION = "defectgen model", 1
NEEDED = "a model that 'defectgen train' wrote"
_MOST_SIZE_PX, _MOST_CLASSES, _MOST_NUMBER, _MOST_ENTRIES, _MOST_DEPTH = 2048, 1000, 1 << 16, 1024, 8
_DTYPES = ("float32", "float16", "bfloat16", "int64", "int32", "uint8", "bool")


def check_content(folder: Path, content: Any) -> None:
    """Raise ``AssetError`` unless ``content`` is what ``model.json`` may say; the first thing wrong is named."""
    path = folder / MODEL

    def check(holds: bool, expected: str, got: object) -> None:
        if not holds:
            raise AssetError(path, expected, repr(got)[:200])

    check(isinstance(content, dict) and content.get("format") == FORMAT, NEEDED, "another JSON file")
    version = content.get("format_version")
    check(version == FORMAT_VERSION, f"format_version {FORMAT_VERSION}, as this version writes it", version)
    check(_is_name(content.get("kind")), "kind to be a name", content.get("kind"))
    classes = content.get("classes")
    check(isinstance(classes, list) and 1 <= len(classes) <= _MOST_CLASSES, "classes to be a list of names", classes)
    for name in classes:
        check(_is_name(name), "classes with names that are safe", name)
    check(len({*classes}) == len(classes), "classes that differ", classes)
    check(
        _is_int(content.get("channels")) and content["channels"] in (1, 3), "channels 1 or 3", content.get("channels")
    )
    size = content.get("size")
    check(_is_int(size) and 8 <= size <= _MOST_SIZE_PX, f"size in [8, {_MOST_SIZE_PX}] px", size)
    thin = content.get("thin_px")
    check(_is_number(thin) and 0 <= thin <= size, f"thin_px in [0, {size}]", thin)
    check(isinstance(content.get("network"), dict), "network to be an object", content.get("network"))
    wrong = _unbounded(content["network"], "network", _MOST_DEPTH)
    check(wrong == "", f"numbers within {_MOST_NUMBER} and at most {_MOST_ENTRIES} entries in a list", wrong)
    check(isinstance(content.get("trained"), dict), "trained to be an object", content.get("trained"))
    files = content.get("files")
    fits = (
        isinstance(files, dict)
        and {*files} == {WEIGHTS, REFERENCES}
        and all(isinstance(v, str) for v in files.values())
    )
    check(fits, f"files to give the SHA-256 of {WEIGHTS} and {REFERENCES}", files)


def _unbounded(value: object, key: str, depth: int) -> str:
    """Return what in a description is too large to be one; empty: nothing is."""
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        if depth == 0 or len(value) > _MOST_ENTRIES:
            return f"{key} with {len(value)} entries" if depth else f"{key}, nested too deep"
        return next((wrong for name, item in entries if (wrong := _unbounded(item, f"{key}.{name}", depth - 1))), "")
    if isinstance(value, int | float) and not abs(value) <= _MOST_NUMBER:
        return f"{key} = {value}"
    return ""


def check_weights(folder: Path, weights: Mapping[str, torch.Tensor]) -> None:
    """Raise ``AssetError`` unless there are weights, of usual numbers, and all are finite."""
    if not weights:
        raise AssetError(folder / WEIGHTS, "the weights of a network", "none")
    for name, tensor in weights.items():
        kind = str(tensor.dtype).removeprefix("torch.")
        if kind not in _DTYPES:
            raise AssetError(folder / WEIGHTS, f"numbers of {', '.join(_DTYPES)}", f"{name} of {kind}")
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise AssetError(folder / WEIGHTS, "weights that are finite", f"{name} with NaN or infinity")


def check_references(
    folder: Path, references: Mapping[str, tuple[np.ndarray, np.ndarray]], classes: tuple[str, ...], channels: int
) -> None:
    """Raise ``AssetError`` unless the references are crops of these classes, with as many channels, in [0, 1]."""
    for name, (crops, extents) in references.items():
        path = folder / REFERENCES
        if name not in classes:
            raise AssetError(path, f"crops of {', '.join(classes)}"[:200], f"crops of {name!r:.80}")
        fits = crops.ndim == 4 and crops.shape[1] == crops.shape[2] and crops.shape[3] == channels
        if not fits or extents.shape != crops.shape[:3] or {crops.dtype, extents.dtype} != {np.dtype(np.float32)}:
            got = f"{crops.dtype} {crops.shape} and {extents.dtype} {extents.shape} of {name}"
            raise AssetError(path, f"float32 crops (n, s, s, {channels}) and extents (n, s, s)", got)
        for array in (crops, extents):
            if array.size and not (float(array.min()) >= 0.0 and float(array.max()) <= 1.0):  # false of NaN
                raise AssetError(path, "values in [0, 1]", f"others in those of {name}")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return (_is_int(value) or isinstance(value, float)) and math.isfinite(value)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != "" and is_safe_name(value)
