"""A pretrained inpainting model that is tuned, as the configuration describes it. It can be read without torch.

Source: own; rank, rates, prompt and weights are those of DefectFill (Song et al., 2025) and of DreamBooth with LoRA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.core.errors import require
from generator.model.device import packages
from generator.model.port import DRAWN, GOOD, REAL

if TYPE_CHECKING:
    from generator.model.inpaint.learner import InpaintLearner

TOKEN = "{token}"  # noqa: S105  where the word of a class stands in a prompt
KIND = "diffusion_inpaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inpaint:
    """Low-rank adapters and a word for each class, on a pretrained inpainting model.

    Attributes:
        pretrained: folder as diffusers' ``save_pretrained`` writes it, or the id of a model on the hub.
        download: whether it may be fetched from the hub.
        variant: which weights to fetch, such as fp16; None: those without a name.
        size: side of its crops, px, a multiple of 64.
        thin_px: least width of a defect in a crop, px; a cell of the latent grid has 8.
        batch: crops a step.
        at_once: crops that go through the networks together; the others of a step follow.
        good_steps: on good surface, which it is to fill in without a defect.
        drawn_steps: on drawn defects.
        real_steps: on the real few.
        rank: of the adapters.
        alpha: their strength is alpha / rank.
        feedforward: whether the denoiser's layers between its attentions are adapted too.
        text_encoder: whether the text encoders are adapted too; the words are learned in either case.
        rate: of learning, the denoiser's adapters.
        text_rate: the text encoders' adapters and the words.
        outside: weight of the loss outside the extent; within it is 1.
        dropped: share of the steps without a text, so that guidance has something to lead away from.
        prompt: the text of a defect; {token} stands for the word of its class.
        good_prompt: the text of good surface.
        show_steps: of the sampler, for the sheets of samples.
    """

    pretrained: str
    download: bool
    variant: str | None
    size: int
    thin_px: float
    batch: int
    at_once: int
    good_steps: int
    drawn_steps: int
    real_steps: int
    rank: int
    alpha: float
    feedforward: bool
    text_encoder: bool
    rate: float
    text_rate: float
    outside: float
    dropped: float
    prompt: str
    good_prompt: str
    show_steps: int

    def __post_init__(self) -> None:
        require(64 <= self.size <= 2048 and self.size % 64 == 0, "size", "a multiple of 64 up to 2048", self.size)
        require(1 <= self.thin_px <= self.size / 2, "thin_px", f"1 to {self.size / 2:g}", self.thin_px)
        require(1 <= self.batch <= 1024, "batch", "1 to 1024", self.batch)
        require(1 <= self.at_once <= 1024, "at_once", "1 to 1024", self.at_once)
        for name in ("good_steps", "drawn_steps", "real_steps"):
            require(0 <= getattr(self, name) <= 10**7, name, "0 to 10000000", getattr(self, name))
        require(1 <= self.rank <= 256, "rank", "1 to 256", self.rank)
        require(0 < self.alpha <= 1024, "alpha", "above 0, at most 1024", self.alpha)
        for name in ("rate", "text_rate"):
            require(0 < getattr(self, name) <= 0.1, name, "above 0, at most 0.1", getattr(self, name))
        require(0 <= self.outside <= 10, "outside", "0 to 10", self.outside)
        require(0 <= self.dropped <= 0.9, "dropped", "0 to 0.9", self.dropped)
        require(self.prompt.count(TOKEN) == 1, "prompt", f"a text with {TOKEN} in it once", self.prompt)
        require(TOKEN not in self.good_prompt, "good_prompt", f"a text without {TOKEN}", self.good_prompt)
        require(1 <= self.show_steps <= 1000, "show_steps", "1 to 1000", self.show_steps)

    @property
    def kind(self) -> str:
        """What checkpoints call it."""
        return KIND

    @property
    def stages(self) -> Mapping[str, int]:
        """Steps of each stage."""
        return {GOOD: self.good_steps, DRAWN: self.drawn_steps, REAL: self.real_steps}

    def learner(self, *, classes: tuple[str, ...], channels: int, seed: int, device: str) -> InpaintLearner:
        """Return the pretrained model with adapters that do nothing yet.

        Raises:
            ConfigError: torch, diffusers, peft or transformers is not installed, or the pretrained model is not there,
                cannot be loaded or is of a kind that cannot be trained.
        """
        with packages("model"):
            from generator.model.inpaint.learner import InpaintLearner
        return InpaintLearner(self, classes=classes, channels=channels, seed=seed, device=device)
