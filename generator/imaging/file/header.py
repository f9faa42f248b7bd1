"""What an image file says before it is decoded: its format, its size, whether it is all there.

Only the head and the tail of a file are read, so that a folder of 100,000 images is looked through in seconds.
Source: own; the formats' specifications.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL import BmpImagePlugin, Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from generator.core.errors import AssetError

GREY = ("1", "L", "LA", "La")
COLOUR = ("RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "PA")
GREY_16 = ("I;16", "I;16B", "I;16L", "I;16N")
ALPHA_DROPPED, FIRST_PAGE, CMYK_CONVERTED = "alpha dropped", "first page of several", "CMYK converted to RGB"
_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
_MODE_NAMES = {"I": "32-bit or signed integers", "F": "floats", "LAB": "CIE Lab", "HSV": "HSV"}
_KEPT = "8-bit or 16-bit grey or colour"
_BITS_TAG, _PLANAR_TAG = 258, 284
_TAIL_BYTES = 65_536
_OPENERS = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
}


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """A file that looks like a whole image whose pixels can be kept.

    Attributes:
        picture: Pillow's image, not decoded yet.
        kind: PNG, JPEG, BMP, TIFF or WebP.
        is_deep_colour: it holds 16-bit samples that Pillow would reduce to 8 bit.
        notes: what decoding will leave out or convert, such as ``alpha dropped``.
    """

    picture: Image.Image
    kind: str
    is_deep_colour: bool
    notes: tuple[str, ...]


def inspect(stream: BinaryIO, name: str, max_pixels: int) -> Header:
    """Judge a file by its head and tail alone. Pillow may warn; the caller decides who hears it.

    Args:
        stream: the file, seekable.
        name: what to call it in an error.
        max_pixels: width times height is refused above this.

    Raises:
        AssetError: empty, truncated, of another format, too large, of floats or of 32-bit integers.
    """
    picture, kind = _open(stream, name, max_pixels)
    _check_complete(stream, stream.seek(0, 2), picture, kind, name)
    is_deep_colour = _is_deep_colour(stream, picture, kind)
    if picture.mode not in GREY + COLOUR + GREY_16 + ("P",):
        raise AssetError(name, _KEPT, _MODE_NAMES.get(picture.mode, f"pixels of mode {picture.mode}"))
    if is_deep_colour and kind == "TIFF" and picture.tag_v2.get(_PLANAR_TAG, 1) != 1:
        raise AssetError(name, _KEPT, "16-bit colour in separate planes; save it interleaved")
    return Header(picture, kind, is_deep_colour, tuple(_notes(picture)))


def _notes(picture: Image.Image) -> Iterator[str]:
    if getattr(picture, "is_animated", False):
        yield FIRST_PAGE
    if picture.mode in _WITH_ALPHA or "transparency" in picture.info:
        yield ALPHA_DROPPED
    if picture.mode == "CMYK":
        yield CMYK_CONVERTED


def _is_deep_colour(stream: BinaryIO, picture: Image.Image, kind: str) -> bool:
    if kind == "PNG":
        stream.seek(24)
        depth, colour_type = stream.read(2)
        return depth == 16 and colour_type != 0
    return kind == "TIFF" and picture.mode not in GREY_16 and max(picture.tag_v2.get(_BITS_TAG, (1,))) > 8


def _open(stream: BinaryIO, name: str, max_pixels: int) -> tuple[Image.Image, str]:
    """Return the picture, not decoded yet, and its format."""
    stream.seek(0)
    head = stream.read(12)
    if not head:
        raise AssetError(name, "a readable image", "an empty file")
    kind = _kind(head)
    if not kind:
        raise AssetError(name, "a readable image", f"no PNG, JPEG, BMP, TIFF or WebP: it begins with {head[:8]!r}")
    stream.seek(0)
    try:
        picture = _OPENERS[kind](stream)
    except Exception as error:
        hint = "; floats and 32-bit colour are not read" if "pixel mode" in str(error) else ""
        raise AssetError(name, "a readable image", f"a {kind} that cannot be opened ({error}{hint})") from error
    width, height = picture.size
    if width * height > max_pixels:
        raise AssetError(name, f"an image of at most {max_pixels} pixels", f"{width} x {height}")
    return picture, kind


def _check_complete(stream: BinaryIO, size: int, picture: Image.Image, kind: str, name: str) -> None:
    """Raise if the end of the file is missing."""
    try:
        is_complete = _IS_COMPLETE[kind](stream, size, picture)
    except (struct.error, IndexError, TypeError) as error:
        raise AssetError(name, "a readable image", f"a truncated {kind} ({error})") from error
    if not is_complete:
        raise AssetError(name, "a readable image", f"a truncated {kind} of {size} bytes")


def _kind(head: bytes) -> str:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"BM"):
        return "BMP"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    return "WebP" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _png_is_complete(stream: BinaryIO, size: int, picture: Image.Image) -> bool:
    """The last chunk is IEND; if other bytes follow it, all chunks are walked."""
    stream.seek(max(0, size - 12))
    if stream.read(12)[4:8] == b"IEND":
        return True
    place, name = 8, b""
    while name != b"IEND" and place + 12 <= size:
        stream.seek(place)
        length, name = struct.unpack(">I4s", stream.read(8))
        place += 12 + length
    return name == b"IEND" and place <= size


def _jpeg_is_complete(stream: BinaryIO, size: int, picture: Image.Image) -> bool:
    """An end marker stands after the first scan begins; bytes may follow it."""
    place, marker = 2, 0
    while marker != 0xDA:
        stream.seek(place)
        prefix, marker, length = struct.unpack(">BBH", stream.read(4))
        if prefix != 0xFF:
            return False
        place += 1 if marker == 0xFF else 2 + length
    tail = max(place, size - _TAIL_BYTES)
    stream.seek(tail)
    return b"\xff\xd9" in stream.read()


def _bmp_is_complete(stream: BinaryIO, size: int, picture: Image.Image) -> bool:
    """Uncompressed rows fit into the file; what is run-length coded is left to the decoder."""
    stream.seek(0)
    head = stream.read(34)
    offset, head_bytes = struct.unpack_from("<II", head, 10)
    if head_bytes < 40:
        return True
    bits, compression = struct.unpack_from("<HI", head, 28)
    row_bytes = (picture.size[0] * bits + 31) // 32 * 4
    return compression not in (0, 3) or offset + row_bytes * picture.size[1] <= size


def _tiff_is_complete(stream: BinaryIO, size: int, picture: Image.Image) -> bool:
    """Every strip or tile of the first page ends within the file."""
    tags = picture.tag_v2
    offsets, counts = tags.get(273) or tags.get(324), tags.get(279) or tags.get(325)
    if not offsets or not counts:
        return False
    return max(offset + count for offset, count in zip(offsets, counts, strict=False)) <= size


def _webp_is_complete(stream: BinaryIO, size: int, picture: Image.Image) -> bool:
    stream.seek(4)
    return struct.unpack("<I", stream.read(4))[0] + 8 <= size


_IS_COMPLETE = {
    "PNG": _png_is_complete,
    "JPEG": _jpeg_is_complete,
    "BMP": _bmp_is_complete,
    "TIFF": _tiff_is_complete,
    "WebP": _webp_is_complete,
}
