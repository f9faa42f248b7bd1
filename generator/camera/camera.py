"""The camera: what it does to image and twin alike.

Light falls off towards the corners, is spread by focus and motion, knocks out electrons, is amplified and balanced, and
may be compressed. All chance of a shot is drawn first and kept with the sample; the sensor's own stripes belong to the
run. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from generator.camera.jpeg import BLOCK_PX, compressed
from generator.camera.optics import blurred, point_spread
from generator.camera.sensor import Readout
from generator.camera.through import through
from generator.core.errors import require
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.core.units import Range

ONE, ZERO = Range(1.0, 1.0), Range(0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera; every range is drawn anew for each image.

    Attributes:
        exposure: light relative to the good image, (0, 8].
        gain: amplification behind the sensor, noise included, (0, 16].
        red_gain, blue_gain: white balance against green, (0, 4]; mono images ignore it.
        vignetting: share of the light that is lost in the corners, [0, 0.95].
        full_well_e: electrons that fill a pixel, [50, 1e7]; fewer are noisier; None: no noise is added.
        read_noise_e: noise without light, electrons, [0, 1000].
        defocus_px: radius of the disc that a point is blurred to, [0, 30].
        motion_px: way of the part during the exposure, [0, 60].
        motion_deg: its direction, degrees counter-clockwise, 0 to the right.
        pixel_gain: deviation of the gain from pixel to pixel of a line sensor, [0, 0.3]; the same stripes all run long.
        line_gain: deviation of the gain from line to line, [0, 0.3]; new stripes on each image.
        ripple: strength of the wave that a flickering lamp lays over the lines, [0, 0.5].
        ripple_px: its length in lines, [2, 4096].
        travel: where the part moves under a line sensor: ``down`` makes rows its lines, ``right`` columns.
        jpeg_quality: 1 (worst) to 100; None: not compressed.
        name: what its random numbers hang on.
    """

    exposure: Range = ONE
    gain: Range = ONE
    red_gain: Range = ONE
    blue_gain: Range = ONE
    vignetting: Range = ZERO
    full_well_e: Range | None = None
    read_noise_e: Range = ZERO
    defocus_px: Range = ZERO
    motion_px: Range = ZERO
    motion_deg: Range = Range(-180.0, 180.0)
    pixel_gain: Range = ZERO
    line_gain: Range = ZERO
    ripple: Range = ZERO
    ripple_px: Range = Range(40.0, 200.0)
    travel: Literal["down", "right"] = "down"
    jpeg_quality: Range | None = None
    name: str = "camera"

    def __post_init__(self) -> None:
        for field, low, high in (
            ("exposure", 0.01, 8),
            ("gain", 0.01, 16),
            ("red_gain", 0.01, 4),
            ("blue_gain", 0.01, 4),
            ("vignetting", 0, 0.95),
            ("full_well_e", 50, 1e7),
            ("read_noise_e", 0, 1000),
            ("defocus_px", 0, 30),
            ("motion_px", 0, 60),
            ("pixel_gain", 0, 0.3),
            ("line_gain", 0, 0.3),
            ("ripple", 0, 0.5),
            ("ripple_px", 2, 4096),
            ("jpeg_quality", 1, 100),
        ):
            value: Range | None = getattr(self, field)
            fits = value is None or value.within(low, high)
            require(fits, field, f"(low, high) within [{low:g}, {high:g}]", str(value))

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample as the camera delivers it: image and twin from the same shot."""
        shot = self.draw(rng)
        height, width = sample.hw
        white, channels = sample.source.white, sample.image.shape[2]
        readout = Readout.of(shot, (height, width), channels, white, sample.spec.seed)
        kernel = point_spread(shot["defocus_px"], shot["motion_px"], shot["motion_deg"])
        reach = 0 if kernel is None else len(kernel) // 2

        def expose(pixels: np.ndarray, rect: Rect) -> np.ndarray:
            seen = rect.grown(reach).clipped((height, width))
            light = np.multiply(pixels[seen.slices], np.float32(1.0 / white), dtype=np.float32)
            if kernel is not None:
                light = np.ascontiguousarray(blurred(light, kernel)[rect.inside(seen)])
            return readout.read(light, rect, pixels.dtype)

        def develop(pixels: np.ndarray, rect: Rect) -> np.ndarray:
            if shot["jpeg_quality"] is None:
                return expose(pixels, rect)
            blocks = _whole_blocks(rect).clipped((height, width))
            return compressed(expose(pixels, blocks), white, shot["jpeg_quality"])[rect.inside(blocks)]

        made = through(sample, develop, reach)
        return made.with_(params={**sample.params, self.name: shot})

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return one shot (JSON)."""
        well, quality = self.full_well_e, self.jpeg_quality
        return {
            "exposure": self.exposure.draw(rng),
            "gain": self.gain.draw(rng),
            "red_gain": self.red_gain.draw(rng),
            "blue_gain": self.blue_gain.draw(rng),
            "vignetting": self.vignetting.draw(rng),
            "full_well_e": None if well is None else well.draw(rng),
            "read_noise_e": self.read_noise_e.draw(rng),
            "defocus_px": self.defocus_px.draw(rng),
            "motion_px": self.motion_px.draw(rng),
            "motion_deg": self.motion_deg.draw(rng),
            "pixel_gain": self.pixel_gain.draw(rng),
            "line_gain": self.line_gain.draw(rng),
            "ripple": self.ripple.draw(rng),
            "ripple_px": self.ripple_px.draw(rng),
            "ripple_phase": rng.random(),
            "travel": self.travel,
            "jpeg_quality": None if quality is None else quality.draw_int(rng),
            "noise": int(rng.integers(2**31)),
        }


def _whole_blocks(rect: Rect) -> Rect:
    """Return the box of whole JPEG blocks about a rectangle, with one more on every side."""
    left, top = (start // BLOCK_PX * BLOCK_PX - BLOCK_PX for start in (rect.x, rect.y))
    right, bottom = (-(-stop // BLOCK_PX) * BLOCK_PX + BLOCK_PX for stop in (rect.x + rect.w, rect.y + rect.h))
    return Rect(left, top, right - left, bottom - top)
