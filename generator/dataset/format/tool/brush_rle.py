"""Label Studio's run lengths of a brush mask.

A mask is written as an RGBA image whose four channels are equal, flattened row by row, packed as thi.ng's rle-pack: 32
bits count, 5 bits word size - 1, four times 4 bits size - 1 of a run's length field; then blocks of 1 bit (1: one value
repeated, 0: as many values as follow), 2 bits that choose the size of the length field, the length - 1, and the values.
Source: own; the layout is that of label_studio_sdk.converter.brush 2.1.2, which it equals byte by byte.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_CHANNELS, _ALPHA = 4, 3
_WORD_BITS = 8
_LENGTH_BITS = (3, 4, 8, 16)


def mask_to_brush(mask: np.ndarray) -> list[int]:
    """Return the bytes of a mask.

    Args:
        mask: (H, W) bool with at least one pixel.

    Returns:
        Whole numbers in [0, 255].
    """
    flat = mask.ravel()
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    lengths = np.diff(starts, append=flat.size) * _CHANNELS
    head = f"{flat.size * _CHANNELS:032b}{_WORD_BITS - 1:05b}" + "".join(f"{bits - 1:04b}" for bits in _LENGTH_BITS)
    blocks = [head]
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        value = f"{255 if flat[start] else 0:08b}"
        choice = sum(length > 1 << bits for bits in _LENGTH_BITS[:-1])
        bits = _LENGTH_BITS[choice]
        while length > 0:
            taken = min(length, 1 << bits)
            blocks.append(f"1{choice:02b}{taken - 1:0{bits}b}{value}")
            length -= taken
    text = "".join(blocks)
    text += "0" * (8 - len(text) % 8)  # a whole byte where none is needed, as the tool's own encoder does
    return [int(text[at : at + 8], 2) for at in range(0, len(text), 8)]


def brush_to_mask(data: Sequence[int], hw: tuple[int, int]) -> np.ndarray:
    """Return the mask of a brush's bytes.

    Args:
        data: whole numbers in [0, 255].
        hw: height and width in px that it must have.

    Returns:
        (H, W) bool: the pixels that are not clear.

    Raises:
        ValueError: the bytes are cut off, or are those of another size.
    """
    if not all(type(byte) is int and 0 <= byte <= 255 for byte in data):
        raise ValueError("bytes that are no whole numbers from 0 to 255")
    bits = _Bits(bytes(data))
    count, wanted = bits.take(32), hw[0] * hw[1] * _CHANNELS
    if count != wanted:
        raise ValueError(f"{count} values instead of {hw[1]} x {hw[0]} x {_CHANNELS}")
    word = bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in range(4)]
    values = np.empty(count, np.uint32)
    at = 0
    while at < count:
        is_repeated = bits.take(1)
        stop = at + 1 + bits.take(sizes[bits.take(2)])
        if stop > count:
            raise ValueError(f"runs longer than {hw[1]} x {hw[0]} x {_CHANNELS} values")
        if is_repeated:
            values[at:stop] = bits.take(word)
        else:
            values[at:stop] = [bits.take(word) for _ in range(stop - at)]
        at = stop
    return values.reshape(*hw, _CHANNELS)[..., _ALPHA] > 0


class _Bits:
    """Bytes, taken bit by bit from the highest."""

    def __init__(self, data: bytes) -> None:
        self._text = "".join(f"{byte:08b}" for byte in data)
        self._at = 0

    def take(self, count: int) -> int:
        """Return the number of the next bits."""
        word = self._text[self._at : self._at + count]
        if len(word) < count:
            raise ValueError("bytes that are cut off")
        self._at += count
        return int(word, 2)
