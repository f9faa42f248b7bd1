"""PNG files, written fast.

Camera noise leaves deflate nothing to match, so the search for matches is time lost: the residual of one filter is
Huffman coded alone, or with runs where the image has flat parts. Filter and strategy are judged on a few rows by
integers only, and neither strategy depends on the processor, so equal pixels give equal bytes everywhere. Median ms /
MB of 1024x1024 on one core, from ``tests/bench/bench_codec.py``:

    encoder                    brushed metal   photo-like      mono16          part half flat
    here                       16.9 / 1.61     19.3 / 1.15     13.0 / 1.42      9.0 / 0.50
    cv2, default               39.0 / 1.61     38.8 / 1.23     27.1 / 1.42     19.6 / 0.51
    cv2, fastest of each       32.7 / 1.61     35.0 / 1.22     25.7 / 1.66     19.2 / 0.50
    cv2, level 1               59.8 / 1.68     73.8 / 1.45     57.6 / 1.47     45.2 / 0.65
    Pillow, level 1            95.1 / 1.68    128.2 / 1.49     72.3 / 1.46     54.8 / 0.65
    isal level 1, left filter  16.0 / 1.66     13.4 / 1.44      8.0 / 1.43      7.8 / 0.62

An index mask with six defects takes 0.3 ms and 1.6 kB (cv2 default: 2.1 ms, 3.7 kB).
Source: own; PNG specification (W3C, third edition), zlib-ng.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from zlib_ng import zlib_ng

_NONE, _SUB, _UP, _AVERAGE = range(4)
_SAMPLED_ROWS = 16
_RUN_SHARE = 0.15


def write_png(image: np.ndarray, *, is_mask: bool = False) -> bytes:
    """Return a lossless PNG.

    Args:
        image: (H, W, 1) grey or (H, W, 3) RGB, uint8 or uint16, at least one pixel.
        is_mask: the image is an index mask: large equal areas, so no filter and runs.
    """
    height, width, channels = image.shape
    depth = image.itemsize
    samples = np.ascontiguousarray(image, dtype=">u2" if depth == 2 else np.uint8)
    rows = samples.view(np.uint8).reshape(height, width * channels * depth)
    kind, has_runs = (_NONE, True) if is_mask else _choose(rows, channels * depth)
    lines = np.empty((height, rows.shape[1] + 1), np.uint8)
    lines[:, 0] = kind
    above = rows if kind in (_NONE, _SUB) else np.concatenate([np.zeros_like(rows[:1]), rows[:-1]])
    _residual(rows, above, channels * depth, kind, lines[:, 1:])
    strategy = zlib_ng.Z_RLE if has_runs else zlib_ng.Z_HUFFMAN_ONLY
    deflate = zlib_ng.compressobj(1, zlib_ng.DEFLATED, 15, 9, strategy)
    body = deflate.compress(lines) + deflate.flush()
    header = struct.pack(">IIBBBBB", width, height, 8 * depth, 2 if channels == 3 else 0, 0, 0, 0)
    chunks = b"".join(_chunk(name, data) for name, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(name: bytes, data: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(data)), name, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))))


def _residual(rows: np.ndarray, above: np.ndarray, step: int, kind: int, out: np.ndarray) -> np.ndarray:
    """Write what the filter ``kind`` leaves of ``rows`` to ``out``; ``step`` is the bytes of one pixel."""
    if kind == _NONE:
        out[:] = rows
    elif kind == _SUB:
        out[:, :step] = rows[:, :step]
        np.subtract(rows[:, step:], rows[:, :-step], out=out[:, step:])
    elif kind == _UP:
        np.subtract(rows, above, out=out)
    else:
        left = np.zeros_like(rows)
        left[:, step:] = rows[:, :-step]
        mean = left ^ above
        mean >>= 1
        left &= above
        mean += left
        np.subtract(rows, mean, out=out)
    return out


def _choose(rows: np.ndarray, step: int) -> tuple[int, bool]:
    """Return the filter with the smallest residual on a few rows, and whether enough of it is runs."""
    chosen = np.arange(min(1, len(rows) - 1), len(rows), max(1, len(rows) // _SAMPLED_ROWS))
    some, above = rows[chosen], rows[chosen - 1]
    residuals = [_residual(some, above, step, kind, np.empty_like(some)) for kind in (_NONE, _SUB, _UP, _AVERAGE)]
    sizes = [int(np.minimum(residual, -residual).sum(dtype=np.int64)) for residual in residuals]
    kind = int(np.argmin(sizes))
    same = residuals[kind][:, 1:] == residuals[kind][:, :-1]
    runs = np.count_nonzero(same[:, 2:] & same[:, 1:-1] & same[:, :-2])
    return kind, runs > _RUN_SHARE * some.size
