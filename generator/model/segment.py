"""A segmenter prompted by a box, from a local folder: Segment Anything, as transformers keeps it.

Nothing is fetched: configuration, preprocessor and weights (safetensors, which hold no code) lie in the folder, as
``save_pretrained`` writes them. The image is embedded once and asked for each of its boxes. Of the masks that the model
offers the one is taken that it trusts most.
Source: own; Kirillov et al., Segment Anything (2023).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from generator.core.errors import ConfigError

_WHERE = "segmenter"
_PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")
_KIND = "sam"


class Segmenter:
    """A model that says which pixels in a box are the thing it was drawn around."""

    def __init__(self, model: Any, processor: Any, device: str) -> None:
        self._model, self._processor, self._device = model, processor, device
        self._seen: np.ndarray | None = None
        self._embedded: Any = None

    def __call__(self, pixels: np.ndarray, white: int, bbox_xywh: tuple[int, int, int, int]) -> np.ndarray:
        """Return the mask of a box.

        Args:
            pixels: (H, W, C) uint8 or uint16, C in {1, 3}, RGB.
            white: the value shown as full brightness.
            bbox_xywh: px, half-open, within the image.

        Returns:
            (H, W) bool; empty where the model finds nothing.
        """
        import torch

        shown = np.clip(np.rint(pixels * np.float32(255.0 / white)), 0, 255).astype(np.uint8)
        shown = np.ascontiguousarray(np.broadcast_to(shown, (*pixels.shape[:2], 3)))
        x, y, w, h = bbox_xywh
        asked = self._processor(images=shown, input_boxes=[[[x, y, x + w, y + h]]], return_tensors="pt")
        with torch.inference_mode():
            if self._seen is not pixels:
                picture = asked["pixel_values"].to(self._device)
                self._embedded, self._seen = self._model.get_image_embeddings(picture), pixels
            boxes = asked["input_boxes"].to(self._device, torch.float32)
            found = self._model(image_embeddings=self._embedded, input_boxes=boxes, multimask_output=True)
        masks = self._processor.image_processor.post_process_masks(
            found.pred_masks.cpu(), asked["original_sizes"], asked["reshaped_input_sizes"]
        )[0][0]
        best = int(found.iou_scores[0, 0].argmax())
        return np.ascontiguousarray(masks[best].numpy().astype(bool))


def load_segmenter(folder: Path, device: str = "auto") -> Segmenter:
    """Load a model from a local folder.

    Args:
        folder: holds config.json, preprocessor_config.json (or processor_config.json) and *.safetensors.
        device: ``cpu``, ``cuda``, or ``auto``: a GPU if there is one.

    Raises:
        ConfigError: the folder holds no such model, or torch and transformers are not installed.
    """
    _check_folder(folder)
    try:
        import torch
        from safetensors import SafetensorError
        from transformers import SamModel, SamProcessor
        from transformers.utils import logging
    except ModuleNotFoundError as error:
        missing = f"the package {error.name} to be installed"
        raise ConfigError(_WHERE, missing, "none", "Install it with: pip install 'defectgen[learn]'") from None
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # what it would warn of is checked here
    try:
        model, loaded = SamModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
        processor = SamProcessor.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        cause = str(error).strip().partition("\n")[0]
        raise ConfigError(_WHERE, "a Segment Anything model that can be loaded", f"'{folder}' ({cause})") from error
    missing = sorted(loaded["missing_keys"])
    if missing:  # they would be left to chance
        got = f"'{folder}' without {len(missing)} of them, such as {missing[0]}"
        raise ConfigError(_WHERE, "all weights of a Segment Anything model", got)
    return Segmenter(model.eval().to(device), processor, device)


def _check_folder(folder: Path) -> None:
    """Raise unless the folder looks like such a model; nothing of it is run."""
    hint = "Give the folder that save_pretrained of transformers' SamModel and SamProcessor wrote."
    expected = "a folder with a Segment Anything model"
    if not folder.is_dir():
        raise ConfigError(_WHERE, expected, f"'{folder}', which is no folder", hint)
    if not (folder / "config.json").is_file():
        raise ConfigError(_WHERE, expected, f"'{folder}' without config.json", hint)
    if not any((folder / name).is_file() for name in _PREPROCESSORS):
        raise ConfigError(_WHERE, expected, f"'{folder}' without preprocessor_config.json", hint)
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (ValueError, AttributeError) as error:
        got = f"'{folder / 'config.json'}' ({error})"
        raise ConfigError(_WHERE, "config.json to be JSON with model_type", got, hint) from None
    if kind != _KIND:
        raise ConfigError(_WHERE, "a model of type sam", f"one of type {kind} in '{folder}'", hint)
    if not any(folder.glob("*.safetensors")):
        held = sorted(path.name for path in folder.iterdir() if path.suffix in (".bin", ".pt", ".pth", ".ckpt"))
        got = f"'{folder}' with {', '.join(held)}, which may hold code" if held else f"'{folder}' without weights"
        raise ConfigError(_WHERE, "weights as *.safetensors", got, hint)
