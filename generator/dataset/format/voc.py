"""Pascal VOC: an XML an image, lists of splits, and masks with a palette where masks are known.

    JPEGImages/<key>.png    Annotations/<key>.xml    ImageSets/Main/<split>.txt    labelmap.txt
    SegmentationClass/<key>.png    SegmentationObject/<key>.png    ImageSets/Segmentation/<split>.txt

Written: boxes of whole pixels counted from 1, both ends included; an image without a defect has an XML without object;
source/image is ``synthetic`` where the image was made. A pixel of SegmentationObject is the number of the XML's object,
from 1; of SegmentationClass the number of the class in labelmap.txt, from 1; 0 is background, 255 (void) is where an
object has a box but no mask. Where two defects overlap, the last one has the pixel. Images are linked as they are, PNG
too, which readers that insist on .jpg do not find.

Read: any image suffix; the folder itself, VOCdevkit/<year>, or XML files beside their images in folders named train,
valid and test; masks of numbers, or of the palette's colours. The lists decide which images belong to the data set; a
listed one without an XML is broken.
What it cannot state: pixels that a later defect covers, boxes of parts of pixels (they grow to whole ones), masks of
instances beyond the 254th.
Source: own; Everingham et al., The Pascal Visual Object Classes Challenge: development kit (2012).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from lxml import etree

from generator.core.annotation import Region
from generator.core.errors import AssetError, FormatError, nearest
from generator.dataset.format.reading.gather import Gathered, split_named, split_of
from generator.dataset.format.reading.shape import box_label, stated_whole
from generator.dataset.format.reading.xml_entry import XmlEntry
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import as_line, original_name, safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import MAX_PIXELS, SPLITS, bare, find_images, flavoured, read_mask, source_image
from generator.imaging.codec import decode_image, encode_palette_png, index_colours
from generator.imaging.file.header import GREY, GREY_16, inspect
from generator.imaging.masks import index_mask

IMAGES, XMLS, SETS = "JPEGImages", "Annotations", Path("ImageSets/Main")
CLASS_MASKS, OBJECT_MASKS = "SegmentationClass", "SegmentationObject"
LABELMAP, SYNTHETIC = "labelmap.txt", "synthetic"
_VOID = 255
_SLACK_PX, _SLACK_SHARE = 3.0, 0.1


def express(record: Record) -> Record:
    """Return what VOC states of a record: category, box in whole pixels, and the pixels that no later mask covers."""
    labels = [stated_whole(label, record) for label in record.labels]
    shown = _objects(labels, record)
    for at, label in enumerate(labels):
        if label.mask is not None:
            rect = label.mask.rect
            left = Region.tight(shown[rect.slices] == at + 1, rect.x, rect.y)
            if at + 1 < _VOID and left.area_px:
                labels[at] = Label.of_region(label.category, left)
            else:
                labels[at] = Label(category=label.category, bbox_xywh=label.bbox_xywh)
    return replace(bare(record, labels), synthetic=record.synthetic)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as Pascal VOC.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    listed: dict[str, list[str]] = {}
    segmented: dict[str, list[str]] = {}
    good: list[tuple[str, str, tuple[int, int]]] = []
    colours = index_colours()
    with fresh_folder(path, data.root) as folder:
        for name in (IMAGES, XMLS):
            (folder / name).mkdir()
        for record in flavoured(data, flavour):
            stem = safe_name(record.key)
            listed.setdefault(record.split, []).append(stem)
            image = folder / IMAGES / f"{stem}{record.suffix}"
            place(source_image(data, record), image)
            labels = [stated_whole(label, record) for label in record.labels]
            has_mask = any(label.mask is not None for label in labels)
            (folder / XMLS / f"{stem}.xml").write_bytes(_xml(record, labels, image, has_mask))
            if has_mask:
                segmented.setdefault(record.split, []).append(stem)
                objects = _objects(labels, record)  # instances from the 255th on are void
                numbers = np.array([0, *(data.classes.index(label.category) + 1 for label in labels)])
                classes = np.where(objects == _VOID, _VOID, numbers[np.minimum(objects.astype(np.intp), len(labels))])
                for part, mask in ((CLASS_MASKS, classes), (OBJECT_MASKS, objects)):
                    _write(folder / part / f"{stem}.png", encode_palette_png(mask.astype(np.uint8), colours))
            elif not labels:
                good.append((record.split, stem, record.hw))
        for split, stem, hw in good if segmented else ():  # where defects have masks, good images have empty ones
            segmented.setdefault(split, []).append(stem)
            for part in (CLASS_MASKS, OBJECT_MASKS):
                _write(folder / part / f"{stem}.png", encode_palette_png(np.zeros(hw, np.uint8), colours))
        for kind, lists in (("Main", listed or {SPLITS[0]: []}), ("Segmentation", segmented)):
            for split, stems in lists.items():
                _write(folder / "ImageSets" / kind / f"{split}.txt", "".join(f"{s}\n" for s in sorted(stems)).encode())
        _write(folder / LABELMAP, _labelmap(data.classes, colours).encode())


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read Pascal VOC.

    Args:
        path: its folder, or one that holds VOCdevkit or a single VOC folder.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there are no annotations, or a file does not hold what VOC promises; file and line are named.
    """
    root = _root(path)
    classes = _read_labelmap(root / LABELMAP)
    gathered = Gathered(root, problems, is_one_each=True)
    images: dict[str, list[Path]] = {}
    for image in find_images(root / IMAGES):
        images.setdefault(image.stem, []).append(image)
    for split, stem, file, where in _entries(root, problems):
        with left_out(problems):
            xml = root / XMLS / f"{stem}.xml" if split else file
            if not xml.is_file():
                raise FormatError(file, where, f"an image with an annotation {stem}.xml", "no such file")
            top = XmlEntry.top(xml, "annotation")
            _read_xml(top, split or split_of(xml, root), images.get(stem, []), gathered, classes)
    return gathered.done(classes)


