"""What each stage of a training learns from: drawn kinds for each class, and crops of all examples.

Source: own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from generator.core.errors import ConfigError, nearest
from generator.core.names import option_name
from generator.dataset.open import AUTO
from generator.dataset.real import RealDefect, read_real
from generator.defect.stage import Defect
from generator.fit.learn import ANYWHERE, learn
from generator.harvest.harvest import masked
from generator.model.mask.masks import Masks
from generator.model.mask.settings import Mask
from generator.model.patches import Example, Patches
from generator.model.port import DRAWN, GOOD, REAL, Settings
from generator.run.build import build
from generator.train.material import Material
from generator.train.request import TrainRequest

Compose = Callable[[Sequence[str]], Mapping[str, Any]]
"""From overrides of ``generate`` to its resolved configuration."""


def drawn_kinds(
    data: Path,
    request: TrainRequest,
    material: Material,
    options: Sequence[str],
    compose: Compose,
    format_name: str = AUTO,
) -> dict[str, list[Defect]]:
    """Return the kinds that each class is shown first: those of the catalogue and one fitted to the real defects.

    Args:
        data: the data set.
        request: which defects, and which kinds of the catalogue.
        material: what was gathered of it.
        options: all kinds of the catalogue, as ``metal/scratch``.
        compose: resolves a configuration.
        format_name: the data set's layout, ``auto``: recognised.

    Raises:
        ConfigError: a kind is unknown, or stands for a class that is not learned.
    """
    unknown = next((name for name in request.kinds if name not in material.classes), None)
    if unknown is not None:
        raise ConfigError("kinds", "classes that are learned", f"'{unknown}'", nearest(unknown, material.classes))
    asked = {
        name: request.kinds.get(name) or [kind for kind in options if kind.split("/")[-1] == option_name(name)]
        for name in material.classes
    }
    chosen = list(dict.fromkeys(kind for kinds in asked.values() for kind in kinds))
    tree = compose([f"defect=[{','.join(chosen)}]"])["defect"] if chosen else {}
    found = {
        name: [build(reduce(getitem, kind.split("/"), tree), f"defect.{kind.replace('/', '.')}") for kind in kinds]
        for name, kinds in asked.items()
    }
    for kind in learn(_learned_from(data, request, material, format_name), place=ANYWHERE).kinds:
        others = found[kind.category]  # every other one is fitted, however many the catalogue has
        found[kind.category] = [one for other in others for one in (kind.defect, other)] or [kind.defect]
    return found


def _learned_from(data: Path, request: TrainRequest, material: Material, format_name: str) -> Iterator[RealDefect]:
    """Yield the real defects that are not held out, with the masks that were found for them."""
    without = {(one.category, one.name) for one in material.held_out}
    for defect, found in masked(read_real(data, format_name, []), request.real, []):
        if (defect.category, defect.name) not in without:
            yield replace(defect, mask=found.mask)


def patches_of(
    material: Material, drawn: Sequence[Example], settings: Settings, seed: int
) -> tuple[dict[str, Patches | Masks], Patches | Masks | None]:
    """Return where the batches of each stage come from, and those that nothing is learned from.

    Args:
        material: what the data set offers.
        drawn: defects that were drawn; none: that stage is left out.
        settings: of the model.
        seed: every crop follows from it.
    """

    def of(examples: Sequence[Example]) -> Patches | Masks:
        if isinstance(settings, Mask):
            return Masks(
                examples=examples, classes=material.classes, size=settings.size, seed=seed, bend=settings.bend
            )  # fmt: skip
        return Patches(
            examples=examples, goods=material.goods, classes=material.classes, size=settings.size,
            thin_px=settings.thin_px, seed=seed,
        )  # fmt: skip

    stages = {GOOD: of(material.examples), REAL: of(material.examples)}
    if drawn:
        stages[DRAWN] = of(drawn)
    return stages, of(material.held_out) if material.held_out else None
