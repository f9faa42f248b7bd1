"""The last few things that were made, kept by a key; what travels to another process travels without them.

What is kept must be a function of its key alone, so that a result never hangs on what was made before. Source: own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class Kept:
    """A bounded store, the longest unused goes first.

    Args:
        most: how many things, >= 1.
    """

    __slots__ = ("_most", "_things")

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, Any] = OrderedDict()

    def __reduce__(self) -> tuple[type[Kept], tuple[int]]:
        return Kept, (self._most,)

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under a key; it is made where there is nothing."""
        if key in self._things:
            self._things.move_to_end(key)
            return self._things[key]
        made = self._things[key] = make()
        while len(self._things) > self._most:
            self._things.popitem(last=False)
        return made
