"""Where each image of a mix stands, decided by provenance.

Real images that share a key of provenance (file, pixels, part, source image, twin) belong together, directly or through
others; such a family stands on one side as a whole. Synthetic images do not bind real ones together: one that stands on
an image of val or test, or carries a cut-out of one, is left out instead, because a bank of cut-outs would else tie a
whole data set into one family. Where synthetic images are allowed in val or test they count as real ones do.

Shares are reached by iterative stratification over families: the class with the fewest images left is spread first,
each family to the split that lacks most of that class. How many images a split gets is fixed before, by largest
remainder, and exceeded only where a family does not fit.
Source: own; the stratification is Sechidis, Tsoumakas, Vlahavas 2011, with families in place of images.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from generator.core.errors import ConfigError
from generator.core.seeds import stable_hash
from generator.dataset.view import SPLITS
from generator.mix.item import Item
from generator.mix.request import TRAIN, MixRequest

LEAK = "it stands on two sides"
COPY = "the same image is there from another data set"
STANDS_ON_HELD_OUT = "synthetic, and it belongs with images of val or test"
_RANK = {split: rank for rank, split in enumerate(SPLITS)}  # the later, the better protected


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Images that belong together.

    Attributes:
        members: numbers of the items, ascending.
        name: the key of the first, which decides between equals.
    """

    members: tuple[int, ...]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where the items stand.

    Attributes:
        splits: per item its split; None: it is left out.
        reasons: why, for those that are left out.
        leaks: what stood on two sides, each as split -> keys.
        notes: what else is to be said.
    """

    splits: tuple[str | None, ...]
    reasons: Mapping[int, str]
    leaks: tuple[Mapping[str, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()


def families(items: Sequence[Item], members: Sequence[int]) -> list[Family]:
    """Return the families of some of the items, in the order of their first members."""
    parent = {number: number for number in members}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number in members:
        for key in items[number].keys:
            one, other = root(number), root(first.setdefault(key, number))
            parent[max(one, other)] = min(one, other)
    together: dict[int, list[int]] = {}
    for number in members:
        together.setdefault(root(number), []).append(number)
    return [Family(members=tuple(m), name=items[m[0]].key) for m in together.values()]


def place_items(items: Sequence[Item], request: MixRequest) -> Placing:
    """Return where each item stands.

    Raises:
        ConfigError: there is a leak and ``on_leak`` is fail, or nothing can reach the shares.
    """
    return _Placer(items, request).placing()


class _Placer:
    def __init__(self, items: Sequence[Item], request: MixRequest) -> None:
        self._items, self._request = items, request
        self._splits: list[str | None] = [None] * len(items)
        self._reasons = {number: item.out for number, item in enumerate(items) if item.out}
        self._leaks: list[dict[str, tuple[str, ...]]] = []
        self._notes: list[str] = []
        self._binds_synthetic = len(request.synthetic_in) > 1

    def placing(self) -> Placing:
        synthetic = [n for n, item in enumerate(self._items) if item.synthetic and not self._binds_synthetic]
        binding = sorted(set(range(len(self._items))) - set(synthetic))
        found = families(self._items, binding)  # what is left out binds too: through it others show the same part
        self._drop_copies({n: self._stated_side(n) for n in binding if n not in self._reasons})
        left = [replace(f, members=tuple(n for n in f.members if n not in self._reasons)) for f in found]
        left = [family for family in left if family.members]
        if self._request.splits is None:
            for family in left:
                self._keep(family)
        else:
            self._share_out(left, self._request.splits)
        self._drop_copies({n: side for n in binding if (side := self._splits[n]) is not None})
        self._place_synthetic([n for n in synthetic if n not in self._reasons], found)
        if self._leaks and self._request.on_leak == "fail":
            raise ConfigError(
                "data",
                "data sets in which nothing stands on two sides",
                f"{len(self._leaks)} leaks, such as {described(self._leaks[0])}",
                "Choose on_leak=drop (the images of train go) or on_leak=move (all of them to train).",
            )
        return Placing(
            splits=tuple(self._splits), reasons=self._reasons, leaks=tuple(self._leaks), notes=tuple(self._notes)
        )

    def _stated_side(self, number: int) -> str:
        """Return where an item has to stand by what was stated; empty: anywhere."""
        item = self._items[number]
        stated = item.pinned or self._request.splits is None
        return item.split if stated and self._allowed(item, item.split) else ""

    def _allowed(self, item: Item, side: str) -> bool:
        return not item.synthetic or side in self._request.synthetic_in

    def _drop(self, number: int, reason: str) -> None:
        self._splits[number] = None
        self._reasons.setdefault(number, reason)

    def _drop_copies(self, sides: Mapping[int, str]) -> None:
        """Leave out real images of which another data set has the same on that side; those with a side go first.

        Copies within one data set stay: it is its owner's to judge them, and they stand on one side together.
        """
        kept: dict[str, dict[str, int]] = {}  # image -> side -> number of the data set
        for number, side in sorted(sides.items(), key=lambda pair: (not pair[1], pair[0])):
            item = self._items[number]
            if item.synthetic or not item.image.file:
                continue
            there = kept.setdefault(item.image.pixels or item.image.file, {})
            if any(part != item.part for met, part in there.items() if met == side or not side):
                self._drop(number, COPY)
            else:
                there.setdefault(side, item.part)

    def _note_leak(self, sides: Mapping[str, Sequence[int]]) -> None:
        self._leaks.append(
            {s: tuple(self._items[n].key for n in sides[s]) for s in sorted(sides, key=_RANK.__getitem__)}
        )

    def _keep(self, family: Family) -> None:
        """Leave a family where it is; where it stands on two sides, do what was asked."""
        sides = self._sides(family.members)
        if len(sides) > 1:
            self._note_leak(sides)
        self._settle(family, sides)

    def _sides(self, members: Sequence[int]) -> dict[str, list[int]]:
        sides: dict[str, list[int]] = {}
        for number in members:
            if side := self._stated_side(number):
                sides.setdefault(side, []).append(number)
        return sides

    def _settle(self, family: Family, sides: Mapping[str, Sequence[int]]) -> None:
        """Place a family by the sides that its members are stated to be on; none: in train."""
        side = max(sides, key=_RANK.__getitem__, default=TRAIN)
        moves = self._request.on_leak == "move" and len(sides) > 1
        if moves:
            pinned = {self._items[n].split for n in family.members if self._items[n].pinned}
            side = max(pinned, key=_RANK.__getitem__) if pinned else TRAIN
        for number in family.members:
            stated = self._stated_side(number)
            if stated in ("", side) or (moves and not self._items[number].pinned):
                self._put(number, side)
            else:
                self._drop(number, LEAK)

    def _put(self, number: int, side: str) -> None:
        if self._allowed(self._items[number], side):
            self._splits[number] = side
        else:
            self._drop(number, STANDS_ON_HELD_OUT)

    def _share_out(self, found: Sequence[Family], shares: Mapping[str, float]) -> None:
        free: list[Family] = []
        for family in found:
            sides = self._sides(family.members)
            if len(sides) > 1:
                self._note_leak(sides)
            if sides:
                self._settle(family, sides)
            else:
                free.append(family)
        if not found:
            hint = "Real images are shared out; add synthetic_in=[train,val,test] to share out synthetic ones."
            raise ConfigError("splits", "real images to share out", "none", hint)
        chosen = stratified(self._items, free, shares, self._request.seed)
        for family, split in zip(free, chosen, strict=True):
            for number in family.members:
                self._put(number, split)
        self._note_shares(free, chosen, shares)

    def _note_shares(self, free: Sequence[Family], chosen: Sequence[str], shares: Mapping[str, float]) -> None:
        given: Counter[str] = Counter()
        for family, split in zip(free, chosen, strict=True):
            given[split] += len(family.members)
        asked = largest_remainder(given.total(), shares)
        if any(given[split] != number for split, number in asked.items()):
            said = ", ".join(f"{split} {given[split]} of {number}" for split, number in asked.items())
            most = max(len(family.members) for family in free)
            self._notes.append(
                f"images that belong together kept the splits from their shares: {said}; up to {most} do"
            )

    def _place_synthetic(self, numbers: Sequence[int], found: Sequence[Family]) -> None:
        """Put synthetic images into train, unless what they stand on is held out."""
        held_out: dict[str, tuple[str, str]] = {}  # key of provenance -> side, an image there
        for family in found:
            there = [(side, self._items[n].key) for n in family.members if (side := self._splits[n])]
            if there and there[0][0] != TRAIN:
                held_out.update((key, there[0]) for n in family.members for key in self._items[n].keys)
        for number in numbers:
            item = self._items[number]
            stands_on = {side: key for side, key in sorted(held_out[k] for k in item.keys if k in held_out)}
            if not stands_on:
                self._splits[number] = TRAIN
                continue
            if self._request.splits is None and item.split == TRAIN:
                self._leaks.append({TRAIN: (item.key,), **{side: (key,) for side, key in stands_on.items()}})
            self._drop(number, STANDS_ON_HELD_OUT)


def stratified(items: Sequence[Item], found: Sequence[Family], shares: Mapping[str, float], seed: int) -> list[str]:
    """Return a split for each family.

    Args:
        items: all items.
        found: the families to share out.
        shares: of each split, summing to 1.
        seed: decides between equals.
    """
    splits = [split for split in SPLITS if shares.get(split)]
    counts = [Counter(c for n in family.members for c in items[n].categories) for family in found]
    sizes = [len(family.members) for family in found]
    totals = sum(counts, Counter[str]())
    room = largest_remainder(sum(sizes), {split: shares[split] for split in splits})
    lacks = {category: {s: shares[s] * total for s in splits} for category, total in totals.items()}
    left = Counter(totals)
    waiting = sorted(range(len(found)), key=lambda i: (-sizes[i], stable_hash(f"{seed} {found[i].name}")))
    chosen = [""] * len(found)
    while waiting:
        rarest = min((c for c in left if left[c] > 0), key=lambda c: (c == "", left[c], c))
        for i in [i for i in waiting if counts[i][rarest]]:
            fitting = [s for s in splits if room[s] >= sizes[i]]
            most_room = max(room.values())
            among = fitting or [s for s in splits if room[s] == most_room]
            chosen[i] = max(among, key=lambda s: (lacks[rarest][s], room[s] / shares[s], -_RANK[s]))
            room[chosen[i]] -= sizes[i]
            for category, number in counts[i].items():
                lacks[category][chosen[i]] -= number
                left[category] -= number
        waiting = [i for i in waiting if not chosen[i]]
    return chosen


def largest_remainder(total: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return whole numbers that sum to ``total`` and lie nearest to the shares of it."""
    whole = {name: int(total * share + 1e-9) for name, share in shares.items()}
    rest = sorted(shares, key=lambda name: whole[name] - total * shares[name])
    for name in rest[: total - sum(whole.values())]:
        whole[name] += 1
    return whole


def described(leak: Mapping[str, Sequence[str]]) -> str:
    """Return a leak in words, such as ``a__1 (train) and a__2, a__3 (test)``."""
    sides = []
    for split, keys in leak.items():
        named = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        sides.append(f"{named} ({split})")
    return " and ".join(sides)
