"""What lets torchvision's public build import beside a torch that has no CUDA.

Its compiled half does not load there, and its Python half fails at the first operator it wants to describe. Importing
this module first declares the two operators it describes, and gives one of them a slow body. Beside a torch that fits,
it does nothing. Tests of consumers only.
"""

import importlib.util
from pathlib import Path

import torch


def suppress(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Return the indices of the boxes (N, 4: x1 y1 x2 y2) left when each best box removes those that overlap it."""
    left, top, right, bottom = boxes.T
    areas = (right - left) * (bottom - top)
    waiting = torch.argsort(scores, descending=True)
    kept: list[int] = []
    while len(waiting):
        best, waiting = int(waiting[0]), waiting[1:]
        kept.append(best)
        across = (right[waiting].clamp(max=right[best]) - left[waiting].clamp(min=left[best])).clamp(min=0)
        down = (bottom[waiting].clamp(max=bottom[best]) - top[waiting].clamp(min=top[best])).clamp(min=0)
        shared = across * down
        waiting = waiting[shared <= iou_threshold * (areas[best] + areas[waiting] - shared)]
    return torch.tensor(kept, dtype=torch.long)


def compiled_half_loads() -> bool:
    """Load torchvision's compiled half, which matches torch's own build or does not load."""
    spec = importlib.util.find_spec("torchvision")
    library = next(Path(spec.submodule_search_locations[0]).glob("_C*.so"))
    try:
        torch.ops.load_library(library)
    except OSError:
        return False
    return True


KEPT_ALIVE = None
if not compiled_half_loads():
    KEPT_ALIVE = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        KEPT_ALIVE.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    KEPT_ALIVE.impl("nms", suppress, "CPU")
    import torchvision.extension

    torchvision.extension._has_ops = lambda: True