def _objects(labels: Iterable[Label], record: Record) -> np.ndarray:
    """Return the (H, W) uint8 or uint16 mask of objects' numbers, void where one has a box alone, later ones on top."""
    empty = Region.tight(np.zeros((1, 1), bool))
    labels = list(labels)
    mask = index_mask([label.mask or empty for label in labels[: _VOID - 1]], record.hw)
    for label in labels:
        if label.mask is None:
            x, y, w, h = (int(value) for value in label.bbox_xywh)
            part = mask[y : y + h, x : x + w]
            part[part == 0] = _VOID
    for label in labels[_VOID - 1 :]:
        if label.mask is not None:
            mask[label.mask.full(record.hw)] = _VOID
    return mask


def _xml(record: Record, labels: list[Label], image: Path, has_mask: bool) -> bytes:
    top = etree.Element("annotation")
    _texts(top, folder=IMAGES, filename=image.name)
    if record.synthetic:
        _texts(etree.SubElement(top, "source"), image=SYNTHETIC)
    size = etree.SubElement(top, "size")
    _texts(size, width=record.width, height=record.height, depth=_depth(image))
    _texts(top, segmented=int(has_mask))
    for label in labels:
        entry = etree.SubElement(top, "object")
        _texts(entry, name=as_line(label.category), pose="Unspecified", truncated=0, difficult=0)
        x, y, w, h = label.bbox_xywh
        _texts(etree.SubElement(entry, "bndbox"), xmin=int(x) + 1, ymin=int(y) + 1, xmax=int(x + w), ymax=int(y + h))
    return etree.tostring(top, encoding="utf-8", pretty_print=True)


def _depth(image: Path) -> int:
    """Return the number of an image's channels."""
    with image.open("rb") as file:
        return 1 if inspect(file, image.name, MAX_PIXELS).picture.mode in GREY + GREY_16 else 3


def _texts(parent: etree._Element, **texts: object) -> None:
    for tag, text in texts.items():
        etree.SubElement(parent, tag).text = f"{text}"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _labelmap(classes: Iterable[str], colours: np.ndarray) -> str:
    lines = ["# label:color_rgb:parts:actions\n", "background:0,0,0::\n"]
    for name, colour in zip(classes, np.resize(colours[1:_VOID], (len(list(classes)), 3)).tolist(), strict=True):
        lines.append(f"{as_line(name)}:{','.join(map(str, colour))}::\n")
    return "".join(lines)


