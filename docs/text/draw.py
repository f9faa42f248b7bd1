"""The catalogue of text: every marking on three surfaces, every warp and layout, every print defect, every experiment.

Labels are drawn as they are: outlines of lines orange, quads of characters blue, red where nobody could read them.
Run it with ``make catalogue``; the same code and seed give the same sheets. Source: own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator import samples
from generator.cli.compose import conf_dir, group_options
from generator.cli.help import first_words
from generator.core.sample import Sample
from generator.imaging.panel import shown

HERE = Path(__file__).resolve().parent
PAPER, INK, SOFT = (247, 247, 244), (24, 24, 26), (96, 98, 104)
LINE, CHAR, LOST, MASK = (255, 110, 0), (30, 120, 255), (230, 0, 30), (255, 0, 160)
GAP_PX, HEAD_PX, WIDTH_PX, QUALITY = 5, 24, 1480, 76
CODED = ("recipe=text", "text/corpus=pattern", "text.corpus.patterns=['[A-Z]{2}[0-9]{4}[A-Z]']", "seed=4")
CODED += ("text/font=text_faces", "splits={train: 1}", "camera=mild", "executor=serial")
CROP = ("text.layout.image_height_px=72", "text.layout.height_share=[0.5,0.58]", "text.layout.margin_x=[0.3,0.4]")
FACES = {
    "dot_matrix": "dot_matrix",
    "dot_peen": "dot_matrix",
    "engraved": "engraving",
    "engraved_filled": "engraving",
    "stencil": "stencil",
    "seven_segment": "segments",
    "silk_screen": "engraving",
}
"""The font that a marking is shown in; others: ``text_faces``."""
SURFACES = ("brushed_plate", "plastic_cap", "plain_label")
OWN_SURFACES = {"seven_segment": ("meter_panel", "meter_panel", "meter_panel")}
LAYOUTS: dict[str, tuple[str, ...]] = {
    "carton": ("source=drawn/plain_label", "source.size_wh=[360,480]", "text/marking=thermal"),
    "food_label": ("source=drawn/plain_label", "source.size_wh=[480,360]"),
    "line": ("source=drawn/packaging",),
    "quad": ("source=drawn/metal_plate", "text.layout.quads=[[[90,150],[420,120],[430,210],[96,250]]]"),
    "rating_plate": ("source=drawn/plain_label", "source.size_wh=[510,340]", "text/marking=laser_burn"),
    "ring": ("source=drawn/plastic_cap", "text/warp=circle"),
    "surface": ("source=drawn/packaging", "text.layout.rotation_deg=[-30,30]"),
}
SHEETS = {
    "markings": ("Markings", "text/marking", "on brushed metal, plastic and label"),
    "warps": ("Warps", "text/warp", "with outlines of lines and quads of characters"),
    "layouts": ("Layouts", "text/layout", "with outlines of lines and quads of characters"),
    "faults": ("Print defects", "text/fault", "outlines of their masks are pink; red characters cannot be read"),
    "experiments": ("Experiments", "experiment", "with nothing else given"),
}
"""Per sheet its title, its group and what it shows."""

Row = tuple[str, str, list[np.ndarray]]  # name, what it is, pictures


def options(name: str) -> list[str]:
    """Return what a sheet has a row for."""
    every = group_options(SHEETS[name][1])
    return [one for one in every if _is_text(one)] if name == "experiments" else every


def _is_text(experiment: str) -> bool:
    return "override /recipe: text\n" in (conf_dir() / "experiment" / f"{experiment}.yaml").read_text(encoding="utf-8")


def draw_catalogue(folder: Path) -> None:
    """Write the sheets and the index."""
    for name in SHEETS:
        page = sheet(name)
        page.save(folder / f"{name}.jpg", quality=QUALITY, optimize=True)
        print(f"{name}.jpg: {page.width} x {page.height}", flush=True)
    (folder / "README.md").write_text(index(), encoding="utf-8")


def index() -> str:
    """Return the index as Markdown."""
    lines = [
        "# Text",
        "",
        "Drawn by `make catalogue`; every picture is what the command makes, labels as they are written.",
    ]
    for name, (title, group, told) in SHEETS.items():
        lines += ["", f"## {title}", "", f"`{group}=...`, {told}.", "", f"![{title.lower()}]({name}.jpg)", ""]
        lines += ["| option | what it is |", "|---|---|"]
        lines += [f"| `{one}` | {first_words(group, one)} |" for one in options(name)]
    for title, group in (("What it says", "text/corpus"), ("Fonts", "text/font")):
        lines += ["", f"## {title}", "", f"`{group}=...`", "", "| option | what it is |", "|---|---|"]
        lines += [f"| `{one}` | {first_words(group, one)} |" for one in group_options(group)]
    return "\n".join(lines) + "\n"


def sheet(name: str) -> Image.Image:
    """Return a sheet: a row for each option."""
    draw = {"markings": marking, "warps": warp, "layouts": layout, "faults": fault, "experiments": experiment}[name]
    rows = [(one, first_words(SHEETS[name][1], one), _in_width(draw(one))) for one in options(name)]
    heights = [HEAD_PX + max(picture.shape[0] for picture in pictures) + 2 * GAP_PX for _, _, pictures in rows]
    page = Image.new("RGB", (WIDTH_PX, sum(heights) + GAP_PX), PAPER)
    pen, top = ImageDraw.Draw(page), GAP_PX
    for (option, words, pictures), height in zip(rows, heights, strict=True):
        pen.text((2 * GAP_PX, top), option, fill=INK, font=ImageFont.load_default(15))
        at = 2 * GAP_PX + 14 + round(float(ImageFont.load_default(15).getlength(option)))
        pen.text((at, top + 2), words, fill=SOFT, font=ImageFont.load_default(13))
        left = 2 * GAP_PX
        for picture in pictures:
            page.paste(Image.fromarray(picture), (left, top + HEAD_PX))
            left += picture.shape[1] + GAP_PX
        top += height
    return page


def marking(name: str) -> list[np.ndarray]:
    """Return two texts of a marking on each of three surfaces."""
    pictures = []
    numbers = ("text.corpus.patterns=['[0-9]{3}\\.[0-9]']",) if name == "seven_segment" else ()
    for seed, product in enumerate(OWN_SURFACES.get(name, SURFACES)):
        given = (f"text/marking={name}", f"text/font={FACES.get(name, 'text_faces')}", *CROP, *numbers)
        source = ("source=part", f"source.products=[{product}]", "roi=auto", f"seed={seed + 4}")
        pictures += [_shown(one) for one in samples(*CODED, *given, *source, "count=2")]
    return pictures


def warp(name: str) -> list[np.ndarray]:
    """Return three texts of a warp, plain and with labels."""
    size = ("text.layout.image_height_px=null", "text.layout.height_px=[30,30]")
    words = "text.corpus.patterns=['[A-Z]{2}[0-9]{4} [A-Z]{3}[0-9]{3}']"
    return _twice(samples(*CODED, f"text/warp={name}", words, "source=drawn/plain_label", "roi=auto", *size, "count=3"))


def layout(name: str) -> list[np.ndarray]:
    """Return two images of a layout, plain and with labels."""
    return _twice(samples(*CODED, f"text/layout={name}", "roi=auto", *LAYOUTS[name], "count=2"))


def fault(name: str) -> list[np.ndarray]:
    """Return five texts with a print defect, labels below."""
    given = (f"text/fault=[{name}]", "good_share=0", "source=drawn/packaging", "roi=auto", "text/marking=inkjet")
    made = samples(*CODED, *given, *CROP, "text.layout.image_height_px=96", "text.layout.height_share=0.42", "count=5")
    return [np.concatenate([_shown(one), labelled(one)]) for one in made]


def experiment(name: str) -> list[np.ndarray]:
    """Return four images of an experiment."""
    made = [_shown(one) for one in samples(f"experiment={name}", "count=4", "seed=3")]
    return [_scaled(picture, min(1.0, 300 / picture.shape[0])) for picture in made]


def labelled(sample: Sample) -> np.ndarray:
    """Return a sample's image with its labels drawn, (H, W, 3) uint8."""
    picture = cv2.addWeighted(_shown(sample), 0.65, np.full((*sample.hw, 3), 255, np.uint8), 0.35, 0.0)
    for instance in sample.instances:
        outlines = cv2.findContours(instance.mask.full(sample.hw).astype(np.uint8), cv2.RETR_EXTERNAL, 2)[0]
        cv2.drawContours(picture, outlines, -1, MASK, 1)
    for line in sample.text:
        for char in line.each_char():
            _outline(picture, char.quad_xy, CHAR if char.is_readable else LOST)
        whole = line.outline_xy()
        if whole is not None:
            _outline(picture, whole, LINE)
    return picture


def _outline(picture: np.ndarray, points_xy: np.ndarray, colour: tuple[int, int, int]) -> None:
    points = np.round((points_xy - 0.5) * 16).astype(np.int32)
    cv2.polylines(picture, [points], True, colour, 1, cv2.LINE_AA, 4)


def _twice(made: Iterable[Sample]) -> list[np.ndarray]:
    return [picture for sample in made for picture in (_shown(sample), labelled(sample))]


def _shown(sample: Sample) -> np.ndarray:
    return np.ascontiguousarray(shown(sample.image, sample.source.white))


def _in_width(pictures: list[np.ndarray]) -> list[np.ndarray]:
    """Return pictures that stand side by side in a row, all made smaller alike where they have to be."""
    free = WIDTH_PX - 4 * GAP_PX - (len(pictures) - 1) * GAP_PX
    scale = min(1.0, free / sum(picture.shape[1] for picture in pictures))
    return [_scaled(picture, scale) for picture in pictures]


def _scaled(picture: np.ndarray, scale: float) -> np.ndarray:
    return picture if scale == 1.0 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    draw_catalogue(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
