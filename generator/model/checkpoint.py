"""A trained model as a folder: JSON and safetensors, which hold no code.

``model.json`` says what the model is and the SHA-256 of the files beside it; it is written last, so that a folder holds
a whole model or none. A folder from anywhere may be opened: files are taken as bytes, measured and compared before
anything is made of them, and a network is built without memory first, so that it asks for no more than the file holds.
Source: own; safetensors is the format of Hugging Face.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from generator.core.errors import AssetError
from generator.core.version import VERSION
from generator.model.device import packages
from generator.model.sound import (
    FORMAT,
    FORMAT_VERSION,
    MODEL,
    NEEDED,
    REFERENCES,
    WEIGHTS,
    check_content,
    check_references,
    check_weights,
)

if TYPE_CHECKING:
    import torch

_MOST_JSON_BYTES = 16 << 20
_MOST_WEIGHT_BYTES = 8 << 30
_PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib")
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_BLOCK = 1 << 20
_UNBUILT = (TypeError, ValueError, LookupError, AttributeError, RuntimeError, ArithmeticError, AssertionError)
"""What building a network from a description that describes none may raise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """A trained model.

    Attributes:
        kind: gan, diffusion, diffusion_inpaint or mask.
        classes: what it has learned, in the order of its labels.
        channels: 1 or 3.
        size: side of its crops, px.
        thin_px: least width of a defect in a crop, px.
        network: all that is needed to build the painting network (JSON).
        weights: of that network, on the CPU, by name.
        references: by class what it learned from: (n, s, s, C) float32 in [0, 1] and (n, s, s) float32 extents.
        trained: how it was trained, for people (JSON).
    """

    kind: str
    classes: tuple[str, ...]
    channels: int
    size: int
    thin_px: float
    network: dict[str, Any]
    weights: dict[str, torch.Tensor]
    references: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a model into a folder, over one that is there; other files stay.

    Raises:
        AssetError: it is not sound: a number that is not finite, a class that cannot be, too large a network.
    """
    with packages(f"model {folder}"):
        from safetensors.numpy import save as save_arrays
        from safetensors.torch import save as save_tensors
    check_weights(folder, checkpoint.weights)
    check_references(folder, checkpoint.references, checkpoint.classes, checkpoint.channels)
    arrays = {}
    for name, (crops, extents) in checkpoint.references.items():
        arrays[f"crops/{name}"] = np.ascontiguousarray(crops, dtype=np.float32)
        arrays[f"extents/{name}"] = np.ascontiguousarray(extents, dtype=np.float32)
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in checkpoint.weights.items()}
    files = {WEIGHTS: save_tensors(tensors), REFERENCES: save_arrays(arrays)}
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": VERSION,
        "kind": checkpoint.kind,
        "classes": list(checkpoint.classes),
        "channels": checkpoint.channels,
        "size": checkpoint.size,
        "thin_px": checkpoint.thin_px,
        "network": checkpoint.network,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "trained": checkpoint.trained,
    }
    check_content(folder, content)
    folder.mkdir(parents=True, exist_ok=True)
    partials = {name: _written(folder, name, data) for name, data in files.items()}
    partials[MODEL] = _written(folder, MODEL, orjson.dumps(content, option=orjson.OPT_INDENT_2))
    (folder / MODEL).unlink(missing_ok=True)  # until the new files stand the folder holds no model
    for name, partial in partials.items():
        partial.replace(folder / name)


def load_checkpoint(folder: Path, kind: str) -> Checkpoint:
    """Read a model, its weights on the CPU.

    Args:
        folder: from anywhere; nothing in it is run.
        kind: what it must be.

    Raises:
        AssetError: it is no sound model of this kind.
        ConfigError: safetensors or torch is not installed.
    """
    content = _content(folder)
    if content["kind"] != kind:
        raise AssetError(folder, f"a model of kind {kind}", f"one of kind {content['kind']}")
    with packages(f"model {folder}"):
        from safetensors import SafetensorError
        from safetensors.numpy import load as load_arrays
        from safetensors.torch import load as load_tensors

    def read(name: str, load: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
        data = _file(folder, name).read_bytes()
        _check_hash(folder, content, name, hashlib.sha256(data).hexdigest())
        try:
            return load(data)
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise AssetError(folder / name, "a whole safetensors file", _why_unread(data, error)) from None

    arrays = read(REFERENCES, load_arrays)
    names = [name.removeprefix("crops/") for name in arrays if name.startswith("crops/")]
    if {*arrays} != {f"{part}/{name}" for name in names for part in ("crops", "extents")}:
        raise AssetError(folder / REFERENCES, "crops and extents of each class", f"{', '.join(sorted(arrays)[:4])}")
    checkpoint = Checkpoint(
        weights=read(WEIGHTS, load_tensors),
        references={name: (arrays[f"crops/{name}"], arrays[f"extents/{name}"]) for name in sorted(names)},
        classes=tuple(content["classes"]),
        thin_px=float(content["thin_px"]),
        **{name: content[name] for name in ("kind", "channels", "size", "network", "trained")},
    )
    check_weights(folder, checkpoint.weights)
    check_references(folder, checkpoint.references, checkpoint.classes, checkpoint.channels)
    return checkpoint


def digest_of(folder: Path) -> str:
    """Return a hash of what the model paints with; needs no torch and reads no tensor.

    Raises:
        AssetError: it is no sound model, or a file is not the one that was written.
    """
    content = _content(folder)
    for name in (WEIGHTS, REFERENCES):
        digest = hashlib.sha256()
        with _file(folder, name).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        _check_hash(folder, content, name, digest.hexdigest())
    decisive = {name: value for name, value in content.items() if name not in ("trained", "version")}
    return hashlib.sha256(orjson.dumps(decisive, option=orjson.OPT_SORT_KEYS)).hexdigest()


def facts_of(folder: Path) -> Mapping[str, Any]:
    """Return what ``model.json`` says, such as ``kind``, ``classes`` and ``trained``; needs no torch.

    Raises:
        AssetError: the folder holds no sound model.
    """
    return _content(folder)


def load_weights(module: torch.nn.Module, checkpoint: Checkpoint, where: object) -> None:
    """Put the weights of a model into a network.

    Args:
        module: the network, all of it; may lie on any device.
        checkpoint: the model.
        where: the folder, for the error.

    Raises:
        AssetError: a tensor is missing, left over, or of another shape; the first such is named.
    """
    _check_fit(module.state_dict(), checkpoint.weights, where)
    module.load_state_dict(checkpoint.weights)


def built(make: Callable[[], torch.nn.Module], checkpoint: Checkpoint, where: object) -> torch.nn.Module:
    """Build a network on the CPU, with the weights of a model, ready to paint.

    It is made without memory first and compared with the weights, so that a folder from anywhere cannot ask for more
    than its file holds.

    Args:
        make: makes the network that ``checkpoint.network`` describes.
        checkpoint: the model.
        where: the folder, for the error.

    Raises:
        AssetError: the description is no network, or the weights are not its.
    """
    import torch

    try:
        with torch.random.fork_rng(devices=[]):
            with torch.device("meta"):
                likeness = make()
            _check_fit(likeness.state_dict(), checkpoint.weights, where)
            module = make()
    except _UNBUILT as error:
        cause = str(error).strip().partition("\n")[0]
        raise AssetError(where, f"a network of kind {checkpoint.kind} that can be built", cause) from error
    load_weights(module, checkpoint, where)
    return module.eval().requires_grad_(False)


def _check_fit(own: Mapping[str, torch.Tensor], given: Mapping[str, torch.Tensor], where: object) -> None:
    for name, tensor in own.items():
        if name not in given:
            raise AssetError(where, "the weights of its network", f"none for {name}")
        if given[name].shape != tensor.shape:
            shapes = f"{tuple(given[name].shape)} where the network has {tuple(tensor.shape)}"
            raise AssetError(where, "the weights of its network", f"{name} of shape {shapes}")
    extra = next((name for name in given if name not in own), None)
    if extra is not None:
        raise AssetError(where, "the weights of its network", f"{extra}, which the network has not")


def _content(folder: Path) -> dict[str, Any]:
    """Return what model.json says, checked."""
    if not folder.is_dir():
        raise AssetError(folder, NEEDED, "no folder" if not folder.exists() else "something that is no folder")
    path = folder / MODEL
    if not path.is_file():
        raise AssetError(folder, NEEDED, _instead(folder, MODEL))
    try:
        if path.stat().st_size > _MOST_JSON_BYTES:
            raise AssetError(path, f"at most {_MOST_JSON_BYTES >> 20} MiB", f"{path.stat().st_size >> 20} MiB")
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise AssetError(path, NEEDED, error.strerror or "a file that cannot be read") from None
    except orjson.JSONDecodeError as error:
        raise AssetError(path, "JSON", f"{error.msg} in line {error.lineno}") from None
    check_content(folder, content)
    return content


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise AssetError(folder, NEEDED, _instead(folder, name))
    if path.stat().st_size > _MOST_WEIGHT_BYTES:
        raise AssetError(path, f"at most {_MOST_WEIGHT_BYTES >> 30} GiB", f"{path.stat().st_size >> 30} GiB")
    return path


def _instead(folder: Path, name: str) -> str:
    held = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in _PICKLES)
    return f"{', '.join(held[:3])}, which may hold code and is never opened" if held else f"a folder without {name}"


def _check_hash(folder: Path, content: Mapping[str, Any], name: str, found: str) -> None:
    if content["files"][name] != found:
        raise AssetError(folder / name, f"the file that {MODEL} was written with", "another, or a part of it")


def _why_unread(data: bytes, error: Exception) -> str:
    if data.startswith(_PICKLE_STARTS):
        return "a pickle, which may hold code and is never opened"
    return f"one that cannot be read ({str(error).strip().partition(chr(10))[0]})"


def _written(folder: Path, name: str, data: bytes) -> Path:
    partial = folder / f".{name}.partial"
    partial.write_bytes(data)
    return partial
