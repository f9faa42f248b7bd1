"""Images with their labels, gathered file by file: images found by the names in label files, labels kept or left out.

Source: own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from generator.core.annotation import Finding, Orientation
from generator.core.errors import FormatError
from generator.core.text import TextLine
from generator.dataset.names import unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import Label, Record, Records
from generator.dataset.view import SPLITS, find_images, image_wh

_WORDS = {
    **{split: split for split in SPLITS},
    "training": "train",
    "valid": "val",
    "validation": "val",
    "testing": "test",
}
Shape = TypeVar("Shape")
Stated = TypeVar("Stated", Label, TextLine)


def split_named(word: str) -> str | None:
    """Return the split that a word names, such as ``valid``; None: none."""
    return _WORDS.get(word.strip().lower())


def split_of(path: Path, root: Path) -> str:
    """Return the split that the first folder between a root and a path names; ``train`` if none does."""
    words = (split_named(part) for part in path.relative_to(root).parts)
    return next((word for word in words if word), SPLITS[0])


class Gathered:
    """Records in the making.

    Args:
        root: the data set's folder.
        problems: where broken images and labels are listed; None: the first one is raised.
        is_one_each: every image has a label file of its own, so that none may name an image beside another's.
    """

    def __init__(self, root: Path, problems: Problems | None, *, is_one_each: bool = False) -> None:
        self.root = root
        self.problems = problems
        self._is_one_each = is_one_each
        self._records: dict[str, Record] = {}
        self._named: dict[str, list[Path]] | None = None

    def find_image(
        self, name: str, folders: Sequence[Path], file: Path, where: str, *, is_anywhere: bool = True
    ) -> Path:
        """Return the image that a label file names.

        It is looked for in the folders; then anywhere below the root, by its whole path where that is relative, or by
        its last parts where it is a bare name or another machine's.

        Args:
            name: a file name, or a path as any system writes it.
            folders: where it should lie, the likeliest first.
            file: what an error names.
            where: the place in it.
            is_anywhere: whether it may lie elsewhere than in the folders.

        Raises:
            FormatError: there is no such image, or several below the root fit.
        """
        path = PurePosixPath(name.replace("\\", "/"))
        is_foreign = path.is_absolute() or (path.parts[:1] and path.parts[0].endswith(":"))
        if not is_foreign and path.name:
            for folder in folders:
                image = self._below_root(folder / path)
                if image is not None and image.is_file() and not self._is_anothers(image, file):
                    return image
        parts = tuple(part for part in path.parts if part not in ("..", "/"))
        least = 1 if is_foreign else max(1, len(parts))
        named = self._images().get(path.name, []) if is_anywhere else []
        found = [image for image in named if not self._is_anothers(image, file)]
        for count in range(len(parts), least - 1, -1):
            fitting = [image for image in found if image.parts[-count:] == parts[-count:]]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                raise FormatError(file, where, f"one image below {self.root}", f"'{name}', which fits {len(fitting)}")
        raise FormatError(file, where, f"an image below {self.root}", f"'{name}', which is not there")

    def measured(self, image: Path, stated_wh: tuple[float, float] | None, file: Path, where: str) -> tuple[int, int]:
        """Return an image's height and width in px.

        Args:
            image: its file.
            stated_wh: width and height that the label file states; None: it states none.
            file: what an error names.
            where: the place in it.

        Raises:
            FormatError: it is no image, has another size than stated, or has been added before.
        """
        width, height = image_wh(image)
        if stated_wh is not None and stated_wh != (width, height):
            stated = " x ".join(f"{side:g}" for side in stated_wh)
            raise FormatError(file, where, f"the image file's size {width} x {height}", stated)
        if self.has(image):
            raise FormatError(file, where, "labels for an image that has none yet", f"'{self._name(image)}' again")
        return height, width

    def add(
        self,
        image: Path,
        hw: tuple[int, int],
        split: str,
        shapes: Iterable[Shape] = (),
        to_label: Callable[[Shape], Label] | None = None,
        *,
        synthetic: bool = False,
        group: str = "",
        orientation: Orientation | None = None,
    ) -> None:
        """Add an image with the labels that can be read; of those that cannot it keeps a finding.

        Args:
            image: its file, below the root.
            hw: its height and width in px.
            split: its split.
            shapes: its labels as the file holds them.
            to_label: makes a label of one of them, or raises FormatError.
            synthetic: whether a run made it.
            group: the part it shows.
            orientation: how the image as a whole is turned; None: not known.
        """
        labels, lost = self._kept(shapes, to_label)
        name = self._name(image)
        self._records[name] = Record(
            key="",
            split=split,
            image=name,
            width=hw[1],
            height=hw[0],
            labels=labels,
            synthetic=synthetic,
            group=group,
            findings=lost,
            orientation=orientation,
        )

    def add_text(
        self,
        image: Path,
        hw: tuple[int, int],
        split: str,
        rows: Iterable[Shape] = (),
        to_line: Callable[[Shape], TextLine] | None = None,
        lost: Sequence[FormatError] = (),
    ) -> None:
        """Add an image with the lines of text that can be read; of those that cannot it keeps a finding.

        Args:
            image: its file, below the root.
            hw: its height and width in px.
            split: its split.
            rows: its lines as the file holds them.
            to_line: makes a line of one of them, or raises FormatError.
            lost: what was left out of them before; there is a list of problems then.
        """
        if self.problems is not None:
            self.problems.extend(lost)
        lines, findings = self._kept(rows, to_line)
        name = self._name(image)
        self._records[name] = Record(
            key="",
            split=split,
            image=name,
            width=hw[1],
            height=hw[0],
            findings=(*findings_of(lost, self.root), *findings),
            text=lines,
            has_text_labels=True,
        )

    def has(self, image: Path) -> bool:
        """Say whether an image has been added."""
        return self._name(image) in self._records

    def done(self, classes: Iterable[str] | None = None) -> Records:
        """Return the data set.

        Args:
            classes: its classes in their order; None: those that labels have, by the alphabet.
        """
        if classes is None:
            classes = sorted({label.category for record in self._records.values() for label in record.labels})
        named = zip(unique_keys([*self._records]), self._records.values(), strict=True)
        records = [replace(record, key=key, index=index) for index, (key, record) in enumerate(named)]
        return Records.gathered(self.root, classes, records)

    def _kept(
        self, entries: Iterable[Shape], to_label: Callable[[Shape], Stated] | None
    ) -> tuple[tuple[Stated, ...], tuple[Finding, ...]]:
        """Return what entries state, and findings of those that are broken."""
        kept: list[Stated] = []
        lost: Problems = []
        for entry in entries:
            with left_out(None if self.problems is None else lost):
                kept.append(to_label(entry))
        if self.problems is not None:
            self.problems.extend(lost)
        return tuple(kept), findings_of(lost, self.root)

    def _name(self, image: Path) -> str:
        return image.relative_to(self.root).as_posix()

    def _is_anothers(self, image: Path, file: Path) -> bool:
        """Say whether a label file other than the given one lies beside an image, under the image's name."""
        own = image.with_suffix(file.suffix)
        return self._is_one_each and own != file and own.is_file()

    def _below_root(self, path: Path) -> Path | None:
        """Return a path without its .. parts; None: it leads out of the root."""
        root, normal = Path(os.path.normpath(self.root)), Path(os.path.normpath(path))
        return self.root / normal.relative_to(root) if normal.is_relative_to(root) else None

    def _images(self) -> dict[str, list[Path]]:
        if self._named is None:
            self._named = {}
            for image in find_images(self.root):
                self._named.setdefault(image.name, []).append(image)
        return self._named
