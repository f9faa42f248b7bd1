"""How exact the labels of text are: every marking through every warp and five ways of being seen, against re-ink.

The truth about a character is the same sample once more with that character's ink alone (tests/text/reink.py). A row of
the table pools all cells of a marking, of a warp or of a way of being seen. Bounds: boxes have a mean IoU >= 0.98 and a
5th percentile >= 0.95, ink masks a mean IoU >= 0.95, and no line has a wrong number of characters.
Run with ``python -m tests.bench.reink_text [lines a cell] [marking ...]``; 9 lines a cell are about 300 a marking.
Source: own.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from generator.core.seeds import stable_hash
from tests.text.reink import Agreement, agreement

LINES = 9
BOX, BOX_P5, INK = 0.98, 0.95, 0.95
_OUTLINE, _DOTS, _STROKES = "bundled", "dot_matrix", "engraving"
MARKINGS: Mapping[str, Sequence[str]] = {
    "ink": (_OUTLINE, "ocr_like", _STROKES),
    "inkjet": (_OUTLINE, "ocr_like"),
    "dot_matrix": (_DOTS, _DOTS, _OUTLINE),
    "thermal": (_OUTLINE,),
    "hot_stamp": (_OUTLINE,),
    "silk_screen": (_OUTLINE, _STROKES),
    "stencil": ("stencil", _OUTLINE),
    "seven_segment": ("segments",),
    "dot_peen": (_DOTS, _STROKES),
    "engraved": (_STROKES, _OUTLINE),
    "engraved_filled": (_STROKES, _OUTLINE),
    "stamped": (_OUTLINE, _STROKES),
    "embossed": (_OUTLINE, _STROKES),
    "laser_burn": (_OUTLINE, _STROKES, _DOTS),
    "laser_ablation": (_OUTLINE, _STROKES, _DOTS),
    "laser_foam": (_OUTLINE, _STROKES, _DOTS),
}
"""Every marking of conf/text/marking with the fonts that its cells choose from."""
WARPS: Mapping[str, Sequence[str]] = {
    "none": (),
    "tilt": (),
    "perspective": (),
    "cylinder": (),
    "wave": ("text.layout.image_height_px=null",),
    "arc": ("text.layout.image_height_px=null",),
    "circle": ("text.layout.image_height_px=null",),
}
"""Every warp of conf/text/warp; what is strongly bent is not squeezed into 48 px."""
SEEN: Mapping[str, Sequence[str]] = {
    "clean": (),
    "surface": ("source=drawn/ground_tile", "source.size_wh=[640,320]", "camera=mild"),
    "bold_blur": ("text.layout.tracking=[0,0.1]", "camera=mild", "camera.defocus_px=[0.5,2]"),
    "rgb_jpeg": ("source.mode=rgb8", "camera=mild", "+camera.jpeg_quality=[60,95]"),
    "mono_all": ("camera=full", "camera.full_well_e=[6000,20000]", "camera.motion_px=[0,2]"),
}
"""Clean; on ground metal; heavily blurred; in colour through JPEG; in grey, blurred, moved, noisy and through JPEG."""
GROUND = dict.fromkeys(("laser_ablation", "laser_foam"), "source.level=[0.1,0.4]")
"""What bares or foams a surface makes it lighter, so a blank one has to be dark."""
BOLD = {"ink": "text.marking.bleed=[0.02,0.06]", "inkjet": "text.marking.bleed=[0.02,0.04]"}


@dataclass(frozen=True)
class Cell:
    """One marking in one font, through one warp, seen in one way."""

    marking: str
    warp: str
    seen: str
    font: str
    overrides: tuple[str, ...]


def cells(markings: Sequence[str] = ()) -> Iterator[Cell]:
    """Yield every cell of some markings; none: of all."""
    product = itertools.product(markings or MARKINGS, WARPS, SEEN)
    for number, (marking, warp, seen) in enumerate(product):
        drawn = stable_hash(f"{marking}/{warp}/{seen}")
        font = MARKINGS[marking][drawn % len(MARKINGS[marking])]
        is_words = font == _OUTLINE and drawn // 6 % 2 == 0
        corpus = ("text/corpus=words", "text.corpus.languages=[en,de,fr]", "text.corpus.per_text=[1,2]")
        overrides = (
            f"text/marking={marking}",
            f"text/font={font}",
            *(corpus if is_words else ("text/corpus=lot_code",)),
            f"text/warp={warp}",
            *WARPS[warp],
            *SEEN[seen],
            *((GROUND[marking],) if seen != "surface" and marking in GROUND else ()),
            *((BOLD[marking],) if seen == "bold_blur" and marking in BOLD else ()),
            f"seed={number}",
        )
        yield Cell(marking=marking, warp=warp, seen=seen, font=font, overrides=overrides)


def pooled(parts: Sequence[Agreement]) -> Agreement:
    """Return several agreements as one."""
    return Agreement(
        boxes=np.concatenate([part.boxes for part in parts]),
        masks=np.concatenate([part.masks for part in parts]),
        lines=sum(part.lines for part in parts),
        wrong_counts=sum(part.wrong_counts for part in parts),
    )


def is_met(found: Agreement) -> bool:
    """Say whether labels agree with the truth as well as they must."""
    exact = found.boxes.mean() >= BOX and np.percentile(found.boxes, 5) >= BOX_P5 and found.masks.mean() >= INK
    return bool(exact and found.wrong_counts == 0)


def main(lines: int, markings: Sequence[str]) -> None:
    """Print a line for each cell as it is done, then the table, then the cells that miss a bound."""
    found = []
    for cell in cells(markings):
        agreed = agreement(list(cell.overrides), lines)
        found.append((cell, agreed))
        print(f"{cell.marking:16s} {cell.warp:12s} {cell.seen:10s} {cell.font:11s} {agreed}", flush=True)
    print()
    for name in ("marking", "warp", "seen"):
        for value in dict.fromkeys(getattr(cell, name) for cell, _ in found):
            whole = pooled([agreed for cell, agreed in found if getattr(cell, name) == value])
            print(f"{name:8s} {value:16s} {'met   ' if is_met(whole) else 'MISSED'} {whole}")
    missed = [f"{cell.marking}/{cell.warp}/{cell.seen}/{cell.font}" for cell, agreed in found if not is_met(agreed)]
    print(f"\n{len(missed)} of {len(found)} cells miss a bound: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(numbers[0] if numbers else LINES, [word for word in sys.argv[1:] if not word.isdigit()])
