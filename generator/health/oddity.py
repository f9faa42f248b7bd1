"""Images that stand clearly apart from their set: dark, bright, flat, blurred, of another colour, size or depth.

Each property is compared with the set's own median in units of its robust spread (1.4826 median absolute deviations);
an image is named only where it is both many spreads and a plain factor away, so that a set of one kind has none.
Source: own; the robust z-score of Iglewicz and Hoaglin (1993).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.health.look import Look

_LEAST_IMAGES = 8  # of fewer there is no spread to speak of
_FAR = 6.0  # spreads
_LEAST_SPREAD = 0.05  # of logarithms: 5 %
_BLACK, _BURNT = 0.02, 0.25
_MINORITY, _FEW = 0.2, 0.1
_COLOUR_STEP = 0.2  # of the logarithm of a channel against green
WHITES = (1023, 4095, 16383, 65535)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """An image that stands apart.

    Attributes:
        kind: ``dark``, ``bright``, ``overexposed``, ``low_contrast``, ``blurred``, ``colour``, ``size``,
            ``channels`` or ``depth``.
        image: its number.
        message: in what, with the number and the set's own.
    """

    kind: str
    image: int
    message: str


def find_oddities(looks: Sequence[Look]) -> list[Oddity]:
    """Return the images that stand apart from the others, by kind and number."""
    found = [oddity for find in (_exposure, _sharpness, _colour, _form) for oddity in find(looks)]
    return sorted(found, key=lambda oddity: (oddity.kind, oddity.image))


def white_of(looks: Sequence[Look]) -> dict[int, int]:
    """Return the full scale by bits: 255 for 8, for 16 the smallest of 10, 12, 14, 16 bit that holds every image."""
    deep = max((look.top for look in looks if look.bits == 16), default=0)
    return {8: 255, 16: next(white for white in WHITES if deep <= white)}


def _exposure(looks: Sequence[Look]) -> Iterator[Oddity]:
    white = white_of(looks)
    mean = np.array([look.mean / white[look.bits] for look in looks])
    spread = np.array([look.spread / white[look.bits] for look in looks])
    clipped = np.array([look.clipped for look in looks])
    middle, usual = float(np.median(mean)), float(np.median(clipped))
    dark = set(_apart(np.log(mean + 1e-3), below=0.5)) | set(np.flatnonzero(mean < _BLACK).tolist())
    for number in sorted(dark):
        yield Oddity(kind="dark", image=number, message=f"mean {mean[number]:.1%} of white, the set's {middle:.1%}")
    burnt = set(np.flatnonzero(clipped > usual + _BURNT).tolist())
    for number in sorted(burnt):
        said = f"{clipped[number]:.0%} of its pixels are white, the set's {usual:.0%}"
        yield Oddity(kind="overexposed", image=number, message=said)
    for number in _apart(np.log(mean + 1e-3), above=1.6):
        if number not in burnt:
            said = f"mean {mean[number]:.1%} of white, the set's {middle:.1%}"
            yield Oddity(kind="bright", image=number, message=said)
    flat = float(np.median(spread))
    for number in _apart(np.log(spread / np.maximum(mean, 0.05) + 1e-3), below=0.4):
        if number not in burnt:
            said = f"grey values spread over {spread[number]:.1%} of white, the set's over {flat:.1%}"
            yield Oddity(kind="low_contrast", image=number, message=said)


def _sharpness(looks: Sequence[Look]) -> Iterator[Oddity]:
    sharp = np.array([look.sharpness for look in looks])
    seen = np.flatnonzero(sharp > 0)
    if len(seen) < _LEAST_IMAGES:
        return
    middle = float(np.median(sharp[seen]))
    for place in _apart(np.log(sharp[seen]), below=0.4):
        number = int(seen[place])
        said = f"fine detail {sharp[number] / middle:.2f} of the set's median"
        yield Oddity(kind="blurred", image=number, message=said)


def _colour(looks: Sequence[Look]) -> Iterator[Oddity]:
    ratio = np.array([[np.log((v + 1) / (look.rgb[1] + 1)) for v in (look.rgb[0], look.rgb[2])] for look in looks])
    middle = np.median(ratio, axis=0)
    off = np.abs(ratio - middle).max(axis=1)
    spread = max(1.4826 * float(np.median(off)), _LEAST_SPREAD)
    if len(looks) < _LEAST_IMAGES:
        return
    apart = np.flatnonzero((off > _FAR * spread) & (off > _COLOUR_STEP)).tolist()
    for number in apart if len(apart) <= _FEW * len(looks) else ():  # many are another kind of product
        red, blue = np.exp(ratio[number])
        said = f"red {red:.2f} and blue {blue:.2f} of green, the set's {np.exp(middle[0]):.2f} and "
        yield Oddity(kind="colour", image=number, message=said + f"{np.exp(middle[1]):.2f}")


def _form(looks: Sequence[Look]) -> Iterator[Oddity]:
    forms: tuple[tuple[str, Callable[[Look], Any], Callable[[Any], str]], ...] = (
        ("size", lambda look: look.wh, lambda wh: f"{wh[0]} x {wh[1]} px"),
        ("channels", lambda look: look.channels, lambda channels: {1: "grey", 3: "colour"}[channels]),
        ("depth", lambda look: look.bits, lambda bits: f"{bits} bit"),
    )
    for kind, of, said in forms:
        counts = Counter(of(look) for look in looks)
        usual, most = counts.most_common(1)[0]
        if most < (1 - _MINORITY) * len(looks):
            continue
        for number, look in enumerate(looks):
            if of(look) != usual:
                yield Oddity(kind=kind, image=number, message=f"{said(of(look))}, most are {said(usual)}")


def _apart(logs: np.ndarray, below: float = 0.0, above: float = 0.0) -> list[int]:
    """Return where logarithms lie far from their median: under ``below`` times it, or over ``above`` times it."""
    if len(logs) < _LEAST_IMAGES:
        return []
    middle = float(np.median(logs))
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), _LEAST_SPREAD)
    if below:
        return np.flatnonzero((logs < middle - _FAR * spread) & (logs < middle + np.log(below))).tolist()
    return np.flatnonzero((logs > middle + _FAR * spread) & (logs > middle + np.log(above))).tolist()
