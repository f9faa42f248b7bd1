"""CVAT for images 1.1: one XML for all images.

    annotations.xml    images/<split>/<key>.png

Written: masks as CVAT's run lengths (row by row within the mask's box, background first), boxes; an image's attribute
``subset`` is its split, and ``synthetic`` is 1 where it was made; the classes as the project's labels.

Read: box (a turned one keeps its corners), polygon, mask, ellipse without rotation, and tag: a class without a place,
whose box is the whole image unless the image also has a shape of that class. If the file lists labels, a label that is
not in it is broken.
Source: own; the format is that of https://docs.cvat.ai/docs/dataset_management/formats/format-xml.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from lxml import etree

from generator.core.annotation import Region
from generator.core.errors import FormatError, nearest
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.shape import (
    bitmap_region,
    box_label,
    ellipse_region,
    polygon_region,
    quad_label,
    stated,
    turned_corners,
    whole_image,
)
from generator.dataset.format.reading.verdict import GOOD_WORDS
from generator.dataset.format.reading.xml_entry import XmlEntry
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import as_line, original_name, safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import SPLITS, bare, flavoured, source_image
from generator.imaging.codec import index_colours

FILE, SYNTHETIC = "annotations.xml", "synthetic"
_SHAPES = ("box", "polygon", "mask", "ellipse")
_WITHOUT_AREA = ("polyline", "points", "cuboid", "skeleton")


def express(record: Record) -> Record:
    """Return what CVAT states of a record: category, and the mask with its box, or the box alone."""
    kept = bare(record, [stated(label, record) for label in record.labels])
    return replace(kept, synthetic=record.synthetic)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as CVAT for images.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    splits: list[str] = []
    with fresh_folder(path, data.root) as folder:
        (folder / "images").mkdir()
        waiting = folder / f"{FILE}.waiting"  # the splits stand before the images
        with waiting.open("wb") as file:
            for number, record in enumerate(flavoured(data, flavour)):
                if record.split not in splits:
                    splits.append(record.split)
                name = f"{safe_name(record.key)}{record.suffix}"
                place(source_image(data, record), folder / "images" / record.split / name)
                size = {"width": f"{record.width}", "height": f"{record.height}"}
                image = etree.Element("image", id=f"{number}", name=name, subset=record.split, **size)
                if record.synthetic:
                    image.set(SYNTHETIC, "1")
                for label in record.labels:
                    _add_shape(image, stated(label, record))
                file.write(_bytes(image))
        with (folder / FILE).open("wb") as file, waiting.open("rb") as images:
            file.write(b'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n')
            file.write(_bytes(_meta(data.classes, splits or [SPLITS[0]])))
            shutil.copyfileobj(images, file)
            file.write(b"</annotations>\n")
        waiting.unlink()


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read an export of CVAT for images.

    Args:
        path: the XML file, or the folder that holds annotations.xml or a file a split; images lie beside it or below.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file, or it does not hold what CVAT promises; the line is named.
    """
    files = _files(path)
    gathered = Gathered(files[0].parent, problems)
    tops = [XmlEntry.top(file, "annotations") for file in files]
    listed = [str(name) for top in tops for name in top.element.xpath("meta//labels/label/name/text()")]
    known = dict.fromkeys(map(original_name, listed)) or None
    for top in tops:
        for entry in top.children("image", "track"):
            with left_out(problems):
                if entry.tag == "track":
                    raise entry.error("images: an export as CVAT for images 1.1", "a track of a video")
                _read_image(entry, gathered, known)
    return gathered.done(known)


def _files(path: Path) -> list[Path]:
    """Return the XML files to read: the one given, annotations.xml, or all in a folder, such as one a split."""
    if not path.is_dir():
        return [path]
    files = [path / FILE] if (path / FILE).is_file() else sorted(path.glob("*.xml"))
    if not files:
        raise FormatError(path, "", FILE, "none")
    return files


def _meta(classes: Iterable[str], splits: Iterable[str]) -> etree._Element:
    """Return the head of a project's export: a task a split, and the labels."""
    meta = etree.Element("meta")
    project = etree.SubElement(meta, "project")
    tasks = etree.SubElement(project, "tasks")
    for split in splits:
        etree.SubElement(etree.SubElement(tasks, "task"), "subset").text = split
    labels = etree.SubElement(project, "labels")
    names = list(classes)
    for name, colour in zip(names, index_colours(len(names) + 1)[1:].tolist(), strict=True):
        label = etree.SubElement(labels, "label")
        etree.SubElement(label, "name").text = as_line(name)
        etree.SubElement(label, "color").text = f"#{bytes(colour).hex()}"
        etree.SubElement(label, "attributes")
    return meta


