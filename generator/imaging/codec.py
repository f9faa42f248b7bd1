"""Image files as bytes, and back.

Pillow decodes, because it refuses broken files without a word on stderr; OpenCV reads colour deeper than 8 bit, which
Pillow would reduce, once Pillow has found the file sound. The content decides the format, never the name. Nothing but
pixels comes through: EXIF orientation is applied, the rest of the metadata is dropped. Source: own.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from generator.core.errors import AssetError
from generator.imaging.file.header import GREY, GREY_16, Header, inspect
from generator.imaging.file.png import write_png

_NEEDED = "a readable image"
_OPAQUE = 255
_STDERR = threading.Lock()
_ORIENTATION_TAG, _COMPRESSION_TAG, _PHOTOMETRIC_TAG = 274, 259, 262


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What a file holds.

    Attributes:
        pixels: (H, W, C) uint8 or uint16, C in {1, 3}, RGB, contiguous, upright.
        notes: what was left out or converted, such as ``alpha dropped``.
    """

    pixels: np.ndarray
    notes: tuple[str, ...] = ()


def decode_image(data: bytes, name: str, max_pixels: int = 512_000_000) -> Decoded:
    """Decode PNG, JPEG, BMP, TIFF or WebP at the depth and with the channels of the file.

    Palettes become RGB, or grey if every entry is grey; 1-bit becomes 0 and 255; CMYK becomes RGB; alpha is dropped;
    of several pages the first is read.

    Args:
        data: the whole file.
        name: what to call it in an error.
        max_pixels: refused above this, judged before anything is decoded.

    Raises:
        AssetError: empty, truncated, unreadable, too large, of another format, or of floats or 32-bit integers.
    """
    header = _inspect(data, name, max_pixels)
    picture = header.picture
    is_white_zero = picture.mode in GREY_16 and getattr(picture, "tag_v2", {}).get(_PHOTOMETRIC_TAG) == 0
    orientation = _load(picture, name)
    pixels = _deep_pixels(data, name) if header.is_deep_colour else _pixels(picture)
    if is_white_zero:
        pixels = np.iinfo(pixels.dtype).max - pixels
    return Decoded(np.ascontiguousarray(_upright(pixels, orientation)), header.notes)


def decode_mask(data: bytes, name: str, max_pixels: int = 512_000_000) -> np.ndarray:
    """Decode an index mask: the numbers in the file as they are, palette entries by their index.

    Args:
        data: the whole file.
        name: what to call it in an error.
        max_pixels: refused above this.

    Returns:
        (H, W) uint8 or uint16; 1-bit files give 0 and 1.

    Raises:
        AssetError: not a readable image, or its channels differ.
    """
    picture = _inspect(data, name, max_pixels).picture
    if picture.mode in ("P", "1"):
        _load(picture, name)
        return np.asarray(picture).astype(np.uint8)
    pixels = decode_image(data, name, max_pixels).pixels
    if pixels.shape[2] == 3 and (pixels != pixels[..., :1]).any():
        raise AssetError(name, "a mask of one channel", "a colour image")
    return np.ascontiguousarray(pixels[..., 0])


def decode_shown_mask(data: bytes, name: str, max_pixels: int = 512_000_000) -> np.ndarray:
    """Decode a mask of one class as it is seen: by the greys of a palette, or what is painted on clear ground.

    Args:
        data: the whole file.
        name: what to call it in an error.
        max_pixels: refused above this.

    Returns:
        (H, W) uint8 or uint16; the numbers in the file where a palette has colours.

    Raises:
        AssetError: not a readable image, or several colours on clear ground.
    """
    picture = _inspect(data, name, max_pixels).picture
    has_clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    if picture.mode != "P" and not has_clear:
        return decode_mask(data, name, max_pixels)
    _load(picture, name)
    shown = np.asarray(picture.convert("RGBA"))
    colour, alpha = shown[..., :3], shown[..., 3]
    if (alpha < _OPAQUE).any():
        painted = colour[alpha > 0]
        if not len(painted) or (painted != painted[0]).any():
            raise AssetError(name, "a mask of one colour on clear ground, or without clear pixels", "several colours")
        return np.ascontiguousarray(alpha)
    if picture.mode == "P" and (colour != colour[..., :1]).any():
        return np.asarray(picture).astype(np.uint8)
    return decode_mask(data, name, max_pixels) if picture.mode != "P" else np.ascontiguousarray(colour[..., 0])


def decode_bitmap(data: bytes, name: str, max_pixels: int = 512_000_000) -> np.ndarray:
    """Decode a mask of two values: the pixels that are not clear, or not 0 where the file knows no clear ones.

    Args:
        data: the whole file.
        name: what to call it in an error.
        max_pixels: refused above this.

    Returns:
        (H, W) bool.

    Raises:
        AssetError: not a readable image, or colour without clear pixels.
    """
    picture = _inspect(data, name, max_pixels).picture
    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return decode_mask(data, name, max_pixels) > 0
    _load(picture, name)
    return np.asarray(picture.convert("RGBA"))[..., 3] > 0


def encode_png(image: np.ndarray) -> bytes:
    """Return a lossless PNG of (H, W, 1) or (H, W, 3) RGB pixels, uint8 or uint16."""
    if image.ndim != 3 or image.shape[2] not in (1, 3) or image.dtype not in (np.uint8, np.uint16) or not image.size:
        raise ValueError(f"image must be (H, W, 1 or 3) uint8 or uint16, but got {image.dtype} {image.shape}")
    return write_png(image)


