"""Lists of words: our own in assets/text/words, the dictionaries of the installed trdg package, files of the user.

A list is read once and kept. Words that cannot be read off an image (undecodable, with control characters or spaces
within) are left out of dictionaries. Source: own; the dictionaries are trdg's (Belval), read where it is installed.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from generator.core.assets import assets_dir
from generator.core.errors import AssetError, RangeError, closest
from generator.core.seeds import stable_hash
from generator.text.corpus.sound import is_sound

_BAD = "�"


class Stamp(NamedTuple):
    """A file, and when it was changed."""

    path: str
    changed_ns: int
    size: int


@lru_cache(maxsize=1)
def _dictionaries() -> Path | None:
    """Return the folder of trdg's dictionaries, without importing trdg; None: it is not installed."""
    found = find_spec("trdg")
    return Path(found.origin).parent / "dicts" if found and found.origin else None


def languages() -> tuple[str, ...]:
    """Return the names of the lists that can be asked for."""
    folders = [assets_dir() / "text" / "words", _dictionaries()]
    return tuple(sorted({path.stem for folder in folders if folder for path in folder.glob("*.txt")}))


def language_files(language: str) -> tuple[Path, ...]:
    """Return the files of a language, our own first.

    Raises:
        RangeError: there is none.
    """
    name = f"{language}.txt"
    known = languages()
    if language not in known:
        hint = closest(language, known) or f"There is: {', '.join(known)}."
        raise RangeError("", f"a language with a list of words. {hint}", f"'{language}'")
    folders = [assets_dir() / "text" / "words", _dictionaries()]
    return tuple(folder / name for folder in folders if folder and (folder / name).is_file())


@lru_cache(maxsize=8)
def words_of(language: str) -> tuple[str, ...]:
    """Return the words of a language, each once, in the order of its files."""
    found: dict[str, None] = {}
    for path in language_files(language):
        for line in path.read_bytes().decode("utf-8-sig", "replace").splitlines():
            word = unicodedata.normalize("NFC", line.strip())
            if _BAD not in word and not any(letter.isspace() for letter in word) and is_sound(word):
                found[word] = None
    return tuple(found)


def lines_of(path: str, encoding: str = "utf-8-sig") -> tuple[str, ...]:
    """Return the lines of a user's text file that are not empty, in order, without spaces at their ends.

    Raises:
        AssetError: the file cannot be read, or it holds no line, or a control character.
    """
    return lines_at(stamp_of(path), encoding)


def stamp_of(path: str) -> Stamp:
    """Return what a file is known by while it is not changed.

    Raises:
        AssetError: it cannot be read.
    """
    try:
        stat = Path(path).stat()
    except OSError as error:
        raise AssetError(path, "a text file with a text per line", error.strerror or "nothing readable") from None
    return Stamp(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def lines_at(stamp: Stamp, encoding: str = "utf-8-sig") -> tuple[str, ...]:
    """Return the lines of a file, as ``lines_of`` does."""
    path = stamp.path
    try:
        text = Path(path).read_bytes().decode(encoding)
    except (OSError, LookupError) as error:
        raise AssetError(path, "a text file with a text per line", str(error)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        cause = f"bytes that are no {encoding} in line {line}"
        hint = "State the file's own encoding, such as text.corpus.encoding=cp1252."
        raise AssetError(path, "a text file with a text per line", cause, hint) from None
    text = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in text)
    lines = [unicodedata.normalize("NFC", line.strip()) for line in text.replace("\r\n", "\n").split("\n")]
    for number, line in enumerate(lines, 1):
        if line and not is_sound(line):
            sign = next((f" U+{ord(letter):04X}" for letter in line if unicodedata.category(letter) == "Cc"), "")
            raise AssetError(path, "a text file with a text per line", f"a control character{sign} in line {number}")
    kept = tuple(line for line in lines if line)
    if not kept:
        raise AssetError(path, "a text file with a text per line", "no line")
    return kept


def digest_of(paths: tuple[Path, ...]) -> str:
    """Return a hash of what files hold."""
    total = hashlib.sha256()
    for path in paths:
        try:
            total.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise AssetError(path, "a text file with a text per line", error.strerror or "nothing readable") from None
    return total.hexdigest()


def share_of(text: str) -> float:
    """Return where a text stands in [0, 1), the same everywhere and for upper and lower case alike."""
    return stable_hash(text.casefold()) / 2.0**64


def side_of(text: str, shares: tuple[tuple[str, float], ...]) -> str:
    """Return the split that a text belongs to, where splits have such shares."""
    place, total = share_of(text), sum(share for _, share in shares)
    for split, share in shares:
        place -= share / total
        if place < 0:
            return split
    return shares[-1][0]