def _add_shape(image: etree._Element, label: Label) -> None:
    x, y, w, h = label.bbox_xywh
    known = {"label": as_line(label.category), "source": "manual", "occluded": "0"}
    if label.mask is None:
        corners = {"xtl": f"{x!r}", "ytl": f"{y!r}", "xbr": f"{x + w!r}", "ybr": f"{y + h!r}"}
        etree.SubElement(image, "box", **known, **corners, z_order="0")
        return
    flat = label.mask.bits.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(edges, prepend=0, append=flat.size).tolist()
    rle = ", ".join(map(str, [0, *runs] if flat[0] else runs))  # the first run is background
    frame = {"left": f"{x}", "top": f"{y}", "width": f"{w}", "height": f"{h}"}
    etree.SubElement(image, "mask", **known, rle=rle, **frame, z_order="0")


def _bytes(element: etree._Element) -> bytes:
    etree.indent(element)
    return etree.tostring(element, encoding="utf-8") + b"\n"


def _read_image(image: XmlEntry, gathered: Gathered, known: Iterable[str] | None) -> None:
    name, subset = image.attribute("name"), image.element.get("subset", "")
    folders = [gathered.root / "images" / subset, gathered.root / "images", gathered.root / subset, gathered.root]
    file = gathered.find_image(name, folders, image.path, image.where)
    hw = gathered.measured(
        file, (image.attribute("width", int), image.attribute("height", int)), image.path, image.where
    )
    placed = {entry.element.get("label") for entry in image.children(*_SHAPES)}
    shapes = [
        entry
        for entry in image.children()
        if entry.tag != "tag" or not (_says_good(entry) or entry.element.get("label") in placed)
    ]

    def to_label(entry: XmlEntry) -> Label:
        return _to_label(entry, hw, known)

    is_synthetic = image.element.get(SYNTHETIC) == "1"
    split = split_named(subset) or split_named(image.path.stem) or SPLITS[0]
    gathered.add(file, hw, split, shapes, to_label, synthetic=is_synthetic)


def _says_good(entry: XmlEntry) -> bool:
    return entry.element.get("label", "").strip().lower() in GOOD_WORDS


def _to_label(entry: XmlEntry, hw: tuple[int, int], known: Iterable[str] | None) -> Label:
    if entry.tag not in (*_SHAPES, "tag"):
        got = f"{entry.tag}, which has no area" if entry.tag in _WITHOUT_AREA else f"<{entry.tag}>"
        raise entry.error("box, polygon, mask, ellipse or tag", got)
    category = original_name(entry.attribute("label"))
    if known is not None and category not in known:
        raise entry.error("a label that the file lists", f"'{category}'. {nearest(category, known)}".rstrip(". "))
    if entry.tag == "tag":
        return whole_image(category, (hw[1], hw[0]))
    if entry.tag == "box":
        x, y, right, bottom = (entry.attribute(name, float) for name in ("xtl", "ytl", "xbr", "ybr"))
        if not _rotation(entry):
            return box_label(category, (x, y, right, bottom), hw, entry.path, entry.where)
        corners = turned_corners((x, y, right - x, bottom - y), ((x + right) / 2, (y + bottom) / 2), _rotation(entry))
        return quad_label(category, corners, hw, entry.path, entry.where)
    to_region = {"polygon": _polygon, "ellipse": _ellipse, "mask": _mask}[entry.tag]
    return Label.of_region(category, to_region(entry, hw))


def _rotation(entry: XmlEntry) -> float:
    """Return by how many degrees a shape is turned clockwise about its centre."""
    return entry.attribute("rotation", float) if entry.has("rotation") else 0.0


def _polygon(entry: XmlEntry, hw: tuple[int, int]) -> Region:
    text = entry.attribute("points")
    try:
        points = [[float(word) for word in pair.split(",")] for pair in text.split(";") if pair.strip()]
    except ValueError:
        points = []
    if not points or any(len(point) != 2 for point in points):
        raise entry.error("points: x,y;x,y;...", f"'{text[:60]}'")
    return polygon_region(points, hw, entry.path, entry.where)


def _ellipse(entry: XmlEntry, hw: tuple[int, int]) -> Region:
    if _rotation(entry):
        raise entry.error("an ellipse that is not rotated", f"rotation {entry.attribute('rotation')}")
    x, y, rx, ry = (entry.attribute(name, float) for name in ("cx", "cy", "rx", "ry"))
    return ellipse_region((x, y), (rx, ry), hw, entry.path, entry.where)


def _mask(entry: XmlEntry, hw: tuple[int, int]) -> Region:
    left, top, w, h = (entry.attribute(name, int) for name in ("left", "top", "width", "height"))
    if not (1 <= w <= hw[1] + 2 and 1 <= h <= hw[0] + 2):
        raise entry.error(f"a mask no larger than the image's {hw[1]} x {hw[0]} px", f"{w} x {h}")
    text = entry.attribute("rle")
    try:
        runs = [int(word) for word in text.split(",")]
    except ValueError:
        raise entry.error("rle: whole numbers", f"'{text[:60]}'") from None
    if min(runs) < 0 or sum(runs) != w * h:
        raise entry.error(f"rle: runs >= 0 that add up to {w} x {h}", f"runs that add up to {sum(runs)}")
    values = np.arange(len(runs)) % 2 == 1
    return bitmap_region(np.repeat(values, runs).reshape(h, w), left, top, hw, entry.path, entry.where)
