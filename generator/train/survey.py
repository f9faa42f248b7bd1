"""What a data set allows a model to learn, said before it is trained. Source: own."""

from __future__ import annotations

from generator.model.port import Settings
from generator.train.material import Material, Real

MASKS = "mask"
"""Kind of the model that learns outlines alone."""
_FEW = 5


def survey(material: Material, settings: Settings) -> list[str]:
    """Return sentences: what each class offers, what is enlarged, what to expect of it."""
    lines = [f"{_class(real)}" for real in material.real]
    lines.append(f"{len(material.goods)} good images are looked at" if material.goods else "no good image")
    if settings.kind == MASKS:
        return [*lines, *material.notes]
    for real in material.real:
        enlarged = settings.thin_px / real.narrowest_px
        if enlarged >= 1.05:
            lines.append(
                f"{real.category}: narrowest {real.narrowest_px:.1f} px, shown up to {min(enlarged, 8):.1f} times "
                f"enlarged, so that it is {settings.thin_px:g} px wide for the model"
            )
        if real.images - real.held_out < _FEW:
            lines.append(
                f"{real.category}: of {real.images - real.held_out} images few looks can be learned; expect variations "
                f"of them, and mix them with other makers"
            )
    return [*lines, *material.notes]


def _class(real: Real) -> str:
    images = "1 image" if real.images == 1 else f"{real.images} images"
    kept = f", {real.held_out} of them held out" if real.held_out else ""
    width = f"{real.narrowest_px:.0f} to {real.widest_px:.0f} px wide"
    return f"{real.category}: {real.defects} defects, {width}, on {images}{kept}"
