"""A folder of masks, one per good image, as the place where defects may lie. Source: own."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import AssetError, require
from generator.core.sample import GoodImage
from generator.source.file_tree import FileTree
from generator.source.roi.zones import Zones, read_mask, tree_digest, without


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskDir:
    """Where the mask of an image is not 0; it lies under the image's own path with the ending ``.png``.

    Attributes:
        path: the folder of masks.
        forbidden: where no defect may lie; None: nowhere.
    """

    path: str
    forbidden: Zones | None = None
    _tree: FileTree = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            tree = FileTree.at(self.path)
        except (OSError, ImportError, ValueError) as error:
            require(False, "path", "a folder of masks", f"{self.path}: {getattr(error, 'strerror', None) or error}")
        require(not tree.only, "path", "a folder of masks", f"the file {self.path}")
        object.__setattr__(self, "_tree", tree)

    def find(self, good: GoodImage) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
        """Return the image's mask, (H, W) bool.

        Raises:
            AssetError: it is missing, unreadable, of another size, or empty.
        """
        mask = read_mask(self._tree, good.source_id, good.pixels.shape[:2])
        if not mask.any():
            raise AssetError(f"{self.path}: mask of {good.source_id}", "at least one pixel that is not 0", "none")
        return without(mask, self.forbidden, good), ()

    def digest(self) -> str:
        """Return a hash of the masks it reads."""
        return tree_digest(self._tree) + (self.forbidden.digest() if self.forbidden else "")
