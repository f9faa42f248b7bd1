"""What a PNG costs: each encoder on images such as cameras give, in ms and MB, and reading back in ms.

Run with ``python tests/bench/bench_codec.py``. Source: own.
"""

from __future__ import annotations

import importlib.util
import io
import struct
import time
import zlib
from collections.abc import Callable
from types import ModuleType

import cv2
import numpy as np
from PIL import Image
from zlib_ng import zlib_ng

from generator.imaging.codec import decode_image, encode_mask_png, encode_png

SIDE = 1024
REPEATS = 7


def main() -> None:
    """Print one table for images and one for masks."""
    cv2.setNumThreads(1)
    images, masks = make_images(), make_masks()
    print_table(image_encoders(), images, lambda data, image: np.array_equal(decode_image(data, "bench").pixels, image))
    print_table(
        mask_encoders(), masks, lambda data, mask: np.array_equal(decode_image(data, "bench").pixels[..., 0], mask)
    )
    for name, image in images.items():
        data = encode_png(image)
        print(f"read {name:14s} {median_ms(lambda: decode_image(data, 'bench')):6.1f} ms")  # noqa: B023


def print_table(encoders: dict[str, Callable], images: dict[str, np.ndarray], is_exact: Callable) -> None:
    """Print ms / MB of every encoder on every image; stop where one is not lossless."""
    print(f"{'':28s}" + "".join(f"{name:>18s}" for name in images))
    for name, encode in encoders.items():
        cells = []
        for image in images.values():
            data = encode(image)
            if not is_exact(data, image):
                raise SystemExit(f"{name} is not lossless")
            cells.append(f"{median_ms(lambda: encode(image)):8.1f} / {len(data) / 1e6:.3f}")  # noqa: B023
        print(f"{name:28s}" + "".join(f"{cell:>18s}" for cell in cells), flush=True)


