"""Drawn good images of products: the source when no photographs are given.

The products take turns: rank 0 shows the first, rank 1 the second, and so on. An image depends on the seed, its rank
and its product alone. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import AssetError, nearest, require
from generator.core.sample import GoodImage
from generator.core.seeds import stage_rng
from generator.source.part.capture import WHITE, capture
from generator.source.part.product import (
    brushed_plate,
    cast_housing,
    glass_vial,
    ground_tile,
    leather,
    plastic_cap,
    printed_label,
    turned_disc,
    wood_board,
    woven_textile,
)
from generator.source.part.product.board import bare_board, circuit_board
from generator.source.part.product.plain import meter_panel, packaging_film

DRAW = {
    "ground_tile": ground_tile.draw,
    "brushed_plate": brushed_plate.draw,
    "turned_disc": turned_disc.draw,
    "wood_board": wood_board.draw,
    "leather": leather.draw,
    "woven_textile": woven_textile.draw,
    "plastic_cap": plastic_cap.draw,
    "circuit_board": circuit_board.draw,
    "printed_label": printed_label.draw,
    "glass_vial": glass_vial.draw,
    "cast_housing": cast_housing.draw,
    "bare_board": bare_board.draw,
}
TO_PRINT = {
    "plain_label": printed_label.draw_plain,
    "plain_board": circuit_board.draw_unmarked,
    "packaging_film": packaging_film.draw,
    "meter_panel": meter_panel.draw,
}
"""Products without any letter, for text to be written on."""
EVERY = DRAW | TO_PRINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Drawn parts, as a camera over an inspection station sees them.

    Attributes:
        products: which products, in the order they take turns.
        size_wh: width and height of an image in px, each 16..8192.
        mode: ``rgb8``, ``mono8``, or ``mono16`` (12 bits in uint16, white is 4095).
        seed: other seeds give other images, >= 0.
        count: how many good images there are, >= 1; None: as many as are asked for.
        pixel_size_mm: one pixel in mm, > 0; None: not known.
    """

    products: tuple[str, ...] = tuple(DRAW)
    size_wh: tuple[int, int] = (512, 512)
    mode: Literal["rgb8", "mono8", "mono16"] = "rgb8"
    seed: int = 0
    count: int | None = None
    pixel_size_mm: float | None = None

    def __post_init__(self) -> None:
        require(len(self.products) > 0, "products", "at least one product", self.products)
        require(len(set(self.products)) == len(self.products), "products", "each product once", self.products)
        for product in self.products:
            require(product in EVERY, "products", f"known products. {nearest(product, EVERY)}", product)
        fits = len(self.size_wh) == 2 and all(16 <= side <= 8192 for side in self.size_wh)
        require(fits, "size_wh", "(width, height), each 16..8192", self.size_wh)
        require(self.mode in WHITE, "mode", "rgb8, mono8 or mono16", self.mode)
        require(self.seed >= 0, "seed", ">= 0", self.seed)
        require(self.count is None or self.count >= 1, "count", "null or >= 1", self.count)
        require(
            self.pixel_size_mm is None or self.pixel_size_mm > 0, "pixel_size_mm", "null or > 0", self.pixel_size_mm
        )

    def source_id(self, rank: int) -> str:
        """Return ``<product>-<rank>``, the products taking turns by rank."""
        return f"{self.products[rank % len(self.products)]}-{rank:06d}"

    @property
    def parts(self) -> range:
        """Every rank: each drawn image stands alone."""
        return range(self.count or 0)

    def load(self, source_id: str) -> GoodImage:
        """Draw the image of an id.

        Raises:
            AssetError: the id is not one that ``source_id`` gives.
        """
        product, _, rank = source_id.rpartition("-")
        if product not in self.products or not rank.isdecimal() or self.source_id(int(rank)) != source_id:
            raise AssetError(source_id, f"an id of a drawn part such as {self.source_id(0)}", "another name")
        rng = stage_rng(self.seed, int(rank), 0, product)
        hw = self.size_wh[1], self.size_wh[0]
        drawing = EVERY[product](hw, rng)
        return GoodImage(
            source_id=source_id,
            pixels=capture(drawing, self.mode, rng),
            white=WHITE[self.mode],
            roi=np.ones(hw, bool) if drawing.roi is None else drawing.roi,  # known either way: nothing has to be found
            pixel_size_mm=self.pixel_size_mm,
            light_deg=drawing.light_deg,
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: drawn parts are as they should be."""
        return ()

    def digest(self) -> str:
        """Return nothing: the configuration says it all."""
        return ""
