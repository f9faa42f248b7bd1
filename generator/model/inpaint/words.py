"""A learned word for each class, behind the vocabulary of a text encoder.

The words stand in angle brackets, <crack>; each begins as the mean of what the class's own name is made of, so that
training starts from what the pretrained model knows of it. Source: own; Gal et al., An Image is Worth One Word (2022).
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn
from transformers import AddedToken


class Words(nn.Module):
    """The embedding of a text encoder with learned words at its end.

    Attributes:
        known: the encoder's own, frozen.
        first: the id of the first learned word.
        learned: (words, D) float32.
    """

    def __init__(self, known: nn.Embedding, first: int, learned: torch.Tensor) -> None:
        super().__init__()
        self.known, self.first = known, first
        self.learned = nn.Parameter(learned.float())

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return (..., D) for ids (...)."""
        own = self.known(ids.clamp(max=min(self.first, self.known.num_embeddings) - 1))
        new = self.learned[(ids - self.first).clamp(min=0)].to(own.dtype)
        return torch.where((ids >= self.first)[..., None], new, own)


def word_of(category: str) -> str:
    """Return the word of a class."""
    return f"<{category}>"


def teach(tokenizer: Any, encoder: Any, classes: tuple[str, ...]) -> None:
    """Add the words of the classes to a tokenizer and its text encoder, in place."""
    first = len(tokenizer)
    known = encoder.get_input_embeddings()
    begun = torch.stack([_begun(tokenizer, known, category) for category in classes])
    tokenizer.add_tokens([AddedToken(word_of(category), normalized=False) for category in classes])
    encoder.set_input_embeddings(Words(known, first, begun))
    for module in encoder.modules():
        # older configurations name a wrong end of text; they take the highest id for it, which a learned word now has
        if getattr(module, "eos_token_id", None) == 2:
            module.eos_token_id = tokenizer.eos_token_id


def _begun(tokenizer: Any, known: nn.Embedding, category: str) -> torch.Tensor:
    name = " ".join(re.findall(r"[^\W_]+", category)) or "defect"
    ids = tokenizer(name, add_special_tokens=False).input_ids
    return known(torch.tensor(ids, device=known.weight.device)).float().mean(dim=0)
