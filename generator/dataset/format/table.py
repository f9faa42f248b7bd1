"""The formats by name: how each is read, written, and what it can state.

Source: own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType, ModuleType

from generator.dataset.format import coco, csv_table, mask_folder, mask_index, mvtec, plain, voc, yolo, yolo_classify
from generator.dataset.format.angle import angle_csv, angle_folders, angle_jsonl
from generator.dataset.format.box import dota, rectangle2, yolo_pose
from generator.dataset.format.caption import captions
from generator.dataset.format.ocr import (
    char_folders,
    coco_text,
    hf_text,
    icdar2015,
    lmdb_pairs,
    paddleocr_det,
    paddleocr_rec,
    text_jsonl,
    trdg,
    yolo_text,
)
from generator.dataset.format.tool import cvat, label_studio, labelme, supervisely
from generator.dataset.record import Record, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A way to keep a data set in files.

    Attributes:
        name: its folder and its word on the command line.
        summary: one line for a list.
        read: ``read(path, problems=None) -> Records``; what is broken is listed in ``problems``, or raised without one.
        write: ``write(data, path, flavour="exact")``; the folder ``path`` appears whole or not at all.
        express: ``express(record) -> Record``, the part of a record that the format can state: what writing and reading
            gives back; a tuple of records where parts of an image become images of their own.
        options: what ``write`` takes beside the flavour, keywords with the names of the command line's keys.
        is_text: it states the text on images, and none of their defects but ``text_jsonl``; every record needs text
            labels.
        is_angle: it states how whole images are turned, and none of their defects; every record needs that angle.
    """

    name: str
    summary: str
    read: Callable[..., Records]
    write: Callable[..., None]
    express: Callable[[Record], Record | tuple[Record, ...]]
    options: tuple[str, ...] = ()
    is_text: bool = False
    is_angle: bool = False


def _yolo(task: yolo.Task, summary: str, name: str = "") -> Format:
    return Format(
        name=name or f"yolo_{task}",
        summary=summary,
        read=partial(yolo.read, task=task),
        write=partial(yolo.write, task=task),
        express=partial(yolo.express, task=task),
    )


def _text(name: str, summary: str, module: ModuleType) -> Format:
    return Format(
        name=name, summary=summary, read=module.read, write=module.write, express=module.express, is_text=True
    )


def _angle(name: str, summary: str, module: ModuleType) -> Format:
    return Format(
        name=name, summary=summary, read=module.read, write=module.write, express=module.express, is_angle=True
    )


def _yolo_text(unit: yolo_text.Unit, summary: str) -> Format:
    return Format(
        name=f"yolo_{unit}",
        summary=summary,
        read=partial(yolo_text.read, unit=unit),
        write=partial(yolo_text.write, unit=unit),
        express=partial(yolo_text.express, unit=unit),
        is_text=True,
    )


_ALL = (
    Format(
        name="coco",
        summary="COCO instances, masks as RLE",
        read=coco.read,
        write=coco.write,
        express=coco.express,
    ),
    Format(
        name="coco_polygon",
        summary="COCO instances, masks as polygons",
        read=coco.read,
        write=partial(coco.write, segmentation="polygon"),
        express=coco.express,
    ),
    _yolo("detect", "the same as yolo_detect", name="yolo"),
    _yolo("detect", "YOLO boxes"),
    _yolo("segment", "YOLO polygons"),
    _yolo("obb", "YOLO oriented boxes"),
    Format(
        name="yolo_pose",
        summary="YOLO boxes with tail and head of each part: keeps its heading",
        read=yolo_pose.read,
        write=yolo_pose.write,
        express=yolo_pose.express,
    ),
    Format(
        name="dota",
        summary="DOTA text files of oriented boxes",
        read=dota.read,
        write=dota.write,
        express=dota.express,
    ),
    Format(
        name="rectangle2",
        summary="HALCON rectangle2: a table of row, column, phi and half lengths",
        read=rectangle2.read,
        write=rectangle2.write,
        express=rectangle2.express,
    ),
    Format(
        name="yolo_classify",
        summary="class folders, good images in good/",
        read=yolo_classify.read,
        write=yolo_classify.write,
        express=yolo_classify.express,
    ),
    Format(
        name="mvtec",
        summary="MVTec AD: learn from good images, test on all",
        read=mvtec.read,
        write=mvtec.write,
        express=mvtec.express,
    ),
    Format(
        name="mask_folder",
        summary="images and masks of 0/255, a folder a class",
        read=mask_folder.read,
        write=mask_folder.write,
        express=mask_folder.express,
    ),
    Format(
        name="mask_index",
        summary="images and index masks: 0 background, class id + 1",
        read=mask_index.read,
        write=mask_index.write,
        express=mask_index.express,
    ),
    Format(
        name="plain",
        summary="class folders beside masks with the same names",
        read=plain.read,
        write=plain.write,
        express=plain.express,
    ),
    Format(
        name="voc",
        summary="Pascal VOC: an XML an image, boxes; masks with a palette",
        read=voc.read,
        write=voc.write,
        express=voc.express,
    ),
    Format(
        name="labelme",
        summary="LabelMe: a JSON an image, masks and boxes",
        read=labelme.read,
        write=labelme.write,
        express=labelme.express,
    ),
    Format(
        name="supervisely",
        summary="Supervisely project: bitmaps and boxes",
        read=supervisely.read,
        write=supervisely.write,
        express=supervisely.express,
    ),
    Format(
        name="cvat",
        summary="CVAT for images 1.1: one XML, masks and boxes",
        read=cvat.read,
        write=cvat.write,
        express=cvat.express,
    ),
    Format(
        name="label_studio",
        summary="Label Studio tasks: brush masks and boxes",
        read=label_studio.read,
        write=label_studio.write,
        express=label_studio.express,
    ),
    Format(
        name="csv",
        summary="a table of good and bad parts",
        read=csv_table.read,
        write=csv_table.write,
        express=csv_table.express,
    ),
    Format(
        name="captions",
        summary="a sentence an image and a defect, and prompts a class; boxes, no masks",
        read=captions.read,
        write=captions.write,
        express=captions.express,
        options=("caption_surface",),
    ),
    _angle("angle_csv", "a table of images and their angles", angle_csv),
    _angle("angle_folders", "a folder of images a degree, exact angles beside", angle_folders),
    Format(
        name="angle_jsonl",
        summary="angles of images and parts, boxes, masks and defects, a line of JSON an image",
        read=angle_jsonl.read,
        write=angle_jsonl.write,
        express=angle_jsonl.express,
    ),
    _text("paddleocr_rec", "PaddleOCR recognition: line images and texts", paddleocr_rec),
    _text("paddleocr_det", "PaddleOCR detection: outlines and texts", paddleocr_det),
    _text("icdar2015", "ICDAR 2015: a file of quads and texts an image", icdar2015),
    _text("lmdb", "LMDB of line images and texts, as MJSynth and PARSeq read", lmdb_pairs),
    _text("trdg", "TRDG: line images, labels.txt, boxes of characters", trdg),
    _text("coco_text", "COCO-Text with words, characters and their ink", coco_text),
    _yolo_text("char", "YOLO boxes, a class a character"),
    _yolo_text("word", "YOLO boxes of words"),
    _text("hf_text", "Hugging Face image folder with text", hf_text),
    _text("char_folders", "a folder of images a character", char_folders),
    _text("text_jsonl", "all that is known about text, a line of JSON an image", text_jsonl),
)
FORMATS = MappingProxyType({format_.name: format_ for format_ in _ALL})
