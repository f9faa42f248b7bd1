"""Where a model computes: the device, its precision, its threads, and what is said when its memory is short.

Nothing here imports torch before it is called. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Literal

from generator.core.errors import ConfigError

Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "float32", "bf16"]
_OF_THE_EXTRA = ("torch", "safetensors", "diffusers", "transformers", "peft", "accelerate")
_SHORT = ("out of memory", "can't allocate memory", "not enough memory")


@contextmanager
def packages(where: str) -> Iterator[None]:
    """Turn a failed import of what learning needs into a paragraph.

    Raises:
        ConfigError: a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _OF_THE_EXTRA:
            raise
        missing = f"the package {error.name} to be installed"
        raise ConfigError(where, missing, "none", "Install it with: pip install 'defectgen[learn]'") from None


def choose(device: Device, where: str = "device") -> str:
    """Return the device to compute on; ``auto``: a GPU if there is one.

    Raises:
        ConfigError: it is not there, or torch is not installed.
    """
    with packages(where):
        import torch
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(name for name, is_there in there.items() if is_there)
    if not there.get(device, False):
        held = ", ".join(name for name, is_there in there.items() if is_there)
        raise ConfigError(where, f"one of: {held}", device, "Use auto to take a GPU where there is one.")
    return device


def autocast(device: str, precision: Precision = "auto") -> AbstractContextManager[object]:
    """Return a block whose networks compute in bfloat16 where the GPU has it; float32 elsewhere.

    Args:
        device: as ``choose`` returned it.
        precision: ``auto``: bf16 on GPUs that have it.

    Raises:
        ConfigError: bf16 was asked for and the device has none.
    """
    import torch

    has_bf16 = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    if precision == "bf16" and not has_bf16:
        raise ConfigError("precision", "auto or float32 on this device", "bf16", "Only newer NVIDIA GPUs have it.")
    return torch.autocast("cuda", dtype=torch.bfloat16) if has_bf16 and precision != "float32" else nullcontext()


@contextmanager
def deterministic() -> Iterator[None]:
    """Let a GPU use only algorithms that give the same result each time; restored after the block."""
    import torch

    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    try:
        cudnn.deterministic, cudnn.benchmark = True, False
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = before


@contextmanager
def reproducible(device: str) -> Iterator[None]:
    """Compute the same bytes for the same input: ``deterministic``, and one thread on the CPU; restored after it.

    For painting: how many threads a worker has must not show in an image.
    """
    import torch

    threads = torch.get_num_threads()
    try:
        if device == "cpu":
            torch.set_num_threads(1)
        with deterministic():
            yield
    finally:
        if device == "cpu":
            torch.set_num_threads(threads)


@contextmanager
def memory_named(where: str, lower: str) -> Iterator[None]:
    """Turn a failed allocation in the block into a paragraph that names the setting to lower.

    Args:
        where: what was done, such as ``train``.
        lower: such as ``model.batch or model.size``.

    Raises:
        ConfigError: the memory of the GPU or of the machine was not enough.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        text = str(error)
        if not isinstance(error, MemoryError) and not any(sign in text.lower() for sign in _SHORT):
            raise
        cause = text.strip().partition("\n")[0].partition(". ")[0][:160] or "the allocation failed"
        raise ConfigError(where, "enough memory", cause, f"Lower {lower}.") from None