def _read_labelmap(file: Path) -> tuple[str, ...] | None:
    if not file.is_file():
        return None
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(file, "", "lines name:r,g,b:parts:actions in UTF-8", error.reason) from error
    names = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, *rest = line.rsplit(":", 3)
        if len(rest) != 3:
            raise FormatError(file, f"line {number}", "name:r,g,b:parts:actions", f"'{line[:60]}'")
        names.append(original_name(name))
    return tuple(dict.fromkeys(name for at, name in enumerate(names) if at or name != "background"))


def _root(path: Path) -> Path:
    for pattern in ("", "VOCdevkit/*", "VOC*", "*"):
        found = sorted(path.glob(f"{pattern}/{XMLS}") if pattern else path.glob(XMLS))
        if len(found) == 1:
            return found[0].parent
        if found:
            raise FormatError(path, "", f"one folder with {XMLS}", ", ".join(sorted(f.parent.name for f in found)))
    if path.is_dir() and any(path.rglob("*.xml")):
        return path
    raise FormatError(path, "", f"the folder {XMLS}, or XML files beside images", "neither")


def _entries(root: Path, problems: Problems | None) -> Iterator[tuple[str, str, Path, str]]:
    """Yield split, stem and the place that names it: of lists a line, else the XML itself, without a split."""
    lists = {file.stem: file for file in sorted((root / SETS).glob("*.txt"))}
    splits = {name: split for name in lists if (split := split_named(name))}
    whole = [name for name in ("trainval", "default") if name in lists and SPLITS[0] not in splits.values()]
    splits |= dict.fromkeys(whole, SPLITS[0])  # behind the others: what stands in val too is of val
    seen: dict[str, str] = {}
    for name, split in splits.items():
        for number, line in enumerate(lists[name].read_text("utf-8-sig", "replace").splitlines(), 1):
            stem = _stem(line, root)
            if not stem:
                continue
            if stem in seen and name in whole:
                continue
            with left_out(problems):
                if stem in seen:
                    raise FormatError(lists[name], f"line {number}", f"an image in one list, not in {seen[stem]}", stem)
                seen[stem] = lists[name].name
                yield split, stem, lists[name], f"line {number}"
    if not splits:
        stems = {file.with_suffix("").name for file in (root / XMLS).rglob("*.xml")}
        for file in sorted(root.rglob("*.xml")):
            yield "", file.stem, file, ""
        for image in find_images(root / IMAGES) if (root / XMLS).is_dir() else find_images(root):
            beside = image.stem in stems if (root / XMLS).is_dir() else image.with_suffix(".xml").is_file()
            with left_out(problems):
                if not beside:
                    raise FormatError(image, "", f"its annotation {image.stem}.xml", "no such file")


def _stem(line: str, root: Path) -> str:
    """Return the image that a line of a list names; lists of one class have a number behind it."""
    whole = line.strip().strip('"')
    first = whole.split()[0] if whole else ""
    return first if first != whole and (root / XMLS / f"{first}.xml").is_file() else whole


def _read_xml(
    top: XmlEntry, split: str, images: list[Path], gathered: Gathered, classes: tuple[str, ...] | None
) -> None:
    name = next((entry.text().strip() for entry in top.children("filename")), "")
    fitting = [image for image in images if image.name == name] or images
    owner = top.path.with_name(f"{Path(name).stem}.xml")
    if len(fitting) == 1:
        image = fitting[0]
    elif owner != top.path and owner.is_file():
        raise top.error(f"an image {top.path.stem} with any suffix", f"'{name}' alone, which belongs to {owner.name}")
    else:
        folders = [gathered.root / IMAGES, top.path.parent, gathered.root / "images"]
        is_flat = not (gathered.root / XMLS).is_dir()
        name = name or f"{top.path.stem}.jpg"
        image = gathered.find_image(name, folders, top.path, top.where, is_anywhere=is_flat)
    stated = [top.child("size").child(side).number() for side in ("width", "height")] if _has_size(top) else None
    hw = gathered.measured(image, tuple(stated) if stated else None, top.path, top.where)
    numbered = list(enumerate(top.children("object"), 1))
    masks = _read_masks(gathered.root / OBJECT_MASKS / f"{top.path.stem}.png", hw, len(numbered))

    def to_label(entry: tuple[int, XmlEntry]) -> Label:
        number, thing = entry
        return _to_label(thing, hw, classes, None if masks is None or number >= _VOID else masks == number)

    sources = [entry.text().strip() for source in top.children("source") for entry in source.children("image")]
    gathered.add(image, hw, split, numbered, to_label, synthetic=SYNTHETIC in sources)