def median_ms(work: Callable[[], object]) -> float:
    """Return the median time of a call in ms."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[REPEATS // 2] * 1000


def make_images() -> dict[str, np.ndarray]:
    """Return brushed metal and photo-like RGB, mono16 metal, and a part on a flat background."""
    rng = np.random.default_rng(0)
    streaks = cv2.blur(rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (61, 1))
    metal = 150 + 18 * streaks / streaks.std() + np.linspace(-30, 30, SIDE)[None] + rng.normal(0, 1.5, (SIDE, SIDE))
    metal = metal[..., None] * np.array([1, 0.98, 0.95]) + rng.normal(0, 0.7, (SIDE, SIDE, 3))
    photo = np.zeros((SIDE, SIDE, 3), np.float32)
    for cells in (4, 8, 16, 32, 64, 128, 256):
        coarse = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        photo += cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) * (60 / cells**0.7)
    for _ in range(60):
        centre = tuple(int(v) for v in rng.integers(0, SIDE, 2))
        cv2.circle(photo, centre, int(rng.integers(8, 90)), rng.normal(0, 40, 3).tolist(), -1)
    photo += 128 + rng.normal(0, 1.2, photo.shape)
    half = to_8_bit(photo)
    half[:, : SIDE * 6 // 10] = 240
    mono16 = np.clip(metal[..., :1] * 16, 0, 4095).astype(np.uint16)
    return {"metal": to_8_bit(metal), "photo": to_8_bit(photo), "mono16": mono16, "half flat": half}


def to_8_bit(pixels: np.ndarray) -> np.ndarray:
    """Round and clip."""
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def make_masks() -> dict[str, np.ndarray]:
    """Return an index mask of six defects, and one of many ragged ones."""
    rng = np.random.default_rng(1)
    few = np.zeros((SIDE, SIDE), np.uint8)
    for index in range(1, 7):
        centre, axes = rng.integers(0, SIDE, 2).tolist(), (int(rng.integers(5, 60)), int(rng.integers(3, 9)))
        cv2.ellipse(few, centre, axes, int(rng.integers(180)), 0, 360, index, -1)
    ragged = cv2.resize(rng.normal(0, 1, (256, 256)).astype(np.float32), (SIDE, SIDE)) > 0
    return {"six defects": few, "ragged": ragged.astype(np.uint8)}


def image_encoders() -> dict[str, Callable[[np.ndarray], bytes]]:
    """Return what can write a PNG here, by name."""
    level, strategy, png_filter = cv2.IMWRITE_PNG_COMPRESSION, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_FILTER
    encoders = {"here": encode_png, "cv2 default": opencv()}
    for number in (1, 3, 6):
        encoders[f"cv2 level {number}"] = opencv(level, number)
    for name in ("HUFFMAN_ONLY", "RLE"):
        for filter_name in ("SUB", "UP", "AVG", "PAETH"):
            settings = (level, 1, strategy, getattr(cv2, f"IMWRITE_PNG_STRATEGY_{name}"))
            chosen = getattr(cv2, f"IMWRITE_PNG_FILTER_{filter_name}")
            encoders[f"cv2 {name} {filter_name}"] = opencv(*settings, png_filter, chosen)
    encoders["Pillow level 1"] = pillow
    encoders["zlib Huffman"] = by_deflate(lambda lines: in_one_go(zlib, lines, zlib.Z_HUFFMAN_ONLY))
    encoders["zlib-ng Huffman"] = by_deflate(lambda lines: in_one_go(zlib_ng, lines, zlib.Z_HUFFMAN_ONLY))
    encoders["zlib-ng runs"] = by_deflate(lambda lines: in_one_go(zlib_ng, lines, zlib.Z_RLE))
    encoders["zlib-ng level 2"] = by_deflate(lambda lines: zlib_ng.compress(lines, 2))
    if importlib.util.find_spec("isal"):
        from isal import isal_zlib

        encoders["isal level 1"] = by_deflate(lambda lines: isal_zlib.compress(lines, 1, wbits=15))
    return encoders


def mask_encoders() -> dict[str, Callable[[np.ndarray], bytes]]:
    """Return what can write an index mask here, by name."""
    levels = {f"cv2 level {n}": opencv(cv2.IMWRITE_PNG_COMPRESSION, n) for n in (1, 3, 6)}
    return {"here": encode_mask_png, "cv2 default": opencv(), **levels, "Pillow level 1": pillow}


def opencv(*settings: int) -> Callable[[np.ndarray], bytes]:
    """Return OpenCV's encoder with these settings."""

    def encode(image: np.ndarray) -> bytes:
        blue_first = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 and image.shape[2] == 3 else image
        return cv2.imencode(".png", blue_first, list(settings))[1].tobytes()

    return encode


def pillow(image: np.ndarray) -> bytes:
    """Encode with Pillow at level 1."""
    stream = io.BytesIO()
    Image.fromarray(image.squeeze()).save(stream, "png", compress_level=1)
    return stream.getvalue()


def in_one_go(library: ModuleType, lines: np.ndarray, strategy: int) -> bytes:
    """Deflate at level 1 with a strategy."""
    deflate = library.compressobj(1, library.DEFLATED, 15, 9, strategy)
    return deflate.compress(lines) + deflate.flush()


def by_deflate(deflate: Callable[[np.ndarray], bytes]) -> Callable[[np.ndarray], bytes]:
    """Return an encoder that filters by the pixel to the left and deflates as given."""

    def encode(image: np.ndarray) -> bytes:
        height, width, channels = image.shape
        step = channels * image.itemsize
        rows = image.astype(">u2" if image.itemsize == 2 else np.uint8).view(np.uint8).reshape(height, width * step)
        lines = np.ones((height, width * step + 1), np.uint8)
        lines[:, 1 : step + 1] = rows[:, :step]
        np.subtract(rows[:, step:], rows[:, :-step], out=lines[:, step + 1 :])
        header = struct.pack(">IIBBBBB", width, height, 8 * image.itemsize, 2 if channels == 3 else 0, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", deflate(lines)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks
        )

    return encode


if __name__ == "__main__":
    main()
