"""What is mixed and how: the data sets, and the rules they are put together by.

Source: own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Literal

from generator.core.errors import ConfigError, closest
from generator.dataset.open import AUTO
from generator.dataset.record import FLAVOURS, DataSet
from generator.dataset.view import SPLITS

TRAIN = SPLITS[0]
SEPARATOR = "__"
_NAME = re.compile(r"[A-Za-z0-9]+(?:[_.-][A-Za-z0-9]+)*")
_NAME_RULE = "letters and digits, with single _ . - between them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One data set of a mix.

    Attributes:
        name: begins the keys of its images, so that a set which is added renames no other's.
        path: where it lies; None: ``data`` is it.
        format_name: of its layout; ``auto`` recognises it.
        data: the data set, if it is open already.
        synthetic: whether its images were made; None: as its records say.
        licence: of its images that do not say their own.
        split: where all of it goes; None: as the request says.
        group: a pattern searched in an image's path below the data set; what its first bracket finds (or all of it) is
            the part that the image shows. None: as its records say.
        classes: its own class names -> those of the mix, before the request's; None leaves a label out.
    """

    name: str
    path: Path | None = None
    format_name: str = AUTO
    data: DataSet | None = None
    synthetic: bool | None = None
    licence: str = ""
    split: str | None = None
    group: str | None = None
    classes: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = f"data.{self.name}"
        if not _NAME.fullmatch(self.name):
            raise ConfigError("data", f"names of {_NAME_RULE}", f"'{self.name}'")
        if (self.path is None) == (self.data is None):
            raise ConfigError(f"{where}.path", "a path or an open data set", "neither" if self.path is None else "both")
        if self.split is not None and self.split not in SPLITS:
            raise ConfigError(f"{where}.split", f"null or one of {', '.join(SPLITS)}", f"'{self.split}'")
        if self.group is not None:
            try:
                re.compile(self.group)
            except re.error as error:
                raise ConfigError(f"{where}.group", "a regular expression", f"'{self.group}' ({error})") from None
        require_class_map(self.classes, f"{where}.classes")


@dataclass(frozen=True, slots=True, kw_only=True)
class MixRequest:
    """The rules of a mix.

    Attributes:
        classes: class names -> those of the mix; None leaves a label out.
        emptied: what becomes of an image all of whose labels were left out: ``drop``, or ``good``.
        broken: what becomes of an image that lost a label because it could not be read: ``drop``, or ``keep``.
        mask: of images whose labels have several: ``exact``, ``visible`` or ``annotator``.
        splits: share of each split, drawn anew; None keeps those that there are.
        on_leak: what becomes of images that stand on two sides: ``drop`` those on the less protected side (train before
            val before test), ``move`` all of them to train, or ``fail``.
        synthetic_in: the splits in which synthetic images may stand; train always.
        ratio: real and synthetic images of train, as relative numbers; None: all synthetic ones stay.
        synthetic_share: the same as a share of train in [0, 1).
        groups_shared: whether one group's name means one part in all data sets.
        pixels: whether images are also compared by their pixels, and not by their files alone.
        seed: another seed, other choices where there is a choice.
        overwrite: whether an older mix at the same place is replaced.
    """

    classes: Mapping[str, str | None] = field(default_factory=dict)
    emptied: Literal["drop", "good"] = "drop"
    broken: Literal["drop", "keep"] = "drop"
    mask: str = "exact"
    splits: Mapping[str, float] | None = None
    on_leak: Literal["drop", "move", "fail"] = "drop"
    synthetic_in: tuple[str, ...] = (TRAIN,)
    ratio: tuple[float, float] | None = None
    synthetic_share: float | None = None
    groups_shared: bool = False
    pixels: bool = True
    seed: int = 0
    overwrite: bool = False

    def __post_init__(self) -> None:
        require_class_map(self.classes, "classes")
        for key, choices in (("emptied", ("drop", "good")), ("broken", ("drop", "keep"))):
            require_choice(getattr(self, key), choices, key)
        require_choice(self.mask, FLAVOURS, "mask")
        require_choice(self.on_leak, ("drop", "move", "fail"), "on_leak")
        for split in self.synthetic_in:
            require_choice(split, SPLITS, "synthetic_in")
        if TRAIN not in self.synthetic_in:
            raise ConfigError("synthetic_in", "train among the splits", list(self.synthetic_in))
        if self.splits is not None:
            _require_shares(self.splits)
        if self.seed < 0:
            raise ConfigError("seed", "a whole number of at least 0", self.seed)
        _require_ratio(self.ratio, self.synthetic_share)

    @property
    def asked_share(self) -> float | None:
        """The share of synthetic images asked for in train, in [0, 1); None: none was."""
        if self.ratio is not None:
            return self.ratio[1] / (self.ratio[0] + self.ratio[1])
        return self.synthetic_share


def require_choice(word: str, choices: Iterable[str], where: str) -> None:
    """Raise ``ConfigError`` unless a word is one of the choices."""
    choices = list(choices)
    if word not in choices:
        raise ConfigError(where, f"one of {', '.join(choices)}", f"'{word}'", closest(str(word), choices))


def require_class_map(classes: Mapping[str, str | None], where: str) -> None:
    """Raise ``ConfigError`` where a class has no name to be mapped to."""
    for old, new in classes.items():
        if new is not None and not new.strip():
            raise ConfigError(f"{where}.{old}", "a class name, or null to leave its labels out", "an empty name")


def _require_shares(shares: Mapping[str, float]) -> None:
    for split, share in shares.items():
        require_choice(split, SPLITS, "splits")
        if not 0 <= share <= 1:
            raise ConfigError(f"splits.{split}", "a share in [0, 1]", share)
    if not isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise ConfigError("splits", "shares that sum to 1, or keep", dict(shares))


def _require_ratio(ratio: tuple[float, float] | None, share: float | None) -> None:
    if ratio is not None and share is not None:
        raise ConfigError("synthetic_share", "ratio or synthetic_share", "both", "Give one of them.")
    if ratio is not None and not (0 < ratio[0] < float("inf") and 0 <= ratio[1] < float("inf")):
        raise ConfigError("ratio", "real > 0 and synthetic >= 0", {"real": ratio[0], "synthetic": ratio[1]})
    if share is not None and not 0 <= share < 1:
        raise ConfigError("synthetic_share", "a share in [0, 1)", share)
