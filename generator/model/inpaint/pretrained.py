"""A pretrained inpainting pipeline of diffusers, from a local folder or the local cache of the Hugging Face hub.

What the folder says it holds is checked before anything is loaded: pipelines whose denoiser is a text-conditioned UNet,
components of diffusers and transformers alone, weights as safetensors. A fingerprint of its files goes into what was
trained on it, so that another model under the same name is noticed. Source: own; the pipelines are those of Rombach et
al. (2022) and Podell et al., SDXL (2023).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from generator.core.errors import ConfigError
from generator.model.device import packages

_SUPPORTED = "Stable Diffusion 1.5, 2 or XL, as an inpainting or a text-to-image model"
_PIPELINES = ("StableDiffusion", "StableDiffusionXL")
_TASKS = ("Pipeline", "InpaintPipeline", "Img2ImgPipeline")
_COMPONENTS = {
    "unet": ("UNet2DConditionModel",),
    "vae": ("AutoencoderKL",),
    "text_encoder": ("CLIPTextModel",),
    "text_encoder_2": ("CLIPTextModelWithProjection",),
}
_TOKENIZERS = ("tokenizer", "tokenizer_2")
_LIBRARIES = ("diffusers", "transformers", "stable_diffusion")  # the last: diffusers' own module of its safety checker
_CHANNELS = (4, 9)
_INDEX, _HALF = "model_index.json", "fp16"
_ENDS = 1 << 20  # bytes of each end of a weights file that its fingerprint reads
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")


def find(pretrained: str, where: str, download: bool = False, variant: str | None = None) -> Path:
    """Return the folder of a pretrained pipeline.

    Args:
        pretrained: a folder as ``save_pretrained`` writes it, or the id of a model on the hub.
        where: the key it was given with, for messages.
        download: whether it may be fetched from the hub.
        variant: which weights to fetch, such as ``fp16``; None: those without a name.

    Raises:
        ConfigError: it is not there, or no pipeline that can be trained.
    """
    if not pretrained:
        raise ConfigError(where, "the folder of a pretrained inpainting model", "none", _fetch("OWNER/NAME", where))
    folder = Path(pretrained).expanduser()
    if not folder.is_dir():
        folder = _from_hub(pretrained, where, download, variant)
    _check(folder, where)
    return folder


def fingerprint(folder: Path) -> str:
    """Return a hash that tells one pretrained model from another.

    Configurations and vocabularies are read whole; of weights the size and both ends, as reading gigabytes would take
    longer than painting.
    """
    digest = hashlib.sha256()
    names = [name for name in (*_COMPONENTS, *_TOKENIZERS, "scheduler") if (folder / name).is_dir()]
    for path in [path for name in names for path in sorted((folder / name).iterdir())]:
        if path.suffix in (".json", ".txt"):
            content = path.read_bytes()
        elif path.suffix == ".safetensors" and path in _weights(path.parent):
            size = path.stat().st_size
            with path.open("rb") as file:
                content = size.to_bytes(8, "big") + file.read(_ENDS)
                file.seek(max(0, size - _ENDS))
                content += file.read(_ENDS)
        else:
            continue
        digest.update(f"{path.relative_to(folder).as_posix()}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def load(folder: Path, where: str, device: str) -> Any:
    """Return the diffusers pipeline, frozen, on the device; networks are bfloat16 where a GPU has it.

    Args:
        folder: as ``find`` returned it.
        where: the key it was given with, for messages.
        device: ``cpu``, ``cuda`` or ``mps``.

    Raises:
        ConfigError: it cannot be loaded, or diffusers or transformers is not installed.
    """
    with packages(where):
        import diffusers
        import torch
        import transformers
        from safetensors import SafetensorError
    half = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    named = not any("." not in path.stem for path in _weights(folder / "unet"))
    index = _json(folder / _INDEX, folder, where)
    unsafe = {"safety_checker": None, "requires_safety_checker": False} if "safety_checker" in index else {}
    bars = transformers.utils.logging, diffusers.utils.logging
    levels = [logging.get_verbosity() for logging in bars]
    for logging in bars:
        logging.disable_progress_bar()
        logging.set_verbosity_error()  # what they would warn of is checked here
    try:
        encoders = {
            name: _encoder(getattr(transformers, kind), folder / name, where)
            for name, (kind,) in _COMPONENTS.items()
            if name.startswith("text") and isinstance(index.get(name), list)
        }
        pipe = diffusers.AutoPipelineForInpainting.from_pretrained(
            str(folder), use_safetensors=True, local_files_only=True, variant=_HALF if named else None,
            **encoders, **unsafe,
        )  # fmt: skip
        for name in _COMPONENTS:
            network = getattr(pipe, name, None)
            if network is not None:
                exact = name == "vae" or not half  # the steps from image to latents and back decide colours
                network.to(device, torch.float32 if exact else torch.bfloat16).eval().requires_grad_(False)
    except torch.OutOfMemoryError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        cause = str(error).strip().partition("\n")[0]
        raise ConfigError(where, "a pretrained model that can be loaded", f"'{folder}' ({cause})") from error
    finally:
        for logging, level in zip(bars, levels, strict=True):
            logging.set_verbosity(level)
    return pipe


def _encoder(kind: Any, folder: Path, where: str) -> Any:
    """Return a text encoder; diffusers would leave weights that are not there to chance."""
    named = not any("." not in path.stem for path in _weights(folder))
    network, loaded = kind.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, variant=_HALF if named else None, output_loading_info=True
    )
    if loaded["missing_keys"]:
        got = f"'{folder}' without {min(loaded['missing_keys'])}"
        raise ConfigError(where, "all weights of a pretrained model", got, "Fetch it anew.")
    return network


def _from_hub(name: str, where: str, download: bool, variant: str | None) -> Path:
    with packages(where):
        from diffusers import DiffusionPipeline
        from huggingface_hub import hf_hub_download, snapshot_download
    if not download:
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (OSError, ValueError):  # the hub's own errors are among these
            expected = "a folder, or a model that the hub's local cache holds"
            raise ConfigError(where, expected, f"'{name}', which is neither", _fetch(name, where)) from None
    try:
        _index(Path(hf_hub_download(name, _INDEX)).parent, where)  # before gigabytes are fetched
        return Path(DiffusionPipeline.download(name, use_safetensors=True, variant=variant))
    except (OSError, ValueError) as error:
        cause = str(error).strip().partition("\n")[0]
        expected = "a model on the hub with weights as safetensors"
        raise ConfigError(where, expected, f"'{name}' ({cause})", _fetch(name, where)) from error


def _fetch(name: str, where: str) -> str:
    folder = "ive the folder that save_pretrained of diffusers' pipeline wrote."
    if name.count("/") != 1 or name.startswith((".", "~", "/")):  # no id of the hub
        return f"G{folder}"
    own = ", let the training do so with model.download=true" if where.startswith("model.") else ""
    return f"Fetch it once with: hf download {name}{own}, or g{folder}"


def _index(folder: Path, where: str) -> dict[str, Any]:
    """Return what a folder says of its pipeline; raise unless it is one that can be tuned."""
    index = _json(folder / _INDEX, folder, where)
    name = index.get("_class_name")
    if name not in [family + task for family in _PIPELINES for task in _TASKS]:
        hint = "Those without a UNet, such as Flux or Stable Diffusion 3, cannot be tuned here."
        raise ConfigError(where, _SUPPORTED, f"'{folder}' with a {name!s:.80}", hint)
    entries = {key: value for key, value in index.items() if isinstance(value, list) and value != [None, None]}
    for key, value in entries.items():
        if len(value) != 2 or value[0] not in _LIBRARIES:
            raise ConfigError(where, "components of diffusers and transformers alone", f"{key} of {value!s:.80}")
    return index


def _check(folder: Path, where: str) -> None:
    """Raise unless a folder looks like a pipeline that can be tuned; nothing of it is run."""
    index = _index(folder, where)
    needed = [key for key in _COMPONENTS if key != "text_encoder_2" or "XL" in index["_class_name"]]
    for key in needed:
        value = index.get(key)
        kind = value[1] if isinstance(value, list) else None
        if kind not in _COMPONENTS[key]:
            raise ConfigError(where, f"{_SUPPORTED}, with a {_COMPONENTS[key][0]} as {key}", f"'{folder}' with {kind}")
        if not _weights(folder / key):
            held = sorted(path.name for end in _PICKLES for path in (folder / key).glob(end))
            got = f"{', '.join(held)}, which may hold code" if held else "none"
            raise ConfigError(where, "weights as *.safetensors", f"{got} in '{folder / key}'", "Fetch it anew.")
    channels = _json(folder / "unet" / "config.json", folder, where).get("in_channels")
    if channels not in _CHANNELS or index.get("requires_aesthetics_score"):
        got = f"'{folder}' with a UNet of {channels} channels" if channels not in _CHANNELS else "a refiner"
        raise ConfigError(where, f"{_SUPPORTED}, with a UNet of 4 or 9 channels", got)


def _weights(folder: Path) -> list[Path]:
    """Return the weights of a component: those without a variant's name, or where there are none the half ones."""
    files = sorted(folder.glob("*.safetensors"))
    return [path for path in files if "." not in path.stem] or [
        path for path in files if _HALF in path.stem.split(".")[-1].split("-")
    ]


def _json(path: Path, folder: Path, where: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        got = f"'{folder}' without {path.relative_to(folder).as_posix()}"
        raise ConfigError(where, "a folder with a pipeline of diffusers", got) from None
    except ValueError as error:
        raise ConfigError(where, f"{path.name} to be JSON", f"'{path}' ({error})") from None
    if not isinstance(content, dict):
        raise ConfigError(where, f"{path.name} to be an object", f"'{path}'")
    return content
