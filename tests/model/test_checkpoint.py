"""Checkpoints: whole or none, the same back, and one paragraph for whatever else lies in a folder."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from generator.core.errors import AssetError
from generator.model.checkpoint import Checkpoint, built, digest_of, load_checkpoint, load_weights, save_checkpoint

torch = pytest.importorskip("torch")


def _net(width: int = 3) -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Conv2d(1, width, 3), torch.nn.BatchNorm2d(width))


def _checkpoint(**changed) -> Checkpoint:
    crops = np.linspace(0, 1, 2 * 8 * 8, dtype=np.float32).reshape(2, 8, 8, 1)
    whole = Checkpoint(
        kind="gan", classes=("crack", "dent"), channels=1, size=16, thin_px=8.0, network={"width": 3},
        weights=_net().state_dict(), references={"crack": (crops, crops[..., 0])}, trained={"steps": 2},
    )  # fmt: skip
    return replace(whole, **changed)


def _edit(folder, **changed):
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def _swap(folder, name, data):
    """Put other bytes in a file's place and say so in model.json, as who means harm would."""
    (folder / name).write_bytes(data)
    files = json.loads((folder / "model.json").read_text())["files"]
    _edit(folder, files=files | {name: hashlib.sha256(data).hexdigest()})


@pytest.fixture
def folder(tmp_path):
    save_checkpoint(tmp_path / "model", _checkpoint())
    return tmp_path / "model"


def test_a_model_comes_back_as_it_was_saved(folder):
    before, after = _checkpoint(), load_checkpoint(folder, "gan")
    for name in ("kind", "classes", "channels", "size", "thin_px", "network", "trained"):
        assert getattr(after, name) == getattr(before, name)
    again = built(partial(_net, 3), after, folder)
    assert {name: tensor.shape for name, tensor in again.state_dict().items()} == {
        name: tensor.shape for name, tensor in before.weights.items()
    }
    assert all(torch.equal(tensor, after.weights[name]) for name, tensor in again.state_dict().items())
    assert all((a == b).all() for a, b in zip(after.references["crack"], before.references["crack"], strict=True))


def test_a_digest_changes_with_the_weights_alone(folder, tmp_path):
    same = load_checkpoint(folder, "gan")
    save_checkpoint(tmp_path / "same", replace(same, trained={"minutes": 3}))
    other = {name: tensor + 1 for name, tensor in same.weights.items()}
    save_checkpoint(tmp_path / "other", replace(same, weights=other))
    assert digest_of(tmp_path / "same") == digest_of(folder) != digest_of(tmp_path / "other")


def test_a_digest_needs_no_torch(folder):
    probe = (
        "import sys; from pathlib import Path; from generator.model.checkpoint import digest_of; "
        "print(digest_of(Path(sys.argv[1]))); assert not {'torch', 'safetensors'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest_of(folder)


def test_a_folder_holds_no_model_until_all_of_it_is_written(folder, monkeypatch):
    replaced = type(folder).replace

    def fail_at_references(self, target):
        if target.name == "references.safetensors":
            raise KeyboardInterrupt
        return replaced(self, target)

    monkeypatch.setattr(type(folder), "replace", fail_at_references)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(folder, _checkpoint())
    with pytest.raises(AssetError, match=r"without model\.json"):
        load_checkpoint(folder, "gan")


class _Trap:
    def __reduce__(self):
        return exec, ("raise SystemExit('run')",)


def test_a_pickle_is_never_opened(folder):
    trap = pickle.dumps(_Trap())
    _swap(folder, "weights.safetensors", trap)
    with pytest.raises(AssetError, match="a pickle, which may hold code"):
        load_checkpoint(folder, "gan")
    (folder / "weights.safetensors").rename(folder / "weights.pt")
    for read in (partial(load_checkpoint, kind="gan"), digest_of):
        with pytest.raises(AssetError, match=r"weights\.pt, which may hold code"):
            read(folder)


@pytest.mark.parametrize("name", ["weights.safetensors", "references.safetensors"])
def test_a_file_cut_short_or_swapped_is_found_out(folder, name):
    whole = (folder / name).read_bytes()
    for data in (whole[:-1], whole[:-1] + b"\x01", b""):
        (folder / name).write_bytes(data)
        for read in (partial(load_checkpoint, kind="gan"), digest_of):
            with pytest.raises(AssetError, match=f"{name}: expected the file that model.json was written with"):
                read(folder)
    for data in (whole[:-1], whole[:9], b"", b"\xff" * 64):
        _swap(folder, name, data)
        with pytest.raises(AssetError, match="a whole safetensors file"):
            load_checkpoint(folder, "gan")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kind": "gan\n"}, "kind to be a name"),
        ({"kind": "diffusion"}, "expected a model of kind gan, got one of kind diffusion"),
        ({"format": "x"}, "another JSON file"),
        ({"format_version": 99}, "format_version 1"),
        ({"classes": ["crack", "crack"]}, "classes that differ"),
        ({"classes": ["../crack"]}, "names that are safe"),
        ({"classes": [""]}, "names that are safe"),
        ({"classes": []}, "a list of names"),
        ({"classes": ["dent"]}, "expected crops of dent, got crops of 'crack'"),
        ({"channels": 3}, "extents"),
        ({"channels": True}, "channels 1 or 3"),
        ({"size": 10**9}, "size in"),
        ({"thin_px": -1}, "thin_px in"),
        ({"network": {"width": 10**12}}, "network.width = 1000000000000"),
        ({"network": {"widths": [1] * 5000}}, "network.widths with 5000 entries"),
        ({"network": []}, "network to be an object"),
        ({"files": {"../../etc/passwd": "x"}}, "files to give"),
        ({"trained": 3}, "trained to be"),
    ],
)
def test_a_description_that_cannot_be_is_refused(folder, changed, message):
    _edit(folder, **changed)
    with pytest.raises(AssetError, match=message) as caught:
        load_checkpoint(folder, "gan")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 5000, "\xff"])
