"""What a model learns from, out of a data set: real defects with the surface under them, and good images.

Source: own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.core.errors import AssetError, ConfigError, FormatError
from generator.core.seeds import Shuffle, stable_hash
from generator.dataset.problem import Problems
from generator.dataset.real import RealData, read_pixels, read_real, white_of
from generator.dataset.view import find_images, is_good, source_image
from generator.harvest.cut import Photo, laid_bare, pieces
from generator.harvest.harvest import masked, require_classes
from generator.model.patches import Example, core_of, width_of
from generator.train.request import TrainRequest

_AROUND_PX = 96
_LARGEST_PX = 512  # of a good image no more than such a window is kept
_LEAST_DEFECTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """The real defects of one class, as a data set has them.

    Attributes:
        category: the class.
        images: number of images that show it.
        held_out: of these, those that nothing is learned from.
        defects: number of defects that are learned from.
        narrowest_px, widest_px: least and most width of a defect, px.
    """

    category: str
    images: int
    held_out: int
    defects: int
    narrowest_px: float
    widest_px: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """What is learned from.

    Attributes:
        format: the layout that the data set was read as.
        root: its folder.
        examples: real defects, all with as many channels.
        held_out: real defects that nothing is learned from.
        goods: (H, W, C) float32 in [0, 1].
        white: full scale of the images.
        real: facts of each class, by name.
        images: SHA-256 of each real image that is learned from, by its name.
        notes: what has to be said.
        problems: broken labels that were left out.
    """

    format: str
    root: Path
    examples: tuple[Example, ...]
    held_out: tuple[Example, ...]
    goods: tuple[np.ndarray, ...]
    white: int
    real: tuple[Real, ...]
    images: dict[str, str]
    notes: tuple[str, ...]
    problems: Problems

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, by name."""
        return tuple(real.category for real in self.real)

    @property
    def channels(self) -> int:
        """1 or 3."""
        return self.examples[0].pixels.shape[2]


def gather(
    data: Path,
    request: TrainRequest,
    good: Path | None = None,
    format_name: str = "auto",
    report: Callable[[int], None] = lambda done: None,
) -> Material:
    """Return what a data set offers to learn from.

    Args:
        data: folder of the data set, or the file that describes it.
        request: what is learned from.
        good: folder of more good images; None: none.
        format_name: the data set's layout, ``auto``: recognised.
        report: called with the number of defects looked at.

    Raises:
        ConfigError: nothing to learn from, or a class has fewer than two defects.
        FormatError, AssetError: the data set cannot be read.
    """
    problems: Problems = []
    without: list[str] = []
    real = read_real(data, format_name, problems)
    require_classes(request.real, real.classes)
    found: dict[str, list[tuple[str, Example]]] = defaultdict(list)
    whites, hashes = set(), {}
    for defect, mask in masked(real, request.real, without, report=report):
        assert mask.mask is not None
        photo = Photo(pixels=defect.pixels, white=defect.white, mask=mask.mask, others=defect.others & ~mask.mask)
        whites.add(defect.white)
        hashes[defect.name] = defect.sha256
        for piece in pieces(mask.mask) if request.real.apart else [mask.mask]:
            found[defect.category].append((defect.name, _example(photo, piece, defect.category, defect.name, request)))
    goods = _goods(real, request, good, problems)
    colour = any(one.pixels.shape[2] == 3 for group in found.values() for _, one in group)
    chosen = {name: _held_out([image for image, _ in group], request.held_out) for name, group in found.items()}
    learned = {
        name: [_in_colour(one, colour) for image, one in group if image not in chosen[name]]
        for name, group in sorted(found.items())
    }
    _require_two(learned)
    held_out = [_in_colour(one, colour) for name, group in sorted(found.items()) for image, one in group
                if image in chosen[name]]  # fmt: skip
    facts = tuple(_facts(name, group, found[name], chosen[name]) for name, group in learned.items())
    hashes = {name: hashes[name] for name in sorted({one.name for group in learned.values() for one in group})}
    notes = [f"left out: {line}" for line in without]
    if not goods:
        notes.append("no good image: the defects are learned on their own surfaces, filled in; good=FOLDER adds some")
    return Material(
        format=real.format, root=real.root, examples=tuple(one for group in learned.values() for one in group),
        held_out=tuple(held_out), goods=tuple(_channels(image, colour) for image in goods),
        white=max(whites), real=facts, images=hashes, notes=tuple(notes), problems=problems,
    )  # fmt: skip


