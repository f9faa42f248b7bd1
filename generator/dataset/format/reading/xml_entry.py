"""Elements of an XML file that know their line: what is taken from them is checked.

Nothing outside the file is read and no entity is expanded, so that a file from elsewhere can do no harm.
Source: own, on lxml.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from generator.core.errors import FormatError

_KINDS = {float: "a number", int: "a whole number"}


@dataclass(frozen=True, slots=True)
class XmlEntry:
    """An element of an XML file.

    Attributes:
        path: the file.
        element: what was parsed.
    """

    path: Path
    element: Any

    @classmethod
    def top(cls, path: Path, tag: str) -> XmlEntry:
        """Return the outermost element of a file.

        Args:
            path: of the file.
            tag: what it must be called.

        Raises:
            FormatError: the file cannot be read, is no XML, or has another outermost element.
        """
        parser = etree.XMLParser(
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            element = etree.fromstring(path.read_bytes(), parser)
        except OSError as error:
            raise FormatError(path, "", "an XML file", error.strerror or "a file that cannot be read") from error
        except etree.XMLSyntaxError as error:
            line, column = error.position
            raise FormatError(path, f"line {line}, column {column}", "XML", error.msg or "an empty file") from error
        entry = cls(path, element)
        if element.tag != tag:
            raise entry.error(f"the element <{tag}>", f"<{element.tag}>")
        return entry

    @property
    def where(self) -> str:
        """The element's name and line, for messages."""
        return f"{self.element.tag}, line {self.element.sourceline}"

    @property
    def tag(self) -> str:
        """The element's name."""
        return str(self.element.tag)

    def error(self, expected: str, got: str) -> FormatError:
        """Return the error of this element, with file and line."""
        return FormatError(self.path, self.where, expected, got)

    def children(self, *tags: str) -> Iterator[XmlEntry]:
        """Yield the elements right below that have one of the names; without names, all of them."""
        for element in self.element:
            if isinstance(element.tag, str) and (not tags or element.tag in tags):
                yield XmlEntry(self.path, element)

    def child(self, tag: str) -> XmlEntry:
        """Return the first element right below of a name.

        Raises:
            FormatError: there is none.
        """
        for entry in self.children(tag):
            return entry
        raise self.error(f"the element <{tag}>", "none")

    def text(self) -> str:
        """Return the element's own text."""
        return self.element.text or ""

    def number(self) -> float:
        """Return the element's text as a number.

        Raises:
            FormatError: it is none.
        """
        return self._number(self.text(), float, "")

    def attribute(self, name: str, kind: type = str) -> Any:
        """Return an attribute.

        Args:
            name: of the attribute.
            kind: ``str``, ``int`` or ``float``.

        Raises:
            FormatError: it is not there, or no such number.
        """
        value = self.element.get(name)
        if value is None:
            raise self.error(f"the attribute {name}", "none")
        return value if kind is str else self._number(value, kind, f"{name}: ")

    def has(self, name: str) -> bool:
        """Say whether an attribute is there and not empty."""
        return bool(self.element.get(name))

    def _number(self, text: str, kind: type, name: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            raise self.error(f"{name}{_KINDS[kind]}", f"'{text[:60]}'") from None
        if not math.isfinite(value):
            raise self.error(f"{name}{_KINDS[kind]}", f"'{text[:60]}'")
        return value