def test_what_is_no_description_is_refused(folder, text):
    (folder / "model.json").write_text(text, encoding="latin-1")
    with pytest.raises(AssetError):
        digest_of(folder)


def test_weights_that_are_not_finite_are_neither_saved_nor_loaded(folder, tmp_path):
    bad = {name: tensor.clone() for name, tensor in _checkpoint().weights.items()}
    bad["0.bias"][1] = float("nan")
    with pytest.raises(AssetError, match=r"0\.bias with NaN"):
        save_checkpoint(tmp_path / "bad", _checkpoint(weights=bad))
    from safetensors.torch import save

    _swap(folder, "weights.safetensors", save(bad))
    with pytest.raises(AssetError, match=r"0\.bias with NaN"):
        load_checkpoint(folder, "gan")


def test_numbers_that_no_network_here_has_are_refused(folder):
    from safetensors.torch import save

    weights = load_checkpoint(folder, "gan").weights
    for kind in (torch.float8_e4m3fn, torch.complex64):
        _swap(folder, "weights.safetensors", save(weights | {"0.bias": torch.zeros(3, dtype=kind)}))
        with pytest.raises(AssetError, match=r"0\.bias of (float8|complex)"):
            load_checkpoint(folder, "gan")


def test_a_description_of_no_network_is_said(folder):
    checkpoint = load_checkpoint(folder, "gan")
    for make in (lambda: torch.nn.Conv2d(1, 3, 3, groups=2), lambda: torch.nn.Conv2d(widths=3), lambda: 1 // 0):
        with pytest.raises(AssetError, match="a network of kind gan that can be built"):
            built(make, checkpoint, folder)


def test_the_first_tensor_that_does_not_fit_is_named(folder):
    checkpoint = load_checkpoint(folder, "gan")
    missing = {name: tensor for name, tensor in checkpoint.weights.items() if name != "1.weight"}
    extra = checkpoint.weights | {"9.weight": torch.zeros(1)}
    for weights, message in ((missing, r"none for 1\.weight"), (extra, r"9\.weight, which the network has not")):
        with pytest.raises(AssetError, match=message):
            load_weights(_net(), replace(checkpoint, weights=weights), folder)
    with pytest.raises(AssetError, match=r"0\.weight of shape \(3, 1, 3, 3\) where the network has \(4, 1, 3, 3\)"):
        load_weights(_net(4), checkpoint, folder)


def test_a_network_too_large_for_any_memory_is_refused_before_it_is_made(folder):
    with pytest.raises(AssetError, match="of shape"):
        built(lambda: torch.nn.Conv2d(1 << 16, 1 << 16, 101), _named_alike(load_checkpoint(folder, "gan")), folder)


def _named_alike(checkpoint: Checkpoint) -> Checkpoint:
    return replace(checkpoint, weights={"weight": torch.zeros(1), "bias": torch.zeros(1)})


def test_what_is_no_folder_of_a_model_is_said(tmp_path):
    (tmp_path / "file").touch()
    for name, cause in (("none", "no folder"), ("file", "no folder"), (".", r"a folder without model\.json")):
        with pytest.raises(AssetError, match=cause):
            digest_of(tmp_path / name)
