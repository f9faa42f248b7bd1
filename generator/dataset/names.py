"""Names as parts of paths, there and back.

A name that is safe anywhere stays as it is; what is not is written as %XX (the bytes of its UTF-8), so that no two
names meet in one folder and reading gives the name back. Source: own; the writing is that of URLs (RFC 3986).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath

from generator.core.errors import ConfigError
from generator.core.names import is_safe_name

GOOD = "good"
LONGEST_BYTES = 200
_ESCAPED = re.compile(r"(?:%[0-9A-F]{2})+")


def safe_name(name: str) -> str:
    """Return a name as one part of a path; ``good`` is escaped too, as the folder of good images has that name.

    Args:
        name: any text, such as a category.

    Returns:
        Letters, digits and `` _.-%``; ``scratch`` stays ``scratch``, ``a/b`` becomes ``a%2Fb``, ``con`` ``%63on``.

    Raises:
        ConfigError: it is longer than file systems allow.
    """
    safe = "".join(c if c.isalnum() or c in " _.-" else _escaped(c) for c in name)
    safe = safe.replace("..", ".%2E")
    if safe and safe[-1] in " .":
        safe = safe[:-1] + _escaped(safe[-1])
    plain = "".join(c if c.isascii() and c != "%" else "x" for c in safe)
    if not safe:
        safe = "%"
    elif safe[0] != "%" and (safe.lower() == GOOD or not is_safe_name(plain[:64].rstrip(" .") or ".")):
        safe = _escaped(safe[0]) + safe[1:]
    if len(safe.encode()) > LONGEST_BYTES:
        raise ConfigError("export", f"names of at most {LONGEST_BYTES} bytes", repr(name), "Give it a shorter one.")
    return safe


def original_name(part: str) -> str:
    """Return the name that ``safe_name`` made a part of a path of; a part it did not make is its own name."""
    name = "" if part == "%" else _ESCAPED.sub(lambda found: _unescaped(found[0]), part)
    return name if safe_name(name) == part else part


def as_line(name: str) -> str:
    """Return a name as a line of a list or a word of XML holds it; ``original_name`` leads back.

    Returns:
        The name itself, unless it is empty, ends in white space, begins with ``#``, cannot be printed or looks escaped.
    """
    is_plain = name and name == name.strip() and name.isprintable() and name[0] != "#" and original_name(name) == name
    return name if is_plain else safe_name(name)


def require_other_names(classes: Iterable[str], taken: Collection[str], format_name: str) -> None:
    """Raise ``ConfigError`` where a class has a name that a format keeps for what is no class."""
    for name in classes:
        if name in taken:
            hint = "Take another format, or rename the class: defectgen mix 'classes={old: new}'."
            raise ConfigError(f"export={format_name}", f"classes of other names than {' and '.join(taken)}", name, hint)


def unique_keys(files: Sequence[str]) -> list[str]:
    """Return a key for each image file of a data set: its stem where no other has it, else its whole path.

    Args:
        files: different paths, relative to the data set's root, with ``/``.
    """
    stems = [original_name(PurePosixPath(file).stem) for file in files]
    met: dict[str, int] = {}
    for stem in stems:
        met[stem] = met.get(stem, 0) + 1
    keys: list[str] = []
    taken = {stem for stem, count in met.items() if count == 1}
    for file, stem in zip(files, stems, strict=True):
        if met[stem] == 1:
            keys.append(stem)
            continue
        path = PurePosixPath(file)
        wish = key = "-".join((*path.parts[:-1], path.stem))
        number = 1
        while key in taken:
            number += 1
            key = f"{wish}-{number}"
        taken.add(key)
        keys.append(key)
    return keys


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _unescaped(text: str) -> str:
    return bytes.fromhex(text.replace("%", "")).decode("utf-8", "replace")
