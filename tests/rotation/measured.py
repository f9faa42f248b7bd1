"""What an estimator finds on the images of a run, against their labels; and photographs to try it on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.imaging.codec import decode_image, encode_png
from generator.run.pipeline import Pipeline, Rejected
from tests.rotation.estimator import difference_deg, estimate

MEAN_ABSOLUTE, LARGEST, BIAS = 0.03, 0.15, 0.005
REAL = {"magnetic_tile": 400, "looks": 300, "asphalt": 300}
"""How many turned photographs of each set."""
_FOUND = {
    "magnetic_tile": "magnetic_tile/tile/good/*.png",
    "looks": "looks/*/defect/*/*.png",
    "asphalt": "crackforest/asphalt/good/*.png",
}
_MOST, _SIDE_PX = 100, 256


@dataclass(frozen=True)
class Errors:
    """How far estimates are from labels, degrees."""

    degrees: np.ndarray

    def __str__(self) -> str:
        e = self.degrees
        return (
            f"{len(e)} images: mean absolute {np.abs(e).mean():.4f}, largest {np.abs(e).max():.4f}, "
            f"mean {e.mean():+.5f} degrees"
        )

    def assert_small(self) -> None:
        assert np.abs(self.degrees).mean() <= MEAN_ABSOLUTE, self
        assert np.abs(self.degrees).max() <= LARGEST, self
        # what chance leaves of the mean of so many is no bias
        assert abs(self.degrees.mean()) <= max(BIAS, 3 * self.degrees.std() / len(self.degrees) ** 0.5), self


def errors_of(config: dict) -> Errors:
    """Return the errors of the samples of a run, made in memory."""
    pipeline, degrees = Pipeline(config), []
    for index in range(len(pipeline)):
        sample = pipeline.make(index)
        assert not isinstance(sample, Rejected), sample
        label = sample.orientation.angle_deg
        degrees.append(difference_deg(estimate(sample.source.pixels, sample.image).angle_deg, label))
    return Errors(np.array(degrees))


def photographs(data: Path, name: str, folder: Path) -> Path | None:
    """Write up to 100 photographs of a set, 256 px about their middle, and return where; None: there are none."""
    paths = sorted(data.glob(_FOUND[name]))[:_MOST]
    made = folder / name
    made.mkdir(parents=True)
    for number, path in enumerate(paths):
        pixels = decode_image(path.read_bytes(), path.name).pixels
        starts = [max(0, (side - _SIDE_PX) // 2) for side in pixels.shape[:2]]
        cut = pixels[starts[0] : starts[0] + _SIDE_PX, starts[1] : starts[1] + _SIDE_PX]
        (made / f"{number:04d}.png").write_bytes(encode_png(np.ascontiguousarray(cut)))
    return made if paths else None