def encode_jpeg(image: np.ndarray, quality: int) -> bytes:
    """Return a JPEG of (H, W, 1) or (H, W, 3) RGB pixels, uint8; colour is not subsampled.

    Args:
        image: pixels.
        quality: in [1, 100].
    """
    if image.ndim != 3 or image.shape[2] not in (1, 3) or image.dtype != np.uint8 or not image.size:
        raise ValueError(f"image must be (H, W, 1 or 3) uint8, but got {image.dtype} {image.shape}")
    pixels = image if image.shape[2] == 1 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    full_colour = cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, *full_colour]
    return cv2.imencode(".jpg", pixels, options)[1].tobytes()


def encode_mask_png(index_mask: np.ndarray) -> bytes:
    """Return a small lossless grey PNG of an (H, W) mask, uint8, uint16 or bool; bool is written as 0 and 1."""
    if index_mask.ndim != 2 or index_mask.dtype not in (np.uint8, np.uint16, np.bool_) or not index_mask.size:
        raise ValueError(f"mask must be (H, W) uint8, uint16 or bool, but got {index_mask.dtype} {index_mask.shape}")
    return write_png(index_mask[..., None], is_mask=True)


def encode_palette_png(index_mask: np.ndarray, colours: np.ndarray, *, has_clear: bool = False) -> bytes:
    """Return a lossless PNG whose pixels are numbers of colours.

    Args:
        index_mask: (H, W) uint8.
        colours: (N, 3) uint8 RGB; every number of the mask has one.
        has_clear: colour 0 is transparent.
    """
    picture = Image.fromarray(index_mask)
    picture.putpalette(colours.tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", **({"transparency": 0} if has_clear else {}))
    return file.getvalue()


def index_colours(count: int = 256) -> np.ndarray:
    """Return (count, 3) uint8 RGB colours by which to tell numbers apart: those of Pascal VOC, black first.

    The bits of a number are dealt to red, green and blue, the lowest to the strongest. Source: VOClabelcolormap.m.
    """
    numbers = np.arange(count)
    colours = np.zeros((count, 3), np.uint8)
    for step in range(8):
        for channel in range(3):
            colours[:, channel] |= (((numbers >> (3 * step + channel)) & 1) << (7 - step)).astype(np.uint8)
    return colours


def encode_thumbnail(image: np.ndarray, longest_px: int, white: int = 255, quality: int = 85) -> bytes:
    """Return a JPEG for the eye.

    Args:
        image: (H, W, 1) or (H, W, 3) RGB, uint8 or uint16.
        longest_px: the longer side, px, >= 1; a smaller image keeps its size.
        white: the value shown as 255.
        quality: of the JPEG, in [1, 100].
    """
    height, width = image.shape[:2]
    ratio = min(1.0, longest_px / max(height, width))
    wh = max(1, round(width * ratio)), max(1, round(height * ratio))
    small = cv2.resize(image, wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], image.shape[2])
    if small.dtype != np.uint8 or white != 255:
        small = np.clip(np.rint(small * np.float32(255.0 / white)), 0, 255).astype(np.uint8)
    if small.shape[2] == 3:
        small = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _inspect(data: bytes, name: str, max_pixels: int) -> Header:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return inspect(io.BytesIO(data), name, max_pixels)


def _load(picture: Image.Image, name: str) -> int:
    """Decode in place and return the EXIF orientation that is still to be applied, 1 to 8.

    Of TIFF none is: both decoders apply it.
    """
    is_by_libtiff = getattr(picture, "tag_v2", {}).get(_COMPRESSION_TAG, 1) != 1
    try:
        with warnings.catch_warnings(), _quiet_stderr() if is_by_libtiff else contextlib.nullcontext():
            warnings.simplefilter("ignore")
            picture.load()
            orientation = picture.getexif().get(_ORIENTATION_TAG, 1)
    except Exception as error:
        raise AssetError(name, _NEEDED, f"damaged data ({error})") from error
    return orientation if orientation in range(1, 9) else 1


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send stderr to nowhere: libtiff and libpng write there themselves what is then raised."""
    with _STDERR:
        stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            os.close(nowhere)


def _pixels(picture: Image.Image) -> np.ndarray:
    if picture.mode == "P":
        colours = np.asarray(picture.getpalette("RGB"), np.uint8).reshape(-1, 3)
        target = "L" if (colours == colours[:, :1]).all() else "RGB"
    elif picture.mode in GREY_16:
        return np.asarray(picture).astype(np.uint16)[..., None]
    else:
        target = "L" if picture.mode in GREY else "RGB"
    if picture.mode in ("La", "RGBa"):
        picture = picture.convert(picture.mode.upper())
    array = np.asarray(picture if picture.mode == target else picture.convert(target))
    return array[..., None] if array.ndim == 2 else array


def _deep_pixels(data: bytes, name: str) -> np.ndarray:
    """Return 16-bit colour; of TIFF it is upright already."""
    with _quiet_stderr():
        array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise AssetError(name, "8-bit or 16-bit grey or colour", "16-bit colour in a layout that is not read")
    if array.ndim == 2:
        return array[..., None]
    is_grey_alpha = data[1:4] == b"PNG" and data[25] == 4
    return array[..., :1] if is_grey_alpha else array[..., 2::-1]


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return the pixels as the EXIF orientation says they are to be seen."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels
