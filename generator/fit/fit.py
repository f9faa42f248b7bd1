"""Fit: real defective images in, a yaml a category and a table of real against fitted out. Source: own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from generator.core.errors import AssetError, ConfigError, FormatError
from generator.core.ports import Roi
from generator.core.sample import GoodImage
from generator.dataset.problem import Problems
from generator.dataset.real import RealData, read_pixels, read_real, white_of
from generator.dataset.view import find_images
from generator.fit.distribution import Comparison, compare
from generator.fit.learn import SEEN, FittedKind, LeftOut, learn
from generator.fit.trial import mended, try_out
from generator.fit.write import write_kinds

_SURFACES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class FitResult:
    """What a fit found.

    Attributes:
        format: the layout that the real data set was read as.
        kinds: what was learned, a category each.
        comparisons: real against fitted, a property each; empty where none was asked for.
        paths: the yamls, in the order of ``kinds``; empty where nothing was written.
        left_out: classes without a usable mask.
        masks_left_out: the masks that nothing can be learned from.
        problems: broken images and labels of the data set, which were left out.
    """

    format: str
    kinds: tuple[FittedKind, ...]
    comparisons: tuple[Comparison, ...]
    paths: tuple[Path, ...]
    left_out: tuple[str, ...] = ()
    masks_left_out: tuple[LeftOut, ...] = ()
    problems: tuple[FormatError, ...] = ()


def fit(
    data: Path,
    out: Path | None,
    *,
    format_name: str = "auto",
    kind: Mapping[str, str] | None = None,
    good: Path | None = None,
    roi: Roi | None = None,
    place: str = SEEN,
    splits: Sequence[str] = ("train",),
    tries: int = 200,
) -> FitResult:
    """Learn a kind from each category of a real data set and write it as a yaml.

    Args:
        data: folder of the real data set.
        out: the yamls go to ``out/defect/fitted/<category>.yaml``; None: nowhere.
        format_name: the data set's layout, ``auto``: recognised.
        kind: ``line``, ``blob`` or ``region`` for a category; others are judged by their form.
        good: folder of good images to try the kinds on; None: the data set's own, or else its mended ones.
        roi: finds the part that places are relative to; None: the image.
        place: ``seen``: where real ones lay; ``anywhere``: all over the part.
        splits: sides of the data set that kinds are learned from.
        tries: defects made for the comparison; 0: no comparison.

    Raises:
        ConfigError, FormatError, AssetError: the data set cannot be read or holds nothing to learn from, or the folder
            cannot be written. Nothing has been written then.
    """
    problems: Problems = []
    real = read_real(data, format_name, problems)
    real.require_defects(splits)
    found = learn(real.defects(boxes=True, splits=splits), real.classes, kind, roi, place, problems)
    kinds = found.kinds
    surfaces = _surfaces(real, good, roi, splits) if tries else []
    comparisons = [
        row for one in kinds if surfaces for row in compare(one.category, one.real, try_out(one, surfaces, tries))
    ]
    paths = [] if out is None else write_kinds(kinds, out)
    learned = {one.category for one in kinds}
    return FitResult(
        format=real.format,
        kinds=kinds,
        comparisons=tuple(comparisons),
        paths=tuple(paths),
        left_out=tuple(name for name in real.classes if name not in learned),
        masks_left_out=found.left_out,
        problems=tuple(problems),
    )


def _surfaces(real: RealData, good: Path | None, roi: Roi | None, splits: Sequence[str]) -> list[GoodImage]:
    """Return a few good images, evenly taken; where there are none, real ones with their defects filled."""
    if good is not None and not good.is_dir():
        raise ConfigError("good", "a folder of good images", f"'{good}', which is none")
    files = real.good_images(splits) if good is None else find_images(good)
    if good is not None and not files:
        raise AssetError(good, "a folder with good images", "none")
    if not files:
        usable = (
            one for one in real.defects(splits=splits) if one.mask is not None and not (one.mask | one.others).all()
        )
        return [_with_roi(mended(defect), roi) for defect in islice(usable, _SURFACES)]
    chosen = files[:: max(1, len(files) // _SURFACES)][:_SURFACES]
    images = []
    for path in chosen:
        pixels = read_pixels(path)
        name = real.name_of(path) if good is None else path.relative_to(good).as_posix()
        images.append(_with_roi(GoodImage(source_id=name, pixels=pixels, white=white_of(pixels)), roi))
    return images


def _with_roi(image: GoodImage, roi: Roi | None) -> GoodImage:
    if roi is None:
        return image
    part, _ = roi.find(image)
    return GoodImage(source_id=image.source_id, pixels=image.pixels, white=image.white, roi=part)


def table_lines(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """Return the comparisons as texts: category, property, real and fitted quantiles, distance."""
    return [
        (row.category, row.name, *(_number(v) for v in (*row.real, *row.fitted)), f"{row.distance:.2f}")
        for row in comparisons
    ]


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
