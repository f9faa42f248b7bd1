"""What differs between two configurations, in words for who gave the second. Source: own."""

from __future__ import annotations

from collections.abc import Mapping


def differing_keys(before: object, now: object, key: str = "") -> list[str]:
    """Return what differs between two configurations: "key: old -> new", or a whole key that is gone or new."""
    if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
        return [] if before == now else [f"{key}: {before} -> {now}"]
    found = []
    for name in sorted({**before, **now}):
        path = f"{key}.{name}" if key else str(name)
        if name not in now:
            found.append(f"{path}: left out now")
        elif name not in before:
            found.append(f"{path}: new")
        else:
            found += differing_keys(before[name], now[name], path)
    return found
