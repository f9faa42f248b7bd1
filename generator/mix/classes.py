"""Class names of several data sets brought to one list.

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.core.errors import ConfigError, nearest
from generator.mix.request import Part


def map_classes(
    parts: Sequence[Part], names: Sequence[Sequence[str]], classes: Mapping[str, str | None]
) -> tuple[tuple[str, ...], list[dict[str, str | None]]]:
    """Return the classes of a mix, and for each data set what its own become.

    Args:
        parts: the data sets, with their own maps.
        names: class names of each.
        classes: the map that holds for all; a data set's own comes first.

    Returns:
        The classes in the order in which they are first met, so that a data set added at the end renumbers none; and
        per data set own name -> name in the mix, None for labels that are left out.

    Raises:
        ConfigError: a map names a class that no data set has.
    """
    known = {name for own in names for name in own}
    for name in classes:
        if name not in known:
            raise ConfigError(f"classes.{name}", "a class of one of the data sets", f"'{name}'", nearest(name, known))
    maps: list[dict[str, str | None]] = []
    for part, own in zip(parts, names, strict=True):
        for name in part.classes:
            if name not in own:
                where = f"data.{part.name}.classes.{name}"
                raise ConfigError(where, "a class of this data set", f"'{name}'", nearest(name, own))
        maps.append({name: part.classes.get(name, classes.get(name, name)) for name in own})
    merged = dict.fromkeys(new for own in maps for new in own.values() if new is not None)
    return tuple(merged), maps


def probably_same(classes: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the names that differ by case, blanks, hyphens or underscores alone, together, in the classes' order."""
    alike: dict[str, list[str]] = {}
    for name in classes:
        alike.setdefault("".join(c for c in name.casefold() if c not in " _-."), []).append(name)
    return [tuple(names) for names in alike.values() if len(names) > 1]
