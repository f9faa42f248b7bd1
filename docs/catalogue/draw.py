"""The catalogue: a sheet for each family of kinds and an index, drawn by the package itself.

A row is a kind, on three drawn surfaces, in three severities: twelve samples are made on a surface, put in order by
their contrast times the root of their area, and the second, the middle and the second last of them are shown (about
the 10th, 50th and 90th percentile). The inset shows the exact mask's outline in the same crop of the good twin.
Run it with ``make catalogue``; the same code and seed give the same sheets. Source: own.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import yaml
from PIL import Image, ImageDraw, ImageFont

from generator import samples
from generator.cli.compose import conf_dir, group_options
from generator.core.annotation import Instance
from generator.core.sample import Sample
from generator.imaging.panel import shown

HERE = Path(__file__).resolve().parent
SAMPLES, TRIES, SIDE_PX = 12, 40, 512
CELL_PX, INSET_PX, GAP_PX, HEAD_PX = 152, 48, 4, 24
PAPER, INK, SOFT, LINE = (247, 247, 244), (24, 24, 26), (96, 98, 104), (255, 70, 0)
QUALITY = 87

Surface = tuple[str, int]  # a drawn product and the seed of its image
SURFACES: dict[str, tuple[Surface, Surface, Surface]] = {
    "assembly": (("circuit_board", 0), ("circuit_board", 2), ("circuit_board", 9)),
    "casting": (("cast_housing", 5), ("cast_housing", 10), ("ground_tile", 1)),
    "coating": (("plastic_cap", 11), ("plastic_cap", 4), ("brushed_plate", 6)),
    "concrete": (("cast_housing", 10), ("cast_housing", 3), ("ground_tile", 4)),
    "generic": (("brushed_plate", 6), ("leather", 7), ("plastic_cap", 7)),
    "glass": (("glass_vial", 0), ("glass_vial", 3), ("glass_vial", 8)),
    "leather": (("leather", 7), ("leather", 1), ("leather", 3)),
    "metal": (("ground_tile", 4), ("brushed_plate", 6), ("turned_disc", 0)),
    "pcb": (("circuit_board", 2), ("bare_board", 1), ("bare_board", 2)),
    "plastic": (("plastic_cap", 11), ("plastic_cap", 4), ("plastic_cap", 10)),
    "print": (("printed_label", 0), ("printed_label", 6), ("printed_label", 9)),
    "textile": (("woven_textile", 0), ("woven_textile", 3), ("woven_textile", 7)),
    "wood": (("wood_board", 0), ("wood_board", 10), ("wood_board", 1)),
}
OWN_SURFACES: dict[str, tuple[Surface, Surface, Surface]] = {
    "assembly/glue_overflow": (("plastic_cap", 7), ("cast_housing", 5), ("circuit_board", 2)),
    "pcb/residue": SURFACES["assembly"],
    "pcb/solder_ball": SURFACES["assembly"],
    "pcb/solder_excess": SURFACES["assembly"],
}
"""Kinds that do not fit all surfaces of their family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of defect.

    Attributes:
        name: as on the command line, such as ``metal/scratch``.
        category: the class it is labelled with.
        words: what it is, in a line.
    """

    name: str
    category: str
    words: str

    @property
    def family(self) -> str:
        """The folder it lies in."""
        return self.name.partition("/")[0]


def kinds() -> list[Kind]:
    """Return every kind that is shipped, by name; its yaml's first line says what it is."""
    found = []
    for name in group_options("defect"):
        text = (conf_dir() / "defect" / f"{name}.yaml").read_text(encoding="utf-8")
        node = yaml.safe_load(text)[name.rpartition("/")[2]]
        found.append(Kind(name=name, category=node["category"], words=text.partition("\n")[0].lstrip("# ")))
    return found


def draw_catalogue(folder: Path) -> None:
    """Write a sheet for each family and the index."""
    every = kinds()
    for family in dict.fromkeys(kind.family for kind in every):
        sheet = family_sheet([kind for kind in every if kind.family == family])
        sheet.save(folder / f"{family}.jpg", quality=QUALITY, optimize=True)
        print(f"{family}.jpg: {sheet.width} x {sheet.height}", flush=True)
    (folder / "README.md").write_text(index(every), encoding="utf-8")


def index(every: Sequence[Kind]) -> str:
    """Return the index as Markdown."""
    families = list(dict.fromkeys(kind.family for kind in every))
    lines = [
        "# Catalogue",
        "",
        f"{len(every)} kinds in {len(families)} families, drawn by `make catalogue`. Each row shows one kind on three",
        "drawn surfaces, weak, usual and strong: of twelve samples a surface, about the 10th, 50th and 90th percentile",
        "of contrast times the root of the area. The inset outlines the exact mask on the good twin.",
    ]
    for family in families:
        lines += [
            "",
            f"## {family}",
            "",
            f"![{family}]({family}.jpg)",
            "",
            "| kind | category | what it is |",
            "|---|---|---|",
        ]
        lines += [f"| `{kind.name}` | {kind.category} | {kind.words} |" for kind in every if kind.family == family]
    return "\n".join(lines) + "\n"


