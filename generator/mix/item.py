"""Images of the data sets in a few words: what a mix has to know to decide on them.

The data sets are gone through once for the items and once more to write what was decided, so that masks are never held.
Source: own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from generator.core.errors import ConfigError, FormatError
from generator.core.seeds import stable_hash
from generator.dataset.leak import LEARNED, Fingerprint, Reader, keys_of
from generator.dataset.open import open_data
from generator.dataset.problem import LABEL_LEFT_OUT, Problems
from generator.dataset.record import DataSet, Label, Record
from generator.dataset.view import SPLITS, is_good, is_turned
from generator.mix.request import SEPARATOR, TRAIN, MixRequest, Part

BROKEN = "a label of it could not be read"
EMPTIED = "all its labels were left out"
_NO_PRINT = Fingerprint("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One image of one data set.

    Attributes:
        part: number of its data set.
        own_key: its key there.
        key: its key in the mix.
        split: where it stands.
        pinned: whether its data set was given that split as a whole.
        synthetic: whether it was made.
        counts: its labels per class of the mix, whole parts included.
        is_good: whether none of them is a defect.
        keys: its provenance, see ``dataset.leak.keys_of``.
        learned: keys of the images that its fitted defects were measured on; those that are in the mix are keys too.
        image, twin: hashes of its files.
        labels: a hash of its labels.
        suffix: of its image file in the mix.
        turned: whether its image is displayed otherwise than its pixels lie, and has to be written anew.
        licence: of its pixels; empty: not known.
        hidden: its labels of classes that are left out: they are to be seen and not labelled.
        says_source: whether it says which image it was made from.
        out: why it is no part of the mix; empty: it may be.
    """

    part: int = 0
    own_key: str = ""
    key: str
    split: str = TRAIN
    pinned: bool = False
    synthetic: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    is_good: bool = True
    keys: frozenset[str] = frozenset()
    learned: frozenset[str] = frozenset()
    image: Fingerprint = _NO_PRINT
    twin: Fingerprint | None = None
    labels: int = 0
    suffix: str = ".png"
    turned: bool = False
    licence: str = ""
    hidden: int = 0
    says_source: bool = False
    out: str = ""

    @property
    def categories(self) -> tuple[str, ...]:
        """Its classes; ``""`` stands for a good image's."""
        return tuple(self.counts) or ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A data set of the mix, open.

    Attributes:
        part: what was asked for.
        data: its records.
        problems: what could not be read.
        classes: its class names -> those of the mix.
    """

    part: Part
    data: DataSet
    problems: Problems
    classes: Mapping[str, str | None]


def open_part(part: Part) -> tuple[DataSet, Problems]:
    """Return the data set of a part, and what of it could not be read."""
    problems: Problems = []
    if part.data is not None:
        return part.data, problems
    assert part.path is not None
    return open_data(part.path, part.format_name, problems, f"data.{part.name}"), problems


def renamed(record: Record, opened: Opened, request: MixRequest) -> Record:
    """Return a record as the mix states it: key, labels, group, origin and licence; its files are where they were."""
    part = opened.part
    group = _group_of(record, opened) if part.group is not None else record.group
    classes = opened.classes
    return replace(
        record,
        key=f"{part.name}{SEPARATOR}{record.key}",
        labels=tuple(label for given in record.labels if (label := _mapped(given, classes, request.mask)) is not None),
        split=part.split or record.split,
        synthetic=record.synthetic if part.synthetic is None else part.synthetic,
        group=group if request.groups_shared or not group else f"{part.name}/{group}",
        licence=record.licence or part.licence,
        image=str(opened.data.root / record.image),
        twin=None if record.twin is None else str(opened.data.root / record.twin),
        blank=None if record.blank is None else str(opened.data.root / record.blank),
        char_mask=None if record.char_mask is None else str(opened.data.root / record.char_mask),
    )


def gather(sets: Sequence[Opened], request: MixRequest) -> list[Item]:
    """Return the items of all data sets, in their order.

    Raises:
        AssetError: an image or a twin cannot be read.
        ConfigError, FormatError: a data set contradicts itself or the request.
    """
    reader = Reader(Path(), request.pixels, {})
    items: list[Item] = []
    for number, opened in enumerate(sets):
        own = list(_items(number, opened, request, reader))
        _require_own_keys(own, opened)
        _require_group(own, opened)
        items += own
    there = frozenset().union(*(item.keys for item in items))
    return [replace(item, keys=item.keys | item.learned & there) if item.learned else item for item in items]


def _hash_of_labels(record: Record) -> int:
    said = repr(sorted((label.category, tuple(label.bbox_xywh)) for label in record.labels))
    turned = [record.orientation, *(label.orientation for label in record.labels)]
    if any(orientation is not None for orientation in turned):
        said += repr(turned)
    if record.text:
        said += repr(sorted((line.text, line.bbox_xywh() or ()) for line in record.text))
    return stable_hash(said)


def _items(number: int, opened: Opened, request: MixRequest, reader: Reader) -> Iterator[Item]:
    part = opened.part
    for record in opened.data:
        _require_known(record, opened)
        new = renamed(record, opened, request)
        keys = list(keys_of(new, reader))
        lost = any(finding.code == LABEL_LEFT_OUT for finding in record.findings)
        emptied = bool(record.labels) and not new.labels
        out = BROKEN if lost and request.broken == "drop" else EMPTIED if emptied and request.emptied == "drop" else ""
        if new.synthetic and part.split is not None and part.split not in request.synthetic_in:
            hint = f"Add synthetic_in=[{TRAIN},{part.split}] if that is meant."
            where = f"data.{part.name}.split"
            raise ConfigError(where, "train for synthetic images", f"'{part.split}'", hint)
        yield Item(
            part=number,
            own_key=record.key,
            key=new.key,
            split=new.split,
            pinned=part.split is not None,
            synthetic=new.synthetic,
            counts=Counter(label.category for label in new.labels),
            is_good=is_good(new),
            keys=frozenset(key for key, role in keys if role != LEARNED),
            learned=frozenset(key for key, role in keys if role == LEARNED),
            image=reader(new.image),
            twin=None if new.twin is None else reader(new.twin),
            labels=_hash_of_labels(new),
            suffix=".png" if (turned := is_turned(Path(new.image))) else record.suffix,
            turned=turned,
            licence=new.licence,
            hidden=len(record.labels) - len(new.labels),
            says_source=bool(record.source_id or record.source_sha256),
            out=out,
        )


def _mapped(label: Label, classes: Mapping[str, str | None], mask: str) -> Label | None:
    """Return a label with its class in the mix and the mask asked for, where it has that; None: it is left out."""
    new = classes[label.category]
    has = mask != "exact" and getattr(label, mask) is not None
    chosen = label.with_flavour(mask) if has else label
    return None if new is None or chosen is None else replace(chosen, category=new)


def _group_of(record: Record, opened: Opened) -> str:
    assert opened.part.group is not None
    found = re.search(opened.part.group, _below(record.image, opened.data.root))
    if found is None:
        return ""
    return (found[1] or "") if found.re.groups else found[0]


def _below(image: str, root: Path) -> str:
    """Return an image's path below the data set; its name, where it lies elsewhere."""
    path = Path(image)
    if not path.is_absolute():
        return path.as_posix()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _require_known(record: Record, opened: Opened) -> None:
    if record.split not in SPLITS:
        raise FormatError(opened.data.root, f"image {record.key}", f"a split of {', '.join(SPLITS)}", record.split)
    for label in record.labels:
        if label.category not in opened.classes:
            known = ", ".join(opened.data.classes) or "none"
            raise FormatError(opened.data.root, f"image {record.key}", f"a class of {known}", label.category)


def _require_own_keys(items: Sequence[Item], opened: Opened) -> None:
    met: set[str] = set()
    for item in items:
        if item.own_key in met:
            raise FormatError(opened.data.root, f"image {item.own_key}", "a key of its own", "a second one")
        met.add(item.own_key)


def _require_group(items: Sequence[Item], opened: Opened) -> None:
    pattern = opened.part.group
    if pattern is not None and items and not any(key.startswith("group ") for item in items for key in item.keys):
        first = next(iter(opened.data))
        raise ConfigError(
            f"data.{opened.part.name}.group",
            "a pattern that is found in the images' paths",
            f"'{pattern}', found in none",
            f"The first path is {_below(first.image, opened.data.root)}.",
        )