def _has_size(top: XmlEntry) -> bool:
    """Say whether an XML states the image's size; some tools write 0."""
    return any(
        entry.text().strip() not in ("", "0") for size in top.children("size") for entry in size.children("width")
    )


def _read_masks(file: Path, hw: tuple[int, int], count: int) -> np.ndarray | None:
    """Return the objects' numbers at each pixel, up to ``count`` or void; None: there is no such file."""
    if not file.is_file():
        return None
    masks = _numbers(file, hw)
    largest = int(masks[masks != _VOID].max(initial=0))
    if largest > count:
        raise FormatError(file, "", f"numbers up to {count}, the objects of {file.stem}.xml", largest)
    return masks


def _numbers(file: Path, hw: tuple[int, int]) -> np.ndarray:
    """Return a mask's (H, W) numbers; of a colour image, as some tools write it, those of its colours."""
    try:
        colours = decode_image(file.read_bytes(), file.name, MAX_PIXELS).pixels.astype(np.int64)
    except AssetError as error:
        raise FormatError(file, "", error.needed_for, error.cause) from error
    if colours.shape[2] == 1 or colours.shape[:2] != hw or _has_numbers(file):
        return read_mask(file, hw)
    weights = np.array([1 << 16, 1 << 8, 1])
    palette = index_colours().astype(np.int64) @ weights
    order = np.argsort(palette)
    codes = colours @ weights
    masks = order[np.searchsorted(palette, codes, sorter=order).clip(max=len(order) - 1)]
    if (palette[masks] != codes).any():
        raise FormatError(file, "", "a mask of numbers, or of the palette's colours", "other colours")
    return masks


def _has_numbers(file: Path) -> bool:
    """Say whether an image's pixels are numbers of a palette of its own."""
    with file.open("rb") as stream:
        return inspect(stream, file.name, MAX_PIXELS).picture.mode == "P"


def _to_label(thing: XmlEntry, hw: tuple[int, int], classes: tuple[str, ...] | None, mask: np.ndarray | None) -> Label:
    category = original_name(thing.child("name").text().strip())
    if classes is not None and category not in classes:
        raise thing.error(f"a class of {LABELMAP}", f"'{category}'. {nearest(category, classes)}".rstrip(". "))
    box = thing.child("bndbox")
    left, top, right, bottom = (box.child(side).number() for side in ("xmin", "ymin", "xmax", "ymax"))
    label = box_label(category, (left - 1, top - 1, right, bottom), hw, box.path, box.where)
    difficult = any(entry.text().strip() == "1" for entry in thing.children("difficult"))
    params = {"difficult": 1} if difficult else {}
    if mask is None or not mask.any():
        return Label(category=category, bbox_xywh=label.bbox_xywh, params=params)
    region = Region.tight(mask)
    x, y, w, h = region.bbox_xywh
    slack = [max(_SLACK_PX, _SLACK_SHARE * side) for side in (right - left, bottom - top)]
    out = max(left - 1 - x, x + w - right), max(top - 1 - y, y + h - bottom)
    if out[0] > slack[0] or out[1] > slack[1]:
        raise thing.error(f"the pixels of its number in {OBJECT_MASKS} within its box", f"the box {x}, {y}, {w}, {h}")
    return Label.of_region(category, region, params=params)
