"""What an augmentation is asked for, and how many defects of each class that makes.

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from generator.core.errors import ConfigError, nearest
from generator.run.counts import apportion
from generator.run.plan import MOST, combined

BANK, FITTED, PROCEDURAL = "bank", "fitted", "procedural"
LEARNED = ("gan", "diffusion", "diffusion_inpaint")
"""Makers that paint with a trained model, by its kind."""
MAKERS = (BANK, FITTED, PROCEDURAL, *LEARNED)
USUAL = MappingProxyType({BANK: 1.0})
LARGEST = "largest"
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentRequest:
    """What is asked for.

    Attributes:
        target: defects of each class in train: ``largest``: as many as the most frequent class has; a number; or a
            number a class, where those not named stay as they are.
        cap: most made defects per real one of a class.
        makers: share of each maker in the made defects, or, for single classes, of each maker by the class's name.
        kinds: the catalogue's kinds, such as ``metal/scratch``, that the procedural maker draws a class with.
        models: folder of the trained model of each maker in ``LEARNED`` that has a share.
        combinations: images that carry several classes, such as ``{"hole+scratch": 10}``; they count for the targets.
        good_share: least share of good images in train, [0, 1); None: those that there are.
        defects_per_image: least and most made defects on an image.
        splits: shares that real images are shared out by anew, by provenance; None: as they are.
        group: a pattern searched in a real image's path; what its first bracket finds is the part that it shows.
            None: as its records say.
        on_leak: what becomes of real images that stand on two sides, see ``mix.request``.
        good: folder of more good images; None: those of train, or its defective ones with their defects filled in.
        seed: of all that is drawn.
        rounds: how often rejected samples are made up for.
        bound: most that feedback multiplies or divides by.
        keep_work: whether the bank, the fitted kinds and the made sets are kept.
        overwrite: whether an older result at the same place is replaced.
    """

    target: str | int | Mapping[str, int] = LARGEST
    cap: float = 20.0
    makers: Mapping[str, float | Shares] = field(default_factory=lambda: USUAL)
    kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    models: Mapping[str, Path] = field(default_factory=dict)
    combinations: Mapping[str, int] = field(default_factory=dict)
    good_share: float | None = None
    defects_per_image: tuple[int, int] = (1, 1)
    splits: Shares | None = None
    group: str | None = None
    on_leak: str = "drop"
    good: Path | None = None
    seed: int = 0
    rounds: int = 6
    bound: float = 2.0
    keep_work: bool = False
    overwrite: bool = False

    def __post_init__(self) -> None:
        targets = self.target.values() if isinstance(self.target, Mapping) else (self.target,)
        if isinstance(self.target, str) and self.target != LARGEST:
            raise ConfigError("target", "largest, a number, or {class: number}", f"'{self.target}'")
        if any(not isinstance(number, str) and not 0 <= number <= MOST for number in targets):
            raise ConfigError("target", f"whole numbers in 0..{MOST}", self.target)
        if self.cap < 0:
            raise ConfigError("cap", "a number >= 0", self.cap)
        if self.good_share is not None and not 0 <= self.good_share < 1:
            raise ConfigError("good_share", "null or a share in [0, 1)", self.good_share)
        if self.rounds < 1:
            raise ConfigError("rounds", "a whole number >= 1", self.rounds)
        if not 1 <= self.bound <= 10:
            raise ConfigError("feedback_bound", "a number in [1, 10]", self.bound)
        _require_shares(self.shares_of(""), "makers")
        for name, shares in self.makers.items():
            if isinstance(shares, Mapping):
                _require_shares(shares, f"makers.{name}")
        asked = {m for own in (self.shares_of(""), *self.makers.values()) if isinstance(own, Mapping) for m in own}
        for name in (name for name in LEARNED if name in asked and name not in self.models):
            hint = (
                f"Train one with 'defectgen train model={name} data=... out=...', on the train side of the data alone."
            )
            raise ConfigError(f"models.{name}", "the folder of a trained model", "nothing", hint)
        unknown = next((name for name in self.models if name not in LEARNED), None)
        if unknown is not None:
            raise ConfigError("models", "one of " + ", ".join(LEARNED), f"'{unknown}'", nearest(unknown, LEARNED))

    def shares_of(self, category: str) -> Shares:
        """Return the share of each maker in the made defects of a class."""
        own = self.makers.get(category)
        return own if isinstance(own, Mapping) else {m: s for m, s in self.makers.items() if not isinstance(s, Mapping)}

    def require_classes(self, classes: Sequence[str]) -> None:
        """Raise ``ConfigError`` where a class is named that the data set does not have."""
        named = {
            "target": list(self.target) if isinstance(self.target, Mapping) else [],
            "makers": [name for name, shares in self.makers.items() if isinstance(shares, Mapping)],
            "kinds": list(self.kinds),
            "combinations": [part for name in self.combinations for part in combined(name)],
        }
        for where, names in named.items():
            for name in names:
                if name not in classes:
                    raise ConfigError(f"{where}.{name}", "a class of the data set", f"'{name}'", nearest(name, classes))


def _require_shares(shares: Shares, where: str) -> None:
    for name, share in shares.items():
        if name not in MAKERS:
            raise ConfigError(f"{where}.{name}", "one of " + ", ".join(MAKERS), f"'{name}'", nearest(name, MAKERS))
        if not 0 <= share < float("inf"):
            raise ConfigError(f"{where}.{name}", "a number >= 0", share)
    if sum(shares.values()) <= 0:
        raise ConfigError(where, "at least one share > 0", dict(shares))


def targets_of(request: AugmentRequest, real: Mapping[str, int]) -> dict[str, int]:
    """Return the number of defects each class shall have in train, given the real ones."""
    if isinstance(request.target, Mapping):
        return {name: request.target.get(name, number) for name, number in real.items()}
    largest = max(real.values(), default=0)
    return dict.fromkeys(real, largest if isinstance(request.target, str) else request.target)


def missing_of(request: AugmentRequest, real: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int], list[str]]:
    """Return how many defects of each class are to be made, the most that may be, and what has to be said.

    A class without a real defect has no cap: nothing real is repeated.
    """
    targets, notes = targets_of(request, real), []
    most = {name: int(request.cap * number) if number else MOST for name, number in real.items()}
    missing = {}
    for name, target in targets.items():
        wanted = max(0, target - real[name])
        missing[name] = min(wanted, most[name])
        if missing[name] < wanted:
            notes.append(
                f"{name}: {real[name] + missing[name]} of {target}, because cap={request.cap:g} allows "
                f"{most[name]} made ones for {real[name]} real; label more of them, or raise cap"
            )
        if target < real[name]:
            notes.append(f"{name}: {real[name]} real ones are more than the {target} asked for; none is left out")
    return missing, most, notes


def without_combinations(request: AugmentRequest, missing: Mapping[str, int]) -> dict[str, int]:
    """Return what is missing beside the combinations.

    Raises:
        ConfigError: they hold more defects of a class than are missing.
    """
    left = dict(missing)
    for combination, number in request.combinations.items():
        for name in combined(combination):
            left[name] -= number
    for name, number in left.items():
        if number < 0:
            expected = f"at most {missing[name]} images with {name}, which its target has room for"
            hint = "Raise target or cap, or ask for fewer."
            raise ConfigError("combinations", expected, missing[name] - number, hint)
    return left


def shared_out(
    request: AugmentRequest, missing: Mapping[str, int], able: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, int]]:
    """Return, for each maker, how many defects of each class it makes: exact, by largest remainder.

    Args:
        request: with the shares.
        missing: defects to be made by class.
        able: by class, the makers that can make it; the share of the others goes to these.
    """
    made: dict[str, dict[str, int]] = {maker: {} for maker in MAKERS}
    for name, number in missing.items():
        shares = request.shares_of(name)
        makers = [maker for maker in MAKERS if maker in able[name]]
        given = [shares.get(maker, 0.0) for maker in makers]
        counts = apportion(number, given if sum(given) > 0 else [1.0] * len(makers))
        made_here = {maker: count for maker, count in zip(makers, counts, strict=True) if count}
        for maker, count in made_here.items():
            made[maker][name] = count
    return made


def good_missing(share: float | None, good: int, defective: int) -> int:
    """Return how many good images are to be made so that they are at least that share of train."""
    return 0 if share is None else max(0, -int(-(share * defective / (1 - share)) // 1) - good)