def _example(photo: Photo, piece: np.ndarray, category: str, name: str, request: TrainRequest) -> Example:
    """Return one defect alone: what other defects do to the surroundings is filled in."""
    bare = laid_bare(photo, piece, request.real.grow_px, _AROUND_PX)
    reached = (bare.alpha > 0)[..., None]
    return Example(
        category=category, name=name, pixels=np.where(reached, bare.here, bare.surface), surface=bare.surface,
        alpha=bare.alpha,
    )  # fmt: skip


def _held_out(images: Sequence[str], share: float) -> set[str]:
    """Return the images of a class that nothing is learned from, in an order that their names alone decide."""
    names = sorted(set(images), key=stable_hash)
    return set(names[: int(len(names) * share)])


def _require_two(learned: Mapping[str, Sequence[Example]]) -> None:
    for name, group in learned.items():
        if len(group) < _LEAST_DEFECTS:
            others = ",".join(other for other, theirs in learned.items() if len(theirs) >= _LEAST_DEFECTS)
            leave = f"Leave it out with 'classes=[{others}]'" if others else "Label more"
            hint = f"{leave}, paste it from a bank (defectgen harvest), or draw kinds fitted to it (defectgen fit)."
            raise ConfigError("data", f"two defects or more of each class, as a look is learned from '{name}'",
                              f"{len(group)}", hint)  # fmt: skip


def _facts(category: str, group: Sequence[Example], found: Sequence[tuple[str, Example]], held_out: set[str]) -> Real:
    widths = [width_of(core_of(one.alpha)) for one in group]
    return Real(
        category=category, images=len({image for image, _ in found}), held_out=len(held_out), defects=len(group),
        narrowest_px=min(widths), widest_px=max(widths),
    )  # fmt: skip


def _goods(real: RealData, request: TrainRequest, good: Path | None, problems: Problems) -> list[np.ndarray]:
    """Return good images, windows of them where they are large, in an order that their names alone decide."""
    sides = request.real.splits
    paths = [source_image(real.data, record) for record in real.data if is_good(record) and record.split in sides]
    if good is not None:
        own = find_images(good) if good.is_dir() else []
        if not own:
            raise ConfigError("good", "a folder with good images", f"'{good}'")
        paths += own
    order = Shuffle(len(paths), request.seed, "goods")
    kept: list[np.ndarray] = []
    for rank in range(len(paths)):
        if len(kept) == request.goods:
            break
        path = paths[order[rank]]
        try:
            pixels = read_pixels(path)
        except AssetError as error:
            problems.append(FormatError(path, "", error.needed_for, error.cause))
            continue
        kept.append(_window(pixels, order[rank]).astype(np.float32) * np.float32(1.0 / white_of(pixels)))
    return kept


def _window(pixels: np.ndarray, number: int) -> np.ndarray:
    """Return a window of an image, elsewhere in each one."""
    height, width = pixels.shape[:2]
    mixed = stable_hash(str(number))
    y, x = mixed % max(1, height - _LARGEST_PX), mixed // 65_536 % max(1, width - _LARGEST_PX)
    return pixels[y : y + _LARGEST_PX, x : x + _LARGEST_PX]


def _in_colour(one: Example, colour: bool) -> Example:
    return Example(
        category=one.category, name=one.name, pixels=_channels(one.pixels, colour),
        surface=_channels(one.surface, colour), alpha=one.alpha,
    )  # fmt: skip


def _channels(pixels: np.ndarray, colour: bool) -> np.ndarray:
    if colour:
        return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    return pixels if pixels.shape[2] == 1 else pixels.mean(axis=2, keepdims=True, dtype=np.float32)
