"""Faces of font files: which there are, which are taken, how often, and what happens when one lacks a letter.

All files are looked at when the component is built; the list travels with it, so that every worker draws from the same
one. Families are shared out over the splits by a hash of their names. Source: own.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, require
from generator.core.seeds import stable_hash
from generator.core.units import Range
from generator.text.font.listing import Listed, faces_of, hash_of
from generator.text.font.outline import OutlineFace
from generator.text.port import Ask

OUTLINE = "outline"
_SPLITS = ("train", "val", "test")
_STEPS = 9  # an axis is drawn at so many values, so that glyphs are drawn again
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Group:
    """The faces of one split, with the sums of their weights."""

    faces: tuple[Listed, ...]
    ends: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FontFiles(ABC):
    """Faces of font files.

    Attributes:
        include: which faces are taken: shell patterns on their file, name or family.
        exclude: which of these are not.
        weights: how often a face is taken, by pattern, >= 0; the first pattern that fits counts, else 1.
        axes: where a variable font is drawn along its axes, such as {wght: [300, 800]}.
        missing: when a face lacks a letter of a text: ``skip_font`` takes another face, ``drop_text`` asks for another
            text, ``fail`` ends the run.
        by_split: share of the families that each split gets, so that no family stands in two; None: all have all.
    """

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    weights: dict[str, float] | None = None
    axes: dict[str, Range] | None = None
    missing: Literal["skip_font", "drop_text", "fail"] = "skip_font"
    by_split: dict[str, float] | None = None
    _groups: dict[str, _Group] = field(init=False, repr=False, compare=False)
    _findings: tuple[Finding, ...] = field(init=False, repr=False, compare=False)
    _digest: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for pattern, weight in (self.weights or {}).items():
            require(0 <= weight < math.inf, f"weights.{pattern}", "a number >= 0", weight)
        for split, share in (self.by_split or {}).items():
            require(split in _SPLITS, f"by_split.{split}", "one of " + ", ".join(_SPLITS), f"'{split}'")
            require(0 < share < math.inf, f"by_split.{split}", "a number > 0", share)
        files = self.files()
        require(len(files) > 0, "", f"fonts ({self.place()})", "no font file")
        listed, skipped = self._listed(files)
        said = "; ".join(f"{file}: {reason}" for file, reason in skipped[:3])
        require(len(listed) > 0, "", f"a face that can be used ({self.place()})", f"none of {len(files)} files. {said}")
        faces = [each for each in listed if self._is_taken(each)]
        names = ", ".join(sorted({each.face.family for each in listed})[:_SHOWN])
        require(len(faces) > 0, "include", f"patterns that leave a face; there are {names}", list(self.include))
        groups, shared = self._grouped(faces)
        object.__setattr__(self, "_groups", groups)
        object.__setattr__(self, "_digest", hash_of(faces))
        object.__setattr__(self, "_findings", (*_skipped(skipped), *shared, *self._idle(faces)))

    @abstractmethod
    def files(self) -> Sequence[tuple[str, str]]:
        """Return the font files in an order that only their names decide: name as the user knows it, path."""

    @abstractmethod
    def place(self) -> str:
        """Return where they are looked for, for messages."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of face there are."""
        return (OUTLINE,)

    def draw(self, text: str, ask: Ask, rng: np.random.Generator, kinds: Sequence[str]) -> OutlineFace | None:
        """Return a face that has every letter of the text; None: none has, or the policy is to drop the text.

        Every face is tried at most once, so that this always ends.

        Raises:
            ConfigError: outlines are not wanted, the split has no faces, or a face lacks a letter though the policy is
                ``fail``.
        """
        if OUTLINE not in kinds:
            wanted = f"faces of kind {' or '.join(kinds)}"
            raise ConfigError("text.font", wanted, "font files, which hold outlines", "Choose another text/font.")
        group = self._group(ask.split)
        first = min(bisect.bisect_right(group.ends, rng.random() * group.ends[-1]), len(group.faces) - 1)
        face = self._varied(group.faces[first], rng)
        lacking = face.missing(text)
        if not lacking:
            return face
        if self.missing == "fail":
            shown = " ".join(f"'{letter}'" for letter in lacking[:_SHOWN])
            hint = "Set text.font.missing=skip_font, leave the font out, or choose another corpus."
            raise ConfigError(
                "text.font.missing", f"{face.name} to have all letters of '{text}'", f"none for {shown}", hint
            )
        if self.missing == "drop_text":
            return None
        for i in _order(group, first, rng):
            face = self._varied(group.faces[i], rng)
            if not face.missing(text):
                return face
        return None

    def turned_down(self, text: str, ask: Ask) -> dict[str, tuple[str, ...]]:
        """Return which letters of a text each face of a split lacks, by the face's name."""
        lacking = {each.face.name: each.face.missing(text) for each in self._group(ask.split).faces}
        return {name: letters for name, letters in lacking.items() if letters}

    def faces(self, split: str) -> tuple[OutlineFace, ...]:
        """Return the faces of a split, at their own axes."""
        return tuple(each.face for each in self._group(split).faces)

    def digest(self) -> str:
        """Return a hash of the names and bytes of the files that are taken."""
        return self._digest

    def findings(self) -> tuple[Finding, ...]:
        """Return which files are skipped, patterns and axes that fit nothing, and families that splits share."""
        return self._findings

    def _listed(self, files: Sequence[tuple[str, str]]) -> tuple[list[Listed], list[tuple[str, str]]]:
        listed: list[Listed] = []
        skipped = []
        for file, path in files:
            found = faces_of(file, path)
            if isinstance(found, str):
                skipped.append((file, found))
            else:
                listed += found
        return listed, skipped

    def _is_taken(self, each: Listed) -> bool:
        taken = any(map(each.fits, self.include)) and not any(map(each.fits, self.exclude))
        return taken and self._weight(each) > 0

    def _weight(self, each: Listed) -> float:
        return next((weight for pattern, weight in (self.weights or {}).items() if each.fits(pattern)), 1.0)

    def _grouped(self, faces: list[Listed]) -> tuple[dict[str, _Group], tuple[Finding, ...]]:
        if not self.by_split:
            return dict.fromkeys(_SPLITS, self._group_of(faces)), ()
        families = sorted({each.face.family for each in faces}, key=lambda family: (stable_hash(family), family))
        if len(families) < len(self.by_split):
            message = (
                f"{len(families)} families ({', '.join(families)}) for {len(self.by_split)} splits: all splits have all"
            )
            finding = Finding(severity="warning", code="shared_fonts", message=message)
            return dict.fromkeys(self.by_split, self._group_of(faces)), (finding,)
        groups, start = {}, 0
        for split, count in _counts(len(families), self.by_split).items():
            own = set(families[start : start + count])
            groups[split] = self._group_of([each for each in faces if each.face.family in own])
            start += count
        return groups, ()

    def _group_of(self, faces: list[Listed]) -> _Group:
        return _Group(tuple(faces), tuple(itertools.accumulate(map(self._weight, faces))))

    def _group(self, split: str) -> _Group:
        if split not in self._groups:
            splits = ", ".join(self._groups)
            raise ConfigError(
                "text.font.by_split", f"a share for the split {split}", splits, "Name every split of the run."
            )
        return self._groups[split]

    def _idle(self, faces: list[Listed]) -> list[Finding]:
        wanted = [pattern for pattern, weight in (self.weights or {}).items() if weight > 0]
        patterns = [pattern for pattern in wanted if not any(each.fits(pattern) for each in faces)]
        tags = [tag for tag in self.axes or {} if not any(tag == own for each in faces for own, _, _ in each.axes)]
        idle = [("weights", f"no face fits '{pattern}'") for pattern in patterns]
        idle += [("axes", f"no font has the axis '{tag}'") for tag in tags]
        return [Finding(severity="warning", code="font_without_use", message=f"{key}: {said}") for key, said in idle]

    def _varied(self, each: Listed, rng: np.random.Generator) -> OutlineFace:
        if not self.axes or not each.axes:
            return each.face
        drawn = []
        for tag, low, high in each.axes:
            if tag in self.axes:
                wanted, step = self.axes[tag], int(rng.integers(_STEPS))
                value = wanted.low + (wanted.high - wanted.low) * step / (_STEPS - 1)
                drawn.append((tag, round(min(max(value, low), high), 3)))
        return _at(each.face, tuple(drawn)) if drawn else each.face


