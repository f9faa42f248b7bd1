"""How exact labels of angles are: every source with every fill, by an estimator that shares no code with the stage.

Sources are the drawn products, and the photographs below DEFECTGEN_DATA if it is set. Bounds, over all images of
either: mean absolute error <= 0.03 degrees, largest <= 0.15, mean (bias) within 0.005.
Run with ``python -m tests.bench.prove_rotation [images a cell]``. Source: own.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from generator.source.part.source import EVERY
from tests.rotation.fills import FILLS, config_of
from tests.rotation.measured import REAL, Errors, errors_of, photographs

EACH, SIDE_PX = 16, 128


def sources(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name of each source and the keys that choose it."""
    for product in EVERY:
        yield product, ("source=part", f"source.products=[{product}]", f"source.size_wh=[{SIDE_PX},{SIDE_PX}]")
    data = os.environ.get("DEFECTGEN_DATA")
    for name in REAL if data else ():
        path = photographs(Path(str(data)), name, folder)
        if path is not None:
            yield name, ("source=folder", f"source.path={path}")


def main() -> None:
    """Print a line for each source and fill, and one for all of drawn and of real images."""
    cv2.setNumThreads(1)
    each = int(sys.argv[1]) if len(sys.argv) > 1 else EACH
    found: dict[str, list[np.ndarray]] = {"drawn": [], "real": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source, keys in sources(folder / "real"):
            for seed, fill in enumerate(FILLS):
                count = each if source in EVERY else 4 * each
                errors = errors_of(config_of(fill, folder, *keys, f"count={count}", f"seed={seed}"))
                found["drawn" if source in EVERY else "real"].append(errors.degrees)
                print(f"{source:16s} {fill:12s} {errors}", flush=True)
    for kind, degrees in found.items():
        if degrees:
            whole = Errors(np.concatenate(degrees))
            print(f"{kind:16s} {'every':12s} {whole}")
            whole.assert_small()


if __name__ == "__main__":
    main()
