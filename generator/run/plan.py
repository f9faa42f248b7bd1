"""The data set as text, before it exists.

Counts are exact: every share is apportioned by largest remainder, over splits, defects per image and categories. No
list is ever built: which image has how many defects of which category is answered for any index by arithmetic on the
counts and a shuffle without memory, so that a plan of ten million opens at once. Splits go by provenance: each split
has its own slice of the good images. Source: own.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, nearest, require
from generator.core.ports import Source
from generator.core.sample import SampleSpec
from generator.core.seeds import Shuffle
from generator.run.counts import apportion, even_sizes, images_for, round_half_up, sizes_for, two_way, within

SPLITS = ("train", "val", "test")
MOST = 100_000_000
"""The largest number of images, or of defects of a category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What the user asks for.

    Attributes:
        count: number of images; None: as many as ``targets`` needs, or 64.
        good_share: share of the images that stay good, [0, 1].
        defects_per_image: least and most defects on a defective image; every number between is equally common.
        shares: relative share per category; None: ``usual_shares``.
        usual_shares: relative share per category, > 0, 1 for those not named; names that are no category are passed
            over, so that an experiment can state them whatever kinds are chosen.
        targets: exact number of defects per category; None: taken from ``count``. With both, the images that the
            targets do not need stay good, whatever ``good_share``.
        combinations: exact number of images that carry one defect of each of several categories, by the categories
            with + between them, such as ``{"scratch+pit": 10}``; they come on top of all the others.
        splits: relative share per split.
    """

    count: int | None = None
    good_share: float = 0.2
    defects_per_image: tuple[int, int] = (1, 2)
    shares: dict[str, float] | None = None
    usual_shares: dict[str, float] | None = None
    targets: dict[str, int] | None = None
    combinations: dict[str, int] | None = None
    splits: dict[str, float] | None = None

    def __post_init__(self) -> None:
        require(self.count is None or 0 <= self.count <= MOST, "count", f"a whole number in 0..{MOST}", self.count)
        require(0 <= self.good_share <= 1, "good_share", "a share in [0, 1]", self.good_share)
        low, high = self.defects_per_image
        require(1 <= low <= high <= 1000, "defects_per_image", "[low, high] with 1 <= low <= high", [low, high])
        for name, share in (self.shares or {}).items():
            require(0 <= share < math.inf, f"shares.{name}", "a number >= 0", share)
        require(self.shares is None or sum(self.shares.values()) > 0, "shares", "at least one share > 0", self.shares)
        for name, share in (self.usual_shares or {}).items():
            require(0 < share < math.inf, f"usual_shares.{name}", "a number > 0", share)
        for name, target in (self.targets or {}).items():
            require(0 <= target <= MOST, f"targets.{name}", f"a whole number in 0..{MOST}", target)
        require(not (self.shares and self.targets), "shares", "either shares or targets", "both")
        for name, number in (self.combinations or {}).items():
            parts, expected = (
                combined(name),
                "two or more different categories with + between them, such as scratch+pit",
            )
            sound = len(parts) > 1 and all(parts) and len(set(parts)) == len(parts)
            require(sound, "combinations", expected, f"'{name}'")
            require(0 <= number <= MOST, f"combinations.{name}", f"a whole number in 0..{MOST}", number)
        for name, share in (self.splits or {}).items():
            require(name in SPLITS, f"splits.{name}", "one of " + ", ".join(SPLITS), f"'{name}'")
            require(0 <= share < math.inf, f"splits.{name}", "a number >= 0", share)
        require(self.splits is None or sum(self.splits.values()) > 0, "splits", "at least one share > 0", self.splits)


def combined(name: str) -> tuple[str, ...]:
    """Return the categories of a combination such as ``scratch+pit``."""
    return tuple(part.strip() for part in name.split("+"))


class _Split:
    """The samples of one split: exact counts and where each index falls.

    Roles are dealt out by a shuffle: the first ones are good images, then those with the planned defects, then the
    combinations.
    """

    def __init__(
        self,
        name: str,
        first: int,
        good: int,
        per_image: Mapping[int, int],
        quotas: Sequence[int],
        combinations: Sequence[int],
        seed: int,
    ) -> None:
        self.name, self.first, self.good = name, first, good
        self.sizes = sorted(size for size, images in per_image.items() if images)
        self.images = [per_image[size] for size in self.sizes]
        self.image_ends = list(itertools.accumulate(self.images))
        self.quotas = list(quotas)
        self.quota_ends = list(itertools.accumulate(quotas))
        self.combination_ends = list(itertools.accumulate(combinations, initial=good + sum(self.images)))
        self.count = self.combination_ends[-1]
        self.defects = sum(quotas)
        self.roles = Shuffle(self.count, seed, f"roles/{name}")
        self.slots = Shuffle(self.defects, seed, f"slots/{name}")

    def categories_of(
        self, position: int, names: Sequence[str], combinations: Sequence[tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Return the categories of the defects of the sample at ``position`` within the split."""
        if self.good == self.count:
            return ()
        role = self.roles[position] - self.good
        if role < 0:
            return ()
        if role + self.good >= self.combination_ends[0]:
            return combinations[bisect.bisect_right(self.combination_ends, role + self.good) - 1]
        group = bisect.bisect_right(self.image_ends, role)
        size = self.sizes[group]
        before = self.image_ends[group - 1] if group else 0
        first = (
            sum(s * n for s, n in zip(self.sizes[:group], self.images[:group], strict=True)) + (role - before) * size
        )
        return tuple(
            names[bisect.bisect_right(self.quota_ends, self.slots[slot])] for slot in range(first, first + size)
        )


