"""Mask files beside images, paired by their names.

A mask is named as its image, or with ``_mask`` behind, and has any image suffix; no two images share one. Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.core.annotation import Region
from generator.core.errors import FormatError
from generator.dataset.problem import Problems, left_out
from generator.dataset.view import find_images, read_mask

SAME_NAME_FIRST, MASK_NAME_FIRST = ("", "_mask"), ("_mask", "")
_BRIGHT = 127


class MaskFiles:
    """The masks in a folder and below, each claimed by one image.

    Args:
        folder: of the masks; it need not be there.
        images: folder of the images that they belong to.
        endings: what a mask's name has behind its image's, the likeliest first.
    """

    def __init__(self, folder: Path, images: Path, endings: Sequence[str] = SAME_NAME_FIRST) -> None:
        self.folder, self.images, self._endings = folder, images, endings
        self._waiting = {stem_below(file, folder): file for file in find_images(folder)}
        self._stems = {*self._waiting}
        self._image_stems = {stem_below(file, images) for file in find_images(images)}

    def claim(self, image: Path) -> Path | None:
        """Return an image's mask, which no other image gets; None: there is none.

        A mask that has another image's name is that one's, unless that one has a mask by the same rule.
        """
        stem = stem_below(image, self.images)
        for ending in self._endings:
            name = stem + ending
            if ending and name in self._image_stems and name + ending not in self._stems:
                continue
            if name in self._waiting:
                return self._waiting.pop(name)
        return None

    def require(self, image: Path, file: Path | None) -> Path:
        """Return the mask that was claimed for an image.

        Raises:
            FormatError: there is none.
        """
        if file is None:
            wanted = f"{image.stem}{self._endings[0]}.png"
            raise FormatError(image, "", f"its mask {wanted} in {self.folder}", "no such file")
        return file

    def report_unclaimed(self, problems: Problems | None) -> None:
        """List the masks that belong to no image.

        Raises:
            FormatError: there is one, and no list.
        """
        for file in sorted(self._waiting.values()):
            with left_out(problems):
                raise FormatError(file, "", f"an image in {self.images} that it belongs to", "none")


def region_of(file: Path, hw: tuple[int, int]) -> Region:
    """Return the pixels of a mask: those above 127, or above 0 where nothing is above 127; there may be none.

    Raises:
        FormatError: it is no mask, or has another size than the image, ``hw``.
    """
    mask = read_mask(file, hw)
    return Region.tight(mask > (_BRIGHT if mask.max(initial=0) > _BRIGHT else 0))


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
