"""Errors a user meets: one paragraph each, with the same facts as fields.

A message reads ``where: expected X, got Y. What to do.`` Source: own.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GeneratorError(Exception):
    """Something this package can name. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class ConfigError(GeneratorError):
    """A user's mistake in a key, a value, a path or an input file."""

    exit_code = 2

    def __init__(self, where: str, expected: str, got: object, hint: str = "") -> None:
        self.where, self.expected, self.got, self.hint = where, expected, got, hint
        shown = got if isinstance(got, str) else repr(got)
        super().__init__(f"{where}: expected {expected}, got {shown}." + (f" {hint}" if hint else ""))

    def __reduce__(self):
        return type(self), (self.where, self.expected, self.got, self.hint)

    def inside(self, prefix: str) -> ConfigError:
        """Return the same error with ``prefix.`` before its place."""
        return ConfigError(f"{prefix}.{self.where}" if self.where else prefix, self.expected, self.got, self.hint)


class AssetError(GeneratorError):
    """A file that the run needs cannot be used."""

    exit_code = 2

    def __init__(self, path: object, needed_for: str, cause: str, hint: str = "") -> None:
        self.path, self.needed_for, self.cause, self.hint = str(path), needed_for, cause, hint
        super().__init__(f"{self.path}: expected {needed_for}, got {cause}." + (f" {hint}" if hint else ""))

    def __reduce__(self):
        return type(self), (self.path, self.needed_for, self.cause, self.hint)


class FormatError(GeneratorError):
    """A data set on disk does not say what its format promises."""

    exit_code = 2

    def __init__(self, path: object, where: str, expected: str, got: object) -> None:
        self.path, self.where, self.expected, self.got = str(path), where, expected, got
        place = f"{self.path}, {where}" if where else self.path
        super().__init__(f"{place}: expected {expected}, got {got}.")

    def __reduce__(self):
        return type(self), (self.path, self.where, self.expected, self.got)


class SampleError(GeneratorError):
    """One sample could not be made because of a fault, not of chance."""

    def __init__(self, index: int, stage: str, cause: str) -> None:
        self.index, self.stage, self.cause = index, stage, cause
        super().__init__(
            f"sample {index} failed in {stage}: {cause}. Repeat it alone with the same command and only={index}."
        )

    def __reduce__(self):
        return type(self), (self.index, self.stage, self.cause)


class RangeError(ValueError):
    """A component's field is out of its range; the builder adds the key where it stands."""

    def __init__(self, field: str, expected: str, got: object) -> None:
        self.field, self.expected, self.got = field, expected, got
        super().__init__(f"{field}: expected {expected}, got {got}")

    def __reduce__(self):
        return type(self), (self.field, self.expected, self.got)


def require(holds: bool, field: str, expected: str, got: object) -> None:
    """Raise ``RangeError`` unless ``holds``: the check of a component's own field in ``__post_init__``."""
    if not holds:
        raise RangeError(field, expected, got)


def closest(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the closest known word; empty: none is close, and the list is shown anyway."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the closest known word, or the list of what there is."""
    known = sorted(known)
    return closest(word, known) or (f"There is: {', '.join(known)}." if known else "")
