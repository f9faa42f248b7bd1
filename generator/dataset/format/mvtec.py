"""MVTec AD: good images to learn from, and masks of what is not good to be judged by.

    <product>/train/good/<key>.png
    <product>/test/good/<key>.png    test/<defect>/<key>.png    ground_truth/<defect>/<key>_mask.png    (0 and 255)

Good images of the split train go to train, all others to test; defective images, whatever their split, go to test,
because the format learns from good images alone. Only folders with images are made. An image with several classes goes
to the one with the most pixels (of equals, the one painted first), and its mask shows all of its defects together.

Read: defective images may also lie in train/<defect>/, as people keep them who own few, with masks in ground_truth/
as those of test; they stay in the split train. A mask may be named <key>.png and have any image suffix. An empty mask,
or none, is broken.

What it cannot state: the splits of defective images and between val and test, several instances or classes on an
image, classes that no image went to, names that begin with another image's name (readers pair images and masks by their
sorted order, in which ab_mask stands before a_mask: all images are numbered 000, 001, ... then), images other than PNG,
written as PNG, and whole parts.
Source: own; Bergmann et al., The MVTec Anomaly Detection Dataset (2021), checked against anomalib 2.7.0.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from generator.core.errors import AssetError, FormatError
from generator.dataset.format.mask_files import MASK_NAME_FIRST, ImageNames, MaskFiles, filled_region_of
from generator.dataset.link import LOST, fresh_folder, place
from generator.dataset.names import GOOD, original_name, safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import (
    bare,
    defects_only,
    find_images,
    flavoured,
    image_wh,
    largest_category,
    mask_of,
    source_image,
    united,
    write_mask,
)
from generator.imaging.codec import decode_image, encode_png

PRODUCT, TRUTH = "product", "ground_truth"


def express(record: Record) -> Record:
    """Return what MVTec AD states of a record: one label with all the pixels, the split train or test."""
    record = defects_only(record)
    split = "train" if record.split == "train" and not record.labels else "test"
    moved = Record(key=record.key, split=split, image=record.image, width=record.width, height=record.height)
    if not record.labels:
        return moved
    mask = united([mask_of(label, record) for label in record.labels])
    return bare(moved, [Label.of_region(largest_category(record.labels), mask)])


def write(data: DataSet, path: Path, *, flavour: str = "exact", product: str = PRODUCT) -> None:
    """Write a data set as MVTec AD.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.
        product: the folder's name that readers call the category.

    Raises:
        ConfigError: the flavour was not kept, a label has no mask, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder:
        root = folder / safe_name(product)
        for record in map(express, flavoured(data, flavour)):
            stem = safe_name(record.key)
            part = safe_name(record.labels[0].category) if record.labels else GOOD
            _place_png(source_image(data, record), root / record.split / part / f"{stem}.png")
            if record.labels:
                mask = record.labels[0].mask.full(record.hw)
                write_mask(root / "ground_truth" / part / f"{stem}_mask.png", mask)
        if not root.is_dir():
            (root / "train" / GOOD).mkdir(parents=True)
        if any(_is_misleading(folder) for folder in root.glob("test/*")):
            _number(root)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read one product of MVTec AD.

    Args:
        path: the product's folder, or a folder that holds one product.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no folder train or test, or several products have them.
    """
    root = _product_folder(path)
    folders = [folder for split in ("train", "test") for folder in sorted((root / split).glob("*")) if folder.is_dir()]
    files = [file for folder in folders for file in find_images(folder)]
    names = [file.relative_to(root).as_posix() for file in files]
    parts = sorted({folder.name for folder in folders} | {folder.name for folder in (root / TRUTH).glob("*")} - {GOOD})
    masks = {}
    for part in parts:
        images = [folder for folder in folders if folder.name == part] or [root / "test" / part]
        masks[part] = MaskFiles(root / TRUTH / part, ImageNames(*images), MASK_NAME_FIRST)
    records = []
    for index, (key, name, file) in enumerate(zip(unique_keys(names), names, files, strict=True)):
        split, part = file.relative_to(root).parts[:2]
        mask = masks[part].claim(file)
        with left_out(problems):
            width, height = image_wh(file)
            labels, known = [], len(problems or ())
            if part != GOOD:
                with left_out(problems):
                    region = filled_region_of(masks[part].sound(file, mask), (height, width))
                    labels.append(Label.of_region(original_name(part), region))
            record = Record(
                key=key, split=split, image=name, width=width, height=height, labels=tuple(labels), index=index,
                findings=findings_of((problems or [])[known:], root),
            )  # fmt: skip
            records.append(record)
    for waiting in masks.values():
        waiting.report_unclaimed(problems)
    classes = sorted({original_name(folder.name) for folder in folders if folder.name != GOOD})
    return Records.gathered(root, classes, records)


def _product_folder(path: Path) -> Path:
    if (path / "train").is_dir() or (path / "test").is_dir():
        return path
    products = [folder for folder in path.glob("*") if (folder / "train").is_dir() or (folder / "test").is_dir()]
    if len(products) != 1:
        found = ", ".join(sorted(folder.name for folder in products)) or "none"
        raise FormatError(path, "", "the folders train and test, or one folder with them", found)
    return products[0]


def _place_png(source: Path, target: Path) -> None:
    """Link a PNG, or write another image's pixels as one."""
    if source.suffix == ".png":
        place(source, target)
        return
    if not source.is_file():
        raise AssetError(source, "an image of the data set", "no such file", LOST)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(encode_png(decode_image(source.read_bytes(), source.name).pixels))


def _is_misleading(folder: Path) -> bool:
    """Say whether the name of an image in a folder begins with the whole name of another."""
    stems = sorted(file.stem for file in folder.iterdir())
    return any(following.startswith(stem) for stem, following in pairwise(stems))


def _number(root: Path) -> None:
    """Rename the images of each folder to 000.png, 001.png, ... in the order of their names, and their masks alike."""
    for folder in sorted(folder for split in ("train", "test") for folder in (root / split).glob("*")):
        images = sorted(folder.iterdir(), key=lambda file: file.stem)
        numbered = folder.with_name(f"{folder.name}.numbered")
        numbered.mkdir()
        masks = root / "ground_truth" / folder.name
        for number, image in enumerate(images):
            stem = f"{number:0{max(3, len(str(len(images) - 1)))}d}"
            image.rename(numbered / f"{stem}.png")
            if folder.name != GOOD:
                (masks / f"{image.stem}_mask.png").rename(masks / f".{stem}_mask.png")
        folder.rmdir()
        numbered.rename(folder)
        for mask in sorted(masks.glob(".*")) if folder.name != GOOD else ():
            mask.rename(mask.with_name(mask.name[1:]))
