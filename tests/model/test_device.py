"""Where models compute, and what is said when that is not possible."""

from __future__ import annotations

import pytest

from generator.core.errors import ConfigError
from generator.model.device import autocast, choose, deterministic, memory_named, packages, reproducible

torch = pytest.importorskip("torch")


def test_auto_takes_a_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose("auto") == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose("auto") == choose("cpu") == "cpu"
    for device in ("cuda", "mps", "tpu"):
        with pytest.raises(ConfigError, match=rf"device: expected one of: cpu, got {device}"):
            choose(device)


def test_a_cpu_computes_in_float32_and_has_no_bf16_to_offer():
    with autocast("cpu"):
        assert torch.nn.functional.linear(torch.ones(1, 2), torch.ones(1, 2)).dtype == torch.float32
    with pytest.raises(ConfigError, match="precision"):
        autocast("cpu", "bf16")


def test_painting_takes_one_thread_and_gives_the_others_back():
    before = torch.get_num_threads(), torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyError), reproducible("cpu"):
            assert torch.get_num_threads() == 1 and torch.backends.cudnn.deterministic
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before[0])
    with deterministic():
        assert torch.backends.cudnn.deterministic
    assert (torch.get_num_threads(), torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark) == before


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of ..."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB)"),
        MemoryError(),
    ],
)
def test_short_memory_names_the_setting_to_lower(error):
    with (
        pytest.raises(ConfigError, match=r"Lower appearance\.candidates\.") as caught,
        memory_named("paint", "appearance.candidates"),
    ):
        raise error
    assert caught.value.exit_code == 2 and "\n" not in str(caught.value)


def test_an_allocation_that_really_fails_is_short_memory():
    with pytest.raises(ConfigError, match="enough memory"), memory_named("train", "model.batch"):
        torch.empty(1 << 60)


def test_other_faults_are_not_taken_for_short_memory():
    with pytest.raises(RuntimeError, match="shape"), memory_named("train", "model.batch"):
        raise RuntimeError("shape mismatch")


def test_a_missing_package_of_the_extra_is_said_and_a_fault_of_ours_is_not_hidden():
    with pytest.raises(ConfigError, match=r"peft to be installed, got none\. Install it with: pip install"):  # noqa: SIM117
        with packages("model"):
            raise ModuleNotFoundError("No module named 'peft'", name="peft")
    with pytest.raises(ModuleNotFoundError), packages("model"):
        raise ModuleNotFoundError("No module named 'generator.nothing'", name="generator.nothing")