def family_sheet(members: Sequence[Kind]) -> Image.Image:
    """Return the sheet of one family."""
    across = 3 * (3 * (CELL_PX + GAP_PX)) + 2 * 3 * GAP_PX
    width, row_px = across + 4 * GAP_PX, HEAD_PX + CELL_PX + 3 * GAP_PX
    page = Image.new("RGB", (width, 2 * HEAD_PX + len(members) * row_px), PAPER)
    pen = ImageDraw.Draw(page)
    _write(pen, (2 * GAP_PX, 5), members[0].family, INK, 18)
    told = "on three surfaces: weak, usual, strong (10th, 50th, 90th percentile of contrast x root of area, of twelve)"
    _write(pen, (2 * GAP_PX + 110, 10), told, SOFT, 13)
    for number, kind in enumerate(members):
        top = 2 * HEAD_PX + number * row_px - GAP_PX
        _write(pen, (2 * GAP_PX, top), kind.name, INK, 15)
        _write(pen, (2 * GAP_PX + 14 + _width(kind.name, 15), top + 2), kind.words, SOFT, 13)
        for column, surface in enumerate(OWN_SURFACES.get(kind.name, SURFACES[kind.family])):
            left = 2 * GAP_PX + column * (3 * (CELL_PX + GAP_PX) + 3 * GAP_PX)
            for place, (sample, instance) in enumerate(three_severities(kind.name, surface)):
                picture = Image.fromarray(cell(sample, instance))
                page.paste(picture, (left + place * (CELL_PX + GAP_PX), top + HEAD_PX))
    return page


def three_severities(name: str, surface: Surface) -> list[tuple[Sample, Instance]]:
    """Return a weak, a usual and a strong defect of a kind on one surface; fewer if it hardly finds room there."""
    product, seed = surface
    made = samples(
        f"defect=[{name}]", f"source.products=[{product}]", f"source.seed={seed}", "source.count=1", "good_share=0",
        f"source.size_wh=[{SIDE_PX},{SIDE_PX}]", f"count={TRIES}", "splits={train: 1}", "defects_per_image=[1,1]",
        "roi=auto", "attempts=4",
    )  # fmt: skip
    found: list[tuple[float, Sample, Instance]] = []
    for sample in made:
        if sample.instances:
            found.append((_severity(sample.instances[0]), sample, sample.instances[0]))
        if len(found) == SAMPLES:
            break
    found.sort(key=lambda one: one[0])
    last = len(found) - 1
    places = sorted({round(last * share) for share in (0.1, 0.5, 0.9)}) if found else []
    return [found[place][1:] for place in places]


def _severity(instance: Instance) -> float:
    measured = instance.params["measured"]
    return float(measured["change_p90"]) * math.sqrt(instance.mask.area_px)


def cell(sample: Sample, instance: Instance) -> np.ndarray:
    """Return the crop around a defect with its scale and, in a corner, the mask's outline; (CELL, CELL, 3) uint8."""
    x, y, w, h = instance.mask.bbox_xywh
    height, width = sample.hw
    wanted = 1.35 * max(w, h) + 8
    side = CELL_PX // 2 if wanted <= CELL_PX // 2 else max(CELL_PX, math.ceil(wanted))
    side = min(side, height, width)
    left = min(max(0, round(x + w / 2 - side / 2)), width - side)
    top = min(max(0, round(y + h / 2 - side / 2)), height - side)
    window = np.s_[top : top + side, left : left + side]
    white = sample.source.white
    kind_of = cv2.INTER_AREA if side > CELL_PX else cv2.INTER_NEAREST
    picture = cv2.resize(shown(sample.image[window], white), (CELL_PX, CELL_PX), interpolation=kind_of)
    inset = cv2.resize(shown(sample.good[window], white), (INSET_PX, INSET_PX), interpolation=cv2.INTER_AREA) // 2 + 90
    mask = instance.mask.full(sample.hw)[window].astype(np.uint8)
    share = cv2.resize(mask * 255, (INSET_PX, INSET_PX), interpolation=cv2.INTER_AREA)
    on = (share > 60).astype(np.uint8)
    outline = on & ~cv2.erode(on, np.ones((3, 3), np.uint8), borderValue=1)
    inset = np.ascontiguousarray(inset.astype(np.uint8))
    inset[outline > 0] = LINE
    corner = _free_corner(cv2.resize(mask * 255, (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA))
    rows, columns = corner
    picture[rows, columns] = 255
    picture[rows.start + 1 : rows.stop - 1, columns.start + 1 : columns.stop - 1] = inset
    scale = {True: "x2", False: "1:1" if side == CELL_PX else f"1:{side / CELL_PX:.1f}"}[side < CELL_PX]
    return _with_scale(picture, scale)


def _free_corner(share: np.ndarray) -> tuple[slice, slice]:
    """Return the corner of a cell in which an inset hides least of the mask; below, if it hides nothing there."""
    box, far = INSET_PX + 2, CELL_PX - INSET_PX - 2
    corners = [np.s_[a : a + box, b : b + box] for a, b in ((far, far), (far, 0), (0, far), (0, 0))]
    return min(corners, key=lambda corner: int(share[corner].sum()))


def _with_scale(picture: np.ndarray, scale: str) -> np.ndarray:
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    box = (0, 0, 7 + round(_width(scale, 10)), 14)
    if (picture[:15, : box[2]] == 255).all(axis=2).mean() < 0.1:  # the inset is elsewhere
        pen.rectangle(box, fill=PAPER)
        _write(pen, (3, 1), scale, SOFT, 10)
    return np.asarray(image)


def _width(text: str, size: int) -> float:
    return float(ImageFont.load_default(size).getlength(text))


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, colour: tuple[int, int, int], size: int
) -> None:
    pen.text(at, text, fill=colour, font=ImageFont.load_default(size))


if __name__ == "__main__":
    draw_catalogue(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
