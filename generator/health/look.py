"""One look at every image: hashes, light, contrast, sharpness, colour, and the textures that frames are told by.

An image is decoded once; what stays of it is a few numbers and two small high-pass pictures. In these the logarithm
makes exposure an offset, taking a local mean away drops it and the fall-off of the light, and dividing by the local
spread makes weak texture count as much as a strong edge.
Source: own; the sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000) as a share of the contrast.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from generator.core.errors import AssetError
from generator.dataset.leak import Fingerprint, file_hash, pixel_hash
from generator.imaging.codec import decode_image

THUMB_PX = 32
TEXTURE_PX = 128
LONGEST_TEXTURE = 1.5
LEAST_TEXTURE_PX = 16
_CENTRE_PX = 1536  # of larger images the middle is measured
_WHITE = 0.98
_FLAT = 1e-3
_CORNER_PX = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What one image is like, in its own units.

    Attributes:
        prints: hashes of the file and its pixels.
        wh: px as decoded.
        channels: 1 or 3; colour of three equal channels counts as 3, as a trainer reads it.
        bits: 8 or 16.
        top: the largest value.
        mean: of the grey values.
        spread: 95 % less 5 % quantile of the grey values.
        clipped: share of pixels at the full scale of its type.
        sharpness: variance of the Laplacian over that of the grey values, after a blur of 1 px; 0: a flat image.
        rgb: mean of each channel.
        corner_range: largest less smallest value in the four corners, of the channel where it is largest.
        thumb: (THUMB_PX, THUMB_PX) float16 high-pass of the whole image.
        texture: (h, w) float16 high-pass at about TEXTURE_PX; one scale for the set. None: too small an image.
    """

    prints: Fingerprint
    wh: tuple[int, int]
    channels: int
    bits: int
    top: int
    mean: float
    spread: float
    clipped: float
    sharpness: float
    rgb: tuple[float, float, float]
    corner_range: int
    thumb: np.ndarray
    texture: np.ndarray | None


def look_at(path: Path, longest_px: float) -> Look:
    """Return what an image file is like.

    Args:
        path: of the file.
        longest_px: the longer side that becomes ``TEXTURE_PX``: the set's median, so that one part has one scale.

    Raises:
        AssetError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AssetError(path, "an image of the data set", error.strerror or "a file that cannot be read") from error
    pixels = decode_image(data, str(path)).pixels
    grey = (pixels[..., 0] if pixels.shape[2] == 1 else pixels.mean(axis=2)).astype(np.float32)
    centre = _centre(grey, _CENTRE_PX)
    full = float(np.iinfo(pixels.dtype).max)
    low, high = np.quantile(centre, (0.05, 0.95))
    means = [float(pixels[..., channel].mean()) for channel in range(pixels.shape[2])]
    return Look(
        prints=Fingerprint(file_hash(data), pixel_hash(pixels)),
        wh=(pixels.shape[1], pixels.shape[0]),
        channels=pixels.shape[2],
        bits=8 * pixels.dtype.itemsize,
        top=int(pixels.max()),
        mean=float(grey.mean()),
        spread=float(high - low),
        clipped=float((centre >= _WHITE * full).mean()),
        sharpness=_sharpness(centre, full),
        corner_range=_corner_range(pixels),
        rgb=(means[0], means[len(means) // 2], means[-1]),
        thumb=high_pass(cv2.resize(grey, (THUMB_PX, THUMB_PX), interpolation=cv2.INTER_AREA), 2.0, 4.0),
        texture=_texture(grey, longest_px),
    )


def high_pass(grey: np.ndarray, fine_px: float, local_px: float) -> np.ndarray:
    """Return what is left of an image when its light is taken off.

    Args:
        grey: (H, W) float32, >= 0.
        fine_px: what is coarser than this goes; sigma in px.
        local_px: over what the spread is made even; sigma in px.

    Returns:
        (H, W) float16, about mean 0 and spread 1; 0 everywhere for a flat image.
    """
    light = np.log1p(grey)
    fine = light - cv2.GaussianBlur(light, (0, 0), fine_px)
    spread = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), local_px))
    typical = float(np.median(spread))
    if typical < _FLAT:
        typical = max(float(spread.mean()), _FLAT)
    return (fine / (spread + 0.25 * typical)).astype(np.float16)


def _texture(grey: np.ndarray, longest_px: float) -> np.ndarray | None:
    height, width = grey.shape
    scale = min(1.0, TEXTURE_PX / longest_px, LONGEST_TEXTURE * TEXTURE_PX / max(height, width))
    wh = round(width * scale), round(height * scale)
    if min(wh) < LEAST_TEXTURE_PX:
        return None
    small = grey if scale == 1.0 else cv2.resize(grey, wh, interpolation=cv2.INTER_AREA)
    return high_pass(small, 1.5, 4.0)


def _sharpness(grey: np.ndarray, full: float) -> float:
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    variance = float(smooth.var())
    if variance <= (_FLAT * full) ** 2:
        return 0.0
    return float(cv2.Laplacian(smooth, cv2.CV_32F).var()) / variance


def _corner_range(pixels: np.ndarray) -> int:
    """Return how far the values of the four corners lie apart, of the channel where they do so most."""
    near, far = slice(0, _CORNER_PX), slice(-_CORNER_PX, None)
    corners = [pixels[rows, columns].reshape(-1, pixels.shape[2]) for rows in (near, far) for columns in (near, far)]
    return int(np.ptp(np.concatenate(corners), axis=0).max())


def _centre(grey: np.ndarray, longest_px: int) -> np.ndarray:
    """Return the middle of an image that is larger: made smaller, blur could not be seen."""
    top, left = (max(0, (side - longest_px) // 2) for side in grey.shape)
    return np.ascontiguousarray(grey[top : top + longest_px, left : left + longest_px])
