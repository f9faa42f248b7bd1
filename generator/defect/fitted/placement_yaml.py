"""The placement of a kind learned from real defects as its yaml states it. Source: own."""

from __future__ import annotations

from generator.defect.fitted.heat_map import ByHeatMap
from generator.defect.outline import Placement

_SEEN = """\
  # where it lies: as often as real ones lay there
  placement:
    _target_: generator.defect.fitted.heat_map.ByHeatMap
    # what the map is laid over: image, or roi, the box around the part
    over: {over}
    # the map, top row first; numbers >= 0 of any sum
    heat:
{heat}"""
_ANYWHERE = """\
  # anywhere on the part
  placement:
    _target_: generator.defect.placement.OnPart"""


def placement_yaml(placement: Placement) -> str:
    """Return the lines of a heat map, or of any place on the part for another placement."""
    if not isinstance(placement, ByHeatMap):
        return _ANYWHERE
    heat = "\n".join("      - [" + ", ".join(f"{number:2.0f}" for number in row) + "]" for row in placement.heat)
    return _SEEN.format(over=placement.over, heat=heat)
