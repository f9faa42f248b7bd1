"""The tuned inpainting model as a painter of defects. Loaded once a process; can be read without torch. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from generator.core.errors import AssetError, ConfigError, require
from generator.core.ports import Brush
from generator.model.checkpoint import Checkpoint, digest_of, load_checkpoint, load_weights
from generator.model.device import Device, choose, memory_named, packages
from generator.model.inpaint import pretrained
from generator.model.inpaint.settings import KIND, TOKEN

_WHERE = "painter.pretrained"
_KEPT = 1  # models a process keeps loaded: each takes gigabytes
_NETWORK = {
    "pretrained": str, "fingerprint": str, "rank": int, "alpha": (int, float), "feedforward": bool,
    "text_encoder": bool, "prompt": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InpaintPainter:
    """Loads what ``defectgen train model=diffusion_inpaint`` wrote, on the pretrained model that it was tuned on.

    Attributes:
        device: where it paints; auto: a GPU if there is one.
        steps: of the sampler; more cost more and look finer.
        guidance: how much more like its text than without one, >= 1; 1 is as learned, and twice as fast.
        perturb: noise on the text's embedding, in its own deviations: more makes candidates differ more.
        at_once: candidates that are painted together; fewer take less memory.
        pretrained: where the pretrained model lies now; None: where it lay when it was tuned.
    """

    device: Device = "auto"
    steps: int = 50
    guidance: float = 7.5
    perturb: float = 0.1
    at_once: int = 4
    pretrained: str | None = None

    def __post_init__(self) -> None:
        require(1 <= self.steps <= 1000, "steps", "a whole number in [1, 1000]", self.steps)
        require(1 <= self.guidance <= 30, "guidance", "a number in [1, 30]", self.guidance)
        require(0 <= self.perturb <= 5, "perturb", "a number in [0, 5]", self.perturb)
        require(1 <= self.at_once <= 1024, "at_once", "a whole number in [1, 1024]", self.at_once)

    def load(self, checkpoint: Path) -> Brush:
        """Return the brush of a checkpoint; see ``generator.core.ports.Painter``."""
        return _loaded(self, checkpoint, digest_of(checkpoint))

    def digest(self, checkpoint: Path) -> str:
        """Return a hash of what it paints with; the pretrained model is in it by its fingerprint."""
        return digest_of(checkpoint)


@lru_cache(maxsize=_KEPT)
def _loaded(painter: InpaintPainter, folder: Path, digest: str) -> Brush:
    """Return a brush; the digest tells a folder that was trained anew."""
    device = choose(painter.device, "painter.device")
    with packages("painter"):
        from generator.model.inpaint.brush import InpaintBrush
        from generator.model.inpaint.inpainter import Inpainter
    checkpoint = load_checkpoint(folder, KIND)
    _check(checkpoint, folder)
    network = checkpoint.network
    name = painter.pretrained or network["pretrained"]
    base = pretrained.find(name, _WHERE)
    if pretrained.fingerprint(base) != network["fingerprint"]:
        hint = "Give the folder of the one it was tuned on, or train anew."
        raise ConfigError(_WHERE, f"the model that '{folder}' was tuned on", f"another one at '{base}'", hint)
    with memory_named("paint", "painter.at_once, or take a smaller pretrained model"):
        pipe = pretrained.load(base, _WHERE, device)
        try:
            inpainter = Inpainter(pipe, checkpoint.classes, network)
        except (ValueError, KeyError, TypeError) as error:
            cause = str(error).strip().partition("\n")[0]
            raise AssetError(folder, "adapters that fit the pretrained model", cause) from error
        load_weights(inpainter.trained, checkpoint, folder)
    return InpaintBrush(checkpoint=checkpoint, inpainter=inpainter, painter=painter)


def _check(checkpoint: Checkpoint, folder: Path) -> None:
    network = checkpoint.network
    for name, kind in _NETWORK.items():
        if not isinstance(network.get(name), kind):
            raise AssetError(folder, f"network.{name} in model.json", repr(network.get(name))[:80])
    sound = network["rank"] >= 1 and network["alpha"] > 0 and TOKEN in network["prompt"]
    if not sound or checkpoint.size % 64 != 0:
        raise AssetError(folder, f"rank >= 1, alpha > 0, {TOKEN} in the prompt and size a multiple of 64", "others")