@functools.lru_cache(maxsize=4096)
def _at(face: OutlineFace, axes: tuple[tuple[str, float], ...]) -> OutlineFace:
    values = ",".join(f"{tag}={value:g}" for tag, value in axes)
    return replace(face, axes=axes, name=f"{face.name}[{values}]")


def _order(group: _Group, first: int, rng: np.random.Generator) -> list[int]:
    """Return the other faces as weighted draws without putting back would find them (Efraimidis and Spirakis 2006)."""
    weights = np.diff(np.array(group.ends), prepend=0.0)
    keys = rng.random(len(weights)) ** (1.0 / weights)
    return [i for i in np.argsort(-keys, kind="stable").tolist() if i != first]


def _counts(total: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return whole numbers that sum to ``total`` by largest remainder, at least one each."""
    whole = sum(shares.values())
    quotas = {split: total * share / whole for split, share in shares.items()}
    counts = {split: max(1, math.floor(quota + 1e-9)) for split, quota in quotas.items()}
    while sum(counts.values()) != total:
        step = 1 if sum(counts.values()) < total else -1
        movable = [split for split in counts if counts[split] + step >= 1]
        counts[max(movable, key=lambda split: step * (quotas[split] - counts[split]))] += step
    return counts


def _skipped(skipped: Sequence[tuple[str, str]]) -> list[Finding]:
    shown = [
        Finding(severity="warning", code="skipped_font", message=f"{file} is skipped: {reason}")
        for file, reason in skipped[:_SHOWN]
    ]
    if len(skipped) > _SHOWN:
        message = f"{len(skipped) - _SHOWN} more font files are skipped"
        shown.append(Finding(severity="warning", code="skipped_font", message=message))
    return shown
