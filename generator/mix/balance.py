"""How many synthetic images a mix takes, which, and how often a trainer should see each image.

Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from generator.core.seeds import stable_hash
from generator.mix.item import Item

CAPPED = "more synthetic images than the ratio takes"


def most_synthetic(real: int, asked_share: float) -> int:
    """Return the most synthetic images beside ``real`` real ones that stay within a share of both in [0, 1)."""
    return int(real * asked_share / (1 - asked_share) + 1e-9)


def choose(items: Sequence[Item], candidates: Sequence[int], number: int, seed: int) -> list[int]:
    """Return which synthetic images to take: good ones in the share they have, the others so that classes come even.

    Each in turn comes from the class of which the fewest defects were taken so far; an image with several classes
    belongs to the one that has the fewest candidates.

    Args:
        items: all items.
        candidates: numbers of the synthetic images there are.
        number: how many to take, at most as many as there are.
        seed: decides between equals.

    Returns:
        Numbers of the chosen ones, ascending.
    """
    if number >= len(candidates):
        return list(candidates)
    order = sorted(candidates, key=lambda n: (stable_hash(f"{seed} {items[n].key}"), items[n].key))
    good = [n for n in order if not items[n].counts]
    most_good = round(number * len(good) / len(candidates))
    taken = good[:most_good]
    carrying = Counter(category for n in order for category in items[n].counts)
    waiting: dict[str, list[int]] = {}
    for n in order:
        if items[n].counts:
            rarest = min(items[n].counts, key=lambda category: (carrying[category], category))
            waiting.setdefault(rarest, []).append(n)
    met: Counter[str] = Counter()
    heap = [(0, category) for category in waiting]
    heapify(heap)
    places = dict.fromkeys(waiting, 0)
    while len(taken) < number and heap:
        seen, category = heappop(heap)
        if seen < met[category]:  # it came along on another class's image meanwhile
            heappush(heap, (met[category], category))
            continue
        chosen = waiting[category][places[category]]
        places[category] += 1
        taken.append(chosen)
        met.update(items[chosen].counts)
        if places[category] < len(waiting[category]):
            heappush(heap, (met[category], category))
    return sorted(taken + good[most_good : most_good + number - len(taken)])


def weights(items: Sequence[Item], asked_share: float | None) -> list[float]:
    """Return how often a trainer should draw each image of train, 1 on average.

    ``weight = class weight x origin weight``. The class weight is 1 / n of the image's rarest class, where n is the
    number of train images that show the class, and good images are a class of their own. The origin weight is one
    number for all real and one for all synthetic images, such that the synthetic ones together have the share asked for
    of the sum of all weights: that of ``ratio`` or ``synthetic_share``, or, where none was asked for, their share of
    the images.

    Args:
        items: the images of train.
        asked_share: of synthetic images, in [0, 1); None: none was asked for.
    """
    if not items:
        return []
    shown = Counter(category for item in items for category in item.categories)
    by_class = [max(1 / shown[category] for category in item.categories) for item in items]
    mass = {True: 0.0, False: 0.0}
    for item, weight in zip(items, by_class, strict=True):
        mass[item.synthetic] += weight
    synthetic = sum(item.synthetic for item in items)
    share = synthetic / len(items) if asked_share is None else asked_share
    if not mass[True] or not mass[False]:
        share = 1.0 if mass[True] else 0.0
    origin = {True: share / mass[True] if mass[True] else 0.0, False: (1 - share) / mass[False] if mass[False] else 0.0}
    return [len(items) * weight * origin[item.synthetic] for item, weight in zip(items, by_class, strict=True)]
