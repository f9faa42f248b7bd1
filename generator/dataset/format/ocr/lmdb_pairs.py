"""LMDB environments of lines to be recognised, as MJSynth, PARSeq and clovaai's recogniser read them.

    <split>/data.mdb

Written: an environment a split with the keys image-%09d (the image file's bytes), label-%09d (its text in UTF-8), both
counted from 1, and num-samples; beside them name-%09d, the name of each line's image, which readers pass over. The same
data set gives the same bytes: the map has one size, pages are cleared, keys come in one order and commits at fixed
counts; no lock file is left, as whoever reads makes one if it needs it. Images by the rule of ``format/ocr/part.py``,
at their own depth.

Read: data.mdb, its folder, or a folder with environments in any depth, whose names say the split. The images are
unpacked into a temporary folder that is removed when the program ends. PARSeq's own reader drops spaces, all that is
not ASCII and long texts unless told otherwise; this one does not.

What it cannot state: places; images without text; text with tabs or line breaks, which is refused.
Source: own; the keys are those of clovaai's create_lmdb_dataset.py and PARSeq's strhub/data/dataset.py.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import lmdb

from generator.core.errors import FormatError
from generator.core.text import TextLine
from generator.dataset.format.ocr import paddleocr_rec
from generator.dataset.format.ocr.line import require_one_row, text_records
from generator.dataset.format.ocr.part import Source, line_parts
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.link import fresh_folder
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Records
from generator.dataset.view import SPLITS

FILE = "data.mdb"
_MAP_BYTES = 1 << 40  # of address space; the file is as long as what it holds
_BATCH = 1000
_COUNT = b"num-samples"
_SUFFIXES = {
    b"\x89PNG": ".png",
    b"\xff\xd8": ".jpg",
    b"BM": ".bmp",
    b"RIFF": ".webp",
    b"II*\0": ".tif",
    b"MM\0*": ".tif",
}

express = paddleocr_rec.express


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write the lines of a data set as LMDB.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or a text cannot stand in a row; ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, ExitStack() as stack:
        writers: dict[str, _Writer] = {}
        for record in text_records(data, flavour):
            if record.split not in writers:
                writers[record.split] = stack.enter_context(_writing(folder / record.split))
            source = Source(data, record)
            for part in line_parts(record):
                writers[record.split].add(source.bytes_of(part), require_one_row(part.line, record), part.stem)
        if not writers:
            stack.enter_context(_writing(folder / SPLITS[0]))


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read lines from LMDB.

    Args:
        path: an environment, or a folder that holds some.
        problems: where broken entries are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no environment, or one is damaged.
    """
    files = [path] if path.is_file() else sorted(path.glob(f"**/{FILE}"))
    if not files:
        raise FormatError(path, "", f"environments of LMDB, {FILE}", "none")
    root = Path(tempfile.mkdtemp(prefix="defectgen-lmdb-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    gathered = Gathered(root, problems)
    for number, file in enumerate(files):
        with _opened(file) as entries:
            _read_entries(entries, file, gathered, number)
    return gathered.done()


class _Writer:
    """An environment as it is filled, committed a batch at a time so that memory does not grow."""

    def __init__(self, environment: lmdb.Environment) -> None:
        self._environment = environment
        self._batch: list[tuple[bytes, bytes]] = []
        self.count = 0

    def add(self, image: bytes, label: str, name: str) -> None:
        self.count += 1
        for kind, value in (("image", image), ("label", label.encode()), ("name", name.encode())):
            self._batch.append((_key(kind, self.count), value))
        if self.count % _BATCH == 0:
            self.commit()

    def commit(self) -> None:
        with self._environment.begin(write=True) as entries:
            for key, value in (*self._batch, (_COUNT, str(self.count).encode())):
                entries.put(key, value)
        self._batch.clear()


@contextmanager
def _writing(folder: Path) -> Iterator[_Writer]:
    folder.mkdir(parents=True)
    with lmdb.open(str(folder), map_size=_MAP_BYTES, lock=False, sync=False, meminit=True) as environment:
        writer = _Writer(environment)
        yield writer
        writer.commit()
        environment.sync(True)


@contextmanager
def _opened(file: Path) -> Iterator[lmdb.Transaction]:
    """Yield what an environment holds.

    Raises:
        FormatError: it is none, or cut off: reading beyond its end would end the program.
    """
    try:
        with lmdb.open(
            str(file), subdir=False, readonly=True, lock=False, create=False, readahead=False
        ) as environment:
            needed = (environment.info()["last_pgno"] + 1) * environment.stat()["psize"]
            if file.stat().st_size < needed:
                raise FormatError(file, "", f"{needed} bytes, as its head says", f"{file.stat().st_size}")
            with environment.begin() as entries:
                yield entries
    except lmdb.Error as error:
        raise FormatError(file, "", "an environment of LMDB", error) from error


def _read_entries(entries: lmdb.Transaction, file: Path, gathered: Gathered, number: int) -> None:
    count = entries.get(_COUNT)
    if count is None or not count.isdigit():
        raise FormatError(file, _COUNT.decode(), "a whole number", "no such key" if count is None else repr(count)[:60])
    split = split_named(file.parent.name) or SPLITS[0]
    folder = gathered.root / str(number) / split
    folder.mkdir(parents=True)
    for index in range(1, int(count) + 1):
        with left_out(gathered.problems):
            label, image = (_value(entries, kind, index, file) for kind in ("label", "image"))
            try:
                text = label.decode()
            except UnicodeDecodeError as error:
                raise FormatError(file, _key("label", index).decode(), "text in UTF-8", error.reason) from error
            if not text.strip():
                raise FormatError(file, _key("label", index).decode(), "a text", "nothing")
            target = folder / _name(entries, index, folder, split, image)
            target.write_bytes(image)
            try:
                hw = gathered.measured(target, None, file, "")
            except FormatError as error:
                raise FormatError(file, _key("image", index).decode(), error.expected, error.got) from error
            gathered.add_text(target, hw, split, [text], lambda text: TextLine(text=text))


def _value(entries: lmdb.Transaction, kind: str, index: int, file: Path) -> bytes:
    value = entries.get(_key(kind, index))
    if value is None:
        raise FormatError(file, _key(kind, index).decode(), f"the {kind} of a line", "no such key")
    return bytes(value)


def _name(entries: lmdb.Transaction, index: int, folder: Path, split: str, image: bytes) -> str:
    """Return a file name for an image: the one that was kept where it is safe and free, else its number."""
    suffix = next((suffix for head, suffix in _SUFFIXES.items() if image.startswith(head)), ".png")
    kept = (entries.get(_key("name", index)) or b"").decode("utf-8", "replace")
    is_safe = kept and all(letter.isalnum() or letter in " _.-%@" for letter in kept) and ".." not in kept
    if is_safe and not (folder / f"{kept}{suffix}").exists():
        return f"{kept}{suffix}"
    return f"{split}-{index:09d}{suffix}"


def _key(kind: str, index: int) -> bytes:
    return f"{kind}-{index:09d}".encode()
