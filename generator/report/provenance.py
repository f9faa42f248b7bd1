"""Which good images a data set stands on.

A hash of every image's id would grow with the data set. Beyond a limit only the ids whose hash ends in a growing number
of zero bits are kept, which makes the counts estimates and bounds the memory. Source: Wegman's adaptive sampling
(Flajolet 1990).
"""

from __future__ import annotations

from generator.core.seeds import stable_hash

LIMIT = 32_768


class KeySample:
    """A bounded sample of the keys seen, each with a set of flags.

    Args:
        limit: most keys that are kept; up to here every count is exact.
    """

    __slots__ = ("_flags", "_last", "_limit", "_zeros")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._flags: dict[int, int] = {}
        self._zeros = 0
        self._last: tuple[str, int] | None = None

    def add(self, key: str, flag: int) -> None:
        """Note that ``key`` was seen with the flag, a number in 0..30."""
        if (key, flag) == self._last:  # samples of one image follow each other
            return
        self._last = key, flag
        number = stable_hash(key)
        if number & ((1 << self._zeros) - 1):
            return
        self._flags[number] = self._flags.get(number, 0) | 1 << flag
        while len(self._flags) > self._limit:
            self._zeros += 1
            mask = (1 << self._zeros) - 1
            self._flags = {key: flags for key, flags in self._flags.items() if not key & mask}

    @property
    def is_exact(self) -> bool:
        """Whether no key was dropped."""
        return self._zeros == 0

    @property
    def count(self) -> int:
        """The number of different keys, an estimate to about 1 % unless ``is_exact``."""
        return len(self._flags) << self._zeros

    @property
    def with_several_flags(self) -> int:
        """The number of different keys seen with more than one flag, an estimate unless ``is_exact``."""
        return sum(flags & (flags - 1) != 0 for flags in self._flags.values()) << self._zeros


class Sources:
    """The good images of a data set: how many, how many are copies of each other, how many stand in several splits."""

    __slots__ = ("_contents", "_ids", "_splits")

    def __init__(self) -> None:
        self._ids, self._contents = KeySample(), KeySample()
        self._splits: dict[str, int] = {}

    def add(self, source_id: str, sha256: str, split: str) -> None:
        """Note the good image of one record; ``sha256`` is empty for drawn images."""
        flag = self._splits.setdefault(split, len(self._splits))
        self._ids.add(source_id, flag)
        self._contents.add(sha256 or source_id, flag)

    @property
    def is_exact(self) -> bool:
        """Whether the numbers are counts and not estimates."""
        return self._ids.is_exact and self._contents.is_exact

    @property
    def count(self) -> int:
        """Good images with different ids."""
        return self._ids.count

    @property
    def copies(self) -> int:
        """Good images whose file is byte for byte another one's."""
        return max(0, self._ids.count - self._contents.count) if self.is_exact else 0

    @property
    def in_several_splits(self) -> int:
        """Good images that stand in more than one split."""
        return self._contents.with_several_flags
