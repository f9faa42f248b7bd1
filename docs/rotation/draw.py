"""Angles in pictures: every fill on drawn products, every ground of parts, every experiment of angles.

Boxes of parts are drawn with a mark on their own top edge, whole images with an arrow to where their top points.
Run it with ``make catalogue``; the same code and seed give the same sheets. Source: own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator import samples
from generator.cli.compose import conf_dir, group_options
from generator.cli.help import first_words
from generator.core.sample import Sample
from generator.imaging.move.turn import cos_sin
from generator.imaging.panel import shown

HERE = Path(__file__).resolve().parent
PAPER, INK, SOFT = (247, 247, 244), (24, 24, 26), (96, 98, 104)
BOX, TOP = (255, 110, 0), (0, 200, 255)
GAP_PX, HEAD_PX, WIDTH_PX, HEIGHT_PX, QUALITY = 5, 24, 1480, 230, 78
PRODUCTS = ("cast_housing", "brushed_plate", "wood_board", "leather", "glass_vial", "circuit_board")
TURNS = ("recipe=rotation", "source.size_wh=[360,300]", "seed=2", "count=6", "splits={train: 1}")
GOODS = ("source.size_wh=[320,240]", f"source.products=[{','.join(PRODUCTS)}]")
SCENES = ("experiment=parts_on_belt", "camera=none", "count=4", "seed=1", "splits={train: 1}")
SHEETS = {
    "fills": ("Beyond a turned image", "rotation/fill", "one angle each, on six drawn products"),
    "grounds": ("What parts lie on", "rotation/ground", "boxes with a mark on each part's own top edge"),
    "experiments": ("Experiments", "experiment", "with nothing else given"),
}
"""Per sheet its title, its group and what it shows."""


def options(name: str) -> list[str]:
    """Return what a sheet has a row for."""
    every = group_options(SHEETS[name][1])
    if name != "experiments":
        return every
    texts = {one: (conf_dir() / "experiment" / f"{one}.yaml").read_text(encoding="utf-8") for one in every}
    recipes = [f"override /recipe: {recipe}\n" for recipe in ("rotation", "parts", "text_parts", "text_rotation")]
    return [one for one, text in texts.items() if any(recipe in text for recipe in recipes)]


def draw_catalogue(folder: Path) -> None:
    """Write the sheets and the index."""
    for name in SHEETS:
        page = sheet(name)
        page.save(folder / f"{name}.jpg", quality=QUALITY, optimize=True)
        print(f"{name}.jpg: {page.width} x {page.height}", flush=True)
    (folder / "README.md").write_text(index(), encoding="utf-8")


def index() -> str:
    """Return the index as Markdown."""
    lines = ["# Angles", "", "Drawn by `make catalogue`; every picture is what the command makes."]
    for name, (title, group, told) in SHEETS.items():
        lines += ["", f"## {title}", "", f"`{group}=...`, {told}.", "", f"![{title.lower()}]({name}.jpg)", ""]
        lines += ["| option | what it is |", "|---|---|"]
        lines += [f"| `{one}` | {first_words(group, one)} |" for one in options(name)]
    return "\n".join(lines) + "\n"


def sheet(name: str) -> Image.Image:
    """Return a sheet: a row for each option."""
    draw = {"fills": fill, "grounds": ground, "experiments": experiment}[name]
    rows = [(one, first_words(SHEETS[name][1], one), draw(one)) for one in options(name)]
    page = Image.new("RGB", (WIDTH_PX, len(rows) * (HEAD_PX + HEIGHT_PX + 2 * GAP_PX) + GAP_PX), PAPER)
    pen, top = ImageDraw.Draw(page), GAP_PX
    for option, words, pictures in rows:
        pen.text((2 * GAP_PX, top), option, fill=INK, font=ImageFont.load_default(15))
        at = 2 * GAP_PX + 14 + round(float(ImageFont.load_default(15).getlength(option)))
        pen.text((at, top + 2), words, fill=SOFT, font=ImageFont.load_default(13))
        left = 2 * GAP_PX
        for picture in pictures:
            page.paste(Image.fromarray(picture), (left, top + HEAD_PX))
            left += picture.shape[1] + GAP_PX
        top += HEAD_PX + HEIGHT_PX + 2 * GAP_PX
    return page


def fill(name: str) -> list[np.ndarray]:
    """Return a fill on each product."""
    with other_images() as folder:
        other = (f"rotation.fill.images.source.path={folder}",) if name == "background" else ()
        return [labelled(one) for one in samples(*TURNS, *GOODS, f"rotation/fill={name}", *other)]


def ground(name: str) -> list[np.ndarray]:
    """Return four scenes on a ground."""
    with other_images() as folder:
        other = (f"rotation.ground.images.source.path={folder}",) if name == "folder" else ()
        return [labelled(one) for one in samples(*SCENES, f"rotation/ground={name}", *other)]


def experiment(name: str) -> list[np.ndarray]:
    """Return four images of an experiment."""
    return [labelled(one) for one in samples(f"experiment={name}", "count=4", "seed=3")]


@contextmanager
def other_images() -> Iterator[str]:
    """Yield a folder of drawn cloth, as somebody's other images."""
    with TemporaryDirectory() as folder:
        given = ("source=part", "source.products=[woven_textile]", "source.size_wh=[900,700]", "defect=[]", "count=4")
        for number, sample in enumerate(samples(*given)):
            Image.fromarray(sample.image).save(Path(folder) / f"{number}.png")
        yield folder


def labelled(sample: Sample) -> np.ndarray:
    """Return a sample's image with its angles drawn, (HEIGHT_PX, w, 3) uint8."""
    scale = HEIGHT_PX / sample.hw[0]
    picture = cv2.resize(
        np.ascontiguousarray(shown(sample.image, sample.source.white)),
        (round(sample.hw[1] * scale), HEIGHT_PX),
        interpolation=cv2.INTER_AREA,
    )
    for part in sample.parts:
        quad = np.round((part.quad_xy * scale - 0.5) * 16).astype(np.int32)
        cv2.polylines(picture, [quad], True, BOX, 1, cv2.LINE_AA, 4)
        cv2.line(picture, quad[0].tolist(), quad[1].tolist(), TOP, 2, cv2.LINE_AA, 4)
    if sample.orientation is not None and sample.orientation.angle_deg is not None and not sample.parts:
        cos, sin = cos_sin(sample.orientation.angle_deg)
        foot = (24, 24)
        tip = (round(24 - 18 * sin), round(24 - 18 * cos))
        cv2.circle(picture, foot, 21, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.arrowedLine(picture, foot, tip, INK, 2, cv2.LINE_AA, tipLength=0.4)
    return picture


if __name__ == "__main__":
    draw_catalogue(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
