"""What goes into a file comes out of it, and what is no image is named."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from generator.core.errors import AssetError
from generator.imaging.codec import decode_image, decode_mask, encode_mask_png, encode_png, encode_thumbnail

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (7, 9, 1)).astype(np.uint8)
COLOUR = RNG.integers(0, 256, (7, 9, 3)).astype(np.uint8)
GREY_16 = RNG.integers(0, 65536, (7, 9, 1)).astype(np.uint16)
COLOUR_16 = RNG.integers(0, 65536, (7, 9, 3)).astype(np.uint16)
IMAGES = {"mono8": GREY, "rgb8": COLOUR, "mono16": GREY_16, "rgb16": COLOUR_16}


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def opencv(image: np.ndarray, extension: str) -> bytes:
    return cv2.imencode(extension, image[..., ::-1])[1].tobytes()


def tiff(image: np.ndarray, *, photometric: int | None = None, sample_format: int = 1, **tags: int) -> bytes:
    """An uncompressed little-endian TIFF, so that tags can be set at will."""
    height, width, channels = image.shape
    bits = image.itemsize * 8
    photometric = (2 if channels > 2 else 1) if photometric is None else photometric
    numbers = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: 0, 274: tags.get("orientation", 1)}
    numbers |= {277: channels, 278: height, 279: image.nbytes, 284: tags.get("planar", 1), 339: sample_format}
    end = 8 + 2 + 12 * len(numbers) + 4
    numbers[273] = end + (2 * 2 * channels if channels > 2 else 0)
    out = struct.pack("<2sHIH", b"II", 42, 8, len(numbers))
    extra = b""
    for tag, number in sorted(numbers.items()):
        if tag in (258, 339) and channels > 2:
            out += struct.pack("<HHII", tag, 3, channels, end + len(extra))
            extra += struct.pack(f"<{channels}H", *[number] * channels)
        else:
            out += struct.pack("<HHII", tag, 4, 1, number)
    return out + struct.pack("<I", 0) + extra + image.tobytes()


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("shape", [(7, 9), (1, 1), (1, 9), (7, 1)])
def test_an_encoded_image_is_read_back_exactly_by_us_pillow_and_opencv(name, shape):
    image = IMAGES[name][: shape[0], : shape[1]]
    data = encode_png(image)
    assert np.array_equal(decode_image(data, "a.png").pixels, image)
    theirs = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(np.atleast_3d(theirs)[..., ::-1], image) and theirs.dtype == image.dtype
    Image.open(io.BytesIO(data)).verify()
    if name != "rgb16":
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))).reshape(image.shape), image)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_every_filter_and_both_strategies_are_read_back_exactly(depth):
    noise = RNG.integers(0, 4, (64, 64, 3))
    rows, columns = np.mgrid[:64, :64]
    for pattern in (noise * 60, columns * 3 + noise[..., 0], rows * 3, (rows + columns) * 2, rows * 0 + 7, rows // 40):
        image = np.repeat(pattern[..., None], 3, 2) if pattern.ndim == 2 else pattern
        image = np.ascontiguousarray(image).astype(depth)
        assert np.array_equal(decode_image(encode_png(image), "a.png").pixels, image)


def test_equal_pixels_give_equal_bytes_whatever_their_memory_layout():
    assert encode_png(COLOUR_16) == encode_png(np.asfortranarray(COLOUR_16)) == encode_png(COLOUR_16.copy())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, bool])
def test_an_index_mask_is_read_back_exactly(dtype):
    mask = np.zeros((40, 50), dtype)
    mask[3:9, 4:30], mask[20:22, 1], mask[39, 49] = 1, 1 if dtype is bool else 255, 1 if dtype is bool else 3
    read = decode_mask(encode_mask_png(mask), "a.png")
    assert np.array_equal(read, mask) and read.dtype == (np.uint8 if dtype is bool else dtype)


def test_a_mask_with_few_defects_is_small():
    mask = np.zeros((1024, 1024), np.uint8)
    cv2.ellipse(mask, (300, 400), (60, 7), 30, 0, 360, 1, -1)
    assert len(encode_mask_png(mask)) < 2000


def test_masks_are_read_by_index_whatever_the_file_paints_them_with():
    index = (GREY[..., 0] % 4).astype(np.uint8)
    picture = Image.fromarray(index).convert("P")
    picture.putdata(index.ravel().tolist())
    picture.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    assert np.array_equal(decode_mask(saved(picture, "png"), "a.png"), index)
    assert np.array_equal(decode_mask(saved(Image.fromarray(index > 0), "png"), "a.png"), index > 0)
    assert np.array_equal(decode_mask(opencv(np.repeat(index[..., None], 3, 2), ".png"), "a.png"), index)
    with pytest.raises(AssetError, match="one channel"):
        decode_mask(encode_png(COLOUR), "a.png")


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff", "webp"])
@pytest.mark.parametrize("name", ["mono8", "rgb8"])
def test_8_bit_files_of_others_are_read_exactly(kind, name):
    if kind == "webp" and name == "mono8":
        pytest.skip("WebP has no grey")
    image = IMAGES[name]
    options = {"lossless": True} if kind == "webp" else {}
    decoded = decode_image(saved(Image.fromarray(image.squeeze()), kind, **options), "a")
    assert np.array_equal(decoded.pixels, image) and decoded.notes == ()


@pytest.mark.parametrize("extension", [".png", ".tiff"])
@pytest.mark.parametrize("name", ["mono16", "rgb16"])
def test_16_bit_files_of_others_keep_every_bit(extension, name):
    image = IMAGES[name]
    assert np.array_equal(decode_image(opencv(image, extension), "a").pixels, image)
    assert decode_image(opencv(image, extension), "a").pixels.dtype == np.uint16


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate"}])
def test_compressed_tiffs_are_read_exactly(options):
    assert np.array_equal(decode_image(saved(Image.fromarray(COLOUR), "tiff", **options), "a").pixels, COLOUR)
    assert np.array_equal(decode_image(saved(Image.fromarray(GREY_16[..., 0]), "tiff", **options), "a").pixels, GREY_16)


def test_white_is_zero_is_turned_round():
    assert np.array_equal(decode_image(tiff(GREY, photometric=0), "a").pixels, 255 - GREY)
    assert np.array_equal(decode_image(tiff(GREY_16, photometric=0), "a").pixels, 65535 - GREY_16)


def test_jpeg_is_close_and_keeps_its_channels():
    smooth = np.repeat(np.linspace(0, 255, 64, dtype=np.uint8)[None], 64, 0)
    grey = decode_image(saved(Image.fromarray(smooth), "jpeg", quality=95), "a").pixels
    colour = decode_image(
        saved(Image.fromarray(np.dstack([smooth, smooth, 255 - smooth])), "jpeg", quality=95), "a"
    ).pixels
    assert grey.shape == (64, 64, 1) and np.abs(grey[..., 0].astype(int) - smooth).max() < 6
    assert colour.shape == (64, 64, 3) and abs(int(colour[5, 60, 0]) - 243) < 12 and colour[5, 60, 2] < 25


def test_cmyk_becomes_rgb_and_says_so():
    decoded = decode_image(saved(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "jpeg", quality=100), "a")
    assert decoded.pixels.shape == (8, 8, 3) and decoded.pixels[0, 0, 0] < 10 and decoded.pixels[0, 0, 1] > 245
    assert decoded.notes == ("CMYK converted to RGB",)


def test_a_palette_becomes_rgb_or_grey_as_its_entries_say():
    index = (GREY[..., 0] % 3).astype(np.uint8)
    for entries, channels in (([9, 9, 9, 80, 80, 80, 250, 250, 250], 1), ([9, 9, 9, 80, 0, 80, 250, 1, 2], 3)):
        picture = Image.new("P", (9, 7))
        picture.putdata(index.ravel().tolist())
        picture.putpalette(entries)
        decoded = decode_image(saved(picture, "png"), "a")
        assert np.array_equal(decoded.pixels, np.array(entries, np.uint8).reshape(3, 3)[index][..., :channels])


def test_1_bit_becomes_black_and_white():
    bits = GREY[..., 0] > 100
    for kind in ("png", "tiff", "bmp"):
        assert np.array_equal(
            decode_image(saved(Image.fromarray(bits), kind), "a").pixels[..., 0], bits * np.uint8(255)
        )


@pytest.mark.parametrize("kind", ["png", "tiff", "webp"])
def test_alpha_is_dropped_and_said(kind):
    options = {"lossless": True, "exact": True} if kind == "webp" else {}
    decoded = decode_image(saved(Image.fromarray(np.dstack([COLOUR, GREY])), kind, **options), "a")
    assert np.array_equal(decoded.pixels, COLOUR) and decoded.notes == ("alpha dropped",)
    if kind != "webp":
        decoded = decode_image(saved(Image.fromarray(np.dstack([GREY, GREY]), "LA"), kind), "a")
        assert np.array_equal(decoded.pixels, GREY) and decoded.notes == ("alpha dropped",)


def test_16_bit_alpha_is_dropped_and_said():
    data = opencv(np.dstack([GREY_16, COLOUR_16]), ".png")  # written as BGRA
    decoded = decode_image(data, "a")
    assert np.array_equal(decoded.pixels, COLOUR_16) and decoded.notes == ("alpha dropped",)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation):
    turned = {1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud, 6: lambda a: np.rot90(a, 3)}
    turned |= {5: lambda a: a.transpose(1, 0, 2), 7: lambda a: np.rot90(a, 2).transpose(1, 0, 2), 8: np.rot90}
    exif = Image.Exif()
    exif[274] = orientation
    picture = Image.fromarray(COLOUR)
    plain = decode_image(saved(picture, "jpeg"), "a").pixels
    assert np.array_equal(decode_image(saved(picture, "jpeg", exif=exif), "a").pixels, turned[orientation](plain))
    assert np.array_equal(decode_image(saved(picture, "png", exif=exif), "a").pixels, turned[orientation](COLOUR))
    for image in (COLOUR, GREY, COLOUR_16, GREY_16):
        decoded = decode_image(tiff(image, orientation=orientation), "a").pixels
        assert np.array_equal(decoded, turned[orientation](image)) and decoded.flags.c_contiguous


def test_of_several_pages_the_first_is_read_and_said():
    data = saved(Image.fromarray(COLOUR), "tiff", save_all=True, append_images=[Image.fromarray(255 - COLOUR)])
    decoded = decode_image(data, "a")
    assert np.array_equal(decoded.pixels, COLOUR) and decoded.notes == ("first page of several",)


@pytest.mark.parametrize(
    "data",
    [
        tiff(GREY.astype(np.float32), sample_format=3),
        tiff(COLOUR.astype(np.float32), sample_format=3),
        tiff(GREY.astype(np.uint32)),
        tiff(GREY_16.astype(np.int16), sample_format=2),
        tiff(COLOUR_16, planar=2),
    ],
    ids=["float", "colour_float", "32_bit", "signed", "planes"],
)
def test_pixels_that_cannot_be_kept_are_refused_with_a_reason(data):
    with pytest.raises(AssetError, match=r"float|integers|separate planes"):
        decode_image(data, "a.tif")


def whole_files() -> dict[str, bytes]:
    big = RNG.integers(0, 256, (40, 50, 3)).astype(np.uint8)
    exif = Image.Exif()
    exif[274] = 6
    files = {kind: saved(Image.fromarray(big), kind) for kind in ("png", "jpeg", "bmp", "tiff", "webp")}
    files["jpeg_exif"] = saved(Image.fromarray(big), "jpeg", exif=exif)
    files["tiff_lzw"] = saved(Image.fromarray(big), "tiff", compression="tiff_lzw")
    files["png16"] = encode_png(big.astype(np.uint16) * 250)
    files["tiff16"] = tiff(big.astype(np.uint16) * 250)
    return files


@pytest.mark.parametrize("kind", whole_files())
def test_a_truncated_file_is_named_and_nothing_is_printed(kind, capfd, recwarn):
    data = whole_files()[kind]
    decode_image(data, "whole")
    for length in (
        1,
        3,
        9,
        20,
        33,
        60,
        200,
        len(data) // 2,
        len(data) - 100,
        len(data) - 13,
        len(data) - 2,
        len(data) - 1,
    ):
        with pytest.raises(AssetError, match=r"cut\.bin: expected a readable image"):
            decode_image(data[:length], "cut.bin")
    assert capfd.readouterr() == ("", "") and not recwarn.list


@pytest.mark.parametrize("kind", whole_files())
def test_a_file_with_flipped_bytes_never_prints_nor_raises_anything_else(kind, capfd, recwarn):
    data = whole_files()[kind]
    for place in np.linspace(0, len(data) - 1, 60).astype(int):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        try:
            decode_image(bytes(broken), "flipped", max_pixels=10_000)
        except AssetError:
            continue
    assert capfd.readouterr() == ("", "") and not recwarn.list


def test_bytes_after_the_end_do_no_harm():
    for kind, data in whole_files().items():
        if kind != "webp":
            assert decode_image(data + b"\0" * 40 + b"padding", kind).pixels.size


@pytest.mark.parametrize("data", [b"", b"\x89", b"hello, this is text\n", b"GIF89a" + b"\0" * 30, b"\0" * 500])
def test_what_is_no_image_is_named(data):
    with pytest.raises(AssetError, match=r"a\.png: expected a readable image, got (an empty file|no PNG)"):
        decode_image(data, "a.png")


def test_too_many_pixels_are_refused_by_the_header_alone():
    bomb = encode_png(np.zeros((3, 3, 1), np.uint8))
    header = b"IHDR" + struct.pack(">II", 200_000, 200_000) + bomb[24:29]
    with pytest.raises(AssetError, match="at most 512000000 pixels, got 200000 x 200000"):
        decode_image(bomb[:12] + header + struct.pack(">I", zlib.crc32(header)) + bomb[33:], "bomb.png")
    with pytest.raises(AssetError, match="at most 62 pixels, got 9 x 7"):
        decode_image(encode_png(GREY), "a.png", max_pixels=62)


def test_no_metadata_of_the_source_reaches_a_written_file():
    exif = Image.Exif()
    exif[271] = "SecretMaker"
    data = saved(Image.fromarray(COLOUR), "png", exif=exif)
    assert b"SecretMaker" in data and b"SecretMaker" not in encode_png(decode_image(data, "a").pixels)


@pytest.mark.parametrize("name", IMAGES)
def test_a_thumbnail_fits_and_shows_white_as_white(name):
    image = np.full((60, 90, IMAGES[name].shape[2]), 255 if "8" in name else 4095, IMAGES[name].dtype)
    data = encode_thumbnail(image, 30, white=int(image.max()))
    read = decode_image(data, "thumbnail").pixels
    assert read.shape == (20, 30, image.shape[2]) and read.min() >= 254


def test_encoders_name_what_they_cannot_write():
    with pytest.raises(ValueError, match="float32"):
        encode_png(np.zeros((4, 4, 3), np.float32))
    with pytest.raises(ValueError, match=r"\(4, 4, 3\)"):
        encode_mask_png(np.zeros((4, 4, 3), np.uint8))