class Plan:
    """The specs of a data set, by index.

    Args:
        request: what is asked for.
        categories: the categories that the recipe can make; none: only good images can be planned.
        source: the good images.
        recipe: the recipe's name.
        seed: the run's seed, >= 0.

    Raises:
        ConfigError: it cannot be planned.
    """

    def __init__(self, request: PlanRequest, categories: Sequence[str], source: Source, recipe: str, seed: int) -> None:
        self.categories = tuple(categories)
        self.recipe, self.seed = recipe, seed
        self._source = source
        self.findings: tuple[Finding, ...] = ()
        self._combinations = tuple(combined(name) for name in request.combinations or {})
        for parts in self._combinations:
            self._check_names("plan.combinations", parts)
        weights = self._split_weights(request)
        self._splits = self._lay_out(request, weights)
        self.count = sum(split.count for split in self._splits)
        self._starts = [split.first for split in self._splits]
        self._digits = max(6, len(str(max(self.count - 1, 0))))
        self._slices = self._share_sources()

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[SampleSpec]:
        return (self[index] for index in range(self.count))

    def __getitem__(self, index: int) -> SampleSpec:
        """Return the spec at ``index``.

        Raises:
            IndexError: not in range(len(plan)).
        """
        if not 0 <= index < self.count:
            raise IndexError(index)
        which = bisect.bisect_right(self._starts, index) - 1
        while not self._splits[which].count:
            which -= 1
        split = self._splits[which]
        position = index - split.first
        first, number = self._slices[which]
        rank = first + (
            position if number is None else position * number // split.count if number < split.count else position
        )
        return SampleSpec(
            index=index,
            key=f"{index:0{self._digits}d}",
            split=split.name,
            recipe=self.recipe,
            source_id=self._source.source_id(rank),
            seed=self.seed,
            categories=split.categories_of(position, self.categories, self._combinations),
        )

    def table(self) -> dict[str, dict[str, Any]]:
        """Return, per split: ``images``, ``good`` images, and ``defects`` of each category, those combined included."""
        rows = {}
        for split in self._splits:
            defects = dict(zip(self.categories, split.quotas, strict=True))
            for parts, (start, end) in zip(self._combinations, itertools.pairwise(split.combination_ends), strict=True):
                for name in parts:
                    defects[name] += end - start
            rows[split.name] = {"images": split.count, "good": split.good, "defects": defects}
        return rows

    def _split_weights(self, request: PlanRequest) -> list[float]:
        """Return a weight per split; all to the first that has any if there are too few good images."""
        given = request.splits if request.splits is not None else {"train": 0.8, "val": 0.1, "test": 0.1}
        weights = [float(given.get(name, 0.0)) for name in SPLITS]
        count = None if self._source.count is None else len(self._source.parts)
        if count is not None and count < sum(weight > 0 for weight in weights):
            keep = max(range(len(weights)), key=lambda i: weights[i])
            asked = sum(weight > 0 for weight in weights)
            what = "good image(s)" if count == self._source.count else "part(s) on the good images"
            message = f"{count} {what} cannot be shared over {asked} splits; every sample goes to {SPLITS[keep]}"
            self.findings = (Finding(severity="warning", code="few_sources", message=message),)
            return [weight if i == keep else 0.0 for i, weight in enumerate(weights)]
        return weights

    def _lay_out(self, request: PlanRequest, weights: Sequence[float]) -> list[_Split]:
        targets = self._targets(request)
        low, high = request.defects_per_image
        if targets is None:
            count = 64 if request.count is None else request.count
            good = count if not self.categories else round_half_up(count * request.good_share)
            images = apportion(count, weights)
            goods = within(good, images)
            per_image = [even_sizes(n - g, low, high) for n, g in zip(images, goods, strict=True)]
            defects = [sum(size * n for size, n in sizes.items()) for sizes in per_image]
            shares = self._shares(request)
            quotas = two_way(apportion(sum(defects), shares), defects)
        else:
            defects = apportion(sum(targets), weights)
            per_image, goods = self._fit_targets(request, defects, low, high)
            quotas = two_way(targets, defects)
        numbers = list((request.combinations or {}).values())
        combinations = two_way(numbers, apportion(sum(numbers), weights))
        splits, first = [], 0
        for name, good, sizes, quota, extra in zip(SPLITS, goods, per_image, quotas, combinations, strict=True):
            splits.append(_Split(name, first, good, sizes, quota, extra, self.seed))
            first += splits[-1].count
        return splits

    def _fit_targets(
        self, request: PlanRequest, defects: Sequence[int], low: int, high: int
    ) -> tuple[list[dict[int, int]], list[int]]:
        """Return images per number of defects, and good images, per split, for exact numbers of defects."""
        if request.count is None:
            images = [images_for(n, low, high) for n in defects]
            total = sum(images)
            good = total if not total else round_half_up(total * request.good_share / max(1e-9, 1 - request.good_share))
            if request.good_share >= 1 and total:
                raise ConfigError("plan.good_share", "a share < 1 together with targets", request.good_share)
            goods = apportion(good, images)
        else:
            good = round_half_up(request.count * request.good_share)
            wanted = apportion(request.count - good, defects)
            images = [max(-(-n // high), min(n // low, k)) for n, k in zip(defects, wanted, strict=True)]
            if sum(images) > request.count:
                raise ConfigError(
                    "plan.count",
                    f"at least {sum(images)} images for {sum(defects)} defects at up to {high} an image",
                    request.count,
                    "Raise count or plan.defects_per_image, or leave count=null.",
                )
            goods = apportion(request.count - sum(images), images if sum(images) else [1, 0, 0])
        per_image = [sizes_for(n, k, low, high) for n, k in zip(defects, images, strict=True)]
        return per_image, goods

    def _targets(self, request: PlanRequest) -> list[int] | None:
        if request.targets is None:
            return None
        self._check_names("plan.targets", request.targets)
        return [request.targets.get(name, 0) for name in self.categories]

    def _shares(self, request: PlanRequest) -> list[float]:
        if request.shares is None:
            return [(request.usual_shares or {}).get(name, 1.0) for name in self.categories]
        self._check_names("plan.shares", request.shares)
        return [request.shares.get(name, 0.0) for name in self.categories]

    def _check_names(self, where: str, given: Iterable[str]) -> None:
        for name in given:
            if name not in self.categories:
                hint = nearest(name, self.categories) + " Choose its kind with defect=[...]."
                raise ConfigError(f"{where}.{name}", "a category of the chosen defects", f"'{name}'", hint)

    def _share_sources(self) -> list[tuple[int, int | None]]:
        """Return, per split, the first rank of its good images and how many it has; None: one a sample."""
        total = self._source.count
        if total is None:
            return [(split.first, None) for split in self._splits]
        used = [split.count for split in self._splits]
        numbers = apportion(total, used)
        for i, (number, samples) in enumerate(zip(numbers, used, strict=True)):
            if samples and not number:  # a split that has samples has at least one good image
                numbers[max(range(len(numbers)), key=lambda k: numbers[k])] -= 1
                numbers[i] = 1
        ends = _at_parts(list(itertools.accumulate(numbers)), used, self._source.parts, total)
        return [(first, end - first) for first, end in itertools.pairwise([0, *ends])]


def _at_parts(ends: Sequence[int], used: Sequence[int], parts: Sequence[int], total: int) -> list[int]:
    """Return where each split's good images end, moved so that no part is cut.

    Args:
        ends: ranks, ascending, the last of them ``total``.
        used: samples per split; a split with samples keeps one part at least, and there are as many parts.
        parts: the rank of each part's first image.
        total: number of images.
    """
    if len(parts) == total:
        return list(ends)
    bounds, moved, taken = [*parts, total], [], 0  # parts
    for which, end in enumerate(ends):
        if used[which]:
            near = bisect.bisect_left(bounds, end)
            near -= bool(near) and end - bounds[near - 1] < bounds[near] - end
            later = sum(1 for samples in used[which + 1 :] if samples)
            taken = min(max(near, taken + 1), len(parts) - later)
        moved.append(bounds[taken])
    return moved
