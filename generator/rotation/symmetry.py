"""How often a part looks the same in a full turn: as stated, or measured on good images.

An order holds if the part looks alike after that part of a turn; so the turns by the powers of primes are measured, and
the largest order is their product. All of them, and a turn that is no part of any, mean that it looks alike at every
angle. Where fine teeth make most of what changes around the centre, the order is a part of their number, which the
spectrum tells: then its primes are measured, and no others, after whose turns teeth could nearly meet other teeth. One
order is decided for all images, by the middle one of those looked at, so that labels agree. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import RangeError
from generator.core.sample import GoodImage
from generator.rotation.likeness import Likeness, Portrait

Chains = tuple[tuple[int, ...], ...]  # turns, each an order; one holds only where those before it in its chain do

AUTO, CIRCULAR = "auto", "circular"
_MOST = 360
_CHAINS = ((2, 4, 8), (3, 9), (5,), (7,), (11,), (13,))
_FINE, _TEETH_SHARE = 14, 0.3  # teeth a turn beyond the chains, and their share of what changes around the centre
_FAR = (0.25, 0.382)  # of a turn: a small one leaves an oval, or a mark near the centre, where it was
_NO_PART_DEG = 360.0 * (math.sqrt(5.0) - 1.0) / 2.0  # the golden section of a turn, far from every small part of one
_WORSE, _LOST = 3.0, 0.005  # how much more of the correlation an order may lose than the best one, and beside
_FIRST, _CLEARLY_OFF = 3, 2.0  # images that settle it alone where all of them are so far from alike
_AGREE = 0.75  # of the images, below which a warning says that they differ


@dataclass(frozen=True, slots=True)
class Symmetry:
    """How often a part looks the same in a full turn.

    Attributes:
        order: 1..360; 0: at every angle; None: to be measured.
        findings: what was measured.
    """

    order: int | None
    findings: tuple[Finding, ...] = ()

    @classmethod
    def parse(cls, value: object) -> Symmetry:
        """Read an order, ``circular`` or ``auto``.

        Raises:
            RangeError: it is none of these.
        """
        if isinstance(value, Symmetry):
            return value
        if value in (AUTO, CIRCULAR):
            return cls(None if value == AUTO else 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
            raise RangeError("", f"a whole number in 1..{_MOST}, circular, or auto", value)
        return cls(value)

    @property
    def known(self) -> int:
        """The order.

        Raises:
            RangeError: it has not been measured.
        """
        if self.order is None:
            raise RangeError("symmetry", "an order, or images to measure it on", AUTO)
        return self.order

    @property
    def digest(self) -> str:
        """What was measured, for the hash of what a run reads; empty: it is stated."""
        return f"symmetry {self.order}" if self.findings else ""

    def measured(self, goods: Iterable[GoodImage]) -> Symmetry:
        """Return the symmetry, measured on good images if it is not stated; these are gone through only then."""
        if self.order is not None:
            return self
        portraits = [portrait for portrait in map(Portrait.of, goods) if portrait is not None]
        if not portraits:
            message = "symmetry=auto: the images are too small to measure it: symmetry 1"
            return Symmetry(1, (Finding(severity="warning", code="symmetry", message=message),))
        teeth = _fine_teeth(portraits)
        too_fine = teeth > 0 and _holds([p.likeness(360.0 * (teeth // 2 + 0.5) / teeth) for p in portraits[:_FIRST]])
        chains = _powers(teeth) if teeth and not too_fine else _CHAINS
        seen = _looked_at(portraits, chains if not _run_one_way(portraits) else ((2,),))
        order = _order_of(_alike(seen), chains)
        findings = _findings(order, seen, portraits, chains)
        if too_fine and order not in (0, teeth):
            message = (
                f"symmetry=auto: something repeats {teeth} times a turn, too finely to be compared; where that is so, "
                f"set symmetry={teeth}, and circular where it does not matter"
            )
            findings += (Finding(severity="warning", code="symmetry_fine", message=message),)
        return Symmetry(order, findings)


STATED_ONCE = Symmetry(1)
"""Of a part that looks the same once in a full turn."""


def _fine_teeth(portraits: list[Portrait]) -> int:
    """Return how many fine teeth, or holes, a turn has; 0: there are none that stand out of all that changes in it."""
    power = np.mean([portrait.spectrum(_MOST) for portrait in portraits[:_FIRST]], axis=0)
    teeth = int(power.argmax())
    return teeth if teeth >= _FINE and power[::teeth].sum() >= _TEETH_SHARE and not _run_one_way(portraits) else 0


def _powers(number: int) -> Chains:
    """Return the powers of primes that divide a number, by prime."""
    chains = []
    for prime in range(2, number + 1):
        powers = []
        while number % prime == 0:
            number //= prime
            powers.append(prime ** (len(powers) + 1))
        if powers:
            chains.append(tuple(powers))
    return tuple(chains)


def _looked_at(portraits: list[Portrait], chains: Chains) -> dict[int, list[Likeness]]:
    """Return the likeness of each image after 1 / turn of a circle; 0 stands for a turn that is no part of one."""
    seen: dict[int, list[Likeness]] = {}
    for chain in chains:
        for turn in chain:
            seen[turn] = [_after(portrait, turn) for portrait in portraits[:_FIRST]]
            if min(one.strain for one in seen[turn]) <= _CLEARLY_OFF:
                seen[turn] += [_after(portrait, turn) for portrait in portraits[_FIRST:]]
            if not _holds(seen[turn]):
                break
    if chains == _CHAINS and all(chain[-1] in seen for chain in chains):
        seen[0] = [portrait.likeness(_NO_PART_DEG) for portrait in portraits]
    return seen


def _after(portrait: Portrait, turn: int) -> Likeness:
    """Return the likeness after 1 / turn of a circle, and where that is little, the least one after some of them."""
    least = portrait.likeness(360.0 / turn)
    for share in _FAR if turn >= _FINE else ():
        if least.strain <= 1.0:
            least = max(least, portrait.likeness(360.0 * round(share * turn) / turn), key=lambda one: one.strain)
    return least


def _run_one_way(portraits: list[Portrait]) -> bool:
    return sum(portrait.runs_one_way for portrait in portraits) * 2 > len(portraits)


def _holds(likenesses: list[Likeness]) -> bool:
    return median(likeness.strain for likeness in likenesses) <= 1.0


def _alike(seen: dict[int, list[Likeness]]) -> list[int]:
    """Return the turns after which the part looks alike, and not much less so than after the best of them."""
    held = {turn: median(one.correlation for one in ones) for turn, ones in seen.items() if _holds(ones)}
    least = 1.0 - _WORSE * (1.0 - max(held.values(), default=1.0)) - _LOST
    return [turn for turn, correlation in held.items() if correlation >= least]


def _order_of(alike: Iterable[int], chains: Chains) -> int:
    """Return the order that the turns make; 0: every angle."""
    held = set(alike)
    order, is_round = 1, 0 in held
    for chain in chains:
        for turn in chain:
            if turn not in held:
                is_round = False
                break
            order *= turn // math.gcd(order, turn)
    return 0 if is_round or order > _MOST else order


def _findings(
    order: int, seen: dict[int, list[Likeness]], portraits: list[Portrait], chains: Chains
) -> tuple[Finding, ...]:
    """Return what was measured, in words."""
    parts = [turn for turn in seen if turn and (order == 0 or order % turn == 0)]
    shown = parts or [min(seen, key=lambda turn: median(one.strain for one in seen[turn]))]
    worst = max(shown, key=lambda turn: median(one.strain for one in seen[turn]))
    middle = sorted(seen[worst], key=lambda one: one.strain)[(len(seen[worst]) - 1) // 2]
    numbers = (
        f"correlation {middle.correlation:.3f}; largest difference {middle.difference:.1%} of the contrast, "
        f"noise allows {middle.allowed:.1%}; {len(seen[worst])} good images"
    )
    subject = "the part" if all(portrait.is_part for portrait in portraits) else "the image"
    said, severity = f"symmetry=auto: {subject} looks alike", "info"
    if order == 0:
        said += f" at every angle ({numbers}): no angle is defined, so angle_deg is left empty (circular)"
        severity = "warning"
    elif order == 1:
        degrees = 360.0 / worst if worst else _NO_PART_DEG
        said += f" after no part of a turn, closest after {degrees:.4g} degrees ({numbers}): symmetry 1"
    else:
        said += f" every {360.0 / order:.4g} degrees ({numbers}): symmetry {order}, angles are in "
        said += f"(-{180.0 / order:.4g}, {180.0 / order:.4g}]"
    found = [Finding(severity=severity, code="symmetry", message=said)]
    differ = [turn for turn in seen if turn and not _agree(seen[turn])]
    if differ:
        asked = seen[differ[0]]
        alike = sum(one.strain <= 1.0 for one in asked)
        message = (
            f"symmetry=auto: {alike} of {len(asked)} good images look alike after {360.0 / differ[0]:.4g} degrees, "
            "the others do not; where parts of several kinds are mixed, make a data set of each, or set symmetry"
        )
        found.append(Finding(severity="warning", code="symmetry_differs", message=message))
    outline = _outline(portraits, chains) if order == 1 and all(portrait.is_part for portrait in portraits) else 1
    if outline != 1:
        known = CIRCULAR if outline == 0 else str(outline)
        message = (
            f"symmetry=auto: the outline alone has symmetry {known}; if nothing but light or dirt tells its turns "
            f"apart, set symmetry={known}"
        )
        found.append(Finding(severity="info", code="symmetry_outline", message=message))
    return tuple(found)


def _outline(portraits: list[Portrait], chains: Chains) -> int:
    """Return the order of the outline alone."""
    turns = (*((0,) if chains == _CHAINS else ()), *(turn for chain in chains for turn in chain))
    alike = [
        turn
        for turn in turns
        if median(p.has_outline_like(360.0 / turn if turn else _NO_PART_DEG) for p in portraits) >= 1
    ]
    return _order_of(alike, chains)


def _agree(likenesses: list[Likeness]) -> bool:
    alike = sum(one.strain <= 1.0 for one in likenesses) / len(likenesses)
    return max(alike, 1.0 - alike) >= _AGREE
