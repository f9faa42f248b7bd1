"""Every random number starts here.

Law 3: a sample is a function of (config, assets, seed, index) alone. No other module makes a generator from a seed.
Source: numpy's SeedSequence (O'Neill); the permutation is a Feistel network with cycle walking (Black, Rogaway 2002).
"""

from __future__ import annotations

import hashlib
import zlib

import numpy as np


def stage_rng(seed: int, index: int, attempt: int, stage: str) -> np.random.Generator:
    """Return the generator of one stage of one try at one sample.

    Args:
        seed: the run's seed, >= 0; 0 is a seed like any other.
        index: the sample's index, >= 0.
        attempt: 0 for the first try at the sample.
        stage: the stage's name.
    """
    key = (index, attempt, zlib.crc32(stage.encode()))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def texture_rng(number: int) -> np.random.Generator:
    """Return the generator of a texture whose number, >= 0, was drawn before and is kept with the parameters."""
    return np.random.default_rng(np.random.SeedSequence(number, spawn_key=(zlib.crc32(b"texture"),)))


def stable_hash(text: str) -> int:
    """Return a 64-bit hash of a text that is the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


class Shuffle:
    """A shuffled order of range(n) that needs no memory: ``shuffle[i]`` is a bijection of range(n).

    Args:
        n: length, >= 0.
        seed: the run's seed.
        name: what is shuffled; two names give two orders.
    """

    __slots__ = ("_half", "_keys", "_mask", "_n")

    def __init__(self, n: int, seed: int, name: str) -> None:
        self._n = n
        self._half = max(1, (max(n - 1, 1).bit_length() + 1) // 2)
        self._mask = (1 << self._half) - 1
        state = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),)).generate_state(4, np.uint64)
        self._keys = tuple(int(key) for key in state)

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, i: int) -> int:
        if not 0 <= i < self._n:
            raise IndexError(i)
        while True:
            left, right = i >> self._half, i & self._mask
            for key in self._keys:
                mixed = (right * 0x9E3779B97F4A7C15 + key) & 0xFFFFFFFFFFFFFFFF
                mixed = ((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
                left, right = right, left ^ ((mixed ^ (mixed >> 32)) & self._mask)
            i = (left << self._half) | right
            if i < self._n:
                return i
