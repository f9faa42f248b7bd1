"""The fills that there are, found by their yaml files, so that a new one is tested by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generator.cli.compose import compose_config, conf_dir
from generator.imaging.codec import encode_png
from generator.rotation.stage import Rotate
from generator.run.build import build

FILLS = tuple(sorted(path.stem for path in (conf_dir() / "rotation" / "fill").glob("*.yaml")))


def _needs(fill: str) -> tuple[str, ...]:
    """Return the keys of a fill that a user has to give: those that lead to a folder of other images."""
    text = (conf_dir() / "rotation" / "fill" / f"{fill}.yaml").read_text(encoding="utf-8")
    return ("rotation.fill.images.source.path",) if "???" in text or "OtherImages" in text else ()


PLAIN_FILLS = tuple(fill for fill in FILLS if not _needs(fill))
"""Those that read no files."""


def rotate(fill: str, folder: Path, *overrides: str) -> Rotate:
    """Return the stage as the command line builds it.

    Args:
        fill: name of a yaml.
        folder: where other images are written, for fills that show some.
        overrides: further ones.
    """
    return build(config_of(fill, folder, *overrides)["recipe"]["rotate"], "recipe.rotate")


def config_of(fill: str, folder: Path, *overrides: str) -> dict:
    """Return the configuration of a run with a fill."""
    needs = [f"{key}={others(folder)}" for key in _needs(fill)]
    return compose_config("generate", ["recipe=rotation", f"rotation/fill={fill}", *needs, *overrides])


def others(folder: Path) -> Path:
    """Return a folder of a few other images, made at the first call."""
    made = folder / "others"
    if not made.exists():
        made.mkdir(parents=True)
        rng = np.random.default_rng(5)
        for name in "abcdef":
            pixels = rng.integers(60, 200, (40, 44, 1)).astype(np.uint8)
            (made / f"{name}.png").write_bytes(encode_png(pixels))
    return made
