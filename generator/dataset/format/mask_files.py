"""Mask files beside images, paired by their names.

A mask is named as its image, or with ``_mask`` behind, and has any image suffix; no two images share one.
Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from generator.core.annotation import Region
from generator.core.errors import FormatError
from generator.dataset.problem import Problems, left_out
from generator.dataset.view import IMAGE_SUFFIXES, find_files, find_images, read_mask

SAME_NAME_FIRST, MASK_NAME_FIRST = ("", "_mask"), ("_mask", "")
_BRIGHT = 127
_PICTURES = {*IMAGE_SUFFIXES, ".gif", ".jp2", ".npy", ".npz", ".pbm", ".pgm", ".pnm", ".ppm", ".psd", ".tga"}
"""What a mask may be; those that are not read are broken ones, as their images are no good ones."""


class ImageNames:
    """The names of the images in folders, below which masks have the same ones.

    Attributes:
        folders: the folders.
        stem_of: each image's path below its folder, without its suffix.
        with_stem: the images of each such name.

    Args:
        folders: they need not be there.
    """

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        self.stem_of = {file: stem_below(file, folder) for folder in folders for file in find_images(folder)}
        self.with_stem: dict[str, list[Path]] = {}
        for file, stem in self.stem_of.items():
            self.with_stem.setdefault(stem, []).append(file)


class MaskFiles:
    """The masks in a folder and below, each claimed by one image.

    Args:
        folder: of the masks; it need not be there.
        images: those that they belong to.
        endings: what a mask's name has behind its image's, the likeliest first.
    """

    def __init__(self, folder: Path, images: ImageNames, endings: Sequence[str] = SAME_NAME_FIRST) -> None:
        self._folder, self._images, self._endings = folder, images, endings
        files = sorted(find_files(folder), key=lambda file: file.suffix.lower() in IMAGE_SUFFIXES)  # images go last
        self._masks = {stem_below(file, folder): file for file in files if file.suffix.lower() in _PICTURES}
        self._unclaimed = {*self._masks}

    def claim(self, image: Path) -> Path | None:
        """Return an image's mask; None: there is none.

        A mask that has another image's name is that one's, unless that one has a mask by the same rule.
        """
        stem = self._images.stem_of[image]
        for ending in self._endings:
            name = stem + ending
            if ending and name in self._images.with_stem and name + ending not in self._masks:
                continue
            if name in self._masks:
                self._unclaimed.discard(name)
                return self._masks[name]
        return None

    def sound(self, image: Path, file: Path | None) -> Path:
        """Return the mask that was claimed for an image.

        Raises:
            FormatError: there is none, or another image has the same name, so that it may be that one's.
        """
        if file is None:
            wanted = f"{image.stem}{self._endings[0]}.png"
            raise FormatError(image, "", f"its mask {wanted} in {self._folder}", "no such file")
        others = [other for other in self._images.with_stem[self._images.stem_of[image]] if other != image]
        if others:
            got = f"{file}, which by its name may also be that of {others[0]}"
            raise FormatError(image, "", "a mask of its own", got)
        return file

    def report_unclaimed(self, problems: Problems | None) -> None:
        """List the masks that belong to no image.

        Raises:
            FormatError: there is one, and no list.
        """
        where = " or ".join(map(str, self._images.folders))
        for name in sorted(self._unclaimed):
            with left_out(problems):
                raise FormatError(self._masks[name], "", f"an image in {where} that it belongs to", "none")


def region_of(file: Path, hw: tuple[int, int]) -> Region:
    """Return the pixels of a mask: those above 127, or above 0 where nothing is above 127; there may be none.

    Raises:
        FormatError: it is no mask of one class, or has another size than the image, ``hw``.
    """
    mask = read_mask(file, hw, as_shown=True)
    is_bright = mask.max(initial=0) > _BRIGHT
    if not is_bright:
        numbers = np.unique(mask[mask > 0]).tolist()
        if len(numbers) > 1:
            raise FormatError(file, "", "a mask of one class: 0 and 255, or 0 and 1", f"the numbers {numbers[:9]}")
    return Region.tight(mask > (_BRIGHT if is_bright else 0))


def filled_region_of(file: Path, hw: tuple[int, int]) -> Region:
    """Return the pixels of a mask as ``region_of`` does.

    Raises:
        FormatError: it is no mask, has another size than the image, or no pixel.
    """
    region = region_of(file, hw)
    if region.area_px == 0:
        raise FormatError(file, "", "a mask with at least one pixel above 0", "an empty one")
    return region


def stem_below(file: Path, folder: Path) -> str:
    """Return a file's path below a folder without its suffix, with ``/``."""
    return file.relative_to(folder).with_suffix("").as_posix()
