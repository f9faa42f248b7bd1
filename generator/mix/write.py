"""The files of a mix: images and twins hard-linked, index masks, and the lines that say what they are.

Images that an EXIF tag turns are written anew, upright and without it, as their labels are those of what is displayed.

    images/<split>/<key>.<suffix>    twins/ and masks/, masks_visible/, masks_annotator/ where all defects have one
    blanks/ masks_char/              of images with text, where their data set has them
    records.jsonl classes.json       what every reader of a data set goes by
    weights.csv                      of the images of train, for the trainer
    left_out.csv problems.csv        images that were left out, and labels that could not be read, each with the reason
    run.json                         the request, the data sets, counts before and after

Where masks of one image overlap, the index mask shows the later one; the record holds both whole.
Source: own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from generator.core.names import MARKER
from generator.dataset.leak import Fingerprint
from generator.dataset.link import place
from generator.dataset.names import safe_name
from generator.dataset.record import Label, Record
from generator.dataset.store import CLASSES, RECORDS, record_line
from generator.dataset.view import write_mask
from generator.imaging.codec import decode_image, encode_png
from generator.imaging.masks import index_mask
from generator.mix.item import Item, Opened, renamed
from generator.mix.request import MixRequest

WEIGHTS, LEFT_OUT, PROBLEMS, RUN = "weights.csv", "left_out.csv", "problems.csv", "run.json"
_MASK_FOLDERS = (("mask", "masks"), ("visible", "masks_visible"), ("annotator", "masks_annotator"))
_TEXT_FOLDERS = (("blank", "blanks"), ("char_mask", "masks_char"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An image that the mix takes: its item and the split it stands in."""

    item: Item
    split: str

    @property
    def name(self) -> str:
        """Its place below images/, twins/ or masks/, without the suffix."""
        return f"{self.split}/{safe_name(self.item.key)}"

    @property
    def image(self) -> str:
        """The path of its image below the mix."""
        return f"images/{self.name}{self.item.suffix}"


def write_images(
    folder: Path, sets: Sequence[Opened], kept: Mapping[tuple[int, str], Kept], request: MixRequest
) -> dict[str, Fingerprint]:
    """Write images, twins, masks and records.

    Args:
        folder: of the mix.
        sets: the data sets.
        kept: by the number of the data set and the image's key there.
        request: the rules.

    Returns:
        The hashes of the images and twins, by their paths below ``folder``.

    Raises:
        AssetError: a file is gone.
    """
    prints: dict[str, Fingerprint] = {}
    with (folder / RECORDS).open("wb") as lines:
        for index, (record, one) in enumerate(_kept(sets, kept, request)):
            written = _write_files(folder, record, one, prints)
            lines.write(record_line(replace(written, index=index)))
    return prints


def write_texts(
    folder: Path,
    classes: Sequence[str],
    weights: Sequence[tuple[Kept, float]],
    left_out: Sequence[tuple[Opened, Item, str]],
    sets: Sequence[Opened],
    run: Mapping[str, Any],
) -> None:
    """Write what lies beside images and records.

    Args:
        folder: of the mix.
        classes: of the mix.
        weights: the images of train and the weight of each.
        left_out: the images that are not in the mix, and why.
        sets: the data sets.
        run: what run.json holds.
    """
    (folder / CLASSES).write_bytes(orjson.dumps({"classes": list(classes)}, option=orjson.OPT_INDENT_2))
    rows = [(k.item.key, k.image, str(k.item.synthetic).lower(), f"{weight:.6g}") for k, weight in weights]
    _write_csv(folder / WEIGHTS, ("key", "file", "synthetic", "weight"), rows)
    out = [(opened.part.name, item.own_key, item.split, reason) for opened, item, reason in left_out]
    _write_csv(folder / LEFT_OUT, ("set", "key", "split", "reason"), out)
    _write_csv(folder / PROBLEMS, ("set", "file", "where", "expected", "got"), _problem_rows(sets))
    (folder / RUN).write_bytes(orjson.dumps(run, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    (folder / MARKER).write_text("written by defectgen\n", encoding="utf-8")


def _kept(
    sets: Sequence[Opened], kept: Mapping[tuple[int, str], Kept], request: MixRequest
) -> Iterator[tuple[Record, Kept]]:
    for number, opened in enumerate(sets):
        for record in opened.data:
            one = kept.get((number, record.key))
            if one is not None:
                yield renamed(record, opened, request), one


def _write_files(folder: Path, record: Record, one: Kept, prints: dict[str, Fingerprint]) -> Record:
    if one.item.turned:  # labels are of the image as it is displayed
        target = folder / one.image
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(encode_png(decode_image(Path(record.image).read_bytes(), record.image).pixels))
    else:
        place(Path(record.image), folder / one.image)
    prints[one.image] = one.item.image
    twin = None
    if record.twin is not None and one.item.twin is not None:
        twin = f"twins/{one.name}{Path(record.twin).suffix}"
        place(Path(record.twin), folder / twin)
        prints[twin] = one.item.twin
    mask = _write_masks(folder, record.labels, one.name, record.hw)
    text = {name: _placed(folder, getattr(record, name), f"{below}/{one.name}") for name, below in _TEXT_FOLDERS}
    return replace(record, split=one.split, image=one.image, twin=twin, mask=mask, **text)


def _placed(folder: Path, file: str | None, name: str) -> str | None:
    """Put a file into the mix; return its path there, None where there is no file."""
    if file is None:
        return None
    target = f"{name}{Path(file).suffix}"
    place(Path(file), folder / target)
    return target


def _write_masks(folder: Path, labels: Sequence[Label], name: str, hw: tuple[int, int]) -> str | None:
    """Write the index masks of an image; return the path of the exact one, if its labels have masks."""
    for attribute, place_of in _MASK_FOLDERS:
        regions = [label.mask if label.orientation is not None else getattr(label, attribute) for label in labels]
        has_defects = any(label.orientation is None for label in labels) or attribute == "mask"
        if regions and has_defects and None not in regions:
            write_mask(folder / place_of / f"{name}.png", index_mask(regions, hw))
    has_masks = labels and all(label.mask is not None for label in labels)
    return f"masks/{name}.png" if has_masks else None


def _problem_rows(sets: Sequence[Opened]) -> Iterator[tuple[str, ...]]:
    for opened in sets:
        for problem in opened.problems:
            path = Path(problem.path)
            root = opened.data.root
            below = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
            yield opened.part.name, below, problem.where, problem.expected, str(problem.got)


def _write_csv(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]] | Iterator[Sequence[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
