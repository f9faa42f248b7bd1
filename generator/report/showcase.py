"""Which samples are worth looking at: a spread over classes, splits and products, and the extremes.

Few candidates are kept for each class and split, those with the smallest hash of their key, so that they are spread
over the whole data set and the same at every reading. Source: own; keeping the smallest hashes is bottom-k sampling.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.core.annotation import Orientation
from generator.core.seeds import stable_hash
from generator.core.text import DISTRACTOR
from generator.report.angle.line import defects_of, orientation_of, parts_of

_EXTREMES = (
    *("smallest", "largest", "faintest", "strongest"),
    *("smallest text", "largest text", "faintest text", "shortest text", "longest text"),
)
_KEPT = 4
_GOOD, _TEXT, _TURN = "", " text", " turn "
_SECTORS = 8  # of the circle, so that what is shown lies in different ways
_KEPT_TEXT = 12  # lines of text are small and differ more than good images do


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sample that may be shown.

    Attributes:
        key, split, index, source_id: as in the plan.
        categories: of its defects, in the order of their ids; empty: a good image.
        image, twin, mask, blank, char_mask: paths below the data set's root; None where there is no such file.
        lines: its text, as the record's line holds it.
        numbers: which pixels of the mask are whose: the id of each defect.
        orientation: how it is turned; None: not known.
        parts: its whole parts, as the record's line holds them.
    """

    key: str
    split: str
    index: int
    source_id: str
    categories: tuple[str, ...] = ()
    image: str = ""
    twin: str | None = None
    mask: str | None = None
    blank: str | None = None
    char_mask: str | None = None
    lines: tuple[Mapping[str, Any], ...] = ()
    numbers: tuple[int, ...] = ()
    orientation: Orientation | None = None
    parts: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Candidate:
        """Return the candidate of a line of records.jsonl."""
        defects = defects_of(line)
        return cls(
            key=line["key"],
            split=line["split"],
            index=line["index"],
            source_id=line["source"]["id"],
            categories=tuple(instance["category"] for instance in defects),
            image=line["image"],
            twin=line["twin"],
            mask=line["mask"],
            blank=line.get("blank"),
            char_mask=line.get("char_mask"),
            lines=tuple(line.get("text", ())),
            numbers=tuple(instance["id"] for instance in defects),
            orientation=orientation_of(line),
            parts=tuple(parts_of(line)),
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        """The classes of its defects and parts, and a word for the way it is turned."""
        turns = [_TURN + str(_sector(how)) for how in (self.orientation, *map(orientation_of, self.parts)) if how]
        return (*self.categories, *(part["category"] for part in self.parts), *dict.fromkeys(turns))

    @property
    def family(self) -> str:
        """The product: the good image's id without its number or file name."""
        stem = self.source_id.rpartition("/")[0] or self.source_id.rpartition(".")[0] or self.source_id
        return stem.rstrip("0123456789").rstrip("-_ ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """A defect or a line of text that is the most of something.

    Attributes:
        title: what it is, such as ``smallest``.
        value: the measure that made it so.
        candidate: its sample.
        place: which of the sample's defects, or of its lines, from 0.
    """

    title: str
    value: float
    candidate: Candidate
    place: int


class Showcase:
    """Keeps what may be shown while record lines pass; memory grows with classes and splits alone."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], list[tuple[int, Candidate]]] = {}
        self._extremes: dict[str, Extreme] = {}

    def add(self, line: Mapping[str, Any]) -> None:
        """Consider one line of records.jsonl.

        Raises:
            KeyError, TypeError: the line is no record.
        """
        rank = stable_hash(line["key"])
        defects = defects_of(line)
        categories = {instance["category"] for instance in defects}
        categories |= {_TURN + str(_sector(how)) for how in map(orientation_of, (line, *parts_of(line))) if how}
        candidate = None
        for category in categories or {_TEXT if line.get("text") else _GOOD}:
            kept = self._kept.setdefault((category, line["split"]), [])
            most = _KEPT_TEXT if category == _TEXT else _KEPT
            if len(kept) < most or rank < kept[-1][0]:
                candidate = candidate or Candidate.of_line(line)
                bisect.insort(kept, (rank, candidate), key=lambda item: item[0])
                del kept[most:]
        for place, instance in enumerate(defects):
            self._consider(line, place, instance)
        for place, text in enumerate(line.get("text", ())):
            self._consider_text(line, place, text)

    def _consider(self, line: Mapping[str, Any], place: int, instance: Mapping[str, Any]) -> None:
        measured = instance["params"].get("measured", {})
        area, change = instance["area_px"], measured.get("change_p90")
        measures = {"smallest": -area, "largest": area}
        if change is not None:
            measures |= {"faintest": -change, "strongest": change}
        self._keep(line, place, measures)

    def _consider_text(self, line: Mapping[str, Any], place: int, text: Mapping[str, Any]) -> None:
        if text["kind"] == DISTRACTOR:
            return
        params, length = text["params"], len(text["text"])
        measures = {"shortest text": -length, "longest text": length}
        if "height_px" in params:
            measures |= {"smallest text": -params["height_px"], "largest text": params["height_px"]}
        if "contrast" in params:
            measures["faintest text"] = -params["contrast"]
        self._keep(line, place, measures)

    def _keep(self, line: Mapping[str, Any], place: int, measures: Mapping[str, float]) -> None:
        for title, measure in measures.items():
            best = self._extremes.get(title)
            if best is None or measure > best.value:
                candidate = Candidate.of_line(line)
                self._extremes[title] = Extreme(title=title, value=measure, candidate=candidate, place=place)

    def extremes(self) -> list[Extreme]:
        """Return the extremes of defects and of text, as far as they are known."""
        return [self._extremes[title] for title in _EXTREMES if title in self._extremes]

    def samples(self, classes: Sequence[str], count: int, good: int) -> list[Candidate]:
        """Return up to ``count`` samples in plan order, the good ones last.

        Args:
            classes: that are to be shown.
            count: most that are returned.
            good: how many of them are good, where there are defective ones.
        """
        pool = {candidate.key: candidate for kept in self._kept.values() for _, candidate in kept}
        ranked = sorted(pool.values(), key=lambda c: stable_hash(c.key))
        defective = [c for c in ranked if c.categories]
        sound = [c for c in ranked if not c.categories]
        kinds = sorted({kind for candidate in sound for kind in candidate.kinds})
        chosen = choose(sound, kinds, good if defective else count)
        chosen += choose(defective, classes, count - len(chosen))
        return sorted(chosen, key=lambda c: (not c.categories, c.index))


def choose(candidates: Sequence[Candidate], classes: Sequence[str], count: int) -> list[Candidate]:
    """Return up to ``count`` candidates that show every class, split and product about equally often.

    Args:
        candidates: earlier ones are preferred among equals.
        classes: that are to be shown, of defects or parts.
        count: most that are returned.
    """
    left, chosen = list(candidates), []
    shown: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    families: Counter[str] = Counter()
    while left and len(chosen) < count:
        rarest = sorted(classes, key=lambda name: shown[name])
        wanted = next((name for name in rarest if any(name in c.kinds for c in left)), None)
        fitting = [c for c in left if wanted is None or wanted in c.kinds]
        best = min(fitting, key=lambda c: (families[c.family], splits[c.split]))
        left.remove(best)
        chosen.append(best)
        shown.update(set(best.kinds))
        splits[best.split] += 1
        families[best.family] += 1
    return chosen


def _sector(how: Orientation) -> int:
    """Return which of some equal sectors of its range an angle lies in; -1: it has none."""
    if how.angle_deg is None:
        return -1
    return int((how.angle_deg * max(1, how.symmetry) / 360.0 + 0.5) * _SECTORS) % _SECTORS
