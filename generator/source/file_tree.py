"""The files below a folder, on this machine or wherever fsspec reaches.

A path with a scheme (``s3://``, ``memory://``) goes through fsspec, any other through the operating system. Hidden
files and folders are left out, and so is what this tool wrote; a folder reached twice through links is listed once.
Source: own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import fsspec

from generator.core.names import MARKER

_LOCAL_THREADS, _REMOTE_THREADS = 2, 16
_AT_ONCE = 16  # files that a thread reads before it hands over what it found
_SAMPLE_BYTES = 4096

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileTree:
    """A folder, or a single file as a folder of one; picklable.

    Attributes:
        root: an absolute path, or one with a scheme.
        only: the name of the single file; empty: all files.
    """

    root: str
    only: str = ""

    @classmethod
    def at(cls, path: str) -> FileTree:
        """Return the tree at a path.

        Raises:
            OSError, ImportError, ValueError: there is no such path, or the package for its scheme is missing.
        """
        root = path.rstrip("/") if "://" in path else str(Path(path).expanduser().absolute())
        system, place = fsspec.core.url_to_fs(root)
        if system.isfile(place):
            folder, _, name = root.replace(os.sep, "/").rpartition("/")
            return cls(folder, name)
        if not system.isdir(place):
            raise FileNotFoundError("nothing there")
        return cls(root)

    def names(self) -> list[str]:
        """Return the files' paths below the root, with forward slashes, sorted.

        Raises:
            OSError: a folder cannot be read.
        """
        if self.only:
            return [self.only]
        found = self._remote_names() if "://" in self.root else self._local_names()
        return sorted(name for name in found if not any(part.startswith(".") for part in name.split("/")))

    def open(self, name: str) -> BinaryIO:
        """Open a file to read its bytes."""
        if "://" in self.root:
            return fsspec.open(f"{self.root}/{name}", "rb").open()
        return open(f"{self.root}/{name}", "rb")  # noqa: PTH123 quicker than a Path a file

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        with self.open(name) as stream:
            return stream.read()

    def each(self, look: Callable[[str], T], names: Sequence[str], is_long: bool = False) -> Iterator[T]:
        """Yield what a look at each file gives, in order.

        Files of other machines are looked at in threads, local ones only where it takes long: a glance at one is over
        before a second thread gets its turn.
        """
        threads = _REMOTE_THREADS if "://" in self.root else _LOCAL_THREADS if is_long else 1
        if threads == 1:
            yield from map(look, names)
            return
        some = [names[first : first + _AT_ONCE] for first in range(0, len(names), _AT_ONCE)]
        with ThreadPoolExecutor(threads) as pool:
            for found in pool.map(lambda part: [look(name) for name in part], some):
                yield from found

    def prints(self, names: Sequence[str]) -> list[bytes]:
        """Return a fingerprint of each file, of its size and of bytes at its start, middle and end."""
        return list(self.each(self._print, names))

    def _print(self, name: str) -> bytes:
        with self.open(name) as stream:
            return fingerprint(stream)

    def _remote_names(self) -> Iterator[str]:
        system, place = fsspec.core.url_to_fs(self.root)
        for full in system.find(place):
            yield full.removeprefix(place).lstrip("/")

    def _local_names(self) -> Iterator[str]:
        seen = set()
        for folder, folders, files in os.walk(self.root, followlinks=True, onerror=_raise):
            real = os.path.realpath(folder)
            if real in seen:
                folders.clear()
                continue
            seen.add(real)
            if MARKER in files:
                folders.clear()
                continue
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            below = os.path.relpath(folder, self.root).replace(os.sep, "/")
            yield from (name if below == "." else f"{below}/{name}" for name in files)


def fingerprint(stream: BinaryIO) -> bytes:
    """Return a hash of a file's size and of bytes at its start, middle and end."""
    size = stream.seek(0, 2)
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    for place in (0, size // 2, max(0, size - _SAMPLE_BYTES)):
        stream.seek(place)
        digest.update(stream.read(_SAMPLE_BYTES))
    return digest.digest()


def _raise(error: OSError) -> None:
    raise error
